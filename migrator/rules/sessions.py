"""Convert one unit, whole or not at all: the order of the rules."""

from __future__ import annotations

import ast

from migrator.analysis.units import Stage, Unit
from migrator.analysis.values import Node, Opt
from migrator.model import Rule
from migrator.rules.collections import convert_collections
from migrator.rules.configuration import note_configuration
from migrator.rules.decays import convert_decays
from migrator.rules.derived_places import place_derived
from migrator.rules.derived_scatters import convert_scatters
from migrator.rules.derived_writes import convert_derived
from migrator.rules.dropping import check_escapes, drop
from migrator.rules.evidence import has_evidence
from migrator.rules.helper_modules import HelperModules
from migrator.rules.hoisting import hoist_calls, hoist_state
from migrator.rules.import_edits import convert_imports, tensorflow_alias
from migrator.rules.initializers import Initializers
from migrator.rules.layers import make_layers, name_layers
from migrator.rules.optimizers import Optimizers, sparse_variables
from migrator.rules.placeholders import drop_makers
from migrator.rules.plan import CannotConvert, Namer, Plan, wrapped
from migrator.rules.pure_layers import convert_pure_layers
from migrator.rules.site_edits import SiteEdits
from migrator.rules.sites import Sites
from migrator.rules.statics import convert_statics
from migrator.rules.step_builder import StepBuilder
from migrator.rules.step_functions import optimizer_uses
from migrator.rules.streams import note_streams
from migrator.rules.symbol_edits import convert_symbols
from migrator.rules.variables import convert_start_reads, convert_variables, settle_names
from migrator.rules.version_tests import check_version_tests
from migrator.rules.writes import convert_loads, convert_writes
from migrator.syntax.emit import Operations, default_indent
from migrator.syntax.text import Edits

REFUSED = Rule(
    "MIG203",
    "not-converted",
    "Code that can't be proven convertible stays as it was.",
    "The message says what stopped it and what a person can do. Everything that the same graph reaches stays too: a "
    "half-converted session does not run anywhere.",
)


def convert(unit: Unit, *, optimizers: str = "keras") -> Plan:
    """Plan the conversion of a unit.

    Args:
        unit: the unit.
        optimizers: "keras" or "exact".

    Raises:
        CannotConvert: something can't be proven convertible.
    """
    source = unit.module.source
    plan = Plan(
        unit, Edits(source), Operations(), Namer(unit.module.tree), default_indent(source),
        tensorflow_alias(unit.module.tree), unit.module.path, optimizers,
    )  # fmt: skip
    if not unit.sites and any(a.stage is Stage.GRAPH for a in unit.atoms):
        first = next(a for a in unit.atoms if a.stage is Stage.GRAPH)
        raise CannotConvert(first.stmt, "graph is built here and run elsewhere")
    modules = HelperModules(plan)
    modules.plan_all()
    convert_variables(plan)
    convert_start_reads(plan)
    name_layers(plan)
    convert_pure_layers(plan)
    convert_collections(plan)
    convert_defaults(plan)
    convert_statics(plan)
    convert_dimensions(plan)
    convert_decays(plan)
    convert_writes(plan)
    convert_loads(plan)
    convert_derived(plan)
    convert_scatters(plan)
    place_derived(plan)
    builder = StepBuilder(plan, Optimizers(plan, optimizer_uses(plan), sparse_variables(plan)))
    sites = Sites(plan)
    sites.read()
    sites.check_sessions()
    sites.group()
    sites.place()
    settle_names(plan)
    live = {a.stmt for step in sites.steps.values() for a in step.slice.atoms}
    drop_makers(plan, live)
    hoist_state(plan, live)
    convert_optimizers(plan, builder.optimizers, live)
    plan.first_generation = has_evidence(unit)
    hoist_calls(plan, live, {h for s in sites.steps.values() for h in s.slice.helpers})
    check_version_tests(plan)
    convert_symbols(plan, live, [s.fact.call for s in sites.sites if s.initializers])
    make_layers(plan, live)
    modules.write()
    note_streams(plan, sites)
    SiteEdits(plan, builder, sites.sites, sites.steps.values()).write()
    Initializers(plan, sites.sites, builder.optimizers).convert()
    drop(plan, live)
    note_configuration(plan)
    check_escapes(plan)
    convert_imports(plan)
    return plan


def convert_dimensions(plan: Plan) -> None:
    """``shape[i].value``: a dimension is an int (or None) in TensorFlow 2; a list of them is ``as_list()``."""
    for attribute in plan.unit.facts.dimensions:
        if attribute in plan.unit.module.parents and attribute not in plan.handled:
            plan.handled.add(attribute)
            plan.edits.replace(
                attribute, wrapped("{}.as_list()" if attribute.attr == "dims" else "{}", attribute.value)
            )
    for node in plan.unit.made():
        expr = node.expr
        static = isinstance(node, Node) and node.op == "static" and expr in plan.unit.module.parents
        if static and isinstance(expr, ast.Attribute) and expr.attr == "value" and expr not in plan.handled:
            plan.handled.add(expr)
            plan.edits.replace(expr, wrapped("{}", expr.value))


def convert_defaults(plan: Plan) -> None:
    """tf.placeholder_with_default that is not fed is its default."""
    for node in plan.unit.made():
        given = node.call.get("input") if isinstance(node, Node) and node.op == "placeholder" else None
        call = node.expr
        mine = call in plan.unit.module.parents
        if given is not None and mine and isinstance(call, ast.Call) and call.func not in plan.handled:
            plan.handled.add(call.func)
            plan.edits.replace(call, wrapped(plan.tf + ".convert_to_tensor({})", given))


def convert_optimizers(plan: Plan, optimizers: Optimizers, live: set[ast.stmt]) -> None:
    """Make every optimizer that a run or a statement of its own needs."""
    for atom in plan.unit.atoms:
        for value in plan.unit.facts.created.get(atom.stmt, []):
            if isinstance(value, Opt) and (atom.stage is not Stage.GRAPH or atom.stmt in live):
                optimizers.get(value)

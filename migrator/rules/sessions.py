"""Convert one unit, whole or not at all: the order of the rules, what goes away, and the last checks."""

from __future__ import annotations

import ast

from migrator.analysis.slicing import COMPREHENSIONS
from migrator.analysis.staging import Stage, Unit
from migrator.analysis.state import Method
from migrator.analysis.symbol_calls import Context as WithContext
from migrator.analysis.values import Effect, Node, Opt, Py, Sess, Sym, Var, Writer, leaves
from migrator.model import Rule, Severity
from migrator.rules.collections import convert_collections
from migrator.rules.decays import convert_decays
from migrator.rules.derived_writes import convert_derived
from migrator.rules.feeds import pure_call
from migrator.rules.initializers import Initializers
from migrator.rules.optimizers import Optimizers, sparse_variables
from migrator.rules.plan import CannotConvert, Namer, Plan
from migrator.rules.sites import Sites
from migrator.rules.step_functions import StepBuilder, optimizer_uses
from migrator.rules.symbol_edits import MNIST, convert_imports, convert_symbols, tensorflow_alias
from migrator.rules.variables import convert_start_reads, convert_variables
from migrator.rules.writes import convert_writes
from migrator.syntax.emit import Operations, default_indent
from migrator.syntax.text import Edits
from migrator.tables import opkinds
from migrator.tables.lookup import lookup, tf2_names

REFUSED = Rule(
    "MIG203",
    "not-converted",
    "Code that can't be proven convertible stays as it was.",
    "The message says what stopped it and what a person can do. Everything that the same graph reaches stays too: a "
    "half-converted session does not run anywhere.",
)
DROPPED = Rule(
    "MIG204",
    "dropped",
    "Graph code or set-up that nothing runs goes away.",
    "Tensors that no run fetches were never computed; session configurations, savers that save nothing and writers that "
    "only export the graph have no native meaning.",
)


STREAMS = Rule(
    "MIG205",
    "random-streams",
    "A random op that several step functions hold draws from one stream in each.",
    "In TF1 one op is one stream, whichever run fetches it. Each tf.function holds its own copy: the distribution is the "
    "same, the numbers differ, and with a seed set two functions draw equal numbers. Where that matters, draw outside "
    "and pass the numbers in.",
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
        unit, Edits(source), Operations(), Namer(unit.module.tree), default_indent(source.text),
        tensorflow_alias({}, unit.module.tree), unit.module.path, optimizers,
    )  # fmt: skip
    if not unit.sites and any(a.stage is Stage.GRAPH for a in unit.atoms):
        first = next(a for a in unit.atoms if a.stage is Stage.GRAPH)
        raise CannotConvert(first.stmt, "graph is built here and run elsewhere")
    convert_variables(plan)
    convert_start_reads(plan)
    convert_collections(plan)
    convert_defaults(plan)
    convert_dimensions(plan)
    convert_decays(plan)
    convert_writes(plan)
    convert_derived(plan)
    builder = StepBuilder(plan, Optimizers(plan, optimizer_uses(plan), sparse_variables(plan)))
    sites = Sites(plan, builder)
    sites.read()
    sites.check_sessions()
    sites.group()
    sites.place()
    live = {a.stmt for step in sites.steps.values() for a in step.slice.atoms}
    hoist_state(plan, live)
    convert_optimizers(plan, builder.optimizers, live)
    hoist_calls(plan, live, {h for s in sites.steps.values() for h in s.slice.helpers})
    convert_symbols(plan, live, [s.fact.call for s in sites.sites if s.initializers])
    note_streams(plan, sites)
    sites.write()
    Initializers(plan, sites.sites, builder.optimizers).convert()
    drop(plan, live, sites)
    check_escapes(plan)
    convert_imports(plan)
    return plan


def note_streams(plan: Plan, sites: Sites) -> None:
    """One random op of TF1 is one stream; in several tf.functions it is several."""
    homes: dict[ast.stmt, set[str]] = {}
    for step in sites.steps.values():
        for atom in step.slice.atoms:
            homes.setdefault(atom.stmt, set()).add(step.name)
    for stmt, names in homes.items():
        for value in plan.unit.facts.created.get(stmt, []):
            if isinstance(value, Node) and value.op in opkinds.RANDOM and len(names) > 1:
                plan.note(stmt, STREAMS.code, Severity.INFO, f"{' and '.join(sorted(names))} draw from streams of their own; in "
                          "TF1 it was one (with a seed set they now draw the same numbers)", value.op)  # fmt: skip


def convert_dimensions(plan: Plan) -> None:
    """``shape[i].value``: a dimension is an int (or None) in TensorFlow 2."""
    for values in plan.unit.facts.created.values():
        for node in values:
            expr = node.expr
            static = isinstance(node, Node) and node.op == "static" and isinstance(expr, ast.Attribute)
            if static and isinstance(expr, ast.Attribute) and expr.attr == "value" and expr not in plan.handled:
                if expr in plan.unit.module.parents:
                    plan.handled.add(expr)
                    plan.edits.replace(expr, lambda render, inner=expr.value: render(inner))  # type: ignore[misc]


def convert_defaults(plan: Plan) -> None:
    """tf.placeholder_with_default that is not fed is its default."""
    for values in plan.unit.facts.created.values():
        for node in values:
            given = node.call.get("input") if isinstance(node, Node) and node.op == "placeholder" else None
            call = node.expr
            mine = call in plan.unit.module.parents
            if given is not None and mine and isinstance(call, ast.Call) and call.func not in plan.handled:
                plan.handled.add(call.func)
                plan.edits.replace(
                    call,
                    lambda render, value=given: f"{plan.tf}.convert_to_tensor({render(value)})",  # type: ignore[misc]
                )


def has_evidence(unit: Unit) -> bool:
    """Tell whether a unit without sessions can only be TensorFlow 1: it uses a name that TensorFlow 2 doesn't have."""
    if any(name == "*" or name.startswith(MNIST) for name in unit.facts.imports.get(unit.module.path, ())):
        return True
    known = tf2_names()
    for node, symbol in unit.facts.symbols.items():
        parent = unit.module.parents.get(node)
        if parent is None or (isinstance(parent, ast.Attribute) and parent in unit.facts.symbols):
            continue
        if symbol.startswith(MNIST):
            return True
        if symbol.startswith("tensorflow.keras") or lookup(symbol) is None:
            continue
        if symbol not in known and not any(name.startswith(f"{symbol}.") for name in known):
            return True
    return "compat.v1" in unit.module.source.text


def convert_optimizers(plan: Plan, optimizers: Optimizers, live: set[ast.stmt]) -> None:
    """Make every optimizer that a run or a statement of its own needs."""
    for atom in plan.unit.atoms:
        for value in plan.unit.facts.created.get(atom.stmt, []):
            if isinstance(value, Opt) and (atom.stage is not Stage.GRAPH or atom.stmt in live):
                optimizers.get(value)


def hoist_state(plan: Plan, live: set[ast.stmt]) -> None:
    """Variables made inside graph expressions are made before them, once."""
    for atom in plan.unit.atoms:
        if atom.stage is not Stage.GRAPH or atom.stmt not in live:
            continue
        for value in plan.unit.facts.created.get(atom.stmt, []):
            if isinstance(value, Var) and value.module is plan.unit.module:
                _hoist(plan, atom.stmt, value)
            elif isinstance(value, Var):
                raise CannotConvert(atom.stmt, "a helper of another module makes variables and graph")


def hoist_calls(plan: Plan, live: set[ast.stmt], helpers: set[ast.AST]) -> None:
    """Python calls inside graph code ran once, when the graph was built: they stay where they stood."""
    for helper in sorted(helpers, key=lambda h: h.lineno):  # type: ignore[attr-defined]
        for node in ast.walk(helper):
            if isinstance(node, ast.Call) and node in plan.unit.module.parents and _impure(plan, node):
                raise CannotConvert(node, f"`{plan.segment(node.func)}` is called by a helper while the graph is built; call "
                                    "it outside and pass the value in")  # fmt: skip
    for atom in plan.unit.atoms:
        if atom.stage is not Stage.GRAPH or atom.stmt not in live:
            continue
        stack: list[ast.AST] = [atom.stmt]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.Call) and _impure(plan, node):
                _hoist_call(plan, atom.stmt, node)
                continue
            stack.extend(ast.iter_child_nodes(node))


def _impure(plan: Plan, call: ast.Call) -> bool:
    """Tell whether a call gives a Python value and may do or draw something."""
    value, callee = plan.value(call), plan.value(call.func)
    if call in plan.handled or call in plan.puts or any(isinstance(v, (Node, Var, Opt)) for v in leaves(value)):
        return False
    if isinstance(callee, Sym) or value is None:
        return False
    if isinstance(callee, Method) and (not isinstance(callee.owner, Py) or callee.owner.tag == "static"):
        return False
    return not pure_call(plan, call)


def _hoist_call(plan: Plan, stmt: ast.stmt, call: ast.Call) -> None:
    at: ast.AST | None = call
    simple = isinstance(stmt, (ast.Assign, ast.Expr, ast.AnnAssign, ast.AugAssign))
    while at is not stmt and at is not None:
        simple = simple and not isinstance(at, (ast.Lambda, *COMPREHENSIONS))
        at = plan.unit.module.parents.get(at)
    tensors = any(isinstance(v, Node) and not v.constant for a in ast.walk(call) for v in leaves(plan.value(a)))
    if not simple or tensors:
        raise CannotConvert(call, f"`{plan.segment(call.func)}` is called while the graph is built, inside code that moves "
                            "into a step function; give its value a name before the graph code")  # fmt: skip
    name = plan.namer.fresh("built_value")
    plan.operations.before.setdefault(stmt, []).append(f"{name} = {plan.text(call)}")
    plan.edits.prefer(call, name)


def _hoist(plan: Plan, stmt: ast.stmt, variable: Var) -> None:
    inside = any(node is variable.expr for node in ast.walk(stmt))
    if not inside or variable.loop:
        raise CannotConvert(stmt, "a helper makes variables and graph together: not converted yet")
    base = (variable.name or "variable").rsplit("/", 1)[-1]
    name = plan.namer.fresh(base if base != "Variable" else "weights")
    text = plan.edits.node(variable.expr)
    plan.operations.before.setdefault(stmt, []).append(f"{name} = {text}")
    plan.edits.prefer(variable.expr, name)
    plan.paths[variable] = name


def drop(plan: Plan, live: set[ast.stmt], sites: Sites) -> None:
    """Remove sessions, graphs, placeholders and what no run reaches."""
    unit, operations = plan.unit, plan.operations
    for with_stmt in unit.transparent:
        operations.flattened.add(with_stmt)
    for atom in unit.atoms:
        if atom.stage is Stage.DROP:
            operations.removed.add(atom.stmt)
            _note_dropped(plan, atom.stmt)
        elif atom.stage is Stage.GRAPH:
            (operations.moved if atom.stmt in live else operations.removed).add(atom.stmt)
            if atom.stmt not in live and not _only_placeholders(plan, atom.stmt):
                text = plan.segment(atom.stmt).split("\n")[0][:60]
                plan.note(atom.stmt, DROPPED.code, Severity.INFO, f"no run reaches `{text}`: it was removed")


def _only_placeholders(plan: Plan, stmt: ast.stmt) -> bool:
    created = [v for v in plan.unit.facts.created.get(stmt, []) if isinstance(v, Node)]
    return all(v.op in {"placeholder", "init", "group"} for v in created)


def _note_dropped(plan: Plan, stmt: ast.stmt) -> None:
    value = plan.value(stmt.value) if isinstance(stmt, (ast.Assign, ast.Expr)) else None
    if isinstance(value, Writer):
        plan.note(stmt, DROPPED.code, Severity.INFO, "the graph is not exported for TensorBoard any more; "
                  "tf.summary.trace_export does that", "tensorflow.summary.FileWriter")  # fmt: skip
    elif isinstance(value, Sess) and isinstance(value.expr, ast.Call) and (value.expr.args or value.expr.keywords):
        plan.note(
            stmt, DROPPED.code, Severity.INFO, "the session's configuration is dropped; tf.config has its settings"
        )


def check_escapes(plan: Plan) -> None:
    """No code that stays may use a name that goes away."""
    unit = plan.unit
    skipped = _site_parts(plan)
    for node, defs in unit.facts.uses.items():
        if node not in unit.module.parents or node in skipped:
            continue
        atom = unit.atom(node)
        if atom is None or atom.stage in {Stage.GRAPH, Stage.DROP} or _in_context(plan, node):
            continue
        for found in defs:
            home = unit.atom(found.stmt) if found.stmt is not None else None
            if found.module is not unit.module or isinstance(found.scope, COMPREHENSIONS):
                continue
            if isinstance(found.stmt, ast.With) and found.stmt in unit.transparent:
                raise CannotConvert(node, f"`{node.id}` is a session or scope and is used outside of a run")
            if home is None or isinstance(node.ctx, ast.Store):
                continue
            if home.stage in {Stage.GRAPH, Stage.DROP}:
                if isinstance(atom.stmt, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    raise CannotConvert(node, f"`{atom.stmt.name}` reads the graph tensor `{node.id}` from outside; make it "
                                        "a parameter")  # fmt: skip
                raise CannotConvert(node, f"`{node.id}` exists only in the graph and is used outside of a run")


def _site_parts(plan: Plan) -> set[ast.AST]:
    """Return all nodes of fetches, feed keys, receivers and replaced expressions."""
    found: set[ast.AST] = set()
    for site in plan.unit.sites:
        found.update(ast.walk(site.call.func))
        found.update(ast.walk(site.fetch))
        if isinstance(site.feed, ast.Dict):
            for key in site.feed.keys:
                if key is not None:
                    found.update(ast.walk(key))
        for given in [*site.call.args, *[k.value for k in site.call.keywords]]:
            if isinstance(plan.value(given), Sess):
                found.update(ast.walk(given))
    for node in plan.handled:
        if not isinstance(node, (ast.Name, ast.Attribute)) or isinstance(node, ast.Name):
            found.update(ast.walk(node))
    for part in plan.replaced_parts:
        found.update(ast.walk(part))
    for call, _ in plan.unit.facts.snapshots.items():
        found.update(ast.walk(call))
    return found


def _in_context(plan: Plan, node: ast.AST) -> bool:
    """Tell whether a node stands in the header of a with statement that goes away."""
    at: ast.AST | None = node
    while at is not None and not isinstance(at, ast.stmt):
        at = plan.unit.module.parents.get(at)
    if at in plan.unit.transparent and isinstance(at, ast.With):
        return any(node is n for item in at.items for n in ast.walk(item))
    return False


__all__ = ["DROPPED", "REFUSED", "Effect", "WithContext", "convert"]

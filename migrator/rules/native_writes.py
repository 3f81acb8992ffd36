"""TensorFlow 2 code that writes to a derived tensor: the same repair, and nothing else of the file changes.

Code without sessions may be TensorFlow 2 already, where other rules have no place. But a tensor has no ``assign`` there
either (``'EagerTensor' object has no attribute 'assign'``), so such a write can only be a mistake.
"""

from __future__ import annotations

import ast

from migrator.analysis.units import Unit
from migrator.analysis.values import Effect, Node, Seq, Value, Var, leaves
from migrator.model import Severity
from migrator.rules.derived_places import beside, writes_in
from migrator.rules.derived_places import place_inside as inside_expression
from migrator.rules.derived_trees import is_source
from migrator.rules.derived_writes import RULE, Put, convert_derived, derived_effects
from migrator.rules.import_edits import tensorflow_alias
from migrator.rules.plan import CannotConvert, Namer, Plan
from migrator.syntax.emit import Operations, default_indent
from migrator.syntax.text import Edits
from migrator.tables import lenses, signatures
from migrator.tables.lookup import lookup

NAMED = frozenset({"subscript", "element", "read_value", "value"})


def repairs(unit: Unit) -> bool:
    """Tell whether a module without sessions writes to tensors that are certainly derived from variables."""
    plan = _empty(unit)
    return any(_certain(plan, call, effects) for call, effects in derived_effects(plan).items())


def repair(unit: Unit) -> Plan:
    """Plan the repair of a module's derived writes.

    Raises:
        CannotConvert: one of them can't be repaired.
    """
    plan = _empty(unit)
    plan.native = True
    effects = {c: e for c, e in derived_effects(plan).items() if _certain(plan, c, e)}
    for found in effects.values():
        for effect in found:
            _check(plan, effect)
    convert_derived(plan, only=effects)
    for call in effects:
        _place(plan, plan.puts[call])
    plan.diagnostics[:] = []
    for call in effects:
        names = " and ".join(dict.fromkeys(plan.puts[call].variables))
        plan.note(call, RULE.code, Severity.INFO, "a tensor has no `assign` (only variables do): the value is put back "
                  f"into {names}")  # fmt: skip
    return plan


def _empty(unit: Unit) -> Plan:
    source = unit.module.source
    return Plan(
        unit, Edits(source), Operations(), Namer(unit.module.tree), default_indent(source),
        tensorflow_alias(unit.module.tree), unit.module.path,
    )  # fmt: skip


def _certain(plan: Plan, call: ast.Call, effects: list[Effect]) -> bool:
    """Tell whether a write fails in TensorFlow 2: its target is a tensor that known ops make of variables."""
    at: ast.AST | None = call
    while at is not None:
        if isinstance(at, ast.Try) and at.handlers:
            return False  # what fails here may be meant to
        at = plan.unit.module.parents.get(at)
    return all(e.writes and _known(e.detail.get("target")) for e in effects)


def _known(value: Value | None) -> bool:
    if isinstance(value, Var):
        return True
    if isinstance(value, Seq):
        return bool(value.items) and all(_known(v) for v in value.items or ())
    if not isinstance(value, Node) or isinstance(value, Effect):
        return False
    if value.op not in NAMED and not lenses.is_decided(value.op):
        return False
    names = signatures.of(value.op)
    taken = [v for name, v in value.taken.items() if isinstance(name, str) and is_source(value.op, name, names)]
    sources = taken or list(value.inputs[:1])
    return bool(sources) and all(_known(v) or (isinstance(v, Node) and v.constant) for v in sources)


def _check(plan: Plan, effect: Effect) -> None:
    """Refuse what TensorFlow 2 reads differently from TensorFlow 1: positional arguments in another order."""
    for value in leaves(effect.detail.get("target")):
        for node in value.ancestors() if isinstance(value, Node) else ():
            row = lookup(node.op) if isinstance(node, Node) else None
            if row is None or not isinstance(node, Node) or not isinstance(node.expr, ast.Call):
                continue
            used = len(node.expr.args)
            if row.target_parameters and row.parameters[:used] != row.target_parameters[:used]:
                raise CannotConvert(
                    node.expr, "its positional arguments mean something else in TensorFlow 1; name them"
                )


def _place(plan: Plan, put: Put) -> None:
    """Put the statements where the write stands; a name of the target is made anew where it is read afterwards."""
    stmt = plan.unit.module.statement(put.call)
    _check_iterated(plan, put.call)
    target = put.call.func.value if put.method and isinstance(put.call.func, ast.Attribute) else put.call.args[0]
    if not isinstance(target, ast.Name):
        _check_part(plan, target, stmt)
    if inside_expression(plan, put, stmt):
        return
    nested = plan.unit.module.parents[put.call] is not stmt
    if nested and put.result is not None:
        plan.edits.replace(put.call, put.result)
    if len(writes_in(plan, stmt)) > 1:
        raise CannotConvert(put.call, "two derived writes in one statement; write two statements")
    beside(plan, put, stmt, nested, renew=_renewed(plan, put, stmt))


def _check_iterated(plan: Plan, call: ast.Call) -> None:
    """A loop over tensors has another target in each round, and the text of the write can name only one."""
    target = call.func.value if isinstance(call.func, ast.Attribute) else call.args[0]
    names = {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
    at: ast.AST | None = call
    while at is not None:
        loops = [at] if isinstance(at, (ast.For, ast.AsyncFor)) else getattr(at, "generators", [])
        for loop in loops:
            bound = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
            if bound & names and any(isinstance(plan.value(n), (Node, Var)) for n in ast.walk(loop.target)):
                raise CannotConvert(call, "the target of the write differs between the rounds of a loop")
        at = plan.unit.module.parents.get(at)


def _check_part(plan: Plan, target: ast.expr, stmt: ast.stmt) -> None:
    """An element of a list of eager tensors keeps the values that it was made with."""
    facts, inside = plan.unit.facts, set(ast.walk(stmt))
    for root in (n for n in ast.walk(target) if isinstance(n, ast.Name)):
        if isinstance(plan.value(root), Var):
            continue
        defs = facts.uses.get(root, frozenset())
        if any(n not in inside and found & defs and (n.lineno > stmt.lineno or plan.unit.loops_around(stmt))
               for n, found in facts.uses.items()):  # fmt: skip
            raise CannotConvert(
                target, f"`{root.id}` is read after the write: its elements would keep their old values"
            )


def _renewed(plan: Plan, put: Put, stmt: ast.stmt) -> str | None:
    """Return the name of the target, if it is read again: an eager tensor keeps the values that it was made with."""
    call = put.call
    target = call.func.value if put.method and isinstance(call.func, ast.Attribute) else call.args[0]
    facts, module = plan.unit.facts, plan.unit.module
    if not isinstance(target, ast.Name):
        return None
    defs = facts.uses.get(target, frozenset())
    inside = {target} if plan.unit.loops_around(stmt) else set(ast.walk(stmt))
    later = [n for n, found in facts.uses.items() if n not in inside and isinstance(n.ctx, ast.Load) and found & defs
             and (n.lineno > stmt.lineno or module.function(n) is not module.function(stmt)
                  or plan.unit.loops_around(stmt))]  # fmt: skip
    if not later:
        return None
    if any(module.function(n) is not module.function(stmt) for n in later) or any(
        d.scope is not module.function(stmt) for d in defs
    ):
        raise CannotConvert(call, f"`{target.id}` is read in another function: it would keep its old values")
    if isinstance(stmt, ast.Return):
        return None
    return target.id

"""tf.assign and its kin on variables and on slices of variables: methods of the variable."""

from __future__ import annotations

import ast
from collections.abc import Callable

from migrator.analysis.values import Effect, Node, Py, Var
from migrator.model import Rule
from migrator.rules.plan import CannotConvert, Plan, SitePlan, atomic
from migrator.syntax.text import Render

RULE = Rule(
    "MIG230",
    "assign",
    "tf.assign(v, x) becomes v.assign(x).",
    "Writes are methods of the variable. Inside a tf.function they run in program order.",
    before="update = tf.assign(v, v + 1)",
    after="update = v.assign(v + 1)",
)


def is_variable_slice(value: object) -> bool:
    """Tell whether a value is ``v[...]``, which TF1 can assign as well."""
    return (
        isinstance(value, Node)
        and value.op == "subscript"
        and len(value.inputs) >= 1
        and isinstance(value.inputs[0], Var)
    )


def is_direct(effect: Effect) -> bool:
    """Tell whether TF1 can do a write: it goes to a variable, or assigns to a slice of one."""
    return effect.kind == "assign" or (effect.op == "assign" and is_variable_slice(effect.detail.get("target")))


def convert_writes(plan: Plan) -> None:
    """Plan the native form of every write of the unit to a variable or to a slice of one."""
    done: set[ast.expr] = set()
    for effect in plan.unit.made():
        if not isinstance(effect, Effect) or effect.kind not in {"assign", "lens"} or effect.expr in done:
            continue
        if effect.module is not plan.unit.module:
            continue
        done.add(effect.expr)
        if is_direct(effect) and isinstance(effect.expr, ast.Call):
            _direct(plan, effect.expr, effect)


def convert_loads(plan: Plan) -> None:
    """``v.load(x, sess)`` writes at once: ``v.assign(x)``."""
    for call in plan.unit.facts.loads:
        if call not in plan.unit.module.parents or not isinstance(call.func, ast.Attribute):
            continue
        given = {k.arg: k.value for k in call.keywords}
        value = call.args[0] if call.args else given.get("value")
        if value is None or isinstance(value, ast.Starred) or None in given:
            raise CannotConvert(call, "the arguments of a write are not written out")
        plan.edits.replace(call, _loaded(call.func.value, value))
        # TF1 runs the variable's initializer, fed with the value: a run without result
        plan.sites.append(SitePlan(len(plan.sites), call, "init", None, (plan.segment(call.func.value),), (), ()))
        plan.replaced_parts.extend([*call.args[1:], *[v for v in given.values() if v is not value]])


def _loaded(owner: ast.expr, value: ast.expr) -> Callable[[Render], str]:
    return lambda render: f"{atomic(render(owner), owner)}.assign({render(value)})"


def _direct(plan: Plan, call: ast.Call, effect: Effect) -> None:
    """Plan a write to a variable or a slice of one."""
    target = effect.call["ref"]
    if isinstance(call.func, ast.Attribute) and call.func.value is target:
        return  # already a method
    plan.handled.add(call.func)
    if "validate_shape" in effect.call:
        value = plan.value(effect.call["validate_shape"])
        if not (isinstance(value, Py) and value.const is True):
            raise CannotConvert(call, "a write that changes the variable's shape (validate_shape=False)")
    for name in effect.call:
        if name.startswith("*"):
            raise CannotConvert(call, "the arguments of a write are not written out")
    plan.edits.replace(call, lambda render: _text(plan, effect, target, render))


def _text(plan: Plan, effect: Effect, target: ast.expr, render: Render) -> str:
    owner = atomic(render(target), target)
    if effect.op in {"assign", "assign_add", "assign_sub"}:
        return f"{owner}.{effect.op}({render(effect.call['value'])})"
    indices, updates = render(effect.call["indices"]), render(effect.call["updates"])
    if "_nd_" in effect.op:
        return f"{owner}.{effect.op}({indices}, {updates})"
    return f"{owner}.{effect.op}({plan.tf}.IndexedSlices({updates}, {indices}))"

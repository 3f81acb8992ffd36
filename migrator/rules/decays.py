"""Learning-rate decays: the schedule's value at the global step, computed in the step."""

from __future__ import annotations

import ast

from migrator.analysis.values import UNKNOWN, Node, Py, Seq, Value, Var, leaves
from migrator.model import Rule
from migrator.rules.decay_forms import DecayRefusal, decay_form
from migrator.rules.optimizer_forms import UNKNOWN as FORM_UNKNOWN
from migrator.rules.optimizer_forms import Arg
from migrator.rules.plan import CannotConvert, Plan
from migrator.tables import signatures

RULE = Rule(
    "MIG221",
    "decays",
    "A learning-rate decay becomes a Keras schedule called with the global step.",
    "The step assigns the value to the optimizer's learning rate, so that it depends on the program's own global step "
    "and not on the optimizer's count of updates.",
    before="rate = tf.train.exponential_decay(0.1, global_step, 100, 0.96)",
    after="rate = tf.keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.96)(global_step)",
)


def convert_decays(plan: Plan) -> None:
    """Replace the decays of a unit."""
    for node in plan.unit.made():
        short = node.op.rsplit(".", 1)[-1] if isinstance(node, Node) else ""
        if isinstance(node, Node) and short in signatures.DECAYS and node.module is plan.unit.module:
            _one(plan, node)


def _one(plan: Plan, node: Node) -> None:
    call = node.expr
    if not isinstance(call, ast.Call) or call.func in plan.handled:
        return
    args = {name: _argument(plan, expr) for name, expr in node.call.items()}
    form = decay_form(node.op, args, plan.tf)
    if isinstance(form, DecayRefusal):
        raise CannotConvert(call, form.reason, node.op)
    plan.handled.add(call.func)
    plan.edits.replace(call, form.expression)


def _argument(plan: Plan, expr: ast.expr) -> Arg:
    value = plan.value(expr)
    tensor = any(isinstance(v, Var) or (isinstance(v, Node) and not v.constant) for v in leaves(value))
    return Arg(plan.segment(expr), _constant(value), tensor)


def _constant(value: Value | None) -> object:
    if isinstance(value, Py) and value.const is not UNKNOWN:
        return value.const
    if isinstance(value, Seq) and value.items is not None:
        items = [_constant(v) for v in value.items]
        if all(i is not FORM_UNKNOWN for i in items):
            return items
    return FORM_UNKNOWN

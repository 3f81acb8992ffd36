"""Writes to tensors derived from variables become the right writes to those variables."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from migrator.analysis import lens
from migrator.analysis.plain_ops import literal_shape
from migrator.analysis.values import Effect, Node, Var, leaves
from migrator.model import Rule, Severity
from migrator.rules.derived_trees import argument, static, tree
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.variables import path_of
from migrator.rules.writes import is_variable_slice
from migrator.syntax.text import Render

RULE = Rule(
    "MIG240",
    "derived-writes",
    "A write to a tensor derived from variables becomes the right writes to those variables.",
    "TF1 raises where `tf.assign` is given anything but a variable or a slice of one; meant was to put the value back "
    "into the variables that the tensor was made from.",
    before="both = tf.concat([v1, v2], axis=1)\nsess.run(tf.assign(both, x))",
    after="part_v1, part_v2 = tf.split(x, [v1.shape[1], v2.shape[1]], axis=1)\nv1.assign(part_v1)\nv2.assign(part_v2)",
)


SCATTERED = Rule(
    "MIG241",
    "scatters-run-as-writes",
    "tf.tensor_scatter_nd_update, run only for its effect, becomes a write.",
    "It returns a new tensor and changes nothing; a program that runs it and throws the result away meant the "
    "variable's own scatter. The behaviour changes to what was meant, so a person should look at it.",
    before="sess.run(tf.tensor_scatter_nd_update(v, indices, updates))",
    after="v.scatter_nd_update(indices, updates)",
)


SCATTERS = {f"tensorflow.tensor_scatter_{n}": v for n, v in (
    ("nd_update", "update"), ("update", "update"), ("nd_add", "add"), ("add", "add"), ("nd_sub", "sub"), ("sub", "sub"),
    ("nd_min", "min"), ("nd_max", "max"))}  # fmt: skip


@dataclass(eq=False)
class Put:
    """The native form of one derived write.

    Attributes:
        call: the write.
        make: gives the statements, with the texts of the names as `render` gives them.
        result: gives the expression of the write's value; None where it has none.
        variables: texts of the variables written.
    """

    call: ast.Call
    make: Callable[[Render], tuple[str, ...]]
    result: str | None
    variables: tuple[str, ...]
    names: list[str] = field(default_factory=list)  # temporaries, in the order in which the statements ask for them
    asked: int = 0


def convert_derived(plan: Plan) -> None:
    """Plan the derived writes of a unit."""
    for effect in plan.unit.made():
        if not isinstance(effect, Effect) or effect.kind != "lens" or effect.module is not plan.unit.module:
            continue
        if not is_variable_slice(effect.detail.get("target")) and effect.expr not in plan.puts:
            _derived(plan, effect)
    _scatters(plan)


def _derived(plan: Plan, effect: Effect) -> None:
    call = effect.expr
    assert isinstance(call, ast.Call)
    target = tree(plan, effect.detail.get("target"), call)
    written = next((effect.call[k] for k in ("value", "delta", "updates", "*0") if k in effect.call), None)
    if effect.op.startswith("scatter") and "*0" in effect.call:
        written = effect.call.get("*1")
    if written is None:
        raise CannotConvert(call, "a write whose value is not written out")
    indices = effect.call.get("indices") or (effect.call.get("*0") if effect.op.startswith("scatter") else None)
    found = Put(call, lambda render: (), None, ())
    fresh = _fresh(plan, found)

    def plan_of(render: Render) -> lens.Plan | lens.Refusal:
        found.asked = 0
        value = lens.Value(render(written), *_sort(plan, written))
        at = argument(plan, indices, render) if indices is not None else None
        return lens.put(target, value, fresh=fresh, tf=plan.tf, how=effect.op, indices=at)

    first = plan_of(plan.segment)
    if isinstance(first, lens.Refusal):
        raise CannotConvert(call, f"the write can't be put back into variables: {first.reason}")
    _accept(plan, found, plan_of, first, [written, *([indices] if indices is not None else [])])
    found.result = lens.result(target, plan.tf, effect.op)
    names = " and ".join(dict.fromkeys(found.variables))
    plan.note(call, RULE.code, Severity.INFO, "TF1 raises here (the target is no variable): the value is put back into "
              f"{names}" + "".join(f"; {n}" for n in first.notes))  # fmt: skip


def _accept(
    plan: Plan, found: Put, plan_of: Callable[[Render], lens.Plan | lens.Refusal], first: lens.Plan,
    needs: list[ast.expr],
) -> None:  # fmt: skip
    def make(render: Render) -> tuple[str, ...]:
        made = plan_of(render)
        assert isinstance(made, lens.Plan)
        return made.statements

    found.make = make
    found.variables = tuple(leaf.text for leaf in first.writes)
    plan.puts[found.call] = found
    plan.handled.add(found.call.func)
    plan.unit.facts.put_needs[found.call] = needs


def _fresh(plan: Plan, found: Put) -> Callable[[str], str]:
    """Return a namer that gives the same names in the same order each time the statements are made."""

    def fresh(wish: str) -> str:
        found.asked += 1
        if found.asked > len(found.names):
            found.names.append(plan.namer.fresh(wish))
        return found.names[found.asked - 1]

    return fresh


def _sort(plan: Plan, written: ast.expr) -> tuple[bool, tuple[int | None, ...] | None, object]:
    """Return (is a tensor, static shape, Python value) of what is written."""
    value = plan.value(written)
    if isinstance(value, (Node, Var)):
        return True, value.shape, lens.UNKNOWN
    return False, None, static(value)


def _scatters(plan: Plan) -> None:
    for site in plan.unit.sites:
        value = plan.value(site.fetch)
        discarded = isinstance(plan.unit.module.parents[site.call], ast.Expr)
        if not (isinstance(value, Node) and value.op in SCATTERS and discarded):
            continue
        variable = plan.value(value.call.get("tensor"))
        if not isinstance(variable, Var) or value.expr in plan.puts or not isinstance(value.expr, ast.Call):
            continue
        if all(_thrown_away(plan, s.call) for s in plan.unit.sites if value in list(leaves(plan.value(s.fetch)))):
            _scatter(plan, value, variable)


def _thrown_away(plan: Plan, call: ast.Call) -> bool:
    return isinstance(plan.unit.module.parents[call], ast.Expr)


def _scatter(plan: Plan, node: Node, variable: Var) -> None:
    call, indices, updates = node.expr, node.call["indices"], node.call["updates"]
    assert isinstance(call, ast.Call)
    leaf = lens.Leaf(path_of(plan, variable), variable.shape, variable.dtype, id(variable))
    found = Put(call, lambda render: (), None, ())

    def plan_of(render: Render) -> lens.Plan | lens.Refusal:
        at, new = plan.value(indices), plan.value(updates)
        return lens.scatter_put(
            leaf, argument(plan, indices, render), render(updates), tf=plan.tf, verb=SCATTERS[node.op],
            indices_shape=at.shape if isinstance(at, (Node, Var)) else literal_shape(at),
            updates_shape=new.shape if isinstance(new, (Node, Var)) else literal_shape(new),
        )  # fmt: skip

    first = plan_of(plan.segment)
    if isinstance(first, lens.Refusal):
        raise CannotConvert(call, f"`{node.op.rsplit('.', 1)[-1]}` returns a new tensor and changes nothing, and can't "
                            f"be made a write: {first.reason}")  # fmt: skip
    _accept(plan, found, plan_of, first, [indices, updates])
    name = node.op.rsplit(".", 1)[-1]
    plan.note(call, SCATTERED.code, Severity.MANUAL, f"`{name}` returns a new tensor and changes nothing in TF1; its "
              f"result is thrown away, so it now writes {leaf.text}: check that this was meant"
              + "".join(f"; {n}" for n in first.notes), node.op)  # fmt: skip

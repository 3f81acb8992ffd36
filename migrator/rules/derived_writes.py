"""Writes to tensors derived from variables become the right writes to those variables."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from migrator.analysis import lens
from migrator.analysis.facts import Facts
from migrator.analysis.values import Effect, Node, Seq, Value, Var, leaves
from migrator.model import Rule, Severity
from migrator.rules.derived_trees import Tree, merged, static
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.writes import is_direct
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
_UPDATES = ("value", "delta", "updates", "sparse_delta", "*0")


@dataclass(eq=False)
class Put:
    """The native form of one derived write.

    Attributes:
        call: the write.
        op: the method of a variable that it is: ``assign``, ``scatter_nd_add``, ...
        method: it is written as a method of its target.
        make: gives the statements, with the texts of the names as `render` gives them.
        result: gives the expression of the write's value; None where it has none.
        variables: texts of the variables written.
        names: temporaries, in the order in which the statements ask for them.
    """

    call: ast.Call
    op: str = "assign"
    method: bool = False
    make: Callable[[Render], tuple[str, ...]] = lambda render: ()
    result: Callable[[Render], str] | None = None
    inline: Callable[[Render], str | None] = lambda render: None
    variables: tuple[str, ...] = ()
    names: list[str] = field(default_factory=list)
    asked: int = 0


def convert_derived(plan: Plan, only: Mapping[ast.Call, list[Effect]] | None = None) -> None:
    """Plan the derived writes of a unit, or only some of them."""
    for call, effects in (derived_effects(plan) if only is None else only).items():
        _derived(plan, call, effects)


def derived_effects(plan: Plan) -> dict[ast.Call, list[Effect]]:
    """Return the derived writes of a unit with all their evaluations, in program order."""
    found: dict[ast.Call, list[Effect]] = {}
    for effect in plan.unit.made():
        mine = isinstance(effect, Effect) and effect.kind in {"lens", "assign"}
        if mine and effect.module is plan.unit.module and isinstance(effect.expr, ast.Call):
            assert isinstance(effect, Effect)
            found.setdefault(effect.expr, []).append(effect)
    direct = {call for call, es in found.items() if all(is_direct(e) for e in es)}
    mixed = next((c for c, es in found.items() if c not in direct and any(is_direct(e) for e in es)), None)
    if mixed is not None:
        raise CannotConvert(mixed, "the write goes to a variable in one call and to a derived tensor in another")
    return {call: effects for call, effects in found.items() if call not in direct}


def left_writes(facts: Facts) -> Iterator[ast.expr]:
    """Yield the derived writes that facts hold."""
    for values in facts.created.values():
        for effect in values:
            if isinstance(effect, Effect) and effect.kind == "lens" and not is_direct(effect):
                yield effect.expr


def _derived(plan: Plan, call: ast.Call, effects: list[Effect]) -> None:
    first = effects[0]
    written, indices = _arguments(first)
    method = isinstance(call.func, ast.Attribute) and call.func.value is first.call["ref"]
    found = Put(call, first.op, method)
    trees = [Tree(plan, call, local=len({id(e.detail.get("target")) for e in effects}) > 1) for _ in effects]

    def target_of(render: Render) -> lens.Node:
        made = [t.of(e.detail.get("target"), e.call["ref"], render) for t, e in zip(trees, effects, strict=True)]
        target = merged(made) if len(made) > 1 else made[0]
        if target is None:
            raise CannotConvert(call, "the target of the write differs between its calls")
        return target

    def put(target: lens.Node, render: Render) -> lens.Plan | lens.Refusal:
        found.asked = 0
        value = lens.Value(_written_text(first, written, render), *_sort(plan, effects, written))
        at = trees[0].argument(*_taken(plan, first, indices), render) if indices is not None else None
        return lens.put(target, value, fresh=fresh_names(plan, found), tf=plan.tf, how=first.op, indices=at)

    for tree, effect in zip(trees, effects, strict=True):  # each for itself: variables must differ in every call
        single = put(tree.of(effect.detail.get("target"), effect.call["ref"], plan.segment), plan.segment)
        if isinstance(single, lens.Refusal):
            raise CannotConvert(call, f"the write can't be put back into variables: {single.reason}")
    accepted = put(target_of(plan.segment), plan.segment)
    if isinstance(accepted, lens.Refusal):
        raise CannotConvert(call, f"the write can't be put back into variables: {accepted.reason}")
    if (
        indices is not None
        and first.op.startswith("scatter")
        and not trees[0].reach.repeatable(indices, plan.value(indices))
    ):
        raise CannotConvert(call, "the indices of the scatter are drawn; give them a name of their own")

    def make(render: Render) -> tuple[str, ...]:
        made = put(target_of(render), render)
        assert isinstance(made, lens.Plan)
        return made.statements

    def inline(render: Render) -> str | None:
        target = target_of(render)
        statements = put(target, render)
        assert isinstance(statements, lens.Plan)
        if len(statements.statements) != 1:
            return None
        return lens.result_of_one(target, statements.statements[0], plan.tf, first.op)

    found.make, found.inline = make, inline
    found.result = lambda render: lens.result(target_of(render), plan.tf, first.op)
    needs = [written, *([indices] if indices is not None else []), *(n for t in trees for n in t.needs)]
    accept(plan, found, accepted, list(dict.fromkeys(needs)))
    names = " and ".join(dict.fromkeys(found.variables))
    plan.note(call, RULE.code, Severity.INFO, "TF1 raises here (the target is no variable): the value is put back into "
              f"{names}" + "".join(f"; {n}" for n in accepted.notes))  # fmt: skip


def accept(plan: Plan, found: Put, accepted: lens.Plan, needs: list[ast.expr]) -> None:
    """Take a write into the plan."""
    found.variables = tuple(leaf.text for leaf in accepted.writes)
    plan.puts[found.call] = found
    plan.handled.add(found.call.func)
    plan.unit.facts.put_needs[found.call] = needs


def _arguments(effect: Effect) -> tuple[ast.expr, ast.expr | None]:
    """Return what is written and where a scatter writes it."""
    call, args = effect.expr, dict(effect.call)
    if any(name.startswith("**") for name in args):
        raise CannotConvert(call, "the arguments of the write are not written out")
    scatter = effect.op.startswith("scatter")
    if scatter and "*1" in args:  # v.scatter_nd_update(indices, updates)
        return args["*1"], args["*0"]
    if scatter and "indices" in args:
        updates = args.get("updates")
        if updates is not None:
            return updates, args["indices"]
    sparse = next((args[n] for n in ("sparse_delta", "*0") if n in args), None) if scatter else None
    if isinstance(sparse, ast.Call):  # v.scatter_update(tf.IndexedSlices(updates, indices))
        parts: dict[str | None, ast.expr] = dict(zip(("values", "indices"), sparse.args, strict=False))
        parts.update({k.arg: k.value for k in sparse.keywords})
        if {"values", "indices"} <= parts.keys() and "IndexedSlices" in ast.unparse(sparse.func):
            return parts["values"], parts["indices"]
    written = next((args[k] for k in _UPDATES if k in args), None)
    if written is None or scatter:
        raise CannotConvert(call, "a write whose value is not written out")
    return written, None


def _taken(plan: Plan, effect: Effect, expr: ast.expr) -> tuple[ast.expr, Value | None]:
    name = next((n for n, e in effect.call.items() if e is expr), None)
    return expr, effect.taken.get(name, plan.value(expr))


def _written_text(effect: Effect, written: ast.expr, render: Render) -> str:
    text = render(written)
    return f"({text})" if isinstance(written, (ast.GeneratorExp, ast.Tuple)) and not text.startswith("(") else text


def fresh_names(plan: Plan, found: Put) -> Callable[[str], str]:
    """Return a namer that gives the same names in the same order each time the statements are made."""

    def fresh(wish: str) -> str:
        found.asked += 1
        if found.asked > len(found.names):
            found.names.append(plan.namer.fresh(wish))
        return found.names[found.asked - 1]

    return fresh


def _sort(plan: Plan, effects: list[Effect], written: ast.expr) -> tuple[bool, tuple[int | None, ...] | None, object]:
    """Return (is a tensor, static shape, Python value) of what is written in all evaluations."""
    values = [_taken(plan, e, written)[1] for e in effects]
    if all(isinstance(v, (Node, Var)) for v in values):
        shapes = {v.shape for v in values if isinstance(v, (Node, Var))}
        return True, shapes.pop() if len(shapes) == 1 else None, lens.UNKNOWN
    if all(isinstance(e.detail.get("target"), Seq) for e in effects) and all(isinstance(v, Seq) for v in values):
        held = [isinstance(leaf, (Node, Var)) for v in values for leaf in leaves(v)]
        if any(held):  # a list of tensors for a list of variables: each is computed before the first write
            return True, None, lens.UNKNOWN
    known = [static(v) for v in values]
    return False, None, known[0] if all(k == known[0] for k in known) else lens.UNKNOWN

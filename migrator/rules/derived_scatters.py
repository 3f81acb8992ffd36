"""tf.tensor_scatter_nd_* and tf.scatter_nd that are run as if they wrote to a variable."""

from __future__ import annotations

import ast

from migrator.analysis import lens
from migrator.analysis.plain_ops import literal_shape
from migrator.analysis.values import Effect, Node, Var, leaves
from migrator.model import Rule, Severity
from migrator.rules.derived_trees import Tree
from migrator.rules.derived_writes import Put, accept, fresh_names
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.variables import path_of
from migrator.syntax.text import Render

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
_NAMES = ("tensor", "indices", "updates")
NEW = "tensorflow.scatter_nd"


def convert_scatters(plan: Plan) -> None:
    """Plan the scatters of a unit that are run for their effect only."""
    found = {id(v): v for v in _fetched(plan) if v.op in SCATTERS or v.op == NEW}
    used = _used(plan)
    for node in found.values():
        if not isinstance(node.expr, ast.Call) or node.expr in plan.puts or node.module is not plan.unit.module:
            continue
        if id(node) in used or not all(
            _thrown_away(plan, s.call) for s in plan.unit.sites if _fetches(plan, s.fetch, node)
        ):
            continue
        if node.op == NEW:
            _new(plan, node)
        else:
            _scatter(plan, node)


def _fetched(plan: Plan) -> list[Node]:
    """Return the tensors that the unit's runs fetch, also through groups."""
    found: list[Node] = []
    for site in plan.unit.sites:
        for leaf in leaves(plan.value(site.fetch)):
            if isinstance(leaf, Effect) and leaf.kind == "group":
                found.extend(v for v in leaf.inputs if isinstance(v, Node))
            elif isinstance(leaf, Node):
                found.append(leaf)
    return found


def _fetches(plan: Plan, fetch: ast.expr, node: Node) -> bool:
    return any(leaf is node for leaf in leaves(plan.value(fetch)))


def _used(plan: Plan) -> set[int]:
    """Return the tensors that other ops take."""
    return {
        id(taken)
        for values in plan.unit.facts.created.values()
        for node in values
        if isinstance(node, Node) and not (isinstance(node, Effect) and node.kind == "group")
        for taken in node.inputs
    }


def _thrown_away(plan: Plan, call: ast.Call) -> bool:
    return isinstance(plan.unit.module.parents[call], ast.Expr)


def _argument(node: Node, name: str) -> ast.expr | None:
    return node.call.get(name, node.call.get(f"*{_NAMES.index(name)}"))


def _scatter(plan: Plan, node: Node) -> None:
    """A tensor_scatter of a variable, or of a tensor derived from variables."""
    call = node.expr
    target, indices, updates = (_argument(node, n) for n in _NAMES)
    if not isinstance(call, ast.Call) or target is None or indices is None or updates is None:
        return
    value = plan.value(target)
    if not any(isinstance(v, Var) for v in (value.ancestors() if isinstance(value, Node) else [value])):
        return
    _write(plan, node, call, target, indices, updates, SCATTERS[node.op])


def _new(plan: Plan, node: Node) -> None:
    """``tf.scatter_nd(v, indices, updates)``, or with the shape of v: taken for tf.scatter_nd_update."""
    call = node.expr
    first, second, third = (
        node.call.get(n, node.call.get(f"*{i}")) for i, n in enumerate(("indices", "updates", "shape"))
    )
    if not isinstance(call, ast.Call) or first is None or second is None or third is None:
        return
    if isinstance(plan.value(first), Var):
        _write(plan, node, call, first, second, third, "update")
        return
    shaped = [n for n in ast.walk(third) if isinstance(n, (ast.Name, ast.Attribute)) and isinstance(plan.value(n), Var)]
    if len(shaped) == 1:
        _write(plan, node, call, shaped[0], first, second, "update")


def _write(
    plan: Plan, node: Node, call: ast.Call, target: ast.expr, indices: ast.expr, updates: ast.expr, verb: str
) -> None:
    owner = plan.value(target)
    found = Put(call, f"scatter_nd_{verb}")
    tree = Tree(plan, call)

    def plan_of(render: Render) -> lens.Plan | lens.Refusal:
        at, new = plan.value(indices), plan.value(updates)
        where = tree.argument(indices, at, render)
        if not isinstance(owner, Var):
            found.asked = 0
            tensor = isinstance(new, (Node, Var))
            return lens.put(
                tree.of(owner, target, render), lens.Value(render(updates), tensor), fresh=fresh_names(plan, found),
                tf=plan.tf, how=f"scatter_nd_{verb}", indices=where,
            )  # fmt: skip
        leaf = lens.Leaf(path_of(plan, owner), owner.shape, owner.dtype, id(owner))
        return lens.scatter_put(
            leaf, where, render(updates), tf=plan.tf, verb=verb,
            indices_shape=at.shape if isinstance(at, (Node, Var)) else literal_shape(at),
            updates_shape=new.shape if isinstance(new, (Node, Var)) else literal_shape(new),
        )  # fmt: skip

    first = plan_of(plan.segment)
    name = node.op.rsplit(".", 1)[-1]
    if isinstance(first, lens.Refusal):
        raise CannotConvert(call, f"`{name}` returns a new tensor and changes nothing, and can't be made a write: "
                            f"{first.reason}")  # fmt: skip

    def make(render: Render) -> tuple[str, ...]:
        made = plan_of(render)
        assert isinstance(made, lens.Plan)
        return made.statements

    found.make = make
    accept(plan, found, first, [indices, updates, *tree.needs])
    written = " and ".join(dict.fromkeys(found.variables))
    plan.note(call, SCATTERED.code, Severity.MANUAL, f"`{name}` returns a new tensor and changes nothing in TF1; its "
              f"result is thrown away, so it now writes {written}: check that this was meant"
              + "".join(f"; {n}" for n in first.notes), node.op)  # fmt: skip

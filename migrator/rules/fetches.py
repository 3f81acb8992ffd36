"""What a site fetches: the leaves of its fetch and their structure."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.analysis.facts import SiteFact
from migrator.analysis.values import Effect, Map, Node, Py, Seq, Value, Var, leaves
from migrator.rules.feeds import Feed
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.step_functions import Leaf, StepFunction


@dataclass(eq=False)
class Site:
    """A site on its way to its new form."""

    fact: SiteFact
    leaves: list[Leaf]
    shape: str  # "single", "list", "tuple", "dict" or "nested"
    feed: Feed
    step: StepFunction | None = None
    eager: bool = False
    initializers: list[Effect] = field(default_factory=list)
    caller: ast.Call | None = None  # the call that gives the function around the run what it fetches
    callee: str | None = None  # the parameter of that function which is the step function
    shown: Site | None = None  # the plan of another call, which has the text


def step_of(site: Site) -> StepFunction:
    """Return a site's step function."""
    assert site.step is not None
    return site.step


def uses_result(plan: Plan, site: Site) -> bool:
    """Tell whether the value of a run is used."""
    parent = plan.unit.module.parents[site.fact.call]
    return not isinstance(parent, ast.Expr)


def fetch(plan: Plan, expr: ast.expr, given: Mapping[str, ast.expr] | None = None) -> tuple[list[Leaf], str]:
    """Return the leaves of a fetch in flattening order, and its structure.

    Args:
        plan: the unit's plan.
        expr: the fetch.
        given: what a call of the function around gives to its parameters.
    """
    if given and isinstance(expr, ast.Name) and expr.id in given:
        return fetch(plan, given[expr.id])
    value = plan.value(expr)
    if isinstance(expr, (ast.List, ast.Tuple)):
        found = [leaf for e in expr.elts for leaf in fetch(plan, e, given)[0]]
        flat = all(not isinstance(e, (ast.List, ast.Tuple, ast.Dict)) for e in expr.elts)
        flat = (
            flat
            and len(found) == len(expr.elts)
            and not any(isinstance(f.value, Seq) or (isinstance(f.value, Node) and f.value.many) for f in found)
        )
        return found, ("list" if isinstance(expr, ast.List) else "tuple") if flat else "nested"
    if isinstance(expr, ast.Dict):
        raise_unless(all(k is not None for k in expr.keys), expr, "a fetched dict that is not written out")
        return [leaf for e in expr.values for leaf in fetch(plan, e)[0]], "dict"
    if isinstance(value, Node) and value.op == "phi" and any(_operation(v) for v in value.inputs):
        raise CannotConvert(expr, f"`{plan.segment(expr)}` is not one operation on all paths and in all rounds: write "
                            "a run for each, or let a condition choose the optimizer only")  # fmt: skip
    if isinstance(value, Node) and value.many:
        return [Leaf(expr, value)], "nested"
    if isinstance(value, (Node, Var)):
        return [Leaf(expr, value)], "single"
    if isinstance(expr, ast.BinOp) and isinstance(expr.op, ast.Add) and isinstance(value, Seq):
        sides = [fetch(plan, expr.left), fetch(plan, expr.right)]
        joined = [leaf for found, _ in sides for leaf in found]
        if any(leaf.operation for leaf in joined):
            flat = all(shape == "list" for _, shape in sides)
            flat = flat and not any(
                _operation(v) for x in joined if isinstance(x.value, (Seq, Map)) for v in leaves(x.value)
            )
            raise_unless(flat, expr, "lists are joined in a fetch; write the fetch out")
            return joined, "list"
    if isinstance(value, Seq) and isinstance(expr, ast.Name):
        return _named_sequence(plan, expr, value)
    if (
        isinstance(value, Seq)
        and value.items is not None
        and all(isinstance(v, (Node, Var)) and not _operation(v) for v in value.items)
    ):
        return [Leaf(expr, value)], value.kind if value.kind in {"list", "tuple"} else "list"
    if isinstance(value, Seq) and value.items and all(isinstance(v, Effect) for v in value.items):
        return [Leaf(expr, value)], "list"
    if (
        isinstance(value, Map)
        and value.items
        and all(isinstance(v, (Node, Var)) and not _operation(v) for v in leaves(value))
    ):
        return [Leaf(expr, value)], "nested"
    if isinstance(value, Py) and isinstance(value.const, str):
        raise CannotConvert(expr, "a fetch by name; fetch the tensor itself")
    raise CannotConvert(expr, "it is not statically known what is fetched")


def _named_sequence(plan: Plan, expr: ast.Name, value: Seq) -> tuple[list[Leaf], str]:
    """A list that was given a name: as if it were written in the run, if its names still mean the same."""
    defs = plan.unit.facts.uses.get(expr, frozenset())
    sources = [d.source for d in defs]
    if len(sources) == 1 and isinstance(sources[0], (ast.List, ast.Tuple)):
        source = sources[0]
        if any(_operation(v) for v in leaves(value)):
            return fetch(plan, source)
    if value.items is not None and all(isinstance(v, (Node, Var)) and not _operation(v) for v in value.items):
        return [Leaf(expr, value)], value.kind
    raise CannotConvert(expr, "a fetched list whose elements are not statically known")


def _operation(value: Value) -> bool:
    return isinstance(value, Effect) and value.kind not in {"assign", "lens", "control"}


def _size(leaf: Leaf) -> int:
    """Return how many values a leaf flattens to."""
    return len(list(leaves(leaf.value))) if isinstance(leaf.value, (Seq, Map)) else 1


def fetched_texts(plan: Plan, found: list[Leaf]) -> tuple[str, ...]:
    """Return the text of every fetched value, in flattening order."""
    return tuple(plan.segment(leaf.expr) for leaf in found for _ in range(_size(leaf)))


def spread(found: list[Leaf], kept: tuple[int, ...]) -> tuple[int, ...]:
    """Return positions among leaves as positions among flattened values."""
    positions: list[int] = []
    at = 0
    for index, leaf in enumerate(found):
        if index in kept:
            positions.extend(range(at, at + _size(leaf)))
        at += _size(leaf)
    return tuple(positions)


def raise_unless(condition: bool, node: ast.AST, message: str) -> None:
    """Refuse unless a condition holds."""
    if not condition:
        raise CannotConvert(node, message)

"""feed_dict: which values are fed, and how a call of the step function gives them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from migrator.analysis.values import Map, Node, Py, Seq, Sym, Var
from migrator.rules.plan import CannotConvert, Plan
from migrator.tables.pure_builtins import PURE_BUILTINS


@dataclass(eq=False)
class Feed:
    """What one site feeds.

    Attributes:
        values: fed node -> the expression of its value, in the order written; None where a dict variable holds it.
        spread: text of the dict variable that holds the feeds.
    """

    values: dict[Node, ast.expr | None] = field(default_factory=dict)
    spread: ast.Name | None = None
    sources: list[ast.stmt] = field(default_factory=list)


def read_feed(plan: Plan, site: ast.Call, feed: ast.expr | None) -> Feed:
    """Return what a site feeds.

    Raises:
        CannotConvert: the keys are not statically known.
    """
    value = plan.value(feed)
    if feed is None or (isinstance(value, Py) and value.const is None):
        return Feed()
    if isinstance(feed, ast.Dict):
        return _literal(plan, feed)
    if isinstance(feed, ast.Name) and isinstance(value, Map) and value.items is not None:
        return _variable(plan, feed, value)
    raise CannotConvert(feed, "the feed_dict is not statically known; write it as a literal")


def _literal(plan: Plan, feed: ast.Dict) -> Feed:
    found = Feed()
    for key, value in zip(feed.keys, feed.values, strict=True):
        node = plan.value(key) if key is not None else None
        if isinstance(node, Var):
            raise CannotConvert(feed, "a variable is fed")
        if not isinstance(node, Node) or node.loop:
            raise CannotConvert(key or feed, "a fed key is not one known placeholder")
        if node in found.values:
            raise CannotConvert(feed, "a key is fed twice")
        found.values[node] = value
    return found


def _variable(plan: Plan, feed: ast.Name, value: Map) -> Feed:
    """A dict variable: every statement that fills it must be a literal or an item assignment."""
    found = Feed(spread=feed)
    assert value.items is not None
    for key in value.items:
        if not isinstance(key, Node) or key.loop:
            raise CannotConvert(feed, "a fed key is not one known placeholder")
        found.values[key] = None
    for source in plan.unit.facts.uses.get(feed, ()):
        stmt = source.stmt
        target = stmt.targets[0] if isinstance(stmt, ast.Assign) else None
        literal = isinstance(stmt, ast.Assign) and isinstance(stmt.value, ast.Dict) and len(stmt.targets) == 1
        plain = literal and isinstance(target, ast.Name)
        if stmt is None or not (plain or isinstance(target, ast.Subscript)):
            raise CannotConvert(feed, "the feed_dict is filled in a way that the analysis can't follow")
        found.sources.append(stmt)
    return found


def convert_keys(plan: Plan, feed: Feed) -> None:
    """Turn the keys of a dict variable into parameter names."""
    for stmt in feed.sources:
        assert isinstance(stmt, ast.Assign)
        keys = list(stmt.value.keys) if isinstance(stmt.value, ast.Dict) else []
        if isinstance(stmt.targets[0], ast.Subscript):
            keys = [stmt.targets[0].slice]
        for key in keys:
            node = plan.value(key) if key is not None else None
            if key is None or not isinstance(node, Node):
                raise CannotConvert(stmt, "a fed key is not one known placeholder")
            if key not in plan.handled:
                plan.handled.add(key)
                plan.edits.replace(key, f'"{plan.parameters[node]}"')


PURE_ARRAY_METHODS = frozenset(
    {
        *(
            "astype",
            "reshape",
            "copy",
            "mean",
            "sum",
            "max",
            "min",
            "argmax",
            "argmin",
            "transpose",
            "flatten",
            "ravel",
        ),
        *("tolist", "dot", "std", "var", "round", "clip", "squeeze", "item", "any", "all", "cumsum", "nonzero"),
    }
)


def parameter_name(plan: Plan, node: Node, beside: Iterable[Node] = ()) -> str:
    """Return the parameter's name of a fed node: the name that the program gave it.

    Args:
        plan: the unit's plan.
        node: the fed node.
        beside: further parameters of the same function, whose names must differ.
    """
    known = plan.parameters.get(node)
    if known is not None:
        return known
    name = None
    for defs in plan.unit.facts.by_name.values():
        for found in defs:
            if found.value is node and not found.mutates and found.module is plan.unit.module:
                name = name or found.name
    if name is None:
        given = plan.value(node.call.get("name"))
        base = given.const if isinstance(given, Py) and isinstance(given.const, str) else "fed"
        name = plan.namer.fresh(base)
    elif any(plan.parameters.get(other) == name for other in beside):
        name = plan.namer.fresh(name)
    plan.parameters[node] = name
    return name


def is_pure(plan: Plan, node: ast.expr) -> bool:
    """Tell whether evaluating an expression of Python time changes nothing and draws nothing."""
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)):
            return False
        if isinstance(inner, ast.Call) and not pure_call(plan, inner):
            return False
    return True


def pure_call(plan: Plan, call: ast.Call) -> bool:
    """Tell whether a call is known to change nothing and to draw nothing."""
    callee = plan.value(call.func)
    if isinstance(callee, Sym):
        return True
    if isinstance(callee, Py) and callee.tag == "builtin":
        return callee.const in PURE_BUILTINS
    text = plan.segment(call.func)
    if isinstance(callee, Py) and callee.tag == "numpy":
        root = call.func
        while isinstance(root, ast.Attribute):
            root = root.value
        defs = plan.unit.facts.uses.get(root, frozenset()) if isinstance(root, ast.Name) else frozenset()
        module = bool(defs) and all(isinstance(d.stmt, (ast.Import, ast.ImportFrom)) for d in defs)
        if module:
            return ".random" not in text and "shuffle" not in text
        return isinstance(call.func, ast.Attribute) and call.func.attr in PURE_ARRAY_METHODS
    if isinstance(call.func, ast.Attribute) and isinstance(plan.value(call.func.value), (Seq, Map)):
        return call.func.attr in {"items", "keys", "values", "get", "index", "count", "copy"}
    return text.startswith("math.") or (
        isinstance(call.func, ast.Attribute) and call.func.attr in {"astype", "reshape", "format", "join", "split"}
    )

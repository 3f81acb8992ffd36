"""feed_dict: which values are fed, and how a call of the step function gives them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from migrator.analysis.facts import Def
from migrator.analysis.values import Func, Map, Node, Py, Seq, Sym, Var
from migrator.rules.arguments import argument
from migrator.rules.feed_values import cast_text
from migrator.rules.plan import CannotConvert, Plan
from migrator.tables.pure_builtins import PURE_BUILTINS


@dataclass(eq=False)
class Feed:
    """What one site feeds.

    Attributes:
        values: fed node -> the expression of its value, in the order written; None where a dict variable holds it.
        spread: the expression of a dict that holds the feeds.
        keys: the expressions of its keys, wherever it is filled.
    """

    values: dict[Node, ast.expr | None] = field(default_factory=dict)
    spread: ast.expr | None = None
    keys: list[ast.expr] = field(default_factory=list)
    texts: dict[Node, str] = field(default_factory=dict)  # fed node -> source text of its key


def read_feed(plan: Plan, site: ast.Call, feed: ast.expr | None, given: Mapping[str, ast.expr] | None = None) -> Feed:
    """Return what a site feeds.

    Args:
        plan: the unit's plan.
        site: the run.
        feed: its feed_dict.
        given: what a call of the function around gives to its parameters.

    Raises:
        CannotConvert: the keys are not statically known.
    """
    value = plan.value(feed)
    if feed is None or (isinstance(value, Py) and value.const is None):
        return Feed()
    if isinstance(feed, ast.Dict) and all(key is not None for key in feed.keys):
        return _literal(plan, feed, given or {})
    if isinstance(feed, (ast.Name, ast.Call, ast.Dict)) and isinstance(value, Map) and value.items is not None:
        return _held(plan, feed, value)
    raise CannotConvert(feed, "the feed_dict is not statically known; write it as a literal")


def _literal(plan: Plan, feed: ast.Dict, given: Mapping[str, ast.expr]) -> Feed:
    found = Feed()
    for key, value in zip(feed.keys, feed.values, strict=True):
        node = plan.value(given.get(key.id, key) if isinstance(key, ast.Name) else key)
        if isinstance(node, Var):
            raise CannotConvert(feed, "a variable is fed")
        if not isinstance(node, Node) or node.loop:
            raise CannotConvert(key or feed, "a fed key is not one known placeholder")
        if node in found.values:
            raise CannotConvert(feed, "a key is fed twice")
        found.values[node] = value
        found.texts[node] = plan.segment(key) if key is not None else ""
    return found


def _held(plan: Plan, feed: ast.expr, value: Map) -> Feed:
    """A dict that the program builds: every statement that fills it must spell its keys."""
    found = Feed(spread=feed)
    assert value.items is not None
    for key in value.items:
        if not isinstance(key, Node) or key.loop:
            raise CannotConvert(feed, "a fed key is not one known placeholder")
        found.values[key] = None
    _Keys(plan, feed, found.keys).expression(feed)
    return found


class _Keys:
    """Finds the key expressions behind a dict: literals, item assignments, updates, copies, functions that give one."""

    def __init__(self, plan: Plan, feed: ast.expr, keys: list[ast.expr]) -> None:
        self.plan = plan
        self.feed = feed
        self.keys = keys
        self._seen: set[ast.AST] = set()

    def expression(self, expr: ast.expr) -> None:
        """Follow an expression that gives the dict."""
        if expr in self._seen:
            return
        self._seen.add(expr)
        if isinstance(expr, ast.Dict):
            for key, value in zip(expr.keys, expr.values, strict=True):
                if key is not None:
                    self.keys.append(key)
                else:
                    self.expression(value)
        elif isinstance(expr, ast.Name):
            for found in self.plan.unit.facts.uses.get(expr, ()):
                if found.parameter and found.stmt is None:
                    self._given(found)
                else:
                    self._statement(found.stmt)
        elif isinstance(expr, ast.Call):
            self._call(expr)
        else:
            self._lost()

    def _given(self, parameter: Def) -> None:
        """A dict that the calls of the function around give."""
        calls = self.plan.unit.facts.run_calls.get(parameter.scope, []) if parameter.scope is not None else []
        for call in calls:
            given = argument(call, parameter.scope, parameter.name)
            value, first = self.plan.value(given), self.plan.value(self.feed)
            same = isinstance(value, Map) and isinstance(first, Map) and (value.items or {}).keys() == (
                first.items or {}).keys()  # fmt: skip
            if given is None or not same:
                self._lost()
            else:
                self.expression(given)
        if not calls:
            self._lost()

    def _statement(self, stmt: ast.stmt | None) -> None:
        if stmt in self._seen:
            return
        if isinstance(stmt, ast.Assign) and len(stmt.targets) == 1:
            self._seen.add(stmt)
            target = stmt.targets[0]
            if isinstance(target, ast.Subscript):
                self.keys.append(target.slice)
            elif isinstance(target, ast.Name):
                self.expression(stmt.value)
            else:
                self._lost()
        elif isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Call):
            self._seen.add(stmt)
            call = stmt.value
            update = isinstance(call.func, ast.Attribute) and call.func.attr == "update"
            if not update or len(call.args) != 1 or call.keywords:
                self._lost()
            self.expression(call.args[0])
        else:
            self._lost()

    def _call(self, call: ast.Call) -> None:
        """``dict(feed)``, ``feed.copy()``, ``make_feed(...)``."""
        callee = self.plan.value(call.func)
        if (
            isinstance(callee, Func)
            and isinstance(callee.node, ast.FunctionDef)
            and callee.module is self.plan.unit.module
        ):
            returns = [n for n in ast.walk(callee.node) if isinstance(n, ast.Return)]
            if not returns or any(self.plan.unit.module.function(r) is not callee.node for r in returns):
                self._lost()
            for found in returns:
                if found.value is None:
                    self._lost()
                else:
                    self.expression(found.value)
        elif isinstance(callee, Py) and callee.const == "dict" and len(call.args) == 1 and not call.keywords:
            self.expression(call.args[0])
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "copy" and not call.args and not call.keywords:
            self.expression(call.func.value)
        else:
            self._lost()

    def _lost(self) -> None:
        raise CannotConvert(self.feed, "the feed_dict is filled in a way that the analysis can't follow")


def convert_keys(plan: Plan, feed: Feed) -> None:
    """Turn the keys of a dict that the program builds into parameter names."""
    for key in feed.keys:
        node = plan.value(key)
        if not isinstance(node, Node) or node not in plan.parameters:
            raise CannotConvert(key, "a fed key is not one known placeholder")
        feed.texts.setdefault(node, plan.segment(key))
        if key not in plan.handled:
            plan.handled.add(key)
            plan.edits.replace(key, f'"{plan.parameters[node]}"')
            _cast_value(plan, key, node)


def _cast_value(plan: Plan, key: ast.expr, node: Node) -> None:
    """Cast the value that stands beside a key, where TF1's feed did."""
    holder = plan.unit.module.parents[key]
    value: ast.expr | None = None
    if isinstance(holder, ast.Dict):
        value = holder.values[holder.keys.index(key)]
    elif isinstance(holder, ast.Subscript):
        stmt = plan.unit.module.parents[holder]
        value = stmt.value if isinstance(stmt, ast.Assign) else None
    if value is not None and cast_text(plan, node, value, "_") != "_":
        plan.edits.replace(value, lambda render: cast_text(plan, node, value, render(value)))


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
                name = found.name if name is None or (node.called and found.stmt is node.stmt) else name
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
    if isinstance(callee, Func):
        return _pure_function(plan, callee)
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
    if _of_static_shape(call.func):
        return True
    return text.startswith("math.") or (
        isinstance(call.func, ast.Attribute) and call.func.attr in {"astype", "reshape", "format", "join", "split"}
    )


def _of_static_shape(func: ast.expr) -> bool:
    """Tell whether a callee is ``t.get_shape``, ``t.get_shape().as_list`` or ``t.shape.as_list``, whatever t is."""
    if isinstance(func, ast.Attribute) and func.attr == "get_shape":
        return True
    if not isinstance(func, ast.Attribute) or func.attr not in {"as_list", "num_elements"}:
        return False
    owner = func.value.func if isinstance(func.value, ast.Call) else func.value
    return isinstance(owner, ast.Attribute) and owner.attr in {"get_shape", "shape"}


def _pure_function(plan: Plan, func: Func) -> bool:
    """Tell whether a function of the module only returns a pure expression of its arguments."""
    body = func.node.body
    if isinstance(func.node, ast.Lambda) or not isinstance(body, list) or func.module is not plan.unit.module:
        return False
    if getattr(func.node, "decorator_list", None) or func.bound is not None:
        return False
    kept = [s for s in body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    if len(kept) != 1 or not isinstance(kept[0], ast.Return) or kept[0].value is None:
        return False
    for name in ast.walk(kept[0].value):
        for found in plan.unit.facts.uses.get(name, ()) if isinstance(name, ast.Name) else ():
            imported = isinstance(found.stmt, (ast.Import, ast.ImportFrom))
            if not (found.parameter and found.scope is func.node) and not imported and found.scope is not None:
                return False
            if found.scope is None and not imported and not isinstance(found.value, Func):
                return False
    return is_pure(plan, kept[0].value)

"""Conditions on ``tf.__version__``: fine where TensorFlow 1.15 and 2 give one answer, else a person must choose."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

from migrator.rules.plan import CannotConvert, Plan
from migrator.tables.symbols import TF1_VERSION, TF2_VERSION

_SYMBOLS = frozenset(f"tensorflow.{n}" for n in ("__version__", "VERSION", "version.VERSION"))
_PARSERS = ("LooseVersion", "StrictVersion", "parse", "parse_version", "Version")
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne, ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip


class _Unknown(Exception):
    """The expression can't be worked out."""


def check_version_tests(plan: Plan) -> None:
    """Check what the program does with TensorFlow's version.

    Raises:
        CannotConvert: a condition on it has another answer in TensorFlow 2.
    """
    unit = plan.unit
    for node, symbol in unit.facts.symbols.items():
        if symbol not in _SYMBOLS or node not in unit.module.parents:
            continue
        test = _decision(plan, node)
        if test is not None and _answer(test, node, TF1_VERSION) != _answer(test, node, TF2_VERSION):
            why = "a condition asks for TensorFlow's version, and its answer changes"
            raise CannotConvert(node, f"{why}: keep the branch for TensorFlow 1", symbol)


def _decision(plan: Plan, node: ast.expr) -> ast.expr | None:
    """Return the expression that decides something by the version: a test, or a value that a test may read."""
    at: ast.AST = node
    parents = plan.unit.module.parents
    while True:
        up = parents.get(at)
        if up is None:
            return None
        if isinstance(up, (ast.If, ast.While, ast.Assert, ast.IfExp)) and up.test is at and isinstance(at, ast.expr):
            return at
        if isinstance(up, ast.Assign) and isinstance(at, ast.expr):
            names = {t.id for t in up.targets if isinstance(t, ast.Name)}
            return at if isinstance(at, (ast.Compare, ast.BoolOp, ast.UnaryOp)) or _tested(plan, names) else None
        if isinstance(up, ast.stmt):
            return None
        at = up


def _tested(plan: Plan, names: set[str]) -> bool:
    """Tell whether a condition of the module reads one of these names."""
    tests = (
        n.test for n in ast.walk(plan.unit.module.tree) if isinstance(n, (ast.If, ast.While, ast.Assert, ast.IfExp))
    )
    return any(isinstance(n, ast.Name) and n.id in names for test in tests for n in ast.walk(test))


def _answer(test: ast.expr, node: ast.expr, version: str) -> object:
    """Return a test's value for one version; an object that equals nothing where it can't be worked out."""
    try:
        return _evaluate(test, node, version)
    except (_Unknown, TypeError, ValueError, IndexError, AttributeError):
        return object()


def _evaluate(test: ast.expr, node: ast.expr, version: str) -> Any:
    if test is node:
        return version
    if isinstance(test, ast.Constant):
        return test.value

    def again(part: ast.expr) -> Any:
        return _evaluate(part, node, version)

    if isinstance(test, (ast.Tuple, ast.List)):
        return [again(e) for e in test.elts]
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return not again(test.operand)
    if isinstance(test, ast.BoolOp):
        values = [bool(again(v)) for v in test.values]
        return all(values) if isinstance(test.op, ast.And) else any(values)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, right = again(test.left), again(test.comparators[0])
        return _COMPARE[type(test.ops[0])](left, right) if type(test.ops[0]) in _COMPARE else None
    if isinstance(test, ast.Subscript):
        key = test.slice
        if isinstance(key, ast.Slice):
            parts = [again(p) if p is not None else None for p in (key.lower, key.upper, key.step)]
            return again(test.value)[slice(*parts)]
        return again(test.value)[again(key)]
    if isinstance(test, ast.Call) and not test.keywords:
        return _called(test, again)
    raise _Unknown


def _called(call: ast.Call, again: Callable[[ast.expr], Any]) -> Any:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in _PARSERS and len(call.args) == 1:
        return [int(part) for part in re.findall(r"\d+", again(call.args[0]))]
    if name in ("split", "startswith") and isinstance(call.func, ast.Attribute):
        return getattr(again(call.func.value), name)(*map(again, call.args))
    if name in ("int", "float", "str", "tuple", "list") and len(call.args) == 1:
        value = again(call.args[0])
        return {"int": int, "float": float, "str": str, "tuple": list, "list": list}[name](value)
    if name == "map" and len(call.args) == 2 and isinstance(call.args[0], ast.Name) and call.args[0].id == "int":
        return [int(part) for part in again(call.args[1])]
    raise _Unknown

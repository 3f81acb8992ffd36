"""Fed values that TF1 casts as NumPy does and a tf.function does not: they are cast before the call.

Arrays are cast silently by both. A tf.function refuses a Python float (or a list of them) for an integer, a number for
a bool, and a text for a number; TF1 makes an array of the placeholder's dtype of each.
"""

from __future__ import annotations

import ast

from migrator.analysis.values import UNKNOWN, Func, Map, Node, Py, Seq, leaves
from migrator.rules.plan import Plan

_DEPTH = 6  # names and calls that are followed from one to the next
_MADE = {"int": int, "len": int, "ord": int, "round": int, "float": float, "str": str}


def cast_text(plan: Plan, node: Node, value: ast.expr, text: str) -> str:
    """Return a fed value's text, cast where TF1's cast is more than a tf.function's.

    Args:
        plan: the unit's plan.
        node: the placeholder.
        value: the expression that is fed.
        text: its new text.
    """
    known = plan.value(value)
    const = known.const if isinstance(known, Py) else UNKNOWN
    dtype, scalar = node.dtype or "", node.shape == () or isinstance(const, (int, float, str))
    if dtype == "bool":
        if isinstance(const, bool) or isinstance(value, ast.Compare):
            return text
        if scalar:
            return text if isinstance(value, ast.BoolOp) else f"bool({text})"
        return f"{numpy(plan)}.asarray({text}, bool)" if holds(plan, value, (int, float)) else text
    if dtype.startswith(("int", "uint")) and holds(plan, value, (float,)):
        return f"int({text})" if scalar else f"{numpy(plan)}.asarray({text}, {numpy(plan)}.{dtype})"
    if dtype.startswith("float") and holds(plan, value, (str,)):
        return f"float({text})" if scalar else f"{numpy(plan)}.asarray({text}, {numpy(plan)}.{dtype})"
    return text


def numpy(plan: Plan) -> str:
    """Return the name under which the module knows NumPy; it is imported where it was not."""
    for stmt in plan.unit.module.tree.body:
        for alias in stmt.names if isinstance(stmt, ast.Import) else ():
            if alias.name == "numpy":
                return alias.asname or "numpy"
    line = "import numpy" if "np" in plan.namer.taken else "import numpy as np"
    if line not in plan.imports:
        plan.imports.append(line)
    return line.split()[-1]


def holds(plan: Plan, expr: ast.expr, wanted: tuple[type, ...], depth: int = _DEPTH) -> bool:
    """Tell whether an expression is seen to give a Python number of some types, or a list with one.

    Args:
        plan: the unit's plan.
        expr: the expression.
        wanted: the types.
        depth: how many more names and calls to follow.
    """
    if depth < 0:
        return False
    if isinstance(expr, ast.Constant):
        return type(expr.value) in wanted
    value = plan.value(expr)
    if isinstance(value, Py) and (value.const is not UNKNOWN or value.tag in {"numpy", "run"}):
        return type(value.const) in wanted
    if isinstance(value, (Seq, Map)) and value.items is not None:
        parts = [v.const for v in leaves(value) if isinstance(v, Py)]
        if parts and UNKNOWN not in parts:
            return any(type(part) in wanted for part in parts)
    return any(holds(plan, part, wanted, depth - 1) for part in _parts(plan, expr, wanted)) or _makes(expr, wanted)


def _makes(expr: ast.expr, wanted: tuple[type, ...]) -> bool:
    """Tell whether an operator or a builtin makes such a number, whatever it is given."""
    if isinstance(expr, ast.BinOp):
        return isinstance(expr.op, ast.Div) and float in wanted
    named = isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name)
    return named and isinstance(expr, ast.Call) and _MADE.get(getattr(expr.func, "id", "")) in wanted


def _parts(plan: Plan, expr: ast.expr, wanted: tuple[type, ...]) -> list[ast.expr]:
    """Return the expressions whose values an expression gives, or that its own number is made of."""
    if isinstance(expr, (ast.List, ast.Tuple, ast.Set)):
        return expr.elts
    if isinstance(expr, (ast.ListComp, ast.GeneratorExp)):
        return [expr.elt]
    if isinstance(expr, (ast.Starred, ast.Subscript)):
        return [expr.value]
    if isinstance(expr, ast.BinOp):
        return [expr.left, expr.right]
    if isinstance(expr, ast.UnaryOp):
        return [] if isinstance(expr.op, ast.Not) else [expr.operand]
    if isinstance(expr, ast.BoolOp):
        return expr.values
    if isinstance(expr, ast.IfExp):
        return [expr.body, expr.orelse]
    if isinstance(expr, ast.Name):
        return _sources(plan, expr)
    if isinstance(expr, ast.Call):
        return _given_back(plan, expr, wanted)
    return []


def _sources(plan: Plan, name: ast.Name) -> list[ast.expr]:
    """Return what the definitions of a name bind to it."""
    found: list[ast.expr] = []
    for definition in plan.unit.facts.uses.get(name, ()):
        stmt = definition.stmt
        if isinstance(stmt, (ast.For, ast.AsyncFor)) and isinstance(stmt.target, ast.Name):
            found.append(stmt.iter)
        elif definition.mutates:
            continue
        elif isinstance(stmt, ast.AugAssign):
            found.append(ast.BinOp(ast.Name(name.id, ast.Load()), stmt.op, stmt.value))
        elif definition.source is not None:
            found.append(definition.source)
        elif isinstance(definition.scope, (ast.ListComp, ast.GeneratorExp)):
            found += [g.iter for g in definition.scope.generators
                      if isinstance(g.target, ast.Name) and g.target.id == name.id]  # fmt: skip
    return found


def _given_back(plan: Plan, call: ast.Call, wanted: tuple[type, ...]) -> list[ast.expr]:
    """Return the expressions that a call gives back: of builtins their arguments, of the program's functions theirs."""
    callee = plan.value(call.func)
    if isinstance(call.func, ast.Name) and call.func.id in {"sum", "min", "max", "list", "tuple", "sorted", "abs"}:
        return call.args
    if isinstance(call.func, ast.Name) and call.func.id in {"range", "xrange"} and int in wanted:
        return [ast.Constant(0)]
    if isinstance(callee, Func) and isinstance(callee.node, ast.FunctionDef):
        return [r.value for r in ast.walk(callee.node) if isinstance(r, ast.Return) and r.value is not None]
    return []

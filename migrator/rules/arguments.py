"""Which argument of a call a parameter of the program's own functions gets."""

from __future__ import annotations

import ast


def argument(call: ast.Call | None, function: ast.AST | None, name: str) -> ast.expr | None:
    """Return the argument that a call gives to a parameter, or the parameter's default."""
    if call is None or not isinstance(function, ast.FunctionDef) or any(isinstance(a, ast.Starred) for a in call.args):
        return None
    names = [a.arg for a in function.args.args]
    given = dict(zip(names, call.args, strict=False))
    given.update({k.arg: k.value for k in call.keywords if k.arg})
    defaults = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
    return given.get(name) or defaults.get(name)

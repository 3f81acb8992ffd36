"""Names that a rewritten text uses and nothing defines, although the original had no such problem."""

from __future__ import annotations

import ast
import builtins

from migrator.syntax.walk import walk


def new_unknown_names(before: ast.Module, after: ast.Module) -> list[str]:
    """Return names that `after` reads without any binding in the module, and `before` didn't."""
    return sorted(_unknown(after) - _unknown(before))


def _unknown(tree: ast.Module) -> set[str]:
    bound = set(dir(builtins)) | {"__file__", "__name__", "__doc__"}
    used: set[str] = set()
    for node in walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
        elif (isinstance(node, ast.ExceptHandler) and node.name) or (
            isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name
        ):
            bound.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            bound.add(node.rest)
    return used - bound

"""Walk a tree like `ast.walk`, in the same order, without the nodes that hold no code (contexts and operators)."""

from __future__ import annotations

import ast
from typing import Any

_EMPTY = (ast.expr_context, ast.operator, ast.cmpop, ast.unaryop, ast.boolop)
_PLAIN = {  # fields that never hold a node that counts
    "ctx", "op", "ops", "id", "attr", "arg", "asname", "lineno", "level", "module", "kind", "type_comment", "is_async",
    "simple", "conversion", "rest", "n", "s",
}  # fmt: skip


def _fields() -> dict[type[Any], tuple[str, ...]]:
    found: dict[type[Any], tuple[str, ...]] = {}
    for kind in vars(ast).values():
        if isinstance(kind, type) and issubclass(kind, ast.AST) and not issubclass(kind, _EMPTY):
            found[kind] = () if issubclass(kind, ast.Constant) else tuple(f for f in kind._fields if f not in _PLAIN)
    return found


_FIELDS = _fields()


def linked(root: ast.AST) -> tuple[list[ast.AST], dict[ast.AST, ast.AST]]:
    """Return all nodes of a tree as `walk` does, and each node's parent."""
    found, fields = [root], _FIELDS
    parents: dict[ast.AST, ast.AST] = {}
    add = found.append
    for node in found:
        for field in fields[node.__class__]:
            value = getattr(node, field)
            if value.__class__ is list:
                for item in value:
                    if item.__class__ in fields:
                        parents[item] = node
                        add(item)
            elif value.__class__ in fields:
                parents[value] = node
                add(value)
    return found, parents


def walk(root: ast.AST) -> list[ast.AST]:
    """Return a node and all nodes below it, breadth first."""
    found, fields = [root], _FIELDS
    add = found.append
    for node in found:  # grows while it is read
        for field in fields[node.__class__]:
            value = getattr(node, field)
            if value.__class__ is list:
                for item in value:
                    if item.__class__ in fields:
                        add(item)
            elif value.__class__ in fields:
                add(value)
    return found

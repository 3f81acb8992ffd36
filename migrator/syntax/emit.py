"""Apply statement operations and text edits to a module, through LibCST, so that all other lines stay as they were."""

from __future__ import annotations

import ast

import libcst as cst

from migrator.syntax.blocks import Blocks
from migrator.syntax.marks import mark, strip_marks
from migrator.syntax.operations import Operations
from migrator.syntax.text import Edits, SourceText
from migrator.syntax.walk import walk


def default_indent(source: SourceText) -> str:
    """Return the indentation of the text's first block; four spaces where it has none."""
    lines = source.text.splitlines()
    for node in walk(source.tree):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(node, ast.stmt) and isinstance(first, ast.stmt) and first.lineno > node.lineno:
            line = lines[first.lineno - 1]
            indent = line[: len(line) - len(line.lstrip())]
            return indent[node.col_offset :] or "    "
    return "    "


def emit(source: SourceText, operations: Operations, edits: Edits) -> str:
    """Return the module's new text.

    Args:
        source: the module.
        operations: what happens to statements.
        edits: what happens to expressions in statements that stay.

    Raises:
        ValueError: LibCST can't reproduce the text, so untouched lines could change.
    """
    try:
        return _emit(source, operations, edits)
    except cst.ParserSyntaxError as error:
        raise ValueError(error.message) from error


def _emit(source: SourceText, operations: Operations, edits: Edits) -> str:
    module = cst.parse_module(source.text)
    if module.code != source.text:
        raise ValueError("the text can't be reproduced exactly")
    emitter = Blocks(source, operations, edits, module)
    body, pending = emitter.block(source.tree.body, module.body, top=True)
    header, footer = list(module.header), list(module.footer)
    if not source.tree.body or not body:
        return module.with_changes(body=body).code
    return module.with_changes(body=body, header=header, footer=[*pending, *footer]).code


__all__ = ["Operations", "default_indent", "emit", "mark", "strip_marks"]

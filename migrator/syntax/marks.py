"""Marks: find the place of an expression again after its text has moved."""

from __future__ import annotations

import ast
import re

from migrator.syntax.text import SourceText

_MARK = re.compile(r"_migrator_site_(\d+)_\(")


def mark(number: int, text: str) -> str:
    """Wrap an expression's text so that its place in the new text can be found."""
    return f"_migrator_site_{number}_({text})"


def strip_marks(text: str) -> tuple[str, dict[int, tuple[int, int]]]:
    """Take the marks out of a text.

    Returns:
        (text, number -> (start, end) character offsets of the marked expression in the returned text).
    """
    source = SourceText(text)
    cuts: list[tuple[int, int]] = []
    inner: list[tuple[int, int, int]] = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found = _MARK.fullmatch(node.func.id + "(")
            if found is not None:
                start, end = source.range(node)
                opening = source.range(node.func)[1] + 1
                cuts += [(start, opening), (end - 1, end)]
                inner.append((int(found.group(1)), opening, end - 1))
    cuts.sort()
    out: list[str] = []
    at = 0
    for start, end in cuts:
        out.append(text[at:start])
        at = end
    out.append(text[at:])
    shifted = {}
    for number, start, end in inner:
        before_start = sum(e - s for s, e in cuts if e <= start)
        before_end = sum(e - s for s, e in cuts if e <= end)
        shifted[number] = (start - before_start, end - before_end)
    return "".join(out), shifted

"""Wrapping sites in the text of a program, so that the running child knows which one is being evaluated.

An expression ``E`` becomes ``__site__.leave(__site__.enter(N), (E))`` in the same place: no line moves, no scope
changes, and the text stays valid for Python 3.7, which runs real TensorFlow 1.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from migrator.model import Span
from migrator.syntax.text import SourceText

RUNNERS = ("run", "eval")


@dataclass(frozen=True, slots=True)
class Marked:
    """One expression to wrap.

    Attributes:
        id: of the site.
        span: of the expression in the text.
        kind: `SiteKind` as text, or ``call`` for a candidate found here.
    """

    id: str
    span: Span
    kind: str = "call"


@dataclass(frozen=True, slots=True)
class Replace:
    """One replacement in character offsets; an insertion has ``start == end``."""

    start: int
    end: int
    new: str


def candidates(text: str, filename: str) -> list[Marked]:
    """Find the calls that may run a session: ``X.run(...)`` and ``X.eval(...)``.

    Args:
        text: of a module.
        filename: path below the root, for the ids.

    Returns:
        One for each call; none for a text that Python 3 cannot parse.
    """
    try:
        source = SourceText(text, filename)
    except (SyntaxError, ValueError):
        return []
    unreliable = _nodes_with_unreliable_positions(source.tree)
    found = []
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in RUNNERS:
            continue
        if node in unreliable and not _same(source.segment(node), node):
            continue
        line, column = source.position(node)
        found.append(Marked(f"{filename}:{line}:{column}", source.span(node)))
    return found


def thrown_away(text: str) -> set[Span]:
    """Return the spans of expressions that are statements: nobody sees their values."""
    try:
        source = SourceText(text)
    except (SyntaxError, ValueError):
        return set()
    return {source.span(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Expr)}


def wrap(text: str, marks: Iterable[tuple[int, Span]], replacements: Iterable[Replace] = ()) -> tuple[str, list[int]]:
    """Wrap expressions.

    Args:
        text: of a module.
        marks: (number, span) of the expressions.
        replacements: further edits, none of which crosses the border of a mark.

    Returns:
        The new text, and the numbers of the marks that are no expressions in this text.
    """
    source = SourceText(text)
    edits: list[tuple[int, int, int, Replace]] = []
    bad = []
    for number, span in marks:
        start, end = source.offset(span.line, span.column), source.offset(span.end_line, span.end_column)
        if not _is_expression(text[start:end]):
            bad.append(number)
            continue
        opening = f"__site__.leave(__site__.enter({number}), ("
        edits.append((start, 1, -end, Replace(start, start, opening)))
        edits.append((end, 0, -start, Replace(end, end, "))")))
    edits.extend((edit.start, 2, 0, edit) for edit in replacements)
    edits.sort(key=lambda item: item[:3])
    out, at = [], 0
    for *_, edit in edits:
        out.append(text[at : edit.start])
        out.append(edit.new)
        at = edit.end
    out.append(text[at:])
    return "".join(out), bad


def inside(marks: list[Marked]) -> list[list[int]]:
    """Return for each mark the numbers of the marks of the same text that contain it."""
    found: list[list[int]] = []
    for number, mark in enumerate(marks):
        found.append([i for i, other in enumerate(marks) if i != number and _contains(other.span, mark.span)])
    return found


def _contains(outer: Span, inner: Span) -> bool:
    return (outer.line, outer.column) <= (inner.line, inner.column) and (inner.end_line, inner.end_column) <= (
        outer.end_line,
        outer.end_column,
    )


def _is_expression(text: str) -> bool:
    try:
        ast.parse(f"(\n{text}\n)", mode="eval")
    except SyntaxError:  # for example a statement, or ``yield``
        try:
            ast.parse(f"async def f():\n  (\n{text}\n)")
        except SyntaxError:
            return False
    return bool(text.strip())


def _same(segment: str, node: ast.AST) -> bool:
    """Tell whether a text is what a node was parsed from."""
    try:
        parsed = ast.parse(f"({segment})", mode="eval").body
    except SyntaxError:
        return False
    return ast.dump(parsed) == ast.dump(node)


def _nodes_with_unreliable_positions(tree: ast.AST) -> set[ast.AST]:
    """Return the nodes inside f-strings, whose columns Python gives wrongly before 3.12."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.update(ast.walk(node))
    return found

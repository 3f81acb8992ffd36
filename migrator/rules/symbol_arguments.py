"""The arguments of one call, with their extents in the text."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from migrator.syntax.text import SourceText


@dataclass(slots=True)
class Argument:
    """One argument of a call.

    Attributes:
        node: its value.
        keyword: as written: None for a positional, ``*`` and ``**`` for the unpacked.
        start, end: offsets of the whole argument, parentheses and ``name=`` included, white space excluded.
        parameter: the TF1 parameter that it is, once `CallText.bind` has run.
    """

    node: ast.expr
    keyword: str | None
    start: int
    end: int
    parameter: str | None = None


def arguments_of(call: ast.Call, source: SourceText) -> list[Argument]:
    """Return a call's arguments in source order, with their extents."""
    raw: list[tuple[int, int, ast.expr, str | None]] = []
    for arg in call.args:
        value, keyword = (arg.value, "*") if isinstance(arg, ast.Starred) else (arg, None)
        raw.append((*source.range(arg), value, keyword))
    for item in call.keywords:
        raw.append((*source.range(item), item.value, item.arg or "**"))
    raw.sort(key=lambda found: found[0])
    out: list[Argument] = []
    for index, (start, end, value, keyword) in enumerate(raw):
        limit = raw[index + 1][0] if index + 1 < len(raw) else source.range(call)[1] - 1
        closing = _closing(source.text, end, limit)
        opening = start
        if keyword is None and not (len(raw) == 1 and isinstance(value, ast.GeneratorExp)):
            opening = _opening(source, raw[index - 1][1] if index else source.range(call.func)[1], start, index == 0)
        out.append(Argument(value, keyword, opening, closing))
    return out


def _closing(text: str, end: int, limit: int) -> int:
    """Return the end of an argument: behind the parentheses that close around it."""
    last = end
    at = end
    while at < limit and text[at] != ",":
        if text[at] == "#":
            at = text.index("\n", at) if "\n" in text[at:limit] else limit
            continue
        if text[at] == ")":
            last = at + 1
        at += 1
    return last


def _opening(source: SourceText, previous: int, start: int, first: bool) -> int:
    """Return the start of a positional argument: before the parentheses that open around it."""
    text = source.text
    at, separators = previous, 0
    wanted = "(" if first else ","
    while at < start:
        if text[at] == "#":
            at = text.index("\n", at)
            continue
        if text[at] == wanted:
            separators = at + 1
            break
        at += 1
    at = separators or start
    while at < start:
        if text[at] == "#":
            at = text.index("\n", at)
        elif text[at] == "(":
            return at
        at += 1
    return start

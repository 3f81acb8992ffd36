"""Marks: find the place of an expression again after its text has moved."""

from __future__ import annotations

import re

_MARK = re.compile(r"_migrator_site_(\d+)_\(\(|\), _migrator_end_(\d+)_\)")


def mark(number: int, text: str) -> str:
    """Wrap an expression's text so that its place in the new text can be found; both ends are words of their own."""
    return f"_migrator_site_{number}_(({text}), _migrator_end_{number}_)"


def strip_marks(text: str) -> tuple[str, dict[int, tuple[int, int]]]:
    """Take the marks out of a text.

    Returns:
        (text, number -> (start, end) character offsets of the marked expression in the returned text).
    """
    out: list[str] = []
    starts: dict[int, int] = {}
    spans: dict[int, tuple[int, int]] = {}
    at = length = 0
    for found in _MARK.finditer(text):
        out.append(text[at : found.start()])
        length += found.start() - at
        at = found.end()
        opening, closing = found.groups()
        if opening is not None:
            starts[int(opening)] = length
        else:
            spans[int(closing)] = (starts.pop(int(closing)), length)
    out.append(text[at:])
    return "".join(out), spans

"""From character offsets to `ast` coordinates."""

from __future__ import annotations

from migrator.model import Span


def span_between(text: str, start: int, end: int) -> Span:
    """Return the span of ``text[start:end]``: lines from 1, columns in UTF-8 bytes from 0."""
    return Span(*_position(text, start), *_position(text, end))


def _position(text: str, offset: int) -> tuple[int, int]:
    line_start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, len(text[line_start:offset].encode())

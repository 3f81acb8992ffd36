"""Source text with edits: spans, segments, and rendering a stretch of text with the edits inside it applied."""

from __future__ import annotations

import ast
import bisect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from migrator.model import Span

_PHYSICAL_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
Render = Callable[[ast.AST], str]


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace ``text[start:end]``.

    `new` is the new text, or a function that makes it: it gets `render`, which returns the text of an AST node inside
    the edit with its own edits applied. An edit inside a larger edit counts only where the larger one renders it.
    Edits of the same place are applied in the order in which they were made; an insertion has ``start == end``.
    """

    start: int
    end: int
    new: str | Callable[[Render], str]


class SourceText:
    """A module's text, its `ast`, and offsets between the two.

    Args:
        text: the source, with any newline convention.
        filename: for messages.
        tree: the text's tree, where it is known already.
    """

    def __init__(self, text: str, filename: str = "<string>", tree: ast.Module | None = None) -> None:
        self.text = text
        self.filename = filename
        self.tree = ast.parse(text, filename) if tree is None else tree
        self._lines = _PHYSICAL_LINE.findall(text) or [""]  # `str.splitlines` also splits at form feeds and others
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        self._ascii = text.isascii()

    def offset(self, line: int, byte_column: int) -> int:
        """Return the character offset of an `ast` position (line from 1, column in UTF-8 bytes)."""
        start = self._starts[line - 1]
        if self._ascii:
            return start + byte_column
        encoded = self._lines[line - 1].encode()[:byte_column]
        return start + len(encoded.decode(errors="ignore"))

    def range(self, node: ast.AST) -> tuple[int, int]:
        """Return the (start, end) offsets of a node. Decorators are not part of a definition's range."""
        return (
            self.offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self.offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def segment(self, node: ast.AST) -> str:
        """Return a node's source text, without any edit."""
        start, end = self.range(node)
        return self.text[start:end]

    def span(self, node: ast.AST) -> Span:
        """Return a node's span in `ast` coordinates."""
        return Span(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def position(self, node: ast.AST) -> tuple[int, int]:
        """Return (line, column) of a node for people: both from 1, the column in characters."""
        line = node.lineno  # type: ignore[attr-defined]
        return line, self.offset(line, node.col_offset) - self._starts[line - 1] + 1  # type: ignore[attr-defined]


class Edits:
    """The edits of one text. Look-ups are by binary search, so rendering costs what it renders."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self._edits: list[Edit] = []
        self._sorted: list[tuple[int, int, int]] | None = None

    def __bool__(self) -> bool:
        return bool(self._edits)

    def add(self, start: int, end: int, new: str | Callable[[Render], str]) -> None:
        """Add one edit in character offsets."""
        self._edits.append(Edit(start, end, new))
        self._sorted = None

    def extend(self, edits: Iterable[Edit]) -> None:
        """Add several edits."""
        self._edits.extend(edits)
        self._sorted = None

    def all(self) -> tuple[Edit, ...]:
        """Return the edits, in the order in which they were made."""
        return tuple(self._edits)

    def replace(self, node: ast.AST, new: str | Callable[[Render], str]) -> None:
        """Replace a node's text."""
        self.add(*self.source.range(node), new)

    def prefer(self, node: ast.AST, new: str | Callable[[Render], str]) -> None:
        """Replace a node's text instead of any edit made for the same place before."""
        start, end = self.source.range(node)
        self._edits = [e for e in self._edits if (e.start, e.end) != (start, end) or e.start == e.end]
        self.replace(node, new)

    def touches(self, start: int, end: int) -> bool:
        """Tell whether an edit lies in ``[start, end]``."""
        order = self._order()
        at = bisect.bisect_left(order, (start, -end - 1, -1))
        return at < len(order) and order[at][0] <= end and -order[at][1] <= end

    def render(self, start: int, end: int, *, inside: Edit | None = None) -> str:
        """Return ``text[start:end]`` with the outermost edits in it applied.

        Args:
            start, end: offsets.
            inside: the edit that asks; it is not applied again.
        """
        text, order = self.source.text, self._order()
        out: list[str] = []
        at = start
        index = bisect.bisect_left(order, (start, -end - 1, -1))
        while index < len(order) and order[index][0] <= end:
            edit = self._edits[order[index][2]]
            index += 1
            if edit is inside or edit.start < at or edit.end > end:
                continue
            out.append(text[at : edit.start])
            out.append(edit.new if isinstance(edit.new, str) else edit.new(self._renderer(edit)))
            at = edit.end
        out.append(text[at:end])
        return "".join(out)

    def node(self, node: ast.AST) -> str:
        """Return a node's text with its edits applied."""
        return self.render(*self.source.range(node))

    def _renderer(self, edit: Edit) -> Render:
        return lambda node: self.render(*self.source.range(node), inside=edit)

    def _order(self) -> list[tuple[int, int, int]]:
        if self._sorted is None:  # by start; of those that start together the longest first, insertions last made last
            self._sorted = sorted((e.start, -e.end, i) for i, e in enumerate(self._edits))
            # an insertion at the start of a longer edit comes before it
            self._sorted.sort(key=lambda k: (k[0], 0 if -k[1] == k[0] else 1, k[1], k[2]))
        return self._sorted

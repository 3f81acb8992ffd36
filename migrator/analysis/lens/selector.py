"""Selectors: what a view may choose with, so that no element is chosen twice."""

from __future__ import annotations

from collections import Counter

from migrator.analysis.lens.model import Derived, Refused, flat, integer
from migrator.analysis.lens.text import given


def check_selector(node: Derived) -> None:
    """Refuses a view that may show an element twice.

    Raises:
        Refused: with the reason.
    """
    if node.op in ("tensorflow.gather", "tensorflow.gather_nd"):
        depth = integer(given(node, "batch_dims"), 0)
        indices = node.args["indices"]
        if depth is None or flat(indices.value) is None:
            raise Refused(f"the indices {indices.text} are not statically known, so an element may be written twice")
        _check_unique(indices.value, depth, node.op == "tensorflow.gather_nd", indices.text)
    if node.op == "tensorflow.matrix_diag_part" and integer(given(node, "k"), 0) is None:
        raise Refused("which diagonal is written is not known, or there are several")


def _check_unique(value: object, depth: int, rows: bool, text: str) -> None:
    """Refuses indices that are repeated or negative, batch by batch."""
    if depth > 0 and isinstance(value, (list, tuple)):
        for batch in value:
            _check_unique(batch, depth - 1, rows, text)
        return
    found = _rows(value) if rows else list(flat(value) or ())
    if any(isinstance(i, int) and i < 0 for item in found for i in (flat(item) or ())):
        raise Refused(f"the indices {text} are negative")
    if any(count > 1 for count in Counter(map(str, found)).values()):
        raise Refused(f"the indices {text} are repeated, so an element would be written twice")


def _rows(value: object) -> list[object]:
    """Returns the innermost lists of a nested list."""
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], (list, tuple)):
        return [row for item in value for row in _rows(item)]
    return [tuple(value) if isinstance(value, (list, tuple)) else value]

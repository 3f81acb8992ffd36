"""The text side of the NumPy oracle: repaired writes in the before call it in place of TensorFlow.

The write ``tf.assign(T, x)`` becomes ``__put__.function(N)(T, x)``, and ``T.assign(x)`` becomes ``__put__.method(N,
(T))(x)``. What these do stands in `child/put.py`: it is independent of the converter's lenses.
"""

from __future__ import annotations

import ast

from migrator.model import DerivedWrite, Span
from migrator.syntax.text import SourceText
from migrator.verify.instrument import Replace

ASSIGNS = ("assign", "assign_add", "assign_sub")
SCATTERS = (
    "tensor_scatter_nd_update",
    "tensor_scatter_update",
    "tensor_scatter_nd_add",
    "tensor_scatter_add",
    "tensor_scatter_nd_sub",
    "tensor_scatter_sub",
    "tensor_scatter_nd_min",
    "tensor_scatter_nd_max",
    "scatter_nd",
)


def put_edits(text: str, writes: tuple[DerivedWrite, ...], first: int) -> tuple[list[Replace], list[str], list[int]]:
    """Redirect the repaired writes of a text.

    Args:
        text: of the before.
        writes: that the converter repaired in it.
        first: number of the first write.

    Returns:
        The edits, the name of the function that each calls, and the lines of writes that were not understood.
    """
    source = SourceText(text)
    edits: list[Replace] = []
    names: list[str] = []
    unknown = []
    for write in writes:
        call = _call_at(source, write.site, exact=bool(write.op))
        if call is None:
            unknown.append(write.site.line)
            continue
        method = write.method if write.op else _is_method(call)
        meant = f", {write.variables[0]}" if _name(call) == "scatter_nd" and len(write.variables) == 1 else ""
        edits.extend(_redirect(source, call, f"{first + len(names)}{meant}", method))
        names.append(_name(call) if _name(call) in SCATTERS or not write.op else write.op)
    return edits, names, unknown


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _call_at(source: SourceText, span: Span, *, exact: bool) -> ast.Call | None:
    """Return the writing call at a span, or the first one inside it."""
    for node in ast.walk(source.tree):
        if exact and isinstance(node, ast.Call) and source.span(node) == span:
            return node
    begin, end = (span.line, span.column), (span.end_line, span.end_column)
    calls = [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and _name(node) in ASSIGNS + SCATTERS
        and (node.lineno, node.col_offset) >= begin
        and (node.end_lineno or 0, node.end_col_offset or 0) <= end
    ]
    return min(calls, key=lambda node: (node.lineno, node.col_offset, -(node.end_col_offset or 0)), default=None)


def _redirect(source: SourceText, call: ast.Call, number: str, method: bool) -> list[Replace]:
    """Return the edits that make a call go to the oracle."""
    start, end = source.range(call.func)
    if not method:
        return [Replace(start, end, f"__put__.function({number})")]
    assert isinstance(call.func, ast.Attribute)
    _, middle = source.range(call.func.value)
    return [Replace(start, start, f"__put__.method({number}, ("), Replace(middle, end, "))")]


def _is_method(call: ast.Call) -> bool:
    """Tell ``target.assign(value)`` from ``tf.assign(target, value)``."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in ASSIGNS:
        return False
    keywords = {keyword.arg for keyword in call.keywords}
    return len(call.args) + len(keywords & {"ref", "value", "delta"}) < 2

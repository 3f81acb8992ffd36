"""Products: a value for tensors put together becomes values for each of them."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.analysis.lens.model import Derived, Expr, Node, Refused
from migrator.analysis.lens.scope import Scope
from migrator.analysis.lens.shape import size_on
from migrator.analysis.lens.text import elements, given, is_name, row_for


def taken_apart(node: Derived, sources: Sequence[Node], y: Expr, scope: Scope) -> tuple[list[str], str]:
    """Returns the expression that takes y apart into the sources' values, and the statements that it needs."""
    tf, axis = scope.tf, given(node, "axis")
    inverse = row_for(node).inverse
    if inverse == "complex":
        before, y = scope.bind(y, "value", node)
        return before, f"{tf}.math.real({y.text}), {tf}.math.imag({y.text})"
    if inverse == "stack":
        more = "" if axis is None else f", axis={axis.text}"
        count = "" if y.shape is not None else f", num={len(sources)}"
        return [], f"{tf}.unstack({y.text}{count}{more})"
    if axis is None:
        raise Refused("a concat without an axis")
    sizes = [size_on(source, axis, tf).text or "" for source in sources]
    return [], f"{tf}.split({y.text}, [{', '.join(sizes)}], axis={axis.text})"


def items_of(sources: Sequence[Node], x: Expr, scope: Scope) -> tuple[list[str], list[Expr]]:
    """Returns the elements of a list of values, and the statements that take them out before anything is written."""
    whole, shown = Expr(x.text, x.raw), elements(x.text)
    before: list[str] = []
    if shown is not None and len(shown) == len(sources):
        whole = Expr("", x.raw)
    elif not is_name(x.text):
        name = scope.name("new", sources)
        before, whole = [f"{name} = {x.text}"], Expr(name, x.raw)
    taken = shown if shown and not whole.text else [f"{whole.text}[{i}]" for i in range(len(sources))]
    if x.raw or len(sources) == 1:
        return before, [Expr(text, x.raw) for text in taken]
    names = [scope.name("part", [source]) for source in sources]
    before += [f"{name} = {scope.tf}.identity({text})" for name, text in zip(names, taken, strict=True)]
    return before, [Expr(name) for name in names]

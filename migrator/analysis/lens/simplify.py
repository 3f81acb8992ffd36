"""Views of rearranged tensors as views of what was rearranged: ``tf.transpose(v)[0]`` is ``v[:, 0]``."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.analysis.lens.dims import Dims
from migrator.analysis.lens.key import Item, expand, key_text, single, span, trimmed
from migrator.analysis.lens.model import UNKNOWN, Arg, Derived, Expr, Node, integer, ints
from migrator.analysis.lens.scope import Scope
from migrator.analysis.lens.shape import as_key, dims_of, view_source
from migrator.analysis.lens.text import PLAIN, given, is_list

Simpler = tuple[Node, Expr]


def simplify(node: Derived, x: Expr, scope: Scope) -> Simpler | None:
    """Returns a target nearer to its variable, and the value for it, or None if node is simple enough.

    Args:
        node: a view.
        x: the value for it.
        scope: names and reads.
    """
    source = view_source(node)
    if isinstance(source, Derived) and source.op in PLAIN:
        return _on(node, source.sources[0]), x
    items = as_key(node, scope.tf)
    if items is None:
        return None
    if all(item.full for item in items):
        return source, x
    if not isinstance(source, Derived):
        return None
    if source.op == "tensorflow.stack":
        return _of_stack(source, items, x)
    dims = dims_of(view_source(source), scope.tf) if source.sources else None
    if source.op == "tensorflow.transpose" and given(source, "conjugate") is None:
        return _of_transpose(source, items, x, dims, scope)
    inner = as_key(source, scope.tf)
    return _of_key(source, inner, items, x, dims) if inner is not None and dims is not None else None


def _on(node: Derived, source: Node) -> Derived:
    """Returns the same view of another tensor."""
    if node.op != "index" or not isinstance(node.sources[0], Derived):
        return Derived(node.op, (source,), node.args)
    parts = node.sources[0]
    return Derived(node.op, (Derived(parts.op, (source,), parts.args),), node.args)


def _subscript(source: Node, items: Sequence[Item]) -> Node:
    """Returns a subscript of a tensor, or the tensor if the key takes all of it."""
    if all(item.full for item in items):
        return source
    values = {"newaxis": None, "ellipsis": Ellipsis}
    parts = [
        values[item.kind] if item.kind in values else item.python() if item.static else UNKNOWN
        for item in trimmed(items)
    ]
    value = tuple(parts) if len(parts) > 1 else parts[0]
    return Derived("subscript", (source,), {"key": Arg(key_text(items), value)})


def _of_stack(source: Derived, items: Sequence[Item], x: Expr) -> Simpler | None:
    """Returns the element of a stack that an index chooses."""
    first = items[0]
    if integer(given(source, "axis"), 0) != 0 or first.kind != "int" or first.index is None:
        return None
    i = first.index.value
    if (len(source.sources) == 1 and is_list(source.sources[0])) or i is None or not 0 <= i < len(source.sources):
        return None
    return _subscript(source.sources[i], items[1:]) if items[1:] else source.sources[i], x


def _of_transpose(source: Derived, items: Sequence[Item], x: Expr, dims: Dims | None, scope: Scope) -> Simpler | None:
    """Returns the view of the tensor before a transpose."""
    perm = given(source, "perm")
    order = ints(perm) if perm else (tuple(reversed(range(len(dims)))) if dims is not None else None)
    full = expand(items, len(order)) if order is not None else None
    if full is None or order is None or any(item.kind == "newaxis" for item in full):
        return None
    moved = [full[order.index(axis)] for axis in range(len(order))]
    kept = [axis for axis, item in zip(order, full, strict=True) if item.kind == "slice"]
    back = [kept.index(axis) for axis in sorted(kept)]
    target = _subscript(source.sources[0], moved)
    if back == list(range(len(back))):
        return target, x
    y = scope.tensor(x, target)
    more = "" if back == list(reversed(range(len(back)))) else f", perm={back}"
    return target, y.to(f"{scope.tf}.transpose({y.text}{more})")


def _of_key(source: Derived, inner: Sequence[Item], items: Sequence[Item], x: Expr, dims: Dims) -> Simpler | None:
    """Returns a view of a view as one view."""
    first = expand(inner, len(dims))
    if first is None or any(item.kind == "newaxis" or not item.static for item in first):
        return None
    rank = sum(item.kind == "slice" for item in first)
    second = expand(items, rank)
    if second is None or any(item.kind == "newaxis" or not item.static for item in second):
        return None
    rest, result = list(second), []
    for item, dim in zip(first, dims, strict=True):
        if item.kind == "int":
            result.append(item)
            continue
        joined = _joined(item, rest.pop(0), dim.value)
        if joined is None:
            return None
        result.append(joined)
    return _subscript(view_source(source), result), x


def _joined(outer: Item, inner: Item, size: int | None) -> Item | None:
    """Returns the element of a key that does what two do one after the other on an axis."""
    if inner.full:
        return outer
    if outer.full:
        return inner
    if size is None:
        return None
    part, chosen = outer.python(), inner.python()
    assert isinstance(part, slice)
    places = range(size)[part][chosen]
    if isinstance(places, int):
        return single(str(places), places)
    if places and places.step < 0:
        return None
    return span(places.start, places.stop, places.step) if places else span(0, 0)

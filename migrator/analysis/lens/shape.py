"""Shapes of derived tensors, in numbers and in text, and views as keys."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from migrator.analysis.lens.dims import RULES, Dim, Dims, keyed
from migrator.analysis.lens.key import Item, on_axis, parse_key, single, slice_key, span, strided_key
from migrator.analysis.lens.model import Arg, Derived, Leaf, Node, Refused, flat, integer, ints
from migrator.analysis.lens.text import PLAIN, elements, given, is_list, primary, read, row_for

_SAME_SHAPE = frozenset(
    PLAIN
    | {
        "tensorflow.roll",
        "tensorflow.signal.fftshift",
        "tensorflow.signal.ifftshift",
        "tensorflow.reverse",
        "tensorflow.reverse_sequence",
        "tensorflow.cast",
        "tensorflow.conj",
        "tensorflow.real",
        "tensorflow.imag",
        "tensorflow.complex",
    }
)
_SAME_SIZE = _SAME_SHAPE | {
    "tensorflow.reshape",
    "tensorflow.transpose",
    "tensorflow.matrix_transpose",
    "tensorflow.linalg.adjoint",
    "tensorflow.expand_dims",
    "tensorflow.squeeze",
    "tensorflow.space_to_depth",
    "tensorflow.depth_to_space",
}


def leaf_dim(leaf: Leaf, axis: int | str, tf: str) -> Dim:
    """Returns one dimension of a variable, by axis (or the text of it)."""
    if leaf.shape is not None and isinstance(axis, int) and not -len(leaf.shape) <= axis < len(leaf.shape):
        raise Refused(f"{leaf.text} has no axis {axis}")
    size = None if leaf.shape is None or isinstance(axis, str) else leaf.shape[axis]
    fixed = _fixed(leaf) or (size is not None and not leaf.dynamic)
    return Dim(size, f"{primary(leaf.text)}.shape[{axis}]" if fixed else f"{tf}.shape({leaf.text})[{axis}]")


def _fixed(leaf: Leaf) -> bool:
    """Returns whether the whole shape is fixed when the program runs."""
    return not leaf.dynamic and (leaf.shape is None or None not in leaf.shape)


def dims_of(node: Node, tf: str) -> Dims | None:
    """Returns the dimensions of a tensor, or None if its rank is not known."""
    if isinstance(node, Leaf):
        return None if node.shape is None else tuple(leaf_dim(node, i, tf) for i in range(len(node.shape)))
    if not isinstance(node, Derived):
        return None
    if node.op in PLAIN:
        return dims_of(node.sources[0], tf)
    if node.op == "tensorflow.reshape" and ints(node.args["shape"]) == (-1,):
        return (total(node.sources[0], tf),)
    rule = RULES.get(node.op)
    if rule is not None:
        if len(node.sources) == 1 and is_list(node.sources[0]):
            parts = parts_of(node.sources[0], tf)
            return None if parts is None else rule(Derived(node.op, parts, node.args), [dims_of(p, tf) for p in parts])
        return rule(node, [dims_of(source, tf) for source in node.sources])
    items = as_key(node, tf)
    source = dims_of(view_source(node), tf)
    if items is None or source is None:
        return None if source is None else _selected(node, source)
    return keyed(source, items)


def _selected(node: Derived, dims: Dims) -> Dims | None:
    """Returns the dimensions of a gather or mask that is no key."""
    batch, at = integer(given(node, "batch_dims"), 0), integer(given(node, "axis"), 0)
    which = given(node, "mask" if node.op == "tensorflow.boolean_mask" else "indices")
    shape = None if which is None else _nested_shape(which.value)
    if which is None or shape is None or batch is None or at is None:
        return None
    at = max(at % len(dims), batch) if dims else 0
    if node.op == "tensorflow.boolean_mask":
        chosen = sum(bool(element) for element in flat(which.value) or ())
        return (*dims[:at], Dim(chosen), *dims[at + len(shape) :])
    if node.op == "tensorflow.gather_nd":
        return (*(Dim(size) for size in shape[:-1]), *dims[batch + shape[-1] :])
    return (*dims[:at], *(Dim(size) for size in shape[batch:]), *dims[at + 1 :])


def _nested_shape(value: object) -> tuple[int, ...] | None:
    """Returns the shape of a nested list of known values."""
    if not isinstance(value, (list, tuple)):
        return () if flat(value) is not None else None
    inner = _nested_shape(value[0]) if value else ()
    return None if inner is None else (len(value), *inner)


def known_shape(node: Node, tf: str) -> tuple[int, ...] | None:
    """Returns the static shape of a tensor if all of it is known."""
    dims = dims_of(node, tf)
    sizes = None if dims is None else [dim.value for dim in dims]
    return None if sizes is None or None in sizes else tuple(size for size in sizes if size is not None)


def shape_text(node: Node, tf: str) -> str:
    """Returns how to write the shape of a tensor."""
    if isinstance(node, Leaf):
        return f"{primary(node.text)}.shape" if _fixed(node) else f"{tf}.shape({node.text})"
    if isinstance(node, Derived) and node.op in _SAME_SHAPE:
        return shape_text(node.sources[0], tf)
    texts = [dim.text for dim in dims_of(node, tf) or (Dim(None),)]
    if None in texts and dims_of(node, tf) != ():
        return f"{tf}.shape({read(node, tf)})"
    return f"[{', '.join(text for text in texts if text is not None)}]"


def size_on(node: Node, axis: Arg | None, tf: str) -> Dim:
    """Returns the size of a tensor on an axis; it always has a text."""
    at, text = integer(axis, 0), axis.text if axis is not None else "0"
    if isinstance(node, Leaf):
        return leaf_dim(node, text if at is None else at, tf)
    dims = dims_of(node, tf)
    if dims is not None and at is not None and -len(dims) <= at < len(dims) and dims[at].text is not None:
        return dims[at]
    return Dim(None, f"{tf}.shape({read(node, tf)})[{text}]")


def total(node: Node, tf: str) -> Dim:
    """Returns the number of elements of a tensor; it always has a text."""
    if isinstance(node, Leaf):
        known = _fixed(node) and node.shape is not None
        value = math.prod(size or 0 for size in node.shape or ()) if known else None
        return Dim(value, f"{primary(node.text)}.shape.num_elements()" if _fixed(node) else f"{tf}.size({node.text})")
    if isinstance(node, Derived) and node.op in _SAME_SIZE:
        return total(node.sources[0], tf)
    shape = known_shape(node, tf)
    return Dim(math.prod(shape)) if shape is not None else Dim(None, f"{tf}.size({read(node, tf)})")


def view_source(node: Derived) -> Node:
    """Returns the tensor that a view shows a part of."""
    source = node.sources[0]
    return source.sources[0] if node.op == "index" and isinstance(source, Derived) else source


def parts_of(node: Node, tf: str) -> tuple[Node, ...] | None:
    """Returns the elements of a list of tensors as nodes, or None if their number is not known."""
    assert isinstance(node, Derived)
    if row_for(node).inverse == "items":
        return node.sources
    count = _count(node, tf)
    return None if count is None else tuple(Derived("index", (node,), {"i": Arg(str(i), i)}) for i in range(count))


def _count(node: Derived, tf: str) -> int | None:
    """Returns the number of parts of a split or unstack."""
    if node.op == "tensorflow.unstack":
        dim = size_on(node.sources[0], given(node, "axis"), tf).value
        return integer(given(node, "num"), dim)
    sizes = node.args["num_or_size_splits"]
    if isinstance(sizes.value, int):
        return sizes.value
    if isinstance(sizes.value, (list, tuple)):
        return len(sizes.value)
    texts = elements(sizes.text)
    return len(texts) if texts is not None else None


def as_key(node: Derived, tf: str) -> list[Item] | None:
    """Returns the key that a view is the same as, or None if there is none that is known."""
    if node.op == "subscript":
        return parse_key(node.args["key"])
    if node.op == "tensorflow.slice":
        return slice_key(node.args["begin"], node.args["size"])
    if node.op == "tensorflow.strided_slice":
        begin = node.args["begin"].value
        return strided_key(dict(node.args), len(begin)) if isinstance(begin, (list, tuple)) else None
    if node.op == "tensorflow.gather":
        return _gather_key(node)
    source = node.sources[0]
    if node.op != "index" or not isinstance(source, Derived):
        return None
    axis, i = integer(given(source, "axis"), 0), node.args["i"]
    if axis is None:
        return None
    if source.op == "tensorflow.unstack":
        return on_axis(axis, single(i.text, integer(i)))
    return _split_key(source, axis, integer(i), tf) if source.op == "tensorflow.split" else None


def _gather_key(node: Derived) -> list[Item] | None:
    """Returns the key of a gather of one index, or of indices in steps."""
    axis, indices = integer(given(node, "axis"), 0), node.args["indices"].value
    if axis is None or integer(given(node, "batch_dims"), 0) != 0:
        return None
    if isinstance(indices, int):
        return on_axis(axis, single(str(indices), indices)) if indices >= 0 else None
    found = ints(node.args["indices"]) if _nested_shape(indices) == (len(_listed(indices)),) else None
    if not found or min(found) < 0:
        return None
    step = found[1] - found[0] if len(found) > 1 else 1
    if step < 1 or any(b - a != step for a, b in pairwise(found)):
        return None
    return on_axis(axis, span(found[0], found[-1] + 1, step))


def _listed(value: object) -> Sequence[object]:
    """Returns value if it is a list or tuple, else an empty one."""
    return value if isinstance(value, (list, tuple)) else ()


def _split_key(node: Derived, axis: int, i: int | None, tf: str) -> list[Item] | None:
    """Returns the key of one part of a split."""
    sizes, whole = node.args["num_or_size_splits"], size_on(node.sources[0], given(node, "axis"), tf).value
    count = _count(node, tf)
    if i is None or count is None or not -count <= i < count:
        return None
    if isinstance(sizes.value, int):
        if whole is None or whole % count:
            return None
        widths: list[int] = [whole // count] * count
    else:
        widths = list(ints(sizes) or ())
        if -1 in widths:
            if whole is None:
                return None
            widths[widths.index(-1)] = whole - sum(size for size in widths if size != -1)
    if not widths:
        return None
    start = sum(widths[: i % count])
    last = i % count == count - 1
    return on_axis(axis, span(start, None if last and whole == start + widths[i] else start + widths[i]))

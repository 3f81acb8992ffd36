"""Trees in canonical form: aliases resolved, lists taken apart, what can't be written refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from migrator.analysis.lens.model import UNKNOWN, Arg, Derived, Leaf, Node, Opaque, Refused, integer, leaves
from migrator.analysis.lens.shape import dims_of, known_shape, parts_of, size_on
from migrator.analysis.lens.text import given, is_list
from migrator.tables.lenses import canonical as canonical_symbol
from migrator.tables.lenses import refusal_of, row_of

_CASTS = {
    "float": "float32",
    "double": "float64",
    "int32": "int32",
    "int64": "int64",
    "bfloat16": "bfloat16",
    "complex64": "complex64",
    "complex128": "complex128",
}
_RENAMED = {
    "squeeze_dims": "axis",
    "dim": "axis",
    "concat_dim": "axis",
    "split_dim": "axis",
    "seq_dim": "seq_axis",
    "batch_dim": "batch_axis",
}
_SELECTORS = frozenset(
    {
        "key",
        "i",
        "begin",
        "size",
        "end",
        "strides",
        "indices",
        "mask",
        "shift",
        "perm",
        "axis",
        "seq_lengths",
        "k",
        "num_or_size_splits",
        "block_size",
        "block_shape",
        "partitions",
    }
)


def canonical(node: Node, tf: str) -> Node:
    """Returns a tree in which every op is the symbol of a row.

    Raises:
        Refused: an op has no row.
    """
    if not isinstance(node, Derived):
        return node
    row = row_of(node.op)
    if row is None:
        raise Refused(refusal_of(node.op))
    sources = tuple(canonical(source, tf) for source in node.sources)
    args = {_RENAMED.get(name, name): arg for name, arg in node.args.items() if name != "name" and arg.text != "None"}
    symbol = canonical_symbol(node.op)
    plain = Derived(row.symbol, sources, args)
    special = _SPECIAL.get(symbol) or _SPECIAL.get(row.symbol)
    return special(replace(plain, op=symbol), tf) if special else plain


def _cast(node: Derived, tf: str) -> Node:
    """Returns ``tf.to_float`` and its kin as casts."""
    name = node.op.rsplit("to_", 1)[-1] if ".to_" in node.op else None
    if name is None:
        return replace(node, op="tensorflow.cast")
    return Derived("tensorflow.cast", node.sources, {"dtype": Arg(f"{tf}.{_CASTS[name]}", _CASTS[name])})


def _reshape(node: Derived, tf: str) -> Node:
    """Returns a flatten as a reshape."""
    if "flatten" not in node.op:
        return replace(node, op="tensorflow.reshape")
    size = size_on(node.sources[0], Arg("0", 0), tf)
    value = [size.value if size.value is not None else UNKNOWN, -1]
    return Derived("tensorflow.reshape", node.sources, {"shape": Arg(f"[{size.text}, -1]", value)})


def _reverse(node: Derived, _tf: str) -> Node:
    """Returns an image flip as a reverse."""
    axes = {"tensorflow.image.flip_left_right": -2, "tensorflow.image.flip_up_down": -3}
    if node.op not in axes:
        return replace(node, op="tensorflow.reverse")
    axis = axes[node.op]
    return Derived("tensorflow.reverse", node.sources, {"axis": Arg(f"[{axis}]", [axis])})


def _transpose(node: Derived, tf: str) -> Node:
    """Returns an image transpose as a transpose."""
    if ".image." not in node.op:
        return replace(node, op="tensorflow.transpose")
    dims = dims_of(node.sources[0], tf)
    if dims is None or len(dims) not in (3, 4):
        raise Refused("the rank of a transposed image is not known")
    perm = [1, 0, 2] if len(dims) == 3 else [0, 2, 1, 3]
    return Derived("tensorflow.transpose", node.sources, {"perm": Arg(str(perm), perm)})


def _stack(node: Derived, _tf: str) -> Node:
    """Returns a parallel_stack as a stack."""
    return replace(node, op="tensorflow.stack")


def _gather(node: Derived, tf: str) -> Node:
    """Returns an embedding lookup and a batch_gather as a gather."""
    args = {name: arg for name, arg in node.args.items() if name in ("indices", "axis", "batch_dims")}
    source = node.sources[0]
    if node.op.endswith("embedding_lookup"):
        if len(node.sources) != 1 or (is_list(source) and len(parts_of(source, tf) or ()) != 1):
            raise Refused("an embedding lookup over several variables")
        if given(node, "max_norm") is not None:
            raise Refused("an embedding lookup with max_norm changes what it reads")
        source = source if not is_list(source) else (parts_of(source, tf) or (source,))[0]
        args = {"indices": node.args["ids"] if "ids" in node.args else node.args["indices"]}
    if node.op.endswith("batch_gather"):
        depth, value = 0, args["indices"].value
        while isinstance(value, (list, tuple)) and value:
            depth, value = depth + 1, value[0]
        args = {"indices": args["indices"], "batch_dims": Arg(str(depth - 1), depth - 1)}
    return Derived("tensorflow.gather", (source,), args)


def _batches(node: Derived, _tf: str) -> Node:
    """Returns the two-dimensional forms with one block_size as those with a block_shape."""
    size, args = node.args.get("block_size"), dict(node.args)
    if size is not None:
        value = integer(size)
        del args["block_size"]
        args["block_shape"] = Arg(f"[{size.text}, {size.text}]", UNKNOWN if value is None else [value, value])
    to_batch = "space_to_batch" in node.op
    return Derived(f"tensorflow.{'space_to_batch' if to_batch else 'batch_to_space'}_nd", node.sources, args)


def _rot90(node: Derived, tf: str) -> Node:
    """Returns a rotation as a transpose and a reverse."""
    dims, k = dims_of(node.sources[0], tf), integer(given(node, "k"), 1)
    if dims is None or len(dims) not in (3, 4) or k is None:
        raise Refused("a rotation of an image whose rank, or whose number of turns, is not known")
    height, width = (0, 1) if len(dims) == 3 else (1, 2)
    perm = [1, 0, 2] if len(dims) == 3 else [0, 2, 1, 3]
    turn = {"perm": Arg(str(perm), perm)}
    across, both = {"axis": Arg(f"[{width}]", [width])}, {"axis": Arg(f"[{height}, {width}]", [height, width])}
    if k % 4 == 1:
        flipped = Derived("tensorflow.reverse", node.sources, across)
        return Derived("tensorflow.transpose", (flipped,), turn)
    if k % 4 == 2:
        return Derived("tensorflow.reverse", node.sources, both)
    turned = Derived("tensorflow.transpose", node.sources, turn)
    return Derived("tensorflow.reverse", (turned,), across) if k % 4 == 3 else node.sources[0]


def _crop(node: Derived, tf: str) -> Node:
    """Returns a crop as a slice."""
    dims = dims_of(node.sources[0], tf)
    names = ("offset_height", "offset_width", "target_height", "target_width")
    top, left, height, width = (integer(node.args.get(name)) for name in names)
    if dims is None or len(dims) not in (3, 4) or None in (top, left, height, width):
        raise Refused("a crop of an image whose rank, or whose box, is not known")
    box = f"{top}:{(top or 0) + (height or 0)}, {left}:{(left or 0) + (width or 0)}"
    key = box if len(dims) == 3 else f":, {box}"
    return Derived("subscript", node.sources, {"key": Arg(key)})


def _stitch(node: Derived, _tf: str) -> Node:
    """Returns a stitch as rows of a concat in another order."""
    given_indices, data = node.args.get("indices"), node.sources
    if len(data) == 1 and is_list(data[0]) and isinstance(data[0], Derived):
        data = data[0].sources if data[0].op in ("list", "tuple") else ()
    lists = given_indices.value if given_indices is not None else None
    if not isinstance(lists, (list, tuple)) or len(lists) != len(data) or not data:
        raise Refused("the indices of a dynamic_stitch are not statically known")
    if not all(isinstance(part, (list, tuple)) and all(isinstance(i, int) for i in part) for part in lists):
        raise Refused("the indices of a dynamic_stitch are not lists of known numbers")
    order = [i for part in lists for i in part]
    if sorted(order) != list(range(len(order))):
        raise Refused("the indices of a dynamic_stitch don't name each row once")
    rows = [order.index(i) for i in range(len(order))]
    whole = Derived("tensorflow.concat", data, {"axis": Arg("0", 0)})
    return Derived("tensorflow.gather", (whole,), {"indices": Arg(str(rows), rows)})


def _part(source: Derived, i: Arg, tf: str) -> Node:
    """Returns one part of a dynamic_partition as a mask."""
    partitions, number = source.args["partitions"], integer(i)
    if number is None or number < 0:
        raise Refused("which part of a dynamic_partition is written is not known")
    mask = Arg(f"{tf}.equal({partitions.text}, {number})", _equal(partitions.value, number), partitions.deps)
    return Derived("tensorflow.boolean_mask", source.sources, {"mask": mask})


def _equal(value: object, number: int) -> object:
    """Returns where a nested list holds a number."""
    if isinstance(value, (list, tuple)):
        return [_equal(item, number) for item in value]
    return UNKNOWN if value is UNKNOWN else value == number


def _index(node: Derived, tf: str) -> Node:
    """Returns the element of a list of tensors itself, where it is one."""
    source, i = node.sources[0], integer(node.args.get("i"))
    if isinstance(source, Derived) and source.op == "tensorflow.dynamic_partition":
        return _part(source, node.args["i"], tf)
    if not is_list(source):
        raise Refused(f"element {node.args['i'].text} of something that is no list of tensors")
    assert isinstance(source, Derived)
    if source.op not in ("list", "tuple"):
        return node
    if i is None or not -len(source.sources) <= i < len(source.sources):
        raise Refused("which element of the list is written is not known")
    return source.sources[i]


def _subscript(node: Derived, tf: str) -> Node:
    """Returns an element of a list of tensors as one."""
    if not is_list(node.sources[0]):
        return node
    return _index(Derived("index", node.sources, {"i": node.args["key"]}), tf)


def _squeeze(node: Derived, tf: str) -> Node:
    """Returns a squeeze that removes nothing as its source."""
    shape = known_shape(node.sources[0], tf)
    return node.sources[0] if given(node, "axis") is None and shape is not None and 1 not in shape else node


_SPECIAL: Mapping[str, Callable[[Derived, str], Node]] = {
    "tensorflow.cast": _cast,
    "tensorflow.reshape": _reshape,
    "tensorflow.reverse": _reverse,
    "tensorflow.transpose": _transpose,
    "tensorflow.stack": _stack,
    "tensorflow.gather": _gather,
    "tensorflow.space_to_batch_nd": _batches,
    "tensorflow.batch_to_space_nd": _batches,
    "tensorflow.image.rot90": _rot90,
    "tensorflow.image.crop_to_bounding_box": _crop,
    "tensorflow.dynamic_stitch": _stitch,
    "index": _index,
    "subscript": _subscript,
    "tensorflow.squeeze": _squeeze,
}


def check(node: Node) -> None:
    """Refuses a canonical tree with a leaf that is no variable, or a selector that reads what is written.

    Raises:
        Refused: with the reason.
    """
    written = {leaf.identity: leaf for leaf in leaves(node)}
    _check(node, written)


def _check(node: Node, written: Mapping[object, Leaf]) -> None:
    """Checks one node and what is below it."""
    if isinstance(node, Opaque):
        raise Refused(f"{node.text} {node.reason}")
    if isinstance(node, Leaf):
        return
    for name, arg in node.args.items():
        own = [leaf.text for identity, leaf in written.items() if identity in arg.deps]
        if own and name in _SELECTORS:
            raise Refused(f"{arg.text} selects what is written and reads {own[0]}, which the write changes")
    for source in node.sources:
        _check(source, written)

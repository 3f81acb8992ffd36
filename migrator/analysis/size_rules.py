"""TF1's shape functions of single ops, as far as layers and their users need them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from migrator.analysis.values import UNKNOWN, Node, Py, Seq, Value, leaves
from migrator.tables import layers

if TYPE_CHECKING:
    from migrator.analysis.sizes import Sizes


class Named(int):
    """A size that the program calls by a name: a number with its expression."""

    expr: ast.expr

    @classmethod
    def of(cls, number: int, expr: ast.expr | None) -> int:
        """Return a number, with its expression where that is more than the number itself."""
        if not isinstance(expr, (ast.Name, ast.Attribute, ast.Subscript)):
            return number
        found = cls(number)
        found.expr = expr
        return found


Size = int | ast.expr | None
Shape = tuple[Size, ...]


def _const(value: Value | None) -> object:
    return value.const if isinstance(value, Py) else UNKNOWN


def _numbers(value: Value | None) -> list[int] | None:
    """Return an int or a list of ints."""
    if isinstance(value, Py) and isinstance(value.const, int) and not isinstance(value.const, bool):
        return [value.const]
    if isinstance(value, Seq) and value.items is not None:
        found = [_const(v) for v in value.items]
        if all(isinstance(v, int) and not isinstance(v, bool) for v in found):
            return [v for v in found if isinstance(v, int)]
    return None


def _placeholder(shapes: Sizes, node: Node) -> Shape | None:
    if "shape" in node.call:
        expr = node.call["shape"]
        return shapes.sizes(expr, shapes.values.get(expr)) or node.shape
    given = node.call.get("input")
    return shapes.of(shapes.values.get(given)) if given is not None else node.shape


def _matmul(shapes: Sizes, node: Node) -> Shape | None:
    left, right = shapes.of(shapes.argument(node, 0)), shapes.of(shapes.argument(node, 1))
    flips = [shapes.given(node, f"transpose_{s}", f"adjoint_{s}") for s in "ab"]
    if any(f is not None and not isinstance(_const(f), bool) for f in flips):
        return None
    if left is None or right is None or len(left) < 2 or len(right) < 2:
        return None
    rows = left[-1] if flips[0] is not None and _const(flips[0]) is True else left[-2]
    columns = right[-2] if flips[1] is not None and _const(flips[1]) is True else right[-1]
    batch = tuple(left[:-2]) if len(left) > 2 else tuple(right[:-2])
    return (*batch, rows, columns)


def _reshape(shapes: Sizes, node: Node) -> Shape | None:
    expr, value = node.call.get("shape"), node.taken.get("shape")
    sizes = shapes.sizes(expr, value)
    if sizes is None or not isinstance(value, Seq) or value.items is None:
        return sizes
    open_ = [i for i, v in enumerate(value.items) if _const(v) == -1]
    source = shapes.of(shapes.argument(node, 0))
    if len(open_) == 1 and source is not None and all(isinstance(s, int) for s in source):
        others = [s for i, s in enumerate(sizes) if i != open_[0]]
        if all(isinstance(s, int) for s in others):
            total, rest = 1, 1
            for s in source:
                total *= s if isinstance(s, int) else 1
            for s in others:
                rest *= s if isinstance(s, int) else 1
            if rest:
                return tuple(total // rest if i == open_[0] else s for i, s in enumerate(sizes))
    return sizes


def _axes(shapes: Sizes, node: Node, rank: int) -> set[int] | None:
    value = shapes.given(node, "axis", "reduction_indices", "dim", "squeeze_dims", "dimension")
    if value is None or _const(value) is None:
        return set()
    found = _numbers(value)
    return None if found is None else {a % rank for a in found if -rank <= a < rank}


def _reduce(shapes: Sizes, node: Node) -> Shape | None:
    source = shapes.of(shapes.argument(node, 0))
    keep = shapes.given(node, "keepdims", "keep_dims")
    kept = _const(keep) is True
    if keep is not None and not isinstance(_const(keep), bool):
        return None
    given = shapes.given(node, "axis", "reduction_indices")
    if (given is None or _const(given) is None) and not kept:
        return ()
    if source is None:
        return None
    axes = _axes(shapes, node, len(source))
    if axes is None:
        return None
    if given is None or _const(given) is None:
        axes = set(range(len(source)))
    return tuple(1 if i in axes else s for i, s in enumerate(source) if kept or i not in axes)


def _arg(shapes: Sizes, node: Node) -> Shape | None:
    source = shapes.of(shapes.argument(node, 0))
    if not source:
        return None
    axes = _axes(shapes, node, len(source))
    if axes is None:
        return None
    axes = axes or {0}
    return tuple(s for i, s in enumerate(source) if i not in axes)


def _expand(shapes: Sizes, node: Node) -> Shape | None:
    source, axis = shapes.of(shapes.argument(node, 0)), _const(shapes.given(node, "axis", "dim"))
    if source is None or not isinstance(axis, int):
        return None
    at = axis if axis >= 0 else axis + len(source) + 1
    return (*source[:at], 1, *source[at:])


def _squeeze(shapes: Sizes, node: Node) -> Shape | None:
    source = shapes.of(shapes.argument(node, 0))
    if source is None:
        return None
    axes = _axes(shapes, node, len(source))
    if axes is None:
        return None
    if not axes:
        return tuple(s for s in source if s != 1) if all(isinstance(s, int) for s in source) else None
    return tuple(s for i, s in enumerate(source) if i not in axes)


def _transpose(shapes: Sizes, node: Node) -> Shape | None:
    source = shapes.of(shapes.argument(node, 0))
    if source is None:
        return None
    perm = shapes.given(node, "perm")
    if perm is None:
        return tuple(reversed(source))
    order = _numbers(perm)
    return tuple(source[i] for i in order) if order is not None and sorted(order) == list(range(len(source))) else None


def _concat(shapes: Sizes, node: Node) -> Shape | None:
    values, axis = shapes.given(node, "values"), _const(shapes.given(node, "axis", "concat_dim"))
    parts = [shapes.of(v) for v in leaves(values)] if isinstance(values, Seq) and values.items else []
    first = parts[0] if parts else None
    if first is None or not isinstance(axis, int) or any(p is None or len(p) != len(first) for p in parts):
        return None
    at = axis % len(first) if first else 0
    along = [p[at] for p in parts if p is not None]
    total = sum(s for s in along if isinstance(s, int)) if all(isinstance(s, int) for s in along) else None
    sizes: list[Size] = []
    for i in range(len(first)):
        each = [p[i] for p in parts if p is not None]
        known = next((s for s in each if isinstance(s, int)), each[0] if all(s is each[0] for s in each) else None)
        sizes.append(total if i == at else known)
    return tuple(sizes)


def _stack(shapes: Sizes, node: Node) -> Shape | None:
    values, axis = shapes.given(node, "values"), shapes.given(node, "axis")
    at = 0 if axis is None else _const(axis)
    if not isinstance(values, Seq) or not values.items or not isinstance(at, int):
        return None
    inner = shapes.of(values.items[0])
    if inner is None:
        return None
    at = at if at >= 0 else at + len(inner) + 1
    return (*inner[:at], len(values.items), *inner[at:])


def _one_hot(shapes: Sizes, node: Node) -> Shape | None:
    source, depth = shapes.of(shapes.given(node, "indices")), shapes.given(node, "depth")
    if source is None or "axis" in node.taken:
        return None
    number = _const(depth)
    size: Size = number if isinstance(number, int) else node.call.get("depth") if isinstance(depth, Py) else None
    return (*source, size)


def _lookup(shapes: Sizes, node: Node) -> Shape | None:
    table, ids = shapes.of(shapes.argument(node, 0)), shapes.of(shapes.argument(node, 1))
    if table is None or ids is None or "axis" in node.taken:
        return None
    return (*ids, *table[1:])


def _window(size: Size, kernel: object, stride: object, padding: object, dilation: int = 1) -> Size:
    """Return the size after a convolution or pooling along one axis."""
    if not isinstance(size, int) or not isinstance(stride, int) or stride <= 0:
        return None
    if isinstance(padding, str) and padding.lower() == "same":
        return -(-size // stride)
    if not isinstance(kernel, int):
        return None
    return max(0, -(-(size - (kernel - 1) * dilation) // stride))


def _spread(value: Value | None, count: int) -> list[object]:
    """Return a number for each spatial axis."""
    numbers: list[object] = [*(_numbers(value) or ())]
    if len(numbers) == 1:
        return numbers * count
    return numbers if len(numbers) == count else [UNKNOWN] * count


def _channels_last(shapes: Sizes, node: Node) -> bool:
    given = shapes.given(node, "data_format")
    return given is None or _const(given) in (None, "channels_last", "NHWC", "NWC", "NDHWC")


def _nn_conv(shapes: Sizes, node: Node) -> Shape | None:
    source, kernel = shapes.of(shapes.argument(node, 0)), shapes.of(shapes.given(node, "filter", "filters"))
    if source is None or kernel is None or len(source) != len(kernel) or not _channels_last(shapes, node):
        return None
    if "dilations" in node.taken:
        return (source[0], *[None] * (len(source) - 2), kernel[-1])
    padding, strides = _const(shapes.given(node, "padding")), _numbers(shapes.given(node, "strides", "stride"))
    count = len(source) - 2
    steps: list[object] = [UNKNOWN] * count
    if strides is not None:
        steps = [*strides[1:-1]] if len(strides) == count + 2 else [*strides] * (count if len(strides) == 1 else 1)
    middle = [_window(s, k, t, padding) for s, k, t in zip(source[1:-1], kernel[:count], steps, strict=False)]
    return (source[0], *middle, kernel[-1])


def _nn_pool(shapes: Sizes, node: Node) -> Shape | None:
    source = shapes.of(shapes.argument(node, 0))
    if source is None or not _channels_last(shapes, node):
        return None
    count = len(source) - 2
    padding = _const(shapes.given(node, "padding"))
    sizes, strides = _numbers(shapes.given(node, "ksize")), _numbers(shapes.given(node, "strides"))
    if sizes is None or strides is None or len(sizes) != count + 2 or len(strides) != count + 2:
        return (source[0], *[None] * count, source[-1])
    middle = [_window(s, k, t, padding) for s, k, t in zip(source[1:-1], sizes[1:-1], strides[1:-1], strict=True)]
    return (source[0], *middle, source[-1])


def _layer_pool(shapes: Sizes, node: Node) -> Shape | None:
    source = shapes.of(shapes.given(node, "inputs"))
    if source is None or not _channels_last(shapes, node):
        return None
    count = len(source) - 2
    padding = _const(shapes.given(node, "padding")) if "padding" in node.taken else "valid"
    sizes, strides = _spread(node.taken.get("pool_size"), count), _spread(node.taken.get("strides"), count)
    middle = [_window(s, k, t, padding) for s, k, t in zip(source[1:-1], sizes, strides, strict=True)]
    return (source[0], *middle, source[-1])


def _flatten(shapes: Sizes, node: Node) -> Shape | None:
    source = shapes.of(shapes.given(node, "inputs"))
    if source is None or not source:
        return None
    total: Size = 1
    for size in source[1:]:
        total = total * size if isinstance(total, int) and isinstance(size, int) else None
    if len(source) == 2:
        total = source[1]
    return (source[0], total)


def _dense(shapes: Sizes, node: Node) -> Shape | None:
    source = shapes.of(shapes.given(node, "inputs"))
    return None if source is None else (*source[:-1], _units(node, "units"))


def _units(node: Node, name: str) -> Size:
    value = node.taken.get(name)
    number = _const(value)
    if isinstance(number, int):
        return Named.of(number, node.call.get(name))
    return node.call.get(name) if isinstance(value, Py) else None


def _layer_conv(shapes: Sizes, node: Node) -> Shape | None:
    source = shapes.of(shapes.given(node, "inputs"))
    if source is None or not _channels_last(shapes, node):
        return None
    count = len(source) - 2
    padding = _const(shapes.given(node, "padding")) if "padding" in node.taken else "valid"
    kernel = _spread(node.taken.get("kernel_size"), count)
    strides = _spread(node.taken.get("strides"), count) if "strides" in node.taken else [1] * count
    dilation = _spread(node.taken.get("dilation_rate"), count) if "dilation_rate" in node.taken else [1] * count
    middle: list[Size] = []
    for size, width, step, rate in zip(source[1:-1], kernel, strides, dilation, strict=True):
        if "transpose" in node.op:
            middle.append(_deconv(size, width, step, padding))
        else:
            middle.append(_window(size, width, step, padding, rate) if isinstance(rate, int) else None)
    return (source[0], *middle, _units(node, "filters"))


def _deconv(size: Size, kernel: object, stride: object, padding: object) -> Size:
    if not isinstance(size, int) or not isinstance(stride, int):
        return None
    if isinstance(padding, str) and padding.lower() == "same":
        return size * stride
    return size * stride + max(kernel - stride, 0) if isinstance(kernel, int) else None


def _element(shapes: Sizes, node: Node) -> Shape | None:
    owner = node.inputs[0] if node.inputs else None
    source = shapes.of(shapes.argument(owner, 0)) if isinstance(owner, Node) else None
    if source is None or not isinstance(owner, Node):
        return None
    if owner.op.endswith("split"):
        return _split(shapes, owner, source, node.index)
    if owner.op.endswith(("unstack", "unpack")):
        axis = _const(owner.taken.get("axis")) if "axis" in owner.taken else 0
        if not isinstance(axis, int):
            return None
        return tuple(s for i, s in enumerate(source) if i != axis % len(source))
    return None


def _split(shapes: Sizes, owner: Node, source: Shape, index: int | None) -> Shape | None:
    axis = _const(owner.taken.get("axis")) if "axis" in owner.taken else 0
    if not isinstance(axis, int) or not source:
        return None
    at, given = axis % len(source), owner.taken.get("num_or_size_splits")
    size, count = source[at], _const(given)
    part: Size = size // count if isinstance(size, int) and isinstance(count, int) and count else None
    sizes = _numbers(given)
    if isinstance(given, Seq) and sizes is not None and index is not None and index < len(sizes):
        part = sizes[index]
    return (*source[:at], part, *source[at + 1 :])


def _phi(shapes: Sizes, node: Node) -> Shape | None:
    found = [shapes.of(v) for v in node.inputs]
    return found[0] if found and all(f == found[0] for f in found) else None


def _subscript(shapes: Sizes, node: Node) -> Shape | None:
    source = shapes.of(node.inputs[0]) if node.inputs else None
    if source is None or not isinstance(node.expr, ast.Subscript):
        return None
    key = node.expr.slice
    items = key.elts if isinstance(key, ast.Tuple) else [key]
    result: list[Size] = []
    left = list(source)
    used = sum(not (isinstance(i, ast.Constant) and i.value in (None, ...)) for i in items)
    for item in items:
        if isinstance(item, ast.Constant) and item.value is None:
            result.append(1)
        elif isinstance(item, ast.Constant) and item.value is ...:
            count = len(left) - (used - (len(source) - len(left)))
            result += left[:count]
            left = left[count:]
        elif not left:
            return None
        elif isinstance(item, ast.Slice):
            whole = item.lower is None and item.upper is None and item.step is None
            size = left.pop(0)
            result.append(size if whole else _slice(shapes, item, size))
        else:
            value = shapes.values.get(item)
            if not (isinstance(value, Py) or (isinstance(value, Node) and shapes.of(value) == ())):
                return None
            left.pop(0)
    return (*result, *left)


def _slice(shapes: Sizes, item: ast.Slice, size: Size) -> Size:
    bounds = [None if p is None else _const(shapes.values.get(p)) for p in (item.lower, item.upper, item.step)]
    if not isinstance(size, int) or not all(b is None or isinstance(b, int) for b in bounds):
        return None
    lower, upper, step = (b if isinstance(b, int) else None for b in bounds)
    return len(range(*slice(lower, upper, step).indices(size)))


RULES: dict[str, Callable[[Sizes, Node], Shape | None]] = {
    "placeholder": _placeholder, "element": _element, "phi": _phi, "subscript": _subscript,
    **{f"tensorflow.{name}": rule for name, rule in {
        "matmul": _matmul, "linalg.matmul": _matmul, "reshape": _reshape, "expand_dims": _expand, "squeeze": _squeeze,
        "transpose": _transpose, "concat": _concat, "stack": _stack, "pack": _stack, "one_hot": _one_hot,
        "nn.embedding_lookup": _lookup, "gather": _lookup, "argmax": _arg, "argmin": _arg, "arg_max": _arg,
        "nn.conv1d": _nn_conv, "nn.conv2d": _nn_conv, "nn.conv3d": _nn_conv, "nn.max_pool": _nn_pool,
        "nn.avg_pool": _nn_pool, "layers.flatten": _flatten, "layers.dense": _dense, "layers.conv1d": _layer_conv,
        "layers.conv2d": _layer_conv, "layers.conv3d": _layer_conv, "layers.conv2d_transpose": _layer_conv,
        "layers.separable_conv1d": _layer_conv, "layers.separable_conv2d": _layer_conv,
        **{f"{m}reduce_{n}": _reduce for n in ("sum", "mean", "max", "min", "prod", "all", "any")
           for m in ("", "math.")},
    }.items()},
    **dict.fromkeys(layers.POOLS, _layer_pool),
}  # fmt: skip

"""Static shapes exactly as TensorFlow infers them; None where that isn't certain.

A shape is a tuple of sizes; a size that TensorFlow doesn't know either is None.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from math import ceil, prod

from migrator.analysis.values import UNKNOWN, Node, Py, Seq, Value, Var

Shape = tuple[int | None, ...]
Args = Mapping[str, Value]


def of(value: Value | None) -> Shape | None:
    """Return the static shape of a tensor, a variable or a Python literal."""
    if isinstance(value, (Node, Var)):
        return value.static
    if isinstance(value, Py):
        return () if isinstance(value.const, (int, float)) else None
    if isinstance(value, Seq) and value.kind != "shape" and value.items:
        inner = {of(item) for item in value.items}
        only = inner.pop()
        return (len(value.items), *only) if not inner and only is not None else None
    return None


def literal(value: Value | None) -> Shape | None:
    """Return a shape that is given as an argument; -1 stands in it as it is."""
    if isinstance(value, Py) and type(value.const) is int:
        return (value.const,)
    if not isinstance(value, Seq) or value.items is None:
        return None
    sizes: list[int | None] = []
    for item in value.items:
        if not isinstance(item, Py) or not (item.const is None or type(item.const) is int):
            return None
        sizes.append(item.const)
    return tuple(sizes)


def infer(symbol: str, args: Args) -> Shape | None:
    """Return the static shape of an op's result.

    Args:
        symbol: canonical TF1 name.
        args: the values of its arguments by TF1 keyword.
    """
    rule = RULES.get(symbol.removeprefix("tensorflow."))
    if rule is None or any(name.startswith("*") for name in args):
        return None
    try:
        return rule(args)
    except (IndexError, TypeError):  # the program would fail; not this function's to say
        return None


def broadcast(one: Shape | None, other: Shape | None) -> Shape | None:
    """Return the shape of an elementwise operation on two tensors."""
    if one is None or other is None:
        return None
    rank = max(len(one), len(other))
    pairs = zip((1,) * (rank - len(one)) + one, (1,) * (rank - len(other)) + other, strict=True)
    return tuple(_common(a, b) for a, b in pairs)


def _common(a: int | None, b: int | None) -> int | None:
    if a == 1:
        return b
    if b == 1 or b is None:
        return a
    return b


def subscript(shape: Shape | None, key: ast.expr, value: Callable[[ast.expr], Value | None]) -> Shape | None:
    """Return the shape of ``tensor[key]``."""
    if shape is None:
        return None
    keys = key.elts if isinstance(key, ast.Tuple) else [key]
    sizes: list[int | None] = []
    left = list(shape)
    for part in keys:
        if not left:
            return None
        size = left.pop(0)
        found = value(part)
        if isinstance(part, ast.Slice):
            bounds = [Py(None) if p is None else value(p) for p in (part.lower, part.upper, part.step)]
            consts = [b.const for b in bounds if isinstance(b, Py) and (b.const is None or type(b.const) is int)]
            whole = len(consts) == 3 and consts[0] in (None, 0) and consts[1] is None and consts[2] in (None, 1)
            if len(consts) < 3 or (size is None and not whole):
                return None
            sizes.append(size if size is None else len(range(size)[slice(*consts)]))
        elif not (isinstance(found, Py) and type(found.const) is int):
            return None
    return (*sizes, *left)


def _const(args: Args, *names: str, default: object = None) -> object:
    """Return the first given argument of some names: an int, list of ints, bool or string; UNKNOWN where not known."""
    for name in names:
        value = args.get(name)
        if isinstance(value, Py):
            if value.const is None:
                continue
            return value.const
        if isinstance(value, Seq):
            sizes = literal(value)
            return list(sizes) if sizes is not None else UNKNOWN
        if value is not None:
            return UNKNOWN
    return default


def _axes(args: Args, rank: int, *names: str) -> set[int] | None:
    """Return the axes that an argument names, all of them where it isn't given; None where they aren't known."""
    given = _const(args, *names)
    if given is None:
        return set(range(rank))
    axes = [given] if type(given) is int else given
    if not isinstance(axes, list) or not all(type(a) is int for a in axes):
        return None
    return {a % rank for a in axes}


def _first(*names: str) -> Callable[[Args], Shape | None]:
    return lambda args: of(next((args[n] for n in names if n in args), None))


def _both(one: str = "x", other: str = "y") -> Callable[[Args], Shape | None]:
    return lambda args: broadcast(of(args.get(one)), of(args.get(other)))


def _given(*names: str) -> Callable[[Args], Shape | None]:
    def shape(args: Args) -> Shape | None:
        found = literal(next((args[n] for n in names if n in args), None))
        return found if found is not None and all(s is not None and s >= 0 for s in found) else None

    return shape


def _reduce(args: Args) -> Shape | None:
    shape, keep = of(args.get("input_tensor")), _const(args, "keepdims", "keep_dims", default=False)
    if type(keep) is not bool:
        return None
    if _const(args, "axis", "reduction_indices") is None and not keep:
        return ()
    axes = _axes(args, len(shape), "axis", "reduction_indices") if shape is not None else None
    if shape is None or axes is None:
        return None
    return tuple(1 if i in axes else s for i, s in enumerate(shape) if keep or i not in axes)


def _arg(args: Args) -> Shape | None:
    shape = of(args.get("input"))
    axis = _const(args, "axis", "dimension", default=0)
    if shape is None or type(axis) is not int:
        return None
    return tuple(s for i, s in enumerate(shape) if i != axis % len(shape))


def _matmul(args: Args) -> Shape | None:
    a, b = of(args.get("a")), of(args.get("b"))
    flips = [_const(args, name, default=False) for name in ("transpose_a", "transpose_b", "adjoint_a", "adjoint_b")]
    if a is None or b is None or len(a) != len(b) or len(a) < 2 or not all(type(f) is bool for f in flips):
        return None
    rows = a[-1] if flips[0] or flips[2] else a[-2]
    columns = b[-2] if flips[1] or flips[3] else b[-1]
    batch = broadcast(a[:-2], b[:-2])
    return None if batch is None else (*batch, rows, columns)


def _reshape(args: Args) -> Shape | None:
    wanted, shape = literal(args.get("shape")), of(args.get("tensor"))
    if wanted is None or any(s is None for s in wanted):
        return None
    if -1 not in wanted:
        return wanted
    if shape is None:
        return None
    if any(s is None for s in shape):
        return tuple(None if s == -1 else s for s in wanted)
    total, known = prod(s or 0 for s in shape), prod(s or 0 for s in wanted if s != -1)
    return tuple((total // known if known else None) if s == -1 else s for s in wanted)


def _transpose(args: Args) -> Shape | None:
    shape, perm = of(args.get("a")), _const(args, "perm")
    if shape is None:
        return None
    if perm is None:
        return shape[::-1]
    if not isinstance(perm, list) or len(perm) != len(shape) or not all(type(p) is int for p in perm):
        return None
    return tuple(shape[p] for p in perm)


def _expand(args: Args) -> Shape | None:
    shape, axis = of(args.get("input")), _const(args, "axis", "dim")
    if shape is None or type(axis) is not int:
        return None
    at = axis % (len(shape) + 1)
    return (*shape[:at], 1, *shape[at:])


def _squeeze(args: Args) -> Shape | None:
    shape = of(args.get("input"))
    if shape is None:
        return None
    if _const(args, "axis", "squeeze_dims") is None:
        return None if None in shape else tuple(s for s in shape if s != 1)
    axes = _axes(args, len(shape), "axis", "squeeze_dims")
    return None if axes is None else tuple(s for i, s in enumerate(shape) if i not in axes)


def _items(value: Value | None) -> list[Shape] | None:
    """Return the shapes of a list of tensors of one rank."""
    if not isinstance(value, Seq) or not value.items:
        return None
    shapes = [s for s in map(of, value.items) if s is not None]
    same = len(shapes) == len(value.items) and len({len(s) for s in shapes}) == 1
    return shapes if same else None


def _merged(sizes: tuple[int | None, ...]) -> int | None:
    return next((s for s in sizes if s is not None), None)


def _concat(args: Args) -> Shape | None:
    shapes, axis = _items(args.get("values")), _const(args, "axis")
    if shapes is None or type(axis) is not int or not shapes[0]:
        return None
    at = axis % len(shapes[0])
    columns = list(zip(*shapes, strict=True))
    total = None if None in columns[at] else sum(s or 0 for s in columns[at])
    return tuple(total if i == at else _merged(sizes) for i, sizes in enumerate(columns))


def _stack(args: Args) -> Shape | None:
    shapes, axis = _items(args.get("values")), _const(args, "axis", default=0)
    if shapes is None or type(axis) is not int:
        return None
    merged = [_merged(sizes) for sizes in zip(*shapes, strict=True)]
    merged.insert(axis % (len(merged) + 1), len(shapes))
    return tuple(merged)


def _add_n(args: Args) -> Shape | None:
    shapes = _items(args.get("inputs"))
    return None if shapes is None else tuple(_merged(sizes) for sizes in zip(*shapes, strict=True))


def _one_hot(args: Args) -> Shape | None:
    shape, depth, axis = of(args.get("indices")), _const(args, "depth"), _const(args, "axis", default=-1)
    if shape is None or type(depth) is not int or axis != -1:
        return None
    return (*shape, depth)


def _window(size: int | None, width: int, stride: int, padding: str) -> int | None:
    if size is None:
        return None
    return ceil(size / stride) if padding == "SAME" else ceil((size - width + 1) / stride)


def _conv(args: Args) -> Shape | None:
    shape, kernel = of(args.get("input")), of(args.get("filter", args.get("filters")))
    strides, padding = _const(args, "strides"), _const(args, "padding")
    plain = _const(args, "data_format", default="NHWC") == "NHWC" and "dilations" not in args
    if shape is None or kernel is None or not plain or padding not in ("SAME", "VALID"):
        return None
    if len(shape) != 4 or len(kernel) != 4 or not isinstance(strides, list) or len(strides) != 4 or None in kernel[:2]:
        return None
    sizes = [_window(shape[i], kernel[i - 1] or 1, strides[i], str(padding)) for i in (1, 2)]
    return (shape[0], *sizes, kernel[3])


def _pool(args: Args) -> Shape | None:
    shape = of(args.get("value", args.get("input")))
    widths, strides, padding = _const(args, "ksize"), _const(args, "strides"), _const(args, "padding")
    if shape is None or len(shape) != 4 or _const(args, "data_format", default="NHWC") != "NHWC":
        return None
    if not isinstance(widths, list) or not isinstance(strides, list) or padding not in ("SAME", "VALID"):
        return None
    if len(widths) != 4 or len(strides) != 4 or widths[0] != 1 or widths[3] != 1:
        return None
    sizes = [_window(shape[i], widths[i], strides[i], str(padding)) for i in (1, 2)]
    return (shape[0], *sizes, shape[3])


def _gather(rows: str, indices: str) -> Callable[[Args], Shape | None]:
    def shape(args: Args) -> Shape | None:
        table, ids = of(args.get(rows)), of(args.get(indices))
        plain = _const(args, "axis", default=0) == 0 and "batch_dims" not in args and "max_norm" not in args
        return (*ids, *table[1:]) if table and ids is not None and plain else None

    return shape


def _losses(args: Args) -> Shape | None:
    shape = of(args.get("logits"))
    return shape[:-1] if shape and "dim" not in args and "axis" not in args else None


def _tile(args: Args) -> Shape | None:
    shape, counts = of(args.get("input")), _const(args, "multiples")
    if shape is None or not isinstance(counts, list) or len(counts) != len(shape) or None in counts:
        return None
    return tuple(None if s is None else s * n for s, n in zip(shape, counts, strict=True))


def _linear(args: Args) -> Shape | None:
    x, w = of(args.get("x")), of(args.get("weights"))
    return (x[0], w[1]) if x and w and len(x) == len(w) == 2 else None


def _constant(args: Args) -> Shape | None:
    return literal(args["shape"]) if "shape" in args else of(args.get("value"))


def _rank_of(args: Args) -> Shape | None:
    shape = of(args.get("input"))
    return None if shape is None else (len(shape),)


# ops whose result has the shape of their argument
ELEMENTWISE = """
identity stop_gradient cast exp log log1p sqrt rsqrt square abs negative neg tanh sigmoid sin cos floor ceil round sign
nn.relu nn.relu6 nn.leaky_relu nn.elu nn.selu nn.softplus nn.sigmoid nn.tanh nn.softmax nn.log_softmax nn.dropout
nn.bias_add zeros_like ones_like clip_by_value reverse to_float to_int32 to_int64 nn.l2_normalize nn.lrn
nn.local_response_normalization logical_not is_nan cumsum convert_to_tensor Print
"""
BINARY = """
add subtract sub multiply mul divide div truediv floordiv mod maximum minimum pow squared_difference equal not_equal
less less_equal greater greater_equal logical_and logical_or
"""
REDUCTIONS = ("sum", "mean", "max", "min", "prod", "any", "all", "logsumexp")
RULES: dict[str, Callable[[Args], Shape | None]] = {
    **{f"{prefix}{name}": _first("x", "input", "features", "logits", "tensor", "value", "t", "input_")
       for name in ELEMENTWISE.split() for prefix in ("", "math.")},
    **{f"{prefix}{name}": _both() for name in BINARY.split() for prefix in ("", "math.")},
    **{f"{prefix}reduce_{name}": _reduce for name in REDUCTIONS for prefix in ("", "math.")},
    **{name: _given("shape") for name in (
        "random_normal", "random_uniform", "truncated_normal", "random.normal", "random.uniform", "zeros", "ones")},
    **dict.fromkeys(("nn.max_pool", "nn.avg_pool"), _pool),
    **dict.fromkeys(("nn.softmax_cross_entropy_with_logits", "nn.softmax_cross_entropy_with_logits_v2",
                     "nn.sparse_softmax_cross_entropy_with_logits"), _losses),
    "nn.sigmoid_cross_entropy_with_logits": _first("logits"), "nn.l2_loss": lambda args: (), "nn.conv2d": _conv,
    "nn.embedding_lookup": _gather("params", "ids"), "gather": _gather("params", "indices"), "nn.xw_plus_b": _linear,
    "matmul": _matmul, "linalg.matmul": _matmul, "reshape": _reshape, "transpose": _transpose, "expand_dims": _expand,
    "squeeze": _squeeze, "concat": _concat, "stack": _stack, "add_n": _add_n, "one_hot": _one_hot, "tile": _tile,
    "argmax": _arg, "arg_max": _arg, "math.argmax": _arg, "argmin": _arg, "fill": _given("dims"),
    "constant": _constant, "shape": _rank_of,
}  # fmt: skip

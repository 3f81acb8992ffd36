"""Random targets for the tests of the lenses, as hypothesis strategies: each op of the table over random sources."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import lens_numpy
import numpy as np
from hypothesis import strategies as st

from migrator.analysis.lens import Arg, Derived, Leaf

Draw = Callable[[Any], Any]
SYNTAX = ("subscript", "index", "tuple", "list", "read_value", "value")


class Trees:
    """Builds one random target; remembers its variables and the names that its texts use."""

    def __init__(self, draw: Draw, known: bool = True) -> None:
        """Takes hypothesis' draw; known: the analysis knows all shapes, selectors and sizes."""
        self.draw, self.known = draw, known
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.names: dict[str, Any] = {}
        self.dtype = draw(st.sampled_from(["float32", "int32", "float64", "int64"]))

    def int(self, low: int, high: int) -> int:
        """Returns a random integer."""
        return self.draw(st.integers(low, high))

    def pick(self, items: Any) -> Any:
        """Returns one of items."""
        return self.draw(st.sampled_from(list(items)))

    def leaf(self, shape: tuple[int, ...]) -> Leaf:
        """Returns a new variable."""
        name = "abcdefghijklmnop"[len(self.shapes)]
        self.shapes[name] = shape
        known: Any = shape
        if not self.known:
            known = self.pick([shape, None, tuple(None if i % 2 else n for i, n in enumerate(shape))])
        return Leaf(f"vars_.{name}" if len(self.shapes) % 2 else name, known, self.dtype, name)

    def value(self, node: Any) -> np.ndarray:
        """Returns an array of the shape of a target."""
        return lens_numpy.get(node, {name: np.zeros(shape, int) for name, shape in self.shapes.items()}, self.names)

    def shape(self, node: Any) -> tuple[int, ...]:
        """Returns the shape of a target."""
        return self.value(node).shape

    def arg(self, value: Any, hide: bool = False) -> Arg:
        """Returns an argument: its text, or (where hide allows it) a name whose value the analysis doesn't know."""
        if hide and not self.known and self.draw(st.booleans()):
            name = f"k{len(self.names)}"
            self.names[name] = value
            return Arg(name)
        return Arg(repr(value), value)

    def op(self, symbol: str, *sources: Any, hidden: str = "", **args: Any) -> Derived:
        """Returns an op over sources."""
        op = symbol if symbol in SYNTAX else f"tensorflow.{symbol}"
        made = {
            n: v if isinstance(v, Arg) else self.arg(v, n in hidden.split()) for n, v in args.items() if v is not None
        }
        return Derived(op, sources, made)

    def source(self, depth: int, ranks: tuple[int, int] = (0, 4), empty: bool = True) -> Any:
        """Returns a target with a rank between two bounds."""
        node = self.tree(depth - 1) if depth > 1 else self.some_leaf()
        shape = self.shape(node)
        if ranks[0] <= len(shape) <= ranks[1] and (empty or 0 not in shape):
            return node
        return self.some_leaf(ranks)

    def some_leaf(self, ranks: tuple[int, int] = (0, 4)) -> Leaf:
        """Returns a new variable with a rank between two bounds."""
        return self.leaf(tuple(self.int(1, 4) for _ in range(self.int(*ranks))))

    def tree(self, depth: int) -> Any:
        """Returns a random target of at most a depth."""
        return self.row(self.pick(ROWS), depth)

    def row(self, symbol: str, depth: int) -> Any:
        """Returns a target whose root is one op."""
        return getattr(self, "_" + symbol.replace(".", "_"), self._same)(symbol, depth)

    def axis(self, rank: int, extra: int = 0) -> int:
        """Returns an axis of a rank, from either end."""
        return self.int(-rank - extra, rank - 1 + extra)

    def _same(self, symbol: str, depth: int) -> Any:
        return self.op(symbol, self.source(depth))

    def _ensure_shape(self, symbol: str, depth: int) -> Any:
        source = self.source(depth)
        return self.op(symbol, source, shape=list(self.shape(source)))

    def _check_numerics(self, symbol: str, depth: int) -> Any:
        self.dtype = self.dtype if self.shapes else "float32"
        return self.op("identity", self.source(depth))

    def _reshape(self, symbol: str, depth: int) -> Any:
        source = self.source(depth)
        size = math.prod(self.shape(source))
        divisors = [d for d in range(1, size + 1) if size % d == 0] or [1]
        first = self.pick(divisors) if size else 0
        return self.op(
            symbol, source, shape=self.pick([[-1], [first, size // first if size else 3], [size]]), hidden="shape"
        )

    def _transpose(self, symbol: str, depth: int) -> Any:
        source = self.source(depth)
        perm = self.draw(st.permutations(range(len(self.shape(source)))))
        return self.op(symbol, source, perm=self.pick([None, list(perm)]), hidden="perm")

    def _matrix_transpose(self, symbol: str, depth: int) -> Any:
        return self.op(symbol, self.source(depth, (2, 4)))

    _linalg_adjoint = _matrix_transpose

    def _expand_dims(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (0, 3))
        rank = len(self.shape(source))
        return self.op(symbol, source, axis=self.int(-rank - 1, rank))

    def _squeeze(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (0, 3))
        axis = self.int(0, len(self.shape(source)))
        source = self.op("expand_dims", source, axis=axis)
        ones = [i for i, n in enumerate(self.shape(source)) if n == 1]
        return self.op(symbol, source, axis=self.pick([None, [axis], axis, ones, axis - len(self.shape(source))]))

    def _reverse(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (1, 4))
        axes = self.draw(st.lists(st.integers(0, len(self.shape(source)) - 1), unique=True, min_size=1))
        return self.op(symbol, source, axis=axes, hidden="axis")

    def _reverse_sequence(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (2, 4))
        batch, steps = self.shape(source)[:2]
        return self.op(symbol, source, seq_lengths=[self.int(0, steps) for _ in range(batch)], seq_axis=1, batch_axis=0)

    def _roll(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (1, 4))
        axis = self.axis(len(self.shape(source)))
        shift = self.int(-5, 5)
        pair = self.pick([(shift, axis), ([shift], [axis])])
        return self.op(symbol, source, shift=pair[0], axis=pair[1], hidden="shift")

    def _shifted(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (1, 4))
        axes = self.draw(st.lists(st.integers(0, len(self.shape(source)) - 1), unique=True, min_size=1))
        return self.op(symbol, source, axes=self.pick([None, axes]))

    _signal_fftshift = _signal_ifftshift = _shifted

    def _image_rot90(self, symbol: str, depth: int) -> Any:
        leaf = self.leaf(tuple(self.int(1, 3) for _ in range(self.int(3, 4))))
        return self.op(symbol, Derived("tensorflow.reverse", (leaf,), {"axis": Arg("[0]", [0])}), k=self.int(-1, 5))

    def _image_crop_to_bounding_box(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (3, 4), empty=False)
        height, width = self.shape(source)[-3:-1]
        top, left = self.int(0, height - 1), self.int(0, width - 1)
        box = {"target_height": self.int(1, height - top), "target_width": self.int(1, width - left)}
        return self.op(symbol, source, offset_height=top, offset_width=left, **box)

    def _dynamic_stitch(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (1, 3), empty=False)
        parts = self._siblings(source, self.shape(source))
        sizes = [self.shape(part)[0] for part in parts]
        order = list(self.draw(st.permutations(range(sum(sizes)))))
        indices = [[order.pop() for _ in range(size)] for size in sizes]
        return self.op(symbol, Derived("list", tuple(parts), {}), indices=indices)

    def _dynamic_partition(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (1, 3), empty=False)
        partitions = [self.int(0, 2) for _ in range(self.shape(source)[0])]
        parts = self.op(symbol, source, partitions=partitions, num_partitions=3)
        return self.op("index", parts, i=self.int(0, 2))

    def _cast(self, symbol: str, depth: int) -> Any:
        return self.op(symbol, self.source(depth), dtype=Arg(f"tf.{self.dtype}", self.dtype))

    def _bitcast(self, symbol: str, depth: int) -> Any:
        return self.op(symbol, self.source(depth), type=Arg(f"tf.{self.dtype}"))

    def _space_to_depth(self, symbol: str, depth: int) -> Any:
        b = 2
        return self.op(
            symbol, self.leaf((self.int(1, 2), b * self.int(1, 2), b * self.int(1, 2), self.int(1, 2))), block_size=b
        )

    def _depth_to_space(self, symbol: str, depth: int) -> Any:
        return self.op(
            symbol, self.leaf((self.int(1, 2), self.int(1, 2), self.int(1, 2), 4 * self.int(1, 2))), block_size=2
        )

    def _space_to_batch_nd(self, symbol: str, depth: int) -> Any:
        leaf = self.leaf((self.int(1, 2), 2 * self.int(1, 2), 2, 1))
        return self.op(symbol, leaf, block_shape=[2, 2], paddings=[[0, 0], [0, 0]])

    def _batch_to_space_nd(self, symbol: str, depth: int) -> Any:
        return self.op(symbol, self.leaf((4, self.int(1, 2), 2, 1)), block_shape=[2, 2], crops=[[0, 0], [0, 0]])

    def _siblings(self, first: Any, shape: tuple[int, ...]) -> list[Any]:
        """Returns a target and others beside it, of another shape."""
        others = [self.leaf(shape) for _ in range(self.int(0, 2))]
        if others and len(shape) and self.draw(st.booleans()):
            others[0] = self.op("reverse", others[0], axis=[0])
        return list(self.draw(st.permutations([first, *others])))

    def _concat(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (1, 4))
        shape, axis = self.shape(source), self.axis(len(self.shape(source)))
        if self.draw(st.booleans()):
            at = axis % len(shape)
            cut, front = self.int(0, shape[at]), ":, " * at
            halves = [Derived("subscript", (source,), {"key": Arg(front + text)}) for text in (f":{cut}", f"{cut}:")]
            return self.op(symbol, *self.draw(st.permutations(halves)), axis=axis)
        wide = list(shape)
        wide[axis] = self.int(1, 3)
        return self.op(symbol, *self._siblings(source, tuple(wide)), axis=axis)

    def _stack(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (0, 3))
        sources = self._siblings(source, self.shape(source))
        return self.op(symbol, *sources, axis=self.pick([None, self.axis(len(self.shape(source)), 1) or -1]))

    def _parts(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (1, 4), empty=False)
        shape, axis = self.shape(source), self.axis(len(self.shape(source)))
        if symbol == "unstack":
            return self.op("unstack", source, axis=axis, num=self.pick([None, shape[axis]])), shape[axis]
        cut = self.int(0, shape[axis])
        count = self.pick([n for n in range(1, shape[axis] + 1) if shape[axis] % n == 0])
        sizes: Any = self.pick([count, [cut, shape[axis] - cut]])
        hidden = "num_or_size_splits" if isinstance(sizes, int) else ""
        return self.op("split", source, num_or_size_splits=sizes, axis=axis, hidden=hidden), np.size(
            sizes
        ) if isinstance(sizes, list) else sizes

    def _split(self, symbol: str, depth: int) -> Any:
        parts, count = self._parts(symbol, depth)
        first = self.op("index", parts, i=0)
        if len({self.shape(self.op("index", parts, i=i)) for i in range(count)}) == 1 and self.draw(st.booleans()):
            return self.op("stack", parts, axis=self.axis(len(self.shape(first)), 1) or -1)
        return self.op("index", parts, i=self.int(-count, count - 1), hidden="i")

    _unstack = _split

    def _subscript(self, symbol: str, depth: int) -> Any:
        source = self.source(depth)
        keys = [self._item(n) for n in self.shape(source)[: self.int(0, len(self.shape(source)))]]
        if not keys or self.draw(st.booleans()):
            keys.insert(self.int(0, len(keys)), "...")
        if "..." in keys:  # elements after it count from the end
            at = keys.index("...")
            tail = len(keys) - at - 1
            shape = self.shape(source)
            keys[at + 1 :] = [self._item(n) for n in shape[len(shape) - tail :]] if tail else []
        if len(self.shape(source)) < 4 and self.draw(st.booleans()):
            keys.insert(self.int(0, len(keys)), self.pick(["None", "tf.newaxis"]))
        return Derived("subscript", (source,), {"key": Arg(", ".join(keys))})

    def _item(self, size: int) -> str:
        low, high = self.int(-size - 1, size + 1), self.int(-size - 1, size + 1)
        step = self.pick([1, 2, -1, -2])
        forms = [":", f"{low}:", f":{high}", f"{low}:{high}", f"{low}:{high}:{step}", f"::{step}"]
        if size:
            index = self.int(-size, size - 1)
            forms.append(str(index))
            name = f"k{len(self.names)}"
            if not self.known:
                self.names[name] = index
                forms.append(name)
        return self.pick(forms)

    def _slice(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (1, 4))
        begin = [self.int(0, n) for n in self.shape(source)]
        size = [self.pick([-1, self.int(0, n - b)]) for n, b in zip(self.shape(source), begin, strict=True)]
        return self.op(symbol, source, begin=begin, size=size, hidden="begin size")

    def _strided_slice(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (1, 4), empty=False)
        shape = self.shape(source)
        begin = [self.int(0, n - 1) for n in shape]
        end = [self.int(b, n) for b, n in zip(begin, shape, strict=True)]
        mask = self.int(0, 2 ** len(shape) - 1)
        strides = [1 if mask >> i & 1 else self.int(1, 2) for i in range(len(shape))]
        return self.op(symbol, source, begin=begin, end=end, strides=strides, shrink_axis_mask=mask)

    def _some_indices(self, size: int) -> list[int]:
        return self.draw(st.lists(st.integers(0, size - 1), unique=True, min_size=1))

    def _gather(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (1, 3), empty=False)
        shape = self.shape(source)
        axis = self.pick([None, self.axis(len(shape))])
        indices: Any = self._some_indices(shape[axis or 0])
        if len(shape) == 3 and self.draw(st.booleans()):
            batched = [self._some_indices(1) for _ in range(shape[0])]
            return self.op(symbol, source, indices=batched, axis=1, batch_dims=1)
        indices = self.pick([indices, indices[0], [[i] for i in indices]])
        return self.op(symbol, source, indices=indices, axis=axis)

    def _gather_nd(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (1, 4), empty=False)
        shape = self.shape(source)[: self.int(1, len(self.shape(source)))]
        flat = self._some_indices(math.prod(shape))
        return self.op(symbol, source, indices=[[int(i) for i in np.unravel_index(i, shape)] for i in flat])

    def _boolean_mask(self, symbol: str, depth: int) -> Any:
        source = self.source(depth, (1, 4), empty=False)
        shape = self.shape(source)
        axis = self.pick([None, 0, self.int(0, len(shape) - 1)])
        more = shape[axis or 0 :]
        part = more[: self.int(1, len(more))] if not axis else more[:1]
        mask = np.array(self.draw(st.lists(st.booleans(), min_size=math.prod(part), max_size=math.prod(part)))).reshape(
            part
        )
        name = f"k{len(self.names)}"
        literal = Arg(repr(mask.tolist()), mask.tolist())
        if self.known or self.draw(st.booleans()):
            return self.op(symbol, source, mask=literal, axis=axis)
        self.names[name] = mask
        return self.op(symbol, source, mask=Arg(name), axis=axis)

    def _matrix_diag_part(self, symbol: str, depth: int) -> Any:
        return self.op(symbol, self.source(depth, (2, 4), empty=False))

    def _diag_part(self, symbol: str, depth: int) -> Any:
        half = tuple(self.int(1, 3) for _ in range(self.int(1, 2)))
        return self.op(symbol, self.leaf(half + half))


ROWS = [
    "identity",
    "stop_gradient",
    "convert_to_tensor",
    "ensure_shape",
    "read_value",
    "value",
    "reshape",
    "transpose",
    "matrix_transpose",
    "linalg.adjoint",
    "expand_dims",
    "squeeze",
    "reverse",
    "reverse_sequence",
    "roll",
    "cast",
    "signal.fftshift",
    "signal.ifftshift",
    "image.rot90",
    "image.crop_to_bounding_box",
    "dynamic_stitch",
    "dynamic_partition",
    "bitcast",
    "space_to_depth",
    "depth_to_space",
    "space_to_batch_nd",
    "batch_to_space_nd",
    "concat",
    "stack",
    "split",
    "unstack",
    "subscript",
    "slice",
    "strided_slice",
    "gather",
    "gather_nd",
    "boolean_mask",
    "matrix_diag_part",
    "diag_part",
    "conj",
]

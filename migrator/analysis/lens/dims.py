"""Dimensions of derived tensors from the dimensions of their sources, op by op."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from migrator.analysis.lens.dtype import dtype_of, width
from migrator.analysis.lens.key import Item, expand
from migrator.analysis.lens.model import Derived, Refused, integer, ints
from migrator.analysis.lens.text import elements, given, operand


@dataclass(frozen=True)
class Dim:
    """One dimension: its size if statically known, and how to write it in terms of the variables if that is brief."""

    value: int | None
    symbol: str | None = None

    @property
    def text(self) -> str | None:
        """Returns how to write it."""
        return self.symbol or (None if self.value is None else str(self.value))


Dims = tuple[Dim, ...]
Sources = Sequence[Dims | None]


def product(dims: Sequence[Dim]) -> int | None:
    """Returns the number of elements if statically known."""
    sizes = [dim.value for dim in dims]
    return None if None in sizes else math.prod(size or 0 for size in sizes)


def keyed(dims: Sequence[Dim], items: Sequence[Item]) -> Dims | None:
    """Returns the dimensions of a subscript."""
    full = expand(items, len(dims))
    if full is None:
        raise Refused("a key with more indices than its tensor has dimensions")
    result, axis = [], 0
    for item in full:
        if item.kind == "newaxis":
            result.append(Dim(1))
            continue
        dim = dims[axis]
        axis += 1
        if item.kind == "slice":
            result.append(dim if item.full else _sliced(dim, item))
    return tuple(result)


def _sliced(dim: Dim, item: Item) -> Dim:
    """Returns the dimension that a slice leaves of one."""
    if not item.static or dim.value is None:
        return Dim(None)
    part = item.python()
    assert isinstance(part, slice)
    if part.step == 0:
        raise Refused("a slice has a step of 0")
    return Dim(len(range(*part.indices(dim.value))))


def _reshape(node: Derived, sources: Sources) -> Dims | None:
    """Returns the dimensions of a reshape."""
    arg = node.args["shape"]
    values = arg.value if isinstance(arg.value, (list, tuple)) else None
    texts = elements(arg.text)
    if values is None and texts is None:
        return None
    sizes = [size if isinstance(size, int) else None for size in values or [None] * len(texts or ())]
    if -1 not in sizes:  # an unknown size may be -1, so its text says nothing
        return tuple(Dim(size) for size in sizes)
    shown: list[str | None] = list(texts) if texts is not None and len(texts) == len(sizes) else [None] * len(sizes)
    dims = [Dim(size, None if size is not None else text) for size, text in zip(sizes, shown, strict=True)]
    whole = product(sources[0]) if sources[0] is not None else None
    rest = product([dim for dim in dims if dim.value != -1])
    dims[sizes.index(-1)] = Dim(whole // rest if whole is not None and rest else None)
    return tuple(dims)


def _transpose(node: Derived, sources: Sources) -> Dims | None:
    """Returns the dimensions of a transpose."""
    dims, perm = sources[0], given(node, "perm")
    if dims is None:
        return None
    order = ints(perm) if perm else tuple(reversed(range(len(dims))))
    if order is not None and sorted(order) != list(range(len(dims))):
        raise Refused("the perm of a transpose doesn't fit its source")
    return (Dim(None),) * len(dims) if order is None else tuple(dims[axis] for axis in order)


def _matrix_transpose(node: Derived, sources: Sources) -> Dims | None:
    """Returns the dimensions of a matrix transpose."""
    dims = sources[0]
    return None if dims is None or len(dims) < 2 else (*dims[:-2], dims[-1], dims[-2])


def _expand_dims(node: Derived, sources: Sources) -> Dims | None:
    """Returns the dimensions of an expand_dims."""
    dims, axis = sources[0], integer(given(node, "axis"))
    if dims is None or axis is None:
        return None
    at = axis if axis >= 0 else len(dims) + 1 + axis
    return (*dims[:at], Dim(1), *dims[at:])


def squeezed(node: Derived, dims: Dims | None) -> tuple[int, ...] | None:
    """Returns the axes that a squeeze removes from dims, or None if they are not known."""
    axis = given(node, "axis")
    if dims is None:
        return None
    axes = ints(axis) if axis else None
    if axes:
        return tuple(sorted(at % len(dims) for at in axes))
    if (axis and axes is None) or any(dim.value is None for dim in dims):
        return None
    return tuple(i for i, dim in enumerate(dims) if dim.value == 1)


def _squeeze(node: Derived, sources: Sources) -> Dims | None:
    """Returns the dimensions of a squeeze."""
    dims, axes = sources[0], squeezed(node, sources[0])
    return None if dims is None or axes is None else tuple(dim for i, dim in enumerate(dims) if i not in axes)


def _concat(node: Derived, sources: Sources) -> Dims | None:
    """Returns the dimensions of a concat."""
    axis, first = integer(node.args.get("axis")), sources[0]
    if first is None or axis is None or any(part is None or len(part) != len(first) for part in sources):
        return None
    if not -len(first) <= axis < len(first):
        raise Refused(f"a concat along axis {axis} of tensors with {len(first)} dimensions")
    along = [part[axis] for part in sources if part is not None]
    texts = [dim.text for dim in along]
    symbol = None if None in texts else " + ".join(operand(text) for text in texts if text is not None)
    size = None if any(dim.value is None for dim in along) else sum(dim.value or 0 for dim in along)
    at = axis % len(first)
    return (*first[:at], Dim(size, symbol if size is None or len(along) == 2 else None), *first[at + 1 :])


def _stack(node: Derived, sources: Sources) -> Dims | None:
    """Returns the dimensions of a stack."""
    first, axis = sources[0], integer(given(node, "axis"), 0)
    if first is None or axis is None:
        return None
    at = axis if axis >= 0 else len(first) + 1 + axis
    return (*first[:at], Dim(len(sources)), *first[at:])


def _bitcast(node: Derived, sources: Sources) -> Dims | None:
    """Returns the dimensions of a bitcast: one more or less at the end if the widths differ."""
    dims, before, after = sources[0], width(dtype_of(node.sources[0])), width(dtype_of(node))
    if dims is None or before is None or after is None:
        return None
    if before < after:
        return dims[:-1]
    return dims if before == after else (*dims, Dim(before // after))


def _blocks(node: Derived, sources: Sources) -> Dims | None:
    """Returns the dimensions of a space_to_depth or depth_to_space."""
    dims, block = sources[0], integer(node.args.get("block_size"))
    shape = [dim.value for dim in dims or ()]
    layout = given(node, "data_format")
    if block is None or len(shape) != 4 or None in shape or (layout is not None and "NHWC" not in layout.text):
        return None
    batch, height, width_, depth = (size or 0 for size in shape)
    if node.op == "tensorflow.space_to_depth":
        return Dim(batch), Dim(height // block), Dim(width_ // block), Dim(depth * block * block)
    return Dim(batch), Dim(height * block), Dim(width_ * block), Dim(depth // (block * block))


def _batches(node: Derived, sources: Sources) -> Dims | None:
    """Returns the dimensions of a space_to_batch_nd or batch_to_space_nd without padding."""
    dims, blocks = sources[0], ints(node.args.get("block_shape"))
    if dims is None or not blocks or any(dim.value is None for dim in dims[: len(blocks) + 1]):
        return None
    batch, *space = (dim.value or 0 for dim in dims[: len(blocks) + 1])
    if node.op == "tensorflow.space_to_batch_nd":
        sizes = [batch * math.prod(blocks), *(n // b for n, b in zip(space, blocks, strict=True))]
    else:
        sizes = [batch // math.prod(blocks), *(n * b for n, b in zip(space, blocks, strict=True))]
    return (*(Dim(size) for size in sizes), *dims[len(blocks) + 1 :])


def _diag_part(node: Derived, sources: Sources) -> Dims | None:
    """Returns the dimensions of the diagonal part of a tensor."""
    dims = sources[0]
    return None if dims is None else dims[: len(dims) // 2]


def _matrix_diag_part(node: Derived, sources: Sources) -> Dims | None:
    """Returns the dimensions of the main diagonals of matrices."""
    dims = sources[0]
    if dims is None or given(node, "k") is not None or dims[-1].value is None or dims[-2].value is None:
        return None
    return (*dims[:-2], min(dims[-2:], key=lambda dim: dim.value or 0))


RULES: dict[str, Callable[[Derived, Sources], Dims | None]] = {
    "tensorflow.reshape": _reshape,
    "tensorflow.transpose": _transpose,
    "tensorflow.matrix_transpose": _matrix_transpose,
    "tensorflow.linalg.adjoint": _matrix_transpose,
    "tensorflow.expand_dims": _expand_dims,
    "tensorflow.squeeze": _squeeze,
    "tensorflow.concat": _concat,
    "tensorflow.stack": _stack,
    "tensorflow.bitcast": _bitcast,
    "tensorflow.space_to_depth": _blocks,
    "tensorflow.depth_to_space": _blocks,
    "tensorflow.space_to_batch_nd": _batches,
    "tensorflow.batch_to_space_nd": _batches,
    "tensorflow.diag_part": _diag_part,
    "tensorflow.matrix_diag_part": _matrix_diag_part,
    **dict.fromkeys(
        (
            "tensorflow.conj",
            "tensorflow.reverse",
            "tensorflow.reverse_sequence",
            "tensorflow.roll",
            "tensorflow.signal.fftshift",
            "tensorflow.signal.ifftshift",
            "tensorflow.cast",
            "tensorflow.real",
            "tensorflow.imag",
            "tensorflow.complex",
        ),
        lambda node, sources: sources[0],
    ),
}

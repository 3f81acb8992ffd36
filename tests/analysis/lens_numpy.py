"""The lenses in NumPy: what the emitted statements are compared with.

A target is read with NumPy functions of the same meaning. To put a value, the positions of all elements of all
variables are read in the same way, and the value's elements go to the positions that come out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from migrator.analysis.lens import Derived, Leaf, Opaque

Arrays = dict[object, np.ndarray]


def get(node: Leaf | Derived | Opaque, arrays: Arrays, names: Mapping[str, Any]) -> Any:
    """Returns what a target reads.

    Args:
        node: the target.
        arrays: the variables by identity.
        names: Python values of the names that argument texts use.
    """
    if isinstance(node, Leaf):
        return arrays[node.identity]
    assert isinstance(node, Derived)
    sources = [get(source, arrays, names) for source in node.sources]
    args = {
        name: eval(f"_[{arg.text}]" if name == "key" else arg.text, {"_": np.s_, "tf": np, **names})
        for name, arg in node.args.items()
        if name not in ("dtype", "type")
    }
    return OPS[node.op.removeprefix("tensorflow.")](*sources, **args)


def put(node: Leaf | Derived | Opaque, arrays: Arrays, value: np.ndarray, names: Mapping[str, Any]) -> Arrays:
    """Returns the variables after a write; see `get`."""
    offset, positions = 0, {}
    for identity, array in arrays.items():
        positions[identity] = np.arange(offset, offset + array.size).reshape(array.shape)
        offset += array.size
    shown = np.asarray(get(node, positions, names))
    assert shown.shape == np.shape(value), (shown.shape, np.shape(value))
    assert len(set(shown.ravel().tolist())) == shown.size, "an element twice"
    new = {identity: array.copy() for identity, array in arrays.items()}
    owner = {p: (identity, i) for identity, at in positions.items() for i, p in enumerate(at.ravel().tolist())}
    for p, element in zip(shown.ravel().tolist(), np.asarray(value).ravel(), strict=True):
        identity, i = owner[p]
        new[identity].reshape(-1)[i] = element
    return new


def _concat(*sources: Any, axis: int) -> Any:
    parts = sources[0] if isinstance(sources[0], list) else sources
    return np.concatenate(parts, axis)


def _stack(*sources: Any, axis: int = 0) -> Any:
    return np.stack(sources[0] if isinstance(sources[0], list) else sources, axis)


def _split(value: Any, num_or_size_splits: Any, axis: int = 0) -> list[Any]:
    if isinstance(num_or_size_splits, int):
        return np.split(value, num_or_size_splits, axis)
    return np.split(value, np.cumsum(num_or_size_splits)[:-1], axis)


def _unstack(value: Any, axis: int = 0, num: int | None = None) -> list[Any]:
    return list(np.moveaxis(value, axis, 0))


def _squeeze(value: Any, axis: Any = None) -> Any:
    return np.squeeze(value, None if axis is None else tuple(np.atleast_1d(axis).tolist()))


def _roll(value: Any, shift: Any, axis: Any) -> Any:
    return np.roll(value, shift, tuple(axis) if isinstance(axis, list) else axis)


def _space_to_depth(value: Any, block_size: int) -> Any:
    n, h, w, c = value.shape
    b = block_size
    blocks = value.reshape(n, h // b, b, w // b, b, c).transpose(0, 1, 3, 2, 4, 5)
    return blocks.reshape(n, h // b, w // b, b * b * c)


def _depth_to_space(value: Any, block_size: int) -> Any:
    n, h, w, c = value.shape
    b = block_size
    blocks = value.reshape(n, h, w, b, b, c // (b * b)).transpose(0, 1, 3, 2, 4, 5)
    return blocks.reshape(n, h * b, w * b, c // (b * b))


def _space_to_batch(value: Any, block_shape: Any, paddings: Any) -> Any:
    n, h, w, *rest = value.shape
    p, q = block_shape
    blocks = value.reshape(n, h // p, p, w // q, q, *rest)
    order = (2, 4, 0, 1, 3, *range(5, blocks.ndim))
    return blocks.transpose(order).reshape(n * p * q, h // p, w // q, *rest)


def _batch_to_space(value: Any, block_shape: Any, crops: Any) -> Any:
    n, h, w, *rest = value.shape
    p, q = block_shape
    blocks = value.reshape(p, q, n // (p * q), h, w, *rest)
    order = (2, 3, 0, 4, 1, *range(5, blocks.ndim))
    return blocks.transpose(order).reshape(n // (p * q), h * p, w * q, *rest)


def _reverse_sequence(value: Any, seq_lengths: Any, seq_axis: int, batch_axis: int = 0) -> Any:
    moved = np.moveaxis(value, (batch_axis, seq_axis), (0, 1)).copy()
    for i, length in enumerate(seq_lengths):
        moved[i, :length] = moved[i, :length][::-1].copy()
    return np.moveaxis(moved, (0, 1), (batch_axis, seq_axis))


def _gather(value: Any, indices: Any, axis: int = 0, batch_dims: int = 0) -> Any:
    if batch_dims == 0:
        return np.take(value, np.asarray(indices, int), axis)
    inner = axis - 1 if axis > 0 else batch_dims - 1
    return np.stack([_gather(v, i, inner, batch_dims - 1) for v, i in zip(value, indices, strict=True)])


def _slice(value: Any, begin: Any, size: Any) -> Any:
    return value[tuple(slice(b, None if s == -1 else b + s) for b, s in zip(begin, size, strict=True))]


def _strided_slice(value: Any, begin: Any, end: Any, strides: Any, shrink_axis_mask: int = 0, end_mask: int = 0) -> Any:
    key = [
        b if shrink_axis_mask >> i & 1 else slice(b, None if end_mask >> i & 1 else e, s)
        for i, (b, e, s) in enumerate(zip(begin, end, strides, strict=True))
    ]
    return value[tuple(key)]


def _boolean_mask(value: Any, mask: Any, axis: int = 0) -> Any:
    mask = np.asarray(mask)
    moved = np.moveaxis(value, range(axis), range(-axis, 0)) if axis else value
    masked = moved[mask]
    return np.moveaxis(masked, range(-axis, 0), range(axis)) if axis else masked


def _diag_part(value: Any) -> Any:
    half = value.shape[: value.ndim // 2]
    size = int(np.prod(half, dtype=int))
    return np.diagonal(value.reshape(size, size)).reshape(half)


def _same(value: Any, **_: Any) -> Any:
    return value


def _rot90(value: Any, k: int = 1) -> Any:
    return np.rot90(value, k, (-3, -2))


def _crop(value: Any, offset_height: int, offset_width: int, target_height: int, target_width: int) -> Any:
    return value[
        ..., offset_height : offset_height + target_height, offset_width : offset_width + target_width, slice(None)
    ]


def _dynamic_stitch(data: Any, indices: Any) -> Any:
    rows = [i for part in indices for i in part]
    return np.concatenate(data)[np.argsort(rows)]


def _dynamic_partition(value: Any, partitions: Any, num_partitions: int) -> list[Any]:
    return [value[np.asarray(partitions) == i] for i in range(num_partitions)]


OPS: dict[str, Any] = {
    "signal.fftshift": lambda value, axes=None: np.fft.fftshift(value, axes),
    "signal.ifftshift": lambda value, axes=None: np.fft.ifftshift(value, axes),
    "image.rot90": _rot90,
    "image.crop_to_bounding_box": _crop,
    "dynamic_stitch": _dynamic_stitch,
    "dynamic_partition": _dynamic_partition,
    **dict.fromkeys(
        [
            "identity",
            "stop_gradient",
            "convert_to_tensor",
            "guarantee_const",
            "ensure_shape",
            "check_numerics",
            "read_value",
            "value",
            "cast",
            "bitcast",
            "conj",
        ],
        _same,
    ),
    "reshape": lambda value, shape: np.reshape(value, shape),
    "transpose": lambda value, perm=None: np.transpose(value, perm),
    "matrix_transpose": lambda value: np.swapaxes(value, -1, -2),
    "linalg.adjoint": lambda value: np.swapaxes(value, -1, -2),
    "expand_dims": lambda value, axis: np.expand_dims(value, axis),
    "squeeze": _squeeze,
    "reverse": lambda value, axis: np.flip(value, tuple(axis)),
    "reverse_sequence": _reverse_sequence,
    "roll": _roll,
    "space_to_depth": _space_to_depth,
    "depth_to_space": _depth_to_space,
    "space_to_batch_nd": _space_to_batch,
    "batch_to_space_nd": _batch_to_space,
    "concat": _concat,
    "stack": _stack,
    "list": lambda *sources: list(sources),
    "split": _split,
    "unstack": _unstack,
    "index": lambda sources, i: sources[i],
    "subscript": lambda value, key: value[key],
    "slice": _slice,
    "strided_slice": _strided_slice,
    "gather": _gather,
    "gather_nd": lambda value, indices: value[tuple(np.moveaxis(np.asarray(indices), -1, 0))],
    "boolean_mask": _boolean_mask,
    "matrix_diag_part": lambda value, k=0: np.diagonal(value, k, -2, -1),
    "diag_part": _diag_part,
}

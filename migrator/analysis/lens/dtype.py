"""Dtypes by name: which casts lose nothing, and which Python values a dtype holds exactly."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from migrator.analysis.lens.model import Arg, Derived, Leaf, Node

_INTS = {f"{sign}int{bits}": (bits - (not sign), bool(not sign)) for sign in ("", "u") for bits in (8, 16, 32, 64)}
# significant bits, bits of the exponent
_FLOATS = {
    "bfloat16": (8, 8),
    "float16": (11, 5),
    "half": (11, 5),
    "float32": (24, 8),
    "float64": (53, 11),
    "double": (53, 11),
}
_COMPLEX = {"complex64": "float32", "complex128": "float64"}
_BYTES = {
    "bool": 1,
    "bfloat16": 2,
    "float16": 2,
    "half": 2,
    "float32": 4,
    "float64": 8,
    "double": 8,
    "complex64": 8,
    "complex128": 16,
    **{f"{sign}int{bits}": bits // 8 for sign in ("", "u") for bits in (8, 16, 32, 64)},
}
_PACK = {"float16": "e", "half": "e", "float32": "f"}


def dtype_name(arg: Arg) -> str | None:
    """Returns the name of the dtype that an argument gives, or None if it is not known."""
    value = arg.value if isinstance(arg.value, str) else arg.text
    name = value.strip("\"'").rsplit(".", 1)[-1].removesuffix("_ref")
    name = {"float": "float32", "int": "int32"}.get(name, name) if value == name else name
    return name if name in _BYTES else None


def dtype_of(node: Node) -> str | None:
    """Returns the name of the dtype of a tensor, or None if it is not known."""
    if isinstance(node, Leaf):
        return node.dtype
    if not isinstance(node, Derived):
        return None
    if node.op in ("tensorflow.cast", "tensorflow.bitcast"):
        return dtype_name(node.args["dtype" if node.op == "tensorflow.cast" else "type"])
    source = dtype_of(node.sources[0])
    if node.op in ("tensorflow.real", "tensorflow.imag"):
        return _COMPLEX.get(source or "")
    if node.op == "tensorflow.complex":
        return next((name for name, part in _COMPLEX.items() if part == source), None)
    return source


def width(dtype: str | None) -> int | None:
    """Returns the size of an element in bytes, or None if it is not known."""
    return _BYTES.get(dtype or "")


def lossless(source: str, target: str) -> bool:
    """Returns whether a dtype holds every value of another."""
    if source == target or source == "bool":
        return True
    if target in _COMPLEX:
        return lossless(_COMPLEX.get(source, source), _COMPLEX[target])
    if source in _INTS and target in _INTS:
        (bits, signed), (more, signs) = _INTS[source], _INTS[target]
        return bits <= more and (signs or not signed)
    if source in _INTS and target in _FLOATS:
        return _INTS[source][0] <= _FLOATS[target][0] and _INTS[source][0] < 2 ** (_FLOATS[target][1] - 1)
    if source in _FLOATS and target in _FLOATS:
        return all(less <= more for less, more in zip(_FLOATS[source], _FLOATS[target], strict=True))
    return False


def holds(dtype: str, values: Iterable[object]) -> bool:
    """Returns whether a dtype holds all of some Python numbers exactly."""
    return all(_holds(dtype, value) for value in values)


def _holds(dtype: str, value: object) -> bool:
    """Returns whether a dtype holds a Python number exactly."""
    if not isinstance(value, (bool, int, float)):
        return False
    if dtype == "bool":
        return value in (0, 1)
    if dtype in _INTS:
        bits, signed = _INTS[dtype]
        return (
            value == value
            and abs(value) != float("inf")
            and value == int(value)
            and (-(2**bits) if signed else 0) <= value < 2**bits
        )
    if dtype in ("float64", "double"):
        return float(value) == value
    code = _PACK.get(dtype)
    try:
        return code is not None and struct.unpack(code, struct.pack(code, value))[0] == value
    except (OverflowError, struct.error):
        return False

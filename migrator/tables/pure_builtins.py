"""Python's builtins that neither do nor draw anything: a call of one may be moved or left out."""

from __future__ import annotations

# fmt: off
PURE_BUILTINS = frozenset((
    "abs", "all", "any", "bool", "complex", "dict", "divmod", "enumerate", "filter", "float", "format", "frozenset",
    "getattr", "hasattr", "int", "isinstance", "issubclass", "len", "list", "map", "max", "min", "pow", "range",
    "repr", "reversed", "round", "set", "slice", "sorted", "str", "sum", "tuple", "type", "xrange", "zip", "super",
    "callable", "id", "iter", "hash", "ord", "chr",
))
# fmt: on

"""Writes to tensors derived from variables become the right writes to those variables."""

from migrator.analysis.lens.interpreter import get, put, result
from migrator.analysis.lens.model import UNKNOWN, Arg, Derived, Leaf, Node, Opaque, Plan, Refusal, Value
from migrator.analysis.lens.scatter import scatter_put

__all__ = [
    "UNKNOWN",
    "Arg",
    "Derived",
    "Leaf",
    "Node",
    "Opaque",
    "Plan",
    "Refusal",
    "Value",
    "get",
    "put",
    "result",
    "scatter_put",
]

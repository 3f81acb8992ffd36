"""Writes to tensors derived from variables become the right writes to those variables."""

from migrator.analysis.lens.interpreter import get, put, result, result_of_one
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
    "result_of_one",
    "scatter_put",
]

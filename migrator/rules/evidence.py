"""Is a module without sessions TensorFlow 1? Only then may its names be read as TensorFlow 1's."""

from __future__ import annotations

import ast
import re

from migrator.analysis.units import Unit
from migrator.rules.import_edits import MNIST
from migrator.tables.lookup import in_tf1, in_tf2, lookup
from migrator.tables.renames import PRE_1_0

V1_ALIAS = re.compile(r"^\s*(import tensorflow\.compat\.v1\b|from tensorflow\.compat import v1\b)", re.M)


def has_evidence(unit: Unit) -> bool:
    """Tell whether a unit without sessions can only be TensorFlow 1.

    It uses a name or an argument that TensorFlow 2 doesn't have, or takes ``.value`` of a dimension.
    """
    imported = unit.facts.imports.get(unit.module.path, ())
    if any(name == "*" or name.startswith(MNIST) for name in imported):
        return True
    if any(n.attr == "value" and n in unit.module.parents for n in unit.facts.dimensions):
        return True
    for node, symbol in unit.facts.symbols.items():
        parent = unit.module.parents.get(node)
        if parent is None or (isinstance(parent, ast.Attribute) and parent in unit.facts.symbols):
            continue
        if isinstance(node, ast.Attribute) and "compat.v1" in unit.module.source.segment(node):
            continue  # beside it, plain names are TensorFlow 2's
        if _only_tf1(symbol) or _old_arguments(symbol, unit.facts.symbol_calls.get(node)):
            return True
    if any(_old_arguments(symbol, call) for call, symbol in unit.facts.partials.items() if call in unit.module.parents):
        return True
    return "tensorflow" in imported and bool(V1_ALIAS.search(unit.module.source.text))


def _only_tf1(symbol: str) -> bool:
    """Tell whether TensorFlow 2 lacks a name that TensorFlow 1 (or 0.x) has."""
    if symbol.startswith("tensorflow.keras"):
        return False
    if symbol.startswith(("tensorflow.contrib", MNIST)):
        return True
    return (symbol in PRE_1_0 or in_tf1(symbol)) and not in_tf2(symbol)


def _old_arguments(symbol: str, call: ast.Call | None) -> bool:
    """Tell whether a call uses an argument that TensorFlow 2's function of the same name doesn't take."""
    row = lookup(symbol)
    if row is None or call is None or row.target != symbol or symbol.startswith("tensorflow.keras"):
        return False
    if symbol == "tensorflow.concat" and call.args:
        return isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, int)
    new = row.target_parameters
    if not new or any(name.startswith("*") for name in new):
        return False
    return any(k.arg in row.parameters and k.arg not in new for k in call.keywords if k.arg is not None)

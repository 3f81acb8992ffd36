"""Small uses of one TF1 symbol: what the tests and `compare_upgrade.py` try on every symbol of the table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.tables.lookup import Symbol
from migrator.tables.renames import ARGUMENTS

INCOMPLETE = ("tensorflow.nn.conv2d_backprop_input",)  # made all but one argument optional, and needs them
OLD = "def old(x):\n    return tf.log(x)\n"  # only TensorFlow 1 has it: the file is read as TensorFlow 1


def deprecated(name: str, row: Symbol) -> bool:
    """Tell whether a parameter is an old name of another one."""
    if name == "t":
        return "x" in row.parameters or "input" in row.parameters
    return any(better in row.parameters for better in ARGUMENTS.get(name, ()) if better not in ("x", "a", "b"))


def wanted(row: Symbol) -> list[str]:
    """Return the parameters that a call needs: TF1 made some optional because they have an old name too."""
    named = [p for p in row.parameters if not p.startswith("*") and not deprecated(p, row)]
    needed = {q for p in row.target_required for q in (p, *(old for old, new in ARGUMENTS.items() if p in new))}
    found = [p for p in named if p in row.required or p in needed]
    return [p for p in found if p in row.required or not any(p in ARGUMENTS.get(other, ()) for other in found)]


def uses(row: Symbol) -> Iterator[str]:
    """Give uses of a symbol as expressions.

    As a value; called with what it requires by keyword, with every argument by keyword, with every one by position, and
    with each deprecated argument by keyword.
    """
    name = "tf" + row.name.removeprefix("tensorflow")
    yield name
    if row.kind == "value":
        return
    named = [p for p in row.parameters if not p.startswith("*")]
    new = [p for p in named if not (deprecated(p, row) or p == "_sentinel")]
    if row.name not in INCOMPLETE:
        yield f"{name}({', '.join(f'{p}=a_{p}' for p in wanted(row))})"
    yield f"{name}({', '.join(f'{p}=a_{p}' for p in new)})"
    placed = [p for p in new if named.index(p) == new.index(p)]
    if set(wanted(row)) <= set(placed):
        yield f"{name}({', '.join('a_' + p for p in placed)})"
    for old in (p for p in named if deprecated(p, row) and row.name not in INCOMPLETE):
        others = [p for p in wanted(row) if p not in ARGUMENTS[old] and p != old]
        yield f"{name}({', '.join(f'{p}=a_{p}' for p in [*others, old])})"


def program(expression: str) -> str:
    """Return a program around a use; its other names are parameters."""
    names = sorted(set(re.findall(r"\ba_\w+", expression)))
    return f"import tensorflow as tf\n\n\n{OLD}\n\ndef use({', '.join(names)}):\n    return {expression}\n"

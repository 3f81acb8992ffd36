"""Write docs/reference/lenses.md from the table, the fixtures and the walk over the API; with --check, only compare.

python tools/document_lenses.py [--check]

A fixture says in `shows.toml` which rows and which ways of writing it shows.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from migrator.tables import lenses, symbols
from migrator.tables.lookup import tf2_names

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reference" / "lenses.md"
FIXTURES = ROOT / "tests" / "fixtures"
TENSORS = frozenset(("math", "nn", "linalg", "image", "signal", "manip", "bitwise", "spectral"))
EMPTY = frozenset(("autodiff", "mlir", "version", "optimizers.legacy", "lookup", "resource_loader"))  # modules
WANTED = (
    "alias; all right-hand sides first; assign; assign_add; assign_sub; attribute; closure; compat.v1; comprehension; "
    "cond; constant; control dependencies; dict element; dynamic sizes; fetch in place; from-import; function result; "
    "get_variable in scopes; group; helper function; helper function writes; keywords; lambda; list element; loop; "
    "method; nested in an expression; NumPy; placeholder; rebinding; scatter method; scatter_add; scatter_div; "
    "scatter_max; scatter_min; scatter_mul; scatter_nd_add; scatter_nd_sub; scatter_nd_update; scatter_sub; "
    "scatter_update; state_ops; swap; target itself; tensor; tensor_scatter_nd_add; tensor_scatter_nd_sub; "
    "tensor_scatter_nd_update; tf.scatter_nd; trainable_variables; unpacking; use_locking; validate_shape; "
    "value read later; while_loop"
)
HEAD = """# Lenses: which derived tensors can be written to

Written by `tools/document_lenses.py`. What a repair is and how it reads: [Writing to a derived
tensor](../derived-writes.md).

A *lens* says how a new value of a derived tensor goes back to what the tensor was made from. Rows compose to any depth.
Each row obeys three laws, tested with random shapes, dtypes and arguments against NumPy: reading gives what was put
(PutGet), putting back what was read changes nothing (GetPut), and the last put wins (PutPut).

## Rows

An *iso* has one source and an inverse, a *product* puts several sources side by side, a *view* shows a part of one.
"""
REFUSED = """
## Refused

For these, a value does not say what the sources should be. The program stays as it is, with the reason in the message.

| because | TensorFlow names (below `tf.`) |
|---|---|
"""
WALK = """
## The rest of the API

Every function of TensorFlow 1.15.5 and 2.21 is in a row, refused above, or one of these. A write through these is
refused as well ("it is not known how to put a value back through it"). A test fails when a function is in none.

| because | where |
|---|---|
"""
WAYS = """
## Ways to reach and to write

| shown | fixtures |
|---|---|
"""


def shows() -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Yield (name of a fixture, what it shows)."""
    for file in sorted(FIXTURES.rglob("shows.toml")):
        yield file.parent.relative_to(FIXTURES).as_posix(), tomllib.loads(file.read_text(encoding="utf-8"))


def by_row() -> dict[str, list[str]]:
    """Return the fixtures that show each row, by the row's symbol."""
    found: dict[str, list[str]] = {row.symbol: [] for row in lenses.ROWS}
    for name, shown in shows():
        for symbol in shown.get("rows", []):
            row = lenses.row_of(symbol)
            if row is None:
                raise SystemExit(f"{name} shows {symbol}, which has no row")
            if name not in found[row.symbol]:
                found[row.symbol].append(name)
    return found


def by_way() -> dict[str, list[str]]:
    """Return the fixtures that show each way of reaching or writing a target."""
    found: dict[str, list[str]] = {}
    for name, shown in shows():
        for way in shown.get("ways", []):
            found.setdefault(way, []).append(name)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def link(name: str) -> str:
    """Return a link to a fixture."""
    return f"[{name.split('/')[-1]}](../../tests/fixtures/{name}/before.py)"


def functions() -> list[str]:
    """Return the public functions (and dtypes) of both versions, without modules and classes."""
    old = [row.split("|")[0] for row in symbols.ROWS.splitlines() if row.split("|")[2:3] == ["function"]]
    new = [name.removeprefix("tensorflow.") for name in tf2_names()]
    modules = {name.rsplit(".", i)[0] for name in [*old, *new] for i in range(1, name.count(".") + 1)}
    wanted = {n for n in [*old, *new] if not n.rsplit(".", 1)[-1][:1].isupper() and n not in modules | EMPTY}
    return sorted(wanted)


def undecided() -> list[str]:
    """Return the functions that the table and the walk say nothing about."""
    return [name for name in functions() if lenses.decision(f"tensorflow.{name}") is None]


def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Yield (reason, names) of the walk: tensor functions one by one, other namespaces as a pattern."""
    for why, patterns in lenses.ELSEWHERE.items():
        mine = [n for n in functions() if lenses.decision(f"tensorflow.{n}") == why]
        listed = [n for n in mine if n.split(".")[0] in TENSORS or "." not in n]
        rest = [p for p in patterns if "." in p and p.split(".")[0] not in TENSORS]
        yield why, [*listed, *rest]


def document() -> str:
    """Return the text of the page."""
    lines = [HEAD, "| TensorFlow 1 | kind | how a value is put back | accepts | fixtures |", "|---|---|---|---|---|"]
    found = by_row()
    for row, (names, kind, put, accepts) in zip(lenses.ROWS, lenses.rows_for_docs(), strict=False):
        lines.append(f"| {names} | {kind} | {put} | {accepts} | {', '.join(map(link, found[row.symbol]))} |")
    text = "\n".join(lines) + "\n" + WAYS
    text += "".join(f"| {way} | {', '.join(map(link, names))} |\n" for way, names in by_way().items())
    text += REFUSED
    text += "".join(f"| {why} | {', '.join(names)} |\n" for why, names in lenses.REFUSED.items())
    text += WALK
    text += "".join(f"| {why} | {', '.join(names)} |\n" for why, names in elsewhere())
    return text


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    text = document()
    if parser.parse_args().check:
        return 0 if PAGE.read_text(encoding="utf-8") == text else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""All symbols, in all their uses: what is emitted exists in TF2 and takes its arguments, with either Keras."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from symbols_harness import rewrite

from migrator.tables.lookup import Symbol, in_tf2, lookup, rows
from migrator.tables.machinery import is_machinery
from migrator.tables.renames import TARGETS

pytest.importorskip("tensorflow")
from emitted_calls import check
from symbol_uses import uses

ROOT = Path(__file__).resolve().parents[2]
LEGACY = os.environ.get("TF_USE_LEGACY_KERAS") == "1"
# the table is of Keras 3; tf_keras has other names or a fixed order for some of their arguments
ABSTRACT = ("tensorflow.data.Dataset",)
OWN_ARGUMENTS = tuple(
    f"tensorflow.keras.{name}" for name in ("activations.relu", "layers.BatchNormalization", "optimizers.Adam")
)


def symbols() -> Iterator[Symbol]:
    for name in rows():
        row = lookup(name)
        assert row is not None
        yield row


def outcomes(row: Symbol) -> Iterator[tuple[str, str]]:
    """Give the uses of a symbol that are rewritten, or left as they are, with their new text."""
    for before in uses(row):
        outcome = rewrite(f"f({before})" if "(" not in before else before)
        if not outcome.refusals:
            yield before, outcome.text


def test_every_rewrite_binds() -> None:
    checked, wrong = 0, []
    for row in symbols():
        if is_machinery(row.name) or (LEGACY and row.name in OWN_ARGUMENTS):
            continue
        complete = not any(p.startswith("*") for p in row.parameters) and row.name not in ABSTRACT
        names = frozenset({(row.target or "").rpartition(".")[2]})
        for before, after in outcomes(row):
            try:
                check(after, complete=complete and "(" in before, names=names)
                checked += 1
            except (AssertionError, AttributeError) as error:
                wrong.append(f"{before} -> {after}: {error}"[:300])
    assert checked > 6000
    assert not wrong, "\n".join(wrong)


def test_with_the_other_keras() -> None:
    if "MIGRATOR_OTHER_KERAS" in os.environ:
        return
    env = {**os.environ, "TF_USE_LEGACY_KERAS": "0" if LEGACY else "1", "MIGRATOR_OTHER_KERAS": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", __file__]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_symbol_without_fate_rule_or_diagnostic() -> None:
    """A symbol is rewritten, refused, owned by the conversion of sessions, or TensorFlow 2 has it as it is."""
    forgotten = []
    for row in symbols():
        assert row.fate in ("same", "renamed", "changed", "compat-only", "gone"), row.name
        if is_machinery(row.name):
            continue
        for before in uses(row):
            outcome = rewrite(f"f({before})")
            if (
                outcome.text == f"f({before})"
                and not outcome.refusals
                and not (in_tf2(row.name) or row.name in TARGETS)
            ):
                forgotten.append(before)
    assert not forgotten

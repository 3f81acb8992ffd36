"""Right pairs pass, deliberately wrong ones never do."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.verify import Evidence, Verdict, VerifyOptions, render_text, verify
from migrator.verify.launch import Runner

from .programs import PAIRS
from .support import mutate, write_pair

WRONG = [(name, error) for name, pair in PAIRS.items() for error in pair.wrong]
GOOD = {Verdict.PASS, Verdict.REPAIRED, Verdict.UNCHANGED}


def run(folder: Path, before: str, after: str, runner: Runner, tf1_python: str | None = None) -> Evidence:
    rewrite = write_pair(folder, before, after)
    options = VerifyOptions(timeout=60, tf1_python=tf1_python)
    return verify(folder / "before.py", folder / "after.py", options=options, runner=runner, rewrite=rewrite)


@pytest.mark.parametrize("name", PAIRS)
def test_right(name: str, tmp_path: Path, runner: Runner) -> None:
    pair = PAIRS[name]
    evidence = run(tmp_path, pair.before, pair.after, runner)
    assert evidence.verdict is pair.expected, render_text(evidence)
    assert any(item.max_abs is not None for item in (*evidence.variables, *evidence.fetches))


@pytest.mark.parametrize(("name", "error"), WRONG)
def test_wrong(name: str, error: str, tmp_path: Path, runner: Runner) -> None:
    pair = PAIRS[name]
    evidence = run(tmp_path, pair.before, mutate(pair.after, pair.wrong[error]), runner)
    assert evidence.verdict not in GOOD, render_text(evidence)
    assert "the after fails" not in evidence.reason, "the mutation only breaks the program: " + render_text(evidence)


@pytest.mark.parametrize("name", PAIRS)
def test_right_with_real_tf1(name: str, tmp_path: Path, runner: Runner, tf1_python: str) -> None:
    pair = PAIRS[name]
    evidence = run(tmp_path, pair.before, pair.after, runner, tf1_python)
    assert evidence.verdict is pair.expected, render_text(evidence)
    assert evidence.oracle is not None and evidence.oracle.startswith("1.")


def test_enough() -> None:
    assert len(PAIRS) >= 8 and len(WRONG) >= 40

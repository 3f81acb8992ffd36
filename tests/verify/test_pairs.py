"""Right pairs pass, in whatever form; deliberately wrong ones never do. `tools/confusion.py` prints the matrix."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrator.verify import Evidence, Verdict, VerifyOptions, render_text, verify
from migrator.verify.launch import Runner

from .confusion import RIGHT, WRONG, Case, Tapes, caught
from .programs import PAIRS
from .support import write_pair

DOCS = Path(__file__).parents[2] / "docs" / "proof.md"


@pytest.fixture(scope="session")
def tapes(tmp_path_factory: pytest.TempPathFactory, runner: Runner) -> Tapes:
    """The befores, each run once for all of its afters."""
    return Tapes(tmp_path_factory.mktemp("tapes"), runner)


@pytest.mark.parametrize("case", RIGHT, ids=str)
def test_right(case: Case, tapes: Tapes) -> None:
    evidence = tapes.judge(case)
    assert evidence.verdict is PAIRS[case.pair].expected, render_text(evidence)
    assert any(item.max_abs is not None for item in (*evidence.variables, *evidence.fetches))


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_wrong(case: Case, tapes: Tapes) -> None:
    evidence = tapes.judge(case)
    assert caught(evidence), render_text(evidence)
    assert "the after fails" not in evidence.reason, "the mutation only breaks the program: " + render_text(evidence)


@pytest.mark.parametrize("name", PAIRS)
def test_right_with_real_tf1(name: str, tmp_path: Path, runner: Runner, tf1_python: str) -> None:
    pair = PAIRS[name]
    rewrite = write_pair(tmp_path, pair.before, pair.after)
    options = VerifyOptions(timeout=60, tf1_python=tf1_python)
    before, after = tmp_path / "before.py", tmp_path / "after.py"
    evidence: Evidence = verify(before, after, options=options, runner=runner, rewrite=rewrite)
    assert evidence.verdict is pair.expected, render_text(evidence)
    assert evidence.oracle is not None and evidence.oracle.startswith("1.")


def test_enough() -> None:
    assert len(PAIRS) >= 12 and len(RIGHT) >= 40 and len(WRONG) >= 40
    assert {pair.expected for pair in PAIRS.values()} == {Verdict.PASS, Verdict.REPAIRED}


def test_the_matrix_in_the_docs_has_these_pairs() -> None:
    row = re.compile(r"\| (right|wrong) \| (\d+) \| (\d+) \|")
    found = {name: (int(good), int(other)) for name, good, other in row.findall(DOCS.read_text(encoding="utf-8"))}
    assert found == {"right": (len(RIGHT), 0), "wrong": (0, len(WRONG))}

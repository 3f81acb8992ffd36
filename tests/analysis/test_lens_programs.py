"""Random TF1 programs around derived writes, migrated, run and compared with NumPy (more: tools/lens_programs.py)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

pytest.importorskip("tensorflow")
sys.path.insert(0, str(Path(__file__).parent))
import lens_programs

NIGHTLY = os.environ.get("MIGRATOR_PROFILE") == "nightly"


def test_random_programs() -> None:
    outcomes: list[str] = []

    @settings(
        max_examples=1000 if NIGHTLY else 40,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data: st.DataObject) -> None:
        program = lens_programs.generate(data.draw)
        outcomes.append(lens_programs.outcome(program))
        assert not outcomes[-1].startswith("wrong"), f"{outcomes[-1]}\n{program.text}"

    run()
    assert outcomes.count("equal") > len(outcomes) * 2 // 3


def test_a_wrong_program_is_seen() -> None:
    text = "import tensorflow as tf\nv = tf.Variable([1., 2.])\nw = tf.assign(tf.reverse(v, [0]), [3., 4.])\n"
    text += "sess = tf.Session()\nsess.run(tf.global_variables_initializer())\nresult = sess.run(w)\n"
    np = pytest.importorskip("numpy")

    def judged(values: list[float], result: list[float]) -> str:
        made = lens_programs.Program(text, {"v": np.array(values, "f4")}, np.array(result, "f4"), "reverse")
        return lens_programs.outcome(made)

    assert judged([4.0, 3.0], [3.0, 4.0]) == "equal"
    assert judged([3.0, 4.0], [3.0, 4.0]).startswith("wrong: v is")
    assert judged([4.0, 3.0], [4.0, 3.0]).startswith("wrong: the write's value")

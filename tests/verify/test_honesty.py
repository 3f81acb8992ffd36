"""What keeps a verdict honest: steps from equal states, writes that nobody sees, functions that nobody calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.verify import Verdict, VerifyError, VerifyOptions, render_text, verify
from migrator.verify.launch import Runner

from .programs import PAIRS
from .support import mutate, write_pair

CHAOTIC = """
import tensorflow as tf
v = tf.Variable(0.37, name="v")
step = tf.assign(v, 3.9 * v * (1.0 - v))
with tf.Session() as sess:
    «0i:sess.run(tf.global_variables_initializer())»
    for i in range(80):
        print(«1:sess.run(step)»)
"""
STEPPED = """
import tensorflow as tf
v = tf.Variable(0.37, name="v")


@tf.function
def step():
    v.assign(3.9 * v - 3.9 * v * v)
    return v.read_value()


for i in range(80):
    print(«1:step().numpy()»)
"""
IDLE = """
import tensorflow as tf
a = tf.Variable([1.0, 2.0], name="a")
b = tf.Variable([3.0], name="b")
both = tf.group(tf.assign(a, a + 1.0), tf.assign(b, b * 1.0))
with tf.Session() as sess:
    «0i:sess.run(tf.global_variables_initializer())»
    for i in range(3):
        «1:sess.run(both)»
    print(«2:sess.run([a, b])»)
"""
WRITTEN = """
import tensorflow as tf
a = tf.Variable([1.0, 2.0], name="a")
b = tf.Variable([3.0], name="b")


@tf.function
def both():
    a.assign_add([1.0, 1.0])
    b.assign(b * 1.0)


for i in range(3):
    «1:both()»
print(«2:[a.numpy(), b.numpy()]»)
"""


def run(folder: Path, before: str, after: str, runner: Runner, **options: object) -> tuple[Verdict, str]:
    rewrite = write_pair(folder, before, after)
    settings = VerifyOptions(timeout=60, **options)  # type: ignore[arg-type]
    evidence = verify(folder / "before.py", folder / "after.py", options=settings, runner=runner, rewrite=rewrite)
    return evidence.verdict, render_text(evidence)


def test_rounding_cannot_drift(tmp_path: Path, runner: Runner) -> None:
    verdict, text = run(tmp_path, CHAOTIC, STEPPED, runner)
    assert verdict is Verdict.PASS and "tolerance per-step" in text and "run freely, rounding drifts" in text, text


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("3.9 * v * v", "3.9001 * v * v", "variable v: it differs"),
        ("    v.assign(3", "    if v.numpy() < 0:\n        v.assign(3", "fails"),
        ("    v.assign(3.9 * v - 3.9 * v * v)\n", "    pass\n", "variable v: it is not written after call 0"),
        ("range(80)", "range(79)", "80 calls became 79"),
        ("print(«1", "v.assign_add(0.001)\n    print(«1", "variable v: it differs"),
    ],
)
def test_a_difference_shows_in_the_step_that_makes_it(
    old: str, new: str, says: str, tmp_path: Path, runner: Runner
) -> None:
    verdict, text = run(tmp_path, CHAOTIC, STEPPED.replace(old, new), runner)
    assert verdict is Verdict.FAIL and says in text, text


def test_a_write_that_changes_nothing_is_a_write(tmp_path: Path, runner: Runner) -> None:
    verdict, text = run(tmp_path / "right", IDLE, WRITTEN, runner)
    assert verdict is Verdict.PASS, text
    verdict, text = run(tmp_path / "lost", IDLE, WRITTEN.replace("    b.assign(b * 1.0)\n", ""), runner)
    assert verdict is Verdict.PARTIAL and "variable b is written before, but not after" in text, text


def test_a_function_that_is_never_called(tmp_path: Path, runner: Runner) -> None:
    more = WRITTEN.replace("\n\nfor", "\n\n@tf.function\ndef never():\n    return a + 1.0\n\n\nfor")
    verdict, text = run(tmp_path, IDLE, more, runner)
    assert verdict is Verdict.PARTIAL and "step function never (after.py:13) was never reached" in text, text


def test_both_sides_are_named_by_line(tmp_path: Path, runner: Runner) -> None:
    pair = PAIRS["regression"]
    verdict, text = run(tmp_path, pair.before, mutate(pair.after, pair.wrong["ascent"]), runner)
    assert verdict is Verdict.FAIL and "(before.py:17 became after.py:33)" in text, text


def test_slots_of_keras_optimizers_are_compared(tmp_path: Path, runner: Runner) -> None:
    pair = PAIRS["dropout_adam"]
    rewrite = write_pair(tmp_path, pair.before, pair.after)
    evidence = verify(tmp_path / "before.py", tmp_path / "after.py", runner=runner, rewrite=rewrite)
    slots = {v.name for v in evidence.variables if v.matched == "slot" and v.equal}
    assert {"w1/Adam", "w1/Adam_1", "w2/Adam_1"} <= slots, render_text(evidence)


@pytest.mark.parametrize("mapped", [True, False])
def test_a_recording_stands_for_the_before(mapped: bool, tmp_path: Path, runner: Runner) -> None:
    before, after = (IDLE, WRITTEN) if mapped else (PAIRS["assign"].before, PAIRS["assign"].after)
    tape = tmp_path / "before.tape"
    assert run(tmp_path / "a", before, after, runner, record=tape)[0] is Verdict.PASS
    nowhere = "/nonexistent/python"  # the oracle is not needed any more
    verdict, text = run(tmp_path / "b", before, after, runner, against=tape, tf1_python=nowhere)
    assert verdict is Verdict.PASS, text
    wrong = after.replace("a.assign_add([1.0, 1.0])", "a.assign_sub([1.0, 1.0])").replace("v * 2", "v * 3")
    verdict, text = run(tmp_path / "c", before, wrong, runner, against=tape, tf1_python=nowhere)
    assert verdict is Verdict.FAIL, text
    with pytest.raises(VerifyError, match="of another program"):
        run(tmp_path / "d", before + "\nx = 1\n", after, runner, against=tape)
    with pytest.raises(VerifyError, match="other options"):
        run(tmp_path / "e", before, after, runner, against=tape, seed=7)


def test_a_bad_recording(tmp_path: Path, runner: Runner) -> None:
    (tmp_path / "bad").write_bytes(b"no zip file")
    with pytest.raises(VerifyError, match="can't be read"):
        run(tmp_path / "p", IDLE, WRITTEN, runner, against=tmp_path / "bad")
    with pytest.raises(VerifyError, match="can't be read"):
        run(tmp_path / "p", IDLE, WRITTEN, runner, against=tmp_path / "missing")

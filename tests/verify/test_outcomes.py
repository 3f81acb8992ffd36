"""Programs that end badly, programs that prove nothing, and the options of a verification."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from migrator.model import Diagnostic, ProjectResult, Result, Session, Severity
from migrator.verify import (
    Edit,
    Verdict,
    VerifyError,
    VerifyOptions,
    load_options,
    render_text,
    to_json,
    verify,
    verify_fixtures,
    verify_self,
)
from migrator.verify.launch import Runner

from .programs import PAIRS
from .support import no_converter, write_pair

BEFORE = """
import numpy as np
import tensorflow as tf
v = tf.Variable([1.0, 2.0], name="v")
double = tf.assign(v, v * 2)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(3):
        print(sess.run(double))
"""
AFTER = """
import tensorflow as tf
v = tf.Variable([1.0, 2.0], name="v")
for i in range(3):
    v.assign(v * 2)
    print(v.numpy())
"""


def judged(folder: Path, before: str, after: str, runner: Runner, **options: object) -> tuple[Verdict, str]:
    rewrite = write_pair(folder, before, after)
    settings = VerifyOptions(**{"timeout": 60.0, **options})  # type: ignore[arg-type]
    evidence = verify(folder / "before.py", folder / "after.py", options=settings, runner=runner, rewrite=rewrite)
    json.dumps(to_json(evidence))
    return evidence.verdict, render_text(evidence)


CASES = {
    "plain": (BEFORE, AFTER, Verdict.PASS, "equal"),
    "configures TensorFlow": (
        BEFORE,
        AFTER.replace(
            "\nv =",
            "\ntf.config.threading.set_inter_op_parallelism_threads(2)\ntf.config.set_soft_device_placement(True)\n"
            "tf.config.set_visible_devices([], 'GPU')\ntf.config.run_functions_eagerly(False)\nv =",
        ),
        Verdict.PASS,
        "equal",
    ),
    "sys.exit": (BEFORE + "\nimport sys; sys.exit(0)", AFTER + "\nimport sys; sys.exit()", Verdict.PASS, "equal"),
    "os._exit": (BEFORE + "\nimport os; os._exit(0)", AFTER + "\nimport os; os._exit(0)", Verdict.PASS, "equal"),
    "before exits with an error": (BEFORE + "\nimport sys; sys.exit(3)", AFTER, Verdict.INCONCLUSIVE, "SystemExit(3)"),
    "before raises": (BEFORE + "\n1 / 0", AFTER, Verdict.INCONCLUSIVE, "ZeroDivisionError"),
    "after raises": (BEFORE, AFTER + "\n1 / 0", Verdict.FAIL, "ZeroDivisionError"),
    "after is no Python": (BEFORE, AFTER + "\nprint(", Verdict.FAIL, "SyntaxError"),
    "before is killed": (BEFORE + "\nimport os; os.kill(os.getpid(), 9)", AFTER, Verdict.INCONCLUSIVE, "signal 9"),
    "after is killed": (BEFORE, AFTER + "\nimport os; os.kill(os.getpid(), 11)", Verdict.FAIL, "signal 11"),
    "reads stdin": (BEFORE + "\ninput()", AFTER, Verdict.INCONCLUSIVE, "EOFError"),
    "nothing compared": (
        "import tensorflow as tf\nprint(1)",
        "import tensorflow as tf\nprint(1)",
        Verdict.INCONCLUSIVE,
        "nothing was compared",
    ),
    "only prints": (
        "import tensorflow as tf\nsess = tf.Session()\nsess.run(tf.no_op())",
        "import tensorflow as tf\nprint(tf.zeros([]).numpy())",
        Verdict.INCONCLUSIVE,
        "nothing was compared",
    ),
    "writes change nothing": (
        BEFORE.replace("v * 2", "v * 1"),
        AFTER.replace("v * 2", "v * 1"),
        Verdict.INCONCLUSIVE,
        "no compared variable changed",
    ),
    "no variables": (
        "import tensorflow as tf\nx = tf.placeholder(tf.float32, [2])\nsess = tf.Session()\n"
        "print(sess.run(x * 2, {x: [1, 2]}))",
        "import tensorflow as tf\nprint((tf.constant([1.0, 2.0]) * 2).numpy())",
        Verdict.PASS,
        "equal",
    ),
    "a session with an empty graph": (
        BEFORE.replace("v = tf", "with tf.Session() as empty:\n    pass\nv = tf"),
        AFTER,
        Verdict.PASS,
        "equal",
    ),
    "different from run to run": (
        BEFORE + "\nimport os\nprint(tf.Session().run(tf.constant(float(os.getpid()))))",
        AFTER,
        Verdict.INCONCLUSIVE,
        "race",
    ),
    "deletes its own folder": (
        BEFORE + "\nimport os, shutil; shutil.rmtree(os.path.dirname(os.path.abspath(__file__)))",
        AFTER,
        Verdict.PASS,
        "equal",
    ),
    "prints a lot": (BEFORE + "\nfor i in range(200000): print('x' * 1000)", AFTER, Verdict.PASS, "equal"),
    "raises in a thread": (
        BEFORE + "\nimport threading\nt = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()",
        AFTER,
        Verdict.PASS,
        "equal",
    ),
    "site skipped after an exception": (
        BEFORE
        + "\nsess = tf.Session()\ntry:\n    sess.run(v)\nexcept tf.errors.FailedPreconditionError:\n"
        + "    pass\nprint(sess.run(tf.constant([3.0])))",
        AFTER + "\nprint(tf.constant([3.0]).numpy())",
        Verdict.PASS,
        "equal",
    ),
    "a variable lost": (
        BEFORE.replace('name="v")\n', 'name="v")\nw = tf.Variable([5.0], name="w")\n'),
        AFTER,
        Verdict.FAIL,
        "w has no counterpart",
    ),
    "a counter lost": (
        BEFORE.replace('name="v")\n', 'name="v")\nn = tf.Variable(0, trainable=False, name="n")\n').replace(
            "sess.run(double)", "sess.run([double, tf.assign_add(n, 1)])[0]"
        ),
        AFTER,
        Verdict.PARTIAL,
        "n, which the before changes",
    ),
    "a fetch lost": (
        BEFORE.replace("print(sess.run(double))", "print(sess.run(double), sess.run(tf.reduce_sum(v)))"),
        AFTER,
        Verdict.PARTIAL,
        "no value of the after",
    ),
    "default names": (
        BEFORE.replace('[1.0, 2.0], name="v"', "[1.0, 2.0]").replace(
            "double =", "w = tf.Variable([3.0, 4.0])\ndouble ="
        ),
        AFTER.replace(', name="v"', "").replace("for i", "w = tf.Variable([3.0, 4.0])\nfor i"),
        Verdict.PASS,
        "equal",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, tmp_path: Path, runner: Runner) -> None:
    before, after, verdict, reason = CASES[name]
    found, text = judged(tmp_path, before, after, runner)
    assert found is verdict and reason in text, text


def test_race_between_a_read_and_a_write(tmp_path: Path, runner: Runner) -> None:
    """The scheduler decides whether the sum is taken before or after the update; two runs may agree by chance."""
    before = BEFORE.replace("print(sess.run(double))", "print(sess.run([double.op, tf.reduce_sum(v * v)])[1])")
    before = before.replace("range(3)", "range(200)").replace("v * 2", "v * 1.01")
    found, text = judged(tmp_path, before, AFTER.replace("range(3)", "range(200)"), runner)
    assert found is not Verdict.PASS, text


def test_nothing_is_written_to_the_users_tree(tmp_path: Path, runner: Runner) -> None:
    write = "\nimport os\nopen('out.txt', 'w').write('x'); open(os.path.expanduser('~/home.txt'), 'w').write('x')"
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "numbers.txt").write_text("4")
    before = BEFORE + write + "\nassert open('data/numbers.txt').read() == '4'"
    assert judged(tmp_path, before, AFTER, runner)[0] is Verdict.PASS
    assert sorted(item.name for item in tmp_path.iterdir()) == ["after.py", "before.py", "data"]
    assert not os.path.exists(os.path.expanduser("~/home.txt"))


def test_options(tmp_path: Path, runner: Runner) -> None:
    stub = tmp_path / "stub.py"
    stub.write_text("VALUE = 2.0\n")
    program = tmp_path / "program"
    (program / "lib").mkdir(parents=True)
    (program / "lib" / "factor.py").write_text("FACTOR = 3.0\n")
    (program / "verify.toml").write_text(
        'argv = ["--times", "4"]\npath = ["lib"]\nsetup = "open(\'made.txt\', \'w\').write(\'5\')"\n'
        'edit = [{old = "range(1000)", new = "range(2)"}]\n[stub]\n'
        '"tensorflow.examples.tutorials.mnist.input_data" = "../stub.py"\n'
    )
    head = (
        "\nimport sys\nimport factor\nfrom tensorflow.examples.tutorials.mnist import input_data\n"
        "scale = input_data.VALUE * factor.FACTOR * float(open('made.txt').read()) * float(sys.argv[2])\n"
    )
    before = BEFORE.replace("\nv =", head + "v =").replace("range(3)", "range(1000)").replace("v * 2", "v * scale")
    after = AFTER.replace("\nv =", head + "v =").replace("range(3)", "range(2)").replace("v * 2", "v * 120.0")
    rewrite = write_pair(program, before, after)
    evidence = verify(program / "before.py", program / "after.py", runner=runner, rewrite=rewrite)
    assert evidence.verdict is Verdict.PASS, render_text(evidence)
    (program / "verify.toml").write_text('speed = "high"\n')
    with pytest.raises(VerifyError, match="unknown option 'speed'"):
        load_options(program)
    with pytest.raises(VerifyError, match="does not occur"):
        verify(program / "before.py", options=VerifyOptions(edit=(Edit("", "nowhere", ""),)), rewrite=no_converter)


def test_stub_replaces_the_companion_that_the_converter_made(tmp_path: Path, runner: Runner) -> None:
    stub = tmp_path / "stub.py"
    stub.write_text("VALUE = 2.0\n")
    name = "tensorflow.examples.tutorials.mnist.input_data"
    marked = BEFORE.replace("sess.run(tf.global", "«0i:sess.run(tf.global").replace(
        "_initializer())", "_initializer())»"
    )
    marked = marked.replace("print(sess.run(double))", "print(«1:sess.run(double)»)").replace(
        "v * 2", "v * input_data.VALUE"
    )
    marked = f"from {name.rsplit('.', 1)[0]} import input_data" + marked
    new = "import input_data" + AFTER.replace("v.numpy()", "«1:v.numpy()»").replace("v * 2", "v * input_data.VALUE")
    plain = write_pair(tmp_path / "p", marked, new)

    def rewrite(files: Mapping[str, str]) -> ProjectResult:
        import dataclasses

        found = plain(files).files["before.py"]
        return ProjectResult({"before.py": dataclasses.replace(found, created={"input_data.py": "VALUE = 7.0\n"})})

    options = VerifyOptions(stub={name: str(stub)})
    evidence = verify(tmp_path / "p" / "before.py", options=options, runner=runner, rewrite=rewrite)
    assert evidence.verdict is Verdict.PASS, render_text(evidence)


def test_refused_and_unchanged(tmp_path: Path) -> None:
    (tmp_path / "before.py").write_text(BEFORE)

    def refuse(files: Mapping[str, str]) -> ProjectResult:
        found = Diagnostic(6, 1, "MIG101", Severity.MANUAL, "cannot be converted")
        sessions = (Session(6, False, reason="a reason"),)
        return ProjectResult({path: Result(text, False, (found,), sessions) for path, text in files.items()})

    evidence = verify(tmp_path / "before.py", rewrite=refuse)
    assert evidence.verdict is Verdict.REFUSED and "a reason" in evidence.reason
    assert verify(tmp_path / "before.py", rewrite=no_converter).verdict is Verdict.UNCHANGED
    with pytest.raises(VerifyError, match="no such file"):
        verify(tmp_path / "missing.py", rewrite=no_converter)
    with pytest.raises(VerifyError, match=r"cannot|No such file|Permission"):
        options = VerifyOptions(tf1_python="/nonexistent/python")
        verify(tmp_path / "before.py", tmp_path / "before.py", options=options, rewrite=no_converter)


def test_sites_of_the_source_map_that_never_run(tmp_path: Path, runner: Runner) -> None:
    marked = BEFORE.replace("sess.run(tf.global", "«0i:sess.run(tf.global").replace(
        "_initializer())", "_initializer())»"
    )
    marked = marked.replace("print(sess.run(double))", "print(«1:sess.run(double)»)")
    marked += "    if False:\n        «2:sess.run(v)»\n"
    new = AFTER.replace("v.numpy()", "«1:v.numpy()»") + "\nif False:\n    «2:v.numpy()»\n"
    found, text = judged(tmp_path, marked, new, runner)
    assert found is Verdict.PARTIAL and "before.py#2 was never reached" in text, text


def test_sites_in_other_modules(tmp_path: Path, runner: Runner) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("")
    (tmp_path / "pkg" / "model.py").write_text(
        "import tensorflow as tf\n\ndef build():\n    v = tf.Variable([1.0, 2.0], name='v')\n"
        "    return v, tf.assign(v, v * 2)\n"
        "\ndef step(sess, op):\n    return sess.run(op)\n"
    )
    before = (
        "import tensorflow as tf\nfrom pkg import model\nv, double = model.build()\nwith tf.Session() as sess:\n"
        "    sess.run(tf.global_variables_initializer())\n    for i in range(3):\n"
        "        print(model.step(sess, double))\n"
    )
    found, text = judged(tmp_path, before, AFTER, runner)
    assert found is Verdict.PASS and "pkg/model.py:8:12" in text, text


def test_self(tmp_path: Path, runner: Runner) -> None:
    (tmp_path / "before.py").write_text(BEFORE)
    assert verify_self(tmp_path / "before.py", runner=runner).verdict is Verdict.PASS
    (tmp_path / "before.py").write_text(
        BEFORE + "\nimport os\nprint(tf.Session().run(tf.constant(float(os.getpid()))))"
    )
    assert verify_self(tmp_path / "before.py", runner=runner).verdict is Verdict.INCONCLUSIVE


def test_fixtures(tmp_path: Path, runner: Runner) -> None:
    pair = PAIRS["article_b"]
    rewrite = write_pair(tmp_path / "deep" / "good", pair.before, pair.after)
    write_pair(tmp_path / "text", pair.before, pair.after + "# changed by hand\n")
    (tmp_path / "text" / "case.toml").write_text('expect = "PASS"\n')
    found = {item.name: item for item in verify_fixtures(tmp_path, runner=runner, rewrite=rewrite)}
    assert found["deep/good"].ok and found["deep/good"].evidence.verdict is Verdict.PASS
    assert not found["text"].ok and not found["text"].text_equal

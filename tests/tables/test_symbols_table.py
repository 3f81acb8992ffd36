"""The generated table against the installed TensorFlow 2, and what the hand-written tables say about it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from migrator.tables import opkinds
from migrator.tables.canonical import canonical
from migrator.tables.lookup import lookup, rows, tf2_names
from migrator.tables.machinery import MACHINERY


def _words(text: str) -> list[str]:
    """Return the words of a text: long tables of names read better without quotes."""
    return text.split()


ROOT = Path(__file__).parents[2]


def test_import_is_cheap() -> None:
    code = (
        "import time, migrator.tables; t = time.perf_counter(); import migrator.tables.symbols;"
        "print(time.perf_counter() - t)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    times = [
        float(subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True).stdout)
        for _ in range(3)
    ]
    assert min(times) < 0.03
    start = time.perf_counter()
    assert lookup("tensorflow.log") is not None
    assert time.perf_counter() - start < 0.2


def test_rows() -> None:
    log = lookup("tensorflow.log")
    assert log is not None and (log.fate, log.target) == ("renamed", "tensorflow.math.log")
    assert log.parameters == ("x", "name") and log.required == {"x"}
    dropout = lookup("tensorflow.nn.dropout")
    assert dropout is not None and dropout.parameters[:2] == ("x", "keep_prob")
    normal = lookup("tensorflow.random_normal_initializer")
    assert normal is not None and normal.defaults["stddev"] == ("1.0", "0.05")
    assert lookup("tensorflow.no_such_thing") is None
    assert len(rows()) > 3000


def _get(module: Any, name: str) -> Any:
    for part in name.removeprefix("tensorflow.").split("."):
        module = getattr(module, part)
    return module


def test_table_matches_installed_tensorflow() -> None:
    tf = pytest.importorskip("tensorflow")
    for name in rows():
        row = lookup(name)
        assert row is not None
        if row.fate in ("same", "renamed", "changed"):
            assert row.target is not None
            found = _get(tf, row.target)
            if row.fate in ("same", "renamed") and row.kind != "value":
                assert found is _get(tf.compat.v1, name), name
        elif row.fate == "compat-only":
            assert _get(tf.compat.v1, name) is not None or row.kind == "value"


def test_generator_gives_the_same_bytes() -> None:
    tf1 = os.environ.get("MIGRATOR_TF1_PYTHON")
    if not tf1:
        pytest.skip("MIGRATOR_TF1_PYTHON is not set")
    pytest.importorskip("tensorflow")
    tool = ROOT / "tools" / "generate_symbols.py"
    done = subprocess.run([sys.executable, str(tool), "--tf1-python", tf1, "--check"], check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tensorflow.compat.v1.log", "tensorflow.log"),
        ("tensorflow.compat.v1", "tensorflow"),
        ("tensorflow.compat.v1.nn.relu", "tensorflow.nn.relu"),
        ("tensorflow.python.ops.math_ops.reduce_sum", "tensorflow.reduce_sum"),
        ("tensorflow.python.ops.array_ops.concat", "tensorflow.concat"),
        ("tensorflow.python.ops.nn_ops.softmax", "tensorflow.nn.softmax"),
        ("tensorflow.python.ops.nn.relu", "tensorflow.nn.relu"),
        ("tensorflow.python.ops.variable_scope.get_variable", "tensorflow.get_variable"),
        ("tensorflow.python.ops.rnn_cell.BasicLSTMCell", "tensorflow.nn.rnn_cell.BasicLSTMCell"),
        ("tensorflow.python.ops.control_flow_ops.while_loop", "tensorflow.while_loop"),
        ("tensorflow.python.ops.init_ops.constant_initializer", "tensorflow.constant_initializer"),
        ("tensorflow.python.platform.flags.DEFINE_string", "tensorflow.app.flags.DEFINE_string"),
        ("tensorflow.python.framework.ops.convert_to_tensor", "tensorflow.convert_to_tensor"),
        ("tensorflow.python.client.session.Session", "tensorflow.Session"),
        ("tensorflow.flags.FLAGS", "tensorflow.app.flags.FLAGS"),
        ("tensorflow.flags", "tensorflow.app.flags"),
        ("tensorflow.contrib.rnn.BasicLSTMCell", "tensorflow.nn.rnn_cell.BasicLSTMCell"),
        ("tensorflow.contrib.slim.conv2d", "tensorflow.contrib.layers.conv2d"),
        ("tensorflow.contrib.layers.python.layers.batch_norm", "tensorflow.contrib.layers.batch_norm"),
        ("tensorflow.contrib.slim.initializers.xavier_initializer", "tensorflow.contrib.layers.xavier_initializer"),
        ("tensorflow.log", "tensorflow.log"),
        ("tensorflow.nn.relu.no_such", "tensorflow.nn.relu.no_such"),
    ],
)
def test_canonical(name: str, expected: str) -> None:
    assert canonical(name) == expected
    assert canonical(expected) == expected


def test_kinds_are_symbols() -> None:
    known = set(rows()) | tf2_names()
    for group in (opkinds.RANDOM, opkinds.STATEFUL, MACHINERY, set(opkinds.RESULT_DTYPE), set(opkinds.DTYPE_ARGUMENT)):
        odd = {name for name in group if name not in known and canonical(name) not in known}
        odd -= {f"tensorflow.{n}" for n in OLD}
        assert not odd, sorted(odd)


# names of TF 0.x, and of modules that 1.15 gives only through an alias
OLD = _words("""
        audio_summary histogram_summary image_summary merge_all_summaries merge_summary scalar_summary
        nn.bidirectional_rnn nn.rnn nn.state_saving_rnn contrib.layers.dropout contrib.slim.dropout
    """)

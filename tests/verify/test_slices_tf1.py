"""``v[...].assign``, which a real TensorFlow 1.15.5 knows: the same numbers there and after the migration."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.verify import Verdict, VerifyOptions, open_runner, verify

TF1 = os.environ.get("MIGRATOR_TF1_PYTHON")
pytestmark = pytest.mark.skipif(TF1 is None, reason="MIGRATOR_TF1_PYTHON is not set")
# key -> shape of what it selects of a variable of shape [4, 3, 2]
KEYS = {
    "0": (3, 2),
    "-1": (3, 2),
    "1:3": (2, 3, 2),
    ":2": (2, 3, 2),
    "2:": (2, 3, 2),
    ":": (4, 3, 2),
    "::2": (2, 3, 2),
    "1::2": (2, 3, 2),
    "::-1": (4, 3, 2),
    "3:0:-2": (2, 3, 2),
    "-3:-1": (2, 3, 2),
    "..., 0": (4, 3),
    "..., -1": (4, 3),
    "1, ..., 1": (3,),
    ":, 1": (4, 2),
    ":, 1:": (4, 2, 2),
    ":, ::2, 1": (4, 2),
    "2, 1, 0": (),
    "1:3, 0": (2, 2),
    "tf.newaxis, 1": (1, 3, 2),
    "0, tf.newaxis, 1": (1, 2),
    "k": (3, 2),
    "k:, k": (3, 2),
    "n - 1": (3, 2),
}
PROGRAM = """import numpy as np
import tensorflow as tf

k = 1
n = 4
v = tf.Variable(tf.reshape(tf.range(24.0), [4, 3, 2]), name="v")
x = tf.placeholder(tf.float32, {shape}, name="x")
new = np.arange({size}, dtype=np.float32).reshape({shape}) - 100.0
update = {write}

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    sess.run(update, {{x: new}})
    print(sess.run(v))
"""


@pytest.mark.parametrize("how", ["method", "function"])
def test_slices(tmp_path: Path, how: str) -> None:
    wrong = {}
    with open_runner() as runner:
        for number, (key, shape) in enumerate(KEYS.items()):
            write = f"v[{key}].assign(x)" if how == "method" else f"tf.assign(v[{key}], x)"
            size = 1
            for n in shape:
                size *= n
            script = tmp_path / str(number) / "program.py"
            script.parent.mkdir()
            script.write_text(PROGRAM.format(shape=list(shape), size=size, write=write), encoding="utf-8")
            evidence = verify(str(script), options=VerifyOptions(tf1_python=TF1, timeout=120), runner=runner)
            if evidence.verdict is not Verdict.PASS:
                wrong[key] = f"{evidence.verdict.name}: {evidence.reason}"
    assert not wrong

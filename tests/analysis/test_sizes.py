"""Static shapes and types against those that TensorFlow finds."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from walking import Walked

from migrator.analysis.size_rules import Named
from migrator.analysis.sizes import Sizes

HEAD = """\
x = tf.placeholder(tf.float32, [None, 12])
k = tf.placeholder(tf.float32, [4, 12])
i = tf.placeholder(tf.float32, [None, 9, 8, 3])
n = tf.placeholder(tf.int32, [None, 5])
s = tf.placeholder(tf.float32, [None, 6, 4])
d = tf.placeholder(tf.float64, [2, 3])
u = tf.placeholder(tf.float32)
w = tf.Variable(tf.zeros([12, 7]))
f = tf.Variable(tf.random_normal([3, 3, 3, 10]))
v = tf.get_variable("v", [50, 6])
"""
CASES = """\
tf.matmul(x, w)
tf.matmul(w, x, transpose_a=True, transpose_b=True)
tf.matmul(s, tf.transpose(s, [0, 2, 1]))
tf.matmul(u, w)
tf.matmul(x, w) + tf.zeros([7])
x * 2.0 - 1
1.0 / x
x * k
k * tf.ones([4, 1])
-x
tf.reshape(x, [-1, 3, 4])
tf.reshape(k, [2, -1])
tf.reshape(x, (-1, 12, 1, 1))
tf.reshape(x, [-1])
tf.nn.relu(tf.nn.bias_add(tf.matmul(x, w), tf.zeros([7])))
tf.nn.dropout(x, keep_prob=0.5)
tf.nn.leaky_relu(x)
tf.nn.softmax(tf.matmul(x, w))
tf.reduce_mean(x)
tf.reduce_mean(x, 1)
tf.reduce_sum(i, axis=[1, 2])
tf.reduce_max(i, [1, -1], keepdims=True)
tf.reduce_sum(s, reduction_indices=1)
tf.argmax(x, 1)
tf.argmax(s, axis=-1)
tf.concat([x, x], 1)
tf.concat([x, k], axis=0)
tf.concat([k, tf.zeros([2, 12])], axis=0)
tf.concat([s, tf.ones([3, 6, 2])], axis=-1)
tf.expand_dims(x, 1)
tf.expand_dims(x, -1)
tf.squeeze(tf.expand_dims(x, 1), [1])
tf.squeeze(tf.ones([1, 3, 1]))
tf.transpose(i, [0, 3, 1, 2])
tf.transpose(k)
tf.stack([x, x])
tf.stack([x, x], axis=-1)
tf.unstack(s, axis=1, num=6)[2]
tf.split(x, 3, 1)[0]
tf.split(x, [5, 7], axis=1)[1]
tf.one_hot(n, 11)
tf.nn.embedding_lookup(v, n)
tf.gather(v, tf.reshape(n, [-1]))
tf.nn.conv2d(i, f, strides=[1, 1, 1, 1], padding="SAME")
tf.nn.conv2d(i, f, [1, 2, 2, 1], "VALID")
tf.nn.conv2d(i, f, [1, 2, 3, 1], padding="SAME")
tf.nn.max_pool(i, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
tf.nn.max_pool(i, ksize=[1, 3, 2, 1], strides=[1, 2, 1, 1], padding="VALID")
tf.nn.avg_pool(i, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
i[:, 1:-1, ::2]
i[..., 0]
x[:, None]
s[0]
s[:, -1, :]
i[:, 3, 2:5, 1]
tf.cast(n, tf.float32)
tf.square(x - k)
tf.identity(i)
tf.maximum(x, 0.0)
tf.clip_by_value(x, 0.0, 1.0)
tf.zeros_like(s)
tf.concat([x, tf.cast(n, tf.float32)], 1)
tf.random_normal([3, 4])
tf.layers.dense(x, 5)
tf.layers.dense(s, 5, use_bias=False)
tf.layers.dense(d, 4)
tf.layers.conv1d(s, 8, 3)
tf.layers.conv2d(i, 8, 3)
tf.layers.conv2d(i, 8, (3, 2), strides=2, padding="same")
tf.layers.conv2d(i, 8, [2, 2], (2, 3), "VALID")
tf.layers.conv2d(i, 8, 3, dilation_rate=2)
tf.layers.conv2d_transpose(i, 8, 3, strides=2)
tf.layers.conv2d_transpose(i, 8, [2, 5], strides=(3, 2), padding="same")
tf.layers.conv2d_transpose(i, 8, 2, strides=3)
tf.layers.separable_conv2d(i, 8, 3, padding="same")
tf.layers.max_pooling2d(i, 2, 2)
tf.layers.max_pooling2d(i, [3, 2], (2, 2), padding="same")
tf.layers.average_pooling2d(i, 2, 1)
tf.layers.max_pooling1d(s, 2, 2)
tf.layers.flatten(i)
tf.layers.flatten(x)
tf.layers.flatten(s[:, :, :, None])
tf.layers.dropout(i)
""".splitlines()
CHILD = """
import os
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import json, sys
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()
head, cases = json.load(sys.stdin)
exec(head)
found = []
for case in cases:
    t = eval(case)
    found.append([None if t.shape.rank is None else t.shape.as_list(), t.dtype.base_dtype.name])
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def real() -> dict[str, tuple[list[int | None] | None, str]]:
    """Return what TensorFlow says: case -> (shape, type)."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    given = json.dumps([HEAD, CASES])
    command = [sys.executable, "-c", CHILD]
    done = subprocess.run(command, input=given, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return {case: (shape, dtype) for case, (shape, dtype) in zip(CASES, json.loads(done.stdout), strict=True)}


@pytest.mark.parametrize("case", CASES)
def test_shapes_are_those_of_tensorflow(case: str, real: dict[str, tuple[list[int | None] | None, str]]) -> None:
    walked = Walked(f"{HEAD}result = {case}\n")
    shapes, value = Sizes(walked.facts.values), walked.value(case)
    found, dtype = shapes.of(value), shapes.dtype(value)
    assert (None if found is None else list(found)) == real[case][0]
    assert dtype is None or dtype == real[case][1]


def test_types_of_common_ops_are_known() -> None:
    for case in CASES:
        walked = Walked(f"{HEAD}result = {case}\n")
        if case != "tf.matmul(u, w)" and "random" not in case:
            assert Sizes(walked.facts.values).dtype(walked.value(case)) is not None, case


def test_a_size_of_python_is_its_expression() -> None:
    walked = Walked("""
        import numpy
        data = numpy.load("f")
        width = 3
        x = tf.placeholder(tf.float32, [width, data.shape[1]])
        y = tf.nn.relu(x)
    """)
    shape = Sizes(walked.facts.values).of(walked.value("tf.nn.relu(x)"))
    assert shape is not None
    assert shape[0] == 3
    assert isinstance(shape[0], Named)
    assert shape[1] is walked.node("data.shape[1]")

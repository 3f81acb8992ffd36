"""Stand-ins for tf.contrib: programs run with them, and compute what TensorFlow 1.15's own compute."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.verify import Verdict, VerifyOptions, render_text, verify_self
from migrator.verify.evidence import Tolerance
from migrator.verify.launch import Runner
from migrator.verify.program import load_program
from migrator.verify.record import Record
from migrator.verify.selfcheck import compare_with_itself
from migrator.verify.sides import Side, before_settings

HEAD = "import numpy as np\nimport tensorflow as tf\nx = tf.placeholder(tf.float32, [None, 8, 8, 3])\n"
TAIL = """
loss = tf.reduce_mean(tf.square(out - 0.5)) + tf.add_n(tf.losses.get_regularization_losses() or [tf.constant(0.0)])
step = tf.train.get_or_create_global_step()
with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)
data = np.random.rand(6, 8, 8, 3)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(4):
        print(sess.run([train, loss], {x: data})[1])
    print(sess.run(tf.global_variables()))
"""
PROGRAMS = {
    "slim": """
import tensorflow.contrib.slim as slim
with slim.arg_scope([slim.conv2d, slim.fully_connected], weights_regularizer=slim.l2_regularizer(0.01)):
    with slim.arg_scope([slim.conv2d], normalizer_fn=slim.batch_norm, normalizer_params={"decay": 0.9, "scale": True}):
        net = slim.repeat(x, 2, slim.conv2d, 4, [3, 3], scope="conv")
    net = slim.max_pool2d(net, 2)
    net = slim.conv2d(net, 5, 3, stride=2, padding="VALID", activation_fn=tf.nn.tanh)
    net = slim.flatten(slim.avg_pool2d(net, [1, 1], stride=1))
    net = slim.dropout(net, 0.8)
    out = slim.fully_connected(net, 2, activation_fn=None, scope="out")
""",
    "layers": """
from tensorflow.contrib import layers
from tensorflow.contrib.layers import xavier_initializer
w = tf.get_variable("w", [192, 6], initializer=xavier_initializer(), regularizer=layers.l1_regularizer(0.001))
net = tf.matmul(layers.flatten(x), w)
net = layers.batch_norm(net, decay=0.5, updates_collections=None, is_training=True)
net = layers.layer_norm(net)
net = tf.contrib.layers.fully_connected(net, 4, weights_initializer=layers.variance_scaling_initializer())
out = layers.linear(net, 1) + tf.reduce_sum(layers.one_hot_encoding([1], 3))
image = layers.convolution2d_transpose(x, 2, 3, stride=2)
out = 0.1 * out + tf.reduce_mean(image) + 0.01 * tf.cast(tf.shape(image)[1], tf.float32)
""",
    "rnn": """
from tensorflow.contrib import rnn
from tensorflow.contrib.framework import get_or_create_global_step
steps = tf.unstack(tf.reshape(x, [6, 8, 24]), axis=1)
outs, state = rnn.static_rnn(rnn.MultiRNNCell([rnn.BasicLSTMCell(5), rnn.GRUCell(4)]), steps, dtype=tf.float32)
logits = tf.stack(outs, 1)
out = tf.contrib.seq2seq.sequence_loss(logits, tf.ones([6, 8], tf.int32), tf.ones([6, 8]))
out += tf.contrib.legacy_seq2seq.sequence_loss([outs[0]], [tf.ones([6], tf.int32)], [tf.ones([6])])
""",
    "switched": """
import tensorflow.contrib.layers as layers
flag = tf.placeholder_with_default(True, [])
net = layers.batch_norm(x, is_training=flag, decay=0.9)
net = layers.dropout(layers.flatten(net), 0.5, is_training=flag)
out = layers.fully_connected(net, 1, tf.sigmoid)
print(tf.contrib.framework.get_trainable_variables("fully_connected"), tf.contrib.training.HParams(a=1).values())
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_run(name: str, tmp_path: Path, runner: Runner) -> None:
    (tmp_path / "before.py").write_text(HEAD + PROGRAMS[name] + TAIL)
    evidence = verify_self(tmp_path / "before.py", runner=runner)
    assert evidence.verdict is Verdict.PASS, render_text(evidence)
    assert sum(bool(variable.changed) for variable in evidence.variables) >= 3


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_as_in_tensorflow_1(name: str, tmp_path: Path, runner: Runner, tf1_python: str) -> None:
    (tmp_path / "before.py").write_text(HEAD + PROGRAMS[name] + TAIL)
    records: list[Record] = []
    for python in (tf1_python, None):
        options = VerifyOptions(tf1_python=python)
        program = load_program(tmp_path / "before.py", options)
        side = Side(program, program.files, options, runner, "before")
        side.mark_before(None)
        run = side.run("oracle", [], **before_settings(1, False))
        assert run.ended_well, run.error
        records.append(run.record)
    real, stand_in = records
    assert [(v.facts["name"], v.facts["shape"]) for v in real.variables] == [
        (v.facts["name"], v.facts["shape"]) for v in stand_in.variables
    ]
    assert not compare_with_itself(real, stand_in, Tolerance("kernels of two versions", 1e-4, 1e-5, "")).wrong


def test_what_has_no_stand_in_says_so(tmp_path: Path, runner: Runner) -> None:
    (tmp_path / "before.py").write_text(HEAD + "out = tf.contrib.layers.batch_norm(x, renorm=True)\n" + TAIL)
    evidence = verify_self(tmp_path / "before.py", runner=runner)
    assert evidence.verdict is Verdict.INCONCLUSIVE and "no stand-in" in evidence.reason

"""Equal draws on both sides: every source, in functions that are split, joined, called twice or traced twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.verify import Verdict, VerifyOptions, render_text, verify
from migrator.verify.launch import Runner

from .support import write_pair

# name -> (TF1 expression, TF2 expression); each is drawn in two runs of a training site and one of another site
SOURCES = {
    "normal": ("tf.random_normal([3, 2], 1.0, 2.0)", "tf.random.normal([3, 2], 1.0, 2.0)"),
    "uniform": ("tf.random_uniform([3], -1.0, 4.0)", "tf.random.uniform([3], -1.0, 4.0)"),
    "integers": (
        "tf.random_uniform([5], 2, 90, tf.int32) + 0",
        "tf.random.uniform([5], 2, 90, tf.int32) + 0",
    ),
    "truncated": ("tf.truncated_normal([4], stddev=0.5)", "tf.random.truncated_normal([4], stddev=0.5)"),
    "gamma": ("tf.random_gamma([4], 2.0, 3.0)", "tf.random.gamma([4], 2.0, 3.0)"),
    "poisson": ("tf.random_poisson(4.0, [6])", "tf.random.poisson([6], 4.0)"),
    "multinomial": ("tf.multinomial([[1.0, 2.0, 3.0]], 6)", "tf.random.categorical([[1.0, 2.0, 3.0]], 6)"),
    "shuffle": ("tf.random_shuffle(tf.range(9))", "tf.random.shuffle(tf.range(9))"),
    "crop": ("tf.random_crop(tf.range(20), [4])", "tf.image.random_crop(tf.range(20), [4])"),
    "flip": (
        "tf.image.random_flip_left_right(tf.reshape(tf.range(12.0), [2, 6, 1]))",
        "tf.image.random_flip_left_right(tf.reshape(tf.range(12.0), [2, 6, 1]))",
    ),
    "dropout": ("tf.nn.dropout(tf.ones([20]), 0.7)", "tf.nn.dropout(tf.ones([20]), rate=1 - 0.7)"),
    "layer": (
        "tf.layers.dropout(tf.ones([20]), 0.3, training=True)",
        "layer(tf.ones([20]), training=True)",
    ),
    "log-uniform sampler": (
        "tf.nn.log_uniform_candidate_sampler([[1], [2]], 1, 5, True, 50)[0]",
        "tf.random.log_uniform_candidate_sampler([[1], [2]], 1, 5, True, 50)[0]",
    ),
    "uniform sampler": (
        "tf.nn.uniform_candidate_sampler([[1], [2]], 1, 5, False, 50)[0]",
        "tf.random.uniform_candidate_sampler([[1], [2]], 1, 5, False, 50)[0]",
    ),
    "unigram sampler": (
        "tf.nn.fixed_unigram_candidate_sampler([[1], [2]], 1, 3, True, 4, unigrams=[1, 2, 3, 4])[0]",
        "tf.random.fixed_unigram_candidate_sampler([[1], [2]], 1, 3, True, 4, unigrams=[1, 2, 3, 4])[0]",
    ),
}
BEFORE = """
import tensorflow as tf
total = tf.Variable(0.0, name="total")
draw = {source}
count = tf.assign_add(total, tf.reduce_sum(tf.cast(draw, tf.float32)))
with tf.Session() as sess:
    «0i:sess.run(tf.global_variables_initializer())»
    for i in range(3):
        print(«1:sess.run([draw, count])»)
        print(«2:sess.run(draw * 2)»)
"""
AFTER = """
import tensorflow as tf
total = tf.Variable(0.0, name="total")


layer = tf.keras.layers.Dropout(0.3)


def draw():
    return {source}


@tf.function
def train(again):
    value = draw()
    total.assign_add(tf.reduce_sum(tf.cast(value, tf.float32)))
    return value, total.read_value()


@tf.function
def evaluate():
    return draw() * 2


for i in range(3):
    print(«1:[value.numpy() for value in train(i % 2 == 0)]»)
    print(«2:evaluate().numpy()»)
"""


def run(folder: Path, before: str, after: str, runner: Runner) -> tuple[Verdict, str]:
    rewrite = write_pair(folder, before, after)
    found = verify(folder / "before.py", folder / "after.py", options=VerifyOptions(), runner=runner, rewrite=rewrite)
    return found.verdict, render_text(found)


@pytest.mark.parametrize("name", SOURCES)
def test_source(name: str, tmp_path: Path, runner: Runner) -> None:
    old, new = SOURCES[name]
    verdict, text = run(tmp_path, BEFORE.format(source=old), AFTER.format(source=new), runner)
    assert verdict is Verdict.PASS, text


SEEDED = """
import tensorflow as tf
{graph}
w = tf.Variable(tf.random_normal([3]{seed}), name="w")
for i in range(2):
    with tf.Session() as sess:
        «0r:sess.run(tf.global_variables_initializer())»
        print(«1:sess.run(w)»)
"""
AGAIN = """
import tensorflow as tf
w = tf.Variable(tf.random.normal([3]), name="w")
start = w.numpy()


def reset():
    w.assign({value})


for i in range(2):
    «0r:reset()»
    print(«1:w.numpy()»)
"""


@pytest.mark.parametrize(("graph", "seed"), [("", ", seed=4"), ("tf.set_random_seed(3)", "")])
def test_a_new_session_starts_seeded_streams_anew(graph: str, seed: str, tmp_path: Path, runner: Runner) -> None:
    before = SEEDED.format(graph=graph, seed=seed)
    verdict, text = run(tmp_path / "same", before, AGAIN.format(value="start"), runner)
    assert "final value" not in text and verdict is not Verdict.FAIL, text


def test_a_new_session_goes_on_where_nothing_is_seeded(tmp_path: Path, runner: Runner) -> None:
    before = SEEDED.format(graph="", seed="")
    verdict, text = run(tmp_path / "drawn", before, AGAIN.format(value="tf.random.normal([3])"), runner)
    assert verdict is Verdict.PASS, text
    verdict, text = run(tmp_path / "same", before, AGAIN.format(value="start"), runner)
    assert verdict is not Verdict.PASS, text


def test_generators_of_numpy_and_python(tmp_path: Path, runner: Runner) -> None:
    draws = "np.random.rand() + random.random() + np.random.default_rng().random() + np.random.default_rng(3).random()"
    before = f"""
import random
import numpy as np
import tensorflow as tf
x = tf.placeholder(tf.float32)
with tf.Session() as sess:
    for i in range(3):
        print(«1:sess.run(x * 2, {{x: {draws}}})»)
"""
    after = f"""
import random
import numpy as np
import tensorflow as tf
for i in range(3):
    print(«1:(tf.constant({draws}, tf.float32) * 2).numpy()»)
"""
    verdict, text = run(tmp_path, before, after, runner)
    assert verdict is Verdict.PASS, text


def test_shuffled_data(tmp_path: Path, runner: Runner) -> None:
    before = """
import tensorflow as tf
data = tf.data.Dataset.range(20).shuffle(20).batch(5)
item = tf.data.make_one_shot_iterator(data).get_next()
with tf.Session() as sess:
    for i in range(4):
        print(«1:sess.run(item)»)
"""
    after = """
import tensorflow as tf
data = tf.data.Dataset.range(20).shuffle(20).batch(5)
items = iter(data)
for i in range(4):
    print(«1:next(items).numpy()»)
"""
    verdict, text = run(tmp_path, before, after, runner)
    assert verdict is Verdict.PASS, text


def test_gradient_through_gamma(tmp_path: Path, runner: Runner) -> None:
    before = """
import tensorflow as tf
a = tf.Variable([2.0, 3.0], name="a")
loss = tf.reduce_sum(tf.random_gamma([5], a))
train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
with tf.Session() as sess:
    «0i:sess.run(tf.global_variables_initializer())»
    for i in range(3):
        print(«1:sess.run([train, loss])»)
"""
    after = """
import tensorflow as tf
a = tf.Variable([2.0, 3.0], name="a")


@tf.function
def train():
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.random.gamma([5], a))
    a.assign_sub(0.01 * tape.gradient(loss, a))
    return loss


for i in range(3):
    print(«1:train().numpy()»)
"""
    verdict, text = run(tmp_path, before, after, runner)
    assert verdict is Verdict.PASS, text

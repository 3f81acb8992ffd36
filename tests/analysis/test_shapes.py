"""Static shapes: what the analysis infers is what TensorFlow 1.15.5 infers, or nothing."""

from __future__ import annotations

import ast

import pytest
from walking import Walked

from migrator.analysis.values import Node, Value, Var

HEAD = """
x = tf.placeholder(tf.float32, [None, 4])
y = tf.placeholder(tf.float32, [None, 4])
img = tf.placeholder(tf.float32, [None, 8, 8, 3])
labels = tf.placeholder(tf.int64, [None])
w = tf.Variable(tf.ones([4, 5]))
kernel = tf.Variable(tf.ones([3, 3, 3, 6]))
"""
# what `get_shape()` gives in TensorFlow 1.15.5
MEASURED: dict[str, tuple[int | None, ...]] = {
    "x * 2.": (None, 4),
    "x + y": (None, 4),
    "x @ w": (None, 5),
    "-x": (None, 4),
    "tf.matmul(x, w)": (None, 5),
    "tf.matmul(x, w) + tf.zeros([5])": (None, 5),
    "tf.nn.softmax(tf.matmul(x, w))": (None, 5),
    "tf.reduce_mean(x)": (),
    "tf.reduce_sum(img, 1)": (None, 8, 3),
    "tf.reduce_sum(img, [1, 2], keepdims=True)": (None, 1, 1, 3),
    "tf.reduce_max(img, axis=-1, keep_dims=True)": (None, 8, 8, 1),
    "tf.reduce_mean(img, reduction_indices=[0])": (8, 8, 3),
    "tf.argmax(x, 1)": (None,),
    "tf.argmax(img)": (8, 8, 3),
    "tf.argmin(img, axis=2)": (None, 8, 3),
    "tf.equal(tf.argmax(x, 1), labels)": (None,),
    "tf.cast(tf.equal(labels, 1), tf.float32)": (None,),
    "tf.reshape(img, [-1, 192])": (None, 192),
    "tf.reshape(img, [-1, 8, 24])": (None, 8, 24),
    "tf.reshape(w, [-1])": (20,),
    "tf.reshape(w, [2, -1])": (2, 10),
    "tf.reshape(x, [2, -1])": (2, None),
    "tf.transpose(x)": (4, None),
    "tf.transpose(img, [0, 3, 1, 2])": (None, 3, 8, 8),
    "tf.transpose(img, perm=[3, 2, 1, 0])": (3, 8, 8, None),
    "tf.expand_dims(x, 0)": (1, None, 4),
    "tf.expand_dims(x, -1)": (None, 4, 1),
    "tf.expand_dims(img, axis=2)": (None, 8, 1, 8, 3),
    "tf.squeeze(tf.expand_dims(x, 0), [0])": (None, 4),
    "tf.squeeze(tf.ones([1, 4, 1]))": (4,),
    "tf.squeeze(tf.ones([1, 4, 1]), axis=-1)": (1, 4),
    "tf.concat([x, x], 1)": (None, 8),
    "tf.concat([x, x], axis=0)": (None, 4),
    "tf.concat([x, tf.ones([3, 4])], 0)": (None, 4),
    "tf.concat([x, tf.ones([3, 4])], 1)": (3, 8),
    "tf.stack([x, x])": (2, None, 4),
    "tf.stack([x, x], axis=1)": (None, 2, 4),
    "tf.stack([x, tf.ones([3, 4])], axis=-1)": (3, 4, 2),
    "tf.add_n([x, tf.ones([3, 4])])": (3, 4),
    "tf.one_hot(labels, 10)": (None, 10),
    "tf.one_hot(labels, depth=7)": (None, 7),
    "tf.nn.conv2d(img, kernel, strides=[1, 1, 1, 1], padding='SAME')": (None, 8, 8, 6),
    "tf.nn.conv2d(img, kernel, strides=[1, 2, 2, 1], padding='VALID')": (None, 3, 3, 6),
    "tf.nn.conv2d(img, kernel, [1, 3, 2, 1], 'SAME')": (None, 3, 4, 6),
    "tf.nn.max_pool(img, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME')": (None, 4, 4, 3),
    "tf.nn.max_pool(img, ksize=[1, 3, 2, 1], strides=[1, 2, 2, 1], padding='VALID')": (None, 3, 4, 3),
    "tf.nn.avg_pool(img, ksize=[1, 2, 2, 1], strides=[1, 1, 1, 1], padding='VALID')": (None, 7, 7, 3),
    "tf.nn.bias_add(tf.matmul(x, w), tf.zeros([5]))": (None, 5),
    "tf.nn.dropout(x, 0.5)": (None, 4),
    "tf.nn.relu(img)": (None, 8, 8, 3),
    "tf.nn.embedding_lookup(w, labels)": (None, 5),
    "tf.gather(w, labels)": (None, 5),
    "tf.gather(w, [[0, 1], [1, 0]])": (2, 2, 5),
    "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=x)": (None,),
    "tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x)": (None,),
    "tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x)": (None, 4),
    "tf.nn.l2_loss(w)": (),
    "tf.nn.xw_plus_b(x, w, tf.zeros([5]))": (None, 5),
    "tf.tile(x, [1, 3])": (None, 12),
    "tf.tile(tf.ones([2, 3]), [2, 1])": (4, 3),
    "tf.ones([2, 3])": (2, 3),
    "tf.fill([2, 3], 1.)": (2, 3),
    "tf.random_normal([4, 2])": (4, 2),
    "tf.constant([[1., 2.], [3., 4.]])": (2, 2),
    "tf.constant(0., shape=[3, 2])": (3, 2),
    "tf.shape(img)": (4,),
    "tf.zeros_like(img)": (None, 8, 8, 3),
    "tf.maximum(x, 0.)": (None, 4),
    "tf.pow(x, 2)": (None, 4),
    "tf.squared_difference(x, y)": (None, 4),
    "tf.clip_by_value(x, 0., 1.)": (None, 4),
    "tf.stop_gradient(x)": (None, 4),
    "tf.identity(img)": (None, 8, 8, 3),
    "x[0]": (4,),
    "x[:, 1]": (None,),
    "x[:, 1:3]": (None, 2),
    "img[:, 2:, :4]": (None, 6, 4, 3),
    "img[0, 1]": (8, 3),
    "w[1:]": (3, 5),
    "w[::2]": (2, 5),
    "w[-1]": (5,),
    "x / tf.reduce_sum(x, 1, keepdims=True)": (None, 4),
    "tf.reduce_mean(tf.square(x - y), axis=1)": (None,),
    "tf.log(x)": (None, 4),
    "tf.div(x, y)": (None, 4),
    "tf.nn.l2_normalize(x, 1)": (None, 4),
}
NOT_KNOWN = (
    "x > 1.",
    "tf.slice(x, [0, 0], [1, 2])",
    "tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)])",
    "tf.cond(tf.constant(True), lambda: x, lambda: x * 2.)",
    "tf.tensordot(x, w, 1)",
    "tf.reshape(x, [int(input()), -1])",
    "tf.ones([len(open('f').read()), 2])",
    "x * open('f').read()",
    "tf.placeholder(tf.float32) + 1.",
    "tf.concat([x, tf.placeholder(tf.float32)], 0)",
)


def _static(code: str) -> tuple[int | None, ...] | None:
    walked = Walked(f"{HEAD}result = {code}\n")
    stmt = walked.module.tree.body[-1]
    assert isinstance(stmt, ast.Assign)
    value: Value = walked.facts.values[stmt.value]
    assert isinstance(value, (Node, Var))
    return value.static


@pytest.mark.parametrize(("code", "shape"), MEASURED.items(), ids=MEASURED)
def test_as_measured(code: str, shape: tuple[int | None, ...]) -> None:
    assert _static(code) == shape


@pytest.mark.parametrize("code", NOT_KNOWN)
def test_not_known(code: str) -> None:
    assert _static(code) is None


def test_a_shape_that_a_loop_changes_is_not_known() -> None:
    walked = Walked(f"{HEAD}h = x\nfor _ in range(int(input())):\n    h = tf.concat([h, x], 1)\nresult = h\n")
    stmt = walked.module.tree.body[-1]
    assert isinstance(stmt, ast.Assign)
    value = walked.facts.values[stmt.value]
    assert isinstance(value, Node) and value.static is None


def test_set_shape_changes_what_is_known() -> None:
    walked = Walked(f"{HEAD}before = x.shape\nx.set_shape([7, 4])\nafter = x.shape.as_list()\n")
    sizes = [[getattr(v, "const", None) for v in getattr(walked.value(part), "items", [])]
             for part in ("x.shape", "x.shape.as_list()")]  # fmt: skip
    assert sizes == [[7, 4], [7, 4]]

"""tf.layers: what is refused, and the texts of single layers."""

from __future__ import annotations

import pytest
from rewriting import check, check_refused, program, rewrite

RUN = """
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(h, {x: [[1., 2.]]}))
"""
REFUSED: dict[str, tuple[str, str]] = {
    "a condition": (
        """
        x = tf.placeholder(tf.float32, [None, 2])
        if len("ab") > 1:
            h = tf.layers.dense(x, 3)  # here
        else:
            h = x
        """,
        "a layer is made in a loop or condition",
    ),
    "a comprehension": (
        """
        x = tf.placeholder(tf.float32, [None, 2])
        h = tf.add_n([tf.layers.dense(x, 3) for _ in range(1)])  # here
        """,
        "a layer is made in a loop or condition",
    ),
    "a helper": (
        """
        x = tf.placeholder(tf.float32, [None, 2])
        def net(t):
            return tf.layers.dense(t, 3)
        h = net(x) if len("ab") > 1 else x  # here
        """,
        "is called in an expression that may run several times or never",
    ),
    "a size that is not known": (
        """
        x = tf.placeholder(tf.float32, [None, None])
        h = tf.layers.dense(x, 3)  # here
        """,
        "the last size of a layer's input is not statically known",
    ),
    "a size whose name is bound again": (
        """
        import os
        size = len(os.environ)
        x = tf.placeholder(tf.float32, [None, size])
        size = 3
        h = tf.layers.dense(x, size)  # here
        """,
        "the size `size` of a layer's input can't be written down",
    ),
    "a function that reads a name which changes": (
        """
        x = tf.placeholder(tf.float32, [None, 2])
        slope = 0.1
        h = tf.layers.dense(x, 3, activation=lambda z: z * slope)  # here
        slope = 0.2
        """,
        "`slope` changes",
    ),
    "an argument of the graph": (
        """
        x = tf.placeholder(tf.float32, [None, 2])
        h = tf.layers.dense(x, int(x.shape[1]))  # here
        """,
        "",
    ),
    "a loss of activities": (
        """
        x = tf.placeholder(tf.float32, [None, 2])
        h = tf.layers.dense(x, 3, activity_regularizer=tf.nn.l2_loss)  # here
        """,
        "a regularizer whose loss is read",
    ),
    "initialised again": (
        """
        x = tf.placeholder(tf.float32, [None, 2])
        h = tf.layers.dense(x, 3)  # here
        up = tf.train.GradientDescentOptimizer(1.).minimize(tf.reduce_sum(h * h))
        first = tf.Session()
        first.run(tf.global_variables_initializer())
        first.run(up, {x: [[1., 2.]]})
        first.run(tf.global_variables_initializer())
        first.close()
        """,
        "initialised again",
    ),
    "unknown reuse": (
        """
        import os
        x = tf.placeholder(tf.float32, [None, 2])
        h = tf.layers.dense(x, 3, name="a", reuse="R" in os.environ)  # here
        """,
        "whether a layer's variables are shared (reuse) is not statically known",
    ),
    "dropout that is a tensor or not": (
        """
        x = tf.placeholder(tf.float32, [None, 2])
        on = tf.placeholder(tf.bool, [])
        def drop(t, training):
            return tf.layers.dropout(t, training=training)  # here
        h = drop(drop(x, on), True)
        """,
        "dropout whose `training` is a tensor in one call",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    before, message = REFUSED[case]
    check_refused(before + RUN, message)


def test_names_and_types() -> None:
    check(
        """
        import numpy as np
        x = tf.placeholder(tf.float64, [None, 2])
        with tf.variable_scope('a'):
            with tf.variable_scope('b'):
                h = tf.layers.dense(x, 3, name='out')
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(h, {x: np.ones([1, 2])}))
        """,
        """
        import numpy as np
        out = tf.keras.layers.Dense(3, dtype="float64", name='out')
        with tf.name_scope("a/b"):
            out.build([None, 2])


        @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float64)])
        def compute_h(x):
            h = out(x)
            return h


        print(compute_h(np.ones([1, 2])).numpy())
        """,
    )


@pytest.mark.parametrize(
    ("scopes", "names"),
    [
        ("tf.layers.dense(x, 3); tf.layers.dense(x, 3)", ["dense", "dense_1", "dense_2"]),
        ("with tf.variable_scope('dense'): pass", ["dense_1"]),
        ("with tf.name_scope('n'): tf.layers.dense(x, 3)", ["dense", "dense_1"]),
        ("with tf.variable_scope('s'): tf.layers.dense(x, 3); tf.layers.dense(x, 3)", ["dense", "dense_1", "dense"]),
    ],
)
def test_default_names_are_those_of_tf1(scopes: str, names: list[str]) -> None:
    text = f"x = tf.placeholder(tf.float32, [None, 2])\n{scopes}\nh = tf.layers.dense(x, 3)\n"
    text += "every = tf.trainable_variables()\n"
    result = rewrite(program(text) + program(RUN).removeprefix("import tensorflow as tf\n"))
    assert result.changed, result.diagnostics
    made = [line.split('name="')[1].split('"')[0] for line in result.source.splitlines() if "layers.Dense(" in line]
    assert made == names

"""Functions that make variables along with graph: what is refused, and how variables are shared."""

from __future__ import annotations

import pytest
from rewriting import check_refused, program, rewrite

RUN = """
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(h, {x: [[1., 2.]]}))
"""
HEAD = """
        import numpy as np
        x = tf.placeholder(tf.float32, [None, 2])
"""
REFUSED: dict[str, tuple[str, str]] = {
    "variables in a loop": (
        """
        def net(t):
            for i in range(2):
                t = tf.matmul(t, tf.Variable(tf.zeros([2, 2])))
            return t
        h = net(x)
        """,
        "a helper",
    ),
    "called in a loop": (
        """
        def net(t):
            w = tf.Variable(tf.zeros([2, 2]))
            return tf.matmul(t, w)
        h = x
        for _ in range(2):
            h = net(h)
        """,
        "makes variables and is called in a loop",
    ),
    "used as a value": (
        """
        def net(t):
            w = tf.Variable(tf.zeros([2, 2]))
            return tf.matmul(t, w)
        h = net(x)
        nets = [net]  # here
        """,
        "is used in another way than by its calls",
    ),
    "variables of a tensor": (
        """
        def net(t, start):
            w = tf.Variable(start)
            return tf.matmul(t, w)
        h = net(x, tf.random_normal([2, 2]))
        """,
        "depend on its parameter `start`",
    ),
    "a write": (
        """
        def net(t):
            w = tf.Variable(tf.zeros([2, 2]))
            return tf.matmul(t, tf.assign(w, tf.ones([2, 2])))
        h = net(x)
        """,
        "a helper makes variables and changes them",
    ),
    "a variable of others": (
        """
        with tf.variable_scope("a"):
            v = tf.get_variable("w", [2, 2])
        def net(t):
            with tf.variable_scope("a", reuse=True):
                w = tf.get_variable("w", [2, 2])
                return tf.matmul(t, w)
        h = net(x)
        """,
        "that other code made",
    ),
    "NumPy's draws where variables are shared": (
        """
        def net(t):
            with tf.variable_scope("a", reuse=tf.AUTO_REUSE):
                w = tf.get_variable("w", initializer=np.random.rand(2, 2).astype("f"))
                return tf.matmul(t, w)
        h = net(net(x))
        """,
        "ran at each of its calls",
    ),
    "names that are made unique": (
        """
        def net(t):
            with tf.name_scope("layer"):
                w = tf.Variable(tf.zeros([2, 2]), name="w")
                return tf.matmul(t, w)
        h = net(net(x))
        """,
        "its name can't be written down",
    ),
    "a size that is open": (
        """
        def net(t):
            n = t.get_shape()[0]
            w = tf.Variable(tf.zeros([n, 2]))
            return tf.matmul(w, t, transpose_a=True)
        h = net(x)  # here
        """,
        "a size of its input that is not statically known",
    ),
    "a scope's value": (
        """
        def net(t):
            with tf.variable_scope("a") as scope:
                w = tf.get_variable("w", [2, 2])
                return tf.matmul(t, w, name=scope.name)
        h = net(x)
        """,
        "uses a scope as a value",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    before, message = REFUSED[case]
    check_refused(HEAD + before + RUN, message)


def made(text: str) -> list[str]:
    """Return the lines that make the objects of a program."""
    result = rewrite(program(HEAD) + program(text + RUN).removeprefix("import tensorflow as tf\n"))
    assert result.changed, result.diagnostics
    return [line for line in result.source.splitlines() if " = Net(" in line]


NET = """
        def net(t, n, scope, reuse=None):
            with tf.variable_scope(scope, reuse=reuse):
                w = tf.get_variable("w", [2, n])
                return tf.matmul(t, w)
"""


def test_calls_with_variables_of_their_own_have_objects_of_their_own() -> None:
    assert made(NET + '        h = net(net(x, 2, "a"), 2, "b")\n') == ['a = Net(2, "a")', 'b = Net(2, "b")']


def test_calls_that_share_variables_share_the_object() -> None:
    text = NET + '        h = net(net(x, 2, "a"), 2, "a", reuse=True) + net(x, 2, scope="a", reuse=tf.AUTO_REUSE)\n'
    assert made(text) == ['net = Net(2, "a")']


def test_an_object_is_made_in_the_scopes_of_its_call() -> None:
    text = NET + '        with tf.variable_scope("o"):\n            h = net(x, 2, "a")\n'
    result = rewrite(program(HEAD) + program(text + RUN).removeprefix("import tensorflow as tf\n"))
    assert 'with tf.name_scope("o"):\n    net = Net(2, "a")\n' in str(result.source)

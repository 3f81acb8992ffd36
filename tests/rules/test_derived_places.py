"""Repaired writes in helpers, loops, lambdas and larger statements; names that mean something else at the write."""

from __future__ import annotations

import pytest
from rewriting import check_refused, program, rewrite

RUN = """
sess = tf.Session()
sess.run(tf.global_variables_initializer())
print(sess.run(write))
"""
AB = """
a = tf.Variable([[1., 2., 3.], [4., 5., 6.]])
b = tf.Variable([[7., 8., 9.], [0., 1., 2.]])
"""
# what is written -> the lines that must come out, in this order
CONVERTED = {
    "a bound that changes after the slice": (
        "v = tf.Variable([1., 2., 3.])\nk = 2\nt = tf.reverse(v[:k], [0])\nk = 3\nwrite = tf.assign(t, [8., 9.])",
        "    v[:2].assign(tf.reverse(tf.constant([8., 9.], dtype=v.dtype), axis=[0]))\n",
    ),
    "a parameter that is also a name of the module": (
        AB + "axis = 0\ndef join(x, y, axis):\n    return tf.concat([x, y], axis)\n"
        "write = tf.assign(join(a, b, 1), tf.ones([2, 6]))",
        "    part_a, part_b = tf.split(tf.ones([2, 6]), [a.shape[1], b.shape[1]], axis=1)\n"
        "    a.assign(part_a)\n    b.assign(part_b)\n",
    ),
    "a helper that writes, called for two variables": (
        AB + "def turn(x, value):\n    return tf.assign(tf.transpose(x), value)\n"
        "first = turn(a, tf.ones([3, 2]))\nsecond = turn(b, tf.zeros([3, 2]))\nwrite = tf.group(first, second)",
        "def turn(x, value):\n    x.assign(tf.transpose(value))\n    return tf.transpose(x)\n",
    ),
    "a helper that derives, called for two variables": (
        AB + "def flat(t):\n    u = tf.transpose(t)\n    return tf.reshape(u, [-1])\n"
        "first = tf.assign(flat(a), tf.ones([6]))\nsecond = tf.assign(flat(b), tf.zeros([6]))\n"
        "write = tf.group(first, second)",
        "    a.assign(tf.transpose(tf.reshape(tf.ones([6]), [a.shape[1], a.shape[0]])))\n"
        "    b.assign(tf.transpose(tf.reshape(tf.zeros([6]), [b.shape[1], b.shape[0]])))\n",
    ),
    "in a lambda": (
        AB + "setter = lambda x: tf.assign(tf.concat([a, b], 0), x)\nwrite = setter(tf.ones([4, 3]))",
        "def assign_a_b(x):\n    part_a, part_b = tf.split(x, [a.shape[0], b.shape[0]], axis=0)\n"
        "    a.assign(part_a)\n    b.assign(part_b)\n    return tf.concat([a, b], axis=0)\n\n\nsetter = assign_a_b\n",
    ),
    "in a comprehension": (
        AB + "write = tf.group(*[tf.assign(tf.transpose(p), tf.ones([3, 2])) for p in [a, b]])",
        "    [tf.transpose(p.assign(tf.transpose(tf.ones([3, 2])))) for p in [a, b]]\n",
    ),
    "in a larger expression": (
        AB + "write = tf.reduce_sum(tf.assign(tf.transpose(a), tf.ones([3, 2])) * 2.)",
        "    a.assign(tf.transpose(tf.ones([3, 2])))\n    write = tf.reduce_sum(tf.transpose(a) * 2.)\n",
    ),
    "in another write": (
        AB + "write = tf.assign(tf.transpose(b), tf.assign(tf.transpose(a), tf.ones([3, 2])) + 1.)",
        "    a.assign(tf.transpose(tf.ones([3, 2])))\n    b.assign(tf.transpose(tf.transpose(a) + 1.))\n",
    ),
    "in a branch of a condition": (
        AB + "def yes():\n    return tf.assign(tf.transpose(a), tf.ones([3, 2]))\n"
        "write = tf.cond(tf.constant(True), yes, lambda: tf.transpose(a))",
        "def yes():\n    a.assign(tf.transpose(tf.ones([3, 2])))\n    return tf.transpose(a)\n",
    ),
    "a scatter of a slice": (
        "v = tf.Variable([1., 2., 3.])\nwrite = tf.scatter_add(v[1:], [0], [5.])",
        "    v[1:].assign(tf.tensor_scatter_nd_add(v[1:], tf.expand_dims([0], -1), "
        "tf.constant([5.], dtype=v.dtype)))\n",
    ),
}
REFUSED = {
    "a selector that is drawn": (
        "import numpy as np\nv = tf.Variable([1., 2.])\n"
        "write = tf.assign(tf.boolean_mask(v, np.random.rand(2) > .5), [1., 2.])  # here",
        "changes, draws or lives in another function",
    ),
    "two variables in one name of a helper": (
        AB + "def both(x, y):\n    return tf.assign(tf.concat([x, y], 0), tf.ones([4, 3]))  # here\n"
        "write = tf.group(both(a, b), both(a, a))",
        "element in common",
    ),
}


@pytest.mark.parametrize(("before", "lines"), CONVERTED.values(), ids=CONVERTED)
def test_converted(before: str, lines: str) -> None:
    result = rewrite(program(before + RUN))
    assert lines in result.source, (result.source, [d.message for d in result.diagnostics])


@pytest.mark.parametrize(("before", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(before: str, message: str) -> None:
    check_refused(before + RUN, message)


UNREACHED = {
    "in a loop": "for p in [a, b]:\n    write = tf.assign(p, tf.ones([2, 3]))  # here",
    "in a tuple": "write, other = tf.assign(a, tf.ones([2, 3])), tf.assign(b, tf.ones([2, 3]))  # here",
}


@pytest.mark.parametrize("text", UNREACHED.values(), ids=UNREACHED)
def test_a_write_that_no_fetch_needs_is_not_run_beside_one(text: str) -> None:
    check_refused(AB + text + RUN, "TF1 doesn't run it")

"""What is said about random numbers, and how loudly; each case was measured in TensorFlow 1.15.5."""

from __future__ import annotations

import pytest
from rewriting import program, rewrite

NOTES: dict[str, tuple[str, str, str]] = {
    "one seeded op in two functions": (
        "r = tf.random_normal([2], seed=1)\nsess = tf.Session()\nprint(sess.run(r), sess.run(r + 1))\n",
        "manual",
        "draw from streams of their own",
    ),
    "one op in two functions, graph seed": (
        "tf.set_random_seed(1)\nr = tf.random_normal([2])\nsess = tf.Session()\nprint(sess.run(r), sess.run(r + 1))\n",
        "manual",
        "draw from streams of their own",
    ),
    "dropout in training and evaluation": (
        """
        tf.set_random_seed(1)
        x = tf.placeholder(tf.float32, [None])
        w = tf.Variable(1.)
        loss = tf.reduce_sum(tf.square(tf.nn.dropout(x * w, .5)))
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss)
        sess = tf.Session()
        sess.run(train, {x: [1., 2.]})
        print(sess.run(loss, {x: [1., 2.]}))
        """,
        "info",
        "draw from streams of their own",
    ),
    "a graph seed alone": (
        "tf.set_random_seed(1)\nr = tf.random_normal([2])\nsess = tf.Session()\nprint(sess.run(r))\n",
        "info",
        "other numbers than in TF1",
    ),
    "two ops with a graph seed alone": (
        """
        tf.set_random_seed(1)
        r = tf.random_normal([2])
        s = tf.random_normal([2]) * 2.
        sess = tf.Session()
        print(sess.run(r), sess.run(s))
        """,
        "manual",
        "may draw equal ones",
    ),
    "two sessions": (
        """
        r = tf.random_normal([2], seed=1)
        with tf.Session() as sess:
            print(sess.run(r))
        with tf.Session() as sess:
            print(sess.run(r))
        """,
        "manual",
        "start anew in each session",
    ),
    "an op that each run makes": (
        "sess = tf.Session()\nfor _ in range(2):\n    print(sess.run(tf.random_normal([2], seed=4)))\n",
        "manual",
        "makes this op anew in each run",
    ),
    "start values of one seed": (
        """
        v = tf.Variable(tf.random_normal([2], seed=4))
        w = tf.Variable(tf.random_normal([3], seed=4))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([v, w]))
        """,
        "info",
        "the same seed again",
    ),
    "seeded start values in each session": (
        """
        w = tf.Variable(tf.random_normal([2], seed=4))
        init = tf.global_variables_initializer()
        for _ in range(2):
            with tf.Session() as sess:
                sess.run(init)
                print(sess.run(w))
        """,
        "manual",
        "anew in each session, the same ones each time",
    ),
    "seeded start values in each round": (
        """
        w = tf.get_variable('w', [2], initializer=tf.random_normal_initializer(seed=4))
        init = tf.global_variables_initializer()
        sess = tf.Session()
        for _ in range(2):
            sess.run(init)
            print(sess.run(w))
        """,
        "manual",
        "first round takes the first numbers",
    ),
}
SILENT: dict[str, str] = {
    "no seed, two functions": "r = tf.random_normal([2])\nsess = tf.Session()\nprint(sess.run(r), sess.run(r + 1))\n",
    "one seeded op in one function": ("r = tf.random_normal([2], seed=1)\nsess = tf.Session()\nprint(sess.run(r))\n"),
    "a seed of None": (
        "r = tf.random_normal([2], seed=None)\nsess = tf.Session()\nprint(sess.run(r), sess.run(r + 1))\n"
    ),
    "start values without a seed": """
        w = tf.Variable(tf.random_normal([2]))
        u = tf.get_variable('u', [2], initializer=tf.zeros_initializer())
        init = tf.global_variables_initializer()
        for _ in range(2):
            with tf.Session() as sess:
                sess.run(init)
                print(sess.run([w, u]))
        """,
    "a graph seed that nothing reads": """
        tf.set_random_seed(1)
        w = tf.Variable(1.)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
    "seeds of their own": (
        "r = tf.random_normal([2], seed=1)\ns = tf.random_normal([2], seed=2)\nsess = tf.Session()\n"
        "print(sess.run(r), sess.run(s))\n"
    ),
}


@pytest.mark.parametrize(("text", "severity", "part"), NOTES.values(), ids=NOTES)
def test_what_is_said(text: str, severity: str, part: str) -> None:
    result = rewrite(program(text))
    assert result.changed
    found = [d for d in result.diagnostics if d.code == "MIG205" and part in d.message]
    assert [d.severity.value for d in found] == [severity], [d.message for d in result.diagnostics]


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_what_needs_no_word(text: str) -> None:
    result = rewrite(program(text))
    assert result.changed
    assert [d.message for d in result.diagnostics if d.code == "MIG205"] == []

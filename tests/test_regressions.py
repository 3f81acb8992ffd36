"""Regressions: one test for each fault that reviewers found in the core."""

# ruff: noqa: E501
from __future__ import annotations

import pytest
from rewriting import HEAD, check, check_refused, program, rewrite

from migrator.pipeline import rewrite_sources

RUN = "sess = tf.Session()\nsess.run(tf.global_variables_initializer())\n"


def source(text: str) -> str:
    return str(rewrite(program(text)).source)


def test_order_of_draws() -> None:
    out = source(
        "import numpy as np\nx = tf.placeholder(tf.float32, [2])\ny = x * np.random.rand(2) + np.random.randn(2)\n"
        "sess = tf.Session()\nprint(sess.run(y, {x: [1., 1.]}))\n"
    )
    assert out.index("np.random.rand(2)") < out.index("np.random.randn(2)")


@pytest.mark.parametrize("dead", ["dead = x * np.random.rand(2)", "dead = tf.Variable(1.) * x + np.random.rand(2)"])
def test_dead_draws_stay(dead: str) -> None:
    out = source(
        f"import numpy as np\nx = tf.placeholder(tf.float32, [2])\n{dead}\n"
        "sess = tf.Session()\nprint(sess.run(x * 2, {x: [1., 1.]}))\n"
    )
    assert "np.random.rand(2)" in out


@pytest.mark.parametrize("make, draw", [("np.random.RandomState(0)", "it.rand(2)"), ("iter([2., 3.])", "next(it)")])
def test_t7_draws_are_hoisted_or_refused(make: str, draw: str) -> None:
    text = program(
        f"import numpy as np\nit = {make}\nx = tf.placeholder(tf.float32, [2])\ny = x + {draw}\n"
        "sess = tf.Session()\nprint(sess.run(y, {x: [1., 1.]}))\n"
    )
    result = rewrite(text)
    assert not result.changed or f"= {draw}\n" in str(result.source)


def test_draw_in_a_fetch() -> None:
    check_refused(
        "import numpy as np\nx = tf.placeholder(tf.float32, [])\nsess = tf.Session()\nfor _ in range(2):\n"
        "    print(sess.run(x * np.random.rand(), {x: 1.}))  # here\n",
        "",
    )


def test_graph_in_the_with() -> None:
    text = "with tf.Graph().as_default():\n    x = tf.placeholder(tf.float32, [2])\n    y = x * 2\n"
    result = rewrite(program(f"{text}    with tf.Session() as sess:\n        print(sess.run(y, {{x: [1., 2.]}}))\n"))
    assert result.changed and str(result.source).endswith("\n\n\nprint(compute_y([1., 2.]).numpy())\n")


def test_initializer_class() -> None:
    check(
        f"w = tf.get_variable('w', [2], initializer=tf.zeros_initializer)\n{RUN}print(sess.run(w))\n",
        "w = tf.Variable(tf.zeros_initializer()([2]), name='w')\nprint(w.numpy())\n",
    )


@pytest.mark.parametrize(
    "argument", ["initializer=tf.zeros_initializer()", "dtype=tf.float64", "regularizer=tf.nn.l2_loss"]
)
def test_arguments_of_scopes(argument: str) -> None:
    result = rewrite(
        program(
            f"with tf.variable_scope('s', {argument}):\n    w = tf.get_variable('w', [2])\n{RUN}print(sess.run(w))\n"
        )
    )
    assert not result.changed or argument.split("=")[1] in str(result.source)


def test_unknown_names_in_scopes() -> None:
    result = rewrite(
        program(
            "with tf.variable_scope('a'):\n    v = tf.get_variable('v' + str(1), initializer=1.)\n"
            f"{RUN}print(sess.run(v))\n"
        )
    )
    assert not result.changed or "a/" in str(result.source)


def test_reset_of_a_helpers_variable() -> None:
    result = rewrite(
        program(
            "def weight(value):\n    return tf.Variable(tf.fill([2], value))\nw = weight(1.)\n"
            f"up = w.assign_add([1., 1.])\n{RUN}sess.run(up)\nsess.run(tf.global_variables_initializer())\n"
        )
    )
    assert not result.changed or "w.assign(tf.fill([2], value))" not in str(result.source)


def test_minimize_in_the_run() -> None:
    result = rewrite(
        program(
            f"w = tf.Variable(1.)\nopt = tf.train.GradientDescentOptimizer(.1)\n{RUN}"
            "sess.run(opt.minimize(tf.square(w)))\n"
        )
    )
    assert not result.changed or "apply_gradients" in str(result.source)


def test_parts_of_one_variable() -> None:
    out = source(
        f"v = tf.Variable([1., 2., 3., 4.])\nup = tf.assign(tf.concat([v[2:], v[:2]], 0), [1., 2., 3., 4.])\n{RUN}"
        "sess.run(up)\n"
    )
    assert "part_v, part_v " not in out


def test_del() -> None:
    check(f"w = tf.Variable(1.)\n{RUN}print(sess.run(w))\ndel sess\n", "w = tf.Variable(1.)\nprint(w.numpy())\n")


LIB = HEAD + "def double(t):\n    return tf.log(t) * 2\n"
USER = (
    HEAD
    + "from lib import double\nx = tf.placeholder(tf.float32, [])\nsess = tf.Session()\nprint(sess.run(double(x), {x: 1.}))\n"
)


def test_t28_t29_units_of_several_modules() -> None:
    def changed(files: dict[str, str], **options: list[str]) -> set[str]:
        return {p for p, f in rewrite_sources(files, **options).files.items() if f.changed}

    assert not changed({"p.py": USER, "lib.py": LIB}, writable=["lib.py"])
    assert not changed({"p.py": "# migrator: skip-file\n" + USER, "lib.py": LIB})
    assert not changed({"p.py": USER, "lib.py": "# migrator: skip-file\n" + LIB})
    user = HEAD + f"import lib\n{RUN}print(sess.run(lib.w))\n"
    assert len(changed({"p.py": user, "lib.py": HEAD + "w = tf.get_variable('w', [2])\n"})) in (0, 2)


def test_t34_match_and_elif() -> None:
    head = f"w = tf.Variable(1.)\n{RUN}"
    check(
        head + "match 2:\n    case 2:\n        print(sess.run(w))\n",
        "w = tf.Variable(1.)\nmatch 2:\n    case 2:\n        print(w.numpy())\n",
    )
    check(
        head + "if sess.run(w) > 5:\n    print(5)\nelif sess.run(w) > 2:\n    print(2)\n",
        "w = tf.Variable(1.)\nif w.numpy() > 5:\n    print(5)\nelif w.numpy() > 2:\n    print(2)\n",
    )


@pytest.mark.parametrize("name", ["nn.dropout(x, 0.25)", "nn.softmax_cross_entropy_with_logits(labels=x, logits=x)"])
def test_names_of_both_versions_in_one_file(name: str) -> None:
    """tf.compat.v1 beside plain names whose meaning changed: whose names the plain ones are can't be told."""
    text = f"x = tf.compat.v1.placeholder(tf.float32, [4])\ny = tf.{name}\nwith tf.compat.v1.Session() as sess:\n"
    result = rewrite(program(text + "    print(sess.run(y, {x: [1.] * 4}))\n"))
    assert not result.changed
    assert any("mixture" in d.message for d in result.diagnostics), [d.message for d in result.diagnostics]


LABELS = """
x = tf.placeholder(tf.float32, [None, 3])
a = tf.nn.softmax_cross_entropy_with_logits_v2(labels=x, logits=x)
b = tf.losses.log_loss(x, tf.nn.sigmoid(x))
with tf.Session() as sess:
    print(sess.run([a, b], {x: [[1., 2., 3.]]}))
"""


def test_c54_what_was_converted_is_tensorflow_2() -> None:
    """A name that stays on tf.compat.v1 doesn't make the file TensorFlow 1 again."""
    first = rewrite(program(LABELS))
    assert "tf.compat.v1.losses.log_loss" in first.source and "stop_gradient" not in first.source
    again = rewrite(str(first.source))
    assert (again.source, again.changed) == (first.source, False)


def test_training_made_in_each_round() -> None:
    """With a name in the loop it is made anew as TF1 did; in the run itself it is refused."""
    head = "w = tf.Variable(1.)\nloss = tf.square(w - 3.)\nsess = tf.Session()\n"
    head += "sess.run(tf.global_variables_initializer())\nfor i in range(3):\n"
    inline = rewrite(program(head + "    sess.run(tf.train.GradientDescentOptimizer(.1).minimize(loss))\n"))
    assert not inline.changed and "made in the run" in inline.diagnostics[0].message
    named = rewrite(program(head + "    op = tf.train.GradientDescentOptimizer(.1).minimize(loss)\n    sess.run(op)\n"))
    assert named.changed and "apply_gradients" in named.source

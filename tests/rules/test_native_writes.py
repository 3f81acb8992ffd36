"""TensorFlow 2 code that writes to derived tensors gets the same repair; all other TensorFlow 2 code stays."""

from __future__ import annotations

from typing import Any

import pytest
from rewriting import program, rewrite

AB = """
a = tf.Variable([[1., 2., 3.], [4., 5., 6.]])
b = tf.Variable([[7., 8., 9.], [0., 1., 2.]])
"""
NET = """
class Net(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable(tf.zeros([2, 2]))
        self.b = tf.Variable(tf.zeros([2]))

    @tf.function
    def set_flat(self, theta):
        flat = tf.concat([tf.reshape(self.w, [-1]), self.b], 0)
        flat.assign(theta)
"""
# text -> the lines that must come out, and the values of expressions once it has run
REPAIRED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "eager": (
        AB + "both = tf.concat([a, b], axis=0)\nboth.assign(tf.zeros([4, 3]))",
        "a.assign(part_a)\nb.assign(part_b)\n",
        {"a": [[0.0] * 3] * 2, "b": [[0.0] * 3] * 2},
    ),
    "a tensor that is read again": (
        AB + "turned = tf.transpose(a)\nturned.assign_add(tf.ones([3, 2]))\nshown = turned + 0.",
        "a.assign_add(tf.transpose(tf.ones([3, 2])))\nturned = tf.transpose(a)\n",
        {"a": [[2.0, 3.0, 4.0], [5.0, 6.0, 7.0]], "shown": [[2.0, 5.0], [3.0, 6.0], [4.0, 7.0]]},
    ),
    "in a tf.function": (
        AB + "@tf.function\ndef step(x):\n    row = tf.gather(a, [1])\n    row.assign(x)\nstep([[9., 9., 9.]])",
        "    a[1:2].assign(",
        {"a": [[1.0, 2.0, 3.0], [9.0, 9.0, 9.0]]},
    ),
    "in a loop": (
        AB + "flat = tf.concat([tf.reshape(p, [-1]) for p in [a, b]], axis=0)\n"
        "for step in range(2):\n    flat.assign_sub(flat * 0.5)\n",
        "    flat = tf.concat([tf.reshape(a, [-1]), tf.reshape(b, [-1])], axis=0)\n",
        {"a": [[0.25, 0.5, 0.75], [1.0, 1.25, 1.5]], "b": [[1.75, 2.0, 2.25], [0.0, 0.25, 0.5]]},
    ),
    "the value of the write": (
        AB + "new = tf.reverse(a, [0]).assign(tf.zeros([2, 3]))",
        "new = tf.reverse(a, axis=[0])\n",
        {"a": [[0.0] * 3] * 2, "new": [[0.0] * 3] * 2},
    ),
    "compat.v1.assign": (
        AB + "tf.compat.v1.assign(tf.transpose(a), tf.zeros([3, 2]))",
        "a.assign(tf.transpose(tf.zeros([3, 2])))\n",
        {"a": [[0.0] * 3] * 2},
    ),
    "assign_add of a slice, which variables lack": (
        AB + "a[0].assign_add([1., 1., 1.])",
        "a[0].assign(a[0] + [1., 1., 1.])\n",
        {"a": [[2.0, 3.0, 4.0], [4.0, 5.0, 6.0]]},
    ),
    "a method of a tf.Module": (
        NET + "net = Net()\nnet.set_flat(tf.range(6.))",
        "        self.w.assign(tf.reshape(part_w, self.w.shape))\n        self.b.assign(part_b)\n",
        {"net.w": [[0.0, 1.0], [2.0, 3.0]], "net.b": [4.0, 5.0]},
    ),
    "a method that the module does not call": (NET, "        self.b.assign(part_b)\n", {}),
    "a helper for several variables": (
        AB + "def set_column(v, i, x):\n    tf.transpose(v)[i].assign(x)\nset_column(a, 1, [0., 0.])\n"
        "set_column(b, 2, [5., 5.])",
        "    v[:, i].assign(x)\n",
        {"a": [[1.0, 0.0, 3.0], [4.0, 0.0, 6.0]], "b": [[7.0, 8.0, 5.0], [0.0, 1.0, 5.0]]},
    ),
}
ALONE = {
    "variables and slices": AB + "a.assign(b)\na[0].assign([1., 2., 3.])\n[a, b][1].assign_add(a)",
    "layers": "layer = tf.keras.layers.Dense(2)\nlayer.build([None, 3])\nlayer.kernel.assign(tf.zeros([3, 2]))",
    "an unknown owner": "def f(x):\n    x.assign(1.)\n    tf.transpose(x).assign(2.)",
    "an error that is expected": AB + "try:\n    tf.transpose(a).assign(b)\nexcept AttributeError:\n    pass",
    "a tensor of no variable": "tf.transpose(tf.ones([2, 3])).assign(tf.ones([3, 2]))",
}
REFUSED = {
    "a reduction": (AB + "tf.reduce_mean(a).assign(1.)", "a reduction loses the elements"),
    "positional arguments in another order": (
        AB + "tf.gather(a, [0, 1], None, 1).assign(tf.zeros([2, 2]))",
        "positional arguments mean something else",
    ),
    "a name that another function reads": (
        AB + "both = tf.concat([a, b], 0)\ndef show():\n    print(both)\nboth.assign(tf.ones([4, 3]))\nshow()",
        "would keep its old values",
    ),
    "a mask that was computed before": (
        AB + "part = tf.boolean_mask(b, tf.reduce_sum(a, 1) > 7.)\na.assign(-a)\npart.assign([[0., 0., 0.]])",
        "can't be written at the write",
    ),
}


@pytest.mark.parametrize(("text", "lines", "values"), REPAIRED.values(), ids=REPAIRED)
def test_repaired(text: str, lines: str, values: dict[str, Any]) -> None:
    np, _ = pytest.importorskip("numpy"), pytest.importorskip("tensorflow")
    result = rewrite(program(text + "\n"))
    assert lines in result.source, (result.source, [d.message for d in result.diagnostics])
    assert any("only variables do" in d.message for d in result.diagnostics)
    again = rewrite(result.source)
    assert not again.changed and not again.diagnostics
    space: dict[str, Any] = {}
    source = result.source.replace("@tf.function", "")  # a tf.function needs a file to read
    exec(compile(source, "p.py", "exec"), space)
    for name, expected in values.items():
        np.testing.assert_array_equal(eval(name, space).numpy(), expected)


@pytest.mark.parametrize("text", ALONE.values(), ids=ALONE)
def test_left_alone(text: str) -> None:
    result = rewrite(program(text))
    assert (result.source, result.changed, result.diagnostics) == (program(text), False, ())


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    result = rewrite(program(text))
    assert not result.changed
    assert [message in d.message for d in result.diagnostics] == [True]

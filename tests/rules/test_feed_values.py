"""What is fed is cast where TF1 cast it and a tf.function refuses it; all else stays as it was written."""

from __future__ import annotations

import pytest
from rewriting import program, rewrite

CASES: dict[str, tuple[str, str, str]] = {
    "a float for an integer": ("tf.int32, []", "1.5", "int(1.5)"),
    "a quotient for an integer": ("tf.int32, []", "n / 2", "int(n / 2)"),
    "a quotient of no known shape": ("tf.int32", "n / 2", "np.asarray(n / 2, np.int32)"),
    "a floor quotient": ("tf.int32, []", "n // 2", "n // 2"),
    "an integer": ("tf.int64, []", "n", "n"),
    "floats for integers": ("tf.int64, [None]", "[1.9, 2]", "np.asarray([1.9, 2], np.int64)"),
    "floats by name": ("tf.int32, [None]", "floats", "np.asarray(floats, np.int32)"),
    "floats of a loop": ("tf.int32", "one", "np.asarray(one, np.int32)"),
    "floats of a function": ("tf.int32", "mean([1])", "np.asarray(mean([1]), np.int32)"),
    "floats of a comprehension": (
        "tf.int32, [None]",
        "[f * 2 for f in floats]",
        "np.asarray([f * 2 for f in floats], np.int32)",
    ),
    "an array for integers": ("tf.int32, [None]", "np.array([1.5])", "np.array([1.5])"),
    "what NumPy computes": ("tf.int32", "np.mean(floats)", "np.mean(floats)"),
    "integers": ("tf.int32, [None]", "[1, 2]", "[1, 2]"),
    "what is not known": ("tf.int32, [None]", "batch()", "batch()"),
    "a number for a bool": ("tf.bool", "1", "bool(1)"),
    "numbers for bools": ("tf.bool, [None]", "[0, 1]", "np.asarray([0, 1], bool)"),
    "a loop's integer for a bool": ("tf.bool", "n", "np.asarray(n, bool)"),
    "a comparison": ("tf.bool", "n > 1", "n > 1"),
    "bools": ("tf.bool, [None]", "[True, False]", "[True, False]"),
    "something for one bool": ("tf.bool, []", "batch()", "bool(batch())"),
    "texts for floats": ("tf.float32, [None]", "['1.5', '2']", "np.asarray(['1.5', '2'], np.float32)"),
    "floats for doubles": ("tf.float64, [None]", "[.1, .2]", "[.1, .2]"),
    "texts": ("tf.string, [None]", "['a', 'b']", "['a', 'b']"),
}


@pytest.mark.parametrize(("placeholder", "value", "expected"), CASES.values(), ids=CASES)
def test_what_is_passed(placeholder: str, value: str, expected: str) -> None:
    result = rewrite(program(HEAD.format(placeholder=placeholder, value=value)))
    assert f"compute_y({expected})" in result.source, [d.message for d in result.diagnostics]
    assert f'{{"p": {expected}}}' in result.source


HEAD = """
import numpy as np
from data import batch
def mean(values):
    return sum(values) / len(values)
floats = [1.5, 2.5]
p = tf.placeholder({placeholder})
y = tf.identity(p)
sess = tf.Session()
for n in range(2):
    for one in (1.5, 2.5):
        print(sess.run(y, {{p: {value}}}))
        feed = {{p: {value}}}
        print(sess.run(y, feed))
"""


def test_numpy_is_imported_where_it_was_not() -> None:
    text = "p = tf.placeholder(tf.int32, [None])\nsess = tf.Session()\nprint(sess.run(p + 1, {p: [1.5]}))\n"
    assert rewrite(program(text)).source.startswith("import numpy as np\nimport tensorflow as tf\n")
    taken = rewrite(program("np = 3\n" + text)).source
    assert "import numpy\n" in taken and "numpy.asarray([1.5], numpy.int32)" in taken

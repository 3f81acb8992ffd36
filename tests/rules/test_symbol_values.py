"""TensorFlow names as values: parameters, loop variables, attributes, partial, getattr; and asking for the version."""

from __future__ import annotations

import pytest
from rewriting import check, check_refused, program, rewrite

from migrator.pipeline import rewrite_sources

KEPT = [
    # what calls a value keeps its text; the value is rewritten where it is written
    ("def apply(fn, x):\n    return fn(x)\n\n\napply(tf.log, 2.)\napply(tf.exp, 2.)\n", "tf.log", "tf.math.log"),
    ("for f in [tf.log, tf.exp]:\n    print(f(2.0))\n", "tf.log", "tf.math.log"),
    ("def dense(x, act=tf.log):\n    return act(x)\n\n\ndense(2., tf.exp)\n", "tf.log", "tf.math.log"),
    (
        "def dense(x, act=None):\n    if act is None:\n        act = tf.log\n    return act(x)\n",
        "tf.log",
        "tf.math.log",
    ),
    ("class A:\n    act = tf.log\n\n    def f(self):\n        return self.act\n", "tf.log", "tf.math.log"),
    ("log = tf.log\ny = log(2.)\n", "tf.log", "tf.math.log"),
    ("xs = list(map(tf.log, [1., 2.]))\n", "tf.log", "tf.math.log"),
    ("y = getattr(tf, 'log')(2.)\n", "getattr(tf, 'log')", "tf.math.log"),
    ("from functools import partial\nf = partial(tf.argmax, dimension=1)\n", "dimension", "axis"),
    ("from functools import partial\nf = partial(tf.nn.dropout, keep_prob=0.5)\n", "keep_prob", "rate"),
    ("def f(d: tf.log):\n    return isinstance(d, tf.Tensor)\n", "tf.log", "tf.math.log"),
    ("d = {'log': tf.log, 'tf.log': 1}  # tf.log\n", "'log': tf.log", "'log': tf.math.log"),
    ("act = tf.to_float\n", "tf.to_float", "(lambda x: tf.cast(x, tf.float32))"),
]


@pytest.mark.parametrize(("before", "old", "new"), KEPT)
def test_values(before: str, old: str, new: str) -> None:
    check(before, before.replace(old, new, 1))


def test_alias_of_a_module_stays_in_use() -> None:
    check(
        "gfile = tf.gfile\n\n\ndef f(p):\n    return gfile.Exists(p)\n",
        "gfile = tf.io.gfile\n\n\ndef f(p):\n    return gfile.exists(p)\n",
    )


def test_one_known_function_gets_its_argument_names() -> None:
    check(
        "def apply(fn, x):\n    return fn(x, keep_dims=True)\n\n\napply(tf.reduce_sum, [2.])\n",
        "def apply(fn, x):\n    return fn(x, keepdims=True)\n\n\napply(tf.reduce_sum, [2.])\n",
    )


REFUSED = [
    ("for f in [tf.reduce_sum, tf.reduce_max]:\n    f([1.], keep_dims=True)  # here\n", "may be several functions"),
    ("def g(f):\n    return f(0.5), tf.log(2.)  # here\n\n\ng(tf.random_normal_initializer)\n", "in another way"),
    ("from functools import partial\nf = partial(tf.nn.conv2d, padding='SAME')\nf(1, filter=2)  # here\ntf.log(1.)\n",
     "functools.partial"),
    ("from functools import partial\nf = partial(tf.losses.log_loss, weights=2.)  # here\n", "partial around"),
    ("name = 'log'\ny = getattr(tf, name)(tf.log(2.))  # here\n", "looked up by getattr"),
    ("if hasattr(tf, 'global_variables_initializer'):  # here\n    tf.log(1.)\n", "which TensorFlow this is"),
    ("if tf.__version__.startswith('1'):  # here\n    tf.log(1.)\n", "its answer changes"),
    ("old = tf.__version__ < '2'  # here\ntf.log(1.)\n", "its answer changes"),
    ("v = [int(n) for n in tf.VERSION.split('.')]  # here\nif v[0] < 2:\n    tf.log(1.)\n", "its answer changes"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "message"), REFUSED)
def test_refused(before: str, message: str) -> None:
    check_refused(before, message)


SAME_ANSWER = [
    "assert tf.__version__ >= '1.0'",
    "from distutils.version import LooseVersion\nassert LooseVersion(tf.__version__) >= LooseVersion('1.4')",
    "if int(tf.__version__.split('.')[0]) < 1:\n    print('old')",
    "print(tf.__version__)",
    "major = tf.__version__.split('.')[0]\nprint(major)",
    "if hasattr(tf, 'abs'):\n    pass",
]


@pytest.mark.parametrize("before", SAME_ANSWER)
def test_same_answer(before: str) -> None:
    check(f"{before}\ny = tf.log(2.)\n", f"{before}\ny = tf.math.log(2.)\n")


EVIDENCE = [
    ("tf.nn.conv2d(x, filter=w, strides=s, padding='SAME')", "tf.nn.conv2d(x, filters=w, strides=s, padding='SAME')"),
    ("tf.reduce_sum(x, keep_dims=True)", "tf.reduce_sum(x, keepdims=True)"),
    ("tf.mul(x, w)", "tf.multiply(x, w)"),
    ("tf.concat(1, [x, w])", "tf.concat(axis=1, values=[x, w])"),
    ("x.get_shape()[1].value + x.shape[0].value", "x.get_shape()[1] + x.shape[0]"),
    ("[d.value for d in x.get_shape()] + [tf.log(w)]", "[d for d in x.get_shape()] + [tf.math.log(w)]"),
]


@pytest.mark.parametrize(("before", "after"), EVIDENCE)
def test_a_library_shows_that_it_is_tf1(before: str, after: str) -> None:
    head = "def f(x, w, s):\n    return "
    check(f"{head}{before}\n", f"{head}{after}\n")


@pytest.mark.parametrize(
    "text", ["tf.nn.conv2d(x, w, s, 'SAME')", "tf.nn.dropout(x, 0.5)", "tf.reduce_sum(x, axis=1, keepdims=True)"]
)
def test_what_may_be_tf2_stays(text: str) -> None:
    source = program(f"def f(x, w, s):\n    return {text}\n")
    assert (rewrite(source).source, rewrite(source).diagnostics) == (source, ())


def test_one_import_is_enough() -> None:
    before = "from tensorflow import log\nimport tensorflow\n\ny = log(2.)\n"
    assert rewrite(before).source == "import tensorflow\n\ny = tensorflow.math.log(2.)\n"


LIBRARY = "import tensorflow as tf\n\n\ndef drop(x, keep):\n    return tf.nn.dropout(x, keep)\n"
SCRIPT = "import tensorflow as tf\nimport lib\n\nx = tf.placeholder(tf.float32, [2])\nwith tf.Session() as sess:\n"


def test_what_a_session_script_imports_is_tf1() -> None:
    files = rewrite_sources({"lib.py": LIBRARY, "p.py": f"{SCRIPT}    print(sess.run(x * 2, {{x: [1., 2.]}}))\n"}).files
    assert files["p.py"].changed
    assert files["lib.py"].source == LIBRARY.replace("(x, keep)\n", "(x, rate=1 - keep)\n")
    again = rewrite_sources({path: str(found.source) for path, found in files.items()}).files
    assert not any(found.changed for found in again.values())


def test_it_stays_with_a_refused_script() -> None:
    script = f"{SCRIPT}    print(sess.run(tf.layers.dense(x, 2), {{x: [1., 2.]}}))\n"
    files = rewrite_sources({"lib.py": LIBRARY, "p.py": script}).files
    assert not any(found.changed for found in files.values())
    assert files["lib.py"].diagnostics == ()

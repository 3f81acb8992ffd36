"""What tf_upgrade_v2 is known to get wrong: names it does not resolve, syntax it cannot read, files it damages."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

import migrator
from migrator.cli import cli

IMPORTED = "import tensorflow as tf\n"
# before, after; tf_upgrade_v2 leaves the text as it is, rewrites what is not TensorFlow, or raises
REWRITTEN = {
    "from-import": ("from tensorflow import log\ny = log(2.)\n", "import tensorflow as tf\ny = tf.math.log(2.)\n"),
    "other alias": ("import tensorflow as t\ny = t.log(2.)\n", "import tensorflow as t\ny = t.math.log(2.)\n"),
    "slim": (
        f"import tensorflow.contrib.slim as slim\n{IMPORTED}y = slim.flatten(tf.ones([2, 3, 4]))\n",
        f"{IMPORTED}y = tf.reshape(tf.ones([2, 3, 4]), [-1, 12])\n",
    ),
    "contrib aliases": (
        f"{IMPORTED}from tensorflow.contrib import layers as contrib_layers\nr = contrib_layers.l1_regularizer(0.1)\n",
        f"{IMPORTED}r = tf.keras.regularizers.L1(0.1)\n",
    ),
    "shadowed tf": (
        f"{IMPORTED}def f(tf):\n    return tf.log(2.)\ny = tf.log(2.)\n",
        f"{IMPORTED}def f(tf):\n    return tf.log(2.)\ny = tf.math.log(2.)\n",
    ),
    "walrus": (
        f"{IMPORTED}if (y := tf.log(2.)) is not None:\n    print(y)\n",
        f"{IMPORTED}if (y := tf.math.log(2.)) is not None:\n    print(y)\n",
    ),
    "match": (
        f"{IMPORTED}match tf.log(2.):\n    case y if y > tf.log(3.):\n        print(tf.log(y))\n",
        f"{IMPORTED}match tf.math.log(2.):\n    case y if y > tf.math.log(3.):\n        print(tf.math.log(y))\n",
    ),
    "exception types": (
        f"{IMPORTED}try:\n    tf.log(1.)\nexcept (tf.OpError, ValueError) as e:\n    print(e)\n",
        f"{IMPORTED}try:\n    tf.math.log(1.)\nexcept (tf.errors.OpError, ValueError) as e:\n    print(e)\n",
    ),
    "parenthesised with": (
        f"{IMPORTED}with (\n    open('a') as a,\n    open('b') as b,\n):\n    y = tf.log(2.)\n",
        f"{IMPORTED}with (\n    open('a') as a,\n    open('b') as b,\n):\n    y = tf.math.log(2.)\n",
    ),
    "TF 0.x": (f"{IMPORTED}y = tf.mul(tf.pack([1, 2]), 3)\n", f"{IMPORTED}y = tf.multiply(tf.stack([1, 2]), 3)\n"),
    "name_scope": (
        f"{IMPORTED}def f(x, name=None):\n    with tf.name_scope(name, 'f', [x]):\n        return tf.log(x)\n",
        f"{IMPORTED}def f(x, name=None):\n    with tf.name_scope(name or 'f'):\n        return tf.math.log(x)\n",
    ),
}


@pytest.mark.parametrize("name", REWRITTEN)
def test_rewritten(name: str) -> None:
    before, after = REWRITTEN[name]
    result = migrator.rewrite_source(before, filename="p.py")
    assert result.source == after, [d.message for d in result.diagnostics]
    assert migrator.rewrite_source(after, filename="p.py").changed is False


LEFT = {
    "star import": ("from tensorflow import *\ny = log(2.)\n", "hides which names"),
    "syntax error": (f"{IMPORTED}y = tf.log(2.\n", "never closed"),
    "dict of arguments": (f"{IMPORTED}y = tf.log(tf.reduce_sum([1.], **{{'keep_dims': True}}))\n", "unpacks keep_dims"),
    "pattern": (f"{IMPORTED}match 2:\n    case tf.VERSION:\n        tf.log(1.)\n", "pattern of a case"),
}


@pytest.mark.parametrize("name", LEFT)
def test_left_with_a_message(name: str) -> None:
    before, message = LEFT[name]
    result = migrator.rewrite_source(before, filename="p.py")
    assert (result.source, result.changed) == (before, False)
    assert any(message in d.message for d in result.diagnostics), [d.message for d in result.diagnostics]


BYTES = {
    "CRLF": b"import tensorflow as tf\r\ny = tf.log(2.)\r\n",
    "BOM": b"\xef\xbb\xbfimport tensorflow as tf\ny = tf.log(2.)\n",
    "latin-1": b"# -*- coding: latin-1 -*-\nimport tensorflow as tf\ny = tf.log(2.)  # \xe9\n",
}


def test_bytes_modes_and_trees(tmp_path: Path) -> None:
    for name, data in BYTES.items():
        (tmp_path / f"{name}.py").write_bytes(data)
    broken = tmp_path / "broken.py"
    broken.write_bytes(b"import tensorflow as tf\ny = tf.log(2.\n")
    script = tmp_path / "CRLF.py"
    script.chmod(0o755)
    notebook = tmp_path / "a.ipynb"
    notebook.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    kept = notebook.read_bytes()
    CliRunner().invoke(cli, ["rewrite", str(tmp_path), "--allow-dirty", "--quiet"], catch_exceptions=False)
    for name, data in BYTES.items():
        assert (tmp_path / f"{name}.py").read_bytes() == data.replace(b"tf.log", b"tf.math.log")
    assert os.stat(script).st_mode & 0o777 == 0o755
    assert broken.read_bytes() == b"import tensorflow as tf\ny = tf.log(2.\n"
    assert notebook.read_bytes() == kept

"""Stand-ins for the much used part of ``tf.contrib``, which TensorFlow 2 lacks, for the oracle under compat.v1.

They make the variables that TensorFlow 1.15's own make, with the same names, shapes, start values and order, and
compute the same. What is missing here fails when it is used, and the verdict is INCONCLUSIVE.
"""

from __future__ import annotations

import sys
import types
from typing import Any

from . import framework, layers, sequences, small

ALIASES = (  # long names by which programs import the same things
    ("framework", "framework.python.ops", "framework.python.ops.arg_scope", "framework.python.ops.variables"),
    ("layers", "layers.python.layers", "layers.python.layers.layers", "layers.python.layers.initializers",
     "layers.python.layers.regularizers"),
    ("rnn", "rnn.python.ops.rnn_cell", "rnn.python.ops.core_rnn_cell"),
)  # fmt: skip


def install(tf: Any) -> None:
    """Put the stand-ins where ``tf.contrib`` and ``import tensorflow.contrib...`` find them.

    Args:
        tf: compat.v1 of TensorFlow 2.
    """
    contents = {
        "framework": framework.names(tf),
        "layers": layers.names(tf),
        "rnn": sequences.rnn_names(tf),
        "seq2seq": sequences.seq2seq_names(tf),
        "legacy_seq2seq": sequences.legacy_names(tf),
        **small.modules(tf),
    }
    contents["slim"] = {**contents["layers"], **contents["framework"], **small.slim_names(tf)}
    root = _module("", {})
    for name, values in contents.items():
        _module(name, values)
    for names in ALIASES:
        for name in names[1:]:
            _module(name, contents[names[0]])
    slim = sys.modules["tensorflow.contrib.slim"]
    slim.layers = slim.initializers = slim.regularizers = sys.modules["tensorflow.contrib.layers"]  # type: ignore[attr-defined]
    slim.learning = sys.modules["tensorflow.contrib.slim.learning"]  # type: ignore[attr-defined]
    for target in (tf, sys.modules["tensorflow"]):
        setattr(target, "contrib", root)  # noqa: B010


def _module(name: str, values: dict[str, Any]) -> types.ModuleType:
    """Make a module below ``tensorflow.contrib``, and the packages above it."""
    full = "tensorflow.contrib" + ("." + name if name else "")
    module = sys.modules.get(full)
    if module is None:
        module = types.ModuleType(full, "A stand-in; see `migrator verify`.")
        module.__path__ = []
        sys.modules[full] = module
        if name:
            parent = _module(name.rpartition(".")[0], {})
            setattr(parent, name.rpartition(".")[2], module)
    module.__dict__.update(values)
    return module

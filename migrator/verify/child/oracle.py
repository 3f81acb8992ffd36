"""The before side: the program in TensorFlow 1, or in TensorFlow 2 under compat.v1 with v2 behaviour off."""

from __future__ import annotations

import builtins
import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

os.environ["TF_USE_LEGACY_KERAS"] = "1"  # tf.layers and rnn_cell live in it
import tensorflow as plain_tf

NATIVE = plain_tf.__version__.startswith("1.")
tf: Any = plain_tf
if not NATIVE:
    tf = importlib.import_module("tensorflow.compat.v1")
    tf.disable_v2_behavior()
    getattr(tf, "layers", None)  # load it now, not in every fork
    importlib.import_module(__package__ + ".contrib").install(tf)
from tensorflow.python.framework import ops  # noqa: E402

from . import draws, frames, put, sessions  # noqa: E402
from .sites import Sites  # noqa: E402

tf.logging.set_verbosity(tf.logging.ERROR)


def prepare(config: dict[str, Any], log: Any) -> Callable[[], None]:
    """Patch this process for one run.

    Args:
        config: of the job.
        log: the run's `Log`.

    Returns:
        What to call when the program has ended.
    """
    own = frames.Frames(config["roots"])
    if not NATIVE:
        _give_compat(own)
    _old_builtins()
    recorder = sessions.Recorder(log, own, config)
    sites = Sites(config["sites"], recorder.enter_site, recorder.leave_site)
    recorder.sites = sites
    builtins.__site__ = sites  # type: ignore[attr-defined]
    builtins.__put__ = put.Puts(recorder, config["puts"])  # type: ignore[attr-defined]
    draws.install(lambda key, seeded: _graph_seed(recorder, key, seeded))
    recorder.install()
    return recorder.finish


def _graph_seed(recorder: Any, key: str, seeded: bool) -> Any:
    """Return a seed tensor that `Session.run` will feed, for a random operation that is about to be built."""
    graph = ops.get_default_graph()
    if type(graph) is not ops.Graph:
        return None  # the graph of a function, for example of a tf.data transformation
    with ops.name_scope(None), ops.control_dependencies(None):
        seed = tf.placeholder_with_default(tf.constant([0, 0], tf.int64, name="migrator_seed"), [2], "migrator_seed")
        gate = tf.identity(seed, name="migrator_seed")
    recorder.reaches(graph).draws.append((gate.op, key, seed, seeded))
    return gate


def _give_compat(own: frames.Frames) -> None:
    """Let ``import tensorflow`` in the program's own files give compat.v1."""
    plain_import = builtins.__import__

    def import_(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        module = plain_import(name, globals, locals, fromlist, level)
        if level == 0 and (name == "tensorflow" or (name.startswith("tensorflow.") and not fromlist)):
            importer = (globals or {}).get("__file__")
            if importer and own.own(importer) is not None:
                return tf
        return module

    builtins.__import__ = import_


def _old_builtins() -> None:
    """Names of Python 2 that programs of the time may use behind a check."""
    if not NATIVE and "numpy" in sys.modules:
        numpy = sys.modules["numpy"]
        for name, value in (("float", float), ("int", int), ("object", object), ("str", str)):
            if name not in numpy.__dict__:
                setattr(numpy, name, value)

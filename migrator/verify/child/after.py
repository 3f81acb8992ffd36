"""The after side: the rewritten program in plain TensorFlow 2."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import tensorflow as tf
from keras.src.backend.tensorflow import random as keras_random
from keras.src.optimizers import base_optimizer

from . import frames
from .functions import Draws
from .log import MAX_CALLS, Reader, flatten
from .sites import Entry, Sites
from .stream import Stream
from .variables import Variables


class _After:
    """Connects the parts.

    Args:
        config: of the job.
        log: the run's `Log`.
    """

    def __init__(self, config: dict[str, Any], log: Any) -> None:
        self._log = log
        self._table = config["sites"]
        self.variables = Variables(config, log, Reader(config["values"]))
        self.draws = Draws(self.variables, config["stream"])
        self.sites = Sites(self._table, self._enter, self._leave)
        own = frames.Frames(config["roots"])
        self.stream = Stream(log, own, self.variables.boundary, self.variables.busy, record=config["stream"])

    def install(self) -> None:
        """Patch this process for one run."""
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        self.variables.install()
        self.draws.install()
        self.stream.install()
        _keras_dropout()
        self._watch_optimizers()
        builtins.__site__ = self.sites  # type: ignore[attr-defined]

    def _enter(self, entry: Entry) -> None:
        if self._table[entry.number]["kind"] in ("reset", "init"):
            self.variables.before_reset(entry)
        self.draws.begin(entry)

    def _leave(self, entry: Entry, value: Any) -> bool:
        self.variables.boundary()
        if self._table[entry.number]["kind"] in ("reset", "init"):
            self.variables.after_reset(entry)
        leaves = [self._log.leaf(leaf) if entry.call < MAX_CALLS else {"x": True} for leaf in flatten(value)]
        self._log.event("site", id=entry.id, k=entry.call, leaves=leaves)
        self.draws.begin(self.sites.current())
        return True

    def _watch_optimizers(self) -> None:
        """Write down the Keras optimizers that are made: they decide the tolerance."""
        plain = base_optimizer.BaseOptimizer.__init__
        log = self._log

        def init(optimizer: Any, *args: Any, **kwargs: Any) -> None:
            log.event("optimizer", name=type(optimizer).__name__, library="keras")
            plain(optimizer, *args, **kwargs)

        base_optimizer.BaseOptimizer.__init__ = init


def _keras_dropout() -> None:
    """Let Keras' dropout draw as `tf.nn.dropout` does: its own seeds are unlike TensorFlow 1's."""

    def dropout(inputs: Any, rate: Any, noise_shape: Any = None, seed: Any = None) -> Any:
        return tf.nn.dropout(inputs, rate, noise_shape=noise_shape) if rate else inputs

    keras_random.dropout = dropout


def prepare(config: dict[str, Any], log: Any) -> Callable[[], None]:
    """Patch this process for one run.

    Args:
        config: of the job.
        log: the run's `Log`.

    Returns:
        What to call when the program has ended.
    """
    after = _After(config, log)
    after.install()
    return after.variables.finish

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
from .steps import Steps
from .stream import Stream
from .variables import Variables
from .writes import Writes

# (Keras optimizer, its slot) -> the same slot in TensorFlow 1. Keras' SGD is missing: its momentum holds the rate too.
SLOTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("Adam", "momentum"): ("m",),
    ("Adam", "velocity"): ("v",),
    ("RMSprop", "velocity"): ("rms",),
    ("RMSprop", "momentum"): ("momentum",),
    ("RMSprop", "average_gradient"): ("mg",),
    ("Adagrad", "accumulator"): ("accumulator",),
    ("Adadelta", "accumulated_grad"): ("accum",),
    ("Adadelta", "accumulated_delta_var"): ("accum_update",),
    ("Ftrl", "accumulator"): ("accum",),
    ("Ftrl", "linear"): ("linear",),
}


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
        self.writes = Writes(self.variables.busy)
        self.draws = Draws(self.variables, config["stream"])
        self.steps = Steps(config["steps"], self.variables, log) if config.get("steps") else None
        self.sites = Sites(self._table, self._enter, self._leave)
        own = frames.Frames(config["roots"])
        self.stream = Stream(log, own, self.variables.boundary, self.variables.busy, record=config["stream"])

    def install(self) -> None:
        """Patch this process for one run."""
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        self.variables.install()
        self.writes.install()
        self.draws.install()
        self.stream.install()
        _keras_draws()
        self._watch_optimizers()
        builtins.__site__ = self.sites  # type: ignore[attr-defined]

    def _enter(self, entry: Entry) -> None:
        if self.steps:
            self.steps.enter(entry.key)
        if self._table[entry.number]["kind"] in ("reset", "init"):
            self.variables.before_reset(entry)
        self.draws.begin(entry)

    def _leave(self, entry: Entry, value: Any) -> bool:
        self.variables.boundary()
        if self._table[entry.number]["kind"] in ("reset", "init"):
            self.variables.after_reset(entry)
        if self.steps:
            self.steps.leave(entry.key)
        leaves = [self._log.leaf(leaf) if entry.call < MAX_CALLS else {"x": True} for leaf in flatten(value)]
        self._log.event("site", id=entry.id, k=entry.call, leaves=leaves)
        self.draws.begin(self.sites.current())
        return True

    def finish(self) -> None:
        """Write down what is known when the program has ended."""
        self.variables.finish()
        self._log.event("written", vars=[i for v, i in self.variables.matched() if self.writes.has(v)])
        self.stream.finish()

    def _watch_optimizers(self) -> None:
        """Write down the Keras optimizers that are made: they decide the tolerance."""
        plain = base_optimizer.BaseOptimizer.__init__
        log = self._log

        def init(optimizer: Any, *args: Any, **kwargs: Any) -> None:
            log.event("optimizer", name=type(optimizer).__name__, library="keras")
            plain(optimizer, *args, **kwargs)

        base_optimizer.BaseOptimizer.__init__ = init
        plain_add = base_optimizer.BaseOptimizer.add_variable_from_reference

        def add(optimizer: Any, reference_variable: Any, *args: Any, **kwargs: Any) -> Any:
            slot = plain_add(optimizer, reference_variable, *args, **kwargs)
            name = args[0] if args else kwargs.get("name")
            names = SLOTS.get((type(optimizer).__name__, str(name)), ())
            if names and hasattr(slot, "value"):
                self.variables.match_slot(slot.value, _plain(reference_variable), names)
            return slot

        base_optimizer.BaseOptimizer.add_variable_from_reference = add


def _plain(variable: Any) -> Any:
    """Return the TensorFlow variable of a Keras variable."""
    return variable if isinstance(variable, tf.Variable) else variable.value


def _keras_draws() -> None:
    """Let Keras' dropout and noise draw as TensorFlow's own operations do: its seeds are unlike TensorFlow 1's."""

    def dropout(inputs: Any, rate: Any, noise_shape: Any = None, seed: Any = None) -> Any:
        return tf.nn.dropout(inputs, rate, noise_shape=noise_shape) if rate else inputs

    def normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None) -> Any:
        return tf.random.normal(shape, mean, stddev, dtype or "float32")

    def uniform(shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None) -> Any:
        return tf.random.uniform(shape, minval, maxval, dtype or "float32")

    def truncated_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None) -> Any:
        return tf.random.truncated_normal(shape, mean, stddev, dtype or "float32")

    for function in (dropout, normal, uniform, truncated_normal):
        setattr(keras_random, function.__name__, function)


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
    return after.finish

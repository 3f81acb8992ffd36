"""Random draws of the after side: numbered within each step, whatever functions the step is made of.

A draw's seed is ``(base, code + offset + ordinal)``. `base` (of the site and call) and `offset` (draws of that kind
that the step has already made) are variables that the traced functions read when they begin; `ordinal` counts draws
within one traced function. Functions called by functions get their offset from the caller. So a function that is
traced once and called twice in a step draws two different numbers, as two operations did in TensorFlow 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.data.ops import structured_function
from tensorflow.python.eager import context
from tensorflow.python.eager.polymorphic_function import concrete_function
from tensorflow.python.framework import func_graph as func_graph_module
from tensorflow.python.framework import ops
from tensorflow.python.ops.control_flow_v2_func_graphs import ControlFlowFuncGraph

from . import draws
from .sites import Entry, key_number

KINDS = 64


class Draws:
    """Gives seeds to the random operations of the after side.

    Args:
        variables: the `Variables`; it knows whether an initial value is being computed.
        by_run: key draws by the number of the drawing step, where sites are not known.
    """

    def __init__(self, variables: Any, by_run: bool) -> None:
        self._variables = variables
        self._by_run = by_run
        self._kinds: list[str] = []
        self._outside = 0
        self._runs = 0
        self._in_data = 0
        self._in_site = False
        self._key = "none"
        self._state: Any = None

    def install(self) -> None:
        """Patch the calls of functions, and the functions of tf.data."""
        draws.install(self.seed)
        mine = self
        plain_call = concrete_function.ConcreteFunction._call_flat

        def call_flat(function: Any, *args: Any, **kwargs: Any) -> Any:
            return mine._called(function, lambda: plain_call(function, *args, **kwargs))

        concrete_function.ConcreteFunction._call_flat = call_flat
        plain_init = structured_function.StructuredFunctionWrapper.__init__

        def init(*args: Any, **kwargs: Any) -> None:
            mine._in_data += 1
            try:
                plain_init(*args, **kwargs)
            finally:
                mine._in_data -= 1

        structured_function.StructuredFunctionWrapper.__init__ = init

    def _variables_of_step(self) -> Any:
        """Return (base, offsets), made when first needed: the program may still configure TensorFlow until then."""
        if self._state is None:
            was, self._variables.quiet = self._variables.quiet, True
            with tf.init_scope():
                base = tf.Variable(key_number(self._key), dtype=tf.int64, trainable=False, name="migrator_base")
                offsets = tf.Variable(np.zeros(KINDS, np.int64), trainable=False, name="migrator_offsets")
            self._state = base, offsets
            self._variables.quiet = was
        return self._state

    def begin(self, entry: Entry | None) -> None:
        """Begin the draws of a site's evaluation (None: outside all sites)."""
        self._in_site = entry is not None
        if entry is not None:
            self._start(entry.key)

    def _start(self, key: str) -> None:
        self._key = key
        if self._state is None:
            return
        base, offsets = self._state
        with tf.init_scope():
            base.assign(key_number(key))
            offsets.assign(np.zeros(KINDS, np.int64))

    def _kind(self, key: str) -> int:
        if key not in self._kinds:
            self._kinds.append(key)
        return self._kinds.index(key)

    def seed(self, key: str, seeded: bool) -> Any:
        """Return the seed tensor of a draw, or None where the kernel must stay as it is."""
        if self._in_data:
            return None
        if self._variables.building or (context.executing_eagerly() and not self._in_site):
            self._outside += 1
            return tf.constant([key_number("outside"), self._outside], tf.int64)
        kind, code = self._kind(key), draws.code(key) << 20
        if context.executing_eagerly():
            base, offsets = self._variables_of_step()
            ordinal = offsets[kind]
            offsets.assign(offsets + tf.one_hot(kind, KINDS, dtype=tf.int64))
            return tf.stack([base.read_value(), ordinal + code])
        graph = _function(ops.get_default_graph())
        if graph is None:
            return None
        base, offsets = self._entry(graph)
        ordinal = graph._migrator_draws[kind]
        graph._migrator_draws[kind] += 1
        return tf.stack([base, offsets[kind] + int(ordinal) + code])

    def _entry(self, graph: Any) -> Any:
        """Return (base, offsets) as a function reads them when it begins."""
        if not hasattr(graph, "_migrator_entry"):
            variables = self._variables_of_step()
            with graph.as_default():
                graph._migrator_draws = np.zeros(KINDS, np.int64)
                graph._migrator_entry = tuple(variable.read_value() for variable in variables)
        return graph._migrator_entry

    def _called(self, function: Any, call: Any) -> Any:
        """Call a traced function; its draws follow those that were made before it."""
        made = getattr(function._func_graph, "_migrator_draws", None)
        if made is None or not made.any():
            return call()
        made = made.copy()
        if context.executing_eagerly():
            if self._by_run:
                self._start("run#%d" % self._runs)
                self._runs += 1
            result = call()
            self._variables_of_step()[1].assign_add(made)
            return result
        graph = _function(ops.get_default_graph())
        if graph is None:
            return call()
        _, offsets = self._entry(graph)
        variable = self._variables_of_step()[1]
        variable.assign(offsets + graph._migrator_draws)
        result = call()
        graph._migrator_draws = graph._migrator_draws + made
        variable.assign(offsets)  # the eager caller adds what this function made in all
        return result


def _function(graph: Any) -> Any:
    """Return the function graph around branches and loop bodies, or None outside functions."""
    while isinstance(graph, ControlFlowFuncGraph):
        graph = graph.outer_graph
    return graph if isinstance(graph, func_graph_module.FuncGraph) else None

"""What an after program without a source map shows: calls of its functions, and tensors turned into NumPy."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import tensorflow as tf
from tensorflow.python.eager import context
from tensorflow.python.eager.polymorphic_function import polymorphic_function
from tensorflow.python.framework import ops
from tensorflow.python.util import tf_decorator

from .log import MAX_CALLS, flatten

THROUGH = ("tensorflow/python/framework/", "tensorflow/python/ops/", "tensorflow/python/util/", "/numpy/")
REMEMBERED = 512  # tensors that calls returned: their conversion to NumPy is the same value once more
TRACED = ("tensorflow/python/util/", "tensorflow/python/eager/", "tensorflow/python/autograph/")


class Stream:
    """Records both, by location in the program.

    Args:
        log: the run's `Log`.
        own: the program's own files.
        boundary: called when a function called by the program has ended.
        muted: tells whether a variable is being made or read by the recorder itself.
        record: whether to write events; without it only `boundary` is called.
    """

    def __init__(self, log: Any, own: Any, boundary: Any, muted: Any, record: bool) -> None:
        self._log = log
        self._own = own
        self._boundary = boundary
        self._muted = muted
        self._record = record
        self._calls: dict[str, int] = {}
        self._defined: dict[str, str] = {}
        self._used: set[str] = set()
        self._returned: OrderedDict[int, Any] = OrderedDict()
        self._local = threading.local()

    def install(self) -> None:
        """Patch the calls of `tf.function` objects and the conversion of eager tensors."""
        mine = self
        plain_init, plain_call = polymorphic_function.Function.__init__, polymorphic_function.Function.__call__

        def init(function: Any, python_function: Any, *args: Any, **kwargs: Any) -> None:
            plain_init(function, python_function, *args, **kwargs)
            place = mine._place(python_function)
            if place is not None:
                mine._defined[place] = getattr(python_function, "__name__", "?")

        def call(function: Any, *args: Any, **kwargs: Any) -> Any:
            mine._used.add(mine._place(function.python_function) or "")
            result = plain_call(function, *args, **kwargs)
            if context.executing_eagerly():
                where = mine._own.caller(TRACED)
                if where is not None:
                    mine._boundary()
                    leaves = [leaf for leaf in flatten(result) if _is_value(leaf)]
                    mine._remember(leaves)
                    mine._write("call", where, leaves)
            return result

        polymorphic_function.Function.__init__ = init
        polymorphic_function.Function.__call__ = call
        if not self._record:
            return
        plain_numpy = ops._EagerTensorBase._numpy

        def numpy(tensor: Any) -> Any:
            value = plain_numpy(tensor)
            if not getattr(mine._local, "busy", False) and not mine._muted() and id(tensor) not in mine._returned:
                where = mine._own.caller(THROUGH)
                if where is not None:
                    mine._write("numpy", where, [value])
            return value

        ops._EagerTensorBase._numpy = numpy

    def _place(self, python_function: Any) -> str | None:
        """Return ``file:line`` of a function of the program."""
        code = getattr(tf_decorator.unwrap(python_function)[1], "__code__", None)
        file = self._own.own(code.co_filename) if code is not None else None
        return None if file is None or code is None else "%s:%d" % (file, code.co_firstlineno)

    def finish(self) -> None:
        """Write down the functions that were never called."""
        for place, name in self._defined.items():
            if place not in self._used:
                self._log.event("uncalled", place=place, name=name)

    def _remember(self, leaves: list[Any]) -> None:
        for leaf in leaves:
            if isinstance(leaf, tf.Tensor):
                self._returned[id(leaf)] = leaf
        while len(self._returned) > REMEMBERED:
            self._returned.popitem(last=False)

    def _write(self, kind: str, where: str, values: list[Any]) -> None:
        if not self._record:
            return
        where = "%s:%s" % (kind, where)
        count = self._calls[where] = self._calls.get(where, 0) + 1
        self._local.busy = True
        try:
            leaves = [self._log.leaf(value) for value in values] if count <= MAX_CALLS else [{"x": True}] * len(values)
        finally:
            self._local.busy = False
        self._log.event("value", where=where, leaves=leaves)


def _is_value(leaf: Any) -> bool:
    return isinstance(leaf, (tf.Tensor, tf.Variable, int, float)) and leaf is not None

"""The record of one run: events as JSON lines, array values in one binary file beside them.

Both are written as things happen, so that a program that is killed leaves what it did until then.
"""

from __future__ import annotations

import json
import os
import threading
from typing import Any

import numpy as np

MAX_BYTES = 512 * 2**20  # values of one run
STATE_SHARE = 0.5  # of these bytes that the states between steps may take
MAX_CALLS = 2000  # calls of one location whose values are kept
NUMERIC = "fiubc"


class Log:
    """Writes ``events.jsonl`` and ``values.bin`` in a folder.

    Args:
        folder: must exist.
    """

    def __init__(self, folder: str) -> None:
        self._events = open(os.path.join(folder, "events.jsonl"), "w")  # noqa: SIM115  open for the whole run
        self._values = open(os.path.join(folder, "values.bin"), "wb")  # noqa: SIM115
        self._offset = 0
        self._lock = threading.RLock()
        self._owner = os.getpid()
        self.truncated = False

    def event(self, kind: str, **fields: Any) -> None:
        """Write one event; a process that the program forked writes nothing."""
        if os.getpid() != self._owner:
            return
        with self._lock:
            self._values.flush()
            self._events.write(json.dumps(dict(fields, t=kind)) + "\n")
            self._events.flush()

    def leaf(self, value: Any, share: float = 1.0) -> dict[str, Any] | None:
        """Store one value.

        Args:
            value: anything.
            share: part of the limit on stored bytes that may be used up for it.

        Returns:
            None for None; else where and what it is: ``d`` dtype, ``s`` shape, ``o`` offset for arrays of numbers,
            ``r`` a text for other values, ``x`` if the limit on stored bytes is reached; ``p`` marks Python scalars.
        """
        if value is None:
            return None
        python = isinstance(value, (bool, int, float, complex))
        array = _to_array(value)
        if array is None or array.dtype.kind not in NUMERIC:
            if array is not None and array.dtype.name == "bfloat16":
                array = array.astype(np.float32)
            else:
                return {"r": repr(array.tolist() if array is not None else value)[:2000]}
        found: dict[str, Any] = {"d": array.dtype.str, "s": list(array.shape)}
        if python:
            found["p"] = True
        with self._lock:
            if self._offset + array.nbytes > MAX_BYTES * share:
                self.truncated = True
                found["x"] = True
            elif os.getpid() == self._owner:
                found["o"] = self._offset
                self._values.write(np.ascontiguousarray(array).tobytes())
                self._offset += array.nbytes
        return found


def _to_array(value: Any) -> Any:
    """Return a value as a NumPy array, or None if it is not one."""
    if hasattr(value, "numpy") and not isinstance(value, np.ndarray):
        try:
            value = value.numpy()
        except Exception:  # symbolic tensors and user classes with a method of that name
            return None
    try:
        return np.asarray(value)
    except Exception:  # a ragged structure, or a class that refuses
        return None


def flatten(value: Any) -> list[Any]:
    """Flatten nested lists, tuples and dicts (by sorted key), as `tf.nest` does."""
    if isinstance(value, dict):
        try:
            keys = sorted(value)
        except TypeError:
            keys = list(value)
        return [leaf for key in keys for leaf in flatten(value[key])]
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in flatten(item)]
    return [value]


class Reader:
    """Reads values that another run stored.

    Args:
        path: its ``values.bin``.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def value(self, leaf: dict[str, Any]) -> Any:
        """Return the array of a leaf that has an offset."""
        dtype = np.dtype(leaf["d"])
        count = int(np.prod(leaf["s"], dtype=np.int64))
        with open(self._path, "rb") as file:
            file.seek(leaf["o"])
            data = file.read(count * dtype.itemsize)
        return np.frombuffer(data, dtype=dtype).reshape(leaf["s"]).copy()

"""Step by step: the before's state is loaded into the after's variables when a step begins.

So a difference shows in the step that makes it, and rounding cannot drift from one step to the next. What the after's
variables held before a state was loaded, and what the step left in them, is written down.
"""

from __future__ import annotations

import bisect
import json
import os
from typing import Any

import numpy as np

from .log import STATE_SHARE, Reader


class Steps:
    """Loads states, and writes down the after's.

    Args:
        folder: record of the before's run that has the states.
        variables: the after's `Variables`.
        log: the run's `Log`.
    """

    def __init__(self, folder: str, variables: Any, log: Any) -> None:
        self._variables = variables
        self._log = log
        self._reader = Reader(os.path.join(folder, "values.bin"))
        self._versions: dict[int, list[int]] = {}
        self._leaves: dict[int, list[Any]] = {}
        self._begins: dict[str, int] = {}
        self._loaded: dict[int, bytes] = {}
        self._depth = 0
        with open(os.path.join(folder, "events.jsonl")) as lines:
            for line in lines:
                event = json.loads(line)
                if event["t"] == "state":
                    for number, leaf in event["values"]:
                        self._versions.setdefault(number, []).append(event["version"])
                        self._leaves.setdefault(number, []).append(leaf)
                elif event["t"] == "site" and event.get("states"):
                    self._begins["%s#%d" % (event["id"], event["k"])] = event["states"][0]

    def enter(self, key: str) -> None:
        """Begin a step: load the before's state."""
        version = self._begins.get(key)
        if version is None:
            return
        found = []
        for variable, number in self._variables.matched():
            at = bisect.bisect_right(self._versions.get(number, []), version) - 1
            leaf = self._leaves[number][at] if at >= 0 else None
            if leaf is None or "o" not in leaf:
                continue
            now = self._variables.value(variable)
            wanted = self._reader.value(leaf).astype(now.dtype)
            if now.shape != wanted.shape or now.tobytes() != wanted.tobytes():
                found.append([number, self._log.leaf(now, STATE_SHARE)])
                if now.shape == wanted.shape:
                    self._variables.put(variable, number, wanted)
            self._loaded[number] = wanted.tobytes()
        self._write(key, "begin", found)

    def leave(self, key: str) -> None:
        """End a step: write down what it changed."""
        if key not in self._begins:
            return
        found = []
        for variable, number in self._variables.matched():
            now = self._variables.value(variable)
            if self._loaded.get(number) != np.ascontiguousarray(now).tobytes():
                found.append([number, self._log.leaf(now, STATE_SHARE)])
        self._write(key, "end", found)

    def _write(self, key: str, when: str, values: list[Any]) -> None:
        site, _, call = key.rpartition("#")
        self._log.event("step", id=site, k=int(call), when=when, values=values)

"""What the before's variables hold between its steps, and which of them are an optimizer's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from tensorflow.python.training import optimizer as optimizer_module
from tensorflow.python.training import slot_creator

from .log import STATE_SHARE

_MADE: list[Any] = []  # variables that optimizers made
_OPTIMIZERS: list[Any] = []


class States:
    """Numbers the states of all variables, and writes down what changed from each to the next.

    Args:
        log: the run's `Log`.
    """

    def __init__(self, log: Any) -> None:
        self._log = log
        self._digests: dict[int, bytes] = {}
        self.version = 0

    def add(self, values: Iterable[tuple[int, Any]]) -> None:
        """Begin a new state.

        Args:
            values: (number, value) of every variable that is initialised.
        """
        changed = []
        for number, value in values:
            array = np.ascontiguousarray(value)
            digest = hashlib.blake2b(array.tobytes() if array.dtype != object else repr(value).encode()).digest()
            if self._digests.get(number) != digest:
                self._digests[number] = digest
                changed.append([number, self._log.leaf(value, STATE_SHARE)])
        self.version += 1
        self._log.event("state", version=self.version, values=changed)


def watch_slots() -> None:
    """Remember the optimizers of the program, and the variables that they make."""
    plain_slot = slot_creator._create_slot_var
    slot_creator._create_slot_var = lambda *a, **k: _remember(plain_slot(*a, **k))
    plain_shared = optimizer_module.Optimizer._create_non_slot_variable
    optimizer_module.Optimizer._create_non_slot_variable = lambda *a, **k: _remember(plain_shared(*a, **k))
    plain_init = optimizer_module.Optimizer.__init__

    def init(optimizer: Any, *args: Any, **kwargs: Any) -> None:
        plain_init(optimizer, *args, **kwargs)
        _OPTIMIZERS.append(optimizer)

    optimizer_module.Optimizer.__init__ = init


def _remember(variable: Any) -> Any:
    _MADE.append(variable)
    return variable


def slot_facts(variable: Any) -> dict[str, Any]:
    """Return ``slot`` and, for an optimizer's slot of one variable, ``slot_of`` (its name) and ``slot_name``."""
    if not any(variable is other for other in _MADE):
        return {"slot": False}
    for optimizer in _OPTIMIZERS:
        for name, slots in optimizer._slots.items():
            if any(variable is slot for slot in slots.values()):
                return {"slot": True, "slot_of": variable.name.rsplit("/", 1)[0], "slot_name": name}
    return {"slot": True}

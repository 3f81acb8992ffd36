"""Variables of the after side: start values injected, resets reproduced, final values recorded, writes suppressed."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context

from .match import Matcher
from .sites import Entry


class Variables:
    """Follows every variable that the program makes.

    Args:
        config: of the job: ``variables`` of the before with their start values, ``resets``, ``control``.
        log: the run's `Log`.
        reader: of the before's values.
    """

    def __init__(self, config: dict[str, Any], log: Any, reader: Any) -> None:
        self._before = config["variables"]
        self._resets = config["resets"]
        self._control = config["control"]
        self._log = log
        self._reader = reader
        self._matcher = Matcher(self._before)
        self._made: list[tuple[Any, int | None]] = []  # strong references: a function's variables must live to the end
        self._seen: dict[int, Any] = {}  # control: last value of the variables whose writes are to be lost
        self._at_reset: dict[int, Any] = {}
        self._lost = 0
        self.building = 0
        self.quiet = False

    def busy(self) -> bool:
        """Tell whether a variable is being made, or read by this class itself."""
        return self.quiet or self.building > 0

    def install(self) -> None:
        """Enter the creator scope for the rest of the process."""
        self._scope = tf.variable_creator_scope(self._create)  # kept: collected, it would leave the scope
        self._scope.__enter__()

    def _create(self, make: Any, **kwargs: Any) -> Any:
        if self.quiet:
            return make(**kwargs)
        self.building += 1
        try:
            variable = make(**self._with_start(kwargs))
        finally:
            self.building -= 1
        if getattr(variable, "_migrator_known", None) is None:
            self._know(variable)
        return variable

    def _with_start(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments with a callable initial value marked as no draw of a step."""
        initial = kwargs.get("initial_value")
        if callable(initial):

            def build(*args: Any, **options: Any) -> Any:
                self.building += 1
                try:
                    return initial(*args, **options)
                finally:
                    self.building -= 1

            kwargs = dict(kwargs, initial_value=build)
        return kwargs

    def _know(self, variable: Any) -> None:
        """Match a new variable, record its own start value, and give it the before's if that was drawn."""
        name = variable.name.rsplit(":", 1)[0]
        shape = variable.shape.as_list() if variable.shape.rank is not None else None
        index, how = self._matcher.match(name, shape, variable.dtype.name, bool(variable.trainable))
        natural = None
        if context.executing_eagerly() and hasattr(variable, "numpy"):
            natural = self._value(variable)
        self._made.append((variable, index))
        self._log.event(
            "var",
            name=name,
            shape=shape,
            dtype=variable.dtype.name,
            trainable=bool(variable.trainable),
            match=index,
            how=how,
            start=self._log.leaf(natural),
        )
        if index is not None:
            self._inject(variable, index, natural)

    def _inject(self, variable: Any, index: int, natural: Any) -> None:
        """Give a variable the before's start value if that was drawn."""
        start = self._before[index]["start"]
        known = start is not None and "o" in start
        if known and self._before[index]["random"]:
            value = self._reader.value(start)
            if natural is not None:
                self.put(variable, index, value)
            else:  # made while a function is traced: its initializer runs later
                self._later(variable, value)
        if index in self._control.get("variables", ()):
            if natural is not None:
                self._seen[index] = self._value(variable)
            elif known:
                self._seen[index] = self._reader.value(start)

    def _later(self, variable: Any, value: Any) -> None:
        was, self.quiet = self.quiet, True
        with tf.init_scope():
            if context.executing_eagerly() and hasattr(variable, "assign"):
                variable.assign(value)
        self.quiet = was

    def matched(self) -> list[tuple[Any, int]]:
        """Return (variable, number in the before) of the variables that have a counterpart and a value."""
        return [(variable, index) for variable, index in self._made if index is not None and _readable(variable)]

    def put(self, variable: Any, index: int, value: Any) -> None:
        """Give a variable another value, unseen by everything that follows writes."""
        if index in self._seen:
            self._seen[index] = value
        self.quiet = True
        try:
            variable.assign(value)
        finally:
            self.quiet = False

    def value(self, variable: Any) -> Any:
        """Return a variable's value as an array."""
        return self._value(variable)

    def _value(self, variable: Any) -> Any:
        self.quiet = True
        try:
            with tf.init_scope():
                return np.array(variable.read_value().numpy())
        finally:
            self.quiet = False

    def match_slot(self, slot: Any, reference: Any, names: tuple[str, ...]) -> None:
        """Match an optimizer's slot that was just made.

        Args:
            slot: the variable.
            reference: the variable whose slot it is.
            names: of such a slot in TensorFlow 1.
        """
        owner = next((index for variable, index in self._made if variable is reference), None)
        place = next((i for i, (variable, index) in enumerate(self._made) if variable is slot and index is None), None)
        if owner is None or place is None:
            return
        index = self._matcher.match_slot(owner, names)
        if index is not None:
            self._made[place] = (slot, index)
            self._log.event("slot", made=place, match=index)

    def _live(self, index: int) -> Any:
        return next((variable for variable, match in self._made if match == index), None)

    def before_reset(self, entry: Entry) -> None:
        """Remember the values that a reset is about to replace."""
        for item in self._resets.get(entry.key, ()):
            variable = self._live(item["var"])
            if variable is not None:
                self._at_reset[item["var"]] = self._value(variable)

    def after_reset(self, entry: Entry) -> None:
        """Give the variables that a reset drew anew the values that the before drew, if it did draw them."""
        for item in self._resets.get(entry.key, ()):
            variable, old = self._live(item["var"]), self._at_reset.pop(item["var"], None)
            if variable is None or old is None or "o" not in item["value"]:
                continue
            natural, wanted = self._value(variable), self._reader.value(item["value"])
            done = not np.array_equal(natural, old) or np.array_equal(wanted, old)
            self._log.event("reset", var=item["var"], key=entry.key, done=done, natural=self._log.leaf(natural))
            if done and self._before[item["var"]]["random"]:
                self.put(variable, item["var"], wanted)

    def boundary(self) -> None:
        """Lose a write, if this is a control run: called wherever a step has ended."""
        if not self._control.get("variables") or (self._lost and not self._control["all"]):
            return
        for variable, index in self._made:
            if index in self._seen:
                now = self._value(variable)
                if not np.array_equal(now, self._seen[index], equal_nan=now.dtype.kind in "fc"):
                    self.put(variable, index, self._seen[index])
                    self._lost += 1

    def finish(self) -> None:
        """Record all final values."""
        self.boundary()
        for variable, index in self._made:
            try:
                value = self._value(variable)
            except (tf.errors.OpError, AttributeError, NotImplementedError):  # never initialised, or not readable
                continue
            self._log.event("final", var=index, name=variable.name.rsplit(":", 1)[0], value=self._log.leaf(value))
        if self._control:
            self._log.event("control", lost=self._lost)


def _readable(variable: Any) -> bool:
    """Tell whether a variable has a value that can be read now."""
    try:
        return bool(variable.is_initialized())
    except (tf.errors.OpError, AttributeError, NotImplementedError):
        return False

"""What a run recorded, read back."""

from __future__ import annotations

import bisect
import json
import mmap
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

Leaf = dict[str, Any]  # see `child/log.py`


@dataclass(frozen=True, slots=True)
class Event:
    """Values that the program saw at one place at one time.

    Attributes:
        where: id of the site, or location in the after.
        order: position in the run.
        leaves: values; None for an operation.
        call: number of the call of the site.
        fetches, feeds: names, on the before side.
        init: the run only initialised variables.
        writes: the run wrote to variables.
        states: numbers of the states before and after, if they were recorded.
    """

    where: str
    order: int
    leaves: tuple[Leaf | None, ...]
    call: int = 0
    fetches: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    init: bool = False
    writes: bool = False
    states: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Values of variables around one step of the after.

    Attributes:
        site, call: the step.
        when: ``begin``: what the variables held where that was not the before's state; ``end``: what it changed.
        values: by number of the variable in the before.
    """

    site: str
    call: int
    when: str
    values: dict[int, Leaf]


@dataclass(slots=True)
class Variable:
    """A variable: what was recorded when it was made, its start values in order, and its last value."""

    facts: dict[str, Any]
    starts: list[dict[str, Any]] = field(default_factory=list)
    final: Leaf | None = None


class Record:
    """One run.

    Args:
        folder: where the child wrote.
    """

    def __init__(self, folder: Path) -> None:
        self.values_file = folder / "values.bin"
        self.sites: list[Event] = []
        self.stream: list[Event] = []
        self.variables: list[Variable] = []
        self.finals: list[dict[str, Any]] = []
        self.optimizers: list[str] = []
        self.resets: list[dict[str, Any]] = []
        self.problems: list[str] = []
        self.lost = 0
        self.written: set[int] | None = None
        self.uncalled: list[str] = []
        self.end: dict[str, Any] | None = None
        self.states: dict[int, list[tuple[int, Leaf]]] = {}
        self.steps: list[Step] = []
        events = folder / "events.jsonl"
        lines = events.read_text(encoding="utf-8").splitlines() if events.exists() else []
        for order, line in enumerate(lines):
            try:
                self._add(order, json.loads(line))
            except json.JSONDecodeError:  # the last line of a run that was killed
                continue

    def _add(self, order: int, event: dict[str, Any]) -> None:
        kind = event["t"]
        if kind == "site":
            self.sites.append(
                Event(
                    event["id"],
                    order,
                    tuple(event["leaves"]),
                    event["k"],
                    tuple(event.get("fetches", ())),
                    tuple(event.get("feeds", ())),
                    event.get("init", False),
                    event.get("writes", False),
                    tuple(event["states"]) if event.get("states") else None,
                )
            )
        elif kind == "state":
            for number, leaf in event["values"]:
                self.states.setdefault(number, []).append((event["version"], leaf))
        elif kind == "step":
            self.steps.append(Step(event["id"], event["k"], event["when"], dict(event["values"])))
        elif kind == "slot":
            self.variables[event["made"]].facts.update(match=event["match"], how="slot")
        elif kind == "value":
            self.stream.append(Event(event["where"], order, tuple(event["leaves"])))
        elif kind == "var":
            self.variables.append(Variable(event))
        elif kind == "start":
            self.variables[event["var"]].starts.append(event)
        elif kind == "final":
            self.finals.append(event)
        elif kind == "reset":
            self.resets.append(event)
        elif kind == "optimizer":
            self.optimizers.append(event["name"])
        elif kind == "problem":
            self.problems.append(event["text"])
        elif kind == "written":
            self.written = set(event["vars"])
        elif kind == "uncalled":
            self.uncalled.append(f"{event['name']} ({event['place']})")
        elif kind == "control":
            self.lost = event["lost"]
        elif kind == "end":
            self.end = event

    @cached_property
    def _data(self) -> bytes | mmap.mmap:
        if not self.values_file.exists() or not self.values_file.stat().st_size:
            return b""
        with self.values_file.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def state(self, number: int, version: int) -> Leaf | None:
        """Return what a variable held in a state; None: it had no value, or states were not recorded."""
        values = self.states.get(number, [])
        at = bisect.bisect_right(values, version, key=lambda item: item[0]) - 1
        return values[at][1] if at >= 0 else None

    def array(self, leaf: Leaf) -> np.ndarray[Any, Any] | None:
        """Return a leaf's array, or None if its value was not stored or is a text."""
        import numpy as np

        if "o" not in leaf:
            return None
        count = int(np.prod(leaf["s"], dtype=np.int64))
        return np.frombuffer(self._data, np.dtype(leaf["d"]), count, leaf["o"]).reshape(leaf["s"])

    def final_values(self) -> dict[int, Leaf]:
        """Return the last final value by variable of the before."""
        return {event["var"]: event["value"] for event in self.finals if event["var"] is not None}

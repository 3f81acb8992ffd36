"""The running sites: which site of the program is being evaluated now, and for which time.

The program's text is instrumented: a site's expression ``E`` became ``__site__.leave(__site__.enter(N), (E))``. Only
expressions, no lambda: scopes, ``yield`` and ``await`` keep their meaning, and line numbers do not change.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Callable
from typing import Any


class Entry:
    """One evaluation of a site."""

    def __init__(self, number: int, identity: str, call: int, frame: Any) -> None:
        self.number = number
        self.id = identity
        self.call = call
        self.frame = frame
        self.runs: list[dict[str, Any]] = []
        self.draws: dict[str, int] = {}
        self.state = 0  # number of the state that it began with

    @property
    def key(self) -> str:
        """What the random draws of this evaluation depend on."""
        return "%s#%d" % (self.id, self.call)


class Sites:
    """The stack of site evaluations of each thread.

    Args:
        table: for each site number ``id`` and ``inside`` (numbers of the sites whose text contains it).
        enter: called with an entry that begins.
        leave: called with an entry and the value; tells whether the evaluation counts as a call of the site.
    """

    def __init__(
        self,
        table: list[dict[str, Any]],
        enter: Callable[[Entry], None],
        leave: Callable[[Entry, Any], bool],
    ) -> None:
        self._table = table
        self._enter = enter
        self._leave = leave
        self._local = threading.local()
        self._calls: dict[str, int] = {}
        self._lock = threading.Lock()

    def stack(self) -> list[Entry]:
        """Return the entries of this thread, innermost last."""
        if not hasattr(self._local, "stack"):
            self._local.stack = []
        found: list[Entry] = self._local.stack
        return found

    def current(self) -> Entry | None:
        """Return the innermost entry of this thread."""
        stack = self.stack()
        return stack[-1] if stack else None

    def enter(self, number: int) -> Entry:
        """Begin the evaluation of a site."""
        frame = sys._getframe(1)
        stack = self.stack()
        self._drop_abandoned(stack, frame, number)
        identity = self._table[number]["id"]
        entry = Entry(number, identity, self._calls.get(identity, 0), frame)
        stack.append(entry)
        self._enter(entry)
        return entry

    def leave(self, entry: Entry, value: Any) -> Any:
        """End the evaluation of a site and hand its value on."""
        stack = self.stack()
        if entry in stack:
            del stack[stack.index(entry) :]
        if self._leave(entry, value):
            with self._lock:
                self._calls[entry.id] = self._calls.get(entry.id, 0) + 1
        entry.frame = None
        return value

    def anonymous(self, identity: str) -> Entry:
        """Return an entry for a run that no instrumented expression made."""
        with self._lock:
            call = self._calls.get(identity, 0)
            self._calls[identity] = call + 1
        return Entry(-1, identity, call, None)

    def _drop_abandoned(self, stack: list[Entry], frame: Any, number: int) -> None:
        """Take off entries that an exception or an abandoned generator left behind."""
        if not stack:
            return
        live = set()
        at = frame
        while at is not None:
            live.add(at)
            at = at.f_back
        inside = self._table[number]["inside"]
        while stack and (stack[-1].frame not in live or (stack[-1].frame is frame and stack[-1].number not in inside)):
            stack.pop()


def key_number(key: str) -> int:
    """Return a positive 62-bit number for a key, the same in every process."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 2

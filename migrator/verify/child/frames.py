"""Where in the program's own files something was called from."""

from __future__ import annotations

import os
import sys
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))


class Frames:
    """Knows the program's own files.

    Args:
        roots: folders of the copy.
    """

    def __init__(self, roots: list[str]) -> None:
        self._roots = [os.path.realpath(root) + os.sep for root in roots]
        self._known: dict[str, str | None] = {}

    def own(self, filename: str) -> str | None:
        """Return the path of a program's file relative to its root, None for other files."""
        if filename not in self._known:
            real = os.path.realpath(filename)
            found = None
            for root in self._roots:
                if real.startswith(root):
                    found = real[len(root) :].replace(os.sep, "/")
                    break
            self._known[filename] = found
        return self._known[filename]

    def caller(self, through: tuple[str, ...]) -> str | None:
        """Return ``file:line:instruction`` of the innermost frame of the program.

        Args:
            through: parts of the paths of library files that may lie between; any other makes the answer None.
        """
        frame: Any = sys._getframe(1)
        while frame is not None:
            filename = frame.f_code.co_filename
            own = self.own(filename)
            if own is not None:
                return "%s:%d:%d" % (own, frame.f_lineno, frame.f_lasti)
            if not filename.startswith(HERE) and not any(part in filename for part in through):
                return None
            frame = frame.f_back
        return None

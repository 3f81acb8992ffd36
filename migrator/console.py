"""What goes to the terminal: colours, and progress on a terminal only."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import click


@dataclass(frozen=True, slots=True)
class Console:
    """How a run speaks.

    Attributes:
        color: ``auto``, ``always`` or ``never``.
        quiet: no progress, no counts and nothing that is only information.
    """

    color: str = "auto"
    quiet: bool = False

    def colors(self, stream: IO[Any]) -> bool:
        """Tell whether colours go to a stream."""
        if self.color != "auto":
            return self.color == "always"
        return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()

    def style(self, text: str, color: str) -> str:
        """Return the text for the error stream, coloured if that takes colours."""
        return click.style(text, fg=color) if self.colors(sys.stderr) else text

    def error(self, text: str) -> None:
        """Print one line to the error stream."""
        click.echo(text, err=True, color=self.colors(sys.stderr))

    def note(self, text: str) -> None:
        """Print one line to the error stream unless told to be quiet."""
        if not self.quiet:
            self.error(text)

    def write(self, data: bytes) -> None:
        """Write bytes to standard output as they are."""
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    @contextmanager
    def progress(self, total: int, what: str) -> Iterator[Callable[[], None]]:
        """Show progress on the error stream if that is a terminal.

        Args:
            total: number of steps.
            what: what is being done.

        Yields:
            A function to call after each step.
        """
        if self.quiet or total < 2 or not sys.stderr.isatty():
            yield lambda: None
            return
        from rich.console import Console as RichConsole
        from rich.progress import Progress

        console = RichConsole(stderr=True, no_color=not self.colors(sys.stderr))
        with Progress(console=console, transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda: bar.advance(task)

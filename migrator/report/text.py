"""Diagnostics as lines of text, and the counts at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from migrator.model import Diagnostic, Result, Severity

Style = Callable[[str, str], str]
COLORS = {Severity.ERROR: "red", Severity.MANUAL: "yellow", Severity.INFO: "cyan"}


def plain(text: str, color: str) -> str:
    """Return the text without colour."""
    return text


def line(diagnostic: Diagnostic, style: Style = plain) -> str:
    """Return ``path:line:col: CODE severity: message``; the message is one line.

    Args:
        diagnostic: what to show.
        style: gives a text a colour.
    """
    place = f"{diagnostic.filename}:{diagnostic.line}:{diagnostic.column}:"
    severity = style(f"{diagnostic.severity}:", COLORS[diagnostic.severity])
    return f"{place} {diagnostic.code} {severity} {' '.join(diagnostic.message.split())}"


def summary(results: Iterable[Result], idle: int, *, done: str = "changed") -> str:
    """Return the counts of a run as one line.

    Args:
        results: of the files that were looked at.
        idle: how many further files have nothing to do with TensorFlow.
        done: what became of the changed ones.
    """
    results = list(results)
    total, changed = len(results) + idle, sum(result.changed for result in results)
    if not total:
        return "no Python files found: nothing to do"
    parts = [f"{_count(total, 'file')}, {changed} {done}"]
    if not results:
        parts = [f"no TensorFlow found in {_count(total, 'file')}: nothing to do"]
    diagnostics = [d for result in results for d in result.diagnostics]
    for severity in (Severity.ERROR, Severity.MANUAL, Severity.INFO):
        if number := sum(d.severity is severity for d in diagnostics):
            parts.append(f"{number} {severity}")
    return "; ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

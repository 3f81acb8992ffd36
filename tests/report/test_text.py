"""Diagnostics as text."""

from __future__ import annotations

from migrator.model import Diagnostic, Result, Severity
from migrator.report.text import line, summary


def found(severity: Severity) -> Diagnostic:
    """Return a diagnostic."""
    return Diagnostic(3, 5, "MIG201", severity, "two\nlines", "tf.x", "a/b.py")


def test_line_is_one_line() -> None:
    assert line(found(Severity.MANUAL)) == "a/b.py:3:5: MIG201 manual: two lines"
    assert (
        line(found(Severity.ERROR), lambda text, color: f"<{color} {text}>").split(" ", 2)[2]
        == "<red error:> two lines"
    )


def test_summary_counts() -> None:
    results = [
        Result("", True, (found(Severity.INFO),)),
        Result("", False, (found(Severity.ERROR), found(Severity.INFO))),
    ]
    assert summary(results, 3) == "5 files, 1 changed; 1 error; 2 info"
    assert summary(results[:1], 0, done="would change") == "1 file, 1 would change; 1 info"
    assert summary([], 2) == "no TensorFlow found in 2 files: nothing to do"

"""From the pipeline's results to files."""

from __future__ import annotations

from migrator.model import Diagnostic, Result, Severity
from migrator.outcome import exit_status, finish, in_order
from migrator.source.decode import Decoded


def found(line: int, symbol: str | None = None, message: str = "m", severity: Severity = Severity.MANUAL) -> Diagnostic:
    """Return a diagnostic."""
    return Diagnostic(line, 1, "MIG201", severity, message, symbol, "a.py")


def test_order_does_not_depend_on_symbols() -> None:
    """Two diagnostics of one place, with and without a symbol, once stopped a whole run."""
    mixed = (found(2, "tf.x"), found(2, None), found(1, None, "z"), found(1, "tf.y", "a"))
    assert [(d.line, d.message) for d in in_order(mixed)] == [(1, "a"), (1, "z"), (2, "m"), (2, "m")]
    finished, data = finish(Decoded("x\n"), Result("x\n", False, mixed, filename="a.py"), "src/a.py")
    assert data is None and [d.line for d in finished.diagnostics] == [1, 1, 2, 2]
    assert {d.filename for d in finished.diagnostics} == {"src/a.py"}


def test_exit_status() -> None:
    info, manual, error = (found(1, severity=severity) for severity in Severity)
    assert [exit_status(d) for d in ([], [info], [info, manual], [error, manual])] == [0, 0, 1, 2]

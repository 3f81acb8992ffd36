"""Rewrite small programs: what the tests of the rules share."""

from __future__ import annotations

from textwrap import dedent

from migrator.model import Result, Severity
from migrator.pipeline import rewrite_sources

HEAD = "import tensorflow as tf\n"
HERE = "# here"  # ends the line at which a refusal must point


def program(text: str) -> str:
    """Return a program: the import and a text without its common indentation."""
    return HEAD + dedent(text).removeprefix("\n")


def rewrite(source: str, **options: str) -> Result:
    """Rewrite one file."""
    return rewrite_sources({"p.py": source}, **options).files["p.py"]


def check(before: str, after: str, note: str | None = None) -> None:
    """Assert that a program becomes just this text, for good, and says nothing but the note."""
    result = rewrite(program(before))
    assert result.source == program(after), [d.message for d in result.diagnostics]
    assert result.changed
    messages = [d.message for d in result.diagnostics if d.code != "MIG204"]
    if note is None:
        assert not messages
    else:
        assert any(note in message for message in messages)
    again = rewrite(program(after))
    assert (again.source, again.changed, again.diagnostics) == (program(after), False, ())


def check_refused(before: str, message: str) -> None:
    """Assert that a program stays as it is, with this message at the line marked as `HERE`."""
    source = program(before)
    result = rewrite(source)
    assert (result.source, result.changed) == (source, False)
    found = [d for d in result.diagnostics if message in d.message]
    assert found, [d.message for d in result.diagnostics]
    assert {d.severity for d in result.diagnostics} == {Severity.MANUAL}
    assert not any(session.converted for session in result.sessions)
    marked = [number for number, line in enumerate(source.splitlines(), 1) if line.endswith(HERE)]
    assert marked in ([], [found[0].line])

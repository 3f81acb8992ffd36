"""Comments that speak to migrator."""

from __future__ import annotations

import pytest

from migrator.model import Diagnostic, Severity
from migrator.source.pragmas import skips_file, wanted, without_ignored


@pytest.mark.parametrize(
    ("text", "skips"),
    [
        ("# migrator: skip-file\n", True),
        ("import os\n  #migrator:skip-file because\n", True),
        ("x = 1  # migrator: skip-file\n", False),
        ("# migrator: skip-files\n", False),
        ("# migrator skip-file\n", False),
    ],
)
def test_skip_file(text: str, skips: bool) -> None:
    assert skips_file(text) is skips


def test_ignore_silences_its_line_and_no_error() -> None:
    text = "a\nb  # migrator: ignore[MIG201, MIG3]\rc\n"
    found = [Diagnostic(2, 1, code, Severity.MANUAL, "") for code in ("MIG201", "MIG202", "MIG310")]
    found += [Diagnostic(3, 1, "MIG201", Severity.MANUAL, ""), Diagnostic(2, 1, "MIG201", Severity.ERROR, "")]
    assert [(d.line, d.code) for d in without_ignored(found, text)] == [(2, "MIG202"), (3, "MIG201"), (2, "MIG201")]


def test_wanted() -> None:
    assert wanted("MIG201", [], [])
    assert wanted("MIG201", ["MIG2"], ["MIG202"])
    assert not wanted("MIG201", ["MIG3"], [])
    assert not wanted("MIG201", ["MIG2"], ["MIG20"])

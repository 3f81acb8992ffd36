"""The Python interface."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import migrator

TF = "import tensorflow as tf\n"
LATIN = "# coding: latin-1\n'é tensorflow OLD'\n".encode("latin-1")


def test_text_in_text_out(pipeline: ModuleType) -> None:
    result = migrator.rewrite_source(TF + "OLD  # SAY manual\n", filename="train.py")
    assert (result.source, result.changed, result.filename) == (TF + "NEW  # SAY manual\n", True, "train.py")
    (found,) = result.diagnostics
    assert (found.code, found.severity, found.line, found.column) == ("MIG201", "manual", 2, 8)
    assert (found.message, found.symbol, found.filename) == ("as asked", "tf.old", "train.py")
    assert result.sessions[0].converted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbfOLD  # tensorflow\r\nADD\r\n", b"\xef\xbb\xbfNEW  # tensorflow\r\none\r\ntwo\r\n"),
        (
            LATIN,
            LATIN.replace(b"OLD", b"NEW"),
        ),
        (b"# tensorflow\rOLD", b"# tensorflow\rNEW"),
        ("\ufeffOLD  # tensorflow\r\nADD\r\n", "\ufeffNEW  # tensorflow\r\none\r\ntwo\r\n"),
    ],
)
def test_bytes_in_bytes_out(pipeline: ModuleType, before: str | bytes, after: str | bytes) -> None:
    result = migrator.rewrite_source(before)
    assert (result.source, result.diagnostics) == (after, ())


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("def f(:\n", "MIG001"),
        (TF + "def f(:\n", "MIG001"),
        (TF + "print 'x'\n", "MIG002"),
        (b"'\xe9'\n", "MIG003"),
        ("x\0", "MIG004"),
        (b"x\0", "MIG004"),
        (TF + "BOOM\n", "MIG090"),
        ("x = '\ud800'\n", "MIG001"),
        ("# tensorflow\n" + "(" * 3000 + ")" * 3000, "MIG001"),
    ],
)
def test_bad_input_comes_back_with_an_error(pipeline: ModuleType, source: str | bytes, code: str) -> None:
    result = migrator.rewrite_source(source, "bad.py")
    assert (result.source, result.changed) == (source, False)
    assert [(d.code, d.severity, d.filename) for d in result.diagnostics] == [(code, "error", "bad.py")]


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60)))
def test_it_never_raises_and_keeps_what_it_does_not_know(source: str | bytes) -> None:
    result = migrator.rewrite_source(source)
    assert result.source == source and type(result.source) is type(source)


def test_empty_and_skipped(pipeline: ModuleType) -> None:
    assert migrator.rewrite_source("").diagnostics == ()
    text = "# migrator: skip-file\n" + TF + "OLD  # SAY manual\n"
    assert migrator.rewrite_source(text).source == text
    assert pipeline.CALLS == []


def test_project_by_path(tmp_path: Path, pipeline: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.py").write_text(TF + "OLD\n")
    (tmp_path / "src/b.py").write_bytes(b"# caf\xc3\xa9\n")
    monkeypatch.chdir(tmp_path)
    project = migrator.rewrite_project("src")
    assert list(project.files) == ["src/a.py", "src/b.py"]
    assert project.files["src/a.py"].source == project.files["a.py"].source == TF + "NEW\n"
    assert project.files["src/b.py"].source == "# café\n"  # nothing to do, but it is there
    assert list(migrator.rewrite_project(tmp_path / "src/a.py").files) == [str(tmp_path / "src/a.py")]
    assert (tmp_path / "src/a.py").read_text() == TF + "OLD\n"
    with pytest.raises(FileNotFoundError):
        migrator.rewrite_project("nothing")
    with pytest.raises(KeyError):
        project.files["c.py"]


def test_verify_is_a_function_and_a_package() -> None:
    for first in (
        "import migrator",
        "import migrator.verify",
        "from migrator import verify",
        "import migrator.verify as v",
    ):
        check = "assert callable(migrator.verify)"
        code = f"{first}\nimport migrator\n{check}\nimport migrator.verify\n{check}"
        subprocess.run([sys.executable, "-c", code], check=True)


def test_all_names_exist() -> None:
    assert all(hasattr(migrator, name) for name in migrator.__all__ if name != "verify")
    with pytest.raises(AttributeError):
        _ = migrator.nothing  # type: ignore[attr-defined]

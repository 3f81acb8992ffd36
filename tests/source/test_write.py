"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.source.write import Change, commit, write_atomic


def test_mode_is_kept_and_nothing_is_left(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    file.chmod(0o640)
    write_atomic(file, b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777, os.listdir(tmp_path)) == (b"new", 0o640, ["a.py"])


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(OSError):
        write_atomic(file, b"new")
    assert (file.read_bytes(), os.listdir(tmp_path)) == (b"old", ["a.py"])


def test_nothing_is_moved_if_one_file_cannot_be_staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = os.fsync, []

    def second_fails(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(handle)

    for name in ("a.py", "b.py"):
        (tmp_path / name).write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", second_fails)
    problems = commit([Change(tmp_path / name, name, b"new") for name in ("a.py", "b.py")])
    assert {name: d.code for name, d in problems.items()} == {"b.py": "MIG007"}
    assert [(tmp_path / name).read_bytes() for name in ("a.py", "b.py")] == [b"old", b"old"]
    assert sorted(os.listdir(tmp_path)) == ["a.py", "b.py"]


def test_a_file_that_changed_meanwhile_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"edited")
    problems = commit([Change(tmp_path / "a.py", "a.py", b"new", expected=b"old")])
    assert "changed while" in problems["a.py"].message
    assert (tmp_path / "a.py").read_bytes() == b"edited"


def test_companions(tmp_path: Path) -> None:
    def change(name: str, text: str) -> Change:
        return Change(tmp_path / name, name, b"new", created={"helper.py": text})

    assert commit([change("a.py", "h = 1\n"), change("b.py", "h = 1\n")]) == {}
    assert (tmp_path / "helper.py").read_text() == "h = 1\n"
    assert commit([change("a.py", "h = 2\n")])["a.py"].code == "MIG008"
    assert (tmp_path / "helper.py").read_text() == "h = 1\n"
    (tmp_path / "helper.py").unlink()
    assert commit([change("a.py", "h = 1\n"), change("b.py", "h = 2\n")])["b.py"].code == "MIG008"
    assert not (tmp_path / "helper.py").exists()

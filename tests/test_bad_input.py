"""Bad input through the real pipeline, as a process: message with file and line, right status, nothing changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TF = b"import tensorflow as tf\n"
CASES = {
    "syntax.py": (TF + b"x = (\n", 2, "syntax.py:2:5: MIG001 error"),
    "two.py": (TF + b"def f():\n    print 'hello'\n", 2, "two.py:3:1: MIG002 error"),
    "plain_two.py": (b"print 'hello'\n", 2, "plain_two.py:1:1: MIG002 error"),
    "latin.py": (TF + b"x = '\xe9'\n", 2, "latin.py:2:1: MIG003 error"),
    "cookie.py": (b"# coding: nonsense\n" + TF, 2, "cookie.py:1:1: MIG003 error"),
    "binary.py": (TF + b"\0\n", 2, "binary.py:2:1: MIG004 error"),
    "book.ipynb": (b'{"cells": [{"source": ["import tensorflow"]}]}', 1, "book.ipynb:1:1: MIG006 manual"),
    "empty.py": (b"", 0, ""),
    "blank.py": (b"\n\n  \n", 0, ""),
    "only_tf.py": (TF, 0, ""),
    "good_latin.py": ("# coding: latin-1\nimport tensorflow as tf\nx = 'é'\n".encode("latin-1"), 0, ""),
    "good_bom.py": (b"\xef\xbb\xbf" + TF, 0, ""),
}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run migrator as a process."""
    return subprocess.run([sys.executable, "-m", "migrator", *arguments], cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("name", CASES)
def test_one_file(tmp_path: Path, name: str) -> None:
    data, status, message = CASES[name]
    (tmp_path / name).write_bytes(data)
    for command in ("rewrite", "diff"):
        done = run(tmp_path, command, name)
        assert done.returncode == status, done.stderr
        assert message in done.stderr
        assert "internal error" not in done.stderr and "Traceback" not in done.stderr
    assert (tmp_path / name).read_bytes() == data
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_of_everything(tmp_path: Path) -> None:
    for name, (data, _, _) in CASES.items():
        (tmp_path / name).write_bytes(data)
    done = run(tmp_path, "rewrite", ".")
    assert done.returncode == 2
    for name, (data, _, message) in CASES.items():
        assert (tmp_path / name).read_bytes() == data
        if name != "plain_two.py":  # has nothing to do with TensorFlow, and nobody named it
            assert message in done.stderr
    assert "plain_two.py" not in done.stderr


def test_missing_path_and_folder_without_tensorflow(tmp_path: Path) -> None:
    done = run(tmp_path, "rewrite", "missing")
    assert done.returncode == 2 and "missing" in done.stderr
    (tmp_path / "a.py").write_bytes(b"x = 1\n")
    done = run(tmp_path, "rewrite", ".")
    assert (done.returncode, done.stderr) == (0, "no TensorFlow found in 1 file: nothing to do\n")


def test_processes_give_what_one_process_gives(tmp_path: Path) -> None:
    for folder, text in (("x", b"print 'x'\n"), ("y", b"x = (\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.py").write_bytes(TF + text)
    one, two = (run(tmp_path, "diff", "-j", jobs, "x", "y") for jobs in ("1", "2"))
    assert one.returncode == two.returncode == 2
    assert one.stderr == two.stderr
    assert "x/a.py:2:1: MIG002" in two.stderr and "y/a.py:2:5: MIG001" in two.stderr

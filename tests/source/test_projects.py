"""Which files see each other, and which may be changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.source.discover import discover
from migrator.source.projects import Project, load

TF = "import tensorflow as tf\n"


def projects(root: Path, files: dict[str, str], *given: str) -> list[Project]:
    """Write files and load the given paths."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return load(discover([root / path for path in given]))


def test_a_folder_is_one_project_of_what_tensorflow_touches(tmp_path: Path) -> None:
    files = {
        "model.py": TF,
        "train.py": "from model import *\nimport data\n",  # uses it
        "data.py": "import paths\n",  # imported by what uses it
        "paths.py": "",
        "other.py": "import paths\n",  # only shares a helper
    }
    (project,) = projects(tmp_path, files, ".")
    assert set(project.files) == {"model.py", "train.py", "data.py", "paths.py"} == project.writable
    assert [file.found.path.name for file in project.idle] == ["other.py"]
    assert project.outside == {}


def test_a_file_sees_its_neighbours_but_may_not_change_them(tmp_path: Path) -> None:
    files = {
        "model.py": TF,
        "train.py": "import model\n",
        "deep/helper.py": "",
        "unrelated.py": TF + "import deep.helper\n",
    }
    (project,) = projects(tmp_path, files, "model.py")
    assert project.writable == {"model.py"}
    assert set(project.outside) == {"train.py"}
    (project,) = projects(tmp_path, files, "unrelated.py")
    assert set(project.outside) == {"deep/helper.py"}


def test_a_package_is_seen_from_above(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "", "pkg/model.py": TF, "pkg/sub/__init__.py": "", "train.py": "import pkg.model\n"}
    (project,) = projects(tmp_path, files, "pkg")
    assert project.root == tmp_path.resolve()
    assert "pkg/model.py" in project.writable
    assert set(project.outside) == {"train.py"}


def test_roots_in_each_other_are_one_project(tmp_path: Path) -> None:
    files = {"a.py": TF, "sub/b.py": TF, "sub/c.py": TF}
    (project,) = projects(tmp_path, files, "a.py", "sub")
    assert project.writable == {"a.py", "sub/b.py", "sub/c.py"}
    two = projects(tmp_path, {"x/a.py": TF, "y/a.py": TF}, "x", "y")
    assert [set(p.files) for p in two] == [{"a.py"}, {"a.py"}]


def test_named_files_are_looked_at_whatever_they_hold(tmp_path: Path) -> None:
    (project,) = projects(tmp_path, {"a.py": "x = 1\n"}, "a.py")
    assert set(project.files) == {"a.py"}
    (project,) = projects(tmp_path, {"a.py": "x = 1\n"}, ".")
    assert (set(project.files), len(project.idle)) == (set(), 1)


def test_problems_are_kept_by_file(tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes(b"import tensorflow\n'\xe9'\n")
    (tmp_path / "binary.py").write_bytes(b"tensorflow\0")
    (tmp_path / "plain.ipynb").write_text("{}")
    files = {"a.ipynb": '{"cells": ["tensorflow"]}', "good.py": TF}
    (project,) = projects(tmp_path, files, ".")
    codes = {file.found.path.name: file.problem.code for file in project.unreadable if file.problem}
    assert codes == {"latin.py": "MIG003", "binary.py": "MIG004", "a.ipynb": "MIG006"}
    assert set(project.files) == {"good.py"}


@pytest.mark.skipif(not hasattr(os, "mkfifo") or (os.geteuid() == 0 and not Path("/proc").exists()), reason="POSIX")
def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    (project,) = load(discover([tmp_path / "a.py"]))
    assert project.unreadable[0].problem is not None and project.unreadable[0].problem.code == "MIG007"


def test_unreadable_files_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.py").touch()
    found = discover([tmp_path / "a.py"])
    monkeypatch.setattr(Path, "read_bytes", refuse)
    (project,) = load(found)
    wrong = project.unreadable[0].problem
    assert wrong is not None and (wrong.code, wrong.message) == ("MIG007", "cannot read: Permission denied")

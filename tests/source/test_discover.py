"""Which files are found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.source.discover import discover


def make(root: Path, *names: str) -> None:
    """Make empty files."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def names(root: Path, *exclude: str, given: str = ".") -> list[str]:
    """Return the names found from `root` as the current folder."""
    before = Path.cwd()
    os.chdir(root)
    try:
        return [found.name for found in discover([Path(given)], exclude)]
    finally:
        os.chdir(before)


def test_python_files_and_notebooks_but_nothing_hidden(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "b.ipynb", "c.txt", ".d.py", ".e/f.py", "g/h.py", "g/__pycache__/i.py", "node_modules/j.py")
    make(tmp_path, "env/pyvenv.cfg", "env/lib/k.py")
    assert names(tmp_path) == ["a.py", "b.ipynb", "g/h.py"]
    assert names(tmp_path, given="g") == ["g/h.py"]


def test_gitignore_nested_and_negated(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "build/b.py", "sub/c.py", "sub/keep.py", "sub/deep/d.py", "sub/gen/e.py")
    (tmp_path / ".gitignore").write_text("build/\nc.py\nkeep.py\n/d.py\n")
    (tmp_path / "sub/.gitignore").write_text("!keep.py\ngen\n")
    assert names(tmp_path) == ["a.py", "sub/keep.py", "sub/deep/d.py"]


def test_gitignore_above_counts_inside_a_git_tree_only(tmp_path: Path) -> None:
    make(tmp_path, "sub/a.py", "sub/b.py")
    (tmp_path / ".gitignore").write_text("b.py\n")
    assert names(tmp_path, given="sub") == ["sub/a.py", "sub/b.py"]
    (tmp_path / ".git").mkdir()
    assert names(tmp_path, given="sub") == ["sub/a.py"]


def test_a_named_file_is_taken_even_if_git_ignores_it(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "script")
    (tmp_path / ".gitignore").write_text("*\n")
    assert names(tmp_path, given="a.py") == ["a.py"]
    assert names(tmp_path, given="script") == ["script"]
    assert names(tmp_path, "a.py", given="a.py") == []  # but --exclude is meant


@pytest.mark.parametrize("glob", ["gen", "gen/", "src/gen", "gen/*.py", "**/g.py", "/gen"])
def test_exclude_matches_from_either_folder(tmp_path: Path, glob: str) -> None:
    make(tmp_path, "src/a.py", "src/gen/g.py")
    assert names(tmp_path, glob, given="src") == ["src/a.py"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    make(tmp_path, "outside/o.py", "tree/a.py", "tree/sub/b.py")
    (tree / "out").symlink_to(tmp_path / "outside")
    (tree / "o.py").symlink_to(tmp_path / "outside/o.py")
    (tree / "again.py").symlink_to(tree / "a.py")
    (tree / "sub/up").symlink_to(tree)
    (tree / "broken.py").symlink_to(tree / "nothing")
    assert names(tree) == ["a.py", "sub/b.py"]
    (found,) = discover([tree / "again.py"])
    assert found.path == (tree / "a.py").resolve()


def test_each_file_once_and_missing_raises(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    assert len(discover([tmp_path, tmp_path / "a.py", tmp_path])) == 1
    with pytest.raises(FileNotFoundError):
        discover([tmp_path / "no.py"])


def test_the_output_folder_is_not_walked(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "out/a.py")
    assert [found.path.name for found in discover([tmp_path], outside=tmp_path / "out")] == ["a.py"]

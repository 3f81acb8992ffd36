"""Where the files of a copy go."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.source.copy import OutputError, copy_plan


def plan(root: Path, *paths: str, out: str = "out", exclude: tuple[str, ...] = ()) -> dict[str, str]:
    """Return source -> target, relative to `root`."""
    found = copy_plan([root / path for path in paths], exclude, root.resolve() / out)
    return {
        s.relative_to(root.resolve()).as_posix(): t.relative_to(root.resolve()).as_posix() for s, t in found.items()
    }


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with two sources and data."""
    for name in ("src/a.py", "src/data/x.csv", "src/.git/config", "other/a.py", "outside.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_one_folder_goes_right_into_the_output(tree: Path) -> None:
    assert plan(tree, "src") == {"src/a.py": "out/a.py", "src/data/x.csv": "out/data/x.csv"}
    assert plan(tree, "src", exclude=("data",)) == {"src/a.py": "out/a.py"}
    assert plan(tree, "src/a.py") == {"src/a.py": "out/a.py"}


def test_several_paths_keep_their_names(tree: Path) -> None:
    assert plan(tree, "src", "other")["other/a.py"] == "out/other/a.py"
    with pytest.raises(OutputError, match="would both go"):
        plan(tree, "src/a.py", "other/a.py")


def test_onto_itself_is_refused(tree: Path) -> None:
    with pytest.raises(OutputError, match="itself"):
        plan(tree, "src", out="src")


def test_links_are_copied_only_from_within(tree: Path) -> None:
    (tree / "src/in.txt").symlink_to(tree / "src/data/x.csv")
    (tree / "src/out.txt").symlink_to(tree / "outside.txt")
    assert "src/in.txt" in plan(tree, "src") and "src/out.txt" not in plan(tree, "src")

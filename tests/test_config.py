"""Settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.config import Config, ConfigError, load_config


def write(folder: Path, text: str, name: str = "pyproject.toml") -> Path:
    """Write a settings file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def test_the_nearest_table_above_all_paths_counts(tmp_path: Path) -> None:
    write(tmp_path, "[tool.migrator]\njobs = 3\n")
    write(tmp_path / "a", "[project]\nname = 'x'\n")
    write(tmp_path / "a/b", '[tool.migrator]\nselect = ["MIG2"]\n')
    assert load_config(None, [tmp_path / "a"]) == Config(jobs=3)
    assert load_config(None, [tmp_path / "a/b/c.py"]) == Config(select=("MIG2",))
    assert load_config(None, [tmp_path / "a/b", tmp_path / "a/c"]) == Config(jobs=3)
    assert load_config(None, []) == Config()


def test_a_given_file(tmp_path: Path) -> None:
    expected = Config(ignore=("MIG1",), exclude=("x",), optimizers="exact")
    text = 'ignore = ["MIG1"]\nexclude = ["x"]\noptimizers = "exact"\n'
    assert load_config(write(tmp_path, text, "own.toml"), []) == expected
    assert load_config(write(tmp_path, "[tool.migrator]\n" + text), []) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense = 1", "unknown setting 'nonsense'"),
        ("select = 'MIG1'", "list of strings"),
        ("exclude = [1]", "list of strings"),
        ("optimizers = 'adam'", "keras, exact"),
        ("jobs = -1", "whole number"),
        ("jobs = true", "whole number"),
        ("jobs =", "Invalid value"),
    ],
)
def test_mistakes_name_the_file(tmp_path: Path, text: str, words: str) -> None:
    file = write(tmp_path, text, "own.toml")
    with pytest.raises(ConfigError, match=words) as caught:
        load_config(file, [])
    assert str(file) in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load_config(tmp_path / "none.toml", [])

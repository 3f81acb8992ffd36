"""Settings: the ``[tool.migrator]`` table of pyproject.toml, or a file given with --config."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

OPTIMIZERS = ("keras", "exact")


class ConfigError(ValueError):
    """A settings file is not as it should be; the message names it."""


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of a run; the command line overrides them.

    Attributes:
        select: codes, or beginnings of codes, of the rules to use (empty: all).
        ignore: codes, or beginnings of codes, of the rules not to use.
        exclude: globs of files and folders to leave out, in .gitignore syntax.
        optimizers: ``keras`` (idiomatic where equal) or ``exact`` (TF1's own kernels).
        jobs: how many projects are done at once; 0 means one for each core.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    optimizers: str = "keras"
    jobs: int = 0


def load_config(file: Path | None, paths: Sequence[Path]) -> Config:
    """Return the settings.

    Args:
        file: the file given by the user; a pyproject.toml, or a TOML file that holds the settings at its top.
        paths: without a file, the nearest pyproject.toml above all of these with a ``[tool.migrator]`` table counts.

    Raises:
        ConfigError: the file is missing or not TOML, or a setting is unknown or of the wrong type.
    """
    if file is not None:
        document = _read(file)
        table = _table(document)
        return _config(document if table is None else table, file)
    if not paths:
        return Config()
    common = Path(os.path.commonpath([path.absolute() for path in paths]))
    for folder in (common, *common.parents):
        candidate = folder / "pyproject.toml"
        if candidate.is_file() and (table := _table(_read(candidate))) is not None:
            return _config(table, candidate)
    return Config()


def _read(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: {error}") from error


def _table(document: dict[str, object]) -> dict[str, object] | None:
    """Return the ``[tool.migrator]`` table of a document, if there is one."""
    tool = document.get("tool")
    table = tool.get("migrator") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _config(table: dict[str, object], file: Path) -> Config:
    """Check a table and return its settings."""
    known = {field.name for field in fields(Config)}
    values: dict[str, object] = {}
    for key, value in table.items():
        if key not in known:
            raise ConfigError(f"{file}: unknown setting {key!r}; there are {', '.join(sorted(known))}")
        if key in ("select", "ignore", "exclude"):
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise ConfigError(f"{file}: {key} must be a list of strings")
            value = tuple(value)
        elif key == "optimizers" and value not in OPTIMIZERS:
            raise ConfigError(f"{file}: optimizers must be one of {', '.join(OPTIMIZERS)}")
        elif key == "jobs" and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise ConfigError(f"{file}: jobs must be a whole number, 0 or more")
        values[key] = value
    return Config(**values)  # type: ignore[arg-type]

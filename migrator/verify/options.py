"""What a verification may be told: on the command line, in Python, or in a `verify.toml` beside the program."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

OPTIONS_FILE = "verify.toml"


class VerifyError(Exception):
    """A verification that could not even begin: bad options, a missing file, no TensorFlow."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A text replacement in the copy of the program, for example to shorten a training.

    Attributes:
        file: path below the program's root; empty for the script.
        old: text that must occur.
        new: text that replaces every occurrence.
    """

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """The options of one program.

    Attributes:
        tf1_python: interpreter with a real TensorFlow 1 for the before; None: compat.v1 of the installed TensorFlow 2.
        script: the program, where a folder was given, as path below it.
        root: folder that is copied; None: the script's own (or what holds `cwd` and `path` too).
        argv: arguments of the program.
        cwd: working folder, below the root; None: the script's folder.
        path: folders for `sys.path`; relative ones are below the root.
        stub: module name -> Python file that is provided under that name on both sides.
        setup: Python code, or the path of a file of it, that runs in each process before the program.
        edit: replacements made in the copy before anything else.
        timeout: seconds for one run.
        memory: GiB for one run.
        fresh: a fresh process for each run, even where a fork of one that has TensorFlow loaded is safe.
        seed: of NumPy's and Python's generators.
        record: file to which the runs of the before are recorded.
        against: such a file, in place of running the before.
        rtol, atol: tolerance; where Keras optimizers run the documented wider class holds if it is wider.
    """

    tf1_python: str | None = None
    script: str | None = None
    root: Path | None = None
    argv: tuple[str, ...] = ()
    cwd: str | None = None
    path: tuple[str, ...] = ()
    stub: Mapping[str, str] = field(default_factory=dict)
    setup: tuple[str, ...] = ()
    edit: tuple[Edit, ...] = ()
    timeout: float = 120.0
    memory: float = 8.0
    fresh: bool = False
    seed: int = 1234
    record: Path | None = None
    against: Path | None = None
    rtol: float = 1e-5
    atol: float = 1e-6


def load_options(path: str | Path) -> VerifyOptions:
    """Read a `verify.toml`.

    Args:
        path: the file, the folder that has it, or a program beside it. Without such a file the defaults come back.

    Returns:
        The options; relative files in `stub` and `setup` are below the folder of the file.

    Raises:
        VerifyError: the file cannot be read, or has a key that is not an option, or a wrong value.
    """
    file = Path(path)
    if file.name != OPTIONS_FILE:
        file = (file if file.is_dir() else file.parent) / OPTIONS_FILE
    if not file.exists():
        return VerifyOptions()
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise VerifyError(f"{file}: {error}") from error
    return options_from(table, file)


def options_from(table: Mapping[str, Any], file: Path) -> VerifyOptions:
    """Make options of a parsed table.

    Args:
        table: keys as in `VerifyOptions`; a value for a tuple of texts may be one text.
        file: where the table stands.

    Returns:
        The options.

    Raises:
        VerifyError: unknown key or wrong value.
    """
    known = {item.name for item in fields(VerifyOptions)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            raise VerifyError(f"{file}: unknown option {key!r}; known are {', '.join(sorted(known))}")
        values[name] = _value(name, value, file)
    return VerifyOptions(**values)


def _value(name: str, value: Any, file: Path) -> Any:
    """Bring one value of a table into its type."""
    try:
        if name in ("argv", "path"):
            return (value,) if isinstance(value, str) else tuple(str(item) for item in value)
        if name == "setup":
            items = (value,) if isinstance(value, str) else tuple(value)
            return tuple(_below(item, file) if _is_file(item) else item for item in items)
        if name == "stub":
            return {str(module): _below(target, file) for module, target in value.items()}
        if name == "edit":
            return tuple(_edit(item) for item in value)
        if name in ("root", "record", "against"):
            return Path(_below(value, file))
        if name in ("timeout", "memory", "rtol", "atol"):
            return float(value)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise VerifyError(f"{file}: wrong value for {name}: {error}") from error
    return value


def _edit(item: Any) -> Edit:
    if isinstance(item, Mapping):
        return Edit(item.get("file", ""), item["old"], item["new"])
    file, old, new = item
    return Edit(file, old, new)


def _is_file(text: str) -> bool:
    """Tell whether a set-up text names a file rather than being code."""
    return "\n" not in text and text.strip().endswith(".py")


def _below(path: str, file: Path) -> str:
    return str(file.parent / path)


def setup_texts(options: VerifyOptions) -> list[str]:
    """Return the set-up code, files read.

    Raises:
        VerifyError: a file is missing.
    """
    try:
        return [Path(item).read_text(encoding="utf-8") if _is_file(item) else item for item in options.setup]
    except OSError as error:
        raise VerifyError(f"setup: {error}") from error

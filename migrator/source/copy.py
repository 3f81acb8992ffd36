"""Where the files of a copy of the tree go, for ``rewrite --output``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from migrator.source.discover import Exclude, walk


class OutputError(ValueError):
    """The output folder cannot hold the copy; the message says why."""


def copy_plan(paths: Sequence[Path], exclude: Sequence[str], output: Path) -> dict[Path, Path]:
    """Return real path -> target for each file under `paths`, data files included.

    One folder's content goes right into `output`; of several paths each goes there under its own name.

    Args:
        paths: existing files and folders.
        exclude: globs of files and folders to leave out.
        output: the folder of the copy.

    Raises:
        OutputError: two files would go to the same place, or a file onto itself.
    """
    plan: dict[Path, Path] = {}
    sources: dict[Path, Path] = {}
    globs = Exclude(tuple(exclude))
    for path in paths:
        real = path.resolve(strict=True)
        base = output if len(paths) == 1 and real.is_dir() else output / real.name
        files = walk(real, globs, shown=path, outside=output) if real.is_dir() else [real]
        for file in files:
            target = base if file == real else base / file.relative_to(real)
            source = file.resolve()
            if file.is_symlink() and not source.is_relative_to(real):
                continue
            if target == source:
                raise OutputError(f"{path}: the output folder holds the file itself")
            if sources.setdefault(target, source) != source:
                raise OutputError(f"{sources[target]} and {source} would both go to {target}")
            plan[file] = target
    return plan

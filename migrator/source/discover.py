"""Finds the files: folders walked, .gitignore and --exclude kept, links not followed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pathspec

SUFFIXES = (".py", ".pyw", ".ipynb")
_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules"})


@dataclass(frozen=True, slots=True)
class Found:
    """One file to process.

    Attributes:
        path: real, absolute path (links resolved), so that no file is done twice.
        name: the path to show: under the PATH that was given, with forward slashes.
        given: real path of the PATH that led here.
        named: the file itself was given, so it is processed whatever it holds.
    """

    path: Path
    name: str
    given: Path
    named: bool

    @property
    def notebook(self) -> bool:
        """Tell whether it is a Jupyter notebook."""
        return self.path.suffix == ".ipynb"


@dataclass(frozen=True, slots=True)
class Exclude:
    """Globs in .gitignore syntax, matched from the given folder, from the current one and by bare name."""

    globs: Sequence[str] = ()
    _spec: pathspec.GitIgnoreSpec = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_spec", pathspec.GitIgnoreSpec.from_lines(self.globs))

    def matches(self, *names: str) -> bool:
        """Tell whether any of the paths is excluded; a folder's ends in a slash."""
        return bool(self.globs) and any(self._spec.match_file(name) for name in names)


def discover(paths: Sequence[Path], exclude: Sequence[str] = (), outside: Path | None = None) -> list[Found]:
    """Return the Python files and notebooks under `paths`, each once, in order.

    Args:
        paths: files, taken as they are, and folders, walked.
        exclude: globs of files and folders to leave out.
        outside: a folder that is not walked into (where the output goes).

    Raises:
        FileNotFoundError: one of `paths` does not exist.
    """
    found: dict[Path, Found] = {}
    globs = Exclude(tuple(exclude))
    for path in paths:
        real = path.resolve(strict=True)
        if real.is_dir():
            for file in walk(real, globs, shown=path, outside=outside):
                if file.suffix in SUFFIXES and not file.is_symlink():
                    found.setdefault(file, Found(file, shown_name(path, real, file), real, False))
        elif not globs.matches(display_path(path), path.name):
            found[real] = Found(real, display_path(path), real, True)
    return list(found.values())


def display_path(path: Path) -> str:
    """Return the path as it was given, without ``./`` and with forward slashes."""
    return path.as_posix()


def shown_name(given: Path, real: Path, file: Path) -> str:
    """Return the name to show for `file`, which lies under `real`, the real path of `given`."""
    return (given / file.relative_to(real)).as_posix()


def walk(folder: Path, exclude: Exclude, *, shown: Path, outside: Path | None = None) -> Iterator[Path]:
    """Yield the files of a folder, sorted, links to files included.

    Hidden files and folders, virtual environments, what .gitignore names and what `exclude` matches are left out; links
    to folders are not followed.

    Args:
        folder: real path of the folder.
        exclude: what to leave out besides.
        shown: the folder as it was given, for `exclude`.
        outside: a folder that is not walked into.
    """
    ignore = [*_ignores_above(folder), *_ignore_file(folder)]
    stack = [(folder, ignore)]
    while stack:
        here, ignore = stack.pop()
        below: list[tuple[Path, list[_Ignore]]] = []
        for entry in _entries(here):
            path = here / entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if entry.name.startswith(".") or _ignored(path, is_folder, ignore):
                continue
            slash = "/" if is_folder else ""
            relative = path.relative_to(folder)
            if exclude.matches(relative.as_posix() + slash, (shown / relative).as_posix().lstrip("/") + slash):
                continue
            if is_folder:
                if path != outside and entry.name not in _SKIPPED_FOLDERS and not (path / "pyvenv.cfg").exists():
                    below.append((path, [*ignore, *_ignore_file(path)]))
            elif entry.is_file():
                yield path
        stack.extend(reversed(below))


@dataclass(frozen=True, slots=True)
class _Ignore:
    folder: Path
    spec: pathspec.GitIgnoreSpec


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return the entries of a folder by name; none if it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _ignore_file(folder: Path) -> list[_Ignore]:
    """Return the .gitignore of a folder, if it has one."""
    try:
        text = (folder / ".gitignore").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [_Ignore(folder, pathspec.GitIgnoreSpec.from_lines(text.splitlines()))]


def _ignores_above(folder: Path) -> list[_Ignore]:
    """Return the .gitignore files from the root of the git tree down to the parent of `folder`."""
    if (folder / ".git").exists():
        return []
    above: list[_Ignore] = []
    for parent in folder.parents:
        above[:0] = _ignore_file(parent)
        if (parent / ".git").exists():
            return above
    return []  # not a git tree: only what lies inside the folder counts


def _ignored(path: Path, is_folder: bool, ignore: Sequence[_Ignore]) -> bool:
    """Tell whether git would ignore a path: the deepest file that says anything decides."""
    for rules in reversed(ignore):
        name = path.relative_to(rules.folder).as_posix() + ("/" if is_folder else "")
        verdict = rules.spec.check_file(name).include
        if verdict is not None:
            return verdict
    return False

"""Reads the files that were found and groups them into projects whose modules see each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migrator.model import Diagnostic, Severity
from migrator.source.decode import Decoded, decode
from migrator.source.discover import Found
from migrator.source.imports import closure, crawl, imported
from migrator.source.pragmas import skips_file
from migrator.source.rules import problem

MARK = b"tensorflow"
OUTSIDE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as read.

    Attributes:
        found: where.
        data: its bytes.
        decoded: its text, None if it was not needed or there is a problem.
        problem: why it cannot be processed.
    """

    found: Found
    data: bytes = b""
    decoded: Decoded | None = None
    problem: Diagnostic | None = None


@dataclass(slots=True)
class Project:
    """Files that see each other.

    Attributes:
        root: real path of the folder that its paths are relative to.
        files: relative POSIX path -> file given by the user and worth processing.
        outside: relative POSIX path -> text of a file that is only read.
        unreadable: files with a problem.
        idle: files that were left alone, because they have nothing to do with TensorFlow.
    """

    root: Path
    files: dict[str, SourceFile] = field(default_factory=dict)
    outside: dict[str, str] = field(default_factory=dict)
    unreadable: list[SourceFile] = field(default_factory=list)
    idle: list[SourceFile] = field(default_factory=list)

    @property
    def texts(self) -> dict[str, str]:
        """The text of every file, given or only read."""
        texts = {path: file.decoded.text for path, file in self.files.items() if file.decoded}
        return {**texts, **self.outside}

    @property
    def writable(self) -> frozenset[str]:
        """The files that may be changed."""
        return frozenset(p for p, f in self.files.items() if f.decoded and not skips_file(f.decoded.text))


def load(found: Sequence[Found]) -> list[Project]:
    """Read the files and group them; a project's root is the folder given, or the folder of the file given.

    A package's root is the folder above it. Where one root lies in another they are one project.
    """
    roots = {file.given: project_root(file.given) for file in found}
    outermost = {
        root: min((r for r in roots.values() if root.is_relative_to(r)), key=_depth) for root in roots.values()
    }
    groups: dict[Path, list[Found]] = {}
    for file in found:
        groups.setdefault(outermost[roots[file.given]], []).append(file)
    return [_load_project(root, files) for root, files in groups.items()]


def project_root(given: Path) -> Path:
    """Return the folder that imports are relative to, for a file or folder."""
    folder = given if given.is_dir() else given.parent
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    return folder


def read(found: Found) -> SourceFile:
    """Read one file; never raises."""
    try:
        if not found.path.is_file():
            return SourceFile(found, problem=problem("MIG007", "not a regular file", found.name))
        data = found.path.read_bytes()
    except OSError as error:
        return SourceFile(found, problem=problem("MIG007", f"cannot read: {error.strerror}", found.name))
    if found.notebook:
        message = "notebooks are not rewritten yet: export it (jupyter nbconvert --to script) and rewrite the script"
        if found.named or MARK in data:
            return SourceFile(found, data, None, problem("MIG006", message, found.name, severity=Severity.MANUAL))
    return SourceFile(found, data)


def _depth(path: Path) -> int:
    return len(path.parts)


def _load_project(root: Path, found: Iterable[Found]) -> Project:
    """Read the files of one project and keep those that have to do with TensorFlow or were named."""
    project = Project(root)
    given: dict[str, SourceFile] = {}
    for file in map(read, found):
        if file.problem:
            project.unreadable.append(file)
        elif file.found.notebook:
            project.idle.append(file)
        else:
            given[file.found.path.relative_to(root).as_posix()] = file
    seeds = [path for path, file in given.items() if file.found.named or MARK in file.data]
    if not seeds:
        project.idle += given.values()
        return project
    data = {path: file.data for path, file in given.items()}
    data.update(_outside(root, data, given.values()))
    reached = _related(seeds, data)
    for path in sorted(reached):
        _keep(project, path, given.get(path), data[path])
    project.idle += (file for path, file in given.items() if path not in reached)
    return project


def _keep(project: Project, path: str, file: SourceFile | None, data: bytes) -> None:
    """Decode one file into the project."""
    decoded = decode(data, file.found.name if file else path)
    if file is None:
        if isinstance(decoded, Decoded):
            project.outside[path] = decoded.text
    elif isinstance(decoded, Decoded):
        project.files[path] = SourceFile(file.found, data, decoded)
    else:
        project.unreadable.append(SourceFile(file.found, data, None, decoded))


def _related(seeds: Iterable[str], data: dict[str, bytes]) -> set[str]:
    """Return the seeds, the files that use them, and all that these import."""
    edges = {path: imported(text, path) for path, text in data.items()}
    users: dict[str, set[str]] = {path: set() for path in data}
    for path, targets in edges.items():
        for target in targets & users.keys():
            users[target].add(path)
    return closure(closure(seeds, users), edges)


def _outside(root: Path, data: dict[str, bytes], given: Iterable[SourceFile]) -> dict[str, bytes]:
    """Return files of the project that were not given: modules that are imported, and scripts beside or above."""

    def load_file(path: str) -> bytes | None:
        if path in data:
            return None
        try:
            file = (root / path).resolve(strict=True)
            return file.read_bytes() if file.is_relative_to(root) and file.is_file() else None
        except OSError:
            return None

    folders = {file.found.given if file.found.given.is_dir() else file.found.given.parent for file in given}
    above = {parent for folder in folders for parent in (folder, *folder.parents) if parent.is_relative_to(root)}
    wanted = {script.relative_to(root).as_posix() for folder in above for script in folder.glob("*.py")}
    for path, text in data.items():
        wanted |= imported(text, path)
    return crawl(wanted - data.keys(), load_file, OUTSIDE_LIMIT)

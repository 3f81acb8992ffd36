"""The Python interface: `rewrite_source` and `rewrite_project`. Import it from `migrator`."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from migrator.batch import InProcess, Job, Options, process, run
from migrator.model import ProjectResult, Result
from migrator.outcome import finish
from migrator.source.decode import Decoded, decode
from migrator.source.discover import discover
from migrator.source.pragmas import skips_file
from migrator.source.projects import load
from migrator.source.rules import problem


def rewrite_source(
    source: str | bytes,
    filename: str = "<string>",
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    optimizers: str = "keras",
) -> Result:
    """Rewrite one text as a project of its own: what other modules do with its graph is unknown.

    Args:
        source: the program; bytes are decoded as Python does (byte order mark, coding comment, UTF-8).
        filename: for diagnostics.
        select: codes, or beginnings of codes, of the rules to use (empty: all).
        ignore: codes, or beginnings of codes, of the rules not to use.
        optimizers: ``"keras"``, idiomatic where equal, or ``"exact"``, TF1's own kernels.

    Returns:
        The result; its `source` is of the type that came in. Bad input never raises: it comes back unchanged with a
        diagnostic of severity `error`.
    """
    if isinstance(source, bytes):
        decoded = decode(source, filename)
        if not isinstance(decoded, Decoded):
            return Result(source, False, (decoded,), filename=filename)
    else:
        if "\0" in source:
            line = source.count("\n", 0, source.index("\0")) + 1
            binary = problem("MIG004", "null byte: not source text", filename, line=line)
            return Result(source, False, (binary,), filename=filename)
        decoded = Decoded(source.removeprefix("\ufeff"), "utf-8", source.startswith("\ufeff"))
    result = Result(decoded.text, False, filename=filename)
    if not skips_file(decoded.text):
        options = Options(tuple(select), tuple(ignore), optimizers)
        project = process(Job({filename: decoded.text}, frozenset({filename}), options))
        result = project.files.get(filename, result)
    finished, data = finish(decoded, result, filename)
    if data is None:
        return dataclasses.replace(finished, source=source)
    return dataclasses.replace(finished, source=data if isinstance(source, bytes) else data.decode("utf-8"))


def rewrite_project(
    path: str | os.PathLike[str],
    *,
    exclude: Sequence[str] = (),
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    optimizers: str = "keras",
) -> ProjectResult:
    """Rewrite a file, or all files of a folder that see each other, and return the new texts; nothing is written.

    Args:
        path: a file or folder. For a file the modules beside it are read too, but never changed.
        exclude: globs of files and folders to leave out.
        select, ignore, optimizers: as for `rewrite_source`.

    Returns:
        A `Result` for each file, by path: `path` itself, or a path under it. A file may also be looked up by its path
        from the folder. Texts are without byte order mark; one that could not be decoded is bytes.

    Raises:
        FileNotFoundError: there is no such file or folder.
    """
    projects = load(discover([Path(path)], exclude))
    found = run(projects, Options(tuple(select), tuple(ignore), optimizers), InProcess())
    results = {outcome.name: outcome.result for outcome in found}
    for file in (file for project in projects for file in project.idle):
        decoded, name = decode(file.data, file.found.name), file.found.name
        results[name] = Result(decoded.text if isinstance(decoded, Decoded) else file.data, False, filename=name)
    return ProjectResult(Files(Path(path), dict(sorted(results.items()))))


class Files(Mapping[str, Result]):
    """Results by path as it was given; look-up also takes a path from the folder, and `os.PathLike`."""

    def __init__(self, folder: Path, results: Mapping[str, Result]) -> None:
        self._folder = folder
        self._results = results

    def __getitem__(self, key: str | os.PathLike[str]) -> Result:
        name = PurePath(key).as_posix()
        below = (self._folder / key).as_posix()
        return self._results[below if name not in self._results and below in self._results else name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

"""From the pipeline's texts back to the files they came from."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from migrator.model import Diagnostic, ProjectResult, Result, Session, Severity
from migrator.source.decode import Decoded, match_newlines
from migrator.source.pragmas import skips_file, wanted, without_ignored
from migrator.source.projects import Project, SourceFile
from migrator.source.python2 import syntax_problem
from migrator.source.rules import problem


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    Attributes:
        path: its real path.
        name: the path to show.
        root: of its project: files with the same one belong together.
        before, after: its bytes.
        result: text, diagnostics and sessions; the paths in it are names to show.
    """

    path: Path
    name: str
    root: Path
    before: bytes
    after: bytes
    result: Result


def outcomes(
    project: Project, result: ProjectResult, select: Collection[str], ignore: Collection[str]
) -> list[Outcome]:
    """Return what became of each file of a project that the user gave.

    Args:
        project: as it was read.
        result: what the pipeline made of it, by path from the project's root.
        select, ignore: for the diagnostics about input files, which the pipeline does not see.
    """
    found = [_unreadable(project.root, file, select, ignore) for file in project.unreadable]
    for path, file in project.files.items():
        found.append(_outcome(project.root, file, result.files.get(path)))
    return found


def finish(decoded: Decoded, result: Result, name: str) -> tuple[Result, bytes | None]:
    """Give a result of the pipeline the newlines of its file, its name and its silenced lines.

    Args:
        decoded: the text that went in.
        result: what came out.
        name: the path to show.

    Returns:
        The result and its text as bytes; None instead of bytes if the text stays as it is.
    """
    text = match_newlines(decoded.text, str(result.source))
    diagnostics = tuple(_better(d, decoded.text, name) for d in result.diagnostics)
    diagnostics = in_order(without_ignored(diagnostics, decoded.text))
    sessions = tuple(_renamed(session, result.filename, name) for session in result.sessions)
    data = None
    if text != decoded.text:
        try:
            data = decoded.encode(text)
        except UnicodeEncodeError as error:
            message = f"the new text has characters that {decoded.encoding} has not: {error.object[error.start]!r}"
            diagnostics, text = (*diagnostics, problem("MIG003", message, name)), decoded.text
    finished = dataclasses.replace(
        result,
        source=text,
        changed=data is not None,
        diagnostics=diagnostics,
        sessions=sessions,
        filename=name,
        created=result.created if data is not None else {},
    )
    return finished, data


def _outcome(root: Path, file: SourceFile, result: Result | None) -> Outcome:
    """Return what became of one decoded file."""
    found, decoded = file.found, file.decoded
    assert decoded is not None
    if result is None or skips_file(decoded.text):
        result = Result(decoded.text, False, filename=found.name)
    finished, data = finish(decoded, result, found.name)
    return Outcome(found.path, found.name, root, file.data, file.data if data is None else data, finished)


def _unreadable(root: Path, file: SourceFile, select: Collection[str], ignore: Collection[str]) -> Outcome:
    """Return the outcome of a file that could not be processed."""
    name, wrong = file.found.name, file.problem
    kept = [d for d in [wrong] if d and (d.severity is Severity.ERROR or wanted(d.code, select, ignore))]
    result = Result(file.data, False, tuple(kept), filename=name)
    return Outcome(file.found.path, name, root, file.data, file.data, result)


def _better(diagnostic: Diagnostic, text: str, name: str) -> Diagnostic:
    """Return the diagnostic under the name to show; one about syntax may turn out to be about Python 2."""
    if diagnostic.code == "MIG001":
        return syntax_problem(text, name) or dataclasses.replace(diagnostic, filename=name)
    return dataclasses.replace(diagnostic, filename=name)


def _renamed(session: Session, old: str, name: str) -> Session:
    """Return the session with the name to show in its sites' ids."""
    sites = tuple(
        dataclasses.replace(site, id=name + site.id[len(old) :]) if site.id.startswith(f"{old}:") else site
        for site in session.sites
    )
    return dataclasses.replace(session, filename=name, sites=sites)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics by line, column, code and message. (A symbol may be None, so they do not compare.)"""
    return tuple(sorted(diagnostics, key=lambda d: (d.line, d.column, d.code, d.message)))


def exit_status(diagnostics: Iterable[Diagnostic]) -> int:
    """Return the exit status for the diagnostics of a whole run: 2 for an error, 1 for work left to a person."""
    severities = {d.severity for d in diagnostics}
    return 2 if Severity.ERROR in severities else 1 if Severity.MANUAL in severities else 0

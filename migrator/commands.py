"""What ``migrator rewrite`` and ``migrator diff`` do, given checked arguments; each returns the exit status."""

from __future__ import annotations

import dataclasses
import os
import shutil
import sys
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import click

import migrator
from migrator.batch import InProcess, Options, run
from migrator.config import Config
from migrator.console import Console
from migrator.model import Diagnostic, Result, Severity
from migrator.outcome import Outcome, exit_status, in_order
from migrator.report import diff, json, text
from migrator.source.copy import copy_plan
from migrator.source.discover import discover
from migrator.source.projects import Project, load
from migrator.source.rules import problem
from migrator.source.write import Change, commit

POOL_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a command.

    Attributes:
        paths: existing files and folders.
        config: settings, the command line's included.
        console: where messages go.
        form: ``text`` or ``json``.
        report: file that the report goes to, None for the usual streams.
    """

    paths: tuple[Path, ...]
    config: Config
    console: Console
    form: str = "text"
    report: Path | None = None

    @property
    def options(self) -> Options:
        """What the rewriting depends on."""
        return Options(self.config.select, self.config.ignore, self.config.optimizers)


def rewrite_in_place(request: Request) -> int:
    """Rewrite the files where they are."""
    found, idle = _execute(request)
    return _report(request, _write(found), idle, "changed")


def rewrite_to(request: Request, output: Path) -> int:
    """Write a copy of the tree, with the new texts in it; the originals stay as they are.

    Raises:
        OutputError: the copy cannot be laid out.
    """
    shown, output = output.as_posix(), output.resolve()
    plan = copy_plan(request.paths, request.config.exclude, output)
    found, idle = _execute(request, output)
    by_path = {outcome.path: outcome for outcome in found}
    moved = []
    for source, target in plan.items():
        outcome = by_path.get(source)
        if outcome and outcome.result.changed:
            moved.append(dataclasses.replace(outcome, path=target))
            continue
        wrong = _copy(source, target, outcome.name if outcome else str(source))
        if wrong and outcome is None:
            outcome = Outcome(
                source, wrong.filename, target.parent, b"", b"", Result(b"", False, filename=wrong.filename)
            )
        if outcome:
            moved.append(_with(outcome, wrong) if wrong else outcome)
    return _report(request, _write(moved, expect=False), idle, f"changed in {shown}")


def show_diff(request: Request) -> int:
    """Print what would change; write nothing but the report."""
    found, idle = _execute(request)
    results = [outcome.result for outcome in found]
    status = exit_status(d for result in results for d in result.diagnostics)
    if request.form == "text" or request.report is not None:
        for outcome in found:
            _print_diff(request.console, outcome)
    _report(request, found, idle, "would change", diffs=True)
    return max(status, int(any(result.changed for result in results)))


def filter_stdin(request: Request, name: str) -> int:
    """Rewrite standard input to standard output."""
    options = request.options
    result = migrator.rewrite_source(
        sys.stdin.buffer.read(), name, select=options.select, ignore=options.ignore, optimizers=options.optimizers
    )
    found = list(result.diagnostics)
    if result.created:
        message = f"needs further files beside it, which a filter cannot write: {', '.join(sorted(result.created))}"
        found.append(problem("MIG008", message, name, severity=Severity.MANUAL))
    assert isinstance(result.source, bytes)
    request.console.write(result.source)
    _print_diagnostics(request.console, found)
    return exit_status(found)


def _execute(request: Request, output: Path | None = None) -> tuple[list[Outcome], int]:
    """Rewrite everything in memory and return the outcomes and the number of files that have nothing to do with it."""
    projects = load(discover(request.paths, request.config.exclude, output))
    jobs = _jobs(projects, request.config.jobs)
    with _executor(jobs) as executor, request.console.progress(len(projects), "rewriting") as advance:

        def done(project: Project) -> None:
            advance()

        found = run(projects, request.options, executor, rescue=lambda: _pool(1), done=done)
    return found, sum(len(project.idle) for project in projects)


def _jobs(projects: Sequence[Project], asked: int) -> int:
    """Return how many processes to use: unless asked for, none for so little text that starting them costs more."""
    sizes = [sum(len(file.data) for file in project.files.values()) for project in projects if project.files]
    if not asked and sum(sizes) < POOL_BYTES:
        return 1
    return min(asked or os.cpu_count() or 1, len(sizes))


def _executor(jobs: int) -> Executor:
    return _pool(jobs) if jobs > 1 else InProcess()


def _pool(jobs: int) -> Executor:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


def _write(found: Sequence[Outcome], *, expect: bool = True) -> list[Outcome]:
    """Write the changed files, project by project, and return the outcomes with what went wrong."""
    written: list[Outcome] = []
    for _, group in groupby(sorted(found, key=lambda o: (str(o.root), o.name)), key=lambda o: o.root):
        outcomes = list(group)
        changed = [o for o in outcomes if o.result.changed]
        changes = [Change(o.path, o.name, o.after, o.before if expect else None, o.result.created) for o in changed]
        problems = commit(changes)
        for outcome in outcomes:
            if problems and outcome.result.changed:
                wrong = problems.get(outcome.name)
                other = problem("MIG007", f"not written, because {', '.join(problems)} could not be", outcome.name)
                outcome = _with(outcome, wrong or other)
            written.append(outcome)
    return sorted(written, key=lambda o: o.name)


def _with(outcome: Outcome, wrong: Diagnostic) -> Outcome:
    """Return the outcome of a file that could not be written."""
    found = in_order((*outcome.result.diagnostics, wrong))
    result = dataclasses.replace(outcome.result, changed=False, diagnostics=found)
    return dataclasses.replace(outcome, result=result)


def _copy(source: Path, target: Path, name: str) -> Diagnostic | None:
    """Copy one file as it is, with its mode and times; return what went wrong."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    except OSError as error:
        return problem("MIG007", f"cannot copy: {error.strerror}", name)
    return None


def _report(request: Request, found: Sequence[Outcome], idle: int, done: str, *, diffs: bool = False) -> int:
    """Print the diagnostics and counts and write the report; return the exit status."""
    results = [outcome.result for outcome in found]
    diagnostics = [d for result in results for d in result.diagnostics]
    if request.form == "json":
        texts = {o.name: diff_of(o).decode("utf-8", "replace") for o in found if o.result.changed} if diffs else {}
        report = json.dumps(json.document(results, version=migrator.__version__, idle=idle, diffs=texts))
    else:
        report = "".join(f"{text.line(d)}\n" for d in diagnostics) + text.summary(results, idle, done=done) + "\n"
    data = report.encode("utf-8", "backslashreplace")  # names that are no UTF-8 become escapes
    if request.report is not None:
        try:
            request.report.write_bytes(data)
        except OSError as error:
            raise click.UsageError(f"--report {request.report}: {error.strerror}") from error
    elif request.form == "json":
        request.console.write(data)
    _print_diagnostics(request.console, diagnostics)
    request.console.note(text.summary(results, idle, done=done))
    return exit_status(diagnostics)


def _print_diagnostics(console: Console, diagnostics: Sequence[Diagnostic]) -> None:
    for diagnostic in diagnostics:
        if not (console.quiet and diagnostic.severity is Severity.INFO):
            console.error(text.line(diagnostic, console.style))


def _print_diff(console: Console, outcome: Outcome) -> None:
    """Print the diff of one file and of the files that it needs."""
    patch = diff_of(outcome)
    console.write(b"".join(diff.colored(patch)) if console.colors(sys.stdout) else patch)


def diff_of(outcome: Outcome) -> bytes:
    """Return the unified diff of one file, with the files that it needs; paths are from the current folder."""
    if not outcome.result.changed:
        return b""
    patches = [diff.unified(outcome.before, outcome.after, _patch_path(outcome.name))]
    for name, content in sorted(outcome.result.created.items()):
        if not (outcome.path.parent / name).exists():
            path = (Path(outcome.name).parent / name).as_posix()
            patches.append(diff.unified(None, content.encode("utf-8"), _patch_path(path)))
    return b"".join(patches)


def _patch_path(name: str) -> str:
    """Return a path from the current folder, if it lies in it."""
    path = os.path.normpath(name)
    if os.path.isabs(path) and Path(path).is_relative_to(Path.cwd()):
        path = os.path.relpath(path)
    return Path(path).as_posix()

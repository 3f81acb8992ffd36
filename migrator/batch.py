"""Many projects: text goes out to any `concurrent.futures.Executor`, text and diagnostics come back.

A crash becomes a diagnostic on its file and never stops the batch.
"""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from pathlib import PurePath
from typing import ParamSpec, TypeVar

from migrator.model import ProjectResult, Result, Severity
from migrator.outcome import Outcome, outcomes
from migrator.source.imports import closure, imported
from migrator.source.projects import MARK, Project
from migrator.source.python2 import syntax_problem
from migrator.source.rules import problem

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """What the rewriting depends on besides the texts.

    Attributes:
        select: codes, or beginnings of codes, of the rules to use (empty: all).
        ignore: codes, or beginnings of codes, of the rules not to use.
        optimizers: ``keras`` or ``exact``.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    optimizers: str = "keras"


@dataclass(frozen=True, slots=True)
class Job:
    """What goes out to a worker: one project as plain text, by path from its root."""

    files: Mapping[str, str]
    writable: frozenset[str]
    options: Options = Options()


class InProcess(Executor):
    """Runs each call at once, in this process."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run the call and return its finished future."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def run(
    projects: Sequence[Project],
    options: Options,
    executor: Executor,
    *,
    rescue: Callable[[], Executor] | None = None,
    done: Callable[[Project], None] = lambda project: None,
) -> list[Outcome]:
    """Rewrite all projects and return what became of each file, by name. Nothing is written.

    Args:
        projects: as `source.projects.load` gives them.
        options: for all of them.
        executor: where the work is done.
        rescue: makes a fresh executor for one project if `executor` broke (a worker died).
        done: called after each project.
    """
    futures = [_submit(executor, _job(project, options)) for project in projects]
    results: list[Outcome] = []
    for project, future in zip(projects, futures, strict=True):
        results.extend(outcomes(project, _collect(project, future, options, rescue), options.select, options.ignore))
        done(project)
    return sorted(results, key=lambda outcome: outcome.name)


def process(job: Job) -> ProjectResult:
    """Rewrite one project; the worker's side. A failure becomes a diagnostic on the file that causes it."""
    with warnings.catch_warnings():  # invalid escapes and the like are the program's own affair
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        plain = {path for path in job.writable if MARK.decode() not in job.files[path]}
        checked = {path: found for path in plain if (found := _checked(path, job.files[path])).diagnostics}
        if not any(MARK.decode() in text for text in job.files.values()):
            return ProjectResult(checked)
        try:
            result = _rewrite(job, job.files, job.writable)
        except Exception as error:
            result = _without_culprits(job, error)
        return ProjectResult({**result.files, **checked})


def _job(project: Project, options: Options) -> Job:
    return Job(project.texts, project.writable, options)


def _submit(executor: Executor, job: Job) -> Future[ProjectResult]:
    """Submit one project; a refusal to take it comes back in the future as well."""
    try:
        return executor.submit(process, job)
    except Exception as error:
        future: Future[ProjectResult] = Future()
        future.set_exception(error)
        return future


def _collect(
    project: Project, future: Future[ProjectResult], options: Options, rescue: Callable[[], Executor] | None
) -> ProjectResult:
    """Return a project's result, or the same failure on each of its files."""
    try:
        return future.result()
    except BrokenExecutor as error:
        if rescue is None:
            return _failed(_job(project, options), project.writable, error)
    except Exception as error:
        return _failed(_job(project, options), project.writable, error)
    with rescue() as fresh:
        return _collect(project, _submit(fresh, _job(project, options)), options, None)


def _checked(path: str, text: str) -> Result:
    """Return the result of a text without TensorFlow: only its syntax is looked at."""
    wrong = syntax_problem(text, path)
    return Result(text, False, (wrong,) if wrong else (), filename=path)


def _rewrite(job: Job, files: Mapping[str, str], writable: Collection[str]) -> ProjectResult:
    """Call the pipeline."""
    from migrator.pipeline import rewrite_sources  # LibCST comes with it

    options = job.options
    return rewrite_sources(
        files, writable=writable, select=options.select, ignore=options.ignore, optimizers=options.optimizers
    )


def _without_culprits(job: Job, error: Exception) -> ProjectResult:
    """Find the files that make the pipeline fail and rewrite the others.

    The modules that a failing file imports stay as they are: what it does with them is not known.
    """
    culprits: dict[str, Exception] = {}
    for path, text in job.files.items():
        try:
            _rewrite(job, {path: text}, {path} & job.writable)
        except Exception as alone:
            culprits[path] = alone
    if not culprits:
        return _failed(job, job.writable, error)
    edges = {path: imported(text.encode("utf-8", "ignore"), path) for path, text in job.files.items()}
    used = closure(culprits, edges) - culprits.keys()
    rest = {path: text for path, text in job.files.items() if path not in culprits}
    try:
        done = dict(_rewrite(job, rest, job.writable - used - culprits.keys()).files)
    except Exception as again:
        return _failed(job, job.writable, again)
    for path in used & job.writable:
        message = f"left as it was: {', '.join(sorted(culprits))} uses it and could not be processed"
        left = problem("MIG091", message, path, severity=Severity.MANUAL)
        done[path] = Result(job.files[path], False, (left,), filename=path)
    for path, own in culprits.items():
        done.update(_failed(job, {path} & job.writable, own).files)
    return ProjectResult(done)


def _failed(job: Job, paths: Collection[str], error: Exception) -> ProjectResult:
    """Return the same failure for each of `paths`."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({PurePath(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    message = f"internal error, please report it: {type(error).__name__}: {error}{place}".replace("\n", " ")
    return ProjectResult(
        {
            path: Result(job.files[path], False, (problem("MIG090", message, path),), filename=path)
            for path in sorted(paths)
        }
    )

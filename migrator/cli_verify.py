"""The command ``migrator verify``: the only one that runs the user's program."""

from __future__ import annotations

import dataclasses
import json
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import click

from migrator.console import Console
from migrator.model import Diagnostic

if TYPE_CHECKING:
    from migrator.verify import Evidence, VerifyOptions
    from migrator.verify.fixtures import FixtureResult
    from migrator.verify.launch import Runner

    Judged = tuple[str, Evidence, bool]  # name, evidence, as expected

EXISTING = click.Path(exists=True, path_type=Path)
WRITTEN = click.Path(dir_okay=False, path_type=Path)
COLORS = {"PASS": "green", "REPAIRED": "green", "UNCHANGED": "green", "FAIL": "red"}


def _stub(ctx: click.Context, param: click.Parameter, values: Iterable[str]) -> dict[str, str]:
    """Return module -> file for values like ``MODULE=FILE``."""
    stubs: dict[str, str] = {}
    for value in values:
        module, equals, file = value.partition("=")
        if not (module and equals and Path(file).is_file()):
            raise click.BadParameter(f"{value!r} is not MODULE=FILE with an existing file", ctx, param)
        stubs[module] = str(Path(file).resolve())
    return stubs


def _words(ctx: click.Context, param: click.Parameter, values: Iterable[str]) -> tuple[str, ...]:
    """Return the arguments that the values hold, split as a shell does."""
    try:
        return tuple(word for value in values for word in shlex.split(value))
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from error


@click.command()
@click.argument("paths", nargs=-1, type=EXISTING, metavar="[BEFORE AFTER | PATH]")
@click.option(
    "--fixtures",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Verify every folder below DIR that has before.py and after.py.",
)
@click.option(
    "--self",
    "itself",
    metavar="BEFORE",
    type=EXISTING,
    help="Run BEFORE twice in the oracle: does it agree with itself?",
)
@click.option("--json", "as_json", is_flag=True, help="The evidence as JSON.")
@click.option("--junit", metavar="FILE", type=WRITTEN, help="Write the verdicts there as JUnit XML.")
@click.option("--html", metavar="FILE", type=WRITTEN, help="Write a page there, with curves of both runs.")
@click.option("--record", metavar="FILE", type=WRITTEN, help="Keep the runs of BEFORE there, for --against.")
@click.option("--against", metavar="FILE", type=EXISTING, help="Use the runs recorded there; BEFORE is not run.")
@click.option("--tf1-python", metavar="PYTHON", help="An interpreter with TensorFlow 1 to run BEFORE in.")
@click.option("--script", metavar="FILE", help="The program, below the folder that was given.")
@click.option("--argv", metavar="ARGS", multiple=True, callback=_words, help="Arguments of the program, as in a shell.")
@click.option("--cwd", metavar="DIR", help="Working folder, below the program's root.")
@click.option("--path", "path", metavar="DIR", multiple=True, help="Further folder for sys.path.")
@click.option("--stub", metavar="MODULE=FILE", multiple=True, callback=_stub, help="Stand-in for a module, both sides.")
@click.option("--setup", metavar="CODE", multiple=True, help="Code, or a .py file, that runs before the program.")
@click.option("--edit", metavar="FILE OLD NEW", nargs=3, multiple=True, help="Replace text in the copy that is run.")
@click.option("--timeout", metavar="SECONDS", type=click.FloatRange(min=0, min_open=True), help="For one run.")
@click.option("--memory", metavar="GIB", type=click.FloatRange(min=0, min_open=True), help="For one run; default 8.")
@click.option("--fresh", is_flag=True, help="A fresh process for every run, not a fork.")
@click.option("--seed", metavar="N", type=int, help="Of Python's and NumPy's generators.")
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(min=1), default=1, help="Fixtures at once.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Default: auto.")
@click.option("-q", "--quiet", is_flag=True, help="One line for each program.")
@click.pass_context
def verify(
    ctx: click.Context, /, paths: tuple[Path, ...], fixtures: Path | None, itself: Path | None, as_json: bool,
    junit: Path | None, html: Path | None, jobs: int, color: str, quiet: bool, **given: Any,
) -> None:  # fmt: skip
    """Run a program before and after, and compare variables and results. This runs the program's code.

    Give BEFORE and AFTER, or one PATH, which is rewritten into a scratch folder. Options may also stand in a
    verify.toml beside the program.

    Exit status: 0 all PASS, REPAIRED or UNCHANGED (or, for a fixture, as it expects); 1 any other verdict; 2 error.
    """
    if sum((bool(paths), fixtures is not None, itself is not None)) != 1 or len(paths) > 2:
        raise click.UsageError("give BEFORE and AFTER, one PATH, --fixtures DIR, or --self BEFORE")
    if (given["record"] or given["against"]) and not paths:
        raise click.UsageError("--record and --against are for one program")
    from migrator.verify import VerifyError

    console = Console(color, quiet)
    try:
        if fixtures is not None:
            results = _fixtures(fixtures, _options(None, given), jobs, console, as_json)
        else:
            results = [_program(paths, itself, given, console, as_json)]
        _write_reports(results, junit, html)
        status = 0 if all(good for _, _, good in results) else 1
    except VerifyError as error:
        raise click.UsageError(str(error)) from error
    ctx.exit(status)


def _options(program: Path | None, given: dict[str, Any]) -> VerifyOptions:
    """Return the options of the verify.toml beside a program, with those of the command line over them."""
    from migrator.verify import Edit, VerifyOptions, load_options

    base = load_options(program) if program is not None else VerifyOptions()
    given = {**given, "edit": tuple(Edit(*edit) for edit in given["edit"])}
    return dataclasses.replace(base, **{name: value for name, value in given.items() if value or value == 0})


def _write_reports(results: list[Judged], junit: Path | None, html: Path | None) -> None:
    """Write the files that were asked for."""
    from migrator.verify.junit import render_junit
    from migrator.verify.page import render_page

    for path, render in ((junit, render_junit), (html, render_page)):
        if path is not None:
            try:
                path.write_text(render(results), encoding="utf-8")
            except OSError as error:
                raise click.UsageError(f"{path}: {error}") from error


def _program(
    paths: tuple[Path, ...], itself: Path | None, given: dict[str, Any], console: Console, as_json: bool
) -> Judged:
    """Verify one program and print its evidence."""
    from migrator.verify import render_text, to_json, verify_self
    from migrator.verify import verify as verify_pair

    before = itself or paths[0]
    options = _options(before, given)
    if itself is not None:
        evidence = verify_self(before, options=options)
    else:
        evidence = _plainly(verify_pair(before, paths[1] if len(paths) == 2 else None, options=options), before)
    if as_json:
        click.echo(json.dumps(to_json(evidence), indent=2))
    else:
        click.echo(_colored(render_text(evidence, verbose=not console.quiet), evidence, console))
    return evidence.program or str(before), evidence, evidence.verdict.good


def _plainly(evidence: Evidence, before: Path) -> Evidence:
    """Return evidence that says, where a file can't be parsed, whether it is Python 2: as the other commands do."""
    from migrator.source.decode import decode
    from migrator.source.python2 import syntax_problem

    if "can't be parsed" not in evidence.reason or not before.is_file():
        return evidence
    decoded = decode(before.read_bytes(), before.name)
    found = decoded if isinstance(decoded, Diagnostic) else syntax_problem(decoded.text, before.name)
    if found is None:
        return evidence
    reason = f"{before.name}:{found.line}: {found.code} {found.message}"
    return dataclasses.replace(evidence, reason=reason)


def _fixtures(folder: Path, options: VerifyOptions, jobs: int, console: Console, as_json: bool) -> list[Judged]:
    """Verify all fixtures of a folder, print them as they come, and count the verdicts apart."""
    from migrator.verify import to_json

    results: list[FixtureResult] = []
    for result in _each_fixture(folder, options, jobs):
        results.append(result)
        if not as_json and not (console.quiet and result.ok):
            click.echo(_fixture_line(result, console))
    if not results:
        raise click.UsageError(f"no folder with before.py and after.py below {folder}")
    if as_json:
        click.echo(json.dumps([_fixture_json(result, to_json) for result in results], indent=2))
    else:
        counts = Counter(str(result.evidence.verdict) for result in results)
        verdicts = ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items()))
        good = sum(result.ok for result in results)
        click.echo(f"{len(results)} fixtures: {verdicts}; {good} as expected, {len(results) - good} not")
    return [(result.name, result.evidence, result.ok) for result in results]


def _each_fixture(folder: Path, options: VerifyOptions, jobs: int) -> Iterator[FixtureResult]:
    """Verify the fixtures below a folder, `jobs` at once, each with children of its own; yield them by path."""
    from migrator.verify import open_runner
    from migrator.verify.converted import converter
    from migrator.verify.fixtures import fixture_folders, iterate_fixtures

    places, rewrite = fixture_folders(folder), converter()
    with ExitStack() as stack:
        runners: SimpleQueue[Runner] = SimpleQueue()
        for _ in range(min(jobs, len(places))):
            runners.put(stack.enter_context(open_runner(fresh=options.fresh)))

        def one(place: Path) -> FixtureResult:
            runner = runners.get()
            try:
                result = next(iterate_fixtures(place, options=options, rewrite=rewrite, runner=runner))
            finally:
                runners.put(runner)
            return dataclasses.replace(result, name=place.relative_to(folder).as_posix())

        pool = stack.enter_context(ThreadPoolExecutor(jobs))  # the work is done in child processes
        yield from pool.map(one, places)


def _fixture_line(result: FixtureResult, console: Console) -> str:
    """Return a fixture's verdict as one line, with what is wrong with it."""
    line = _colored(f"{result.evidence.verdict}  {result.name}", result.evidence, console)
    if result.ok:
        return line
    expected = f"; expected {result.expected}" if result.expected is not None else ""
    text = "" if result.text_equal else "; the rewritten text is not after.py"
    return f"{line}  NOT AS EXPECTED: {result.evidence.reason}{expected}{text}"


def _fixture_json(result: FixtureResult, to_json: Callable[[Evidence], dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": result.name,
        "expected": None if result.expected is None else str(result.expected),
        "text_equal": result.text_equal,
        "ok": result.ok,
        "evidence": to_json(result.evidence),
    }


def _colored(text: str, evidence: Evidence, console: Console) -> str:
    """Colour the verdict at the start of a text for standard output."""
    import sys

    verdict = str(evidence.verdict)
    if not console.colors(sys.stdout):
        return text
    return click.style(verdict, fg=COLORS.get(verdict, "yellow"), bold=True) + text.removeprefix(verdict)

"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

import migrator
from migrator.cli_verify import verify
from migrator.console import Console

if TYPE_CHECKING:
    from migrator.commands import Request
    from migrator.model import Rule

F = TypeVar("F", bound=Callable[..., Any])
LATER_FORMATS = ("sarif", "github", "html")


class Format(click.Choice[str]):
    """The report formats; one that is planned gets a message of its own."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the format's name, or fail with a usage error."""
        if value in LATER_FORMATS:
            self.fail(f"format {value!r} is not yet available; there are: {', '.join(self.choices)}", param, ctx)
        return super().convert(value, param, ctx)


def _options(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator for several options, shown in this order."""
    return lambda command: functools.reduce(lambda made, option: option(made), reversed(options), command)


CONSOLE_OPTIONS = _options(
    click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Default: auto."),
    click.option("-q", "--quiet", is_flag=True, help="Only what needs a person."),
)
PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True, path_type=Path))
REWRITE_OPTIONS = _options(
    click.option("--select", metavar="CODES", multiple=True, help="Use only these rules (MIG2 means all MIG2xx)."),
    click.option("--ignore", metavar="CODES", multiple=True, help="Do not use these rules."),
    click.option("--exclude", metavar="GLOB", multiple=True, help="Leave these out; .gitignore counts too."),
    click.option("--optimizers", type=click.Choice(["keras", "exact"]), help="Default: keras."),
    click.option("-j", "--jobs", type=click.IntRange(min=0), metavar="N", help="Projects at once (0: all cores)."),
    click.option("--config", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
                 help="Settings; default: [tool.migrator] in the nearest pyproject.toml."),
    click.option("--format", "form", type=Format(["text", "json"]), default="text", help="Of the report."),
    click.option("--report", metavar="FILE", type=click.Path(dir_okay=False, writable=True, path_type=Path),
                 help="Write the report there."),
    CONSOLE_OPTIONS,
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(migrator.__version__, prog_name="migrator")
def cli() -> None:
    """Rewrite TensorFlow 1 programs to native TensorFlow 2, and prove it by running both."""


@cli.command()
@PATHS
@click.option("-o", "--output", metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
              help="Write a copy of the tree there instead.")  # fmt: skip
@click.option("--stdin-filename", metavar="NAME", help="With PATH '-': the name of what comes from standard input.")
@click.option("--allow-dirty", is_flag=True, help="Rewrite even if git has uncommitted changes.")
@REWRITE_OPTIONS
@click.pass_context
def rewrite(
    ctx: click.Context, /, paths: tuple[Path, ...], output: Path | None, stdin_filename: str | None, allow_dirty: bool,
    **settings: Any,
) -> None:  # fmt: skip
    """Rewrite files and folders in place. No program is run.

    Exit status: 0 done; 1 done, but something needs a person; 2 usage or error.
    """
    if stdin_filename is not None or Path("-") in paths:
        if paths != (Path("-"),) or output is not None:
            raise click.UsageError("'-' reads standard input: it goes with no other PATH and no --output")
        from migrator.commands import filter_stdin

        ctx.exit(filter_stdin(_request((), **settings), stdin_filename or "<stdin>"))
    request = _request(paths, **settings)
    from migrator.commands import rewrite_in_place, rewrite_to
    from migrator.source.copy import OutputError

    if output is not None:
        try:
            ctx.exit(rewrite_to(request, output))
        except OutputError as error:
            raise click.UsageError(str(error)) from error
    if not allow_dirty:
        _refuse_dirty(paths)
    ctx.exit(rewrite_in_place(request))


@cli.command()
@PATHS
@REWRITE_OPTIONS
@click.pass_context
def diff(ctx: click.Context, /, paths: tuple[Path, ...], **settings: Any) -> None:
    """Show what `rewrite` would change, as a diff that `git apply` accepts. No program is run, nothing is written.

    Exit status: 0 nothing to change; 1 would change, or needs a person; 2 usage or error.
    """
    if Path("-") in paths:
        raise click.UsageError("diff reads files and folders; '-' is for rewrite")
    from migrator.commands import show_diff

    ctx.exit(show_diff(_request(paths, **settings)))


@cli.command()
def rules() -> None:
    """List the rules."""
    found = _rules()
    width = max(len(rule.name) for rule in found)
    for rule in found:
        click.echo(f"{rule.code}  {rule.name:<{width}}  {rule.summary}")


@cli.command()
@click.argument("code")
def explain(code: str) -> None:
    """Explain one rule, by code or name, with the code before and after."""
    rule = next((rule for rule in _rules() if code.upper() == rule.code or code.lower() == rule.name), None)
    if rule is None:
        raise click.UsageError(f"no rule {code}; `migrator rules` lists them")
    parts = [f"{rule.code} {rule.name}", rule.summary, click.wrap_text(rule.explanation, 88, preserve_paragraphs=True)]
    for title, example in (("Before:", rule.before), ("After:", rule.after)):
        if example:
            parts.append(title + "\n" + "\n".join(f"    {line}".rstrip() for line in example.strip("\n").splitlines()))
    click.echo("\n\n".join(parts))


def _rules() -> list[Rule]:
    """Return all rules by code."""
    from migrator.pipeline import RULES
    from migrator.source.rules import INPUT_RULES

    return [rule for _, rule in sorted({rule.code: rule for rule in (*INPUT_RULES, *RULES)}.items())]


def _request(
    paths: tuple[Path, ...], select: Sequence[str], ignore: Sequence[str], exclude: Sequence[str],
    optimizers: str | None, jobs: int | None, config: Path | None, form: str, report: Path | None,
    color: str, quiet: bool,
) -> Request:  # fmt: skip
    """Return the checked settings of a call: the command line's, else the settings file's."""
    from migrator.commands import Request
    from migrator.config import Config, ConfigError, load_config

    try:
        found = load_config(config, paths)
    except ConfigError as error:
        raise click.UsageError(str(error)) from error
    settings = Config(
        _codes(select) or found.select,
        _codes(ignore) or found.ignore,
        (*found.exclude, *exclude),
        optimizers or found.optimizers,
        found.jobs if jobs is None else jobs,
    )
    if settings.select or settings.ignore:
        known = [rule.code for rule in _rules()]
        for code in (*settings.select, *settings.ignore):
            if not any(rule.startswith(code) for rule in known):
                raise click.UsageError(f"no rule {code}; `migrator rules` lists them")
    return Request(paths, settings, Console(color, quiet), form, report)


def _codes(values: Sequence[str]) -> tuple[str, ...]:
    """Return codes given in several options, or separated by commas in one."""
    return tuple(code.strip().upper() for value in values for code in value.split(",") if code.strip())


def _refuse_dirty(paths: Sequence[Path]) -> None:
    """Raise a usage error if git has uncommitted work that is in the way."""
    from migrator.source.git import GitError, uncommitted

    try:
        files = uncommitted(paths)
    except GitError as error:
        raise click.UsageError(f"{error}\nUse --allow-dirty to rewrite all the same.") from error
    if files:
        shown = "\n".join(f"  {name}" for name in files[:10]) + ("\n  ..." if len(files) > 10 else "")
        raise click.UsageError(
            f"uncommitted changes in the git tree; commit or stash them, or use --allow-dirty:\n{shown}"
        )


cli.add_command(verify)


def main() -> NoReturn:
    """Run the command line; the console script. Any failure is status 2, an interrupt 130."""
    try:
        status = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = 2
    except click.Abort:
        status = 130
    except Exception:
        import traceback

        traceback.print_exc()
        click.echo("migrator failed: please report the lines above.", err=True)
        status = 2
    sys.exit(status or 0)

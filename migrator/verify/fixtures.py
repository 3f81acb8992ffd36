"""Fixtures: folders with `before.py`, `after.py` and, if need be, `case.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from migrator.verify.converted import Rewrite
from migrator.verify.evidence import Evidence, Verdict
from migrator.verify.launch import Runner
from migrator.verify.options import VerifyError, VerifyOptions, load_options, options_from
from migrator.verify.program import read_text

CASE_FILE = "case.toml"


@dataclass(frozen=True, slots=True)
class FixtureResult:
    """What became of one fixture.

    Attributes:
        name: path of its folder below the folder given.
        expected: verdict that `case.toml` asks for; None: any good one.
        evidence: of the verification.
        text_equal: the converter makes exactly `after.py` of `before.py`.
        ok: all as expected.
    """

    name: str
    expected: Verdict | None
    evidence: Evidence
    text_equal: bool
    ok: bool


def fixture_folders(folder: str | Path) -> list[Path]:
    """Return every folder at or below `folder` that has `before.py` and `after.py`, sorted."""
    return sorted(file.parent for file in Path(folder).rglob("before.py") if (file.parent / "after.py").is_file())


def read_case(folder: Path, base: VerifyOptions) -> tuple[Verdict | None, VerifyOptions]:
    """Return (expected verdict, options) of a fixture.

    Raises:
        VerifyError: `case.toml` is wrong.
    """
    file = folder / CASE_FILE
    if not file.exists():
        return None, _with_base(load_options(folder), base)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        expected = Verdict(table.pop("expect")) if "expect" in table else None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValueError) as error:
        raise VerifyError(f"{file}: {error}") from error
    for key in ("title", "about", "codes", "diagnostic"):  # for people and for other tests
        table.pop(key, None)
    return expected, _with_base(options_from(table, file), base)


def _with_base(options: VerifyOptions, base: VerifyOptions) -> VerifyOptions:
    from dataclasses import replace

    return replace(options, tf1_python=options.tf1_python or base.tf1_python)


def iterate_fixtures(
    folder: str | Path, *, options: VerifyOptions, rewrite: Rewrite, runner: Runner
) -> Iterator[FixtureResult]:
    """Verify every fixture below a folder, one after the other.

    Args:
        folder: searched recursively.
        options: `tf1_python` of them holds for all.
        rewrite: the converter.
        runner: of the children.

    Yields:
        The results in order of path.
    """
    from migrator.verify.engine import Verification

    for place in fixture_folders(folder):
        name = place.relative_to(folder).as_posix()
        try:
            expected, mine = read_case(place, options)
            verification = Verification(place / "before.py", None, mine, runner, rewrite)
            new = rewrite(verification.texts).files[verification.program.script]
            equal = str(new.source) == (read_text(place / "after.py") or "")
            evidence = verification.evidence()
        except VerifyError as error:
            yield FixtureResult(name, None, Evidence(Verdict.INCONCLUSIVE, str(error)), False, False)
            continue
        good = evidence.verdict is expected if expected is not None else evidence.verdict.good
        yield FixtureResult(name, expected, evidence, equal, good and equal)

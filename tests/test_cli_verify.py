"""The command verify: its options, output and exit status; what it runs is tested with the verification itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import migrator.verify
import migrator.verify.converted
import migrator.verify.fixtures
from migrator.cli import cli
from migrator.verify import Edit, Evidence, Verdict, VerifyError, VerifyOptions
from migrator.verify.fixtures import FixtureResult

Calls = list[tuple[str, tuple[Any, ...], VerifyOptions]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Record what is called instead of running anything; the verdict is the name of the before."""
    seen: Calls = []

    def fake(name: str) -> Any:
        def call(before: Path, after: Path | None = None, *, options: VerifyOptions) -> Evidence:
            seen.append((name, (before, after), options))
            if before.stem == "broken":
                raise VerifyError("no TensorFlow")
            return Evidence(Verdict(before.stem.upper()), "because", str(before))

        return call

    monkeypatch.setattr(migrator.verify, "verify", fake("verify"))
    monkeypatch.setattr(migrator.verify, "verify_self", fake("verify_self"))
    return seen


def call(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(cli, ["verify", *map(str, arguments)], catch_exceptions=False)


def program(folder: Path, name: str) -> Path:
    """Make an empty program."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).touch()
    return folder / name


@pytest.mark.parametrize("verdict", list(Verdict))
def test_exit_status_by_verdict(tmp_path: Path, calls: Calls, verdict: Verdict) -> None:
    done = call(program(tmp_path, f"{verdict.lower()}.py"))
    assert done.exit_code == (0 if verdict in ("PASS", "REPAIRED", "UNCHANGED") else 1)
    assert done.stdout.startswith(f"{verdict}  ")
    assert "because" in done.stdout


def test_python_2_is_called_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(before: Path, after: Path | None = None, *, options: VerifyOptions) -> Evidence:
        return Evidence(Verdict.REFUSED, "old.py:2: the file can't be parsed: Missing parentheses", "old.py")

    monkeypatch.setattr(migrator.verify, "verify", refused)
    old = program(tmp_path, "old.py")
    old.write_text("import tensorflow as tf\nprint 'x'\n")
    assert "old.py:2: MIG002 Python 2 (print statement)" in call(old).stdout
    old.write_text("import tensorflow as tf\nprint(\n")
    assert "MIG001 syntax error" in call(old).stdout


def test_what_is_called(tmp_path: Path, calls: Calls) -> None:
    before, after = program(tmp_path, "pass.py"), program(tmp_path, "after.py")
    call(before)
    call(before, after)
    call("--self", before)
    assert [(name, paths) for name, paths, _ in calls] == [
        ("verify", (before, None)), ("verify", (before, after)), ("verify_self", (before, None)),
    ]  # fmt: skip


def test_options_are_laid_over_those_beside_the_program(tmp_path: Path, calls: Calls) -> None:
    before = program(tmp_path, "pass.py")
    (tmp_path / "verify.toml").write_text('timeout = 5\nargv = ["a"]\ncwd = "sub"\n')
    stub = program(tmp_path, "gym.py")
    call(before, "--argv", "--steps 3 'b c'", "--path", "lib", "--path", "src", "--stub", f"gym={stub}", "--seed", 0,
         "--setup", "x = 1", "--edit", "train.py", "1000", "10", "--tf1-python", "python3.7")  # fmt: skip
    (_, _, options), = calls  # fmt: skip
    assert (options.timeout, options.cwd, options.argv) == (5, "sub", ("--steps", "3", "b c"))
    assert (options.path, dict(options.stub)) == (("lib", "src"), {"gym": str(stub)})
    assert (options.seed, options.setup, options.tf1_python) == (0, ("x = 1",), "python3.7")
    assert options.edit == (Edit("train.py", "1000", "10"),)


def test_json(tmp_path: Path, calls: Calls) -> None:
    done = call("--json", program(tmp_path, "fail.py"))
    assert done.exit_code == 1
    assert json.loads(done.stdout)["verdict"] == "FAIL"


def test_reports_in_files(tmp_path: Path, calls: Calls) -> None:
    xml, page = tmp_path / "out.xml", tmp_path / "out.html"
    assert call(program(tmp_path, "fail.py"), "--junit", xml, "--html", page).exit_code == 1
    assert 'failures="1"' in xml.read_text() and "because" in page.read_text()
    assert call(program(tmp_path, "pass.py"), "--junit", tmp_path / "missing" / "out.xml").exit_code == 2


def test_recordings_are_options(tmp_path: Path, calls: Calls) -> None:
    before, tape = program(tmp_path, "pass.py"), program(tmp_path, "tape")
    call(before, "--record", tmp_path / "new")
    call(before, "--against", tape)
    assert [o.record for _, _, o in calls] == [tmp_path / "new", None] and calls[1][2].against == tape
    assert call("--self", before, "--against", tape).exit_code == 2


def test_usage_errors(tmp_path: Path, calls: Calls) -> None:
    before = program(tmp_path, "pass.py")
    assert call().exit_code == 2
    assert call(before, before, before).exit_code == 2
    assert call(before, "--self", before).exit_code == 2
    assert call(tmp_path / "missing.py").exit_code == 2
    assert call(before, "--stub", "gym").exit_code == 2
    assert call(before, "--stub", "gym=missing.py").exit_code == 2
    assert call(before, "--argv", "'open").exit_code == 2
    broken = call(program(tmp_path, "broken.py"))
    assert broken.exit_code == 2 and "no TensorFlow" in broken.stderr
    assert [name for name, _, _ in calls] == ["verify"]


@pytest.fixture
def fixtures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three fixtures whose verdicts are made up: the folder's name says which, and whether it is as expected."""

    class NoRunner:
        def __init__(self, *, fresh: bool) -> None:
            assert not fresh

        def __enter__(self) -> NoRunner:
            return self

        def __exit__(self, *_: object) -> None:
            return None

    def iterate(place: Path, **_: Any) -> Any:
        verdict, ok = place.name.split("_")
        evidence = Evidence(Verdict(verdict.upper()), "because")
        yield FixtureResult(".", None, evidence, True, ok == "ok")
        raise AssertionError("only the folder itself is asked for")

    monkeypatch.setattr(migrator.verify, "open_runner", NoRunner)
    monkeypatch.setattr(migrator.verify.converted, "converter", lambda: None)
    monkeypatch.setattr(migrator.verify.fixtures, "iterate_fixtures", iterate)
    for name in ("pass_ok", "deep/refused_ok", "repaired_ok"):
        program(tmp_path / name, "before.py")
        program(tmp_path / name, "after.py")
    program(tmp_path / "no_fixture", "before.py")
    return tmp_path


@pytest.mark.parametrize("jobs", [1, 3])
def test_fixtures_are_counted_apart(fixtures: Path, jobs: int) -> None:
    done = call("--fixtures", fixtures, "-j", jobs)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "REFUSED  deep/refused_ok",
        "PASS  pass_ok",
        "REPAIRED  repaired_ok",
        "3 fixtures: 1 PASS, 1 REFUSED, 1 REPAIRED; 3 as expected, 0 not",
    ]


def test_a_fixture_that_is_not_as_expected(fixtures: Path) -> None:
    program(fixtures / "fail_not", "before.py")
    program(fixtures / "fail_not", "after.py")
    done = call("--fixtures", fixtures, "-q")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0] == "FAIL  fail_not  NOT AS EXPECTED: because"


def test_no_fixtures_is_an_error(tmp_path: Path, fixtures: Path) -> None:
    assert call("--fixtures", program(fixtures / "empty", "x").parent).exit_code == 2

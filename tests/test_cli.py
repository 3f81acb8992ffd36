"""The commands rewrite, diff, rules and explain, over a pipeline that does what the text says."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner, Result

from migrator.cli import cli
from migrator.console import Console

TF = "import tensorflow as tf\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipeline: ModuleType) -> Path:
    """An empty current folder, with the fake pipeline."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str, stdin: bytes | None = None, env: dict[str, str] | None = None) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli, arguments, input=stdin, env=env, catch_exceptions=False)


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder."""
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.autocrlf=false", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def repository(folder: Path) -> None:
    """Commit all that is in a folder."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "start")


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


# --- start-up


def run_python(code: str) -> str:
    """Run code in a fresh interpreter."""
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def heavy_after(code: str) -> list[str]:
    """Return which heavy packages are imported after running code in a fresh interpreter."""
    names = "libcst tensorflow numpy rich pathspec"
    check = f"print(*(name for name in {names!r}.split() if name in sys.modules))"
    return run_python(f"import sys\n{code}\n{check}").splitlines()[-1].split()


def test_help_imports_nothing_heavy() -> None:
    code = "from click.testing import CliRunner\nfrom migrator.cli import cli\n"
    assert heavy_after(code + "print(CliRunner().invoke(cli, ['--help']).output)") == []


def test_import_migrator_is_cheap_and_lazy() -> None:
    assert heavy_after("import migrator\nmigrator.Severity") == []
    assert set(heavy_after("import migrator\nmigrator.rewrite_source('x = 1')")) <= {"pathspec"}


def test_help_is_fast() -> None:
    best = min(_timed([sys.executable, "-m", "migrator", "--help"]) for _ in range(5))
    assert best < 0.3


def _timed(command: list[str]) -> float:
    """Return the CPU seconds of a command: unlike wall time, they do not depend on what else runs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# --- rewrite


def test_rewrite_in_place_keeps_mode_and_other_files(here: Path) -> None:
    (here / "a.py").write_text(TF + "x = OLD\n")
    (here / "a.py").chmod(0o755)
    (here / "b.py").write_text("x = OLD\n")
    done = call("rewrite", ".")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-1] == "2 files, 1 changed"
    assert (here / "a.py").read_text() == TF + "x = NEW\n"
    assert (here / "a.py").stat().st_mode & 0o777 == 0o755
    assert (here / "b.py").read_text() == "x = OLD\n"  # has nothing to do with TensorFlow
    assert sorted(p.name for p in here.iterdir()) == ["a.py", "b.py"]  # no temporary file is left


@pytest.mark.parametrize(
    ("texts", "status"),
    [
        ({"a.py": TF}, 0),
        ({"a.py": TF + "# SAY info\n"}, 0),
        ({"a.py": TF + "# SAY manual\n", "b.py": TF + "OLD\n"}, 1),
        ({"a.py": TF + "# SAY manual\n", "b.py": TF + "def f(:\n"}, 2),
    ],
)
def test_rewrite_exit_status_over_many_files(here: Path, texts: dict[str, str], status: int) -> None:
    for name, text in texts.items():
        (here / name).write_text(text)
    assert call("rewrite", ".").exit_code == status


def test_all_files_are_done_before_an_error_counts(here: Path) -> None:
    (here / "a.py").write_text(TF + "def f(:\n")
    (here / "b.py").write_text(TF + "OLD\n")
    done = call("rewrite", "a.py", "b.py")
    assert done.exit_code == 2
    assert "a.py:2:7: MIG001 error: syntax error" in done.stderr
    assert (here / "b.py").read_text() == TF + "NEW\n"
    assert (here / "a.py").read_text() == TF + "def f(:\n"


def test_diagnostics_are_in_order_of_path_and_line(here: Path) -> None:
    for name in ("b.py", "a.py"):
        (here / name).write_text(TF + "1  # SAY manual\n2  # SAY info\n")
    lines = call("rewrite", "b.py", "a.py").stderr.splitlines()
    assert [line.split(" ")[0] for line in lines[:-1]] == ["a.py:2:6:", "a.py:3:6:", "b.py:2:6:", "b.py:3:6:"]
    assert lines[0] == "a.py:2:6: MIG201 manual: as asked"
    assert lines[-1] == "2 files, 0 changed; 2 manual; 2 info"


def test_quiet_leaves_what_needs_a_person(here: Path) -> None:
    (here / "a.py").write_text(TF + "1  # SAY manual\n2  # SAY info\n")
    assert call("rewrite", "-q", "a.py").stderr == "a.py:2:6: MIG201 manual: as asked\n"


def test_missing_path_is_a_usage_error(here: Path) -> None:
    done = call("rewrite", "nothing.py")
    assert done.exit_code == 2
    assert "nothing.py" in done.stderr


def test_folder_without_tensorflow_says_so(here: Path) -> None:
    (here / "a.py").write_text("x = 1\n")
    done = call("rewrite", ".")
    assert (done.exit_code, done.stderr) == (0, "no TensorFlow found in 1 file: nothing to do\n")
    (here / "a.py").unlink()
    assert call("rewrite", ".").stderr == "no Python files found: nothing to do\n"


def test_empty_file_is_fine(here: Path) -> None:
    (here / "a.py").write_bytes(b"")
    assert call("rewrite", "a.py").exit_code == 0


def test_companion_file_is_written_once_and_never_over_another(here: Path) -> None:
    (here / "a.py").write_text(TF + "OLD  # NEED helper.py\n")
    (here / "b.py").write_text(TF + "OLD  # NEED helper.py\n")
    assert call("rewrite", ".").exit_code == 0
    assert (here / "helper.py").read_text() == "companion = 1\n"
    (here / "helper.py").write_text("mine = 1\n")
    (here / "a.py").write_text(TF + "OLD  # NEED helper.py\n")
    done = call("rewrite", ".")
    assert done.exit_code == 2
    assert "a.py:1:1: MIG008 error" in done.stderr
    assert (here / "helper.py").read_text() == "mine = 1\n"
    assert "OLD" in (here / "a.py").read_text()


def test_skip_file_and_ignore_comments(here: Path) -> None:
    (here / "a.py").write_text("# migrator: skip-file\n" + TF + "OLD  # SAY manual\n")
    (here / "b.py").write_text(
        TF + "1  # SAY manual, migrator: ignore[MIG9]\n2  # SAY manual # migrator: ignore[MIG2]\n"
    )
    done = call("rewrite", ".")
    assert done.stderr.splitlines() == ["b.py:2:6: MIG201 manual: as asked", "2 files, 0 changed; 1 manual"]
    assert "OLD" in (here / "a.py").read_text()


def test_options_reach_the_pipeline(here: Path, pipeline: ModuleType) -> None:
    (here / "a.py").write_text(TF)
    assert (
        call("rewrite", "--select", "mig2,MIG001", "--ignore", "MIG201", "--optimizers", "exact", "a.py").exit_code == 0
    )
    (seen,) = pipeline.CALLS
    assert (seen["select"], seen["ignore"], seen["optimizers"]) == (("MIG2", "MIG001"), ("MIG201",), "exact")
    assert call("rewrite", "--select", "XYZ", "a.py").exit_code == 2


def test_settings_file_counts_and_the_command_line_wins(here: Path, pipeline: ModuleType) -> None:
    (here / "pyproject.toml").write_text(
        '[tool.migrator]\noptimizers = "exact"\nexclude = ["skipped"]\nignore = ["MIG2"]\n'
    )
    (here / "skipped").mkdir()
    (here / "skipped/a.py").write_text(TF + "OLD\n")
    (here / "a.py").write_text(TF)
    assert call("rewrite", "--ignore", "MIG001", ".").exit_code == 0
    (seen,) = pipeline.CALLS
    assert (seen["optimizers"], seen["ignore"], list(seen["files"])) == ("exact", ("MIG001",), ["a.py"])
    (here / "pyproject.toml").write_text("[tool.migrator]\nexlude = []\n")
    done = call("rewrite", ".")
    assert done.exit_code == 2
    assert "unknown setting 'exlude'" in done.stderr


# --- rewrite --output and the filter


def test_output_writes_a_copy_of_the_tree(here: Path) -> None:
    source = here / "src"
    (source / "data").mkdir(parents=True)
    (source / "a.py").write_text(TF + "OLD\n")
    (source / "plain.py").write_text("x = 1\n")
    (source / "data/x.csv").write_bytes(b"1,2\r\n")
    (source / ".hidden").write_text("")
    done = call("rewrite", "src", "--output", "./out")
    assert (done.exit_code, done.stderr) == (0, "2 files, 1 changed in out\n")
    copied = {p.relative_to(here / "out").as_posix(): p.read_bytes() for p in (here / "out").rglob("*") if p.is_file()}
    assert copied == {"a.py": TF.encode() + b"NEW\n", "plain.py": b"x = 1\n", "data/x.csv": b"1,2\r\n"}
    assert (source / "a.py").read_text() == TF + "OLD\n"


def test_output_of_a_file_and_inside_the_tree(here: Path) -> None:
    (here / "a.py").write_text(TF + "OLD\n")
    assert call("rewrite", "a.py", "-o", "out").exit_code == 0
    assert (here / "out/a.py").read_text() == TF + "NEW\n"
    assert call("rewrite", ".", "-o", "out").exit_code == 0  # what is in the output folder is not copied into itself
    assert not (here / "out/out").exists()
    assert call("rewrite", ".", "-o", ".").exit_code == 2
    assert (here / "a.py").read_text() == TF + "OLD\n"


def test_output_refuses_two_files_of_one_name(here: Path) -> None:
    for folder in ("x", "y"):
        (here / folder).mkdir()
        (here / folder / "a.py").write_text(TF)
    assert call("rewrite", "x/a.py", "y/a.py", "-o", "out").exit_code == 2
    assert call("rewrite", "-j", "1", "x", "y", "-o", "out").exit_code == 0
    assert (here / "out/y/a.py").exists()


def test_filter_keeps_bytes(here: Path) -> None:
    text = b"\xef\xbb\xbfimport tensorflow as tf\r\nADD  # SAY manual\r\n"
    done = call("rewrite", "--stdin-filename", "train.py", "-", stdin=text)
    assert done.exit_code == 1
    assert done.stdout_bytes == b"\xef\xbb\xbfimport tensorflow as tf\r\none\r\ntwo  # SAY manual\r\n"
    assert done.stderr == "train.py:2:8: MIG201 manual: as asked\n"


def test_filter_gives_bad_input_back(here: Path) -> None:
    done = call("rewrite", "--stdin-filename", "train.py", "-", stdin=b"def f(:\n")
    assert (done.exit_code, done.stdout_bytes) == (2, b"def f(:\n")
    assert done.stderr.startswith("train.py:1:7: MIG001 error")
    assert call("rewrite", "-", "a.py", stdin=b"").exit_code == 2


# --- the guard


def test_dirty_tree_is_refused(here: Path) -> None:
    (here / "a.py").write_text(TF + "OLD\n")
    (here / "notes.txt").write_text("")
    repository(here)
    (here / "notes.txt").write_text("changed")
    done = call("rewrite", "a.py")
    assert done.exit_code == 2
    assert "notes.txt" in done.stderr and "--allow-dirty" in done.stderr
    assert (here / "a.py").read_text() == TF + "OLD\n"
    assert call("diff", "a.py").exit_code == 1  # writes nothing, so it does not care
    assert call("rewrite", "a.py", "-o", "out").exit_code == 0
    assert call("rewrite", "--allow-dirty", "a.py").exit_code == 0
    assert (here / "a.py").read_text() == TF + "NEW\n"


def test_untracked_sources_count_only_under_the_paths(here: Path) -> None:
    (here / "src").mkdir()
    (here / "src/a.py").write_text(TF + "OLD\n")
    repository(here)
    (here / "new.py").write_text(TF)
    (here / "src/data.bin").write_text("")
    assert call("rewrite", "src").exit_code == 0
    git(here, "commit", "-aqm", "rewritten")
    (here / "src/new.py").write_text(TF)
    assert call("rewrite", "src").exit_code == 2


# --- diff


def write_awkward_files(folder: Path) -> None:
    """Write files whose diff is hard to get right."""
    (folder / "sub dir").mkdir()
    texts = {
        "plain.py": TF.encode() + b"OLD\n" * 3 + b"\n" * 12 + b"OLD\n",
        "no_newline.py": TF.encode() + b"OLD",
        "crlf.py": b"import tensorflow\r\nADD\r\n\r\n",
        "mixed.py": b"import tensorflow\r\nOLD\nOLD\r\n",
        "mac.py": b"import tensorflow\rADD\rx = 1\r",
        "bom.py": b"\xef\xbb\xbfOLD  # tensorflow\n",
        "latin.py": "# coding: latin-1\nimport tensorflow\nOLD = 'é'\n".encode("latin-1"),
        "feed.py": b"import tensorflow\n\x0cOLD\n\x0b",
        "sub dir/spaced name.py": TF.encode() + b"OLD\n",
        "unicod\u00e9.py": TF.encode() + b"OLD\n",
        "makes.py": TF.encode() + b"OLD  # NEED made.py\n",
    }
    for name, data in texts.items():
        (folder / name).write_bytes(data.replace(b"\x0b", b""))


def test_git_applies_the_diff_and_gets_what_rewrite_writes(here: Path) -> None:
    tree = here / "tree"
    tree.mkdir()
    write_awkward_files(tree)
    repository(tree)
    os.chdir(tree)
    shown = call("diff", ".")
    assert shown.exit_code == 1
    (here / "patch").write_bytes(shown.stdout_bytes)
    git(tree, "apply", "--whitespace=nowarn", str(here / "patch"))
    applied = {p.relative_to(tree).as_posix(): p.read_bytes() for p in sorted(tree.rglob("*.py"))}
    git(tree, "clean", "-qfd")
    git(tree, "checkout", "-q", ".")
    assert call("rewrite", ".").exit_code == 0
    assert applied == {p.relative_to(tree).as_posix(): p.read_bytes() for p in sorted(tree.rglob("*.py"))}
    assert applied["crlf.py"] == b"import tensorflow\r\none\r\ntwo\r\n\r\n"
    assert applied["mac.py"] == b"import tensorflow\rone\rtwo\rx = 1\r"
    assert "made.py" in applied and b"NEW" in applied["sub dir/spaced name.py"]


def test_diff_writes_nothing_and_has_its_own_status(here: Path) -> None:
    (here / "a.py").write_text(TF + "OLD\n")
    done = call("diff", "a.py")
    assert done.exit_code == 1
    assert done.stdout.startswith("--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n")
    assert (here / "a.py").read_text() == TF + "OLD\n"
    (here / "a.py").write_text(TF)
    assert (call("diff", "a.py").exit_code, call("diff", "a.py").stdout) == (0, "")
    (here / "a.py").write_text(TF + "# SAY manual\n")
    assert call("diff", "a.py").exit_code == 1
    (here / "a.py").write_text(TF + "def f(:\n")
    assert call("diff", "a.py").exit_code == 2


def test_diff_of_an_absolute_path_applies_here(here: Path) -> None:
    (here / "a.py").write_text(TF + "OLD\n")
    assert call("diff", str(here / "a.py")).stdout.startswith("--- a/a.py\n")


def test_json_report(here: Path) -> None:
    (here / "a.py").write_text(TF + "OLD  # SAY manual\n")
    done = call("diff", "--format", "json", "a.py")
    report = json.loads(done.stdout)
    assert report["run"]["tool"] == "migrator" and report["run"]["schema"] == 1
    assert report["counts"] == {"files": 1, "changed": 1, "info": 0, "manual": 1, "error": 0}
    (file,) = report["files"]
    assert (file["path"], file["changed"], file["diagnostics"][0]["code"]) == ("a.py", True, "MIG201")
    assert file["sessions"][0]["sites"][0]["id"] == "a.py:1:1"
    assert file["diff"].startswith("--- a/a.py\n")


def test_report_file_leaves_the_diff_on_standard_output(here: Path) -> None:
    (here / "a.py").write_text(TF + "OLD\n")
    done = call("diff", "--format", "json", "--report", "report.json", "a.py")
    assert done.stdout.startswith("--- a/a.py\n")
    assert json.loads((here / "report.json").read_text())["counts"]["changed"] == 1


def test_names_that_are_no_utf8_and_reports_that_cannot_be_written(here: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    (here / name).write_text(TF + "OLD\n")
    assert json.loads(call("diff", "--format", "json", ".").stdout)["files"][0]["path"] == name
    assert b"+++ b/caf\xe9.py\n" in call("diff", ".").stdout_bytes
    assert call("diff", ".", "--report", "no/such/folder").exit_code == 2


@pytest.mark.parametrize("form", ["sarif", "github", "html"])
def test_planned_formats_say_so(here: Path, form: str) -> None:
    (here / "a.py").write_text(TF)
    done = call("diff", "--format", form, "a.py")
    assert done.exit_code == 2
    assert "not yet available" in done.stderr
    assert form not in call("diff", "--help").stdout


def test_colour_only_where_asked(here: Path) -> None:
    (here / "a.py").write_text(TF + "OLD  # SAY manual\n")
    assert "\x1b" not in call("diff", "a.py").output
    always = call("diff", "--color", "always", "a.py")
    assert "\x1b[32m+NEW" in always.stdout and "\x1b[33mmanual:" in always.stderr
    assert "\x1b" not in call("diff", "--color", "never", "a.py").output


def test_no_color_wins_over_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert Console().colors(Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not Console().colors(Terminal())


@pytest.mark.parametrize(
    ("stream", "quiet", "shown"), [(Terminal, False, 1), (Terminal, True, 0), (io.StringIO, False, 0)]
)
def test_progress_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], quiet: bool, shown: int
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", stream())
    with Console(quiet=quiet).progress(3, "rewriting") as advance:
        advance()
    assert ("rewriting" in sys.stderr.getvalue()) == shown  # type: ignore[attr-defined]


# --- rules


def test_rules_and_explain(here: Path) -> None:
    listed = call("rules").stdout.splitlines()
    assert [line.split()[0] for line in listed] == sorted(line.split()[0] for line in listed)
    assert any(line.startswith("MIG201  old-to-new") for line in listed)
    assert any(line.startswith("MIG002  python-2") for line in listed)
    explained = call("explain", "mig201")
    assert explained.exit_code == 0
    assert "Because NEW is newer." in explained.stdout
    assert "Before:\n    x = OLD\n" in explained.stdout and "After:\n    x = NEW\n" in explained.stdout
    assert call("explain", "MIG999").exit_code == 2


# --- as a process


def test_statuses_of_the_process(tmp_path: Path) -> None:
    def status(*arguments: str) -> int:
        return subprocess.run(
            [sys.executable, "-m", "migrator", *arguments], cwd=tmp_path, capture_output=True
        ).returncode

    (tmp_path / "bad.py").write_text("def f(:\n")
    (tmp_path / "good.py").write_text("x = 1\n")
    assert status("rewrite", "good.py") == 0
    assert status("rewrite", "bad.py") == 2
    assert status("rewrite", "missing.py") == 2
    assert status("rewrite") == 2
    assert status("nonsense") == 2

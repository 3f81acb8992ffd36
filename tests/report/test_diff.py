"""Diffs that git applies."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.report.diff import colored, unified


def test_missing_final_newline_on_either_side() -> None:
    assert unified(b"a\nb", b"a\nb\n", "f").splitlines()[2:] == [
        b"@@ -1,2 +1,2 @@", b" a", b"-b", b"\\ No newline at end of file", b"+b",
    ]  # fmt: skip
    assert unified(b"a\nb", b"x\nb", "f").splitlines()[3:] == [b"-a", b"+x", b" b", b"\\ No newline at end of file"]


def test_no_change_no_text() -> None:
    assert unified(b"a", b"a", "f") == b""


def test_new_file() -> None:
    assert unified(None, b"a\n", "f").splitlines()[:3] == [b"--- /dev/null", b"+++ b/f", b"@@ -0,0 +1 @@"]


def test_colours_keep_the_text() -> None:
    diff = unified(b"a\n-- b\n", b"c\n-- b\n", "f")
    plain = b"".join(colored(diff))
    for code in (b"1", b"31", b"32", b"36", b"0"):
        plain = plain.replace(b"\x1b[" + code + b"m", b"")
    assert plain == diff


LINES = st.lists(st.sampled_from([b"a", b"b", b"", b"\r", b"-- a", b"++ b", b"\xe9", b"\x0c", b"c\r"]), max_size=12)
TEXTS = st.builds(lambda lines, end: b"\n".join(lines) + end, LINES, st.sampled_from([b"", b"\n"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(before=TEXTS, after=TEXTS)
@pytest.mark.parametrize("name", ["f.py"])
def test_git_applies_any_diff(tmp_path: Path, name: str, before: bytes, after: bytes) -> None:
    if not after or not before or before == after:  # an empty file is made or removed by other means
        return
    (tmp_path / name).write_bytes(before)
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(command, cwd=tmp_path, input=unified(before, after, name), check=True, capture_output=True)
    assert (tmp_path / name).read_bytes() == after


@pytest.mark.parametrize(
    "name", ["a b.py", 'quo"te.py', "back\\slash.py", "tab\t.py", "new\nline.py", "\u00e9\U0001f600.py", "s/u b/x.py"]
)
def test_git_applies_to_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(b"a\n")
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=unified(b"a\n", b"b\n", name), check=True)
    assert (tmp_path / name).read_bytes() == b"b\n"

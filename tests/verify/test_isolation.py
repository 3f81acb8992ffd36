"""Hostile programs: each gets a verdict, nothing of it is left, and the next one runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.verify import Verdict, VerifyOptions, open_runner
from migrator.verify.child import confine
from migrator.verify.launch import Runner
from migrator.verify.program import load_program
from migrator.verify.sides import Side, before_settings

from .test_outcomes import AFTER, BEFORE, judged

HERE = Path(__file__).parent


def test_time_limit(tmp_path: Path, runner: Runner) -> None:
    found, text = judged(tmp_path, BEFORE + "\nwhile True: pass", AFTER, runner, timeout=3.0)
    assert found is Verdict.INCONCLUSIVE and "time limit" in text, text
    found, text = judged(tmp_path, BEFORE, AFTER + "\nimport time; time.sleep(60)", runner, timeout=5.0)
    assert found is Verdict.INCONCLUSIVE and "time limit" in text, text
    assert judged(tmp_path, BEFORE, AFTER, runner)[0] is Verdict.PASS, "the next program runs"


def test_processes_left_behind_are_killed(tmp_path: Path, runner: Runner) -> None:
    note = tmp_path / "pid"
    leave = f"\nimport subprocess\nopen({str(note)!r}, 'w').write(str(subprocess.Popen(['sleep', '600']).pid))"
    assert judged(tmp_path / "p", BEFORE + leave, AFTER, runner)[0] is Verdict.PASS
    state = Path("/proc", note.read_text(), "status")
    assert not state.exists() or "zombie" in state.read_text()


FORK_AND_LEAVE = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open({note!r}, "w").write(str(os.getpid()))
        time.sleep(600)
    os._exit(0)
time.sleep(0.3)
"""
ENDS = {
    "forks and the child runs on": "import os\nif os.fork() == 0:\n    import time; time.sleep(600)",
    "forks and the child exits": (
        "import os\npid = os.fork()\nif pid == 0:\n    import sys; sys.exit(5)\nos.waitpid(pid, 0)"
    ),
    "leaves zombies": "import os\nfor i in range(40):\n    if os.fork() == 0:\n        os._exit(0)",
    "closes its streams": "import os\nfor n in (0, 1, 2):\n    os.close(n)",
    "a thread never ends": "import threading, time\nthreading.Thread(target=lambda: time.sleep(600)).start()",
    "a thread raises": "import threading\nt = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()",
    "ignores signals": "import signal\nfor n in (1, 2, 3, 15):\n    signal.signal(n, signal.SIG_IGN)",
    "deletes its folder and its home": (
        "import os, shutil\nshutil.rmtree(os.path.dirname(os.path.abspath(__file__)))\n"
        "shutil.rmtree(os.environ['HOME'], ignore_errors=True)"
    ),
    "prints gigabytes": "line = 'x' * 2**20\nfor i in range(2000): print(line)",
    "exits in a handler": "import atexit, os\natexit.register(lambda: os._exit(9))",
}
FAILS = {
    "takes all memory": ("x = []\nwhile True:\n    x.append(bytearray(2**26))", "ended at a limit: 1.0 GiB of memory"),
    "kills who watches it": (
        "import os\nos.kill(os.getppid(), 9)\nimport time; time.sleep(600)",
        "the process that watches",
    ),
    "starts processes without end": (
        "import os, time\nwhile True:\n    if os.fork() == 0:\n        time.sleep(600)\n    time.sleep(0.001)",
        "ended at a limit: ",  # of memory or processes, whichever is first
    ),
    "never ends": ("while True: pass", "time limit"),
    "stops itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", "time limit"),
    "exits hard with an error": ("import os\nos._exit(7)", "os._exit(7)"),
    "deletes what was recorded": (
        "import os, shutil\nshutil.rmtree(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))\n"
        "import os; os.kill(os.getpid(), 9)",
        "signal 9",
    ),
    "recurses without end": ("import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()", ""),
}


@pytest.mark.parametrize("name", ENDS)
def test_programs_that_end(name: str, tmp_path: Path, runner: Runner) -> None:
    found, text = judged(tmp_path, BEFORE + "\n" + ENDS[name], AFTER, runner)
    assert found is Verdict.PASS, text


@pytest.mark.parametrize("name", FAILS)
def test_programs_that_fail(name: str, tmp_path: Path, runner: Runner) -> None:
    code, reason = FAILS[name]
    found, text = judged(tmp_path, BEFORE + "\n" + code, AFTER, runner, timeout=6.0, memory=1.0)
    assert found is Verdict.INCONCLUSIVE and reason in text, text
    assert judged(tmp_path, BEFORE, AFTER, runner)[0] is Verdict.PASS, "the next program runs"


def alive(pid: str) -> bool:
    state = Path("/proc", pid, "status")
    return state.exists() and "zombie" not in state.read_text()


def test_a_process_that_leaves_its_group_is_found(tmp_path: Path, runner: Runner) -> None:
    note = tmp_path / "pid"
    found, text = judged(tmp_path / "p", BEFORE + FORK_AND_LEAVE.format(note=str(note)), AFTER, runner)
    assert found is Verdict.PASS, text
    assert not alive(note.read_text())


def test_no_zombie_stays(tmp_path: Path, runner: Runner) -> None:
    judged(tmp_path, BEFORE + "\n" + ENDS["leaves zombies"], AFTER, runner)
    server = str(runner.server("oracle")._process.pid)
    children = Path("/proc", server, "task", server, "children")
    if not children.exists():
        pytest.skip("the kernel does not tell a process's children")
    assert children.read_text().split() == []


def test_writes_outside_the_scratch_folder_fail(tmp_path: Path, runner: Runner) -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0 if confine.confine(str(tmp_path)) else 1)
    if os.waitpid(pid, 0)[1]:
        pytest.skip("this kernel has no Landlock")
    place = HERE / "written_by_a_program.txt"
    try:
        found, text = judged(tmp_path, BEFORE + f"\nopen({str(place)!r}, 'w')", AFTER, runner)
        assert found is Verdict.INCONCLUSIVE and "PermissionError" in text, text
        assert not place.exists()
    finally:
        place.unlink(missing_ok=True)


def test_a_fresh_process_for_each_run(tmp_path: Path) -> None:
    (tmp_path / "before.py").write_text(BEFORE)
    options = VerifyOptions()
    program = load_program(tmp_path / "before.py", options)
    with open_runner(fresh=True) as runner:
        side = Side(program, program.files, options, runner, "before")
        side.mark_before(None)
        run = side.run("oracle", [], **before_settings(1, False))
    assert run.ended_well and len(run.record.sites) == 4
    assert side.notes == ["each run of the oracle is a fresh process: as asked for"]

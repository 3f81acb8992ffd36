"""Watching over one run: its time, its memory, its processes; nothing of it is left when it has ended.

Python 3.7 runs this too. What the kernel does not offer (other systems than Linux) is left out.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from typing import Any

POLL = 0.005
LOOK = 0.1  # seconds between looks at memory and processes
MAX_PROCESSES = 256
MAX_FILE = 8 * 2**30
_SUBREAPER = 36
_DEATH_SIGNAL = 1


def adopt_orphans() -> None:
    """Become the parent of processes whose own parent has ended, so that they can be found and ended."""
    _prctl(_SUBREAPER, 1)


def limit() -> None:
    """Set the limits of the process that is about to become the program."""
    _prctl(_DEATH_SIGNAL, signal.SIGKILL)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))
    except (ImportError, OSError, ValueError):  # another system, or a lower limit is set already
        pass


def watch(pid: int, seconds: float, memory: int) -> dict[str, Any]:
    """Wait until a process has ended, no longer and with no more memory than allowed; end all that it started.

    Args:
        pid: leader of a process group; a child of this process.
        seconds: time limit.
        memory: limit on the resident memory of all its processes in bytes.

    Returns:
        ``status`` (exit status, negative for a signal), ``timed_out``, and ``limit`` (which other limit ended it).
    """
    deadline, look, parent = time.time() + seconds, 0.0, os.getppid()
    timed_out, exceeded = False, None
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        now = time.time()
        if now > look and not (timed_out or exceeded):
            look = now + LOOK
            exceeded = _exceeded(memory)
            timed_out = now > deadline
            if timed_out or exceeded or os.getppid() != parent:
                _end_group(pid)
                end_children()
                look = now
                if not _exists(pid):
                    status = signal.SIGKILL
                    break
        time.sleep(POLL)
    _end_group(pid)
    end_children()
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return {"status": code, "timed_out": timed_out, "limit": exceeded}


def end_children() -> None:
    """End every process below this one: whatever ended parents leave behind becomes its child."""
    for _ in range(1000):
        found = descendants()
        if not found:
            return
        for pid in found:  # all are stopped before one ends, so that none can start another
            _signal(pid, signal.SIGSTOP)
        for pid in found:
            _signal(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(POLL)


def descendants() -> list[int]:
    """Return the processes below this one."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc") else []:
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as file:
                    parent = int(file.read().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError, ValueError):  # it has ended
                continue
            children.setdefault(parent, []).append(int(name))
    found, pending = [], [os.getpid()]
    while pending:
        mine = children.get(pending.pop(), [])
        found.extend(mine)
        pending.extend(mine)
    return found


def _exceeded(memory: int) -> str | None:
    """Tell which limit the processes below this one exceed."""
    found = descendants()
    if len(found) > MAX_PROCESSES:
        return "%d processes" % MAX_PROCESSES
    page, total = os.sysconf("SC_PAGE_SIZE"), 0
    for pid in found:
        try:
            with open("/proc/%d/statm" % pid) as file:
                fields = file.read().split()
            total += (int(fields[1]) - int(fields[2])) * page  # shared pages are TensorFlow's own
        except (OSError, IndexError, ValueError):
            continue
    return "%.1f GiB of memory" % (memory / 2**30) if total > memory else None


def _exists(pid: int) -> bool:
    return os.path.exists("/proc/%d" % pid) or not os.path.isdir("/proc")


def _end_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # nobody left, or a zombie group
        pass


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def _prctl(option: int, value: int) -> None:
    try:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (OSError, AttributeError):  # not Linux
        pass

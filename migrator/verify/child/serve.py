"""The server: imports TensorFlow once, then runs each program in a fork of itself.

A fork starts in milliseconds where an import takes seconds. It is safe as long as the server itself never runs a
TensorFlow operation: that would start threads, which a fork does not copy. Where it is not safe, the server loads
nothing and starts a fresh process for each run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from typing import Any

from . import confine, job, supervise


def serve(role: str, fresh: bool) -> None:
    """Answer requests until stdin ends.

    Args:
        role: ``oracle`` or ``after``.
        fresh: start a fresh process for each run, whatever is safe.

    A request is one line, a JSON object with ``config`` (path of the job), ``timeout`` (seconds), ``memory`` (bytes)
    and ``folder`` (the only one of the user's that may be written). A reply is one line of JSON: see
    `supervise.watch`. The first line tells the ``version`` of TensorFlow and why runs are ``fresh`` processes, if so.
    """
    replies = os.fdopen(os.dup(1), "w")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    why = "as asked for" if fresh else _unsafe()
    prepare = None
    try:
        if why:
            version = _version_elsewhere(role)
        else:
            prepare = job.load(role)
            version = job.tensorflow_version()
            why = "TensorFlow has started threads" if _threads() > 1 else None
    except Exception:  # whatever stops TensorFlow from loading is the answer to the caller
        replies.write(json.dumps({"error": traceback.format_exc()}) + "\n")
        replies.flush()
        return
    supervise.adopt_orphans()
    replies.write(json.dumps({"ready": True, "version": version, "fresh": why}) + "\n")
    replies.flush()
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        request = json.loads(line)
        pid = _start_fresh(role, line) if why else _fork(request, prepare, replies, null)
        found = supervise.watch(pid, request["timeout"], request["memory"])
        replies.write(json.dumps(found) + "\n")
        replies.flush()


def become_program(role: str, line: str) -> None:
    """Run one request in this process, which was started for it; never returns."""
    try:
        request = json.loads(line)
        supervise.limit()
        sys.stdin = open(os.devnull)  # noqa: SIM115  the program has it
        _confined(request, job.load(role))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(70)


def print_version(role: str) -> None:
    """Print the version of TensorFlow that a role loads."""
    job.load(role)
    sys.stdout.write("\n%s\n" % job.tensorflow_version())


def _unsafe() -> str | None:
    """Tell why a fork is not safe here, if so."""
    if not hasattr(os, "fork") or sys.platform == "darwin":
        return "a fork is not safe on this system"
    return None


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:  # no such folder: nothing is known
        return 1


def _command(role: str, *rest: str) -> list[str]:
    main = os.path.join(os.path.dirname(os.path.abspath(__file__)), "main.py")
    return [sys.executable, main, role, *rest]


def _version_elsewhere(role: str) -> str:
    done = subprocess.run(_command(role, "version"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().strip().splitlines()[-1]


def _start_fresh(role: str, line: str) -> int:
    null = subprocess.DEVNULL
    process = subprocess.Popen(
        _command(role, "program", line), stdin=null, stdout=null, stderr=null, start_new_session=True
    )
    process.returncode = 0  # `supervise` waits for it
    return process.pid


def _fork(request: dict[str, Any], prepare: Any, replies: Any, null: int) -> int:
    """Return the process that becomes the program."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        supervise.limit()
        os.close(replies.fileno())
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        sys.stdin = open(os.devnull)  # noqa: SIM115  the program has it
        _confined(request, prepare)
    except BaseException:  # nothing may escape into the server's loop
        traceback.print_exc()
    finally:
        os._exit(70)


def _confined(request: dict[str, Any], prepare: Any) -> None:
    """Run the job of a request; ends the process."""
    with open(request["config"]) as file:
        config = json.load(file)
    confine.confine(request["folder"])
    job.run(config, prepare)

"""The server: imports TensorFlow once, then runs each program in a fork of itself.

A fork starts in milliseconds where an import takes seconds. It is safe as long as the server itself never runs a
TensorFlow operation: that would start threads, which a fork does not copy.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from typing import Any

from . import job

POLL = 0.005


def serve(role: str) -> None:
    """Answer requests until stdin ends.

    Args:
        role: ``oracle`` or ``after``.

    A request is one line, a JSON object with ``config`` (path of the job), ``timeout`` (seconds) and ``output`` (file
    for what the program prints, or None). A reply is one line of JSON: ``status`` (exit status, negative for a
    signal) and ``timed_out``.
    """
    replies = os.fdopen(os.dup(1), "w")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    try:
        prepare = job.load(role)
    except Exception:  # whatever stops TensorFlow from loading is the answer to the caller
        replies.write(json.dumps({"error": traceback.format_exc()}) + "\n")
        replies.flush()
        return
    replies.write(json.dumps({"ready": True, "version": job.tensorflow_version()}) + "\n")
    replies.flush()
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        request = json.loads(line)
        replies.write(json.dumps(_run(request, prepare, replies, null)) + "\n")
        replies.flush()


def _run(request: dict[str, Any], prepare: Any, replies: Any, null: int) -> dict[str, Any]:
    """Run one job in a fork and wait for it, no longer than allowed."""
    pid = os.fork()
    if pid == 0:
        _become_program(request, prepare, replies, null)
    deadline = time.time() + request["timeout"]
    timed_out = False
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        if time.time() > deadline and not timed_out:
            timed_out = True
            _kill_group(pid)
        time.sleep(POLL)
    _kill_group(pid)  # what the program started and left behind
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return {"status": code, "timed_out": timed_out}


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # nobody left, or a zombie group
        pass


def _become_program(request: dict[str, Any], prepare: Any, replies: Any, null: int) -> None:
    """Turn this fork into the program; never returns."""
    try:
        os.setsid()
        os.close(replies.fileno())
        output = null
        if request.get("output"):
            output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(null, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.stdin = open(os.devnull)  # noqa: SIM115  the program has it
        with open(request["config"]) as file:
            config = json.load(file)
        job.run(config, prepare)
    except BaseException:  # nothing may escape into the server's loop
        traceback.print_exc()
    finally:
        os._exit(70)

"""Starting children: one server for each interpreter and role, which forks a process for every run."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from migrator.verify.options import VerifyError

MAIN = Path(__file__).parent / "child" / "main.py"
START_SECONDS = 180.0
GRACE_SECONDS = 30.0  # a server kills a run itself; if it does not answer then, it is stuck


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: exit status (negative: signal), whether the time limit ended it, or which other limit."""

    status: int
    timed_out: bool
    limit: str | None = None


def _environment() -> dict[str, str]:
    """Return the environment of the children: the caller's, without what would change the numbers."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TF", "PYTHON", "KERAS_", "OMP_"))}
    return kept | {
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "KERAS_BACKEND": "tensorflow",
    }


class Server:
    """A child that has TensorFlow loaded.

    Args:
        python: interpreter.
        role: ``oracle`` or ``after``.
        fresh: a fresh process for each run, even where a fork is safe.

    Raises:
        VerifyError: the interpreter or its TensorFlow cannot be started.
    """

    def __init__(self, python: str, role: str, fresh: bool = False) -> None:
        self._python = python
        try:
            self._process = subprocess.Popen(
                [python, str(MAIN), role, *(["fresh"] if fresh else [])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                text=True,
                start_new_session=True,
            )
        except OSError as error:
            raise VerifyError(f"{python}: {error}") from error
        reply = self._reply(START_SECONDS)
        if not reply or "ready" not in reply:
            self.close()
            detail = (reply or {}).get("error", "no answer").strip().splitlines()[-1]
            raise VerifyError(f"{python} cannot load TensorFlow for the {role} side: {detail}")
        self.version: str = reply["version"]
        self.fresh: str | None = reply["fresh"]

    def run(self, config: Path, timeout: float, memory: float) -> Outcome:
        """Run one job.

        Args:
            config: file of the job, in the run's scratch folder.
            timeout: seconds.
            memory: limit in GiB.

        Returns:
            How it ended; a program that ends the server as well counts as killed.
        """
        assert self._process.stdin is not None
        request = {
            "config": str(config),
            "timeout": timeout,
            "memory": int(memory * 2**30),
            "folder": str(config.parent),
        }
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            reply = self._reply(timeout + GRACE_SECONDS)
        except (OSError, json.JSONDecodeError):
            reply = None
        if reply is None:
            self.close()
            return Outcome(-9, False, "the process that watches over it")
        return Outcome(reply["status"], reply["timed_out"], reply["limit"])

    def _reply(self, timeout: float) -> dict[str, Any] | None:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], timeout)
        line = self._process.stdout.readline() if ready else ""
        return json.loads(line) if line else None

    def close(self) -> None:
        """End the server."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # a request that it will never read
                    stream.close()
        try:
            self._process.wait(1.0)  # it ends at the end of its input
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def alive(self) -> bool:
        """Tell whether it can take a job."""
        return self._process.poll() is None


class Runner:
    """Servers and a scratch folder for any number of verifications, one after the other; a context manager.

    Args:
        after_python: interpreter of the after side; None: the one that runs this.
        fresh: a fresh process for each run, even where a fork is safe.
    """

    def __init__(self, after_python: str | None = None, *, fresh: bool = False) -> None:
        self._fresh = fresh
        self._after_python = after_python or sys.executable
        self._servers: dict[tuple[str, str], Server] = {}
        self._scratch = tempfile.TemporaryDirectory(prefix="migrator-verify-", ignore_cleanup_errors=True)
        self._count = 0

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all servers and delete the scratch folder."""
        for server in self._servers.values():
            server.close()
        self._servers.clear()
        self._scratch.cleanup()

    def folder(self, name: str) -> Path:
        """Return a new empty folder."""
        self._count += 1
        path = Path(self._scratch.name, f"{self._count:04d}-{name}")
        path.mkdir()
        return path

    def server(self, role: str, python: str | None = None) -> Server:
        """Return the server of a role, started if need be.

        Args:
            role: ``oracle`` or ``after``.
            python: interpreter; None: the default one.
        """
        key = (python or self._after_python, role)
        server = self._servers.get(key)
        if server is None or not server.alive():
            server = self._servers[key] = Server(*key, self._fresh)
        return server

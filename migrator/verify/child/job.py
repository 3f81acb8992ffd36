"""One run of a program: what is set up around it, the run, and how it ended."""

from __future__ import annotations

import importlib
import itertools
import os
import random
import runpy
import sys
import traceback
import warnings
from typing import Any, Callable

from . import stubs
from .log import Log

Prepare = Callable[[Any, Any], Callable[[], None]]


def load(role: str) -> Prepare:
    """Import TensorFlow for a role and return the function that prepares a run in it."""
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    warnings.simplefilter("ignore")
    module = importlib.import_module(f"{__package__}.{role}")
    prepare: Prepare = module.prepare
    return prepare


def tensorflow_version() -> str:
    """Return the version of the TensorFlow that is loaded."""
    return str(sys.modules["tensorflow"].__version__)


def run(config: dict[str, Any], prepare: Prepare) -> None:
    """Run the program of a job; ends the process.

    Args:
        config: see `migrator.verify.launch.Job`.
        prepare: of the role.
    """
    log = Log(config["record"])
    os.environ.update(config["environment"])
    os.chdir(config["cwd"])
    sys.path[:0] = config["path"]
    sys.argv = [config["script"]] + config["argv"]
    plain_exit = os._exit
    finished: list[bool] = []

    def end(ok: bool, error: str | None, trace: str | None = None) -> None:
        if finished:
            return
        finished.append(True)
        try:
            finish()
        except BaseException as problem:
            log.event("problem", text="final values: %s: %s" % (type(problem).__name__, problem))
        log.event("end", ok=ok, error=error, trace=trace, truncated=log.truncated)

    def hard_exit(status: int) -> None:
        if os.getpid() == owner:
            end(status == 0, "os._exit(%r)" % (status,) if status else None)
        plain_exit(status)

    owner = os.getpid()
    finish = _nothing
    try:
        finish = prepare(config, log)
        stubs.install([(name, path) for name, path in config["stubs"]])
        for text in config["setup"]:
            exec(compile(text, "<setup>", "exec"), {"__name__": "__setup__"})
    except BaseException as problem:
        log.event("problem", text="setting up: %s" % _short(problem))
        end(False, "setting up: " + _short(problem), traceback.format_exc())
        plain_exit(3)
    os._exit = hard_exit  # type: ignore[assignment]
    _seed(config["seed"])
    ok, error, trace = _program(config["script"])
    if os.getpid() == owner:
        end(ok, error, trace)
    _flush()
    plain_exit(0 if ok else 1)  # no waiting for threads that the program left behind


def _nothing() -> None:
    """Stand for the end of a run that was never prepared."""


def _program(script: str) -> tuple[bool, str | None, str | None]:
    """Run the script as ``__main__`` and tell (ended well, error, traceback)."""
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as stop:
        if stop.code in (None, 0):
            return True, None, None
        return False, "SystemExit(%r)" % (stop.code,), None
    except BaseException as problem:
        traceback.print_exc()
        return False, _short(problem), traceback.format_exc()[-4000:]
    return True, None, None


def _short(problem: BaseException) -> str:
    """Return an error in one line."""
    text = " ".join(str(problem).split())
    return "%s: %s" % (type(problem).__name__, text[:400]) if text else type(problem).__name__


def _seed(seed: int) -> None:
    """Seed the generators that TensorFlow does not own."""
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed)
        plain: Any = getattr(numpy.random, "default_rng", None)
        made = itertools.count(seed)

        def default_rng(seed: Any = None) -> Any:
            return plain(next(made) if seed is None else seed)

        if plain is not None:
            numpy.random.default_rng = default_rng


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # closed by the program, or the disk is full
            pass

"""The proof: run a program before and after, and compare variables and results.

This module is cheap to import: TensorFlow runs in children only, NumPy is loaded where values are compared.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator.verify.evidence import Evidence, FetchEvidence, VariableEvidence, Verdict
from migrator.verify.options import Edit, VerifyError, VerifyOptions, load_options
from migrator.verify.render import render_text

if TYPE_CHECKING:
    from migrator.verify.converted import Rewrite
    from migrator.verify.fixtures import FixtureResult
    from migrator.verify.launch import Runner

__all__ = [
    "Edit",
    "Evidence",
    "FetchEvidence",
    "VariableEvidence",
    "Verdict",
    "VerifyError",
    "VerifyOptions",
    "load_options",
    "open_runner",
    "render_text",
    "to_json",
    "verify",
    "verify_fixtures",
    "verify_self",
]


def open_runner(*, fresh: bool = False) -> Runner:
    """Return a `Runner` (a context manager) that several verifications may share, so that TensorFlow loads once.

    Args:
        fresh: a fresh process for each run, even where a fork is safe.
    """
    from migrator.verify.launch import Runner

    return Runner(fresh=fresh)


def _runner(given: Runner | None, options: VerifyOptions) -> AbstractContextManager[Runner]:
    return nullcontext(given) if given is not None else open_runner(fresh=options.fresh)


def verify(
    before: str | Path,
    after: str | Path | None = None,
    *,
    options: VerifyOptions | None = None,
    runner: Runner | None = None,
    rewrite: Rewrite | None = None,
) -> Evidence:
    """Prove that a program and its rewritten form compute the same.

    Args:
        before: TensorFlow 1 program: a script, or a folder with `options.script`.
        after: the rewritten program; None: what the converter makes of the before.
        options: None: those of a `verify.toml` beside the before.
        runner: shared children; None: own ones for this call.
        rewrite: converter; None: the project's own.

    Returns:
        The evidence.

    Raises:
        VerifyError: it could not begin: a missing file, wrong options, no TensorFlow.
    """
    from migrator.verify.converted import converter
    from migrator.verify.engine import Verification

    options = options if options is not None else load_options(before)
    if rewrite is None:
        try:
            rewrite = converter()
        except ImportError:
            if after is None:
                raise
    with _runner(runner, options) as shared:
        return Verification(before, after, options, shared, rewrite).evidence()


def verify_self(before: str | Path, *, options: VerifyOptions | None = None, runner: Runner | None = None) -> Evidence:
    """Run a program twice in the oracle and compare the runs.

    Args:
        before: as in `verify`.
        options: None: those of a `verify.toml` beside it.
        runner: shared children.

    Raises:
        VerifyError: it could not begin.
    """
    from migrator.verify.selfcheck import self_evidence

    options = options if options is not None else load_options(before)
    with _runner(runner, options) as shared:
        return self_evidence(before, options, shared)


def verify_fixtures(
    folder: str | Path,
    *,
    options: VerifyOptions | None = None,
    runner: Runner | None = None,
    rewrite: Rewrite | None = None,
) -> list[FixtureResult]:
    """Verify every fixture below a folder.

    Args:
        folder: every folder below it with `before.py` and `after.py` is a fixture.
        options: its `tf1_python` holds for all of them.
        runner: shared children.
        rewrite: converter; None: the project's own.

    Raises:
        VerifyError: the folder does not exist.
    """
    from migrator.verify.converted import converter
    from migrator.verify.fixtures import iterate_fixtures

    if not Path(folder).is_dir():
        raise VerifyError(f"{folder}: no such folder")
    options = options or VerifyOptions()
    with _runner(runner, options) as shared:
        found = iterate_fixtures(folder, options=options, rewrite=rewrite or converter(), runner=shared)
        return list(found)


def to_json(evidence: Evidence) -> dict[str, Any]:
    """Return evidence as plain data for `json.dump`."""
    return evidence.to_json()

"""The before: its runs in the oracle, and whether it agrees with itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from migrator.verify.evidence import Evidence, Tolerance, Verdict
from migrator.verify.record import Record
from migrator.verify.selfcheck import RACE_THREADS, self_difference
from migrator.verify.sides import Run, before_settings


@dataclass(frozen=True, slots=True)
class Original:
    """A before that agrees with itself.

    Attributes:
        first: its run in one thread.
        steps: the same once more, with the states of all variables between the steps.
        version: of TensorFlow.
        notes: on its copy.
    """

    first: Record
    steps: Record
    version: str
    notes: tuple[str, ...] = ()


def run_original(
    run: Callable[[dict[str, Any]], Run], *, stream: bool, tolerance: Tolerance, version: Callable[[], str]
) -> Original | Evidence:
    """Run the before three times: twice in one thread, and once in more.

    Args:
        run: makes one run with the given settings.
        stream: there is no source map.
        tolerance: by which the runs may differ.
        version: tells the oracle's version of TensorFlow.

    Returns:
        The original, or the evidence where it fails or differs from itself.
    """
    first = run(before_settings(1, stream))
    if not first.ended_well:
        reason = f"the before fails: {first.error}"
        return Evidence(Verdict.INCONCLUSIVE, reason, oracle=version(), notes=tuple(first.record.problems))
    steps = first
    for settings in (before_settings(1, stream) | {"steps": True}, before_settings(RACE_THREADS, stream)):
        again = run(settings)
        difference = "it " + again.error if not again.ended_well else None
        difference = difference or self_difference(first.record, again.record, tolerance)
        if difference:
            how = f"with {RACE_THREADS} threads" if settings["threads"] > 1 else "when it runs again"
            reason = f"race: the before differs from itself {how}: {difference}"
            return Evidence(Verdict.INCONCLUSIVE, reason, oracle=version())
        if settings.get("steps"):
            steps = again
    return Original(first.record, steps.record, version())

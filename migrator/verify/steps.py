"""Comparing step by step: the before's state was loaded into the after at the beginning of each step."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrator.verify.compare import compare_leaves
from migrator.verify.evidence import Tolerance
from migrator.verify.record import Event, Leaf, Record, Step


@dataclass(slots=True)
class StepFindings:
    """What the comparison of states found.

    Attributes:
        wrong: one for each variable that differs, with the first step after which it does.
        compared: how many values were compared.
        incomplete: why later steps could not be compared, if so.
    """

    wrong: dict[str, str] = field(default_factory=dict)
    compared: int = 0
    incomplete: str | None = None


def compare_steps(before: Record, after: Record, tolerance: Tolerance) -> StepFindings:
    """Compare the states around each step.

    Args:
        before: run with states.
        after: run into which they were loaded.
        tolerance: for one step.
    """
    found = StepFindings()
    sites = {(event.where, event.call): event for event in before.sites if event.states}
    numbers = sorted({v.facts["match"] for v in after.variables if v.facts.get("match") is not None})
    last = "the start"
    for step in after.steps:
        site = sites.get((step.site, step.call))
        if site is None or site.states is None:
            continue
        here = f"call {step.call} of {step.site}"
        if step.when == "begin":
            _between(before, after, step, site, tolerance, found, f"between {last} and {here}")
        else:
            for number in numbers:
                _ended(before, after, step, site, number, tolerance, found, f"after {here}")
            last = here
    return found


def _between(
    before: Record, after: Record, step: Step, site: Event, tolerance: Tolerance, found: StepFindings, place: str
) -> None:
    """Compare what the variables held when a step began."""
    assert site.states is not None
    for number, now in step.values.items():
        _compare(before, after, number, before.state(number, site.states[0]), now, tolerance, found, place)


def _ended(
    before: Record, after: Record, step: Step, site: Event, number: int, tolerance: Tolerance, found: StepFindings,
    place: str,
) -> None:  # fmt: skip
    """Compare what a variable holds when a step has ended."""
    assert site.states is not None
    started, wanted = before.state(number, site.states[0]), before.state(number, site.states[1])
    now = step.values.get(number)
    if now is not None:
        _compare(before, after, number, wanted, now, tolerance, found, place)
    elif started is not None and wanted is not None and started is not wanted:
        difference = compare_leaves((before, wanted), (before, started), tolerance)
        if difference.equal is False:
            found.wrong.setdefault(_name(before, number), f"it is not written {place}")
        found.compared += 1


def _compare(
    before: Record, after: Record, number: int, wanted: Leaf | None, now: Leaf, tolerance: Tolerance,
    found: StepFindings, place: str,
) -> None:  # fmt: skip
    if wanted is None:
        return
    difference = compare_leaves((before, wanted), (after, now), tolerance)
    if difference.equal is None:
        found.incomplete = found.incomplete or f"the state was too large to be recorded: first {place}"
        return
    found.compared += 1
    if not difference.equal:
        detail = difference.why or f"differs by up to {difference.max_abs:.3g} (relative {difference.max_rel:.3g})"
        found.wrong.setdefault(_name(before, number), f"it {detail}, first {place}")


def _name(before: Record, number: int) -> str:
    return str(before.variables[number].facts["name"])

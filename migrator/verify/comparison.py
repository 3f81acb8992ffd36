"""One comparison: the after run freely, then step by step if need be, the negative control, the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from migrator.verify.align import Aligned, by_map, by_stream
from migrator.verify.evidence import Evidence, Tolerance, Verdict
from migrator.verify.findings import Findings, find
from migrator.verify.judge import Case, judge
from migrator.verify.record import Record
from migrator.verify.sides import Run, Side, after_settings
from migrator.verify.steps import compare_steps
from migrator.verify.tolerance import step_tolerances, tolerance_for

if TYPE_CHECKING:
    from migrator.verify.engine import Verification
    from migrator.verify.original import Original

CONTROLS = ({"all": False}, {"all": True})  # lose the first write of a variable; if nothing shows, all its writes
LISTED = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way to compare, and what came of it.

    Attributes:
        before, after: the runs.
        tolerance: of the comparison.
        findings: of it.
        steps: the before's state was loaded at each step.
        note: to be shown.
    """

    before: Record
    after: Record
    tolerance: Tolerance
    findings: Findings
    steps: bool = False
    note: str | None = None


class Comparison:
    """Compares an after with an original.

    Args:
        verification: has options, runner and source map.
        original: the before's runs.
        side: the after's copy.
    """

    def __init__(self, verification: Verification, original: Original, side: Side) -> None:
        self.verification = verification
        self.original = original
        self.side = side
        self.map = verification.source_map

    def evidence(self) -> Evidence:
        """Run the after and judge."""
        run = self._run(self.original.first)
        if run.outcome.timed_out:
            return Evidence(Verdict.INCONCLUSIVE, "the after reached the time limit")
        if not run.ended_well:
            trace = (run.record.end or {}).get("trace")
            return Evidence(Verdict.FAIL, f"the after fails: {run.error}", notes=(trace,) if trace else ())
        outcome = self._compared(run.record)
        findings, first = outcome.findings, self.original.first
        case = Case(
            findings,
            self._unreached(run.record),
            self._unwritten(run.record, findings),
            any(event.writes for event in first.sites),
            self.map is not None and self.map.repaired,
        )
        verdict, reason = judge(case)
        notes = [
            *self.original.notes,
            *self.side.notes,
            *run.record.problems,
            *([outcome.note] if outcome.note else []),
        ]
        notes += [*findings.wrong[1:LISTED], *findings.missing[1:LISTED]]
        if verdict in (Verdict.PASS, Verdict.REPAIRED):
            blind = self._blind(outcome)
            if blind:
                verdict, reason = Verdict.INCONCLUSIVE, blind
        return Evidence(
            verdict, reason, "", findings.variables, findings.fetches, outcome.tolerance.to_json(),
            tuple(case.unreached), tuple(case.unwritten), tuple(dict.fromkeys(notes)),
        )  # fmt: skip

    def _run(self, before: Record, control: Mapping[str, Any] | None = None, steps: bool = False) -> Run:
        settings = after_settings(before, self.map is None, control, steps=steps)
        return self.side.run("after", self.verification.stubs, **settings)

    def _find(self, before: Record, after: Record, tolerance: Tolerance) -> Findings:
        return find(before, after, self._align(before, after), tolerance)

    def _compared(self, after: Record) -> Outcome:
        """Compare the free run; where it differs, compare step by step."""
        options, first = self.verification.options, self.original.first
        tolerance = self.verification.base_tolerance()
        free = Outcome(first, after, tolerance, self._find(first, after, tolerance))
        if not free.findings.wrong:
            return free
        if self.map is None:  # steps are not known: the wider class for whole runs
            tolerance = tolerance_for(after.optimizers, len(first.sites), options.rtol, options.atol)
            return Outcome(first, after, tolerance, self._find(first, after, tolerance))
        return self._stepwise(free)

    def _stepwise(self, free: Outcome) -> Outcome:
        """Compare with the before's state loaded into the after at each step."""
        options, before = self.verification.options, self.original.steps
        run = self._run(before, steps=True)
        if not run.ended_well:
            return replace(free, note=f"step by step: the after fails: {run.error}")
        found = free
        for tolerance in step_tolerances(run.record.optimizers, options.rtol, options.atol):
            found = self._step_outcome(before, run.record, tolerance)
            if not found.findings.wrong:
                return replace(found, note=f"run freely, rounding drifts: {free.findings.wrong[0]}")
        return found

    def _step_outcome(self, before: Record, after: Record, tolerance: Tolerance) -> Outcome:
        steps = compare_steps(before, after, tolerance)
        findings = self._find(before, after, tolerance)
        wrong = [f"variable {name}: {what}" for name, what in steps.wrong.items()]
        known = tuple(f"variable {name}:" for name in steps.wrong)
        rest = [text for text in findings.wrong if not text.startswith(known)]
        unclear = (*findings.unclear, steps.incomplete) if steps.incomplete else findings.unclear
        findings = replace(
            findings, wrong=(*_by_time(wrong, rest),), unclear=unclear, compared=findings.compared + steps.compared
        )
        return Outcome(before, after, tolerance, findings, steps=True)

    def _align(self, before: Record, after: Record) -> list[Aligned]:
        if self.map is not None:
            found = by_map(before.sites, after.sites, self.map.by_id(), self.side.bad, self.verification.discarded)
        else:
            used = [e for e in before.sites if not e.init and e.where not in self.verification.discarded]
            found = by_stream(used, after.stream)
        for aligned in found:
            aligned.places = self.verification.places.get(aligned.id, aligned.places)
        return found

    def _unreached(self, after: Record) -> list[str]:
        """Return the sites that the before never ran, and the after's functions that were not called."""
        reached = {event.where for event in self.original.first.sites}
        sites = sorted(set(self.map.by_id()) - reached) if self.map else []
        named = {site.function for site in self.map.by_id().values() if site.id in sites} if self.map else set()
        functions = [f for f in after.uncalled if f.split(" ")[0] not in named]
        return [*sites, *(f"step function {name}" for name in functions)]

    def _unwritten(self, after: Record, findings: Findings) -> list[str]:
        """Return the variables that the before writes and the after does not."""
        before = self.original.first
        if before.written is None or after.written is None:
            return []
        matched = {v.facts["match"] for v in after.variables if v.facts.get("match") is not None}
        return [before.variables[i].facts["name"] for i in sorted((before.written & matched) - after.written)]

    def _blind(self, outcome: Outcome) -> str | None:
        """Negative control: tell if the comparison does not see that a write is lost."""
        before, findings = outcome.before, outcome.findings
        changed = {v.name for v in findings.variables if v.changed and v.max_abs is not None}
        numbers = [i for i, v in enumerate(before.variables) if v.facts["name"] in changed and not v.facts["slot"]]
        if not numbers:
            return None if findings.compared else "nothing was compared"
        numbers.sort(key=lambda i: not before.variables[i].facts["trainable"])
        for control in CONTROLS:
            run = self._run(before, {"variables": numbers[:1], **control}, outcome.steps)
            if run.outcome.timed_out:
                continue  # proves nothing
            if not run.ended_well:
                return None  # the program itself noticed
            if run.record.lost and self._notices(outcome, run.record):
                return None
        name = before.variables[numbers[0]].facts["name"]
        return f"negative control: a lost write to {name} would not have been noticed"

    def _notices(self, outcome: Outcome, control: Record) -> bool:
        if outcome.steps:
            return bool(self._step_outcome(outcome.before, control, outcome.tolerance).findings.wrong)
        return bool(self._find(outcome.before, control, outcome.tolerance).wrong)


def _by_time(states: list[str], rest: list[str]) -> list[str]:
    """Put first what says most: differences of structure and fetches, or the states that explain them."""
    structure = [text for text in rest if " became " in text or "counterpart" in text or "start value" in text]
    return [*structure, *states, *(text for text in rest if text not in structure)]

"""The proof of one program: before twice, after once, comparison, negative control, verdict."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from migrator.model import Result
from migrator.verify.align import Aligned, by_map, by_stream
from migrator.verify.converted import Rewrite, created, new_texts, refused_or_unchanged, renamed
from migrator.verify.evidence import Evidence, Tolerance, Verdict
from migrator.verify.findings import Findings, find
from migrator.verify.judge import Case, judge
from migrator.verify.launch import Runner
from migrator.verify.options import VerifyError, VerifyOptions
from migrator.verify.program import Program, load_program, read_text
from migrator.verify.record import Record
from migrator.verify.selfcheck import self_difference
from migrator.verify.sides import Run, Side, SourceMap, after_settings, before_settings
from migrator.verify.tolerance import tolerance_for
from migrator.verify.workspace import edited

RACE_THREADS = 4
CONTROLS = ({"all": False}, {"all": True})  # lose the first write of a variable; if nothing shows, all its writes


class Verification:
    """One verification.

    Args:
        before: script or folder.
        after: script or folder; None: what the converter makes of the before.
        options: of the program.
        runner: of the children.
        rewrite: converts a project's texts; None: there is no converter.
    """

    def __init__(
        self,
        before: str | Path,
        after: str | Path | None,
        options: VerifyOptions,
        runner: Runner,
        rewrite: Rewrite | None,
    ) -> None:
        self.options = options
        self.runner = runner
        self.rewrite = rewrite
        self.after_path = after
        self.program = load_program(before, options)
        self.texts = edited(self.program, options.edit, strict=True)
        self.source_map: SourceMap | None = None
        self.stubs = [(name, str(Path(path).resolve())) for name, path in options.stub.items()]
        self.before: Run | None = None
        self.discarded: set[str] = set()

    def evidence(self) -> Evidence:
        """Run everything and return the evidence."""
        started = time.monotonic()
        found = self._evidence()
        oracle = self.runner.server("oracle", self.options.tf1_python).version if self.before else None
        return replace(found, program=self.program.script, oracle=oracle, seconds=round(time.monotonic() - started, 2))

    def _evidence(self) -> Evidence:
        after = self._after_side()
        if isinstance(after, Evidence):
            return after
        before = self._before_side()
        if before.unknown_writes:
            return Evidence(
                Verdict.INCONCLUSIVE, f"the oracle does not understand the write at {before.unknown_writes[0]}"
            )
        problem = self._run_before(before)
        if problem:
            return problem
        return self._compare(before, after)

    def _results(self) -> Mapping[str, Result] | None:
        return self.rewrite(self.texts).files if self.rewrite is not None else None

    def _after_side(self) -> Side | Evidence:
        """Make the copy of the after, or tell why there is none."""
        results = self._results()
        if self.after_path is None:
            if results is None:
                raise VerifyError("there is no converter: give the rewritten program")
            verdict = refused_or_unchanged(results, self.texts)
            if verdict:
                return verdict
            self.source_map = SourceMap.of(results)
            return self._side(self.program, self.texts | new_texts(results), created=created(results))
        program = load_program(self.after_path, replace(self.options, script=None, root=None))
        texts = edited(program, self.options.edit, strict=False)
        if results is not None and self.program.script in results:
            script = results[self.program.script]
            if str(script.source) == texts[program.script] and script.changed:
                self.source_map = SourceMap.of(results)
                texts = {**new_texts(results), **texts}
        return self._side(program, texts, created=created(results or {}))

    def _side(self, program: Program, texts: Mapping[str, str], created: Mapping[str, str]) -> Side:
        """Make the after's side; a companion file that stands for a stubbed module becomes the stub."""
        side = Side(program, texts, self.options, self.runner, "after")
        for module, file in self.stubs:
            name = module.rsplit(".", 1)[-1] + ".py"
            for path in created:
                if path.rsplit("/", 1)[-1] == name:
                    side.texts[path] = read_text(Path(file)) or ""
        if self.source_map is not None:
            side.mark_after(renamed(self.source_map, self.program.script, program.script))
        return side

    def _before_side(self) -> Side:
        side = Side(self.program, self.texts, self.options, self.runner, "before")
        side.mark_before(self.source_map)
        self.discarded = side.discarded
        return side

    def _run_before(self, side: Side) -> Evidence | None:
        """Run the before twice; returns the evidence if that already decides."""
        stream = self.source_map is None
        first = side.run("oracle", self.stubs, **before_settings(1, stream))
        if not first.ended_well:
            return Evidence(
                Verdict.INCONCLUSIVE, f"the before fails: {first.error}", notes=tuple(first.record.problems)
            )
        second = side.run("oracle", self.stubs, **before_settings(RACE_THREADS, stream))
        self.before = first
        difference = (
            "it " + second.error
            if not second.ended_well
            else self_difference(first.record, second.record, self._base())
        )
        if difference:
            return Evidence(Verdict.INCONCLUSIVE, f"race: the before differs from itself: {difference}")
        return None

    def _base(self) -> Tolerance:
        return tolerance_for((), 0, self.options.rtol, self.options.atol)

    def _compare(self, before: Side, side: Side) -> Evidence:
        assert self.before is not None
        record = self.before.record
        run = side.run("after", self.stubs, **after_settings(record, self.source_map is None))
        if run.outcome.timed_out:
            return Evidence(Verdict.INCONCLUSIVE, "the after reached the time limit")
        if not run.ended_well:
            trace = (run.record.end or {}).get("trace")
            return Evidence(Verdict.FAIL, f"the after fails: {run.error}", notes=(trace,) if trace else ())
        tolerance = tolerance_for(run.record.optimizers, len(record.sites), self.options.rtol, self.options.atol)
        findings = find(record, run.record, self._align(record, run.record, side), tolerance)
        case = Case(findings, self._unreached(record), any(e.writes for e in record.sites), self._repaired())
        verdict, reason = judge(case)
        notes = [*before.notes, *run.record.problems, *findings.wrong[1:20], *findings.missing[1:20]]
        if verdict in (Verdict.PASS, Verdict.REPAIRED):
            blind = self._blind(side, record, findings, tolerance)
            if blind:
                verdict, reason = Verdict.INCONCLUSIVE, blind
        return Evidence(verdict, reason, "", findings.variables, findings.fetches, tolerance.to_json(), tuple(notes))

    def _align(self, before: Record, after: Record, side: Side) -> list[Aligned]:
        if self.source_map is not None:
            return by_map(before.sites, after.sites, self.source_map.by_id(), side.bad, self.discarded)
        used = [event for event in before.sites if not event.init and event.where not in self.discarded]
        return by_stream(used, after.stream)

    def _unreached(self, before: Record) -> list[str]:
        """Return the sites of the source map that the before never ran."""
        reached = {event.where for event in before.sites}
        return sorted(set(self.source_map.by_id()) - reached) if self.source_map else []

    def _repaired(self) -> bool:
        return self.source_map is not None and self.source_map.repaired

    def _blind(self, side: Side, before: Record, findings: Findings, tolerance: Tolerance) -> str | None:
        """Negative control: tell if the comparison does not see that a write is lost."""
        changed = {v.name for v in findings.variables if v.changed and v.max_abs is not None}
        numbers = [i for i, v in enumerate(before.variables) if v.facts["name"] in changed and not v.facts["slot"]]
        if not numbers:
            return None if findings.compared else "nothing was compared"
        numbers.sort(key=lambda i: not before.variables[i].facts["trainable"])
        for control in CONTROLS:
            settings = after_settings(before, self.source_map is None, {"variables": numbers[:1], **control})
            run = side.run("after", self.stubs, **settings)
            if run.outcome.timed_out:
                continue  # proves nothing
            if not run.ended_well:
                return None  # the program itself noticed
            if run.record.lost and find(before, run.record, self._align(before, run.record, side), tolerance).wrong:
                return None
        name = before.variables[numbers[0]].facts["name"]
        return f"negative control: a lost write to {name} would not have been noticed"

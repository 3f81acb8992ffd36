"""Comparing two runs of one program: for races, and for `verify --self`."""

from __future__ import annotations

from pathlib import Path

from migrator.verify.align import Aligned, Pair, grouped
from migrator.verify.evidence import Evidence, Tolerance, Verdict
from migrator.verify.findings import Findings, find
from migrator.verify.launch import Runner
from migrator.verify.options import VerifyOptions
from migrator.verify.program import load_program
from migrator.verify.record import Event, Record
from migrator.verify.sides import Side
from migrator.verify.workspace import edited

RACE_THREADS = 4


def align_with_itself(first: Record, second: Record) -> list[Aligned]:
    """Align the sites of two runs of one text: the same id, the same call, the same leaves."""
    theirs = grouped(second.sites)
    found = []
    for where, events in grouped(first.sites).items():
        others = theirs.get(where, [])
        aligned = Aligned(where, calls=len(events), pairs=[_pairs(events, others)])
        if len(events) != len(others):
            aligned.wrong = f"{len(events)} calls became {len(others)}"
        found.append(aligned)
    found.extend(
        Aligned(where, wrong=f"0 calls became {len(theirs[where])}")
        for where in set(theirs) - set(grouped(first.sites))
    )
    return found


def _pairs(events: list[Event], others: list[Event]) -> list[Pair]:
    return [
        (call, a, b)
        for call, (left, right) in enumerate(zip(events, others, strict=False))
        for a, b in zip(left.leaves, right.leaves, strict=False)
        if a is not None and b is not None
    ]


def compare_with_itself(first: Record, second: Record, tolerance: Tolerance) -> Findings:
    """Compare two runs of one program."""
    for number, variable in enumerate(second.variables):
        variable.facts.update(match=number, how="name")
    return find(first, second, align_with_itself(first, second), tolerance)


def self_difference(first: Record, second: Record, tolerance: Tolerance) -> str | None:
    """Tell how two runs of one program differ, or None."""
    if len(first.variables) != len(second.variables):
        return f"{len(first.variables)} variables became {len(second.variables)}"
    wrong = compare_with_itself(first, second, tolerance).wrong
    return wrong[0] if wrong else None


def self_evidence(path: str | Path, options: VerifyOptions, runner: Runner) -> Evidence:
    """Run a program twice in the oracle.

    Args:
        path, options: of the program.
        runner: of the children.

    Raises:
        VerifyError: it could not begin.
    """
    program = load_program(path, options)
    side = Side(program, edited(program, options.edit, strict=True), options, runner, "self")
    side.mark_before(None)
    stubs = [(name, str(Path(file).resolve())) for name, file in options.stub.items()]
    first = side.run("oracle", stubs, threads=1, stream=False)
    notes = tuple(side.notes)
    if not first.ended_well:
        return Evidence(Verdict.INCONCLUSIVE, f"the program fails: {first.error}", program.script)
    tolerance = Tolerance("default", options.rtol, options.atol, "the same program three times, once in more threads")
    for threads in (1, RACE_THREADS):
        again = side.run("oracle", stubs, threads=threads, stream=False)
        how = "with more threads" if threads > 1 else "the second time"
        if not again.ended_well:
            return Evidence(Verdict.INCONCLUSIVE, f"race: {how} the run fails: {again.error}", program.script)
        findings = compare_with_itself(first.record, again.record, tolerance)
        if findings.wrong:
            verdict, reason = Verdict.INCONCLUSIVE, f"race, {how}: {findings.wrong[0]}"
            break
        if not findings.compared:
            verdict, reason = Verdict.INCONCLUSIVE, "nothing was compared"
            break
        verdict, reason = Verdict.PASS, f"{findings.compared} variables and fetches are equal"
    version = runner.server("oracle", options.tf1_python).version
    return Evidence(
        verdict, reason, program.script, findings.variables, findings.fetches, tolerance.to_json(), notes=notes,
        oracle=version,
    )  # fmt: skip

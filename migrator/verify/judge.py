"""The verdict: what two records and the findings on them amount to."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrator.verify.evidence import Verdict
from migrator.verify.findings import Findings


@dataclass(slots=True)
class Case:
    """What is known when a comparison is judged.

    Attributes:
        findings: of the comparison.
        unreached: sites of the source map and functions of the after that never ran.
        unwritten: variables that the before writes and the after does not.
        writes: a run of the before wrote to variables.
        repaired: writes of the program were repaired.
        notes: to be shown.
    """

    findings: Findings
    unreached: list[str] = field(default_factory=list)
    unwritten: list[str] = field(default_factory=list)
    writes: bool = False
    repaired: bool = False
    notes: list[str] = field(default_factory=list)


def judge(case: Case) -> tuple[Verdict, str]:
    """Return the verdict and its reason. PASS and REPAIRED still depend on the negative control."""
    findings = case.findings
    if findings.wrong:
        more = f" (and {len(findings.wrong) - 1} more)" if len(findings.wrong) > 1 else ""
        return Verdict.FAIL, findings.wrong[0] + more
    if findings.unclear:
        return Verdict.INCONCLUSIVE, "ambiguous: " + findings.unclear[0]
    gaps = [
        *findings.missing,
        *(f"{site} was never reached" for site in case.unreached),
        *(f"variable {name} is written before, but not after" for name in case.unwritten),
    ]
    if gaps:
        more = f" (and {len(gaps) - 1} more)" if len(gaps) > 1 else ""
        return Verdict.PARTIAL, gaps[0] + more
    if findings.compared == 0:
        return Verdict.INCONCLUSIVE, "nothing was compared"
    if case.writes and findings.changed == 0:
        return Verdict.INCONCLUSIVE, "the program writes to variables, but no compared variable changed"
    if case.repaired:
        return Verdict.REPAIRED, "equal to what the NumPy oracle makes of the repaired writes"
    return Verdict.PASS, f"{findings.compared} variables and fetches are equal"

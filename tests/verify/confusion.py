"""All right and wrong afters of the pairs, and their verdicts; every before runs once for all of its afters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from migrator.verify import Evidence, Verdict, VerifyOptions, verify
from migrator.verify.launch import Runner

from .programs import PAIRS, Mutation
from .support import mutate, write_pair

GOOD = {Verdict.PASS, Verdict.REPAIRED, Verdict.UNCHANGED}


@dataclass(frozen=True)
class Case:
    """One after: of a pair, with replacements."""

    pair: str
    form: str
    mutation: Mutation = ()

    def __str__(self) -> str:
        return f"{self.pair}-{self.form}"


RIGHT = [Case(name, "as it is") for name in PAIRS]
RIGHT += [Case(name, form, change) for name, pair in PAIRS.items() for form, change in pair.forms.items()]
WRONG = [Case(name, error, change) for name, pair in PAIRS.items() for error, change in pair.wrong.items()]


class Tapes:
    """Recordings of the befores, made when they are first needed.

    Args:
        folder: for programs and recordings.
        runner: of the children.
    """

    def __init__(self, folder: Path, runner: Runner) -> None:
        self._folder = folder
        self._runner = runner
        self._count = 0

    def judge(self, case: Case) -> Evidence:
        """Return the evidence on one after."""
        pair = PAIRS[case.pair]
        self._count += 1
        folder, tape = self._folder / str(self._count), self._folder / f"{case.pair}.tape"
        rewrite = write_pair(folder, pair.before, mutate(pair.after, case.mutation))
        how = {"against": tape} if tape.exists() else {"record": tape}
        options = VerifyOptions(timeout=60, **how)  # type: ignore[arg-type]
        before, after = folder / "before.py", folder / "after.py"
        return verify(before, after, options=options, runner=self._runner, rewrite=rewrite)


def caught(evidence: Evidence) -> bool:
    """Tell whether a wrong after got a verdict that nobody takes for a proof."""
    return evidence.verdict not in GOOD

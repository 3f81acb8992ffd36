"""What a verification found."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

CURVE = 400  # points of a curve


class Verdict(enum.StrEnum):
    """The verdicts; see docs/reference."""

    PASS = "PASS"
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    PARTIAL = "PARTIAL"
    REFUSED = "REFUSED"
    REPAIRED = "REPAIRED"
    UNCHANGED = "UNCHANGED"

    @property
    def good(self) -> bool:
        """Whether `migrator verify` counts it as a success."""
        return self in (Verdict.PASS, Verdict.REPAIRED, Verdict.UNCHANGED)


@dataclass(frozen=True, slots=True)
class VariableEvidence:
    """One variable of the before.

    Attributes:
        name: in TensorFlow 1.
        shape, dtype: in the before.
        max_abs, max_rel: largest difference of the final values; None: not compared.
        changed: the program changed it; None: its start value is not known.
        matched: how the variable of the after was found: ``name``, ``uniquified``, ``path``, ``slot``,
            ``order``; None: there is none.
        equal: the difference is within the tolerance.
        note: what is worth knowing.
    """

    name: str
    shape: tuple[int, ...] | None
    dtype: str
    max_abs: float | None = None
    max_rel: float | None = None
    changed: bool | None = None
    matched: str | None = None
    equal: bool | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class FetchEvidence:
    """One site of the before.

    Attributes:
        id: `Site.id`.
        function: step function of the after, if known.
        calls: how many calls were compared.
        max_abs, max_rel: largest difference.
        first_diverging: number of the first call, from 0, that differs by more than the tolerance.
        equal: all calls are within the tolerance; None: nothing numeric was compared.
        note: what is worth knowing.
        before, after: ``file:line`` on both sides, if known.
        curve: for a fetch with a number in it: (before, after) by call, at most `CURVE` of them.
    """

    id: str
    function: str | None = None
    calls: int = 0
    max_abs: float | None = None
    max_rel: float | None = None
    first_diverging: int | None = None
    equal: bool | None = None
    note: str | None = None
    before: str | None = None
    after: str | None = None
    curve: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The verdict on one program, and what it rests on.

    Attributes:
        verdict: see `Verdict`.
        reason: one sentence.
        program: path of the before.
        variables: one for each variable of the before that was initialised.
        fetches: one for each site that ran.
        tolerance: ``class``, ``rtol``, ``atol`` and ``why``.
        unreached: sites and step functions that never ran.
        unwritten: variables that the before writes and the after does not.
        notes: further sentences.
        oracle: version of TensorFlow in which the before ran.
        seconds: wall time.
    """

    verdict: Verdict
    reason: str
    program: str = ""
    variables: tuple[VariableEvidence, ...] = ()
    fetches: tuple[FetchEvidence, ...] = ()
    tolerance: Mapping[str, Any] = field(default_factory=dict)
    unreached: tuple[str, ...] = ()
    unwritten: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    oracle: str | None = None
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data for `json.dump`."""
        data = asdict(self)
        data["verdict"] = str(self.verdict)
        data["tolerance"] = dict(self.tolerance)
        return data


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far two numbers may be apart: ``|a - b| <= atol + rtol * |b|``."""

    name: str
    rtol: float
    atol: float
    why: str

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"class": self.name, "rtol": self.rtol, "atol": self.atol, "why": self.why}

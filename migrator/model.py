"""The frozen data that all layers share: diagnostics, spans, sites, sessions and results.

Nothing here knows TensorFlow, LibCST or the disk.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Severity(enum.StrEnum):
    """How much a diagnostic matters to the exit status."""

    INFO = "info"  # something to know; the conversion is complete
    MANUAL = "manual"  # a person must decide or do something
    ERROR = "error"  # the file could not be processed at all


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message about one place of one file.

    Attributes:
        line: line in the original file, from 1.
        column: column in the original file in characters, from 1.
        code: the rule that speaks, for example ``MIG201``; ``migrator explain`` knows it.
        severity: see `Severity`.
        message: what stopped it or what was done, and what a person can do.
        symbol: the TensorFlow symbol or the name of the program that it is about.
        filename: path of the file as it was given.
    """

    line: int
    column: int
    code: str
    severity: Severity
    message: str
    symbol: str | None = None
    filename: str = "<string>"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text in `ast` coordinates: lines from 1, columns in UTF-8 bytes from 0, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class SiteKind(enum.StrEnum):
    """What became of a site."""

    STEP = "step"  # a call of a step function
    READ = "read"  # the value of a variable or of an eager tensor
    INIT = "init"  # initializer run, removed because variables are initialised when they are made
    RESET = "reset"  # initializer run that really re-initialises: a call of a reset function
    REFUSED = "refused"  # left as it was


@dataclass(frozen=True, slots=True)
class Site:
    """One ``sess.run`` / ``.eval`` / ``.run`` call and what replaces it.

    Attributes:
        id: ``<filename>:<line>:<column>`` of the call in the original.
        kind: see `SiteKind`.
        before: the call expression in the original text.
        after: the expression in the new text that has its value (None if it was removed or refused). An init site
            has none.
        function: name of the step function that it calls, if any.
        fetches: source text of the fetched leaves in flattening order (dicts by sorted key, as `tf.nest` does).
        kept: positions in `fetches` whose values `after` has, in the order in which `after` flattens. A fetched
            operation is None in TF1 and may be left out of the new value.
        feeds: source text of the fed keys in the order in which they are written.
        repaired: the site runs a write whose meaning was repaired (a derived write): no two-sided proof exists.
        expected_failure: the original is known to raise here (a repaired program).
    """

    id: str
    kind: SiteKind
    before: Span
    after: Span | None = None
    function: str | None = None
    fetches: tuple[str, ...] = ()
    kept: tuple[int, ...] = ()
    feeds: tuple[str, ...] = ()
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One session of the original and what became of it.

    Attributes:
        line: line where it is made, from 1.
        converted: all its sites were converted.
        sites: in source order.
        reason: what stopped it, if it was refused.
        filename: path of the file as it was given.
    """

    line: int
    converted: bool
    sites: tuple[Site, ...] = ()
    reason: str | None = None
    filename: str = "<string>"


@dataclass(frozen=True, slots=True)
class DerivedWrite:
    """One write to a tensor derived from variables, and the writes to variables that replace it.

    Attributes:
        site: the write in the original text.
        after: the statements in the new text that do it (None if refused).
        variables: source text of the variables written.
        op: what it does to the target, as a variable's method (``assign``, ``scatter_nd_add``); "" if not known.
        method: it is written as a method of its target.
    """

    site: Span
    after: Span | None
    variables: tuple[str, ...]
    op: str = ""
    method: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What `rewrite_source` gives for one text.

    Attributes:
        source: the new text (the old one, byte for byte, if nothing was changed).
        changed: source differs from what came in.
        diagnostics: in order of line and column.
        sessions: every session of the file, converted or refused.
        writes: every derived write that was repaired.
        filename: as it was given.
        created: further files that the new text needs, as relative path from the file's folder -> text.
    """

    source: str | bytes
    changed: bool
    diagnostics: tuple[Diagnostic, ...] = ()
    sessions: tuple[Session, ...] = ()
    writes: tuple[DerivedWrite, ...] = ()
    filename: str = "<string>"
    created: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProjectResult:
    """What `rewrite_project` gives: one `Result` for each file, by path as it was given."""

    files: Mapping[str, Result]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All diagnostics, file by file."""
        return tuple(d for result in self.files.values() for d in result.diagnostics)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as `migrator rules` lists it and `migrator explain` explains it.

    Attributes:
        code: for example ``MIG201``.
        name: short name with dashes.
        summary: one sentence.
        explanation: what it does, why, and what a person does where it stops.
        before: smallest TF1 example.
        after: what it becomes (empty for a rule that only diagnoses).
    """

    code: str
    name: str
    summary: str
    explanation: str
    before: str = ""
    after: str = ""

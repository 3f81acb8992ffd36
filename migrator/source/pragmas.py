"""Comments that speak to migrator: ``# migrator: skip-file`` and ``# migrator: ignore[CODE]``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from migrator.model import Diagnostic, Severity

_SKIP = re.compile(r"^[ \t]*#[ \t]*migrator:[ \t]*skip-file\b", re.MULTILINE)
_IGNORE = re.compile(r"#[ \t]*migrator:[ \t]*ignore\[([^\]\r\n]*)\]")
_NEWLINE = re.compile(r"\r\n|\r|\n")


def skips_file(text: str) -> bool:
    """Tell whether a comment on a line of its own asks to leave the whole file as it is."""
    return "skip-file" in text and _SKIP.search(text) is not None


def ignored_codes(text: str) -> dict[int, tuple[str, ...]]:
    """Return line (from 1) -> the codes, or beginnings of codes, that a comment on it silences."""
    if "migrator:" not in text:
        return {}
    return {
        number: tuple(code.strip() for code in match[1].split(",") if code.strip())
        for number, line in enumerate(_NEWLINE.split(text), 1)
        if (match := _IGNORE.search(line))
    }


def wanted(code: str, select: Iterable[str], ignore: Iterable[str]) -> bool:
    """Tell whether a code is selected and not ignored; both hold codes or beginnings of codes."""
    select, ignore = tuple(select), tuple(ignore)
    return (not select or code.startswith(select)) and not (ignore and code.startswith(ignore))


def without_ignored(diagnostics: Iterable[Diagnostic], text: str) -> tuple[Diagnostic, ...]:
    """Return the diagnostics that no comment on their line silences. An error cannot be silenced."""
    silenced = ignored_codes(text)
    return tuple(
        d
        for d in diagnostics
        if d.severity is Severity.ERROR or not silenced.get(d.line) or not d.code.startswith(silenced[d.line])
    )

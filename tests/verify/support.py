"""Turning marked texts into programs, spans and a fake converter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from migrator.model import DerivedWrite, ProjectResult, Result, Session, Site, SiteKind, Span

MARK = re.compile(r"«(?:(\d+)([ri]?)|(w)):|»")
KINDS = {"": SiteKind.STEP, "r": SiteKind.RESET, "i": SiteKind.INIT}


def unmark(text: str) -> tuple[str, dict[str, tuple[str, Span]]]:
    """Return a text without marks, and (kind, span) by mark."""
    out, spans, open_marks, at = "", {}, [], 0
    for match in MARK.finditer(text):
        out += text[at : match.start()]
        at = match.end()
        place = (out.count("\n") + 1, len(out.rsplit("\n", 1)[-1].encode()))
        if match.group() != "»":
            open_marks.append((match.group(1) or "w", match.group(2) or "", place))
        else:
            name, kind, start = open_marks.pop()
            spans[name] = (kind, Span(*start, *place))
    return out + text[at:], spans


def source_map(before: str, after: str) -> tuple[str, Result | None]:
    """Return the before's text, and the converter's result that the marks describe (None without marks)."""
    old, mine = unmark(before)
    new, theirs = unmark(after)
    sites, writes = [], ()
    for name, (kind, span) in mine.items():
        if name == "w":
            writes = (DerivedWrite(span, None, ()),)
            continue
        where = theirs.get(name)
        sites.append(Site(f"before.py#{name}", KINDS[kind], span, where[1] if where else None))
    if not mine:
        return old, None
    return old, Result(new, True, sessions=(Session(1, True, tuple(sites)),), writes=writes)


def no_converter(files: Mapping[str, str]) -> ProjectResult:
    """A converter that changes nothing, so that a pair is verified without a source map."""
    return ProjectResult({path: Result(text, False) for path, text in files.items()})


def write_pair(folder: Path, before: str, after: str) -> Callable[[Mapping[str, str]], ProjectResult]:
    """Write ``before.py`` and ``after.py`` and return the converter to use."""
    old, result = source_map(before, after)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "before.py").write_text(old, encoding="utf-8")
    (folder / "after.py").write_text(unmark(after)[0], encoding="utf-8")
    if result is None:
        return no_converter
    fixed = result
    return lambda files: ProjectResult(
        {path: fixed if path == "before.py" else Result(t, False) for path, t in files.items()}
    )


def mutate(text: str, mutation: tuple[tuple[str, str], ...]) -> str:
    """Apply replacements, each of which must change the text or be one that keeps it on purpose."""
    for old, new in mutation:
        assert old in text, f"{old!r} does not occur"
        text = text.replace(old, new)
    return text

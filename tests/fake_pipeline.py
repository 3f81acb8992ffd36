"""A pipeline that does what markers in the text say, so that what surrounds the real one is tested alone.

``OLD`` becomes ``NEW``; ``ADD`` becomes two lines; ``SAY <severity>`` in a line makes a diagnostic there;
``NEED <name>`` asks for a companion file; ``BOOM`` raises; ``DIE`` ends the process.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Mapping

from migrator.model import Diagnostic, ProjectResult, Result, Rule, Session, Severity, Site, SiteKind, Span

RULES = (Rule("MIG201", "old-to-new", "OLD becomes NEW.", "Because NEW is newer.", "x = OLD", "x = NEW"),)
CALLS: list[dict[str, object]] = []


def rewrite_sources(
    files: Mapping[str, str],
    *,
    writable: Collection[str] | None = None,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    optimizers: str = "keras",
) -> ProjectResult:
    """Stand in for `migrator.pipeline.rewrite_sources`."""
    may_change = set(files if writable is None else writable)
    CALLS.append({"files": dict(files), "writable": may_change, "select": tuple(select), "ignore": tuple(ignore),
                  "optimizers": optimizers})  # fmt: skip
    if any("DIE" in text for text in files.values()):
        os._exit(9)
    if any("BOOM" in text for text in files.values()):
        raise KeyError("BOOM")
    return ProjectResult({path: _one(path, text, path in may_change) for path, text in files.items()})


def _one(path: str, text: str, writable: bool) -> Result:
    try:
        ast.parse(text)
    except SyntaxError as error:
        wrong = Diagnostic(error.lineno or 1, 1, "MIG001", Severity.ERROR, str(error), None, path)
        return Result(text, False, (wrong,), filename=path)
    new = re.sub(r"\bADD\b", "one\ntwo", text.replace("OLD", "NEW")) if writable else text
    found = tuple(
        Diagnostic(number, match.start() + 1, "MIG201", Severity(match[1]), "as asked", "tf.old", path)
        for number, line in enumerate(re.split("\r\n|\r|\n", text), 1)
        if (match := re.search(r"SAY (\w+)", line))
    )
    created = dict.fromkeys(re.findall(r"NEED (\S+)", text), "companion = 1\n") if writable else {}
    site = Site(f"{path}:1:1", SiteKind.STEP, Span(1, 0, 1, 1))
    return Result(new, new != text, found, (Session(1, True, (site,), filename=path),), filename=path, created=created)

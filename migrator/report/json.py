"""The report for programs: one JSON document with a versioned schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from migrator.model import Diagnostic, Result, Session, Severity, Span

SCHEMA = 1


def document(
    results: Iterable[Result], *, version: str, idle: int = 0, diffs: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the report as plain dicts and lists.

    The schema's number rises when a field is removed or changes its meaning, not when one is added.

    Args:
        results: of the files that were looked at.
        version: of migrator.
        idle: how many further files have nothing to do with TensorFlow.
        diffs: unified diff by path, for those that change.
    """
    results = list(results)
    diffs = diffs or {}
    found = [d for result in results for d in result.diagnostics]
    return {
        "run": {"tool": "migrator", "version": version, "schema": SCHEMA},
        "counts": {
            "files": len(results) + idle,
            "changed": sum(result.changed for result in results),
            **{str(severity): sum(d.severity is severity for d in found) for severity in Severity},
        },
        "files": [_file(result, diffs.get(result.filename)) for result in results],
    }


def dumps(report: Mapping[str, Any]) -> str:
    """Return a report as indented JSON text with a final newline."""
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _file(result: Result, diff: str | None) -> dict[str, Any]:
    return {
        "path": result.filename,
        "changed": result.changed,
        "diagnostics": [_diagnostic(d) for d in result.diagnostics],
        "sessions": [_session(s) for s in result.sessions],
        "created": sorted(result.created),
        **({"diff": diff} if diff is not None else {}),
    }


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "line": diagnostic.line,
        "column": diagnostic.column,
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "symbol": diagnostic.symbol,
        "message": diagnostic.message,
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "line": session.line,
        "converted": session.converted,
        "reason": session.reason,
        "sites": [
            {
                "id": site.id,
                "kind": str(site.kind),
                "before": _span(site.before),
                "after": _span(site.after),
                "function": site.function,
                "fetches": list(site.fetches),
                "kept": list(site.kept),
                "feeds": list(site.feeds),
                "repaired": site.repaired,
            }
            for site in session.sites
        ],
    }


def _span(span: Span | None) -> list[int] | None:
    return [span.line, span.column, span.end_line, span.end_column] if span else None

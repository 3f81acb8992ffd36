"""What the converter hands to a verification: new texts, new files, the source map, or a reason to run nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from migrator.model import ProjectResult, Result, Severity
from migrator.verify.evidence import Evidence, Verdict
from migrator.verify.sides import SourceMap

Rewrite = Callable[[Mapping[str, str]], ProjectResult]


def converter() -> Rewrite:
    """Return the project's own converter."""
    from migrator.pipeline import rewrite_sources

    return rewrite_sources


def refused_or_unchanged(results: Mapping[str, Result], texts: Mapping[str, str]) -> Evidence | None:
    """Return the evidence where there is nothing to run."""
    for path, result in results.items():
        for diagnostic in result.diagnostics:
            if diagnostic.severity is Severity.ERROR:
                return Evidence(Verdict.REFUSED, f"{path}:{diagnostic.line}: {diagnostic.message}")
        for session in result.sessions:
            if not session.converted:
                return Evidence(Verdict.REFUSED, f"{path}:{session.line}: {session.reason or 'not converted'}")
        manual = [d for d in result.diagnostics if d.severity is Severity.MANUAL]
        if manual and not result.changed:
            return Evidence(Verdict.REFUSED, f"{path}:{manual[0].line}: {manual[0].message}")
    if all(str(result.source) == texts[path] for path, result in results.items() if path in texts):
        return Evidence(Verdict.UNCHANGED, "nothing to convert; the text is the same")
    return None


def new_texts(results: Mapping[str, Result]) -> dict[str, str]:
    """Return the texts that the converter made, new files included."""
    return {path: str(result.source) for path, result in results.items()} | dict(created(results))


def created(results: Mapping[str, Result]) -> dict[str, str]:
    """Return the files that the converter created, by path below the root."""
    found = {}
    for path, result in results.items():
        folder = path.rpartition("/")[0]
        for name, text in result.created.items():
            found[f"{folder}/{name}" if folder else name] = text
    return found


def renamed(source_map: SourceMap, old: str, new: str) -> SourceMap:
    """Return a source map with another name for the script (``before.py`` became ``after.py``)."""

    def keys(table: Mapping[str, tuple[object, ...]]) -> dict[str, tuple[object, ...]]:
        return {(new if path == old else path): value for path, value in table.items()}

    return SourceMap(keys(source_map.sites), keys(source_map.writes))  # type: ignore[arg-type]

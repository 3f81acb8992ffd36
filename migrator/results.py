"""What the caller gets of each file: the new text or the reasons, the sites, the repaired writes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from migrator.analysis.facts import Facts, SiteFact, Trouble
from migrator.analysis.modules import ModuleSource, Project
from migrator.model import DerivedWrite, Diagnostic, Result, Session, Severity, Site, SiteKind
from migrator.rules.plan import Plan
from migrator.rules.sessions import REFUSED
from migrator.syntax.spans import span_between

_IGNORE = re.compile(r"#\s*migrator:\s*ignore(?:\[([\w,\s]*)\])?")


class Results:
    """Makes the results of a project's modules.

    Args:
        project: the project.
        parts: each module's facts.
        sites: each module's sites.
    """

    def __init__(self, project: Project, parts: Mapping[str, Facts], sites: Mapping[str, list[SiteFact]]) -> None:
        self.project = project
        self.parts = parts
        self.sites = sites
        self.texts: dict[str, str] = {}  # the new texts, by path
        self.spans: dict[str, dict[int, tuple[int, int]]] = {}  # the places of marks in them

    def converted(self, path: str, plan: Plan) -> Result:
        """Return the result of a converted module."""
        text = self.texts[path]
        before = self.project.texts[path]
        sessions = tuple(self._sessions(path, plan))
        diagnostics = in_order(plan.diagnostics)
        if text == before:
            return Result(before, False, diagnostics, sessions, filename=path)
        return Result(text, True, diagnostics, sessions, self._writes(path, plan), path, dict(plan.created))

    def _writes(self, path: str, plan: Plan) -> tuple[DerivedWrite, ...]:
        """Return the repaired writes with the places of their statements in the new text."""
        module, spans, text = self.project.modules[path], self.spans[path], self.texts[path]
        found = []
        for call, first, last in plan.put_marks:
            after = None
            if first in spans and last in spans:
                start = text.rfind("\n", 0, spans[first][0]) + 1
                start += len(text[start:]) - len(text[start:].lstrip())
                after = span_between(text, start, spans[last][1])
            put = plan.puts[call]
            found.append(DerivedWrite(module.source.span(call), after, put.variables, put.op, put.method))
        return tuple(found)

    def _sessions(self, path: str, plan: Plan) -> list[Session]:
        module, spans = self.project.modules[path], self.spans[path]
        sites = []
        for planned in plan.sites:
            span = module.source.span(planned.call)
            where = spans.get(planned.number)
            after = span_between(self.texts[path], *where) if where is not None else None
            sites.append(
                Site(f"{path}:{span.line}:{span.column}", SiteKind(planned.kind), span, after, planned.function,
                     planned.fetches, planned.kept, planned.feeds, planned.repaired)
            )  # fmt: skip
        return self._grouped(module, sites, None)

    def _grouped(self, module: ModuleSource, sites: list[Site], reason: str | None) -> list[Session]:
        """Group sites by the session that runs them."""
        by_span = {module.source.span(s.call): s for s in self.sites[module.path]}
        made = self.parts[module.path].sessions.values()
        lines: dict[int, list[Site]] = {e.expr.lineno: [] for e in made if e.module is module}
        for site in sorted(sites, key=lambda s: s.before):
            fact = by_span.get(site.before)
            line = fact.session.expr.lineno if fact is not None and fact.session is not None else site.before.line
            lines.setdefault(line, []).append(site)
        return [
            Session(line, reason is None, tuple(found), reason, module.path) for line, found in sorted(lines.items())
        ]

    def refused(self, path: str, troubles: list[Trouble]) -> Result:
        """Return the result of a module that stays as it was."""
        module = self.project.modules[path]
        diagnostics = []
        for trouble in troubles:
            known = trouble.node in module.parents and hasattr(trouble.node, "lineno")
            line, column = module.source.position(trouble.node) if known else (1, 1)
            diagnostics.append(
                Diagnostic(line, column, REFUSED.code, Severity.MANUAL, f"not converted: {trouble.message}",
                           trouble.symbol, path)
            )  # fmt: skip
        sites = []
        for fact in self.sites[path]:
            span = module.source.span(fact.call)
            sites.append(Site(f"{path}:{span.line}:{span.column}", SiteKind.REFUSED, span))
        sessions = tuple(self._grouped(module, sites, troubles[0].message))
        return Result(self.project.texts[path], False, in_order(diagnostics), sessions, filename=path)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return diagnostics without repetition, by place."""
    return tuple(sorted(set(diagnostics), key=lambda d: (d.line, d.column, d.code, d.message)))


def syntax_diagnostic(path: str, error: SyntaxError | ValueError | RecursionError) -> Diagnostic:
    """Return the diagnostic of a text that can't be parsed."""
    line = getattr(error, "lineno", None) or 1
    column = getattr(error, "offset", None) or 1
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    return Diagnostic(line, column, "MIG001", Severity.ERROR, f"the file can't be parsed: {reason}", None, path)


def filtered(result: Result, text: str, select: Collection[str], ignore: Collection[str]) -> Result:
    """Leave out diagnostics that the user doesn't want to see. Errors are always shown."""
    lines = text.splitlines()
    kept = []
    for found in result.diagnostics:
        if found.severity is not Severity.ERROR:
            if select and not found.code.startswith(tuple(select)):
                continue
            if ignore and found.code.startswith(tuple(ignore)):
                continue
            comment = _IGNORE.search(lines[found.line - 1]) if found.line <= len(lines) else None
            if comment and (not comment.group(1) or found.code in re.split(r"[,\s]+", comment.group(1))):
                continue
        kept.append(found)
    return Result(result.source, result.changed, tuple(kept), result.sessions, result.writes, result.filename,
                  result.created)  # fmt: skip

"""One project: parse, analyse, plan, rewrite, emit. Pure given the source texts."""

from __future__ import annotations

import ast
import contextlib
import gc
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from migrator.analysis.facts import SiteFact, Trouble
from migrator.analysis.modules import ModuleSource, Project, may_hold_session
from migrator.analysis.parts import by_module
from migrator.analysis.staging import build_unit
from migrator.analysis.statements import Interpreter
from migrator.model import ProjectResult, Result, Rule
from migrator.results import Results, filtered, syntax_diagnostic
from migrator.rules import RULES as CONSTRUCT_RULES
from migrator.rules.derived_writes import left_writes
from migrator.rules.evidence import has_evidence
from migrator.rules.native_writes import repair, repairs
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.sessions import convert
from migrator.source.rules import INPUT_RULES
from migrator.syntax.emit import emit
from migrator.syntax.imports import after_imports
from migrator.syntax.marks import strip_marks
from migrator.syntax.residue import new_unknown_names
from migrator.syntax.text import SourceText
from migrator.tables.canonical import canonical

RULES: tuple[Rule, ...] = tuple(sorted((*INPUT_RULES, *CONSTRUCT_RULES), key=lambda r: r.code))
_SKIP_FILE = re.compile(r"^\s*#\s*migrator:\s*skip-file\b", re.M)
_WRITES = re.compile(r"\.(assign|scatter_)\w*\(|\bassign\w*\(")


def rewrite_sources(
    files: Mapping[str, str],
    *,
    writable: Collection[str] | None = None,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    optimizers: str = "keras",
) -> ProjectResult:
    """Rewrite the modules of one project.

    Args:
        files: relative POSIX path -> text.
        writable: paths that may change (all if None); the others are read only.
        select: codes (or their beginnings) of the diagnostics to report; all if empty.
        ignore: codes (or their beginnings) of the diagnostics to leave out.
        optimizers: "keras" (Keras where equal) or "exact" (TF1's kernels always).

    Returns:
        A result for every writable path.
    """
    with _collector_paused():
        return _rewrite_sources(files, writable, select, ignore, optimizers)


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """Hold back the cyclic garbage collector: trees and facts live until the end, and looking them over is costly."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _rewrite_sources(
    files: Mapping[str, str],
    writable: Collection[str] | None,
    select: Collection[str],
    ignore: Collection[str],
    optimizers: str,
) -> ProjectResult:
    chosen = [path for path in files if writable is None or path in writable]
    project = Project(files)
    skipped = {p for p in files if _SKIP_FILE.search(files[p])}
    wanted = [p for p in chosen if "tensorflow" in files[p]]
    wanted += [p for p in files if p not in chosen and _uses_one_of(files[p], wanted)]  # they may run what changes
    interpreter = Interpreter(project, canonical)
    for path in wanted:
        module = project.load(path)
        if module is not None and path not in interpreter.envs:
            interpreter.new_graph()
            interpreter.run_module(module)
    for module in list(project.modules.values()):
        interpreter.run_uncalled(module)
    interpreter.facts.settle_feeds()
    work = _Work(project, interpreter, set(chosen) - skipped, optimizers)
    results: dict[str, Result] = {}
    plans, refusals = work.plan_all([p for p in wanted if p in project.modules])
    for path in chosen:
        text = files[path]
        if path in project.broken and path not in skipped:
            found: Result = Result(text, False, (syntax_diagnostic(path, project.broken[path]),), filename=path)
        elif path in skipped:
            found = Result(text, False, filename=path)
        elif path in plans:
            found = work.results.converted(path, plans[path])
        elif path in refusals:
            found = work.results.refused(path, refusals[path])
        else:
            found = Result(text, False, filename=path)
        results[path] = filtered(found, text, select, ignore)
    return ProjectResult(results)


def _uses_one_of(text: str, paths: list[str]) -> bool:
    """Tell, by its words, whether a text may import one of some modules and use TensorFlow."""
    return "tensorflow" in text and any(PurePosixPath(p).stem in text for p in paths)


class _Work:
    """Plans and emits the modules of one project."""

    def __init__(self, project: Project, interpreter: Interpreter, chosen: set[str], optimizers: str) -> None:
        self.project = project
        self.facts = interpreter.facts
        self.parts = by_module(self.facts, project.modules)
        self.sites: defaultdict[str, list[SiteFact]] = defaultdict(list)
        for site in self.facts.sites.values():
            self.sites[site.module.path].append(site)
        self.troubles: defaultdict[str, list[Trouble]] = defaultdict(list)
        for trouble in self.facts.troubles:
            self.troubles[trouble.module.path].append(trouble)
        self.chosen = chosen
        self.optimizers = optimizers
        self.guests: dict[str, set[str]] = {}
        self.results = Results(project, self.parts, self.sites)

    def plan_all(self, paths: list[str]) -> tuple[dict[str, Plan], dict[str, list[Trouble]]]:
        """Plan every module; what a refused one reaches is refused with it."""
        plans: dict[str, Plan] = {}
        refusals: dict[str, list[Trouble]] = {}
        reached = {m for found in self.facts.reached.values() for m in found if m in self.project.modules}
        wanted = dict.fromkeys([*paths, *sorted(reached)])
        units = {path: build_unit(self.project.modules[path], self.parts[path]) for path in wanted}
        certain = {p for p, u in units.items() if u.sites or u.shared or has_evidence(u)}
        self.guests = self._guests(certain, units.keys() - certain)
        for path in wanted:
            if path not in certain and path not in self.guests:
                self._repair(path, plans, refusals)
                continue  # may be TensorFlow 2 already, where some names mean something else
            module, unit = self.project.modules[path], units[path]
            troubles = self.troubles[path]
            if not troubles:
                try:
                    plans[path] = convert(unit, optimizers=self.optimizers)
                    self._emit(path, plans[path])
                    continue
                except RecursionError:
                    troubles = [Trouble(module.tree.body[0], module, "the code is nested too deeply to be converted")]
                except (AttributeError, IndexError, KeyError, TypeError, AssertionError, StopIteration) as error:
                    # a fault of this tool must not take the other files with it, and must not pass for a conversion
                    why = f"an internal error ({type(error).__name__}: {error}); please report this"
                    troubles = [Trouble(module.tree.body[0], module, why)]
                except CannotConvert as stopped:
                    troubles = [Trouble(stopped.node, module, stopped.message, stopped.symbol)]
            refusals[path] = troubles
            plans.pop(path, None)
        self._spread(plans, refusals)
        return plans, refusals

    def _guests(self, certain: set[str], others: set[str]) -> dict[str, set[str]]:
        """Return the modules that only their neighbours show to be TensorFlow 1, with those neighbours."""
        found: dict[str, set[str]] = {}
        for path in others:
            seen, stack = {path}, [path]
            while stack:
                new = self.facts.links.get(stack.pop(), set()) - seen
                seen |= new
                stack.extend(new - certain)
            if seen & certain:
                found[path] = seen & certain
        return found

    def _repair(self, path: str, plans: dict[str, Plan], refusals: dict[str, list[Trouble]]) -> None:
        """Repair the derived writes of a module that is TensorFlow 2 otherwise."""
        if path not in self.chosen or not _WRITES.search(self.project.texts[path]):
            return
        module = self.project.modules[path]
        walker = Interpreter(self.project, canonical)
        walker.bind_self = True
        walker.new_graph()
        walker.run_module(module)
        walker.run_uncalled(module)
        unit = build_unit(module, walker.facts)
        try:
            if repairs(unit):
                plans[path] = repair(unit)
                self._emit(path, plans[path])
        except CannotConvert as stopped:
            plans.pop(path, None)
            refusals[path] = [Trouble(stopped.node, module, stopped.message, stopped.symbol)]

    def _spread(self, plans: dict[str, Plan], refusals: dict[str, list[Trouble]]) -> None:
        """Refuse what shares graph code with something refused, until nothing changes."""
        for path in list(plans):
            if path not in self.chosen and self.results.texts[path] != self.project.texts[path]:
                del plans[path]
                refusals[path] = [self._linked(path, path, "must change too and is not among the given paths")]
        for path in self.project.modules:  # a session that stays as it is keeps what it runs as it is
            if self.sites[path] and path not in plans and path not in refusals:
                refusals[path] = [self._linked(path, path, "is left alone")]
        for path in [p for p in self.guests if p not in plans]:
            refusals.pop(path, None)  # nothing says that it must change
        changed = True
        while changed:
            changed = False
            for path, hosts in self.guests.items():
                if path in plans and not hosts <= plans.keys():
                    del plans[path]
                    changed = True
            for one, others in self.facts.reached.items():
                for other in others:
                    for path, partner in ((one, other), (other, one)):
                        if path in plans and partner in refusals:
                            del plans[path]
                            refusals[path] = [self._linked(path, partner, "is not converted")]
                            changed = True

    def _linked(self, path: str, partner: str, why: str) -> Trouble:
        module = self.project.modules[path]
        return Trouble(module.tree.body[0] if module.tree.body else module.tree, module,
                       f"it shares graph code with {partner}, which {why}")  # fmt: skip

    def _emit(self, path: str, plan: Plan) -> None:
        """Make the new text; the last check before it counts as converted."""
        module = self.project.modules[path]
        first = module.tree.body[0] if module.tree.body else module.tree
        try:
            marked = emit(module.source, plan.operations, plan.edits)
            if plan.helpers:
                marked = after_imports(marked, plan.helpers.values())
            text, spans = strip_marks(marked)
            tree = ast.parse(text, path)
            compile(tree, path, "exec", dont_inherit=True)
        except (ValueError, SyntaxError) as error:
            raise CannotConvert(first, f"the new text could not be made ({error}); please report this") from error
        unknown = new_unknown_names(module.tree, tree)
        if unknown:
            raise CannotConvert(
                first, f"the new text would use `{unknown[0]}` without a definition; please report this"
            )
        self.results.texts[path] = text
        self.results.spans[path] = spans
        self._check_residue(path, plan, ModuleSource(path, SourceText(text, path, tree)))

    def _check_residue(self, path: str, plan: Plan, module: ModuleSource) -> None:
        """No session may be left in a converted text, and converting it again must find nothing to do."""
        if not plan.unit.sites or not may_hold_session(module):
            return
        unchanged = (m for m in self.project.modules.values() if m.path != path)
        again = Project({**self.project.texts, path: self.results.texts[path]}, [*unchanged, module])
        walker = Interpreter(again, canonical)
        walker.run_module(module)
        left = [s for s in walker.facts.sites.values() if s.module is module]
        if left or any(s.module is module for s in walker.facts.sessions.values()):
            raise CannotConvert(module.tree.body[0], "a session would be left; please report this")
        written = [c for c in left_writes(walker.facts) if c in module.parents]
        if written and plan.puts:
            raise CannotConvert(next(iter(plan.puts)), "a write to a derived tensor would be left; please report this")


__all__ = ["RULES", "rewrite_sources"]

"""Sites: what every run of a session fetches and is fed, which runs share a step function, and where it stands."""

from __future__ import annotations

import ast

from migrator.analysis.facts import Def, SiteFact
from migrator.analysis.slicing import Slice
from migrator.analysis.units import Atom, Stage
from migrator.analysis.values import Effect, Sess, Var, leaves
from migrator.model import Rule
from migrator.rules.captures import Captures
from migrator.rules.derived_places import writes_in
from migrator.rules.feeds import convert_keys, is_pure, parameter_name, read_feed
from migrator.rules.fetches import Site, fetch, uses_result
from migrator.rules.passed_graph import PassedGraph
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.step_functions import Leaf, StepFunction, check_overridden, check_step, plan_step
from migrator.rules.step_names import step_name

RULE = Rule(
    "MIG201",
    "sessions",
    "A session's runs become calls of tf.functions.",
    "Each distinct (fetches, fed placeholders) pair becomes one tf.function with an input_signature, holding just what "
    "its fetches reach; each run becomes a call. A session is converted whole or not at all.",
    before="with tf.Session() as sess:\n    l = sess.run(loss, {x: data})",
    after="l = compute_loss(data).numpy()",
)


class Sites:
    """Plans all sites of a unit."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.passed = PassedGraph(plan)
        self.sites: list[Site] = []
        self.steps: dict[tuple[object, ...], StepFunction] = {}

    def read(self) -> None:
        """Find out what every site fetches and is fed."""
        for fact in self.plan.unit.sites:
            if fact.extra:
                raise CannotConvert(fact.call, "run options or metadata; use tf.profiler.experimental instead")
            self._handlers(fact)
            receiver = fact.call.func.value if isinstance(fact.call.func, ast.Attribute) else None
            if isinstance(receiver, ast.Call) and isinstance(self.plan.value(receiver), Sess):
                self.plan.handled.add(receiver.func)  # tf.get_default_session().run(...)
            several = self.passed.plans(fact)
            if several:
                self.sites.extend(several)
                continue
            found, shape = fetch(self.plan, fact.fetch)
            feed = read_feed(self.plan, fact.call, fact.feed)
            site = Site(fact, found, shape, feed)
            site.initializers = [
                leaf.value for leaf in found if isinstance(leaf.value, Effect) and leaf.value.kind == "init"
            ]
            if site.initializers and len(site.initializers) != len(found):
                raise CannotConvert(fact.call, "an initializer is run together with other fetches")
            self.sites.append(site)

    def _handlers(self, fact: SiteFact) -> None:
        """A wrong feed raises ValueError in TF1 and TypeError natively: a handler for one would miss the other."""
        parents = self.plan.unit.module.parents
        at: ast.AST | None = fact.call
        while at is not None:
            if isinstance(at, ast.Try):
                for handler in at.handlers:
                    text = self.plan.segment(handler.type) if handler.type is not None else ""
                    if "FailedPrecondition" in text:
                        raise CannotConvert(handler, "uninitialised variables don't exist natively: this handler would "
                                            "never run")  # fmt: skip
                    if fact.feed is not None and ("ValueError" in text or "TypeError" in text):
                        raise CannotConvert(handler, "the errors of a wrong feed change their type: catch Exception, "
                                            "or check the value before the run")  # fmt: skip
            at = parents.get(at)

    def check_sessions(self) -> None:
        """Two sessions hold two copies of every variable: their runs may not alternate."""
        unit = self.plan.unit
        spans: dict[object, list[Site]] = {}
        for site in self.sites:
            if site.fact.session is not None:
                spans.setdefault(site.fact.session, []).append(site)
        ranges = [
            (min(s.fact.order for s in found), max(s.fact.order for s in found), found) for found in spans.values()
        ]
        for index, (start, end, found) in enumerate(ranges):
            for other_start, other_end, others in ranges[index + 1 :]:
                loops = {x for s in found for x in unit.loops_around(s.fact.call)}
                shared = loops & {x for s in others for x in unit.loops_around(s.fact.call)}
                made_inside = all(
                    s.fact.session is not None and set(unit.loops_around(s.fact.session.expr)) >= shared
                    for s in [*found, *others]
                )
                if (start <= other_end and other_start <= end) or (shared and not made_inside):
                    raise CannotConvert(others[0].fact.call, "two sessions are used in turn: each has its own values "
                                        "of the variables; use one session, or two sets of variables")  # fmt: skip

    def group(self) -> None:
        """Make one step function for each distinct (fetches, fed nodes)."""
        for site in self.sites:
            if site.initializers:
                continue
            fed = list(site.feed.values)
            sliced = plan_step(self.plan, site.leaves, fed)
            check_overridden(self.plan, sliced, fed, site.fact.call)
            if site.caller is None and self._eager(site, sliced):
                site.eager = True
                continue
            if (
                site.feed.spread is None and site.caller is None
            ):  # unused feeds are dropped where their values are only read
                for node in fed:
                    value = site.feed.values[node]
                    if node not in sliced.slice.fed and value is not None and is_pure(self.plan, value):
                        del site.feed.values[node]
            fed = list(site.feed.values)
            nested = site.shape in {"nested", "dict"} and uses_result(self.plan, site)
            key = (*[self._identity(leaf) for leaf in site.leaves], frozenset(id(n) for n in fed),
                   ast.dump(site.fact.fetch) if nested else "")  # fmt: skip
            if site.caller is not None:  # it is called with its arguments in this order
                key = (*key, *[id(n) for n in fed])
            step = self.steps.get(key)
            if step is None:
                step = plan_step(self.plan, site.leaves, fed)
                step.structure = site.fact.fetch if nested else None
                self.steps[key] = step
            site.step = step
            check_step(self.plan, step, site.fact.call)
            for node in fed:
                parameter_name(self.plan, node, fed)
            if uses_result(self.plan, site):
                step.returns = [leaf for leaf in step.leaves if not leaf.operation]
            convert_keys(self.plan, site.feed)

    def _identity(self, leaf: Leaf) -> object:
        return id(leaf.value) if isinstance(leaf.expr, ast.Name) else ("expr", id(leaf.expr))

    def _eager(self, site: Site, step: StepFunction) -> bool:
        """Tell whether the fetch can be computed in place: it needs no graph code and nothing fed."""
        if step.slice.atoms or step.slice.fed or step.slice.unfed:
            return False
        kinds = {e.kind for e in step.effects}
        if kinds - {"assign", "lens"}:
            return False
        check_step(self.plan, step, site.fact.call, eager=True)
        if any(isinstance(v, Var) for leaf in site.leaves for v in leaves(leaf.value)) and kinds:
            return False
        puts = [call for leaf in site.leaves for call in writes_in(self.plan, leaf.expr)]
        if puts and (
            uses_result(self.plan, site) or any(call is not leaf.expr for call in puts for leaf in site.leaves)
        ):
            return False
        values = [v for v in site.feed.values.values() if v is not None]
        if any(not is_pure(self.plan, v) for v in values) or site.feed.spread is not None:
            raise CannotConvert(site.fact.call, "a feed that no fetch needs")
        return True

    def place(self) -> None:
        """Choose each step function's place and name."""
        captures = Captures(self.plan)
        for step in self.steps.values():
            sites = [s for s in self.sites if s.step is step]
            step.anchor = self._anchor(step)
            for site in sites:
                self._reachable(step, site)
            captures.freeze_changing(step)
            captures.check_helpers(step)
        for step in sorted(self.steps.values(), key=lambda s: -len(s.effects)):
            step.name = step_name(self.plan, step, self.steps.values())
        self.passed.convert()

    def _anchor(self, step: StepFunction) -> Atom:
        """Return the last atom that a step function needs."""
        unit = self.plan.unit
        atoms = list(step.slice.atoms)
        for node in step.fed:
            atom = unit.atom(node.expr) if node.module is unit.module else None
            if atom is not None and atom.stage is not Stage.SITE:
                atoms.append(atom)
        for defs in _captured(step.slice):
            for found in defs:
                atom = unit.atom(found.stmt) if found.stmt is not None else None
                if atom is not None and not isinstance(found.stmt, (ast.Import, ast.ImportFrom)):
                    atoms.append(atom)
        for values in [e.writes for e in step.effects]:
            atoms.extend(a for v in values if v.stmt is not None and (a := unit.atom(v.stmt)) is not None)
        if not atoms:
            raise CannotConvert(step.leaves[0].expr, "a fetch that depends on nothing the analysis knows")
        return max(atoms, key=lambda a: a.order)

    def _reachable(self, step: StepFunction, site: Site) -> None:
        """The site must come after the function, in its block or one inside it."""
        anchor, at = step.anchor, self.plan.unit.atom(site.caller or site.fact.call)
        assert anchor is not None and at is not None
        inside = at.block[: len(anchor.block)] == anchor.block
        later = isinstance(at.stmt, (ast.FunctionDef, ast.AsyncFunctionDef))  # the call stands in a function's body
        if not inside or (at.order <= anchor.order and at.function is anchor.function and not later):
            raise CannotConvert(site.fact.call, "the run is not always after the graph code that it needs")
        for atom in step.slice.atoms:
            if anchor.block[: len(atom.block)] != atom.block:
                raise CannotConvert(atom.stmt, "graph code in a branch that is used outside of it")


def _captured(found: Slice) -> list[set[Def]]:
    """Return the definitions of captured names that are not imports, functions or classes."""
    definitions = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    return [defs for defs in found.captures.values() if not all(isinstance(d.stmt, definitions) for d in defs)]

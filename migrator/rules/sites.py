"""Sites: sess.run, .eval and .run become calls of step functions, reads of variables, or go away."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from migrator.analysis.facts import SiteFact
from migrator.analysis.slicing import Slice
from migrator.analysis.staging import Atom, Stage
from migrator.analysis.values import UNKNOWN, Effect, Map, Node, Opt, Py, Seq, Value, Var, leaves
from migrator.model import Rule
from migrator.rules.feeds import Feed, convert_keys, is_pure, parameter_name, read_feed
from migrator.rules.plan import CannotConvert, Plan, SitePlan, atomic
from migrator.rules.step_functions import Leaf, StepBuilder, StepFunction, plan_step
from migrator.rules.variables import path_of
from migrator.syntax.emit import mark
from migrator.syntax.text import Render

RULE = Rule(
    "MIG201",
    "sessions",
    "A session's runs become calls of tf.functions.",
    "Each distinct (fetches, fed placeholders) pair becomes one tf.function with an input_signature, holding just what "
    "its fetches reach; each run becomes a call. A session is converted whole or not at all.",
    before="with tf.Session() as sess:\n    l = sess.run(loss, {x: data})",
    after="l = compute_loss(data).numpy()",
)


@dataclass(eq=False)
class Site:
    """A site on its way to its new form."""

    fact: SiteFact
    leaves: list[Leaf]
    shape: str  # "single", "list", "tuple", "dict" or "nested"
    feed: Feed
    step: StepFunction | None = None
    eager: bool = False
    initializers: list[Effect] = field(default_factory=list)


class Sites:
    """Plans all sites of a unit."""

    def __init__(self, plan: Plan, builder: StepBuilder) -> None:
        self.plan = plan
        self.builder = builder
        self.sites: list[Site] = []
        self.steps: dict[tuple[object, ...], StepFunction] = {}

    def read(self) -> None:
        """Find out what every site fetches and is fed."""
        for fact in self.plan.unit.sites:
            if fact.extra:
                raise CannotConvert(fact.call, "run options or metadata; use tf.profiler.experimental instead")
            self._handlers(fact)
            found, shape = self.fetch(fact.fetch)
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
                        raise CannotConvert(handler, "uninitialised variables don't exist natively: this handler would never "
                                            "run")  # fmt: skip
                    if fact.feed is not None and ("ValueError" in text or "TypeError" in text):
                        raise CannotConvert(handler, "the errors of a wrong feed change their type: catch Exception, or "
                                            "check the value before the run")  # fmt: skip
            at = parents.get(at)

    # -- fetches
    def fetch(self, expr: ast.expr) -> tuple[list[Leaf], str]:
        """Return the leaves of a fetch in flattening order, and its structure."""
        value = self.plan.value(expr)
        if isinstance(expr, (ast.List, ast.Tuple)):
            found = [leaf for e in expr.elts for leaf in self.fetch(e)[0]]
            flat = all(not isinstance(e, (ast.List, ast.Tuple, ast.Dict)) for e in expr.elts)
            flat = (
                flat
                and len(found) == len(expr.elts)
                and not any(isinstance(f.value, Seq) or (isinstance(f.value, Node) and f.value.many) for f in found)
            )
            return found, ("list" if isinstance(expr, ast.List) else "tuple") if flat else "nested"
        if isinstance(expr, ast.Dict):
            raise_unless(all(k is not None for k in expr.keys), expr, "a fetched dict that is not written out")
            return [leaf for e in expr.values for leaf in self.fetch(e)[0]], "dict"
        if isinstance(value, Node) and value.many:
            return [Leaf(expr, value)], "nested"
        if isinstance(value, (Node, Var)):
            return [Leaf(expr, value)], "single"
        if isinstance(expr, ast.BinOp) and isinstance(expr.op, ast.Add) and isinstance(value, Seq):
            joined = [*self.fetch(expr.left)[0], *self.fetch(expr.right)[0]]
            if any(leaf.operation for leaf in joined):
                plain = not any(isinstance(leaf.value, (Seq, Map)) for leaf in joined)
                raise_unless(plain, expr, "lists are joined in a fetch; write the fetch out")
                return joined, "list"
        if isinstance(value, Seq) and isinstance(expr, ast.Name):
            return self._named_sequence(expr, value)
        if (
            isinstance(value, Seq)
            and value.items is not None
            and all(isinstance(v, (Node, Var)) and not _operation(v) for v in value.items)
        ):
            return [Leaf(expr, value)], value.kind if value.kind in {"list", "tuple"} else "list"
        if isinstance(value, Seq) and value.items and all(isinstance(v, Effect) for v in value.items):
            return [Leaf(expr, value)], "list"
        if (
            isinstance(value, Map)
            and value.items
            and all(isinstance(v, (Node, Var)) and not _operation(v) for v in leaves(value))
        ):
            return [Leaf(expr, value)], "nested"
        if isinstance(value, Py) and isinstance(value.const, str):
            raise CannotConvert(expr, "a fetch by name; fetch the tensor itself")
        raise CannotConvert(expr, "it is not statically known what is fetched")

    def _named_sequence(self, expr: ast.Name, value: Seq) -> tuple[list[Leaf], str]:
        """A list that was given a name: as if it were written in the run, if its names still mean the same."""
        defs = self.plan.unit.facts.uses.get(expr, frozenset())
        sources = [d.source for d in defs]
        if len(sources) == 1 and isinstance(sources[0], (ast.List, ast.Tuple)):
            source = sources[0]
            if any(_operation(v) for v in leaves(value)):
                return self.fetch(source)
        if value.items is not None and all(isinstance(v, (Node, Var)) and not _operation(v) for v in value.items):
            return [Leaf(expr, value)], value.kind
        raise CannotConvert(expr, "a fetched list whose elements are not statically known")

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
                    raise CannotConvert(others[0].fact.call, "two sessions are used in turn: each has its own values of the "
                                        "variables; use one session, or two sets of variables")  # fmt: skip

    # -- grouping
    def group(self) -> None:
        """Make one step function for each distinct (fetches, fed nodes)."""
        for site in self.sites:
            if site.initializers:
                continue
            fed = list(site.feed.values)
            sliced = plan_step(self.plan, site.leaves, fed)
            if self._eager(site, sliced):
                site.eager = True
                continue
            if site.feed.spread is None:  # unused feeds are dropped where their values are only read
                for node in fed:
                    value = site.feed.values[node]
                    if node not in sliced.slice.fed and value is not None and is_pure(self.plan, value):
                        del site.feed.values[node]
            fed = list(site.feed.values)
            nested = site.shape in {"nested", "dict"} and self._uses_result(site)
            key = (*[self._identity(leaf) for leaf in site.leaves], frozenset(id(n) for n in fed),
                   ast.dump(site.fact.fetch) if nested else "")  # fmt: skip
            step = self.steps.get(key)
            if step is None:
                step = plan_step(self.plan, site.leaves, fed)
                step.structure = site.fact.fetch if nested else None
                self.steps[key] = step
            site.step = step
            self.builder.check(step, site.fact.call)
            for node in fed:
                parameter_name(self.plan, node, fed)
            if self._uses_result(site):
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
        self.builder.check(step, site.fact.call)
        if any(isinstance(v, Var) for leaf in site.leaves for v in leaves(leaf.value)) and kinds:
            return False
        values = [v for v in site.feed.values.values() if v is not None]
        if any(not is_pure(self.plan, v) for v in values) or site.feed.spread is not None:
            raise CannotConvert(site.fact.call, "a feed that no fetch needs")
        return True

    def _uses_result(self, site: Site) -> bool:
        parent = self.plan.unit.module.parents[site.fact.call]
        return not isinstance(parent, ast.Expr)

    # -- places and names
    def place(self) -> None:
        """Choose each step function's place and name."""
        for step in self.steps.values():
            sites = [s for s in self.sites if s.step is step]
            step.anchor = self._anchor(step)
            for site in sites:
                self._reachable(step, site)
            self._snapshots(step)
            self._helper_names(step)
        for step in sorted(self.steps.values(), key=lambda s: -len(s.effects)):
            step.name = self._name(step)

    def _anchor(self, step: StepFunction) -> Atom:
        """Return the last atom that a step function needs."""
        unit = self.plan.unit
        atoms = list(step.slice.atoms)
        for node in step.fed:
            atom = unit.atom(node.expr) if node.module is unit.module else None
            if atom is not None and atom.stage is not Stage.SITE:
                atoms.append(atom)
        for name, defs in _captured(step.slice).items():
            for found in defs:
                atom = unit.atom(found.stmt) if found.stmt is not None else None
                if atom is not None and not isinstance(found.stmt, (ast.Import, ast.ImportFrom)):
                    atoms.append(atom)
            del name
        for values in [e.writes for e in step.effects]:
            atoms.extend(a for v in values if v.stmt is not None and (a := unit.atom(v.stmt)) is not None)
        if not atoms:
            raise CannotConvert(step.leaves[0].expr, "a fetch that depends on nothing the analysis knows")
        return max(atoms, key=lambda a: a.order)

    def _reachable(self, step: StepFunction, site: Site) -> None:
        """The site must come after the function, in its block or one inside it."""
        anchor, at = step.anchor, self.plan.unit.atom(site.fact.call)
        assert anchor is not None and at is not None
        inside = at.block[: len(anchor.block)] == anchor.block
        if not inside or (at.order <= anchor.order and at.function is anchor.function):
            raise CannotConvert(site.fact.call, "the run is not always after the graph code that it needs")
        for atom in step.slice.atoms:
            if anchor.block[: len(atom.block)] != atom.block:
                raise CannotConvert(atom.stmt, "graph code in a branch that is used outside of it")

    def _snapshots(self, step: StepFunction) -> None:
        """Freeze Python values that change after the graph was built, and names that the function binds itself."""
        unit = self.plan.unit
        local = step.slice.locals() | {self.plan.parameters[n] for n in step.fed}
        for name, defs in step.slice.captures.items():
            scopes = {d.scope for d in defs}
            others = [d for s in scopes for d in unit.facts.by_name.get((unit.module.path, s, name), ())
                      if d not in defs and d.stmt is not None]  # fmt: skip
            uses = step.slice.capture_uses[name]
            if _defined(defs) and not others and len(defs) == 1:
                continue
            self._fetch_names(step, name, uses)
            mutated = [d for d in [*others, *defs] if d.mutates and self._later(d.stmt, uses)]
            if mutated and not all(isinstance(v, Var) for d in defs for v in leaves(d.value)):
                raise CannotConvert(mutated[0].stmt or uses[0], f"`{name}` is changed in place after the graph was "
                                    "built with it; make a copy for the graph")  # fmt: skip
            self._in_place(name, defs, others, uses)
            rebound = [d for d in others if not d.mutates and self._later(d.stmt, uses)]
            if name in local or rebound or (len(defs) > 1 and self._in_loop(defs, uses)):
                self._freeze(step, name, uses)

    def _in_place(self, name: str, defs: set, others: list, uses: list[ast.Name]) -> None:  # type: ignore[type-arg]
        """``t *= 2`` on an array, and changes through another name of the same object, reach the graph's value."""
        facts = self.plan.unit.facts
        values = [v for d in defs for v in leaves(d.value)]
        if all(isinstance(v, (Var, Node, Opt)) or (isinstance(v, Py) and v.const is not UNKNOWN) for v in values):
            return
        augmented = [d for d in others if isinstance(d.stmt, ast.AugAssign) and self._later(d.stmt, uses)]
        objects = {id(d.value) for d in defs if isinstance(d.value, (Py, Seq, Map))}
        aliases = {key for key, found in facts.by_name.items() if key[2] != name and any(
            id(d.value) in objects and not d.mutates for d in found)}  # fmt: skip
        changed = [d for key in aliases for d in facts.by_name[key] if d.mutates and self._later(d.stmt, uses)]
        for found in [*augmented, *changed]:
            raise CannotConvert(found.stmt or uses[0], f"`{name}` may be changed in place here, after the graph was built "
                                "with it; make a copy for the graph")  # fmt: skip

    def _fetch_names(self, step: StepFunction, name: str, uses: list[ast.Name]) -> None:
        """A fetch that is built in the run is built anew each time; natively it is built once."""
        unit = self.plan.unit
        for use in uses:
            inside = any(use is n for leaf in step.leaves for n in ast.walk(leaf.expr))
            if not inside or any(isinstance(v, (Var, Node)) for v in leaves(self.plan.value(use))):
                continue
            stmts = {d.stmt for d in unit.facts.uses[use] if d.stmt is not None}
            every = {d.stmt for s in {d.scope for d in unit.facts.uses[use]}
                     for d in unit.facts.by_name.get((unit.module.path, s, name), ())}  # fmt: skip
            loops = set(unit.loops_around(use))
            if len(every) > 1 or loops & (stmts | {x for d in stmts for x in unit.loops_around(d)}):
                raise CannotConvert(
                    use, f"the fetch is built with `{name}`, which changes between runs; feed it instead"
                )

    def _helper_names(self, step: StepFunction) -> None:
        """A name that a helper reads is read when the step is traced: it must have one value only."""
        unit = self.plan.unit
        for name, uses in step.slice.through_helpers.items():
            for use in uses:
                defs = unit.facts.uses[use]
                scopes = {d.scope for d in defs}
                every = [d for s in scopes for d in unit.facts.by_name.get((unit.module.path, s, name), ())
                         if d.stmt is not None]  # fmt: skip
                changed = [d for d in every if d.mutates and not all(isinstance(v, Var) for v in leaves(d.value))]
                if len({d.stmt for d in every if not d.mutates}) > 1 or changed:
                    raise CannotConvert(
                        use, f"a helper reads `{name}`, which has several values; pass it as an argument"
                    )

    def _later(self, stmt: ast.stmt | None, uses: list[ast.Name]) -> bool:
        """Tell whether a statement may run after the graph code that uses a name."""
        if stmt is None:
            return False
        unit = self.plan.unit
        for use in uses:
            at = unit.module.statement(use)
            if stmt.lineno > at.lineno or set(unit.loops_around(stmt)) & set(unit.loops_around(at)):
                return True
        return False

    def _in_loop(self, defs: set, uses: list[ast.Name]) -> bool:  # type: ignore[type-arg]
        return any(self._later(d.stmt, uses) for d in defs)

    def _freeze(self, step: StepFunction, name: str, uses: list[ast.Name]) -> None:
        unit = self.plan.unit
        for use in uses:
            for found in unit.facts.uses[use]:
                home = unit.atom(found.stmt) if found.stmt is not None else None
                if home is not None and home in step.slice.atoms:
                    raise CannotConvert(use, f"`{name}` counts inside graph code and has its start value outside; write the "
                                        "loop with `for ... in range(...)`")  # fmt: skip
        groups = {frozenset(unit.facts.uses[u]) for u in uses}
        if len(groups) > 1:
            raise CannotConvert(uses[0], f"`{name}` has several values while the graph is built; use one name for each")
        atom = unit.atom(uses[0])
        if atom is None or atom.stage is not Stage.GRAPH:
            raise CannotConvert(uses[0], f"`{name}` changes between building the graph and running it")
        first = min((unit.atom(u) for u in uses), key=lambda a: a.order if a else 0)
        assert first is not None
        key = (first.stmt, name)
        values = {v for u in uses for v in leaves(self.plan.value(u))}
        variable = next(iter(values)) if len(values) == 1 else None
        if isinstance(variable, Var) and variable.path == name and path_of(self.plan, variable) != name:
            step.snapshots[name] = path_of(self.plan, variable)
            return
        fresh = self._frozen.get(key)
        if fresh is None:
            fresh = self._frozen[key] = self.plan.namer.fresh(f"initial_{name}")
            self.plan.operations.before.setdefault(first.stmt, []).append(f"{fresh} = {name}")
        step.snapshots[name] = fresh

    @property
    def _frozen(self) -> dict[tuple[ast.stmt, str], str]:
        if not hasattr(self, "_frozen_names"):
            self._frozen_names: dict[tuple[ast.stmt, str], str] = {}
        return self._frozen_names

    def _name(self, step: StepFunction) -> str:
        """Name a step function after what it runs or gives."""

        def fresh(base: str, free: str | None = None) -> str:
            return self.plan.namer.fresh(base, free=free or (base if self._gone(base) else None))

        trains = [e for e in step.effects if e.kind in {"minimize", "apply"}]
        operations = [leaf for leaf in step.leaves if leaf.operation and isinstance(leaf.expr, ast.Name)]
        given = [leaf.expr.id for leaf in step.leaves if not leaf.operation and isinstance(leaf.expr, ast.Name)]
        if trains:
            several = len({s.leaves[0].value for s in self.steps.values() if _trains(s)}) > 1
            if several and operations and len(operations) == 1:
                return fresh(_verb(operations[0].expr.id))  # type: ignore[attr-defined]
            return fresh("train_step")
        if len(operations) == 1 and not given:
            name = operations[0].expr.id  # type: ignore[attr-defined]
            return fresh(name, free=name if self._gone(name) else None)
        writes = [leaf for leaf in step.leaves if isinstance(leaf.expr, ast.Name) and isinstance(leaf.value, Node)
                  and (isinstance(leaf.value, Effect) or leaf.value.expr in self.plan.puts)]  # fmt: skip
        if writes and len(writes) == len(step.leaves) <= 2:
            name = "_and_".join(given)
            return fresh(name, free=name if self._gone(name) and not step.returns else None)
        if given and len(given) <= 2 and len(given) == len([x for x in step.leaves if not x.operation]):
            return fresh(f"compute_{'_and_'.join(given)}")
        return fresh("compute" if not step.effects else "run_step")

    def _gone(self, name: str) -> bool:
        """Tell whether the module binds a name only in graph code that moves away."""
        unit = self.plan.unit
        found = [
            d for (path, _, n), ds in unit.facts.by_name.items() if n == name and path == unit.module.path for d in ds
        ]
        return all(d.stmt is not None and (a := unit.atom(d.stmt)) is not None and a.stage in {Stage.GRAPH, Stage.DROP}
                   for d in found)  # fmt: skip

    # -- writing
    def write(self) -> None:
        """Put the step functions into the code and rewrite the sites."""
        for step in sorted(self.steps.values(), key=lambda s: (s.anchor.order if s.anchor else 0, self._first(s))):
            assert step.anchor is not None
            self.plan.operations.after.setdefault(step.anchor.stmt, []).extend(self.builder.text(step))
        for site in self.sites:
            if not site.initializers:
                self._rewrite(site)

    def _first(self, step: StepFunction) -> int:
        return min(s.fact.order for s in self.sites if s.step is step)

    def _register(self, site: Site, kind: str, kept: tuple[int, ...]) -> SitePlan:
        fact = site.fact
        found = SitePlan(
            len(self.plan.sites), fact.call, kind, site.step.name if site.step else None,
            fetched_texts(self.plan, site.leaves), spread(site.leaves, kept),
            tuple(self.plan.segment(k.expr) for k in site.feed.values),
            repaired=site.step is not None and any(e.expr in self.plan.puts for e in site.step.effects),
        )  # fmt: skip
        self.plan.sites.append(found)
        return found

    def _rewrite(self, site: Site) -> None:
        call = site.fact.call
        if site.eager and any(leaf.expr in self.plan.puts for leaf in site.leaves):
            self._put_in_place(site)
            return
        if site.eager:
            kept = tuple(range(len(site.leaves)))
            planned = self._register(site, "read", kept)
            self.plan.edits.replace(call, lambda render: mark(planned.number, self._eager_text(site, render)))
            return
        assert site.step is not None
        operations = [leaf.operation for leaf in site.leaves]
        kept = tuple(i for i, operation in enumerate(operations) if not operation)
        if not self._uses_result(site):
            planned = self._register(site, "step", kept if site.step.returns else ())
            self.plan.edits.replace(call, lambda render: mark(planned.number, self._call(site, render)))
            return
        if self._unpacked(site, kept) or self._thrown_away(site, kept):
            return
        planned = self._register(site, "step", tuple(range(len(site.leaves))))
        self.plan.edits.replace(call, lambda render: mark(planned.number, self._value(site, render)))

    def _put_in_place(self, site: Site) -> None:
        """A derived write that is run by itself: its statements take the run's place."""
        stmt = self.plan.unit.module.parents[site.fact.call]
        if not isinstance(stmt, ast.Expr):
            raise CannotConvert(
                site.fact.call, "the value of a derived write is used; run it in a statement of its own"
            )
        lines: list[str] = []
        for leaf in site.leaves:
            if leaf.expr in self.plan.puts:
                lines.extend(self.plan.put_lines(leaf.expr, self.plan.edits.node))
            else:
                lines.append(self.plan.edits.node(leaf.expr))
        self._register(site, "read", ()).repaired = True
        self.plan.operations.replaced[stmt] = lines

    def _unpacked(self, site: Site, kept: tuple[int, ...]) -> bool:
        """``_, l = sess.run([train, loss])``: drop the targets that only take None."""
        call = site.fact.call
        stmt = self.plan.unit.module.parents[call]
        if not (isinstance(stmt, ast.Assign) and stmt.value is call and len(stmt.targets) == 1):
            return False
        target = stmt.targets[0]
        if site.shape not in {"list", "tuple"} or not isinstance(target, (ast.Tuple, ast.List)):
            return False
        if len(target.elts) != len(site.leaves) or any(isinstance(e, ast.Starred) for e in target.elts):
            return False
        dropped = [e for i, e in enumerate(target.elts) if i not in kept]
        if not kept or any(not self._unread(e, stmt) for e in dropped):
            return False
        names = [self.plan.segment(target.elts[i]) for i in kept]
        planned = self._register(site, "step", kept)
        self.plan.edits.replace(target, ", ".join(names))
        one = len(kept) == 1

        def new(render: Render) -> str:
            made = self._call(site, render)
            return mark(planned.number, f"{made}.numpy()" if one else f"[value.numpy() for value in {made}]")

        self.plan.edits.replace(call, new)
        return True

    def _thrown_away(self, site: Site, kept: tuple[int, ...]) -> bool:
        """``_ = sess.run(train)``: a statement, where nothing reads what it binds."""
        call = site.fact.call
        stmt = self.plan.unit.module.parents[call]
        if kept or not (isinstance(stmt, ast.Assign) and stmt.value is call and len(stmt.targets) == 1):
            return False
        target = stmt.targets[0]
        names = list(target.elts) if isinstance(target, (ast.Tuple, ast.List)) else [target]
        if not all(self._unread(name, stmt) for name in names):
            return False
        planned = self._register(site, "step", ())
        self.plan.edits.replace(stmt, lambda render: mark(planned.number, self._call(site, lambda n: render(n))))
        return True

    def _unread(self, target: ast.expr, stmt: ast.stmt) -> bool:
        """Tell whether a target's value is never read."""
        if not isinstance(target, ast.Name):
            return False
        facts = self.plan.unit.facts
        defs = {d for d in facts.defs.get(stmt, ()) if d.name == target.id}
        return not any(defs & found for node, found in facts.uses.items() if node.id == target.id)

    def _call(self, site: Site, render: Render) -> str:
        """Return the call of a site's step function."""
        step, feed = site.step, site.feed
        assert step is not None
        if feed.spread is not None:
            return f"{step.name}(**{render(feed.spread)})"
        order = list(feed.values)
        named = order != step.fed
        parts = []
        for node in order:
            value = feed.values[node]
            assert value is not None
            text = self._fed_text(node, value, render)
            parts.append(f"{self.plan.parameters[node]}={text}" if named else text)
        return f"{step.name}({', '.join(parts)})"

    def _fed_text(self, node: Node, value: ast.expr, render: Render) -> str:
        """Return a fed value's text; TF1 turns numbers into booleans and floats into integers, a tf.function doesn't."""
        text, known = render(value), self.plan.value(value)
        const = known.const if isinstance(known, Py) else UNKNOWN
        if node.dtype == "bool" and not isinstance(const, bool):
            plain = isinstance(value, (ast.Compare, ast.BoolOp)) and node.shape == ()
            return text if plain or node.shape != () else f"bool({text})"
        if (node.dtype or "").startswith(("int", "uint")) and node.shape == ():
            floats = isinstance(const, float) or any(
                isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div) for n in ast.walk(value)
            )
            return f"int({text})" if floats else text
        return text

    def _value(self, site: Site, render: Render) -> str:
        """Return an expression with a site's value, in the fetch's structure."""
        made = self._call(site, render)
        operations = [leaf.operation for leaf in site.leaves]
        values = operations.count(False)
        sequence = [leaf for leaf in site.leaves if isinstance(leaf.value, Seq)]
        if site.shape == "single":
            return f"{made}.numpy()" if values else made
        if sequence and len(site.leaves) == 1:
            kind = "tuple" if site.shape == "tuple" else ""
            return f"{kind}([value.numpy() for value in {made}])" if kind else f"[value.numpy() for value in {made}]"
        if site.shape in {"list", "tuple"} and not sequence:
            if values == 1:
                parts = [f"{made}.numpy()" if not operation else "None" for operation in operations]
                inner = ", ".join(parts)
                if site.shape == "list":
                    return f"[{inner}]"
                return f"({inner},)" if len(parts) == 1 else f"({inner})"
            if values == len(operations):
                return (f"[value.numpy() for value in {made}]" if site.shape == "list"
                        else f"tuple(value.numpy() for value in {made})")  # fmt: skip
            if values == 0:
                raise CannotConvert(site.fact.call, "the result of a run that gives only None is used")
            if operations == sorted(operations) or operations == sorted(operations, reverse=True):
                spread = f"*[value.numpy() for value in {made}]"
                nones = ["None"] * operations.count(True)
                parts = [spread, *nones] if operations == sorted(operations) else [*nones, spread]
                return f"[{', '.join(parts)}]" if site.shape == "list" else f"({', '.join(parts)})"
        if step_of(site).structure is not None:
            each = "value.numpy()" if not any(operations) else "None if value is None else value.numpy()"
            return f"{self.plan.tf}.nest.map_structure(lambda value: {each}, {made})"
        raise CannotConvert(site.fact.call, "the structure of the fetch is not converted yet; fetch a flat list")

    def _eager_text(self, site: Site, render: Render) -> str:
        """Return an expression that computes a fetch in place."""

        def one(leaf: Leaf) -> str:
            if isinstance(leaf.value, Seq):
                return f"*[value.numpy() for value in {render(leaf.expr)}]"
            return f"{atomic(render(leaf.expr), leaf.expr)}.numpy()"

        discarded = not self._uses_result(site)
        if site.shape == "single":
            leaf = site.leaves[0]
            return atomic(render(leaf.expr), leaf.expr) if discarded and isinstance(leaf.value, Effect) else one(leaf)
        if len(site.leaves) == 1 and isinstance(site.leaves[0].value, Seq):
            inner = f"[value.numpy() for value in {render(site.leaves[0].expr)}]"
            return inner if site.shape == "list" else f"tuple({inner})"
        if site.shape in {"list", "tuple"}:
            parts = ", ".join(one(leaf) for leaf in site.leaves)
            if isinstance(self.plan.unit.module.parents[site.fact.call], ast.Assign) and self._tuple_target(site):
                return parts
            tail = "," if len(site.leaves) == 1 else ""
            return f"[{parts}]" if site.shape == "list" else f"({parts}{tail})"
        if site.shape == "dict" and isinstance(site.fact.fetch, ast.Dict):
            keys = [render(k) for k in site.fact.fetch.keys if k is not None]
            return "{" + ", ".join(f"{k}: {one(leaf)}" for k, leaf in zip(keys, site.leaves, strict=True)) + "}"
        if site.shape == "nested":
            return f"{self.plan.tf}.nest.map_structure(lambda value: value.numpy(), {render(site.fact.fetch)})"
        raise CannotConvert(site.fact.call, "the structure of the fetch is not converted yet; fetch a flat list")

    def _tuple_target(self, site: Site) -> bool:
        stmt = self.plan.unit.module.parents[site.fact.call]
        assert isinstance(stmt, ast.Assign)
        target = stmt.targets[0]
        return isinstance(target, ast.Tuple) and len(target.elts) == len(site.leaves) > 1


def _size(leaf: Leaf) -> int:
    """Return how many values a leaf flattens to."""
    return len(list(leaves(leaf.value))) if isinstance(leaf.value, (Seq, Map)) else 1


def fetched_texts(plan: Plan, found: list[Leaf]) -> tuple[str, ...]:
    """Return the text of every fetched value, in flattening order."""
    return tuple(plan.segment(leaf.expr) for leaf in found for _ in range(_size(leaf)))


def spread(found: list[Leaf], kept: tuple[int, ...]) -> tuple[int, ...]:
    """Return positions among leaves as positions among flattened values."""
    positions: list[int] = []
    at = 0
    for index, leaf in enumerate(found):
        if index in kept:
            positions.extend(range(at, at + _size(leaf)))
        at += _size(leaf)
    return tuple(positions)


def step_of(site: Site) -> StepFunction:
    """Return a site's step function."""
    assert site.step is not None
    return site.step


def _operation(value: Value) -> bool:
    return isinstance(value, Effect) and value.kind not in {"assign", "lens", "control"}


def _defined(defs: set) -> bool:  # type: ignore[type-arg]
    """Tell whether all definitions are imports, functions or classes."""
    return all(isinstance(d.stmt, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)) for d in defs)


def _captured(found: Slice) -> dict[str, set]:  # type: ignore[type-arg]
    """Return the captured names that are not imports, functions or classes."""
    definitions = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    return {
        name: defs for name, defs in found.captures.items()
        if not all(isinstance(d.stmt, definitions) for d in defs)
    }  # fmt: skip


def _trains(step: StepFunction) -> bool:
    return any(e.kind in {"minimize", "apply"} for e in step.effects)


def _verb(name: str) -> str:
    return name if any(w in name.lower() for w in ("train", "step", "update", "fit")) else f"{name}_step"


def raise_unless(condition: bool, node: ast.AST, message: str) -> None:
    """Refuse unless a condition holds."""
    if not condition:
        raise CannotConvert(node, message)

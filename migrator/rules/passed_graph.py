"""Functions that are given a session and tensors: they get the step functions in their place."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from migrator.analysis.facts import SiteFact
from migrator.analysis.units import Stage
from migrator.analysis.values import Effect, Node, Sess, leaves
from migrator.rules.arguments import argument
from migrator.rules.feeds import read_feed
from migrator.rules.fetches import Site, fetch, step_of
from migrator.rules.plan import CannotConvert, Plan


@dataclass(eq=False)
class Host:
    """A function that runs sessions and is given graph values.

    Attributes:
        function: its definition.
        calls: its calls.
        given: parameter -> the argument of each call, for the parameters that get a session or tensors.
        sessions: those of them that always get a session.
        runs: for each site that uses such a tensor, one plan for each call.
    """

    function: ast.FunctionDef
    calls: list[ast.Call]
    given: dict[str, list[ast.expr]]
    sessions: set[str]
    runs: list[list[Site]] = field(default_factory=list)


class PassedGraph:
    """The hosts of a unit."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.hosts: dict[ast.AST, Host] = {}
        for function, calls in plan.unit.facts.run_calls.items():
            if function in plan.unit.module.parents and isinstance(function, ast.FunctionDef):
                host = self._host(function, calls)
                if host.given:
                    self.hosts[function] = host
        for host in self.hosts.values():
            self._check(host)

    def _host(self, function: ast.FunctionDef, calls: list[ast.Call]) -> Host:
        plan, host = self.plan, Host(function, calls, {}, set())
        for name in [a.arg for a in function.args.args]:
            found = [argument(call, function, name) for call in calls]
            values = [[*leaves(plan.value(expr))] if expr is not None else [] for expr in found]
            graph = [v for inner in values for v in inner if isinstance(v, Sess) or _in_graph(v)]
            if not graph:
                continue
            if any(expr is None for expr in found):
                raise CannotConvert(calls[0], f"the arguments of `{function.name}` are not written out")
            host.given[name] = [expr for expr in found if expr is not None]
            if all(len(inner) == 1 and isinstance(inner[0], Sess) for inner in values):
                host.sessions.add(name)
        return host

    def _check(self, host: Host) -> None:
        """The function may use what it is given only in its runs."""
        plan, unit = self.plan, self.plan.unit
        args = host.function.args
        if args.posonlyargs or args.kwonlyargs or args.vararg or args.kwarg or host.function.decorator_list:
            raise CannotConvert(host.function, f"`{host.function.name}` is given graph values and has a signature that "
                                "is not converted yet")  # fmt: skip
        sessions = {v for name in host.sessions for expr in host.given[name] for v in leaves(plan.value(expr))}
        if len(sessions) > 1:
            raise CannotConvert(host.calls[-1], f"`{host.function.name}` runs in several sessions: each has its own "
                                "values of the variables; use one session")  # fmt: skip
        for call in host.calls:
            home = unit.atom(call) if call in unit.module.parents else None
            if home is None or home.stage not in {Stage.PYTHON, Stage.SITE}:
                raise CannotConvert(call, f"`{host.function.name}` is given graph code that is written in its call; "
                                    "give it a name before")  # fmt: skip
        allowed = self._runs(host) | self._passed_on()
        for name in host.given:
            for use in unit.facts.readers.get(name, ()):
                mine = any(d.parameter and d.scope is host.function for d in unit.facts.uses[use])
                if mine and use not in allowed:
                    why = f"`{host.function.name}` uses the graph value `{name}`, which it is given, outside of a run"
                    raise CannotConvert(use, why)

    def _runs(self, host: Host) -> set[ast.AST]:
        """Return the names that stand in a run of a host as session, fetch or feed key."""
        found: set[ast.AST] = set()
        for site in self.plan.unit.sites:
            if self.plan.unit.module.function(site.call) is not host.function:
                continue
            if isinstance(site.call.func, ast.Attribute):
                found.add(site.call.func.value)
            found.update(k.value for k in site.call.keywords if k.arg == "session")
            found.update(a for a in site.call.args if isinstance(self.plan.value(a), Sess))
            parts = site.fetch.elts if isinstance(site.fetch, (ast.List, ast.Tuple)) else [site.fetch]
            found.update(parts)
            if isinstance(site.feed, ast.Dict):
                found.update(k for k in site.feed.keys if k is not None)
        return found

    def _passed_on(self) -> set[ast.AST]:
        """Return the names that one host gives to another as its session."""
        return {expr for host in self.hosts.values() for name in host.sessions for expr in host.given[name]}

    def plans(self, fact: SiteFact) -> list[Site]:
        """Return one plan for each call of the function around a site, none where its fetches are not given to it."""
        host = self.hosts.get(self.plan.unit.module.function(fact.call) or fact.call)
        if host is None or not self._uses_given(host, fact):
            return []
        found: list[Site] = []
        for index, call in enumerate(host.calls):
            given = {name: exprs[index] for name, exprs in host.given.items()}
            fetched, shape = fetch(self.plan, fact.fetch, given)
            site = Site(fact, fetched, shape, read_feed(self.plan, fact.call, fact.feed, given), caller=call)
            if site.feed.spread is not None or shape in {"nested", "dict"}:
                raise CannotConvert(fact.call, f"`{host.function.name}` is given graph values and runs them in a form "
                                    "that is not converted yet")  # fmt: skip
            if any(isinstance(x.value, Effect) and x.value.kind == "init" for x in fetched):
                raise CannotConvert(fact.call, f"`{host.function.name}` is given an initializer; run it outside")
            found.append(site)
        if len({self._form(site) for site in found}) > 1:
            raise CannotConvert(
                fact.call, f"the calls of `{host.function.name}` give it graph values of different kinds"
            )
        for other in found[1:]:
            other.shown = found[0]
        host.runs.append(found)
        return found

    def _uses_given(self, host: Host, fact: SiteFact) -> bool:
        names = host.given.keys() - host.sessions
        roots = [fact.fetch, *([k for k in fact.feed.keys if k is not None] if isinstance(fact.feed, ast.Dict) else [])]
        return any(isinstance(n, ast.Name) and n.id in names for root in roots for n in ast.walk(root))

    def _form(self, site: Site) -> object:
        """Return what the text of a run depends on."""
        fed = tuple((node.dtype, node.shape == ()) for node in site.feed.values)
        return (site.shape, tuple(leaf.operation for leaf in site.leaves), fed)

    def convert(self) -> None:
        """Rewrite the signatures and calls of the hosts; the step functions have their names."""
        for host in self.hosts.values():
            names: dict[tuple[str, ...], str] = {}
            for run in host.runs:
                key = tuple(step_of(site).name for site in run)
                if key not in names:
                    base = "step" if any(step_of(site).effects for site in run) else "compute"
                    names[key] = key[0] if len(set(key)) == 1 else self.plan.namer.fresh(base)
                run[0].callee = names[key]
            self._signature(host, list(names.values()))
            for index, call in enumerate(host.calls):
                self._arguments(host, call, [(name, key[index]) for key, name in names.items()])
            self.plan.replaced_parts.extend(expr for exprs in host.given.values() for expr in exprs)

    def _signature(self, host: Host, names: list[str]) -> None:
        args = host.function.args
        defaults = [None] * (len(args.args) - len(args.defaults)) + list(args.defaults)
        first = next(i for i, a in enumerate(args.args) if a.arg in host.given)
        parts: list[str] = []
        for index, (arg, default) in enumerate(zip(args.args, defaults, strict=True)):
            if index == first:
                parts.extend(names)
            if arg.arg not in host.given:
                gap = " = " if arg.annotation is not None else "="
                parts.append(self.plan.text(arg) + (f"{gap}{self.plan.text(default)}" if default is not None else ""))
        source = self.plan.unit.module.source
        last = args.defaults[-1] if args.defaults else args.args[-1]
        self.plan.edits.add(source.range(args.args[0])[0], source.range(last)[1], ", ".join(parts))

    def _arguments(self, host: Host, call: ast.Call, steps: list[tuple[str, str]]) -> None:
        names = [a.arg for a in host.function.args.args]
        kept: list[ast.expr | str] = []
        placed = False
        for name, arg in zip(names, call.args, strict=False):
            if name in host.given and not placed:
                kept.extend(step for _, step in steps)
                placed = True
            if name not in host.given:
                kept.append(arg)
        keywords = [k for k in call.keywords if k.arg not in host.given]

        def new() -> str:
            parts = [a if isinstance(a, str) else self.plan.text(a) for a in kept]
            if not placed:
                parts.extend(f"{parameter}={step}" for parameter, step in steps)
            parts.extend(f"{k.arg}={self.plan.text(k.value)}" for k in keywords)
            return ", ".join(parts)

        source = self.plan.unit.module.source
        ends = [source.range(a) for a in [*call.args, *[k.value for k in call.keywords]]]
        start = min([*[source.range(a)[0] for a in call.args], *[source.range(k)[0] for k in call.keywords]])
        self.plan.edits.add(start, max(end for _, end in ends), lambda render: new())


def _in_graph(value: object) -> bool:
    return isinstance(value, Node) and (isinstance(value, Effect) or not value.constant)

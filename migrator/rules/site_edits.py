"""The new expressions of sites: calls of step functions, reads in place."""

from __future__ import annotations

import ast
from collections.abc import Collection

from migrator.analysis.values import Effect, Seq
from migrator.rules.feed_values import cast_text
from migrator.rules.fetches import Site, fetched_texts, spread, step_of, uses_result
from migrator.rules.plan import CannotConvert, Plan, SitePlan, atomic
from migrator.rules.step_builder import StepBuilder
from migrator.rules.step_functions import Leaf, StepFunction
from migrator.syntax.marks import mark
from migrator.syntax.text import Render


class SiteEdits:
    """Puts step functions into the code and rewrites the sites."""

    def __init__(self, plan: Plan, builder: StepBuilder, sites: list[Site], steps: Collection[StepFunction]) -> None:
        self.plan = plan
        self.builder = builder
        self.sites = sites
        self.steps = steps

    def write(self) -> None:
        """Put the step functions into the code and rewrite the sites."""
        for step in sorted(self.steps, key=lambda s: (s.anchor.order if s.anchor else 0, self._first(s))):
            assert step.anchor is not None
            self.plan.operations.after.setdefault(step.anchor.stmt, []).extend(self.builder.text(step))
        for site in self.sites:
            for node, value in site.feed.values.items():
                if value is not None:
                    cast_text(self.plan, node, value, "")  # an import that it needs is known before the text is made
            if not site.initializers and site.shown is None:
                self._rewrite(site)

    def _first(self, step: StepFunction) -> int:
        return min(s.fact.order for s in self.sites if s.step is step)

    def _register(self, site: Site, kind: str, kept: tuple[int, ...]) -> SitePlan:
        fact = site.fact
        found = SitePlan(
            len(self.plan.sites), fact.call, kind, site.callee or (site.step.name if site.step else None),
            fetched_texts(self.plan, site.leaves), spread(site.leaves, kept),
            tuple(site.feed.texts[node] for node in site.feed.values),
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
        if not uses_result(self.plan, site):
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
        return not any(defs & facts.uses[node] for node in facts.readers.get(target.id, ()))

    def _call(self, site: Site, render: Render) -> str:
        """Return the call of a site's step function."""
        step, feed = site.step, site.feed
        assert step is not None
        name = site.callee or step.name
        if feed.spread is not None:
            return f"{name}(**{render(feed.spread)})"
        order = list(feed.values)
        named = order != step.fed and site.callee is None
        parts = []
        for node in order:
            value = feed.values[node]
            assert value is not None
            text = cast_text(self.plan, node, value, render(value))
            parts.append(f"{self.plan.parameters[node]}={text}" if named else text)
        return f"{name}({', '.join(parts)})"

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
        if site.shape in {"list", "tuple"}:
            if values == 1 and not sequence:
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

        discarded = not uses_result(self.plan, site)
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

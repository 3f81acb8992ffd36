"""Names that graph code reads from outside: frozen or refused where they change after the graph was built."""

from __future__ import annotations

import ast
from collections.abc import Collection

from migrator.analysis.facts import Def
from migrator.analysis.units import Stage
from migrator.analysis.values import UNKNOWN, Map, Node, Opt, Py, Seq, Var, leaves
from migrator.rules.aliases import Aliases, changes_parts, parts
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.step_functions import StepFunction
from migrator.rules.variables import path_of


class Captures:
    """Settles the captured names of step functions."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._frozen: dict[tuple[ast.stmt, str], str] = {}
        self._aliases = Aliases(plan)

    def freeze_changing(self, step: StepFunction) -> None:
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

    def _in_place(self, name: str, defs: set[Def], others: list[Def], uses: list[ast.Name]) -> None:
        """``t *= 2`` on an array, and changes through another name of the same object, reach the graph's value."""
        facts = self.plan.unit.facts
        values = [v for d in defs for v in leaves(d.value)]
        if all(isinstance(v, (Var, Node, Opt)) or (isinstance(v, Py) and v.const is not UNKNOWN) for v in values):
            return
        augmented = [d for d in others if isinstance(d.stmt, ast.AugAssign) and self._later(d.stmt, uses)]
        objects = {id(d.value) for d in defs if isinstance(d.value, (Py, Seq, Map))}
        aliases = {key for key, found in facts.by_name.items() if key[2] != name and any(
            not d.mutates and any(id(v) in objects for v in parts(d.value)) for d in found)}  # fmt: skip
        shared = self._aliases.of(defs)
        aliases |= {(d.module.path, d.scope, d.name) for d in shared if d not in defs and d.name != name}
        changed: list[Def] = []
        for key in sorted(aliases, key=str):
            found_here = facts.by_name.get(key, [])
            container = any(isinstance(d.value, (Seq, Map)) for d in found_here if not d.mutates)
            changed += [d for d in found_here if changes_parts(d, container) and self._later(d.stmt, uses)]
        for found in [*augmented, *changed]:
            raise CannotConvert(found.stmt or uses[0], f"`{name}` may be changed in place here, after the graph was "
                                "built with it; make a copy for the graph")  # fmt: skip

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

    def check_helpers(self, step: StepFunction) -> None:
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
            if unit.module.function(stmt) is not unit.module.function(at) and unit.module.function(stmt) is not None:
                return True  # a function may be called at any time
            if stmt.lineno > at.lineno or set(unit.loops_around(stmt)) & set(unit.loops_around(at)):
                return True
        return False

    def _in_loop(self, defs: set[Def], uses: list[ast.Name]) -> bool:
        return any(self._later(d.stmt, uses) for d in defs)

    def _freeze(self, step: StepFunction, name: str, uses: list[ast.Name]) -> None:
        unit = self.plan.unit
        counted: set[ast.Name] = set()
        for use in uses:
            homes = {d: unit.atom(d.stmt) if d.stmt is not None else None for d in unit.facts.uses[use]}
            inside = {d for d, home in homes.items() if home is not None and home in step.slice.atoms}
            if not inside:
                continue
            atom, start = unit.atom(use), self._start(set(homes) - inside)
            if atom is None or start is None or any(homes[d] is not atom for d in inside) or self._read_outside(homes):
                raise CannotConvert(use, f"`{name}` counts inside graph code and has its start value outside; "
                                    "write the loop with `for ... in range(...)`")  # fmt: skip
            step.starts.setdefault(atom.stmt, {})[name] = self.plan.segment(start)
            self.plan.operations.removed.add(start)
            counted.add(use)
        uses = [use for use in uses if use not in counted]
        groups: dict[frozenset[Def], list[ast.Name]] = {}
        for use in uses:
            groups.setdefault(frozenset(unit.facts.uses[use]), []).append(use)
        for group in sorted(groups.values(), key=lambda g: min(u.lineno for u in g)):
            self._freeze_one(step, name, group)

    def _start(self, outside: set[Def]) -> ast.Assign | None:
        """Return the statement ``start = 0`` that gives a counter its first value, if it is the only one."""
        stmts = [d.stmt for d in outside]
        stmt = stmts[0] if len(stmts) == 1 else None
        plain = isinstance(stmt, ast.Assign) and len(stmt.targets) == 1 and isinstance(stmt.targets[0], ast.Name)
        return stmt if plain and isinstance(stmt, ast.Assign) and isinstance(stmt.value, ast.Constant) else None

    def _read_outside(self, defs: Collection[Def]) -> bool:
        """Tell whether anything but graph code reads a counter."""
        unit = self.plan.unit
        readers = [unit.atom(n) for n, found in unit.facts.uses.items() if n in unit.module.parents and found & {*defs}]
        return any(atom is None or atom.stage is not Stage.GRAPH for atom in readers)

    def _freeze_one(self, step: StepFunction, name: str, uses: list[ast.Name]) -> None:
        """Give one value of a name a name of its own, where the graph code that reads it stood first."""
        unit = self.plan.unit
        atoms = [unit.atom(use) for use in uses]
        homes = [atom for atom in atoms if atom is not None and atom.stage is Stage.GRAPH]
        if len(homes) < len(atoms):
            raise CannotConvert(uses[0], f"`{name}` changes between building the graph and running it")
        first = min(homes, key=lambda a: a.order)
        values = {v for u in uses for v in leaves(self.plan.value(u))}
        variable = next(iter(values)) if len(values) == 1 else None
        if isinstance(variable, Var) and variable.path == name:
            fresh = path_of(self.plan, variable)
        else:
            key = (first.stmt, name)
            if key not in self._frozen:
                self._frozen[key] = self.plan.namer.fresh(f"initial_{name}")
                self.plan.operations.before.setdefault(first.stmt, []).append(f"{self._frozen[key]} = {name}")
            fresh = self._frozen[key]
        step.snapshots.update(dict.fromkeys(uses, fresh))


def _defined(defs: set[Def]) -> bool:
    """Tell whether all definitions are imports, functions or classes."""
    return all(isinstance(d.stmt, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)) for d in defs)

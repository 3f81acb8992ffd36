"""When each statement of a unit has its value: Python time, made once, graph time, or a run.

A unit is one module with all its functions. *Atoms* are the statements that move or stay as a whole: simple statements,
and loops or conditions that hold graph code and no site. Contexts that mean nothing natively (sessions, graphs, scopes)
are transparent: their bodies belong to the block around them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from migrator.analysis.contexts import Context
from migrator.analysis.facts import Facts
from migrator.analysis.modules import ModuleSource
from migrator.analysis.units import COMPREHENSIONS, Atom, Stage, Unit
from migrator.analysis.values import Effect, GraphValue, Node, Opt, Origin, Py, Sess, Value, Var, Writer, in_graph
from migrator.syntax.walk import walk


def build_unit(module: ModuleSource, facts: Facts) -> Unit:
    """Find a module's atoms and their stages."""
    unit = Unit(module, facts)
    unit.sites = sorted(
        (s for s in facts.sites.values() if s.module is module), key=lambda s: (s.call.lineno, s.call.col_offset)
    )
    builder = _Builder(unit, {s.stmt for s in unit.sites})
    builder.block(module.tree.body, (), None, ())
    _graph_functions(unit)
    _start_values(unit)
    _static_sizes(unit)
    users = {s.module.path for s in facts.sites.values()}
    unit.shared = any(module.path in reached for user, reached in facts.reached.items() if user in users)
    return unit


def _graph_functions(unit: Unit) -> None:
    """Functions that read graph tensors from outside and serve graph code only (branches of tf.cond) move with it."""
    facts = unit.facts
    fetched = {n for site in unit.sites for n in walk(site.fetch)}
    users: dict[ast.stmt, set[Stage]] = {}
    for node in unit.module.names:
        defs = facts.uses.get(node, ())
        atom = unit.atom(node) if defs else None
        for found in defs:
            if atom is not None and found.stmt is not None and atom.stmt is not found.stmt:
                users.setdefault(found.stmt, set()).add(Stage.GRAPH if node in fetched else atom.stage)
    changed = True
    while changed:
        changed = False
        for atom in unit.atoms:
            stmt = atom.stmt
            lambda_ = isinstance(stmt, ast.Assign) and isinstance(stmt.value, ast.Lambda)
            serves = isinstance(stmt, ast.FunctionDef) or lambda_
            if atom.stage is not Stage.PYTHON or not serves or stmt in unit.module.holders:
                continue
            reads = any(
                home is not None and home.stage is Stage.GRAPH and home is not atom
                for n in walk(stmt) if isinstance(n, ast.Name) for d in facts.uses.get(n, ())
                if d.stmt is not None for home in [unit.atom(d.stmt)]
            )  # fmt: skip
            if reads and users.get(stmt, set()) == {Stage.GRAPH}:
                atom.stage = Stage.GRAPH
                changed = True


def _start_values(unit: Unit) -> None:
    """Named tensors that only serve as variables' start values are computed once, where they stand."""
    facts = unit.facts
    serving = facts.start_values
    users: dict[int, set[ast.stmt]] = {}
    if not serving:
        return
    for node in unit.module.names:
        defs = facts.uses.get(node, ())
        atom = unit.atom(node) if defs else None
        for found in defs:
            if atom is not None and found.stmt is not None and not (isinstance(node.ctx, ast.Store)):
                users.setdefault(id(found.stmt), set()).add(atom.stmt)
    for atom in sorted(unit.atoms, key=lambda a: -a.order):
        created = [v for v in facts.created.get(atom.stmt, []) if isinstance(v, Node) and not v.constant]
        if atom.stage is not Stage.GRAPH or not isinstance(atom.stmt, ast.Assign) or not created:
            continue
        stages = {unit.atom_of[s].stage for s in users.get(id(atom.stmt), ()) if s is not atom.stmt}
        if all(v in serving for v in created) and stages == {Stage.ONCE}:
            atom.stage = Stage.ONCE


def _static_sizes(unit: Unit) -> None:
    """A static size that only graph code on the same tensor reads stays with it, as it is written."""
    facts = unit.facts
    for expr in facts.statics:
        atom = unit.atom(expr) if expr in unit.module.parents else None
        if atom is None or atom.stage is not Stage.PYTHON or not isinstance(atom.stmt, ast.Assign):
            continue
        owners = {n.id for n in ast.walk(expr) if isinstance(n, ast.Name)}
        bound = {d for d in facts.defs.get(atom.stmt, ()) if not d.mutates}
        readers = [n for d in bound for n in facts.readers.get(d.name, ()) if d in facts.uses[n]]
        homes = [unit.atom(n) for n in readers if isinstance(n.ctx, ast.Load)]
        beside = all(
            home is not None and home.stage is Stage.GRAPH
            and any(isinstance(n, ast.Name) and n.id in owners for n in ast.walk(home.stmt))
            for home in homes
        )  # fmt: skip
        if homes and beside:
            atom.stage = Stage.GRAPH


class _Builder:
    """Walks a module's blocks."""

    def __init__(self, unit: Unit, site_stmts: set[ast.stmt]) -> None:
        self.unit = unit
        self.site_stmts = site_stmts
        self.holding = self._ancestors(site_stmts)

    def _ancestors(self, stmts: set[ast.stmt]) -> set[ast.AST]:
        found: set[ast.AST] = set()
        for stmt in stmts:
            at: ast.AST | None = stmt
            while at is not None and at not in found:
                found.add(at)
                at = self.unit.module.parents.get(at)
        return found

    def block(
        self,
        stmts: list[ast.stmt],
        block: tuple[tuple[ast.AST, str], ...],
        function: ast.AST | None,
        contexts: tuple[ast.expr, ...],
    ) -> None:
        """Make the atoms of a block."""
        for stmt in stmts:
            if isinstance(stmt, (ast.With, ast.AsyncWith)) and self.transparent(stmt):
                self.unit.transparent.add(stmt)
                self.block(stmt.body, block, function, (*contexts, *[i.context_expr for i in stmt.items]))
            elif isinstance(stmt, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.atom(stmt, Stage.PYTHON, block, function, contexts)
                if stmt in self.holding or stmt in self.unit.module.holders:
                    self.block(stmt.body, (*block, (stmt, "body")), stmt, ())
            elif isinstance(stmt, ast.ClassDef):
                self.atom(stmt, Stage.PYTHON, block, function, contexts)
                if stmt in self.holding:
                    self.block(stmt.body, (*block, (stmt, "body")), function, ())
            elif child_blocks(stmt) and (stmt in self.holding or self.structural(stmt)):
                self.atom(stmt, Stage.SITE if stmt in self.holding else Stage.PYTHON, block, function, contexts)
                for name, body in child_blocks(stmt):
                    self.block(body, (*block, (stmt, name)), function, contexts)
            elif child_blocks(stmt):
                self.compound_atom(stmt, block, function, contexts)
            else:
                self.atom(stmt, self.stage(stmt), block, function, contexts)

    def structural(self, stmt: ast.stmt) -> bool:
        """Tell whether a compound statement without sites keeps its place: nothing in it moves."""
        stages = {self.stage(s) for s in simple_statements(stmt)}
        if isinstance(stmt, ast.If) and _is_main_guard(stmt):
            return True
        return Stage.GRAPH not in stages

    def compound_atom(
        self,
        stmt: ast.stmt,
        block: tuple[tuple[ast.AST, str], ...],
        function: ast.AST | None,
        contexts: tuple[ast.expr, ...],
    ) -> None:
        """Make an atom of a loop or condition that holds graph code."""
        stages = {self.stage(s): s for s in simple_statements(stmt)}
        atom = self.atom(stmt, Stage.GRAPH, block, function, contexts)
        for stage in (Stage.ONCE, Stage.DROP):
            if stage in stages:
                text = self.unit.module.source.segment(stages[stage]).split("\n")[0]
                atom.mixed = f"`{text}` makes state among graph code in a loop or condition"

    def atom(
        self,
        stmt: ast.stmt,
        stage: Stage,
        block: tuple[tuple[ast.AST, str], ...],
        function: ast.AST | None,
        contexts: tuple[ast.expr, ...],
    ) -> Atom:
        """Add an atom."""
        found = Atom(stmt, stage, block, function, len(self.unit.atoms), contexts)
        self.unit.atoms.append(found)
        self.unit.atom_of[stmt] = found
        return found

    def transparent(self, stmt: ast.With | ast.AsyncWith) -> bool:
        """Tell whether all items of a with statement mean nothing natively."""
        values = [self.unit.value(item.context_expr) for item in stmt.items]
        return bool(values) and all(isinstance(v, (Sess, GraphValue, Context)) for v in values)

    def stage(self, stmt: ast.stmt) -> Stage:
        """Return the stage of a simple statement."""
        facts = self.unit.facts
        if stmt in self.site_stmts:
            return Stage.SITE
        if isinstance(stmt, (ast.Import, ast.ImportFrom, ast.Pass, ast.Global, ast.Nonlocal)):
            return Stage.PYTHON
        if self.dropped(stmt):
            return Stage.DROP
        created = facts.created.get(stmt, [])
        if isinstance(stmt, ast.Expr) and stmt.value in facts.printed:
            return Stage.PYTHON
        if any(isinstance(v, Node) and not v.constant and not _is_initial(v, created) for v in created):
            return Stage.GRAPH
        for found in facts.defs.get(stmt, []):
            if in_graph(found.value) and not isinstance(found.scope, COMPREHENSIONS):
                return Stage.GRAPH
        if any(isinstance(v, (Var, Opt)) for v in created):
            return Stage.ONCE
        return Stage.PYTHON

    def dropped(self, stmt: ast.stmt) -> bool:
        """Tell whether a statement is only about sessions, graphs, initializers, configurations or writers."""
        facts, value = self.unit.facts, None
        if isinstance(stmt, ast.Assign):
            value = facts.values.get(stmt.value)
            for target in stmt.targets:  # config.gpu_options.allow_growth = True
                if isinstance(target, ast.Attribute) and _tag(facts.values.get(target.value)) == "config":
                    return True
        elif isinstance(stmt, ast.Expr):
            value = facts.values.get(stmt.value)
            bare = isinstance(stmt.value, (ast.Name, ast.Attribute, ast.Subscript))
            if bare and isinstance(value, Node):  # shows a tensor in a notebook, does nothing in a script
                return True
        if isinstance(value, (Sess, GraphValue, Writer, Context)):
            return True
        if isinstance(value, Effect) and (value.kind == "init" or (value.kind == "noop" and not value.control)):
            return True
        return _tag(value) in {"config", "session-call", "graph-call", "writer-call", "saver"}


def _tag(value: Value | None) -> str:
    return value.tag if isinstance(value, Py) else ""


def _is_initial(node: Node, created: list[Origin]) -> bool:
    """Tell whether a node only makes the start value of a variable that the same statement makes."""
    return any(
        isinstance(value, Var) and any(node is found for source in value.sources for found in source.ancestors())
        for value in created
    )


def child_blocks(stmt: ast.stmt) -> list[tuple[str, list[ast.stmt]]]:
    """Return the blocks of a compound statement as (field, statements); definitions are not entered."""
    if isinstance(stmt, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return []
    found: list[tuple[str, list[ast.stmt]]] = []
    for name in ("body", "orelse", "finalbody"):
        body = getattr(stmt, name, None)
        if isinstance(body, list) and body:
            found.append((name, body))
    for index, handler in enumerate(getattr(stmt, "handlers", [])):
        found.append((f"handlers.{index}", handler.body))
    for index, case in enumerate(getattr(stmt, "cases", [])):
        found.append((f"cases.{index}", case.body))
    return found


def simple_statements(stmt: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the simple statements inside a compound one (definitions count as simple)."""
    for _, body in child_blocks(stmt):
        for inner in body:
            if child_blocks(inner):
                yield from simple_statements(inner)
            else:
                yield inner


def _is_main_guard(stmt: ast.If) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "__name__" for n in walk(stmt.test))

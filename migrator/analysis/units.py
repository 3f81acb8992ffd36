"""Units: a module's statements that move or stay as a whole, and its sites."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass, field

from migrator.analysis.facts import Facts, SiteFact
from migrator.analysis.modules import ModuleSource
from migrator.analysis.values import Origin, Value

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Stage(enum.Enum):
    """What becomes of an atom."""

    PYTHON = "python"  # stays
    ONCE = "once"  # stays, in its native form
    GRAPH = "graph"  # moves into the step functions that need it
    SITE = "site"  # stays; the sites in it are rewritten
    DROP = "drop"  # sessions, graphs, initializers, configurations: goes away


@dataclass(eq=False)
class Atom:
    """A statement that moves or stays as a whole.

    Attributes:
        stmt: the statement.
        stage: see `Stage`.
        block: identity of the block in which it stands after transparent contexts are gone, outermost first: the
            chain of (compound statement, field) that lead to it.
        function: the function whose code it is, None at module level.
        order: position in program text.
        contexts: transparent with items around it within its block, outermost first.
    """

    stmt: ast.stmt
    stage: Stage
    block: tuple[tuple[ast.AST, str], ...]
    function: ast.AST | None
    order: int
    contexts: tuple[ast.expr, ...] = ()
    mixed: str | None = None


@dataclass(eq=False)
class Unit:
    """A module's atoms and sites."""

    module: ModuleSource
    facts: Facts
    atoms: list[Atom] = field(default_factory=list)
    atom_of: dict[ast.stmt, Atom] = field(default_factory=dict)
    transparent: set[ast.With | ast.AsyncWith] = field(default_factory=set)
    sites: list[SiteFact] = field(default_factory=list)
    module_calls: dict[ast.Call, list[ast.expr]] = field(default_factory=dict)  # call of what becomes an object -> what
    # of it is read when the object is called
    shared: bool = False  # its functions build graph for a module with sites

    def atom(self, node: ast.AST) -> Atom | None:
        """Return the atom around a node."""
        at: ast.AST | None = node
        while at is not None:
            if isinstance(at, ast.stmt) and at in self.atom_of:
                return self.atom_of[at]
            at = self.module.parents.get(at)
        return None

    def value(self, node: ast.AST) -> Value | None:
        """Return a node's abstract value."""
        return self.facts.values.get(node)

    def made(self) -> tuple[Origin, ...]:
        """Return what the module's text makes, in the order of the walk."""
        return tuple(self.facts.made_in.get(self.module.path, ()))

    def loops_around(self, stmt: ast.AST) -> tuple[ast.AST, ...]:
        """Return the loops (and nothing else) around a statement, outermost first, within its function."""
        found: list[ast.AST] = []
        at = self.module.parents.get(stmt)
        while at is not None and not isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if isinstance(at, (ast.For, ast.While, ast.AsyncFor)):
                found.append(at)
            at = self.module.parents.get(at)
        return tuple(reversed(found))

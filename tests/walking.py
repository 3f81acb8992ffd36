"""Walk a small program: what the tests of the analysis share."""

from __future__ import annotations

import ast
from textwrap import dedent

from migrator.analysis.facts import Facts
from migrator.analysis.modules import ModuleSource, Project
from migrator.analysis.staging import Unit, build_unit
from migrator.analysis.statements import Interpreter
from migrator.analysis.values import Value
from migrator.tables.canonical import canonical


class Walked:
    """A program after the interpreter has walked it."""

    def __init__(self, text: str) -> None:
        project = Project({"p.py": "import tensorflow as tf\n" + dedent(text)})
        module = project.load("p.py")
        assert module is not None
        self.module: ModuleSource = module
        self.interpreter = Interpreter(project, canonical)
        self.interpreter.run_module(module)
        self.interpreter.run_uncalled(module)
        self.interpreter.facts.settle_feeds()
        self.facts: Facts = self.interpreter.facts

    def value(self, segment: str) -> Value | None:
        """Return the value of the last expression with a text."""
        return self.facts.values.get(self.node(segment))

    def node(self, segment: str) -> ast.expr:
        """Return the last expression with a text."""
        source = self.module.source
        found = [n for n in ast.walk(self.module.tree) if isinstance(n, ast.expr) and source.segment(n) == segment]
        return max(found, key=lambda n: (n.lineno, n.col_offset))

    def unit(self) -> Unit:
        """Return the module's unit."""
        return build_unit(self.module, self.facts)

    def stage(self, first_line: str) -> str:
        """Return the stage of the statement that begins with a text."""
        unit, source = self.unit(), self.module.source
        (atom,) = [a for a in unit.atoms if source.segment(a.stmt).startswith(first_line)]
        return atom.stage.value

"""The plan of one unit's conversion: edits, statement operations, names, diagnostics. Rules add to it."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from migrator.analysis.sizes import Sizes
from migrator.analysis.units import Unit
from migrator.analysis.values import Layer, Node, Py, Sym, Value, Var
from migrator.model import Diagnostic, Severity
from migrator.syntax.emit import Operations
from migrator.syntax.marks import mark
from migrator.syntax.text import Edits, Render
from migrator.syntax.walk import walk

if TYPE_CHECKING:
    from migrator.rules.derived_writes import Put


class CannotConvert(Exception):
    """A construct that can't be proven convertible: the unit stays as it was.

    Args:
        node: where.
        message: what stopped it and what a person can do.
    """

    def __init__(self, node: ast.AST, message: str, symbol: str | None = None) -> None:
        super().__init__(message)
        self.node, self.message, self.symbol = node, message, symbol


class Namer:
    """Gives names that the module doesn't use."""

    def __init__(self, tree: ast.Module) -> None:
        self.taken: set[str] = set()
        self.given: set[str] = set()
        for node in walk(tree):
            if isinstance(node, ast.Name):
                self.taken.add(node.id)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
                self.taken.add(node.name)
            elif isinstance(node, ast.arg):
                self.taken.add(node.arg)
            elif isinstance(node, ast.alias):
                self.taken.add((node.asname or node.name).split(".")[0])

    def fresh(self, base: str, *, free: str | None = None) -> str:
        """Return `base`, or `base_2`, `base_3` ...

        Args:
            base: the name wanted.
            free: a name of the module that no longer is in use.
        """
        base = re.sub(r"\W+", "_", base).strip("_") or "value"
        if base[0].isdigit() or keyword.iskeyword(base):
            base = f"_{base}"
        name, count = base, 2
        while name in self.given or (name in self.taken and name != free):
            name, count = f"{base}_{count}", count + 1
        self.taken.add(name)
        self.given.add(name)
        return name


@dataclass(eq=False)
class SitePlan:
    """What became of one site; completed after emission."""

    number: int
    call: ast.Call
    kind: str
    function: str | None
    fetches: tuple[str, ...]
    kept: tuple[int, ...]
    feeds: tuple[str, ...]
    repaired: bool = False


@dataclass(eq=False)
class Plan:
    """Everything that will happen to one module."""

    unit: Unit
    edits: Edits
    operations: Operations
    namer: Namer
    indent: str
    tf: str
    filename: str
    optimizers: str = "keras"
    diagnostics: list[Diagnostic] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    helpers: dict[str, str] = field(default_factory=dict)
    created: dict[str, str] = field(default_factory=dict)
    sites: list[SitePlan] = field(default_factory=list)
    paths: dict[Var, str] = field(default_factory=dict)
    parameters: dict[Node, str] = field(default_factory=dict)
    puts: dict[ast.expr, Put] = field(default_factory=dict)  # derived writes
    first_generation: bool = True  # plain names are TensorFlow 1's
    replaced_parts: list[ast.AST] = field(default_factory=list)  # expressions that are written elsewhere
    native: bool = False  # the module is TensorFlow 2: its writes run where they stand
    before: dict[ast.stmt, list[Callable[[Render], str]]] = field(default_factory=dict)  # functions that a write needs
    lifted: dict[ast.expr, ast.AST] = field(default_factory=dict)  # write -> the lambda that became a function
    put_marks: list[tuple[ast.expr, int, int]] = field(default_factory=list)  # write, marks of its first and last part
    mark_count: int = 1_000_000  # numbers of marks that are no sites
    handled: set[ast.AST] = field(default_factory=set)  # symbol uses that a rule has replaced
    layers: dict[Layer, str] = field(default_factory=dict)  # how the new code calls them
    making: set[ast.stmt] = field(default_factory=set)  # statements before which layers or modules are made
    modular: set[ast.expr] = field(default_factory=set)  # what makes state in functions that become modules
    shapes: Sizes = field(init=False)

    def __post_init__(self) -> None:
        self.shapes = Sizes(self.unit.facts.values)

    def note(self, node: ast.AST, code: str, severity: Severity, message: str, symbol: str | None = None) -> None:
        """Add a diagnostic."""
        line, column = self.unit.module.source.position(node)
        found = Diagnostic(line, column, code, severity, message, symbol, self.filename)
        if found not in self.diagnostics:
            self.diagnostics.append(found)

    def put_lines(self, call: ast.expr, render: Render) -> list[str]:
        """Return the statements of a derived write, marked so that their place in the new text can be found."""
        lines = list(self.puts[call].make(render))
        first, last = self.put_marks_for(call)
        lines[0] = mark_statement(lines[0], first)
        lines[-1] = mark_statement(lines[-1], last)
        return lines

    def put_mark(self, call: ast.expr, text: str) -> str:
        """Return the expression of a derived write, marked."""
        first, last = self.put_marks_for(call)
        return mark(first, mark(last, text))

    def put_marks_for(self, call: ast.expr) -> tuple[int, int]:
        """Return new numbers for the marks of a derived write."""
        first, last = self.mark_count, self.mark_count + 1
        self.mark_count += 2
        self.put_marks.append((call, first, last))
        return first, last

    def value(self, node: ast.AST | None) -> Value | None:
        """Return a node's abstract value."""
        return self.unit.facts.values.get(node) if node is not None else None

    def text(self, node: ast.AST) -> str:
        """Return a node's new text."""
        return self.edits.node(node)

    def segment(self, node: ast.AST) -> str:
        """Return a node's original text."""
        return self.unit.module.source.segment(node)


def mark_statement(text: str, number: int) -> str:
    """Mark the value of a statement (an expression or an assignment)."""
    stmt = ast.parse(text).body[0]
    assert isinstance(stmt, (ast.Expr, ast.Assign))
    lines = text.split("\n")
    at = sum(len(line) + 1 for line in lines[: stmt.value.lineno - 1])
    column = len(lines[stmt.value.lineno - 1].encode()[: stmt.value.col_offset].decode())
    return text[: at + column] + mark(number, text[at + column :])


def atomic(text: str, node: ast.expr) -> str:
    """Return an expression's text, in parentheses unless a method can be called on it as it is."""
    bare = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Dict)
    if isinstance(node, bare) and not text.startswith("("):
        return text
    return text if text.startswith("(") and _closed(text) else f"({text})"


def _closed(text: str) -> bool:
    """Tell whether the first parenthesis closes at the end."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0:
            return at == len(text) - 1
    return False


def wrapped(template: str, node: ast.expr) -> Callable[[Render], str]:
    """Return an edit: a node's new text, put into a template's braces."""
    return lambda render: template.format(render(node))


def literal_name(value: Value | None) -> str | None:
    """Return a dtype symbol's short name."""
    if isinstance(value, Sym):
        return value.name.rsplit(".", 1)[-1]
    return value.const if isinstance(value, Py) and isinstance(value.const, str) else None

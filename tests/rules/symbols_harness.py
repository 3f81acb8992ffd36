"""A small stand-in for the analysis: resolves ``tf.*`` names, knows ranks and dtypes by name, applies the edits."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from migrator.rules.symbols import UNKNOWN, SymbolRefusal, SymbolRewrite, rewrite_symbol
from migrator.syntax.text import Edits, SourceText
from migrator.tables.canonical import canonical


@dataclass
class Fake:
    """A context: `ranks` and `dtypes` are by source text of the expression."""

    source: SourceText
    ranks: dict[str, int] = field(default_factory=dict)
    dtypes: dict[str, str] = field(default_factory=dict)
    tf: str = "tf"
    shapes: dict[str, tuple[int | None, ...]] = field(default_factory=dict)

    def spell(self, symbol: str) -> str:
        """Spell a symbol with the file's alias."""
        return self.tf + symbol.removeprefix("tensorflow")

    def literal(self, node: ast.expr) -> object:
        """Return a literal's value."""
        try:
            return ast.literal_eval(node)
        except ValueError:
            return UNKNOWN

    def dtype(self, node: ast.expr) -> str | None:
        """Return a dtype by text."""
        return self.dtypes.get(ast.unparse(node))

    def shape(self, node: ast.expr) -> tuple[int | None, ...] | None:
        """Return a shape by text."""
        return self.shapes.get(ast.unparse(node))

    def rank(self, node: ast.expr) -> int | None:
        """Return a rank by text."""
        return self.ranks.get(ast.unparse(node))


@dataclass
class Outcome:
    """What became of a text."""

    text: str
    codes: list[str]
    imports: list[str]
    refusals: list[str]


def rewrite(text: str, ranks: dict[str, int] | None = None, dtypes: dict[str, str] | None = None) -> Outcome:
    """Rewrite every use of a TF1 symbol in a text that says ``import tensorflow as tf``."""
    source = SourceText(text)
    context = Fake(source, ranks or {}, dtypes or {})
    edits, out = Edits(source), Outcome(text, [], [], [])
    calls = {id(node.func): node for node in ast.walk(source.tree) if isinstance(node, ast.Call)}
    names = {"tf": "tensorflow"} | {
        target.id: resolved
        for node in ast.walk(source.tree) if isinstance(node, ast.Assign)
        for target in node.targets if isinstance(target, ast.Name)
        if (resolved := _resolve(node.value, {"tf": "tensorflow"})) is not None
    }  # fmt: skip
    for node in _outermost(source.tree, names):
        symbol = canonical(_resolve(node, names) or "")
        found = rewrite_symbol(symbol, node, calls.get(id(node)), context)
        if isinstance(found, SymbolRefusal):
            out.refusals.append(found.message)
        elif isinstance(found, SymbolRewrite):
            edits.extend(found.edits)
            out.codes += [code for code, _, _ in found.diagnostics]
            out.imports += [line for line in found.imports if line not in out.imports]
    out.text = edits.render(0, len(text))
    ast.parse(out.text)
    return out


def _resolve(node: ast.expr, names: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        base = _resolve(node.value, names)
        return None if base is None else f"{base}.{node.attr}"
    return None


def _outermost(tree: ast.AST, names: dict[str, str]) -> list[ast.expr]:
    out: list[ast.expr] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Attribute) and _resolve(node, names) is not None and isinstance(node.ctx, ast.Load):
            out.append(node)
            return
        if isinstance(node, ast.Name) and node.id in names and node.id != "tf" and isinstance(node.ctx, ast.Load):
            out.append(node)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return out

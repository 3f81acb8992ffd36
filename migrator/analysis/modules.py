"""The project's modules: which file a dotted name is, and what an import binds."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import PurePosixPath

from migrator.syntax.text import SourceText
from migrator.syntax.walk import linked

SESSIONS = frozenset({"Session", "InteractiveSession", "MonitoredTrainingSession", "Supervisor"})


class ModuleSource:
    """One module of the project.

    Args:
        path: its path as the caller gave it.
        source: its text and tree.
    """

    def __init__(self, path: str, source: SourceText) -> None:
        self.path = path
        self.source = source
        self.tree: ast.Module = source.tree
        self.nodes, self.parents = linked(self.tree)

    @cached_property
    def holders(self) -> set[ast.AST]:
        """The nodes that run a session or have one that does inside, by their words: a cheap test, made once."""
        return self._around(n for n in self.nodes if _runs_session(n))

    @cached_property
    def escaping(self) -> set[ast.AST]:
        """The nodes with a ``break``, ``continue`` or ``return`` inside."""
        return self._around(n for n in self.nodes if isinstance(n, (ast.Break, ast.Continue, ast.Return)))

    @cached_property
    def names(self) -> list[ast.Name]:
        """All names of the text, in its order."""
        found = [n for n in self.nodes if isinstance(n, ast.Name)]
        return sorted(found, key=lambda n: (n.lineno, n.col_offset))

    def _around(self, nodes: Iterable[ast.AST]) -> set[ast.AST]:
        found: set[ast.AST] = set()
        for node in nodes:
            at: ast.AST | None = node
            while at is not None and at not in found:
                found.add(at)
                at = self.parents.get(at)
        return found

    def statement(self, node: ast.AST) -> ast.stmt:
        """Return the innermost statement around a node."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def function(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
        """Return the innermost function around a node, None at module or class level."""
        at = self.parents.get(node)
        while at is not None:
            if isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                return at
            at = self.parents.get(at)
        return None


def _runs_session(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in SESSIONS
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    base = node.func.value
    if node.func.attr == "run":
        return (
            any(k.arg == "feed_dict" for k in node.keywords)
            or (isinstance(base, ast.Name) and "sess" in base.id.lower())
            or (isinstance(base, ast.Attribute) and "sess" in base.attr.lower())
        )
    return node.func.attr == "eval" and any(k.arg in {"feed_dict", "session"} for k in node.keywords)


def may_hold_session(module: ModuleSource) -> bool:
    """Tell, by the words of a text, whether it may make a session or run one: a walk decides it."""
    words = ("Session", "Supervisor")
    return any(w in module.source.text for w in words) or any(
        isinstance(n, ast.Attribute) and n.attr in {"run", "eval"} for n in module.nodes
    )


class Project:
    """All modules that see each other; a module is parsed when it is first asked for.

    Args:
        texts: path (POSIX, relative to the project's root) -> text.
        parsed: modules that are parsed already.
    """

    def __init__(self, texts: Mapping[str, str], parsed: Iterable[ModuleSource] = ()) -> None:
        self.texts = texts
        self.modules: dict[str, ModuleSource] = {module.path: module for module in parsed}
        self.broken: dict[str, SyntaxError | ValueError | RecursionError] = {}

    def load(self, path: str) -> ModuleSource | None:
        """Return a module, None if its text can't be parsed (`broken` has the reason)."""
        if path not in self.modules and path not in self.broken:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", SyntaxWarning)
                    self.modules[path] = ModuleSource(path, SourceText(self.texts[path], path))
            except (SyntaxError, ValueError, RecursionError) as error:
                self.broken[path] = error
        return self.modules.get(path)

    def find(self, dotted: str, importer: ModuleSource, level: int = 0) -> ModuleSource | None:
        """Return the module that `importer` means by a dotted name, or None if it is not of the project.

        Args:
            dotted: the name in the import statement ("" for ``from . import x``).
            importer: the module that imports.
            level: dots of a relative import.
        """
        folder = PurePosixPath(importer.path).parent
        tail = dotted.replace(".", "/")
        if level:
            for _ in range(level - 1):
                folder = folder.parent
            roots = [folder]
        else:
            roots = [folder, *folder.parents]  # the script's folder is on sys.path, then a package's root above it
        for root in roots:
            base = root / tail if tail else root
            for candidate in (f"{base}.py", str(base / "__init__.py")):
                if candidate in self.texts and candidate != importer.path:
                    return self.load(candidate)
        return None

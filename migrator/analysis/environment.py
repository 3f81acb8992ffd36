"""Names and what they are bound to while the interpreter walks."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field

from migrator.analysis.facts import Def
from migrator.analysis.values import Cls, Func, Py, Sym, Value, join

BUILTINS = frozenset(dir(builtins)) | {"xrange", "unicode", "raw_input", "basestring", "long", "__file__", "__name__"}


@dataclass
class Binding:
    """A value and the definitions that may have made it."""

    value: Value
    defs: frozenset[Def] = frozenset()


@dataclass
class Env:
    """One scope.

    Attributes:
        scope: the function or comprehension node, None for a module.
        kind: "module", "function", "class" or "comprehension".
        parent: the enclosing scope.
        outer: names declared ``global`` or ``nonlocal``, with the scope that owns them.
    """

    scope: ast.AST | None
    kind: str
    parent: Env | None = None
    names: dict[str, Binding] = field(default_factory=dict)
    outer: dict[str, Env] = field(default_factory=dict)

    def look_up(self, name: str) -> tuple[Binding, Env] | None:
        """Return a name's binding and the scope that holds it, or None."""
        env: Env | None = self
        first = True
        while env is not None:
            if env.kind != "class" or first:
                owner = env.outer.get(name, env)
                if name in owner.names:
                    return owner.names[name], owner
            first = False
            env = env.parent
        return None

    def owner(self, name: str) -> Env:
        """Return the scope in which an assignment to a name binds it."""
        return self.outer.get(name, self)

    def bind(self, name: str, value: Value, *defs: Def) -> None:
        """Bind a name anew."""
        self.owner(name).names[name] = Binding(value, frozenset(defs))

    def mutate(self, name: str, found: Def) -> None:
        """Add a definition that changes the object that a name is bound to."""
        hit = self.look_up(name)
        if hit is not None:
            binding, owner = hit
            owner.names[name] = Binding(binding.value, binding.defs | {found})

    def module(self) -> Env:
        """Return the module's scope."""
        env = self
        while env.parent is not None:
            env = env.parent
        return env

    def copy_names(self) -> dict[str, Binding]:
        """Return the names as they are, for a branch."""
        return dict(self.names)

    def merge(self, *branches: dict[str, Binding]) -> None:
        """Make the names what any of the branches left."""
        merged: dict[str, Binding] = {}
        for branch in branches:
            for name, binding in branch.items():
                known = merged.get(name)
                if known is None or known is binding:
                    merged[name] = binding
                else:
                    merged[name] = Binding(join(known.value, binding.value), known.defs | binding.defs)
        self.names = merged


def truth(value: Value) -> bool | None:
    """Return the truth of a value, None where it isn't known."""
    if (
        isinstance(value, Py)
        and value.tag != "builtin"
        and isinstance(value.const, (bool, int, float, str, type(None)))
    ):
        return bool(value.const)
    if isinstance(value, (Func, Sym, Cls)):
        return True
    return None


def builtin(name: str) -> Value | None:
    """Return the value of a builtin name."""
    if name in {"True", "False", "None"}:
        return Py({"True": True, "False": False, "None": None}[name])
    return Py(name, tag="builtin") if name in BUILTINS else None

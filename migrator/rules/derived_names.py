"""Which texts mean the same at a repaired write as where they stand: names in other functions or loops may not."""

from __future__ import annotations

import ast

from migrator.analysis.facts import Def
from migrator.analysis.units import COMPREHENSIONS
from migrator.analysis.values import Dep, Node, Sym, Value, leaves
from migrator.rules.feeds import is_pure
from migrator.rules.plan import Plan

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, *COMPREHENSIONS)


class Reach:
    """Judges the expressions around one write.

    Args:
        plan: the unit's plan.
        call: the write.
    """

    def __init__(self, plan: Plan, call: ast.Call) -> None:
        self.plan = plan
        self.call = call
        self.scopes = self._around(call, SCOPES)
        self.loops = set(self._around(call, (ast.For, ast.While, ast.AsyncFor)))

    def _around(self, node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> list[ast.AST]:
        parents, found = self.plan.unit.module.parents, []
        at = parents.get(node)
        while at is not None:
            if isinstance(at, kinds):
                found.append(at)
            at = parents.get(at)
        return found

    def same(self, expr: ast.expr) -> bool:
        """Tell whether an expression of the program has the same value at the write as where it stands."""
        attributes = {n.attr for n in ast.walk(expr) if isinstance(n, ast.Attribute)}
        return all(self._name(n, attributes) for n in ast.walk(expr) if isinstance(n, ast.Name))

    def repeatable(self, expr: ast.expr, value: Value | None) -> bool:
        """Tell whether an expression may be evaluated several times: it draws nothing and changes nothing."""
        drawn = any(isinstance(v, Node) and v.deps & (Dep.RANDOM | Dep.STATEFUL | Dep.EFFECT) for v in leaves(value))
        return isinstance(expr, ast.Name) or (not drawn and is_pure(self.plan, expr))

    def _name(self, name: ast.Name, attributes: set[str]) -> bool:
        if isinstance(self.plan.value(name), Sym):
            return not self._bound_here(name.id, None)
        defs = self.plan.unit.facts.uses.get(name, frozenset())
        if not defs:  # a builtin, or a name of a comprehension that is not recorded
            return not self._bound_here(name.id, None)
        if name in set(ast.walk(self.call)):
            return True
        if len({(id(d.stmt), id(d.scope)) for d in defs}) != 1:  # a parameter is defined anew at each call
            return False
        found = next(iter(defs))
        return self._settled(found, attributes) and not self._bound_here(found.name, found.scope)

    def _settled(self, found: Def, attributes: set[str]) -> bool:
        """Tell whether a definition is the only one of its name, and made before the write in the same loops."""
        if found.module is not self.plan.unit.module:
            return False
        if found.scope is not None and found.scope not in self.scopes:
            return False
        every = self.plan.unit.facts.by_name.get((found.module.path, found.scope, found.name), [])
        changes = [d.stmt for d in every if d.mutates and d.stmt is not None]
        if len({id(d.stmt) for d in every if not d.mutates}) > 1 or not _harmless(changes, attributes):
            return False
        if found.stmt is None:
            return True
        loops = set(self._around(found.stmt, (ast.For, ast.While, ast.AsyncFor)))
        if isinstance(found.stmt, (ast.For, ast.AsyncFor)):
            loops.add(found.stmt)
        return loops <= self.loops

    def _bound_here(self, name: str, scope: ast.AST | None) -> bool:
        """Tell whether a scope around the write, inside the one that defines a name, binds the name too."""
        for inner in self.scopes:
            if inner is scope:
                return False
            if self.plan.unit.facts.by_name.get((self.plan.unit.module.path, inner, name)):
                return True
        return False

    def visible(self, text: str) -> bool:
        """Tell whether a dotted or indexed path of the module means the same at the write."""
        return not self._bound_here(text.split("[")[0].split(".")[0], self._home())

    def _home(self) -> ast.AST | None:
        """Return the function whose sites are converted, where the unit is one: its names are the module's here."""
        atom = self.plan.unit.atom(self.call)
        return atom.function if atom is not None else None


def _harmless(changes: list[ast.stmt], attributes: set[str]) -> bool:
    """Tell whether statements that change an object leave the attributes that are read as they were first set."""
    if not changes:
        return True
    if not attributes:
        return False
    set_here: list[str] = []
    for stmt in changes:
        targets = stmt.targets if isinstance(stmt, ast.Assign) else [stmt]
        found = [t.attr for t in targets if isinstance(t, ast.Attribute)]
        if len(found) != len(targets):
            return False
        set_here += [a for a in found if a in attributes]
    return len(set_here) == len(set(set_here))

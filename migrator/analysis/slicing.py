"""Backward slices: the atoms that a fetch needs, what they capture, and what is fed instead."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from migrator.analysis.contexts import Context
from migrator.analysis.facts import Def
from migrator.analysis.units import COMPREHENSIONS, Atom, Stage, Unit
from migrator.analysis.values import Effect, Func, FunctionNode, Node, Opt, Value, in_graph, leaves
from migrator.syntax.walk import walk


@dataclass(eq=False)
class Slice:
    """What some expressions need.

    Attributes:
        atoms: graph atoms, in program order.
        captures: names that are read from outside: name -> definitions that reach.
        capture_uses: the name nodes behind each capture.
        fed: fed nodes that are really used -> the expressions that spell them.
        unfed: placeholders that are needed and not fed, without default.
        through_helpers: names that helper functions read from outside -> where.
    """

    atoms: list[Atom] = field(default_factory=list)
    captures: dict[str, set[Def]] = field(default_factory=dict)
    capture_uses: dict[str, list[ast.Name]] = field(default_factory=dict)
    fed: dict[Node, list[ast.expr]] = field(default_factory=dict)
    unfed: list[Node] = field(default_factory=list)
    helpers: set[FunctionNode] = field(default_factory=set)  # functions that the atoms call
    through_helpers: dict[str, list[ast.Name]] = field(default_factory=dict)

    def locals(self) -> set[str]:
        """Return the names that the slice's atoms bind."""
        found: set[str] = set()
        for atom in self.atoms:
            for node in walk(atom.stmt):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    found.add(node.id)
        return found


class Slicer:
    """Makes slices of one unit.

    Args:
        unit: the unit.
        fed: values that are fed; where a name or expression has one of them, the slice stops.
    """

    def __init__(self, unit: Unit, fed: Iterable[Value] = ()) -> None:
        self.unit = unit
        self.fed = {v for v in fed if isinstance(v, Node)}
        self.slice = Slice()
        self._seen: set[Atom] = set()
        self._helpers: set[FunctionNode] = set()
        self._queue: list[Atom] = []
        self._draining = False

    def need(self, expr: ast.AST) -> None:
        """Add what an expression or statement needs."""
        for node in self._walk(expr):
            value = self.unit.value(node)
            if isinstance(node, ast.Name) and self._own_parameter(node):
                continue
            if isinstance(node, ast.expr) and isinstance(value, Node) and value in self.fed and not self._binds(node):
                self.slice.fed.setdefault(value, []).append(node)
                continue
            if isinstance(node, ast.Name) and node in self.unit.facts.uses:
                self._name(node)
            if isinstance(node, ast.Call) and isinstance(value, Node) and _needs_feed(value):
                self._unfed(value)

    def _unfed(self, placeholder: Node) -> None:
        if placeholder not in self.slice.unfed:
            self.slice.unfed.append(placeholder)

    def _own_parameter(self, node: ast.Name) -> bool:
        """A parameter of a function that moves with the slice keeps its name, whatever it is given."""
        defs = self.unit.facts.uses.get(node, frozenset())
        return bool(defs) and all(
            isinstance(d.scope, (*COMPREHENSIONS, ast.Lambda)) or (d.parameter and self._inside_moved(d)) for d in defs
        )

    def _binds(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)

    def _walk(self, root: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes of an expression; below a fed one nothing is needed."""
        stack = [root]
        while stack:
            node = stack.pop()
            yield node
            value = self.unit.value(node)
            if isinstance(value, Node) and value in self.fed and not self._binds(node):
                continue
            if isinstance(node, ast.Call) and node in self.unit.facts.put_needs:
                stack.extend(reversed(self.unit.facts.put_needs[node]))
                continue
            if isinstance(node, ast.Call) and node in self.unit.module_calls:
                stack += reversed(self.unit.module_calls[node])
                continue
            if isinstance(node, ast.Call) and node in self.unit.facts.layers:  # the others are read where it is made
                args = self.unit.facts.layers[node][0][1].call
                stack += [args[key] for key in ("activation", "inputs") if isinstance(args.get(key), ast.expr)]
                continue
            stack.extend(reversed(list(ast.iter_child_nodes(node))))

    def _name(self, node: ast.Name) -> None:
        for found in self.unit.facts.uses[node]:
            if found.module is not self.unit.module or isinstance(found.scope, COMPREHENSIONS):
                continue
            if found.stmt is None and found.parameter and self._inside_moved(found):
                continue
            atom = self.unit.atom(found.stmt) if found.stmt is not None else None
            if atom is not None and atom.stage is Stage.GRAPH:
                self.add(atom)
            elif found.stmt is None and found.parameter and self._inside_helper(found):
                continue
            elif isinstance(found.value, Opt) and "learning_rate" in found.value.args:
                self.slice.captures.setdefault(node.id, set()).add(found)
                self.slice.capture_uses.setdefault(node.id, []).append(node)
                if in_graph(found.value.values["learning_rate"]):
                    self.need(found.value.args["learning_rate"])
            elif isinstance(found.value, Func) and found.value.node not in self._helpers:
                self.slice.captures.setdefault(node.id, set()).add(found)
                self.slice.capture_uses.setdefault(node.id, []).append(node)
                self._helper(found.value)
            else:
                self.slice.captures.setdefault(node.id, set()).add(found)
                self.slice.capture_uses.setdefault(node.id, []).append(node)

    def _inside_moved(self, found: Def) -> bool:
        """A parameter of a function that moves with the slice is bound there."""
        atom = self.unit.atom_of.get(found.scope) if isinstance(found.scope, ast.stmt) else None
        return atom is not None and atom.stage is Stage.GRAPH

    def _helper(self, func: Func) -> None:
        """What a helper reads from outside is read when the step function is traced."""
        self._helpers.add(func.node)
        self.slice.helpers.add(func.node)
        if func.module is not self.unit.module:
            return
        inside = set(walk(func.node))
        for default in [*func.node.args.defaults, *func.node.args.kw_defaults]:
            if default is not None:
                inside -= set(walk(default))  # it was evaluated at the def
        for node in [n for n in walk(func.node) if n in inside]:  # in text order: messages must not vary
            if isinstance(node, ast.Name) and node in self.unit.facts.uses:
                for found in self.unit.facts.uses[node]:
                    if found.scope not in inside and found.stmt is not None:
                        self.slice.through_helpers.setdefault(node.id, []).append(node)
                    if isinstance(found.value, Func) and found.value.node not in self._helpers:
                        self._helper(found.value)

    def _inside_helper(self, found: Def) -> bool:
        """A lambda's or nested function's own parameter is bound where it is used."""
        return not (isinstance(found.scope, ast.stmt) and found.scope in self.unit.atom_of)

    def add(self, atom: Atom) -> None:
        """Add a graph atom with all that it needs."""
        if atom in self._seen:
            return
        self._seen.add(atom)
        self._queue.append(atom)
        if self._draining:
            return  # chains of statements may be longer than Python's stack
        self._draining = True
        while self._queue:
            found = self._queue.pop()
            self.need(found.stmt)
            for context in found.contexts:
                value = self.unit.value(context)
                if isinstance(value, Context) and value.kind == "control_dependencies":
                    self.need(context)
            self.slice.atoms.append(found)
        self._draining = False
        self.slice.atoms.sort(key=lambda a: a.order)


def _needs_feed(value: Node) -> bool:
    """Tell whether a tensor is a placeholder without default."""
    return value.op == "placeholder" and "input" not in value.call


def slice_of(unit: Unit, exprs: Iterable[ast.AST], fed: Iterable[Value] = ()) -> Slice:
    """Return what expressions need.

    Args:
        unit: the unit.
        exprs: fetched expressions.
        fed: values that are fed.
    """
    slicer = Slicer(unit, fed)
    for expr in exprs:
        slicer.need(expr)
    return slicer.slice


def effects_in(unit: Unit, found: Slice, extra: Iterable[ast.AST] = ()) -> list[Effect]:
    """Return the effects that run with a slice: those of its atoms and of further expressions, in program order."""
    effects: list[Effect] = []
    for root in [*[a.stmt for a in found.atoms], *[c for a in found.atoms for c in a.contexts], *extra]:
        for node in walk(root):
            value = unit.value(node)
            if isinstance(node, ast.Call):
                for leaf in leaves(value):
                    if isinstance(leaf, Effect) and leaf.expr is node and leaf not in effects:
                        effects.append(leaf)
    known = {id(e.expr) for e in effects if not e.loop}
    for atom in found.atoms:
        for effect in unit.facts.created.get(atom.stmt, []):
            if isinstance(effect, Effect) and effect not in effects and (effect.loop or id(effect.expr) not in known):
                effects.append(effect)
                known.add(id(effect.expr))  # walked again in a loop it is the same effect
    return effects

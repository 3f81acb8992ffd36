"""The tree of derived tensors over variables behind the target of a write."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from migrator.analysis import lens
from migrator.analysis.values import UNKNOWN, Effect, Node, Py, Seq, Sym, Value, Var, leaves, one_of_variables
from migrator.rules.derived_names import Reach
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.variables import path_of
from migrator.syntax.text import Render
from migrator.tables import lenses, signatures

SHAPES = frozenset({"tensorflow.size", "tensorflow.shape", "tensorflow.rank", "static", "tensorflow.shape_n"})
SYNTAX = frozenset({"element", "subscript", "phi", "read_value", "value"})


@dataclass(eq=False)
class Tree:
    """Makes the tree of one evaluation of a write.

    Attributes:
        plan: the unit's plan.
        call: the write.
        local: the write runs several times, so its variables are written as the names that hold them there.
        needs: expressions whose texts the tree uses.
    """

    plan: Plan
    call: ast.Call
    local: bool = False
    needs: list[ast.expr] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find out where the write stands."""
        self.reach = Reach(self.plan, self.call)

    def of(self, value: Value | None, via: ast.expr | None, render: Render) -> lens.Node:
        """Return a value as a tree of derived tensors over variables.

        Args:
            value: the value.
            via: the expression that has it, where there is one.
            render: gives the texts of expressions.
        """
        if isinstance(value, Var) or one_of_variables(value):
            return self.leaf(value, via, render)
        if isinstance(value, Seq):
            if value.items is None:
                raise CannotConvert(self.call, "the target is made from a list whose length is not statically known")
            shown = via.elts if isinstance(via, (ast.List, ast.Tuple)) and len(via.elts) == len(value.items) else None
            each: Iterable[ast.expr | None] = shown or [None] * len(value.items)
            return lens.Derived(
                value.kind, tuple(self.of(v, e, render) for v, e in zip(value.items, each, strict=True))
            )
        if isinstance(value, Effect):
            raise CannotConvert(
                self.call, "the target of the write is the result of another write; write to the tensor"
            )
        if isinstance(value, Node):
            return self._op(value, render)
        raise CannotConvert(self.call, "the target of the write is not a tensor that the analysis knows")

    def leaf(self, value: Value | None, via: ast.expr | None, render: Render) -> lens.Leaf:
        """Return a variable as the write can spell it."""
        named = via is not None and isinstance(via, (ast.Name, ast.Attribute, ast.Subscript)) and self.reach.same(via)
        if isinstance(value, Var):
            inside = bool(self.reach.scopes) or self.local
            if named and inside and via is not None:
                text = self._text(via, render)
            elif self.local:
                raise CannotConvert(self.call, "the write runs several times for different variables, which have no "
                                    "name of their own there; give the variable a name beside the write")  # fmt: skip
            else:
                text = path_of(self.plan, value)
                if not self.reach.visible(text):
                    raise CannotConvert(self.call, f"`{text}` means something else where it is written")
            return lens.Leaf(text, value.shape, value.dtype, id(value))
        if not named or via is None:
            raise CannotConvert(self.call, "the target of the write differs between branches")
        dtypes = {v.dtype for v in _variables(value)}
        return lens.Leaf(self._text(via, render), None, dtypes.pop() if len(dtypes) == 1 else None, id(value))

    def _text(self, expr: ast.expr, render: Render) -> str:
        self.needs.append(expr)
        return render(expr)

    def _op(self, value: Node, render: Render) -> lens.Node:
        """Return what an op makes."""
        if value.module is not self.plan.unit.module:
            raise CannotConvert(self.call, "the target is made in another module")
        if value.op in SYNTAX:
            return self._syntax(value, render)
        if value.op == "placeholder":
            return lens.Opaque(self.plan.segment(value.expr), "is fed and no variable")
        if value.constant:
            return lens.Opaque(self.plan.segment(value.expr), "is a constant")
        sources: list[lens.Node] = []
        args: dict[str, lens.Arg] = {}
        refused = lenses.row_of(value.op) is None
        names = signatures.of(value.op)
        for name, expr in sorted(value.call.items(), key=lambda k: names.index(k[0]) if k[0] in names else len(names)):
            inner = value.taken.get(name, self.plan.value(expr))
            if is_source(value.op, name, names):
                sources.append(self.of(inner, expr, render))
            elif not refused:
                args[name] = self.argument(expr, inner, render)
        return lens.Derived(value.op, tuple(sources), args)

    def _syntax(self, value: Node, render: Render) -> lens.Node:
        """Subscripts, elements and reads."""
        if value.op == "phi":
            raise CannotConvert(self.call, "the target of the write differs between branches")
        expr = value.expr
        owner = expr.value if isinstance(expr, ast.Subscript) else None
        if isinstance(expr, ast.Call) and isinstance(expr.func, ast.Attribute):
            owner = expr.func.value
        source = self.of(value.inputs[0], owner, render)
        if value.op == "element":
            if value.index is None:
                raise CannotConvert(self.call, "which element of a list is written is not statically known")
            return lens.Derived("index", (source,), {"i": lens.Arg(str(value.index), value.index)})
        if value.op == "subscript" and isinstance(expr, ast.Subscript):
            return lens.Derived("subscript", (source,), {"key": self._key(expr.slice, value, render)})
        return lens.Derived(value.op, (source,))

    def _key(self, key: ast.expr, owner: Node, render: Render) -> lens.Arg:
        """Return the key of a subscript."""
        known = key_value(self.plan, key, owner)
        deps = frozenset(id(v) for part in owner.taken.values() for v in _read_values(part))
        parts = [p for p in owner.taken if isinstance(p, ast.expr)]
        if all(self._usable(p, owner.taken[p]) for p in parts):
            return lens.Arg(self._text(key, render), known, deps)
        texts = [self._part(item, owner, render) for item in (key.elts if isinstance(key, ast.Tuple) else [key])]
        return lens.Arg(", ".join(texts), known, deps)

    def _part(self, item: ast.expr, owner: Node, render: Render) -> str:
        """Return one index or slice of a key whose names mean something else at the write."""
        if isinstance(item, ast.Slice):
            parts = [None if p is None else self.argument(p, owner.taken.get(p), render).text
                     for p in (item.lower, item.upper, item.step)]  # fmt: skip
            return ":".join(p or "" for p in (parts if item.step is not None else parts[:2]))
        if isinstance(item, ast.Constant):
            return render(item)
        return self.argument(item, owner.taken.get(item), render).text

    def argument(self, expr: ast.expr, value: Value | None, render: Render) -> lens.Arg:
        """Return an argument with its static value and the variables that it reads.

        Raises:
            CannotConvert: what it says can't be said at the write.
        """
        deps = frozenset(id(v) for leaf in leaves(value) for v in _read_values(leaf))
        known = static(value)
        if self._usable(expr, value):
            return lens.Arg(self._text(expr, render), known, deps)
        if isinstance(value, Sym) and value.name.startswith("tensorflow."):
            return lens.Arg(value.name.replace("tensorflow", self.plan.tf, 1), known, deps)
        if literal(known):
            return lens.Arg(repr(known), known, deps)
        raise CannotConvert(self.call, f"the target was made with `{self.plan.segment(expr)}`, which can't be written "
                            "at the write: it changes, draws or lives in another function; give it a name of its own "
                            "there")  # fmt: skip

    def _usable(self, expr: ast.expr, value: Value | None) -> bool:
        reads = any(_read_values(v) for v in leaves(value))
        if self.plan.native and reads and not isinstance(expr, ast.Name):
            return False  # it was computed where the target was made
        return self.reach.same(expr) and self.reach.repeatable(expr, value)


def is_source(op: str, name: str, names: tuple[str, ...]) -> bool:
    """Tell whether an argument is a tensor that an op rearranges, rather than how it does so.

    Args:
        op: the op's symbol.
        name: the argument's keyword, or "*" and its position.
        names: the op's keywords in positional order.
    """
    if op.endswith("dynamic_stitch"):  # the indices come first
        return name in ("data", "*1")
    if name in names:
        return names.index(name) < lenses.sources_of(op)
    return name == "*0" or (name == "*1" and lenses.sources_of(op) > 1)


def merged(trees: list[lens.Node]) -> lens.Node | None:
    """Return one tree that stands for all evaluations of a write, or None if their texts differ."""
    first = trees[0]
    if any(type(t) is not type(first) for t in trees):
        return None
    if isinstance(first, lens.Derived):
        others = [t for t in trees if isinstance(t, lens.Derived)]
        if any(t.op != first.op or len(t.sources) != len(first.sources) for t in others):
            return None
        if any({k: a.text for k, a in t.args.items()} != {k: a.text for k, a in first.args.items()} for t in others):
            return None
        sources = [merged([t.sources[i] for t in others]) for i in range(len(first.sources))]
        args = {
            name: replace(
                arg,
                value=arg.value if all(t.args[name].value == arg.value for t in others) else lens.UNKNOWN,
                deps=frozenset().union(*(t.args[name].deps for t in others)),
            )
            for name, arg in first.args.items()
        }
        known = tuple(s for s in sources if s is not None)
        return lens.Derived(first.op, known, args) if len(known) == len(sources) else None
    if isinstance(first, lens.Leaf):
        leaf_list = [t for t in trees if isinstance(t, lens.Leaf)]
        if len({t.text for t in leaf_list}) > 1:
            return None
        same_shape = all(t.shape == first.shape for t in leaf_list)
        same_dtype = all(t.dtype == first.dtype for t in leaf_list)
        return replace(first, shape=first.shape if same_shape else None, dtype=first.dtype if same_dtype else None)
    return first


def _variables(value: Value | None) -> list[Var]:
    """Return the variables that one of several may be."""
    if isinstance(value, Var):
        return [value]
    return [v for i in value.inputs for v in _variables(i)] if isinstance(value, Node) else []


def _read_values(value: Value) -> list[Var]:
    """Return the variables whose values (not only shapes) a value depends on."""
    found: list[Var] = []
    stack, seen = [value], set()
    while stack:
        at = stack.pop()
        if id(at) in seen:
            continue
        seen.add(id(at))
        if isinstance(at, Var):
            found.append(at)
        elif isinstance(at, Node) and at.op not in SHAPES:
            stack.extend(at.inputs)
    return found


def literal(value: object) -> bool:
    """Tell whether a static value's repr is its text."""
    if isinstance(value, (list, tuple)):
        return all(literal(v) for v in value)
    return value is None or isinstance(value, (bool, int, float))


def static(value: Value | None) -> object:
    """Return a value's Python constant for the lens engine."""
    if isinstance(value, Py) and value.const is not UNKNOWN:
        return value.const
    if isinstance(value, Sym):
        return value.name.rsplit(".", 1)[-1]
    if isinstance(value, Seq) and value.items is not None:
        items = [static(v) for v in value.items]
        return tuple(items) if value.kind == "tuple" else items
    return lens.UNKNOWN


def key_value(plan: Plan, key: ast.expr, owner: Node) -> object:
    """Return the Python value of a subscript's key."""
    if isinstance(key, ast.Tuple):
        return tuple(key_value(plan, e, owner) for e in key.elts)
    if isinstance(key, ast.Slice):
        parts = [None if p is None else key_value(plan, p, owner) for p in (key.lower, key.upper, key.step)]
        return lens.UNKNOWN if lens.UNKNOWN in parts else slice(*parts)
    if isinstance(key, ast.Attribute) and key.attr == "newaxis":
        return None
    return static(owner.taken.get(key, plan.value(key)))

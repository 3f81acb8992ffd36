"""The tree of derived tensors over variables behind the target of a write."""

from __future__ import annotations

import ast

from migrator.analysis import lens
from migrator.analysis.values import UNKNOWN, Node, Py, Seq, Sym, Value, Var, leaves
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.variables import path_of
from migrator.syntax.text import Render

SHAPES = frozenset({"tensorflow.size", "tensorflow.shape", "tensorflow.rank", "static", "tensorflow.shape_n"})


def tree(plan: Plan, value: Value | None, call: ast.Call) -> lens.Node:
    """Return a value as a tree of derived tensors over variables."""
    if isinstance(value, Var):
        return lens.Leaf(path_of(plan, value), value.shape, value.dtype, id(value))
    if isinstance(value, Seq):
        if value.items is None:
            raise CannotConvert(call, "the target is made from a list whose length is not statically known")
        return lens.Derived(value.kind, tuple(tree(plan, v, call) for v in value.items))
    if isinstance(value, Node):
        if value.module is not plan.unit.module:
            raise CannotConvert(call, "the target is made in another module")
        if value.op in {"element", "subscript", "phi", "read_value", "value"}:
            return _syntax(plan, value, call)
        if value.op == "placeholder":
            return lens.Opaque(plan.segment(value.expr), "is fed and no variable")
        if value.constant:
            return lens.Opaque(plan.segment(value.expr), "is a constant")
        sources: list[lens.Node] = []
        args: dict[str, lens.Arg] = {}
        if value.loop:  # one expression, many tensors: the tensors that this one is made from
            sources.extend(tree(plan, v, call) for v in value.inputs)
        for name, expr in value.call.items():
            inner = plan.value(expr)
            if value.loop and any(isinstance(v, (Node, Var)) for v in leaves(inner)):
                continue
            if any(isinstance(v, (Node, Var)) for v in leaves(inner)) and name not in {
                "shape",
                "perm",
                "mask",
                "indices",
            }:
                sources.append(tree(plan, inner, call))
            else:
                args[name] = argument(plan, expr, plan.segment)
        return lens.Derived(value.op, tuple(sources), args)
    raise CannotConvert(call, "the target of the write is not a tensor that the analysis knows")


def _syntax(plan: Plan, value: Node, call: ast.Call) -> lens.Node:
    """Subscripts, elements and reads."""
    if value.op == "phi":
        raise CannotConvert(call, "the target of the write differs between branches")
    source = tree(plan, value.inputs[0], call)
    if value.op == "element":
        if value.index is None:
            raise CannotConvert(call, "which element of a list is written is not statically known")
        return lens.Derived("index", (source,), {"i": lens.Arg(str(value.index), value.index)})
    if value.op == "subscript" and isinstance(value.expr, ast.Subscript):
        key = value.expr.slice
        arg = lens.Arg(plan.segment(key), key_value(plan, key), argument(plan, key, plan.segment).deps)
        return lens.Derived("subscript", (source,), {"key": arg})
    return lens.Derived(value.op, (source,))


def argument(plan: Plan, expr: ast.expr, render: Render) -> lens.Arg:
    """Return an argument with its static value and the variables that it reads."""
    value = plan.value(expr)
    deps = frozenset(id(v) for leaf in leaves(value) for v in _read_values(leaf))
    return lens.Arg(render(expr), static(value), deps)


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


def static(value: Value | None) -> object:
    """Return a value's Python constant for the lens engine."""
    if isinstance(value, Py) and value.const is not UNKNOWN:
        return value.const
    if isinstance(value, Sym):
        return value.name.rsplit(".", 1)[-1]
    if isinstance(value, Seq) and value.items is not None:
        items = [static(v) for v in value.items]
        return tuple(items) if value.kind == "tuple" else items
    if isinstance(value, Node) and value.op == "tensorflow.constant" and "value" in value.call:
        return lens.UNKNOWN
    return lens.UNKNOWN


def key_value(plan: Plan, key: ast.expr) -> object:
    """Return the Python value of a subscript's key."""
    if isinstance(key, ast.Tuple):
        return tuple(key_value(plan, e) for e in key.elts)
    if isinstance(key, ast.Slice):
        parts = [None if p is None else key_value(plan, p) for p in (key.lower, key.upper, key.step)]
        return lens.UNKNOWN if lens.UNKNOWN in parts else slice(*parts)
    if isinstance(key, ast.Attribute) and key.attr == "newaxis":
        return None
    return static(plan.value(key))

"""Ordinary ops: what their results depend on, and their static types."""

from __future__ import annotations

import ast

from migrator.analysis import shapes
from migrator.analysis.state import State
from migrator.analysis.values import (
    UNKNOWN,
    Dep,
    Effect,
    Func,
    Map,
    Node,
    Py,
    Seq,
    Sym,
    Top,
    Value,
    Var,
    in_graph,
    is_tensor,
    leaves,
)
from migrator.tables import opkinds, signatures


class PlainOps(State):
    """Evaluates calls of ordinary ops."""

    def bound_arguments(self, symbol: str, node: ast.Call) -> dict[str, ast.expr]:
        """Evaluate all arguments; return them by TF1 keyword ("*" holds what could not be mapped)."""
        names = signatures.of(symbol)
        args: dict[str, ast.expr] = {}
        for index, arg in enumerate(node.args):
            self.eval(arg)
            key = names[index] if index < len(names) and not isinstance(arg, ast.Starred) else f"*{index}"
            args[key] = arg
        for keyword in node.keywords:
            self.eval(keyword.value)
            args[keyword.arg or "**"] = keyword.value
        return args

    def values_of(self, args: dict[str, ast.expr]) -> dict[str, Value]:
        """Return the values of arguments."""
        return {name: self.facts.latest[expr] for name, expr in args.items()}

    def value(self, args: dict[str, ast.expr], name: str) -> Value | None:
        """Return an argument's value, None where it isn't given."""
        return self.facts.latest[args[name]] if name in args else None

    def const(self, args: dict[str, ast.expr], name: str, default: object = None) -> object:
        """Return an argument's Python constant, UNKNOWN where it isn't known."""
        value = self.value(args, name)
        if value is None:
            return default
        return value.const if isinstance(value, Py) else UNKNOWN

    def plain_op(self, symbol: str, node: ast.Call, args: dict[str, ast.expr]) -> Value:
        """Return what an ordinary op gives: a tensor that depends on its arguments."""
        taken = self.values_of(args)
        values = list(taken.values())
        if symbol in opkinds.PYTHON_TIME or symbol.startswith(signatures.PYTHON_TIME_PREFIXES):
            if any(in_graph(v) for v in values):
                return self.node(node, symbol, [v for x in values for v in leaves(x)], Dep.STATEFUL)
            return Py(tag="tensorflow")
        tensors = [v for value in values for v in leaves(value) if is_tensor(v)]
        tops = [v for value in values for v in leaves(value) if isinstance(v, Top)]
        deps = Dep.RANDOM if symbol in opkinds.RANDOM else Dep.STATEFUL if symbol in opkinds.STATEFUL else Dep.NONE
        if symbol == "tensorflow.while_loop":
            deps |= Dep.STATEFUL  # what its body may give differs between eager and traced code
        effects, inner, several = self.branches(values, tensors)
        result: Node
        if effects:
            writes = tuple(w for e in effects for w in e.writes)
            result = self.effect(node, "control", [*tensors, *inner, *effects], writes)
        else:
            result = self.node(node, symbol, [*tensors, *inner], deps)
        if tops:
            result.deps |= Dep.UNKNOWN
        result.many = several or symbol in signatures.GIVES_MANY
        result.op, result.call = (result.op if effects else symbol), args
        result.taken.update(taken)
        result.dtype = self.result_dtype(symbol, args, tensors)
        result.shape = self.result_shape(symbol, args, tensors)
        result.static = None if effects else shapes.infer(symbol, self.values_of(args))
        if symbol in signatures.GIVES_LIST:
            return self.many(node, symbol, args, result)
        return result

    def branches(self, values: list[Value], tensors: list[Value]) -> tuple[list[Effect], list[Value], bool]:
        """Walk functions given to control flow ops (cond, while_loop, map_fn).

        Returns:
            (their effects, their results, whether one gives several tensors).
        """
        several = False
        effects: list[Effect] = []
        results: list[Value] = []
        for value in values:
            for func in leaves(value):
                if not isinstance(func, Func):
                    continue
                before = len(self.facts.created.get(self.stmt, ())) if self.stmt is not None else 0
                count = len(func.node.args.args) - (1 if func.bound else 0)
                given: list[Value] = [t for t in tensors if is_tensor(t)][:count]
                while len(given) < count:
                    given.append(self.node(ast.Constant(None), "argument", tensors))
                made = self.call_function(func, given, {}, func.node)
                results.extend(v for v in leaves(made) if is_tensor(v))
                several = several or isinstance(made, (Seq, Map))
                new = self.facts.created.get(self.stmt, [])[before:] if self.stmt is not None else []
                effects.extend(e for e in new if isinstance(e, Effect))
        return effects, results, several

    def many(self, node: ast.Call, symbol: str, args: dict[str, ast.expr], result: Node) -> Value:
        """Return the list of tensors that a split, unstack or similar op gives."""
        count = self.const(args, "num_or_size_splits" if symbol.endswith("split") else "num")
        sizes = self.value(args, "num_or_size_splits")
        if isinstance(sizes, Seq) and sizes.items is not None:
            count = len(sizes.items)
        if not isinstance(count, int) or not 0 < count <= 256:
            return result
        elements = []
        for index in range(count):
            element = self.node(node, "element", (result,))
            element.index, element.dtype = index, result.dtype
            elements.append(element)
        return Seq("list", list(elements))

    def result_dtype(self, symbol: str, args: dict[str, ast.expr], tensors: list[Value]) -> str | None:
        """Return an op's static dtype, where it is known."""
        given = self.value(args, "dtype") or (self.value(args, "Tout"))
        if isinstance(given, Sym):
            return given.name.rsplit(".", 1)[-1]
        argument = opkinds.DTYPE_ARGUMENT.get(symbol)
        if argument is not None and argument[1] is not None and argument[0] not in args:
            return argument[1]
        fixed = opkinds.RESULT_DTYPE.get(symbol)
        if fixed is not None:
            return fixed
        if symbol == "tensorflow.constant" or symbol in signatures.SAME_DTYPE:
            dtypes = {t.dtype for t in tensors if isinstance(t, (Node, Var))}
            if len(dtypes) == 1:
                return dtypes.pop()
            if not tensors and symbol == "tensorflow.constant":
                return self.literal_dtype(self.value(args, "value"))
        return None

    def result_shape(
        self, symbol: str, args: dict[str, ast.expr], tensors: list[Value]
    ) -> tuple[int | None, ...] | None:
        """Return an op's static shape, where it is known."""
        for name in ("shape", "dims"):
            if name in args and symbol not in signatures.SHAPE_OF_OTHER:
                return self.static_shape(self.value(args, name))
        if symbol == "tensorflow.constant":
            return literal_shape(self.value(args, "value"))
        first = tensors[0] if tensors else None
        if symbol in signatures.SAME_SHAPE and isinstance(first, (Node, Var)):
            return first.shape
        return None

    def literal_dtype(self, value: Value | None) -> str | None:
        """Return the dtype that TF1 gives to a Python value."""
        consts = [v.const for v in leaves(value) if isinstance(v, Py)] if value is not None else []
        kinds = {type(c) for c in consts}
        if kinds and kinds <= {int, float}:
            return "float32" if float in kinds else "int32"
        return {frozenset({bool}): "bool", frozenset({str}): "string"}.get(frozenset(kinds)) if kinds else None

    def static_shape(self, value: Value | None) -> tuple[int | None, ...] | None:
        """Return a literal shape as a tuple."""
        if isinstance(value, Py) and isinstance(value.const, int) and not isinstance(value.const, bool):
            return (value.const,)
        if not isinstance(value, Seq) or value.items is None:
            return None
        sizes: list[int | None] = []
        for item in value.items:
            const = item.const if isinstance(item, Py) else UNKNOWN
            sizes.append(const if isinstance(const, int) and const >= 0 else None)
        return tuple(sizes)


def literal_shape(value: Value | None) -> tuple[int | None, ...] | None:
    """Return the shape of a literal: nested lists of Python numbers."""
    if isinstance(value, Py) and value.const is not UNKNOWN:
        return ()
    if isinstance(value, Seq) and value.items:
        inner = literal_shape(value.items[0])
        return None if inner is None else (len(value.items), *inner)
    return None

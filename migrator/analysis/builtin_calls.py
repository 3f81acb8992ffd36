"""Calls of Python's builtins."""

from __future__ import annotations

import ast

from migrator.analysis.unknown_calls import Partial, UnknownCalls, static_only
from migrator.analysis.values import Dep, Func, GraphValue, Map, Node, Py, Seq, Sym, Value, Var, is_tensor, leaves
from migrator.tables.lookup import in_tf1, in_tf2

STRUCTURAL = frozenset({"isinstance", "type", "hasattr", "callable", "id", "len", "getattr", "setattr", "super"})


class BuiltinCalls(UnknownCalls):
    """Evaluates calls of builtins."""

    def call_builtin(self, name: str, node: ast.Call, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Return what a builtin gives."""
        first = args[0] if args else Py()
        if name in {"list", "tuple", "sorted", "reversed", "set", "iter"}:
            kind = "tuple" if name == "tuple" else "list"
            if isinstance(first, Seq):
                items = first.items
                if items is not None and name == "reversed":
                    items = items[::-1]
                return Seq(kind, list(items) if items is not None and name not in {"sorted", "set"} else (
                    None if items else items), self.each(first))  # fmt: skip
            if isinstance(first, Map):
                keys = [k if isinstance(k, Value) else Py(k) for k in first.items or {}]
                return Seq(kind, keys if first.items is not None else None)
        elif name in {"range", "xrange"}:
            return self.static_range(args)
        elif name == "zip":
            return self.zipped(args)
        elif name == "enumerate" and isinstance(first, Seq):
            if first.items is not None:
                return Seq("list", [Seq("tuple", [Py(i), v]) for i, v in enumerate(first.items)])
            return Seq("list", None, Seq("tuple", [Py(), self.each(first)]))
        elif name == "len" and isinstance(first, (Seq, Map)) and first.items is not None:
            return Py(len(first.items))
        elif name == "dict":
            if args and not isinstance(first, Map):
                return Map(None, self.each(first))
            entries: dict[object, Value] = dict(first.items or {}) if isinstance(first, Map) else {}
            entries.update(keywords.items())
            return Map(entries)
        elif name in {"map", "filter"} and len(args) > 1:
            return self.mapped(name, args, node)
        elif name in {"sum", "abs", "pow", "max", "min"} and any(is_tensor(v) for a in args for v in leaves(a)):
            result = self.node(node, "binop", [v for a in args for v in leaves(a)])
            result.operator = "Add" if name == "sum" else ""
            return result
        elif name in {"int", "float", "str", "list", "tuple", "len", "max", "min"} and static_only(args):
            return self.node(node, "static", [v for a in args for v in leaves(a)])
        elif (
            name == "int"
            and isinstance(first, Py)
            and first.tag in {"static", "dimension"}
            and type(first.const) is int
        ):
            return Py(first.const, tag="static")
        elif name in {"str", "repr"} and isinstance(first, Node) and not first.constant:
            return self.node(node, "static", [first])
        elif name in {"int", "float", "str", "bool"} and isinstance(first, Py):
            return Py(tag=first.tag if first.tag == "run" else "")
        elif name == "getattr" and isinstance(first, Sym):
            return self.looked_up(first, node)
        elif name == "hasattr" and isinstance(first, Sym):
            self.asked_for(first, node)
        if name in STRUCTURAL:
            return Py()
        if name == "print":
            return self.shown([*args, *keywords.values()], node)
        return self.escape_call(node, [*args, *keywords.values()])

    def looked_up(self, owner: Sym, node: ast.Call) -> Value:
        """Return the TensorFlow name that ``getattr(tf, "name")`` gives."""
        name = node.args[1].value if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) else None
        full = self.canonical(f"{owner.name}.{name}") if isinstance(name, str) else ""
        if node.keywords or not in_tf1(full):
            self.facts.trouble(node, self.module, "a TensorFlow name looked up by getattr")
            return Py()
        self.symbol(node, full)
        return Sym(full)

    def asked_for(self, owner: Sym, node: ast.Call) -> None:
        """``hasattr(tf, "name")`` may have another answer in TensorFlow 2."""
        name = node.args[1].value if len(node.args) == 2 and isinstance(node.args[1], ast.Constant) else None
        full = f"{owner.name}.{name}" if isinstance(name, str) else ""
        if not full or in_tf1(full) != in_tf2(full):
            self.facts.trouble(node, self.module, "hasattr asks which TensorFlow this is, and the answer changes: keep "
                               "the branch for TensorFlow 1", full)  # fmt: skip

    def shown(self, args: list[Value], node: ast.Call) -> Value:
        """``print`` of what exists only in the graph: what it shows has no native form, and nothing depends on it."""
        found = [v for a in args for v in leaves(a) if isinstance(v, (Node, GraphValue)) or is_graph_call(v)]
        tensors = [v for v in found if isinstance(v, Node) and not v.constant]
        statement = isinstance(self.module.parents.get(node), ast.Expr)
        if not statement or not (tensors or any(not isinstance(v, Node) for v in found)):
            self.facts.printed.add(node)
            return self.escape_call(node, args)
        self.facts.shown.add(node)
        if self.helper:
            return Py(None)
        return self.node(node, "shown", [*tensors], Dep.STATEFUL)

    def static_range(self, args: list[Value]) -> Value:
        """Return the value of range(...)."""
        consts = [a.const for a in args if isinstance(a, Py) and type(a.const) is int]
        if consts and len(consts) == len(args):
            try:
                found = range(*consts)
            except (TypeError, ValueError):
                return Seq("list", None)
            if len(found) <= 256:
                return Seq("list", [Py(i) for i in found])
        return Seq("list", None, Py())

    def zipped(self, args: list[Value]) -> Value:
        """Return the value of zip(...)."""
        columns = [a.items if isinstance(a, Seq) else None for a in args]
        known = [c for c in columns if c is not None]
        if known and len(known) == len(columns):
            return Seq("list", [Seq("tuple", list(row)) for row in zip(*known, strict=False)])
        return Seq("list", None, Seq("tuple", [self.each(a) if isinstance(a, (Seq, Map)) else (
            self.element(a, 0, self.stmt_expr(a))) for a in args]))  # fmt: skip

    def stmt_expr(self, value: Value) -> ast.expr:
        """Return an expression to hang an element of a value on."""
        return value.expr if isinstance(value, (Node, Var)) else ast.Constant(None)

    def mapped(self, name: str, args: list[Value], node: ast.Call) -> Value:
        """Return the value of map(...) and filter(...)."""
        if name == "filter":
            return Seq("list", None, self.each(args[1]))
        rows = self.zipped(args[1:])
        if isinstance(rows, Seq) and rows.items is not None and isinstance(args[0], Sym):
            partial = Partial(args[0], [])
            return Seq("list", [self.call_partial(partial, node, list(leaves(r))) for r in rows.items])
        if isinstance(rows, Seq) and rows.items is not None and isinstance(args[0], Func):
            return Seq("list", [self.call_function(args[0], list(r.items or []), {}, node) for r in rows.items
                                if isinstance(r, Seq)])  # fmt: skip
        return self.escape_call(node, args[1:])


def is_graph_call(value: Value) -> bool:
    """Tell whether a value is what a method of a graph gives (a graph definition)."""
    return isinstance(value, Py) and value.tag == "graph-call"

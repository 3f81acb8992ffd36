"""Calls of what is not of the program: graph values must not escape into it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from math import prod

from migrator.analysis.function_calls import FunctionCalls
from migrator.analysis.values import (
    Dep,
    Effect,
    Func,
    Node,
    Py,
    Seq,
    Sess,
    Sym,
    Top,
    Value,
    Var,
    in_graph,
    is_tensor,
    leaves,
)
from migrator.tables import opkinds
from migrator.tables.machinery import is_machinery


@dataclass(eq=False)
class Partial(Value):
    """What functools.partial makes of a function or a TensorFlow name."""

    target: Value
    args: list[Value]
    positional: int = 0  # how many of them are


CHANGES_RECEIVER = frozenset({"fill", "sort", "put", "itemset", "resize", "partition", "update", "clear"})
CHANGES_ARGUMENT = frozenset({"shuffle", "copyto", "put", "place", "fill_diagonal", "putmask"})


class UnknownCalls(FunctionCalls):
    """Evaluates calls into Python that the analysis does not follow."""

    def escape_call(self, node: ast.Call, args: list[Value]) -> Value:
        """A call into Python that takes graph values can't be followed."""
        for leaf in (v for a in args for v in leaves(a)):
            if isinstance(leaf, Sess):
                self.facts.trouble(node, self.module, "a session is passed to a function that is not of the project")
                return Top("a session was passed")
            if isinstance(leaf, Effect) or (isinstance(leaf, Node) and not leaf.constant):
                return self.lost(node, leaf)
        return self.escape(node, args)

    def lost(self, node: ast.AST, leaf: Node) -> Value:
        """Note that a graph value is given to Python code at build time."""
        text = leaf.module.source.segment(leaf.expr).split("\n")[0][:50]
        self.facts.trouble(node, self.module, f"the tensor `{text}` is used outside of a run (it has no value there)")
        return Top(f"`{text}` was given to code that can't be followed")

    def in_place(self, node: ast.Call) -> None:
        """Record calls that change their receiver or argument in place, as far as their names tell."""
        changed: list[ast.expr] = []
        if isinstance(node.func, ast.Attribute):
            if node.func.attr in CHANGES_RECEIVER:
                changed.append(node.func.value)
            if node.func.attr in CHANGES_ARGUMENT and node.args:
                changed.append(node.args[0])
        changed += [k.value for k in node.keywords if k.arg == "out"]
        for expr in changed:
            self.mutate(expr, self.module.statement(node), Py())

    def segment_ends(self, node: ast.expr, name: str) -> bool:
        """Tell whether an expression's last name is `name`."""
        return (isinstance(node, ast.Attribute) and node.attr == name) or (
            isinstance(node, ast.Name) and node.id == name
        )

    def call_partial(self, callee: Partial, node: ast.Call, args: list[Value]) -> Value:
        """Call what functools.partial made."""
        given = [*callee.args, *args]
        if isinstance(callee.target, Func):
            return self.call_function(callee.target, given, {}, node)
        assert isinstance(callee.target, Sym)
        symbol = callee.target.name
        self.facts.partial_calls.setdefault(node, set()).add(symbol)
        if is_machinery(symbol):
            self.facts.trouble(node, self.module, "functools.partial around a TensorFlow name that makes state", symbol)
            return Top("functools.partial")
        deps = Dep.RANDOM if symbol in opkinds.RANDOM else Dep.STATEFUL if symbol in opkinds.STATEFUL else Dep.NONE
        return self.node(node, symbol, [v for a in given for v in leaves(a)], deps)

    def call_unknown(self, callee: Value, node: ast.Call, args: list[Value]) -> Value:
        """Call something that is not of the program."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        keywords = {k.arg for k in node.keywords}
        if name in {"make_one_shot_iterator", "make_initializable_iterator", "make_initializer"}:
            why = "dataset iterators are not converted yet; iterate over the dataset itself"
            self.facts.trouble(node, self.module, why)
            return Top(why)
        if name == "run" and ("feed_dict" in keywords or any(in_graph(a) for a in args)):
            self.facts.trouble(node, self.module, "a run in a session that comes from elsewhere")
            return Py(tag="run")
        self.in_place(node)
        if self.segment_ends(node.func, "partial") and args and isinstance(args[0], (Sym, Func)):
            if isinstance(args[0], Sym):
                self.facts.partials[node] = args[0].name
            return Partial(args[0], args[1:], len(node.args) - 1)
        if isinstance(callee, Partial):
            return self.call_partial(callee, node, args)
        if isinstance(callee, Top):
            if any(in_graph(a) or isinstance(a, Sess) for a in args):
                self.facts.trouble(node, self.module, callee.reason)
            return callee
        if (
            name == "prod"
            and isinstance(callee, Py)
            and callee.tag == "numpy"
            and len(args) == 1
            and len(node.args) == 1
        ):
            sizes = [v.const for v in leaves(args[0]) if isinstance(v, Py) and type(v.const) is int]
            known = isinstance(args[0], Seq) and args[0].items is not None and len(args[0].items) == len(sizes) > 0
            if known:
                return Py(prod(sizes), tag="static")
        if static_only(args) and isinstance(callee, Py) and callee.tag in {"numpy", "module"} and name != "":
            return self.node(node, "static", [v for a in args for v in leaves(a) if is_tensor(v)])
        result = self.escape_call(node, args)
        if isinstance(result, Top):
            return result
        tag = callee.tag if isinstance(callee, Py) else ""
        return Py(tag=tag if tag in {"numpy", "config", "module"} else "")


def static_only(args: list[Value]) -> bool:
    """Tell whether some argument is a static shape or part of one, and no other graph value is among them."""
    found = [v for a in args for v in leaves(a) if isinstance(v, (Node, Var))]
    return bool(found) and all(isinstance(v, Node) and v.op == "static" for v in found)

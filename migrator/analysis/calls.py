"""The interpreter's calls: which kind of callee takes a call."""

from __future__ import annotations

import ast

from migrator.analysis.container_calls import ContainerCalls
from migrator.analysis.state import Method
from migrator.analysis.values import (
    Cls,
    Func,
    GraphValue,
    Map,
    Node,
    Opt,
    Py,
    ScopeValue,
    Seq,
    Sess,
    Sym,
    Value,
    Var,
    Writer,
)


class Calls(ContainerCalls):
    """Evaluates calls."""

    def eval_Call(self, node: ast.Call) -> Value:
        callee = self.eval(node.func)
        if isinstance(callee, Sym) or (isinstance(callee, Method) and not isinstance(callee.owner, Py)):
            self.facts.tensor_callees.add(node.func)
        if isinstance(callee, Sym):
            self.facts.symbol_calls[node.func] = node
            if node.func not in self.facts.symbols:
                self.facts.callees.setdefault(node, set()).add(callee.name)
            return self.call_symbol(callee.name, node)
        if (
            isinstance(callee, Method)
            and isinstance(callee.owner, (Sess, Node, Var))
            and callee.name in {"run", "eval"}
        ):
            return self.site(node, callee)
        args, keywords = self.arguments(node)
        if isinstance(callee, Method):
            return self.call_method(callee, node, args, keywords)
        if isinstance(callee, Func):
            return self.call_function(callee, args, keywords, node)
        if isinstance(callee, Cls):
            return self.instantiate(callee, args, keywords, node)
        if isinstance(callee, Py) and callee.tag == "builtin":
            return self.call_builtin(str(callee.const), node, args, keywords)
        return self.call_unknown(callee, node, [*args, *keywords.values()])

    def arguments(self, node: ast.Call) -> tuple[list[Value], dict[str, Value]]:
        """Evaluate the arguments of a call; starred ones are expanded where they are known."""
        args: list[Value] = []
        for arg in node.args:
            value = self.eval(arg)
            if isinstance(arg, ast.Starred):
                args.extend(value.items if isinstance(value, Seq) and value.items is not None else [self.each(value)])
            else:
                args.append(value)
        keywords: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.eval(keyword.value)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            elif isinstance(value, Map) and value.items is not None:
                keywords.update({str(k): v for k, v in value.items.items()})
            else:
                keywords["**"] = value
        return args, keywords

    def call_method(self, method: Method, node: ast.Call, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Return what a method of a known kind of value gives."""
        owner, name = method.owner, method.name
        if isinstance(owner, Seq):
            return self.sequence_method(owner, name, node, args)
        if isinstance(owner, Map):
            return self.map_method(owner, name, node, args)
        if isinstance(owner, Opt):
            return self.optimizer_method(owner, name, node)
        if isinstance(owner, Sess):
            return self.session_method(owner, name, node)
        if isinstance(owner, GraphValue):
            return self.graph_method(owner, name, node)
        if isinstance(owner, ScopeValue):
            return self.scope_method(owner, name, node)
        if isinstance(owner, Var):
            return self.variable_method(owner, name, node)
        if isinstance(owner, Node):
            return self.tensor_method(owner, name, node)
        if isinstance(owner, Writer):
            if name not in {"close", "flush", "add_graph"}:
                self.facts.trouble(node, self.module, f"summaries are written (`{name}`): not converted yet",
                                   "tensorflow.summary.FileWriter")  # fmt: skip
            return Py(tag="writer-call")
        if isinstance(owner, Py) and isinstance(owner.const, str) and name in {"startswith", "endswith"} and args:
            given = args[0].const if isinstance(args[0], Py) else None
            return Py(getattr(owner.const, name)(given)) if isinstance(given, str) else Py()
        if isinstance(owner, Py) and isinstance(owner.const, str) and name == "format":
            return self.text_of(node, [*args, *keywords.values()])
        if isinstance(owner, Py) and owner.tag == "saver":
            self.facts.trouble(node, self.module, f"a Saver is used (`{name}`): not converted yet; tf.train.Checkpoint "
                               "takes its place", "tensorflow.train.Saver")  # fmt: skip
            return Py()
        if name == "get_shape" and isinstance(owner, Py) and not args and owner.tag in {"", "parameter"}:
            return Py(tag="static")
        return self.call_unknown(owner, node, [*args, *keywords.values()])

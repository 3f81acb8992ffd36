"""The interpreter's expressions: dispatch, and those that are neither names, operators, containers nor calls."""

from __future__ import annotations

import ast

from migrator.analysis.containers import Containers
from migrator.analysis.values import Func, Py, Seq, Value


class Expressions(Containers):
    """Evaluates expressions to abstract values."""

    def eval(self, node: ast.expr) -> Value:
        """Evaluate an expression and record its value."""
        kind = node.__class__
        method = self.evaluators.get(kind)
        if method is None:
            method = self.evaluators[kind] = getattr(self, f"eval_{kind.__name__}", self.eval_other)
        value = method(node)
        if value.__class__ is Seq and value.born is None:
            value.born = self.uncertain
        return self.facts.record(node, value)

    def eval_other(self, node: ast.expr) -> Value:
        """Evaluate the parts of an expression that means nothing to the analysis."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.eval(child)
        return Py()

    def eval_Lambda(self, node: ast.Lambda) -> Value:
        value = Func(node, self.module, self.env)
        self.functions.setdefault(self.module.path, []).append(value)
        return value

    def eval_NamedExpr(self, node: ast.NamedExpr) -> Value:
        value = self.eval(node.value)
        self.bind(node.target, value, node.value, self.module.statement(node))
        return value

    def eval_Starred(self, node: ast.Starred) -> Value:
        return self.eval(node.value)

    def eval_JoinedStr(self, node: ast.JoinedStr) -> Value:
        return self.text_of(node, [self.eval(p) for p in node.values if isinstance(p, ast.FormattedValue)])

    def eval_FormattedValue(self, node: ast.FormattedValue) -> Value:
        value = self.eval(node.value)
        if node.format_spec is not None:
            self.eval(node.format_spec)
        return value

    def eval_Await(self, node: ast.Await) -> Value:
        return self.eval(node.value)

    def eval_Yield(self, node: ast.Yield) -> Value:
        if node.value is not None:
            value = self.eval(node.value)
            if self.returns is not None:
                self.returns.append(Seq("list", None, value))
        return Py()

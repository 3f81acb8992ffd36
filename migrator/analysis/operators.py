"""Operators: arithmetic, comparisons, conditions."""

from __future__ import annotations

import ast
import operator

from migrator.analysis import shapes
from migrator.analysis.names import Names
from migrator.analysis.values import (
    UNKNOWN,
    Cls,
    Func,
    Map,
    Node,
    Py,
    Seq,
    Sym,
    Top,
    Value,
    Var,
    is_tensor,
    join,
    leaves,
)

_FOLD = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
}  # fmt: skip


class Operators(Names):
    """Evaluates operators."""

    def eval_Constant(self, node: ast.Constant) -> Value:
        return Py(node.value)

    def eval_BinOp(self, node: ast.BinOp) -> Value:
        return self.binop(node, self.eval(node.left), self.eval(node.right), node.op)

    def binop(self, node: ast.expr | ast.AugAssign, left: Value, right: Value, op: ast.operator) -> Value:
        """Return the value of a binary operation."""
        if is_tensor(left) or is_tensor(right):
            expr = node if isinstance(node, ast.expr) else node.target
            only = [v for v in (left, right) if is_tensor(v)]
            static = all(isinstance(v, Node) and v.op == "static" for v in only)
            static = static or (isinstance(left, Py) and isinstance(left.const, str))  # "%s" % tensor
            result = self.node(
                expr, "static" if static else "binop", [v for v in (left, right) if is_tensor(v) or isinstance(v, Top)]
            )
            result.operator = type(op).__name__
            sides = {"a": left, "b": right, "x": left, "y": right}
            result.static = shapes.infer("matmul" if isinstance(op, ast.MatMult) else "add", sides)
            dtypes = {v.dtype for v in (left, right) if isinstance(v, (Node, Var))}
            result.dtype = dtypes.pop() if len(dtypes) == 1 else None
            return result
        if isinstance(left, Seq) and isinstance(right, Seq) and isinstance(op, ast.Add):
            if left.items is not None and right.items is not None:
                return Seq(left.kind, [*left.items, *right.items])
            return Seq(left.kind, None, join(self.any_of(left), self.any_of(right)))
        if isinstance(left, Seq) and isinstance(op, ast.Mult):
            count = right.const if isinstance(right, Py) else UNKNOWN
            if left.items is not None and isinstance(count, int) and 0 <= count * len(left.items) <= 256:
                return Seq(left.kind, left.items * count)
            return Seq(left.kind, None, self.any_of(left))
        for side in (left, right):
            if isinstance(side, Top):
                return side
        if isinstance(left, Py) and isinstance(right, Py):
            if any(v.tag == "dimension" and v.const is None for v in (left, right)):
                self.facts.trouble(node, self.module, "arithmetic with a static size that is not known")
            return self.fold(op, left, right)
        return Py()

    def fold(self, op: ast.operator, left: Py, right: Py) -> Py:
        """Compute with known Python numbers and strings."""
        tags = {left.tag, right.tag}
        tag = "numpy" if "numpy" in tags else "static" if tags & {"static", "dimension"} else ""
        function = _FOLD.get(type(op))
        known = all(isinstance(v.const, (int, float, str)) for v in (left, right))
        if function is not None and known:
            try:
                folded = function(left.const, right.const)
            except (ArithmeticError, TypeError, ValueError):
                return Py(tag=tag)
            if not isinstance(folded, str) or len(folded) < 1000:
                return Py(folded, tag=tag)
        return Py(tag=tag)

    def any_of(self, value: Value) -> Value:
        """Return a value that stands for any element of a container."""
        each: Value | None = value.each if isinstance(value, (Seq, Map)) else None
        for item in leaves(value):
            each = item if each is None else join(each, item)
        return each or Py()

    def eval_UnaryOp(self, node: ast.UnaryOp) -> Value:
        value = self.eval(node.operand)
        if isinstance(value, (Node, Var)):
            result = self.node(node, "unary", (value,))
            result.dtype, result.static = value.dtype, value.static
            return result
        if isinstance(value, Py) and isinstance(value.const, (int, float)):
            if isinstance(node.op, ast.USub):
                return Py(-value.const)
            if isinstance(node.op, ast.Not):
                return Py(not value.const)
        if isinstance(node.op, ast.Not) and isinstance(value, Py) and value.const is None:
            return Py(True)
        if isinstance(node.op, ast.Not) and isinstance(value, (Func, Sym, Cls)):
            return Py(False)
        return value if isinstance(value, Top) else Py()

    def eval_BoolOp(self, node: ast.BoolOp) -> Value:
        values = [self.eval(v) for v in node.values]
        each: Value | None = None
        for value in values:
            each = join(each, value)
        return each or Py()

    def eval_Compare(self, node: ast.Compare) -> Value:
        values = [self.eval(node.left), *[self.eval(c) for c in node.comparators]]
        identity = all(isinstance(o, (ast.Is, ast.IsNot, ast.In, ast.NotIn)) for o in node.ops)
        tensors = [v for v in values if is_tensor(v)]
        if tensors and not identity:
            static = all(isinstance(v, Node) and v.op == "static" for v in tensors)
            if any(isinstance(o, (ast.Eq, ast.NotEq)) for o in node.ops) and not static:
                self.facts.trouble(node, self.module, "`==` on tensors compares identity in TF1 and elements in TF2; "
                                   "write `is`, or tf.equal where elements were meant")  # fmt: skip
            result = self.node(node, "static" if static else "compare", tensors)
            result.dtype = "bool"
            return result
        for value in values:
            if isinstance(value, Top):
                return value
        sizes = [v for v in values if isinstance(v, Seq) and v.kind == "shape"]
        unknown = [v for x in (sizes or values) for v in leaves(x) if isinstance(v, Py) and v.tag == "dimension"]
        if any(v.const is None for v in unknown):
            self.facts.trouble(node, self.module, "a static size that is not known is compared: TF1's Dimension(None) "
                               "is neither None nor equal to anything; compare `.value` or as_list()")  # fmt: skip
        return self.compared(node, values)

    def compared(self, node: ast.Compare, values: list[Value]) -> Py:
        """Return what ``x is None`` and comparisons of constants give, where it is known."""
        if len(node.ops) != 1:
            return Py()
        left, right = values
        negated = isinstance(node.ops[0], (ast.IsNot, ast.NotEq))
        if isinstance(node.ops[0], (ast.Is, ast.IsNot)) and isinstance(right, Py) and right.const is None:
            if isinstance(left, Py) and left.const is UNKNOWN:
                return Py()
            none = isinstance(left, Py) and left.const is None
            return Py(none is not negated)
        if not isinstance(left, Py) or not isinstance(right, Py):
            return Py()
        one, other = left.const, right.const
        if isinstance(node.ops[0], (ast.In, ast.NotIn)) and isinstance(one, str) and isinstance(other, str):
            return Py((one in other) is isinstance(node.ops[0], ast.In))
        if isinstance(node.ops[0], (ast.Eq, ast.NotEq)) and UNKNOWN not in (one, other):
            return Py((one == other) is not negated)
        return Py()

    def eval_IfExp(self, node: ast.IfExp) -> Value:
        self.eval(node.test)
        return join(self.eval(node.body), self.eval(node.orelse))

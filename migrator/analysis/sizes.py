"""Static shapes of tensors in the program's words, worked out when a rule asks: what layers are built on.

A size is an int, None where the graph leaves it open (a batch), or the expression that gives it where the program
computes it in Python (``env.observation_space.shape[0]``). What the walk itself knows as numbers is in `shapes`.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from migrator.analysis.size_rules import RULES, Named, Shape, Size
from migrator.analysis.values import UNKNOWN, Node, Py, Seq, Value, Var, is_tensor
from migrator.tables import layers, opkinds, signatures

_BROADCAST = frozenset({"binop", "compare"}) | frozenset(
    f"tensorflow.{n}" for n in (
        "add", "subtract", "multiply", "divide", "sub", "mul", "div", "maximum", "minimum", "pow", "squared_difference",
        "equal", "greater", "less", "math.add", "math.subtract", "math.multiply", "math.divide", "truediv")
)  # fmt: skip
_SAME = frozenset({"unary", "read_value", "value", "initialized_value", "tensorflow.layers.dropout"}) | frozenset(
    f"tensorflow.{n}" for n in (
        "nn.bias_add", "nn.leaky_relu", "nn.relu6", "nn.selu", "nn.log_softmax", "nn.l2_normalize", "nn.lrn",
        "nn.local_response_normalization", "nn.softsign", "neg", "sign", "erf", "log1p", "nn.batch_normalization",
        "floor", "ceil", "round", "to_double", "sin", "cos", "reciprocal", "rsqrt")
)  # fmt: skip
_FIRST_DTYPE = frozenset({"subscript"}) | frozenset(
    f"tensorflow.{n}" for n in (
        "nn.embedding_lookup", "gather", "reshape", "transpose", "expand_dims", "squeeze", "tile", "slice",
        "clip_by_value", "nn.dropout", "split", "unstack", "reduce_sum", "reduce_mean", "reduce_max",
        "reduce_min", "pad")
)  # fmt: skip


class Sizes:
    """Static shapes and types of abstract values, each worked out once.

    Args:
        values: what the walk found for each expression.
    """

    def __init__(self, values: dict[ast.AST, Value]) -> None:
        self.values = values
        self._known: dict[Value, Shape | None] = {}

    def of(self, value: Value | None) -> Shape | None:
        """Return a tensor's static shape, None where even the rank is unknown."""
        if value is None:
            return None
        if value not in self._known:
            self._known[value] = None  # what depends on itself is unknown
            found = self._find(value)
            if found is None and isinstance(value, (Node, Var)):
                found = value.static
            self._known[value] = found
        return self._known[value]

    def dtype(self, value: Value | None, depth: int = 0) -> str | None:
        """Return a tensor's static type, None where it is unknown."""
        if not isinstance(value, (Node, Var)) or depth > 200:
            return None
        if value.dtype is not None or isinstance(value, Var):
            return value.dtype
        if value.op in layers.CONVERTED:
            return self.dtype(value.taken.get("inputs"), depth + 1)
        kept = value.op in {"binop", "unary", "subscript", "element", "phi", "value", "read_value"}
        if not (
            kept
            or value.op in signatures.SAME_DTYPE
            or value.op in RULES
            or value.op in signatures.SAME_SHAPE
            or value.op in _SAME
        ):
            return None
        if value.op in opkinds.DTYPE_ARGUMENT or value.op in opkinds.RESULT_DTYPE:
            return None
        found = {self.dtype(v, depth + 1) for v in value.inputs}
        if value.op in _FIRST_DTYPE and value.inputs:
            found = {self.dtype(value.inputs[0], depth + 1)}
        return found.pop() if len(found) == 1 else None

    def _find(self, value: Value) -> Shape | None:
        if isinstance(value, Var):
            return self._of_variable(value)
        if isinstance(value, Py):
            return () if isinstance(value.const, (int, float, bool)) else None
        if isinstance(value, Seq) and value.items:
            inner = self.of(value.items[0])
            return None if inner is None else (len(value.items), *inner)
        if not isinstance(value, Node):
            return None
        rule = RULES.get(value.op)
        if rule is not None:
            return rule(self, value)
        if value.op in signatures.SAME_SHAPE or value.op in _SAME:
            return self.of(self.argument(value, 0))
        if value.op in _BROADCAST:
            shapes = [self.of(v) for v in self.operands(value)]
            return broadcast(shapes)
        if "shape" in value.call and value.op not in signatures.SHAPE_OF_OTHER:
            return self.sizes(value.call["shape"], value.taken.get("shape"))
        return value.shape

    def _of_variable(self, value: Var) -> Shape | None:
        call = value.expr
        if value.shape is not None and None not in value.shape:
            return value.shape
        if value.via == "get_variable" and isinstance(call, ast.Call):
            given = [k.value for k in call.keywords if k.arg == "shape"] or call.args[1:2]
            spelled = self.sizes(given[0], self.values.get(given[0])) if given else None
            if spelled is not None and value.shape is not None and len(spelled) == len(value.shape):
                return tuple(s if k is None else k for s, k in zip(spelled, value.shape, strict=True))
            if spelled is not None:
                return spelled
        if value.sources and value.initial is not None and value.sources[-1].expr is value.initial:
            return self.of(value.sources[-1])
        return value.shape

    def argument(self, node: Node, index: int) -> Value | None:
        """Return the value of an op's first, second ... argument."""
        names = signatures.of(node.op)
        if index < len(names) and names[index] in node.taken:
            return node.taken[names[index]]
        for name in ("input", "x", "value", "input_tensor", "tensor", "a", "features", "inputs"):
            if index == 0 and name in node.taken:
                return node.taken[name]
        return node.inputs[index] if index < len(node.inputs) else None

    def given(self, node: Node, *names: str) -> Value | None:
        """Return the value of the first of these arguments that is given."""
        return next((node.taken[n] for n in names if n in node.taken), None)

    def operands(self, node: Node) -> list[Value]:
        """Return the operands of an elementwise op; a Python number beside a tensor has no shape of its own."""
        if not node.taken or node.op in {"binop", "compare"}:
            expr = node.expr
            sides = [expr.left, expr.right] if isinstance(expr, ast.BinOp) else []
            if isinstance(expr, ast.Compare):
                sides = [expr.left, *expr.comparators]
            known = [self.values.get(s) for s in sides]
            others = [v for v in known if v is not None and not is_tensor(v)]
            if len(others) + len(node.inputs) != len(sides):
                others = [Py()] if len(node.inputs) < 2 else []
            numbers = [Py(0) if isinstance(v, Node) and v.op == "static" else v for v in node.inputs]
            return [*numbers, *others]
        return [v for k, v in node.taken.items() if k not in {"name", "rate", "seed"}]

    def sizes(self, expr: ast.expr | None, value: Value | None) -> Shape | None:
        """Return what a literal shape says: sizes that only Python knows are their expressions."""
        if isinstance(value, Py) and isinstance(value.const, int) and not isinstance(value.const, bool):
            return (value.const,)
        if not isinstance(value, Seq) or value.items is None:
            return None
        parts: Sequence[ast.expr | None] = [None] * len(value.items)
        if isinstance(expr, (ast.List, ast.Tuple)) and len(expr.elts) == len(value.items):
            parts = expr.elts
        sizes: list[Size] = []
        for item, part in zip(value.items, parts, strict=True):
            const = item.const if isinstance(item, Py) else UNKNOWN
            if isinstance(const, int) and not isinstance(const, bool):
                sizes.append(Named.of(const, part) if const >= 0 else None)
            elif isinstance(item, Py) and const is UNKNOWN and item.tag != "static" and part is not None:
                sizes.append(part)
            else:
                sizes.append(None)
        return tuple(sizes)


def broadcast(shapes: Sequence[Shape | None]) -> Shape | None:
    """Return the shape of an elementwise op on these shapes."""
    known = [s for s in shapes if s is not None]
    if not known or len(known) < len(shapes):
        return None
    rank = max(len(s) for s in known)
    result: list[Size] = []
    for axis in range(rank):
        sizes = [s[axis - rank + len(s)] for s in known if axis - rank + len(s) >= 0]
        wide = [s for s in sizes if s != 1]
        numbers = [s for s in wide if isinstance(s, int)]
        if not wide:
            result.append(1)
        elif numbers:
            result.append(numbers[0])
        elif any(s is None for s in wide):
            result.append(None)
        else:
            result.append(wide[0] if all(s is wide[0] for s in wide) else None)
    return tuple(result)

"""Array operations whose arguments moved or changed meaning: concat, split, constant, block reshapes, gather."""

from __future__ import annotations

import ast
import math

from migrator.rules.symbol_call import CallText, CannotBind
from migrator.rules.symbol_types import UNKNOWN, Handler, Outcome, Use, value_on_compat
from migrator.tables.lookup import lookup
from migrator.tables.tf2 import TARGET_PARAMETERS


def _concat(use: Use) -> Outcome:
    """``tf.concat(dim, values)`` of TF 0.x -> keywords."""
    if use.call is None:
        return None
    text = CallText(use)
    for argument in text.arguments:
        if argument.keyword == "concat_dim":
            text.name_argument(argument, "axis")
    positional = [a for a in text.arguments if a.keyword is None]
    if len(positional) >= 2 and _integer(use, positional[0].node) and not _integer(use, positional[1].node):
        text.name_argument(positional[0], "axis")
        text.name_argument(positional[1], "values")
        if len(positional) > 2:
            text.name_argument(positional[2], "name")
    elif len(positional) == 1 and any(a.keyword == "values" for a in text.arguments):
        text.name_argument(positional[0], "axis")
    return text.done()


def _split(use: Use) -> Outcome:
    """``tf.split(split_dim, num_split, value)`` of TF 0.x -> keywords."""
    if use.call is None:
        return None
    text = CallText(use)
    positional = [a for a in text.arguments if a.keyword is None]
    keywords = {a.keyword for a in text.arguments}
    old = "split_dim" in keywords or "num_split" in keywords
    if positional and _integer(use, positional[0].node) and ("value" in keywords or len(positional) >= 3):
        old = True
    if not old:
        return None
    names = {"split_dim": "axis", "num_split": "num_or_size_splits"}
    for argument, name in zip(positional, ("axis", "num_or_size_splits", "value", "name"), strict=False):
        text.name_argument(argument, name)
    for argument in text.arguments:
        if argument.keyword in names:
            text.name_argument(argument, names[argument.keyword])
    return text.done()


def _integer(use: Use, node: ast.expr) -> bool:
    value = use.context.literal(node)
    return isinstance(value, int) and not isinstance(value, bool)


def _blocks(use: Use) -> Outcome:
    """``tf.space_to_batch(x, paddings, block_size=2)``: a block size becomes a block shape."""
    name = "space_to_batch" if "space_to_batch" in use.symbol else "batch_to_space"
    if use.call is None:
        return value_on_compat(use)
    text = CallText(use)
    text.rename(name)
    edge = "paddings" if name == "space_to_batch" else "crops"
    order = ("input", edge, "block_size", "name", "block_shape")
    text.conform(order, ("input", "block_shape", edge, "name"), skip=("block_size",))
    for argument in text.arguments:
        if argument.parameter == "block_size":
            node = argument.node
            size = text.segment(node)
            if not isinstance(node, (ast.Constant, ast.Name)):
                raise CannotBind("its block size is an expression: name it first")
            text.replace(argument, f"block_shape=[{size}, {size}]")
    return text.done()


def _constant(use: Use) -> Outcome:
    """``tf.constant([1, 2], shape=[4])`` repeats the last value in TF1 and raises in TF2."""
    if use.call is None:
        return None
    text = CallText(use)
    row = lookup(use.symbol)
    assert row is not None
    text.conform(row.parameters, row.target_parameters, skip=("verify_shape",))
    for argument in text.arguments:
        if argument.parameter == "verify_shape":
            text.drop(argument)
    bound = {a.parameter: a for a in text.arguments}
    value, shape = text.literal(bound.get("value"), UNKNOWN), text.literal(bound.get("shape"), UNKNOWN)
    if isinstance(value, (list, tuple)) and isinstance(shape, (list, tuple)) and all(isinstance(n, int) for n in shape):
        count = _count(value)
        if 1 < count < math.prod(shape):
            raise CannotBind("it has fewer values than its shape, which TF1 fills with the last one: use tf.fill")
    return text.done()


def _count(value: object) -> int:
    return sum(map(_count, value)) if isinstance(value, (list, tuple)) else 1


def _append(name: str, argument: str) -> Handler:
    """Return a rule that renames and adds one argument."""

    def rule(use: Use) -> Outcome:
        if use.call is None:
            return value_on_compat(use)
        text = CallText(use)
        row = lookup(use.symbol)
        assert row is not None
        text.rename(name)
        text.conform(row.parameters, TARGET_PARAMETERS[f"tensorflow.{name}"])
        text.append(argument)
        return text.done()

    return rule


def _matmul(use: Use) -> Outcome:
    """``tf.batch_matmul(x, y, adj_x, adj_y)`` -> ``tf.matmul(x, y, adjoint_a=..., adjoint_b=...)``."""
    old = use.context.source.segment(use.node).endswith("batch_matmul")
    if use.call is None:
        return use.value(use.spell("matmul")) if old else None
    text = CallText(use)
    row = lookup(use.symbol)
    if not old and row is not None:
        text.name_moved(row.parameters, row.target_parameters)
        return text.done()
    text.rename("matmul")
    new = ("a", "b", "transpose_a", "transpose_b", "adjoint_a", "adjoint_b", "name")
    text.conform(("x", "y", "adj_x", "adj_y", "name"), new)
    return text.done()


HANDLERS: dict[str, Handler] = {
    "tensorflow.concat": _concat,
    "tensorflow.split": _split,
    "tensorflow.matmul": _matmul,
    "tensorflow.space_to_batch": _blocks,
    "tensorflow.nn.space_to_batch": _blocks,
    "tensorflow.batch_to_space": _blocks,
    "tensorflow.constant": _constant,
    "tensorflow.batch_gather": _append("gather", "batch_dims=-1"),
    "tensorflow.sparse_reduce_max_sparse": _append("sparse.reduce_max", "output_is_sparse=True"),
    "tensorflow.sparse_reduce_sum_sparse": _append("sparse.reduce_sum", "output_is_sparse=True"),
    "tensorflow.sparse.reduce_max_sparse": _append("sparse.reduce_max", "output_is_sparse=True"),
    "tensorflow.sparse.reduce_sum_sparse": _append("sparse.reduce_sum", "output_is_sparse=True"),
}

"""Casts, division and selection: operations whose meaning or form changed."""

from __future__ import annotations

import ast

from migrator.rules.symbol_arguments import Argument
from migrator.rules.symbol_call import CallText, CannotBind
from migrator.rules.symbol_types import (
    BEHAVIOUR,
    COMPAT,
    UNKNOWN,
    Handler,
    Outcome,
    SymbolRewrite,
    Use,
    info,
    value_on_compat,
)
from migrator.syntax.text import Edit

_CASTS = {
    "to_float": "float32", "to_double": "float64", "to_int32": "int32", "to_int64": "int64", "to_bfloat16": "bfloat16",
    "to_complex64": "complex64", "to_complex128": "complex128",
}  # fmt: skip


def _cast(use: Use) -> Outcome:
    """``tf.to_float(x)`` -> ``tf.cast(x, tf.float32)``."""
    dtype = use.spell(_CASTS[use.symbol.removeprefix("tensorflow.")])
    if use.call is None:
        return use.value(f"(lambda x: {use.spell('cast')}(x, {dtype}))")
    text = CallText(use)
    bound = text.bind(("x", "name"))
    text.rename("cast")
    value = bound.get("x")
    if value is None:
        raise CannotBind("it has no argument")
    if len(text.arguments) == 1 and value.keyword is None:
        text.append(dtype)
    else:
        if "name" in bound:
            text.name_argument(bound["name"], "name")
        text.edits.append(Edit(value.end, value.end, f", dtype={dtype}"))
    return text.done()


def _div(use: Use) -> Outcome:
    """``tf.div``: floor for integers, true division for floats; unknown types keep the one function that does both."""
    if use.call is not None:
        bound = CallText(use).bind(("x", "y", "name"))
        kinds = {_kind(use, bound[name].node) for name in ("x", "y") if name in bound}
        text = CallText(use)
        if "tensor float" in kinds or kinds == {"float"}:
            text.rename("math.divide")
            return text.done()
        if "tensor int" in kinds:
            text.rename("math.floordiv")
            return text.done()
    note = info(
        COMPAT,
        "tf.div floors integers and divides floats, and the type is not known here: it is kept as tf.compat.v1.div; "
        "write tf.math.divide for floats, tf.math.floordiv for integers",
    )
    return SymbolRewrite(use.value(use.spell("compat.v1.div")).edits, (note,))


def _kind(use: Use, node: ast.expr) -> str | None:
    dtype = use.context.dtype(node)
    value = use.context.literal(node)
    if value is not UNKNOWN and isinstance(value, (int, float)):
        return "float" if isinstance(value, float) else "int"
    if dtype is None:
        return None
    return "tensor float" if dtype.startswith(("float", "bfloat", "half", "double", "complex")) else "tensor int"


def _where(use: Use) -> Outcome:
    """``tf.where`` (and ``tf.select``): a vector condition selects rows in TF1 and broadcasts in TF2."""
    text = CallText(use) if use.call is not None else None
    if text is None or use.call is None:
        return value_on_compat(use)
    names = {"t": "x", "e": "y"}
    bound = text.bind(("condition", "x", "y", "name"))
    for old, new in names.items():
        if old in bound:
            text.name_argument(bound[old], new)
            bound[new] = bound[old]
    if "x" not in bound or "y" not in bound or "condition" not in bound:
        text.rename("where")
        return text.done()
    condition, first, second = (bound[name].node for name in ("condition", "x", "y"))
    rank = use.context.rank(condition)
    others = {r for r in (use.context.rank(first), use.context.rank(second)) if r is not None}
    if rank == 0 or rank in others or (rank is not None and rank > 1) or _elementwise(use, condition, (first, second)):
        text.rename("where")
        return text.done()
    if rank == 1 and others:
        shape = ", ".join(["-1"] + ["1"] * (max(others) - 1))
        argument = bound["condition"]
        prefix = f"{use.spell('reshape')}("
        start = use.context.source.range(argument.node)[0]
        text.edits += [Edit(start, start, prefix), Edit(argument.end, argument.end, f", [{shape}])")]
        text.rename("where")
        return text.done()
    return _select(use, text, bound)


def _select(use: Use, text: CallText, bound: dict[str, Argument]) -> Outcome:
    """Call the kernel of TF1's tf.where."""
    text.edits.clear()
    text.rename("raw_ops.Select")
    for name, argument in bound.items():
        if name in ("condition", "x", "y", "name"):
            text.name_argument(argument, name)
    text.notes.append(
        info(
            BEHAVIOUR,
            f"{use.short} selects whole rows where its condition is a vector, TF2's broadcasts; "
            "the rank is not known here, so the TF1 kernel is called. Write tf.where if it has the values' shape",
        )
    )
    return text.done()


_ELEMENTWISE = ("greater", "less", "greater_equal", "less_equal", "equal", "not_equal", "is_nan", "is_inf", "is_finite")


def _elementwise(use: Use, condition: ast.expr, values: tuple[ast.expr, ...]) -> bool:
    """Tell whether the condition compares one of the values with a number, and so has its shape."""
    operands: list[ast.expr] = []
    if isinstance(condition, ast.Compare) and len(condition.comparators) == 1:
        operands = [condition.left, condition.comparators[0]]
    elif isinstance(condition, ast.Call) and 1 <= len(condition.args) <= 2 and not condition.keywords:
        function = condition.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in _ELEMENTWISE:
            operands = list(condition.args)
    tensors = [node for node in operands if use.context.literal(node) is UNKNOWN]
    if len(tensors) != 1:
        return False
    compared = ast.dump(tensors[0])
    for value in values:
        if isinstance(value, ast.Call) and len(value.args) == 1 and isinstance(value.func, ast.Attribute):
            value = value.args[0] if value.func.attr in ("zeros_like", "ones_like") else value
        if ast.dump(value) == compared:
            return True
    return False


HANDLERS: dict[str, Handler] = {
    **{f"tensorflow.{name}": _cast for name in _CASTS},
    "tensorflow.div": _div,
    "tensorflow.where": _where,
}

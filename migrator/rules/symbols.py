"""Rewriting one use of one TF1 symbol: its own rule, or the general one that conforms a call to TF2's signature."""

from __future__ import annotations

import ast

from migrator.rules import (
    symbol_app,
    symbol_arrays,
    symbol_control,
    symbol_image,
    symbol_initializers,
    symbol_losses,
    symbol_math,
    symbol_nn,
)
from migrator.rules.symbol_call import CallText, CannotBind, parameter_name
from migrator.rules.symbol_types import (
    BEHAVIOUR,
    COMPAT,
    UNKNOWN,
    Handler,
    Outcome,
    SymbolContext,
    SymbolRefusal,
    SymbolRewrite,
    Unknown,
    Use,
    keep_compat,
)
from migrator.tables.lookup import Symbol, lookup
from migrator.tables.machinery import is_machinery
from migrator.tables.renames import (
    CONTRIB_DATA,
    DEPRECATED,
    PRE_1_0,
    PURE_COMPAT,
    RAW_DEFAULTS,
    RAW_OPS,
    TARGETS,
    advice,
)
from migrator.tables.tf2 import RAW_PARAMETERS, TARGET_PARAMETERS

__all__ = [
    "BEHAVIOUR",
    "COMPAT",
    "HANDLERS",
    "UNKNOWN",
    "Outcome",
    "SymbolContext",
    "SymbolRefusal",
    "SymbolRewrite",
    "Unknown",
    "rewrite_symbol",
    "signature",
]  # fmt: skip

HANDLERS: dict[str, Handler] = {
    **symbol_app.HANDLERS,
    **symbol_arrays.HANDLERS,
    **symbol_control.HANDLERS,
    **symbol_image.HANDLERS,
    **symbol_initializers.HANDLERS,
    **symbol_losses.HANDLERS,
    **symbol_math.HANDLERS,
    **symbol_nn.HANDLERS,
}


def rewrite_symbol(symbol: str, node: ast.expr, call: ast.Call | None, context: SymbolContext) -> Outcome:
    """Rewrite one use of a TF1 symbol.

    Args:
        symbol: canonical TF1 name (`migrator.tables.canonical`).
        node: the Name or Attribute that resolves to it.
        call: the call whose function `node` is; None where the symbol is used as a value.
        context: what is known about the file.

    Returns:
        A rewrite, a refusal, or None where there is nothing to do.
    """
    while isinstance(node, ast.Attribute) and _is_member(symbol):  # an attribute of a class: the class is the symbol
        symbol, node, call = symbol.rpartition(".")[0], node.value, None
    if is_machinery(symbol):
        return None
    use = Use(PRE_1_0.get(symbol, symbol), node, call, context)
    try:
        handler = HANDLERS.get(use.symbol) or _family(use.symbol)
        if handler is not None:
            return handler(use)
        return _general(use, renamed=use.symbol != symbol)
    except CannotBind as error:
        return SymbolRefusal(f"{use.short} can't be rewritten: {error}")


def _is_member(symbol: str) -> bool:
    """Tell whether a name is an attribute of a public class or value."""
    parent = lookup(symbol.rpartition(".")[0])
    return parent is not None and lookup(symbol) is None and not parent.name.startswith("tensorflow.app.")


def signature(symbol: str) -> tuple[str, ...] | None:
    """Return the TF1 positional parameter names of a symbol, None where it takes no call or is unknown."""
    row = lookup(PRE_1_0.get(symbol, symbol))
    if row is None or row.kind == "value":
        return None
    return tuple(name for name in row.parameters if not name.startswith("*"))


def _family(symbol: str) -> Handler | None:
    """Return the rule of a whole module of symbols."""
    for prefix, handler in symbol_app.FAMILIES.items():
        if symbol == prefix or symbol.startswith(prefix + "."):
            return handler
    return None


def _general(use: Use, renamed: bool) -> Outcome:
    """Rewrite by the tables alone."""
    if use.symbol in RAW_OPS:
        return _raw_op(use)
    target = _target(use)
    if target is None:
        return _without_target(use)
    row = lookup(use.symbol)
    if use.call is None:
        return _as_value(use, row, target, renamed)
    text = CallText(use)
    if target != use.symbol or renamed:
        text.rename(target.removeprefix("tensorflow."))
    if row is not None and row.kind != "value" and row.fate != "same":
        if row.fate != "gone" and signature(row.name):
            text.conform(row.parameters, _target_parameters(row, target))
    elif row is not None and row.fate == "same":
        given = {argument.keyword for argument in text.arguments}
        text.name_moved(row.parameters, row.target_parameters)
        for argument in text.arguments:
            better = DEPRECATED.get(argument.keyword)
            if better in row.target_parameters and better not in given:
                text.name_argument(argument, str(better))
    return text.done()


def _target(use: Use) -> str | None:
    """Return the TF2 name of a symbol, None where there is none."""
    symbol = use.symbol
    if symbol in TARGETS:
        return TARGETS[symbol]
    if symbol in PURE_COMPAT:
        return None
    if symbol.startswith("tensorflow.contrib.data.") and symbol.rpartition(".")[2] in CONTRIB_DATA:
        return "tensorflow.data.experimental." + symbol.rpartition(".")[2]
    row = lookup(symbol)
    if row is not None:
        return row.target
    if symbol.startswith("tensorflow.contrib.framework.nest."):
        return "tensorflow.nest." + symbol.rpartition(".")[2]
    return None


def _target_parameters(row: Symbol, target: str) -> tuple[str, ...]:
    """Return the parameters of the TF2 function that replaces a symbol."""
    if target == row.target:
        return row.target_parameters
    return TARGET_PARAMETERS[target]


def _without_target(use: Use) -> Outcome:
    """Keep a pure function on tf.compat.v1, leave what is unknown to TF1, refuse the rest."""
    if use.symbol in PURE_COMPAT:
        return keep_compat(use)
    if lookup(use.symbol) is None and not _gone_module(use.symbol):
        return None
    return SymbolRefusal(f"{use.short} is not in TF2: {advice(use.symbol)}")


def _gone_module(symbol: str) -> bool:
    """Tell whether a name that TF1's table lacks lies in a module that TF2 lacks."""
    return symbol.startswith(("tensorflow.contrib", "tensorflow.examples.tutorials", "tensorflow.metrics."))


def _as_value(use: Use, row: Symbol | None, target: str, renamed: bool) -> Outcome:
    """Rename a symbol that is used as a value."""
    if row is not None and row.kind == "function" and row.fate != "same":
        new = _target_parameters(row, target)
        required = [name for name in row.parameters if name in row.required] or list(row.parameters[:1])
        agree = all(
            index < len(new) and parameter_name(name, new, {}) == new[index] for index, name in enumerate(required)
        )
        if not agree:
            return SymbolRefusal(
                f"{use.short} is used as a value, and its arguments have another order in TF2: "
                "wrap it in a function that names them"
            )
    if target == use.symbol and not renamed:
        return None
    return use.value(use.context.spell(target))


def _raw_op(use: Use) -> Outcome:
    """Call the kernel that the TF1 function called."""
    target = RAW_OPS[use.symbol]
    if use.call is None:
        return SymbolRefusal(
            f"{use.short} is used as a value: wrap it in a function that calls tf.{target.removeprefix('tensorflow.')}"
        )
    row = lookup(use.symbol)
    assert row is not None
    text = CallText(use)
    text.rename(target.removeprefix("tensorflow."))
    text.conform(row.parameters, RAW_PARAMETERS[target], only_keywords=True)
    given = {argument.parameter for argument in text.arguments}
    for name, value in RAW_DEFAULTS.get(use.symbol, {}).items():
        if name not in given:
            text.append(f"{name}={value}")
    return text.done()

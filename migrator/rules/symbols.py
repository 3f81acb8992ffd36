"""Rewriting one use of one TF1 symbol: its own rule, or the general one that conforms a call to TF2's signature."""

from __future__ import annotations

import ast

from migrator.rules import (
    symbol_app,
    symbol_arrays,
    symbol_control,
    symbol_image,
    symbol_initializers,
    symbol_layers,
    symbol_losses,
    symbol_math,
    symbol_nn,
    symbol_scopes,
    symbol_strings,
)
from migrator.rules.symbol_call import CallText, CannotBind, parameter_name
from migrator.rules.symbol_types import (
    BEHAVIOUR,
    COMPAT,
    UNKNOWN,
    Handler,
    Outcome,
    PartialCall,
    SymbolContext,
    SymbolRefusal,
    SymbolRewrite,
    Unknown,
    Use,
    keep_compat,
    value_on_compat,
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
    **symbol_layers.HANDLERS,
    **symbol_losses.HANDLERS,
    **symbol_math.HANDLERS,
    **symbol_nn.HANDLERS,
    **symbol_scopes.HANDLERS,
    **symbol_strings.HANDLERS,
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
    if is_machinery(symbol) and symbol not in symbol_scopes.HANDLERS:
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
        known = row.fate != "gone" or target in TARGET_PARAMETERS or lookup(target) is not None
        if known and signature(row.name):
            keras = use.symbol.startswith("tensorflow.keras.initializers.")
            text.conform(row.parameters, _target_parameters(row, target), skip=("dtype",) if keras else ())
            for argument in text.arguments:
                if keras and argument.parameter == "dtype":  # it moved to the call of the initializer
                    text.drop(argument)
            _complete(text, row, target)
    elif row is not None and row.kind != "value" and "*" in row.target_parameters:
        _named_only(text, row)
    elif row is not None and _differs(row):
        text.conform(row.parameters, row.target_parameters)
    elif row is not None and row.fate == "same":
        given = {argument.keyword for argument in text.arguments}
        text.name_moved(row.parameters, row.target_parameters)
        for argument in text.arguments:
            better = DEPRECATED.get(argument.keyword)
            if better in row.target_parameters and better not in given:
                text.name_argument(argument, str(better))
    return text.done()


def _differs(row: Symbol) -> bool:
    """Tell whether a function that TF2 kept lacks an argument of TF1's."""
    return not _open_ended(row) and not set(row.parameters) <= set(row.target_parameters)


def _named_only(text: CallText, row: Symbol) -> None:
    """Refuse a keyword of TF1 where TF2 takes any number of arguments, but by position."""
    for argument in text.arguments:
        lost = argument.keyword in row.parameters and argument.keyword not in row.target_parameters
        if lost and "**" not in row.target_parameters:
            raise CannotBind(f"its argument {argument.keyword} has no equal in TF2")


def _open_ended(row: Symbol) -> bool:
    """Tell whether a signature, then or now, takes any arguments."""
    return any(name.startswith("*") for name in (*row.parameters, *row.target_parameters))


def _complete(text: CallText, row: Symbol, target: str) -> None:
    """Refuse a call that lacks an argument which TF2 requires and TF1 did not."""
    unknown = any(a.keyword in ("*", "**") for a in text.arguments) or any(p.startswith("*") for p in row.parameters)
    if unknown or target != row.target or isinstance(text.call, PartialCall):
        return
    given = {parameter_name(str(a.parameter), row.target_parameters, {}) for a in text.arguments}
    required = {parameter_name(name, row.target_parameters, {}) for name in row.required}
    missing = sorted(row.target_required - given - required)
    if missing:
        raise CannotBind(f"TF2 requires its argument {missing[0]}")


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
    known = lookup(target)
    if target not in TARGET_PARAMETERS and known is not None and known.target == target:
        return known.target_parameters
    return TARGET_PARAMETERS.get(target, row.parameters)


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
    keras = use.symbol.startswith("tensorflow.keras.")  # the same place in the call, if by another name
    if row is not None and row.kind == "function" and row.fate != "same" and not (_open_ended(row) or keras):
        new = _target_parameters(row, target)
        required = [name for name in row.parameters if name in row.required]
        required = required or [name for name in row.parameters[:1] if name != "keyword_required"]
        agree = all(
            index < len(new) and parameter_name(name, new, {}) == new[index] for index, name in enumerate(required)
        )
        if not agree:
            return value_on_compat(use)
    if target == use.symbol and not renamed:
        return None
    return use.value(use.context.spell(target))


def _raw_op(use: Use) -> Outcome:
    """Call the kernel that the TF1 function called."""
    target = RAW_OPS[use.symbol]
    if use.call is None:
        return value_on_compat(use)
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

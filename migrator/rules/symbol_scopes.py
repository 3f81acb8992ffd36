"""Scopes, devices and gradients where they stand in code that stays: only their arguments change."""

from __future__ import annotations

import ast

from migrator.rules.symbol_call import CallText, CannotBind
from migrator.rules.symbol_types import Handler, Outcome, Use
from migrator.syntax.text import Render
from migrator.tables.lookup import lookup


def _name_scope(use: Use) -> Outcome:
    """``tf.name_scope(name, "Loss", [x])`` -> ``tf.name_scope(name or "Loss")``: TF2 takes one name."""
    if use.call is None:
        return None
    text = CallText(use)
    bound = text.bind(("name", "default_name", "values"))
    name, default = bound.get("name"), bound.get("default_name")
    if "values" in bound:
        text.drop(bound["values"])
    if default is None:
        if name is None:
            raise CannotBind("it has no name")
        return text.done()
    if name is None:
        text.replace(default, lambda render: render(default.node))
        return text.done()
    text.drop(default)
    given = text.literal(name)
    if isinstance(given, str) and given:
        return text.done()

    def build(render: Render) -> str:
        first, second = render(name.node), render(default.node)
        return second if given is None and isinstance(name.node, ast.Constant) else f"{first} or {second}"

    text.replace(name, build)
    return text.done()


def _conformed(use: Use) -> Outcome:
    """Bring the arguments into TF2's order; those that steer only where ops are placed go."""
    if use.call is None:
        return None
    row = lookup(use.symbol)
    assert row is not None
    text = CallText(use)
    text.conform(row.parameters, row.target_parameters)
    return text.done()


HANDLERS: dict[str, Handler] = {
    "tensorflow.name_scope": _name_scope,
    "tensorflow.device": _conformed,
    "tensorflow.gradients": _conformed,
    "tensorflow.hessians": _conformed,
}

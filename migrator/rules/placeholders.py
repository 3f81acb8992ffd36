"""Placeholders that helper functions make: the helper goes, its call's arguments go into the signature."""

from __future__ import annotations

import ast

from migrator.analysis.units import Stage
from migrator.analysis.values import Func, Node
from migrator.rules.arguments import argument
from migrator.rules.plan import CannotConvert, Plan


def spec_at_call(plan: Plan, node: Node) -> str:
    """Return the TensorSpec of a placeholder that a helper makes, in the words of the helper's caller.

    Raises:
        CannotConvert: its type or shape is computed inside the helper.
    """
    if node.dtype is None:
        raise CannotConvert(node.expr, "the type of a placeholder that a helper makes is not statically known")
    shape = node.call.get("shape")
    text = "None" if shape is None else _at_call(plan, node, shape)
    return f"{plan.tf}.TensorSpec({text}, {plan.tf}.{node.dtype})"


def _at_call(plan: Plan, node: Node, expr: ast.expr) -> str:
    """Return an expression of a helper's body with the helper's parameters replaced by the arguments of its call."""
    if isinstance(expr, ast.Constant):
        return plan.segment(expr)
    if isinstance(expr, (ast.List, ast.Tuple)):
        inner = ", ".join(_at_call(plan, node, e) for e in expr.elts)
        return f"[{inner}]" if isinstance(expr, ast.List) else f"({inner},)" if len(expr.elts) == 1 else f"({inner})"
    if isinstance(expr, ast.Name):
        defs = plan.unit.facts.uses.get(expr, frozenset())
        found = next(iter(defs)) if len(defs) == 1 else None
        if found is not None and found.parameter and found.scope is plan.unit.module.function(node.expr):
            given = argument(node.called, found.scope, found.name)
            if isinstance(given, (ast.Constant, ast.Name)):
                return plan.text(given)
        elif found is not None and found.scope is None and found.stmt is not None:
            return plan.text(expr)
    why = "the shape of a placeholder is computed by the helper that makes it; make the placeholder outside"
    raise CannotConvert(expr, why)


def drop_makers(plan: Plan, live: set[ast.stmt]) -> None:
    """Remove the helpers that only made placeholders.

    Raises:
        CannotConvert: a step function would call one, or the helper is used for something else too.
    """
    makers: dict[ast.stmt, Node] = {}
    for atom in plan.unit.atoms:
        for node in plan.unit.facts.created.get(atom.stmt, []):
            if isinstance(node, Node) and node.op == "placeholder" and node.called is not None:
                function = node.module.function(node.expr)
                if node.module is not plan.unit.module or not isinstance(function, ast.FunctionDef):
                    raise CannotConvert(node.called, "a helper of another module makes placeholders")
                if atom.stmt in live and "input" not in node.call:
                    raise CannotConvert(node.expr, f"`{function.name}` makes placeholders together with graph that a "
                                        "run needs; make the placeholders outside and pass them in")  # fmt: skip
                makers[function] = node
    names = {function.name for function in makers if isinstance(function, ast.FunctionDef)}
    for use in [use for name in names for use in plan.unit.facts.readers.get(name, ())]:
        for found in plan.unit.facts.uses[use]:
            if (
                not isinstance(found.value, Func)
                or found.value.node not in makers
                or use not in plan.unit.module.parents
            ):
                continue
            home = plan.unit.atom(use)
            gone = home is not None and home.stage is Stage.GRAPH and home.stmt not in live
            if not gone and not (home is not None and home.stmt in makers):
                raise CannotConvert(use, f"`{found.name}` makes placeholders and is used for more than that")
    for maker in makers:
        atom_of = plan.unit.atom_of.get(maker)
        if atom_of is None or atom_of.stage is Stage.SITE:
            raise CannotConvert(maker, "placeholders made in a function within a function are not converted")
        atom_of.stage = Stage.DROP

"""tf.trainable_variables() and other collections of variables: the list that TF1 had at that place."""

from __future__ import annotations

import ast
from collections.abc import Callable

from migrator.analysis.values import Opt, Var
from migrator.model import Rule
from migrator.rules.gradients import variables_text
from migrator.rules.plan import Plan
from migrator.rules.variables import path_of
from migrator.syntax.text import Render

RULE = Rule(
    "MIG211",
    "collections",
    "Collections of variables become Python lists, in TF1's order of creation.",
    "TF2 keeps no global collections.",
    before="params = tf.trainable_variables()",
    after="params = [W, b]",
)


def convert_collections(plan: Plan) -> None:
    """Replace the calls that read a collection of variables."""
    for call, variables in plan.unit.facts.snapshots.items():
        if not isinstance(call, ast.Call) or call not in plan.unit.module.parents:
            continue
        owner = plan.value(call.func.value) if isinstance(call.func, ast.Attribute) else None
        if isinstance(owner, Opt):
            continue  # minimize and compute_gradients have their own rule
        if plan.unit.atom(call) is None or (plan.unit.module.function(call) is not None and not _own(plan, call)):
            continue
        plan.handled.add(call)
        plan.handled.add(call.func)
        plan.edits.replace(call, _list_of(plan, variables))


def _list_of(plan: Plan, variables: tuple[Var, ...]) -> Callable[[Render], str]:
    layers = list(dict.fromkeys(v.layer for v in variables))
    whole = [v for layer in layers if layer is not None for v in layer.variables]
    if len(variables) > 2 and list(variables) == whole and all(v.trainable is True for v in variables):
        if not plan.unit.facts.names_read:
            return lambda render: variables_text(plan, list(variables))
        names = ", ".join(plan.layers[layer] for layer in layers if layer is not None)
        own = f"({names})" if len(layers) > 1 else f"({names},)"
        return lambda render: f"[w.value for layer in {own} for w in layer.trainable_variables]"
    return lambda render: f"[{', '.join(path_of(plan, v) for v in variables)}]"


def _own(plan: Plan, call: ast.Call) -> bool:
    atom = plan.unit.atom(call)
    return atom is not None and not isinstance(atom.stmt, (ast.FunctionDef, ast.ClassDef))

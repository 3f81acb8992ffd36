"""How step functions are called: after what they run or give."""

from __future__ import annotations

import ast
from collections.abc import Collection

from migrator.analysis.units import Stage
from migrator.analysis.values import Effect, Node
from migrator.rules.plan import Plan
from migrator.rules.step_functions import StepFunction


def step_name(plan: Plan, step: StepFunction, steps: Collection[StepFunction]) -> str:
    """Name a step function after what it runs or gives."""

    def fresh(base: str, free: str | None = None) -> str:
        return plan.namer.fresh(base, free=free or (base if _gone(plan, base) else None))

    trains = [e for e in step.effects if e.kind in {"minimize", "apply"}]
    operations = [leaf.expr.id for leaf in step.leaves if leaf.operation and isinstance(leaf.expr, ast.Name)]
    given = [leaf.expr.id for leaf in step.leaves if not leaf.operation and isinstance(leaf.expr, ast.Name)]
    if trains:
        several = len({s.leaves[0].value for s in steps if _trains(s)}) > 1
        if several and operations and len(operations) == 1:
            return fresh(_verb(operations[0]))
        return fresh("train_step")
    if len(operations) == 1 and not given:
        name = operations[0]
        return fresh(name, free=name if _gone(plan, name) else None)
    writes = [leaf for leaf in step.leaves if isinstance(leaf.expr, ast.Name) and isinstance(leaf.value, Node)
              and (isinstance(leaf.value, Effect) or leaf.value.expr in plan.puts)]  # fmt: skip
    if writes and len(writes) == len(step.leaves) <= 2:
        name = "_and_".join(given)
        return fresh(name, free=name if _gone(plan, name) and not step.returns else None)
    if given and len(given) <= 2 and len(given) == len([x for x in step.leaves if not x.operation]):
        return fresh(f"compute_{'_and_'.join(given)}")
    return fresh("compute" if not step.effects else "run_step")


def _gone(plan: Plan, name: str) -> bool:
    """Tell whether the module binds a name only in graph code that moves away."""
    unit = plan.unit
    found = [d for (path, _, n), ds in unit.facts.by_name.items() if n == name and path == unit.module.path for d in ds]
    return all(d.stmt is not None and (a := unit.atom(d.stmt)) is not None and a.stage in {Stage.GRAPH, Stage.DROP}
               for d in found)  # fmt: skip


def _trains(step: StepFunction) -> bool:
    return any(e.kind in {"minimize", "apply"} for e in step.effects)


def _verb(name: str) -> str:
    return name if any(w in name.lower() for w in ("train", "step", "update", "fit")) else f"{name}_step"

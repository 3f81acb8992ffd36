"""Step functions: the tf.function that takes the place of the graph behind a site, and what refuses one."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from migrator.analysis.contexts import Context
from migrator.analysis.races import Race, races, shared_memory
from migrator.analysis.slicing import Slice, effects_in, slice_of
from migrator.analysis.units import COMPREHENSIONS, Atom
from migrator.analysis.values import Effect, Node, Opt, Py, Seq, Value, Var, leaves
from migrator.model import Rule, Severity
from migrator.rules.feeds import pure_call
from migrator.rules.plan import CannotConvert, Plan
from migrator.syntax.walk import walk
from migrator.tables import opkinds

RACES = Rule(
    "MIG206",
    "read-order",
    "A loss that is fetched beside its update is read before it.",
    "TF1 runs an update as soon as its gradient is there. A part of the loss that no gradient waits for, such as a "
    "weight decay, may be read after it; with as much of the forward pass still to be waited for it nearly never is. "
    "What TF1 leaves really open is refused.",
)


@dataclass(eq=False)
class Leaf:
    """One fetched value: its expression, its abstract value, and where it stands in the fetch."""

    expr: ast.expr
    value: Value | None

    @property
    def operation(self) -> bool:
        """It is None as a result: an operation without value."""
        return isinstance(self.value, Effect) and self.value.kind not in {"assign", "lens", "control"}


@dataclass(eq=False)
class StepFunction:
    """One step function.

    Attributes:
        name: its name.
        leaves: the fetched leaves that it returns, in order.
        fed: placeholders (or overridden tensors) that it takes, in order.
        slice: what it needs.
        anchor: the atom after whose place it stands.
        lines: its text.
    """

    leaves: list[Leaf]
    fed: list[Node]
    slice: Slice
    effects: list[Effect]
    name: str = ""
    anchor: Atom | None = None
    returns: list[Leaf] = field(default_factory=list)
    structure: ast.expr | None = None  # a nested fetch, returned in its own structure
    snapshots: dict[ast.Name, str] = field(default_factory=dict)  # use of a name -> what it must read instead
    starts: dict[ast.stmt, dict[str, str]] = field(default_factory=dict)  # loop -> first values of its counters


def plan_step(plan: Plan, found: list[Leaf], fed: list[Node]) -> StepFunction:
    """Return a step function for fetched leaves and fed nodes, without name and place."""
    exprs = [leaf.expr for leaf in found]
    sliced = slice_of(plan.unit, exprs, fed)
    return StepFunction(found, fed, sliced, effects_in(plan.unit, sliced, exprs))


def optimizer_uses(plan: Plan) -> dict[Opt, list[tuple[Var, ...]]]:
    """Return, for each optimizer of the unit, the lists of variables that it updates."""
    uses: dict[Opt, list[tuple[Var, ...]]] = {}
    for values in plan.unit.facts.created.values():
        for effect in values:
            if isinstance(effect, Effect) and effect.kind in {"minimize", "apply"}:
                optimizer = effect.detail.get("optimizer")
                step = effect.detail.get("global_step")
                group = tuple(v for v in effect.writes if v is not step)
                if isinstance(optimizer, Opt) and group not in uses.setdefault(optimizer, []):
                    uses[optimizer].append(group)
    return uses


def check_step(plan: Plan, step: StepFunction, site: ast.AST, *, eager: bool = False) -> None:
    """Refuse what can't be proven: unfed placeholders, races, mixed atoms.

    Args:
        plan: the unit's plan.
        step: the step function.
        site: the run, for messages.
        eager: the fetch is computed in place, anew each time, so what it is built with may change.
    """
    for leaf in step.leaves:
        _check_fetch(plan, leaf, step, eager)
    for node in step.slice.unfed:
        name = plan.segment(node.expr) if node.module is plan.unit.module else "a placeholder"
        raise CannotConvert(site, f"the fetch needs `{name.splitlines()[0]}`, which this run does not feed")
    for atom in step.slice.atoms:
        if atom.mixed:
            raise CannotConvert(atom.stmt, atom.mixed)
    for atom in step.slice.atoms:
        for context in atom.contexts:
            value = plan.value(context)
            for node in value.deps if isinstance(value, Context) else ():
                if ".assert" in node.op.lower() or (node.op in opkinds.STATEFUL and not isinstance(node, Effect)):
                    raise CannotConvert(context, "what an assertion or other stateful op comes before is not ordered "
                                        "by a tf.function: not converted", node.op)  # fmt: skip
    found = races(step.effects, [v for leaf in step.leaves for v in leaves(leaf.value)])
    _check_reached(plan, step)
    values = [leaf.value for leaf in step.leaves if leaf.value is not None]
    for _, node, variable in shared_memory(step.effects, values):
        message = (
            f"TF1's `{node.op.rsplit('.', 1)[-1]}` shares the memory of `{variable.path}`: after the write it shows "
            "the new value; add 0 (or multiply by 1) where the old one is meant"
        )
        raise CannotConvert(node.expr if node.module is plan.unit.module else site, message)
    for race in found:
        if not race.likely:
            raise CannotConvert(site, _race(race))
        if not eager:
            plan.note(site, RACES.code, Severity.INFO, _likely(race))


def _check_reached(plan: Plan, step: StepFunction) -> None:
    """A write that stands in the same statement as a fetched one runs in TF1 only if the fetch needs it."""
    roots = [v for leaf in step.leaves for v in leaves(leaf.value) if isinstance(v, Node)]
    for atom in step.slice.atoms:
        for context in atom.contexts:
            value = plan.value(context)
            roots.extend(value.deps if isinstance(value, Context) else ())
    reached = {id(a) for root in roots for a in root.ancestors()}
    for effect in step.effects:
        if effect.kind not in {"assign", "lens"} or id(effect) in reached or effect.module is not plan.unit.module:
            continue
        loops = plan.unit.loops_around(effect.expr)
        items = [plan.value(loop.iter) for loop in loops if isinstance(loop, (ast.For, ast.AsyncFor))]
        exact = len(items) == len(loops) and all(isinstance(v, Seq) and v.items is not None for v in items)
        if exact:
            raise CannotConvert(effect.expr, "the run fetches only another part of this statement: "
                                "TF1 doesn't run it; give it a statement of its own, or fetch it")  # fmt: skip


def check_overridden(plan: Plan, step: StepFunction, fed: list[Node], site: ast.AST) -> None:
    """What a helper makes and uses itself can't be replaced by a fed value: the helper is called as a whole."""
    for atom in step.slice.atoms:
        made = plan.unit.facts.created.get(atom.stmt, ())
        for node in fed:
            users = [v for v in made if isinstance(v, Node) and any(i is node for i in (*v.inputs, *v.control))]
            if (
                node.op != "placeholder"
                and users
                and any(v is node for v in made)
                and not any(n is node.expr for n in walk(atom.stmt))
            ):
                raise CannotConvert(site, "a tensor is fed that a helper makes and uses itself; make it outside of the "
                                    "helper")  # fmt: skip


def _check_fetch(plan: Plan, leaf: Leaf, step: StepFunction, eager: bool) -> None:
    """A fetch that is built in the run is built anew for each; a step function is built once."""
    inside = set(ast.walk(leaf.expr))
    ordered = list(ast.walk(leaf.expr))
    for node in ordered:
        made = plan.value(node) if isinstance(node, ast.Call) else None
        if isinstance(made, Effect) and made.kind in {"minimize", "apply"} and made.expr is node:
            raise CannotConvert(node, "the training operation is made in the run; give it a name before")
        if isinstance(node, ast.Call) and isinstance(made, Py) and not eager and not pure_call(plan, node):
            raise CannotConvert(node, "the fetch is built with a Python call, anew for each run; feed its value")
    for use in ordered if not eager else ():
        for found in plan.unit.facts.uses.get(use, ()) if isinstance(use, ast.Name) else ():
            loose = isinstance(found.scope, (*COMPREHENSIONS, ast.Lambda)) and found.scope not in inside
            if loose or (found.parameter and not _home(found.scope, step)):
                raise CannotConvert(
                    use, f"the fetch is built with `{found.name}`, which changes between runs; feed it instead"
                )


def _home(scope: ast.AST | None, step: StepFunction) -> bool:
    """Tell whether a step function will stand inside a function: some of its graph code does."""
    return any(atom.function is scope for atom in step.slice.atoms)


def _race(race: Race) -> str:
    other, variable = race.other, race.variable
    name = variable.path or variable.name or "a variable"
    text = _text(other)
    if other is race.write:
        return (
            f"`{name}` is a resource variable and fetched in one run with its update: TF1 reads it before or after; "
            "fetch it in a run of its own"
        )
    if other.op == "backward":
        return (
            f"the backward pass of `{text}` reads `{name}` in one run with its update: TF1 gives the value "
            "before or after it; fetch the updates in two runs, or take all gradients in one compute_gradients"
        )
    what = "is written twice" if isinstance(other, Effect) and variable in other.writes else "is read and written"
    return (
        f"`{name}` {what} in one run without an order (`{text}` against the update): TF1 gives either value; "
        "fetch them in two runs, or order them with tf.control_dependencies"
    )


def _likely(race: Race) -> str:
    name = race.variable.path or race.variable.name or "a variable"
    return (
        f"`{_text(race.other)}` reads `{name}` beside its update, which does not wait for it: TF1 nearly always reads "
        "first, the new code always does"
    )


def _text(node: Node) -> str:
    return node.module.source.segment(node.expr).split("\n")[0][:40]

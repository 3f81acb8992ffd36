"""tf.train optimizers: made once; `minimize` becomes a gradient tape and `apply_gradients`."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from migrator.analysis.values import UNKNOWN, Node, Opt, Py, Var, is_tensor
from migrator.model import Rule
from migrator.rules.optimizer_forms import UNKNOWN as FORM_UNKNOWN
from migrator.rules.optimizer_forms import Arg, OptimizerForm, OptimizerRefusal, RateKind, native_optimizer
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.variables import path_of

RULE = Rule(
    "MIG220",
    "optimizers",
    "An optimizer is made once; minimize becomes GradientTape and apply_gradients.",
    "The Keras optimizer with TF1's settings where both compute the same numbers, else a small class around TF1's own "
    "kernel. A learning rate that is a tensor is assigned in every step.",
    before="train = tf.train.AdamOptimizer(0.01).minimize(loss)",
    after="optimizer = tf.keras.optimizers.Adam(0.01, epsilon=1e-08)\n# in the step:\n"
    "optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))",
)
GATHERS = frozenset({"tensorflow.nn.embedding_lookup", "tensorflow.gather", "tensorflow.nn.embedding_lookup_sparse"})
SAMPLED = frozenset({"tensorflow.nn.nce_loss", "tensorflow.nn.sampled_softmax_loss"})


@dataclass(eq=False)
class PlannedOptimizer:
    """An optimizer's name in the new code and its form."""

    name: str
    form: OptimizerForm
    rate: ast.expr | None  # the changing learning rate


class Optimizers:
    """Plans the optimizers of one unit.

    Args:
        plan: the unit's plan.
        uses: optimizer -> the variable lists that it updates.
        sparse: variables whose gradients may be IndexedSlices.
    """

    def __init__(self, plan: Plan, uses: dict[Opt, list[tuple[Var, ...]]], sparse: set[Var]) -> None:
        self.plan = plan
        self.uses = uses
        self.sparse = sparse
        self.planned: dict[Opt, PlannedOptimizer] = {}
        self.alternatives: set[Opt] = set()  # those that a condition chooses between
        for optimizer, groups in list(uses.items()):
            for choice in optimizer.choices:
                self.alternatives.add(choice)
                uses[choice] = [*uses.get(choice, []), *(g for g in groups if g not in uses.get(choice, []))]

    def get(self, optimizer: Opt) -> PlannedOptimizer:
        """Return an optimizer's plan; the first time, put its constructor into the code."""
        known = self.planned.get(optimizer)
        if known is not None:
            return known
        if optimizer.choices:
            return self._chosen(optimizer)
        plan, call = self.plan, optimizer.expr
        atom = plan.unit.atom(optimizer.stmt) if optimizer.stmt is not None else None
        inside = atom is None or atom.stmt is not optimizer.stmt
        if inside or not isinstance(call, ast.Call) or optimizer.module is not plan.unit.module:
            raise CannotConvert(call, "an optimizer made in a loop, a helper or another module")
        rate = optimizer.values.get("learning_rate")
        changing = is_tensor(rate) and not (isinstance(rate, Node) and rate.constant)
        variables = tuple(dict.fromkeys(v for group in self.uses.get(optimizer, ()) for v in group))
        form = native_optimizer(
            optimizer.symbol, self._args(optimizer), rate=RateKind.CHANGING if changing else RateKind.CONSTANT,
            sparse=any(v in self.sparse for v in variables), tf=plan.tf, optimizers=plan.optimizers,
        )  # fmt: skip
        if isinstance(form, OptimizerRefusal):
            raise CannotConvert(call, form.reason, optimizer.symbol)
        plan.handled.add(call.func)
        for note in form.notes:
            plan.note(call, RULE.code, note.severity, note.message, optimizer.symbol)
        if form.helper is not None and form.helper_name is not None:
            plan.helpers[form.helper_name] = form.helper
        if changing:
            plan.replaced_parts.append(optimizer.args["learning_rate"])
        found = PlannedOptimizer(self._place(optimizer, call, form), form, optimizer.args.get("learning_rate"))
        if not changing:
            found.rate = None
        self.planned[optimizer] = found
        self._set_up(optimizer, found, variables)
        return found

    def _chosen(self, optimizer: Opt) -> PlannedOptimizer:
        """Plan the optimizers that a condition chooses between: one name, updated in one way."""
        variables = [v for group in self.uses.get(optimizer, ()) for v in group]
        if any(v.number > choice.number for choice in optimizer.choices for v in variables):
            why = "a condition chooses the optimizer before its variables are made; choose it after them"
            raise CannotConvert(optimizer.expr, why)
        planned = [self.get(choice) for choice in optimizer.choices]
        ways = {(p.name, p.form.apply(p.name, "g", "v"), p.rate is None) for p in planned}
        if len(ways) > 1 or planned[0].rate is not None:
            why = "a condition chooses between optimizers that update in different ways natively, or under two names"
            raise CannotConvert(optimizer.expr, why)
        self.planned[optimizer] = planned[0]
        return planned[0]

    def _args(self, optimizer: Opt) -> dict[str, Arg]:
        found = {}
        for name, expr in optimizer.args.items():
            value = optimizer.values[name]
            const = value.const if isinstance(value, Py) else UNKNOWN
            if name == "learning_rate" and isinstance(value, Py) and value.tag == "float":
                const = 0.5  # some float, another in each call
            constant = isinstance(value, Node) and value.constant
            text = self.plan.text(expr)
            if constant and name == "learning_rate":
                text = f"float({text})"
            found[name] = Arg(text, FORM_UNKNOWN if const is UNKNOWN else const, is_tensor(value) and not constant)
        return found

    def _place(self, optimizer: Opt, call: ast.Call, form: OptimizerForm) -> str:
        """Put the constructor where the optimizer was made; return its name."""
        plan = self.plan
        stmt = optimizer.stmt
        assert stmt is not None
        target = stmt.targets[0] if isinstance(stmt, ast.Assign) and len(stmt.targets) == 1 else None
        if isinstance(stmt, ast.Assign) and stmt.value is call and target is not None:
            if not isinstance(target, ast.Name):
                raise CannotConvert(call, "an optimizer that is not bound to a plain name")
            plan.edits.replace(call, form.constructor)
            return self._lasting(target.id, stmt)
        free = target.id if isinstance(target, ast.Name) and self._single(target.id, stmt) else None
        name = plan.namer.fresh("optimizer", free=free)
        plan.operations.before.setdefault(stmt, []).append(f"{name} = {form.constructor}")
        return name

    def _single(self, name: str, stmt: ast.stmt) -> bool:
        """Tell whether a name is bound by one statement of the module only, which goes."""
        facts, module = self.plan.unit.facts, self.plan.unit.module
        found = [d for (path, _, n), ds in facts.by_name.items() if n == name and path == module.path for d in ds]
        return len(found) == 1 and found[0].scope is module.function(stmt)

    def _lasting(self, name: str, stmt: ast.stmt) -> str:
        """Return a name that still means this optimizer when a step function is traced."""
        scope = self.plan.unit.module.function(stmt)
        defs = self.plan.unit.facts.by_name.get((self.plan.unit.module.path, scope, name), [])
        if len({d.stmt for d in defs}) == 1:
            return name
        chosen = {choice.stmt for choice in self.alternatives}
        if stmt in chosen and all(d.stmt in chosen for d in defs):
            return name
        alias = self.plan.namer.fresh(name)
        self.plan.operations.after.setdefault(stmt, []).append(f"{alias} = {name}")
        return alias

    def _set_up(self, optimizer: Opt, found: PlannedOptimizer, variables: tuple[Var, ...]) -> None:
        """Make slots eagerly where several functions share them or they don't start at zero."""
        groups = {frozenset(g) for g in self.uses.get(optimizer, ())}
        texts = found.form.setup(found.name, f"[{', '.join(path_of(self.plan, v) for v in variables)}]")
        needed = len(texts) > 1 or found.form.helper is not None or len(groups) > 1
        if not needed or not texts:
            return
        stmt = self._last_variable(optimizer, variables)
        # the optimizer is made after its variables in nearly every program; else it waits for the last of them
        where = self.plan.operations.before if stmt is None else self.plan.operations.after
        anchor = optimizer.stmt if stmt is None else stmt
        assert anchor is not None
        whole = isinstance(anchor, ast.Assign) and anchor.value is optimizer.expr
        if stmt is None and whole:
            where = self.plan.operations.after
        where.setdefault(anchor, []).extend(texts)

    def _last_variable(self, optimizer: Opt, variables: tuple[Var, ...]) -> ast.stmt | None:
        """Return the statement of the last variable made after the optimizer, if there is one."""
        later = [v for v in variables if v.number > optimizer.number and v.stmt is not None]
        return later[-1].stmt if later else None


def sparse_variables(plan: Plan) -> set[Var]:
    """Return the variables whose gradients may be IndexedSlices: those that some op gathers from."""
    found: set[Var] = set()
    for values in plan.unit.facts.created.values():
        for node in values:
            if isinstance(node, Node) and node.op in GATHERS | SAMPLED:
                found.update(v for v in node.inputs if isinstance(v, Var))
    return found

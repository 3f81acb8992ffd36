"""minimize, compute_gradients, apply_gradients inside a step function: one tape around what the losses need."""

from __future__ import annotations

import ast

from migrator.analysis.slicing import Slice, slice_of
from migrator.analysis.units import Atom
from migrator.analysis.values import Effect, Map, Node, Opt, Seq, Value, Var, leaves
from migrator.rules.optimizers import Optimizers
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.variables import path_of
from migrator.syntax.reindent import indent
from migrator.syntax.text import Edits
from migrator.syntax.walk import walk
from migrator.tables import signatures

METHODS = frozenset({"minimize", "compute_gradients"})


class Gradients:
    """The gradient code of one step function.

    Attributes:
        calls: minimize and compute_gradients calls of the slice, in program order.
        atoms: graph atoms that must be recorded.
    """

    def __init__(self, plan: Plan, optimizers: Optimizers, found: Slice, fed: list[Node], overlay: Edits) -> None:
        self.plan = plan
        self.optimizers = optimizers
        self.overlay = overlay
        self.calls: list[ast.Call] = []
        self.losses: dict[ast.Call, str] = {}
        self.extra: list[str] = []
        self.atoms: set[Atom] = set()
        self.names: set[str] = set()
        for atom in found.atoms:
            for node in walk(atom.stmt):
                if isinstance(node, ast.Call) and self._method(node) in METHODS:
                    self._add(node, atom, fed)

    def taken_in(self, stmt: ast.stmt) -> bool:
        """Tell whether a statement takes or applies gradients."""
        return any(isinstance(n, ast.Call) and self._method(n) for n in walk(stmt))

    def _method(self, node: ast.Call) -> str:
        owner = self.plan.value(node.func.value) if isinstance(node.func, ast.Attribute) else None
        return node.func.attr if isinstance(owner, Opt) and isinstance(node.func, ast.Attribute) else ""

    def _add(self, call: ast.Call, atom: Atom, fed: list[Node]) -> None:
        if not isinstance(atom.stmt, (ast.Assign, ast.Expr, ast.AnnAssign)):
            raise CannotConvert(call, "gradients are taken inside a loop or condition")
        loss = self._loss(call)
        self.calls.append(call)
        self.atoms.update(slice_of(self.plan.unit, [loss], fed).atoms)
        if atom in self.atoms:
            raise CannotConvert(call, "gradients of gradients are not converted")
        if isinstance(loss, ast.Name):
            self.losses[call] = self.overlay.node(loss)
        else:
            name = self._local("loss")
            self.losses[call] = name
            self.extra.append(f"{name} = {self.overlay.node(loss)}")

    def _local(self, base: str) -> str:
        """Return a name for a local of the step function."""
        name, count = base, 2
        while name in self.names or name in self.plan.namer.taken:
            name, count = f"{base}_{count}", count + 1
        self.names.add(name)
        return name

    def _arguments(self, call: ast.Call, method: str) -> dict[str, ast.expr]:
        names = signatures.of(f"Optimizer.{method}")
        args = dict(zip(names, call.args, strict=False))
        args.update({k.arg: k.value for k in call.keywords if k.arg})
        return args

    def _loss(self, call: ast.Call) -> ast.expr:
        args = self._arguments(call, "minimize" if self._method(call) == "minimize" else "compute_gradients")
        if "grad_loss" in args:
            raise CannotConvert(call, "grad_loss is not converted")
        return args["loss"]

    # -- text
    def tape(self, taped: list[str], pad: str) -> list[str]:
        """Return the with statement that records the forward code."""
        body = [*self.watched(), *taped, *self.extra] or ["pass"]
        persistent = "persistent=True" if len(self.calls) > 1 else ""
        head = f"with {self.plan.tf}.GradientTape({persistent}) as {self._tape_name()}:"
        return ["\n".join([head, *[indent(line, pad) for line in body]])]

    def watched(self) -> list[str]:
        """Variables that are not trainable, but whose gradient is asked for, must be watched."""
        found: dict[str, None] = {}
        for call in self.calls:
            for variable in self.plan.unit.facts.snapshots.get(call, ()):
                if variable.trainable is False:
                    found[f"{self._tape_name()}.watch({path_of(self.plan, variable)})"] = None
        return list(found)

    def _tape_name(self) -> str:
        return "tape" if "tape" not in self.plan.namer.taken else "gradient_tape"

    def replace(self, stmt: ast.stmt, overlay: Edits) -> list[str] | None:
        """Return the lines that take a statement's place, None if it holds no gradient code."""
        call = stmt.value if isinstance(stmt, (ast.Assign, ast.Expr, ast.AnnAssign)) else None
        inside = [n for n in walk(stmt) if isinstance(n, ast.Call) and self._method(n)]
        if not inside:
            return None
        if call in inside and isinstance(call, ast.Call):
            method = self._method(call)
            if method == "minimize":
                return self._minimize(call, overlay)
            if method == "apply_gradients":
                return self._apply(call, overlay)
        lines: list[str] = []
        for found in inside:
            if self._method(found) != "compute_gradients":
                raise CannotConvert(found, "the update is made inside a larger expression; give it a name")
            lines.extend(self._compute(found, overlay))
        source = self.plan.unit.module.source
        return [*lines, overlay.render(*source.range(stmt))]

    def _minimize(self, call: ast.Call, overlay: Edits) -> list[str]:
        effect = self.plan.value(call)
        assert isinstance(effect, Effect)
        step = effect.detail.get("global_step")
        reached = [v for v in effect.writes if v is not step]
        if not reached:
            raise CannotConvert(call, "the loss depends on no trainable variable")
        variables, gradients = self._local("variables"), self._local("gradients")
        lines = [f"{variables} = {variables_text(self.plan, reached)}"]
        lines.append(f"{gradients} = {self._tape_name()}.gradient({self.losses[call]}, {variables})")
        return [*lines, *self._update(effect, gradients, variables, overlay), *self._count(effect, call)]

    def _update(self, effect: Effect, gradients: str, variables: str, overlay: Edits) -> list[str]:
        optimizer = effect.detail["optimizer"]
        assert isinstance(optimizer, Opt)
        planned = self.optimizers.get(optimizer)
        lines: list[str] = []
        if planned.rate is not None:
            lines.extend(planned.form.set_rate(planned.name, overlay.node(planned.rate)))
        return [*lines, *planned.form.apply(planned.name, gradients, variables)]

    def _count(self, effect: Effect, call: ast.Call) -> list[str]:
        step = effect.detail.get("global_step")
        if not isinstance(step, Var):
            return []
        return [f"{path_of(self.plan, step)}.assign_add(1)"]

    def _compute(self, call: ast.Call, overlay: Edits) -> list[str]:
        variables = self.plan.unit.facts.snapshots[call]
        name, gradients = self._local("variables"), self._local("gradients")
        overlay.replace(call, f"list(zip({gradients}, {name}))")
        return [
            f"{name} = {variables_text(self.plan, list(variables))}",
            f"{gradients} = {self._tape_name()}.gradient({self.losses[call]}, {name})",
        ]

    def _apply(self, call: ast.Call, overlay: Edits) -> list[str]:
        effect = self.plan.value(call)
        assert isinstance(effect, Effect)
        pairs = self._arguments(call, "apply_gradients")["grads_and_vars"]
        text = overlay.node(pairs)
        zipped = self._zipped(pairs)
        if zipped is not None:
            gradients, variables = (overlay.node(z) for z in zipped)
            return [*self._update(effect, gradients, variables, overlay), *self._count(effect, call)]
        optimizer = effect.detail["optimizer"]
        assert isinstance(optimizer, Opt)
        lines = self._update(effect, "{g}", "{v}", overlay)
        plain = lines[-1].replace("zip({g}, {v})", text)
        if "{g}" in plain:
            gradients, variables = self._local("gradients"), self._local("variables")
            update = self._update(effect, gradients, variables, overlay)
            return [f"{gradients}, {variables} = zip(*{text})", *update, *self._count(effect, call)]
        return [*lines[:-1], plain, *self._count(effect, call)]

    def _zipped(self, expr: ast.expr) -> tuple[ast.expr, ast.expr] | None:
        """Return (gradients, variables) of a ``zip(gradients, variables)`` written in place."""
        zipped = isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name) and expr.func.id == "zip"
        if zipped and isinstance(expr, ast.Call) and len(expr.args) == 2:
            return expr.args[0], expr.args[1]
        return None


def variables_text(plan: Plan, variables: list[Var]) -> str:
    """Return the text of a list of variables; a whole container of the program is spread."""
    containers = _containers(plan)
    for layer, name in plan.layers.items():
        if all(v.trainable is True for v in layer.variables):
            containers.append((f"{name}.trainable_variables", list(layer.variables)))
    parts: list[str] = []
    left = list(variables)
    while left:
        whole = next((text for text, items in containers if len(items) > 1 and items == left[: len(items)]), None)
        if whole is not None:
            parts.append(f"*{whole}")
            left = left[len(next(items for text, items in containers if text == whole)) :]
        else:
            parts.append(path_of(plan, left.pop(0)))
    return f"[{', '.join(parts)}]"


def _containers(plan: Plan) -> list[tuple[str, list[Value]]]:
    """Return the program's lists and dicts that hold nothing but variables, as (text, variables)."""
    found: list[tuple[str, list[Value]]] = []
    for (path, scope, name), defs in plan.unit.facts.by_name.items():
        if path != plan.unit.module.path or scope is not None or len(defs) != 1:
            continue
        value = defs[0].value
        if not isinstance(defs[0].source, (ast.List, ast.Tuple, ast.Dict)):
            continue
        items = list(leaves(value))
        if (
            isinstance(value, (Seq, Map))
            and value.items is not None
            and items
            and all(isinstance(i, Var) for i in items)
        ):
            found.append((f"{name}.values()" if isinstance(value, Map) else name, items))
    return found

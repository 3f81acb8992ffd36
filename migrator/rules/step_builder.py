"""The text of step functions."""

from __future__ import annotations

import ast

from migrator.analysis.contexts import Context
from migrator.analysis.units import Atom
from migrator.analysis.values import Effect, Node, Seq, Var, leaves
from migrator.rules.derived_places import COMPOUND, is_group, writes_in
from migrator.rules.gradients import Gradients
from migrator.rules.optimizers import Optimizers
from migrator.rules.placeholders import spec_at_call
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.step_functions import Leaf, StepFunction
from migrator.syntax.reindent import comment_after, comments_above, dedent, indent
from migrator.syntax.text import Edits
from migrator.syntax.walk import walk


class StepBuilder:
    """Writes the text of step functions.

    Args:
        plan: the unit's plan.
        optimizers: the unit's optimizers.
    """

    def __init__(self, plan: Plan, optimizers: Optimizers) -> None:
        self.plan = plan
        self.optimizers = optimizers
        self.commented: set[ast.stmt] = set()

    def text(self, step: StepFunction) -> list[str]:
        """Return the function's text."""
        plan = self.plan
        overlay = Edits(plan.unit.module.source)
        overlay.extend(plan.edits.all())
        for node, exprs in step.slice.fed.items():
            for expr in exprs:
                overlay.replace(expr, plan.parameters[node])
        self._snapshot(step, overlay)
        body = self._body(step, overlay)
        for leaf in step.leaves:
            inline = isinstance(leaf.expr, ast.Call) and isinstance(leaf.value, Effect) and leaf.value.kind == "group"
            if inline and not self._inside(leaf.expr, step):
                body.extend(self._operations(leaf.expr, overlay))
            if not inline and not self._inside(leaf.expr, step):
                for call in writes_in(plan, leaf.expr):
                    body.extend(plan.put_lines(call, overlay.node))
        if step.structure is not None and step.returns:
            body.append(f"return {self._nested(step.structure, step, overlay)}")
        elif step.returns:
            several = len(step.returns) > 1
            values = [("*" if several and isinstance(leaf.value, Seq) else "") + self._leaf(leaf, overlay)
                      for leaf in step.returns]  # fmt: skip
            body.append(f"return {', '.join(values)}")
        if not body:
            body = ["pass"]
        lines = [*self._decorator(step), f"def {step.name}({', '.join(plan.parameters[n] for n in step.fed)}):"]
        text = "\n".join([*lines, *[indent(line, plan.indent) for line in body]])
        return [text]

    def _inside(self, expr: ast.expr, step: StepFunction) -> bool:
        """Tell whether an expression stands in one of the slice's atoms."""
        return any(expr is n for a in step.slice.atoms for n in walk(a.stmt))

    def _leaf(self, leaf: Leaf, overlay: Edits) -> str:
        put = self.plan.puts.get(leaf.expr)
        if put is not None:
            return f"{self.plan.tf}.identity({put.result(overlay.node)})" if put.result is not None else "None"
        text = overlay.node(leaf.expr)
        if isinstance(leaf.expr, (ast.Tuple, ast.GeneratorExp)) and not text.startswith("("):
            text = f"({text})"
        if isinstance(leaf.value, Var):
            return f"{text}.read_value()" if leaf.value.layer is None else f"{self.plan.tf}.identity({text})"
        return text

    def _nested(self, expr: ast.expr, step: StepFunction, overlay: Edits) -> str:
        """Return the text of a nested fetch, operations as None."""
        if isinstance(expr, (ast.List, ast.Tuple)):
            inner = ", ".join(self._nested(e, step, overlay) for e in expr.elts)
            if isinstance(expr, ast.List):
                return f"[{inner}]"
            return f"({inner},)" if len(expr.elts) == 1 else f"({inner})"
        if isinstance(expr, ast.Dict):
            pairs = zip(expr.keys, expr.values, strict=True)
            return (
                "{"
                + ", ".join(f"{overlay.node(k)}: {self._nested(v, step, overlay)}" for k, v in pairs if k is not None)
                + "}"
            )
        leaf = next((leaf for leaf in step.leaves if leaf.expr is expr), None)
        if leaf is None:
            raise CannotConvert(expr, "a fetch of lists within lists; fetch a flat list")
        return "None" if leaf.operation else self._leaf(leaf, overlay)

    def _snapshot(self, step: StepFunction, overlay: Edits) -> None:
        """Give names that change meaning, or that the function binds itself, a name of their own."""
        for use, fresh in step.snapshots.items():
            overlay.replace(use, fresh)

    def _decorator(self, step: StepFunction) -> list[str]:
        specs = [self._spec(node) for node in step.fed]
        tf = self.plan.tf
        if not step.fed or any(s is None for s in specs):
            return [f"@{tf}.function"]
        line = f"@{tf}.function(input_signature=[{', '.join(s for s in specs if s)}])"
        if len(line) <= 110:
            return [line]
        pad = self.plan.indent
        return [f"@{tf}.function(input_signature=[", *[f"{pad}{s}," for s in specs], "])"]

    def _spec(self, node: Node) -> str | None:
        """Return a parameter's TensorSpec, None where its type isn't known."""
        tf, plan = self.plan.tf, self.plan
        if node.module is not plan.unit.module:
            raise CannotConvert(node.expr, "a tensor of another module is fed")
        if node.op != "placeholder":
            return self._override(node)
        if node.called is not None:
            return spec_at_call(plan, node)
        if "dtype" in node.call:
            dtype = f"{tf}.{node.dtype}" if node.dtype else plan.text(node.call["dtype"])
        elif node.dtype:
            dtype = f"{tf}.{node.dtype}"
        else:
            return None
        shape = "None"
        if "shape" in node.call:
            shape = plan.text(node.call["shape"])
        return f"{tf}.TensorSpec({shape}, {dtype})"

    def _override(self, node: Node) -> str:
        """Return the TensorSpec of a tensor that is fed although it is no placeholder."""
        names = [d.name for ds in self.plan.unit.facts.by_name.values() for d in ds if d.value is node]
        if node.constant and names:
            return f"{self.plan.tf}.TensorSpec.from_tensor({names[0]})"
        if node.dtype is None:
            raise CannotConvert(node.expr, "a tensor is fed whose type is not statically known")
        return f"{self.plan.tf}.TensorSpec(None, {self.plan.tf}.{node.dtype})"

    def _body(self, step: StepFunction, overlay: Edits) -> list[str]:
        gradients = Gradients(self.plan, self.optimizers, step.slice, step.fed, overlay)
        tape_atoms = gradients.atoms
        lines: list[str] = []
        taped: list[str] = []
        later: list[Atom] = []  # what needs the tape, or follows something that does, while the tape is still open
        placed = not gradients.calls
        for atom in step.slice.atoms:
            if atom in tape_atoms:
                taped.extend(self._atom(atom, step, overlay, gradients))
                continue
            if not placed and self._after_tape(atom, step, tape_atoms):
                lines.extend(gradients.tape(taped, self.plan.indent))
                lines.extend(line for a in later for line in self._atom(a, step, overlay, gradients))
                placed = True
            if not placed and self._needs_tape(atom, gradients, [*tape_atoms, *later], later):
                later.append(atom)
                continue
            lines.extend(self._atom(atom, step, overlay, gradients))
        if not placed:
            lines.extend(gradients.tape(taped, self.plan.indent))
            lines.extend(line for a in later for line in self._atom(a, step, overlay, gradients))
        return lines

    def _needs_tape(self, atom: Atom, gradients: Gradients, made: list[Atom], later: list[Atom]) -> bool:
        """Tell whether an atom comes after the tape: it takes gradients, reads what is made there, or has effects that
        follow those of such an atom.
        """
        facts, stmts = self.plan.unit.facts, {a.stmt for a in made}
        if gradients.taken_in(atom.stmt):
            return True
        reads = [d for n in walk(atom.stmt) if isinstance(n, ast.Name) for d in facts.uses.get(n, ())]
        if any(d.stmt in stmts for d in reads):
            return True
        return bool(later) and any(isinstance(v, Effect) for v in facts.created.get(atom.stmt, ()))

    def _after_tape(self, atom: Atom, step: StepFunction, tape_atoms: set[Atom]) -> bool:
        """The tape is closed where no atom below needs it and this one isn't before it."""
        remaining = [a for a in step.slice.atoms if a in tape_atoms and a.order > atom.order]
        return not remaining

    def _atom(self, atom: Atom, step: StepFunction, overlay: Edits, gradients: Gradients) -> list[str]:
        """Return one atom's lines, with the comments above it."""
        stmt = atom.stmt
        source = self.plan.unit.module.source
        lines: list[str] = []
        if stmt not in self.commented:
            self.commented.add(stmt)
            lines.extend(comments_above(source.text, source.range(stmt)[0]))
        lines.extend(step.starts.get(stmt, {}).values())
        lines.extend(make(overlay.node) for make in self.plan.before.get(stmt, ()))
        lines.extend(self._control(atom, step, overlay))
        special = gradients.replace(stmt, overlay)
        if special is not None:
            return [*lines, *special]
        put = self._put(stmt, step, overlay)
        if put is not None:
            return [*lines, *put]
        grouped = self._group(stmt, overlay)
        if grouped is not None:
            return [*lines, *grouped]
        start, end = source.range(stmt)
        if isinstance(stmt, ast.Assign) and self._only_effect(stmt) and not self._read(stmt, step):
            start = source.range(stmt.value)[0]  # nothing reads its value
        text = dedent(overlay.render(start, end), stmt.col_offset)
        shown = self._printed(stmt, text)
        if shown is not None:
            return [*lines, *shown]
        simple = not isinstance(stmt, (ast.For, ast.While, ast.If, ast.With, ast.Try, ast.AsyncFor))
        lines.append(text + (comment_after(source.text, end) if simple else ""))
        return lines

    def _printed(self, stmt: ast.stmt, text: str) -> list[str] | None:
        """``y = tf.Print(y, ...)``: print in a statement of its own, and the tensor under its name."""
        call = stmt.value if isinstance(stmt, ast.Assign) and len(stmt.targets) == 1 else None
        if not isinstance(call, ast.Call) or self.plan.unit.facts.symbols.get(call.func) != "tensorflow.Print":
            return None
        made = ast.parse(text).body[0]
        value = made.value if isinstance(made, ast.Assign) else None
        pair = value.value if isinstance(value, ast.Subscript) else None
        passed = self.plan.value(call.args[0]) if call.args else None
        if not isinstance(made, ast.Assign) or not isinstance(pair, ast.Tuple) or not isinstance(passed, Node):
            return None
        if isinstance(passed, Effect):
            return None
        show, give = (ast.get_source_segment(text, e) for e in pair.elts)
        inner = pair.elts[1].args[0] if isinstance(pair.elts[1], ast.Call) and pair.elts[1].args else None
        target, source = (ast.get_source_segment(text, e) if e is not None else None for e in (made.targets[0], inner))
        if show is None or give is None or source is None or len(pair.elts) != 2:
            return None
        return [show] if source == target else [show, f"{target} = {source}"]

    def _only_effect(self, stmt: ast.Assign) -> bool:
        """Tell whether a statement gives a name to an effect that it makes."""
        effect = self.plan.value(stmt.value)
        return isinstance(effect, Effect) and effect.expr is stmt.value and isinstance(stmt.targets[0], ast.Name)

    def _put(self, stmt: ast.stmt, step: StepFunction, overlay: Edits) -> list[str] | None:
        """A statement that is a derived write, with a name for its value where something reads it."""
        inside = writes_in(self.plan, stmt)
        if not inside or isinstance(stmt, COMPOUND) or is_group(self.plan, stmt):
            return None
        lines = [line for call in inside for line in self.plan.put_lines(call, overlay.node)]
        call = stmt.value if isinstance(stmt, (ast.Assign, ast.Expr)) else None
        if call is not inside[-1]:
            return [*lines, dedent(overlay.node(stmt), stmt.col_offset)]
        put = self.plan.puts[call]
        if isinstance(stmt, ast.Assign) and put.result is not None and self._read(stmt, step, put=True):
            lines.append(f"{overlay.node(stmt.targets[0])} = {put.result(overlay.node)}")
        return lines

    def _read(self, stmt: ast.Assign, step: StepFunction, *, put: bool = False) -> bool:
        """Tell whether the name that a statement binds is used in the step function.

        A ``tf.group`` goes away; put: the name's value would have to be computed only for it.
        """
        names = {n.id for t in stmt.targets for n in walk(t) if isinstance(n, ast.Name)}
        returned = [leaf.expr for leaf in step.returns]
        others = [a.stmt for a in step.slice.atoms if a.stmt is not stmt and not (put and is_group(self.plan, a.stmt))]
        return any(isinstance(n, ast.Name) and n.id in names and isinstance(n.ctx, ast.Load)
                   for root in [*returned, *others] for n in walk(root))  # fmt: skip

    def _control(self, atom: Atom, step: StepFunction, overlay: Edits) -> list[str]:
        """Write out operations that stand only in a control_dependencies list; names are ordered as they stand."""
        lines: list[str] = []
        for context in atom.contexts:
            value = self.plan.value(context)
            if not isinstance(value, Context) or value.kind != "control_dependencies":
                continue
            first = next((a for a in step.slice.atoms if context in a.contexts), None)
            if first is atom and isinstance(context, ast.Call) and context.args:
                lines.extend(self._operations(context.args[0], overlay))
        return lines

    def _operations(self, expr: ast.expr, overlay: Edits) -> list[str]:
        """Return statements for the operations that an expression makes in place."""
        if isinstance(expr, (ast.List, ast.Tuple)):
            return [line for e in expr.elts for line in self._operations(e, overlay)]
        if isinstance(expr, ast.Name):
            return []
        if expr in self.plan.puts:
            return [line for call in writes_in(self.plan, expr) for line in self.plan.put_lines(call, overlay.node)]
        value = self.plan.value(expr)
        if isinstance(value, Effect) and value.kind in {"assign", "lens"}:
            return [overlay.node(expr)]
        if isinstance(value, Effect) and value.kind == "group" and isinstance(expr, ast.Call):
            return [line for a in expr.args for line in self._operations(a, overlay)]
        if isinstance(value, Seq) and all(
            isinstance(v, Effect) and v.kind in {"assign", "lens"} for v in leaves(value)
        ):
            return [overlay.node(expr)]
        if isinstance(value, Node) and not isinstance(value, Effect):
            return []
        raise CannotConvert(expr, "an operation whose order can't be written down")

    def _group(self, stmt: ast.stmt, overlay: Edits) -> list[str] | None:
        """tf.group and tf.no_op leave the operations that were made in their arguments."""
        call = stmt.value if isinstance(stmt, (ast.Assign, ast.Expr)) else None
        value = self.plan.value(call)
        if not isinstance(call, ast.Call) or not isinstance(value, Effect):
            return None
        if value.kind == "noop" and value.expr is call:
            return []
        if value.kind != "group" or value.expr is not call:
            return None
        lines: list[str] = []
        for arg in call.args:
            lines.extend(self._operations(arg.value if isinstance(arg, ast.Starred) else arg, overlay))
        return lines

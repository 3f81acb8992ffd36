"""Static shapes that Python code uses while the graph is built: the sizes themselves take their place."""

from __future__ import annotations

import ast

from migrator.analysis.units import Stage
from migrator.analysis.values import UNKNOWN, Py, Seq, Value
from migrator.model import Rule, Severity
from migrator.rules.plan import Plan

BUILD_TIME = Rule(
    "MIG207",
    "build-time-output",
    "What was printed while the graph was built is printed when a step function is traced.",
    "A helper that builds graph runs when the tf.function that calls it is traced: at the first call, and once for "
    "each such function. Symbolic tensors that are printed outside of functions have no native form: those prints go.",
)
METHODS = frozenset({"as_list", "num_elements", "is_fully_defined"})


def convert_statics(plan: Plan) -> None:
    """Put known sizes in the place of static shapes, in code that stays where it is."""
    unit = plan.unit
    done: set[ast.expr] = set()
    for start in sorted(unit.facts.statics, key=lambda e: (e.lineno, e.col_offset)):
        if start not in unit.module.parents:
            continue
        atom = unit.atom(start)
        helper = atom is not None and isinstance(atom.stmt, (ast.FunctionDef, ast.ClassDef))
        if atom is None or helper or atom.stage in {Stage.GRAPH, Stage.DROP}:
            continue
        function = unit.module.function(start)
        if function is not None and unit.facts.calls_of.get(function, 0) != 1:
            continue  # another call may find other sizes
        expr, text = _largest(plan, start)
        if expr is None or text is None or expr in done:
            continue
        done.add(expr)
        plan.replaced_parts.append(expr)
        if isinstance(atom.stmt, ast.Assert) and _only_statics(atom.stmt, expr):
            plan.operations.removed.add(atom.stmt)
            plan.replaced_parts.append(atom.stmt)
            plan.note(atom.stmt, BUILD_TIME.code, Severity.INFO, "an assertion about static shapes that hold: removed")
            continue
        plan.handled.update(n for n in ast.walk(expr) if isinstance(n, ast.Attribute))
        plan.edits.replace(expr, text)


def _only_statics(stmt: ast.Assert, expr: ast.expr) -> bool:
    inside = set(ast.walk(expr))
    return not any(isinstance(n, (ast.Name, ast.Call)) and n not in inside for n in ast.walk(stmt.test))


def _largest(plan: Plan, expr: ast.expr) -> tuple[ast.expr | None, str | None]:
    """Return the largest expression around a static shape whose value is known, and its text."""
    found: tuple[ast.expr | None, str | None] = (None, None)
    at: ast.AST = expr
    while isinstance(at, ast.expr):
        text = literal_text(plan, plan.value(at))
        if text is not None:
            found = at, text
        parent = plan.unit.module.parents.get(at)
        whole = isinstance(parent, ast.BinOp) and _all_statics(plan, parent)
        whole = whole or (
            (
                isinstance(parent, ast.Attribute)
                and (parent.attr in METHODS or parent.attr in {"value", "ndims", "dims"})
            )
            or (isinstance(parent, ast.Subscript) and parent.value is at)
            or (isinstance(parent, ast.Call) and parent.func is at)
            or (isinstance(parent, ast.Call) and _is_int(parent) and parent.args == [at])
        )
        if not whole or parent is None:
            break
        at = parent
    return found


def _all_statics(plan: Plan, node: ast.BinOp) -> bool:
    """Tell whether an arithmetic expression is made of static sizes and numbers only."""
    inside = {n for s in plan.unit.facts.statics for n in ast.walk(s)} if plan.unit.facts.statics else set()
    value = plan.value(node)
    if not isinstance(value, Py) or not isinstance(value.const, (int, float)):
        return False
    return all(
        n in inside or (isinstance(n, ast.Name) and n.id == "int") for n in ast.walk(node) if isinstance(n, ast.Name)
    )


def _is_int(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in {"int", "len"} and not call.keywords


def literal_text(plan: Plan, value: Value | None) -> str | None:
    """Return a known Python value as text: a number, a string, None, or a list, tuple or static shape of such."""
    if isinstance(value, Py):
        known = value.const is not UNKNOWN and isinstance(value.const, (int, float, str, bool, type(None)))
        return repr(value.const) if known and value.tag != "builtin" else None
    if isinstance(value, Seq) and value.items is not None:
        parts = [literal_text(plan, item) for item in value.items]
        if any(part is None for part in parts):
            return None
        inner = ", ".join(part for part in parts if part is not None)
        if value.kind == "shape":
            return f"{plan.tf}.TensorShape([{inner}])"
        if value.kind == "tuple":
            return f"({inner},)" if len(parts) == 1 else f"({inner})"
        return f"[{inner}]"
    return None

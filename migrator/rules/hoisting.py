"""What graph code made once, when the graph was built, stays where it stood: variables and Python calls."""

from __future__ import annotations

import ast

from migrator.analysis.state import Method
from migrator.analysis.units import COMPREHENSIONS, Stage
from migrator.analysis.values import FunctionNode, Node, Opt, Py, Sym, Var, leaves
from migrator.model import Severity
from migrator.rules.feeds import pure_call
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.statics import BUILD_TIME
from migrator.syntax.walk import walk


def hoist_state(plan: Plan, live: set[ast.stmt]) -> None:
    """Variables made inside graph expressions are made before them, once."""
    for atom in plan.unit.atoms:
        if atom.stage is not Stage.GRAPH or atom.stmt not in live:
            continue
        for value in plan.unit.facts.created.get(atom.stmt, []):
            if isinstance(value, Var) and (value.layer is not None or value.expr in plan.modular):
                continue  # layers have a rule of their own
            if isinstance(value, Var) and value.module is plan.unit.module:
                _hoist(plan, atom.stmt, value)
            elif isinstance(value, Var):
                raise CannotConvert(atom.stmt, "a helper of another module makes variables and graph")


def hoist_calls(plan: Plan, live: set[ast.stmt], helpers: set[FunctionNode]) -> None:
    """Python calls inside graph code ran once, when the graph was built: they stay where they stood."""
    for helper in sorted(helpers, key=lambda h: h.lineno):
        for node in walk(helper):
            if isinstance(node, ast.Call) and node in plan.unit.module.parents and impure(plan, node):
                if _prints(plan, node):
                    name = getattr(helper, "name", "the helper")
                    message = f"`{name}` prints when a step function that calls it is traced, once for each"
                    plan.note(node, BUILD_TIME.code, Severity.INFO, message)
                    continue
                raise CannotConvert(node, f"`{plan.segment(node.func)}` is called by a helper while the graph is "
                                    "built; call it outside and pass the value in")  # fmt: skip
    for atom in plan.unit.atoms:
        if atom.stage is not Stage.GRAPH:
            continue
        stack: list[ast.AST] = [atom.stmt]
        while stack:
            node = stack.pop()
            printed = (
                isinstance(node, ast.Call) and node is not getattr(atom.stmt, "value", None) and _prints(plan, node)
            )
            if isinstance(node, ast.Call) and (node in plan.unit.facts.shown or (printed and atom.stmt in live)):
                if atom.stmt in live:
                    plan.note(node, BUILD_TIME.code, Severity.INFO, "prints when the step function is traced")
            elif isinstance(node, ast.Call) and impure(plan, node):
                _hoist_call(plan, atom.stmt, node, named=atom.stmt in live or atom.stmt in plan.making)
                continue
            stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _prints(plan: Plan, call: ast.Call) -> bool:
    """Tell whether a call is a ``print`` statement, whose time of running matters to nobody."""
    callee = plan.value(call.func)
    printing = isinstance(callee, Py) and callee.tag == "builtin" and callee.const == "print"
    root = call.func.value if isinstance(call.func, ast.Attribute) and call.func.attr in LEVELS else None
    printing = printing or (isinstance(root, ast.Name) and root.id.lower() in {"logging", "logger", "log"})
    return printing and isinstance(plan.unit.module.parents.get(call), ast.Expr)


LEVELS = frozenset({"debug", "info", "warning", "warn", "error"})


def impure(plan: Plan, call: ast.Call) -> bool:
    """Tell whether a call gives a Python value and may do or draw something."""
    value, callee = plan.value(call), plan.value(call.func)
    if call in plan.handled or call in plan.puts or any(isinstance(v, (Node, Var, Opt)) for v in leaves(value)):
        return False
    if isinstance(callee, Sym) or value is None or call.func in plan.unit.facts.tensor_callees:
        return False
    if isinstance(callee, Method) and (not isinstance(callee.owner, Py) or callee.owner.tag == "static"):
        return False
    return not pure_call(plan, call)


def _hoist_call(plan: Plan, stmt: ast.stmt, call: ast.Call, *, named: bool) -> None:
    at: ast.AST | None = call
    simple = isinstance(stmt, (ast.Assign, ast.Expr, ast.AnnAssign, ast.AugAssign))
    while at is not stmt and at is not None:
        simple = simple and not isinstance(at, (ast.Lambda, *COMPREHENSIONS))
        at = plan.unit.module.parents.get(at)
    tensors = any(isinstance(v, Node) and not v.constant for a in walk(call) for v in leaves(plan.value(a)))
    if not simple or tensors:
        raise CannotConvert(call, f"`{plan.segment(call.func)}` is called while the graph is built, inside code that "
                            "moves into a step function; give its value a name before the graph code")  # fmt: skip
    if not named:  # the graph code around it is dead, the call was made all the same
        plan.operations.before.setdefault(stmt, []).append(plan.text(call))
        return
    name = plan.namer.fresh("built_value")
    plan.operations.before.setdefault(stmt, []).append(f"{name} = {plan.text(call)}")
    plan.edits.prefer(call, name)


def _hoist(plan: Plan, stmt: ast.stmt, variable: Var) -> None:
    inside = any(node is variable.expr for node in walk(stmt))
    if not inside or variable.loop:
        raise CannotConvert(stmt, "a helper makes variables and graph together: not converted yet")
    base = (variable.name or "variable").rsplit("/", 1)[-1]
    name = plan.namer.fresh(base if base != "Variable" else "weights")
    text = plan.edits.node(variable.expr)
    plan.operations.before.setdefault(stmt, []).append(f"{name} = {text}")
    plan.edits.prefer(variable.expr, name)
    plan.paths[variable] = name

"""Where the statements of a repaired write go: beside its statement, into a function, or into the expression."""

from __future__ import annotations

import ast

from migrator.analysis.units import COMPREHENSIONS
from migrator.analysis.values import Effect
from migrator.rules.derived_writes import Put
from migrator.rules.plan import CannotConvert, Plan
from migrator.syntax.reindent import indent
from migrator.syntax.text import Render

CONDITIONAL = (ast.IfExp, ast.BoolOp)
COMPOUND = (ast.If, ast.While, ast.For, ast.AsyncFor, ast.Match)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def place_derived(plan: Plan) -> None:
    """Plan where the statements of every repaired write go.

    A write that is a statement of its own in a session's graph code is left to the step functions.
    """
    for call in list(plan.puts):
        if call in plan.unit.module.parents:
            _place(plan, plan.puts[call])


def _place(plan: Plan, put: Put) -> None:
    stmt = plan.unit.module.statement(put.call)
    if place_inside(plan, put, stmt):
        return
    parents = plan.unit.module.parents
    nested = isinstance(stmt, (ast.With, ast.AsyncWith)) or parents[put.call] is not stmt
    atom = stmt in plan.unit.atom_of or stmt in plan.unit.transparent
    if nested and put.result is not None:
        plan.edits.replace(put.call, put.result)
    if atom:
        return  # the step functions put the statements before it
    if isinstance(stmt, (ast.With, ast.AsyncWith)):
        _before_with(plan, put, stmt)
        return
    beside(plan, put, stmt, nested)


def place_inside(plan: Plan, put: Put, stmt: ast.stmt) -> bool:
    """Place a write that stands in a lambda, a comprehension or a conditional expression; tell whether it does.

    Raises:
        CannotConvert: its statements can't go there.
    """
    parents = plan.unit.module.parents
    at: ast.AST | None = parents[put.call]
    while at is not stmt and at is not None:
        if isinstance(at, (ast.Lambda, *COMPREHENSIONS, *CONDITIONAL)):
            _in_expression(plan, put, at, stmt)
            return True
        at = parents.get(at)
    if isinstance(stmt, COMPOUND):
        raise CannotConvert(put.call, "a derived write in the header of a statement; give it a statement of its own")
    return False


def beside(plan: Plan, put: Put, stmt: ast.stmt, nested: bool, renew: str | None = None) -> None:
    """Put the statements of a write before, or in the place of, the simple statement that holds it.

    Args:
        plan: the unit's plan.
        put: the write.
        stmt: the statement.
        nested: the write is only a part of it.
        renew: a name that gets the value of the target after the write.
    """
    pad = " " * stmt.col_offset
    first = plan.unit.module.source.text.splitlines()[stmt.lineno - 1][: stmt.col_offset]
    if first.strip():
        raise CannotConvert(put.call, "a derived write that shares its line; give it a line of its own")
    kept = first or pad

    def lines(render: Render) -> str:
        made = plan.put_lines(put.call, render)
        if renew is not None and put.result is not None:
            made.append(f"{renew} = {put.result(render)}")
        if nested:
            made.append(render(stmt))
        elif isinstance(stmt, ast.Return):
            made.append(f"return {put.result(render)}" if put.result is not None else "return None")
        elif isinstance(stmt, (ast.Assign, ast.AnnAssign)) and put.result is not None:
            target = stmt.targets[0] if isinstance(stmt, ast.Assign) else stmt.target
            if plan.native or _is_read(plan, stmt):
                made.append(f"{render(target)} = {put.result(render)}")
        return ("\n" + kept).join(made)

    plan.edits.replace(stmt, lines)


def _is_read(plan: Plan, stmt: ast.stmt) -> bool:
    """Tell whether a name that a statement binds is read anywhere, or whether it binds more than names."""
    facts = plan.unit.facts
    targets = stmt.targets if isinstance(stmt, ast.Assign) else [getattr(stmt, "target", None)]
    if len(targets) != 1 or not isinstance(targets[0], ast.Name):
        return True
    own = {id(d) for d in facts.defs.get(stmt, ())}
    return any(id(d) in own for defs in facts.uses.values() for d in defs) or not own


def _before_with(plan: Plan, put: Put, stmt: ast.With | ast.AsyncWith) -> None:
    """``with tf.control_dependencies([write]):`` inside a function: the write comes before it."""
    home = plan.unit.atom(stmt)
    if home is None or not isinstance(home.stmt, DEFINITIONS):
        raise CannotConvert(put.call, "a derived write in the header of a with statement inside a loop")
    plan.operations.before.setdefault(stmt, []).extend(plan.put_lines(put.call, plan.edits.node))


def _in_expression(plan: Plan, put: Put, around: ast.AST, stmt: ast.stmt) -> None:
    """A write in a lambda, a comprehension or a conditional expression: an expression, or a function of its own."""
    if put.inline(plan.segment) is not None:
        plan.edits.replace(put.call, lambda render: _marked(plan, put, render))
        return
    if not isinstance(around, ast.Lambda) or around.args.vararg or around.args.kwarg or around.args.kwonlyargs:
        raise CannotConvert(put.call, "a derived write of several statements inside an expression; give it a function "
                            "or a statement of its own")  # fmt: skip
    if plan.unit.module.function(stmt) is not None and stmt not in plan.unit.atom_of:
        raise CannotConvert(put.call, "a derived write in a lambda inside a function; write a function for it")
    if around in plan.lifted.values():
        raise CannotConvert(put.call, "two derived writes in one lambda; write a function for them")
    name = plan.namer.fresh("assign_" + "_".join(put.variables) if len(put.variables) < 4 else "assign_parts")
    plan.lifted[put.call] = around
    if put.call is not around.body and put.result is not None:
        plan.edits.replace(put.call, put.result)

    def function(render: Render) -> str:
        body = plan.put_lines(put.call, render)
        whole = put.result(render) if put.call is around.body and put.result is not None else render(around.body)
        lines = [*body, f"return {whole}"]
        head = f"def {name}({ast.unparse(around.args)}):"
        return "\n".join([head, *[indent(line, plan.indent) for line in lines]])

    plan.edits.replace(around, name)
    plan.before.setdefault(stmt, []).append(function)
    if stmt in plan.unit.atom_of and plan.unit.atom_of[stmt].stage.value == "graph":
        return
    plan.operations.before.setdefault(stmt, []).append(function(plan.edits.node))


def _marked(plan: Plan, put: Put, render: Render) -> str:
    text = put.inline(render)
    assert text is not None
    return plan.put_mark(put.call, text)


def writes_in(plan: Plan, root: ast.AST) -> list[ast.Call]:
    """Return the repaired writes in a statement or expression that are not in a function of their own, inner first."""
    found: list[ast.Call] = []
    stack: list[tuple[ast.AST, bool]] = [] if isinstance(root, DEFINITIONS) else [(root, False)]
    while stack:
        node, seen = stack.pop()
        if seen:
            if isinstance(node, ast.Call):
                found.append(node)
            continue
        if isinstance(node, (ast.Lambda, *COMPREHENSIONS, *CONDITIONAL, *DEFINITIONS)) and node is not root:
            continue
        if isinstance(node, ast.Call) and node in plan.puts:
            stack.append((node, True))
        stack.extend((child, False) for child in reversed(list(ast.iter_child_nodes(node))))
    return found


def is_group(plan: Plan, stmt: ast.stmt) -> bool:
    """Tell whether a statement is a ``tf.group`` of operations."""
    call = stmt.value if isinstance(stmt, (ast.Assign, ast.Expr)) else None
    value = plan.value(call)
    return isinstance(value, Effect) and value.kind == "group" and value.expr is call

"""Names that may share an object: views of arrays, containers that hold it, loops over it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from migrator.analysis.facts import Def
from migrator.analysis.values import UNKNOWN, Func, Map, Node, Opt, Py, Seq, Value, Var, leaves
from migrator.rules.plan import Plan

# methods, attributes and NumPy functions whose result may be a view of the array
VIEWS = frozenset(
    {
        *("ravel", "reshape", "view", "transpose", "squeeze", "swapaxes", "diagonal", "T", "flat", "real", "imag"),
        *("asarray", "asanyarray", "ascontiguousarray", "atleast_1d", "atleast_2d", "atleast_3d", "expand_dims"),
        *("broadcast_to", "rollaxis", "moveaxis", "split", "array_split", "hsplit", "vsplit", "values", "items"),
    }
)
PASSING = frozenset({"list", "tuple", "zip", "enumerate", "reversed", "sorted", "iter", "next", "dict", "memoryview"})

# methods of containers that change what they hold, not the objects held
REFILLS = frozenset({"append", "extend", "insert", "add", "update", "pop", "remove", "clear", "sort", "reverse",
                     "setdefault", "popitem", "discard"})  # fmt: skip


class Aliases:
    """Which definitions of a module may bind the same object.

    Args:
        plan: the unit's plan.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._links: dict[Def, set[Def]] | None = None

    def of(self, defs: Iterable[Def]) -> set[Def]:
        """Return the definitions that may share an object with some, those included."""
        links = self._all()
        found: set[Def] = set()
        stack = list(defs)
        while stack:
            definition = stack.pop()
            if definition not in found:
                found.add(definition)
                stack.extend(links.get(definition, ()))
        return found

    def _all(self) -> dict[Def, set[Def]]:
        if self._links is None:
            self._links = {}
            facts = self.plan.unit.facts
            for (path, _, _), defs in facts.by_name.items():
                for definition in defs if path == self.plan.unit.module.path else ():
                    loop = definition.stmt if isinstance(definition.stmt, (ast.For, ast.AsyncFor)) else None
                    source = loop.iter if loop is not None else definition.source
                    for name in self._shared(source) if source is not None and not definition.mutates else ():
                        for other in facts.uses.get(name, ()):
                            self._links.setdefault(definition, set()).add(other)
                            self._links.setdefault(other, set()).add(definition)
        return self._links

    def _shared(self, expr: ast.expr) -> Iterator[ast.Name]:
        """Yield the names whose objects, or parts of them, an expression may give."""
        if isinstance(expr, ast.Name):
            if not fixed(self.plan.value(expr)):
                yield expr
        elif isinstance(expr, (ast.List, ast.Tuple, ast.Set)):
            for part in expr.elts:
                yield from self._shared(part)
        elif isinstance(expr, ast.Dict):
            for part in expr.values:
                yield from self._shared(part)
        elif isinstance(expr, (ast.Starred, ast.NamedExpr)):
            yield from self._shared(expr.value)
        elif isinstance(expr, ast.IfExp):
            yield from self._shared(expr.body)
            yield from self._shared(expr.orelse)
        elif isinstance(expr, ast.BoolOp):
            for part in expr.values:
                yield from self._shared(part)
        elif isinstance(expr, ast.Subscript):
            base = self.plan.value(expr.value)
            sliced = any(isinstance(n, ast.Slice) for n in ast.walk(expr.slice))
            if sliced or (isinstance(base, Py) and base.tag == "numpy"):
                yield from self._shared(expr.value)
        elif isinstance(expr, ast.Attribute) and expr.attr in VIEWS:
            yield from self._shared(expr.value)
        elif isinstance(expr, ast.Call):
            yield from self._called(expr)

    def _called(self, call: ast.Call) -> Iterator[ast.Name]:
        given = [*call.args, *[k.value for k in call.keywords]]
        if isinstance(call.func, ast.Attribute) and call.func.attr in VIEWS:
            for part in (call.func.value, *given):
                yield from self._shared(part)
        elif isinstance(self.plan.value(call.func), Func) or (
            isinstance(call.func, ast.Name) and call.func.id in PASSING
        ):
            for part in given:
                yield from self._shared(part)


def fixed(value: Value | None) -> bool:
    """Tell whether a value can't be changed in place by Python code: a number, a tensor, a variable."""
    return isinstance(value, (Var, Node, Opt)) or (isinstance(value, Py) and value.const is not UNKNOWN)


def parts(value: Value | None) -> Iterator[Value]:
    """Yield a value, and what a container holds."""
    if value is not None:
        yield value
    if isinstance(value, (Seq, Map)):
        yield from leaves(value)


def changes_parts(definition: Def, container: bool) -> bool:
    """Tell whether a statement may change the objects that a name's object is or holds, not only which it holds.

    Args:
        definition: what the statement does to the name.
        container: the name is a list or dict.
    """
    stmt = definition.stmt
    if isinstance(stmt, ast.AugAssign):
        return True
    if not definition.mutates or not container:
        return definition.mutates
    if isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Call) and isinstance(stmt.value.func, ast.Attribute):
        return stmt.value.func.attr not in REFILLS
    if isinstance(stmt, ast.Assign):  # rows[0] = other, but not rows[0][:] = 9
        return any(isinstance(t, ast.Subscript) and not isinstance(t.value, ast.Name) for t in stmt.targets)
    return not isinstance(stmt, ast.Delete)

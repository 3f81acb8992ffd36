"""Functions that make variables along with graph: a `tf.Module` for each, with one object for each set of variables.

What the variables need goes into ``__init__``, the rest into ``__call__``: a parameter is given where it is used. Calls
that share variables in TensorFlow 1 (`reuse`) call the same object again.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from migrator.analysis.contexts import Context
from migrator.analysis.facts import HelperCall
from migrator.analysis.units import COMPREHENSIONS, Stage
from migrator.analysis.values import Effect, Layer, Map, Node, Origin, Py, Seq, Sym, Value, Var, in_graph, leaves
from migrator.model import Rule
from migrator.rules.feeds import pure_call
from migrator.rules.hoisting import impure
from migrator.rules.layers import layer_statements, size_text
from migrator.rules.plan import CannotConvert, Plan
from migrator.syntax.reindent import comment_after, comments_above, dedent, indent
from migrator.syntax.text import Render
from migrator.syntax.walk import walk

RULE = Rule(
    "MIG213",
    "modules",
    "A function that makes variables and graph becomes a tf.Module.",
    "The variables are made once, in `__init__`; `__call__` is the graph. Each call of the function that made "
    "variables of its own has an object of its own; calls that share variables share the object. Scopes become name "
    "scopes, so that the variables keep their TF1 names.",
)
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.Expr)
_OWN = frozenset({"name", "name_scope", "variables", "trainable_variables", "non_trainable_variables", "submodules"})
_CHANGES = frozenset({"append", "extend", "insert", "update", "setdefault", "add", "pop", "remove", "clear"})
_WHY = "a helper makes variables and graph together: not converted yet"


@dataclass(eq=False)
class _Made:
    """A statement of ``__init__`` or a part of one: its scopes, and how to write it."""

    scopes: tuple[ast.expr, ...]
    text: Callable[[Render], list[str]]
    reads: frozenset[str]


@dataclass(eq=False)
class _Function:
    """A function that becomes a module.

    Attributes:
        made: what ``__init__`` does; graph: the statements of ``__call__``.
        attributes: attribute -> how the variables of an object are reached through it.
    """

    node: ast.FunctionDef
    name: str
    calls: list[HelperCall]
    objects: list[tuple[str, list[HelperCall]]] = field(default_factory=list)
    made: list[_Made] = field(default_factory=list)
    graph: list[ast.stmt] = field(default_factory=list)
    bound: set[str] = field(default_factory=set)  # local names that become attributes
    paths: dict[tuple[ast.expr, ast.Call | None], str] = field(default_factory=dict)
    sizes: dict[str, tuple[str, int]] = field(default_factory=dict)  # local name -> the axis of a parameter that it is
    impure: ast.Call | None = None  # what may draw or do something when an object is made
    early: list[str] = field(default_factory=list)  # parameters of __init__
    late: list[str] = field(default_factory=list)  # parameters of __call__


class HelperModules:
    """Plans the modules of one unit."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.functions: list[_Function] = []

    def plan_all(self) -> None:
        """Find the functions that become modules; replace their calls."""
        plan = self.plan
        found: dict[ast.FunctionDef, list[HelperCall]] = {}
        for call, walked in plan.unit.facts.helper_calls.items():
            if call in plan.unit.module.parents and walked[0].module is plan.unit.module:
                found.setdefault(walked[0].function, []).extend(walked)
        for node, calls in found.items():
            if any(self._builds(made) for made in calls):
                self._plan(node, calls)

    def _builds(self, made: HelperCall) -> bool:
        """Tell whether a call gives graph, and not just variables."""
        atom = self.plan.unit.atom(made.call)
        value = self.plan.value(made.call)
        if atom is None or atom.stage is not Stage.GRAPH:
            return False
        return not all(isinstance(v, Var) for v in leaves(value)) or value is None

    def _plan(self, node: ast.FunctionDef, calls: list[HelperCall]) -> None:
        plan = self.plan
        self._check_function(node, calls)
        name = "".join(part[:1].upper() + part[1:] for part in node.name.split("_") if part)
        function = _Function(node, plan.namer.fresh(name if name not in plan.namer.taken else f"{name}Module"), calls)
        self._share(function)
        _Body(plan, function).read()
        if function.impure is not None and any(len(made) > 1 for _, made in function.objects):
            raise CannotConvert(function.impure, "a call among the variables of a helper ran at each of its calls, "
                                "also "
                                ""
                                "where they are shared: not converted; call it outside")  # fmt: skip
        self._parameters(function)
        self.functions.append(function)
        for name, made in function.objects:
            for states in (made[0].states,):
                self._name_states(function, name, states)
            plan.making.add(plan.unit.module.statement(made[0].call))
            for call in made:
                self._replace_call(function, name, call)

    def _check_function(self, node: ast.FunctionDef, calls: list[HelperCall]) -> None:
        plan, spec = self.plan, node.args
        outer = plan.unit.module.parents.get(node)
        inner = (
            ast.FunctionDef,
            ast.AsyncFunctionDef,
            ast.ClassDef,
            ast.Yield,
            ast.YieldFrom,
            ast.Global,
            ast.Nonlocal,
        )
        plain = isinstance(outer, ast.Module) and not node.decorator_list and not spec.vararg and not spec.kwarg
        if not plain or spec.posonlyargs or any(isinstance(n, inner) for s in node.body for n in walk(s)):
            raise CannotConvert(node, _WHY)
        home = plan.unit.atom_of.get(node)
        if home is None or home.stage is not Stage.PYTHON:
            raise CannotConvert(
                node, f"`{node.name}` makes variables and reads graph tensors from outside: not converted"
            )
        known = {made.call.func for made in calls}
        for use in plan.unit.facts.readers.get(node.name, ()):
            if use in plan.unit.module.parents and use not in known:
                raise CannotConvert(use, f"`{node.name}` makes variables and is used in another way than by its calls: "
                                    "not converted")  # fmt: skip
        self._check_effects(node)
        for made in calls:
            self._check_call(made)

    def _check_effects(self, node: ast.FunctionDef) -> None:
        """What a helper changes outside of itself was changed once for each call, not in each run."""
        unit = self.plan.unit
        for stmt in (n for n in walk(node) if isinstance(n, ast.stmt)):
            if isinstance(stmt, (ast.Global, ast.Nonlocal)):
                raise CannotConvert(stmt, f"`{node.name}` makes variables and binds names of the module")
        bound = [d for stmt in walk(node) if isinstance(stmt, ast.stmt) for d in unit.facts.defs.get(stmt, ())]
        made = {d.name for d in bound if d.scope is node and not d.mutates and not d.parameter}
        for found in walk(node):
            base: ast.expr | None = None
            if isinstance(found, ast.Call) and isinstance(found.func, ast.Attribute) and found.func.attr in _CHANGES:
                base = found.func.value
            elif isinstance(found, (ast.Attribute, ast.Subscript)) and isinstance(found.ctx, (ast.Store, ast.Del)):
                base = found.value
            elif isinstance(found, ast.AugAssign) and isinstance(unit.value(found.target), (Seq, Map)):
                base = found.target
            while isinstance(base, (ast.Attribute, ast.Subscript)):
                base = base.value
            value = unit.value(base) if base is not None else None
            if isinstance(value, Sym) or (isinstance(value, Py) and value.tag in {"numpy", "module"}):
                continue  # `tf.add`, `np.append`
            if isinstance(base, ast.Name) and base.id not in made:
                raise CannotConvert(found, f"`{node.name}` makes variables and changes `{base.id}`, once for each "
                                    "call: return what it adds instead")  # fmt: skip

    def _check_call(self, made: HelperCall) -> None:
        plan, call = self.plan, made.call
        atom = plan.unit.atom(call)
        if atom is None or not isinstance(atom.stmt, _SIMPLE) or plan.unit.loops_around(atom.stmt):
            raise CannotConvert(call, f"`{made.function.name}` makes variables and is called in a loop, condition or "
                                "another function: not converted yet")  # fmt: skip
        at: ast.AST | None = plan.unit.module.parents.get(call)
        while at is not None and at is not atom.stmt:
            if isinstance(at, (ast.Lambda, ast.IfExp, ast.BoolOp, *COMPREHENSIONS)):
                raise CannotConvert(call, f"`{made.function.name}` makes variables and is called in an expression that "
                                    "may run several times or never: not converted")  # fmt: skip
            at = plan.unit.module.parents.get(at)
        starred = any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords)
        if starred or any(isinstance(s, (Var, Layer)) and s.loop for _, _, s in made.states):
            raise CannotConvert(call, _WHY)

    def _share(self, function: _Function) -> None:
        """Calls with the same variables share an object."""
        groups: list[tuple[set[int], list[HelperCall]]] = []
        for made in function.calls:
            states = {id(s) for _, _, s in made.states}
            same = next((g for g in groups if g[0] == states), None)
            if same is not None:
                same[1].append(made)
            elif any(g[0] & states for g in groups):
                raise CannotConvert(made.call, f"two calls of `{function.node.name}` share some of their variables: "
                                    "not "
                                    "converted")  # fmt: skip
            else:
                groups.append((states, [made]))
        first = [expr for expr, _, _ in function.calls[0].states]
        for _, made_calls in groups:
            for made in made_calls:
                if [expr for expr, _, _ in made.states] != first or len({(e, c) for e, c, _ in made.states}) != len(
                    first
                ):
                    raise CannotConvert(made.call, f"calls of `{function.node.name}` make different variables: not "
                                        "converted")  # fmt: skip
            if any(expr is not getattr(state, "expr", None) for expr, _, state in made_calls[0].states):
                raise CannotConvert(made_calls[0].call, f"`{function.node.name}` uses variables by name that other "
                                    "code "
                                    ""
                                    "made: not converted")  # fmt: skip
            function.objects.append((self._object_name(made_calls[0], alone=len(groups) == 1), made_calls))

    def _object_name(self, made: HelperCall, *, alone: bool) -> str:
        if alone:  # the function's own name is free
            return self.plan.namer.fresh(made.function.name, free=made.function.name)
        stmt = self.plan.unit.module.statement(made.call)
        base = made.function.name
        if isinstance(stmt, ast.Assign) and stmt.value is made.call and isinstance(stmt.targets[0], ast.Name):
            target = stmt.targets[0].id
            stores = [n for n in self.plan.unit.module.names if n.id == target and isinstance(n.ctx, ast.Store)]
            base = f"{target}_layer" if len(stores) == 1 else base
        names = [v.const for k, v in made.arguments.items() if k in {"name", "scope", "layer_name", "scope_name"}
                 and isinstance(v, Py) and isinstance(v.const, str) and v.const.isidentifier()]  # fmt: skip
        base = names[0] if names else base
        return self.plan.namer.fresh(base if base not in self.plan.namer.taken else f"{base}_module")

    def _parameters(self, function: _Function) -> None:
        """Give each parameter to the part that uses it; one that both use stays on the object."""
        node = function.node
        names = [a.arg for a in [*node.args.args, *node.args.kwonlyargs]]
        early: set[str] = set().union(*(made.reads for made in function.made)) if function.made else set()
        late = {n.id for s in function.graph for n in walk(s) if isinstance(n, ast.Name)}
        function.early = [n for n in names if n in early]
        function.late = [n for n in names if n in late and n not in early]
        local = {n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for name in function.early:
            if name in local or any(in_graph(m.arguments.get(name)) for m in function.calls):
                raise CannotConvert(node, f"the variables of `{node.name}` depend on its parameter `{name}`, a "
                                    "tensor or a "
                                    "name that is bound again: not converted")  # fmt: skip
            for _, made in function.objects:
                values = [m.arguments.get(name) for m in made]
                same = all(
                    isinstance(v, Py) and isinstance(values[0], Py) and v.const == values[0].const for v in values
                )
                if len(made) > 1 and not same:
                    raise CannotConvert(made[1].call, f"a call that shares variables is given another `{name}`")
        unbound = early & local - function.bound - function.sizes.keys()
        if unbound:
            raise CannotConvert(node, f"the variables of `{node.name}` depend on `{min(unbound)}`, which is "
                                "computed among "
                                "its graph code: not converted yet")  # fmt: skip

    def _name_states(
        self, function: _Function, name: str, states: Iterable[tuple[ast.expr, ast.Call | None, Origin]]
    ) -> None:
        for expr, inner, state in states:
            path = f"{name}.{function.paths[expr, inner]}"
            if isinstance(state, Layer):
                self.plan.layers[state] = path
                value = ".value" if self.plan.unit.facts.names_read else ""
                for short, variable in state.weights.items():
                    self.plan.paths[variable] = f"{path}.{short}{value}"
            elif isinstance(state, Var):
                self.plan.paths[state] = self._inner_path(function, path, state, inner)

    def _inner_path(self, function: _Function, path: str, state: Var, inner: ast.Call | None) -> str:
        return path

    def _replace_call(self, function: _Function, name: str, made: HelperCall) -> None:
        plan, call = self.plan, made.call
        late = self._given(function, call, function.late)
        plan.unit.module_calls[call] = [call.func, *[expr for _, expr in late]]
        plan.edits.replace(call, lambda render: f"{name}({_arguments(late, render)})")
        for _, expr in self._given(function, call, function.early):
            for part in walk(expr):
                defs = plan.unit.facts.uses.get(part, frozenset()) if isinstance(part, ast.Name) else frozenset()
                homes = [plan.unit.atom(d.stmt) for d in defs if d.stmt is not None]
                if in_graph(plan.value(part)) or any(
                    h is not None and h.stage in {Stage.GRAPH, Stage.DROP} for h in homes
                ):
                    raise CannotConvert(expr, "an argument that a helper's variables depend on moves with the graph")
        others = {a.arg for a in [*function.node.args.args, *function.node.args.kwonlyargs]}
        for key, expr in self._given(function, call, [*(others - {*function.early, *function.late})]):
            plan.handled.update(walk(expr))
            if any(isinstance(n, ast.Call) for n in walk(expr)):
                raise CannotConvert(
                    expr, f"an argument that nothing in `{function.node.name}` uses (`{key}`) is a call"
                )

    def _given(self, function: _Function, call: ast.Call, wanted: list[str]) -> list[tuple[str | None, ast.expr]]:
        """Return a call's arguments for some parameters: (keyword, None where it is given by position; expression)."""
        names = [a.arg for a in function.node.args.args]
        found: list[tuple[str | None, ast.expr]] = [
            (None, expr) for name, expr in zip(names, call.args, strict=False) if name in wanted
        ]
        return [*found, *[(k.arg, k.value) for k in call.keywords if k.arg in wanted]]

    # -- text
    def write(self) -> None:
        """Write the statements that make the objects."""
        plan = self.plan
        for function in self.functions:
            plan.operations.replaced[function.node] = [self._text(function, plan.edits.node)]
            for name, made in function.objects:
                first = made[0]
                given = self._given(function, first.call, function.early)
                sizes = [self._size(axis, made) for axis in function.sizes.values()]
                arguments = [*sizes, *filter(None, [_arguments(given, plan.edits.node)])]
                line = f"{name} = {function.name}({', '.join(arguments)})"
                if first.scopes:
                    line = f'with {plan.tf}.name_scope("{"/".join(first.scopes)}"):\n{indent(line, plan.indent)}'
                plan.operations.before.setdefault(plan.unit.module.statement(first.call), []).append(line)

    def _size(self, axis: tuple[str, int], made: list[HelperCall]) -> str:
        """Return the text of a static size of an argument, the same for all calls of an object."""
        found = []
        for call in made:
            shape = self.plan.shapes.of(call.arguments.get(axis[0]))
            if shape is None or not -len(shape) <= axis[1] < len(shape) or shape[axis[1]] is None:
                raise CannotConvert(call.call, "the variables of a helper depend on a size of its input that is not "
                                    "statically known")  # fmt: skip
            found.append(size_text(self.plan, shape[axis[1]], call.call))
        if len(set(found)) > 1:
            raise CannotConvert(made[1].call, "calls that share variables are given inputs of different sizes")
        return found[0]

    def _text(self, function: _Function, render: Render) -> str:
        plan, node, pad = self.plan, function.node, self.plan.indent
        lines = [f"class {function.name}({plan.tf}.Module):"]
        body = node.body
        doc = body[0] if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) else None
        if doc is not None and isinstance(doc.value, ast.Constant) and isinstance(doc.value.value, str):
            lines += [indent(dedent(plan.segment(doc), doc.col_offset), pad), ""]
        both = [p for p in [*function.sizes, *function.early] if any(
            isinstance(n, ast.Name) and n.id == p for s in function.graph for n in walk(s))]  # fmt: skip
        init = ["super().__init__()", *[f"self.{_attribute(p)} = {p}" for p in both]]
        init += self._init_lines(function, render)
        parameters = ["self", *function.sizes, *self._signature(function, function.early, render)]
        lines.append(f"{pad}def __init__({', '.join(parameters)}):")
        lines += [indent(line, pad * 2) for line in init]
        lines += ["", f"{pad}def __call__({', '.join(['self', *self._signature(function, function.late, render)])}):"]
        for stmt in function.graph:
            lines += [indent(line, pad * 2) for line in self._graph_lines(stmt, render)]
        return "\n".join(lines)

    def _signature(self, function: _Function, wanted: list[str], render: Render) -> list[str]:
        spec = function.node.args
        defaults: dict[str, ast.expr] = dict(
            zip(reversed([a.arg for a in spec.args]), reversed(spec.defaults), strict=False)
        )
        defaults |= {a.arg: d for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}
        plain = [n for n in wanted if n not in defaults]
        return [*plain, *[f"{n}={render(defaults[n])}" for n in wanted if n in defaults]]

    def _init_lines(self, function: _Function, render: Render) -> list[str]:
        """Return the statements that make the variables, under their scopes."""
        lines: list[str] = []
        open_: tuple[ast.expr, ...] = ()
        pad = self.plan.indent
        for made in function.made:
            shared = 0
            while shared < min(len(open_), len(made.scopes)) and open_[shared] is made.scopes[shared]:
                shared += 1
            for depth in range(shared, len(made.scopes)):
                lines.append(f"{pad * depth}with {self.plan.tf}.name_scope({render(made.scopes[depth])}):")
            open_ = made.scopes
            lines += [indent(line, pad * len(open_)) for line in made.text(render)]
        return lines

    def _graph_lines(self, stmt: ast.stmt, render: Render) -> list[str]:
        source = self.plan.unit.module.source
        start, end = source.range(stmt)
        text = dedent(render(stmt), stmt.col_offset)
        simple = isinstance(stmt, (ast.Assign, ast.Expr, ast.Return, ast.AugAssign, ast.AnnAssign))
        return [*comments_above(source.text, start), text + (comment_after(source.text, end) if simple else "")]


def _arguments(given: list[tuple[str | None, ast.expr]], render: Render) -> str:
    return ", ".join(render(expr) if key is None else f"{key}={render(expr)}" for key, expr in given)


def _attribute(name: str) -> str:
    return f"{name}_" if name in _OWN else name


class _Body:
    """Takes the body of a function apart."""

    def __init__(self, plan: Plan, function: _Function) -> None:
        self.plan = plan
        self.function = function
        self.states = {expr: (inner, state) for expr, inner, state in function.calls[0].states}
        self.inner = {inner for _, inner, _ in function.calls[0].states if inner is not None}
        self._scopes: set[str] = set()  # names of scopes
        self._sizes: dict[str, tuple[ast.Assign, str, int]] = {}  # names of static sizes of parameters
        self._python: dict[str, tuple[int, ast.Assign]] = {}  # what graph code computes in Python, and where

    def read(self) -> None:
        """Fill in what ``__init__`` and ``__call__`` do."""
        body = self.function.node.body
        if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body = body[1:]
        self._block(body, ())
        self._take_python()
        self._settle_names()
        missing = [e for e, i, _ in self.function.calls[0].states if (e, i) not in self.function.paths]
        if missing:
            raise CannotConvert(self.function.node, _WHY)

    def _block(self, stmts: list[ast.stmt], scopes: tuple[tuple[str, ast.expr], ...]) -> None:
        for stmt in stmts:
            parts = [n for n in walk(stmt) if n in self.states or n in self.inner]
            contexts = self._contexts(stmt) if isinstance(stmt, ast.With) else None
            if contexts is not None:
                assert isinstance(stmt, ast.With)
                bound = {
                    n.id
                    for i in stmt.items
                    if i.optional_vars
                    for n in walk(i.optional_vars)
                    if isinstance(n, ast.Name)
                }
                self._scopes |= bound
                self._block(stmt.body, (*scopes, *contexts))
            elif parts and not isinstance(stmt, (*_SIMPLE, ast.Return)):
                raise CannotConvert(stmt, "a helper makes variables in a loop or condition: not converted yet")
            elif parts:
                self._split(stmt, [p for p in parts if isinstance(p, ast.Call)], scopes)
            elif not self._dropped(stmt):
                self.function.graph.append(stmt)
                self._note_python(stmt)

    def _note_python(self, stmt: ast.stmt) -> None:
        """Remember a name of a Python value: variables may depend on it."""
        plan, target = self.plan, stmt.targets[0] if isinstance(stmt, ast.Assign) else None
        if not isinstance(stmt, ast.Assign) or not isinstance(target, ast.Name) or len(stmt.targets) > 1:
            return
        values = [plan.value(n) for n in walk(stmt.value)]
        calls = [n for n in walk(stmt.value) if isinstance(n, ast.Call)]
        graph = any(isinstance(v, (Node, Var)) for value in values for v in leaves(value))
        if not graph and all(pure_call(plan, c) for c in calls):
            self._python[target.id] = (len(self.function.made), stmt)
        axis = self._axis(stmt.value)
        if axis is not None:
            self._sizes[target.id] = (stmt, *axis)

    def _axis(self, expr: ast.expr) -> tuple[str, int] | None:
        """Return (parameter, axis) of ``int(x.get_shape()[1])`` and its kin."""
        if (
            isinstance(expr, ast.Call)
            and isinstance(expr.func, ast.Name)
            and expr.func.id == "int"
            and len(expr.args) == 1
        ):
            expr = expr.args[0]
        if isinstance(expr, ast.Attribute) and expr.attr == "value":
            expr = expr.value
        index = self.plan.value(expr.slice) if isinstance(expr, ast.Subscript) else None
        if not isinstance(expr, ast.Subscript) or not isinstance(index, Py) or type(index.const) is not int:
            return None
        base = expr.value
        for method in ("as_list", "get_shape"):
            if isinstance(base, ast.Call) and isinstance(base.func, ast.Attribute) and base.func.attr == method:
                base = base.func.value
        if isinstance(base, ast.Attribute) and base.attr == "shape":
            base = base.value
        spec = self.function.node.args
        stores = {n.id for s in self.function.node.body for n in walk(s) if isinstance(n, ast.Name)
                  and isinstance(n.ctx, ast.Store)}  # fmt: skip
        known = base is not expr.value and isinstance(base, ast.Name) and base.id not in stores
        if known and isinstance(base, ast.Name) and base.id in {a.arg for a in spec.args}:
            return base.id, index.const
        return None

    def _take_python(self) -> None:
        """Python values that variables depend on are computed with them."""
        function = self.function
        stores = [
            n.id
            for s in function.node.body
            for n in walk(s)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        ]
        for name, (stmt, parameter, axis) in self._sizes.items():
            read = any(name in made.reads for made in function.made)
            if read and stores.count(name) == 1:
                function.graph.remove(stmt)
                function.sizes[name] = (parameter, axis)
                self.plan.handled.update(walk(stmt))
        changed = bool(function.made)
        while changed:
            changed = False
            needed: set[str] = set().union(*(m.reads for m in function.made))
            for name in sorted((needed & self._python.keys()) - function.bound, key=lambda n: -self._python[n][0]):
                at, stmt = self._python[name]
                if stores.count(name) > 1:
                    continue
                reads = frozenset(n.id for n in walk(stmt.value) if isinstance(n, ast.Name))
                text = self._plain_text(stmt)
                function.made.insert(at, _Made((), text, reads))
                self._python = {k: (i + (i > at or (i == at and s.lineno > stmt.lineno)), s) for k, (i, s) in
                                self._python.items()}  # fmt: skip
                function.graph.remove(stmt)
                function.bound.add(name)
                changed = True
                break

    def _plain_text(self, stmt: ast.Assign) -> Callable[[Render], list[str]]:
        return lambda render: [dedent(render(stmt), stmt.col_offset)]

    def _contexts(self, stmt: ast.With) -> tuple[tuple[str, ast.expr], ...] | None:
        """Return the scopes that a with statement opens, None where it is no scope."""
        found: list[tuple[str, ast.expr]] = []
        for item in stmt.items:
            call = item.context_expr
            value = self.plan.unit.facts.latest.get(call)  # a scope of each call is another
            if not isinstance(value, Context) or value.kind not in {"variable_scope", "name_scope"}:
                return None
            if not isinstance(call, ast.Call):
                raise CannotConvert(call, _WHY)
            given = call.args[:1] or [k.value for k in call.keywords if k.arg in {"name_or_scope", "name"}]
            name = self.plan.unit.facts.latest.get(given[0]) if given else None
            if not given or not isinstance(name, Py):
                raise CannotConvert(call, _WHY)
            self.plan.handled.update(walk(call))
            found.append((value.kind, given[0]))
        return tuple(found)

    def _dropped(self, stmt: ast.stmt) -> bool:
        """Tell whether a statement only says that variables are shared."""
        if isinstance(stmt, ast.If):
            return all(self._dropped(s) for s in [*stmt.body, *stmt.orelse])
        value = self.plan.value(stmt.value) if isinstance(stmt, ast.Expr) else None
        if not isinstance(stmt, ast.Pass) and not (isinstance(value, Py) and value.tag == "graph-call"):
            return False
        self.plan.handled.update(walk(stmt))
        return True

    def _split(self, stmt: ast.stmt, parts: list[ast.Call], scopes: tuple[tuple[str, ast.expr], ...]) -> None:
        """Put what a statement makes into ``__init__``, and the rest of it, if there is one, into ``__call__``."""
        if len(set(parts)) != len(parts):
            raise CannotConvert(stmt, _WHY)
        graph = any(in_graph(self.plan.value(n)) and not self._start(n) for n in walk(stmt) if isinstance(n, ast.expr))
        layer = any(isinstance(self.states[p][1], Layer) for p in parts if p in self.states)
        if not graph and not layer and isinstance(stmt, ast.Assign) and self._whole(stmt, parts, scopes):
            return
        for part in parts:
            if any(part is not other and part in set(walk(other)) for other in parts):
                raise CannotConvert(part, "a layer inside another's arguments: give its result a name")
            self._hoist(stmt, part, scopes)
        self.function.graph.append(stmt)

    def _start(self, node: ast.AST) -> bool:
        return any(node in set(walk(p)) for p in [*self.states, *self.inner])

    def _whole(self, stmt: ast.Assign, parts: list[ast.Call], scopes: tuple[tuple[str, ast.expr], ...]) -> bool:
        """A statement that gives a name to variables moves as it is."""
        target = stmt.targets[0]
        if len(stmt.targets) != 1 or not isinstance(target, ast.Name):
            return False
        paths = {id(part): path for part, path in self._paths(stmt.value, self.plan.value(stmt.value))}
        if any(id(part) not in paths for part in parts):
            return False
        for part in parts:
            self._path(part, _attribute(target.id) + paths[id(part)])
        self.function.bound.add(target.id)
        reads = frozenset(n.id for n in walk(stmt.value) if isinstance(n, ast.Name))
        source = self.plan.unit.module.source
        start, end = source.range(stmt)

        def text(render: Render) -> list[str]:
            line = dedent(render(stmt), stmt.col_offset) + comment_after(source.text, end)
            return [*comments_above(source.text, start), line]

        self._add(parts, scopes, reads, text)
        return True

    def _paths(self, expr: ast.expr, value: Value | None) -> Iterator[tuple[ast.expr, str]]:
        """Yield the calls that make variables in a display, with how they are reached."""
        if expr in self.states or expr in self.inner:
            yield expr, ""
        elif isinstance(expr, ast.Dict) and isinstance(value, Map):
            for key, item in zip(expr.keys, expr.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield from ((e, f"[{key.value!r}]{p}") for e, p in self._paths(item, self.plan.value(item)))
        elif isinstance(expr, (ast.List, ast.Tuple)) and isinstance(value, Seq):
            for index, item in enumerate(expr.elts):
                yield from ((e, f"[{index}]{p}") for e, p in self._paths(item, self.plan.value(item)))

    def _hoist(self, stmt: ast.stmt, part: ast.Call, scopes: tuple[tuple[str, ast.expr], ...]) -> None:
        """Make one variable or layer of a statement before it."""
        state = self.states.get(part, (None, None))[1]
        reads = frozenset(n.id for n in walk(part) if isinstance(n, ast.Name))
        if isinstance(state, Layer):
            name = self._fresh(state.name.rsplit("/", 1)[-1])
            inputs = next(n for known, n in self.plan.unit.facts.layers[part] if known is state).call["inputs"]
            reads -= {n.id for n in walk(inputs) if isinstance(n, ast.Name)} - self._outside(part, inputs)
            self._path(part, name)
            self.plan.handled.add(part.func)
            self.plan.edits.replace(part, lambda render: f"self.{name}({render(inputs)})")
            layers = [
                s for made in self.function.calls for e, _, s in made.states if e is part and isinstance(s, Layer)
            ]
            self._add([part], scopes, reads, lambda render: self._layer_text(part, layers, name))
            return
        if not all(isinstance(v, Var) for v in leaves(self.plan.value(part))) or not isinstance(
            self.plan.value(part), Var
        ):
            raise CannotConvert(part, "a helper that makes variables calls another that makes variables and graph: not "
                                "converted yet")  # fmt: skip
        value = self.plan.value(part)
        base = value.name.rsplit("/", 1)[-1] if isinstance(value, Var) and value.name else "weights"
        name = self._fresh(base if base != "Variable" and base.isidentifier() else "weights")
        self._path(part, name)
        self._add([part], scopes, reads, lambda render: [f"self.{name} = {self.plan.edits.node(part)}"])
        self.hoisted(part, name)

    def hoisted(self, part: ast.Call, name: str) -> None:
        """A variable inside a larger expression would be rendered where it is made and where it is read."""
        raise CannotConvert(part, "a helper makes a variable inside a larger expression; give it a name")

    def _outside(self, part: ast.Call, inputs: ast.expr) -> set[str]:
        """Return the names that a layer's other arguments read."""
        inside = set(walk(inputs))
        return {n.id for n in walk(part) if isinstance(n, ast.Name) and n not in inside}

    def _layer_text(self, part: ast.Call, layers: list[Layer], name: str) -> list[str]:
        texts = [layer_statements(self.plan, layer, f"self.{name}", inside=True) for layer in layers]
        if any(text != texts[0] for text in texts):
            raise CannotConvert(part, "a helper's layer is made on different sizes, or under different "
                                "default names, by "
                                "its calls: not converted yet")  # fmt: skip
        return texts[0]

    def _fresh(self, base: str) -> str:
        taken = {p.split(".")[0].split("[")[0] for p in self.function.paths.values()} | self.function.bound
        name, count = _attribute(base if base.isidentifier() else "layer"), 2
        while name in taken or name in {a.arg for a in self.function.node.args.args}:
            name, count = f"{base}_{count}", count + 1
        return name

    def _path(self, part: ast.Call, path: str) -> None:
        for expr, inner, _ in self.function.calls[0].states:
            if part in (expr, inner):
                self.function.paths[expr, inner] = path
                self.plan.modular.add(expr)

    def _add(self, parts: list[ast.Call], scopes: tuple[tuple[str, ast.expr], ...], reads: frozenset[str],
             text: Callable[[Render], list[str]]) -> None:  # fmt: skip
        """Add to ``__init__``; tf.get_variable and layers ignore name scopes."""
        states = [self.states[p][1] for p in parts if p in self.states]
        got = all(isinstance(s, Layer) or (isinstance(s, Var) and s.via == "get_variable") for s in states)
        inner = [s for p in parts for _, i, s in self.function.calls[0].states if i is p]
        kinds = {isinstance(s, Var) and s.via == "Variable" for s in [*states, *inner]}
        if len(kinds) > 1 and scopes:
            raise CannotConvert(parts[0], _WHY)
        got = got and not inner if kinds != {False} else True
        opened = tuple(expr for kind, expr in scopes if kind == "variable_scope" or not got)
        if not got:
            self._check_names(parts, scopes)
        names = {n.id for expr in opened for n in walk(expr) if isinstance(n, ast.Name)}
        self._calls(parts)
        self.function.made.append(_Made(opened, text, reads | names))

    def _calls(self, roots: Iterable[ast.AST]) -> None:
        """Python calls of ``__init__`` run where the object is made, as they did."""
        for node in (n for root in roots for n in walk(root)):
            if (
                isinstance(node, ast.Call)
                and node not in self.states
                and node not in self.inner
                and impure(self.plan, node)
            ):
                self.function.impure = node
                self.plan.handled.add(node)

    def _check_names(self, parts: list[ast.Call], scopes: tuple[tuple[str, ast.expr], ...]) -> None:
        """tf.Variable's names are made unique by TF1: what the scopes give must be the name that it had."""
        for made in self.function.calls:
            opened = [self._constant(expr, made) for _, expr in scopes]
            for expr, inner, state in made.states:
                if (expr in parts or inner in parts) and isinstance(state, Var) and state.name and "/" in state.name:
                    last = state.name.rsplit("/", 1)[-1]
                    wanted = "/".join([*made.scopes, *[o or "?" for o in opened], last])
                    given = [k.value for k in expr.keywords if k.arg == "name"] if isinstance(expr, ast.Call) else []
                    own = self._constant(given[0], made) if given and inner is None else None
                    if state.name != wanted or (own is not None and own != last):
                        raise CannotConvert(expr, f"the variable `{state.name}` is made by a helper inside a scope: "
                                            "its "
                                            ""
                                            "name can't be written down")  # fmt: skip

    def _constant(self, expr: ast.expr, made: HelperCall) -> str | None:
        if isinstance(expr, ast.Constant):
            return str(expr.value)
        value = made.arguments.get(expr.id) if isinstance(expr, ast.Name) else None
        return value.const if isinstance(value, Py) and isinstance(value.const, str) else None

    def _settle_names(self) -> None:
        """Names of what ``__init__`` makes become attributes wherever the function reads them."""
        function, plan = self.function, self.plan
        early: set[str] = set().union(*(m.reads for m in function.made)) if function.made else set()
        parameters = {a.arg for a in [*function.node.args.args, *function.node.args.kwonlyargs]}
        graph = [n for s in function.graph for n in walk(s) if isinstance(n, ast.Name)]
        inside = set(graph)
        hoisted = {n for p in [*self.states, *self.inner] for n in walk(p)}
        for stmt in function.node.body:
            for node in walk(stmt):
                if not isinstance(node, ast.Name):
                    continue
                if node.id in self._scopes and node in inside:
                    raise CannotConvert(node, "a helper that makes variables uses a scope as a value: not converted")
                if node.id in function.bound:
                    if isinstance(node.ctx, ast.Store) and node in inside:
                        raise CannotConvert(node, f"`{node.id}` is a variable and is bound again in a helper")
                    plan.edits.replace(node, f"self.{_attribute(node.id)}")
                elif node.id in (parameters | function.sizes.keys()) & early and node in inside and node not in hoisted:
                    plan.edits.replace(node, f"self.{_attribute(node.id)}")
        for value in [plan.value(n) for s in function.graph for n in walk(s) if isinstance(n, ast.expr)]:
            if isinstance(value, Effect):
                raise CannotConvert(function.node, "a helper makes variables and changes them: not converted yet")
            if (
                isinstance(value, Node)
                and value.op == "placeholder"
                and value.module is plan.unit.module
                and (value.expr in {n for s in function.graph for n in walk(s)})
            ):
                raise CannotConvert(value.expr, "a helper makes placeholders and variables: not converted yet")

"""The interpreter's statements: program order, branches, loops, scopes, imports."""

from __future__ import annotations

import ast
from collections.abc import Callable

from migrator.analysis.calls import holds_site
from migrator.analysis.environment import Env, truth
from migrator.analysis.expressions import Expressions
from migrator.analysis.facts import Def
from migrator.analysis.modules import ModuleSource
from migrator.analysis.state import GraphState, Method
from migrator.analysis.values import (
    Cls,
    Effect,
    Func,
    Inst,
    Map,
    ModuleValue,
    Node,
    Opt,
    Py,
    Seq,
    Sess,
    Sym,
    Top,
    Value,
    Var,
    in_graph,
    join,
    leaves,
)  # fmt: skip

UNROLL = 24  # longest static loop that is walked item by item


class Interpreter(Expressions):
    """Walks a project's modules in program order and fills `facts`."""

    def run_module(self, module: ModuleSource) -> Env:
        """Walk a module once; return its names."""
        if module.path in self.envs:
            return self.envs[module.path]
        env = Env(None, "module")
        self.envs[module.path] = env
        saved = self.enter(module, env)
        self.guarded(module, lambda: self.block(module.tree.body))
        self.leave(saved)
        return env

    def guarded(self, module: ModuleSource, walk: Callable[[], object]) -> None:
        """Walk code; what is nested too deeply for the walk refuses its module instead of stopping the project."""
        try:
            walk()
        except RecursionError:
            first = module.tree.body[0] if module.tree.body else module.tree
            self.facts.trouble(first, module, "the code is nested too deeply to be analysed")
            self.calls.clear()

    def run_uncalled(self, module: ModuleSource) -> None:
        """Walk the functions and methods that nothing has called, with unknown parameters."""
        env = self.envs[module.path]
        saved = self.enter(module, env)
        for func in list(self.functions.get(module.path, ())):
            if func.node not in self.walked and not isinstance(func.node, ast.Lambda):
                outer, self.graph = self.graph, GraphState(-1)
                self.guarded(module, lambda func=func: self.call_function(func, [], {}, None, unknown=True))  # type: ignore[misc]
                self.graph = outer
                self.check_uncalled(func)
        self.leave(saved)

    def check_uncalled(self, func: Func) -> None:
        """A function that nothing calls may hold ops, but no state: how it would be shared is unknown."""
        if holds_site(func.node):
            return
        for stmt in ast.walk(func.node):
            for value in self.facts.created.get(stmt, ()) if isinstance(stmt, ast.stmt) else ():
                if (
                    isinstance(value, Opt)
                    or (isinstance(value, Node) and value.op == "placeholder")
                    or (isinstance(value, (Var, Effect)))
                ):
                    self.facts.trouble(value.expr, value.module, "graph state is made in a function that no run of the "
                                       "project reaches")  # fmt: skip

    def block(self, stmts: list[ast.stmt]) -> None:
        """Walk statements in order."""
        for stmt in stmts:
            outer = self.stmt
            if not self.helper:
                self.stmt = stmt
            method = getattr(self, f"do_{type(stmt).__name__}", None)
            if method is not None:
                method(stmt)
            self.stmt = outer

    # -- bindings
    def bind(self, target: ast.expr, value: Value, source: ast.expr | None, stmt: ast.stmt) -> None:
        """Bind a target expression to a value."""
        if isinstance(target, ast.Name):
            owner = self.env.owner(target.id)
            found = self.facts.define(Def(target.id, stmt, owner.scope, self.module, value=value, source=source))
            self.env.bind(target.id, value, found)
            self.facts.record(target, value)
            self.named(value, target.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self.bind_many(target, value, source, stmt)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, Seq("list", None, _each(value)), None, stmt)
        elif isinstance(target, ast.Attribute):
            owner_value = self.eval(target.value)
            if isinstance(owner_value, Inst):
                known = owner_value.attributes.get(target.attr)
                owner_value.attributes[target.attr] = value if known is None else join(known, value)
            self.set_attribute(target, owner_value, value)
            self.mutate(target.value, stmt, value)
        elif isinstance(target, ast.Subscript):
            container, key = self.eval(target.value), self.eval(target.slice)
            if isinstance(container, Map):
                const = self.key(key)
                if container.items is not None and const is not None and not self.loops:
                    container.items[const] = value
                else:
                    container.each = join(container.each or _each(container), value)
                    container.items = None
            elif isinstance(container, Seq):
                container.each, container.items = join(_each(container), value), None
            self.mutate(target.value, stmt, value)

    def bind_many(self, target: ast.Tuple | ast.List, value: Value, source: ast.expr | None, stmt: ast.stmt) -> None:
        """Bind the elements of a tuple target."""
        parts: list[ast.expr | None] = [None] * len(target.elts)
        if isinstance(source, (ast.Tuple, ast.List)) and len(source.elts) == len(target.elts):
            parts = list(source.elts)
        starred = any(isinstance(e, ast.Starred) for e in target.elts)
        for index, element in enumerate(target.elts):
            item: Value
            if isinstance(value, Seq) and value.items is not None and len(value.items) == len(target.elts):
                item = value.items[index]
            elif starred:
                item = _each(value)
            else:
                item = self.element(value, index, source or target)
            self.bind(element, item, parts[index], stmt)

    def mutate(self, base: ast.expr, stmt: ast.stmt, value: Value) -> None:
        """Record that a statement changes the object that the base name of an expression is bound to."""
        while isinstance(base, (ast.Attribute, ast.Subscript, ast.Call)):
            base = base.func if isinstance(base, ast.Call) else base.value
        if isinstance(base, ast.Name):
            hit = self.env.look_up(base.id)
            scope = hit[1].scope if hit else self.env.scope
            found = self.facts.define(Def(base.id, stmt, scope, self.module, mutates=True, value=value))
            self.env.mutate(base.id, found)

    # -- simple statements
    def do_Assign(self, stmt: ast.Assign) -> None:
        value = self.eval(stmt.value)
        if isinstance(value, Method) and isinstance(value.owner, Sess):
            self.facts.trouble(stmt, self.module, f"the method `{value.name}` of a session is used as a value; call it")
        for target in stmt.targets:
            self.bind(target, value, stmt.value, stmt)

    def do_AnnAssign(self, stmt: ast.AnnAssign) -> None:
        if stmt.value is not None:
            self.bind(stmt.target, self.eval(stmt.value), stmt.value, stmt)

    def do_AugAssign(self, stmt: ast.AugAssign) -> None:
        load = self.eval(stmt.target)
        value = self.binop(stmt, load, self.eval(stmt.value), stmt.op)
        if isinstance(load, Seq) and isinstance(value, Seq):
            load.items, load.each = value.items, value.each
            self.mutate(stmt.target, stmt, value)
        elif isinstance(stmt.target, ast.Name):
            known = self.env.look_up(stmt.target.id)
            self.bind(stmt.target, value, None, stmt)
            if known is not None:  # reads the old value, so earlier definitions stay part of it
                for found in self.facts.defs[stmt]:
                    self.augmented[found] = known[0].defs
        else:
            self.bind(stmt.target, value, None, stmt)

    def do_Expr(self, stmt: ast.Expr) -> None:
        self.eval(stmt.value)

    def do_Return(self, stmt: ast.Return) -> None:
        value = self.eval(stmt.value) if stmt.value is not None else Py(None)
        if self.returns is not None:
            self.returns.append(value)

    def do_Delete(self, stmt: ast.Delete) -> None:
        for target in stmt.targets:
            if isinstance(target, ast.Name):
                owner = self.env.owner(target.id)
                owner.names.pop(target.id, None)
                self.facts.define(Def(target.id, stmt, owner.scope, self.module))
            else:
                self.eval(target)

    def do_Assert(self, stmt: ast.Assert) -> None:
        self.eval(stmt.test)
        if stmt.msg is not None:
            self.eval(stmt.msg)

    def do_Raise(self, stmt: ast.Raise) -> None:
        for part in (stmt.exc, stmt.cause):
            if part is not None:
                self.eval(part)

    def do_Global(self, stmt: ast.Global) -> None:
        for name in stmt.names:
            self.env.outer[name] = self.env.module()

    def do_Nonlocal(self, stmt: ast.Nonlocal) -> None:
        env = self.env.parent
        for name in stmt.names:
            while env is not None and name not in env.names:
                env = env.parent
            if env is not None:
                self.env.outer[name] = env

    # -- imports
    def do_Import(self, stmt: ast.Import) -> None:
        for alias in stmt.names:
            top = alias.name if alias.asname else alias.name.split(".")[0]
            value = self.imported(top, 0)
            if not alias.asname and "." in alias.name:
                self.imported(alias.name, 0)
            name = alias.asname or top
            if isinstance(value, Sym):
                self.facts.imports.setdefault(self.module.path, set()).add(self.canonical(alias.name))
            self.env.bind(name, value, self.facts.define(Def(name, stmt, self.env.scope, self.module, value=value)))

    def do_ImportFrom(self, stmt: ast.ImportFrom) -> None:
        dotted = stmt.module or ""
        for alias in stmt.names:
            if alias.name == "*":
                self.star(dotted, stmt)
                continue
            value = self.from_import(dotted, alias.name, stmt.level)
            if in_graph(value) or any(isinstance(v, (Var, Sess)) for v in leaves(value)):
                self.facts.trouble(stmt, self.module, f"graph values are imported from another module (`{alias.name}`)")
            name = alias.asname or alias.name
            if isinstance(value, Sym):
                self.facts.imports.setdefault(self.module.path, set()).add(value.name)
            self.env.bind(name, value, self.facts.define(Def(name, stmt, self.env.scope, self.module, value=value)))

    def star(self, dotted: str, stmt: ast.ImportFrom) -> None:
        """Bind what ``from x import *`` brings, as far as the project knows x."""
        value = self.imported(dotted, stmt.level)
        if isinstance(value, ModuleValue):
            for name, binding in self.run_module(value.module).names.items():
                if not name.startswith("_"):
                    self.env.names[name] = binding
        elif isinstance(value, Sym):
            self.facts.imports.setdefault(self.module.path, set()).add("*")
            self.facts.trouble(stmt, self.module, "`from tensorflow import *` hides which names are TensorFlow's; "
                               "import tensorflow as tf", "tensorflow")  # fmt: skip

    def imported(self, dotted: str, level: int) -> Value:
        """Return what importing a dotted module name gives."""
        if not level and dotted.split(".")[0] == "tensorflow":
            return Sym(self.canonical(dotted))
        found = self.project.find(dotted, self.module, level)
        if found is None:
            return Py(tag="numpy" if dotted.split(".")[0] == "numpy" else "module")
        self.run_module(found)
        return ModuleValue(found)

    def from_import(self, dotted: str, name: str, level: int) -> Value:
        """Return what ``from dotted import name`` binds."""
        if dotted and not level and dotted.split(".")[0] == "tensorflow":
            return Sym(self.canonical(f"{dotted}.{name}"))
        found = self.project.find(dotted, self.module, level) if dotted or level else None
        if found is not None:
            env = self.run_module(found)
            if name in env.names:
                return env.names[name].value
        inner = self.project.find(f"{dotted}.{name}" if dotted else name, self.module, level)
        if inner is not None:
            self.run_module(inner)
            return ModuleValue(inner)
        return Py(tag="numpy" if dotted.split(".")[0] == "numpy" else "module")

    # -- definitions
    def do_FunctionDef(self, stmt: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for default in [*stmt.args.defaults, *[d for d in stmt.args.kw_defaults if d is not None]]:
            self.eval(default)
        value: Value = Func(stmt, self.module, self.env)
        self.functions.setdefault(self.module.path, []).append(value)  # type: ignore[arg-type]
        for decorator in stmt.decorator_list:
            applied = self.eval(decorator)
            if isinstance(applied, (Sym, Top)):
                value = Top(f"{stmt.name} is decorated")
        self.env.bind(
            stmt.name, value, self.facts.define(Def(stmt.name, stmt, self.env.scope, self.module, value=value))
        )

    do_AsyncFunctionDef = do_FunctionDef

    def do_ClassDef(self, stmt: ast.ClassDef) -> None:
        for base in [*stmt.bases, *[k.value for k in stmt.keywords], *stmt.decorator_list]:
            self.eval(base)
        env = Env(stmt, "class", self.env)
        outer, self.env = self.env, env
        self.block(stmt.body)
        self.env = outer
        value = Cls(stmt, self.module, env)
        self.env.bind(
            stmt.name, value, self.facts.define(Def(stmt.name, stmt, self.env.scope, self.module, value=value))
        )

    # -- control flow
    def do_If(self, stmt: ast.If) -> None:
        known = truth(self.eval(stmt.test))
        if known is not None and self.helper:
            self.branch_taken(stmt.body if known else stmt.orelse, stmt.orelse if known else stmt.body)
            return
        before = self.env.copy_names()
        self.block(stmt.body)
        then = self.env.names
        self.env.names = before
        self.block(stmt.orelse)
        self.env.merge(then, self.env.names)

    def branch_taken(self, taken: list[ast.stmt], dead: list[ast.stmt]) -> None:
        """Walk a helper's branch that this call takes; the other only so that its names are resolved."""
        before, troubles, stmt = self.env.copy_names(), len(self.facts.troubles), self.stmt
        self.stmt, returns = None, self.returns
        self.returns = []
        self.block(dead)
        del self.facts.troubles[troubles:]
        self.env.names, self.stmt, self.returns = before, stmt, returns
        self.block(taken)

    def do_For(self, stmt: ast.For | ast.AsyncFor) -> None:
        value = self.eval(stmt.iter)
        items = value.items if isinstance(value, Seq) else None
        escapes = any(isinstance(n, (ast.Break, ast.Continue, ast.Return)) for n in ast.walk(stmt))
        inner = 0 if holds_site(stmt) else 1  # a loop that runs sessions is structure: its body is built anew each time
        self.loops += inner
        self.any_loops += 1
        if items is not None and 0 < len(items) <= UNROLL and not escapes:
            for item in items:
                self.bind(stmt.target, item, None, stmt)
                self.block(stmt.body)
        else:
            for _ in range(2):
                before = self.env.copy_names()
                self.bind(stmt.target, self.iterated(value, stmt.iter), None, stmt)
                self.block(stmt.body)
                self.env.merge(before, self.env.names)
        self.loops -= inner
        self.any_loops -= 1
        self.block(stmt.orelse)

    do_AsyncFor = do_For

    def do_While(self, stmt: ast.While) -> None:
        inner = 0 if holds_site(stmt) else 1
        self.loops += inner
        self.any_loops += 1
        for _ in range(2):
            before = self.env.copy_names()
            self.eval(stmt.test)
            self.block(stmt.body)
            self.env.merge(before, self.env.names)
        self.loops -= inner
        self.any_loops -= 1
        self.block(stmt.orelse)

    def do_Try(self, stmt: ast.Try) -> None:
        before = self.env.copy_names()
        self.block(stmt.body)
        after = self.env.copy_names()
        branches = []
        for handler in stmt.handlers:
            self.env.merge(before, after)
            if handler.type is not None:
                self.eval(handler.type)
            if handler.name:
                self.env.bind(
                    handler.name,
                    Py(),
                    self.facts.define(Def(handler.name, stmt, self.env.scope, self.module, value=Py())),
                )
            self.block(handler.body)
            branches.append(self.env.names)
        self.env.names = after
        self.block(stmt.orelse)
        self.env.merge(self.env.names, *branches)
        self.block(stmt.finalbody)

    do_TryStar = do_Try

    def do_With(self, stmt: ast.With | ast.AsyncWith) -> None:
        undo = []
        for item in stmt.items:
            value = self.eval(item.context_expr)
            entered, leave = self.enter_context(item.context_expr, value, stmt)
            undo.append(leave)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, entered, None, stmt)
        self.block(stmt.body)
        for leave in reversed(undo):
            leave()

    do_AsyncWith = do_With

    def do_Match(self, stmt: ast.Match) -> None:
        self.eval(stmt.subject)
        start = self.env.copy_names()
        branches = [start]
        for case in stmt.cases:
            self.env.names = dict(start)
            for node in ast.walk(case.pattern):
                name = getattr(node, "name", None) or getattr(node, "rest", None)
                if isinstance(name, str):
                    self.env.bind(name, Py())
            self.block(case.body)
            branches.append(self.env.names)
        self.env.merge(*branches)


def _each(value: Value) -> Value:
    """Return a value that stands for any element of a container."""
    if isinstance(value, (Seq, Map)):
        each: Value | None = value.each
        for item in leaves(value):
            each = item if each is None else join(each, item)
        return each or Py()
    return Py()

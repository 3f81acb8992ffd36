"""Imports, functions and classes."""

from __future__ import annotations

import ast

from migrator.analysis.bindings import Bindings
from migrator.analysis.environment import Env
from migrator.analysis.facts import Def
from migrator.analysis.modules import ModuleSource
from migrator.analysis.values import Cls, Func, ModuleValue, Py, Sess, Sym, Top, Value, Var, in_graph, leaves


class Definitions(Bindings):
    """Walks imports and definitions."""

    def do_Import(self, stmt: ast.Import) -> None:
        for alias in stmt.names:
            top = alias.name if alias.asname else alias.name.split(".")[0]
            value = self.imported(top, 0)
            if not alias.asname and "." in alias.name:
                self.imported(alias.name, 0)
            name = alias.asname or top
            if isinstance(value, Sym):
                self.facts.imports.setdefault(self.module.path, set()).add(self.canonical(alias.name))
            self.bind_import(name, value, alias.name if alias.asname else top, stmt)

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
            self.bind_import(name, value, f"{'.' * stmt.level}{dotted}:{alias.name}", stmt)

    def bind_import(self, name: str, value: Value, imported: str, stmt: ast.Import | ast.ImportFrom) -> None:
        """Bind an imported name; a name that is imported again in the same way keeps its definition."""
        known = self.env.names.get(name)
        if known is not None and known.defs and all(self.imported_as.get(d) == imported for d in known.defs):
            return
        found = self.facts.define(Def(name, stmt, self.env.scope, self.module, value=value))
        self.imported_as[found] = imported
        self.env.bind(name, value, found)

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
        self.linked(found)
        return ModuleValue(found)

    def linked(self, found: ModuleSource) -> Env:
        """Walk a module that this one imports; both run on one TensorFlow."""
        self.facts.links.setdefault(self.module.path, set()).add(found.path)
        self.facts.links.setdefault(found.path, set()).add(self.module.path)
        return self.run_module(found)

    def from_import(self, dotted: str, name: str, level: int) -> Value:
        """Return what ``from dotted import name`` binds."""
        if dotted and not level and dotted.split(".")[0] == "tensorflow":
            return Sym(self.canonical(f"{dotted}.{name}"))
        found = self.project.find(dotted, self.module, level) if dotted or level else None
        if found is not None:
            env = self.linked(found)
            if name in env.names:
                return env.names[name].value
        inner = self.project.find(f"{dotted}.{name}" if dotted else name, self.module, level)
        if inner is not None:
            self.linked(inner)
            return ModuleValue(inner)
        return Py(tag="numpy" if dotted.split(".")[0] == "numpy" else "module")

    def do_FunctionDef(self, stmt: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for default in [*stmt.args.defaults, *[d for d in stmt.args.kw_defaults if d is not None]]:
            self.eval(default)
        for annotation in annotations_of(stmt):
            self.eval(annotation)
        func = Func(stmt, self.module, self.env)
        self.functions.setdefault(self.module.path, []).append(func)
        value: Value = func
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


def annotations_of(stmt: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """Return the annotations of a function's parameters and result."""
    spec = stmt.args
    parameters = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg]
    found = [a.annotation for a in parameters if a is not None]
    return [a for a in [*found, stmt.returns] if a is not None]

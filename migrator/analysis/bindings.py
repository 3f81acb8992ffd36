"""Statements that bind names or change what they are bound to."""

from __future__ import annotations

import ast

from migrator.analysis.expressions import Expressions
from migrator.analysis.facts import Def
from migrator.analysis.state import Method
from migrator.analysis.values import Inst, Map, Py, Seq, Sess, Sym, Value, join, leaves


class Bindings(Expressions):
    """Walks simple statements."""

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
            self.set_attribute(target, owner_value)
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

    def do_Assign(self, stmt: ast.Assign) -> None:
        value = self.eval(stmt.value)
        again = isinstance(value, Sym) and value.name == "tensorflow" and isinstance(stmt.value, ast.Attribute)
        if again and any(isinstance(t, ast.Name) and self.env.look_up(t.id) for t in stmt.targets):
            self.facts.trouble(stmt, self.module, "the name of the tensorflow module is bound again; import it once")
        if isinstance(value, Method) and isinstance(value.owner, Sess):
            self.facts.trouble(stmt, self.module, f"the method `{value.name}` of a session is used as a value; call it")
        for target in stmt.targets:
            self.bind(target, value, stmt.value, stmt)

    def do_AnnAssign(self, stmt: ast.AnnAssign) -> None:
        self.eval(stmt.annotation)
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
            if isinstance(load, Py) and load.tag in {"numpy", "parameter", "run"}:  # an array is changed in place
                self.mutate(stmt.target, stmt, load)
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


def _each(value: Value) -> Value:
    """Return a value that stands for any element of a container."""
    if isinstance(value, (Seq, Map)):
        each: Value | None = value.each
        for item in leaves(value):
            each = item if each is None else join(each, item)
        return each or Py()
    return Py()

"""Branches, loops, with statements: in which order statements are walked."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from migrator.analysis.definitions import Definitions
from migrator.analysis.environment import truth
from migrator.analysis.facts import Def
from migrator.analysis.values import Py, Seq

UNROLL = 24  # longest static loop that is walked item by item


class ControlFlow(Definitions):
    """Walks compound statements."""

    def do_If(self, stmt: ast.If) -> None:
        known = truth(self.eval(stmt.test))
        if known is not None and self.helper:
            self.branch_taken(stmt.body if known else stmt.orelse, stmt.orelse if known else stmt.body)
            return
        before = self.env.copy_names()
        self.uncertain += 1
        self.block(stmt.body)
        then = self.env.names
        self.env.names = before
        self.block(stmt.orelse)
        self.uncertain -= 1
        self.env.merge(then, self.env.names)

    def branch_taken(self, taken: list[ast.stmt], dead: list[ast.stmt]) -> None:
        """Walk a helper's branch that this call takes; the other only so that its names are resolved."""
        before, troubles, stmt = self.env.copy_names(), len(self.facts.troubles), self.stmt
        self.stmt, returns = None, self.returns
        self.returns = []
        graph, making = self.graph, self.making
        self.graph, self.making = graph.copy(), None  # what it would make does not exist
        self.block(dead)
        self.graph, self.making = graph, making
        del self.facts.troubles[troubles:]
        self.env.names, self.stmt, self.returns = before, stmt, returns
        self.block(taken)
        self.stopped = bool(taken) and isinstance(taken[-1], (ast.Return, ast.Raise))

    def do_For(self, stmt: ast.For | ast.AsyncFor) -> None:
        value = self.eval(stmt.iter)
        items = value.items if isinstance(value, Seq) else None
        escapes = stmt in self.module.escaping
        # a loop that runs sessions is structure: its body is built anew each time
        inner = 0 if stmt in self.module.holders else 1
        self.loops += inner
        self.any_loops += 1
        if items is not None and 0 < len(items) <= UNROLL and not escapes:
            for item in items:
                self.bind(stmt.target, item, None, stmt)
                self.block(stmt.body)
        else:
            for _ in self.passes():
                before = self.env.copy_names()
                self.bind(stmt.target, self.iterated(value, stmt.iter), None, stmt)
                self.block(stmt.body)
                self.env.merge(before, self.env.names)
        self.loops -= inner
        self.any_loops -= 1
        self.block(stmt.orelse)

    do_AsyncFor = do_For

    def passes(self) -> Iterator[int]:
        """Walk a loop's body twice, the second time with what the first left.

        Loops inside are walked once in the second pass: what their own bodies leave has reached them in the first.
        """
        self.uncertain += 1
        yield 0
        if not self.settling:
            self.settling = True
            yield 1
            self.settling = False
        self.uncertain -= 1

    def do_While(self, stmt: ast.While) -> None:
        inner = 0 if stmt in self.module.holders else 1
        self.loops += inner
        self.any_loops += 1
        for _ in self.passes():
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
            entered, leave = self.enter_context(item.context_expr, value)
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
                if isinstance(node, ast.MatchValue):
                    self.eval(node.value)
                elif isinstance(node, ast.MatchClass):
                    self.eval(node.cls)
            if case.guard is not None:
                self.eval(case.guard)
            self.block(case.body)
            branches.append(self.env.names)
        self.env.merge(*branches)

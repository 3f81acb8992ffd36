"""Compound statements: new headers, new bodies, everything else as it was."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import libcst as cst

from migrator.syntax.operations import Operations
from migrator.syntax.text import Edits, SourceText

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


class Compounds:
    """Rebuilds compound statements around changed blocks."""

    def __init__(self, source: SourceText, operations: Operations, edits: Edits, module: cst.Module) -> None:
        self.source = source
        self.operations = operations
        self.edits = edits
        self.config = module.config_for_parsing
        self.dirty: set[ast.stmt] = set()
        self._tail: list[cst.EmptyLine] = []  # comments at the end of a flattened body, for what follows
        self._mark(source.tree.body)

    def _mark(self, stmts: Sequence[ast.stmt]) -> bool:
        found = False
        for stmt in stmts:
            inner = False
            for _, body in _ast_blocks(stmt):
                inner = self._mark(body) or inner
            if inner or self.operations.touches(stmt) or self.edits.touches(*self._range(stmt)):
                self.dirty.add(stmt)
                found = True
        return found

    def _range(self, stmt: ast.stmt) -> tuple[int, int]:
        start, end = self.source.range(stmt)
        decorators = getattr(stmt, "decorator_list", [])
        return (self.source.range(decorators[0])[0] if decorators else start), end

    def block(
        self, stmts: Sequence[ast.stmt], nodes: Sequence[cst.CSTNode], *, top: bool = False
    ) -> tuple[list[Statement], list[cst.EmptyLine]]:
        """Return a block's new statements, and lines left over at its end."""
        raise NotImplementedError

    def compound(self, stmt: ast.stmt, node: cst.CSTNode) -> Statement:
        """Return a compound statement with the edits of its header and its blocks."""
        node = self._between(stmt, self._header(stmt, node))
        changes: dict[str, object] = {}
        inner = [s for _, body in _ast_blocks(stmt) for s in body]
        if any(s in self.dirty for s in inner):
            changes = self._bodies(stmt, node)
        return node.with_changes(leading_lines=(), **changes)  # type: ignore[return-value]

    def _header(self, stmt: ast.stmt, node: cst.CSTNode) -> cst.CSTNode:
        """Return a compound statement with the edits of its header."""
        start = self._range(stmt)[0]
        body = _ast_blocks(stmt)[0][1][0] if _ast_blocks(stmt) else None
        if body is None:
            return node
        first = self._range(body)[0]
        if not self.edits.touches(start, first):
            return node
        last = max(
            (self.source.range(child)[1] for child in _header_parts(stmt)),
            default=start,
        )
        colon = self.source.text.index(":", last) if last >= start else first
        if getattr(stmt, "decorator_list", []):
            start = self.source.text.rindex("@", 0, start)
        text = self.edits.render(start, colon)
        if text.startswith("elif"):
            text = text[2:]
        if isinstance(stmt, ast.Match):
            return self._match_header(node, f"{text}:")
        parsed = self.parse(f"{text}: pass")
        changes = {"body": node.body, "leading_lines": node.leading_lines}  # type: ignore[attr-defined]
        for name in ("orelse", "handlers", "finalbody"):
            if hasattr(node, name):
                changes[name] = getattr(node, name)
        if isinstance(node, cst.FunctionDef):
            changes["lines_after_decorators"] = node.lines_after_decorators
        return parsed.with_changes(**changes)

    def _between(self, stmt: ast.stmt, node: cst.CSTNode) -> cst.CSTNode:
        """Return a try or match statement with the edits of its exception types and guards.

        Raises:
            ValueError: an edit is in the pattern of a case.
        """
        if isinstance(stmt, (ast.Try, ast.TryStar)):
            handlers = [
                h if a.type is None else h.with_changes(type=self._expression(a.type, h.type))
                for a, h in zip(stmt.handlers, node.handlers, strict=True)  # type: ignore[attr-defined]
            ]
            return node.with_changes(handlers=handlers) if handlers else node
        if isinstance(stmt, ast.Match):
            if any(self.edits.touches(*self.source.range(c.pattern)) for c in stmt.cases):
                raise ValueError("an edit in the pattern of a case")
            cases = [
                c if a.guard is None else c.with_changes(guard=self._expression(a.guard, c.guard))
                for a, c in zip(stmt.cases, node.cases, strict=True)  # type: ignore[attr-defined]
            ]
            return node.with_changes(cases=cases)
        return node

    def _expression(self, part: ast.expr, node: cst.BaseExpression) -> cst.BaseExpression:
        """Return an expression with its edits."""
        start, end = self.source.range(part)
        if not self.edits.touches(start, end):
            return node
        parsed = cst.parse_expression(self.edits.render(start, end), self.config)
        if isinstance(part, ast.Tuple):  # its parentheses are part of its text
            return parsed
        return parsed.with_changes(lpar=[*node.lpar, *parsed.lpar], rpar=[*parsed.rpar, *node.rpar])

    def _match_header(self, node: cst.CSTNode, text: str) -> cst.CSTNode:
        """Return a match statement with the edits of its subject."""
        parsed = self.parse(f"{text}\n    case _:\n        pass\n")
        return parsed.with_changes(cases=node.cases, leading_lines=node.leading_lines)  # type: ignore[attr-defined]

    def _bodies(self, stmt: ast.stmt, node: cst.CSTNode) -> dict[str, object]:
        """Return the changed blocks of a compound statement, by LibCST field."""
        changes: dict[str, object] = {}
        if not isinstance(stmt, ast.Match):
            changes["body"] = self._block_of(stmt.body, node.body)  # type: ignore[attr-defined]
        orelse, node_else = getattr(stmt, "orelse", []), getattr(node, "orelse", None)
        if orelse and isinstance(node_else, cst.Else):
            changes["orelse"] = node_else.with_changes(body=self._block_of(orelse, node_else.body))
        elif orelse and isinstance(node_else, cst.If):
            inner = self._header(orelse[0], node_else)
            changes["orelse"] = inner.with_changes(**self._bodies(orelse[0], inner))
        handlers = getattr(stmt, "handlers", [])
        if handlers:
            changes["handlers"] = [
                h.with_changes(body=self._block_of(a.body, h.body))
                for a, h in zip(handlers, node.handlers, strict=True)  # type: ignore[attr-defined]
            ]
        if getattr(stmt, "finalbody", []):
            final = node.finalbody  # type: ignore[attr-defined]
            changes["finalbody"] = None
            if not self.finishes_nothing(stmt):
                changes["finalbody"] = final.with_changes(body=self._block_of(stmt.finalbody, final.body))  # type: ignore[attr-defined]
        if isinstance(stmt, ast.Match):
            changes["cases"] = [
                c.with_changes(body=self._block_of(a.body, c.body))
                for a, c in zip(stmt.cases, node.cases, strict=True)  # type: ignore[attr-defined]
            ]
        return changes

    def finishes_nothing(self, stmt: ast.stmt) -> bool:
        """Tell whether a ``try`` has a ``finally`` of which nothing is left (it closed the session)."""
        final = getattr(stmt, "finalbody", [])
        operations = self.operations
        return bool(final) and all(
            s in operations.removed and s not in operations.before and s not in operations.after for s in final
        )

    def _block_of(self, stmts: Sequence[ast.stmt], suite: cst.BaseSuite) -> cst.BaseSuite:
        if not any(s in self.dirty for s in stmts):
            return suite
        if isinstance(suite, cst.SimpleStatementSuite) and not any(map(self.operations.touches, stmts)):
            start, end = self.source.range(stmts[0])[0], self.source.range(stmts[-1])[1]
            line = self.parse_many(self.edits.render(start, end))
            if len(line) == 1 and isinstance(line[0], cst.SimpleStatementLine):
                return suite.with_changes(body=line[0].body)
        body, rest = self._suite(stmts, suite)
        if not body:
            body = [self.parse("pass")]
        if isinstance(suite, cst.IndentedBlock):
            return suite.with_changes(body=body, footer=[*comments(rest), *suite.footer])
        return cst.IndentedBlock(body=body)

    def _suite(
        self, stmts: Sequence[ast.stmt], suite: cst.BaseSuite, top: bool = False
    ) -> tuple[list[Statement], list[cst.EmptyLine]]:
        if isinstance(suite, cst.SimpleStatementSuite):
            line = cst.SimpleStatementLine(body=suite.body, trailing_whitespace=suite.trailing_whitespace)
            return self.block(stmts, [line], top=top)
        return self.block(stmts, suite.body, top=top)

    def parse_many(self, text: str) -> list[Statement]:
        """Parse the text of one statement or, where an edit added some, of several."""
        try:
            return [self.parse(text)]
        except cst.ParserSyntaxError:
            return list(cst.parse_module(text, self.config).body)

    def parse(self, text: str) -> Statement:
        """Parse one statement's text."""
        if text.startswith("#"):  # comments above it are leading lines of a module's first statement
            module = cst.parse_module(text, self.config)
            first = module.body[0]
            return first.with_changes(leading_lines=[*module.header, *first.leading_lines])
        return cst.parse_statement(text, self.config)


def _ast_blocks(stmt: ast.stmt) -> list[tuple[str, list[ast.stmt]]]:
    found = []
    for name in ("body", "orelse", "finalbody"):
        body = getattr(stmt, name, None)
        if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
            found.append((name, body))
    for part in [*getattr(stmt, "handlers", []), *getattr(stmt, "cases", [])]:
        found.append(("body", part.body))
    return found


def _header_parts(stmt: ast.stmt) -> list[ast.expr]:
    if isinstance(stmt, (ast.If, ast.While)):
        return [stmt.test]
    if isinstance(stmt, (ast.For, ast.AsyncFor)):
        return [stmt.iter]
    if isinstance(stmt, (ast.With, ast.AsyncWith)):
        return [e for i in stmt.items for e in (i.context_expr, i.optional_vars) if e is not None]
    if isinstance(stmt, ast.ClassDef):
        return [*stmt.bases, *[k.value for k in stmt.keywords]]
    if isinstance(stmt, (ast.FunctionDef, ast.AsyncFunctionDef)):
        args = stmt.args
        parts = [*args.defaults, *[d for d in args.kw_defaults if d is not None]]
        named = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        parts += [a.annotation for a in named if a is not None and a.annotation is not None]
        return [*parts, *([stmt.returns] if stmt.returns is not None else [])]
    if isinstance(stmt, ast.Match):
        return [stmt.subject]
    return []


def comments(lines: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """Return the lines that hold a comment."""
    return [line for line in lines if line.comment is not None]

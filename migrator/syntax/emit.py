"""Apply statement operations and text edits to a module, through LibCST, so that all other lines stay as they were."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst

from migrator.syntax.reindent import dedent
from migrator.syntax.text import Edits, SourceText

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


@dataclass(eq=False)
class Operations:
    """What happens to the statements of one module.

    Attributes:
        removed: statements that go away; comments directly above stay.
        moved: statements that went elsewhere with the comments directly above them.
        flattened: with statements whose bodies take their place.
        before, after: statements' texts (unindented) put next to a statement that may itself be gone.
        replaced: a statement -> the texts that take its place.
    """

    removed: set[ast.stmt] = field(default_factory=set)
    moved: set[ast.stmt] = field(default_factory=set)
    flattened: set[ast.stmt] = field(default_factory=set)
    before: dict[ast.stmt, list[str]] = field(default_factory=dict)
    after: dict[ast.stmt, list[str]] = field(default_factory=dict)
    replaced: dict[ast.stmt, list[str]] = field(default_factory=dict)

    def touches(self, stmt: ast.stmt) -> bool:
        """Tell whether something happens to a statement itself."""
        return (
            stmt in self.removed or stmt in self.moved or stmt in self.flattened or stmt in self.before
            or stmt in self.after or stmt in self.replaced
        )  # fmt: skip


def default_indent(text: str) -> str:
    """Return the indentation unit of a text, as LibCST finds it."""
    return cst.parse_module(text).default_indent


def emit(source: SourceText, operations: Operations, edits: Edits) -> str:
    """Return the module's new text.

    Args:
        source: the module.
        operations: what happens to statements.
        edits: what happens to expressions in statements that stay.

    Raises:
        ValueError: LibCST can't reproduce the text, so untouched lines could change.
    """
    try:
        return _emit(source, operations, edits)
    except cst.ParserSyntaxError as error:
        raise ValueError(error.message) from error


def _emit(source: SourceText, operations: Operations, edits: Edits) -> str:
    module = cst.parse_module(source.text)
    if module.code != source.text:
        raise ValueError("the text can't be reproduced exactly")
    emitter = _Emitter(source, operations, edits, module)
    body, pending = emitter.block(source.tree.body, module.body, top=True)
    header, footer = list(module.header), list(module.footer)
    if not source.tree.body or not body:
        return module.with_changes(body=body).code
    return module.with_changes(body=body, header=header, footer=[*pending, *footer]).code


class _Emitter:
    """Builds new blocks beside the old ones; untouched statements are kept as they are."""

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
        out: list[Statement] = []
        pending: list[cst.EmptyLine] = []
        index = 0
        inserted = False
        for node in nodes:
            count = len(node.body) if isinstance(node, cst.SimpleStatementLine) else 1
            group = list(stmts[index : index + count])
            index += count
            if not any(stmt in self.dirty for stmt in group):
                new: list[Statement] = [node]  # type: ignore[list-item]
                made_def = False
            else:
                new, lines, made_def = self.group(group, node, top)
                if not new:
                    pending = _squeeze([*pending, *lines])
                    continue
            if pending or inserted or made_def:
                new = self._lead(new, pending, top, bool(out), inserted)
            pending, inserted = [], made_def
            out.extend(new)
            pending, self._tail = self._tail, []
        return out, pending

    def _lead(
        self, new: list[Statement], pending: list[cst.EmptyLine], top: bool, not_first: bool, after_def: bool
    ) -> list[Statement]:
        """Put left-over lines before the first of new statements and keep PEP 8's distance around definitions."""
        first = new[0]
        lines = _squeeze([*pending, *first.leading_lines])
        if not_first and (after_def or isinstance(first, cst.FunctionDef)):
            wanted = 2 if top else 1
            at = next((i for i, line in enumerate(lines) if line.comment is not None), len(lines))
            have = sum(1 for line in lines[:at] if line.comment is None)
            blank = cst.EmptyLine(indent=False, whitespace=cst.SimpleWhitespace(""))
            lines = [blank] * max(0, wanted - have) + lines
        elif not not_first:
            while lines and lines[0].comment is None and pending:
                lines = lines[1:]
        return [first.with_changes(leading_lines=lines), *new[1:]]

    def group(
        self, group: list[ast.stmt], node: cst.CSTNode, top: bool
    ) -> tuple[list[Statement], list[cst.EmptyLine], bool]:
        """Return what takes the place of one line of simple statements or of one compound statement.

        Returns:
            (new statements, comment lines left over if there are none, whether the last is an inserted definition)
        """
        leading = list(getattr(node, "leading_lines", ()))
        if isinstance(node, cst.SimpleStatementLine) and not any(map(self.operations.touches, group)):
            start, end = self.source.range(group[0])[0], self.source.range(group[-1])[1]
            parsed = self.parse_many(dedent(self.edits.render(start, end), group[0].col_offset))
            parsed[0] = parsed[0].with_changes(leading_lines=leading)
            parsed[-1] = parsed[-1].with_changes(trailing_whitespace=node.trailing_whitespace)
            return parsed, [], False
        new: list[Statement] = []
        made_def = False
        for position, stmt in enumerate(group):
            last = position == len(group) - 1
            texts = [(t, True) for t in self.operations.before.get(stmt, [])]
            for text, _ in texts:
                new.append(self._spaced(self.parse(text), new, top))
            if stmt in self.operations.replaced:
                new.extend(self.parse(t) for t in self.operations.replaced[stmt])
            elif stmt in self.operations.moved:
                leading = _without_comment_block(leading)
            elif stmt in self.operations.flattened:
                new.extend(self._flatten(stmt, node, top))
            elif stmt not in self.operations.removed:
                kept = self._kept(stmt, node, last)
                if new and isinstance(new[-1], cst.FunctionDef):
                    kept[0] = self._spaced(kept[0], new, top)
                new.extend(kept)
            made_def = False
            for text in self.operations.after.get(stmt, []):
                new.append(self._spaced(self.parse(text), new, top))
                made_def = isinstance(new[-1], cst.FunctionDef)
        if not new:
            return [], leading, False
        if group[-1] in self.operations.flattened:
            made_def = isinstance(new[-1], cst.FunctionDef)
        merged = _squeeze([*leading, *new[0].leading_lines])
        new[0] = new[0].with_changes(leading_lines=merged)
        return new, [], made_def

    def _spaced(self, node: Statement, before: list[Statement], top: bool) -> Statement:
        """Give a definition, or what follows one, its blank lines."""
        if before and (isinstance(node, cst.FunctionDef) or isinstance(before[-1], cst.FunctionDef)):
            blank = cst.EmptyLine(indent=False, whitespace=cst.SimpleWhitespace(""))
            have = [line for line in node.leading_lines if line.comment is not None]
            return node.with_changes(leading_lines=[blank] * (2 if top else 1) + have)
        return node

    def _flatten(self, stmt: ast.stmt, node: cst.CSTNode, top: bool) -> list[Statement]:
        assert isinstance(stmt, (ast.With, ast.AsyncWith)) and isinstance(node, cst.With)
        body, rest = self._suite(stmt.body, node.body, top)
        self._tail = [*rest, *_comments(getattr(node.body, "footer", ()))]
        return body

    def _kept(self, stmt: ast.stmt, node: cst.CSTNode, last: bool) -> list[Statement]:
        """Return a statement that stays, with its edits."""
        if isinstance(node, cst.SimpleStatementLine):
            parsed = self.parse_many(dedent(self.edits.render(*self.source.range(stmt)), stmt.col_offset))
            if last:
                parsed[-1] = parsed[-1].with_changes(trailing_whitespace=node.trailing_whitespace)
            return parsed
        node = self._header(stmt, node)
        changes: dict[str, object] = {}
        inner = [s for _, body in _ast_blocks(stmt) for s in body]
        if any(s in self.dirty for s in inner):
            changes = self._bodies(stmt, node)
        return [node.with_changes(leading_lines=(), **changes)]  # type: ignore[list-item]

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
        text = self.edits.render(start, colon)
        parsed = self.parse(f"{text}: pass")
        changes = {"body": node.body, "leading_lines": node.leading_lines}  # type: ignore[attr-defined]
        for name in ("orelse", "handlers", "finalbody"):
            if hasattr(node, name):
                changes[name] = getattr(node, name)
        if isinstance(node, cst.FunctionDef):
            changes["lines_after_decorators"] = node.lines_after_decorators
        return parsed.with_changes(**changes)

    def _bodies(self, stmt: ast.stmt, node: cst.CSTNode) -> dict[str, object]:
        """Return the changed blocks of a compound statement, by LibCST field."""
        changes: dict[str, object] = {"body": self._block_of(stmt.body, node.body)}  # type: ignore[attr-defined]
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
            changes["finalbody"] = final.with_changes(body=self._block_of(stmt.finalbody, final.body))  # type: ignore[attr-defined]
        if isinstance(stmt, ast.Match):
            del changes["body"]
            changes["cases"] = [
                c.with_changes(body=self._block_of(a.body, c.body))
                for a, c in zip(stmt.cases, node.cases, strict=True)  # type: ignore[attr-defined]
            ]
        return changes

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
            return suite.with_changes(body=body, footer=[*_comments(rest), *suite.footer])
        return cst.IndentedBlock(body=body)

    def _suite(
        self, stmts: Sequence[ast.stmt], suite: cst.BaseSuite, top: bool = False
    ) -> tuple[list[Statement], list[cst.EmptyLine]]:
        if isinstance(suite, cst.SimpleStatementSuite):
            line = cst.SimpleStatementLine(body=suite.body, trailing_whitespace=suite.trailing_whitespace)
            return self.block(stmts, [line], top=top)
        return self.block(stmts, suite.body, top=top)  # type: ignore[arg-type]

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
            return first.with_changes(leading_lines=[*module.header, *first.leading_lines])  # type: ignore[return-value]
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
        parts += [a.annotation for a in [*args.posonlyargs, *args.args, *args.kwonlyargs] if a.annotation is not None]
        return [*parts, *([stmt.returns] if stmt.returns is not None else [])]
    if isinstance(stmt, ast.Match):
        return [stmt.subject]
    return []


def _comments(lines: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    return [line for line in lines if line.comment is not None]


def _without_comment_block(lines: list[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """Drop the comment lines at the end, which belong to the statement below."""
    while lines and lines[-1].comment is not None:
        lines = lines[:-1]
    return lines


def _squeeze(lines: list[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """Keep at most two blank lines in a row."""
    out: list[cst.EmptyLine] = []
    for line in lines:
        blank = line.comment is None
        if blank and len(out) >= 2 and out[-1].comment is None and out[-2].comment is None:
            continue
        out.append(line)
    return out


_MARK = re.compile(r"_migrator_site_(\d+)_\(")


def mark(number: int, text: str) -> str:
    """Wrap an expression's text so that its place in the new text can be found."""
    return f"_migrator_site_{number}_({text})"


def strip_marks(text: str) -> tuple[str, dict[int, tuple[int, int]]]:
    """Take the marks out of a text.

    Returns:
        (text, number -> (start, end) character offsets of the marked expression in the returned text).
    """
    source = SourceText(text)
    cuts: list[tuple[int, int]] = []
    inner: list[tuple[int, int, int]] = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found = _MARK.fullmatch(node.func.id + "(")
            if found is not None:
                start, end = source.range(node)
                opening = source.range(node.func)[1] + 1
                cuts += [(start, opening), (end - 1, end)]
                inner.append((int(found.group(1)), opening, end - 1))
    cuts.sort()
    out: list[str] = []
    at = 0
    for start, end in cuts:
        out.append(text[at:start])
        at = end
    out.append(text[at:])
    shifted = {}
    for number, start, end in inner:
        before_start = sum(e - s for s, e in cuts if e <= start)
        before_end = sum(e - s for s, e in cuts if e <= end)
        shifted[number] = (start - before_start, end - before_end)
    return "".join(out), shifted

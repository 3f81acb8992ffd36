"""Blocks of statements: what stays, goes, moves and comes, with its comments and blank lines."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import libcst as cst

from migrator.syntax.compounds import Compounds, Statement, comments
from migrator.syntax.reindent import dedent
from migrator.syntax.verbatim import verbatim


class Blocks(Compounds):
    """Builds new blocks beside the old ones; untouched statements are kept as they are."""

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
            written = self._written(start, end, group[0].col_offset)
            written[0] = written[0].with_changes(leading_lines=leading)
            written[-1] = written[-1].with_changes(trailing_whitespace=node.trailing_whitespace)
            return written, [], False
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
                kept = self._kept(stmt, node, last, top)
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

    def _written(self, start: int, end: int, columns: int) -> list[Statement]:
        """Return simple statements with their edits."""
        text = self.edits.render(start, end)
        if text.count("\n") > self.source.text.count("\n", start, end):  # an edit added statements or lines
            return self.parse_many(dedent(text, columns))
        return [verbatim(text, columns)]

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
        self._tail = [*rest, *comments(getattr(node.body, "footer", ()))]
        return body

    def _kept(self, stmt: ast.stmt, node: cst.CSTNode, last: bool, top: bool) -> list[Statement]:
        """Return a statement that stays, with its edits."""
        if isinstance(node, cst.SimpleStatementLine):
            written = self._written(*self.source.range(stmt), stmt.col_offset)
            if last:
                written[-1] = written[-1].with_changes(trailing_whitespace=node.trailing_whitespace)
            return written
        if (
            isinstance(stmt, ast.Try)
            and isinstance(node, cst.Try)
            and not stmt.handlers
            and self.finishes_nothing(stmt)
        ):
            body, rest = self._suite(stmt.body, node.body, top)
            self._tail = [*self._tail, *rest, *comments(getattr(node.body, "footer", ()))]
            return body
        return [self.compound(stmt, node)]


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

"""A statement of LibCST's that is text: what only an edit inside a line has changed needs no second parse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import libcst as cst

from migrator.syntax.reindent import dedent, indent

if TYPE_CHECKING:
    from libcst._nodes.internal import CodegenState


@dataclass(frozen=True)
class Verbatim(cst.BaseSmallStatement):
    """One or several simple statements as text; another depth than the one it is from shifts its lines.

    Attributes:
        text: the text, its first line without its indentation.
        columns: the indentation where the text is from.
    """

    text: str = ""
    columns: int = 0
    semicolon: cst.Semicolon | cst.MaybeSentinel = cst.MaybeSentinel.DEFAULT
    leading: Literal[""] = ""

    def _visit_and_replace_children(self, visitor: cst.CSTVisitorT) -> Verbatim:
        return self

    def _codegen_impl(self, state: CodegenState, default_semicolon: bool = False) -> None:
        prefix = "".join(state.indent_tokens)
        text = self.text
        if "\n" in text and len(prefix) != self.columns:
            text = indent(dedent(text, self.columns), prefix)[len(prefix) :]
        state.add_token(text)


def verbatim(text: str, columns: int) -> cst.SimpleStatementLine:
    """Return a line of statements that is written as it is."""
    return cst.SimpleStatementLine(body=[Verbatim(text=text, columns=columns)])

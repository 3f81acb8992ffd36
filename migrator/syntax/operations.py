"""What happens to the statements of a module."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field


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

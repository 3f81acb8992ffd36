"""Places in a new text, and names that it would use without a definition."""

from __future__ import annotations

import ast

import pytest

from migrator.model import Span
from migrator.syntax.residue import new_unknown_names
from migrator.syntax.spans import span_between


@pytest.mark.parametrize(
    ("segment", "span"),
    [("a", Span(1, 0, 1, 1)), ("b", Span(2, 3, 2, 4)), ("ü\nc", Span(2, 5, 3, 1)), ("", Span(1, 0, 1, 0))],
)
def test_span_between(segment: str, span: Span) -> None:
    text = "a\né b ü\nc\n"  # é and ü are two bytes each
    start = text.index(segment)
    assert span_between(text, start, start + len(segment)) == span


@pytest.mark.parametrize(
    ("after", "unknown"),
    [
        ("print(x)", ["x"]),
        ("x += y", ["y"]),
        ("sess.run(sess)", ["sess"]),
        ("import a.b as x, c.d\nx, c", []),
        ("import a.b\nb", ["b"]),
        ("def f(a, *b, c=1, **d):\n    return a, b, c, d, f", []),
        ("class A:\n    pass\nA, __file__, len", []),
        ("for i, (j, k) in []:\n    i, j, k", []),
        ("with a as b:\n    b", ["a"]),
        ("try:\n    pass\nexcept E as e:\n    e", ["E"]),
        ("(x := 1, [y for y in x], lambda z: z)", []),
        (
            "match 1:\n    case {'a': a, **rest}:\n        a, rest\n    case [*rest] as whole:\n        rest, whole",
            [],
        ),
        ("known", []),
    ],
)
def test_new_unknown_names(after: str, unknown: list[str]) -> None:
    assert new_unknown_names(ast.parse("known"), ast.parse(after)) == unknown

"""Moving statements' texts to another depth."""

from __future__ import annotations

import pytest

from migrator.syntax.reindent import comment_after, comments_above, dedent, indent, protected_lines

STRING = 'x = f("""a\n  b\n""",\n      y)'


def test_lines_inside_strings_are_protected() -> None:
    assert protected_lines(STRING) == {1, 2}
    assert protected_lines('    x = """a\n  b"""\n') == {1}
    assert protected_lines("x = f'''a\n{b}\n'''\n") == {1, 2}
    assert protected_lines("x = ('a'\n     'b')\n") == set()
    assert protected_lines('"""not python') == set()


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("x = 1", 4, "x = 1"),
        ("f(a,\n      b)", 4, "f(a,\n  b)"),
        ("f(a,\n  b)", 4, "f(a,\nb)"),  # less than that is all there is
        ("f(a,\n\n      b)", 4, "f(a,\n\n  b)"),
        ("if a:\n\t\tb", 1, "if a:\n\tb"),
        (STRING, 6, 'x = f("""a\n  b\n""",\ny)'),
        (STRING, 0, STRING),
    ],
)
def test_dedent(text: str, columns: int, expected: str) -> None:
    assert dedent(text, columns) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1", "  x = 1"),
        ("if a:\n    b\n\n    c", "  if a:\n      b\n\n      c"),
        (STRING, '  x = f("""a\n  b\n""",\n        y)'),
        ("# why\nx = 1", "  # why\n  x = 1"),
    ],
)
def test_indent(text: str, expected: str) -> None:
    assert indent(text, "  ") == expected


@pytest.mark.parametrize(
    ("above", "found"),
    [
        ("# one\n# two\n", ["# one", "# two"]),
        ("# far\n\n# near\n", ["# near"]),
        ("y = 1  # no\n", []),
        ("# ------------\n# near\n", ["# near"]),
        ("# In [3]:\n", []),
        ("# %%\n    # indented\n", ["# indented"]),
        ("", []),
    ],
)
def test_comments_above(above: str, found: list[str]) -> None:
    text = f"{above}    x = 1\n"
    assert comments_above(text, text.index("x")) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("x  # why\ny", "  # why"), ("x#why", "  #why"), ("x\n# why", ""), ("x; y  # why", ""), ("x", "")],
)
def test_comment_after(text: str, found: str) -> None:
    assert comment_after(text, 1) == found

"""Statement operations and edits in one module."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from migrator.syntax.emit import Operations, default_indent, emit, mark, strip_marks
from migrator.syntax.text import Edits, SourceText

Change = Callable[[dict[str, ast.stmt], Operations, Edits], None]
DEF = "def g():\n    return 1"


def emitted(text: str, change: Change) -> str:
    """Return the new text; statements are known by the first words of their texts."""
    source = SourceText(text)
    found = {source.segment(n).split("\n")[0]: n for n in ast.walk(source.tree) if isinstance(n, ast.stmt)}
    operations, edits = Operations(), Edits(source)
    change(found, operations, edits)
    return emit(source, operations, edits)


@pytest.mark.parametrize("text", ["", "\n", "# only\n", "x = 1", "if a :\n  b ;c\n\t\n", "é = 1\r\nf( é )\r\n"])
def test_nothing_to_do_changes_nothing(text: str) -> None:
    assert emitted(text, lambda found, operations, edits: None) == text


REMOVALS = {
    "comments above stay": ("a = 1\n# why\nb = 2\nc = 3\n", "b = 2", "a = 1\n# why\nc = 3\n"),
    "the last one": ("a = 1\n\n# why\nb = 2\n", "b = 2", "a = 1\n\n# why\n"),
    "one of a line": ("a = 1; b = 2; c = 3  # three\n", "b = 2", "a = 1\nc = 3  # three\n"),
    "a block's only one": ("if a:\n    b = 2\nc = 3\n", "b = 2", "if a:\n    pass\nc = 3\n"),
    "an else's only one": ("if a:\n    c\nelse:\n    b = 2\n", "b = 2", "if a:\n    c\nelse:\n    pass\n"),
    "in an elif": ("if a:\n    c\nelif d:\n    b = 2\n    e\n", "b = 2", "if a:\n    c\nelif d:\n    e\n"),
    "in a handler": (
        "try:\n    a\nexcept E:\n    b = 2\n    c\nfinally:\n    d\n",
        "b = 2",
        "try:\n    a\nexcept E:\n    c\nfinally:\n    d\n",
    ),
    "beside a header": ("for a in x: b = 2\nc\n", "b = 2", "for a in x:\n    pass\nc\n"),
    "with decorators": ("@d\ndef f():\n    pass\nc\n", "def f():", "c\n"),
    "blank lines are squeezed": ("a\n\n\nb = 2\n\n\nc\n", "b = 2", "a\n\n\nc\n"),
    "tabs": ("if a:\n\tb = 2\n\tif c:\n\t\td\n", "b = 2", "if a:\n\tif c:\n\t\td\n"),
}


@pytest.mark.parametrize(("text", "name", "expected"), REMOVALS.values(), ids=REMOVALS)
def test_removed(text: str, name: str, expected: str) -> None:
    assert emitted(text, lambda found, operations, edits: operations.removed.add(found[name])) == expected


def test_what_moves_takes_its_comments_along() -> None:
    text = "a = 1\n\n# far\n\n# near\nb = 2\nc = 3\n"
    assert emitted(text, lambda f, o, e: o.moved.add(f["b = 2"])) == "a = 1\n\n# far\n\nc = 3\n"


FLATTENED = {
    "simple": ("with a:\n    b\n    c\nd\n", "b\nc\nd\n"),
    "comments": (
        "# above\nwith a:  # beside\n    # first\n    b  # b\n\n    c\n    # last\n# next\nd\n",
        "# above\n# first\nb  # b\n\nc\n# last\n# next\nd\n",
    ),
    "compound statements": ("with a:\n    if b:\n        c\n    else:\n        d\n", "if b:\n    c\nelse:\n    d\n"),
    "beside the header": ("with a: b; c\nd\n", "b; c\nd\n"),
    "in a function": ("def f():\n    with a:\n        b\n    return c\n", "def f():\n    b\n    return c\n"),
    "alone in a function": ("def f():\n    with a:\n        b\n", "def f():\n    b\n"),
}


@pytest.mark.parametrize(("text", "expected"), FLATTENED.values(), ids=FLATTENED)
def test_flattened(text: str, expected: str) -> None:
    def change(found: dict[str, ast.stmt], operations: Operations, edits: Edits) -> None:
        operations.flattened.update(s for s in found.values() if isinstance(s, ast.With))

    assert emitted(text, change) == expected


def test_nested_blocks_are_flattened_together() -> None:
    def change(found: dict[str, ast.stmt], operations: Operations, edits: Edits) -> None:
        operations.flattened.update(s for s in found.values() if isinstance(s, ast.With))
        operations.removed.add(found["c"])

    assert emitted("with a:\n    with b:\n        c\n        d\n    e\n", change) == "d\ne\n"


def test_strings_over_several_lines_stay_when_their_block_goes() -> None:
    def change(found: dict[str, ast.stmt], operations: Operations, edits: Edits) -> None:
        operations.flattened.add(found["with a:"])
        edits.replace(found['print(b, """x'].value.args[0], "c")  # type: ignore[attr-defined]

    text = 'with a:\n    print(b, """x\n    y""",\n          z)\n'
    assert emitted(text, change) == 'print(c, """x\n    y""",\n      z)\n'


INSERTED = {
    "at the top": ("import a\nb = 2\nc\n", "import a\nb = 2\n\n\ndef g():\n    return 1\n\n\nc\n"),
    "blank lines that are there count": ("b = 2\n\n\n\nc\n", "b = 2\n\n\ndef g():\n    return 1\n\n\nc\n"),
    "at the end": ("b = 2\n", "b = 2\n\n\ndef g():\n    return 1\n"),
    "in a function": (
        "def f():\n    b = 2\n    c\n",
        "def f():\n    b = 2\n\n    def g():\n        return 1\n\n    c\n",
    ),
    "before a comment": ("b = 2\n# next\nc\n", "b = 2\n\n\ndef g():\n    return 1\n\n\n# next\nc\n"),
    "in a block with tabs": ("if a:\n\tb = 2\n\tc\n", "if a:\n\tb = 2\n\n\tdef g():\n\t\treturn 1\n\n\tc\n"),
}


@pytest.mark.parametrize(("text", "expected"), INSERTED.values(), ids=INSERTED)
def test_definitions_get_their_distance(text: str, expected: str) -> None:
    lines = DEF.replace("    ", "\t") if "\t" in text else DEF
    assert emitted(text, lambda f, o, e: o.after.setdefault(f["b = 2"], []).append(lines)) == expected


def test_texts_before_and_in_place_of_a_statement_that_goes() -> None:
    def change(found: dict[str, ast.stmt], operations: Operations, edits: Edits) -> None:
        operations.removed.add(found["b = 2"])
        operations.before[found["b = 2"]] = ["x = 1", "y = 2"]
        operations.replaced[found["c = 3"]] = ["z = 3", "# why\nt = 4"]

    assert emitted("a\n# why\nb = 2\n\nc = 3  # c\nd\n", change) == "a\n# why\nx = 1\ny = 2\n\nz = 3\n# why\nt = 4\nd\n"


EDITED = {
    "an assignment": ("x = old + 1  # why\n", "x = new + 1  # why\n"),
    "one of a line": ("a = 1;  x = old ;b\n", "a = 1;  x = new ;b\n"),
    "a condition": ("if  old  : # c\n    b\n  # d\nelse :\n    c\n", "if  new  : # c\n    b\n  # d\nelse :\n    c\n"),
    "a loop on one line": ("for a in old: b; c\n", "for a in new: b; c\n"),
    "its body": ("for a in b: old; c\n", "for a in b: new; c\n"),
    "a while": ("while old: a\n", "while new: a\n"),
    "a default": ("def f(a, b=old) -> int:\n    return a\n", "def f(a, b=new) -> int:\n    return a\n"),
    "a base": ("class A(B, metaclass=old): pass\n", "class A(B, metaclass=new): pass\n"),
    "a context": ("with a as b, old as c:\n    d\n", "with a as b, new as c:\n    d\n"),
    "in a try": ("try:\n    old\nexcept E:\n    a\nelse:\n    b\n", "try:\n    new\nexcept E:\n    a\nelse:\n    b\n"),
    "a lambda's body": ("f = lambda a: old\n", "f = lambda a: new\n"),
    "a continued line": ("x = a + \\\n    old\n", "x = a + \\\n    new\n"),
    "inside brackets": ("f(\n    a,  # a\n    old,  # b\n)\n", "f(\n    a,  # a\n    new,  # b\n)\n"),
    "a string's field": ("x = f'{a} {old}'\n", "x = f'{a} {new}'\n"),
}


@pytest.mark.parametrize(("text", "expected"), EDITED.values(), ids=EDITED)
def test_edited(text: str, expected: str) -> None:
    def change(found: dict[str, ast.stmt], operations: Operations, edits: Edits) -> None:
        (node,) = [n for n in ast.walk(edits.source.tree) if isinstance(n, ast.Name) and n.id == "old"]
        edits.replace(node, "new")

    assert emitted(text, change) == expected


def test_a_new_statement_that_is_no_python_is_an_error() -> None:
    with pytest.raises(ValueError):
        emitted("x = a\n", lambda f, o, e: o.replaced.update({f["x = a"]: ["x = 1 +"]}))


def test_the_indentation_of_a_text() -> None:
    assert [default_indent(SourceText(t)) for t in ("x\n", "if a:\n  b\n", "if a:\n\tb\n")] == ["    ", "  ", "\t"]


def test_marks_are_taken_out_and_leave_their_places() -> None:
    inner = mark(0, "c")
    text = f"é = f({mark(3, 'a(1)')},\n      {mark(12, f'b[{inner}]')})\n"
    stripped, spans = strip_marks(text)
    assert stripped == "é = f(a(1),\n      b[c])\n"
    assert {number: stripped[start:end] for number, (start, end) in spans.items()} == {3: "a(1)", 12: "b[c]", 0: "c"}


def test_a_text_without_marks_stays() -> None:
    assert strip_marks("f(x)\n") == ("f(x)\n", {})


def test_the_lines_of_an_edited_statement_keep_their_distance() -> None:
    text = 'if a:\n    while b:\n        print(x, \\\n              f(y),\n    """kept\n    """)\n'
    source = SourceText(text)
    edits, operations = Edits(source), Operations()
    call = next(n for n in ast.walk(source.tree) if isinstance(n, ast.Call) and n.args and n.lineno == 4)
    edits.replace(call, "g()")
    assert emit(source, operations, edits) == text.replace("f(y)", "g()")

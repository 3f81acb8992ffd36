"""Offsets between text and `ast`, and rendering with edits."""

from __future__ import annotations

import ast

import pytest

from migrator.model import Span
from migrator.syntax.text import Edit, Edits, SourceText

TEXT = "é = 'ü'; total = price * (1 + rate)  # ö\nprint(total,\n      é)\n"


def find(source: SourceText, segment: str) -> ast.AST:
    """Return the first expression with a text."""
    return next(n for n in ast.walk(source.tree) if isinstance(n, ast.expr) and source.segment(n) == segment)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_segments_are_the_nodes_texts(newline: str) -> None:
    source = SourceText(TEXT.replace("\n", newline))
    for segment in ("'ü'", "price * (1 + rate)", "1 + rate", f"print(total,{newline}      é)"):
        assert source.segment(find(source, segment)) == segment
    assert [source.segment(s) for s in source.tree.body][1] == "total = price * (1 + rate)"


@pytest.mark.parametrize("separator", ["\f", "\x0b", "\x1c", "\x85", "\u2028"])
def test_only_real_newlines_divide_lines(separator: str) -> None:
    source = SourceText(f"a = '{separator}'\nb = second\n")
    assert source.segment(find(source, "second")) == "second"


def test_positions_for_people_and_spans_in_bytes() -> None:
    source = SourceText(TEXT)
    node = find(source, "price")
    assert source.position(node) == (1, 18)
    assert source.span(node) == Span(1, 19, 1, 24)  # é and ü are two bytes each
    assert source.span(find(source, "print(total,\n      é)")) == Span(2, 0, 3, 9)


def test_decorators_are_no_part_of_a_definition() -> None:
    source = SourceText("@first\n@second(1)\ndef f():\n    pass\n")
    assert source.segment(source.tree.body[0]) == "def f():\n    pass"


def test_a_text_that_is_no_python() -> None:
    with pytest.raises(SyntaxError) as caught:
        SourceText("def f(:\n", "train.py")
    assert caught.value.filename == "train.py"


def test_an_empty_text() -> None:
    source = SourceText("")
    assert Edits(source).render(0, 0) == "" and not Edits(source)


def edited(text: str, *edits: tuple[str, str]) -> str:
    """Return a text in which expressions have new texts."""
    source = SourceText(text)
    edits_ = Edits(source)
    for segment, new in edits:
        edits_.replace(find(source, segment), new)
    return edits_.render(0, len(text))


def test_edits_replace_nodes_in_any_order() -> None:
    assert edited("f(a, b)\n", ("b", "B"), ("a", "AAA")) == "f(AAA, B)\n"
    assert edited("ö = f(ä, b)\n", ("b", "B")) == "ö = f(ä, B)\n"


def test_an_inner_edit_counts_only_where_the_outer_one_renders_it() -> None:
    source = SourceText("f(a, b)\n")
    edits = Edits(source)
    call = source.tree.body[0].value  # type: ignore[attr-defined]
    edits.replace(call.args[0], "A")
    edits.replace(call.args[1], "B")
    edits.replace(call, lambda render: f"{render(call.args[1])}.g()")
    assert edits.render(0, 8) == "B.g()\n"
    assert edits.node(call.args[0]) == "A"


def test_an_edit_may_render_its_own_place() -> None:
    source = SourceText("f(a)\n")
    edits, call = Edits(source), source.tree.body[0].value  # type: ignore[attr-defined]
    edits.replace(call.args[0], "A")
    edits.replace(call, lambda render: f"g({render(call)})")
    assert edits.node(call) == "g(f(A))"


def test_insertions_at_one_place_keep_their_order() -> None:
    source = SourceText("f(a)\n")
    edits = Edits(source)
    edits.add(0, 0, "1")
    edits.replace(source.tree.body[0].value, "g")  # type: ignore[attr-defined]
    edits.add(0, 0, "2")
    assert edits.render(0, 5) == "12g\n"


def test_a_preferred_edit_takes_the_place_of_others_there() -> None:
    source = SourceText("f(a)\n")
    edits, arg = Edits(source), find(source, "a")
    edits.replace(arg, "wrong")
    edits.add(2, 2, "*")
    edits.prefer(arg, "right")
    assert edits.render(0, 5) == "f(*right)\n"


def test_edits_that_only_overlap_a_stretch_are_left_out() -> None:
    source = SourceText("a + b\n")
    edits = Edits(source)
    edits.extend([Edit(0, 3, "x"), Edit(4, 5, "B")])
    assert (edits.render(2, 5), edits.render(0, 5), len(edits.all())) == ("+ B", "x B", 2)


@pytest.mark.parametrize(
    ("start", "end", "touched"), [(0, 1, False), (0, 5, True), (2, 3, True), (3, 5, True), (4, 5, False)]
)
def test_what_an_edit_touches(start: int, end: int, touched: bool) -> None:
    source = SourceText("f(a)\ng(b)\n")
    edits = Edits(source)
    edits.add(2, 3, "A")
    edits.add(3, 3, ", B")
    assert edits.touches(start, end) is touched

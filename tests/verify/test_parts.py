"""The parts that need no TensorFlow."""

from __future__ import annotations

import ast
import subprocess
import sys

import numpy as np
import pytest

from migrator.model import DerivedWrite, Span
from migrator.syntax.text import SourceText
from migrator.verify.align import by_stream
from migrator.verify.child.log import flatten
from migrator.verify.child.match import Matcher
from migrator.verify.compare import compare_arrays, same_distribution
from migrator.verify.evidence import Tolerance
from migrator.verify.instrument import candidates, wrap
from migrator.verify.numpy_oracle import put_edits
from migrator.verify.record import Event
from migrator.verify.tolerance import tolerance_for

EXACT = Tolerance("t", 1e-5, 1e-6, "")


def test_import_is_cheap() -> None:
    code = "import migrator.verify, sys; print([m for m in ('tensorflow', 'numpy', 'libcst') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ([1.0], [1.0 + 5e-6], True),
        ([1.0], [1.0 + 5e-5], False),
        ([np.nan], [np.nan], True),
        ([np.nan], [1.0], False),
        ([np.inf], [np.inf], True),
        ([np.inf], [-np.inf], False),
        ([0.0], [1e-7], True),
        ([1e30], [np.inf], False),
        ([], [], True),
    ],
)
def test_compare_floats(left: list[float], right: list[float], equal: bool) -> None:
    assert compare_arrays(np.array(left), np.array(right), EXACT).equal is equal


def test_compare_integers_exactly() -> None:
    assert not compare_arrays(np.array([2**40]), np.array([2**40 + 1]), EXACT).equal
    assert compare_arrays(np.array([2**62 + 1]), np.array([2**62 + 1]), EXACT).equal


def test_distributions() -> None:
    random = np.random.default_rng(0)
    many = random.normal(size=3000)
    assert same_distribution(many, random.normal(size=40))
    assert not same_distribution(many, random.normal(scale=0.1, size=40))
    assert not same_distribution(many, random.normal(loc=2.0, size=40))
    assert not same_distribution(many, np.zeros(40))


def test_tolerance_is_never_silent() -> None:
    assert tolerance_for([], 1000, 1e-5, 1e-6).name == "default"
    wide = tolerance_for(["Adam"], 100, 1e-5, 1e-6)
    assert wide.name == "keras-optimizer" and wide.rtol == pytest.approx(2e-4) and "Adam" in wide.why
    assert tolerance_for(["Adam"], 10**6, 1e-5, 1e-6).rtol == pytest.approx(1e-3)


def variable(name: str, graph: int = 0, shape: tuple[int, ...] = (2,), trainable: bool = True) -> dict[str, object]:
    return {"name": name, "graph": graph, "shape": list(shape), "dtype": "float32", "trainable": trainable}


def test_matching_variables() -> None:
    before = [variable("Variable"), variable("Variable_1"), variable("a/w"), variable("a/w", graph=1), variable("odd")]
    before.append(variable("layer/mean", shape=(4,), trainable=False))
    matcher = Matcher(before)
    assert matcher.match("Variable", (2,), "float32", True) == (0, "name")
    assert matcher.match("Variable", (2,), "float32", True) == (1, "uniquified")
    assert matcher.match("a/w", (2,), "float32", True) == (2, "name")
    assert matcher.match("a/w", (2,), "float32", True) == (3, "name")
    assert matcher.match("model/layer/mean", (4,), "float32", False) == (5, "path")
    assert matcher.match("slot", (2,), "float32", False) == (None, None)
    assert matcher.match("other", (3,), "float32", True) == (None, None)
    assert matcher.match("renamed", (2,), "float32", True) == (4, "order")


def test_flatten_sorts_keys() -> None:
    assert flatten({"b": [1, (2, None)], "a": 0}) == [0, 1, 2, None]


def test_wrapping_keeps_lines_and_meaning() -> None:
    text = (
        "class A:\n  x = [s.run(i) for i in range(3)]; y = s.run(1), s.run(\n    t.eval())\n"
        'def g():\n    z = yield s.run(2)  # é s.run(3)\n    w = "é", s.run(4)\n'
        'print(f"{s.run(5)} {s.run(6)}")\n'
    )
    marks = candidates(text, "p.py")
    new, bad = wrap(text, [(i, mark.span) for i, mark in enumerate(marks)])
    assert not bad and len(marks) == 8 and new.count("\n") == text.count("\n")

    class Undo(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            self.generic_visit(node)
            return node.args[1] if isinstance(node.func, ast.Attribute) and node.func.attr == "leave" else node

    assert ast.dump(Undo().visit(ast.parse(new))) == ast.dump(ast.parse(text))


def test_a_mark_that_is_no_expression() -> None:
    assert wrap("x = 1\n", [(0, Span(1, 0, 1, 5))]) == ("x = 1\n", [0])


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("u = tf.assign(c, x)", "u = __put__.function(0)(c, x)"),
        ("u = tf.concat([a, b], 1).assign(x)", "u = __put__.method(0, (tf.concat([a, b], 1)))(x)"),
        ("s.run(tf.tensor_scatter_nd_update(v, i, u))", "s.run(__put__.function(0)(v, i, u))"),
        ("assign_add(c, x, name='n')", "__put__.function(0)(c, x, name='n')"),
    ],
)
def test_repaired_writes_go_to_the_oracle(text: str, new: str) -> None:
    whole = Span(1, 0, 1, len(text))
    edits, names, unknown = put_edits(text, (DerivedWrite(whole, None, ()),), 0)
    assert wrap(text, [], edits)[0] == new and len(names) == 1 and not unknown
    assert SourceText(new).tree


def event(where: str, order: int, *shapes: tuple[int, ...]) -> Event:
    return Event(where, order, tuple({"d": "<f4", "s": list(shape), "o": 0} for shape in shapes))


def test_alignment_by_order() -> None:
    before = [event(site, i, ()) for i, site in enumerate(["a", "b"] * 3)]
    after = [event(place, i, ()) for i, place in enumerate(["numpy:x", "numpy:y"] * 3)]
    found = {item.id: item for item in by_stream(before, after)}
    assert found["a"].function == "numpy:x" and found["b"].function == "numpy:y"


def test_alignment_needs_the_same_number_of_calls() -> None:
    before = [event("a", i, (2,)) for i in range(3)]
    after = [event("call:x", i, (2,)) for i in range(2)]
    assert by_stream(before, after)[0].missing is not None


def test_alignment_of_a_comprehension() -> None:
    before = [event("a", 0, (2,), (2,))]
    after = [event("numpy:x", 0, (2,)), event("numpy:x", 1, (2,))]
    found = by_stream(before, after)
    assert [item.id for item in found] == ["a[0]", "a[1]"] and all(len(item.pairs) == 1 for item in found)

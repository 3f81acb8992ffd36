"""What a fetch needs."""

from __future__ import annotations

import pytest
from walking import Walked

from migrator.analysis.slicing import Slice, effects_in, slice_of

PROGRAM = """\
scale = 2.
def double(t):
    return t * scale
x = tf.placeholder(tf.float32, [])
z = tf.placeholder(tf.float32, [])
k = tf.placeholder_with_default(1., [])
w = tf.Variable(1.)
a = double(x)
b = a * w
c = b + z
d = x * k
dead = c * 3
parts = [a]
parts.append(b)
h = x
for i in range(2):
    h = h * i
up = tf.assign(w, b)
with tf.control_dependencies([up]):
    after = tf.identity(z)
"""


def sliced(fetch: str, *fed: str, program: str = PROGRAM) -> tuple[Walked, Slice]:
    """Return the slice of the last expression with a text."""
    walked = Walked(f"{program}{fetch}\n")
    return walked, slice_of(walked.unit(), [walked.node(fetch)], [v for f in fed if (v := walked.value(f))])


def names(found: Slice, walked: Walked) -> list[str]:
    return [walked.module.source.segment(a.stmt).split(" =")[0].split("(")[0] for a in found.atoms]


@pytest.mark.parametrize(
    ("fetch", "fed", "atoms"),
    [
        ("a", ["x"], ["a"]),
        ("b", ["x"], ["a", "b"]),
        ("c", ["x", "z"], ["a", "b", "c"]),
        ("c", ["b", "z"], ["c"]),  # a fed tensor needs nothing
        ("b", ["b"], []),
        ("parts", ["x"], ["a", "b", "parts", "parts.append"]),
        ("parts[0]", ["x"], ["a", "b", "parts", "parts.append"]),
        ("h", ["x"], ["h", "for i in range"]),
        ("w", [], []),
        ("after", ["x", "z"], ["a", "b", "up", "after"]),
        ("x * 2", ["x"], []),
    ],
)
def test_atoms(fetch: str, fed: list[str], atoms: list[str]) -> None:
    walked, found = sliced(fetch, *fed)
    assert names(found, walked) == atoms
    assert not found.unfed


def test_what_is_fed_and_what_is_missing() -> None:
    walked, found = sliced("c", "x", "k")
    x, z = walked.value("x"), walked.value("z")
    assert list(found.fed) == [x] and found.unfed == [z]
    assert [walked.module.source.segment(e) for e in found.fed[x]] == ["x"]  # type: ignore[index]


def test_a_default_need_not_be_fed() -> None:
    assert not sliced("d", "x")[1].unfed


def test_captures() -> None:
    walked, found = sliced("c", "x", "z")
    assert set(found.captures) - {"tf"} == {"double", "w"}
    assert [d.stmt.lineno for d in found.captures["w"] if d.stmt] == [8]
    assert [n.lineno for n in found.capture_uses["w"]] == [10]
    assert set(found.through_helpers) == {"scale"}
    assert {getattr(h, "name", None) for h in found.helpers} == {"double"}
    assert found.locals() == {"a", "b", "c"} and walked.module.path == "p.py"


def test_definitions_behind_a_capture() -> None:
    program = "import sys\ns = 1.\nif sys.argv:\n    s = 2.\nx = tf.placeholder(tf.float32)\ny = x * s\ns = 3.\n"
    _, found = sliced("y", "x", program=program)
    assert {d.stmt.lineno for d in found.captures["s"] if d.stmt} == {3, 5}


def test_long_chains() -> None:
    chain = "h0 = tf.placeholder(tf.float32)\n" + "".join(f"h{i + 1} = h{i} + 1\n" for i in range(2000))
    _, found = sliced("h2000", "h0", program=chain)
    assert len(found.atoms) == 2000


def test_effects_in_program_order() -> None:
    walked, found = sliced("[after, w.assign_add(1.)]", "x", "z")
    kinds = [
        (e.kind, e.expr.lineno) for e in effects_in(walked.unit(), found, [walked.node("[after, w.assign_add(1.)]")])
    ]
    assert kinds == [("assign", 19), ("assign", 22)]

"""What a fetch needs, and which reads and writes TensorFlow 1 leaves without an order."""

from __future__ import annotations

import pytest
from walking import Walked

from migrator.analysis.slicing import Slice, effects_in, races, slice_of
from migrator.analysis.values import Node

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


RACES = {
    "a read beside a write": ("up = w.assign_add(1.)\ny = w * 3\n", "[up, y]", ["w"]),
    "two writes": ("up = w.assign_add(1.)\ny = w.assign(5.)\n", "[up, y]", ["w"] * 2),
    "a read before the training": (
        "up = tf.train.GradientDescentOptimizer(.1).minimize(w * w)\ny = w * 3\n",
        "[up, y]",
        ["w"],
    ),
    "a swap": ("up = tf.assign(w, v)\ny = tf.assign(v, w)\n", "[up, y]", ["w", "v"]),
}
ORDERED = {
    "the variable itself": ("up = w.assign_add(1.)\n", "[up, w]"),
    "a read that the write needs": ("y = w * 3\nup = tf.assign(w, y)\n", "[up, y]"),
    "a read of the written value": ("up = w.assign_add(1.)\ny = up * 3\n", "[up, y]"),
    "a read after control dependencies": (
        "up = w.assign_add(1.)\nwith tf.control_dependencies([up]):\n    y = w.read_value()\n",
        "[up, y]",
    ),
    "a write after control dependencies": (
        "y = w * 3\nwith tf.control_dependencies([y]):\n    up = w.assign_add(1.)\n",
        "[up, y]",
    ),
    "another variable": ("up = w.assign_add(1.)\ny = v * 3\n", "[up, y]"),
    "the loss of the training": (
        "y = tf.square(w - 1.)\nup = tf.train.GradientDescentOptimizer(.1).minimize(y)\n",
        "[up, y]",
    ),
    "branches of a condition": (
        "p = tf.placeholder(tf.bool, [])\nup = tf.cond(p, lambda: w.assign_add(1.), lambda: w.assign_sub(1.))\n",
        "up",
    ),
    "a group of writes to two variables": ("up = tf.group(w.assign_add(1.), v.assign_add(1.))\n", "up"),
    "a static shape": ("up = w.assign_add(1.)\ny = tf.zeros(w.get_shape())\n", "[up, y]"),
    "initializers": ("up = tf.global_variables_initializer()\n", "up"),
}


def found_races(program: str, fetch: str) -> list[str | None]:
    walked = Walked(f"w = tf.Variable(1.)\nv = tf.Variable(2.)\n{program}{fetch}\n")
    node = walked.node(fetch)
    unit = walked.unit()
    parts = getattr(node, "elts", [node])
    fetched = [v for v in map(walked.value, map(walked.module.source.segment, parts)) if isinstance(v, Node)]
    effects = effects_in(unit, slice_of(unit, [node]), [node])
    return [variable.path for _, _, variable in races(effects, fetched)]


@pytest.mark.parametrize(("program", "fetch", "expected"), RACES.values(), ids=RACES)
def test_races(program: str, fetch: str, expected: list[str]) -> None:
    assert sorted(filter(None, found_races(program, fetch))) == sorted(expected)


@pytest.mark.parametrize(("program", "fetch"), ORDERED.values(), ids=ORDERED)
def test_what_has_an_order(program: str, fetch: str) -> None:
    assert found_races(program, fetch) == []

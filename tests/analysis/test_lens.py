"""What the lens engine emits for typical targets, what it refuses and why."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from migrator.analysis.lens import (
    UNKNOWN,
    Arg,
    Derived,
    Leaf,
    Opaque,
    Plan,
    Refusal,
    Value,
    get,
    put,
    result,
    scatter_put,
)
from migrator.tables.lenses import ROWS, Kind, rows_for_docs

V1 = Leaf("var1", (5, 10), "float32", "var1")
V2 = Leaf("var2", (5, 10), "float32", "var2")
V = Leaf("v", (3, 4), "float32", "v")
W = Leaf("self.w", None, None, "w")
SYNTAX = ("subscript", "index", "tuple", "list", "read_value", "value")


def op(symbol: str, *sources: Any, **args: Any) -> Derived:
    """Returns an op over sources; arguments by value."""
    made = {name: arg if isinstance(arg, Arg) else Arg(repr(arg), arg) for name, arg in args.items()}
    return Derived(symbol if symbol in SYNTAX else f"tensorflow.{symbol}", sources, made)


def sub(source: Any, key: str, deps: str = "") -> Derived:
    """Returns a subscript."""
    return Derived("subscript", (source,), {"key": Arg(key, deps=frozenset(deps.split()))})


def fresh() -> Callable[[str], str]:
    """Returns a maker of free names."""
    used: set[str] = set()

    def make(wish: str) -> str:
        wishes = itertools.chain([wish], (f"{wish}_{i}" for i in itertools.count(2)))
        name = next(name for name in wishes if name not in used)
        used.add(name)
        return name

    return make


def text(target: Any, value: str | Value = "x", how: str = "assign", indices: Arg | None = None) -> str:
    """Returns the emitted statements, or the reason of a refusal after an exclamation mark."""
    plan = put(target, value, fresh=fresh(), how=how, indices=indices)
    return "\n".join(plan.statements) if isinstance(plan, Plan) else f"! {plan.reason}"


TYPICAL = [
    (
        op("concat", V1, V2, axis=1),
        """\
part_var1, part_var2 = tf.split(x, [var1.shape[1], var2.shape[1]], axis=1)
var1.assign(part_var1)
var2.assign(part_var2)""",
    ),
    (
        op("concat", op("reshape", V1, shape=[-1]), op("reshape", W, shape=[-1]), axis=0),
        """\
part_var1, part_w = tf.split(x, [var1.shape.num_elements(), self.w.shape.num_elements()], axis=0)
var1.assign(tf.reshape(part_var1, var1.shape))
self.w.assign(tf.reshape(part_w, self.w.shape))""",
    ),
    (
        op("stack", V1, V2),
        """\
part_var1, part_var2 = tf.unstack(x, num=2)
var1.assign(part_var1)
var2.assign(part_var2)""",
    ),
    (
        op("transpose", op("concat", op("reshape", V, shape=[-1]), sub(V1, ":, 0"), axis=0)),
        """\
part_v, part_var1 = tf.split(tf.transpose(x), [v.shape.num_elements(), var1.shape[0]], axis=0)
v.assign(tf.reshape(part_v, v.shape))
var1[:, 0].assign(part_var1)""",
    ),
    (V, "v.assign(x)"),
    (op("identity", V), "v.assign(x)"),
    (op("transpose", V), "v.assign(tf.transpose(x))"),
    (op("transpose", W, perm=[2, 0, 1]), "self.w.assign(tf.transpose(x, perm=[1, 2, 0]))"),
    (op("reshape", V, shape=[4, 3]), "v.assign(tf.reshape(x, v.shape))"),
    (op("expand_dims", V, axis=0), "v.assign(tf.squeeze(x, axis=0))"),
    (op("roll", V, shift=2, axis=0), "v.assign(tf.roll(x, shift=-2, axis=0))"),
    (sub(V, "1:3"), "v[1:3].assign(x)"),
    (sub(V, "..., ::-1, tf.newaxis"), "v[..., ::-1, tf.newaxis].assign(x)"),
    (sub(op("transpose", V), "0"), "v[:, 0].assign(x)"),
    (sub(sub(V, "1:"), "0"), "v[1].assign(x)"),
    (sub(op("stack", V1, V2), "0"), "var1.assign(x)"),
    (op("slice", V, begin=[0, 1], size=[-1, 2]), "v[:, 1:3].assign(x)"),
    (op("index", op("split", V, num_or_size_splits=2, axis=1), i=1), "v[:, 2:].assign(x)"),
    (op("index", op("unstack", V, axis=1), i=1), "v[:, 1].assign(x)"),
    (op("gather", V, indices=[2, 0]), "v.scatter_nd_update([[2], [0]], x)"),
    (op("gather", V, indices=Arg("rows", [2, 0])), "v.scatter_nd_update(tf.expand_dims(rows, -1), x)"),
    (op("gather", V, indices=[1, 2], axis=1), "v[:, 1:3].assign(x)"),
    (op("boolean_mask", V, mask=Arg("mask")), "v.scatter_nd_update(tf.where(mask), x)"),
    (op("matrix_diag_part", V), "v.assign(tf.linalg.set_diag(v, x))"),
    (
        op("index", op("split", W, num_or_size_splits=2, axis=1), i=1),
        """\
parts_w = tf.split(self.w, 2, axis=1)
parts_w[1] = x
self.w.assign(tf.concat(parts_w, axis=1))""",
    ),
    (
        op("gather", V, indices=[2, 0], axis=1),
        """\
positions = tf.gather(tf.reshape(tf.range(tf.size(v)), v.shape), [2, 0], axis=1)
v.assign(tf.reshape(tf.tensor_scatter_nd_update(tf.reshape(v, [-1]), positions[..., tf.newaxis], x), v.shape))""",
    ),
    (
        sub(op("reshape", V, shape=[-1]), "3:7"),
        """\
current_v = tf.reshape(v, [-1])
v.assign(tf.reshape(tf.concat([current_v[:3], x, current_v[7:]], axis=0), v.shape))""",
    ),
    (
        op("concat", sub(V, ":2"), sub(V, "2:"), axis=0),
        """\
part_v, part_v_2 = tf.split(x, [2, 1], axis=0)
v[:2].assign(part_v)
v[2:].assign(part_v_2)""",
    ),
    (
        op("cast", V, dtype=Arg("tf.float64")),
        """\
new_v = tf.cast(x, v.dtype)
tf.debugging.assert_equal(tf.cast(new_v, tf.float64), x)
v.assign(new_v)""",
    ),
]


@pytest.mark.parametrize(("target", "expected"), TYPICAL, ids=[get(target) for target, _ in TYPICAL])
def test_typical(target: Any, expected: str) -> None:
    assert text(target) == expected


def test_increments() -> None:
    assert text(op("transpose", V), how="assign_add") == "v.assign_add(tf.transpose(x))"
    assert text(sub(V, "1:3"), "a - b", "assign_sub") == "v[1:3].assign(v[1:3] - (a - b))"
    assert text(op("gather", V, indices=[2, 0]), how="assign_sub") == "v.scatter_nd_sub([[2], [0]], x)"
    assert text(op("stack", V1, V2), how="assign_add").endswith(
        "var1.assign_add(part_var1)\nvar2.assign_add(part_var2)"
    )


def test_python_values_are_converted_as_tf1_did() -> None:
    assert text(V, "[[1] * 4] * 3") == "v.assign([[1] * 4] * 3)"
    numpy = Value("np.ones((4, 3))", tensor=False)
    assert (
        text(op("transpose", V), numpy)
        == "v.assign(tf.transpose(tf.convert_to_tensor(np.ones((4, 3)), dtype=v.dtype)))"
    )
    pair = op("stack", sub(V, "0, 0"), sub(V, "1, 1"))
    assert text(pair, "[1, 2]").startswith("part_v, part_v_2 = tf.unstack(tf.constant([1, 2], dtype=v.dtype))")


def test_lists_of_variables() -> None:
    both = Derived("list", (V1, V2))
    assert text(both, "[var2, var1]").splitlines()[:2] == [
        "part_var1 = tf.identity(var2)",
        "part_var2 = tf.identity(var1)",
    ]
    assert text(Derived("index", (both,), {"i": Arg("-1", -1)})) == "var2.assign(x)"


def test_sizes_of_dynamic_variables_are_read_when_the_program_runs() -> None:
    a, b = Leaf("a", (None, 3), "float32", "a"), Leaf("b", (2, 3), "float32", "b")
    assert "[tf.shape(a)[0], b.shape[0]]" in text(op("concat", a, b, axis=0))
    assert text(op("reshape", a, shape=[-1])) == "a.assign(tf.reshape(x, tf.shape(a)))"
    changing = Leaf("c", None, None, "c", dynamic=True)
    assert "[tf.shape(c)[1], b.shape[1]]" in text(op("concat", changing, b, axis=1))


REFUSED = [
    (op("concat", V, V, axis=0), "v and v have an element in common"),
    (op("concat", sub(V, ":2"), sub(V, "1:"), axis=0), "v[:2] and v[1:] have an element in common"),
    (op("stack", sub(W, "i"), sub(W, "j")), "it is not known that self.w[i] and self.w[j] have no element in common"),
    (op("concat", V1, Opaque("tf.zeros([5, 1])", "is a constant"), axis=1), "tf.zeros([5, 1]) is a constant"),
    (op("reduce_sum", V), "tf.reduce_sum can't be written to: a reduction loses the elements"),
    (op("matmul", V, V1), "tf.matmul can't be written to: many sources give the same product"),
    (op("add", V, V), "tf.add can't be written to: arithmetic"),
    (op("nn.relu", V), "tf.nn.relu can't be written to: an activation"),
    (op("where", V), "tf.where can't be written to: which source"),
    (op("tile", V), "tf.tile can't be written to: elements of the target are copies"),
    (op("broadcast_to", V), "tf.broadcast_to can't be written to: elements of the target are copies"),
    (op("frobnicate", V), "tf.frobnicate can't be written to: it is not known how"),
    (op("gather", V, indices=[0, 0]), "the indices [0, 0] are repeated"),
    (op("gather", V, indices=Arg("idx")), "the indices idx are not statically known"),
    (op("gather_nd", V, indices=[[0, 1], [0, 1]]), "the indices [[0, 1], [0, 1]] are repeated"),
    (op("boolean_mask", V, mask=Arg("v > 0", deps=frozenset("v"))), "v > 0 selects what is written and reads v"),
    (sub(V, "tf.argmax(v)", "v"), "tf.argmax(v) selects what is written and reads v"),
    (op("cast", V, dtype=Arg("tf.int32")), "a cast from float32 to int32 loses values"),
    (op("cast", Leaf("w", (3,), None, "w"), dtype=Arg("tf.float64")), "whether tf.float64 holds every value"),
    (op("split", V, num_or_size_splits=2, axis=1), "a list of tensors is written as a whole"),
    (op("concat", V1, V2), "a concat without an axis"),
    (op("concat", V1, V2, axis=7), "a concat along axis 7 of tensors with 2 dimensions"),
    (op("transpose", V, perm=[0, 0]), "the perm of a transpose doesn't fit its source"),
]


@pytest.mark.parametrize(("target", "reason"), REFUSED)
def test_refused(target: Any, reason: str) -> None:
    plan = put(target, "x", fresh=fresh())
    assert isinstance(plan, Refusal)
    assert plan.reason.startswith(reason), plan.reason


def test_a_value_that_does_not_fit_is_refused() -> None:
    assert text(op("concat", V1, V2, axis=1), Value("x", shape=(5, 10))) == (
        "! a value of shape (5, 10) doesn't fit a target of shape (5, 20)"
    )
    assert text(sub(V, "0"), "1.0") == "! a value of shape () doesn't fit a target of shape (4,)"
    assert text(sub(V, "0"), Value("x", shape=(None,))) == "v[0].assign(x)"


def test_a_cast_takes_only_values_that_come_back() -> None:
    n = Leaf("n", (2,), "int32", "n")
    wide = op("cast", n, dtype=Arg("tf.float64"))
    assert text(wide, "[1.0, 2.0]") == "n.assign(tf.cast(tf.constant([1.0, 2.0], dtype=tf.float64), n.dtype))"
    assert text(wide, "[1.5, 2.0]") == "! int32 doesn't hold the written value exactly"
    assert (
        text(op("cast", V, dtype=Arg("np.float64")), "0.1")
        == "! a value of shape () doesn't fit a target of shape (3, 4)"
    )
    assert text(op("to_int32", n)) == "n.assign(x)"


def test_a_second_write_of_one_variable_sees_the_first() -> None:
    tf = pytest.importorskip("tensorflow")
    target = op("concat", op("gather", V, indices=[3, 0], axis=1), sub(V, ":, 1:2"), axis=1)
    v = tf.Variable(np.zeros((3, 4), np.float32))
    x = np.arange(9, dtype=np.float32).reshape(3, 3)
    exec(text(target), {"tf": tf, "v": v, "x": tf.constant(x)})
    np.testing.assert_array_equal(v.numpy()[:, [3, 0, 1]], x)


@pytest.mark.parametrize("known", [True, False])
def test_all_right_hand_sides_come_first(known: bool) -> None:
    tf = pytest.importorskip("tensorflow")
    a, b = (Leaf(name, (2,) if known else None, "float32", name) for name in "ab")
    scope = {"tf": tf, "a": tf.Variable([1.0, 2.0]), "b": tf.Variable([3.0, 4.0])}
    exec(text(op("concat", a, b, axis=0), "tf.concat([b, a], axis=0)"), scope)
    assert (scope["a"].numpy().tolist(), scope["b"].numpy().tolist()) == ([3, 4], [1, 2])
    exec(text(Derived("tuple", (a, b)), "(b, a)"), scope)
    assert (scope["a"].numpy().tolist(), scope["b"].numpy().tolist()) == ([1, 2], [3, 4])


def test_complex_and_bits() -> None:
    tf = pytest.importorskip("tensorflow")
    c, r, i = Leaf("c", (2,), "complex64", "c"), Leaf("r", (2,), "float32", "r"), Leaf("i", (2,), "float32", "i")
    scope = {"tf": tf, "c": tf.Variable([1 + 2j, 3 + 4j], dtype=tf.complex64), "x": tf.constant([5.0, 6.0])}
    scope |= {"r": tf.Variable([1.0, 2.0]), "i": tf.Variable([3.0, 4.0])}
    exec(text(op("real", c)), scope)
    exec(text(op("imag", c), how="assign_add"), scope)
    assert scope["c"].numpy().tolist() == [5 + 7j, 6 + 10j]
    exec(text(op("complex", r, i), "c"), scope)
    assert (scope["r"].numpy().tolist(), scope["i"].numpy().tolist()) == ([5, 6], [7, 10])
    exec(text(op("linalg.adjoint", op("expand_dims", c, axis=0)), "tf.constant([[1 + 1j], [2j]], tf.complex64)"), scope)
    assert scope["c"].numpy().tolist() == [1 - 1j, -2j]
    exec(text(op("bitcast", r, type=Arg("tf.uint8")), "tf.zeros([2, 4], tf.uint8)"), scope)
    exec(text(op("bitcast", i, type=Arg("tf.int32")), "tf.constant([0, 1])", "assign_add"), scope)
    assert scope["r"].numpy().tolist() == [0, 0]
    assert (
        scope["i"].numpy().view(np.int32).tolist()
        == (np.array([7, 10], np.float32).view(np.int32) + np.arange(2)).tolist()
    )


def test_a_cast_checks_its_value_when_the_program_runs() -> None:
    tf = pytest.importorskip("tensorflow")
    v = tf.Variable([1, 2])
    statements = text(op("cast", Leaf("v", (2,), "int32", "v"), dtype=Arg("tf.float64")))
    exec(statements, {"tf": tf, "v": v, "x": tf.constant([3.0, 4.0], tf.float64)})
    assert v.numpy().tolist() == [3, 4]
    with pytest.raises(tf.errors.InvalidArgumentError):
        exec(statements, {"tf": tf, "v": v, "x": tf.constant([3.5, 4.0], tf.float64)})
    assert v.numpy().tolist() == [3, 4]


def test_inside_a_tf_function_with_unknown_dimensions() -> None:
    tf = pytest.importorskip("tensorflow")
    a, w = tf.Variable(tf.zeros([2, 3])), tf.Variable(tf.zeros([4, 3]))
    leaf, other = Leaf("a", (2, 3), "float32", "a"), Leaf("w", None, None, "w")
    targets: list[Any] = [op("concat", leaf, other, axis=0), op("transpose", op("concat", leaf, other, axis=0))]
    targets += [op("stack", leaf, sub(other, "1:3")), op("gather", leaf, indices=[2, 0], axis=1), sub(other, "::2")]
    for target in targets:
        shape = eval(get(target), {"tf": tf, "a": a, "w": w}).shape
        scope = {"tf": tf, "a": a, "w": w}
        body = "\n    ".join(text(target).splitlines())
        exec(f"def step(x):\n    {body}\n    return {result(target)}", scope)
        step = tf.function(
            scope["step"], input_signature=[tf.TensorSpec([None] * len(shape), tf.float32)], autograph=False
        )
        x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
        step(x)
        np.testing.assert_array_equal(eval(get(target), scope), x)


def test_scatters_into_derived_tensors() -> None:
    tf = pytest.importorskip("tensorflow")
    rows, rng = Arg("rows", [1, 0]), np.random.default_rng(0)
    assert text(op("identity", V), how="scatter_add", indices=rows) == "v.scatter_add(tf.IndexedSlices(x, rows))"
    assert text(V, how="scatter_nd_update", indices=Arg("at")) == "v.scatter_nd_update(at, x)"
    verbs = {"update": lambda a, b: b, "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide}
    for verb, combine in {**verbs, "min": np.minimum, "max": np.maximum}.items():
        start, x = rng.normal(size=(3, 4)).astype(np.float32), rng.normal(size=(2, 3)).astype(np.float32)
        v, expected = tf.Variable(start), start.T.copy()
        expected[[1, 0]] = combine(expected[[1, 0]], x)
        statements = text(op("transpose", V), how=f"scatter_{verb}", indices=rows)
        exec(statements, {"tf": tf, "v": v, "x": tf.constant(x), "rows": [1, 0]})
        np.testing.assert_allclose(v.numpy(), expected.T, rtol=1e-6)
    assert text(op("transpose", V), how="scatter_mul", indices=Arg("at")).startswith("! the indices at of scatter_mul")
    assert text(op("transpose", V), how="scatter_add").startswith("! the indices of the scatter are not known")


def test_tensor_scatter_run_as_if_it_wrote() -> None:
    tf = pytest.importorskip("tensorflow")
    indices = Arg("tf.reshape(tf.range(0, tf.size(var1)), (tf.size(var1), 1))")
    plan = scatter_put(V1, indices, "updates", indices_shape=(None, 1), updates_shape=(50,))
    assert isinstance(plan, Plan)
    assert plan.statements == (
        "var1.assign(tf.reshape(tf.tensor_scatter_nd_update(tf.reshape(var1, [-1]), "
        "tf.reshape(tf.range(0, tf.size(var1)), (tf.size(var1), 1)), updates), var1.shape))",
    )
    var1 = tf.Variable(tf.zeros([5, 10]))
    exec(plan.statements[0], {"tf": tf, "var1": var1, "updates": tf.range(50.0)})
    np.testing.assert_array_equal(var1.numpy(), np.arange(50.0).reshape(5, 10))
    rows = scatter_put(V1, Arg("[[0], [2]]"), "u", verb="add", indices_shape=(2, 1), updates_shape=(2, 10))
    assert isinstance(rows, Plan) and rows.statements == ("var1.scatter_nd_add([[0], [2]], u)",)
    assert isinstance(scatter_put(V1, Arg("i"), "u", indices_shape=(2, 1), updates_shape=(2, 3, 4)), Refusal)
    assert isinstance(scatter_put(V1, Arg("i"), "u"), Refusal)


def test_the_value_of_a_write() -> None:
    assert result(sub(V, "1:3")) == "v"  # TF1's sliced assign gives all of the variable
    assert result(op("concat", V1, V2, axis=1)) == "tf.concat([var1, var2], axis=1)"
    assert result(op("identity", V)) == "tf.identity(v)"
    assert get(op("image.flip_left_right", V), "T") == "T.reverse(v, axis=[-2])"


def test_writes_and_reads_name_the_variables() -> None:
    plan = put(op("concat", op("gather", V, indices=[0, 2], axis=1), sub(V, ":, 1:2"), axis=1), "x", fresh=fresh())
    assert isinstance(plan, Plan) and plan.writes == (V,)
    plan = put(sub(op("concat", V1, V2, axis=1), ":, 3:12"), "x", fresh=fresh())
    assert isinstance(plan, Plan) and plan.writes == plan.reads == (V1, V2)


def test_names_that_the_analysis_knows() -> None:
    key = Derived("subscript", (op("transpose", V),), {"key": Arg("k", (slice(0, 2), 1))})
    assert text(key) == "v[1, 0:2].assign(x)"
    assert text(Derived("subscript", (W,), {"key": Arg("k", UNKNOWN)})) == "self.w[k].assign(x)"


def test_the_table_lists_every_row_and_every_refusal() -> None:
    rows = list(rows_for_docs())
    kinds = [kind for _, kind, _, _ in rows]
    assert len([kind for kind in kinds if kind != Kind.REFUSE]) == len(ROWS)
    assert kinds.count("refuse") >= 8
    assert ("`tf.transpose`, `tf.image.transpose`, `tf.image.transpose_image`", "iso") in [row[:2] for row in rows]

"""The rewritten expressions give the numbers of TF1: of compat.v1, and of real TF 1.15 where there is one."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from symbols_harness import rewrite

pytest.importorskip("tensorflow")
SCRIPT = Path(__file__).parent / "symbols_numbers.py"

RAMP = ["float32", [[[[float((7 * i + 3 * j) % 11)] for j in range(4)] for i in range(4)]]]
INPUTS: dict[str, list[Any]] = {
    "x": ["float32", [[1.5, -2.0, 0.25], [0.5, 3.0, -1.0]]],
    "y": ["float32", [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]],
    "p": ["float32", [[0.2, 0.7, 0.1], [0.6, 0.3, 0.2]]],
    "w": ["float32", [[1.0, 0.0], [0.5, 2.0], [-1.0, 1.0]]],
    "b": ["float32", [0.5, -0.5]],
    "u": ["float32", [[2.0], [0.0]]],
    "v": ["float32", [1.0, 2.0, 3.0, 4.0]],
    "i": ["int32", [7, -7, 5]],
    "j": ["int32", [2, 2, -3]],
    "k": ["int64", [2, 0]],
    "c": ["bool", [True, False]],
    "d": ["bool", [[True, False, True], [False, True, True]]],
    "s": ["bool", True],
    "m": ["float32", [[4.0, 1.0], [1.0, 3.0]]],
    "t": ["float32", RAMP[1]],
    "q": ["float32", [[[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.6], [0.7, 0.8]]]],
    "f": ["float32", [[[[0.5]], [[-1.0]]], [[[0.25]], [[2.0]]]]],
}
# expression, tolerance (0: equal bits)
CASES: list[tuple[str, float]] = [
    ("tf.log(tf.abs(x))", 0),
    ("tf.to_int32(x)", 0),
    ("tf.to_float(i)", 0),
    ("tf.div(i, j)", 0),
    ("tf.div(x, 2.0)", 0),
    ("tf.div(tf.identity(i), 2)", 0),
    ("tf.div(tf.identity(x), 3)", 0),
    ("tf.floor_div(i, j)", 0),
    ("tf.mod(i, j)", 0),
    ("tf.where(c, x, y)", 0),
    ("tf.where(tf.identity(c), x, y)", 0),
    ("tf.where(d, x, y)", 0),
    ("tf.where(s, x, y)", 0),
    ("tf.where(c, q, q * 2)", 0),
    ("tf.where(d)", 0),
    ("tf.where(x > 0, x, tf.zeros_like(x))", 0),
    ("tf.reduce_sum(x, reduction_indices=[1], keep_dims=True)", 0),
    ("tf.argmax(x, dimension=1)", 0),
    ("tf.arg_max(x, 1, tf.int32)", 0),
    ("tf.expand_dims(x, dim=1)", 0),
    ("tf.squeeze(u, squeeze_dims=[1])", 0),
    ("tf.nn.softmax(x, dim=0)", 0),
    ("tf.nn.l2_normalize(x, dim=1)", 0),
    ("tf.nn.moments(x, [0], keep_dims=True)", 0),
    ("tf.nn.dropout(x, 0.5, seed=7)", 0),
    ("tf.nn.dropout(x, keep_prob=0.8, seed=7)", 0),
    ("tf.nn.dropout(x, 1 - p[0, 0], None, 7)", 0),
    ("tf.random_normal([2, 2], stddev=2.0, seed=3)", 0),
    ("tf.truncated_normal([2, 2], seed=3)", 0),
    ("tf.random_uniform([2, 2], -1, 1, seed=3)", 0),
    ("tf.random_shuffle(v, seed=3)", 0),
    ("tf.multinomial(x, 4, seed=3)", 0),
    ("tf.random_poisson(v, [2], seed=3)", 0),
    ("tf.random_gamma([2], v, seed=3)", 0),
    ("tf.random_crop(x, [1, 2], seed=3)", 0),
    ("tf.gradients(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x), [x, y])", 1e-6),
    ("tf.gradients(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x, dim=1), [x, y])", 1e-6),
    ("tf.gradients(tf.losses.softmax_cross_entropy(y, x), [x, y])", 1e-6),
    ("tf.gradients(tf.losses.sigmoid_cross_entropy(y, x), [x, y])", 1e-6),
    ("tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x)", 0),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits(labels=k, logits=x)", 1e-6),
    ("tf.nn.weighted_cross_entropy_with_logits(y, x, 2.0)", 0),
    ("tf.losses.mean_squared_error(y, p)", 1e-6),
    ("tf.losses.mean_squared_error(y, p, weights=0.3)", 1e-6),
    ("tf.losses.mean_squared_error(y, p, weights=u)", 1e-6),
    ("tf.losses.mean_squared_error(tf.to_int32(y), p)", 1e-6),
    ("tf.losses.mean_squared_error(y, p, reduction=tf.losses.Reduction.NONE)", 0),
    ("tf.losses.mean_squared_error(y, p, 2.0, reduction=tf.losses.Reduction.SUM)", 1e-6),
    ("tf.losses.mean_squared_error(y, p, 2.0, reduction=tf.losses.Reduction.MEAN)", 1e-6),
    ("tf.losses.absolute_difference(y, p)", 1e-6),
    ("tf.losses.hinge_loss(y, x)", 1e-6),
    ("tf.losses.huber_loss(y, x, delta=0.5)", 1e-6),
    ("tf.losses.log_loss(y, p)", 1e-6),
    ("tf.losses.log_loss(y, p, weights=2.0, epsilon=1e-5)", 1e-6),
    ("tf.losses.cosine_distance(y, p, axis=1)", 1e-6),
    ("tf.losses.cosine_distance(y, p, dim=1, weights=0.5)", 1e-6),
    ("tf.losses.softmax_cross_entropy(y, x)", 1e-6),
    ("tf.losses.softmax_cross_entropy(y, x, label_smoothing=0.1)", 1e-6),
    ("tf.losses.softmax_cross_entropy(y, x, weights=2.0)", 1e-6),
    ("tf.losses.sparse_softmax_cross_entropy(k, x)", 1e-6),
    ("tf.losses.sparse_softmax_cross_entropy(labels=tf.expand_dims(k, 1), logits=x)", 1e-6),
    ("tf.losses.sigmoid_cross_entropy(y, x)", 1e-6),
    ("tf.losses.sigmoid_cross_entropy(tf.to_int32(y), x)", 1e-6),
    ("tf.losses.mean_pairwise_squared_error(y, p)", 1e-6),
    ("tf.nn.xw_plus_b(x, w, b)", 0),
    ("tf.nn.relu_layer(x, w, b)", 0),
    ("tf.nn.embedding_lookup(w, [2, 0])", 0),
    ("tf.nn.embedding_lookup([w, w * 2], [2, 0], partition_strategy='div')", 0),
    ("tf.nn.in_top_k(x, k, 1)", 0),
    ("tf.nn.max_pool(value=t, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME')", 0),
    ("tf.nn.avg_pool(t, [1, 2, 2, 1], [1, 1, 1, 1], 'VALID')", 0),
    ("tf.nn.conv2d(t, filter=f, strides=[1, 1, 1, 1], padding='SAME')", 1e-6),
    ("tf.nn.conv2d_transpose(t, f, [1, 8, 8, 1], [1, 2, 2, 1])", 1e-6),
    ("tf.nn.conv2d_backprop_input([1, 4, 4, 1], f, t, [1, 1, 1, 1], 'SAME')", 1e-6),
    ("tf.nn.depthwise_conv2d(t, f, [1, 1, 1, 1], 'SAME', rate=[2, 2])", 1e-6),
    ("tf.nn.depthwise_conv2d_native(t, f, [1, 1, 1, 1], 'SAME')", 1e-6),
    ("tf.nn.convolution(t, f, 'SAME', None, [2, 2])", 1e-6),
    ("tf.nn.conv1d(q, tf.reshape(w, [3, 2, 1])[:2], 1, 'SAME')", 1e-6),
    ("tf.nn.dilation2d(t, f[:, :, :, 0], [1, 1, 1, 1], [1, 1, 1, 1], 'SAME')", 0),
    ("tf.nn.fused_batch_norm(t, [2.0], [1.0])[0]", 1e-6),
    ("tf.nn.batch_normalization(x, 0.5, 2.0, 0.1, 1.5, 1e-3)", 0),
    ("tf.image.resize_bilinear(t, [6, 3])", 0),
    ("tf.image.resize_bicubic(t, [6, 3])", 0),
    ("tf.image.resize_nearest_neighbor(t, [6, 3], align_corners=True)", 0),
    ("tf.image.resize_area(t, [2, 3])", 0),
    ("tf.image.resize_images(t, [6, 3])", 0),
    ("tf.image.resize_images(t, [6, 3], method=tf.image.ResizeMethod.BICUBIC, align_corners=True)", 0),
    ("tf.image.resize_images(tf.identity(t), (2, 2), 1)", 0),
    ("tf.image.resize_image_with_crop_or_pad(t, 2, 6)", 0),
    ("tf.image.extract_glimpse(t, [2, 2], [[0.1, 0.2]])", 0),
    ("tf.extract_image_patches(t, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], 'SAME')", 0),
    ("tf.image.crop_and_resize(t, [[0.0, 0.0, 0.5, 1.0]], box_ind=[0], crop_size=[3, 3])", 0),
    ("tf.image.draw_bounding_boxes(t, [[[0.1, 0.1, 0.9, 0.9]]])", 0),
    ("tf.space_to_batch(t, [[0, 0], [0, 0]], 2)", 0),
    ("tf.batch_to_space(tf.space_to_batch(t, [[0, 0], [0, 0]], block_size=2), [[0, 0], [0, 0]], 2)", 0),
    ("tf.space_to_depth(t, 2)", 0),
    ("tf.batch_gather(x, [[2, 0], [1, 1]])", 0),
    ("tf.matrix_inverse(m)", 0),
    ("tf.matrix_determinant(m)", 0),
    ("tf.matrix_solve(m, m)", 0),
    ("tf.cholesky(m)", 0),
    ("tf.self_adjoint_eigvals(m)", 1e-6),
    ("tf.diag(v)", 0),
    ("tf.matrix_band_part(m, 0, -1)", 0),
    ("tf.unsorted_segment_sum(v, [0, 1, 0, 1], 2)", 0),
    ("tf.lgamma(v)", 1e-6),
    ("tf.count_nonzero(y, axis=1)", 0),
    ("tf.confusion_matrix([1, 2], [2, 2], 3)", 0),
    ("tf.bincount(tf.abs(i))", 0),
    ("tf.setdiff1d([1, 2, 3, 4], [2, 4])", 0),
    ("tf.sparse_to_dense([[0, 1], [1, 2]], [2, 3], [5.0, 6.0])", 0),
    ("tf.sparse_to_dense([1, 2], [4], 1, 0)", 0),
    ("tf.string_to_number(['1.5', '2'])", 0),
    ("tf.substr(['abcd'], 1, 2)", 0),
    ("tf.string_join(['a', 'b'])", 0),
    ("tf.reduce_join([['a', 'b'], ['c', 'd']], 1)", 0),
    ("tf.string_split(['a b', 'c']).values", 0),
    ("tf.string_split(['a b', 'c  d'], skip_empty=False).values", 0),
    ("tf.string_split(['a b', 'c'], ' ').dense_shape", 0),
    ("tf.strings.split(['a,b', 'c'], sep=',').indices", 0),
    ("tf.strings.split(['a b', 'c']).values", 0),
    ("tf.nn.erosion2d(t, f[:, :, :, 0], [1, 1, 1, 1], [1, 1, 1, 1], 'SAME')", 0),
    ("(lambda f: f(x, k, 1))(tf.nn.in_top_k)", 0),
    ("(lambda f: f(x, 0.5, seed=7))(tf.nn.dropout)", 0),
    ("(lambda f: f(y, p, u))(tf.losses.mean_squared_error)", 1e-6),
    ("tf.image.sample_distorted_bounding_box([4, 4, 1], [[[0.1, 0.1, 0.9, 0.9]]], 3, 4, 0.1)[0]", 0),
    ("tf.decode_csv(['1,2.5'], [[0], [0.0]])", 0),
    ("tf.decode_raw(['abcd'], tf.uint8)", 0),
    ("tf.spectral.dct(v)", 1e-6),
    ("tf.clip_by_average_norm(x, 0.1)", 1e-6),
    ("tf.boolean_mask(x, c)", 0),
    ("tf.reverse_sequence(x, [2, 3], seq_dim=1, batch_dim=0)", 0),
    ("tf.cond(s, lambda: [x], lambda: [y])", 0),
    ("tf.cond(s, lambda: (x, y), lambda: (y, x))", 0),
    ("tf.while_loop(lambda n: n < 5, lambda n: [n + 1], [tf.constant(0)])", 0),
    ("tf.while_loop(lambda n: n < 5, lambda n: n + 1, [0])", 0),
    ("tf.while_loop(lambda n, a: n < 5, lambda n, a: (n + 1, a * 2), [0, x])", 0),
    ("tf.map_fn(lambda r: tf.argmax(r), x, dtype=tf.int64)", 0),
    ("tf.scan(lambda a, r: a + r, v)", 0),
    ("tf.foldl(lambda a, r: a * r, v)", 0),
    ("tf.case([(s, lambda: x)], default=lambda: y)", 0),
    ("tf.Print(x, [x], 'x: ') * 2", 0),
    ("tf.py_func(lambda a: a * 2, [x], tf.float32)", 0),
    ("tf.contrib.seq2seq.sequence_loss(q, tf.to_int32(q[:, :, 0] > 0.2), tf.ones([2, 2]))", 1e-6),
    ("tf.contrib.layers.flatten(t)", 0),
    ("tf.layers.flatten(x)", 0),
    ("tf.layers.max_pooling2d(t, 2, 2)", 0),
    ("tf.layers.average_pooling2d(t, pool_size=[2, 2], strides=(1, 1), padding='same')", 1e-6),
    ("tf.contrib.layers.max_pool2d(t, [3, 3])", 0),
    ("tf.contrib.layers.avg_pool2d(t, 2, padding='SAME')", 1e-6),
    ("tf.contrib.layers.one_hot_encoding(k, 3)", 0),
    ("tf.contrib.layers.l2_regularizer(0.3)(x)", 1e-6),
    ("tf.contrib.layers.l1_regularizer(0.3)(x)", 1e-6),
    ("tf.constant_initializer(0.25)([2, 2])", 0),
    ("tf.zeros_initializer()([2, 2])", 0),
]
# (initializer, bounded): moments of many draws; the streams differ, the distributions may not
_MOMENTS = (
    "(lambda z: [tf.reduce_mean(z) / tf.sqrt(tf.reduce_mean(z * z)), tf.log(tf.reduce_mean(z * z))%s])(%s([600, 300]))"
)
_BOUNDS = ", tf.log(tf.reduce_max(z) - tf.reduce_min(z))"
for _init, _bounded in [
    ("tf.random_normal_initializer(seed=5)", False),
    ("tf.random_normal_initializer(1.0, 0.2)", False),
    ("tf.random_uniform_initializer(seed=5)", True),
    ("tf.random_uniform_initializer(-2.0, 2.0)", True),
    ("tf.truncated_normal_initializer()", True),
    ("tf.truncated_normal_initializer(stddev=0.5)", True),
    ("tf.glorot_uniform_initializer()", True),
    ("tf.glorot_normal_initializer()", True),
    ("tf.variance_scaling_initializer(2.0, 'fan_avg', 'uniform')", True),
    ("tf.variance_scaling_initializer(scale=2.0)", True),
    ("tf.initializers.he_normal()", True),
    ("tf.initializers.he_uniform()", True),
    ("tf.initializers.lecun_normal()", True),
    ("tf.uniform_unit_scaling_initializer(1.43)", True),
    ("tf.orthogonal_initializer(gain=2.0)", False),
    ("tf.contrib.layers.xavier_initializer()", True),
    ("tf.contrib.layers.xavier_initializer(uniform=False)", True),
    ("tf.contrib.layers.variance_scaling_initializer()", True),
    ("tf.contrib.layers.variance_scaling_initializer(factor=1.0, mode='FAN_AVG', uniform=True)", True),
]:
    CASES.append((_MOMENTS % (_BOUNDS if _bounded else "", _init), 0.02))


def key(text: str) -> dict[str, Any]:
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    return {"text": text, "inputs": {name: value for name, value in INPUTS.items() if name in names}}


def _depth(value: Any) -> int:
    return 1 + _depth(value[0]) if isinstance(value, list) else 0


def rewritten(text: str) -> str:
    facts = rewrite(
        text, ranks={n: _depth(v[1]) for n, v in INPUTS.items()}, dtypes={n: v[0] for n, v in INPUTS.items()}
    )
    assert facts.refusals == [], facts.refusals
    return facts.text


@cache
def results(python: str, side: str) -> list[dict[str, Any]]:
    """Evaluate all cases in one child process."""
    texts = [text if side == "before" else rewritten(text) for text, _ in CASES]
    cases = json.dumps([key(text) for text in texts])
    command = [python, str(SCRIPT), side]
    done = subprocess.run(command, input=cases, capture_output=True, text=True, timeout=300, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT")]
    assert lines, done.stderr[-2000:]
    out: list[dict[str, Any]] = json.loads(lines[-1].removeprefix("RESULT"))
    return out


def compare(one: Any, two: Any, tolerance: float) -> None:
    if isinstance(one, list):
        assert isinstance(two, list) and len(one) == len(two), (one, two)
        for a, b in zip(one, two, strict=True):
            compare(a, b, tolerance)
    elif isinstance(one, dict) and tolerance:
        assert (one["dtype"], one["shape"]) == (two["dtype"], two["shape"])
        for a, b in zip(one["values"], two["values"], strict=True):
            assert a == b or float(a) == pytest.approx(float(b), rel=tolerance, abs=tolerance)
    else:
        assert one == two


@pytest.mark.parametrize("number", range(len(CASES)), ids=[text for text, _ in CASES])
def test_against_compat(number: int) -> None:
    text, tolerance = CASES[number]
    if "contrib" in text or "tf.layers" in text:
        pytest.skip("only in TF 1.15")
    one, two = results(sys.executable, "before")[number], results(sys.executable, "after")[number]
    assert "error" not in one, one
    assert "error" not in two, (rewritten(text), two)
    compare(one["values"], two["values"], tolerance)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[text for text, _ in CASES])
def test_against_tf1(number: int) -> None:
    tf1 = os.environ.get("MIGRATOR_TF1_PYTHON")
    if not tf1:
        pytest.skip("MIGRATOR_TF1_PYTHON is not set")
    text, tolerance = CASES[number]
    one, two = results(tf1, "before")[number], results(sys.executable, "after")[number]
    assert "error" not in one, one
    assert "error" not in two, (rewritten(text), two)
    compare(one["values"], two["values"], tolerance or 2e-6)

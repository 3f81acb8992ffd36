"""Random operations that have no stateless kernel in all versions of TensorFlow: drawn by NumPy from a seed tensor."""

from __future__ import annotations

from typing import Any

import numpy as np
from tensorflow.python.framework import dtypes, ops
from tensorflow.python.ops import array_ops, custom_gradient, gen_random_ops, math_ops, script_ops


def _generator(seed: Any) -> Any:
    return np.random.RandomState([int(part) & 0xFFFFFFFF for part in seed])


class Gamma:
    """The kernel called as (shape, alpha, seed=, seed2=, name=); its gradient is TensorFlow's own."""

    def dtype(self, args: Any, kwargs: Any) -> str:
        alpha = args[1] if len(args) > 1 else kwargs["alpha"]
        return str(ops.convert_to_tensor(alpha).dtype.base_dtype.name)

    def __call__(self, seed: Any, args: Any, kwargs: Any) -> Any:
        values = dict(zip(("shape", "alpha"), args), **{k: v for k, v in kwargs.items() if k in ("shape", "alpha")})
        shape = ops.convert_to_tensor(values["shape"], dtype=dtypes.int32)

        def draw(seed_value: Any, size: Any, alpha: Any) -> Any:
            found = _generator(seed_value).gamma(alpha, size=tuple(size) + alpha.shape)
            return np.asarray(found, dtype=alpha.dtype)

        @custom_gradient.custom_gradient  # type: ignore[untyped-decorator]
        def gamma(alpha: Any) -> Any:
            sample = script_ops.numpy_function(draw, [seed, shape, alpha], alpha.dtype)

            def gradient(upstream: Any) -> Any:
                each = upstream * gen_random_ops.random_gamma_grad(alpha, sample)
                return math_ops.reduce_sum(each, axis=math_ops.range(array_ops.size(shape)))

            return sample, gradient

        alpha = ops.convert_to_tensor(values["alpha"])
        result = gamma(alpha)
        fixed = _fixed(values["shape"])
        if fixed is not None and alpha.shape.is_fully_defined():
            result.set_shape(fixed + alpha.shape.as_list())
        return result


class Poisson:
    """The kernel called as (shape, rate, seed=, seed2=, dtype=, name=)."""

    def dtype(self, args: Any, kwargs: Any) -> str:
        return str(dtypes.as_dtype(kwargs.get("dtype") or dtypes.int64).name)

    def __call__(self, seed: Any, args: Any, kwargs: Any) -> Any:
        values = dict(zip(("shape", "rate"), args), **{k: v for k, v in kwargs.items() if k in ("shape", "rate")})
        shape = ops.convert_to_tensor(values["shape"], dtype=dtypes.int32)
        rate = ops.convert_to_tensor(values["rate"])
        dtype = dtypes.as_dtype(kwargs.get("dtype") or dtypes.int64)

        def draw(seed_value: Any, size: Any, mean: Any) -> Any:
            found = _generator(seed_value).poisson(mean, size=tuple(size) + mean.shape)
            return np.asarray(found, dtype=dtype.as_numpy_dtype)

        result = script_ops.numpy_function(draw, [seed, shape, rate], dtype)
        fixed = _fixed(values["shape"])
        if fixed is not None and rate.shape.is_fully_defined():
            result.set_shape(fixed + rate.shape.as_list())
        return result


def _fixed(shape: Any) -> list[int] | None:
    """Return a shape that is known when the operation is built."""
    try:
        return [int(size) for size in shape]
    except TypeError:  # a tensor
        return None


def sampled(sample: Any, seed: Any, args: Any, kwargs: Any) -> Any:
    """Return what a candidate sampler returns, or None where this one has no substitute.

    Args:
        sample: function of the range and the operation's further arguments, see `SAMPLERS`.
        seed: tensor.
        args, kwargs: of the operation.
    """
    names = ("true_classes", "num_true", "num_sampled", "unique", "range_max")
    given = dict(zip(names, args), **kwargs)
    probabilities = sample(int(given["range_max"]), given)
    if probabilities is None:
        return None
    count, unique = int(given["num_sampled"]), bool(given["unique"])

    def draw(seed_value: Any, true_classes: Any) -> Any:
        return _candidates(seed_value, true_classes, count, unique, probabilities)

    true_classes = ops.convert_to_tensor(given["true_classes"], dtype=dtypes.int64)
    types = [dtypes.int64, dtypes.float32, dtypes.float32]
    chosen, expected_true, expected_sampled = script_ops.numpy_function(draw, [seed, true_classes], types)
    chosen.set_shape([count])
    expected_true.set_shape(true_classes.shape)
    expected_sampled.set_shape([count])
    return chosen, expected_true, expected_sampled


def _candidates(seed: Any, true_classes: Any, count: int, unique: bool, probabilities: Any) -> Any:
    """Sample classes as TensorFlow's samplers do; returns (sampled, expected counts of true and of sampled)."""
    random = _generator(seed)
    sums = np.cumsum(probabilities)
    chosen: list[int] = []
    seen = set()
    tries = 0
    while len(chosen) < count:
        value = min(int(np.searchsorted(sums, random.uniform() * sums[-1], side="right")), len(sums) - 1)
        tries += 1
        if unique and value in seen:
            continue
        seen.add(value)
        chosen.append(value)

    def expected(classes: Any) -> Any:
        chance = np.asarray(probabilities)[classes]
        return (-np.expm1(tries * np.log1p(-chance)) if unique else chance * count).astype(np.float32)

    picked = np.array(chosen, dtype=np.int64)
    return picked, expected(np.asarray(true_classes)), expected(picked)


def _log_uniform(top: int, given: Any) -> Any:
    classes = np.arange(top)
    return np.log((classes + 2) / (classes + 1)) / np.log(top + 1)


def _unigram(top: int, given: Any) -> Any:
    weights = list(given.get("unigrams") or ())
    if len(weights) + int(given.get("num_reserved_ids") or 0) != top:
        return None  # a vocabulary file, or a part of a sharded one
    reserved = [0.0] * (top - len(weights))
    powers = np.asarray(reserved + weights, np.float64) ** float(given.get("distortion", 1.0))
    powers[: len(reserved)] = 0.0
    return powers / powers.sum()


SAMPLERS = {
    "uniform": lambda top, given: np.full(top, 1.0 / top),
    "log_uniform": _log_uniform,
    "fixed_unigram": _unigram,
}

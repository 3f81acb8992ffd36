"""Random kernels replaced by ones whose numbers depend on a seed tensor alone, the same on both sides.

`install` patches TensorFlow's generated kernels, so that everything built on them (`tf.nn.dropout`, `random_crop`,
initializers ...) goes through one *source*: a function that gets a key such as ``TruncatedNormal:float32`` and returns
a seed tensor (int64, shape [2]), or None where the kernel must stay (inside `tf.data` functions).
"""

from __future__ import annotations

import functools
import zlib
from typing import Any, Callable

from tensorflow.python.data.util import random_seed as data_seed
from tensorflow.python.framework import constant_op, dtypes, ops
from tensorflow.python.ops import (
    array_ops,
    gen_candidate_sampling_ops,
    gen_random_ops,
    gen_stateless_random_ops,
    nn_ops,
)

from . import numpy_draws
from .sites import key_number

Source = Callable[[str, bool], Any]  # key, and whether the program gave a seed
GRAPH_SEED = 87654321  # TensorFlow 1's own default


def code(key: str) -> int:
    """Return a small number for a key, the same in every process."""
    return zlib.crc32(key.encode()) & 0xFFFFFF


def seed_value(entry: Any, key: str) -> list[int]:
    """Return the seed of a draw: by site, call, kind of draw, and its number among the draws of that kind."""
    ordinal = entry.draws.get(key, 0)
    entry.draws[key] = ordinal + 1
    return [key_number(entry.key), (code(key) << 20) + ordinal]


def dtype_name(dtype: Any) -> str:
    """Return a dtype's name."""
    return str(dtypes.as_dtype(dtype).base_dtype.name)


def install(source: Source) -> None:
    """Patch every kernel; called once, in the process of one run."""
    stateless = gen_stateless_random_ops
    _patch("random_standard_normal", "RandomStandardNormal", source, _shaped(stateless.stateless_random_normal))
    _patch("random_uniform", "RandomUniform", source, _shaped(stateless.stateless_random_uniform))
    _patch("truncated_normal", "TruncatedNormal", source, _shaped(stateless.stateless_truncated_normal))
    _patch("random_uniform_int", "RandomUniformInt", source, _Uniform_int())
    _patch("multinomial", "Multinomial", source, _multinomial)
    _patch("random_shuffle", "RandomShuffle", source, _shuffle)
    _patch("random_gamma", "RandomGamma", source, numpy_draws.Gamma())
    _patch("random_poisson_v2", "RandomPoissonV2", source, numpy_draws.Poisson())
    _patch("parameterized_truncated_normal", "ParameterizedTruncatedNormal", lambda key, seeded: None, None)
    for name, sampler in numpy_draws.SAMPLERS.items():
        _patch_sampler(name + "_candidate_sampler", source, sampler)
    _install_data_seeds()


class _Counter:
    """Numbers kernels that stay stateful, so that their seeds are the same on both sides."""

    def __init__(self) -> None:
        self.count: dict[str, int] = {}

    def next(self, key: str) -> int:
        self.count[key] = self.count.get(key, 0) + 1
        return self.count[key]


_STATEFUL = _Counter()


def _patch(name: str, op: str, source: Source, substitute: Any) -> None:
    """Replace one function of `gen_random_ops`.

    Args:
        name: the function.
        op: name that its operation has by default (programs fetch by name).
        source: of seeds.
        substitute: object with ``dtype(args, kwargs)`` and call ``(seed, args, kwargs)``, or None: always stateful.
    """
    plain = getattr(gen_random_ops, name)

    @functools.wraps(plain)
    def patched(*args: Any, **kwargs: Any) -> Any:
        key = op
        if substitute is not None:
            key = "%s:%s" % (op, substitute.dtype(args, kwargs))
            seed = source(key, _seeded(kwargs))
            if seed is not None:
                arguments = {k: v for k, v in kwargs.items() if k not in ("seed", "seed2")}
                arguments["name"] = kwargs.get("name") or op
                return substitute(seed, args, arguments)
        kwargs["seed"], kwargs["seed2"] = code(key), _STATEFUL.next(key)
        return plain(*args, **kwargs)

    setattr(gen_random_ops, name, patched)


def _seeded(kwargs: Any) -> bool:
    """Tell whether an operation or its graph was given a seed."""
    return bool(kwargs.get("seed") or kwargs.get("seed2"))


class _shaped:
    """Kernels called as (shape, dtype, seed=, seed2=, name=)."""

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel

    def dtype(self, args: Any, kwargs: Any) -> str:
        return dtype_name(args[1] if len(args) > 1 else kwargs["dtype"])

    def __call__(self, seed: Any, args: Any, kwargs: Any) -> Any:
        shape = args[0] if args else kwargs["shape"]
        dtype = args[1] if len(args) > 1 else kwargs["dtype"]
        return self.kernel(shape, seed, dtype=dtype, name=kwargs["name"])


class _Uniform_int:
    """The kernel called as (shape, minval, maxval, seed=, seed2=, name=)."""

    def dtype(self, args: Any, kwargs: Any) -> str:
        low = args[1] if len(args) > 1 else kwargs["minval"]
        return dtype_name(ops.convert_to_tensor(low).dtype)

    def __call__(self, seed: Any, args: Any, kwargs: Any) -> Any:
        names = ("shape", "minval", "maxval")
        values = dict(zip(names, args), **{k: v for k, v in kwargs.items() if k in names})
        return gen_stateless_random_ops.stateless_random_uniform_int(
            values["shape"], seed, values["minval"], values["maxval"], name=kwargs["name"]
        )


class _Multinomial:
    """The kernel called as (logits, num_samples, seed=, seed2=, output_dtype=, name=)."""

    def dtype(self, args: Any, kwargs: Any) -> str:
        return dtype_name(kwargs.get("output_dtype") or dtypes.int64)

    def __call__(self, seed: Any, args: Any, kwargs: Any) -> Any:
        values = dict(zip(("logits", "num_samples"), args), **kwargs)
        return gen_stateless_random_ops.stateless_multinomial(
            values["logits"],
            values["num_samples"],
            seed,
            output_dtype=values.get("output_dtype") or dtypes.int64,
            name=values["name"],
        )


class _Shuffle:
    """The kernel called as (value, seed=, seed2=, name=): sorts the rows by uniform numbers."""

    def dtype(self, args: Any, kwargs: Any) -> str:
        return "rows"

    def __call__(self, seed: Any, args: Any, kwargs: Any) -> Any:
        value = ops.convert_to_tensor(args[0] if args else kwargs["value"])
        count = array_ops.shape(value)[0]
        keys = gen_stateless_random_ops.stateless_random_uniform([count], seed, dtype=dtypes.float32)
        result = array_ops.gather(value, nn_ops.top_k(keys, k=count).indices, name=kwargs["name"])
        result.set_shape(value.shape)
        return result


_multinomial = _Multinomial()
_shuffle = _Shuffle()


def _patch_sampler(name: str, source: Source, sample: Any) -> None:
    """Replace a candidate sampler by one in NumPy that depends on the seed alone."""
    plain = getattr(gen_candidate_sampling_ops, name)

    @functools.wraps(plain)
    def patched(*args: Any, **kwargs: Any) -> Any:
        seed = source(name, _seeded(kwargs))
        found = numpy_draws.sampled(sample, seed, args, kwargs) if seed is not None else None
        if found is None:
            kwargs["seed"], kwargs["seed2"] = code(name), _STATEFUL.next(name)
            return plain(*args, **kwargs)
        return found

    setattr(gen_candidate_sampling_ops, name, patched)


def _install_data_seeds() -> None:
    """Give `tf.data` seeds that depend on the order of the calls alone."""

    def get_seed(seed: Any) -> Any:
        second = 1000 + _STATEFUL.next("data") if seed is None else seed
        return (
            constant_op.constant(GRAPH_SEED, dtypes.int64, name="seed"),
            ops.convert_to_tensor(second, dtype=dtypes.int64, name="seed2"),
        )

    data_seed.get_seed = get_seed

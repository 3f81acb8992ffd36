"""What TensorFlow 1's learning-rate decays become: an expression of the global step, for use inside a step function.

TF1's decays are tensors that read the global step at every run. A Keras schedule called with the step gives the same
number; its class is not handed to the optimizer, since Keras would then count the steps by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from migrator.rules.optimizer_forms import Arg
from migrator.tables.optimizers import REQUIRED, Default


@dataclass(frozen=True, slots=True)
class DecayForm:
    """The native equal of one decay.

    Attributes:
        expression: its value, to be evaluated inside the step function before the global step is raised.
        step: text of the global step in it.
        schedule: the schedule of the expression, which can be made once, if it is ``schedule(step)``.
    """

    expression: str
    step: str
    schedule: str | None = None


@dataclass(frozen=True, slots=True)
class DecayRefusal:
    """Why a decay can't be rewritten, and what a person can do."""

    reason: str


_HEAD: Final[tuple[tuple[str, Default], ...]] = (
    ("learning_rate", REQUIRED),
    ("global_step", REQUIRED),
    ("decay_steps", REQUIRED),
)
_RATE: Final[tuple[tuple[str, Default], ...]] = (
    *_HEAD,
    ("decay_rate", REQUIRED),
    ("staircase", False),
    ("name", None),
)
_PIECEWISE: Final[tuple[tuple[str, Default], ...]] = (
    ("x", REQUIRED),
    ("boundaries", REQUIRED),
    ("values", REQUIRED),
    ("name", None),
)

DECAY_SIGNATURES: Final[Mapping[str, tuple[tuple[str, Default], ...]]] = MappingProxyType(
    {
        "tensorflow.train.exponential_decay": _RATE,
        "tensorflow.train.inverse_time_decay": _RATE,
        "tensorflow.train.natural_exp_decay": _RATE,
        "tensorflow.train.polynomial_decay": (
            *_HEAD,
            ("end_learning_rate", 0.0001),
            ("power", 1.0),
            ("cycle", False),
            ("name", None),
        ),
        "tensorflow.train.piecewise_constant": _PIECEWISE,
        "tensorflow.train.piecewise_constant_decay": _PIECEWISE,
        "tensorflow.train.cosine_decay": (*_HEAD, ("alpha", 0.0), ("name", None)),
        "tensorflow.train.cosine_decay_restarts": (
            *_HEAD[:2],
            ("first_decay_steps", REQUIRED),
            ("t_mul", 2.0),
            ("m_mul", 1.0),
            ("alpha", 0.0),
            ("name", None),
        ),
        "tensorflow.train.linear_cosine_decay": (
            *_HEAD,
            ("num_periods", 0.5),
            ("alpha", 0.0),
            ("beta", 0.001),
            ("name", None),
        ),
        "tensorflow.train.noisy_linear_cosine_decay": (
            *_HEAD,
            ("initial_variance", 1.0),
            ("variance_decay", 0.55),
            ("num_periods", 0.5),
            ("alpha", 0.0),
            ("beta", 0.001),
            ("name", None),
        ),
    }
)

_SCHEDULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "exponential_decay": "ExponentialDecay",
        "inverse_time_decay": "InverseTimeDecay",
        "natural_exp_decay": "ExponentialDecay",
        "polynomial_decay": "PolynomialDecay",
        "piecewise_constant": "PiecewiseConstantDecay",
        "piecewise_constant_decay": "PiecewiseConstantDecay",
        "cosine_decay": "CosineDecay",
        "cosine_decay_restarts": "CosineDecayRestarts",
    }
)


def decay_form(symbol: str, args: Mapping[str, Arg], tf: str = "tf") -> DecayForm | DecayRefusal:
    """Choose the native form of a decay.

    Args:
        symbol: canonical TF1 name, for example ``tensorflow.train.exponential_decay``.
        args: the arguments by TF1 name (`DECAY_SIGNATURES` has their order).
        tf: how the file names the tensorflow module.
    """
    reason = _why_not(symbol, args)
    if reason:
        return DecayRefusal(reason)
    name = symbol.rpartition(".")[2]
    step = args["x" if "x" in args else "global_step"].text
    given = {key: arg for key, arg in args.items() if key not in ("global_step", "x", "name")}
    if name not in _SCHEDULES or any(arg.tensor for arg in given.values()):
        formula = _FORMULAS.get(name)
        if formula is None:
            return DecayRefusal(f"{name} with a tensor among its arguments has no native equal: give it Python numbers")
        return formula(given, _cast(args["x" if "x" in args else "global_step"], tf), step, tf)
    schedule = f"{tf}.keras.optimizers.schedules.{_SCHEDULES[name]}({', '.join(_arguments(name, given, tf))})"
    return DecayForm(f"{schedule}({step})", step, schedule)


def _why_not(symbol: str, args: Mapping[str, Arg]) -> str | None:
    """Say why the call has no native form, or None."""
    signature = DECAY_SIGNATURES.get(symbol)
    name = symbol.rpartition(".")[2]
    if signature is None:
        return f"{symbol} is not a decay that is known to have a native equal"
    if name == "noisy_linear_cosine_decay":
        return "noisy_linear_cosine_decay draws noise at every step: use linear_cosine_decay or write the noise out"
    known = dict(signature)
    unknown = [argument for argument in args if argument not in known]
    if unknown:
        return f"{symbol} has no argument {unknown[0]!r}"
    missing = [argument for argument, default in signature if default is REQUIRED and argument not in args]
    if missing:
        return f"{symbol} needs {', '.join(missing)}"
    if "learning_rate" in args and type(args["learning_rate"].value) is int:
        return (
            f"learning_rate={args['learning_rate'].text} makes TensorFlow 1 compute {name} in integers: write a float"
        )
    return None


def _arguments(name: str, given: Mapping[str, Arg], tf: str) -> list[str]:
    """Arguments of the Keras schedule: those without default by position, the others by keyword."""
    required = [argument for argument, default in DECAY_SIGNATURES[f"tensorflow.train.{name}"] if default is REQUIRED]
    texts = {key: arg.text for key, arg in given.items()}
    if name == "natural_exp_decay":
        texts["decay_rate"] = f"{tf}.exp(-{_factor(texts['decay_rate'])})"
    positional = [texts[key] for key in required if key in texts]
    return positional + [f"{key}={text}" for key, text in texts.items() if key not in required]


def _factor(text: str) -> str:
    """Text that may stand beside an operator."""
    return text if text.replace(".", "").replace("_", "").isalnum() else f"({text})"


def _cast(arg: Arg, tf: str) -> str:
    """Text of an argument as a float32."""
    return repr(float(arg.value)) if type(arg.value) in (int, float) else f"{tf}.cast({arg.text}, {tf}.float32)"


def _get(given: Mapping[str, Arg], key: str, default: float) -> Arg:
    """An argument or its default."""
    return given.get(key, Arg(repr(default), default))


def _progress(given: Mapping[str, Arg], step: str, tf: str) -> str | None:
    """Text of step / decay_steps, floored for a staircase; None if it is not known whether it is one."""
    staircase = given["staircase"].value if "staircase" in given else False
    if type(staircase) is not bool:
        return None
    ratio = f"{step} / {_cast(given['decay_steps'], tf)}"
    return f"{tf}.floor({ratio})" if staircase else f"({ratio})"


def _rate_formula(kind: str) -> Callable[[Mapping[str, Arg], str, str, str], DecayForm | DecayRefusal]:
    """Make the formula of a decay by decay_rate."""

    def formula(given: Mapping[str, Arg], step: str, text: str, tf: str) -> DecayForm | DecayRefusal:
        progress = _progress(given, step, tf)
        if progress is None:
            return DecayRefusal(f"staircase={given['staircase'].text} must be True or False")
        start, rate = _cast(given["learning_rate"], tf), _cast(given["decay_rate"], tf)
        if kind == "inverse":
            return DecayForm(f"{start} / (1.0 + {rate} * {progress})", text)
        base = f"{tf}.exp(-{rate})" if kind == "natural" else rate
        return DecayForm(f"{start} * {tf}.pow({base}, {progress})", text)

    return formula


def _linear_cosine(given: Mapping[str, Arg], step: str, text: str, tf: str) -> DecayForm:
    """The formula of linear_cosine_decay, which Keras has not."""
    steps = _cast(given["decay_steps"], tf)
    done = f"({tf}.minimum({step}, {steps}) / {steps})"
    periods, alpha, beta = (
        _cast(_get(given, key, default), tf) for key, default in (("num_periods", 0.5), ("alpha", 0.0), ("beta", 0.001))
    )
    left = f"({steps} - {tf}.minimum({step}, {steps})) / {steps}"
    cosine = f"0.5 * (1.0 + {tf}.cos({tf}.constant(3.141592653589793) * (2.0 * {periods} * {done})))"
    return DecayForm(f"{_cast(given['learning_rate'], tf)} * (({alpha} + {left}) * ({cosine}) + {beta})", text)


_FORMULAS: Final[Mapping[str, Callable[[Mapping[str, Arg], str, str, str], DecayForm | DecayRefusal]]] = (
    MappingProxyType(
        {
            "exponential_decay": _rate_formula("exponential"),
            "natural_exp_decay": _rate_formula("natural"),
            "inverse_time_decay": _rate_formula("inverse"),
            "linear_cosine_decay": _linear_cosine,
        }
    )
)

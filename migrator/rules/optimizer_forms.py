"""What a ``tf.train.*Optimizer`` becomes: a Keras optimizer where that is equal, else a class around TF1's kernel.

The forms are text; whoever plans the rewrite puts them in place.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from migrator.model import Severity
from migrator.rules.optimizer_kernels import class_text
from migrator.tables.optimizers import (
    KERAS_OPTIMIZERS,
    KERNEL_OPTIMIZERS,
    OPTIMIZER_SIGNATURES,
    REFUSED_OPTIMIZERS,
    REQUIRED,
    KerasRow,
    Sparse,
)


class Unknown(enum.Enum):
    """Stands for a value that is not known without running the program."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


class RateKind(enum.Enum):
    """Whether the learning rate is one number or is computed in every step."""

    CONSTANT = "constant"
    CHANGING = "changing"


@dataclass(frozen=True, slots=True)
class Arg:
    """One argument of a call.

    Attributes:
        text: its source text.
        value: its Python value if that is statically known, else `UNKNOWN`.
        tensor: it is a tensor of the graph, not a Python value.
    """

    text: str
    value: Any = UNKNOWN
    tensor: bool = False


@dataclass(frozen=True, slots=True)
class FormNote:
    """Something to tell about a form; the caller knows the place and the code."""

    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class OptimizerForm:
    """The native equal of one TF1 optimizer.

    Attributes:
        constructor: expression that makes the optimizer, once, in eager code.
        setup: (name of the optimizer, text of an iterable of every variable that it will ever update) -> statements
            to run once, after the variables exist and before any step is traced.
        apply: (name, text of the gradients, text of the variables) -> statements that update the variables.
        set_rate: (name, text of the rate) -> statements to put before `apply` if the rate is `RateKind.CHANGING`.
        exact: calls TensorFlow 1's kernels: bit-equal given equal gradients.
        difference: largest difference to TensorFlow 1 after six steps on values of order one.
        helper: text of the class to put into the file once, if one is needed.
        helper_name: name of that class. Of two forms of one name take the helper made with ``sparse=True``.
        notes: what a reader should know.
    """

    constructor: str
    setup: Callable[[str, str], tuple[str, ...]]
    apply: Callable[[str, str, str], tuple[str, ...]]
    set_rate: Callable[[str, str], tuple[str, ...]]
    exact: bool
    difference: float
    helper: str | None = None
    helper_name: str | None = None
    notes: tuple[FormNote, ...] = ()


@dataclass(frozen=True, slots=True)
class OptimizerRefusal:
    """Why an optimizer can't be rewritten, and what a person can do."""

    reason: str


def native_optimizer(
    symbol: str, args: Mapping[str, Arg], *, rate: RateKind, sparse: bool, tf: str, optimizers: str = "keras"
) -> OptimizerForm | OptimizerRefusal:
    """Choose the native form of a TF1 optimizer.

    Args:
        symbol: canonical TF1 name, for example ``tensorflow.train.AdamOptimizer``.
        args: the arguments by TF1 name (`OPTIMIZER_SIGNATURES` has their order).
        rate: whether the learning rate changes between steps.
        sparse: some gradient may be `tf.IndexedSlices`.
        tf: how the file names the tensorflow module.
        optimizers: ``"keras"`` (Keras where equal) or ``"exact"`` (TensorFlow 1's kernels always).

    Returns:
        The form, or why there is none.
    """
    reason = _why_not(symbol, args)
    if reason:
        return OptimizerRefusal(reason)
    if "learning_rate" in args and args["learning_rate"].tensor:
        rate = RateKind.CHANGING
    row = KERAS_OPTIMIZERS.get(symbol)
    if row is not None and optimizers != "exact" and _keras_is_equal(row, args, rate, sparse):
        return _keras_form(row, args, rate, sparse, tf)
    return _kernel_form(symbol, args, rate, sparse, tf)


def _why_not(symbol: str, args: Mapping[str, Arg]) -> str | None:
    """Say why the call has no native form, or None."""
    if symbol in REFUSED_OPTIMIZERS:
        return REFUSED_OPTIMIZERS[symbol]
    signature = OPTIMIZER_SIGNATURES.get(symbol)
    if signature is None:
        return f"{symbol} is not an optimizer that is known to have a native equal"
    known = dict(signature)
    for name, arg in args.items():
        if name not in known:
            return f"{symbol} has no argument {name!r}"
        if arg.tensor and name != "learning_rate":
            return f"{name} is a tensor: the native optimizers take a Python number"
    missing = [name for name, default in signature if default is REQUIRED and name not in args]
    return f"{symbol} needs {', '.join(missing)}" if missing else None


def _keras_is_equal(row: KerasRow, args: Mapping[str, Arg], rate: RateKind, sparse: bool) -> bool:
    """Whether the Keras class computes what TF1 computed, for this use."""
    if (row.fixed_rate and rate is RateKind.CHANGING) or (sparse and row.sparse is Sparse.LAZY):
        return False
    momentum = args["momentum"].value if "momentum" in args else 0.0
    return row.name != "SGD" or not isinstance(momentum, int | float) or 0 <= momentum <= 1


def _keras_form(row: KerasRow, args: Mapping[str, Arg], rate: RateKind, sparse: bool, tf: str) -> OptimizerForm:
    """Build the form around a Keras class."""
    given = [] if "learning_rate" not in args else [_number(args["learning_rate"])]
    if rate is RateKind.CHANGING:
        given = ["0.0"]
    for old, new in row.renamed.items():
        if old in args:
            given.append(f"{new}={_number(args[old]) if old in row.floats else args[old].text}")
    given += [f"{new}={text}" for new, text in row.defaults.items() if new not in args]
    given += _name(args)
    densify = sparse and row.sparse is Sparse.DENSIFY
    message = "the gradient of the gathered variable is made dense before it is applied, at the cost of memory"
    return OptimizerForm(
        constructor=f"{tf}.keras.optimizers.{row.name}({', '.join(given)})",
        setup=lambda optimizer, variables: _keras_setup(row, optimizer, variables, tf),
        apply=lambda optimizer, grads, variables: (_keras_apply(densify, optimizer, grads, variables, tf),),
        set_rate=_set_rate,
        exact=row.difference == 0.0,
        difference=row.difference,
        notes=(FormNote(Severity.INFO, message),) if densify else (),
    )


def _keras_setup(row: KerasRow, optimizer: str, variables: str, tf: str) -> tuple[str, ...]:
    """Statements that make the slots, with TF1's start values."""
    build = f"{optimizer}.build({variables})"
    if row.ones is None:
        return (build,)
    ones = (
        f"for velocity in {optimizer}.{row.ones}:\n"
        f"    velocity.assign({tf}.ones_like(velocity))  # as in TensorFlow 1; Keras starts at zero"
    )
    return (build, ones)


def _keras_apply(densify: bool, optimizer: str, grads: str, variables: str, tf: str) -> str:
    """The statement that updates the variables."""
    if not densify:
        return f"{optimizer}.apply_gradients(zip({grads}, {variables}))"
    return (
        f"{optimizer}.apply_gradients(\n"
        f"    ({tf}.convert_to_tensor(gradient), variable)  # Keras does not sum repeated rows\n"
        f"    for gradient, variable in zip({grads}, {variables})\n"
        "    if gradient is not None\n"
        ")"
    )


def _set_rate(optimizer: str, rate: str) -> tuple[str, ...]:
    """The statement that sets the learning rate for this step."""
    return (f"{optimizer}.learning_rate.assign({rate})",)


def _number(arg: Arg) -> str:
    """Text of an argument that Keras accepts as float only."""
    if isinstance(arg.value, float):
        return arg.text
    literal = re.fullmatch(r"[-+]?\d+", arg.text) and type(arg.value) in (int, Unknown)
    return f"{arg.text}.0" if literal else f"float({arg.text})"


def _name(args: Mapping[str, Arg]) -> list[str]:
    """The name argument, if it is known and both sides accept it."""
    name = args.get("name")
    if name is None or not isinstance(name.value, str) or not re.fullmatch(r"[A-Za-z0-9.][\w.\-]*", name.value):
        return []
    return [f"name={name.text}"]


def _kernel_form(
    symbol: str, args: Mapping[str, Arg], rate: RateKind, sparse: bool, tf: str
) -> OptimizerForm | OptimizerRefusal:
    """Build the form around a class that calls TF1's kernel."""
    variant = ""
    if "centered" in args and args["centered"].value is not False:
        if args["centered"].value is not True:
            return OptimizerRefusal(f"centered={args['centered'].text} chooses the kernel and must be True or False")
        variant = ":centered"
    if "l2_shrinkage_regularization_strength" in args:
        variant = ":shrinkage"
    row = KERNEL_OPTIMIZERS[symbol + variant]
    default = dict(OPTIMIZER_SIGNATURES[symbol])["learning_rate"]
    given = [args["learning_rate"].text if "learning_rate" in args else str(default)]
    if rate is RateKind.CHANGING:
        given = ["0.0"]
    given += [f"{name}={args[name].text}" for name, _ in row.parameters if name in args]
    return OptimizerForm(
        constructor=f"{row.name}({', '.join(given + _name(args))})",
        setup=lambda optimizer, variables: (f"{optimizer}.build({variables})",) if row.slots else (),
        apply=lambda optimizer, grads, variables: (f"{optimizer}.apply_gradients(zip({grads}, {variables}))",),
        set_rate=lambda optimizer, rate: _set_rate(optimizer, f"{tf}.cast({rate}, {tf}.float32)"),
        exact=True,
        difference=0.0,
        helper=class_text(row, str(dict(OPTIMIZER_SIGNATURES[symbol])["name"]), sparse, tf),
        helper_name=row.name,
    )

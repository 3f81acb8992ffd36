"""What is known of TensorFlow 1's optimizers: their arguments, their Keras equals, and the kernels behind them.

Every row was measured against TensorFlow 1.15.5; ``tests/rules/test_optimizer_forms.py`` repeats the measurements.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


class Required(enum.Enum):
    """Stands for the default of an argument that has none."""

    REQUIRED = "required"


REQUIRED: Final = Required.REQUIRED

Default = float | int | str | bool | None | Required


class Sparse(enum.Enum):
    """What the Keras class makes of `tf.IndexedSlices`, compared with TensorFlow 1."""

    EQUAL = "equal"  # takes them as they are
    DENSIFY = "densify"  # equal once they are made dense
    LAZY = "lazy"  # TensorFlow 1 leaves the other rows and their slots alone, Keras does not


@dataclass(frozen=True, slots=True)
class KerasRow:
    """The Keras optimizer that computes the same numbers.

    Attributes:
        name: class in ``tf.keras.optimizers``.
        renamed: name of the TF1 argument -> name of the Keras argument.
        defaults: Keras arguments that must be written because the defaults differ, with their text.
        sparse: see `Sparse`.
        floats: TF1 arguments that Keras accepts as `float` only.
        difference: largest difference seen in six steps from values of order one; 0.0 is bit-equal.
        ones: private attribute of the Keras class that holds slots that TF1 starts at one.
        fixed_rate: equal only while the learning rate does not change.
    """

    name: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    sparse: Sparse = Sparse.DENSIFY
    floats: tuple[str, ...] = ("learning_rate",)
    difference: float = 0.0
    ones: str | None = None
    fixed_rate: bool = False


@dataclass(frozen=True, slots=True)
class KernelRow:
    """A TensorFlow 1 optimizer as the kernel that it calls.

    Attributes:
        name: name of the class that is written into the program.
        summary: its docstring.
        dense: raw op for a dense gradient.
        sparse: raw op for summed rows, or None if `sparse_lines` says what to do.
        parameters: constructor arguments after learning_rate, with the text of their defaults ("" if required).
        slots: (argument of the kernel, attribute of the class, argument or text with the start value), in TF1's order.
        settings: (argument of the kernel, attribute or text), without var, lr, slots and gradient; attributes are
            cast to the dtype of the variable.
        flags: (argument of the kernel, attribute), not cast.
        shared: (attribute, start value) of float32 variables that all slots share.
        sparse_lines: statements for `tf.IndexedSlices` where no raw op does it.
        after: statements after all variables were updated.
        rate: argument of the kernels that takes the learning rate.
        gradient: argument of the dense kernel that takes the gradient.
    """

    name: str
    summary: str
    dense: str
    sparse: str | None
    parameters: tuple[tuple[str, str], ...] = ()
    slots: tuple[tuple[str, str, str], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    flags: tuple[tuple[str, str], ...] = ()
    shared: tuple[tuple[str, str], ...] = ()
    sparse_lines: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    rate: str = "lr"
    gradient: str = "grad"


_STRENGTHS = (("l1_regularization_strength", 0.0), ("l2_regularization_strength", 0.0))

OPTIMIZER_SIGNATURES: Final[Mapping[str, tuple[tuple[str, Default], ...]]] = MappingProxyType(
    {
        "tensorflow.train.AdadeltaOptimizer": (
            ("learning_rate", 0.001),
            ("rho", 0.95),
            ("epsilon", 1e-8),
            ("use_locking", False),
            ("name", "Adadelta"),
        ),
        "tensorflow.train.AdagradDAOptimizer": (
            ("learning_rate", REQUIRED),
            ("global_step", REQUIRED),
            ("initial_gradient_squared_accumulator_value", 0.1),
            *_STRENGTHS,
            ("use_locking", False),
            ("name", "AdagradDA"),
        ),
        "tensorflow.train.AdagradOptimizer": (
            ("learning_rate", REQUIRED),
            ("initial_accumulator_value", 0.1),
            ("use_locking", False),
            ("name", "Adagrad"),
        ),
        "tensorflow.train.AdamOptimizer": (
            ("learning_rate", 0.001),
            ("beta1", 0.9),
            ("beta2", 0.999),
            ("epsilon", 1e-8),
            ("use_locking", False),
            ("name", "Adam"),
        ),
        "tensorflow.train.FtrlOptimizer": (
            ("learning_rate", REQUIRED),
            ("learning_rate_power", -0.5),
            ("initial_accumulator_value", 0.1),
            *_STRENGTHS,
            ("use_locking", False),
            ("name", "Ftrl"),
            ("accum_name", None),
            ("linear_name", None),
            ("l2_shrinkage_regularization_strength", 0.0),
        ),
        "tensorflow.train.GradientDescentOptimizer": (
            ("learning_rate", REQUIRED),
            ("use_locking", False),
            ("name", "GradientDescent"),
        ),
        "tensorflow.train.MomentumOptimizer": (
            ("learning_rate", REQUIRED),
            ("momentum", REQUIRED),
            ("use_locking", False),
            ("name", "Momentum"),
            ("use_nesterov", False),
        ),
        "tensorflow.train.ProximalAdagradOptimizer": (
            ("learning_rate", REQUIRED),
            ("initial_accumulator_value", 0.1),
            *_STRENGTHS,
            ("use_locking", False),
            ("name", "ProximalAdagrad"),
        ),
        "tensorflow.train.ProximalGradientDescentOptimizer": (
            ("learning_rate", REQUIRED),
            *_STRENGTHS,
            ("use_locking", False),
            ("name", "ProximalGradientDescent"),
        ),
        "tensorflow.train.RMSPropOptimizer": (
            ("learning_rate", REQUIRED),
            ("decay", 0.9),
            ("momentum", 0.0),
            ("epsilon", 1e-10),
            ("use_locking", False),
            ("centered", False),
            ("name", "RMSProp"),
        ),
        "tensorflow.train.SyncReplicasOptimizer": (
            ("opt", REQUIRED),
            ("replicas_to_aggregate", REQUIRED),
            ("total_num_replicas", None),
            ("variable_averages", None),
            ("variables_to_average", None),
            ("use_locking", False),
            ("name", "sync_replicas"),
        ),
    }
)

KERAS_OPTIMIZERS: Final[Mapping[str, KerasRow]] = MappingProxyType(
    {
        "tensorflow.train.GradientDescentOptimizer": KerasRow("SGD", sparse=Sparse.EQUAL),
        "tensorflow.train.MomentumOptimizer": KerasRow(
            "SGD",
            {"momentum": "momentum", "use_nesterov": "nesterov"},
            sparse=Sparse.LAZY,
            floats=("learning_rate", "momentum"),
            difference=5e-7,
            fixed_rate=True,
        ),
        "tensorflow.train.AdamOptimizer": KerasRow(
            "Adam",
            {"beta1": "beta_1", "beta2": "beta_2", "epsilon": "epsilon"},
            {"epsilon": "1e-8"},
            difference=5e-6,
        ),
        "tensorflow.train.RMSPropOptimizer": KerasRow(
            "RMSprop",
            {"decay": "rho", "momentum": "momentum", "epsilon": "epsilon", "centered": "centered"},
            {"epsilon": "1e-10"},
            sparse=Sparse.LAZY,
            difference=5e-7,
            ones="_velocities",
        ),
        "tensorflow.train.AdagradOptimizer": KerasRow(
            "Adagrad",
            {"initial_accumulator_value": "initial_accumulator_value"},
            {"epsilon": "0.0"},
            difference=5e-7,
        ),
        "tensorflow.train.AdadeltaOptimizer": KerasRow(
            "Adadelta",
            {"rho": "rho", "epsilon": "epsilon"},
            {"epsilon": "1e-8"},
            sparse=Sparse.LAZY,
            difference=5e-7,
        ),
        "tensorflow.train.FtrlOptimizer": KerasRow(
            "Ftrl",
            {
                "learning_rate_power": "learning_rate_power",
                "initial_accumulator_value": "initial_accumulator_value",
                "l1_regularization_strength": "l1_regularization_strength",
                "l2_regularization_strength": "l2_regularization_strength",
                "l2_shrinkage_regularization_strength": "l2_shrinkage_regularization_strength",
            },
            sparse=Sparse.LAZY,
            difference=1e-6,
        ),
    }
)

_L1_L2 = (("l1_regularization_strength", "0.0"), ("l2_regularization_strength", "0.0"))
_L1_L2_SETTINGS = (("l1", "l1_regularization_strength"), ("l2", "l2_regularization_strength"))
_RMSPROP = (("decay", "0.9"), ("momentum", "0.0"), ("epsilon", "1e-10"))
_RMSPROP_SETTINGS = (("rho", "decay"), ("momentum", "momentum"), ("epsilon", "epsilon"))
_FTRL = (("learning_rate_power", "-0.5"), ("initial_accumulator_value", "0.1"), *_L1_L2)
_FTRL_SLOTS = (("accum", "accumulators", "initial_accumulator_value"), ("linear", "linears", "0.0"))

KERNEL_OPTIMIZERS: Final[Mapping[str, KernelRow]] = MappingProxyType(
    {
        "tensorflow.train.GradientDescentOptimizer": KernelRow(
            "GradientDescentOptimizer",
            "Gradient descent with TensorFlow 1's kernel.",
            "ResourceApplyGradientDescent",
            None,
            sparse_lines=("variable.scatter_sub(tf.IndexedSlices(gradient.values * rate, gradient.indices))",),
            rate="alpha",
            gradient="delta",
        ),
        "tensorflow.train.MomentumOptimizer": KernelRow(
            "MomentumOptimizer",
            "Momentum as in TensorFlow 1: the accumulator holds gradients, not steps.",
            "ResourceApplyMomentum",
            "ResourceSparseApplyMomentum",
            (("momentum", ""), ("use_nesterov", "False")),
            (("accum", "accumulators", "0.0"),),
            (("momentum", "momentum"),),
            (("use_nesterov", "use_nesterov"),),
        ),
        "tensorflow.train.AdamOptimizer": KernelRow(
            "AdamOptimizer",
            "Adam with TensorFlow 1's kernel.",
            "ResourceApplyAdam",
            None,
            (("beta1", "0.9"), ("beta2", "0.999"), ("epsilon", "1e-8")),
            (("m", "moments", "0.0"), ("v", "squares", "0.0")),
            (
                ("beta1_power", "beta1_power"),
                ("beta2_power", "beta2_power"),
                ("beta1", "beta1"),
                ("beta2", "beta2"),
                ("epsilon", "epsilon"),
            ),
            shared=(("beta1_power", "beta1"), ("beta2_power", "beta2")),
            sparse_lines=(
                "beta1, beta2 = tf.cast(self.beta1, variable.dtype), tf.cast(self.beta2, variable.dtype)",
                "power1, power2 = tf.cast(self.beta1_power, variable.dtype), tf.cast(self.beta2_power, variable.dtype)",
                "step = rate * tf.sqrt(1 - power2) / (1 - power1)",
                "m.assign(m * beta1)",
                "m.scatter_add(tf.IndexedSlices(values * (1 - beta1), rows))",
                "v.assign(v * beta2)",
                "v.scatter_add(tf.IndexedSlices(values * values * (1 - beta2), rows))",
                "variable.assign_sub(step * m / (tf.sqrt(v) + tf.cast(self.epsilon, variable.dtype)))",
            ),
            after=(
                "self.beta1_power.assign(self.beta1_power * self.beta1)",
                "self.beta2_power.assign(self.beta2_power * self.beta2)",
            ),
        ),
        "tensorflow.train.RMSPropOptimizer": KernelRow(
            "RMSPropOptimizer",
            "RMSProp as in TensorFlow 1: the mean of squares starts at one.",
            "ResourceApplyRMSProp",
            "ResourceSparseApplyRMSProp",
            _RMSPROP,
            (("ms", "mean_squares", "1.0"), ("mom", "momentums", "0.0")),
            _RMSPROP_SETTINGS,
        ),
        "tensorflow.train.RMSPropOptimizer:centered": KernelRow(
            "CenteredRMSPropOptimizer",
            "Centered RMSProp as in TensorFlow 1: the mean of squares starts at one.",
            "ResourceApplyCenteredRMSProp",
            "ResourceSparseApplyCenteredRMSProp",
            _RMSPROP,
            (("ms", "mean_squares", "1.0"), ("mg", "means", "0.0"), ("mom", "momentums", "0.0")),
            _RMSPROP_SETTINGS,
        ),
        "tensorflow.train.AdagradOptimizer": KernelRow(
            "AdagradOptimizer",
            "Adagrad with TensorFlow 1's kernel, which has no epsilon.",
            "ResourceApplyAdagrad",
            "ResourceSparseApplyAdagrad",
            (("initial_accumulator_value", "0.1"),),
            (("accum", "accumulators", "initial_accumulator_value"),),
        ),
        "tensorflow.train.AdadeltaOptimizer": KernelRow(
            "AdadeltaOptimizer",
            "Adadelta with TensorFlow 1's kernel.",
            "ResourceApplyAdadelta",
            "ResourceSparseApplyAdadelta",
            (("rho", "0.95"), ("epsilon", "1e-8")),
            (("accum", "accumulators", "0.0"), ("accum_update", "updates", "0.0")),
            (("rho", "rho"), ("epsilon", "epsilon")),
        ),
        "tensorflow.train.FtrlOptimizer": KernelRow(
            "FtrlOptimizer",
            "FTRL with TensorFlow 1's kernel.",
            "ResourceApplyFtrl",
            "ResourceSparseApplyFtrl",
            _FTRL,
            _FTRL_SLOTS,
            (*_L1_L2_SETTINGS, ("lr_power", "learning_rate_power")),
        ),
        "tensorflow.train.FtrlOptimizer:shrinkage": KernelRow(
            "FtrlShrinkageOptimizer",
            "FTRL with L2 shrinkage and TensorFlow 1's kernel.",
            "ResourceApplyFtrlV2",
            "ResourceSparseApplyFtrlV2",
            (*_FTRL, ("l2_shrinkage_regularization_strength", "0.0")),
            _FTRL_SLOTS,
            (
                *_L1_L2_SETTINGS,
                ("l2_shrinkage", "l2_shrinkage_regularization_strength"),
                ("lr_power", "learning_rate_power"),
            ),
        ),
        "tensorflow.train.ProximalGradientDescentOptimizer": KernelRow(
            "ProximalGradientDescentOptimizer",
            "Proximal gradient descent with TensorFlow 1's kernel (Keras has none).",
            "ResourceApplyProximalGradientDescent",
            "ResourceSparseApplyProximalGradientDescent",
            _L1_L2,
            (),
            _L1_L2_SETTINGS,
            rate="alpha",
            gradient="delta",
        ),
        "tensorflow.train.ProximalAdagradOptimizer": KernelRow(
            "ProximalAdagradOptimizer",
            "Proximal Adagrad with TensorFlow 1's kernel (Keras has none).",
            "ResourceApplyProximalAdagrad",
            "ResourceSparseApplyProximalAdagrad",
            (("initial_accumulator_value", "0.1"), *_L1_L2),
            (("accum", "accumulators", "initial_accumulator_value"),),
            _L1_L2_SETTINGS,
        ),
        "tensorflow.train.AdagradDAOptimizer": KernelRow(
            "AdagradDAOptimizer",
            "Adagrad with dual averaging, by TensorFlow 1's kernel (Keras has none).",
            "ResourceApplyAdagradDA",
            "ResourceSparseApplyAdagradDA",
            (("global_step", ""), ("initial_gradient_squared_accumulator_value", "0.1"), *_L1_L2),
            (
                ("gradient_accumulator", "accumulators", "0.0"),
                ("gradient_squared_accumulator", "squares", "initial_gradient_squared_accumulator_value"),
            ),
            _L1_L2_SETTINGS,
            (("global_step", "global_step + 1"),),
        ),
    }
)

REFUSED_OPTIMIZERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tensorflow.train.SyncReplicasOptimizer": (
            "it synchronises workers through queues, which TensorFlow 2 has not: use tf.distribute and the wrapped "
            "optimizer"
        ),
        "tensorflow.train.Optimizer": "a class derived from it works on the graph: write it on tf.keras.optimizers",
    }
)

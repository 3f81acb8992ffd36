"""tf.layers: which Keras layer each function of the family becomes, and which variables it makes, in their order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LayerRow:
    """A function of ``tf.layers`` that makes variables.

    Attributes:
        keras: the Keras layer.
        positional: arguments that a person writes without their name.
        weights: names of the variables, in TF1's order of creation; the last one only with ``use_bias``.
        rank: of what goes in, None for any from 2 on.
    """

    keras: str
    positional: tuple[str, ...]
    weights: tuple[str, ...] = ("kernel", "bias")
    rank: int | None = None


_CONV = ("filters", "kernel_size")
_SEPARABLE = ("depthwise_kernel", "pointwise_kernel", "bias")
LAYERS: dict[str, LayerRow] = {
    f"tensorflow.layers.{name}": row
    for name, row in {
        "dense": LayerRow("Dense", ("units",)),
        "conv1d": LayerRow("Conv1D", _CONV, rank=3),
        "conv2d": LayerRow("Conv2D", _CONV, rank=4),
        "conv3d": LayerRow("Conv3D", _CONV, rank=5),
        "conv2d_transpose": LayerRow("Conv2DTranspose", _CONV, rank=4),
        "separable_conv1d": LayerRow("SeparableConv1D", _CONV, _SEPARABLE, 3),
        "separable_conv2d": LayerRow("SeparableConv2D", _CONV, _SEPARABLE, 4),
    }.items()
}
# taken over by the Keras layer under the same name
KEPT = frozenset({
    "units", "filters", "kernel_size", "strides", "padding", "dilation_rate", "depth_multiplier", "activation", "use_bias",
    "kernel_initializer", "bias_initializer", "depthwise_initializer", "pointwise_initializer", "trainable",
    "kernel_constraint", "bias_constraint", "depthwise_constraint", "pointwise_constraint",
})  # fmt: skip
REGULARIZERS = frozenset({
    "kernel_regularizer", "bias_regularizer", "depthwise_regularizer", "pointwise_regularizer", "activity_regularizer",
})  # fmt: skip

# without variables: function -> the op of tf.nn
POOLS: dict[str, str] = {
    f"tensorflow.layers.{kind}_pooling{n}d": f"{op}_pool{n}d"
    for kind, op in (("max", "max"), ("average", "avg"))
    for n in (1, 2, 3)
}
PURE = frozenset({*POOLS, "tensorflow.layers.flatten", "tensorflow.layers.dropout"})
CONVERTED = frozenset({*LAYERS, *PURE})

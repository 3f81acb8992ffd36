"""Start values and penalties of ``tf.contrib.layers``."""

from __future__ import annotations

import math
from typing import Any


class Starts:
    """Initializers and regularizers.

    Args:
        tf: compat.v1 of TensorFlow 2.
    """

    def __init__(self, tf: Any) -> None:
        self.tf = tf

    def variance_scaling_initializer(
        self, factor: float = 2.0, mode: str = "FAN_IN", uniform: bool = False, seed: Any = None, dtype: Any = None
    ) -> Any:
        """Normal (cut) or uniform numbers, scaled by the number of inputs, outputs or their mean."""
        tf, given = self.tf, dtype or self.tf.float32

        def initializer(shape: Any, dtype: Any = given, partition_info: Any = None) -> Any:
            shape = [int(size) for size in shape]
            ins, outs = float(shape[-2] if len(shape) > 1 else shape[-1]), float(shape[-1])
            for size in shape[:-2]:
                ins, outs = ins * size, outs * size
            count = {"FAN_IN": ins, "FAN_OUT": outs, "FAN_AVG": (ins + outs) / 2.0}[mode]
            if uniform:
                limit = math.sqrt(3.0 * factor / count)
                return tf.random_uniform(shape, -limit, limit, dtype, seed=seed)
            return tf.truncated_normal(shape, 0.0, math.sqrt(1.3 * factor / count), dtype, seed=seed)

        return initializer

    def xavier_initializer(self, uniform: bool = True, seed: Any = None, dtype: Any = None) -> Any:
        """Glorot's start values."""
        return self.variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)

    def l1_regularizer(self, scale: float, scope: Any = None) -> Any:
        """Scale times the sum of absolute values."""
        tf = self.tf
        if scale == 0.0:
            return lambda weights: None
        return lambda w, name=None: tf.multiply(
            tf.convert_to_tensor(scale, w.dtype.base_dtype, name="scale"), tf.reduce_sum(tf.abs(w))
        )

    def l2_regularizer(self, scale: float, scope: Any = None) -> Any:
        """Scale times half the sum of squares."""
        tf = self.tf
        if scale == 0.0:
            return lambda weights: None
        return lambda w: tf.multiply(tf.convert_to_tensor(scale, w.dtype.base_dtype, name="scale"), tf.nn.l2_loss(w))

    def l1_l2_regularizer(self, scale_l1: float = 1.0, scale_l2: float = 1.0, scope: Any = None) -> Any:
        """Both."""
        return self.sum_regularizer([self.l1_regularizer(scale_l1), self.l2_regularizer(scale_l2)])

    def sum_regularizer(self, regularizer_list: Any, scope: Any = None) -> Any:
        """The sum of regularizers."""

        def total(weights: Any) -> Any:
            parts = [regularizer(weights) for regularizer in regularizer_list if regularizer is not None]
            found = [part for part in parts if part is not None]
            return self.tf.add_n(found) if found else None

        return total

    def apply_regularization(self, regularizer: Any, weights_list: Any = None) -> Any:
        """The sum of a regularizer over weights."""
        found = [regularizer(w) for w in weights_list or self.tf.get_collection(self.tf.GraphKeys.WEIGHTS)]
        total = self.tf.add_n([item for item in found if item is not None])
        self.tf.add_to_collection(self.tf.GraphKeys.REGULARIZATION_LOSSES, total)
        return total

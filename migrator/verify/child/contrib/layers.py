"""``tf.contrib.layers``: initializers, regularizers and layers."""

from __future__ import annotations

import functools
import math
from typing import Any

from .framework import add_arg_scope
from .starts import Starts


def names(tf: Any) -> dict[str, Any]:
    """Return the names of the module."""
    made = _Layers(tf)
    values = {name: add_arg_scope(getattr(made, name)) for name in SCOPED}
    more = {name: getattr(made, name) for name in PLAIN}
    values |= more
    full, conv, back = values["fully_connected"], values["conv2d"], values["conv2d_transpose"]
    return values | {
        "linear": functools.partial(full, activation_fn=None),
        "relu": functools.partial(full, activation_fn=tf.nn.relu),
        "relu6": functools.partial(full, activation_fn=tf.nn.relu6),
        "convolution": conv,
        "convolution2d": conv,
        "convolution2d_transpose": back,
        "xavier_initializer_conv2d": made.xavier_initializer,
        "summarize_layer": lambda *args, **kwargs: None,
    }


SCOPED = ("fully_connected", "conv2d", "conv2d_transpose", "max_pool2d", "avg_pool2d", "dropout", "flatten",
          "batch_norm", "layer_norm", "one_hot_encoding", "softmax", "bias_add")  # fmt: skip
PLAIN = ("repeat", "stack", "xavier_initializer", "variance_scaling_initializer", "l1_regularizer", "l2_regularizer",
         "l1_l2_regularizer", "sum_regularizer", "apply_regularization", "embed_sequence")  # fmt: skip
_XAVIER = "xavier"


def _pair(value: Any) -> list[int]:
    return [int(value)] * 2 if not hasattr(value, "__len__") else [int(item) for item in value]


class _Layers(Starts):
    """The functions; a class so that they share the TensorFlow that they are made for."""

    def _variable(self, name: str, shape: Any, like: Any, initializer: Any, regularizer: Any, trainable: bool) -> Any:
        tf = self.tf
        initializer = self.xavier_initializer() if initializer == _XAVIER else initializer
        variable = tf.get_variable(
            name, shape, like.dtype.base_dtype, initializer, regularizer=regularizer, trainable=trainable
        )
        tf.add_to_collection(tf.GraphKeys.MODEL_VARIABLES, variable)
        return variable

    def _finish(self, out: Any, units: int, given: dict[str, Any]) -> Any:
        """Normalise or add a bias, then activate."""
        tf = self.tf
        if given["normalizer_fn"] is not None:
            out = given["normalizer_fn"](out, **(given["normalizer_params"] or {}))
        elif given["biases_initializer"] is not None:
            start = tf.zeros_initializer() if given["biases_initializer"] == "zeros" else given["biases_initializer"]
            biases = self._variable("biases", [units], out, start, given["biases_regularizer"], given["trainable"])
            out = tf.nn.bias_add(out, biases)
        return out if given["activation_fn"] is None else self._activation(given["activation_fn"])(out)

    def _activation(self, function: Any) -> Any:
        return self.tf.nn.relu if function == "relu" else function

    def fully_connected(
        self, inputs: Any, num_outputs: int, activation_fn: Any = "relu", normalizer_fn: Any = None,
        normalizer_params: Any = None, weights_initializer: Any = _XAVIER, weights_regularizer: Any = None,
        biases_initializer: Any = "zeros", biases_regularizer: Any = None, reuse: Any = None,
        variables_collections: Any = None, outputs_collections: Any = None, trainable: bool = True, scope: Any = None,
    ) -> Any:  # fmt: skip
        """A dense layer."""
        tf, given = self.tf, dict(locals())
        with tf.variable_scope(scope, "fully_connected", [inputs], reuse=reuse):
            inputs = tf.convert_to_tensor(inputs)
            shape = [int(inputs.shape[-1]), int(num_outputs)]
            weights = self._variable("weights", shape, inputs, weights_initializer, weights_regularizer, trainable)
            rank = inputs.shape.ndims
            out = tf.matmul(inputs, weights) if rank == 2 else tf.tensordot(inputs, weights, [[rank - 1], [0]])
            return self._finish(out, int(num_outputs), given)

    def conv2d(
        self, inputs: Any, num_outputs: int, kernel_size: Any, stride: Any = 1, padding: str = "SAME",
        data_format: Any = None, rate: Any = 1, activation_fn: Any = "relu", normalizer_fn: Any = None,
        normalizer_params: Any = None, weights_initializer: Any = _XAVIER, weights_regularizer: Any = None,
        biases_initializer: Any = "zeros", biases_regularizer: Any = None, reuse: Any = None,
        variables_collections: Any = None, outputs_collections: Any = None, trainable: bool = True, scope: Any = None,
    ) -> Any:  # fmt: skip
        """A convolution over images."""
        tf, given = self.tf, dict(locals())
        _only_channels_last(data_format)
        with tf.variable_scope(scope, "Conv", [inputs], reuse=reuse):
            shape = [*_pair(kernel_size), int(inputs.shape[-1]), int(num_outputs)]
            weights = self._variable("weights", shape, inputs, weights_initializer, weights_regularizer, trainable)
            strides, dilations = [1, *_pair(stride), 1], [1, *_pair(rate), 1]
            out = tf.nn.conv2d(inputs, weights, strides, padding.upper(), dilations=dilations)
            return self._finish(out, int(num_outputs), given)

    def conv2d_transpose(
        self, inputs: Any, num_outputs: int, kernel_size: Any, stride: Any = 1, padding: str = "SAME",
        data_format: Any = None, activation_fn: Any = "relu", normalizer_fn: Any = None, normalizer_params: Any = None,
        weights_initializer: Any = _XAVIER, weights_regularizer: Any = None, biases_initializer: Any = "zeros",
        biases_regularizer: Any = None, reuse: Any = None, variables_collections: Any = None,
        outputs_collections: Any = None, trainable: bool = True, scope: Any = None,
    ) -> Any:  # fmt: skip
        """The transpose of a convolution."""
        tf, given = self.tf, dict(locals())
        _only_channels_last(data_format)
        with tf.variable_scope(scope, "Conv2d_transpose", [inputs], reuse=reuse):
            kernel, stride = _pair(kernel_size), _pair(stride)
            shape = [*kernel, int(num_outputs), int(inputs.shape[-1])]
            weights = self._variable("weights", shape, inputs, weights_initializer, weights_regularizer, trainable)
            more = [0, 0] if padding.upper() == "SAME" else [max(k - s, 0) for k, s in zip(kernel, stride, strict=True)]
            sizes, known = tf.shape(inputs), inputs.shape.as_list()
            outs = [sizes[i + 1] * stride[i] + more[i] for i in (0, 1)]
            out = tf.nn.conv2d_transpose(
                inputs, weights, tf.stack([sizes[0], *outs, int(num_outputs)]), [1, *stride, 1], padding.upper()
            )
            fixed = [None if known[i + 1] is None else known[i + 1] * stride[i] + more[i] for i in (0, 1)]
            out.set_shape([known[0], *fixed, int(num_outputs)])
            return self._finish(out, int(num_outputs), given)

    def max_pool2d(self, inputs: Any, kernel_size: Any, stride: Any = 2, padding: str = "VALID",
                   data_format: Any = None, outputs_collections: Any = None, scope: Any = None) -> Any:  # fmt: skip
        """Maxima over windows."""
        _only_channels_last(data_format)
        return self.tf.nn.max_pool(inputs, [1, *_pair(kernel_size), 1], [1, *_pair(stride), 1], padding.upper())

    def avg_pool2d(self, inputs: Any, kernel_size: Any, stride: Any = 2, padding: str = "VALID",
                   data_format: Any = None, outputs_collections: Any = None, scope: Any = None) -> Any:  # fmt: skip
        """Means over windows."""
        _only_channels_last(data_format)
        return self.tf.nn.avg_pool(inputs, [1, *_pair(kernel_size), 1], [1, *_pair(stride), 1], padding.upper())

    def dropout(self, inputs: Any, keep_prob: Any = 0.5, noise_shape: Any = None, is_training: Any = True,
                outputs_collections: Any = None, scope: Any = None, seed: Any = None) -> Any:  # fmt: skip
        """Dropout while training."""
        tf = self.tf
        if is_training is True or is_training is False:
            return tf.nn.dropout(inputs, keep_prob, noise_shape, seed=seed) if is_training else tf.identity(inputs)
        return tf.cond(
            tf.cast(is_training, tf.bool),
            lambda: tf.nn.dropout(inputs, keep_prob, noise_shape, seed=seed),
            lambda: tf.identity(inputs),
        )

    def flatten(self, inputs: Any, outputs_collections: Any = None, scope: Any = None) -> Any:
        """Rows of all other dimensions."""
        tf = self.tf
        sizes = inputs.shape.as_list()[1:]
        out = tf.reshape(inputs, [-1, math.prod(sizes)] if None not in sizes else [tf.shape(inputs)[0], -1])
        return out

    def softmax(self, logits: Any, scope: Any = None) -> Any:
        """Softmax over the last dimension."""
        return self.tf.nn.softmax(logits)

    def bias_add(self, inputs: Any, activation_fn: Any = None, initializer: Any = None, scope: Any = None,
                 **_: Any) -> Any:  # fmt: skip
        """Add a bias."""
        tf = self.tf
        with tf.variable_scope(scope, "BiasAdd", [inputs]):
            start = initializer or tf.zeros_initializer()
            biases = self._variable("biases", [int(inputs.shape[-1])], inputs, start, None, True)
            out = tf.nn.bias_add(inputs, biases)
            return out if activation_fn is None else activation_fn(out)

    def one_hot_encoding(self, labels: Any, num_classes: int, on_value: float = 1.0, off_value: float = 0.0,
                         outputs_collections: Any = None, scope: Any = None) -> Any:  # fmt: skip
        """One-hot rows."""
        return self.tf.one_hot(labels, num_classes, on_value, off_value)

    def embed_sequence(self, ids: Any, vocab_size: Any = None, embed_dim: Any = None, unique: bool = False,
                       initializer: Any = None, regularizer: Any = None, trainable: bool = True, scope: Any = None,
                       reuse: Any = None) -> Any:  # fmt: skip
        """Rows of an embedding."""
        tf = self.tf
        with tf.variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
            table = tf.get_variable("embeddings", [vocab_size, embed_dim], initializer=initializer,
                                    regularizer=regularizer, trainable=trainable)  # fmt: skip
            return tf.nn.embedding_lookup(table, ids)

    def repeat(self, inputs: Any, repetitions: int, layer: Any, *args: Any, **kwargs: Any) -> Any:
        """The same layer several times."""
        tf, scope = self.tf, kwargs.pop("scope", None)
        with tf.variable_scope(scope, "Repeat", [inputs]):
            name = (
                scope or getattr(layer, "__name__", None) or getattr(getattr(layer, "func", None), "__name__", "repeat")
            )
            for number in range(repetitions):
                inputs = layer(inputs, *args, **dict(kwargs, scope="%s_%d" % (name, number + 1)))
            return inputs

    def stack(self, inputs: Any, layer: Any, stack_args: Any, **kwargs: Any) -> Any:
        """The same layer with several arguments."""
        tf, scope = self.tf, kwargs.pop("scope", None)
        with tf.variable_scope(scope, "Stack", [inputs]):
            name = scope or getattr(layer, "__name__", "stack")
            for number, args in enumerate(stack_args):
                args = args if isinstance(args, (list, tuple)) else [args]
                inputs = layer(inputs, *args, **dict(kwargs, scope="%s_%d" % (name, number + 1)))
            return inputs

    # --- normalisation

    def batch_norm(
        self, inputs: Any, decay: float = 0.999, center: bool = True, scale: bool = False, epsilon: float = 0.001,
        activation_fn: Any = None, param_initializers: Any = None, param_regularizers: Any = None,
        updates_collections: Any = "update_ops", is_training: Any = True, reuse: Any = None,
        variables_collections: Any = None, outputs_collections: Any = None, trainable: bool = True,
        batch_weights: Any = None, fused: Any = None, data_format: Any = "NHWC", zero_debias_moving_mean: bool = False,
        scope: Any = None, renorm: bool = False, renorm_clipping: Any = None, renorm_decay: float = 0.99,
        adjustment: Any = None,
    ) -> Any:  # fmt: skip
        """Batch normalisation; of rank 2 and 4 by the fused kernel, whose variance is the unbiased one."""
        tf = self.tf
        _only_channels_last(data_format)
        if zero_debias_moving_mean or renorm or batch_weights is not None:
            raise NotImplementedError("batch_norm with renorm, weights or a debiased mean has no stand-in")
        starts = param_initializers or {}
        ones, zeros = tf.ones_initializer(), tf.zeros_initializer()
        with tf.variable_scope(scope, "BatchNorm", [inputs], reuse=reuse):
            inputs = tf.convert_to_tensor(inputs)
            size, rank = [int(inputs.shape[-1])], inputs.shape.ndims

            def variable(name: str, start: Any, train: bool) -> Any:
                return self._variable(name, size, inputs, starts.get(name, start), None, train)

            def offset() -> Any:
                return variable("beta", zeros, trainable) if center else tf.zeros(size, inputs.dtype)

            core = rank == 4 and updates_collections == tf.GraphKeys.UPDATE_OPS  # tf.layers made its gamma first
            beta = None if core else offset()
            gamma = variable("gamma", ones, trainable) if scale else tf.ones(size, inputs.dtype)
            beta = offset() if beta is None else beta
            mean, variance = variable("moving_mean", zeros, False), variable("moving_variance", ones, False)
            images = tf.reshape(inputs, [-1, 1, 1, size[0]]) if rank == 2 else inputs

            def train() -> Any:
                if rank in (2, 4):
                    out, m, v = tf.nn.fused_batch_norm(images, gamma, beta, epsilon=epsilon, is_training=True)
                    return tf.reshape(out, tf.shape(inputs)), m, v
                m, v = tf.nn.moments(inputs, list(range(rank - 1)))
                return tf.nn.batch_normalization(inputs, m, v, beta, gamma, epsilon), m, v

            def infer() -> Any:
                if rank in (2, 4):
                    out, *_ = tf.nn.fused_batch_norm(images, gamma, beta, mean, variance, epsilon, is_training=False)
                    return tf.reshape(out, tf.shape(inputs))
                return tf.nn.batch_normalization(inputs, mean, variance, beta, gamma, epsilon)

            def updates(m: Any, v: Any, rate: Any) -> list[Any]:
                return [tf.assign_sub(mean, (mean - m) * rate).op, tf.assign_sub(variance, (variance - v) * rate).op]

            if is_training is False:
                out = infer()
            elif is_training is True:
                out, m, v = train()
                out = self._updated(out, updates(m, v, 1.0 - decay), updates_collections)
            else:
                flag = tf.cast(is_training, tf.bool)
                out, m, v = tf.cond(flag, train, lambda: (infer(), tf.identity(mean), tf.identity(variance)))
                rate = tf.cond(flag, lambda: tf.constant(1.0 - decay), lambda: tf.constant(0.0))
                out = self._updated(out, updates(m, v, rate), updates_collections)
            out.set_shape(inputs.shape)
            return out if activation_fn is None else activation_fn(out)

    def _updated(self, out: Any, updates: list[Any], collection: Any) -> Any:
        """Collect the updates, or make the output wait for them."""
        tf = self.tf
        if collection is None:
            with tf.control_dependencies(updates):
                return tf.identity(out)
        for update in updates:
            tf.add_to_collection(collection, update)
        return out

    def layer_norm(
        self, inputs: Any, center: bool = True, scale: bool = True, activation_fn: Any = None, reuse: Any = None,
        variables_collections: Any = None, outputs_collections: Any = None, trainable: bool = True,
        begin_norm_axis: int = 1, begin_params_axis: int = -1, scope: Any = None,
    ) -> Any:  # fmt: skip
        """Layer normalisation."""
        tf = self.tf
        with tf.variable_scope(scope, "LayerNorm", [inputs], reuse=reuse):
            inputs = tf.convert_to_tensor(inputs)
            rank, shape = inputs.shape.ndims, inputs.shape.as_list()[begin_params_axis:]
            zeros, ones = tf.zeros_initializer(), tf.ones_initializer()
            beta = self._variable("beta", shape, inputs, zeros, None, trainable) if center else None
            gamma = self._variable("gamma", shape, inputs, ones, None, trainable) if scale else None
            axes = list(range(begin_norm_axis % rank, rank))
            mean, variance = tf.nn.moments(inputs, axes, keep_dims=True)
            small = 1e-12 if inputs.dtype != tf.float16 else 1e-3
            out = tf.nn.batch_normalization(inputs, mean, variance, beta, gamma, small)
            out.set_shape(inputs.shape)
            return out if activation_fn is None else activation_fn(out)


def _only_channels_last(data_format: Any) -> None:
    if data_format not in (None, "NHWC", "channels_last"):
        raise NotImplementedError("there is no stand-in for data_format=%r" % (data_format,))

"""TF1 parameter names, in positional order, of the symbols that the analysis itself knows; and families of symbols.

Every other symbol's signature comes from the generated table (`symbols.py`). Source: `inspect.signature` in TF 1.15.5.
"""

from __future__ import annotations

from migrator.tables import symbols

_LAMBDA = ("grads_and_vars", "global_step", "name")

SIGNATURES: dict[str, tuple[str, ...]] = {
    "tensorflow.placeholder": ("dtype", "shape", "name"),
    "tensorflow.placeholder_with_default": ("input", "shape", "name"),
    "tensorflow.Variable": ("initial_value", "trainable", "collections", "validate_shape", "caching_device", "name",
                            "variable_def", "dtype", "expected_shape", "import_scope", "constraint", "use_resource",
                            "synchronization", "aggregation", "shape"),
    "tensorflow.get_variable": ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "collections",
                                "caching_device", "partitioner", "validate_shape", "use_resource", "custom_getter",
                                "constraint", "synchronization", "aggregation"),
    "tensorflow.gradients": ("ys", "xs", "grad_ys", "name", "colocate_gradients_with_ops", "gate_gradients",
                             "aggregation_method", "stop_gradients", "unconnected_gradients"),
    "tensorflow.Session": ("target", "graph", "config"),
    "tensorflow.InteractiveSession": ("target", "graph", "config"),
    "tensorflow.name_scope": ("name", "default_name", "values"),
    "tensorflow.variable_scope": ("name_or_scope", "default_name", "values", "initializer", "regularizer",
                                  "caching_device", "partitioner", "custom_getter", "reuse", "dtype", "use_resource",
                                  "constraint", "auxiliary_name_scope"),
    "tensorflow.device": ("device_name_or_function",),
    "tensorflow.control_dependencies": ("control_inputs",),
    "tensorflow.get_collection": ("key", "scope"),
    "tensorflow.trainable_variables": ("scope",),
    "tensorflow.global_variables": ("scope",),
    "tensorflow.variables_initializer": ("var_list", "name"),
    "tensorflow.initialize_variables": ("var_list", "name"),
    "Optimizer.minimize": ("loss", "global_step", "var_list", "gate_gradients", "aggregation_method",
                           "colocate_gradients_with_ops", "name", "grad_loss"),
    "Optimizer.compute_gradients": ("loss", "var_list", "gate_gradients", "aggregation_method",
                                    "colocate_gradients_with_ops", "grad_loss"),
    "Optimizer.apply_gradients": _LAMBDA,
    "tensorflow.assign": ("ref", "value", "validate_shape", "use_locking", "name"),
    "tensorflow.assign_add": ("ref", "value", "use_locking", "name"),
    "tensorflow.assign_sub": ("ref", "value", "use_locking", "name"),
    **{f"tensorflow.scatter_{n}": ("ref", "indices", "updates", "use_locking", "name")
       for n in ("update", "add", "sub", "mul", "div", "min", "max", "nd_update", "nd_add", "nd_sub")},
    "tensorflow.train.exponential_decay": ("learning_rate", "global_step", "decay_steps", "decay_rate", "staircase",
                                           "name"),
    "tensorflow.train.natural_exp_decay": ("learning_rate", "global_step", "decay_steps", "decay_rate", "staircase",
                                           "name"),
    "tensorflow.train.inverse_time_decay": ("learning_rate", "global_step", "decay_steps", "decay_rate", "staircase",
                                            "name"),
    "tensorflow.train.polynomial_decay": ("learning_rate", "global_step", "decay_steps", "end_learning_rate", "power",
                                          "cycle", "name"),
    "tensorflow.train.piecewise_constant": ("x", "boundaries", "values", "name"),
    "tensorflow.train.piecewise_constant_decay": ("x", "boundaries", "values", "name"),
    "tensorflow.train.cosine_decay": ("learning_rate", "global_step", "decay_steps", "alpha", "name"),
    "tensorflow.train.cosine_decay_restarts": ("learning_rate", "global_step", "first_decay_steps", "t_mul", "m_mul",
                                               "alpha", "name"),
    "tensorflow.train.linear_cosine_decay": ("learning_rate", "global_step", "decay_steps", "num_periods", "alpha",
                                             "beta", "name"),
}  # fmt: skip

DECAYS = tuple(s.rsplit(".", 1)[-1] for s in SIGNATURES if s.startswith("tensorflow.train."))

ASSIGNS = frozenset(s for s in SIGNATURES if s.startswith(("tensorflow.assign", "tensorflow.scatter_")))

VARIABLE_WRITES = frozenset(
    {"assign", "assign_add", "assign_sub"}
    | {f"scatter_{n}" for n in ("update", "add", "sub", "mul", "div", "min", "max", "nd_update", "nd_add", "nd_sub")}
)

OPTIMIZERS = frozenset(
    f"tensorflow.train.{n}Optimizer"
    for n in ("GradientDescent", "Momentum", "Adam", "RMSProp", "Adagrad", "Adadelta", "Ftrl", "ProximalAdagrad",
              "ProximalGradientDescent", "AdagradDA")
)  # fmt: skip

INITIALIZERS = frozenset(
    f"tensorflow.contrib.layers.{n}"
    for n in ("xavier_initializer", "xavier_initializer_conv2d", "variance_scaling_initializer", "l2_regularizer",
              "l1_regularizer", "l1_l2_regularizer")
)  # fmt: skip

GIVES_LIST = frozenset({"tensorflow.split", "tensorflow.unstack", "tensorflow.unpack"})


def of(symbol: str) -> tuple[str, ...]:
    """Return a symbol's TF1 parameter names in positional order; empty where they are not known."""
    known = SIGNATURES.get(symbol)
    if known is not None:
        return known
    return _generated_signature(symbol)


def _generated_signature(symbol: str) -> tuple[str, ...]:
    if not _PARAMETERS:
        for row in symbols.ROWS.splitlines():
            name, _, _, parameters, *_ = [*row.split("|"), "", "", ""]
            _PARAMETERS[f"tensorflow.{name}"] = parameters
    return tuple(p.rstrip("=") for p in _PARAMETERS.get(symbol, "").split(",") if p)


_PARAMETERS: dict[str, str] = {}

PYTHON_TIME_PREFIXES = (
    "tensorflow.app.", "tensorflow.flags.", "tensorflow.gfile.", "tensorflow.logging.", "tensorflow.errors.",
    "tensorflow.data.", "tensorflow.python_io.", "tensorflow.test.", "tensorflow.sysconfig.", "tensorflow.version.",
    "tensorflow.examples.", "tensorflow.resource_loader.", "tensorflow.saved_model.",
)  # fmt: skip

SAME_DTYPE = frozenset(
    f"tensorflow.{n}"
    for n in ("add", "subtract", "multiply", "divide", "matmul", "reshape", "transpose", "concat", "stack", "identity",
              "stop_gradient", "zeros_like", "ones_like", "reduce_sum", "reduce_mean", "reduce_max", "reduce_min",
              "reduce_prod", "square", "sqrt", "exp", "log", "log1p", "tanh", "sigmoid", "abs", "negative", "pow",
              "maximum", "minimum", "squeeze", "expand_dims", "tile", "gather", "slice", "split", "unstack", "nn.relu",
              "nn.sigmoid", "nn.tanh", "nn.softmax", "nn.bias_add", "nn.dropout", "nn.conv2d", "nn.max_pool",
              "nn.avg_pool", "clip_by_value", "boolean_mask", "reverse", "add_n", "nn.embedding_lookup", "nn.elu",
              "nn.softplus", "nn.l2_loss", "math.log", "sub", "mul", "neg")
)  # fmt: skip

SHAPE_OF_OTHER = frozenset(
    {"tensorflow.ones_like", "tensorflow.zeros_like", "tensorflow.scatter_nd"}
)  # not the result's

SAME_SHAPE = frozenset(
    f"tensorflow.{n}"
    for n in ("identity", "stop_gradient", "cast", "exp", "log", "sqrt", "square", "abs", "negative", "tanh", "sigmoid",
              "nn.relu", "nn.sigmoid", "nn.tanh", "nn.softmax", "nn.elu", "nn.softplus", "zeros_like", "ones_like",
              "nn.dropout", "clip_by_value", "reverse", "to_float", "to_int32", "to_int64")
)  # fmt: skip

GIVES_MANY = frozenset(
    f"tensorflow.{n}"
    for n in ("nn.top_k", "unique", "unique_with_counts", "nn.moments", "nn.weighted_moments", "meshgrid", "qr",
              "linalg.qr", "svd", "linalg.svd", "self_adjoint_eig", "linalg.eigh", "split", "unstack", "unpack",
              "setdiff1d", "listdiff", "dynamic_partition", "while_loop", "nn.fused_batch_norm",
              "nn.sufficient_statistics", "nn.normalize_moments", "nn.ctc_greedy_decoder", "nn.ctc_beam_search_decoder",
              "clip_by_global_norm", "decode_csv", "io.decode_csv", "parse_single_example", "parse_example",
              "io.parse_example", "io.parse_single_example", "linalg.lu", "global_norm_list", "matrix_determinant_log")
)  # fmt: skip

"""What the gradient functions of TensorFlow 1 read: the operands, the other operands, or nothing but shapes.

Source: `tensorflow/python/ops/*_grad.py` of 1.15.5. An op in none of the sets is taken to read its operands and its own
result, as most do.
"""

from __future__ import annotations

from migrator.tables.layers import LAYERS


def _names(text: str) -> frozenset[str]:
    return frozenset(f"tensorflow.{word}" for word in text.split())


# the gradient passes through: no value of the forward pass is read
LINEAR = _names("""
    add subtract sub negative neg math.add math.subtract math.negative nn.bias_add add_n accumulate_n identity
    reshape transpose matrix_transpose squeeze expand_dims convert_to_tensor stop_gradient reduce_sum reduce_mean
    math.reduce_sum math.reduce_mean concat stack pack split unstack unpack slice strided_slice gather gather_nd
    nn.embedding_lookup cast to_float to_double tile pad reverse roll space_to_depth depth_to_space diag_part trace
    cumsum math.cumsum broadcast_to fill boolean_mask tuple group Print
    layers.flatten layers.dropout
""") | {"subscript", "element", "phi", "unary", "read_value", "value", "initialized_value", *LAYERS}  # fmt: skip

# of those, the ones whose gradient reads the shapes of operands where they are not static
SHAPED = _names("""
    add subtract sub math.add math.subtract reduce_sum reduce_mean math.reduce_sum math.reduce_mean concat slice
    strided_slice gather nn.embedding_lookup tile pad reshape expand_dims squeeze
""") | {"subscript", "binop"}  # fmt: skip

# results without dimensions: always, or where no axis is given
SCALARS = _names("nn.l2_loss global_norm trace") | {
    f"tensorflow.losses.{n}" for n in ("mean_squared_error", "softmax_cross_entropy", "sparse_softmax_cross_entropy",
                                       "sigmoid_cross_entropy", "absolute_difference", "log_loss", "huber_loss")
}  # fmt: skip
REDUCTIONS = _names("reduce_sum reduce_mean math.reduce_sum math.reduce_mean reduce_max reduce_min reduce_prod")
AXES = {"axis", "reduction_indices"}

# the gradient by one operand is made of the others
PRODUCTS = _names("""
    multiply mul matmul batch_matmul tensordot einsum scalar_mul linalg.matmul math.multiply
    nn.conv1d nn.conv2d nn.conv3d nn.conv2d_transpose nn.depthwise_conv2d nn.separable_conv2d nn.atrous_conv2d
    sparse_tensor_dense_matmul sparse.matmul
""")

# the gradient is made of the operands alone: it does not wait for the op's own result
OF_OPERANDS = _names("""
    square log log1p sin cos abs erf nn.l2_loss nn.softplus math.square math.log math.log1p math.abs
    squared_difference math.squared_difference divide div truediv realdiv
""")

# no gradient passes
CUTS = _names("""
    stop_gradient argmax argmin arg_max arg_min math.argmax math.argmin equal not_equal less less_equal greater
    greater_equal logical_and logical_or logical_not logical_xor shape size rank round floor ceil sign one_hot
    zeros_like ones_like to_int32 to_int64 is_nan is_inf is_finite nn.in_top_k reduce_all reduce_any
    preventgradient multinomial random.categorical
""") | {"static", "compare", "shape", "set_shape"}  # fmt: skip

# what shares its operand's memory, where that is a variable
ALIASES = _names("identity reshape squeeze expand_dims stop_gradient convert_to_tensor") | {"read_value", "value"}

BINARY = {"Add": LINEAR, "Sub": LINEAR, "Mult": PRODUCTS, "MatMult": PRODUCTS, "Div": OF_OPERANDS}

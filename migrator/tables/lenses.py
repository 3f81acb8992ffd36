"""One row for each TensorFlow op that a write can go through, and the reasons for those that it can't.

A *lens* reads a derived tensor from its sources (get) and puts a new value of it back into them (put), so that reading
again gives what was put (PutGet), putting back what was read changes nothing (GetPut) and the last put wins (PutPut).
The interpreter is `migrator.analysis.lens`; ``inverse`` names the function there that undoes an iso.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase


class Kind(enum.StrEnum):
    """How a row's op relates to its sources."""

    ISO = "iso"  # one source, every element once: put the inverse
    PRODUCT = "product"  # several sources side by side: take the value apart
    VIEW = "view"  # some elements of one source: write these
    REFUSE = "refuse"  # a value doesn't say what its sources should be


@dataclass(frozen=True, slots=True)
class Row:
    """One invertible op.

    Attributes:
        symbol: canonical TF1 symbol.
        kind: see `Kind`.
        native: the TF2 function under ``tf.`` ("" for syntax: subscripts, lists).
        params: TF1 keywords of the arguments that are no sources; "!" at the end: written by position.
        inverse: name of the inverse (isos), or of the putter (products, views).
        put: how a value is put back, for the docs.
        accepts: what must hold; anything else is refused.
        aliases: other TF1 symbols of the same function.
        additive: an increment of the target is, put back, an increment of the source.
    """

    symbol: str
    kind: Kind
    native: str
    params: tuple[str, ...] = ()
    inverse: str = "same"
    put: str = "write the source"
    accepts: str = "any"
    aliases: tuple[str, ...] = ()
    additive: bool = True


_SAME = "the value itself"
_PART = "sliced assign, scatter, or read-modify-write of the source"

ISOS = (
    Row("tensorflow.identity", Kind.ISO, "identity", put=_SAME),
    Row("tensorflow.stop_gradient", Kind.ISO, "stop_gradient", put=_SAME),
    Row("tensorflow.convert_to_tensor", Kind.ISO, "convert_to_tensor", put=_SAME),
    Row("tensorflow.guarantee_const", Kind.ISO, "guarantee_const", put=_SAME),
    Row("tensorflow.ensure_shape", Kind.ISO, "ensure_shape", ("shape!",), put=_SAME),
    Row(
        "tensorflow.check_numerics",
        Kind.ISO,
        "debugging.check_numerics",
        ("message!",),
        put=_SAME,
        aliases=("tensorflow.debugging.check_numerics",),
    ),
    Row("read_value", Kind.ISO, "identity", put=_SAME, aliases=("tensorflow.Variable.read_value",)),
    Row("value", Kind.ISO, "identity", put=_SAME, aliases=("tensorflow.Variable.value",)),
    Row(
        "tensorflow.reshape",
        Kind.ISO,
        "reshape",
        ("shape!",),
        "reshape",
        "reshape to the source's shape",
        aliases=("tensorflow.manip.reshape", "tensorflow.layers.flatten", "tensorflow.contrib.layers.flatten"),
    ),
    Row(
        "tensorflow.transpose",
        Kind.ISO,
        "transpose",
        ("perm", "conjugate"),
        "transpose",
        "transpose by the inverse perm",
        aliases=("tensorflow.image.transpose", "tensorflow.image.transpose_image"),
    ),
    Row(
        "tensorflow.matrix_transpose",
        Kind.ISO,
        "linalg.matrix_transpose",
        ("conjugate",),
        "again",
        "the same op again",
        aliases=("tensorflow.linalg.matrix_transpose", "tensorflow.linalg.transpose"),
    ),
    Row("tensorflow.linalg.adjoint", Kind.ISO, "linalg.adjoint", (), "again", "the same op again"),
    Row("tensorflow.conj", Kind.ISO, "math.conj", (), "again", "the same op again", aliases=("tensorflow.math.conj",)),
    Row("tensorflow.expand_dims", Kind.ISO, "expand_dims", ("axis",), "expand_dims", "squeeze the same axis"),
    Row(
        "tensorflow.squeeze", Kind.ISO, "squeeze", ("axis",), "squeeze", "expand_dims, or reshape to the source's shape"
    ),
    Row(
        "tensorflow.reverse",
        Kind.ISO,
        "reverse",
        ("axis",),
        "again",
        "the same op again",
        aliases=(
            "tensorflow.reverse_v2",
            "tensorflow.manip.reverse",
            "tensorflow.image.flip_left_right",
            "tensorflow.image.flip_up_down",
        ),
    ),
    Row(
        "tensorflow.reverse_sequence",
        Kind.ISO,
        "reverse_sequence",
        ("seq_lengths!", "seq_axis", "batch_axis"),
        "again",
        "the same op again",
    ),
    Row(
        "tensorflow.roll", Kind.ISO, "roll", ("shift", "axis"), "roll", "roll back", aliases=("tensorflow.manip.roll",)
    ),
    Row(
        "tensorflow.cast",
        Kind.ISO,
        "cast",
        ("dtype!",),
        "cast",
        "cast back, after a check that nothing is lost",
        "a dtype that holds every value of the source's; a value that the source's dtype holds",
        aliases=(
            "tensorflow.dtypes.cast",
            "tensorflow.saturate_cast",
            "tensorflow.dtypes.saturate_cast",
            "tensorflow.to_float",
            "tensorflow.to_double",
            "tensorflow.to_int32",
            "tensorflow.to_int64",
            "tensorflow.to_bfloat16",
            "tensorflow.to_complex64",
            "tensorflow.to_complex128",
        ),
        additive=False,
    ),
    Row(
        "tensorflow.bitcast",
        Kind.ISO,
        "bitcast",
        ("type!",),
        "bitcast",
        "bitcast to the source's dtype",
        additive=False,
    ),
    Row(
        "tensorflow.space_to_depth",
        Kind.ISO,
        "nn.space_to_depth",
        ("block_size!", "data_format"),
        "depth_to_space",
        "depth_to_space",
        aliases=("tensorflow.nn.space_to_depth",),
    ),
    Row(
        "tensorflow.depth_to_space",
        Kind.ISO,
        "nn.depth_to_space",
        ("block_size!", "data_format"),
        "space_to_depth",
        "space_to_depth",
        aliases=("tensorflow.nn.depth_to_space",),
    ),
    Row(
        "tensorflow.space_to_batch_nd",
        Kind.ISO,
        "space_to_batch",
        ("block_shape!", "paddings!"),
        "batch_to_space",
        "batch_to_space",
        "no padding",
        aliases=(
            "tensorflow.manip.space_to_batch_nd",
            "tensorflow.space_to_batch",
            "tensorflow.nn.space_to_batch",
        ),
    ),
    Row(
        "tensorflow.batch_to_space_nd",
        Kind.ISO,
        "batch_to_space",
        ("block_shape!", "crops!"),
        "space_to_batch",
        "space_to_batch",
        "no crops",
        aliases=("tensorflow.manip.batch_to_space_nd", "tensorflow.batch_to_space"),
    ),
    Row("tensorflow.signal.fftshift", Kind.ISO, "signal.fftshift", ("axes",), "ifftshift", "ifftshift"),
    Row("tensorflow.signal.ifftshift", Kind.ISO, "signal.ifftshift", ("axes",), "fftshift", "fftshift"),
    Row(
        "tensorflow.image.rot90",
        Kind.ISO,
        "image.rot90",
        ("k",),
        "rot90",
        "transpose and reverse",
        "a known k, an image of known rank",
    ),
)

PRODUCTS = (
    Row(
        "tensorflow.concat",
        Kind.PRODUCT,
        "concat",
        ("axis",),
        "concat",
        "split by the sources' sizes",
        "no element twice",
        aliases=("tensorflow.concat_v2",),
    ),
    Row(
        "tensorflow.stack",
        Kind.PRODUCT,
        "stack",
        ("axis",),
        "stack",
        "unstack",
        "no element twice",
        aliases=("tensorflow.pack", "tensorflow.parallel_stack"),
    ),
    Row("tuple", Kind.PRODUCT, "", (), "items", "element by element", "no element twice"),
    Row(
        "list",
        Kind.PRODUCT,
        "",
        (),
        "items",
        "element by element",
        "no element twice",
        aliases=("tensorflow.tuple", "tensorflow.identity_n"),
    ),
    Row(
        "tensorflow.dynamic_stitch",
        Kind.PRODUCT,
        "dynamic_stitch",
        (),
        "stitch",
        "the value's rows at each tensor's indices",
        "lists of indices statically known, each index once",
    ),
    Row(
        "tensorflow.complex",
        Kind.PRODUCT,
        "complex",
        (),
        "complex",
        "real and imag",
        "no element twice",
        aliases=("tensorflow.dtypes.complex",),
    ),
)

VIEWS = (
    Row("index", Kind.VIEW, "", ("i",), "index", _PART, "an element of a list of tensors"),
    Row(
        "tensorflow.split",
        Kind.VIEW,
        "split",
        ("num_or_size_splits!", "axis", "num"),
        "split",
        "concat of all parts",
        "its parts (with index), or all of them in a product",
    ),
    Row(
        "tensorflow.unstack",
        Kind.VIEW,
        "unstack",
        ("num", "axis"),
        "unstack",
        "stack of all parts",
        "its parts (with index), or all of them in a product",
        aliases=("tensorflow.unpack",),
    ),
    Row(
        "tensorflow.dynamic_partition",
        Kind.VIEW,
        "dynamic_partition",
        ("partitions!", "num_partitions!"),
        "partition",
        "a mask: where the partitions are that part's number",
        "one of its parts",
    ),
    Row(
        "tensorflow.image.crop_to_bounding_box",
        Kind.VIEW,
        "image.crop_to_bounding_box",
        ("offset_height!", "offset_width!", "target_height!", "target_width!"),
        "key",
        "sliced assign of the box",
        "a known box, an image of known rank",
    ),
    Row("subscript", Kind.VIEW, "", ("key",), "key", _PART, "ints, slices with any step, ellipsis, newaxis"),
    Row("tensorflow.slice", Kind.VIEW, "slice", ("begin!", "size!"), "key", _PART),
    Row(
        "tensorflow.strided_slice",
        Kind.VIEW,
        "strided_slice",
        ("begin!", "end!", "strides!", "begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"),
        "key",
        _PART,
    ),
    Row(
        "tensorflow.gather",
        Kind.VIEW,
        "gather",
        ("indices!", "axis", "batch_dims"),
        "gather",
        _PART,
        "indices statically known, none twice",
        aliases=("tensorflow.nn.embedding_lookup", "tensorflow.batch_gather"),
    ),
    Row(
        "tensorflow.gather_nd",
        Kind.VIEW,
        "gather_nd",
        ("indices!", "batch_dims"),
        "gather_nd",
        _PART,
        "indices statically known, none twice",
        aliases=("tensorflow.manip.gather_nd",),
    ),
    Row(
        "tensorflow.boolean_mask",
        Kind.VIEW,
        "boolean_mask",
        ("mask!", "axis"),
        "boolean_mask",
        _PART,
        "a mask that doesn't read what is written",
    ),
    Row(
        "tensorflow.matrix_diag_part",
        Kind.VIEW,
        "linalg.diag_part",
        ("k",),
        "matrix_diag_part",
        "set_diag",
        "one diagonal",
        aliases=("tensorflow.linalg.diag_part",),
    ),
    Row(
        "tensorflow.diag_part",
        Kind.VIEW,
        "linalg.tensor_diag_part",
        (),
        "diag_part",
        _PART,
        aliases=("tensorflow.linalg.tensor_diag_part",),
    ),
    Row(
        "tensorflow.real",
        Kind.VIEW,
        "math.real",
        (),
        "real",
        "complex of the value and the old imag",
        "a complex variable",
        aliases=("tensorflow.math.real",),
    ),
    Row(
        "tensorflow.imag",
        Kind.VIEW,
        "math.imag",
        (),
        "imag",
        "complex of the old real and the value",
        "a complex variable",
        aliases=("tensorflow.math.imag",),
    ),
)


def _words(text: str) -> tuple[str, ...]:
    """Returns the words of a text."""
    return tuple(text.split())


REFUSED: dict[str, tuple[str, ...]] = {
    "a reduction loses the elements": _words(
        "reduce_sum reduce_mean reduce_max reduce_min reduce_prod reduce_all reduce_any reduce_logsumexp reduce_join norm "
        "linalg.norm add_n accumulate_n segment_sum segment_mean segment_max segment_min segment_prod trace argmax argmin "
        "unsorted_segment_sum unsorted_segment_mean count_nonzero nn.moments nn.l2_loss global_norm linalg.global_norm "
        "math.reduce_sum math.reduce_mean math.reduce_max math.reduce_min math.argmax math.argmin math.reduce_std "
        "math.reduce_variance linalg.trace math.reduce_prod"
    ),
    "many sources give the same product": _words(
        "matmul linalg.matmul tensordot einsum linalg.einsum linalg.matvec linalg.tensor_diag sparse_tensor_dense_matmul "
        "nn.conv1d nn.conv2d nn.conv3d nn.bias_add nn.xw_plus_b cross linalg.cross layers.dense layers.conv2d"
    ),
    "arithmetic is not a rearrangement of its sources": _words(
        "add subtract multiply divide div truediv floordiv floormod mod negative neg abs square sqrt rsqrt pow exp log "
        "sign maximum minimum clip_by_value clip_by_norm clip_by_global_norm round floor ceil cumsum cumprod sin cos "
        "scalar_mul squared_difference reciprocal logical_not logical_and logical_or logical_xor invert bitwise.invert "
        "bitwise.bitwise_xor fft ifft rfft signal.fft signal.ifft math.add math.subtract math.multiply math.divide "
        "math.negative math.abs math.square math.sqrt math.pow math.exp math.log math.maximum math.minimum math.cumsum "
        "math.scalar_mul math.reciprocal matrix_inverse linalg.inv cholesky linalg.cholesky math.l2_normalize "
        "operator"
    ),
    "an activation is not a rearrangement of its source": _words(
        "nn.relu nn.relu6 nn.elu nn.selu nn.leaky_relu nn.crelu nn.softmax nn.log_softmax nn.softplus nn.softsign nn.tanh "
        "nn.sigmoid tanh sigmoid nn.dropout nn.l2_normalize nn.batch_normalization math.sigmoid math.tanh "
        "math.softplus"
    ),
    "which source an element came from is not known": _words(
        "where cond case while_loop sort argsort nn.top_k math.top_k unique unique_with_counts random_shuffle random.shuffle merge map_fn scan foldl foldr py_func "
        "image.random_flip_left_right"
    ),
    "elements of the target are copies of one element": _words(
        "tile broadcast_to meshgrid repeat image.resize_images image.resize extract_image_patches "
        "image.extract_image_patches"
    ),
    "elements of the target are constants, not elements of a variable": _words(
        "pad matrix_diag diag linalg.diag matrix_set_diag linalg.set_diag matrix_band_part linalg.band_part one_hot fill "
        "zeros_like ones_like sequence_mask scatter_nd sparse_to_dense linalg.eye"
    ),
    "it has no elements of its source, only facts about it": _words(
        "shape size rank shape_n equal not_equal greater less "
        "greater_equal less_equal is_nan is_inf is_finite math.equal math.greater math.less math.is_nan"
    ),
    "it makes a new tensor and leaves its source as it is": _words(
        "tensor_scatter_nd_update tensor_scatter_nd_add tensor_scatter_nd_sub tensor_scatter_update tensor_scatter_add "
        "tensor_scatter_sub tensor_scatter_nd_min tensor_scatter_nd_max"
    ),
}

ELSEWHERE: dict[str, tuple[str, ...]] = {
    "it computes new values: an inverse, where there is one, would round": _words(
        "acos acosh asin asinh atan atan2 atanh betainc angle cosh sinh tan digamma erf erfc expm1 log1p lbeta lgamma "
        "log_sigmoid polygamma rint realdiv truncatediv truncatemod floor_div div_no_nan igamma igammac zeta math.* "
        "cholesky_solve matrix_determinant matrix_solve matrix_solve_ls matrix_square_root matrix_triangular_solve qr "
        "svd self_adjoint_eig self_adjoint_eigvals linalg.* fft2d fft3d ifft2d ifft3d spectral.* signal.* bitwise.* "
        "clip_by_average_norm nn.* quantize quantize_v2 quantized_concat dequantize quantization.* image.* audio.* "
        "fake_quant_with_min_max_args fake_quant_with_min_max_vars fake_quant_with_min_max_vars_per_channel "
        "fake_quant_with_min_max_args_gradient fake_quant_with_min_max_vars_gradient "
        "fake_quant_with_min_max_vars_per_channel_gradient invert_permutation math.invert_permutation confusion_matrix "
        "bincount histogram_fixed_width histogram_fixed_width_bins edit_distance searchsorted unravel_index "
        "setdiff1d where_v2 switch_case vectorized_map numpy_function py_function grad_pass_through recompute_grad "
        "custom_gradient unsorted_segment_max unsorted_segment_min unsorted_segment_prod unsorted_segment_sqrt_n "
        "arg_max arg_min broadcast_dynamic_shape broadcast_static_shape extract_volume_patches manip.tile "
        "manip.scatter_nd truncated_normal random_crop eig eigvals fftnd ifftnd rfftnd irfftnd approx_top_k conv "
        "conv2d_backprop_filter_v2 conv2d_backprop_input_v2"
    ),
    "it works on sparse, ragged or text values, which variables don't hold": _words(
        "sparse.* sparse_* ragged.* strings.* string_* sets.* as_string substr regex_replace decode_* encode_* "
        "serialize_* deserialize_* parse_* fingerprint io.* feature_column.* lookup.* ragged_fill_empty_rows "
        "ragged_fill_empty_rows_grad convert_to_tensor_or_sparse_tensor convert_to_tensor_or_indexed_slices to_string"
    ),
    "it makes values from nothing, or draws them": _words(
        "constant zeros ones eye linspace lin_space range fill random.* random_* multinomial placeholder "
        "placeholder_with_default make_tensor_proto make_ndarray initializers.* distributions.* timestamp "
        "get_static_value get_session_handle get_session_tensor delete_session_tensor"
    ),
    "it makes, reads or writes variables, or runs code; no tensor is derived": _words(
        "assign assign_add assign_sub scatter_* batch_scatter_update count_up_to get_variable get_local_variable "
        "all_variables global_variables local_variables model_variables trainable_variables moving_average_variables "
        "is_variable_initialized report_uninitialized_variables *_initializer initialize_* *_partitioner "
        "create_partitioned_variables group no_op print gradients hessians function wrap_function py_func "
        "nondifferentiable_batch_function switch_case init_scope control_dependencies device colocate_with container "
        "op_scope variable_* get_* add_* set_random_seed reset_default_graph import_graph_def load_* register_* "
        "enable_* disable_* executing_eagerly resource_variables_enabled control_flow_v2_enabled make_template "
        "no_gradient no_regularizer is_* assert_* verify_tensor_all_finite as_dtype dimension_* "
        "required_space_to_batch_paddings read_file write_file matching_files is_tensor type_spec_from_value "
        "name_scope check_pinned inside_function"
    ),
    "a dtype or a constant": _words(
        "bool string variant resource half double bfloat16 float16 float32 float64 complex64 complex128 int8 int16 "
        "int32 int64 uint8 uint16 uint32 uint64 qint8 qint16 qint32 quint8 quint16 newaxis"
    ),
    "a namespace of whole components (training, data, layers), not of tensor functions": _words(
        "train.* data.* estimator.* keras.* layers.* losses.* metrics.* summary.* saved_model.* distribute.* test.* "
        "config.* autograph.* tpu.* tpu_* xla.* profiler.* graph_util.* compat.* errors.* app.* flags.* gfile.* "
        "logging.* python_io.* resource_loader.* user_ops.* version.* sysconfig.* lite.* mlir.* nest.* types.* "
        "mixed_precision.* raw_ops.* debugging.* dtypes.* queue.* experimental.* contrib.* examples.* __internal__.* "
        "optimizers.* _api.* dtensor.* python.* tools.* core.* security.* internal.*"
    ),
}

ROWS = (*ISOS, *PRODUCTS, *VIEWS)
_BY_SYMBOL = {name: row for row in ROWS for name in (row.symbol, *row.aliases)}
_REASONS = {f"tensorflow.{name}": reason for reason, names in REFUSED.items() for name in names}
_V1 = "tensorflow.compat.v1."


def canonical(symbol: str) -> str:
    """Returns symbol without the ``compat.v1`` in its path."""
    return f"tensorflow.{symbol.removeprefix(_V1)}" if symbol.startswith(_V1) else symbol


def row_of(symbol: str) -> Row | None:
    """Returns the row of a TF1 symbol, or None if there is no lens for it."""
    return _BY_SYMBOL.get(canonical(symbol))


def sources_of(symbol: str) -> int:
    """Returns how many of a symbol's first arguments are tensors (or lists of them) that it rearranges."""
    pairs = ("tensorflow.complex", "tensorflow.dtypes.complex")
    return 2 if canonical(symbol) in pairs else 1


def is_decided(symbol: str) -> bool:
    """Returns whether the table says something about a symbol."""
    return canonical(symbol) in _REASONS or canonical(symbol) in _BY_SYMBOL


def decision(symbol: str) -> str | None:
    """Returns what is decided about a symbol: a kind of row, or why not; None if nothing is."""
    row = row_of(symbol)
    name = canonical(symbol).removeprefix("tensorflow.")
    if row is not None:
        return row.kind.value
    if canonical(symbol) in _REASONS:
        return _REASONS[canonical(symbol)]
    return next((why for why, names in ELSEWHERE.items() if any(fnmatchcase(name, n) for n in names)), None)


def refusal_of(symbol: str) -> str:
    """Returns why a write can't go through a symbol that has no row, as a sentence."""
    name = canonical(symbol)
    reason = _REASONS.get(name, "it is not known how to put a value back through it")
    return f"{name.replace('tensorflow.', 'tf.', 1)} can't be written to: {reason}"


def rows_for_docs() -> Iterator[tuple[str, str, str, str]]:
    """Yields (op, kind, how a value is put back or why not, what is accepted) for the table in the docs."""
    for row in ROWS:
        names = [row.symbol, *row.aliases]
        shown = ", ".join(f"`{name.replace('tensorflow.', 'tf.', 1)}`" for name in names)
        yield shown, row.kind.value, row.put, row.accepts
    for reason, symbols in REFUSED.items():
        yield ", ".join(f"`tf.{name}`" for name in symbols), Kind.REFUSE.value, reason, "never"

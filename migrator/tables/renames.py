"""What the generated table cannot know: old names, argument names, and symbols whose meaning needs a note.

Hand-written data. Names are canonical TF1 names without the leading ``tensorflow.``; the dictionaries that the rules read
have it (`_full`).
"""

from __future__ import annotations

from migrator.tables.symbols import TF_KERAS_ONLY


def _words(text: str) -> list[str]:
    """Return the words of a text: long tables of names read better without quotes."""
    return text.split()


def _full(table: dict[str, str]) -> dict[str, str]:
    return {f"tensorflow.{old}": f"tensorflow.{new}" for old, new in table.items()}


# names of TensorFlow 0.x -> the TF1 name with the same arguments (the rules then rewrite that one)
PRE_1_0: dict[str, str] = _full(
    {
        "mul": "multiply",
        "sub": "subtract",
        "neg": "negative",
        "pack": "stack",
        "unpack": "unstack",
        "complex_abs": "abs",
        "inv": "reciprocal",
        "batch_matmul": "matmul",
        "select": "where",
        "listdiff": "setdiff1d",
        "batch_cholesky": "cholesky",
        "batch_cholesky_solve": "cholesky_solve",
        "batch_fft": "fft",
        "batch_fft2d": "fft2d",
        "batch_fft3d": "fft3d",
        "batch_ifft": "ifft",
        "batch_ifft2d": "ifft2d",
        "batch_ifft3d": "ifft3d",
        "batch_matrix_band_part": "matrix_band_part",
        "batch_matrix_determinant": "matrix_determinant",
        "batch_matrix_diag": "matrix_diag",
        "batch_matrix_diag_part": "matrix_diag_part",
        "batch_matrix_inverse": "matrix_inverse",
        "batch_matrix_set_diag": "matrix_set_diag",
        "batch_matrix_solve": "matrix_solve",
        "batch_matrix_solve_ls": "matrix_solve_ls",
        "batch_matrix_transpose": "matrix_transpose",
        "batch_matrix_triangular_solve": "matrix_triangular_solve",
        "batch_self_adjoint_eig": "self_adjoint_eig",
        "batch_self_adjoint_eigvals": "self_adjoint_eigvals",
        "batch_svd": "svd",
        "string_to_hash_bucket_fast": "string_to_hash_bucket_fast",
        "image.per_image_whitening": "image.per_image_standardization",
        "image.random_crop": "random_crop",
        "user_ops.my_fact": "user_ops.my_fact",
    }
)

# TF1 name -> TF2 name where the table finds none or a worse one; the arguments are conformed by their names
TARGETS: dict[str, str] = _full(
    {
        "to_float": "cast",
        "nn.softmax_cross_entropy_with_logits_v2": "nn.softmax_cross_entropy_with_logits",
        "nn.avg_pool": "nn.avg_pool",
        "nn.max_pool": "nn.max_pool",
        "py_func": "numpy_function",
        "floor_div": "math.floordiv",
        "gfile.FastGFile": "io.gfile.GFile",
        "set_random_seed": "random.set_seed",
        "random.set_random_seed": "random.set_seed",
        "log": "math.log",
        "setdiff1d": "raw_ops.ListDiff",
        "sparse_reduce_max_sparse": "sparse.reduce_max",
        "sparse_reduce_sum_sparse": "sparse.reduce_sum",
        "sparse.reduce_max_sparse": "sparse.reduce_max",
        "sparse.reduce_sum_sparse": "sparse.reduce_sum",
        "batch_gather": "gather",
        "assert_greater_equal": "debugging.assert_greater_equal",
        "assert_integer": "debugging.assert_integer",
        "assert_less_equal": "debugging.assert_less_equal",
        "assert_near": "debugging.assert_near",
        "assert_negative": "debugging.assert_negative",
        "assert_non_negative": "debugging.assert_non_negative",
        "assert_non_positive": "debugging.assert_non_positive",
        "assert_none_equal": "debugging.assert_none_equal",
        "assert_positive": "debugging.assert_positive",
        "assert_rank_at_least": "debugging.assert_rank_at_least",
        "assert_rank_in": "debugging.assert_rank_in",
        "assert_scalar": "debugging.assert_scalar",
        "assert_type": "debugging.assert_type",
        "initializers.tables_initializer": "tables_initializer",
        "contrib.framework.nest": "nest",
        "gfile": "io.gfile",
        "manip.reshape": "reshape",
        "python_io": "io",
        "spectral": "signal",
        "contrib.framework.load_variable": "train.load_variable",
        "contrib.layers.recompute_grad": "recompute_grad",
        "contrib.summary.create_file_writer": "summary.create_file_writer",
        "contrib.summary.flush": "summary.flush",
        "contrib.training.checkpoints_iterator": "train.checkpoints_iterator",
        "dimension_at_index": "compat.dimension_at_index",
        "experimental.function_executor_type": "experimental.function_executor_type",
        "dimension_value": "compat.dimension_value",
        "layers.InputSpec": "keras.layers.InputSpec",
        "contrib.eager.Variable": "Variable",
        "contrib.eager.GradientTape": "GradientTape",
        "contrib.eager.py_func": "py_function",
    }
)

# exact kernels: these TF1 functions are this raw op, called with keywords
RAW_OPS: dict[str, str] = _full(
    {
        "image.resize_area": "raw_ops.ResizeArea",
        "image.resize_bicubic": "raw_ops.ResizeBicubic",
        "image.resize_bilinear": "raw_ops.ResizeBilinear",
        "image.resize_nearest_neighbor": "raw_ops.ResizeNearestNeighbor",
        "image.extract_glimpse": "raw_ops.ExtractGlimpse",
        "setdiff1d": "raw_ops.ListDiff",
        "sparse_to_dense": "raw_ops.SparseToDense",
        "nn.depthwise_conv2d_native": "raw_ops.DepthwiseConv2dNative",
        "nn.conv2d_backprop_filter": "raw_ops.Conv2DBackpropFilter",
        "nn.conv2d_backprop_input": "raw_ops.Conv2DBackpropInput",
        "train.sdca_fprint": "raw_ops.SdcaFprint",
        "train.sdca_optimizer": "raw_ops.SdcaOptimizer",
        "train.sdca_shrink_l1": "raw_ops.SdcaShrinkL1",
    }
)

# arguments that a raw op has no default for: symbol -> name -> text
RAW_DEFAULTS: dict[str, dict[str, str]] = {"tensorflow.sparse_to_dense": {"default_value": "0"}}

# TF1 argument name -> TF2 argument name, used where TF2 has the new name and lacks the old one
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "keep_dims": ("keepdims",),
    "reduction_indices": ("axis",),
    "reduction_axes": ("axis",),
    "dimension": ("axis",),
    "dim": ("axis",),
    "squeeze_dims": ("axis",),
    "split_dim": ("axis",),
    "concat_dim": ("axis",),
    "filter": ("filters",),
    "kernel": ("filters",),
    "value": ("input",),
    "seq_dim": ("seq_axis",),
    "batch_dim": ("batch_axis",),
    "box_ind": ("box_indices",),
    "preferred_dtype": ("dtype_hint",),
    "rate": ("dilations",),
    "rates": ("dilations",),
    "dilation_rate": ("dilations",),
    "fn1": ("true_fn",),
    "fn2": ("false_fn",),
    "input_tensor": ("input",),
    "string_tensor": ("input",),
    "bytes": ("input_bytes",),
    "tensor": ("input", "data"),
    "values": ("data",),
    "thresh": ("threshold",),
    "t": ("x", "input"),
    "m": ("mean",),
    "v": ("variance",),
    "msg": ("message",),
    "expand_nonconcat_dim": ("expand_nonconcat_dims",),
    "targets": ("labels",),
    "ksizes": ("sizes",),
    "block_size": ("block_shape",),
    "Targmax": ("output_dtype",),
    "output_dtype": ("dtype",),
    "index_dtype": ("out_idx",),
    "oldpath": ("src",),
    "newpath": ("dst",),
    "oldname": ("src",),
    "newname": ("dst",),
    "filename": ("path", "pattern"),
    "dirname": ("path",),
    "in_order": ("topdown",),
    "device_name_or_function": ("device_name",),
    "dtype": ("fn_output_signature",),
    "library_filename": ("library_location",),
    "adj_x": ("adjoint_a",),
    "adj_y": ("adjoint_b",),
    "x": ("a",),
    "y": ("b",),
    "lr": ("learning_rate",),
    "alpha": ("negative_slope",),
    "inputs": ("input",),
    "kernel_size": ("ksize",),
    "pool_size": ("ksize",),
    "stride": ("strides",),
    "value_structure": ("element_spec",),
    "virtual_devices": ("logical_devices",),
    "adaptative": ("adaptive",),
    "checkpoint_dir": ("ckpt_dir_or_file",),
    "algorithm": ("alg",),
}

# TF1 argument name -> its better name in functions that still take both
DEPRECATED: dict[str | None, str] = {
    "keep_dims": "keepdims",
    "reduction_indices": "axis",
    "dimension": "axis",
    "dim": "axis",
    "squeeze_dims": "axis",
    "algorithm": "alg",
}

# TF1 arguments that can go where TF2 lacks them: they change no number
DROPPED: frozenset[str] = frozenset(
    {
        "_sentinel",
        "arg_types",  # of autograph.to_code and to_graph, which did not use them
        "arg_values",
        "indentation",
        "checkpoint_v2",  # of test.assert_equal_graph_def
        "colocate_gradients_with_ops",
        "hash_table_shared_name",
        "keyword_required",
        "name",
        "optimize",
        "use_cudnn_on_gpu",
        "validate_indices",
        "validate_shape",
        "data",  # of assertions: what they print
        "seed2",
        "summarize",  # of assertions and tf.Print: how much they print
    }
)

# pure functions without a native equal: they stay on tf.compat.v1, and a diagnostic says so
PURE_COMPAT: frozenset[str] = frozenset(
    f"tensorflow.{name}"
    for name in _words("""
        saved_model.LEGACY_INIT_OP_KEY saved_model.MAIN_OP_KEY saved_model.constants.LEGACY_INIT_OP_KEY
        saved_model.constants.MAIN_OP_KEY AttrValue Event HistogramProto LogMessage NameAttrList TensorInfo
        data.get_output_classes data.get_output_shapes data.get_output_types
        data.experimental.map_and_batch_with_legacy_function distribute.get_loss_reduction
        errors.raise_exception_on_not_ok_status
        experimental.output_all_intermediates get_seed logging.TaskLevelStatusMessage no_regularizer random.get_seed
        lite.constants.GRAPHVIZ_DOT lite.constants.TFLITE profiler.AdviceProto profiler.GraphNodeProto
        profiler.MultiGraphNodeProto profiler.OpLogProto profiler.ProfileOptionBuilder
        resource_loader.get_data_files_path resource_loader.get_path_to_datafile
        resource_loader.get_root_dir_with_all_resources resource_loader.load_resource
        resource_loader.readahead_file_path test.StubOutForTesting test.get_temp_dir test.test_src_dir_path
        train.VocabInfo train.checkpoint_exists train.get_checkpoint_mtimes train.remove_checkpoint
        clip_by_average_norm convert_to_tensor_or_indexed_slices convert_to_tensor_or_sparse_tensor div
        distributions.Bernoulli distributions.Beta distributions.Categorical distributions.Dirichlet
        distributions.DirichletMultinomial distributions.Distribution distributions.Exponential distributions.Gamma
        distributions.Laplace distributions.Multinomial distributions.Normal distributions.RegisterKL
        distributions.ReparameterizationType distributions.StudentT distributions.Uniform
        distributions.FULLY_REPARAMETERIZED distributions.NOT_REPARAMETERIZED distributions.kl_divergence
        image.resize_image_with_pad image.resize_images losses.Reduction nn.conv3d_backprop_filter
        nn.conv3d_backprop_filter_v2 nn.ctc_beam_search_decoder nn.ctc_loss nn.ctc_loss_v2
        nn.fractional_avg_pool nn.fractional_max_pool nn.fused_batch_norm nn.quantized_avg_pool nn.quantized_conv2d
        nn.quantized_max_pool nn.quantized_relu_x python_io.TFRecordCompressionType io.TFRecordCompressionType
        ragged.RaggedTensorValue ragged.constant_value sparse.merge sparse_merge
        SparseTensorValue errors.error_code_from_exception_type errors.exception_type_from_error_code
        train.summary_iterator train.NewCheckpointReader
    """)
)

# symbols that are gone and the sentence that helps; a name that ends with "." stands for all below it
ADVICE: dict[str, str] = {
    "Dimension": "dimensions are plain integers (or None) in TF2: use the value itself",
    "metrics.": "tf.metrics is gone: use tf.keras.metrics (update_state, result, reset_state)",
    "contrib.metrics.": "tf.contrib.metrics is gone: use tf.keras.metrics",
    "contrib.losses.": "tf.contrib.losses is gone: write the loss with tf.nn and tf.reduce_mean",
    "contrib.distributions.": "tf.contrib.distributions is gone: use the tensorflow_probability package",
    "contrib.crf.": "tf.contrib.crf is gone: vendor the functions (tensorflow_addons is no longer maintained)",
    "contrib.seq2seq.": "tf.contrib.seq2seq is gone: write the loop with tf.while_loop or tf.keras.layers.RNN",
    "contrib.legacy_seq2seq.": "tf.contrib.legacy_seq2seq is gone: write the loop with tf.keras.layers.RNN",
    "contrib.eager.": "tf.contrib.eager is gone: eager execution is the default in TF2 (tf.GradientTape, iter(dataset))",
    "contrib.learn.": "tf.contrib.learn is gone: write the training loop, or use tf.keras",
    "contrib.lookup.": "tf.contrib.lookup is gone: use tf.lookup.StaticHashTable and tf.lookup.StaticVocabularyTable",
    "contrib.image.": "tf.contrib.image is gone: use tf.image, or tf.raw_ops.ImageProjectiveTransformV3",
    "contrib.training.HParams": "HParams is gone: use a dataclass or types.SimpleNamespace",
    "contrib.training.": "tf.contrib.training is gone: use tf.data and a plain training loop",
    "contrib.tpu.": "tf.contrib.tpu is gone: use tf.distribute.TPUStrategy",
    "contrib.opt.": "tf.contrib.opt is gone: use a Keras optimizer with the same update rule",
    "contrib.summary.": "tf.contrib.summary is gone: use tf.summary with a step",
    "contrib.cudnn_rnn.": "tf.contrib.cudnn_rnn is gone: use tf.keras.layers.LSTM or GRU (they use cuDNN by themselves)",
    "contrib.factorization.": "tf.contrib.factorization is gone: write the algorithm with tf ops",
    "contrib.tensor_forest.": "tf.contrib.tensor_forest is gone: use the tensorflow_decision_forests package",
    "contrib.boosted_trees.": "tf.contrib.boosted_trees is gone: use the tensorflow_decision_forests package",
    "contrib.": "tf.contrib is gone from TF2: replace it by the core function, or vendor its source",
    "resource_loader.": "tf.resource_loader is gone: build the path with pathlib from __file__",
    "examples.tutorials.": "tf.examples.tutorials is gone: load the data with tf.keras.datasets",
    "logging.TaskLevelStatusMessage": "it is gone: use logging.info",
    "test.": "it has no TF2 equal: test eagerly with tf.test.TestCase",
    "profiler.": "tf.profiler changed: use tf.profiler.experimental.start and stop",
    "lite.": "the converter changed: use tf.lite.TFLiteConverter.from_keras_model or from_concrete_functions",
    "feature_column.": "feature columns are deprecated: use tf.keras preprocessing layers",
    "user_ops.my_fact": "it was an example and is gone",
    "data.get_output_classes": "use dataset.element_spec",
    "data.get_output_shapes": "use dataset.element_spec",
    "data.get_output_types": "use dataset.element_spec",
    "wrap_function": "write the code as a tf.function",
    "no_regularizer": "pass regularizer=None",
    "get_seed": "TF2 has no public equal: pass explicit seeds",
    "random.get_seed": "TF2 has no public equal: pass explicit seeds",
}


def advice(symbol: str) -> str:
    """Return the sentence that tells what to use instead of a symbol that is gone."""
    name = symbol.removeprefix("tensorflow.")
    families = (key for key in ADVICE if key.endswith(".") and f"{name}.".startswith(key))
    if name.startswith("keras.") and name[6:] in TF_KERAS_ONLY.split():
        return "Keras 3 has no equal; tf_keras has it (pip install tf_keras, and TF_USE_LEGACY_KERAS=1)"
    best = name if name in ADVICE else max(families, key=len, default="")
    if best:
        return ADVICE[best]
    return "TF2 has no equal of it: rewrite the code around it with TF2 operations"


# contrib.data -> tf.data.experimental
CONTRIB_DATA: frozenset[str] = frozenset(
    _words("""
        AUTOTUNE Counter CsvDataset Optional RandomDataset Reducer SqlDataset TFRecordWriter
        bucket_by_sequence_length choose_from_datasets copy_to_device dense_to_sparse_batch enumerate_dataset
        get_next_as_optional get_single_element group_by_reducer group_by_window ignore_errors
        make_batched_features_dataset make_csv_dataset make_saveable_from_iterator map_and_batch parallel_interleave
        parse_example_dataset prefetch_to_device rejection_resample sample_from_datasets scan shuffle_and_repeat unbatch
        unique
    """)
)

"""Facts about TF1 symbols that the analysis needs: which draw, which have effects, which give Python values, and dtypes.

Names are canonical (`migrator.tables.canonical`). A symbol in none of the sets gives tensors and has no effect.
"""

from __future__ import annotations


def _words(text: str) -> list[str]:
    """Return the words of a text: long tables of names read better without quotes."""
    return text.split()


def _names(text: str) -> frozenset[str]:
    return frozenset(f"tensorflow.{name}" for name in text.split())


# draw random numbers each time they run
RANDOM: frozenset[str] = _names("""
    random_normal random_uniform truncated_normal random_shuffle random_crop random_gamma random_poisson multinomial
    random.normal random.uniform random.truncated_normal random.shuffle random.gamma random.poisson random.multinomial
    random.categorical image.random_crop
    nn.dropout nn.nce_loss nn.sampled_softmax_loss nn.fractional_avg_pool nn.fractional_max_pool
    nn.all_candidate_sampler nn.fixed_unigram_candidate_sampler nn.learned_unigram_candidate_sampler
    nn.log_uniform_candidate_sampler nn.uniform_candidate_sampler
    random.all_candidate_sampler random.fixed_unigram_candidate_sampler random.learned_unigram_candidate_sampler
    random.log_uniform_candidate_sampler random.uniform_candidate_sampler
    image.random_brightness image.random_contrast image.random_flip_left_right image.random_flip_up_down image.random_hue
    image.random_jpeg_quality image.random_saturation image.sample_distorted_bounding_box image.extract_glimpse
    contrib.layers.dropout contrib.slim.dropout contrib.nn.alpha_dropout
""")

# have an effect or state of their own, or read the outside world
STATEFUL: frozenset[str] = _names("""
    py_func py_function numpy_function contrib.eager.py_func Print print Assert
    FIFOQueue PaddingFIFOQueue PriorityQueue RandomShuffleQueue QueueBase queue.FIFOQueue queue.PaddingFIFOQueue
    queue.PriorityQueue queue.QueueBase queue.RandomShuffleQueue
    FixedLengthRecordReader IdentityReader LMDBReader ReaderBase TFRecordReader TextLineReader WholeFileReader
    ConditionalAccumulator ConditionalAccumulatorBase SparseConditionalAccumulator sparse.SparseConditionalAccumulator
    read_file write_file matching_files io.read_file io.write_file io.matching_files timestamp
    lookup.StaticHashTable lookup.StaticVocabularyTable lookup.KeyValueTensorInitializer lookup.TextFileInitializer
    contrib.lookup.HashTable contrib.lookup.MutableHashTable contrib.lookup.index_table_from_tensor
    contrib.lookup.index_table_from_file contrib.lookup.index_to_string_table_from_tensor
    contrib.lookup.index_to_string_table_from_file contrib.lookup.string_to_index_table_from_tensor
    contrib.lookup.string_to_index_table_from_file
    count_up_to assign assign_add assign_sub scatter_add scatter_div scatter_max scatter_min scatter_mul scatter_sub
    scatter_update scatter_nd_add scatter_nd_sub scatter_nd_update batch_scatter_update
    assert_equal assert_greater assert_greater_equal assert_integer assert_less assert_less_equal assert_near
    assert_negative assert_non_negative assert_non_positive assert_none_equal assert_positive assert_rank
    assert_rank_at_least assert_rank_in assert_scalar assert_type add_check_numerics_ops
    debugging.Assert debugging.assert_equal debugging.assert_greater debugging.assert_greater_equal debugging.assert_less
    debugging.assert_less_equal debugging.assert_near debugging.assert_negative debugging.assert_non_negative
    debugging.assert_non_positive debugging.assert_none_equal debugging.assert_positive
    train.batch train.batch_join train.shuffle_batch train.shuffle_batch_join train.maybe_batch train.maybe_batch_join
    train.maybe_shuffle_batch train.maybe_shuffle_batch_join train.input_producer train.range_input_producer
    train.slice_input_producer train.string_input_producer train.limit_epochs
    get_session_handle get_session_tensor delete_session_tensor
    summary.audio summary.histogram summary.image summary.merge summary.merge_all summary.scalar summary.tensor_summary
    summary.text
""") | frozenset(
    f"tensorflow.metrics.{name}" for name in _words("""
        accuracy auc average_precision_at_k false_negatives false_negatives_at_thresholds false_positives
        false_positives_at_thresholds mean mean_absolute_error mean_cosine_distance mean_iou mean_per_class_accuracy
        mean_relative_error mean_squared_error mean_tensor percentage_below precision precision_at_k
        precision_at_thresholds precision_at_top_k recall recall_at_k recall_at_thresholds recall_at_top_k
        root_mean_squared_error sensitivity_at_specificity sparse_average_precision_at_k sparse_precision_at_k
        specificity_at_sensitivity true_negatives true_negatives_at_thresholds true_positives
        true_positives_at_thresholds
    """)
)  # fmt: skip

DTYPES: frozenset[str] = frozenset(
    _words("""
        bfloat16 bool complex128 complex64 double float16 float32 float64 half int16 int32 int64 int8 qint16 qint32
        qint8 quint16 quint8 resource string uint16 uint32 uint64 uint8 variant
    """)
)

# give Python values, not tensors, when the graph is built
PYTHON_TIME: frozenset[str] = (
    _names("""
    __version__ __git_version__ __compiler_version__ VERSION GIT_VERSION COMPILER_VERSION GRAPH_DEF_VERSION
    GRAPH_DEF_VERSION_MIN_CONSUMER GRAPH_DEF_VERSION_MIN_PRODUCER CXX11_ABI_FLAG MONOLITHIC_BUILD QUANTIZED_DTYPES
    AUTO_REUSE DType Dimension DeviceSpec TensorShape TensorSpec UnconnectedGradients AggregationMethod GraphKeys
    as_dtype dimension_at_index dimension_value executing_eagerly get_seed set_random_seed random.get_seed
    random.set_random_seed broadcast_static_shape get_static_value make_ndarray make_tensor_proto
    is_tensor contrib.framework.is_tensor contrib.util.is_tensor contrib.util.constant_value contrib.util.make_ndarray
    contrib.util.make_tensor_proto
    constant_initializer glorot_normal_initializer glorot_uniform_initializer ones_initializer orthogonal_initializer
    random_normal_initializer random_uniform_initializer truncated_normal_initializer uniform_unit_scaling_initializer
    variance_scaling_initializer zeros_initializer
    contrib.layers.xavier_initializer contrib.layers.xavier_initializer_conv2d
    contrib.layers.variance_scaling_initializer contrib.layers.l1_regularizer contrib.layers.l2_regularizer
    contrib.layers.l1_l2_regularizer no_regularizer
    train.latest_checkpoint train.get_checkpoint_state train.checkpoint_exists train.list_variables train.load_variable
    train.load_checkpoint train.Example train.Features train.Feature train.BytesList train.FloatList train.Int64List
    train.FeatureList train.FeatureLists train.SequenceExample train.ClusterSpec train.ClusterDef train.JobDef
    FixedLenFeature FixedLenSequenceFeature VarLenFeature SparseFeature io.FixedLenFeature io.FixedLenSequenceFeature
    io.VarLenFeature io.SparseFeature SparseTensorValue image.ResizeMethod losses.Reduction
    load_op_library load_library load_file_system_library fixed_size_partitioner min_max_variable_partitioner
    variable_axis_size_partitioner contrib.training.HParams RegisterGradient NotDifferentiable NoGradient
    """)
    | frozenset(f"tensorflow.{name}" for name in DTYPES)
    | frozenset(f"tensorflow.dtypes.{name}" for name in DTYPES)
    | frozenset(
        f"tensorflow.initializers.{name}"
        for name in _words("""
        constant glorot_normal glorot_uniform he_normal he_uniform identity lecun_normal lecun_uniform ones orthogonal
        random_normal random_uniform truncated_normal uniform_unit_scaling variance_scaling zeros
    """)
    )
)
# families of the same kind
PYTHON_TIME_PREFIXES: tuple[str, ...] = tuple(
    f"tensorflow.{name}."
    for name in _words("""
        app autograph config data errors examples feature_column gfile io.gfile logging nest contrib.framework.nest
        python_io resource_loader saved_model sysconfig test version compat flags
    """)
)

# the dtype of the result whatever goes in
RESULT_DTYPE: dict[str, str] = {
    **{f"tensorflow.{n}": "int64" for n in _words("""
        argmax argmin arg_max arg_min math.argmax math.argmin count_nonzero multinomial random.categorical
        math.count_nonzero to_int64 string_to_hash_bucket string_to_hash_bucket_fast string_to_hash_bucket_strong
        strings.to_hash_bucket
    """)},
    **{f"tensorflow.{n}": "int32" for n in _words("""
        shape size rank to_int32 confusion_matrix shape_n strings.length broadcast_dynamic_shape math.confusion_matrix
        argsort
    """)},
    **{f"tensorflow.{n}": "bool" for n in _words("""
        equal not_equal less less_equal greater greater_equal logical_and logical_or logical_not logical_xor is_nan
        is_inf is_finite reduce_all reduce_any nn.in_top_k sequence_mask math.equal math.not_equal math.less
        math.less_equal math.greater math.greater_equal math.logical_and math.logical_or math.logical_not
        math.logical_xor math.is_nan math.is_inf math.is_finite math.reduce_all math.reduce_any math.in_top_k
        debugging.is_nan debugging.is_inf debugging.is_finite is_non_decreasing is_strictly_increasing
        is_variable_initialized
    """)},
    **{f"tensorflow.{n}": "float32" for n in _words("""
        to_float string_to_number nn.zero_fraction image.resize_bilinear image.resize_bicubic image.resize_area
        losses.absolute_difference losses.hinge_loss losses.huber_loss losses.log_loss losses.mean_squared_error
        losses.mean_pairwise_squared_error losses.sigmoid_cross_entropy losses.softmax_cross_entropy
        losses.sparse_softmax_cross_entropy losses.cosine_distance losses.compute_weighted_loss
    """)},
    **{f"tensorflow.{n}": "float64" for n in ["to_double"]},
    **{f"tensorflow.{n}": "bfloat16" for n in ["to_bfloat16"]},
    **{f"tensorflow.{n}": "complex64" for n in ["to_complex64"]},
    **{f"tensorflow.{n}": "complex128" for n in ["to_complex128"]},
    **{f"tensorflow.{n}": "string" for n in _words("""
        as_string string_join string_strip substr read_file regex_replace encode_base64 decode_base64 reduce_join
        strings.join strings.substr strings.as_string io.read_file strings.strip strings.regex_replace serialize_tensor
        image.encode_jpeg image.encode_png matching_files
    """)},
    **{f"tensorflow.{n}": "uint8" for n in ["image.decode_jpeg", "image.decode_gif", "image.decode_bmp"]},
}  # fmt: skip

# the dtype of the result is this argument's value; with the value where it is not given (None: the dtype of the first
# argument, or what its Python value gives)
DTYPE_ARGUMENT: dict[str, tuple[str, str | None]] = {
    **{f"tensorflow.{n}": ("dtype", "float32") for n in _words("""
        zeros ones eye placeholder random_normal random_uniform truncated_normal random_gamma random_poisson
        random.normal random.uniform random.truncated_normal random.gamma random.poisson get_variable linalg.eye
    """)},
    **{f"tensorflow.{n}": ("dtype", None) for n in _words("""
        cast constant convert_to_tensor Variable range zeros_like ones_like dtypes.cast saturate_cast
        dtypes.saturate_cast
    """)},
    "tensorflow.bitcast": ("type", None),
    **{f"tensorflow.{n}": ("output_type", "int64") for n in _words("""
        argmax argmin arg_max arg_min math.argmax math.argmin
    """)},
    **{f"tensorflow.{n}": ("out_type", "int32") for n in ["shape", "size", "shape_n"]},
    **{f"tensorflow.{n}": ("out_type", "float32") for n in ["string_to_number", "strings.to_number"]},
    **{f"tensorflow.{n}": ("out_type", None) for n in ["decode_raw", "io.decode_raw"]},
    "tensorflow.count_nonzero": ("dtype", "int64"),
    "tensorflow.multinomial": ("output_dtype", "int64"),
    "tensorflow.random.categorical": ("dtype", "int64"),
    "tensorflow.sequence_mask": ("dtype", "bool"),
    "tensorflow.one_hot": ("dtype", "float32"),
    "tensorflow.image.decode_png": ("dtype", "uint8"),
    "tensorflow.image.decode_image": ("dtype", "uint8"),
    "tensorflow.image.convert_image_dtype": ("dtype", None),
    "tensorflow.confusion_matrix": ("dtype", "int32"),
    "tensorflow.py_func": ("Tout", None),
}  # fmt: skip

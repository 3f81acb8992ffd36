"""Parameters of TF2 functions that are targets of hand-written renames only, and of raw ops. A test checks them."""

from __future__ import annotations

_REDUCE = ("input_tensor", "axis", "keepdims", "name")

TARGET_PARAMETERS: dict[str, tuple[str, ...]] = {
    f"tensorflow.{name}": parameters
    for name, parameters in {
        "cast": ("x", "dtype", "name"),
        "nn.softmax_cross_entropy_with_logits": ("labels", "logits", "axis", "name"),
        "nn.avg_pool": ("input", "ksize", "strides", "padding", "data_format", "name"),
        "nn.max_pool": ("input", "ksize", "strides", "padding", "data_format", "name"),
        "numpy_function": ("func", "inp", "Tout", "stateful", "name"),
        "math.floordiv": ("x", "y", "name"),
        "io.gfile.GFile": ("name", "mode"),
        "random.set_seed": ("seed",),
        "sparse.reduce_max": ("sp_input", "axis", "keepdims", "output_is_sparse", "name"),
        "sparse.reduce_sum": ("sp_input", "axis", "keepdims", "output_is_sparse", "name"),
        "Variable": (
            "initial_value",
            "trainable",
            "validate_shape",
            "caching_device",
            "name",
            "variable_def",
            "dtype",
            "import_scope",
            "constraint",
            "synchronization",
            "aggregation",
            "shape",
        ),
        "gather": ("params", "indices", "validate_indices", "axis", "batch_dims", "name"),
        "debugging.assert_greater_equal": ("x", "y", "message", "summarize", "name"),
        "debugging.assert_integer": ("x", "message", "name"),
        "debugging.assert_less_equal": ("x", "y", "message", "summarize", "name"),
        "debugging.assert_near": ("x", "y", "rtol", "atol", "message", "summarize", "name"),
        "debugging.assert_negative": ("x", "message", "summarize", "name"),
        "debugging.assert_non_negative": ("x", "message", "summarize", "name"),
        "debugging.assert_non_positive": ("x", "message", "summarize", "name"),
        "debugging.assert_none_equal": ("x", "y", "summarize", "message", "name"),
        "debugging.assert_positive": ("x", "message", "summarize", "name"),
        "debugging.assert_rank_at_least": ("x", "rank", "message", "name"),
        "debugging.assert_rank_in": ("x", "ranks", "message", "name"),
        "debugging.assert_scalar": ("tensor", "message", "name"),
        "debugging.assert_type": ("tensor", "tf_type", "message", "name"),
    }.items()
}

RAW_PARAMETERS: dict[str, tuple[str, ...]] = {
    f"tensorflow.raw_ops.{name}": parameters
    for name, parameters in {
        "ResizeArea": ("images", "size", "align_corners", "name"),
        "ResizeBicubic": ("images", "size", "align_corners", "half_pixel_centers", "name"),
        "ResizeBilinear": ("images", "size", "align_corners", "half_pixel_centers", "name"),
        "ResizeNearestNeighbor": ("images", "size", "align_corners", "half_pixel_centers", "name"),
        "ExtractGlimpse": ("input", "size", "offsets", "centered", "normalized", "uniform_noise", "noise", "name"),
        "ListDiff": ("x", "y", "out_idx", "name"),
        "SparseToDense": (
            "sparse_indices", "output_shape", "sparse_values", "default_value", "validate_indices", "name",
        ),
        "SdcaFprint": ("input", "name"),
        "SdcaShrinkL1": ("weights", "l1", "l2", "name"),
        "SdcaOptimizer": (
            "sparse_example_indices", "sparse_feature_indices", "sparse_feature_values", "dense_features",
            "example_weights", "example_labels", "sparse_indices", "sparse_weights", "dense_weights",
            "example_state_data", "loss_type", "l1", "l2", "num_loss_partitions", "num_inner_iterations", "adaptative",
            "name",
        ),
        "SampleDistortedBoundingBoxV2": (
            "image_size", "bounding_boxes", "min_object_covered", "seed", "seed2", "aspect_ratio_range", "area_range",
            "max_attempts", "use_image_if_no_bounding_boxes", "name",
        ),
        "DepthwiseConv2dNative": (
            "input", "filter", "strides", "padding", "explicit_paddings", "data_format", "dilations", "name",
        ),
        "Conv2DBackpropFilter": (
            "input", "filter_sizes", "out_backprop", "strides", "padding", "use_cudnn_on_gpu", "explicit_paddings",
            "data_format", "dilations", "name",
        ),
        "Conv2DBackpropInput": (
            "input_sizes", "filter", "out_backprop", "strides", "padding", "use_cudnn_on_gpu", "explicit_paddings",
            "data_format", "dilations", "name",
        ),
    }.items()
}  # fmt: skip

"""Fields of tf.ConfigProto and what has taken their place; None where nothing has."""

from __future__ import annotations

FIRST = "before anything else of TensorFlow runs"
OPTIONS: dict[str, str | None] = {
    "allow_growth": f"tf.config.experimental.set_memory_growth(gpu, True) for each GPU {FIRST}",
    "per_process_gpu_memory_fraction": f"tf.config.set_logical_device_configuration with a memory_limit {FIRST}",
    "visible_device_list": f"tf.config.set_visible_devices {FIRST}",
    "device_count": f"tf.config.set_visible_devices {FIRST}",
    "intra_op_parallelism_threads": f"tf.config.threading.set_intra_op_parallelism_threads {FIRST}",
    "inter_op_parallelism_threads": f"tf.config.threading.set_inter_op_parallelism_threads {FIRST}",
    "allow_soft_placement": "tf.config.set_soft_device_placement",
    "log_device_placement": "tf.debugging.set_log_device_placement",
    "global_jit_level": "tf.config.optimizer.set_jit",
    "do_common_subexpression_elimination": "tf.config.optimizer.set_experimental_options",
    "do_constant_folding": "tf.config.optimizer.set_experimental_options",
    "opt_level": "tf.config.optimizer.set_experimental_options",
}
# values that are TensorFlow 2's own
DEFAULTS: dict[str, object] = {"allow_soft_placement": True, "log_device_placement": False, "allow_growth": False,
                               "intra_op_parallelism_threads": 0, "inter_op_parallelism_threads": 0}  # fmt: skip
GROUPS = frozenset({"gpu_options", "graph_options", "optimizer_options"})  # fields that hold further options
MAKERS = frozenset(f"tensorflow.{n}" for n in ("ConfigProto", "GPUOptions", "GraphOptions", "OptimizerOptions"))

"""Symbols that the conversion of sessions, variables, layers, optimizers and input owns: single-name rules leave them alone."""

from __future__ import annotations

from functools import cache

_NAMES = """
AUTO_REUSE ConfigProto ConditionalAccumulator ConditionalAccumulatorBase FIFOQueue FixedLengthRecordReader GPUOptions Graph
GraphDef GraphKeys GraphOptions IdentityReader InteractiveSession LMDBReader MetaGraphDef NodeDef OptimizerOptions
PaddingFIFOQueue PriorityQueue QueueBase RandomShuffleQueue ReaderBase RunMetadata RunOptions Session SessionLog
SparseConditionalAccumulator Summary SummaryMetadata TFRecordReader TextLineReader Variable VariableScope WholeFileReader
add_check_numerics_ops add_to_collection add_to_collections all_variables assert_variables_initialized assign assign_add
assign_sub audio_summary batch_scatter_update colocate_with container control_dependencies count_up_to
create_partitioned_variables delete_session_tensor device disable_control_flow_v2 disable_eager_execution
disable_resource_variables disable_tensor_equality disable_v2_behavior disable_v2_tensorshape enable_control_flow_v2
enable_eager_execution enable_resource_variables enable_tensor_equality enable_v2_behavior enable_v2_tensorshape
control_flow_v2_enabled resource_variables_enabled
contrib.eager.enable_eager_execution contrib.eager.Iterator contrib.eager.Network contrib.eager.implicit_gradients
contrib.eager.implicit_value_and_gradients
fixed_size_partitioner
get_collection get_collection_ref get_default_graph get_default_session get_local_variable get_session_handle
get_session_tensor get_variable get_variable_scope global_variables global_variables_initializer gradients group hessians
histogram_summary image_summary import_graph_def initialize_all_tables initialize_all_variables initialize_local_variables
initialize_variables initializers.global_variables initializers.local_variables initializers.tables_initializer
initializers.variables is_variable_initialized local_variables local_variables_initializer make_template
merge_all_summaries merge_summary min_max_variable_partitioner model_variables moving_average_variables name_scope no_op
op_scope placeholder placeholder_with_default report_uninitialized_variables reset_default_graph scalar_summary scatter_add
scatter_div scatter_max scatter_min scatter_mul scatter_nd_add scatter_nd_sub scatter_nd_update scatter_sub scatter_update
sparse.SparseConditionalAccumulator sparse.placeholder sparse_placeholder ragged.placeholder tables_initializer
trainable_variables tuple variable_axis_size_partitioner variable_creator_scope variable_op_scope variable_scope
variables_initializer
losses.add_loss losses.get_losses losses.get_regularization_loss losses.get_regularization_losses losses.get_total_loss
nn.bidirectional_dynamic_rnn nn.bidirectional_rnn nn.dynamic_rnn nn.raw_rnn nn.rnn nn.state_saving_rnn
nn.static_bidirectional_rnn nn.static_rnn nn.static_state_saving_rnn
data.Iterator data.make_initializable_iterator data.make_one_shot_iterator
"""
_PREFIXES = """
contrib.cudnn_rnn. contrib.framework. contrib.layers. contrib.rnn. contrib.slim. contrib.staging. contrib.summary. estimator.
contrib.estimator. graph_util. io.PaddingFIFOQueue. io.PriorityQueue. io.QueueBase. io.RandomShuffleQueue. layers. nn.rnn_cell.
nn.seq2seq. queue. saved_model. summary. train. contrib.learn.
"""
# of the families above, what is not machinery
_EXCEPT = """
contrib.layers.l1_l2_regularizer contrib.layers.l1_regularizer contrib.layers.l2_regularizer contrib.layers.variance_scaling_initializer
contrib.layers.xavier_initializer contrib.layers.xavier_initializer_conv2d contrib.framework.nest
contrib.layers.avg_pool2d contrib.layers.flatten contrib.layers.max_pool2d contrib.layers.one_hot_encoding
layers.average_pooling2d layers.flatten layers.max_pooling2d
contrib.framework.load_variable contrib.layers.recompute_grad contrib.summary.create_file_writer contrib.summary.flush
layers.InputSpec saved_model.contains_saved_model saved_model.maybe_saved_model_directory
saved_model.loader.maybe_saved_model_directory saved_model.load_v2 saved_model.save saved_model.experimental.save
graph_util.import_graph_def
train.BytesList train.ClusterDef train.ClusterSpec train.Example train.Feature train.FeatureList train.FeatureLists
train.Features train.FloatList train.Int64List train.JobDef train.NewCheckpointReader train.SequenceExample train.ServerDef
train.VocabInfo train.checkpoint_exists train.checkpoints_iterator train.latest_checkpoint train.list_variables train.load_checkpoint
train.load_variable train.match_filenames_once train.summary_iterator train.write_graph train.get_checkpoint_mtimes
train.remove_checkpoint train.sdca_fprint train.sdca_optimizer train.sdca_shrink_l1 train.get_checkpoint_state
"""

MACHINERY: frozenset[str] = frozenset(f"tensorflow.{name}" for name in _NAMES.split())
MACHINERY_PREFIXES: tuple[str, ...] = tuple(f"tensorflow.{name}" for name in _PREFIXES.split())
NOT_MACHINERY: frozenset[str] = frozenset(f"tensorflow.{name}" for name in _EXCEPT.split())


@cache
def is_machinery(symbol: str) -> bool:
    """Tell whether a canonical TF1 name belongs to the session machinery."""
    if symbol in NOT_MACHINERY or (symbol + ".").startswith("tensorflow.contrib.framework.nest."):
        return False
    if symbol.startswith("tensorflow.saved_model.") and symbol.rpartition(".")[2].isupper():
        return False  # constants
    return symbol in MACHINERY or (symbol + ".").startswith(MACHINERY_PREFIXES)

"""TF1 symbols that stop a conversion for now, with what takes their place. Longest prefix wins."""

from __future__ import annotations

import functools

from migrator.tables.layers import CONVERTED
from migrator.tables.renames import CONTRIB_DATA

NOT_YET: dict[str, str] = {
    "tensorflow.data.Iterator.": "dataset iterators are not converted yet; iterate over the dataset itself",
    "tensorflow.data.make_one_shot_iterator": "dataset iterators are not converted yet; iterate over the dataset itself",
    "tensorflow.data.make_initializable_iterator": "dataset iterators are not converted yet; iterate over the dataset itself",
    "tensorflow.sparse_placeholder": "sparse placeholders are not converted yet; a tf.SparseTensor parameter takes their place",
    "tensorflow.layers.": "layers are not converted yet; tf.keras.layers take their place",
    "tensorflow.contrib.layers.": "contrib layers are not converted yet; tf.keras.layers take their place",
    "tensorflow.contrib.slim": "slim is not converted yet; tf.keras.layers take its place",
    "tensorflow.nn.rnn_cell.": "recurrent cells are not converted yet",
    "tensorflow.contrib.rnn.": "recurrent cells are not converted yet",
    "tensorflow.nn.dynamic_rnn": "recurrent networks are not converted yet",
    "tensorflow.nn.bidirectional_dynamic_rnn": "recurrent networks are not converted yet",
    "tensorflow.nn.static_rnn": "recurrent networks are not converted yet",
    "tensorflow.nn.static_bidirectional_rnn": "recurrent networks are not converted yet",
    "tensorflow.nn.raw_rnn": "recurrent networks are not converted yet",
    "tensorflow.nn.rnn": "recurrent networks are not converted yet",
    "tensorflow.contrib.seq2seq.": "contrib.seq2seq is not converted yet",
    "tensorflow.contrib.legacy_seq2seq.": "contrib.legacy_seq2seq is not converted yet",
    "tensorflow.contrib.crf.": "contrib.crf is not converted yet",
    "tensorflow.contrib.": "tf.contrib is gone from TensorFlow 2",
    "tensorflow.estimator.": "estimators are gone from TensorFlow 2; a plain training function takes their place",
    "tensorflow.metrics.": "streaming metrics are not converted yet; tf.keras.metrics take their place",
    "tensorflow.FIFOQueue": "queues are not converted yet; tf.data takes their place",
    "tensorflow.RandomShuffleQueue": "queues are not converted yet; tf.data takes their place",
    "tensorflow.PaddingFIFOQueue": "queues are not converted yet; tf.data takes their place",
    "tensorflow.train.string_input_producer": "input queues are not converted yet; tf.data takes their place",
    "tensorflow.train.slice_input_producer": "input queues are not converted yet; tf.data takes their place",
    "tensorflow.train.range_input_producer": "input queues are not converted yet; tf.data takes their place",
    "tensorflow.train.batch": "input queues are not converted yet; tf.data takes their place",
    "tensorflow.train.shuffle_batch": "input queues are not converted yet; tf.data takes their place",
    "tensorflow.train.batch_join": "input queues are not converted yet; tf.data takes their place",
    "tensorflow.train.start_queue_runners": "input queues are not converted yet; tf.data takes their place",
    "tensorflow.train.QueueRunner": "input queues are not converted yet; tf.data takes their place",
    "tensorflow.train.Coordinator": "coordinators are not converted yet; tf.data needs none",
    "tensorflow.TextLineReader": "readers are not converted yet; tf.data takes their place",
    "tensorflow.TFRecordReader": "readers are not converted yet; tf.data takes their place",
    "tensorflow.WholeFileReader": "readers are not converted yet; tf.data takes their place",
    "tensorflow.FixedLengthRecordReader": "readers are not converted yet; tf.data takes their place",
    "tensorflow.train.MonitoredTrainingSession": "monitored sessions are not converted yet",
    "tensorflow.train.MonitoredSession": "monitored sessions are not converted yet",
    "tensorflow.train.SingularMonitoredSession": "monitored sessions are not converted yet",
    "tensorflow.train.Supervisor": "supervised sessions are not converted yet",
    "tensorflow.train.Server": "distributed servers have no single-process equal; see tf.distribute",
    "tensorflow.train.ClusterSpec": "distributed clusters have no single-process equal; see tf.distribute",
    "tensorflow.train.replica_device_setter": "distributed placement has no single-process equal; see tf.distribute",
    "tensorflow.train.SyncReplicasOptimizer": "synchronous replicas: tf.distribute takes their place",
    "tensorflow.train.ExponentialMovingAverage": "moving averages are not converted yet",
    "tensorflow.train.import_meta_graph": "imported graphs have no native equal; rebuild the model in code",
    "tensorflow.import_graph_def": "imported graphs have no native equal; rebuild the model in code",
    "tensorflow.GraphDef": "graph definitions have no native equal; rebuild the model in code",
    "tensorflow.make_template": "templates are not converted yet; a tf.Module takes their place",
    "tensorflow.train.global_step": "the saved global step is not converted yet",
    "tensorflow.add_to_collection": "user collections are not converted yet; keep a Python list",
    "tensorflow.get_collection_ref": "user collections are not converted yet; keep a Python list",
    "tensorflow.Summary": "written summaries are not converted yet; tf.summary.scalar takes their place",
    "tensorflow.get_session_handle": "session handles are not converted",
    "tensorflow.get_session_tensor": "session handles are not converted",
    "tensorflow.saved_model.": "SavedModels are not converted yet",
    "tensorflow.python.debug": "the TensorFlow debugger is not converted",
    "tensorflow.enable_eager_execution": "eager TF1 programs are not converted yet",
    "tensorflow.contrib.eager": "eager TF1 programs are not converted yet",
}


# of the families above, what a rule rewrites
REWRITTEN: frozenset[str] = frozenset(
    f"tensorflow.contrib.{name}"
    for name in ("framework.load_variable", "layers.recompute_grad", "seq2seq.sequence_loss", "summary.create_file_writer",
                 "summary.flush", "training.checkpoints_iterator", *(f"data.{n}" for n in CONTRIB_DATA))
) | frozenset(
    f"tensorflow.{name}"
    for name in ("contrib.layers.avg_pool2d", "contrib.layers.flatten", "contrib.layers.max_pool2d",
                 "contrib.layers.one_hot_encoding", "layers.InputSpec", "layers.average_pooling2d", "layers.flatten",
                 "layers.max_pooling2d")
) | frozenset(
    f"tensorflow.saved_model.{name}"
    for name in ("contains_saved_model", "maybe_saved_model_directory", "loader.maybe_saved_model_directory", "load_v2",
                 "save", "experimental.save")
)  # fmt: skip


@functools.cache
def reason(symbol: str) -> str | None:
    """Return why a symbol stops the conversion, or None."""
    if symbol in CONVERTED or symbol in REWRITTEN or symbol.startswith("tensorflow.contrib.framework.nest."):
        return None
    if symbol in NOT_YET:
        return NOT_YET[symbol]
    best = ""
    for prefix in NOT_YET:
        if prefix.endswith(".") and symbol.startswith(prefix) and len(prefix) > len(best):
            best = prefix
    return NOT_YET[best] if best else None

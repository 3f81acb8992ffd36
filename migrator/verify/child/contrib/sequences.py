"""``tf.contrib.rnn``, ``seq2seq`` and ``legacy_seq2seq``."""

from __future__ import annotations

from typing import Any

CELLS = ("BasicLSTMCell", "BasicRNNCell", "DeviceWrapper", "DropoutWrapper", "GRUCell", "LSTMCell", "LSTMStateTuple",
         "MultiRNNCell", "RNNCell", "ResidualWrapper")  # fmt: skip
TINY = 1e-12


def rnn_names(tf: Any) -> dict[str, Any]:
    """Return the names of ``tf.contrib.rnn``: what TensorFlow kept under ``tf.nn``."""
    cells = {name: getattr(tf.nn.rnn_cell, name) for name in CELLS}
    return cells | {
        "core_rnn_cell": tf.nn.rnn_cell,
        "static_bidirectional_rnn": tf.nn.static_bidirectional_rnn,
        "static_rnn": tf.nn.static_rnn,
        "static_state_saving_rnn": tf.nn.static_state_saving_rnn,
    }


def seq2seq_names(tf: Any) -> dict[str, Any]:
    """Return the names of ``tf.contrib.seq2seq``."""

    def sequence_loss(
        logits: Any, targets: Any, weights: Any, average_across_timesteps: bool = True,
        average_across_batch: bool = True, softmax_loss_function: Any = None, name: Any = None,
    ) -> Any:  # fmt: skip
        with tf.name_scope(name, "sequence_loss", [logits, targets, weights]):
            flat = tf.reshape(logits, [-1, tf.shape(logits)[2]])
            labels = tf.reshape(targets, [-1])
            entropy = softmax_loss_function or tf.nn.sparse_softmax_cross_entropy_with_logits
            losses = entropy(labels=labels, logits=flat) * tf.reshape(weights, [-1])
            if average_across_timesteps and average_across_batch:
                return tf.reduce_sum(losses) / (tf.reduce_sum(weights) + TINY)
            losses = tf.reshape(losses, tf.shape(logits)[:2])
            for average, axis in ((average_across_timesteps, 1), (average_across_batch, 0)):
                if average:
                    return tf.reduce_sum(losses, axis) / (tf.reduce_sum(weights, axis) + TINY)
            return losses

    return {"sequence_loss": sequence_loss}


def legacy_names(tf: Any) -> dict[str, Any]:
    """Return the names of ``tf.contrib.legacy_seq2seq``."""

    def by_example(
        logits: Any, targets: Any, weights: Any, average_across_timesteps: bool = True,
        softmax_loss_function: Any = None, name: Any = None,
    ) -> Any:  # fmt: skip
        with tf.name_scope(name, "sequence_loss_by_example", [*logits, *targets, *weights]):
            entropy = softmax_loss_function or tf.nn.sparse_softmax_cross_entropy_with_logits
            parts = [
                entropy(labels=tf.reshape(target, [-1]), logits=logit) * weight
                for logit, target, weight in zip(logits, targets, weights, strict=True)
            ]
            total = tf.add_n(parts)
            return total / (tf.add_n(weights) + TINY) if average_across_timesteps else total

    def sequence_loss(
        logits: Any, targets: Any, weights: Any, average_across_timesteps: bool = True,
        average_across_batch: bool = True, softmax_loss_function: Any = None, name: Any = None,
    ) -> Any:  # fmt: skip
        losses = by_example(logits, targets, weights, average_across_timesteps, softmax_loss_function)
        cost = tf.reduce_sum(losses)
        return cost / tf.cast(tf.shape(targets[0])[0], cost.dtype) if average_across_batch else cost

    def rnn_decoder(
        decoder_inputs: Any, initial_state: Any, cell: Any, loop_function: Any = None, scope: Any = None
    ) -> Any:
        with tf.variable_scope(scope or "rnn_decoder"):
            state, outputs, previous = initial_state, [], None
            for number, value in enumerate(decoder_inputs):
                if loop_function is not None and previous is not None:
                    with tf.variable_scope("loop_function", reuse=True):
                        value = loop_function(previous, number)
                if number > 0:
                    tf.get_variable_scope().reuse_variables()
                output, state = cell(value, state)
                outputs.append(output)
                previous = output if loop_function is not None else None
            return outputs, state

    return {"rnn_decoder": rnn_decoder, "sequence_loss": sequence_loss, "sequence_loss_by_example": by_example}

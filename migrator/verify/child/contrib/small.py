"""The rest: losses and training of slim, distributions, data, hyperparameters, vocabularies, projectors."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator
from typing import Any

WORDS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]+(?=[A-Z])|[\'\w\-]+", re.UNICODE)


def modules(tf: Any) -> dict[str, dict[str, Any]]:
    """Return names by module."""
    found = {
        "data": {
            "map_and_batch": tf.data.experimental.map_and_batch,
            "parallel_interleave": tf.data.experimental.parallel_interleave,
            "shuffle_and_repeat": tf.data.experimental.shuffle_and_repeat,
            "prefetch_to_device": tf.data.experimental.prefetch_to_device,
            "unbatch": tf.data.experimental.unbatch,
        },
        "learn": {"preprocessing": types.SimpleNamespace(VocabularyProcessor=VocabularyProcessor)},
        "learn.preprocessing": {"VocabularyProcessor": VocabularyProcessor},
        "metrics": {
            "accuracy": lambda predictions, labels, weights=None: tf.reduce_mean(
                tf.cast(tf.equal(predictions, labels), tf.float32)
            ),
        },
        "slim.learning": {"create_train_op": _train_op(tf)},
        "slim.model_analyzer": {"analyze_vars": lambda variables, print_info=False: (0, 0)},
        "tensorboard.plugins.projector": {
            "ProjectorConfig": Projector, "visualize_embeddings": lambda writer, config: None,
        },
        "training": {"HParams": HParams},
    }  # fmt: skip
    distributions = getattr(tf, "distributions", None)
    if distributions is not None:
        found["distributions"] = {n: getattr(distributions, n) for n in dir(distributions) if not n.startswith("_")}
    return found


def slim_names(tf: Any) -> dict[str, Any]:
    """Return what ``tf.contrib.slim`` has besides layers and framework."""
    losses = types.SimpleNamespace(**{n: getattr(tf.losses, n) for n in dir(tf.losses) if not n.startswith("_")})

    def sparse_softmax_cross_entropy(logits: Any, labels: Any, weights: Any = 1.0, scope: Any = None) -> Any:
        return tf.losses.sparse_softmax_cross_entropy(labels, logits, weights)

    def softmax_cross_entropy(
        logits: Any, onehot_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: Any = None
    ) -> Any:
        return tf.losses.softmax_cross_entropy(onehot_labels, logits, weights, label_smoothing)

    def sigmoid_cross_entropy(
        logits: Any, multi_class_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: Any = None
    ) -> Any:
        return tf.losses.sigmoid_cross_entropy(multi_class_labels, logits, weights, label_smoothing)

    losses.sparse_softmax_cross_entropy = sparse_softmax_cross_entropy
    losses.softmax_cross_entropy = softmax_cross_entropy
    losses.sigmoid_cross_entropy = sigmoid_cross_entropy
    return {"losses": losses}


def _train_op(tf: Any) -> Any:
    def create_train_op(
        total_loss: Any, optimizer: Any, global_step: Any = 0, update_ops: Any = None, variables_to_train: Any = None,
        clip_gradient_norm: float = 0, **_: Any,
    ) -> Any:  # fmt: skip
        step = tf.train.get_or_create_global_step() if global_step == 0 else global_step
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS) if update_ops is None else update_ops
        if updates:
            with tf.control_dependencies(list(updates)):
                total_loss = tf.identity(total_loss)
        gradients = optimizer.compute_gradients(total_loss, variables_to_train or tf.trainable_variables())
        if clip_gradient_norm > 0:
            gradients = [(None if g is None else tf.clip_by_norm(g, clip_gradient_norm), v) for g, v in gradients]
        update = optimizer.apply_gradients(gradients, global_step=step)
        with tf.control_dependencies([update]):
            return tf.identity(total_loss)

    return create_train_op


class HParams:
    """Named values."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def override_from_dict(self, values: dict[str, Any]) -> HParams:
        """Set some of them."""
        self.__dict__.update(values)
        return self

    def values(self) -> dict[str, Any]:
        """Return all."""
        return dict(self.__dict__)


class Projector:
    """A configuration that nothing reads."""

    def __init__(self) -> None:
        self.embeddings = self

    def add(self) -> Any:
        """Return an entry to fill."""
        return types.SimpleNamespace(tensor_name="", metadata_path="", sprite=types.SimpleNamespace(image_path=""))


class VocabularyProcessor:
    """Maps documents to rows of word numbers.

    Args:
        max_document_length: length of a row; longer documents are cut, shorter ones filled with 0.
        min_frequency: words that are not more frequent count as unknown.
    """

    def __init__(self, max_document_length: int, min_frequency: int = 0, vocabulary: Any = None,
                 tokenizer_fn: Any = None) -> None:  # fmt: skip
        self.max_document_length = max_document_length
        self.min_frequency = min_frequency
        self.vocabulary_: Any = Vocabulary()
        self._split = tokenizer_fn or (lambda texts: (WORDS.findall(text) for text in texts))

    def fit(self, raw_documents: Iterable[str], unused_y: Any = None) -> VocabularyProcessor:
        """Learn the words, by frequency."""
        counts: dict[str, int] = {}
        for tokens in self._split(raw_documents):
            for token in tokens:
                counts[token] = counts.get(token, 0) + 1
        if self.min_frequency > 0:
            counts = {token: count for token, count in counts.items() if count > self.min_frequency}
        for token in counts:
            self.vocabulary_.add(token)
        return self

    def transform(self, raw_documents: Iterable[str]) -> Iterator[Any]:
        """Yield a row for each document."""
        import numpy as np

        for tokens in self._split(raw_documents):
            row = np.zeros(self.max_document_length, np.int64)
            for place, token in enumerate(list(tokens)[: self.max_document_length]):
                row[place] = self.vocabulary_.get(token)
            yield row

    def fit_transform(self, raw_documents: Any, unused_y: Any = None) -> Iterator[Any]:
        """Do both."""
        return self.fit(raw_documents).transform(raw_documents)


class Vocabulary:
    """Numbers words from 1; 0 is any other."""

    def __init__(self) -> None:
        self._mapping = {"<UNK>": 0}

    def __len__(self) -> int:
        return len(self._mapping)

    def add(self, word: str) -> int:
        """Return the number of a word, a new one if need be."""
        return self._mapping.setdefault(word, len(self._mapping))

    def get(self, word: str) -> int:
        """Return the number of a word."""
        return self._mapping.get(word, 0)

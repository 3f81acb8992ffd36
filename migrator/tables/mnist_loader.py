"""Text of the companion file that stands in for ``tensorflow.examples.tutorials.mnist.input_data``.

TensorFlow 2 has no such module. The file is written next to a program that used it; it needs TensorFlow and NumPy only.
It does what TensorFlow 1.15's did, down to the use of NumPy's global generator, so that batches are equal bit for bit.
"""

from __future__ import annotations

from typing import Final

INPUT_DATA_NAME: Final = "input_data.py"

INPUT_DATA: Final = '''"""MNIST in batches, as TensorFlow 1's tutorials served it."""

# migrator: skip-file

import collections
import gzip
import os

import numpy as np
import tensorflow as tf

Datasets = collections.namedtuple("Datasets", ["train", "validation", "test"])

_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
_MIRRORS = ("/cvdf-datasets/mnist", "yann.lecun.com/exdb/mnist", "/ossci-datasets/mnist")
_NO_SEED = 87654321  # what get_seed gives for the global seed while tf.random.set_seed was not called


class DataSet:
    """Images and labels that are served in shuffled batches, epoch after epoch.

    The order comes from NumPy's global generator, which making a data set seeds: with `seed`, else with the seed
    of `tf.random.set_seed`, else afresh.
    """

    def __init__(self, images, labels, fake_data=False, one_hot=False, dtype=tf.float32, reshape=True, seed=None):
        np.random.seed(_numpy_seed(seed))
        dtype = tf.as_dtype(dtype)
        if dtype not in (tf.uint8, tf.float32):
            raise TypeError(f"Invalid image dtype {dtype!r}, expected uint8 or float32")
        self.one_hot = one_hot
        self._num_examples = 10000 if fake_data else len(images)
        if not fake_data:
            if len(images) != len(labels):
                raise ValueError(f"{len(images)} images, but {len(labels)} labels")
            if reshape:
                images = images.reshape(len(images), images.shape[1] * images.shape[2])
            if dtype == tf.float32:
                images = np.multiply(images.astype(np.float32), 1.0 / 255.0)
        self._images = images
        self._labels = labels
        self._epochs_completed = 0
        self._index_in_epoch = 0

    @property
    def images(self):
        return self._images

    @property
    def labels(self):
        return self._labels

    @property
    def num_examples(self):
        return self._num_examples

    @property
    def epochs_completed(self):
        return self._epochs_completed

    def next_batch(self, batch_size, fake_data=False, shuffle=True):
        """Return the next images and labels; at the end of an epoch, what is left and the start of the next one."""
        if fake_data:
            label = [1] + [0] * 9 if self.one_hot else 0
            return [[1] * 784 for _ in range(batch_size)], [label for _ in range(batch_size)]
        start = self._index_in_epoch
        if shuffle and start == 0 and self._epochs_completed == 0:
            self._shuffle()
        self._index_in_epoch += batch_size
        if self._index_in_epoch <= self._num_examples:
            return self._images[start : self._index_in_epoch], self._labels[start : self._index_in_epoch]
        images, labels = self._images[start:], self._labels[start:]
        self._epochs_completed += 1
        self._index_in_epoch = batch_size - (self._num_examples - start)
        if shuffle:
            self._shuffle()
        new_images, new_labels = self._images[: self._index_in_epoch], self._labels[: self._index_in_epoch]
        return np.concatenate((images, new_images), axis=0), np.concatenate((labels, new_labels), axis=0)

    def _shuffle(self):
        order = np.arange(self._num_examples)
        np.random.shuffle(order)
        self._images = self._images[order]
        self._labels = self._labels[order]


def read_data_sets(
    train_dir,
    fake_data=False,
    one_hot=False,
    dtype=tf.float32,
    reshape=True,
    validation_size=5000,
    seed=None,
    source_url=None,
):
    """Read MNIST from its four files in `train_dir`, or else through `tf.keras.datasets`.

    Args:
        train_dir: folder that may hold the four ``.gz`` files.
        fake_data: make data sets without data, for tests.
        one_hot: labels as rows of ten instead of class numbers.
        dtype: `tf.float32` for values from 0 to 1, `tf.uint8` for 0 to 255.
        reshape: images as rows of 784 instead of 28 x 28 x 1.
        validation_size: how many of the first training images to set aside.
        seed: seed for NumPy's global generator.
        source_url: where the files come from; only MNIST and Fashion-MNIST are known.
    """
    if fake_data:
        return Datasets(*(DataSet([], [], True, one_hot, dtype=dtype, seed=seed) for _ in Datasets._fields))
    train_images, train_labels, test_images, test_labels = _load(train_dir, source_url or _MIRRORS[0])
    if not 0 <= validation_size <= len(train_images):
        raise ValueError(f"Validation size should be between 0 and {len(train_images)}. Received: {validation_size}.")
    if one_hot:
        train_labels, test_labels = np.eye(10)[train_labels], np.eye(10)[test_labels]
    options = {"dtype": dtype, "reshape": reshape, "seed": seed}
    return Datasets(
        train=DataSet(train_images[validation_size:], train_labels[validation_size:], **options),
        validation=DataSet(train_images[:validation_size], train_labels[:validation_size], **options),
        test=DataSet(test_images, test_labels, **options),
    )


def _load(train_dir, source_url):
    """Return the images (n, 28, 28, 1) and the labels (n,) for training and test, all uint8."""
    paths = [os.path.join(train_dir, name) for name in _FILES]
    if all(os.path.exists(path) for path in paths):
        return [_read_idx(path) for path in paths]
    if "fashion" in source_url.lower():
        source = tf.keras.datasets.fashion_mnist
    elif any(mirror in source_url for mirror in _MIRRORS):
        source = tf.keras.datasets.mnist
    else:
        raise ValueError(f"put the files {', '.join(_FILES)} of {source_url} into {train_dir!r}")
    (train_images, train_labels), (test_images, test_labels) = source.load_data()
    return [train_images[..., np.newaxis], train_labels, test_images[..., np.newaxis], test_labels]


def _read_idx(path):
    """Read a gzipped idx file: magic number, sizes, bytes."""
    with gzip.open(path, "rb") as stream:
        data = stream.read()
    magic = int.from_bytes(data[:4], "big")
    if magic not in (2049, 2051):
        raise ValueError(f"Invalid magic number {magic} in MNIST file: {path}")
    rank = magic - 2048
    shape = np.frombuffer(data, ">u4", rank, 4).astype(int)
    values = np.frombuffer(data, np.uint8, int(np.prod(shape)), 4 + 4 * rank)
    return values if rank == 1 else values.reshape(*shape, 1)


def _numpy_seed(seed):
    """Return what TensorFlow 1 seeded NumPy with (None: afresh)."""
    global_seed, op_seed = tf.compat.v1.get_seed(0 if seed is None else seed)  # reads, changes nothing
    if seed is not None:
        return op_seed
    return None if global_seed == _NO_SEED else global_seed
'''

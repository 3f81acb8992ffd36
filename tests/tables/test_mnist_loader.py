"""The companion loader serves the batches that TensorFlow 1.15's loader served, bit for bit."""

from __future__ import annotations

import gzip
import os
import subprocess
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from migrator.tables.mnist_loader import INPUT_DATA

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tf = pytest.importorskip("tensorflow")

TF1_PYTHON = os.environ.get("MIGRATOR_TF1_PYTHON")
TRAIN, TEST = 40, 12
NO_GLOBAL_SEED = 87654321

# Runs in both worlds: `read` is read_data_sets, `seed_graph` is tf.set_random_seed or tf.random.set_seed.
SCENES = '''
def play(read, seed_graph, tf, folder, np):
    """Serve batches in every manner; give all arrays and facts by name."""
    out = {}

    def note(name, batch):
        images, labels = batch
        out[name + ":images"], out[name + ":labels"] = np.asarray(images), np.asarray(labels)

    options = [
        dict(), dict(one_hot=True), dict(reshape=False, dtype=tf.uint8), dict(validation_size=0),
        dict(validation_size=40), dict(dtype=tf.uint8, one_hot=True),
    ]
    for number, option in enumerate(options):
        sets = read(folder, **dict(dict(validation_size=7), **option))
        np.random.seed(number)
        for kind in ("train", "validation", "test"):
            one = getattr(sets, kind)
            out["%d:%s:size" % (number, kind)] = np.array([one.num_examples, len(one.images)])
            if not one.num_examples:
                continue
            for call, (size, shuffle) in enumerate([(3, True), (9, True), (12, False), (5, True), (33, True)]):
                note("%d:%s:%d" % (number, kind, call), one.next_batch(size, shuffle=shuffle))
                out["%d:%s:%d:epochs" % (number, kind, call)] = np.array(one.epochs_completed)
            note("%d:%s:all" % (number, kind), (one.images, one.labels))
        out["%d:draw" % number] = np.random.rand(3)
    for seed in (0, 5, 2 ** 31 + 3):
        sets = read(folder, validation_size=5, seed=seed)
        out["seed%d:draw" % seed] = np.random.rand(2)
        note("seed%d" % seed, sets.train.next_batch(8))
    seed_graph(11)
    sets = read(folder, validation_size=5)
    out["graph:draw"] = np.random.rand(2)
    note("graph", sets.train.next_batch(8))
    read(folder, validation_size=5, seed=4)
    out["graph+seed:draw"] = np.random.rand(2)
    for one_hot in (False, True):
        sets = read(folder, fake_data=True, one_hot=one_hot)
        note("fake%d" % one_hot, sets.train.next_batch(2, fake_data=True))
        out["fake%d:size" % one_hot] = np.array(sets.test.num_examples)
    return out
'''


@pytest.fixture
def loader() -> types.ModuleType:
    module = types.ModuleType("input_data")
    exec(compile(INPUT_DATA, "input_data.py", "exec"), module.__dict__)
    return module


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write four small idx files."""
    random = np.random.RandomState(3)
    for name, count in (("train", TRAIN), ("t10k", TEST)):
        images = random.randint(0, 256, (count, 28, 28)).astype(np.uint8)
        labels = random.randint(0, 10, count).astype(np.uint8)
        head = np.array([2051, count, 28, 28], ">u4").tobytes()
        with gzip.open(tmp_path / f"{name}-images-idx3-ubyte.gz", "wb") as stream:
            stream.write(head + images.tobytes())
        with gzip.open(tmp_path / f"{name}-labels-idx1-ubyte.gz", "wb") as stream:
            stream.write(np.array([2049, count], ">u4").tobytes() + labels.tobytes())
    return tmp_path


def play(loader: types.ModuleType, folder: Path) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(SCENES, names)
    try:
        return dict(names["play"](loader.read_data_sets, tf.random.set_seed, tf, str(folder), np))
    finally:
        tf.random.set_seed(NO_GLOBAL_SEED)


@pytest.mark.skipif(not TF1_PYTHON, reason="MIGRATOR_TF1_PYTHON is not set")
def test_bit_equal_to_tf1(loader: types.ModuleType, folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "scenes.py"
    script.write_text(
        "import sys\nimport numpy as np\nimport tensorflow as tf\n"
        "from tensorflow.examples.tutorials.mnist import input_data\n"
        f"{SCENES}\n"
        "out = play(input_data.read_data_sets, tf.set_random_seed, tf, sys.argv[1], np)\n"
        "np.savez(sys.argv[2], **out)\n"
    )
    command = [str(TF1_PYTHON), "-W", "ignore", str(script), str(folder), str(tmp_path / "out.npz")]
    subprocess.run(command, capture_output=True, check=True)
    wanted = dict(np.load(tmp_path / "out.npz"))
    got = play(loader, folder)
    assert set(got) == set(wanted) and len(got) > 200
    for name, value in wanted.items():
        assert got[name].dtype == value.dtype and got[name].shape == value.shape, name
        assert got[name].tobytes() == value.tobytes(), name


def test_values(loader: types.ModuleType, folder: Path) -> None:
    sets = loader.read_data_sets(str(folder), validation_size=7)
    assert [one.num_examples for one in sets] == [TRAIN - 7, 7, TEST]
    assert sets.train.images.dtype == np.float32 and sets.train.images.shape == (TRAIN - 7, 784)
    assert sets.train.images.min() >= 0.0 and 0.9 < sets.train.images.max() <= 1.0
    assert sets.train.labels.dtype == np.uint8
    raw = loader.read_data_sets(str(folder), validation_size=7, dtype=tf.uint8, reshape=False, one_hot=True)
    assert raw.test.images.shape == (TEST, 28, 28, 1) and raw.test.images.dtype == np.uint8
    assert raw.test.labels.dtype == np.float64 and np.array_equal(raw.test.labels.argmax(1), sets.test.labels)
    scaled = raw.test.images.reshape(TEST, 784).astype(np.float32) * np.float32(1.0 / 255.0)
    assert np.array_equal(scaled, sets.test.images)


def test_epochs_serve_everything_once(loader: types.ModuleType, folder: Path) -> None:
    train = loader.read_data_sets(str(folder), validation_size=0, seed=1).train
    known = sorted(image.tobytes() for image in train.images)
    served = [image.tobytes() for _ in range(8) for image in train.next_batch(10)[0]]
    assert sorted(served[:TRAIN]) == sorted(served[TRAIN:]) == known
    assert served[:TRAIN] != served[TRAIN:]
    assert train.epochs_completed == 1
    train.next_batch(1)
    assert train.epochs_completed == 2


def test_order_comes_from_numpy(loader: types.ModuleType, folder: Path) -> None:
    train = loader.read_data_sets(str(folder), validation_size=0).train
    images = train.images
    np.random.seed(5)
    got, _ = train.next_batch(4)
    np.random.seed(5)
    order = np.arange(TRAIN)
    np.random.shuffle(order)
    assert np.array_equal(got, images[order[:4]])
    unshuffled = loader.read_data_sets(str(folder), validation_size=0).train
    assert np.array_equal(unshuffled.next_batch(4, shuffle=False)[0], images[:4])


def test_seeds(loader: types.ModuleType, folder: Path) -> None:
    facts = play(loader, folder)
    for name, seed in (("seed5", 5), ("seed0", 0), ("graph", 11), ("graph+seed", 4)):
        assert np.array_equal(facts[f"{name}:draw"], np.random.RandomState(seed).rand(2)), name
    before = tf.random.get_global_generator().state.numpy()
    tf.random.set_seed(1)
    first = tf.random.uniform([]).numpy()
    tf.random.set_seed(1)
    loader.read_data_sets(str(folder), validation_size=0)
    assert tf.random.uniform([]).numpy() == first, "reading the seed must not draw"
    assert np.array_equal(tf.random.get_global_generator().state.numpy(), before)
    tf.random.set_seed(NO_GLOBAL_SEED)


def test_without_files_keras_serves(loader: types.ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def give(shade: int) -> Any:
        images = np.full((TRAIN, 28, 28), shade, np.uint8)
        return lambda: ((images, np.zeros(TRAIN, np.uint8)), (images[:TEST], np.ones(TEST, np.uint8)))

    monkeypatch.setattr(tf.keras.datasets.mnist, "load_data", give(51))
    monkeypatch.setattr(tf.keras.datasets.fashion_mnist, "load_data", give(102))
    sets = loader.read_data_sets(str(tmp_path), one_hot=True, validation_size=10)
    assert np.array_equal(sets.train.images, np.full((30, 784), np.float32(51) * np.float32(1 / 255)))
    assert np.array_equal(sets.test.labels, np.tile(np.eye(10)[1], (TEST, 1)))
    url = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
    assert (
        loader.read_data_sets(str(tmp_path), validation_size=0, dtype=tf.uint8, source_url=url).test.images.max() == 102
    )
    old = "http://yann.lecun.com/exdb/mnist/"
    assert (
        loader.read_data_sets(str(tmp_path), validation_size=0, dtype=tf.uint8, source_url=old).test.images.max() == 51
    )
    with pytest.raises(ValueError, match="put the files"):
        loader.read_data_sets(str(tmp_path), source_url="http://example.org/letters/")


def test_bad_arguments(loader: types.ModuleType, folder: Path) -> None:
    with pytest.raises(ValueError, match="Validation size should be between 0 and 40"):
        loader.read_data_sets(str(folder), validation_size=41)
    with pytest.raises(TypeError, match="expected uint8 or float32"):
        loader.read_data_sets(str(folder), validation_size=0, dtype=tf.int32)
    with gzip.open(folder / "t10k-labels-idx1-ubyte.gz", "wb") as stream:
        stream.write(b"\0\0\0\1nonsense")
    with pytest.raises(ValueError, match="Invalid magic number 1"):
        loader.read_data_sets(str(folder), validation_size=0)


def test_text_is_self_contained() -> None:
    lines = INPUT_DATA.splitlines()
    assert max(map(len, lines)) <= 120
    imports = {line for line in lines if line.startswith(("import", "from"))}
    assert imports == {
        "import collections",
        "import gzip",
        "import os",
        "import numpy as np",
        "import tensorflow as tf",
    }

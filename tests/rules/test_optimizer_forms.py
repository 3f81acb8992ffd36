"""The native optimizers compute what TensorFlow 1's computed: measured, not read."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from optimizer_reference import STEPS, data, loss_of, reference

from migrator.rules.optimizer_forms import (
    UNKNOWN,
    Arg,
    OptimizerForm,
    OptimizerRefusal,
    RateKind,
    native_optimizer,
)
from migrator.tables.optimizers import KERAS_OPTIMIZERS, OPTIMIZER_SIGNATURES, REQUIRED

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tf = pytest.importorskip("tensorflow")

TF1_PYTHON = os.environ.get("MIGRATOR_TF1_PYTHON")
SCRIPT = Path(__file__).parent / "optimizer_reference.py"
RATES = (0.2, 0.2, 0.1, 0.1, 0.05, 0.05, 0.02, 0.01)
ROUNDING = 1e-7  # matmul and its gradient differ in the last bit between builds

CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("GradientDescent", {"learning_rate": 0.1}),
    ("Momentum", {"learning_rate": 0.1, "momentum": 0.9}),
    ("Momentum", {"learning_rate": 0.1, "momentum": 0.9, "use_nesterov": True}),
    ("Adam", {"learning_rate": 0.1}),
    ("Adam", {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.9, "epsilon": 1.0}),
    ("RMSProp", {"learning_rate": 0.05}),
    ("RMSProp", {"learning_rate": 0.05, "decay": 0.8, "momentum": 0.9}),
    ("RMSProp", {"learning_rate": 0.05, "momentum": 0.5, "centered": True}),
    ("Adagrad", {"learning_rate": 0.1}),
    ("Adadelta", {"learning_rate": 1.0}),
    ("Ftrl", {"learning_rate": 0.1}),
    ("Ftrl", {"learning_rate": 0.1, "l1_regularization_strength": 0.01, "l2_regularization_strength": 0.02}),
    ("Ftrl", {"learning_rate": 0.1, "l2_shrinkage_regularization_strength": 0.02}),
    ("ProximalGradientDescent", {"learning_rate": 0.1, "l1_regularization_strength": 0.01}),
    ("ProximalAdagrad", {"learning_rate": 0.1, "l2_regularization_strength": 0.1}),
    ("AdagradDA", {"learning_rate": 0.1, "global_step": Arg("step")}),
)
USES = (("line", False), ("mlp", False), ("rows", False), ("line", True), ("rows", True))


def symbol(name: str) -> str:
    return f"tensorflow.train.{name}Optimizer"


def arguments(settings: dict[str, Any], changing: bool = False) -> dict[str, Arg]:
    args = {name: value if isinstance(value, Arg) else Arg(repr(value), value) for name, value in settings.items()}
    return args | {"learning_rate": Arg("rate", tensor=True)} if changing else args


def before_text(name: str, args: dict[str, Arg]) -> str:
    return f"tf.train.{name}Optimizer({', '.join(f'{key}={arg.text}' for key, arg in args.items())})"


def form_of(name: str, args: dict[str, Arg], optimizers: str = "keras", sparse: bool = False) -> OptimizerForm:
    rate = RateKind.CHANGING if "learning_rate" in args and args["learning_rate"].tensor else RateKind.CONSTANT
    form = native_optimizer(symbol(name), args, rate=rate, sparse=sparse, tf="tf", optimizers=optimizers)
    assert isinstance(form, OptimizerForm), form
    return form


class Native:
    """The emitted text in use: an optimizer over the variables of one model."""

    def __init__(self, form: OptimizerForm, model: str, dtype: str = "float32") -> None:
        self.form, self.model, self.values = form, model, data()
        values = [v.astype(dtype) for v in self.values[model]]
        self.variables = [tf.Variable(v, name=f"v{i}") for i, v in enumerate(values)]
        self.names: dict[str, Any] = {"tf": tf, "variables": self.variables, "step": tf.Variable(0, dtype=tf.int64)}
        if form.helper:
            exec(form.helper, self.names)
        self.names["optimizer"] = eval(form.constructor, self.names)
        for statement in form.setup("optimizer", "variables"):
            exec(statement, self.names)

    def train(self, folder: Path, loss: Any = None, subset: str = "variables", autograph: bool = True) -> Any:
        """Make one step function from the emitted statements."""
        self.names["loss_of"] = loss or (lambda: loss_of(tf, self.model, self.variables, self.values))
        changing = self.form.set_rate("optimizer", "rate") if re.search(r"\(0\.0[,)]", self.form.constructor) else ()
        statements = [*changing, *self.form.apply("optimizer", "gradients", subset), "step.assign_add(1)"]
        body = "\n".join(statements).replace("\n", "\n    ")
        text = (
            "def train(rate, loss_of=loss_of):\n    with tf.GradientTape() as tape:\n        loss = loss_of()\n"
            f"    gradients = tape.gradient(loss, {subset})\n    {body}\n    return loss\n"
        )
        path = folder / f"step{len(list(folder.iterdir()))}.py"
        path.write_text(text)
        exec(compile(text, str(path), "exec"), self.names)
        return tf.function(self.names["train"], input_signature=[tf.TensorSpec([])], autograph=autograph)

    def history(self, folder: Path, rates: Any, autograph: bool = True) -> list[list[Any]]:
        """Train; give the variables after every step."""
        step = self.train(folder, autograph=autograph)
        history = []
        for rate in rates or [0.0] * STEPS:
            step(rate)
            history.append([variable.numpy() for variable in self.variables])
        return history


def difference(left: Any, right: Any) -> float:
    pairs = [(a, b) for one, two in zip(left, right, strict=True) for a, b in zip(one, two, strict=True)]
    return max(float(np.max(np.abs(np.asarray(a, "f8") - np.asarray(b, "f8")))) for a, b in pairs)


@functools.cache
def graph_mode(before: str, model: str, changing: bool) -> Any:
    return reference(tf.compat.v1, before, model, RATES if changing else None, False)


@functools.cache
def real_tf1() -> dict[str, Any]:
    """Run every case in the TensorFlow 1 interpreter, in one process."""
    cases = []
    for name, settings in CASES:
        for model, changing in USES:
            rates = list(RATES) if changing else None
            cases.append([before_text(name, arguments(settings, changing)), model, rates, False])
    assert TF1_PYTHON
    done = subprocess.run(
        [TF1_PYTHON, "-W", "ignore", str(SCRIPT)], input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    return {json.dumps(case): history for case, history in zip(cases, json.loads(done.stdout), strict=True)}


@pytest.mark.parametrize("optimizers", ["keras", "exact"])
@pytest.mark.parametrize(("model", "changing"), USES)
@pytest.mark.parametrize(("name", "settings"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_equal_to_graph_mode(
    tmp_path: Path, name: str, settings: dict[str, Any], model: str, changing: bool, optimizers: str
) -> None:
    args = arguments(settings, changing)
    before = before_text(name, args)
    form = form_of(name, args, optimizers, sparse=model == "rows")
    wanted = graph_mode(before, model, changing)
    got = Native(form, model).history(tmp_path, RATES if changing else None)
    assert difference([data()[model]], wanted[-1:]) > 100 * (form.difference + ROUNDING), "the case moves nothing"
    assert difference(got, wanted) <= form.difference + ROUNDING
    if TF1_PYTHON:
        real = real_tf1()[json.dumps([before, model, list(RATES) if changing else None, False])]
        assert difference(got, real) <= form.difference + 5 * ROUNDING


@pytest.mark.parametrize("autograph", [True, False])
@pytest.mark.parametrize("optimizers", ["keras", "exact"])
def test_shared_by_two_functions(tmp_path: Path, optimizers: str, autograph: bool) -> None:
    """One Adam, two minimize calls over different variables: the powers of beta are shared."""
    values = data()
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        before = [v1.Variable(v, use_resource=False) for v in values["mlp"]]
        optimizer = v1.train.AdamOptimizer(0.05)
        loss = loss_of(tf, "mlp", before, values)
        first = optimizer.minimize(loss, var_list=before[:2])
        second = optimizer.minimize(tf.reduce_sum(tf.square(before[3])), var_list=before[2:])
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            for _ in range(4):
                session.run(first)
                session.run(second)
            wanted = session.run(before)
    native = Native(form_of("Adam", arguments({"learning_rate": 0.05}), optimizers), "mlp")
    one = native.train(tmp_path, subset="variables[:2]", autograph=autograph)
    other = lambda: tf.reduce_sum(tf.square(native.variables[3]))  # noqa: E731
    two = native.train(tmp_path, loss=other, subset="variables[2:]", autograph=autograph)
    for _ in range(4):
        one(0.0)
        two(0.0)
    assert difference([native.variables], [wanted]) <= native.form.difference + ROUNDING
    assert one.experimental_get_tracing_count() == two.experimental_get_tracing_count() == 1


def test_kernels_equal_in_float64(tmp_path: Path) -> None:
    values = {key: np.asarray(v, "f8") if key in "xy" else v for key, v in data().items()}
    start = [v.astype("f8") for v in values["line"]]
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        before = [v1.Variable(v, use_resource=False) for v in start]
        train = v1.train.AdamOptimizer(0.1).minimize(loss_of(tf, "line", before, values))
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            for _ in range(STEPS):
                session.run(train)
            wanted = session.run(before)
    native = Native(form_of("Adam", arguments({"learning_rate": 0.1}), "exact"), "line", "float64")
    native.values = values
    assert difference(native.history(tmp_path, None)[-1:], [wanted]) <= 1e-15


def test_kernels_take_keras_layers_and_checkpoints(tmp_path: Path) -> None:
    layer = tf.keras.layers.Dense(2, name="layer")
    layer.build((None, 3))
    names: dict[str, Any] = {"tf": tf, "variables": layer.trainable_variables}
    form = form_of("Momentum", arguments({"learning_rate": 0.1, "momentum": 0.9}), "exact")
    exec(form.helper or "", names)
    optimizer = names["optimizer"] = eval(form.constructor, names)
    exec(form.setup("optimizer", "variables")[0], names)

    @tf.function
    def train() -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(layer(tf.ones([1, 3]))))
        names["gradients"] = tape.gradient(loss, layer.trainable_variables)
        exec(form.apply("optimizer", "gradients", "variables")[0], names)

    start = layer.kernel.numpy()
    train()
    assert np.abs(layer.kernel.numpy() - start).max() > 0
    assert [slot.name for slot in optimizer.accumulators] == ["layer/kernel/Momentum:0", "layer/bias/Momentum:0"]
    path = tf.train.Checkpoint(optimizer=optimizer).save(str(tmp_path / "save"))
    kept = optimizer.accumulators[0].numpy()
    train()
    tf.train.Checkpoint(optimizer=optimizer).restore(path).assert_existing_objects_matched()
    assert np.array_equal(optimizer.accumulators[0].numpy(), kept)
    assert not optimizer.trainable_variables
    assert len(optimizer.variables) == 3


def test_gradients_that_are_none_are_skipped(tmp_path: Path) -> None:
    for optimizers in ("keras", "exact"):
        for sparse in (False, True):
            native = Native(form_of("Adam", arguments({}), optimizers, sparse), "mlp")
            step = native.train(tmp_path, loss=lambda native=native: tf.reduce_sum(tf.square(native.variables[0])))
            kept = native.variables[1].numpy()
            step(0.0)
            assert np.array_equal(native.variables[1].numpy(), kept)


def test_slots_have_the_names_of_tf1() -> None:
    wanted = {"Adam": ["Adam", "Adam_1"], "Ftrl": ["Ftrl", "Ftrl_1"], "RMSProp": ["RMSProp", "RMSProp_1"]}
    for name, suffixes in wanted.items():
        native = Native(form_of(name, arguments({"learning_rate": 0.1}), "exact"), "line")
        names = sorted(v.name for v in native.names["optimizer"].variables if "/" in v.name)
        assert names == sorted(f"v{i}/{suffix}:0" for i in (0, 1) for suffix in suffixes)


@pytest.mark.parametrize(
    ("name", "args", "constructor"),
    [
        ("GradientDescent", {"learning_rate": Arg("0.1", 0.1)}, "tf.keras.optimizers.SGD(0.1)"),
        ("GradientDescent", {"learning_rate": Arg("1", 1)}, "tf.keras.optimizers.SGD(1.0)"),
        ("GradientDescent", {"learning_rate": Arg("lr", 0.1)}, "tf.keras.optimizers.SGD(lr)"),
        ("GradientDescent", {"learning_rate": Arg("lr", 1)}, "tf.keras.optimizers.SGD(float(lr))"),
        ("GradientDescent", {"learning_rate": Arg("FLAGS.lr")}, "tf.keras.optimizers.SGD(float(FLAGS.lr))"),
        ("Adam", {}, "tf.keras.optimizers.Adam(epsilon=1e-8)"),
        (
            "Adam",
            {"learning_rate": Arg("1e-3", 1e-3), "epsilon": Arg("1e-6", 1e-6), "use_locking": Arg("True", True)},
            "tf.keras.optimizers.Adam(1e-3, epsilon=1e-6)",
        ),
        ("Adam", {"name": Arg("'opt'", "opt")}, "tf.keras.optimizers.Adam(epsilon=1e-8, name='opt')"),
        ("Adam", {"name": Arg("'a/b'", "a/b")}, "tf.keras.optimizers.Adam(epsilon=1e-8)"),
        ("Adam", {"name": Arg("name", UNKNOWN)}, "tf.keras.optimizers.Adam(epsilon=1e-8)"),
        (
            "Momentum",
            {"learning_rate": Arg("0.1", 0.1), "momentum": Arg("0", 0)},
            "tf.keras.optimizers.SGD(0.1, momentum=0.0)",
        ),
        (
            "Momentum",
            {"learning_rate": Arg("0.1", 0.1), "momentum": Arg("1.5", 1.5)},
            "MomentumOptimizer(0.1, momentum=1.5)",
        ),
    ],
)
def test_text(name: str, args: dict[str, Arg], constructor: str) -> None:
    form = form_of(name, args)
    assert form.constructor == constructor
    if constructor.startswith("tf."):
        safe = {"tf": tf, "lr": 0.1, "FLAGS": type("F", (), {"lr": 1})}
        eval(form.constructor, safe)


def test_alias_is_used_throughout() -> None:
    args = arguments({"learning_rate": 0.1, "momentum": 0.9})
    form = native_optimizer(symbol("Momentum"), args, rate=RateKind.CHANGING, sparse=True, tf="T", optimizers="keras")
    assert isinstance(form, OptimizerForm) and form.helper
    assert "tf." not in form.helper and form.helper.startswith("class MomentumOptimizer(T.Module):")
    assert max(map(len, form.helper.splitlines())) <= 120


@pytest.mark.parametrize(
    ("name", "args", "reason"),
    [
        ("SyncReplicas", {}, "tf.distribute"),
        ("Unheard", {}, "not an optimizer"),
        ("Momentum", {"learning_rate": Arg("0.1", 0.1)}, "needs momentum"),
        ("Adam", {"beta1": Arg("b", tensor=True)}, "beta1 is a tensor"),
        ("Adam", {"amsgrad": Arg("True", True)}, "no argument 'amsgrad'"),
    ],
)
def test_refusals(name: str, args: dict[str, Arg], reason: str) -> None:
    form = native_optimizer(symbol(name), args, rate=RateKind.CONSTANT, sparse=False, tf="tf")
    assert isinstance(form, OptimizerRefusal) and reason in form.reason


def test_centered_must_be_known_for_the_kernel() -> None:
    args = {"learning_rate": Arg("0.1", 0.1), "centered": Arg("flag")}
    form = native_optimizer(symbol("RMSProp"), args, rate=RateKind.CONSTANT, sparse=False, tf="tf", optimizers="exact")
    assert isinstance(form, OptimizerRefusal) and "centered=flag" in form.reason


def test_every_keras_argument_is_one_of_tf1() -> None:
    for name, row in KERAS_OPTIMIZERS.items():
        assert set(row.renamed) <= {argument for argument, _ in OPTIMIZER_SIGNATURES[name]}


@pytest.mark.skipif(not TF1_PYTHON, reason="MIGRATOR_TF1_PYTHON is not set")
def test_signatures_are_those_of_tf1() -> None:
    text = (
        "import inspect, json, tensorflow as tf\n"
        "names = [n for n in dir(tf.train) if n.endswith('Optimizer') and n != 'Optimizer']\n"
        "give = lambda p: 'REQUIRED' if p.default is p.empty else p.default\n"
        "sign = lambda n: list(inspect.signature(getattr(tf.train, n).__init__).parameters.values())[1:]\n"
        "print(json.dumps({n: [[p.name, give(p)] for p in sign(n)] for n in names}))\n"
    )
    done = subprocess.run([str(TF1_PYTHON), "-W", "ignore", "-c", text], capture_output=True, text=True, check=True)
    wanted = {f"tensorflow.train.{name}": value for name, value in json.loads(done.stdout).items()}
    ours = {
        name: [[argument, "REQUIRED" if default is REQUIRED else default] for argument, default in signature]
        for name, signature in OPTIMIZER_SIGNATURES.items()
    }
    assert ours == wanted

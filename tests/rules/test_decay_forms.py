"""The native decays give the numbers of TensorFlow 1's, at every step and on every side of a boundary."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import numpy as np
import pytest

from migrator.rules.decay_forms import DECAY_SIGNATURES, DecayForm, DecayRefusal, decay_form
from migrator.rules.optimizer_forms import Arg
from migrator.tables.optimizers import REQUIRED

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tf = pytest.importorskip("tensorflow")

TF1_PYTHON = os.environ.get("MIGRATOR_TF1_PYTHON")
STEPS = (0, 1, 2, 3, 9, 10, 11, 19, 20, 21, 29, 30, 31, 50, 99, 100, 101, 199, 200, 201, 1000)
LAST_BIT = 1.2e-7  # relative: the constant folding of a graph may round once more

CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("exponential_decay", {"decay_steps": 10, "decay_rate": 0.96}),
    ("exponential_decay", {"decay_steps": 10, "decay_rate": 0.5, "staircase": True}),
    ("exponential_decay", {"decay_steps": 7, "decay_rate": 0.5, "staircase": False, "name": "lr"}),
    ("natural_exp_decay", {"decay_steps": 10, "decay_rate": 0.5}),
    ("natural_exp_decay", {"decay_steps": 10, "decay_rate": 0.5, "staircase": True}),
    ("inverse_time_decay", {"decay_steps": 10, "decay_rate": 0.5}),
    ("inverse_time_decay", {"decay_steps": 10, "decay_rate": 0.5, "staircase": True}),
    ("polynomial_decay", {"decay_steps": 100}),
    ("polynomial_decay", {"decay_steps": 100, "end_learning_rate": 0.01, "power": 0.5}),
    ("polynomial_decay", {"decay_steps": 10, "end_learning_rate": 0.01, "power": 2.0, "cycle": True}),
    ("cosine_decay", {"decay_steps": 100}),
    ("cosine_decay", {"decay_steps": 100, "alpha": 0.1}),
    ("cosine_decay_restarts", {"first_decay_steps": 10}),
    ("cosine_decay_restarts", {"first_decay_steps": 10, "t_mul": 1.0, "m_mul": 0.9, "alpha": 0.1}),
    ("linear_cosine_decay", {"decay_steps": 100}),
    ("linear_cosine_decay", {"decay_steps": 100, "num_periods": 2.0, "alpha": 0.1, "beta": 0.01}),
    ("piecewise_constant", {"boundaries": [10, 20, 30], "values": [0.1, 0.05, 0.02, 0.01]}),
    ("piecewise_constant_decay", {"boundaries": [10], "values": [1.0, 0.5]}),
)
FORMULAS = tuple(case for case in CASES if case[0] in ("exponential_decay", "natural_exp_decay", "inverse_time_decay"))


def arguments(name: str, settings: dict[str, Any]) -> dict[str, Arg]:
    first = {"x": Arg("step")} if "boundaries" in settings else {"learning_rate": Arg("0.1", 0.1)}
    args = first if "boundaries" in settings else first | {"global_step": Arg("step")}
    return args | {key: Arg(repr(value), value) for key, value in settings.items()}


def call_text(name: str, args: dict[str, Arg]) -> str:
    return f"tf.train.{name}({', '.join(f'{key}={arg.text}' for key, arg in args.items())})"


def symbol(name: str) -> str:
    return f"tensorflow.train.{name}"


GRAPH = '''
def values(tf, calls, dtype, steps):
    """Evaluate TF1 decays at many steps."""
    with tf.Graph().as_default():
        step = tf.placeholder(dtype, [])
        rates = [eval(call, {"tf": tf, "step": step, "tensor": tf.constant}) for call in calls]
        with tf.Session() as session:
            return [[float(v) for v in session.run(rates, {step: number})] for number in steps]
'''


def graph_mode(calls: list[str], dtype: str) -> Any:
    names: dict[str, Any] = {}
    exec(GRAPH, names)
    return names["values"](tf.compat.v1, calls, dtype, STEPS)


def native(form: DecayForm, dtype: str, variable: bool) -> list[float]:
    """Evaluate the emitted expression in a step function, on a variable or on a tensor."""
    names: dict[str, Any] = {"tf": tf, "tensor": tf.constant}
    made = tf.Variable(0, dtype=dtype)

    @tf.function(input_signature=[tf.TensorSpec([], dtype)], autograph=False)
    def rate(step: Any) -> Any:
        return eval(form.expression, names | {"step": made if variable else step})

    got = []
    for number in STEPS:
        made.assign(tf.cast(number, dtype))
        got.append(rate(tf.cast(number, dtype)))
        assert got[-1].dtype == tf.float32
    return [float(value) for value in got]


@pytest.mark.parametrize("dtype", ["int32", "int64", "float32"])
@pytest.mark.parametrize(("name", "settings"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_equal_to_graph_mode(name: str, settings: dict[str, Any], dtype: str) -> None:
    if dtype == "float32" and "boundaries" in settings:
        settings = settings | {"boundaries": [float(boundary) for boundary in settings["boundaries"]]}
    args = arguments(name, settings)
    form = decay_form(symbol(name), args)
    assert isinstance(form, DecayForm), form
    wanted = [row[0] for row in graph_mode([call_text(name, args)], dtype)]
    assert len(set(wanted)) > 1
    for variable in (True, False):
        np.testing.assert_allclose(native(form, dtype, variable), wanted, rtol=LAST_BIT, atol=1e-8)


@pytest.mark.parametrize(("name", "settings"), FORMULAS, ids=lambda value: value if isinstance(value, str) else "")
def test_tensors_among_the_arguments(name: str, settings: dict[str, Any]) -> None:
    args = arguments(name, settings) | {
        "learning_rate": Arg("tensor(0.1)", tensor=True),
        "decay_steps": Arg(f"tensor({settings['decay_steps']})", tensor=True),
    }
    form = decay_form(symbol(name), args)
    assert isinstance(form, DecayForm) and form.schedule is None
    wanted = [row[0] for row in graph_mode([call_text(name, args)], "int64")]
    np.testing.assert_allclose(native(form, "int64", True), wanted, rtol=LAST_BIT, atol=1e-8)


def test_text() -> None:
    args = arguments("exponential_decay", {"decay_steps": 100, "decay_rate": 0.96, "staircase": True, "name": "lr"})
    form = decay_form(symbol("exponential_decay"), args)
    schedule = "tf.keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.96, staircase=True)"
    assert form == DecayForm(f"{schedule}(step)", "step", schedule)
    args = arguments("piecewise_constant", {"boundaries": [10], "values": [0.1, 0.01]})
    form = decay_form(symbol("piecewise_constant"), args, tf="T")
    assert isinstance(form, DecayForm)
    assert form.expression == "T.keras.optimizers.schedules.PiecewiseConstantDecay([10], [0.1, 0.01])(step)"


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("noisy_linear_cosine_decay", {}, "noise"),
        ("polynomial_decay", {"power": Arg("p", tensor=True)}, "tensor among its arguments"),
        ("exponential_decay", {"decay_rate": Arg("0.5", 0.5), "learning_rate": Arg("1", 1)}, "integers"),
        ("exponential_decay", {}, "needs decay_rate"),
        ("exponential_decay", {"decay_rate": Arg("0.5", 0.5), "stairs": Arg("True", True)}, "no argument 'stairs'"),
        ("unheard_decay", {}, "not a decay"),
        (
            "exponential_decay",
            {"decay_rate": Arg("r", tensor=True), "staircase": Arg("flag")},
            "staircase=flag must be True or False",
        ),
    ],
)
def test_refusals(name: str, change: dict[str, Arg], reason: str) -> None:
    form = decay_form(symbol(name), arguments(name, {"decay_steps": 10}) | change)
    assert isinstance(form, DecayRefusal) and reason in form.reason


@pytest.mark.skipif(not TF1_PYTHON, reason="MIGRATOR_TF1_PYTHON is not set")
def test_equal_to_tf1() -> None:
    calls = [call_text(name, arguments(name, settings)) for name, settings in CASES]
    script = f"import json, sys, tensorflow as tf\n{GRAPH}\njson.dump(values(tf, *json.load(sys.stdin)), sys.stdout)"
    given = json.dumps([calls, "int64", STEPS])
    command = [str(TF1_PYTHON), "-W", "ignore", "-c", script]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    for place, rates in enumerate(zip(*json.loads(done.stdout), strict=True)):
        form = decay_form(symbol(CASES[place][0]), arguments(*CASES[place]))
        assert isinstance(form, DecayForm)
        np.testing.assert_allclose(native(form, "int64", True), rates, rtol=4 * LAST_BIT, atol=1e-8)


@pytest.mark.skipif(not TF1_PYTHON, reason="MIGRATOR_TF1_PYTHON is not set")
def test_signatures_are_those_of_tf1() -> None:
    text = (
        "import inspect, json, sys, tensorflow as tf\n"
        "give = lambda p: 'REQUIRED' if p.default is p.empty else p.default\n"
        "sign = lambda n: [[p.name, give(p)] for p in inspect.signature(getattr(tf.train, n)).parameters.values()]\n"
        "print(json.dumps({n: sign(n) for n in json.load(sys.stdin)}))\n"
    )
    names = [name.rpartition(".")[2] for name in DECAY_SIGNATURES]
    command = [str(TF1_PYTHON), "-W", "ignore", "-c", text]
    done = subprocess.run(command, input=json.dumps(names), capture_output=True, text=True, check=True)
    for name, signature in json.loads(done.stdout).items():
        ours = DECAY_SIGNATURES[symbol(name)]
        assert [[key, "REQUIRED" if value is REQUIRED else value] for key, value in ours] == signature

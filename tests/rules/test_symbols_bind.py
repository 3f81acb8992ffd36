"""Every call that the rules emit exists in the installed TF2 and takes the emitted arguments."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from symbols_harness import rewrite

from migrator.rules.symbols import HANDLERS
from migrator.tables.lookup import Symbol, lookup, rows, tf2_names
from migrator.tables.machinery import is_machinery
from migrator.tables.renames import ARGUMENTS, PRE_1_0, TARGETS
from migrator.tables.tf2 import RAW_PARAMETERS, TARGET_PARAMETERS

tf = pytest.importorskip("tensorflow")
inspector = pytest.importorskip("tensorflow.python.util.tf_inspect")

SPECIAL = ("tensorflow.app.", "tensorflow.logging.", "tensorflow.keras.", "tensorflow.test.", "tensorflow.data.",
           "tensorflow.contrib.", "tensorflow.lite.", "tensorflow.distribute.", "tensorflow.tpu.", "tensorflow.errors.",
           "tensorflow.config.", "tensorflow.autograph.", "tensorflow.train.", "tensorflow.sysconfig.",
           "tensorflow.feature_column.", "tensorflow.OptionalSpec", "tensorflow.RaggedTensor",
           "tensorflow.data.experimental.OptionalStructure")  # fmt: skip


def symbols() -> Iterator[Symbol]:
    for name in rows():
        row = lookup(name)
        assert row is not None
        if row.kind in ("function", "class") and not is_machinery(name) and not name.startswith(SPECIAL):
            yield row


def deprecated(name: str, row: Symbol) -> bool:
    """Tell whether a parameter is an old name of another one."""
    return any(better in row.parameters for better in ARGUMENTS.get(name, ()) if better not in ("x", "a", "b"))


def calls(row: Symbol) -> Iterator[str]:
    """Give calls of a TF1 function: required arguments by position; every argument by keyword; every by position."""
    name = "tf" + row.name.removeprefix("tensorflow")
    named = [p for p in row.parameters if not p.startswith("*")]
    new = [p for p in named if not deprecated(p, row)]
    yield f"{name}({', '.join('a_' + p for p in named if p in row.required)})"
    yield f"{name}({', '.join(f'{p}=a_{p}' for p in new)})"
    yield f"{name}({', '.join('a_' + p for p in new[: len(new)] if named.index(p) == new.index(p))})"


def check(text: str, complete: bool = False) -> None:
    """Check that every TensorFlow name in a text exists and takes its arguments."""
    tree = ast.parse(text)
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if any(isinstance(arg, ast.Starred) for arg in node.args):
                continue
            function = resolve(node.func)
            if function is not None:
                bind(function, len(node.args), [k.arg for k in node.keywords if k.arg], text, complete)
        elif isinstance(node, ast.Attribute) and id(node) not in functions:
            resolve(node)


def resolve(node: ast.expr) -> Any:
    chain: list[str] = []
    while isinstance(node, ast.Attribute):
        chain.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id != "tf":
        return None
    found: Any = tf
    for name in reversed(chain):
        found = getattr(found, name)
    return found


def bind(function: Any, positional: int, keywords: list[str], text: str, complete: bool = False) -> None:
    target = function.__init__ if inspect.isclass(function) else function
    spec = inspector.getfullargspec(target)
    names = spec.args[1:] if inspect.isclass(function) and spec.args[:1] == ["self"] else spec.args
    assert positional <= len(names) or spec.varargs, text
    assert spec.varkw or set(keywords) <= set(names) | set(spec.kwonlyargs), text
    assert not set(keywords) & set(names[:positional]), text
    defaults = len(spec.defaults or ())
    required = set(names[: len(names) - defaults]) - set(names[:positional]) - set(keywords)
    assert not (complete and required) or spec.varargs, f"{text}: {sorted(required)} missing"


def test_every_rewrite_binds() -> None:
    refused, checked, wrong = 0, 0, []
    for row in symbols():
        for number, before in enumerate(calls(row)):
            outcome = rewrite(before)
            if outcome.refusals:
                refused += 1
                continue
            if outcome.text == before and row.fate != "same" and row.name not in (*tf2_names(), *TARGETS):
                wrong.append(f"{before}: left as it is, and TF2 has no such name")
                continue
            try:
                check(outcome.text, complete=number == 1)
                checked += 1
            except (AssertionError, AttributeError) as error:
                wrong.append(f"{before} -> {outcome.text}: {error}"[:300])
    print(f"{checked} calls checked, {refused} refused")
    assert not wrong, "\n".join(wrong)


def aliased(row: Symbol) -> Iterator[str]:
    """Give calls that spell a parameter by its old name, by position, with None for the others, and by keyword."""
    name = "tf" + row.name.removeprefix("tensorflow")
    named = [p for p in row.parameters if not p.startswith("*")]
    for old in named:
        for better in (p for p in ALIASES.get(old, ()) if p in named):
            if row.name.endswith(NO_ALIAS):
                continue
            for given in (old, better):
                last = max(named.index(old), named.index(better))
                texts = ["a_" + p if p in row.required or p == given else "None" for p in named]
                yield f"{name}({', '.join(texts[: last + 1])})"
                yield f"{name}({', '.join(texts)})"
                keywords = [f"{p}=a_{p}" for p in named if (p in row.required or p == given) and p not in (old, better)]
                other = better if given == old else old
                yield f"{name}({', '.join([*keywords, f'{given}=a_{given}'])})"
                yield f"{name}({', '.join([*keywords, f'{given}=a_{given}', f'{other}=None'])})"


# TF1's deprecated arguments, by inspection of 1.15.5 (`deprecated_args` and `deprecated_argument_lookup`)
ALIASES = {
    "keep_dims": ("keepdims",), "reduction_indices": ("axis",), "dimension": ("axis",), "dim": ("axis",),
    "squeeze_dims": ("axis",), "seq_dim": ("seq_axis",), "batch_dim": ("batch_axis",), "fn1": ("true_fn",),
    "fn2": ("false_fn",), "filter": ("filters", "input_filter"), "value": ("input",), "box_ind": ("box_indices",),
    "rate": ("dilations",),
}  # fmt: skip
NO_ALIAS = ("conv2d_transpose",)  # `value` and `input` are two names of one required argument


def test_old_names_of_arguments_bind() -> None:
    wrong, checked = [], 0
    for row in symbols():
        for before in aliased(row):
            outcome = rewrite(before)
            if outcome.refusals:
                continue
            try:
                check(outcome.text)
                ast.parse(outcome.text)
                compile(outcome.text, "p", "eval")
                checked += 1
            except (AssertionError, AttributeError, SyntaxError) as error:
                wrong.append(f"{before} -> {outcome.text}: {type(error).__name__}"[:300])
    print(f"{checked} calls checked")
    assert checked > 100
    assert not wrong, "\n".join(wrong)


def test_every_argument_reaches_its_parameter() -> None:
    wrong, checked = [], 0
    for row in symbols():
        for before in [*calls(row), *aliased(row)] if row.name not in OTHER_SIGNATURE else ():
            outcome = rewrite(before)
            call = ast.parse(outcome.text, mode="eval").body
            function = resolve(call.func) if isinstance(call, ast.Call) and not outcome.refusals else None
            if function is None or not isinstance(call, ast.Call):
                continue
            spec = inspector.getfullargspec(function.__init__ if inspect.isclass(function) else function)
            names = spec.args[1:] if inspect.isclass(function) else spec.args
            reached = [*zip(names, call.args, strict=False), *((str(k.arg), k.value) for k in call.keywords)]
            for parameter, value in reached:
                old = value.id.removeprefix("a_") if isinstance(value, ast.Name) else parameter
                checked += 1
                if parameter != old and parameter not in (*ARGUMENTS.get(old, ()), *EQUAL.get(old, ())):
                    wrong.append(f"{before} -> {outcome.text}: {old} became {parameter}"[:300])
    assert checked > 5000
    assert not wrong, "\n".join(wrong)


OTHER_SIGNATURE = {  # objects of the graph, and wrappers whose signature inspection doesn't show
    "tensorflow.Operation", "tensorflow.Tensor", "tensorflow.function",
    "tensorflow.layers.flatten",  # becomes another function
}  # fmt: skip
EQUAL = {
    "filters": ("filter",),
    "dilations": ("rates",),
    "biases": ("bias",),
    "algorithm": ("alg",),
    "_sentinel": ("logits",),
    "logits": ("axis",),
}  # by position, these take TF 0.x's order


def test_values_exist() -> None:
    wrong = []
    for row in symbols():
        before = "f(tf" + row.name.removeprefix("tensorflow") + ")"
        outcome = rewrite(before)
        if outcome.refusals:
            continue
        try:
            check(outcome.text)
        except (AssertionError, AttributeError) as error:
            wrong.append(f"{before} -> {outcome.text}: {error}")
    assert not wrong, "\n".join(wrong)


def test_old_names_exist() -> None:
    for old, new in PRE_1_0.items():
        if "user_ops" not in old:
            outcome = rewrite(f"f(tf{old.removeprefix('tensorflow')})")
            assert outcome.refusals or new in HANDLERS or check(outcome.text) is None


@pytest.mark.parametrize("table", [TARGET_PARAMETERS, RAW_PARAMETERS])
def test_hand_written_signatures(table: dict[str, tuple[str, ...]]) -> None:
    for name, parameters in table.items():
        function = resolve(ast.parse("tf" + name.removeprefix("tensorflow"), mode="eval").body)
        target = function.__init__ if inspect.isclass(function) else function
        spec = inspector.getfullargspec(target)
        names = [n for n in (*spec.args, *spec.kwonlyargs) if n != "self"]
        assert tuple(names)[: len(parameters)] == parameters or set(parameters) <= set(names), name

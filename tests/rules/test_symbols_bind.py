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
from migrator.tables.renames import ARGUMENTS, PRE_1_0
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
            if outcome.text == before and not (row.fate == "same" or row.name in tf2_names()):
                wrong.append(f"{before}: left as it is, and TF2 has no such name")
                continue
            try:
                check(outcome.text, complete=number == 1)
                checked += 1
            except (AssertionError, AttributeError) as error:
                wrong.append(f"{before} -> {outcome.text}: {error}"[:300])
    print(f"{checked} calls checked, {refused} refused")
    assert not wrong, "\n".join(wrong)


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

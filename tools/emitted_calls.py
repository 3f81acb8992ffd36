"""Does every TensorFlow name in a text exist in the installed TensorFlow 2, and does it take the arguments it gets?

Used by the tests and by `compare_upgrade.py`. The tf.keras that is checked against is the one that is installed:
Keras 3, or tf_keras with TF_USE_LEGACY_KERAS=1.
"""

from __future__ import annotations

import ast
import inspect
from typing import Any

import tensorflow as tf
from tensorflow.python.util import tf_inspect

from migrator.tables.renames import ARGUMENTS


def check(text: str, *, complete: bool = False, names: frozenset[str] = frozenset()) -> None:
    """Check every TensorFlow name and call of a text that knows TensorFlow as ``tf``.

    Args:
        text: Python source.
        complete: required arguments must be given too.
        names: last names of the functions whose arguments ``a_x`` must be given for x.

    Raises:
        AttributeError: a name does not exist.
        AssertionError: a call's arguments don't fit.
    """
    tree = ast.parse(text)
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            function = resolve(node.func)
            if function is not None and not any(isinstance(arg, ast.Starred) for arg in node.args):
                bind(function, len(node.args), [k.arg for k in node.keywords if k.arg], text, complete)
                if node.func.attr in names:
                    meant(function, node, text)
        elif isinstance(node, ast.Attribute) and id(node) not in functions:
            resolve(node)


def resolve(node: ast.expr) -> Any:
    """Return the object that ``tf.a.b`` is, None where it is something else."""
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
    """Check that a function takes so many positional arguments and these keywords."""
    spec = tf_inspect.getfullargspec(function.__init__ if inspect.isclass(function) else function)
    names = spec.args[1:] if inspect.isclass(function) and spec.args[:1] == ["self"] else spec.args
    assert positional <= len(names) or spec.varargs, text
    assert spec.varkw or set(keywords) <= set(names) | set(spec.kwonlyargs), text
    assert not set(keywords) & set(names[:positional]), text
    defaults = len(spec.defaults or ())
    required = set(names[: len(names) - defaults]) - set(names[:positional]) - set(keywords)
    assert not (complete and required) or spec.varargs, f"{text}: {sorted(required)} missing"


def meant(function: Any, call: ast.Call, text: str) -> None:
    """Check that an argument ``a_x`` (TF1's parameter x) is given for what TF2 calls x, or a better name of it."""
    spec = tf_inspect.getfullargspec(function.__init__ if inspect.isclass(function) else function)
    names = spec.args[1:] if inspect.isclass(function) and spec.args[:1] == ["self"] else spec.args
    given = [(names[i], a) for i, a in enumerate(call.args) if i < len(names)]
    given += [(k.arg, k.value) for k in call.keywords if k.arg]
    for parameter, value in given:
        if isinstance(value, ast.Name) and value.id.startswith("a_"):
            old = value.id.removeprefix("a_")
            same = parameter in (old, *ARGUMENTS.get(old, ()))
            assert same, f"{text}: {old} is given for {parameter}"


def value_means(function: Any, parameters: tuple[str, ...], required: frozenset[str]) -> bool:
    """Tell whether a function used as a value takes what TF1's required by position at the same places."""
    if function is None:
        return True
    spec = tf_inspect.getfullargspec(function.__init__ if inspect.isclass(function) else function)
    names = spec.args[1:] if inspect.isclass(function) and spec.args[:1] == ["self"] else spec.args
    if spec.varargs:
        return True
    if len(names) - len(spec.defaults or ()) > len(required):
        return False
    return all(
        i < len(names) and names[i] in (p, *ARGUMENTS.get(p, ())) for i, p in enumerate(parameters) if p in required
    )

"""``tf.contrib.framework``: argument scopes, variables by scope, the global step."""

from __future__ import annotations

import functools
from types import TracebackType
from typing import Any, Callable

_SCOPES: list[dict[str, dict[str, Any]]] = [{}]


def add_arg_scope(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let `arg_scope` give a function's arguments."""
    key = "%s.%s" % (function.__module__, function.__qualname__)

    @functools.wraps(function)
    def scoped(*args: Any, **kwargs: Any) -> Any:
        given = _SCOPES[-1].get(key)
        return function(*args, **(dict(given, **kwargs) if given else kwargs))

    scoped._key_op = key  # type: ignore[attr-defined]
    return scoped


class arg_scope:
    """Gives arguments to functions for a while.

    Args:
        targets: functions, or a scope that was left earlier.
        kwargs: the arguments.
    """

    def __init__(self, targets: Any, **kwargs: Any) -> None:
        self._targets = targets
        self._kwargs = kwargs

    def __enter__(self) -> dict[str, dict[str, Any]]:
        """Enter; the scope that comes back may be entered again."""
        scope = {key: dict(value) for key, value in _SCOPES[-1].items()}
        if isinstance(self._targets, dict):
            scope = {key: dict(value) for key, value in self._targets.items()}
        else:
            for target in self._targets:
                scope.setdefault(target._key_op, {}).update(self._kwargs)
        _SCOPES.append(scope)
        return scope

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave."""
        _SCOPES.pop()


def names(tf: Any) -> dict[str, Any]:
    """Return the names of the module."""

    def of(collection: str) -> Callable[..., Any]:
        def get(scope: Any = None, suffix: str | None = None) -> Any:
            prefix = getattr(scope, "name", scope)
            found = tf.get_collection(collection, prefix)
            return [v for v in found if suffix is None or v.op.name.endswith(suffix)]

        return get

    def get_variables(scope: Any = None, suffix: str | None = None, collection: str = "variables") -> Any:
        return of(collection)(scope, suffix)

    return {
        "add_arg_scope": add_arg_scope,
        "arg_scope": arg_scope,
        "assert_same_float_dtype": lambda tensors=None, dtype=None: dtype or tensors[0].dtype.base_dtype,
        "create_global_step": tf.train.create_global_step,
        "get_global_step": tf.train.get_global_step,
        "get_model_variables": of(tf.GraphKeys.MODEL_VARIABLES),
        "get_or_create_global_step": tf.train.get_or_create_global_step,
        "get_trainable_variables": of(tf.GraphKeys.TRAINABLE_VARIABLES),
        "get_variables": get_variables,
        "get_variables_to_restore": lambda include=None, exclude=None: [
            v for v in tf.global_variables() if not any(v.op.name.startswith(name) for name in exclude or ())
        ],
        "nest": __import__("tensorflow").nest,
    }

"""Which variables of the after the program writes, whether or not a value changes."""

from __future__ import annotations

import functools
from typing import Any

import tensorflow as tf
from tensorflow.python.ops import gen_training_ops, resource_variable_ops

METHODS = ("assign", "assign_add", "assign_sub", "batch_scatter_update", "_strided_slice_assign")
KERNELS = (
    "ResourceApply",
    "ResourceSparseApply",
    "ResourceScatter",
    "AssignVariable",
    "AssignAddVariable",
    "AssignSub",
)


class Writes:
    """Notes writes as functions are traced and eager operations run.

    Args:
        muted: tells whether the recorder itself is writing, or a variable is being made.
    """

    def __init__(self, muted: Any) -> None:
        self._muted = muted
        self._handles: dict[int, Any] = {}  # kept, so that no number is used again

    def install(self) -> None:
        """Patch the methods of variables and the kernels."""
        for kind in (resource_variable_ops.BaseResourceVariable, resource_variable_ops.ResourceVariable):
            for name in [name for name in vars(kind) if name in METHODS or name.startswith("scatter_")]:
                setattr(kind, name, self._method(getattr(kind, name)))
        plain = resource_variable_ops.shape_safe_assign_variable_handle  # what restores a checkpoint
        resource_variable_ops.shape_safe_assign_variable_handle = self._kernel(plain)
        for name in dir(gen_training_ops):
            if name.startswith("resource_") and "eager_fallback" not in name:
                setattr(gen_training_ops, name, self._kernel(getattr(gen_training_ops, name)))
        for name in dir(tf.raw_ops):
            if name.startswith(KERNELS):
                setattr(tf.raw_ops, name, self._kernel(getattr(tf.raw_ops, name)))

    def has(self, variable: Any) -> bool:
        """Tell whether a variable was written."""
        return id(getattr(variable, "handle", None)) in self._handles

    def _note(self, handle: Any) -> None:
        if handle is not None and not self._muted():
            self._handles[id(handle)] = handle

    def _method(self, plain: Any) -> Any:
        @functools.wraps(plain)
        def method(variable: Any, *args: Any, **kwargs: Any) -> Any:
            self._note(variable.handle)
            return plain(variable, *args, **kwargs)

        return method

    def _kernel(self, plain: Any) -> Any:
        @functools.wraps(plain)
        def kernel(*args: Any, **kwargs: Any) -> Any:
            self._note(args[0] if args else kwargs.get("var", kwargs.get("resource")))
            return plain(*args, **kwargs)

        return kernel

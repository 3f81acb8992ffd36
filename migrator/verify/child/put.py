"""The NumPy oracle of repaired writes, on the before side.

Real TensorFlow 1 rejects ``tf.assign(tf.concat([a, b], 1), x)``, or does nothing for ``tf.tensor_scatter_nd_update(v,
i, u)``. What people meant: put x back into the variables. The oracle finds out where each element of the target comes
from, without knowing a single operation: it evaluates the target with numbered elements in place of the variables'
values. Then a NumPy function puts every element of the new value where the target's element came from, and leaves all
other elements alone. Nothing of the converter's lenses is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from tensorflow.python.framework import ops
from tensorflow.python.ops import array_ops, script_ops, state_ops

from .reach import all_variables, operations

METHODS = {"assign": "set", "assign_add": "add", "assign_sub": "subtract"}
FUNCTIONS = {
    "tensor_scatter_nd_update": "set",
    "tensor_scatter_update": "set",
    "tensor_scatter_nd_add": "add",
    "tensor_scatter_add": "add",
    "tensor_scatter_nd_sub": "subtract",
    "tensor_scatter_sub": "subtract",
}


class OracleError(Exception):
    """The meaning of a write cannot be determined."""


class Puts:
    """What the instrumented text calls in place of a write: ``__put__(N, base, "method")(arguments)``.

    Args:
        recorder: of the sessions.
        names: for each number the last name of the function or method that is called.
    """

    def __init__(self, recorder: Any, names: list[str]) -> None:
        self._recorder = recorder
        self._names = names

    def function(self, number: int) -> Any:
        """Return what stands for a function such as `tf.assign` or `tf.tensor_scatter_nd_update`."""
        name = self._names[number]

        def call(*args: Any, **kwargs: Any) -> Any:
            if name in METHODS:
                target = args[0] if args else kwargs.pop("ref")
                value = args[1] if len(args) > 1 else kwargs["value"]
                return self._write(target, value, METHODS[name])
            if name in FUNCTIONS:
                values = dict(zip(("tensor", "indices", "updates"), args), **kwargs)
                return self._scatter(values["tensor"], values["indices"], values["updates"], FUNCTIONS[name])
            raise OracleError("the oracle does not know %s" % name)

        return call

    def method(self, number: int, target: Any) -> Any:
        """Return what stands for a method such as ``target.assign``."""
        name = self._names[number]

        def call(*args: Any, **kwargs: Any) -> Any:
            if name not in METHODS:
                raise OracleError("the oracle does not know the method %s" % name)
            value = args[0] if args else kwargs.get("value", kwargs.get("delta"))
            return self._write(target, value, METHODS[name])

        return call

    def _write(self, target: Any, value: Any, how: str) -> Any:
        """Build the write of a value to a tensor that is a selection of variables' elements."""
        target = ops.convert_to_tensor(target)
        value = ops.convert_to_tensor(value, dtype=target.dtype.base_dtype)
        sources = self._sources(target)
        first = self._evaluate(target, sources, 1)
        total = sum(int(np.prod(variable.shape.as_list())) for variable, _ in sources)
        second = self._evaluate(target, sources, 1 + total)
        where = np.rint(np.asarray(first, np.float64)).astype(np.int64)
        if not np.array_equal(np.rint(np.asarray(second, np.float64)).astype(np.int64), where + total):
            raise OracleError("the target is not a selection of elements of variables")
        where = where.ravel() - 1
        if len(set(where.tolist())) != where.size:
            raise OracleError("the target has an element twice")
        return self._build([variable for variable, _ in sources], where, value, target, how)

    def _sources(self, target: Any) -> list[tuple[Any, list[Any]]]:
        """Return the variables that a target reads, each with the tensors of its value that are read."""
        reached = operations([target.op])
        inputs = {tensor for op in reached for tensor in op.inputs} | {target}
        found = []
        for variable in all_variables(target.graph):
            handle = variable._as_graph_element() if not hasattr(variable, "handle") else variable.handle
            if handle.op not in reached:
                continue
            reads = [t for t in inputs if t.op.type in ("Identity", "ReadVariableOp") and t.op.inputs[0] is handle]
            if not reads:
                raise OracleError("the target reads %s in a way that the oracle cannot number" % variable.name)
            found.append((variable, reads))
        if not found:
            raise OracleError("the target reads no variable")
        return found

    def _evaluate(self, target: Any, sources: list[tuple[Any, list[Any]]], start: int) -> Any:
        """Return the target's value where the elements of the variables are numbers from `start` on."""
        from tensorflow.python.client import session as session_module

        from .sessions import PLAIN_CLOSE, PLAIN_INIT, PLAIN_RUN

        feeds = {}
        for variable, reads in sources:
            shape = variable.shape.as_list()
            size = int(np.prod(shape))
            dtype = variable.dtype.base_dtype.as_numpy_dtype
            numbers = np.arange(start, start + size).astype(dtype)
            if not np.array_equal(numbers.astype(np.int64), np.arange(start, start + size)):
                raise OracleError("%s has too many elements to number in its dtype" % variable.name)
            feeds.update({read: numbers.reshape(shape) for read in reads})
            start += size
        session = session_module.Session.__new__(session_module.Session)
        PLAIN_INIT(session, "", target.graph, config=self._recorder.session_config(None))
        try:
            return PLAIN_RUN(session, target, feeds)
        finally:
            PLAIN_CLOSE(session)

    def _build(self, variables: list[Any], where: Any, value: Any, target: Any, how: str) -> Any:
        """Build the assignments; the value of the result is the target read after the write."""
        reads = [array_ops.identity(variable.read_value()) for variable in variables]
        sizes = [int(np.prod(variable.shape.as_list())) for variable in variables]

        def put(new: Any, *old: Any) -> list[Any]:
            if np.shape(new) != tuple(target_shape):
                new = np.broadcast_to(new, target_shape) if how != "set" else new
            if np.size(new) != where.size:
                raise ValueError("the new value has another shape than the target")
            flat = np.concatenate([np.ravel(part) for part in old])
            _apply(flat, where, np.ravel(new), how)
            cuts = np.cumsum(sizes)[:-1]
            shaped = [p.reshape(o.shape).astype(o.dtype) for p, o in zip(np.split(flat, cuts), old)]
            return [*shaped, flat[where].reshape(target_shape)]

        target_shape = target.shape.as_list()
        types = [variable.dtype.base_dtype for variable in variables]
        results = script_ops.py_func(put, [value, *reads], [*types, target.dtype.base_dtype], stateful=True)
        with ops.control_dependencies(results):  # all right-hand sides before the first write
            writes = [state_ops.assign(v, _shaped(new, v.shape)) for v, new in zip(variables, results)]
        with ops.control_dependencies([write.op for write in writes]):
            return _shaped(array_ops.identity(results[-1]), target.shape)

    def _scatter(self, variable: Any, indices: Any, updates: Any, how: str) -> Any:
        """Build a scatter into a variable, by its rows or, with flat indices, by its elements in order."""
        if not hasattr(variable, "initializer"):
            raise OracleError("a scatter that is run for its effect, but not into a variable")
        indices = ops.convert_to_tensor(indices)
        updates = ops.convert_to_tensor(updates, dtype=variable.dtype.base_dtype)

        def put(old: Any, where: Any, new: Any) -> Any:
            flat = where.shape[-1] == 1 and new.ndim == where.ndim - 1 and old.ndim > 1
            result = np.array(old).ravel() if flat else np.array(old)
            for at in np.ndindex(*where.shape[:-1]):
                _apply(result, tuple(where[at]), new[at], how)
            return result.reshape(old.shape)

        read = array_ops.identity(variable.read_value())
        new = script_ops.py_func(put, [read, indices, updates], variable.dtype.base_dtype, stateful=True)
        return state_ops.assign(variable, _shaped(new, variable.shape))


def _apply(array: Any, where: Any, new: Any, how: str) -> None:
    """Write to a part of an array."""
    if how == "set":
        array[where] = new
    elif how == "add":
        array[where] += new
    else:
        array[where] -= new


def _shaped(tensor: Any, shape: Any) -> Any:
    tensor.set_shape(shape)
    return tensor

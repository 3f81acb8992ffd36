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

from .reach import all_variables

METHODS = {"assign": "set", "assign_add": "add", "assign_sub": "subtract"}
SCATTERS = {"update": "set", "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "min": "minimum",
            "max": "maximum"}  # fmt: skip
PASSED = ("Switch", "RefSwitch", "Enter", "RefEnter")  # inside cond and while_loop, what they hand in


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

    def function(self, number: int, meant: Any = None) -> Any:
        """Return what stands for a function such as `tf.assign` or `tf.tensor_scatter_nd_update`.

        Args:
            number: of the write.
            meant: the variable that a `tf.scatter_nd` was meant to write to.
        """
        name = self._names[number]

        def call(*args: Any, **kwargs: Any) -> Any:
            if name in METHODS:
                target = args[0] if args else kwargs.pop("ref")
                value = args[1] if len(args) > 1 else kwargs["value"]
                return self._write(target, value, METHODS[name])
            values = dict(kwargs, **dict(zip(("tensor", "indices", "updates"), args)))
            if name == "scatter_nd":
                values = _meant(dict(kwargs, **dict(zip(("indices", "updates", "shape"), args))), meant)
            how = "set" if name == "scatter_nd" else SCATTERS.get(name.rsplit("_", 1)[-1])
            if how is None or "scatter" not in name:
                raise OracleError("the oracle does not know %s" % name)
            target = values["tensor"] if "tensor" in values else values["ref"]
            if hasattr(target, "initializer") and (name.startswith("tensor_") or name == "scatter_nd"):
                return self._scatter(target, values["indices"], values["updates"], how)
            nd = name.startswith(("scatter_nd", "tensor_"))
            return self._write(target, values["updates"], how, values["indices"], nd)

        return call

    def method(self, number: int, target: Any) -> Any:
        """Return what stands for a method such as ``target.assign``."""
        name = self._names[number]

        def call(*args: Any, **kwargs: Any) -> Any:
            verb = SCATTERS.get(name.rsplit("_", 1)[-1])
            if name.startswith("scatter_nd_") and verb is not None:
                values = dict(kwargs, **dict(zip(("indices", "updates"), args)))
                return self._write(target, values["updates"], verb, values["indices"], True)
            if name.startswith("scatter_") and verb is not None:
                slices = args[0] if args else kwargs["sparse_delta"]
                return self._write(target, slices.values, verb, slices.indices)
            if name not in METHODS:
                raise OracleError("the oracle does not know the method %s" % name)
            value = args[0] if args else kwargs.get("value", kwargs.get("delta"))
            return self._write(target, value, METHODS[name])

        return call

    def _write(self, target: Any, value: Any, how: str, indices: Any = None, nd: bool = False) -> Any:
        """Build the write of a value to a tensor (at indices, all of it without) that shows variables' elements."""
        target = ops.convert_to_tensor(target)
        value = ops.convert_to_tensor(value, dtype=target.dtype.base_dtype)
        sources = self._sources(target)
        first = self._evaluate(target, sources, 1)
        total = sum(_atoms(variable) for variable, _ in sources)
        second = self._evaluate(target, sources, 1 + total)
        where = np.rint(_parts(first).astype(np.float64)).astype(np.int64)
        if not np.array_equal(np.rint(_parts(second).astype(np.float64)).astype(np.int64), where + total):
            raise OracleError("the target is not a selection of elements of variables")
        where = where - 1
        if len(set(where.ravel().tolist())) != where.size:
            raise OracleError("the target has an element twice")
        chosen = None if indices is None else (ops.convert_to_tensor(indices), nd)
        return self._build([variable for variable, _ in sources], where, value, target, how, chosen)

    def _sources(self, target: Any) -> list[tuple[Any, list[Any]]]:
        """Return the variables that a target is made from, each with the tensors of its value that are read."""
        inputs, pending = {target}, [target]
        while pending:
            new = [t for t in pending.pop().op.inputs if t not in inputs]
            inputs.update(new)
            pending.extend(new)
        found = []
        for variable in all_variables(target.graph):
            handle = variable._as_graph_element() if not hasattr(variable, "handle") else variable.handle
            if handle not in inputs:
                continue
            reads = [
                t for t in inputs if t.op.type in ("Identity", "ReadVariableOp") and _passed(t.op.inputs[0]) is handle
            ]
            if not reads:
                raise OracleError("the target reads %s in a way that the oracle cannot number" % variable.name)
            found.append((variable, reads))
        if not found:
            raise OracleError("the target reads no variable")
        return found

    def _evaluate(self, target: Any, sources: list[tuple[Any, list[Any]]], start: int) -> Any:
        """Return the target's value where the elements of the variables are numbers from `start` on."""
        feeds = {}
        for variable, reads in sources:
            shape, size = variable.shape.as_list(), _atoms(variable)
            dtype = variable.dtype.base_dtype.as_numpy_dtype
            numbers = np.arange(start, start + size)
            if variable.dtype.is_complex:
                numbers = numbers[::2] + 1j * numbers[1::2]
            shaped = numbers.astype(dtype).reshape(shape)
            if not np.array_equal(_parts(shaped).astype(np.int64).ravel(), np.arange(start, start + size)):
                raise OracleError("%s has too many elements to number in its dtype" % variable.name)
            feeds.update(dict.fromkeys(reads, shaped))
            start += size
        try:
            with ops.Graph().as_default() as graph:
                fed = {read: array_ops.placeholder(read.dtype, value.shape) for read, value in feeds.items()}
                copied = _copied(target, fed)
            return self._run(graph, copied, {fed[read]: value for read, value in feeds.items()})
        except OracleError:
            if target.op._get_control_flow_context() is not None:
                raise
            return self._run(target.graph, target, feeds)  # an op that holds a condition itself

    def _run(self, graph: Any, target: Any, feeds: Any) -> Any:
        from tensorflow.python.client import session as session_module

        from .sessions import PLAIN_CLOSE, PLAIN_INIT, PLAIN_RUN

        session = session_module.Session.__new__(session_module.Session)
        PLAIN_INIT(session, "", graph, config=self._recorder.session_config(None))
        try:
            return PLAIN_RUN(session, target, feeds)
        finally:
            PLAIN_CLOSE(session)

    def _build(self, variables: list[Any], where: Any, value: Any, target: Any, how: str, chosen: Any) -> Any:
        """Build the assignments; the value of the result is the target read after the write."""
        reads = [array_ops.identity(variable.read_value()) for variable in variables]
        sizes = [_atoms(variable) for variable in variables]
        kind = target.dtype.base_dtype.as_numpy_dtype

        def put(new: Any, at: Any, *old: Any) -> list[Any]:
            places = where
            if chosen is not None:
                places = where[tuple(np.moveaxis(at, -1, 0))] if chosen[1] else where[at]
            new = _parts(new)
            if np.shape(new) != places.shape:
                new = np.broadcast_to(new, places.shape) if how != "set" else new
            if np.size(new) != places.size:
                raise ValueError("the new value has another shape than the target")
            flat = np.concatenate([_parts(part).ravel() for part in old])
            _apply(flat, places.ravel(), np.ravel(new), how)
            cuts = np.cumsum(sizes)[:-1]
            shaped = [_joined(p, o.dtype).reshape(o.shape) for p, o in zip(np.split(flat, cuts), old)]
            return [*shaped, _joined(flat[where], np.dtype(kind))]

        types = [variable.dtype.base_dtype for variable in variables]
        at = chosen[0] if chosen is not None else ops.convert_to_tensor(0)
        results = script_ops.py_func(put, [value, at, *reads], [*types, target.dtype.base_dtype], stateful=True)
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


def _meant(values: Any, variable: Any) -> Any:
    """Return (tensor, indices, updates) of a ``tf.scatter_nd`` that was meant to write to a variable."""
    if hasattr(values["indices"], "initializer"):
        return {"tensor": values["indices"], "indices": values["updates"], "updates": values["shape"]}
    return {"tensor": variable, "indices": values["indices"], "updates": values["updates"]}


def _apply(array: Any, where: Any, new: Any, how: str) -> None:
    """Write to a part of an array; elements that are named twice count twice."""
    if how == "set":
        array[where] = new
    else:
        getattr(np, how).at(array, where, new)


def _atoms(variable: Any) -> int:
    """Return how many numbers a variable holds; a complex one two for each element."""
    return int(np.prod(variable.shape.as_list())) * (2 if variable.dtype.is_complex else 1)


def _parts(array: Any) -> Any:
    """Return an array of real numbers: a complex one gets an axis for the real and the imaginary part."""
    array = np.asarray(array)
    return np.stack([array.real, array.imag], -1) if np.iscomplexobj(array) else array


def _joined(parts: Any, dtype: Any) -> Any:
    """Return an array of a dtype from real numbers."""
    if dtype.kind == "c":
        pairs = parts.reshape(-1, 2) if parts.ndim == 1 else parts
        return (pairs[..., 0] + 1j * pairs[..., 1]).astype(dtype)
    return parts.astype(dtype)


def _passed(tensor: Any) -> Any:
    """Return the tensor outside of a cond or while_loop that one inside it stands for."""
    while tensor.op.type in PASSED:
        tensor = tensor.op.inputs[0]
    return tensor


def _copied(target: Any, reads: Any) -> Any:
    """Copy the ops between some tensors and a target into the default graph, without conditions and orders."""
    done: Any = dict(reads)

    def copy(tensor: Any) -> Any:
        tensor = _passed(tensor)
        if tensor not in done:
            op = tensor.op
            if op.type in ("Merge", "NextIteration", "Placeholder"):
                raise OracleError("the target depends on what is known only in a run (%s)" % op.type)
            made = ops.get_default_graph().create_op(
                op.type, [copy(t) for t in op.inputs], [t.dtype for t in op.outputs],
                attrs={name: op.node_def.attr[name] for name in op.node_def.attr if not name.startswith("_")},
            )  # fmt: skip
            done.update(zip(op.outputs, made.outputs))
        return done[tensor]

    return copy(target)


def _shaped(tensor: Any, shape: Any) -> Any:
    tensor.set_shape(shape)
    return tensor

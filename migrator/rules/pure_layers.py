"""tf.layers without variables: pooling, flatten, dropout become the ops that they are."""

from __future__ import annotations

import ast

from migrator.analysis.values import Node, Py, Value, is_tensor
from migrator.rules.plan import CannotConvert, Plan
from migrator.syntax.text import Render
from migrator.tables import layers

_SIMPLE = (ast.Assign, ast.AnnAssign, ast.Expr)


def convert_pure_layers(plan: Plan) -> None:
    """Replace the calls of layers that have no variables."""
    calls: dict[ast.Call, list[Node]] = {}
    for node in plan.unit.made():
        if isinstance(node, Node) and node.op in layers.PURE and isinstance(node.expr, ast.Call):
            calls.setdefault(node.expr, []).append(node)
    for call, nodes in calls.items():
        if "inputs" not in nodes[0].call or any(name.startswith("*") for name in nodes[0].call):
            raise CannotConvert(call, "the arguments of a layer are not written out", nodes[0].op)
        plan.handled.add(call.func)
        _channels_last(nodes)
        if nodes[0].op in layers.POOLS:
            _pool(plan, call, nodes[0])
        elif nodes[0].op.endswith("flatten"):
            _flatten(plan, call, nodes)
        else:
            _dropout(plan, call, nodes)


def _channels_last(nodes: list[Node]) -> None:
    for node in nodes:
        given = node.taken.get("data_format")
        if given is not None and not (isinstance(given, Py) and given.const == "channels_last"):
            raise CannotConvert(node.expr, "layers with channels first run on GPUs only: not converted", node.op)


def _pool(plan: Plan, call: ast.Call, node: Node) -> None:
    """``tf.layers.max_pooling2d(x, 2, 2)`` -> ``tf.nn.max_pool2d(x, ksize=2, strides=2, padding="VALID")``."""
    args, padding = node.call, node.taken.get("padding")
    const = padding.const if isinstance(padding, Py) else None
    if "padding" in args and not isinstance(const, str):
        raise CannotConvert(call, "the padding of a layer is not statically known", node.op)
    if "pool_size" not in args or "strides" not in args:
        raise CannotConvert(call, "the arguments of a layer are not written out", node.op)
    mode = const.upper() if isinstance(const, str) else "VALID"

    def text(render: Render) -> str:
        sizes = f"ksize={render(args['pool_size'])}, strides={render(args['strides'])}"
        return f'{plan.tf}.nn.{layers.POOLS[node.op]}({render(args["inputs"])}, {sizes}, padding="{mode}")'

    plan.edits.replace(call, text)


def _flatten(plan: Plan, call: ast.Call, nodes: list[Node]) -> None:
    given, sizes = nodes[0].call["inputs"], set()
    for node in nodes:
        shape = plan.shapes.of(node)
        sizes.add(shape[-1] if shape is not None and isinstance(shape[-1], int) else None)
    size = sizes.pop() if len(sizes) == 1 else None
    if size is not None:
        plan.edits.replace(call, lambda render: f"{plan.tf}.reshape({render(given)}, [-1, {size}])")
        return
    if any(plan.shapes.dtype(node.taken["inputs"]) != "float32" for node in nodes):
        raise CannotConvert(call, "the static shape and type of a layer's input are not known", nodes[0].op)
    plan.edits.replace(call, lambda render: f"{plan.tf}.keras.layers.Flatten()({render(given)})")


def _dropout(plan: Plan, call: ast.Call, nodes: list[Node]) -> None:
    """Dropout happens where ``training`` is true; by default it is not."""
    args = nodes[0].call
    given, training = args["inputs"], args.get("training")
    kinds = {_kind(node.taken.get("training")) for node in nodes}
    if len(kinds) > 1 and kinds != {"on", "off"}:
        raise CannotConvert(call, "dropout whose `training` is a tensor in one call and a Python value in another",
                            nodes[0].op)  # fmt: skip
    kind = kinds.pop() if len(kinds) == 1 else "python"
    if kind == "off":
        plan.edits.replace(call, lambda render: render(given))
        return

    def drop(render: Render, source: str) -> str:
        parts = [source, f"rate={render(args['rate']) if 'rate' in args else '0.5'}"]
        parts += [f"{key}={render(args[key])}" for key in ("noise_shape", "seed") if key in args]
        return f"{plan.tf}.nn.dropout({', '.join(parts)})"

    if kind == "on":
        plan.edits.replace(call, lambda render: drop(render, render(given)))
        return
    assert training is not None
    local, parent = _local(plan, call, given), plan.unit.module.parents[call]
    bare = isinstance(parent, (ast.Assign, ast.Return)) or (isinstance(parent, ast.Call) and call in parent.args)

    def text(render: Render) -> str:
        source = local or render(given)
        if kind == "tensor":
            return f"{plan.tf}.cond({render(training)}, lambda: {drop(render, source)}, lambda: {source})"
        choice = f"{drop(render, source)} if {render(training)} else {source}"
        return choice if bare else f"({choice})"

    plan.edits.replace(call, text)


def _kind(value: Value | None) -> str:
    if value is None or (isinstance(value, Py) and value.const in (None, False)):
        return "off"
    if isinstance(value, Py):
        return "on" if value.const is True else "python"
    return "tensor" if is_tensor(value) else "unknown"


def _local(plan: Plan, call: ast.Call, given: ast.expr) -> str | None:
    """Return a name for the input of a dropout that is written twice, None where it has one."""
    if isinstance(given, ast.Name):
        return None
    atom = plan.unit.atom(call)
    if atom is None or not isinstance(atom.stmt, _SIMPLE):
        raise CannotConvert(call, "dropout of an expression inside a helper or loop; give its input a name")
    name = plan.namer.fresh("inputs")
    plan.before.setdefault(atom.stmt, []).append(lambda render: f"{name} = {render(given)}")
    return name

"""Layers without variables: flatten, pooling, one-hot encoding become plain operations."""

from __future__ import annotations

import ast
import math

from migrator.rules.symbol_arguments import Argument
from migrator.rules.symbol_call import CallText, CannotBind, repeatable
from migrator.rules.symbol_types import Handler, Outcome, SymbolRefusal, Use
from migrator.syntax.text import Render
from migrator.tables.lookup import lookup

_CHANNELS_LAST = ("channels_last", "NHWC")


def _flatten(use: Use) -> Outcome:
    """``flatten(x)`` -> ``tf.reshape(x, [-1, size])``; the size is computed where it is not static."""
    if use.call is None:
        return SymbolRefusal(f"{use.short} is used as a value: write a function that calls tf.reshape")
    text, bound = _bound(use)
    inputs = bound["inputs"].node
    shape = use.context.shape(inputs)
    sizes = shape[1:] if shape is not None else (None,)
    reshape = use.spell("reshape")
    if all(size is not None for size in sizes) and 0 not in sizes:
        size = math.prod(size for size in sizes if size is not None)
        return text.whole(lambda render: f"{reshape}({render(inputs)}, [-1, {size}])")
    if not repeatable(inputs):
        raise CannotBind("the shape of what it flattens is not static, and it is needed twice: name it first")
    first = use.spell("shape")
    return text.whole(lambda render: f"{reshape}({render(inputs)}, [{first}({render(inputs)})[0], -1])")


def _bound(use: Use) -> tuple[CallText, dict[str, Argument]]:
    """Bind a call; what adds to a collection or moves the channels is refused."""
    row = lookup(use.symbol)
    assert row is not None
    text = CallText(use)
    bound = text.bind(row.parameters)
    if text.literal(bound.get("outputs_collections")) is not None:
        raise CannotBind("it adds its result to a graph collection: keep a Python list")
    if "data_format" in bound and text.literal(bound["data_format"]) not in _CHANNELS_LAST:
        raise CannotBind("its channels are not last: use tf.nn with a data_format")
    if row.parameters[0] not in bound:
        raise CannotBind("its first argument is missing")
    return text, dict(bound.items())


def _pool(use: Use) -> Outcome:
    """``max_pooling2d(x, 2, 2)`` -> ``tf.nn.max_pool2d(x, 2, 2, padding="VALID")``."""
    if use.call is None:
        return SymbolRefusal(f"{use.short} is used as a value: write a function that calls tf.nn")
    text, bound = _bound(use)
    name = use.spell("nn.max_pool2d" if "max_pool" in use.symbol else "nn.avg_pool2d")
    size = bound.get("pool_size") or bound.get("kernel_size")
    stride = bound.get("strides") or bound.get("stride")
    padding = text.literal(bound.get("padding"), "VALID")
    if size is None or (stride is None and "contrib" not in use.symbol):
        raise CannotBind("an argument is missing")

    def build(render: Render) -> str:
        strides = render(stride.node) if stride is not None else "2"
        written = f'"{padding.upper()}"' if isinstance(padding, str) else f"{render(bound['padding'].node)}.upper()"
        given = f"{render(bound['inputs'].node)}, {render(size.node)}, {strides}"
        return f"{name}({given}, padding={written})"

    return text.whole(build)


def _one_hot(use: Use) -> Outcome:
    """``one_hot_encoding(labels, n)`` -> ``tf.one_hot(labels, n)``; labels in a column lose it."""
    if use.call is None:
        return SymbolRefusal(f"{use.short} is used as a value: write a function that calls tf.one_hot")
    text, bound = _bound(use)
    values = [bound[n].node for n in ("on_value", "off_value") if n in bound]
    plain = all(isinstance(v, ast.Constant) and isinstance(v.value, float) for v in values)
    if "num_classes" not in bound or not plain or use.context.rank(bound["labels"].node) != 1:
        raise CannotBind("the rank of its labels is not known (it squeezes a column): call tf.one_hot")
    name = use.spell("one_hot")

    def build(render: Render) -> str:
        parts = [render(bound["labels"].node), render(bound["num_classes"].node)]
        parts += [f"{n}={render(bound[n].node)}" for n in ("on_value", "off_value") if n in bound]
        return f"{name}({', '.join(parts)})"

    return text.whole(build)


HANDLERS: dict[str, Handler] = {
    "tensorflow.layers.flatten": _flatten,
    "tensorflow.contrib.layers.flatten": _flatten,
    **{f"tensorflow.layers.{n}_pooling2d": _pool for n in ("max", "average")},
    **{f"tensorflow.contrib.layers.{n}_pool2d": _pool for n in ("max", "avg")},
    "tensorflow.contrib.layers.one_hot_encoding": _one_hot,
}

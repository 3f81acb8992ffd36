"""Neural network functions whose defaults or meaning changed: dropout, cross entropies, embeddings, sampled losses."""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction

from migrator.rules.symbol_arguments import Argument
from migrator.rules.symbol_call import CallText, CannotBind, is_none, operand
from migrator.rules.symbol_types import (
    UNKNOWN,
    Handler,
    Outcome,
    SymbolRewrite,
    Use,
    keep_compat,
    value_on_compat,
)
from migrator.syntax.text import Edit, Render
from migrator.tables.lookup import lookup


def _dropout(use: Use) -> Outcome:
    """``tf.nn.dropout(x, keep_prob)`` -> ``tf.nn.dropout(x, rate=1 - keep_prob)``."""
    if use.call is None:
        return value_on_compat(use)
    text = CallText(use)
    old = ("x", "keep_prob", "noise_shape", "seed", "name", "rate")
    text.conform(old, ("x", "rate", "noise_shape", "seed", "name"), skip=("keep_prob",))
    given = {argument.parameter: argument for argument in text.arguments}
    keep = given.get("keep_prob")
    if keep is None:
        if "rate" not in given and not {a.keyword for a in text.arguments} & {"*", "**"}:
            raise CannotBind("it has neither keep_prob nor rate")
        return text.done()
    if "rate" in given:
        text.drop(keep)
        return text.done()
    text.replace(keep, _rate(keep.node))
    return text.done()


def _rate(keep: ast.expr) -> str | Callable[[Render], str]:
    """Return the text of ``rate=``: the value itself where ``1 - keep_prob`` is exact, else the difference."""
    if isinstance(keep, ast.Constant) and isinstance(keep.value, (int, float)) and not isinstance(keep.value, bool):
        rate = 1 - keep.value
        if Fraction(rate) == 1 - Fraction(keep.value) and len(repr(rate)) <= 6:
            return f"rate={rate!r}"

    def build(render: Render) -> str:
        return f"rate=1 - {operand(keep, render)}"

    return build


def _cross_entropy(use: Use) -> Outcome:
    """Softmax cross entropy: TF1 sent no gradient to the labels; TF 0.x took (logits, labels)."""
    version_2 = use.symbol.endswith("_v2")
    if use.call is None:
        if version_2:
            return use.value(use.spell("nn.softmax_cross_entropy_with_logits"))
        return value_on_compat(use)
    text = CallText(use)
    text.rename("nn.softmax_cross_entropy_with_logits")
    new = ("labels", "logits", "axis", "name")
    if version_2:
        text.conform(("labels", "logits", "axis", "name", "dim"), new)
        return text.done()
    text.conform(_old_order(text, ("logits", "labels", "dim", "name")), ("-", *new))
    labels = next((a for a in text.arguments if a.parameter == "labels"), None)
    if labels is None:
        raise CannotBind("its labels are not given by name")
    if not _is_stopped(use, labels.node):
        start, end = use.context.source.range(labels.node)
        text.edits += [
            Edit(start, start, f"{use.spell('stop_gradient')}("),
            Edit(end, end, ")"),
        ]
    return text.done()


def _old_order(text: CallText, positional: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of a loss's arguments: TF1 takes keywords only, TF 0.x took (logits, labels)."""
    if any(a.keyword in ("*", "**") for a in text.arguments):
        raise CannotBind("it takes unpacked arguments: write labels= and logits= out")
    first = text.arguments[0] if text.arguments else None
    if first is not None and first.keyword is None and is_none(first.node):  # TF1's order, whose first takes nothing
        positional = ("_sentinel", "labels", "logits", *positional[2:])
    return tuple(dict.fromkeys((*positional, "labels", "logits", "axis", "targets", "_sentinel")))


def _is_stopped(use: Use, node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("stop_gradient")


def _keyword_loss(use: Use) -> Outcome:
    """Sparse softmax and sigmoid cross entropy: TF 0.x took (logits, labels) by position."""
    if use.call is None:
        return None
    text = CallText(use)
    text.conform(_old_order(text, ("logits", "labels", "name")), ("-", "labels", "logits", "name"))
    return text.done()


def _weighted(use: Use) -> Outcome:
    """``tf.nn.weighted_cross_entropy_with_logits``: targets are called labels."""
    if use.call is None:
        return None
    text = CallText(use)
    text.conform(("labels", "logits", "pos_weight", "name", "targets"), ("labels", "logits", "pos_weight", "name"))
    return text.done()


_SHARDED = {"nn.embedding_lookup": "params", "nn.embedding_lookup_sparse": "params", "nn.nce_loss": "weights",
            "nn.sampled_softmax_loss": "weights", "nn.safe_embedding_lookup_sparse": "embedding_weights"}  # fmt: skip


def _partitioned(use: Use) -> Outcome:
    """Look-ups in a table that may be in shards: TF1 dealt rows out ('mod'), TF2 has them in blocks ('div')."""
    if use.call is None:
        return None
    row = lookup(use.symbol)
    assert row is not None
    text = CallText(use)
    text.conform(row.parameters, row.target_parameters, skip=("partition_strategy",))
    bound = {a.parameter: a for a in text.arguments}
    strategy = bound.get("partition_strategy")
    default = "div" if use.symbol.endswith("safe_embedding_lookup_sparse") else "mod"
    table = bound.get(_SHARDED[use.symbol.removeprefix("tensorflow.")])
    if text.literal(strategy, default) != "div" and (table is None or _may_be_sharded(use, table.node)):
        raise CannotBind("its table is in shards, and TF2 only knows partition_strategy='div': concatenate the shards")
    if strategy is not None:
        text.drop(strategy)
    return text.done()


def _may_be_sharded(use: Use, table: ast.expr) -> bool:
    """Tell whether a table is, or is bound somewhere in the file to, a list of several shards."""
    if isinstance(table, (ast.List, ast.Tuple)):
        return len(table.elts) != 1
    if isinstance(table, (ast.ListComp, ast.GeneratorExp)):
        return True
    if isinstance(table, ast.Call):
        return ast.unparse(table.func).endswith("create_partitioned_variables")
    if not isinstance(table, (ast.Name, ast.Attribute)):
        return False
    name = ast.unparse(table)
    for node in ast.walk(use.context.source.tree):
        if not isinstance(node, ast.Assign) or isinstance(node.value, (ast.Name, ast.Attribute)):
            continue
        if any(ast.unparse(target) == name for target in node.targets) and _may_be_sharded(use, node.value):
            return True
    return False


def _dense_layer(use: Use) -> Outcome:
    """``tf.nn.xw_plus_b(x, w, b)`` -> ``tf.nn.bias_add(tf.matmul(x, w), b)``; relu_layer puts tf.nn.relu around."""
    relu = use.symbol.endswith("relu_layer")
    matmul, bias, act = use.spell("matmul"), use.spell("nn.bias_add"), use.spell("nn.relu")
    if use.call is None:
        body = f"{bias}({matmul}(x, weights), biases)"
        return use.value(f"(lambda x, weights, biases: {f'{act}({body})' if relu else body})")
    text = CallText(use)
    bound = text.bind(("x", "weights", "biases", "name"))
    if not {"x", "weights", "biases"} <= bound.keys():
        raise CannotBind("an argument is missing")
    return _dense_text(text, bound, (matmul, bias, act if relu else ""))


def _dense_text(text: CallText, bound: dict[str, Argument], words: tuple[str, str, str]) -> SymbolRewrite:
    """Write the composition, the arguments where they are if they are in order."""
    matmul, bias, act = words

    def build(render: Render) -> str:
        x, w, b = (render(bound[k].node) for k in ("x", "weights", "biases"))
        named = f", name={render(bound['name'].node)}" if "name" in bound else ""
        if act:
            return f"{act}({bias}({matmul}({x}, {w}), {b}){named})"
        return f"{bias}({matmul}({x}, {w}), {b}{named})"

    return text.whole(build)


def _ctc_beam(use: Use) -> Outcome:
    """TF1 merges repeated outputs by default, TF2 does not."""
    if use.call is None:
        return keep_compat(use)
    text = CallText(use)
    bound = text.bind(("inputs", "sequence_length", "beam_width", "top_paths", "merge_repeated"))
    if text.literal(bound.get("merge_repeated"), UNKNOWN) is not False:
        return keep_compat(use)
    text.drop(bound["merge_repeated"])
    return text.done()


def _dilation2d(use: Use) -> Outcome:
    """``tf.nn.dilation2d`` -> the kernel, whose arguments have the TF1 names."""
    if use.call is None:
        return value_on_compat(use)
    text = CallText(use)
    text.rename("raw_ops.Dilation2D")
    old = ("input", "filter", "strides", "rates", "padding", "name", "filters", "dilations")
    new = ("input", "filter", "strides", "rates", "padding", "name")
    text.conform(old, new, {"filters": "filter", "dilations": "rates"}, only_keywords=True)
    return text.done()


def _erosion2d(use: Use) -> Outcome:
    """``tf.nn.erosion2d``: TF2 wants the data format."""
    if use.call is None:
        return value_on_compat(use)
    text = CallText(use)
    old = ("value", "kernel", "strides", "rates", "padding", "name")
    text.conform(old, ("value", "filters", "strides", "padding", "data_format", "dilations", "name"))
    text.append('data_format="NHWC"')
    return text.done()


HANDLERS: dict[str, Handler] = {
    "tensorflow.nn.erosion2d": _erosion2d,
    "tensorflow.nn.dropout": _dropout,
    "tensorflow.nn.softmax_cross_entropy_with_logits": _cross_entropy,
    "tensorflow.nn.softmax_cross_entropy_with_logits_v2": _cross_entropy,
    "tensorflow.nn.sparse_softmax_cross_entropy_with_logits": _keyword_loss,
    "tensorflow.nn.sigmoid_cross_entropy_with_logits": _keyword_loss,
    "tensorflow.nn.weighted_cross_entropy_with_logits": _weighted,
    **{f"tensorflow.{name}": _partitioned for name in _SHARDED},
    "tensorflow.nn.xw_plus_b": _dense_layer,
    "tensorflow.nn.relu_layer": _dense_layer,
    "tensorflow.nn.ctc_beam_search_decoder": _ctc_beam,
    "tensorflow.nn.dilation2d": _dilation2d,
}

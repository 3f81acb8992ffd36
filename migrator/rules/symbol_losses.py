"""``tf.losses.*``: a native expression where the weights are a number, else the pure function of tf.compat.v1."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from migrator.rules.symbol_arguments import Argument
from migrator.rules.symbol_call import CallText, CannotBind, is_atom, operand, repeatable
from migrator.rules.symbol_types import (
    COMPAT,
    UNKNOWN,
    Handler,
    Outcome,
    SymbolRefusal,
    SymbolRewrite,
    Use,
    info,
    value_on_compat,
)
from migrator.syntax.text import Render
from migrator.tables.lookup import lookup

_MEANS = ("SUM_BY_NONZERO_WEIGHTS", "SUM_OVER_BATCH_SIZE", "SUM_OVER_NONZERO_WEIGHTS", "MEAN")
_VALUES = {
    "weighted_sum_by_nonzero_weights": "SUM_BY_NONZERO_WEIGHTS",
    "weighted_sum_over_batch_size": "SUM_OVER_BATCH_SIZE",
    "weighted_mean": "MEAN",
    "weighted_sum": "SUM",
    "none": "NONE",
}


@dataclass(frozen=True, slots=True)
class Loss:
    """One call of a loss while its text is made."""

    use: Use
    text: CallText
    bound: dict[str, Argument]
    render: Render

    def spell(self, name: str) -> str:
        """Spell a TF2 name."""
        return self.use.spell(name)

    def plain(self, name: str) -> str:
        """Return an argument's text."""
        return self.render(self.bound[name].node)

    def float32(self, name: str) -> str:
        """Return an argument's text as a float32 operand, as TF1 cast it."""
        node = self.bound[name].node
        if self.use.context.dtype(node) == "float32":
            return operand(node, self.render)
        return f"{self.spell('cast')}({self.render(node)}, {self.spell('float32')})"

    def given(self, name: str, default: str) -> str:
        """Return an optional argument's text."""
        return operand(self.bound[name].node, self.render) if name in self.bound else default


def _squared(loss: Loss) -> str:
    return f"{loss.spell('math.squared_difference')}({loss.float32('predictions')}, {loss.float32('labels')})"


def _absolute(loss: Loss) -> str:
    return f"{loss.spell('abs')}({loss.float32('predictions')} - {loss.float32('labels')})"


def _hinge(loss: Loss) -> str:
    return f"{loss.spell('nn.relu')}(1.0 - (2.0 * {loss.float32('labels')} - 1.0) * {loss.float32('logits')})"


def _cosine(loss: Loss) -> str:
    axis = loss.given("axis", loss.given("dim", ""))
    product = f"{loss.float32('predictions')} * {loss.float32('labels')}"
    return f"1 - {loss.spell('reduce_sum')}({product}, axis={axis}, keepdims=True)"


def _log(loss: Loss) -> str:
    labels, predictions = loss.float32("labels"), loss.float32("predictions")
    epsilon, log = loss.given("epsilon", "1e-7"), loss.spell("math.log")
    positive = f"-{labels} * {log}({predictions} + {epsilon})"
    return f"{positive} - (1 - {labels}) * {log}(1 - {predictions} + {epsilon})"


def _softmax(loss: Loss) -> str:
    stopped = f"{loss.spell('stop_gradient')}({loss.plain('onehot_labels')})"
    return f"{loss.spell('nn.softmax_cross_entropy_with_logits')}(labels={stopped}, logits={loss.plain('logits')})"


def _sparse(loss: Loss) -> str:
    name = loss.spell("nn.sparse_softmax_cross_entropy_with_logits")
    return f"{name}(labels={loss.plain('labels')}, logits={loss.plain('logits')})"


def _sigmoid(loss: Loss) -> str:
    name = loss.spell("nn.sigmoid_cross_entropy_with_logits")
    node = loss.bound["multi_class_labels"].node
    kind = loss.use.context.dtype(node)
    same = kind is not None and kind == loss.use.context.dtype(loss.bound["logits"].node)
    labels = loss.plain("multi_class_labels") if same else loss.float32("multi_class_labels")
    return f"{name}(labels={labels}, logits={loss.plain('logits')})"


_ELEMENTS: dict[str, Callable[[Loss], str]] = {
    "mean_squared_error": _squared,
    "absolute_difference": _absolute,
    "hinge_loss": _hinge,
    "cosine_distance": _cosine,
    "log_loss": _log,
    "softmax_cross_entropy": _softmax,
    "sparse_softmax_cross_entropy": _sparse,
    "sigmoid_cross_entropy": _sigmoid,
}
_COMPOUND = ("cosine_distance", "log_loss")  # whose text needs parentheses as a factor


def _rule(use: Use) -> Outcome:
    """Rewrite one loss."""
    if use.call is None:
        return value_on_compat(use)
    name = use.symbol.rpartition(".")[2]
    row = lookup(use.symbol)
    assert row is not None
    text = CallText(use)
    try:
        bound = text.bind(row.parameters)
    except CannotBind:
        return _compat(use)
    factor = _factor(text, bound.get("weights"))
    reduction = _reduction(text, bound.get("reduction"))
    element = _ELEMENTS.get(name)
    required = [n for n in row.parameters[:2] if n not in bound]
    if element is None or factor is None or reduction is None or required or not _expressible(use, name, bound):
        return _compat(use)
    if reduction == "MEAN" and factor != "":
        return _compat(use)
    reduce = {"SUM": use.spell("reduce_sum"), "NONE": ""}.get(reduction, use.spell("reduce_mean"))

    def build(render: Render) -> str:
        value = element(Loss(use, text, bound, render))
        if factor:
            value = f"{f'({value})' if name in _COMPOUND else value} * {factor}"
        return f"{reduce}({value})"

    return text.whole(build)


def _factor(text: CallText, weights: Argument | None) -> str | None:
    """Return the text of a constant weight ("" for 1), None where the weights may differ from element to element."""
    value = text.literal(weights, 1.0)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value == 0:
        return None
    if value == 1:
        return ""
    assert weights is not None
    return text.segment(weights.node) if is_atom(weights.node) else f"({text.segment(weights.node)})"


def _reduction(text: CallText, reduction: Argument | None) -> str | None:
    """Return the reduction's name, None where it isn't known."""
    if reduction is None:
        return "SUM_BY_NONZERO_WEIGHTS"
    if isinstance(reduction.node, ast.Attribute) and reduction.node.attr in (*_MEANS, "SUM", "NONE"):
        return reduction.node.attr
    value = text.literal(reduction, UNKNOWN)
    return _VALUES.get(value) if isinstance(value, str) else None


def _expressible(use: Use, name: str, bound: dict[str, Argument]) -> bool:
    """Tell whether a loss's own arguments allow the native expression."""
    if name in ("softmax_cross_entropy", "sigmoid_cross_entropy") and "label_smoothing" in bound:
        return use.context.literal(bound["label_smoothing"].node) == 0
    if name == "sparse_softmax_cross_entropy":
        labels, logits = use.context.rank(bound["labels"].node), use.context.rank(bound["logits"].node)
        return labels is not None and labels + 1 == logits
    if name == "log_loss":
        return repeatable(bound["labels"].node) and repeatable(bound["predictions"].node)
    if name == "cosine_distance":
        return "axis" in bound or "dim" in bound
    return True


def _compat(use: Use) -> SymbolRewrite:
    """Call the function of tf.compat.v1 without its collection: it is pure then."""
    assert use.call is not None
    text = CallText(use)
    name = use.symbol.removeprefix("tensorflow.")
    text.rename(f"compat.v1.{name}")
    row = lookup(use.symbol)
    assert row is not None
    if any(a.keyword in ("*", "**") for a in text.arguments):
        raise CannotBind("it takes unpacked arguments: write them out")
    given = text.bind(row.parameters).get("loss_collection")
    if given is None:
        text.append("loss_collection=None")
    else:
        text.replace(given, "None" if given.keyword is None else "loss_collection=None")
    why = f"{use.short} with these arguments has no short native equal: it is kept as tf.compat.v1.{name}"
    text.notes.append(info(COMPAT, why))
    rewrite = text.done()
    assert rewrite is not None
    return rewrite


_SEQUENCE = ("logits", "targets", "weights", "average_across_timesteps", "average_across_batch",
             "softmax_loss_function", "name")  # fmt: skip
_PURE = ("ones", "ones_like", "sequence_mask", "cast", "to_float")


def _sequence_loss(use: Use) -> Outcome:
    """``tf.contrib.seq2seq.sequence_loss``: the weighted mean of the cross entropies of all steps."""
    if use.call is None:
        return SymbolRefusal(f"{use.short} is used as a value: write the weighted mean of the cross entropies")
    text = CallText(use)
    bound = text.bind(_SEQUENCE)
    averages = [text.literal(bound.get(name), True) for name in _SEQUENCE[3:5]]
    plain = text.literal(bound.get("softmax_loss_function")) is None
    if averages != [True, True] or not plain or not {"logits", "targets", "weights"} <= bound.keys():
        raise CannotBind("only its average over steps and batch has a short equal: write the others with tf.reduce_sum")
    weights = bound["weights"].node
    pure = isinstance(weights, ast.Call) and ast.unparse(weights.func).rpartition(".")[2] in _PURE
    if not (pure or repeatable(weights)):
        raise CannotBind("its weights are computed in the call, and the equal needs them twice: name them first")
    entropy, total = use.spell("nn.sparse_softmax_cross_entropy_with_logits"), use.spell("reduce_sum")

    def build(render: Render) -> str:
        targets, logits, weight = (render(bound[n].node) for n in ("targets", "logits", "weights"))
        summed = f"{total}({entropy}(labels={targets}, logits={logits}) * {weight})"
        return f"({summed} / ({total}({weight}) + 1e-12))"

    return text.whole(build)


HANDLERS: dict[str, Handler] = {
    **{
        f"tensorflow.losses.{name}": _rule
        for name in (*_ELEMENTS, "huber_loss", "mean_pairwise_squared_error", "compute_weighted_loss")
    },
    "tensorflow.contrib.seq2seq.sequence_loss": _sequence_loss,
}

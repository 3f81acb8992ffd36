"""Splitting strings: TF1 gives a SparseTensor, TF2's tf.strings.split a RaggedTensor."""

from __future__ import annotations

from migrator.rules.symbol_call import CallText, CannotBind
from migrator.rules.symbol_types import UNKNOWN, Handler, Outcome, Use, value_on_compat
from migrator.syntax.text import Render


def _string_split(use: Use) -> Outcome:
    """``tf.string_split(source, delimiter)`` -> the kernel, whose three results make the SparseTensor."""
    if use.call is None:
        return value_on_compat(use)
    text = CallText(use)
    bound = text.bind(("source", "sep", "skip_empty", "delimiter", "result_type", "name"))
    delimiter = bound.get("delimiter") or bound.get("sep")
    if "source" not in bound:
        raise CannotBind("its source is missing")
    if text.literal(bound.get("result_type"), "SparseTensor") != "SparseTensor":
        return value_on_compat(use)
    if delimiter is not None and text.literal(delimiter) is None:
        delimiter = None

    def build(render: Render) -> str:
        between = render(delimiter.node) if delimiter else '" "'
        parts = [f"input={render(bound['source'].node)}", f"delimiter={between}"]
        if "skip_empty" in bound:
            parts.append(f"skip_empty={render(bound['skip_empty'].node)}")
        return f"{use.spell('SparseTensor')}(*{use.spell('raw_ops.StringSplit')}({', '.join(parts)}))"

    return text.whole(build)


def _split(use: Use) -> Outcome:
    """``tf.strings.split(input, sep)``: the SparseTensor that TF1 gives is ``.to_sparse()`` of TF2's RaggedTensor."""
    if use.call is None:
        return value_on_compat(use)
    text = CallText(use)
    bound = text.bind(("input", "sep", "maxsplit", "result_type", "source", "name"))
    kind = text.literal(bound.get("result_type"), "SparseTensor")
    if kind is UNKNOWN or ("input" in bound) == ("source" in bound):
        return value_on_compat(use)
    text.conform(
        ("input", "sep", "maxsplit", "result_type", "source", "name"),
        ("input", "sep", "maxsplit", "name"),
        {"source": "input"},
        skip=("result_type",),
    )
    if "result_type" in bound:
        text.drop(bound["result_type"])
    if kind == "SparseTensor":
        text.surround("", ".to_sparse()")
    return text.done()


HANDLERS: dict[str, Handler] = {
    "tensorflow.string_split": _string_split,
    "tensorflow.strings.split": _split,
}

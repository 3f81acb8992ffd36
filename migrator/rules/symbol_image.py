"""Image functions: TF1's resize kernels do not centre pixels as TF2's do."""

from __future__ import annotations

import ast

from migrator.rules.symbol_arguments import Argument
from migrator.rules.symbol_call import CallText, CannotBind
from migrator.rules.symbol_types import Handler, Outcome, Use, keep_compat, value_on_compat
from migrator.syntax.text import Render
from migrator.tables.tf2 import RAW_PARAMETERS

_METHODS = {0: "ResizeBilinear", 1: "ResizeNearestNeighbor", 2: "ResizeBicubic", 3: "ResizeArea"}
_NAMES = {"BILINEAR": 0, "NEAREST_NEIGHBOR": 1, "BICUBIC": 2, "AREA": 3}
_PARAMETERS = ("images", "size", "method", "align_corners", "preserve_aspect_ratio", "name")


def _resize(use: Use) -> Outcome:
    """``tf.image.resize_images`` -> the kernel where rank, type and method are known, else it stays on compat.v1."""
    old = Use("tensorflow.image.resize_images", use.node, use.call, use.context)
    if use.call is None:
        return keep_compat(old)
    text = CallText(use)
    try:
        bound = text.bind(_PARAMETERS)
    except CannotBind:
        return keep_compat(old)
    kernel = _METHODS.get(_method(use, bound.get("method")))
    images = bound.get("images")
    rank = use.context.rank(images.node) if images is not None else None
    floating = images is not None and use.context.dtype(images.node) == "float32"
    plain = text.literal(bound.get("preserve_aspect_ratio"), False) is False
    if kernel is None or images is None or "size" not in bound or rank not in (3, 4) or not floating or not plain:
        return keep_compat(old)
    corners = bound.get("align_corners")
    op, expand = use.spell(f"raw_ops.{kernel}"), use.spell("expand_dims")

    def build(render: Render) -> str:
        picture = render(images.node)
        picture = picture if rank == 4 else f"{expand}({picture}, 0)"
        corner = f", align_corners={render(corners.node)}" if corners is not None else ""
        call = f"{op}(images={picture}, size={render(bound['size'].node)}{corner})"
        return call if rank == 4 else f"{call}[0]"

    return text.whole(build)


def _method(use: Use, argument: Argument | None) -> int:
    """Return a resize method's number, -1 where it isn't known."""
    if argument is None:
        return 0
    node = argument.node
    if isinstance(node, ast.Attribute) and node.attr in _NAMES and ast.unparse(node.value).endswith("ResizeMethod"):
        return _NAMES[node.attr]
    value = use.context.literal(node)
    return value if isinstance(value, int) else -1


def _draw_boxes(use: Use) -> Outcome:
    """``tf.image.draw_bounding_boxes``: colors became required and moved before the name."""
    if use.call is None:
        return value_on_compat(use)
    text = CallText(use)
    text.rename("image.draw_bounding_boxes")
    text.conform(("images", "boxes", "name", "colors"), ("images", "boxes", "colors", "name"))
    if "colors" not in {a.parameter for a in text.arguments}:
        text.append("colors=None")
    return text.done()


def _distorted(use: Use) -> Outcome:
    """``tf.image.sample_distorted_bounding_box`` takes one seed in TF2, and 0 for none."""
    if use.call is None:
        return None
    text = CallText(use)
    old = ("image_size", "bounding_boxes", "seed", "seed2", "min_object_covered", "aspect_ratio_range", "area_range",
           "max_attempts", "use_image_if_no_bounding_boxes", "name")  # fmt: skip
    bound = text.bind(old)
    if any(text.literal(bound.get(name)) is not None for name in ("seed", "seed2")):
        text.rename("raw_ops.SampleDistortedBoundingBoxV2")  # TF2's function takes one seed and derives the other
        text.conform(old, RAW_PARAMETERS["tensorflow.raw_ops.SampleDistortedBoundingBoxV2"], only_keywords=True)
        if "min_object_covered" not in bound:
            text.append("min_object_covered=0.1")
        return text.done()
    text.conform(old, tuple(name for name in old if name != "seed2"), skip=("seed",))
    for argument in text.arguments:
        if argument.parameter == "seed":
            text.drop(argument)
    return text.done()


HANDLERS: dict[str, Handler] = {
    "tensorflow.image.resize_images": _resize,
    "tensorflow.image.resize": _resize,
    "tensorflow.image.draw_bounding_boxes": _draw_boxes,
    "tensorflow.image.sample_distorted_bounding_box": _distorted,
}

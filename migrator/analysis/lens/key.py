"""Keys: what stands between the brackets of ``v[...]``, taken apart; slices and parts of splits become keys too."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from migrator.analysis.lens.model import UNKNOWN, Arg, Refused
from migrator.analysis.lens.text import elements, operand


@dataclass(frozen=True)
class Bound:
    """An index or the bound of a slice: its text, and its value if statically known."""

    text: str
    value: int | None


@dataclass(frozen=True)
class Item:
    """One element of a key: ``kind`` is int, slice, ellipsis or newaxis."""

    kind: str
    index: Bound | None = None
    start: Bound | None = None
    stop: Bound | None = None
    step: Bound | None = None

    @property
    def text(self) -> str:
        """Returns the source text."""
        if self.kind == "slice":
            start, stop = (bound.text if bound else "" for bound in (self.start, self.stop))
            return f"{start}:{stop}" + (f":{self.step.text}" if self.step else "")
        return {"ellipsis": "...", "newaxis": "None"}.get(self.kind) or (self.index.text if self.index else "")

    @property
    def full(self) -> bool:
        """Returns whether it takes everything."""
        return self.kind == "ellipsis" or (
            self.kind == "slice" and self.start is None and self.stop is None and _one(self.step)
        )

    @property
    def static(self) -> bool:
        """Returns whether all its numbers are known."""
        return all(b is None or b.value is not None for b in (self.index, self.start, self.stop, self.step))

    def python(self) -> int | slice:
        """Returns a static int or slice as the Python object."""
        if self.kind == "int":
            assert self.index is not None and self.index.value is not None
            return self.index.value
        return slice(*(bound.value if bound else None for bound in (self.start, self.stop, self.step)))


FULL = Item("slice")


def _one(step: Bound | None) -> bool:
    """Returns whether a step is one."""
    return step is None or step.value == 1


def number(value: int) -> Bound:
    """Returns a bound for a number."""
    return Bound(str(value), value)


def span(start: int | None, stop: int | None, step: int | None = None) -> Item:
    """Returns a slice of known numbers; a start of 0 and a step of 1 are left out."""
    return Item(
        "slice",
        start=number(start) if start else None,
        stop=None if stop is None else number(stop),
        step=number(step) if step not in (None, 1) and step is not None else None,
    )


def single(text: str, value: int | None) -> Item:
    """Returns an index."""
    return Item("int", index=Bound(text, value))


def trimmed(items: Sequence[Item]) -> list[Item]:
    """Returns a key without full slices at its end."""
    shown = list(items)
    while len(shown) > 1 and shown[-1].full and not any(item.kind == "ellipsis" for item in shown[:-1]):
        shown.pop()
    return shown or [Item("ellipsis")]


def key_text(items: Sequence[Item]) -> str:
    """Returns the text of a key, without full slices at its end."""
    return ", ".join(item.text for item in trimmed(items))


def on_axis(axis: int, item: Item) -> list[Item]:
    """Returns a key that applies item on one axis, counted from the end if negative."""
    if axis >= 0:
        return [FULL] * axis + [item]
    return [Item("ellipsis"), item, *[FULL] * (-axis - 1)]


def _known(value: object) -> int | None:
    """Returns value if it is an integer."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _bound(node: ast.expr | None, value: object) -> Bound | None:
    """Returns the bound of a slice from its syntax and its value, or None if there is none."""
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return None
    with contextlib.suppress(ValueError):
        value = ast.literal_eval(node)
    return Bound(ast.unparse(node), _known(value))


def _item(node: ast.expr, value: object) -> Item:
    """Returns the element of a key from its syntax and its value."""
    if isinstance(node, ast.Slice):
        parts = value if isinstance(value, slice) else slice(UNKNOWN, UNKNOWN, UNKNOWN)
        return Item(
            "slice",
            None,
            _bound(node.lower, parts.start),
            _bound(node.upper, parts.stop),
            _bound(node.step, parts.step),
        )
    text = ast.unparse(node)
    if value is Ellipsis or text in ("...", "Ellipsis"):
        return Item("ellipsis")
    if value is None or text == "None" or text.endswith("newaxis"):
        return Item("newaxis")
    if isinstance(value, slice):
        return _of_slice(value)
    if isinstance(value, (list, tuple)):
        raise Refused("a list is no index of a tensor")
    bound = _bound(node, value)
    assert bound is not None
    return Item("int", index=bound)


def _of_slice(value: slice) -> Item:
    """Returns the element of a key for a slice object of known numbers."""
    bounds = [
        None if part is None else Bound(repr(part), _known(part)) for part in (value.start, value.stop, value.step)
    ]
    if any(bound is not None and bound.value is None for bound in bounds):
        raise Refused("the bounds of a slice are not known")
    return Item("slice", None, *bounds)


def parse_key(arg: Arg) -> list[Item] | None:
    """Returns the elements of a subscript's key, or None if it can't be taken apart."""
    try:
        tree = ast.parse(f"_[{arg.text}\n]", mode="eval").body
    except SyntaxError:
        return None
    assert isinstance(tree, ast.Subscript)
    nodes = list(tree.slice.elts) if isinstance(tree.slice, ast.Tuple) else [tree.slice]
    values = list(arg.value) if isinstance(arg.value, tuple) else [arg.value]
    if isinstance(arg.value, tuple) and not isinstance(tree.slice, (ast.Tuple, ast.Slice, ast.Constant)):
        nodes = [tree.slice] * len(values)  # a name for a whole key
        if not all(isinstance(value, (int, slice)) or value in (None, Ellipsis) for value in values):
            return None
        return [single(str(v), v) if isinstance(v, int) else _item(tree.slice, v) for v in values]
    if any(isinstance(node, ast.Starred) for node in nodes):
        return None
    if len(values) != len(nodes):
        values = [UNKNOWN] * len(nodes)
    return [_item(node, value) for node, value in zip(nodes, values, strict=True)]


def slice_key(begin: Arg, size: Arg) -> list[Item] | None:
    """Returns the key of ``tf.slice``, or None if its sizes are not known."""
    texts, sizes = elements(begin.text), size.value
    starts: Sequence[object] = begin.value if isinstance(begin.value, (list, tuple)) else [UNKNOWN] * len(texts or ())
    if texts is None:
        texts = [str(start) for start in starts]
    if not isinstance(sizes, (list, tuple)) or len(sizes) != len(starts) or not starts:
        return None
    items = []
    for text, start, extent in zip(texts, starts, sizes, strict=True):
        begins, extends = _known(start), _known(extent)
        if extends is None or (begins is None and text == "UNKNOWN"):
            return None
        if begins is not None:
            items.append(span(begins, None if extends == -1 else begins + extends))
        else:
            stop = None if extends == -1 else Bound(f"{operand(text)} + {extends}", None)
            items.append(Item("slice", start=Bound(text, None), stop=stop))
    return items


def strided_key(args: dict[str, Arg], number_of: int) -> list[Item] | None:
    """Returns the key of ``tf.strided_slice`` with number_of elements, or None if it is not statically known."""

    def numbers(name: str, default: int) -> list[int] | None:
        arg = args.get(name)
        if arg is None or arg.value is None:
            return [default] * number_of
        found = [_known(value) for value in arg.value] if isinstance(arg.value, (list, tuple)) else []
        return [value for value in found if value is not None] if found and None not in found else None

    masks = {name: _known(args[name].value) if name in args else 0 for name in _MASKS}
    begin, end, strides = numbers("begin", 0), numbers("end", 0), numbers("strides", 1)
    if begin is None or end is None or strides is None or None in masks.values():
        return None
    items = []
    for i, (start, stop, step) in enumerate(zip(begin, end, strides, strict=True)):
        bits = {name: bool((mask or 0) >> i & 1) for name, mask in masks.items()}
        if bits["ellipsis_mask"]:
            items.append(Item("ellipsis"))
        elif bits["new_axis_mask"]:
            items.append(Item("newaxis"))
        elif bits["shrink_axis_mask"]:
            items.append(single(str(start), start))
        else:
            first = None if bits["begin_mask"] else number(start)
            last = None if bits["end_mask"] else number(stop)
            items.append(Item("slice", None, first, last, None if step == 1 else number(step)))
    return items


_MASKS = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")


def expand(items: Sequence[Item], rank: int) -> list[Item] | None:
    """Returns one element for each of rank axes (and the newaxis elements), or None if there are too many."""
    taken = sum(item.kind in ("int", "slice") for item in items)
    if taken > rank or sum(item.kind == "ellipsis" for item in items) > 1:
        return None
    missing = [FULL] * (rank - taken)
    if not any(item.kind == "ellipsis" for item in items):
        return [*items, *missing]
    at = next(i for i, item in enumerate(items) if item.kind == "ellipsis")
    return [*items[:at], *missing, *items[at + 1 :]]

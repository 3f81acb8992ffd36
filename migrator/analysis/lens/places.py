"""Which elements of the variables a derived tensor shows, so that no element is written twice."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from migrator.analysis.lens.key import FULL, Item, expand
from migrator.analysis.lens.model import Derived, Leaf, Node, Refused, flat, integer, ints, leaves
from migrator.analysis.lens.shape import as_key, dims_of, known_shape, parts_of, total, view_source
from migrator.analysis.lens.text import PLAIN, given, is_list, read, row_for

_LIMIT = 1 << 20


@dataclass(frozen=True)
class Grid:
    """An array of places: each element is (which variable, position in it), in row-major order."""

    shape: tuple[int, ...]
    places: list[tuple[object, int]]

    def reshape(self, shape: tuple[int, ...]) -> Grid:
        """Returns the same places in another shape."""
        return Grid(shape, self.places)

    def transpose(self, perm: Sequence[int]) -> Grid:
        """Returns the places with their axes in another order."""
        strides = [math.prod(self.shape[i + 1 :]) for i in range(len(self.shape))]
        offsets = [0]
        for axis in perm:
            offsets = [at + i * strides[axis] for at in offsets for i in range(self.shape[axis])]
        return Grid(tuple(self.shape[axis] for axis in perm), [self.places[at] for at in offsets])

    def take(self, axis: int, chosen: Sequence[int]) -> Grid:
        """Returns the places at some indices of an axis."""
        inner, size = math.prod(self.shape[axis + 1 :]), self.shape[axis]
        outer = range(math.prod(self.shape[:axis]))
        places = [
            p for o in outer for i in chosen for p in self.places[(o * size + i) * inner : (o * size + i + 1) * inner]
        ]
        return Grid((*self.shape[:axis], len(chosen), *self.shape[axis + 1 :]), places)


def check_apart(nodes: Sequence[Node], tf: str) -> None:
    """Refuses tensors that share an element of a variable.

    Raises:
        Refused: they share one, or it is not known that they share none.
    """
    known: dict[int, set[tuple[object, int]] | None] = {}
    for (i, a), (j, b) in combinations(enumerate(nodes), 2):
        shared = {leaf.identity for leaf in leaves(a)} & {leaf.identity for leaf in leaves(b)}
        if not shared or _apart(a, b, tf):
            continue
        for at, node in ((i, a), (j, b)):
            if at not in known:
                grid = _grid(node, tf)
                known[at] = None if grid is None else set(grid.places)
        first, second = known[i], known[j]
        both = f"{read(a, tf)} and {read(b, tf)}"
        if first is None or second is None:
            raise Refused(f"it is not known that {both} have no element in common")
        if first & second:
            raise Refused(f"{both} have an element in common, so it would be written twice")


def _apart(a: Node, b: Node, tf: str) -> bool:
    """Returns whether two views of one tensor are disjoint by the look of their keys."""
    a, b = _peeled(a), _peeled(b)
    if not isinstance(a, Derived) or not isinstance(b, Derived) or view_source(a) != view_source(b):
        return False
    if a.op == b.op == "index" and a.sources == b.sources:
        i, j = integer(a.args["i"]), integer(b.args["i"])
        return i is not None and j is not None and i != j and (i < 0) == (j < 0)
    if dims_of(a, tf) is None and row_for(a).inverse not in ("key", "index", "gather"):
        return False
    first, second = as_key(a, tf), as_key(b, tf)
    if first is None or second is None:
        return False
    for x, y in zip(first, second, strict=False):
        if "ellipsis" in (x.kind, y.kind) or "newaxis" in (x.kind, y.kind):
            return False
        if _items_apart(x, y) or _items_apart(y, x):
            return True
    return False


def _peeled(node: Node) -> Node:
    """Returns a tensor without the identities around it."""
    while isinstance(node, Derived) and node.op in PLAIN:
        node = node.sources[0]
    return node


def _items_apart(x: Item, y: Item) -> bool:
    """Returns whether x ends where y begins, or both are different indices of one sign."""
    if x.kind == y.kind == "slice" and x.stop is not None and y.start is not None:
        if any(item.step is not None and (item.step.value or 0) < 1 for item in (x, y)):
            return False
        if x.stop.text == y.start.text:
            return True
        low, high = x.stop.value, y.start.value
        return low is not None and high is not None and 0 <= low <= high
    if x.kind == y.kind == "int" and x.index is not None and y.index is not None:
        i, j = x.index.value, y.index.value
        return i is not None and j is not None and i != j and (i < 0) == (j < 0)
    return False


def _grid(node: Node, tf: str) -> Grid | None:
    """Returns the places that a tensor shows, or None if they are not statically known."""
    if isinstance(node, Leaf):
        size = total(node, tf).value
        if size is None or size > _LIMIT or node.shape is None:
            return None
        return Grid(tuple(n or 0 for n in node.shape), [(node.identity, i) for i in range(size)])
    if not isinstance(node, Derived) or is_list(node):
        return None
    if len(node.sources) == 1 and is_list(node.sources[0]) and node.op != "index":
        parts = parts_of(node.sources[0], tf)
        return None if parts is None else _grid(Derived(node.op, parts, node.args), tf)
    rule = _RULES.get(row_for(node).inverse)
    found = [_grid(source, tf) for source in ([view_source(node)] if node.op == "index" else node.sources)]
    grids = [grid for grid in found if grid is not None]
    return rule(node, grids, tf) if rule is not None and len(grids) == len(found) else None


def _shaped(node: Derived, grids: list[Grid], tf: str) -> Grid | None:
    """Returns the places of an op that keeps the row-major order."""
    shape = known_shape(node, tf)
    return None if shape is None or math.prod(shape) != len(grids[0].places) else grids[0].reshape(shape)


def _transpose(node: Derived, grids: list[Grid], _tf: str) -> Grid | None:
    """Returns the places of a transpose."""
    perm = given(node, "perm")
    order = ints(perm) if perm else tuple(reversed(range(len(grids[0].shape))))
    return None if order is None else grids[0].transpose(order)


def _again(node: Derived, grids: list[Grid], _tf: str) -> Grid | None:
    """Returns the places of an op that undoes itself."""
    grid = grids[0]
    rank = len(grid.shape)
    if node.op in ("tensorflow.matrix_transpose", "tensorflow.linalg.adjoint"):
        return grid.transpose([*range(rank - 2), rank - 1, rank - 2])
    axes = ints(given(node, "axis"))
    if node.op == "tensorflow.conj":
        return grid
    if node.op != "tensorflow.reverse" or axes is None:
        return None
    for axis in axes:
        grid = grid.take(axis % rank, range(grid.shape[axis])[::-1])
    return grid


def _roll(node: Derived, grids: list[Grid], _tf: str) -> Grid | None:
    """Returns the places of a roll."""
    grid, shifts, axes = grids[0], ints(node.args["shift"]), ints(node.args["axis"])
    if shifts is None or axes is None or len(shifts) != len(axes):
        return None
    for shift, axis in zip(shifts, axes, strict=True):
        size = grid.shape[axis]
        grid = grid.take(axis % len(grid.shape), [(i - shift) % size for i in range(size)])
    return grid


def _concat(node: Derived, grids: list[Grid], _tf: str) -> Grid | None:
    """Returns the places of a concat."""
    axis = integer(node.args.get("axis"))
    if axis is None:
        return None
    rank = len(grids[0].shape)
    order = [axis % rank, *(i for i in range(rank) if i != axis % rank)]
    fronts = [grid.transpose(order) for grid in grids]
    size = sum(grid.shape[0] for grid in fronts)
    joined = Grid((size, *fronts[0].shape[1:]), [place for grid in fronts for place in grid.places])
    return joined.transpose([order.index(i) for i in range(rank)])


def _stack(node: Derived, grids: list[Grid], tf: str) -> Grid | None:
    """Returns the places of a stack."""
    axis = integer(given(node, "axis"), 0)
    rank = len(grids[0].shape) + 1
    if axis is None:
        return None
    joined = Grid((len(grids), *grids[0].shape), [place for grid in grids for place in grid.places])
    order = [axis % rank, *(i for i in range(rank) if i != axis % rank)]
    return joined.transpose([order.index(i) for i in range(rank)])


def _key(node: Derived, grids: list[Grid], tf: str) -> Grid | None:
    """Returns the places of a view that is a key, or of a gather along an axis."""
    grid, items = grids[0], as_key(node, tf)
    if items is None:
        return _gather(node, grid) if node.op == "tensorflow.gather" else None
    full = expand(items, len(grid.shape))
    if full is None or not all(item.static for item in full):
        return None
    shape: list[int] = []
    axis = 0
    for item in full:
        if item.kind == "newaxis":
            shape.append(1)
            continue
        part = FULL.python() if item.full else item.python()
        chosen = range(grid.shape[axis])[part] if isinstance(part, slice) else [range(grid.shape[axis])[part]]
        grid = grid.take(axis, chosen)
        shape += [len(chosen)] if isinstance(part, slice) else []
        axis += 1
    return grid.reshape(tuple(shape))


def _gather(node: Derived, grid: Grid) -> Grid | None:
    """Returns the places of a gather along an axis, as one axis."""
    axis, chosen = integer(given(node, "axis"), 0), flat(node.args["indices"].value)
    if axis is None or chosen is None or integer(given(node, "batch_dims"), 0) != 0:
        return None
    return grid.take(axis % len(grid.shape), [i for i in chosen if isinstance(i, int)])


_RULES: dict[str, Callable[[Derived, list[Grid], str], Grid | None]] = {
    **dict.fromkeys(("same", "reshape", "expand_dims", "squeeze", "cast", "bitcast", "real", "imag"), _shaped),
    **dict.fromkeys(("key", "index", "gather"), _key),
    "transpose": _transpose,
    "again": _again,
    "roll": _roll,
    "concat": _concat,
    "stack": _stack,
}

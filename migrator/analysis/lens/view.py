"""Views: a value for a part of a tensor becomes a write of that part, or a new value for the whole tensor."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from migrator.analysis.lens.key import Item, key_text
from migrator.analysis.lens.model import UNKNOWN, Derived, Emission, Expr, Leaf, Node, integer
from migrator.analysis.lens.scope import Scope
from migrator.analysis.lens.shape import as_key, dims_of, shape_text, view_source
from migrator.analysis.lens.text import PLAIN, given, primary, read, row_for

Modified = tuple[list[str], Expr]
_ARRANGED = frozenset(
    PLAIN
    | {
        "subscript",
        "index",
        "tensorflow.reshape",
        "tensorflow.transpose",
        "tensorflow.expand_dims",
        "tensorflow.matrix_transpose",
        "tensorflow.squeeze",
        "tensorflow.reverse",
        "tensorflow.roll",
        "tensorflow.signal.fftshift",
        "tensorflow.signal.ifftshift",
        "tensorflow.reverse_sequence",
        "tensorflow.space_to_depth",
        "tensorflow.depth_to_space",
        "tensorflow.split",
        "tensorflow.unstack",
        "tensorflow.slice",
        "tensorflow.strided_slice",
        "tensorflow.gather",
        "tensorflow.gather_nd",
        "tensorflow.boolean_mask",
        "tensorflow.diag_part",
        "tensorflow.matrix_diag_part",
    }
)


def write_part(leaf: Leaf, node: Derived, x: Expr, how: str, scope: Scope) -> Emission | None:
    """Returns the statements that write a part of a variable directly, or None if there is no such write."""
    items = as_key(node, scope.tf)
    if items is not None:
        text = shown_key(node, items)
        part = f"{primary(leaf.text)}[{text}]"
        value = scope.increased(node, x, how, part)
        return Emission((), (f"{part}.assign({value.text})",), (leaf,))
    indices = _row_indices(node, scope)
    if indices is None:
        return None
    method = how.replace("assign", "scatter_nd") if how != "assign" else "scatter_nd_update"
    return Emission((), (f"{primary(leaf.text)}.{method}({indices}, {x.text})",), (leaf,))


def shown_key(node: Derived, items: Sequence[Item]) -> str:
    """Returns the text of the key of a view: as it was written if it was a subscript."""
    return node.args["key"].text if node.op == "subscript" else key_text(items)


def _row_indices(node: Derived, scope: Scope) -> str | None:
    """Returns the indices with which a scatter writes a view of the first axes of a tensor, or None."""
    if node.op == "tensorflow.boolean_mask" and integer(given(node, "axis"), 0) == 0:
        return f"{scope.tf}.where({node.args['mask'].text})"
    if integer(given(node, "batch_dims"), 0) != 0:
        return None
    if node.op == "tensorflow.gather_nd":
        return node.args["indices"].text
    if node.op != "tensorflow.gather" or integer(given(node, "axis"), 0) != 0:
        return None
    indices = node.args["indices"]
    try:
        literal = ast.literal_eval(indices.text)
    except (ValueError, SyntaxError):
        literal = UNKNOWN
    if isinstance(literal, (list, tuple)) and literal and all(isinstance(i, int) for i in literal):
        return str([[i] for i in literal])
    return f"{scope.tf}.expand_dims({indices.text}, -1)"


def chain_leaf(node: Node) -> Leaf | None:
    """Returns the variable that a tensor only rearranges and selects, or None if it does more."""
    while isinstance(node, Derived):
        if node.op not in _ARRANGED or len(node.sources) != 1 or given(node, "conjugate") is not None:
            return None
        node = node.sources[0]
    return node if isinstance(node, Leaf) else None


def _with(node: Node, old: Node, new: Node) -> Node:
    """Returns a tree with one node replaced."""
    if node is old:
        return new
    if not isinstance(node, Derived):
        return node
    return Derived(node.op, tuple(_with(source, old, new) for source in node.sources), node.args)


def _positions(node: Node, source: Node, text: str, scope: Scope) -> tuple[str, str, bool]:
    """Returns (statement, name, whether source is flat): the positions in source that node shows."""
    dims = dims_of(source, scope.tf)
    flat_source = dims is not None and len(dims) == 1
    count = f"{scope.tf}.range({scope.tf}.size({text}))"
    shaped = count if flat_source else f"{scope.tf}.reshape({count}, {shape_text(source, scope.tf)})"
    numbers = Leaf(shaped, source.shape if isinstance(source, Leaf) else None, "int32", object())
    name = scope.fresh("positions")
    return f"{name} = {read(_with(node, source, numbers), scope.tf)}", name, flat_source


def _aimed(node: Derived, positions: str, y: Expr, tf: str) -> str:
    """Returns the indices and updates of a scatter into a flat tensor; a scatter needs at least one dimension."""
    dims = dims_of(node, tf)
    if dims is None:
        return f"{tf}.reshape({positions}, [-1, 1]), {tf}.reshape({y.text}, [-1])"
    return f"{positions}[..., {tf}.newaxis], {y.text}" if dims else f"[[{positions}]], [{y.text}]"


def scatter_positions(node: Derived, leaf: Leaf, x: Expr, how: str, scope: Scope) -> Emission:
    """Returns the statements that write any selection of a variable's elements by their positions."""
    statement, name, is_flat = _positions(node, leaf, leaf.text, scope)
    verb = "update" if how == "assign" else how.removeprefix("assign_")
    y = scope.tensor(x, node)
    tf, text = scope.tf, leaf.text
    aimed = _aimed(node, name, y, tf)
    if is_flat:
        return Emission((statement,), (f"{primary(text)}.scatter_nd_{verb}({aimed})",), (leaf,))
    scope.read(leaf)
    new = f"{tf}.tensor_scatter_nd_{verb}({tf}.reshape({text}, [-1]), {aimed})"
    return Emission((statement,), (f"{primary(text)}.assign({tf}.reshape({new}, {shape_text(leaf, tf)}))",), (leaf,))


def modify(node: Derived, x: Expr, scope: Scope, *, only_brief: bool) -> Modified | None:
    """Returns a new value for the source of a view in which the part that it shows is x, and the statements for it.

    Args:
        node: the view.
        x: the value for it.
        scope: names and reads.
        only_brief: return None rather than scatter by positions.
    """
    source, tf, inverse = view_source(node), scope.tf, row_for(node).inverse
    if inverse in ("real", "imag"):
        other = f"{tf}.math.{'imag' if inverse == 'real' else 'real'}({scope.read(source)})"
        pair = (scope.tensor(x, node).text, other)
        return [], Expr(f"{tf}.complex({', '.join(pair if inverse == 'real' else pair[::-1])})")
    dims = dims_of(source, tf)
    if inverse == "matrix_diag_part" or (inverse == "diag_part" and dims is not None and len(dims) == 2):
        k = given(node, "k")
        more = f", k={k.text}" if k is not None else ""
        return [], Expr(f"{tf}.linalg.set_diag({scope.read(source)}, {scope.tensor(x, node).text}{more})")
    items = as_key(node, tf)
    brief = _modify_key(node, items, x, scope) if items is not None else _modify_rows(node, x, scope)
    if brief is not None or only_brief:
        return brief
    before, current = scope.bind(Expr(scope.read(source)), "current", source)
    statement, name, is_flat = _positions(node, source, current.text, scope)
    aimed = _aimed(node, name, scope.tensor(x, node), tf)
    if is_flat:
        return [*before, statement], Expr(f"{tf}.tensor_scatter_nd_update({current.text}, {aimed})")
    new = f"{tf}.tensor_scatter_nd_update({tf}.reshape({current.text}, [-1]), {aimed})"
    return [*before, statement], Expr(f"{tf}.reshape({new}, {shape_text(source, tf)})")


def _modify_rows(node: Derived, x: Expr, scope: Scope) -> Modified | None:
    """Returns the modification through a scatter of rows, or through the parts of a split."""
    source, tf = view_source(node), scope.tf
    indices = _row_indices(node, scope)
    if indices is not None:
        return [], Expr(f"{tf}.tensor_scatter_nd_update({scope.read(source)}, {indices}, {scope.tensor(x, node).text})")
    if node.op != "index":
        return None
    parts = node.sources[0]
    assert isinstance(parts, Derived)
    name, axis = scope.name("parts", [source]), given(parts, "axis")
    join = "concat" if parts.op == "tensorflow.split" else "stack"
    more = f", axis={axis.text}" if axis is not None else (", axis=0" if join == "concat" else "")
    statements = [f"{name} = {scope.read(parts)}", f"{name}[{node.args['i'].text}] = {scope.tensor(x, node).text}"]
    return statements, Expr(f"{tf}.{join}({name}{more})")


def _modify_key(node: Derived, items: Sequence[Item], x: Expr, scope: Scope) -> Modified | None:
    """Returns the modification of one stretch of one axis, or of one row."""
    source, tf, chosen = view_source(node), scope.tf, [i for i, item in enumerate(items) if not item.full]
    if len(chosen) != 1:
        return None
    at = chosen[0]
    item, around = items[at], [i for i in items if i.kind == "ellipsis"]
    if item.kind == "int":
        row = _row(item, source, tf) if at == 0 else None
        if row is None:
            return None
        return [], Expr(
            f"{tf}.tensor_scatter_nd_update({scope.read(source)}, [[{row}]], [{scope.tensor(x, node).text}])"
        )
    if item.kind != "slice" or item.step is not None or (around and (len(around) > 1 or items[0].kind != "ellipsis")):
        return None
    low, high = (bound.value if bound else None for bound in (item.start, item.stop))
    if item.start and item.stop and (low is None or high is None or (low < 0) != (high < 0) or low > high):
        return None
    front, back = [other.text for other in items[:at]], [other.text for other in items[at + 1 :]] if around else []
    before: list[str] = []
    current = Expr(scope.read(source))
    if item.start and item.stop:
        before, current = scope.bind(current, "current", source)

    def part(text: str) -> str:
        return f"{primary(current.text)}[{', '.join([*front, text, *back])}]"

    head = [part(f":{item.start.text}")] if item.start else []
    tail = [part(f"{item.stop.text}:")] if item.stop else []
    axis = at - len(items) if around else at
    return before, Expr(f"{tf}.concat([{', '.join([*head, scope.tensor(x, node).text, *tail])}], axis={axis})")


def _row(item: Item, source: Node, tf: str) -> int | None:
    """Returns which row an index chooses, counted from the front, or None if that is not known."""
    i = item.index.value if item.index is not None else None
    if i is not None and i < 0:
        dims = dims_of(source, tf)
        size = dims[0].value if dims else None
        return i + size if size is not None else None
    return i

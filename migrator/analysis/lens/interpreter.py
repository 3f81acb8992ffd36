"""Writes to tensors derived from variables become the right writes to those variables.

`put` is one recursive interpreter over the rows of `migrator.tables.lenses`: an iso hands the inverse of the value to
its source, a product takes the value apart, a view writes its part or a new value of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from migrator.analysis.lens.canonical import canonical, check
from migrator.analysis.lens.iso import undo
from migrator.analysis.lens.model import (
    Arg,
    Derived,
    Emission,
    Expr,
    Leaf,
    Node,
    Opaque,
    Plan,
    Refusal,
    Refused,
    Shape,
    Value,
    flat,
    leaves,
)
from migrator.analysis.lens.places import check_apart
from migrator.analysis.lens.product import items_of, taken_apart
from migrator.analysis.lens.scatter import scattered
from migrator.analysis.lens.scope import Scope
from migrator.analysis.lens.selector import check_selector
from migrator.analysis.lens.shape import dims_of, parts_of, view_source
from migrator.analysis.lens.simplify import simplify
from migrator.analysis.lens.text import given, is_list, read, row_for
from migrator.analysis.lens.view import chain_leaf, modify, scatter_positions, write_part
from migrator.tables.lenses import Kind


def put(
    target: Node,
    value: str | Value,
    *,
    fresh: Callable[[str], str],
    tf: str = "tf",
    how: str = "assign",
    indices: Arg | None = None,
) -> Plan | Refusal:
    """Returns the statements that write a value to a derived tensor, or why that can't be done.

    Args:
        target: what the program writes to.
        value: what it writes; text alone means a tensor of the right dtype, or a literal.
        fresh: makes a free name from a wish.
        tf: the name of TensorFlow in the program.
        how: ``assign``, ``assign_add``, ``assign_sub``, or the name of a scatter of TF1 (``scatter_update``,
            ``scatter_nd_add``, ...), which needs indices.
        indices: the rows that a scatter writes.
    """
    scope, given_value = Scope(tf, fresh), Value.of(value)
    x = Expr(given_value.text, not given_value.tensor, flat(given_value.value), _shape(given_value))
    try:
        node = canonical(target, tf)
        check(node)
        if how.startswith("scatter"):
            emission = _scatter(node, x, how, indices, scope)
        else:
            _check_shape(node, x, tf)
            emission = _write(node, x, how, scope)
    except Refused as error:
        return Refusal(str(error))
    except (IndexError, KeyError) as error:  # an argument that is missing, or an axis that its tensor doesn't have
        return Refusal(f"the arguments of the target don't fit together ({error})")
    return Plan((*emission.before, *emission.writes), _unique(emission), tuple(scope.reads), tuple(scope.notes))


def get(target: Node, tf: str = "tf") -> str:
    """Returns the native TF2 expression that reads a derived tensor.

    Args:
        target: what to read.
        tf: the name of TensorFlow in the program.

    Raises:
        Refused: the target has an op without a row.
    """
    return read(canonical(target, tf), tf, plain=False)


def result(target: Node, tf: str = "tf", how: str = "assign") -> str:
    """Returns the expression for the value of a write: the target read again.

    For ``v[...].assign(x)``, which TF1 knew, that is all of v.

    Args:
        target: what the program writes to.
        tf: the name of TensorFlow in the program.
        how: see `put`.
    """
    node = canonical(target, tf)
    slice_of = isinstance(target, Derived) and target.op == "subscript" and isinstance(target.sources[0], Leaf)
    if isinstance(node, Derived) and slice_of and how == "assign":
        return read(node.sources[0], tf)
    return read(node, tf, plain=False)


def result_of_one(target: Node, statement: str, tf: str = "tf", how: str = "assign") -> str | None:
    """Returns one expression that makes a write of one statement and has its value; None if there is none.

    A variable's assign gives the variable after the write, so it can stand for the variable in the target.

    Args:
        target: what the program writes to.
        statement: the write.
        tf: the name of TensorFlow in the program.
        how: see `put`.
    """
    if len(leaves(target)) != 1:
        return None
    return result(_with_leaf(target, statement), tf, how)


def _with_leaf(node: Node, text: str) -> Node:
    """Returns a tree with another text for its variable."""
    if isinstance(node, Leaf):
        return replace(node, text=text)
    if isinstance(node, Derived):
        return replace(node, sources=tuple(_with_leaf(source, text) for source in node.sources))
    return node


def _unique(emission: Emission) -> tuple[Leaf, ...]:
    """Returns the variables of an emission, each once."""
    found: dict[object, Leaf] = {}
    for leaf in emission.leaves:
        found.setdefault(leaf.identity, leaf)
    return tuple(found.values())


def _shape(value: Value) -> Shape | None:
    """Returns the static shape of a value, also from the value itself."""
    if value.shape is not None or flat(value.value) is None:
        return value.shape
    shape, item = [], value.value
    while isinstance(item, (list, tuple)):
        shape.append(len(item))
        item = item[0] if item else None
    return tuple(shape)


def _check_shape(node: Node, x: Expr, tf: str) -> None:
    """Refuses a value whose shape is known not to be the target's: TF1 doesn't broadcast in an assign."""
    dims = None if is_list(node) else dims_of(node, tf)
    if dims is None or x.shape is None:
        return
    sizes = [dim.value for dim in dims]
    if len(sizes) != len(x.shape) or any(
        a is not None and b is not None and a != b for a, b in zip(sizes, x.shape, strict=True)
    ):
        raise Refused(f"a value of shape {x.shape} doesn't fit a target of shape {tuple(sizes)}")


def _write(node: Node, x: Expr, how: str, scope: Scope) -> Emission:
    """Returns the statements that write x to a tensor.

    Args:
        node: the tensor, in canonical form.
        x: the value.
        how: assign, assign_add or assign_sub.
        scope: names and reads.
    """
    if isinstance(node, Opaque):
        raise Refused(f"{node.text} {node.reason}")
    if isinstance(node, Leaf):
        return Emission((), (f"{node.text}.{how}({x.text})",), (node,))
    row = row_for(node)
    if row.kind is Kind.PRODUCT:
        return _write_product(node, x, how, scope)
    if row.kind is Kind.VIEW:
        return _write_view(node, x, how, scope)
    if not row.additive:
        x, how = scope.increased(node, x, how), "assign"
    statements, y = undo(node, x, scope)
    return _write(node.sources[0], y, how, scope).after(*statements)


def _write_product(node: Derived, x: Expr, how: str, scope: Scope) -> Emission:
    """Returns the statements that take x apart and write the parts."""
    row, tf = row_for(node), scope.tf
    nested = len(node.sources) == 1 and is_list(node.sources[0])
    sources = parts_of(node.sources[0], tf) if nested else node.sources
    if not sources:
        raise Refused("how many tensors are put together is not known")
    if row.inverse == "items":
        statements, parts = items_of(sources, x, scope)
        return _write_all(sources, parts, how, scope).after(*statements)
    y = scope.tensor(x, node)
    if len(sources) == 1:
        axis = given(node, "axis")
        one = y.to(f"{tf}.squeeze({y.text}, axis={axis.text if axis else 0})") if row.inverse == "stack" else y
        return _write(sources[0], one, how, scope)
    before, right = taken_apart(node, sources, y, scope)
    names = [scope.name("part", [source]) for source in sources]
    parts = [y.to(name) for name in names]
    emission = _write_list(node.sources[0], parts, how, scope) if nested else _write_all(sources, parts, how, scope)
    return emission.after(*before, f"{', '.join(names)} = {right}")


def _write_all(sources: Sequence[Node], parts: Sequence[Expr], how: str, scope: Scope) -> Emission:
    """Returns the statements that write each part to its tensor."""
    check_apart(sources, scope.tf)
    emission = Emission()
    for source, part in zip(sources, parts, strict=True):
        emission = emission.then(_write(source, part, how, scope))
    return emission


def _write_list(node: Node, parts: Sequence[Expr], how: str, scope: Scope) -> Emission:
    """Returns the statements that write all parts of a list of tensors."""
    assert isinstance(node, Derived)
    if row_for(node).inverse == "items":
        return _write_all(node.sources, parts, how, scope)
    axis, listed = given(node, "axis"), ", ".join(part.text for part in parts)
    if row_for(node).inverse == "split":
        text = f"{scope.tf}.concat([{listed}], axis={axis.text if axis else 0})"
    else:
        text = f"{scope.tf}.stack([{listed}]{f', axis={axis.text}' if axis else ''})"
    return _write(node.sources[0], parts[0].to(text), how, scope)


def _write_view(node: Derived, x: Expr, how: str, scope: Scope) -> Emission:
    """Returns the statements that write a part of a tensor, in the briefest way that there is."""
    if is_list(node):
        raise Refused("a list of tensors is written as a whole; its elements can be")
    check_selector(node)
    simpler = simplify(node, x, scope)
    if simpler is not None:
        return _write(*simpler, how, scope)
    source = view_source(node)
    if isinstance(source, Leaf):
        emission = write_part(source, node, x, how, scope)
        if emission is not None:
            return emission
    y, reads = scope.increased(node, x, how), list(scope.reads)
    modified = modify(node, y, scope, only_brief=True)
    leaf = chain_leaf(node)
    if modified is None and leaf is not None:
        scope.reads[:] = reads if how == "assign" else scope.reads
        return scatter_positions(node, leaf, x, how, scope)
    statements, new = modified or modify(node, y, scope, only_brief=False) or ([], y)
    return _write(source, new, "assign", scope).after(*statements)


def _scatter(node: Node, x: Expr, how: str, indices: Arg | None, scope: Scope) -> Emission:
    """Returns the statements for a scatter of TF1 into a derived tensor."""
    if indices is None:
        raise Refused("the indices of the scatter are not known")
    own = [leaf.text for leaf in leaves(node) if leaf.identity in indices.deps]
    if own and not isinstance(node, Leaf):
        raise Refused(f"{indices.text} selects what is written and reads {own[0]}, which the write changes")
    found = scattered(node, x, how, indices, scope)
    return found if isinstance(found, Emission) else _write(node, found, "assign", scope)

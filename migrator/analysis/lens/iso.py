"""Inverses: a value for a rearranged tensor becomes a value for its source."""

from __future__ import annotations

from collections.abc import Callable

from migrator.analysis.lens.dims import squeezed
from migrator.analysis.lens.dtype import dtype_of, holds, lossless
from migrator.analysis.lens.model import Derived, Expr, Refused, flat, ints
from migrator.analysis.lens.scope import Scope
from migrator.analysis.lens.shape import dims_of, shape_text
from migrator.analysis.lens.text import call, dtype_text, given, operand, read, row_for

Undone = tuple[list[str], Expr]


def undo(node: Derived, x: Expr, scope: Scope) -> Undone:
    """Returns the value for the source of an iso, and the statements that it needs.

    Args:
        node: the iso, in canonical form.
        x: the value for it.
        scope: names and reads.

    Raises:
        Refused: the value can't be put back.
    """
    rule = _RULES[row_for(node).inverse]
    return rule(node, x, scope)


def _same(node: Derived, x: Expr, _scope: Scope) -> Undone:
    """The source is the same tensor."""
    return [], x


def _reshape(node: Derived, x: Expr, scope: Scope) -> Undone:
    """Reshapes to the source's shape."""
    source = node.sources[0]
    y = scope.tensor(x, node)
    return [], y.to(f"{scope.tf}.reshape({y.text}, {shape_text(source, scope.tf)})")


def _transpose(node: Derived, x: Expr, scope: Scope) -> Undone:
    """Transposes by the inverse permutation."""
    y, perm, conjugate = scope.tensor(x, node), given(node, "perm"), given(node, "conjugate")
    order = ints(perm) if perm else None
    more = f", conjugate={conjugate.text}" if conjugate is not None and conjugate.value is not False else ""
    if perm is None or (order is not None and order == tuple(reversed(range(len(order))))):
        return [], y.to(f"{scope.tf}.transpose({y.text}{more})")
    if order is None:
        return [], y.to(f"{scope.tf}.transpose({y.text}, perm={scope.tf}.math.invert_permutation({perm.text}){more})")
    if sorted(order) != list(range(len(order))):
        raise Refused(f"{perm.text} is no permutation")
    inverse = [order.index(axis) for axis in range(len(order))]
    text = perm.text if tuple(inverse) == order else str(inverse)
    return [], y.to(f"{scope.tf}.transpose({y.text}, perm={text}{more})")


def _again(node: Derived, x: Expr, scope: Scope) -> Undone:
    """Applies the same op again."""
    y = scope.tensor(x, node)
    if node.op in ("tensorflow.conj", "tensorflow.linalg.adjoint") or given(node, "conjugate") is not None:
        y = Expr(y.text)
    return [], y.to(call(row_for(node), node, [y.text], scope.tf))


def _expand_dims(node: Derived, x: Expr, scope: Scope) -> Undone:
    """Removes the axis that was added."""
    y = scope.tensor(x, node)
    return [], y.to(f"{scope.tf}.squeeze({y.text}, axis={node.args['axis'].text})")


def _squeeze(node: Derived, x: Expr, scope: Scope) -> Undone:
    """Adds the axis that was removed, or gives the source's shape back if there were several."""
    axis, axes = given(node, "axis"), squeezed(node, dims_of(node.sources[0], scope.tf))
    listed = ints(axis) if axis else axes
    if listed is not None and len(listed) == 1:
        y = scope.tensor(x, node)
        return [], y.to(f"{scope.tf}.expand_dims({y.text}, axis={listed[0]})")
    return _reshape(node, x, scope)


def _roll(node: Derived, x: Expr, scope: Scope) -> Undone:
    """Rolls back."""
    y, shift = scope.tensor(x, node), node.args["shift"]
    known = ints(shift)
    if known is not None:
        back = str([-n for n in known]) if isinstance(shift.value, (list, tuple)) else str(-known[0])
    else:
        back = f"{scope.tf}.negative({shift.text})"
    return [], y.to(f"{scope.tf}.roll({y.text}, shift={back}, axis={node.args['axis'].text})")


def _cast(node: Derived, x: Expr, scope: Scope) -> Undone:
    """Casts back, after a check in the program where it is not known that nothing is lost."""
    source, target = dtype_of(node.sources[0]), dtype_of(node)
    if source is None or target is None:
        raise Refused(f"whether {node.args['dtype'].text} holds every value of the variable is not known")
    if source == target:
        return [], x
    if not lossless(source, target):
        raise Refused(f"a cast from {source} to {target} loses values")
    dtype = dtype_text(node.sources[0], scope.tf)
    y = scope.tensor(x, node)
    if x.elements is not None:
        if not holds(source, x.elements):
            raise Refused(f"{source} doesn't hold the written value exactly")
        return [], y.to(f"{scope.tf}.cast({y.text}, {dtype})")
    before, y = scope.bind(y, "value", node.sources[0])
    name = scope.name("new", [node.sources[0]])
    back = f"{scope.tf}.cast({name}, {node.args['dtype'].text})"
    scope.notes.append(f"the written value must be exact in {source}; the program checks it")
    check = f"{scope.tf}.debugging.assert_equal({back}, {y.text})"
    return [*before, f"{name} = {scope.tf}.cast({y.text}, {dtype})", check], Expr(name)


def _bitcast(node: Derived, x: Expr, scope: Scope) -> Undone:
    """Reads the bits as the source's dtype."""
    y = scope.tensor(x, node)
    return [], Expr(f"{scope.tf}.bitcast({y.text}, {dtype_text(node.sources[0], scope.tf)})")


def _native(native: str, padded: str | None = None) -> Callable[[Derived, Expr, Scope], Undone]:
    """Returns the rule for an op that another one undoes; the argument padded must be all zeros."""

    def rule(node: Derived, x: Expr, scope: Scope) -> Undone:
        y = scope.tensor(x, node)
        if padded is not None:
            arg = node.args[padded]
            if set(flat(arg.value) or (None,)) != {0}:
                raise Refused(f"{padded} that are not known to be zero")
            text = f"{node.args['block_shape'].text}, {operand(arg.text)}"
            return [], y.to(f"{scope.tf}.{native}({y.text}, {text})")
        return [], y.to(call(row_for(node), node, [y.text], scope.tf, native))

    return rule


def _shifted(native: str) -> Callable[[Derived, Expr, Scope], Undone]:
    """Returns the rule for a shift of the middle; TensorFlow can't find the axes of a value of unknown rank."""
    plain = _native(native)

    def rule(node: Derived, x: Expr, scope: Scope) -> Undone:
        dims = dims_of(node, scope.tf)
        if given(node, "axes") is not None or x.shape is not None:
            return plain(node, x, scope)
        y, tf = scope.tensor(x, node), scope.tf
        axes = f"{tf}.range({tf}.rank({read(node.sources[0], tf)}))" if dims is None else list(range(len(dims)))
        return [], y.to(f"{tf}.{native}({y.text}, axes={axes})")

    return rule


_RULES: dict[str, Callable[[Derived, Expr, Scope], Undone]] = {
    "same": _same,
    "reshape": _reshape,
    "transpose": _transpose,
    "again": _again,
    "expand_dims": _expand_dims,
    "squeeze": _squeeze,
    "roll": _roll,
    "cast": _cast,
    "bitcast": _bitcast,
    "depth_to_space": _native("nn.depth_to_space"),
    "space_to_depth": _native("nn.space_to_depth"),
    "ifftshift": _shifted("signal.ifftshift"),
    "fftshift": _shifted("signal.fftshift"),
    "batch_to_space": _native("batch_to_space", "paddings"),
    "space_to_batch": _native("space_to_batch", "crops"),
}

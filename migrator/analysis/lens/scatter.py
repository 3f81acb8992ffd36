"""Scatters: into derived tensors, and ``tf.tensor_scatter_nd_*`` run as if it wrote to its variable."""

from __future__ import annotations

from collections import Counter

from migrator.analysis.lens.model import Arg, Derived, Emission, Expr, Leaf, Node, Plan, Refusal, Refused, Shape, flat
from migrator.analysis.lens.scope import Scope
from migrator.analysis.lens.shape import shape_text
from migrator.analysis.lens.text import PLAIN, operand, primary

_PLAIN_VERBS = ("update", "add", "sub", "min", "max")


def scattered(node: Node, x: Expr, how: str, indices: Arg, scope: Scope) -> Emission | Expr:
    """Returns the scatter of a variable, or the value to assign to a derived tensor instead.

    Args:
        node: the target, in canonical form.
        x: the updates.
        how: ``scatter_update``, ``scatter_nd_add`` and so on.
        indices: the rows (elements, for ``scatter_nd_*``) that are written.
        scope: names and reads.

    Raises:
        Refused: there is no such scatter.
    """
    while isinstance(node, Derived) and node.op in PLAIN:
        node = node.sources[0]
    nd = how.startswith("scatter_nd_")
    verb = how.removeprefix("scatter_nd_" if nd else "scatter_")
    tf = scope.tf
    if isinstance(node, Leaf):
        amount = f"{indices.text}, {x.text}" if nd else f"{tf}.IndexedSlices({x.text}, {indices.text})"
        return Emission((), (f"{primary(node.text)}.{how}({amount})",), (node,))
    y = scope.tensor(x, node)
    at = indices.text if nd else f"{tf}.expand_dims({indices.text}, -1)"
    if verb in _PLAIN_VERBS:
        return Expr(f"{tf}.tensor_scatter_nd_{verb}({scope.read(node)}, {at}, {y.text})")
    if verb not in ("mul", "div"):
        raise Refused(f"{how} of a derived tensor")
    rows = flat(indices.value)
    if nd or rows is None or max(Counter(rows).values(), default=0) > 1:
        raise Refused(f"the indices {indices.text} of {how} are not known to be different")
    old = f"{tf}.gather({scope.read(node)}, {indices.text})"
    new = f"{old} {'*' if verb == 'mul' else '/'} {operand(y.text)}"
    return Expr(f"{tf}.tensor_scatter_nd_update({scope.read(node)}, {at}, {new})")


def scatter_put(
    variable: Leaf,
    indices: Arg,
    updates: str,
    *,
    tf: str = "tf",
    verb: str = "update",
    indices_shape: Shape | None = None,
    updates_shape: Shape | None = None,
) -> Plan | Refusal:
    """Returns the write that ``tf.tensor_scatter_nd_update(v, i, u)``, run as if it wrote, was meant to be.

    With flat indices (of depth 1, one for each update) into a variable of higher rank, it is the same on the flattened
    variable; TF1 can't even build that, since such indices select rows.

    Args:
        variable: v.
        indices: i.
        updates: source text of u.
        tf: the name of TensorFlow in the program.
        verb: update, add, sub, min or max.
        indices_shape: static shape of i as far as it is known.
        updates_shape: static shape of u as far as it is known.
    """
    if variable.identity in indices.deps:
        return Refusal(f"{indices.text} selects what is written and reads {variable.text}")
    text = primary(variable.text)
    flat_form = _is_flat(variable.shape, indices_shape, updates_shape)
    if flat_form is None:
        return Refusal("whether the indices select rows or elements is not known: the shapes of both are needed")
    if isinstance(flat_form, str):
        return Refusal(flat_form)
    if not flat_form:
        return Plan((f"{text}.scatter_nd_{verb}({indices.text}, {updates})",), (variable,))
    new = f"{tf}.tensor_scatter_nd_{verb}({tf}.reshape({variable.text}, [-1]), {indices.text}, {updates})"
    note = f"the indices count the elements of {variable.text} in row-major order"
    statement = f"{text}.assign({tf}.reshape({new}, {shape_text(variable, tf)}))"
    return Plan((statement,), (variable,), (variable,), (note,))


def _is_flat(variable: Shape | None, indices: Shape | None, updates: Shape | None) -> bool | str | None:
    """Returns whether indices count elements of the flattened variable; None: not known; text: neither way fits."""
    if indices is None or updates is None or not indices:
        return None
    depth = indices[-1]
    if variable is not None and depth is not None:
        if len(updates) == len(indices) - 1 + len(variable) - depth and depth <= len(variable):
            return False
        if depth == 1 and len(updates) == len(indices) - 1:
            return True
        return f"updates of shape {updates} fit neither rows nor elements of {variable} at indices of shape {indices}"
    return None

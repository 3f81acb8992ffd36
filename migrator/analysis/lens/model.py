"""What the lens engine takes and gives: trees of derived tensors, values, plans and refusals."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final


class _Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Leaf:
    """A variable.

    Attributes:
        text: how to write it in code, for example ``self.w``; a name, attribute, call or subscript.
        shape: its static shape. None: not known to the analysis, but static when the program runs. A None dimension
            is read with ``tf.shape``.
        dtype: name of its dtype, for example ``float32``.
        identity: equal for equal variables; hashable.
        dynamic: its shape may change while the program runs (``validate_shape=False``): read it with ``tf.shape``.
    """

    text: str
    shape: Shape | None
    dtype: str | None
    identity: object
    dynamic: bool = False


@dataclass(frozen=True)
class Arg:
    """An argument of an op.

    Attributes:
        text: its source text; for a subscript the text between the brackets.
        value: its Python value, `UNKNOWN` if not statically known; `UNKNOWN` may also stand inside a tuple or list.
        deps: identities of the variables whose values it reads (reading a shape doesn't count).
    """

    text: str
    value: object = UNKNOWN
    deps: frozenset[object] = frozenset()


@dataclass(frozen=True)
class Opaque:
    """A leaf that is no variable.

    Attributes:
        text: its source text.
        reason: what it is instead, as the end of a sentence ("is a constant").
    """

    text: str
    reason: str = "is no variable"


@dataclass(frozen=True)
class Derived:
    """A tensor (or list of tensors) that an op makes from others.

    Attributes:
        op: canonical TF1 symbol (``tensorflow.concat``), or ``subscript`` (args: key), ``index`` (element of a list,
            args: i), ``tuple``, ``list``, ``read_value``, ``value``.
        sources: the tensors; a single source that is a list (a split, an unstack, a list) stands for its elements.
        args: the other arguments by TF1 keyword.
    """

    op: str
    sources: tuple[Node, ...]
    args: Mapping[str, Arg] = field(default_factory=dict)


Node = Leaf | Derived | Opaque


@dataclass(frozen=True)
class Value:
    """What is written.

    Attributes:
        text: source text.
        tensor: it is a tensor of the right dtype. False: a Python or NumPy value, which TF1's assign converted.
        shape: its static shape if known.
        value: its Python value if statically known.
    """

    text: str
    tensor: bool = True
    shape: Shape | None = None
    value: object = UNKNOWN

    @classmethod
    def of(cls, value: str | Value) -> Value:
        """Returns value itself, or what can be seen in its text: a literal is a Python value."""
        if isinstance(value, Value):
            return value
        try:
            literal = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return cls(value)
        return cls(value, tensor=False, value=literal)


@dataclass(frozen=True)
class Plan:
    """The writes that replace one derived write.

    Attributes:
        statements: native TF2 statements; every right-hand side that a write could change is computed before it.
        writes: variables written, each once, in the order of the writes.
        reads: variables whose old values the statements read.
        notes: things the user should know, for the diagnostic.
    """

    statements: tuple[str, ...]
    writes: tuple[Leaf, ...]
    reads: tuple[Leaf, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why a write can't be put back into variables, as a sentence without a full stop."""

    reason: str


class Refused(Exception):
    """Raised inside the engine; becomes a `Refusal`."""


@dataclass(frozen=True)
class Expr:
    """A right-hand side on its way to the variables.

    Attributes:
        text: source text.
        raw: a Python or NumPy value, not yet a tensor.
        elements: its elements if statically known (in any order).
        shape: its static shape if known.
    """

    text: str
    raw: bool = False
    elements: tuple[object, ...] | None = None
    shape: Shape | None = None

    def to(self, text: str) -> Expr:
        """Returns a tensor with the same elements in another layout, written as text."""
        return Expr(text, elements=self.elements)


@dataclass(frozen=True)
class Emission:
    """Statements for one part of a target: preparations, then writes, and the variables that they write."""

    before: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    leaves: tuple[Leaf, ...] = ()

    def after(self, *statements: str) -> Emission:
        """Returns the same with statements in front of the preparations."""
        return replace(self, before=(*statements, *self.before))

    def then(self, other: Emission) -> Emission:
        """Returns both; the other's preparations move in front of all writes unless they share a variable."""
        mine = {leaf.identity for leaf in self.leaves}
        leaves = self.leaves + other.leaves
        if any(leaf.identity in mine for leaf in other.leaves):
            return Emission(self.before, (*self.writes, *other.before, *other.writes), leaves)
        return Emission((*self.before, *other.before), (*self.writes, *other.writes), leaves)


def flat(value: object) -> tuple[object, ...] | None:
    """Returns the elements of a nested list or tuple, or None if part of it is not known."""
    if isinstance(value, (list, tuple)):
        parts = [flat(item) for item in value]
        return None if None in parts else tuple(item for part in parts if part is not None for item in part)
    return None if value is UNKNOWN else (value,)


def ints(arg: Arg | None) -> tuple[int, ...] | None:
    """Returns the value of a list-like (or single) integer argument, or None if not statically known."""
    if arg is None:
        return None
    elements = flat(arg.value)
    if elements is None or not all(isinstance(item, int) and not isinstance(item, bool) for item in elements):
        return None
    return tuple(item for item in elements if isinstance(item, int))


def integer(arg: Arg | None, default: int | None = None) -> int | None:
    """Returns the value of an integer argument, default if there is none, or None if not statically known."""
    if arg is None or arg.value is None:
        return default
    return arg.value if isinstance(arg.value, int) and not isinstance(arg.value, bool) else None


def leaves(node: Node) -> tuple[Leaf, ...]:
    """Returns the variables of a tree in order, repeated as they occur."""
    if isinstance(node, Leaf):
        return (node,)
    if isinstance(node, Opaque):
        return ()
    return tuple(leaf for source in node.sources for leaf in leaves(source))

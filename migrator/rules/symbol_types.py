"""What the rules for single symbols share: their context, their outcomes, and the use of a symbol that they rewrite."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from migrator.model import Rule, Severity
from migrator.syntax.text import Edit, SourceText


class Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()
Note = tuple[str, Severity, str]  # code, severity, message

COMPAT = "MIG301"  # a pure function stays on tf.compat.v1
BEHAVIOUR = "MIG302"  # the conversion is complete, but something is worth knowing

COMPAT_RULE = Rule(
    COMPAT,
    "kept-on-compat",
    "A pure function without native equal stays on tf.compat.v1.",
    "It needs no session and holds no state, so it works in TensorFlow 2 as it is.",
    before="z = tf.div(x, y)",
    after="z = tf.compat.v1.div(x, y)",
)
BEHAVIOUR_RULE = Rule(
    BEHAVIOUR,
    "worth-knowing",
    "The conversion is complete, but something about it is worth knowing.",
    "For example an initializer that draws from the same distribution with other numbers.",
)


@dataclass(frozen=True, slots=True)
class SymbolRewrite:
    """How one use of a symbol is rewritten.

    Attributes:
        edits: of the text around the use, in character offsets.
        diagnostics: (code, severity, message).
        imports: statements that the new text needs, for example ``from absl import flags``.
    """

    edits: tuple[Edit, ...] = ()
    diagnostics: tuple[Note, ...] = ()
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SymbolRefusal:
    """Why one use of a symbol can't be rewritten, and what a person can do."""

    message: str


Outcome = SymbolRewrite | SymbolRefusal | None


class SymbolContext(Protocol):
    """What a rule may ask about the file."""

    source: SourceText

    def spell(self, symbol: str) -> str:
        """Return a TF2 symbol in the words of this file: ``tensorflow.math.log`` -> ``tf.math.log``."""

    def literal(self, node: ast.expr) -> object:
        """Return the Python value of an expression if it is statically known, else `UNKNOWN`."""

    def dtype(self, node: ast.expr) -> str | None:
        """Return the static dtype name of a tensor expression, if known."""

    def shape(self, node: ast.expr) -> tuple[int | None, ...] | None:
        """Return the static shape of a tensor expression, if it is certain."""

    def rank(self, node: ast.expr) -> int | None:
        """Return the static rank of a tensor expression, if known."""


class PartialCall(ast.Call):
    """What functools.partial was given: more arguments come when it is called."""


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a TF1 symbol.

    Attributes:
        symbol: canonical TF1 name.
        node: the Name or Attribute.
        call: the call of it, or None where it is used as a value.
        context: see `SymbolContext`.
    """

    symbol: str
    node: ast.expr
    call: ast.Call | None
    context: SymbolContext

    @property
    def short(self) -> str:
        """The symbol as people write it."""
        return "tf." + self.symbol.removeprefix("tensorflow.")

    def spell(self, name: str) -> str:
        """Spell a TF2 name that is given without ``tensorflow.``."""
        return self.context.spell("tensorflow." + name)

    def value(self, text: str) -> SymbolRewrite:
        """Replace the symbol itself."""
        start, end = self.context.source.range(self.node)
        return SymbolRewrite((Edit(start, end, text),))


Handler = Callable[[Use], Outcome]


def info(code: str, message: str) -> Note:
    """Return a note of severity info."""
    return code, Severity.INFO, message


def keep_compat(use: Use) -> SymbolRewrite:
    """Spell a pure function through tf.compat.v1 and say so."""
    name = use.symbol.removeprefix("tensorflow.")
    rewrite = use.value(use.spell(f"compat.v1.{name}"))
    note = info(COMPAT, f"{use.short} has no native equal with the same numbers: it is kept as tf.compat.v1.{name}")
    told = name == "losses.Reduction"  # by the loss that takes it
    return SymbolRewrite(rewrite.edits, () if told else (note,))


def value_on_compat(use: Use) -> SymbolRewrite:
    """Keep a pure function whose arguments changed as TF1's, where it is used as a value: its callers stay right."""
    name = use.symbol.removeprefix("tensorflow.")
    rewrite = use.value(use.spell(f"compat.v1.{name}"))
    why = f"{use.short} is used as a value and is called in another way in TF2: it is kept as tf.compat.v1.{name}"
    return SymbolRewrite(rewrite.edits, (info(COMPAT, why),))

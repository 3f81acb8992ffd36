"""What the parts of the lens interpreter share: new names, and what was read on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from migrator.analysis.lens.model import Expr, Leaf, Node, leaves
from migrator.analysis.lens.text import base_name, is_name, operand, read, tensor


@dataclass
class Scope:
    """The surroundings of one write.

    Attributes:
        tf: the name of TensorFlow in the program.
        fresh: makes a name that is free from a wish.
        reads: variables whose old values the statements read.
        notes: for the diagnostic.
    """

    tf: str
    fresh: Callable[[str], str]
    reads: list[Leaf] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def read(self, node: Node) -> str:
        """Returns the expression that reads a node, and notes that it is read."""
        self.reads.extend(leaf for leaf in leaves(node) if leaf not in self.reads)
        return read(node, self.tf)

    def name(self, prefix: str, nodes: Sequence[Node]) -> str:
        """Returns a new name made of a prefix and the names of variables."""
        return self.fresh(f"{prefix}_{base_name(nodes)}")

    def bind(self, x: Expr, prefix: str, node: Node) -> tuple[list[str], Expr]:
        """Returns x so that it can be written more than once, with the statement that makes it so if one is needed."""
        if is_name(x.text):
            return [], x
        name = self.name(prefix, [node])
        return [f"{name} = {x.text}"], Expr(name, x.raw, x.elements, x.shape)

    def tensor(self, x: Expr, node: Node) -> Expr:
        """Returns x as a tensor of node's dtype."""
        return tensor(x, node, self.tf)

    def increased(self, node: Node, x: Expr, how: str, old: str | None = None) -> Expr:
        """Returns what is to be assigned to node (whose text is old) where x is to be assigned, added or subtracted."""
        if how == "assign":
            return x
        amount = x if x.elements is not None else self.tensor(x, node)
        sign = "+" if how == "assign_add" else "-"
        text = self.read(node)
        return Expr(f"{old or text} {sign} {operand(amount.text)}", shape=x.shape)

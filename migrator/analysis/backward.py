"""The backward pass that a gradient makes in TensorFlow 1: which values it waits for, which variables it reads.

TensorFlow 1 runs only what something waits for. The gradient of ``sum(v * v)`` reads `v`, not the sum, so that the sum
is not ordered before an update of `v`; the gradient by `a` of ``a * b`` reads `b`, beside an update of `b`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from migrator.analysis.values import Node, Value, Var
from migrator.tables import gradients as table

GATE_NONE, GATE_OP, GATE_GRAPH = 0, 1, 2


@dataclass(eq=False)
class Backward:
    """One call that takes gradients.

    Args:
        call: the node that stands for the call, for its place and its control dependencies.
        ys: what is differentiated.
        xs: by what.
        gate: GATE_NONE (tf.gradients): the gradients of one op by its operands don't wait for each other; GATE_OP
            (compute_gradients, minimize): they do; GATE_GRAPH: all wait for all.
    """

    ys: tuple[Value, ...]
    xs: tuple[Value, ...]
    gate: int
    control: tuple[Node, ...] = ()
    _waits: dict[Value, tuple[Node, ...]] = field(default_factory=dict)

    def waits(self, x: Value) -> tuple[Node, ...]:
        """Return what the gradient by `x` waits for, directly or through ``op="gradient"`` nodes.

        These are values of the forward pass and the gradient's own reads of variables: nodes with ``op="backward"`` and
        the variable as input.
        """
        if not self._waits:
            self._trace()
        return self._waits.get(x, ())

    @property
    def everything(self) -> tuple[Node, ...]:
        """What all its gradients wait for."""
        return tuple(dict.fromkeys(node for x in self.xs for node in self.waits(x)))

    @cached_property
    def _forward(self) -> list[Node]:
        """The forward nodes through which a gradient may pass, inputs first."""
        order: list[Node] = []
        seen: set[int] = set()
        stack: list[tuple[Value, bool]] = [(y, False) for y in self.ys]
        while stack:
            value, done = stack.pop()
            if not isinstance(value, Node):
                continue
            if done:
                order.append(value)
                continue
            if id(value) in seen or value.op in table.CUTS:
                continue
            seen.add(id(value))
            stack.append((value, True))
            stack.extend((i, False) for i in value.inputs)
        return order

    @cached_property
    def _dynamic(self) -> set[int]:
        """The forward nodes whose shape is known only when the graph runs: made of a placeholder without a shape."""
        found: set[int] = set()
        for node in self._forward:
            loose = node.op == "placeholder" and (node.shape is None or None in node.shape)
            scalar = node.op in table.SCALARS or (node.op in table.REDUCTIONS and not table.AXES & node.call.keys())
            if loose or (not scalar and any(id(i) in found for i in node.inputs)):
                found.add(id(node))
        return found

    def _trace(self) -> None:
        """Follow the gradient from `ys` to each of `xs`.

        The gradient that arrives at a value is a node (``op="gradient"``) that waits for what its step reads and for
        the gradients of the values made of it, so that the whole pass is as large as the forward pass.
        """
        reaching = {id(x) for x in self.xs}  # what is made of `xs`
        arriving: dict[int, Node] = {}
        reads: list[Node] = []

        def gradient(value: Node | Var) -> Node:
            if id(value) not in arriving:
                arriving[id(value)] = Node(value.expr, value.stmt, value.module, op="gradient")
            return arriving[id(value)]

        for node in self._forward:
            passing = [(i, v) for i, v in enumerate(node.inputs) if id(v) in reaching and isinstance(v, (Node, Var))]
            if not passing:
                continue
            reaching.add(id(node))
            found = {i: self._read(node, i) for i, _ in passing}
            together = list(dict.fromkeys(n for part in found.values() for n in part))
            reads += together
            for i, value in passing:
                at = gradient(value)
                at.inputs = (*at.inputs, *(together if self.gate else found[i]), gradient(node))
        every = tuple(dict.fromkeys(reads)) if self.gate == GATE_GRAPH else ()
        for x in self.xs:
            here = arriving.get(id(x))
            self._waits[x] = () if here is None else (here, *every)

    def _read(self, node: Node, index: int) -> list[Node]:
        """Return what the gradient of one op by one of its operands reads."""
        family = table.BINARY.get(node.operator) if node.op == "binop" else None
        if node.op in table.LINEAR or family is table.LINEAR:
            sized = node.op in table.SHAPED and any(id(i) in self._dynamic for i in node.inputs)
            return [i for i in node.inputs if isinstance(i, Node)] if sized else []
        others = [v for i, v in enumerate(node.inputs) if i != index]
        if node.op in table.PRODUCTS or family is table.PRODUCTS:
            return self._values(node, others)
        found = self._values(node, node.inputs)
        return found if node.op in table.OF_OPERANDS or family is table.OF_OPERANDS else [*found, node]

    def _values(self, node: Node, operands: Iterable[Value]) -> list[Node]:
        """Return the nodes of operands; one that shares a variable's memory is read now, in the backward pass."""
        found: list[Node] = []
        for value in operands:
            if isinstance(value, Node):
                found.append(value)
            variable = held(value)
            if variable is not None:
                found.append(Node(node.expr, node.stmt, node.module, op="backward", inputs=(variable,), by=node,
                                  control=self.control))  # fmt: skip
        return found


def held(value: Value) -> Var | None:
    """Return the variable whose memory a value shares in TensorFlow 1, if it does."""
    while isinstance(value, Node) and value.op in table.ALIASES and value.inputs:
        value = value.inputs[0]
    return value if isinstance(value, Var) else None

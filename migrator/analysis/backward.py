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
        """Return what the gradient by `x` waits for: values of the forward pass, and its own reads of variables.

        The reads are nodes of their own, with ``op="backward"`` and the variable as input.
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
        """Follow the gradient from `ys` to each of `xs`."""
        bits = {id(x): 1 << number for number, x in enumerate(self.xs)}
        below: dict[int, int] = dict(bits)  # value -> the xs that it is made of
        for node in self._forward:
            found = bits.get(id(node), 0)
            for value in node.inputs:
                found |= below.get(id(value), 0)
            below[id(node)] = found
        waits: list[dict[Node, None]] = [{} for _ in self.xs]

        def wait(mask: int, nodes: Iterable[Node]) -> None:
            for number, mine in enumerate(waits):
                if mask >> number & 1:
                    mine.update(dict.fromkeys(nodes))

        for node in self._forward:
            parts = [(i, below.get(id(value), 0)) for i, value in enumerate(node.inputs)]
            passing = [(i, mask) for i, mask in parts if mask]
            every = 0
            for _, mask in passing:
                every |= mask
            for i, mask in passing:
                reached = every if self.gate else mask
                wait(reached, self._read(node, i))
        if self.gate == GATE_GRAPH:
            wait((1 << len(waits)) - 1, dict.fromkeys(n for mine in waits for n in mine))
        self._waits = {x: tuple(mine) for x, mine in zip(self.xs, waits, strict=True)}

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
                found.append(Node(node.expr, node.stmt, node.module, op="backward", inputs=(variable,),
                                  control=self.control))  # fmt: skip
        return found


def held(value: Value) -> Var | None:
    """Return the variable whose memory a value shares in TensorFlow 1, if it does."""
    while isinstance(value, Node) and value.op in table.ALIASES and value.inputs:
        value = value.inputs[0]
    return value if isinstance(value, Var) else None

"""Reads and writes of one variable in one run that TensorFlow 1 leaves without an order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migrator.analysis.values import Effect, Node, Seq, Value, Var, leaves
from migrator.tables.gradients import ALIASES

TRAINING = frozenset({"minimize", "apply"})
MADE = frozenset({"backward", "gradient"})  # nodes of the backward pass


@dataclass(frozen=True)
class Race:
    """A write, the read or other write that is not ordered against it, and the variable.

    Attributes:
        likely: it is a read of the forward pass that the update does not wait for, but it waits for as much of the
            same pass: TensorFlow 1 reads first unless a thread is held up.
    """

    write: Effect
    other: Node
    variable: Var
    likely: bool = False


def races(effects: list[Effect], fetched: Iterable[Value]) -> list[Race]:
    """Return reads and writes that TF1 doesn't order against a write of the same variable in one run.

    A read is ordered if the write waits for it or it waits for the write; a bare fetched variable is read last.

    Args:
        effects: all effects of the run.
        fetched: the fetched values.
    """
    values = [v for v in fetched if isinstance(v, Node)]
    nodes = _waited([*effects, *values])
    # only one branch of a conditional runs, after its predicate; inside it a tf.function keeps program order
    controls = [{id(a) for a in n.ancestors()} for n in nodes.values() if n.op == "control"]
    touching: dict[int, list[Node]] = {}
    for node in nodes.values():
        for variable in {i for i in node.inputs if isinstance(i, Var)} | set(getattr(node, "writes", ())):
            if _touches(node, variable):
                touching.setdefault(id(variable), []).append(node)
    order = _Order(nodes)
    found: list[Race] = []
    for effect in effects:
        if effect.kind in {"init", "group", "noop"}:
            continue
        for variable in effect.writes:
            for node in touching.get(id(variable), ()):
                if node is effect or _shares_group(node, effect):
                    continue
                if order.waits(effect, variable, node):
                    continue
                if order.waits(node, variable, effect):
                    # the backward pass reads the new value in TF1; a tape has the one of the forward pass
                    if node.op == "backward" and isinstance(node.by, Node) and not order.waits(node.by, None, effect):
                        found.append(Race(effect, node, variable))
                    continue
                if any({id(node), id(effect)} <= c for c in controls):
                    continue
                likely = not any(order.waits(e, None, node) for e in effects) and _as_deep(
                    effect, node, _waited(_waits(effect, variable))
                )
                found.append(Race(effect, node, variable, likely))
    found.extend(_resources(effects, fetched))
    return found


def _resources(effects: list[Effect], fetched: Iterable[Value]) -> Iterator[Race]:
    """Yield fetched resource variables beside a write: unlike others they are not read last."""
    held = {id(v): v for v in fetched if isinstance(v, Var) and v.resource}
    for effect in effects if held else ():
        for variable in effect.writes:
            if id(variable) in held and effect.kind not in {"init", "group", "noop"}:
                yield Race(effect, effect, variable)


class _Order:
    """What waits for what, as one bit for each node: to look it up costs the same in graphs of any size.

    Args:
        nodes: all nodes of the run, by identity.
    """

    def __init__(self, nodes: dict[int, Node]) -> None:
        self.bits = {key: 1 << number for number, key in enumerate(nodes)}
        self.known: dict[int, int] = {}  # node -> itself and all that it waits for
        self.of_updates: dict[tuple[int, int], int] = {}

    def waits(self, node: Node, variable: Var | None, other: Node) -> bool:
        """Tell whether a node (of a training operation: its update of one variable) waits for another."""
        key = (id(node), id(variable) if isinstance(node, Effect) else 0)
        if key not in self.of_updates:
            self.of_updates[key] = self._mask(_waits(node, variable))
        return bool(self.of_updates[key] & self.bits.get(id(other), 0))

    def _mask(self, values: Iterable[Value]) -> int:
        mask = 0
        for value in values:
            if isinstance(value, Node):
                self._settle(value)
                mask |= self.known[id(value)]
        return mask

    def _settle(self, root: Node) -> None:
        stack = [(root, False)]
        while stack:
            node, done = stack.pop()
            if id(node) in self.known and not done:
                continue
            parts = [v for v in _waits(node, None) if isinstance(v, Node)]
            if done:
                mask = self.bits.get(id(node), 0)
                for part in parts:
                    mask |= self.known[id(part)]
                self.known[id(node)] = mask
            else:
                self.known[id(node)] = 0
                stack.append((node, True))
                stack.extend((part, False) for part in parts if id(part) not in self.known)


def _waits(node: Node, variable: Var | None) -> list[Value]:
    """Return what a node waits for; for a training operation, what its update of one variable waits for (None: all)."""
    backward = node.backward
    if isinstance(node, Effect) and node.kind == "minimize" and backward is not None:
        loss = node.detail.get("loss")
        rates = [v for v in node.inputs if v is not loss]
        mine = backward.waits(variable) if variable in backward.xs and variable is not None else backward.everything
        return [*mine, *rates, *node.control]
    if isinstance(node, Effect) and node.kind == "apply" and variable is not None:
        return [*_gradients_of(node, variable), *node.control]
    if backward is not None and node.by is not None:
        return [*backward.waits(node.by), *node.control]
    return [*node.inputs, *node.control]


def _gradients_of(effect: Effect, variable: Var) -> list[Value]:
    """Return what apply_gradients waits for before it updates one variable."""
    pairs = effect.detail.get("pairs")
    rows = pairs.items if isinstance(pairs, Seq) else None
    if rows is None or variable is effect.detail.get("global_step"):
        return list(effect.inputs)  # which gradient is for which variable is not known; the step is counted last
    held = {id(leaf) for row in rows for leaf in leaves(row)}
    mine = [leaf for row in rows if any(leaf is variable for leaf in leaves(row)) for leaf in leaves(row)]
    return [*mine, *[v for v in effect.inputs if id(v) not in held]]


def _waited(values: Iterable[Value]) -> dict[int, Node]:
    """Return the nodes among some values and all that they wait for."""
    found: dict[int, Node] = {}
    stack = list(values)
    while stack:
        value = stack.pop()
        if isinstance(value, Node) and id(value) not in found:
            found[id(value)] = value
            stack.extend(_waits(value, None))
    return found


def _as_deep(effect: Effect, node: Node, before: dict[int, Node]) -> bool:
    """Tell whether an update waits for as many steps of the forward pass as one of its own reads takes."""
    if effect.kind not in TRAINING or isinstance(node, Effect) or node.op in MADE:
        return False
    passes = {id(b): b for b in (n.backward for n in [effect, *before.values()]) if b is not None}
    forward = {id(a) for b in passes.values() for y in b.ys if isinstance(y, Node) for a in y.ancestors()}
    if id(node) not in forward:
        return False
    depths: dict[int, int] = {}
    waited = [_depth(n, depths) for n in before.values() if id(n) in forward and n.op not in MADE]
    return max(waited, default=0) >= _depth(node, depths)


def _depth(node: Node, known: dict[int, int]) -> int:
    """Return how many operations stand above a value, itself included."""
    stack: list[Node] = [node]
    while stack:
        top = stack[-1]
        parts = [i for i in top.inputs if isinstance(i, Node)] if top.backward is None else []
        left = [i for i in parts if id(i) not in known]
        if left and id(top) not in known:
            stack.extend(left)
            continue
        own = 0 if top.op == "placeholder" else 1
        known[id(top)] = own + max((known[id(i)] for i in parts), default=0)
        stack.pop()
    return known[id(node)]


def shared_memory(effects: list[Effect], fetched: Iterable[Value]) -> Iterator[tuple[Effect, Node, Var]]:
    """Yield reads that share a variable's memory in TF1, are made before a write of it and used after it."""
    nodes = {
        id(a): a for v in [*effects, *fetched] if isinstance(v, Node) for a in v.ancestors() if isinstance(a, Node)
    }
    sharing = [n for n in nodes.values() if n.op in ALIASES and not isinstance(n, Effect)]
    for effect in effects if sharing else ():
        before = {id(a) for a in effect.ancestors()}
        for node in sharing:
            variable = next((i for i in node.inputs if isinstance(i, Var) and i in effect.writes), None)
            if variable is None or id(node) not in before:
                continue
            for user in nodes.values():
                if user is not effect and node in user.inputs and any(a is effect for a in user.ancestors()):
                    yield effect, node, variable
                    break


def _touches(node: Node, variable: Var) -> bool:
    """Tell whether a node itself reads or writes a variable."""
    if isinstance(node, Effect):
        return node.kind not in {"group", "init", "noop"} and (
            variable in node.writes or (node.kind != "minimize" and any(i is variable for i in node.inputs))
        )
    if node.backward is not None:
        return False  # what a gradient reads are nodes of their own
    return node.op not in {"static", "set_shape"} and any(i is variable for i in node.inputs)


def _shares_group(node: Node, effect: Effect) -> bool:
    """A control-flow op that holds the effect is no second write."""
    return node.op == "control" and any(i is effect for i in node.inputs)

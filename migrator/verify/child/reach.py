"""What a `Session.run` executes: the operations that its fetches reach, feeds cut off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

WRITES = ("Assign", "Apply", "Scatter", "SparseApply", "ResourceApply", "ResourceSparseApply", "ResourceScatter")


class Reach:
    """The part of a graph that one run executes.

    Attributes:
        draws: (key, seed tensor, whether the program seeded it) of each random operation, in order.
        initialised: the variables whose initializers run.
        written: the variables that operations other than initializers write.
        writes: there is such an operation.
    """

    def __init__(
        self, draws: list[tuple[str, Any, bool]], initialised: list[Any], writes: bool, written: list[Any]
    ) -> None:
        self.draws = draws
        self.initialised = initialised
        self.writes = writes
        self.written = written


def operations(targets: Iterable[Any], fed: frozenset[str] = frozenset()) -> set[Any]:
    """Return the operations that run when `targets` do.

    Args:
        targets: operations.
        fed: names of tensors that are fed.
    """
    found: set[Any] = set()
    pending = list(targets)
    while pending:
        op = pending.pop()
        if op in found:
            continue
        found.add(op)
        pending.extend(tensor.op for tensor in op.inputs if tensor.name not in fed)
        pending.extend(op.control_inputs)
    return found


class Reaches:
    """Finds and remembers `Reach` objects of one graph."""

    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.draws: list[tuple[Any, str, Any, bool]] = []  # (operation, key, seed tensor, seeded)
        self._known: dict[Any, Reach] = {}

    def of(self, targets: list[Any], fed: frozenset[str]) -> Reach:
        """Return what runs.

        Args:
            targets: operations that are fetched, or whose tensors are.
            fed: names of the tensors fed.
        """
        variables = all_variables(self.graph)
        key = (tuple(op.name for op in targets), fed, self.graph.version, len(variables))
        if key not in self._known:
            ops = operations(targets, fed)
            draws = [(name, seed, seeded) for op, name, seed, seeded in self.draws if op in ops]
            initialised = [v for v in variables if v.initializer in ops]
            initializers = {v.initializer for v in variables}
            writing = [  # ScatterNd makes a new tensor
                op for op in ops if op.type.startswith(WRITES) and op.type != "ScatterNd" and op not in initializers
            ]
            targets_of = {op.inputs[0].op for op in writing if len(op.inputs)}
            written = [v for v in variables if _holder(v) in targets_of]
            self._known[key] = Reach(draws, initialised, bool(writing), written)
        return self._known[key]

    def is_random(self, variable: Any) -> bool:
        """Tell whether a variable's initializer draws random numbers."""
        ops = operations([variable.initializer])
        return any(draw[0] in ops for draw in self.draws) or any("Random" in op.type for op in ops)


def _holder(variable: Any) -> Any:
    """Return the operation that holds a variable."""
    holder = variable.handle if hasattr(variable, "handle") else variable._as_graph_element()
    return holder.op


def all_variables(graph: Any) -> list[Any]:
    """Return the variables of a graph in order of creation, without touching its default-graph stack."""
    found: list[Any] = []
    for name in ("variables", "local_variables"):
        for variable in graph._collections.get(name, []):
            if hasattr(variable, "initializer") and not any(variable is other for other in found):
                found.append(variable)
    return found

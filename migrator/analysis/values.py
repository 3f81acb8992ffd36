"""The abstract values of the analysis.

Python-time values are `Py` (and containers, functions, modules), state made once is `Var`, `Opt`, `Sess`; tensors and
operations of the graph are `Node`s, linked by their inputs and control dependencies, so that ancestors answer what a
fetch reads, is fed, draws and writes. `Top` is a value that could be anything; it carries the reason.
"""

from __future__ import annotations

import ast
import enum
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.analysis.backward import Backward
    from migrator.analysis.modules import ModuleSource


class _Unknown:
    """The Python value that is not statically known."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False


UNKNOWN = _Unknown()
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_numbers = itertools.count()


class Dep(enum.Flag):
    """What keeps a tensor from being a constant that can be computed once."""

    NONE = 0
    VARIABLE = enum.auto()
    PLACEHOLDER = enum.auto()
    RANDOM = enum.auto()
    EFFECT = enum.auto()
    STATEFUL = enum.auto()
    UNKNOWN = enum.auto()


@dataclass(eq=False)
class Value:
    """Any abstract value; identity is the object's."""


@dataclass(eq=False)
class Py(Value):
    """A Python value that exists when the program runs, outside of the graph.

    Attributes:
        const: the value, if it is statically known.
        tag: what sort of thing it is where the analysis cares: "config", "shape", "numpy", "mnist", ...
    """

    const: object = UNKNOWN
    tag: str = ""

    def covers(self, other: Py) -> bool:
        """Tell whether this value stands for another one too."""
        return self.const is UNKNOWN and (not self.tag or self.tag == other.tag)


@dataclass(eq=False)
class Sym(Value):
    """A TensorFlow name, canonical (``tensorflow.nn.relu``); also modules and dtypes."""

    name: str


@dataclass(eq=False)
class ModuleValue(Value):
    """A module of the project."""

    module: ModuleSource


@dataclass(eq=False)
class Func(Value):
    """A function of the program with the environment where it was made."""

    node: FunctionNode
    module: ModuleSource
    env: object
    bound: Value | None = None


@dataclass(eq=False)
class Cls(Value):
    """A class of the program."""

    node: ast.ClassDef
    module: ModuleSource
    env: object


@dataclass(eq=False)
class Inst(Value):
    """An instance of a class of the program."""

    cls: Cls
    attributes: dict[str, Value] = field(default_factory=dict)


@dataclass(eq=False)
class Seq(Value):
    """A list or tuple. `items` is None where the length is unknown; `each` then stands for any element.

    `born` counts the conditions and loops of unknown length around the expression that made it: what is added to it
    deeper in such is added an unknown number of times.
    """

    kind: str
    items: list[Value] | None
    each: Value | None = None
    born: int | None = None


@dataclass(eq=False)
class Map(Value):
    """A dict. `items` maps known keys (Python constants or Values for tensor keys) to values; None if unknown."""

    items: dict[object, Value] | None
    each: Value | None = None


@dataclass(eq=False)
class Top(Value):
    """Could be anything, graph values included."""

    reason: str


@dataclass(eq=False)
class Origin(Value):
    """Base of what the program creates: where."""

    expr: ast.expr
    stmt: ast.stmt | None
    module: ModuleSource
    number: int = field(default_factory=lambda: next(_numbers), init=False)


@dataclass(eq=False)
class Node(Origin):
    """An operation of the graph or its result.

    Attributes:
        op: canonical symbol, or "binop", "subscript", "element", "phi", "placeholder", "shape", ...
        inputs: tensors and variables that it takes.
        control: effects that must run before.
        deps: what it depends on, itself or through its inputs.
        dtype: static dtype name, if known.
        shape: static shape, if known.
        call: the arguments by TF1 keyword, where it is a call.
    """

    op: str = ""
    inputs: tuple[Value, ...] = ()
    control: tuple[Node, ...] = ()
    deps: Dep = Dep.NONE
    dtype: str | None = None
    shape: tuple[int | None, ...] | None = None
    call: dict[str, ast.expr] = field(default_factory=dict)
    loop: bool = False  # made in a Python loop: one expression, many nodes
    many: bool = False  # its value is a list, tuple or namedtuple of tensors
    operator: str = ""  # "Add", "Mult" ..., where it is a binop
    backward: Backward | None = None  # of a gradient and of minimize: the call's backward pass
    by: Value | None = None  # of a gradient: what it is taken by
    static: tuple[int | None, ...] | None = None  # static shape as TensorFlow has it, where that is certain
    called: ast.Call | None = None  # a placeholder made in a helper: the call of the helper
    index: int | None = None  # which element of a split, unstack or unpacked tensor it is
    taken: dict[object, Value] = field(default_factory=dict)  # what this call's arguments were, by keyword

    @property
    def constant(self) -> bool:
        """Whether it can be computed once, eagerly."""
        return self.deps is Dep.NONE or not self.deps

    def ancestors(self) -> Iterator[Value]:
        """Yield itself, its inputs and control dependencies, transitively; nodes and variables, each once."""
        seen: set[int] = set()
        stack: list[Value] = [self]
        while stack:
            value = stack.pop()
            if id(value) in seen:
                continue
            seen.add(id(value))
            yield value
            if isinstance(value, Node):
                stack.extend(value.inputs)
                stack.extend(value.control)


@dataclass(eq=False)
class Effect(Node):
    """An operation that changes state: assign, minimize, apply_gradients, group, initializer.

    Attributes:
        kind: "assign", "minimize", "apply", "group", "init", "noop", "lens", "scatter".
        writes: variables that it changes.
        detail: what the rules need to build its native form.
    """

    kind: str = ""
    writes: tuple[Var, ...] = ()
    detail: dict[str, Value | None] = field(default_factory=dict)


@dataclass(eq=False)
class Var(Origin):
    """A variable of the graph.

    Attributes:
        name: TF1 name without ":0" ("scope/w"), None where unknown.
        trainable: None where unknown.
        dtype, shape: static, where known.
        initial: the expression of its start value, if it has one.
        via: "Variable" or "get_variable".
        loop: made in a loop, in a comprehension or by a helper that runs several times.
        path: how the program can write it ("W", "weights['h1']"), where known.
        graph: number of the graph that it belongs to.
    """

    name: str | None = None
    trainable: bool | None = True
    dtype: str | None = None
    shape: tuple[int | None, ...] | None = None
    initial: ast.expr | None = None
    via: str = "Variable"
    loop: bool = False
    path: str | None = None
    graph: int = 0
    scoped: bool = False  # made inside a scope
    resource: bool = False  # ``use_resource=True``: a fetch reads it at any time, not last
    static: tuple[int | None, ...] | None = None  # as of `Node`
    sources: tuple[Node, ...] = ()  # what its start value is made of
    layer: Layer | None = None  # that it belongs to


@dataclass(eq=False)
class Layer(Origin):
    """A layer of ``tf.layers``: made once with its variables, called in the graph.

    Attributes:
        symbol: the function that made it.
        name: TF1 name of its scope ("scope/dense_1").
        args, taken: the arguments of the call that made it, by TF1 keyword, and their values.
        weights: its variables by their short name, in order of creation.
        calls: what each of its calls gives.
        loop: made in a loop.
    """

    symbol: str = ""
    name: str = ""
    args: dict[str, ast.expr] = field(default_factory=dict)
    taken: dict[str, Value] = field(default_factory=dict)
    weights: dict[str, Var] = field(default_factory=dict)
    calls: list[Node] = field(default_factory=list)
    loop: bool = False

    @property
    def variables(self) -> list[Var]:
        """Its variables in order of creation."""
        return list(self.weights.values())


@dataclass(eq=False)
class Opt(Origin):
    """An optimizer. `args` are its arguments by TF1 keyword, `values` their values.

    `choices` are the optimizers that a condition chooses between; it is then none of its own.
    """

    symbol: str = ""
    args: dict[str, ast.expr] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    choices: tuple[Opt, ...] = ()


@dataclass(eq=False)
class Sess(Origin):
    """A session."""

    interactive: bool = False


@dataclass(eq=False)
class GraphValue(Origin):
    """A graph object."""

    default: bool = False


@dataclass(eq=False)
class ScopeValue(Value):
    """A variable scope object: what ``as scope`` binds and tf.get_variable_scope() gives.

    Attributes:
        path: names of the scopes, outermost first.
        reuse: get_variable gives variables that exist.
    """

    path: tuple[str, ...]
    reuse: bool


@dataclass(eq=False)
class Writer(Origin):
    """A summary writer."""


def leaves(value: Value | None) -> Iterator[Value]:
    """Yield the values inside containers; unknown containers give their `each`."""
    if isinstance(value, Seq):
        for item in value.items if value.items is not None else [value.each or Py()]:
            yield from leaves(item)
    elif isinstance(value, Map):
        for item in value.items.values() if value.items is not None else [value.each or Py()]:
            yield from leaves(item)
    elif value is not None:
        yield value


def dep_of(values: Iterable[Value]) -> Dep:
    """Return what a result of these values depends on."""
    found = Dep.NONE
    for value in values:
        if isinstance(value, Node):
            found |= value.deps
        elif isinstance(value, Var):
            found |= Dep.VARIABLE
        elif isinstance(value, Top):
            found |= Dep.UNKNOWN
    return found


def in_graph(value: Value | None) -> bool:
    """Tell whether a value holds something that exists only in the graph (a constant does not count)."""
    return any(isinstance(v, Node) and not v.constant and not one_of_variables(v) for v in leaves(value))


def one_of_variables(value: Value | None) -> bool:
    """Tell whether a value is one of several variables: a loop's variable over a list of them."""
    return (
        isinstance(value, Node)
        and value.op == "phi"
        and all(isinstance(i, Var) or one_of_variables(i) for i in value.inputs)
    )


def is_tensor(value: Value | None) -> bool:
    """Tell whether a value is a tensor, an operation or a variable."""
    return isinstance(value, (Node, Var))


def join(a: Value | None, b: Value | None) -> Value:
    """Return a value that stands for both."""
    if a is b and a is not None:
        return a
    if a is None or b is None:
        return a or b or Py()
    if isinstance(a, Py) and isinstance(b, Py):
        if a.covers(b):
            return a
        same = a.const is not UNKNOWN and type(a.const) is type(b.const) and a.const == b.const
        return a if same else Py(tag=a.tag if a.tag == b.tag else "")
    if isinstance(a, Sym) and isinstance(b, Sym) and a.name == b.name:
        return a
    if isinstance(a, Func) and isinstance(b, Func) and a.node is b.node:
        return a
    if isinstance(a, Seq) and isinstance(b, Seq) and a.kind == b.kind:
        if a.items is not None and b.items is not None and len(a.items) == len(b.items):
            return Seq(a.kind, [join(x, y) for x, y in zip(a.items, b.items, strict=True)])
        parts = list(itertools.chain(leaves(a), leaves(b)))
        each: Value | None = None
        for part in parts:
            each = join(each, part)
        return Seq(a.kind, None, each)
    if isinstance(a, Map) and isinstance(b, Map):
        if a.items is not None and b.items is not None and a.items.keys() == b.items.keys():
            return Map({k: join(v, b.items[k]) for k, v in a.items.items()})
        return Map(None, _join_all(itertools.chain(leaves(a), leaves(b))))
    if isinstance(a, Node) and isinstance(b, Node):
        if a.expr is b.expr and a.op == b.op and a.called is b.called:
            a.deps |= b.deps
            a.static = a.static if a.static == b.static else None
            return a
        return Node(
            a.expr, a.stmt, a.module, op="phi", inputs=(a, b), deps=a.deps | b.deps,
            dtype=a.dtype if a.dtype == b.dtype else None,
        )  # fmt: skip
    if isinstance(a, Opt) and isinstance(b, Opt) and (a.expr is not b.expr or a.choices or b.choices):
        both = tuple(dict.fromkeys((*(a.choices or (a,)), *(b.choices or (b,)))))
        return a if both == a.choices else Opt(a.expr, a.stmt, a.module, a.symbol, a.args, a.values, choices=both)
    if isinstance(a, (Var, Opt, Sess)) and isinstance(b, type(a)) and a.expr is b.expr:
        if isinstance(a, Var) and isinstance(b, Var):
            a.static = a.static if a.static == b.static else None
        return a
    tensorish = [v for v in (a, b) if isinstance(v, (Node, Var))]
    if tensorish and isinstance(a, (Node, Var, Py)) and isinstance(b, (Node, Var, Py)):
        first = tensorish[0]
        return Node(first.expr, first.stmt, first.module, op="phi", inputs=tuple(tensorish), deps=dep_of(tensorish))
    return Top("a condition gives a name values of different kinds: use one name for each")


def _join_all(values: Iterable[Value]) -> Value | None:
    each: Value | None = None
    for value in values:
        each = join(each, value)
    return each

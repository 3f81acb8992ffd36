"""What the interpreter carries with it: the project, the facts, where it is, and the graph that is being built."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from migrator.analysis.environment import Env
from migrator.analysis.facts import Def, Facts, HelperCall
from migrator.analysis.modules import ModuleSource, Project
from migrator.analysis.values import (
    Cls,
    Dep,
    Effect,
    Func,
    GraphValue,
    Inst,
    Layer,
    Map,
    Node,
    Origin,
    Py,
    ScopeValue,
    Seq,
    Sess,
    Top,
    Value,
    Var,
    dep_of,
    leaves,
)


@dataclass(eq=False)
class Method(Value):
    """A method of a value, not yet called."""

    owner: Value
    name: str


@dataclass
class GraphState:
    """The default graph: what was made in it, in order."""

    number: int = 0
    variables: list[Var] = field(default_factory=list)
    by_name: dict[str, Var] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    slots: bool = False  # an optimizer has made variables of its own
    layers: dict[str, Layer] = field(default_factory=dict)  # by the name of their scope
    scopes: dict[str, int] = field(default_factory=dict)  # how often each variable scope was opened

    def copy(self) -> GraphState:
        """Return a graph with the same content, to be thrown away."""
        return GraphState(self.number, list(self.variables), dict(self.by_name), dict(self.names), self.slots,
                          dict(self.layers), dict(self.scopes))  # fmt: skip

    def unique(self, name: str) -> str:
        """Return a name as TF1 makes it unique: w, w_1, w_2."""
        count = self.names.get(name, 0)
        self.names[name] = count + 1
        return name if not count else f"{name}_{count}"

    def open_scope(self, name: str) -> None:
        """Note that a variable scope is opened."""
        self.scopes[name] = self.scopes.get(name, 0) + 1

    def close_scope(self, name: str) -> None:
        """Leave a variable scope: default names inside start anew when it is opened again."""
        for inner in [n for n in self.scopes if n.startswith(f"{name}/")]:
            del self.scopes[inner]

    def default_scope(self, name: str) -> str:
        """Open a variable scope under a default name, as TF1 makes it unique: dense, dense_1."""
        found, count = name, 0
        while self.scopes.get(found):
            count += 1
            found = f"{name}_{count}"
        self.open_scope(found)
        return found


Place = tuple[ModuleSource, Env, ast.stmt | None, int, int, list[Value] | None, bool]


class State:
    """The interpreter's state; its behaviour is added by the classes that build on it."""

    def __init__(self, project: Project, canonical: Callable[[str], str]) -> None:
        self.project = project
        self.canonical = canonical
        self.facts = Facts()
        self.evaluators: dict[type[ast.expr], Callable[[Any], Value]] = {}  # kind of expression -> its method
        self.executors: dict[type[ast.stmt], Callable[[Any], None] | None] = {}  # kind of statement -> its method
        self.envs: dict[str, Env] = {}
        self.functions: dict[str, list[Func]] = {}
        self.walked: set[ast.AST] = set()
        self.augmented: dict[Def, frozenset[Def]] = {}
        self.imported_as: dict[Def, str] = {}  # what an import binds, in words
        self.module: ModuleSource = None  # type: ignore[assignment]  # set by `enter` before any use
        self.env: Env = None  # type: ignore[assignment]
        self.stmt: ast.stmt | None = None
        self.instances: dict[ast.AST, Inst] = {}  # class -> the first instance that was made
        self.bind_self = False  # methods that nothing calls know what __init__ sets
        self.helper = 0  # depth of calls into functions that hold no session
        self.calls: list[ast.AST] = []
        self.call_nodes: list[ast.AST | None] = []  # where they are called
        self.making: HelperCall | None = None  # the call of a helper that is walked
        self.count = 0  # calls walked for the module or function at hand
        self.run_results: dict[ast.AST, Value] = {}  # what functions that run sessions return
        self.loops = 0
        self.any_loops = 0  # loops around, those that run sessions included
        self.uncertain = 0  # conditions and loops around that run an unknown number of times
        self.settling = False  # in the second pass over a loop
        self.node_count = 0
        self.returns: list[Value] | None = None
        self.stopped = False  # a helper has returned on the path that this call takes
        self.control: list[tuple[Node, ...]] = []
        self.scopes: list[str] = []  # open variable scopes
        self.name_scopes: list[str] = []  # open name scopes, made unique; variable scopes open one too
        self.sessions: list[Sess] = []  # default sessions, innermost last
        self.graph_states: dict[GraphValue, GraphState] = {}
        self.reuse = False
        self.scope_value = ScopeValue((), False)  # the innermost open variable scope
        self.graph = GraphState()
        self._graphs = 0

    def enter(self, module: ModuleSource, env: Env) -> Place:
        """Go to another module or function; return what `leave` puts back."""
        saved = (self.module, self.env, self.stmt, self.helper, self.loops, self.returns, self.settling)
        self.module, self.env, self.settling = module, env, False
        return saved

    def leave(self, saved: Place) -> None:
        """Come back."""
        self.module, self.env, self.stmt, self.helper, self.loops, self.returns, self.settling = saved

    def stmt_of(self, node: ast.AST) -> ast.stmt:
        """Return the unit's statement that is being walked."""
        return self.stmt if self.stmt is not None else self.module.statement(node)

    def made(self, expr: ast.expr, state: Origin) -> None:
        """Note that a call of a helper makes a variable or layer, or uses it again."""
        if self.making is not None:
            at = self.calls.index(self.making.function) if self.making.function in self.calls else -1
            inner = self.call_nodes[at + 1] if 0 <= at < len(self.call_nodes) - 1 else None
            self.making.states.append((expr, inner if isinstance(inner, ast.Call) else None, state))

    def node(self, expr: ast.expr, op: str, inputs: tuple[Value, ...] | list[Value], deps: Dep = Dep.NONE) -> Node:
        """Make a node of the graph."""
        control = tuple(n for group in self.control for n in group)
        found = Node(
            expr, self.stmt, self.module, op=op, inputs=tuple(v for v in inputs if isinstance(v, (Node, Var))),
            control=control, deps=deps | dep_of(inputs) | (Dep.EFFECT if control else Dep.NONE), loop=self.loops > 0,
        )  # fmt: skip
        self.node_count += 1
        self.facts.create(self.stmt, found)
        return found

    def effect(
        self, expr: ast.expr, kind: str, inputs: list[Value], writes: tuple[Var, ...], **detail: Value | None
    ) -> Effect:
        """Make an operation that changes state."""
        found = Effect(
            expr, self.stmt, self.module, op=kind, inputs=tuple(v for v in inputs if isinstance(v, (Node, Var))),
            control=tuple(n for group in self.control for n in group), deps=dep_of(inputs) | Dep.EFFECT,
            kind=kind, writes=writes, detail=detail, loop=self.loops > 0,
        )  # fmt: skip
        self.node_count += 1
        self.facts.create(self.stmt, found)
        return found

    def init_effect(self, expr: ast.expr, variables: tuple[Var, ...]) -> Effect:
        """Make an initializer of variables."""
        return self.effect(expr, "init", [], variables)

    def new_graph(self) -> None:
        """Start an empty default graph."""
        self._graphs += 1
        self.graph = GraphState(self._graphs)
        if not self.scopes:  # its root scope is its own
            self.reuse, self.scope_value = False, ScopeValue((), False)

    def scoped(self, name: str) -> str:
        """Return a name inside the open variable scopes."""
        return "/".join([*self.scopes, name])

    def escape(self, node: ast.AST, values: list[Value]) -> Value:
        """A graph value goes where the analysis can't follow; the unit can't be converted.

        Returns:
            a Top if there was one, else a plain Python value.
        """
        for value in values:
            for leaf in leaves(value):
                if isinstance(leaf, Node) and not leaf.constant:
                    leaf_name = self.module.source.segment(leaf.expr)[:60] if leaf.module is self.module else leaf.op
                    self.facts.trouble(node, self.module, f"the tensor `{leaf_name}` is used outside of a run "
                                       "(it has no value there)")  # fmt: skip
                    return Top(f"`{leaf_name}` is used where the analysis can't follow it")
                if isinstance(leaf, Top):
                    return leaf
        return Py()

    def text_of(self, node: ast.expr, values: list[Value]) -> Value:
        """Return the text that is made of values: of tensors it shows their names and static shapes."""
        found = [v for value in values for v in leaves(value) if isinstance(v, Node) and not v.constant]
        return self.node(node, "static", [*found]) if found else self.escape(node, values)

    def named(self, value: Value, name: str) -> None:
        """Note the name under which a variable or list is known to the program."""
        if self.helper:
            return
        if isinstance(value, Var) and value.path is None:
            value.path = name
        elif isinstance(value, Map) and value.items is not None:
            for key, item in value.items.items():
                if isinstance(key, (str, int)):
                    self.named(item, f"{name}[{key!r}]")
        elif isinstance(value, Seq) and value.items is not None:
            for index, item in enumerate(value.items):
                self.named(item, f"{name}[{index}]")

    # -- what the classes that build on this one provide to each other
    def eval(self, node: ast.expr) -> Value:
        """Evaluate an expression and record its value."""
        raise NotImplementedError

    def block(self, stmts: list[ast.stmt]) -> None:
        """Walk statements in order."""
        raise NotImplementedError

    def bind(self, target: ast.expr, value: Value, source: ast.expr | None, stmt: ast.stmt) -> None:
        """Bind a target expression to a value."""
        raise NotImplementedError

    def mutate(self, base: ast.expr, stmt: ast.stmt, value: Value) -> None:
        """Record that a statement changes the object that the base name of an expression is bound to."""
        raise NotImplementedError

    def run_module(self, module: ModuleSource) -> Env:
        """Walk a module once; return its names."""
        raise NotImplementedError

    def call_function(
        self, func: Func, args: list[Value], keywords: dict[str, Value], node: ast.AST | None, *, unknown: bool = False
    ) -> Value:
        """Walk a function's body with these arguments; return what it returns."""
        raise NotImplementedError

    def class_member(self, cls: Cls, name: str) -> Value | None:
        """Return a member of a class or of its bases within the project."""
        raise NotImplementedError

    def symbol(self, node: ast.expr, name: str) -> None:
        """Record that an expression spells a TensorFlow name."""
        raise NotImplementedError

    def static(self, node: ast.expr, owner: Node) -> Value:
        """Return a Python value that TF1 took from the graph while it was built (a static shape, a name)."""
        raise NotImplementedError

    def element(self, value: Value, index: int, source: ast.expr) -> Value:
        """Return element `index` of a value that is unpacked."""
        raise NotImplementedError

    def key(self, value: Value) -> object | None:
        """Return what a dict key is looked up by: a Python constant, or the tensor itself."""
        raise NotImplementedError

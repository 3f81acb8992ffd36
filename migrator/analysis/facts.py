"""What the interpreter finds out, keyed by AST nodes; read by slicing and the rules, changed by nobody else."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from migrator.analysis.modules import ModuleSource
from migrator.analysis.values import Dep, Layer, Map, Node, Opt, Origin, Py, Sess, Value, Var, join


@dataclass(eq=False)
class Def:
    """One binding of a name by a statement.

    Attributes:
        name: the name bound (for ``self.x = ...`` and ``d[k] = ...`` the base name, with `mutates`).
        stmt: the statement, None for a parameter or an import made elsewhere.
        scope: the function (None for the module) in which the name lives.
        mutates: it changes the object that the name is bound to and leaves earlier definitions alive.
        value: the value bound.
    """

    name: str
    stmt: ast.stmt | None
    scope: ast.AST | None
    module: ModuleSource
    mutates: bool = False
    value: Value | None = None
    source: ast.expr | None = None  # the expression bound, where one name gets one expression
    parameter: bool = False


@dataclass(eq=False)
class HelperCall:
    """One call of a function that makes variables or layers, from code that is no such function itself.

    Attributes:
        call: the call.
        function: the function's definition.
        arguments: what its parameters are bound to.
        states: (expression that makes it, the call in the function that leads there, variable or layer), in order;
            one that is used again by name stands there too.
        scopes: variable scopes open at the call.
    """

    call: ast.Call
    function: ast.FunctionDef
    module: ModuleSource
    scopes: tuple[str, ...]
    arguments: dict[str, Value] = field(default_factory=dict)
    states: list[tuple[ast.expr, ast.Call | None, Origin]] = field(default_factory=list)


@dataclass(frozen=True)
class Trouble:
    """Something that stops the conversion of a unit: where, what, and what a person can do."""

    node: ast.AST
    module: ModuleSource
    message: str
    symbol: str | None = None


@dataclass(eq=False)
class SiteFact:
    """One site.

    Attributes:
        call: the call expression.
        method: "run" (of a session), "eval" (of a tensor) or "op_run" (of an operation).
        session: the session, if it is known which.
        fetch: the fetched expression.
        feed: the feed_dict expression, None without.
        extra: options or run_metadata were given.
        loop: it is inside a Python loop, or in a function that may run several times.
    """

    call: ast.Call
    module: ModuleSource
    method: str
    session: Sess | None
    fetch: ast.expr
    feed: ast.expr | None
    extra: bool
    stmt: ast.stmt
    loop: bool
    order: int


def feed_keys(value: Value | None) -> list[object]:
    """Return the known keys of a feed_dict's value."""
    return list(value.items) if isinstance(value, Map) and value.items is not None else []


@dataclass(eq=False)
class Facts:
    """Facts about all modules of a project."""

    values: dict[ast.AST, Value] = field(default_factory=dict)  # joined over all evaluations
    latest: dict[ast.AST, Value] = field(default_factory=dict)  # of the newest evaluation
    uses: dict[ast.Name, frozenset[Def]] = field(default_factory=dict)
    defs: dict[ast.stmt, list[Def]] = field(default_factory=dict)
    by_name: dict[tuple[str, ast.AST | None, str], list[Def]] = field(default_factory=dict)
    created: dict[ast.stmt, list[Origin]] = field(default_factory=dict)
    made_in: dict[str, list[Origin]] = field(default_factory=dict)  # the same, by the module whose text makes it
    readers: dict[str, list[ast.Name]] = field(default_factory=dict)  # the places of each name
    sites: dict[ast.Call, SiteFact] = field(default_factory=dict)
    symbols: dict[ast.expr, str] = field(default_factory=dict)
    symbol_calls: dict[ast.expr, ast.Call] = field(default_factory=dict)
    spelled: dict[ast.expr, set[str]] = field(default_factory=dict)  # all TensorFlow names that an expression was
    callees: dict[ast.Call, set[str]] = field(default_factory=dict)  # names called by way of attributes or containers
    partials: dict[ast.Call, str] = field(default_factory=dict)  # functools.partial(name, ...) -> the name
    partial_calls: dict[ast.Call, set[str]] = field(default_factory=dict)  # calls of those -> their names
    reached: dict[str, set[str]] = field(default_factory=dict)  # module path -> modules whose graph helpers it calls
    links: dict[str, set[str]] = field(default_factory=dict)  # module path -> modules that it imports or that import it
    troubles: list[Trouble] = field(default_factory=list)
    sessions: dict[ast.expr, Sess] = field(default_factory=dict)
    variables: dict[ast.expr, Var] = field(default_factory=dict)
    snapshots: dict[ast.expr, tuple[Var, ...]] = field(default_factory=dict)  # trainables known at a minimize
    imports: dict[str, set[str]] = field(default_factory=dict)  # module path -> TensorFlow names that it imports
    optimizers: dict[ast.expr, Opt] = field(default_factory=dict)
    reused: dict[ast.expr, Var] = field(default_factory=dict)  # get_variable calls that give an existing variable
    dimensions: set[ast.Attribute] = field(default_factory=set)  # ``.value`` of dimensions, ``.dims`` of shapes
    tensor_callees: set[ast.expr] = field(default_factory=set)  # callees that were TensorFlow's or a container's once
    statics: set[ast.expr] = field(default_factory=set)  # ``x.shape``, ``x.get_shape()`` whose sizes are known
    shown: set[ast.Call] = field(default_factory=set)  # ``print`` of something that exists only in the graph
    printed: set[ast.Call] = field(default_factory=set)  # other calls of ``print``
    names_read: bool = False  # the program reads names of variables
    put_needs: dict[ast.Call, list[ast.expr]] = field(
        default_factory=dict
    )  # derived write -> what its native form reads
    calls_of: dict[ast.AST, int] = field(default_factory=dict)  # function -> calls in the text (2 = many)
    run_calls: dict[ast.AST, list[ast.Call]] = field(default_factory=dict)  # calls of functions that run sessions
    loads: dict[ast.Call, tuple[Var, int]] = field(default_factory=dict)  # ``v.load(x, sess)``: variable, order
    project: Facts | None = None  # the project's, where these are a part of them
    layers: dict[ast.Call, list[tuple[Layer, Node]]] = field(default_factory=dict)  # call -> layer, what it gives
    helper_calls: dict[ast.Call, list[HelperCall]] = field(default_factory=dict)  # those that make state
    _site_count: int = 0

    def settle_feeds(self) -> None:
        """Once all sites are known: what depends on a fed constant is no constant."""
        fed = [k for s in self.sites.values() if s.feed is not None for k in feed_keys(self.values.get(s.feed))]
        overridden = {id(node) for node in fed if isinstance(node, Node) and node.constant}
        if not overridden:
            return
        for values in self.created.values():
            for node in values:
                if isinstance(node, Node) and any(id(a) in overridden and a is not node for a in node.ancestors()):
                    node.deps |= Dep.PLACEHOLDER

    @cached_property
    def start_values(self) -> set[Value]:
        """What variables' start values are made of. Ask only when the walk is over."""
        return {found for v in self.variables.values() for source in v.sources for found in source.ancestors()}

    @cached_property
    def symbol_names(self) -> set[str]:
        """All TensorFlow names that the texts spell. Ask only when the walk is over."""
        return set(self.symbols.values())

    def record(self, node: ast.AST, value: Value) -> Value:
        """Store a node's value; a second evaluation joins (but the newest value is what is returned)."""
        self.latest[node] = value
        known = self.values.get(node)
        if known is None:
            self.values[node] = value
        elif known is not value and not (known.__class__ is Py and value.__class__ is Py and known.covers(value)):
            self.values[node] = join(known, value)
        return value

    def use(self, node: ast.Name, defs: Iterable[Def]) -> None:
        """Store the definitions that reach a name."""
        known = self.uses.get(node)
        if known is None:
            self.uses[node] = frozenset(defs)
            self.readers.setdefault(node.id, []).append(node)
        elif known is not defs:
            self.uses[node] = known | frozenset(defs)

    def define(self, found: Def) -> Def:
        """Store a definition, once for each (statement, name)."""
        if found.stmt is not None:
            for known in self.defs.setdefault(found.stmt, []):
                if known.name == found.name and known.scope is found.scope and known.mutates == found.mutates:
                    known.value = (
                        found.value if known.value is None or found.value is None else join(known.value, found.value)
                    )
                    return known
            self.defs[found.stmt].append(found)
        self.by_name.setdefault((found.module.path, found.scope, found.name), []).append(found)
        return found

    def create(self, stmt: ast.stmt | None, value: Origin) -> None:
        """Store what a statement makes."""
        if stmt is not None:
            self.created.setdefault(stmt, []).append(value)
            self.made_in.setdefault(value.module.path, []).append(value)

    def trouble(self, node: ast.AST, module: ModuleSource, message: str, symbol: str | None = None) -> None:
        """Store what stops a conversion, once for each place and message."""
        found = Trouble(node, module, message, symbol)
        if found not in self.troubles:
            self.troubles.append(found)

    def load(self, call: ast.Call, variable: Var) -> None:
        """Store a write that is made at once; among the sites it has its place in their order."""
        if call not in self.loads:
            self.loads[call] = (variable, self._site_count)
            self._site_count += 1

    def site(self, found: SiteFact) -> None:
        """Store a site; evaluated again (a loop) it stays one site."""
        known = self.sites.get(found.call)
        if known is None:
            found.order = self._site_count
            self._site_count += 1
            self.sites[found.call] = found
        else:
            known.loop = known.loop or found.loop
            if known.session is not found.session:
                known.session = known.session or found.session

"""Sessions, graphs, writers and scopes: what they are and how with statements enter them."""

from __future__ import annotations

import ast
from collections.abc import Callable

from migrator.analysis.training_calls import TrainingCalls
from migrator.analysis.values import UNKNOWN, GraphValue, Node, Py, ScopeValue, Sess, Sym, Top, Value, Writer, leaves

SCOPE_DEFAULTS = (
    "initializer", "regularizer", "dtype", "custom_getter", "partitioner", "constraint", "caching_device",
    "use_resource",
)  # fmt: skip


class Context(Value):
    """A name_scope, variable_scope, device or control_dependencies context."""

    def __init__(self, kind: str, name: str | None = None, deps: tuple[Node, ...] = (), reuse: bool = False,
                 path: tuple[str, ...] | None = None) -> None:  # fmt: skip
        self.kind, self.name, self.deps, self.reuse, self.path = kind, name, deps, reuse, path


class ContextCalls(TrainingCalls):
    """Evaluates calls that make sessions, graphs and scopes."""

    def session(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.Session and tf.InteractiveSession."""
        found = Sess(node, self.stmt, self.module, interactive="Interactive" in symbol)
        target = self.value(args, "target")
        if target is not None and not (isinstance(target, Py) and target.const in {None, ""}):
            self.facts.trouble(node, self.module, "a session on a remote target", symbol)
        self.facts.sessions[node] = found
        self.facts.create(self.stmt, found)
        if found.interactive:
            self.sessions.append(found)
        return found

    def default_session(self) -> Sess | None:
        """Return the session that `.eval()` uses."""
        return self.sessions[-1] if self.sessions else None

    def get_default_session(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.get_default_session()."""
        found = self.default_session()
        if found is None:
            why = "tf.get_default_session() where no session is known to be open; pass the session"
            self.facts.trouble(node, self.module, why, symbol)
            return Top(why)
        return found

    def session_method(self, owner: Sess, name: str, node: ast.Call) -> Value:
        """Methods of sessions other than run."""
        if name == "close":
            if owner in self.sessions:
                self.sessions.remove(owner)
            return Py(None, tag="session-call")
        if name == "as_default":
            return owner
        self.facts.trouble(node, self.module, f"`{name}` of a session has no native equal")
        return Top(f"{name} of a session")

    def new_graph_value(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.Graph(), tf.get_default_graph()."""
        found = GraphValue(node, self.stmt, self.module, default="default" in symbol)
        self.facts.create(self.stmt, found)
        return found

    def graph_method(self, owner: GraphValue, name: str, node: ast.Call) -> Value:
        """Methods of graphs."""
        for arg in node.args:
            self.eval(arg)
        if name == "as_default":
            return owner
        if name in {"finalize", "as_graph_def"}:
            return Py(tag="graph-call")
        self.facts.trouble(node, self.module, f"the graph is inspected (`{name}`)")
        return Top(f"{name} of a graph")

    def reset_graph(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.reset_default_graph()."""
        self.new_graph()
        return Py(None, tag="graph-call")

    def writer(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.summary.FileWriter."""
        found = Writer(node, self.stmt, self.module)
        self.facts.create(self.stmt, found)
        return found

    def context(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """name_scope, variable_scope, device, control_dependencies."""
        kind = symbol.rsplit(".", 1)[-1]
        if kind == "control_dependencies":
            deps = tuple(v for x in self.values_of(args).values() for v in leaves(x) if isinstance(v, Node))
            return Context(kind, deps=deps)
        name = self.const(args, "name_or_scope" if "variable" in kind else "name", UNKNOWN)
        given = [n for n in SCOPE_DEFAULTS if n in args and self.const(args, n) is not None]
        if given and "variable" in kind:
            why = f"a variable scope that sets a default for its variables (`{given[0]}=`): give it to the variables"
            self.facts.trouble(node, self.module, why, symbol)
        if kind == "device":
            return Context(kind)
        reuse = self.value(args, "reuse")
        again = isinstance(reuse, (Py, Sym)) and (isinstance(reuse, Sym) or reuse.const is True)
        given_scope = self.value(args, "name_or_scope")
        if isinstance(given_scope, ScopeValue):
            again = again or (reuse is None and given_scope.reuse)
            return Context(kind, given_scope.path[-1] if given_scope.path else "", reuse=again, path=given_scope.path)
        if reuse is not None and not again and not (isinstance(reuse, Py) and reuse.const in {None, False}):
            self.facts.trouble(node, self.module, "whether the scope's variables are shared (reuse) is not statically "
                               "known", symbol)  # fmt: skip
        return Context(kind, name if isinstance(name, str) else None, reuse=again)

    def variable_scope_value(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.get_variable_scope()."""
        return self.scope_value

    def scope_method(self, owner: ScopeValue, name: str, node: ast.Call) -> Value:
        """Methods of variable scopes."""
        if name == "reuse_variables" and owner is self.scope_value:
            owner.reuse = self.reuse = True
            return Py(None, tag="graph-call")
        why = f"`{name}` of a variable scope that is not the innermost open one is not converted"
        self.facts.trouble(node, self.module, why, "tensorflow.variable_scope")
        return Top(why)

    def enter_context(self, expr: ast.expr, value: Value) -> tuple[Value, Callable[[], None]]:
        """Enter a with item; return what `as` binds and how to leave."""
        if isinstance(value, Sess):
            self.sessions.append(value)
            return value, lambda: self._drop_session(value)
        if isinstance(value, GraphValue):
            return value, self._enter_graph(value)
        if not isinstance(value, Context):
            if isinstance(value, Top):
                self.facts.trouble(expr, self.module, value.reason)
            return (value if isinstance(value, Top) else Py(tag=value.tag if isinstance(value, Py) else "")), _nothing
        if value.kind == "control_dependencies":
            self.control.append(value.deps)
            return Py(), lambda: self._pop(self.control)
        if value.kind == "device":
            return Py(), _nothing
        saved = (list(self.scopes), list(self.name_scopes), self.reuse, self.scope_value)
        if value.name is None and value.kind in {"variable_scope", "variable_op_scope"}:
            why = ("a helper that makes variables in a scope is not converted yet" if self.helper else
                   "a variable scope whose name is not statically known")  # fmt: skip
            self.facts.trouble(expr, self.module, why)
        if value.name:
            self.name_scopes = [self.graph.unique("/".join([*self.name_scopes, value.name]))]
        if value.kind not in {"variable_scope", "variable_op_scope"} or value.name is None:
            return Py(tag="scope"), lambda: self._leave_scope(saved)
        self.scopes = list(value.path) if value.path is not None else [*self.scopes, *filter(None, [value.name])]
        self.reuse = self.reuse or value.reuse
        self.graph.open_scope("/".join(self.scopes))
        self.scope_value = ScopeValue(tuple(self.scopes), self.reuse)
        return self.scope_value, lambda: self._leave_variable_scope(saved)

    def _leave_variable_scope(self, saved: tuple[list[str], list[str], bool, ScopeValue]) -> None:
        self.graph.close_scope("/".join(self.scopes))
        self._leave_scope(saved)

    def _leave_scope(self, saved: tuple[list[str], list[str], bool, ScopeValue]) -> None:
        self.scopes, self.name_scopes, self.reuse, scope = saved
        self.scope_value = scope

    def _pop(self, stack: list[tuple[Node, ...]]) -> None:
        stack.pop()

    def _drop_session(self, value: Sess) -> None:
        if value in self.sessions:
            self.sessions.remove(value)

    def _enter_graph(self, value: GraphValue) -> Callable[[], None]:
        outer = self.graph
        if not value.default:
            state = self.graph_states.get(value)
            if state is None:
                self.new_graph()
                state = self.graph_states[value] = self.graph
            self.graph = state

        def leave() -> None:
            self.graph = outer

        return leave


def _nothing() -> None:
    """Leave a context that changed nothing."""

"""The interpreter's calls: functions and classes of the program, builtins, methods of containers, sites."""

from __future__ import annotations

import ast
import weakref
from dataclasses import dataclass

from migrator.analysis.environment import Env
from migrator.analysis.facts import Def, SiteFact
from migrator.analysis.modules import ModuleSource, Project
from migrator.analysis.state import Method
from migrator.analysis.symbol_calls import SymbolCalls
from migrator.analysis.values import (
    UNKNOWN,
    Cls,
    Dep,
    Effect,
    Func,
    GraphValue,
    Inst,
    Map,
    Node,
    Opt,
    Py,
    Seq,
    Sess,
    Sym,
    Top,
    Value,
    Var,
    Writer,
    in_graph,
    is_tensor,
    join,
    leaves,
)
from migrator.tables import opkinds
from migrator.tables.machinery import is_machinery


@dataclass(eq=False)
class Partial(Value):
    """What functools.partial makes of a function or a TensorFlow name."""

    target: Value
    args: list[Value]


CHANGES_RECEIVER = frozenset({"fill", "sort", "put", "itemset", "resize", "partition", "update", "clear"})
CHANGES_ARGUMENT = frozenset({"shuffle", "copyto", "put", "place", "fill_diagonal", "putmask"})
MAX_DEPTH, MAX_CALLS = 12, 20_000
PURE_BUILTINS = frozenset(
    [
        "abs",
        "all",
        "any",
        "bool",
        "complex",
        "dict",
        "divmod",
        "enumerate",
        "filter",
        "float",
        "format",
        "frozenset",
        "getattr",
        "hasattr",
        "int",
        "isinstance",
        "issubclass",
        "len",
        "list",
        "map",
        "max",
        "min",
        "pow",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "slice",
        "sorted",
        "str",
        "sum",
        "tuple",
        "type",
        "xrange",
        "zip",
        "super",
        "callable",
        "id",
        "iter",
        "next",
        "hash",
        "ord",
        "chr",
    ]
)
STRUCTURAL = frozenset({"isinstance", "type", "hasattr", "callable", "id", "len", "getattr", "setattr", "super"})


class Calls(SymbolCalls):
    """Evaluates calls."""

    def __init__(self, project: Project, canonical) -> None:  # type: ignore[no-untyped-def]
        super().__init__(project, canonical)
        self.count = 0
        self.run_results: dict[ast.AST, Value] = {}

    def eval_Call(self, node: ast.Call) -> Value:
        callee = self.eval(node.func)
        if isinstance(callee, Sym):
            self.facts.symbol_calls[node.func] = node
            return self.call_symbol(callee.name, node)
        if (
            isinstance(callee, Method)
            and isinstance(callee.owner, (Sess, Node, Var))
            and callee.name in {"run", "eval"}
        ):
            return self.site(node, callee)
        args, keywords = self.arguments(node)
        if isinstance(callee, Method):
            return self.call_method(callee, node, args, keywords)
        if isinstance(callee, Func):
            if not self.helper and not holds_site(callee.node):
                self.facts.helper_calls.setdefault(node, []).append(callee)
            return self.call_function(callee, args, keywords, node)
        if isinstance(callee, Cls):
            return self.instantiate(callee, args, keywords, node)
        if isinstance(callee, Py) and callee.tag == "builtin":
            return self.call_builtin(str(callee.const), node, args, keywords)
        return self.call_unknown(callee, node, [*args, *keywords.values()])

    def arguments(self, node: ast.Call) -> tuple[list[Value], dict[str, Value]]:
        """Evaluate the arguments of a call; starred ones are expanded where they are known."""
        args: list[Value] = []
        for arg in node.args:
            value = self.eval(arg)
            if isinstance(arg, ast.Starred):
                args.extend(value.items if isinstance(value, Seq) and value.items is not None else [self.each(value)])
            else:
                args.append(value)
        keywords: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.eval(keyword.value)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            elif isinstance(value, Map) and value.items is not None:
                keywords.update({str(k): v for k, v in value.items.items()})
            else:
                keywords["**"] = value
        return args, keywords

    def each(self, value: Value) -> Value:
        """Return any element of a container."""
        found: Value | None = None
        for leaf in leaves(value):
            found = leaf if found is None else join(found, leaf)
        return found or Py()

    # -- functions and classes of the program
    def call_function(
        self, func: Func, args: list[Value], keywords: dict[str, Value], node: ast.AST | None, *, unknown: bool = False
    ) -> Value:
        """Walk a function's body with these arguments; return what it returns."""
        self.count += 1
        if func.node in self.calls or len(self.calls) > MAX_DEPTH or self.count > MAX_CALLS:
            tensors = [v for a in args for v in leaves(a) if is_tensor(v)]
            return self.node(node, "recursion", tensors) if isinstance(node, ast.expr) and tensors else Py()
        self.walked.add(func.node)
        if not unknown and not isinstance(func.node, ast.Lambda):
            known = self.facts.calls_of.get(func.node, 0)
            self.facts.calls_of[func.node] = 2 if self.any_loops or known else 1
        if func.node in self.run_results and not unknown:
            return self.called_again(func, args, keywords, node)
        env = Env(func.node, "function", func.env if isinstance(func.env, Env) else None)
        saved = self.enter(func.module, env)
        nodes = self.node_count
        own = holds_site(func.node)
        self.helper = 0 if own or (unknown and not isinstance(func.node, ast.Lambda)) else self.helper + 1
        self.loops = 0 if own else self.loops
        self.calls.append(func.node)
        self.returns = []
        self.bind_parameters(func, env, args, keywords, unknown)
        if isinstance(func.node, ast.Lambda):
            result: Value = self.eval(func.node.body)
        else:
            self.block(func.node.body)
            returned: Value | None = None
            for value in self.returns:
                returned = value if returned is None else join(returned, value)
            result = returned or Py(None)
        self.calls.pop()
        self.leave(saved)
        if own:
            self.run_results[func.node] = result
        if self.module is not func.module and self.node_count > nodes:
            self.facts.reached.setdefault(self.module.path, set()).add(func.module.path)
        return result

    def called_again(self, func: Func, args: list[Value], keywords: dict[str, Value], node: ast.AST | None) -> Value:
        """A function that runs sessions is walked once: each call builds the same code anew."""
        given = [v for a in [*args, *keywords.values()] for v in leaves(a)]
        if node is not None and any(isinstance(v, (Node, Var, Sess, Top)) for v in given):
            self.facts.trouble(
                node, self.module, "a function that runs sessions is called several times with graph values"
            )
        return self.run_results[func.node]

    def bind_parameters(
        self, func: Func, env: Env, args: list[Value], keywords: dict[str, Value], unknown: bool
    ) -> None:
        """Bind a function's parameters."""
        spec = func.node.args
        names = [a.arg for a in [*spec.posonlyargs, *spec.args]]
        given = [func.bound, *args] if func.bound is not None else list(args)
        values: dict[str, Value] = dict(zip(names, given, strict=False))  # type: ignore[arg-type]
        defaults = dict(zip(reversed(names), reversed(spec.defaults), strict=False))
        defaults.update({a.arg: d for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None})
        for name in [*names, *[a.arg for a in spec.kwonlyargs]]:
            if name in keywords:
                values[name] = keywords.pop(name)
            elif name not in values and name in defaults and not unknown:
                values[name] = self.facts.latest.get(defaults[name]) or Py()
            elif name not in values:
                values[name] = Py(tag="parameter")
        if spec.vararg is not None:
            values[spec.vararg.arg] = Seq("tuple", given[len(names) :] if not unknown else None)  # type: ignore[arg-type]
        if spec.kwarg is not None:
            values[spec.kwarg.arg] = Map(None if unknown else dict(keywords))
        for name, value in values.items():
            found = Def(name, None, func.node, func.module, value=value, parameter=True)
            env.bind(name, value, found)

    def instantiate(self, cls: Cls, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
        """Make an instance: walk `__init__`."""
        inst = Inst(cls)
        init = self.class_member(cls, "__init__")  # type: ignore[attr-defined]
        if isinstance(init, Func):
            self.call_function(Func(init.node, init.module, init.env, inst), args, keywords, node)
        else:
            bad = self.escape(node, [*args, *keywords.values()])
            if isinstance(bad, Top):
                return bad
        return inst

    # -- sites
    def site(self, node: ast.Call, method: Method) -> Value:
        """Record a site and evaluate what it fetches and is fed."""
        names = (
            ("fetches", "feed_dict", "options", "run_metadata")
            if isinstance(method.owner, Sess)
            else ("session",)
            if isinstance(method.owner, Var)
            else ("feed_dict", "session")
        )
        given = dict(zip(names, node.args, strict=False))
        given.update({k.arg: k.value for k in node.keywords if k.arg})
        for expr in given.values():
            self.eval(expr)
        fetch = given.get("fetches") if isinstance(method.owner, Sess) else node.func.value  # type: ignore[attr-defined]
        if fetch is None or any(isinstance(a, ast.Starred) for a in node.args) or any(not k.arg for k in node.keywords):
            self.facts.trouble(node, self.module, "a run whose arguments are not written out")
            return Py(tag="run")
        session = method.owner if isinstance(method.owner, Sess) else None
        if session is None:
            known = self.facts.latest.get(given["session"]) if "session" in given else None
            session = known if isinstance(known, Sess) else self.default_session()
        holder = self.class_around(node)
        if holder is not None:
            self.facts.trouble(node, self.module, f"sessions run by a class (`{holder.name}`) are not converted yet")
        if self.helper:
            self.facts.trouble(node, self.module, "a site in a function that also builds graph for its callers")
        self.facts.site(
            SiteFact(
                node, self.module, "run" if isinstance(method.owner, Sess) else (
                    "eval" if method.name == "eval" else "op_run"), session, fetch, given.get("feed_dict"),
                "options" in given or "run_metadata" in given, self.stmt_of(node),
                self.loops > 0, 0,
            )
        )  # fmt: skip
        return Py(tag="run")

    def class_around(self, node: ast.AST) -> ast.ClassDef | None:
        """Return the class whose method a node is in."""
        at = self.module.parents.get(node)
        while at is not None and not isinstance(at, ast.ClassDef):
            at = self.module.parents.get(at)
        return at

    # -- builtins
    def call_builtin(self, name: str, node: ast.Call, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Return what a builtin gives."""
        first = args[0] if args else Py()
        if name in {"list", "tuple", "sorted", "reversed", "set", "iter"}:
            kind = "tuple" if name == "tuple" else "list"
            if isinstance(first, Seq):
                items = first.items
                if items is not None and name == "reversed":
                    items = items[::-1]
                return Seq(kind, list(items) if items is not None and name not in {"sorted", "set"} else (
                    None if items else items), self.each(first))  # fmt: skip
            if isinstance(first, Map):
                keys = [k if isinstance(k, Value) else Py(k) for k in first.items or {}]
                return Seq(kind, keys if first.items is not None else None)
        elif name in {"range", "xrange"}:
            return self.static_range(args)
        elif name == "zip":
            return self.zipped(args)
        elif name == "enumerate" and isinstance(first, Seq):
            if first.items is not None:
                return Seq("list", [Seq("tuple", [Py(i), v]) for i, v in enumerate(first.items)])
            return Seq("list", None, Seq("tuple", [Py(), self.each(first)]))
        elif name == "len" and isinstance(first, (Seq, Map)) and first.items is not None:
            return Py(len(first.items))
        elif name == "dict":
            return Map({**(first.items or {} if isinstance(first, Map) else {}), **keywords}) if not args or isinstance(
                first, Map) else Map(None, self.each(first))  # fmt: skip
        elif name in {"map", "filter"} and len(args) > 1:
            return self.mapped(name, args, node)
        elif name in {"sum", "abs", "pow", "max", "min"} and any(is_tensor(v) for a in args for v in leaves(a)):
            return self.node(node, "binop", [v for a in args for v in leaves(a)])
        elif name in {"int", "float", "str", "list", "tuple", "len", "max", "min"} and static_only(args):
            return self.node(node, "static", [v for a in args for v in leaves(a)])
        elif name in {"int", "float", "str", "bool"} and isinstance(first, Py):
            return Py(tag=first.tag if first.tag == "run" else "")
        elif name == "getattr" and len(args) >= 2 and isinstance(args[1], Py) and isinstance(args[1].const, str):
            if isinstance(first, Sym):
                self.facts.trouble(node, self.module, "a TensorFlow name looked up by getattr")
        if name in STRUCTURAL or name in {"isinstance"}:
            return Py()
        return self.escape_call(node, [*args, *keywords.values()])

    def static_range(self, args: list[Value]) -> Value:
        """Return the value of range(...)."""
        consts = [a.const if isinstance(a, Py) else UNKNOWN for a in args]
        if consts and all(type(c) is int for c in consts):
            try:
                found = range(*consts)  # type: ignore[arg-type]
            except (TypeError, ValueError):
                return Seq("list", None)
            if len(found) <= 256:
                return Seq("list", [Py(i) for i in found])
        return Seq("list", None, Py())

    def zipped(self, args: list[Value]) -> Value:
        """Return the value of zip(...)."""
        columns = [a.items if isinstance(a, Seq) else None for a in args]
        known = [c for c in columns if c is not None]
        if known and len(known) == len(columns):
            return Seq("list", [Seq("tuple", list(row)) for row in zip(*known, strict=False)])
        return Seq("list", None, Seq("tuple", [self.each(a) if isinstance(a, (Seq, Map)) else (
            self.element(a, 0, self.stmt_expr(a))) for a in args]))  # type: ignore[attr-defined]  # fmt: skip

    def stmt_expr(self, value: Value) -> ast.expr:
        """Return an expression to hang an element of a value on."""
        return value.expr if isinstance(value, (Node, Var)) else ast.Constant(None)

    def mapped(self, name: str, args: list[Value], node: ast.Call) -> Value:
        """Return the value of map(...) and filter(...)."""
        if name == "filter":
            return Seq("list", None, self.each(args[1]))
        rows = self.zipped(args[1:])
        if isinstance(rows, Seq) and rows.items is not None and isinstance(args[0], Sym):
            partial = Partial(args[0], [])
            return Seq("list", [self.call_partial(partial, node, list(leaves(r))) for r in rows.items])
        if isinstance(rows, Seq) and rows.items is not None and isinstance(args[0], Func):
            return Seq("list", [self.call_function(args[0], list(r.items or []), {}, node) for r in rows.items
                                if isinstance(r, Seq)])  # fmt: skip
        return self.escape_call(node, args[1:])

    # -- methods
    def call_method(self, method: Method, node: ast.Call, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Return what a method of a known kind of value gives."""
        owner, name = method.owner, method.name
        if isinstance(owner, Seq):
            return self.sequence_method(owner, name, node, args)
        if isinstance(owner, Map):
            return self.map_method(owner, name, node, args)
        if isinstance(owner, Opt):
            return self.optimizer_method(owner, name, node)
        if isinstance(owner, Sess):
            return self.session_method(owner, name, node)
        if isinstance(owner, GraphValue):
            return self.graph_method(owner, name, node)
        if isinstance(owner, Var):
            return self.variable_method(owner, name, node)
        if isinstance(owner, Node):
            return self.tensor_method(owner, name, node)
        if isinstance(owner, Writer):
            if name not in {"close", "flush", "add_graph"}:
                self.facts.trouble(node, self.module, f"summaries are written (`{name}`): not converted yet",
                                   "tensorflow.summary.FileWriter")  # fmt: skip
            return Py(tag="writer-call")
        if isinstance(owner, Py) and isinstance(owner.const, str) and name in {"startswith", "endswith"} and args:
            given = args[0].const if isinstance(args[0], Py) else None
            return Py(getattr(owner.const, name)(given)) if isinstance(given, str) else Py()
        if isinstance(owner, Py) and owner.tag == "saver":
            self.facts.trouble(node, self.module, f"a Saver is used (`{name}`): not converted yet; tf.train.Checkpoint "
                               "takes its place", "tensorflow.train.Saver")  # fmt: skip
            return Py()
        return self.call_unknown(owner, node, [*args, *keywords.values()])

    def sequence_method(self, owner: Seq, name: str, node: ast.Call, args: list[Value]) -> Value:
        """Return what a list method gives; the list changes in place."""
        first = args[0] if args else Py()
        if name in {"append", "insert", "extend"}:
            added = args[-1] if args else Py()
            new = (added.items if isinstance(added, Seq) else None) if name == "extend" else [added]
            if owner.items is not None and new is not None and name != "insert":
                owner.items.extend(new)
            else:
                owner.each = join(self.each(owner), self.each(added) if name == "extend" else added)
                owner.items = None
            self.mutate_base(node, added)
            return Py(None)
        if name == "pop":
            last = owner.items[-1] if owner.items else self.each(owner)
            owner.each, owner.items = self.each(owner), None
            self.mutate_base(node, last)
            return last
        if name in {"index", "count"}:
            return Py()
        if name in {"reverse", "sort", "clear", "remove"}:
            owner.each, owner.items = self.each(owner), None
            self.mutate_base(node, first)
            return Py(None)
        return Seq(owner.kind, None, self.each(owner)) if name == "copy" else Py()

    def mutate_base(self, node: ast.Call, value: Value) -> None:
        """Record that a method call changes the object it is called on."""
        if isinstance(node.func, ast.Attribute):
            self.mutate(node.func.value, self.module.statement(node), value)  # type: ignore[attr-defined]

    def map_method(self, owner: Map, name: str, node: ast.Call, args: list[Value]) -> Value:
        """Return what a dict method gives."""
        keys = [k if isinstance(k, Value) else Py(k) for k in owner.items or {}]
        if name in {"items", "iteritems"} and owner.items is not None:
            return Seq("list", [Seq("tuple", [k, v]) for k, v in zip(keys, owner.items.values(), strict=True)])
        if name in {"values", "itervalues"} and owner.items is not None:
            return Seq("list", list(owner.items.values()))
        if name == "keys" and owner.items is not None:
            return Seq("list", keys)
        if name in {"items", "iteritems", "values", "itervalues"}:
            each = self.each(owner)
            return Seq("list", None, Seq("tuple", [Py(), each]) if "items" in name else each)
        if name == "update" or name == "setdefault" or name == "pop":
            new = args[0] if args else Py()
            if name == "update" and isinstance(new, Map) and new.items is not None and owner.items is not None:
                owner.items.update(new.items)
            elif name != "pop":
                owner.each, owner.items = join(self.each(owner), self.each(args[-1]) if args else Py()), None
            self.mutate_base(node, new)
            return self.each(owner)
        const = self.key(args[0]) if args else None  # type: ignore[attr-defined]
        if name == "get" and owner.items is not None and const in owner.items:
            return owner.items[const]
        return self.each(owner) if name == "get" else Py()

    # -- anything else
    def escape_call(self, node: ast.Call, args: list[Value]) -> Value:
        """A call into Python that takes graph values can't be followed."""
        for leaf in (v for a in args for v in leaves(a)):
            if isinstance(leaf, Sess):
                self.facts.trouble(node, self.module, "a session is passed to a function that is not of the project")
                return Top("a session was passed")
            if isinstance(leaf, Effect) or (isinstance(leaf, Node) and not leaf.constant):
                return self.lost(node, leaf)
        return self.escape(node, args)

    def lost(self, node: ast.AST, leaf: Node) -> Value:
        """Note that a graph value is given to Python code at build time."""
        text = leaf.module.source.segment(leaf.expr).split("\n")[0][:50]
        self.facts.trouble(node, self.module, f"the tensor `{text}` is used outside of a run (it has no value there)")
        return Top(f"`{text}` was given to code that can't be followed")

    def in_place(self, node: ast.Call) -> None:
        """Record calls that change their receiver or argument in place, as far as their names tell."""
        changed: list[ast.expr] = []
        if isinstance(node.func, ast.Attribute):
            if node.func.attr in CHANGES_RECEIVER:
                changed.append(node.func.value)
            if node.func.attr in CHANGES_ARGUMENT and node.args:
                changed.append(node.args[0])
        changed += [k.value for k in node.keywords if k.arg == "out"]
        for expr in changed:
            self.mutate(expr, self.module.statement(node), Py())  # type: ignore[attr-defined]

    def segment_ends(self, node: ast.expr, name: str) -> bool:
        """Tell whether an expression's last name is `name`."""
        return (isinstance(node, ast.Attribute) and node.attr == name) or (
            isinstance(node, ast.Name) and node.id == name
        )

    def call_partial(self, callee: Partial, node: ast.Call, args: list[Value]) -> Value:
        """Call what functools.partial made."""
        given = [*callee.args, *args]
        if isinstance(callee.target, Func):
            return self.call_function(callee.target, given, {}, node)
        assert isinstance(callee.target, Sym)
        symbol = callee.target.name
        if is_machinery(symbol):
            self.facts.trouble(node, self.module, "functools.partial around a TensorFlow name that makes state", symbol)
            return Top("functools.partial")
        deps = Dep.RANDOM if symbol in opkinds.RANDOM else Dep.STATEFUL if symbol in opkinds.STATEFUL else Dep.NONE
        return self.node(node, symbol, [v for a in given for v in leaves(a)], deps)

    def call_unknown(self, callee: Value, node: ast.Call, args: list[Value]) -> Value:
        """Call something that is not of the program."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        keywords = {k.arg for k in node.keywords}
        if name in {"make_one_shot_iterator", "make_initializable_iterator", "make_initializer"}:
            why = "dataset iterators are not converted yet; iterate over the dataset itself"
            self.facts.trouble(node, self.module, why)
            return Top(why)
        if name == "run" and ("feed_dict" in keywords or any(in_graph(a) for a in args)):
            self.facts.trouble(node, self.module, "a run in a session that comes from elsewhere")
            return Py(tag="run")
        self.in_place(node)
        if self.segment_ends(node.func, "partial") and args and isinstance(args[0], (Sym, Func)):
            return Partial(args[0], args[1:])
        if isinstance(callee, Partial):
            return self.call_partial(callee, node, args)
        if isinstance(callee, Top):
            if any(in_graph(a) or isinstance(a, Sess) for a in args):
                self.facts.trouble(node, self.module, callee.reason)
            return callee
        if static_only(args) and isinstance(callee, Py) and callee.tag in {"numpy", "module"} and name != "":
            return self.node(node, "static", [v for a in args for v in leaves(a) if is_tensor(v)])
        result = self.escape_call(node, args)
        if isinstance(result, Top):
            return result
        tag = callee.tag if isinstance(callee, Py) else ""
        return Py(tag=tag if tag in {"numpy", "config", "module"} else "")


def static_only(args: list[Value]) -> bool:
    """Tell whether some argument is a static shape or part of one, and no other graph value is among them."""
    found = [v for a in args for v in leaves(a) if isinstance(v, (Node, Var))]
    return bool(found) and all(isinstance(v, Node) and v.op == "static" for v in found)


def holds_site(node: ast.AST) -> bool:
    """Tell whether a function's text runs a session (by its words: a cheap test, made before its body is walked)."""
    known = _HOLDS.get(node)
    if known is None:
        known = False
        for child in ast.walk(node):
            if isinstance(child, ast.Attribute) and child.attr in {
                "Session", "InteractiveSession", "MonitoredTrainingSession", "Supervisor"
            }:  # fmt: skip
                known = True
            if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute):
                base = child.func.value
                if child.func.attr == "run" and (
                    any(k.arg == "feed_dict" for k in child.keywords)
                    or (isinstance(base, ast.Name) and "sess" in base.id.lower())
                    or (isinstance(base, ast.Attribute) and "sess" in base.attr.lower())
                ):
                    known = True
                if child.func.attr == "eval" and any(k.arg in {"feed_dict", "session"} for k in child.keywords):
                    known = True
        _HOLDS[node] = known
    return known


_HOLDS: weakref.WeakKeyDictionary[ast.AST, bool] = weakref.WeakKeyDictionary()

__all__ = ["PURE_BUILTINS", "Calls", "ModuleSource", "holds_site"]

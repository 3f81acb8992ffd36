"""Calls of the program's own functions and classes."""

from __future__ import annotations

import ast

from migrator.analysis.environment import Env
from migrator.analysis.facts import Def, HelperCall
from migrator.analysis.modules import ModuleSource
from migrator.analysis.sites import Sites
from migrator.analysis.values import (
    UNKNOWN,
    Cls,
    Func,
    Inst,
    Map,
    Node,
    Py,
    Seq,
    Sess,
    Top,
    Value,
    Var,
    is_tensor,
    join,
    leaves,
)

MAX_DEPTH, MAX_CALLS = 12, 20_000


class FunctionCalls(Sites):
    """Walks the bodies of functions that are called."""

    def each(self, value: Value) -> Value:
        """Return any element of a container."""
        found: Value | None = None
        for leaf in leaves(value):
            found = leaf if found is None else join(found, leaf)
        return found or Py()

    def call_function(
        self, func: Func, args: list[Value], keywords: dict[str, Value], node: ast.AST | None, *, unknown: bool = False
    ) -> Value:
        """Walk a function's body with these arguments; return what it returns."""
        self.count += 1
        if func.node in self.calls or len(self.calls) > MAX_DEPTH or self.count > MAX_CALLS:
            if func.node not in self.calls and "tensorflow" in func.module.source.text:
                why = "calls are nested too deeply" if len(self.calls) > MAX_DEPTH else "too many calls"
                self.facts.trouble(func.node, func.module, f"{why} to be followed: what this one does is not known")
            tensors = [v for a in args for v in leaves(a) if is_tensor(v)]
            return self.node(node, "recursion", tensors) if isinstance(node, ast.expr) and tensors else Py()
        self.walked.add(func.node)
        if not unknown and not isinstance(func.node, ast.Lambda):
            known = self.facts.calls_of.get(func.node, 0)
            self.facts.calls_of[func.node] = 2 if self.any_loops or known else 1
            given = any(isinstance(v, Sess) for a in [*args, *keywords.values()] for v in leaves(a))
            if isinstance(node, ast.Call) and (given or func.node in func.module.holders):
                calls = self.facts.run_calls.setdefault(func.node, [])
                calls.extend([node] if node not in calls else [])
        if func.node in self.run_results and not unknown:
            return self.called_again(func, args, keywords, node)
        env = Env(func.node, "function", func.env if isinstance(func.env, Env) else None)
        saved = self.enter(func.module, env)
        nodes = self.node_count
        own = func.node in func.module.holders
        self.helper = 0 if own or (unknown and not isinstance(func.node, ast.Lambda)) else self.helper + 1
        self.loops = 0 if own else self.loops
        self.calls.append(func.node)
        self.call_nodes.append(node)
        self.returns = []
        self.stopped = False
        outer, begun = self.making, self.begin(func, node, saved[0], own or unknown)
        often = own and not unknown and self.called_often(func, saved[0])
        self.bind_parameters(func, env, args, keywords, unknown, often)
        if begun is not None:
            begun.arguments.update({k: b.value for k, b in env.names.items() if b.value is not None})
        if isinstance(func.node, ast.Lambda):
            result: Value = self.eval(func.node.body)
        else:
            self.block(func.node.body)
            returned: Value | None = None
            for value in self.returns:
                returned = value if returned is None else join(returned, value)
            result = returned or Py(None)
        self.calls.pop()
        self.call_nodes.pop()
        self.making = outer
        if begun is not None and begun.states:
            self.facts.helper_calls.setdefault(begun.call, []).append(begun)
        self.stopped = False
        self.leave(saved)
        if own:
            self.run_results[func.node] = result
        if self.module is not func.module and self.node_count > nodes:
            self.facts.reached.setdefault(self.module.path, set()).add(func.module.path)
        return result

    def begin(self, func: Func, node: ast.AST | None, caller: ModuleSource, own: bool) -> HelperCall | None:
        """Begin to note what the call of a helper makes, unless a helper around it does that."""
        if own:
            self.making = None
        named = isinstance(func.node, ast.FunctionDef) and isinstance(node, ast.Call)
        if own or not named or self.making is not None or func.module is not caller:
            return None
        assert isinstance(func.node, ast.FunctionDef)
        assert isinstance(node, ast.Call)
        self.making = HelperCall(node, func.node, func.module, tuple(self.scopes))
        return self.making

    def called_often(self, func: Func, caller: ModuleSource) -> bool:
        """Tell whether a function that is walked once may be called with other arguments too."""
        name = getattr(func.node, "name", "")
        places = [n for n in func.module.names if n.id == name]
        return self.any_loops > 0 or len(places) != 1 or caller is not func.module

    def called_again(self, func: Func, args: list[Value], keywords: dict[str, Value], node: ast.AST | None) -> Value:
        """A function that runs sessions is walked once: each call builds the same code anew."""
        given = [v for a in [*args, *keywords.values()] for v in leaves(a)]
        plain = isinstance(func.node, ast.FunctionDef) and isinstance(node, ast.Call) and func.module is self.module
        stopping = (Top,) if plain else (Node, Var, Sess, Top)
        if node is not None and any(isinstance(v, stopping) for v in given):
            self.facts.trouble(
                node, self.module, "a function that runs sessions is called several times with graph values"
            )
        return self.run_results[func.node]

    def bind_parameters(
        self, func: Func, env: Env, args: list[Value], keywords: dict[str, Value], unknown: bool, often: bool = False
    ) -> None:
        """Bind a function's parameters."""
        spec = func.node.args
        names = [a.arg for a in [*spec.posonlyargs, *spec.args]]
        given = [func.bound, *args] if func.bound is not None else list(args)
        values: dict[str, Value] = dict(zip(names, given, strict=False))
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
            values[spec.vararg.arg] = Seq("tuple", given[len(names) :] if not unknown else None)
        if spec.kwarg is not None:
            values[spec.kwarg.arg] = Map(None if unknown else dict(keywords.items()))
        for name, given_value in values.items():
            value = loose(given_value) if often else given_value
            found = self.facts.define(Def(name, None, func.node, func.module, value=value, parameter=True))
            env.bind(name, value, found)

    def instantiate(self, cls: Cls, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
        """Make an instance: walk `__init__`."""
        inst = Inst(cls)
        self.instances.setdefault(cls.node, inst)
        init = self.class_member(cls, "__init__")
        if isinstance(init, Func):
            self.call_function(Func(init.node, init.module, init.env, inst), args, keywords, node)
        else:
            bad = self.escape(node, [*args, *keywords.values()])
            if isinstance(bad, Top):
                return bad
        return inst


def loose(value: Value) -> Value:
    """Return what is known of a parameter whatever constants its calls give."""
    if isinstance(value, Py) and value.const is not UNKNOWN and value.tag not in {"builtin"}:
        return Py(tag="float" if type(value.const) is float else value.tag)
    if isinstance(value, Seq) and value.items is not None and any(isinstance(v, Py) for v in leaves(value)):
        return Seq(value.kind, [loose(v) for v in value.items])
    return value

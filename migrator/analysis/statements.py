"""The interpreter: walks modules and the functions that nothing calls."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from migrator.analysis.control_flow import ControlFlow
from migrator.analysis.environment import Env
from migrator.analysis.modules import ModuleSource
from migrator.analysis.state import GraphState
from migrator.analysis.values import Cls, Effect, Func, FunctionNode, Inst, Node, Opt, Var
from migrator.syntax.walk import walk


class Interpreter(ControlFlow):
    """Walks a project's modules in program order and fills `facts`."""

    def run_module(self, module: ModuleSource) -> Env:
        """Walk a module once; return its names."""
        if module.path in self.envs:
            return self.envs[module.path]
        env = Env(None, "module")
        self.envs[module.path] = env
        saved = self.enter(module, env)
        self.guarded(module, lambda: self.block(module.tree.body))
        self.leave(saved)
        return env

    def guarded(self, module: ModuleSource, walk: Callable[[], object]) -> None:
        """Walk code; what is nested too deeply for the walk refuses its module instead of stopping the project."""
        if not self.calls:
            self.count = 0  # the budget is for what one module or function sets off
        try:
            walk()
        except RecursionError:
            first = module.tree.body[0] if module.tree.body else module.tree
            self.facts.trouble(first, module, "the code is nested too deeply to be analysed")
            self.calls.clear()
            self.call_nodes.clear()
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            # a fault of the walk must not take the other files with it, and must not pass for knowledge
            first = module.tree.body[0] if module.tree.body else module.tree
            why = f"an internal error ({type(error).__name__}: {error}); please report this"
            self.facts.trouble(first, module, why)
            self.calls.clear()
            self.call_nodes.clear()

    def run_uncalled(self, module: ModuleSource) -> None:
        """Walk the functions and methods that nothing has called, with unknown parameters."""
        env = self.envs[module.path]
        saved = self.enter(module, env)
        for func in list(self.functions.get(module.path, ())):
            lambda_ = isinstance(func.node, ast.Lambda) and func.node not in func.module.holders
            if func.node not in self.walked and not lambda_:
                outer, self.graph = self.graph, GraphState(-1)
                bound = self.bound_method(func) if self.bind_self else func
                self.guarded(module, partial(self.call_function, bound, [], {}, None, unknown=True))
                self.graph = outer
                self.check_uncalled(func)
        self.leave(saved)

    def bound_method(self, func: Func) -> Func:
        """Return a method with an instance of its class, made with unknown arguments if the program makes none."""
        home = func.module.parents.get(func.node)
        if not isinstance(home, ast.ClassDef) or func.bound is not None or _is_static(func.node):
            return func
        inst = self.instances.get(home)
        if inst is None:
            cls = next((d.value for d in self.facts.defs.get(home, ()) if isinstance(d.value, Cls)), None)
            if cls is None:
                return func
            inst = self.instances[home] = Inst(cls)
            init = self.class_member(cls, "__init__")
            if isinstance(init, Func) and func.node is not init.node:
                made = Func(init.node, init.module, init.env, inst)
                self.guarded(func.module, partial(self.call_function, made, [], {}, None, unknown=True))
        return Func(func.node, func.module, func.env, inst)

    def check_uncalled(self, func: Func) -> None:
        """A function that nothing calls may hold ops, but no state: how it would be shared is unknown."""
        if func.node in func.module.holders:
            return
        for stmt in walk(func.node):
            for value in self.facts.created.get(stmt, ()) if isinstance(stmt, ast.stmt) else ():
                if (
                    isinstance(value, Opt)
                    or (isinstance(value, Node) and value.op == "placeholder")
                    or (isinstance(value, (Var, Effect)))
                ):
                    self.facts.trouble(value.expr, value.module, "graph state is made in a function that no run of the "
                                       "project reaches")  # fmt: skip

    def block(self, stmts: list[ast.stmt]) -> None:
        """Walk statements in order."""
        for index, stmt in enumerate(stmts):
            if self.stopped and self.helper:
                self.stopped = False
                self.branch_taken([], stmts[index:])
                self.stopped = True
                return
            outer = self.stmt
            if not self.helper:
                self.stmt = stmt
            kind = stmt.__class__
            if kind not in self.executors:
                self.executors[kind] = getattr(self, f"do_{kind.__name__}", None)
            method = self.executors[kind]
            if method is not None:
                method(stmt)
            self.stmt = outer


def _is_static(node: FunctionNode) -> bool:
    """Tell whether a function of a class takes no instance."""
    found = getattr(node, "decorator_list", [])
    return any(isinstance(d, ast.Name) and d.id in {"staticmethod", "classmethod"} for d in found)

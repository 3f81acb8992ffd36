"""Optimizers, gradients, groups, initializers and collections of variables."""

from __future__ import annotations

import ast
import re

from migrator.analysis.backward import GATE_GRAPH, GATE_NONE, GATE_OP, Backward
from migrator.analysis.values import UNKNOWN, Effect, Node, Opt, Py, Seq, Sym, Top, Value, Var, is_tensor, leaves
from migrator.analysis.variable_calls import VariableCalls


class TrainingCalls(VariableCalls):
    """Evaluates calls that train variables and gather them."""

    def optimizer(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """An optimizer."""
        again = self.facts.optimizers.get(node)
        if again is not None:
            return again
        found = Opt(node, self.stmt, self.module, symbol=symbol, args=args, values=self.values_of(args))
        self.facts.create(self.stmt, found)
        self.facts.optimizers[node] = found
        if self.helper:
            self.facts.trouble(node, self.module, "an optimizer made in a helper function", symbol)
        return found

    def trainables(self) -> tuple[Var, ...]:
        """Return the default graph's trainable variables so far, in order of creation."""
        return tuple(v for v in self.graph.variables if v.trainable is not False)

    def optimizer_method(self, owner: Opt, name: str, node: ast.Call) -> Value:
        """minimize, compute_gradients, apply_gradients."""
        args = self.bound_arguments(f"Optimizer.{name}", node)
        plain = all("GradientDescent" in o.symbol for o in owner.choices or (owner,))
        if name in {"minimize", "apply_gradients"} and not plain:
            self.graph.slots = True
        if name in {"minimize", "compute_gradients"}:
            return self.gradient_op(owner, name, node, args)
        if name == "apply_gradients":
            pairs = self.value(args, "grads_and_vars")
            step = self.value(args, "global_step")
            writes = [v for leaf in leaves(pairs) for v in ([leaf] if isinstance(leaf, Var) else [])]
            if not writes:
                writes = list(self.trainables())
            writes += [step] if isinstance(step, Var) else []
            rates = [v for o in owner.choices or (owner,) for v in o.values.values() if is_tensor(v)]
            found = self.effect(node, "apply", [*leaves(pairs), *rates], tuple(dict.fromkeys(writes)), optimizer=owner,
                                global_step=step, pairs=pairs)  # fmt: skip
            found.call = args
            return found
        if name in {"get_slot", "get_slot_names", "variables"}:
            self.facts.trouble(node, self.module, f"the optimizer's slots are read (`{name}`)", owner.symbol)
            return Top("optimizer slots")
        self.facts.trouble(node, self.module, f"unknown method `{name}` of an optimizer", owner.symbol)
        return Top("optimizer method")

    def gradient_op(self, owner: Opt, name: str, node: ast.Call, args: dict[str, ast.expr]) -> Value:
        """minimize and compute_gradients: gradients of a loss by variables."""
        loss = self.value(args, "loss")
        given = self.value(args, "var_list")
        none = given is None or (isinstance(given, Py) and given.const is None)
        variables = self.trainables() if none else tuple(v for v in leaves(given) if isinstance(v, Var))
        if not none and (not variables or any(not isinstance(v, Var) for v in leaves(given))):
            self.facts.trouble(node, self.module, "the var_list is not statically known")
        if not isinstance(loss, (Node, Var)):
            self.facts.trouble(node, self.module, "the loss is not a tensor that the analysis knows")
            return Top("unknown loss")
        if any(v.trainable is None for v in variables):
            self.facts.trouble(node, self.module, "it is not statically known which variables are trainable")
        self.facts.snapshots[node] = variables
        rates = [v for v in owner.values.values() if is_tensor(v)]
        control = tuple(n for group in self.control for n in group)
        backward = Backward((loss,), tuple(dict.fromkeys(variables)), self.gate(args), control)
        if name == "minimize":
            step = self.value(args, "global_step")
            step = step if isinstance(step, Var) else None
            reached = tuple(v for v in loss.ancestors() if isinstance(v, Var)) if isinstance(loss, Node) else (loss,)
            writes = tuple(v for v in variables if v in reached) + ((step,) if step is not None else ())
            found = self.effect(node, "minimize", [loss, *rates], writes, optimizer=owner, loss=loss, global_step=step)
            found.call, found.backward = args, backward
            return found
        pairs: list[Value] = []
        for variable in variables:
            gradient = self.node(node, "gradient", [loss, variable])
            gradient.call, gradient.backward, gradient.by = args, backward, variable
            pairs.append(Seq("tuple", [gradient, variable]))
        return Seq("list", pairs)

    def gradients(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.gradients: a list with one tensor for each x."""
        xs = list(leaves(self.value(args, "xs")))
        ys = list(leaves(self.value(args, "ys")))
        if any(isinstance(v, Top) for v in [*xs, *ys]):
            return Top("gradients of something that is not known")
        gate = GATE_OP if self.const(args, "gate_gradients") is True else GATE_NONE
        control = tuple(n for group in self.control for n in group)
        backward = Backward(tuple(ys), tuple(dict.fromkeys(xs)), gate, control)
        found = []
        for x in xs:
            gradient = self.node(node, symbol, [*ys, x])
            gradient.backward, gradient.by = backward, x
            found.append(gradient)
        return Seq("list", list(found))

    def gate(self, args: dict[str, ast.expr]) -> int:
        """Return what compute_gradients makes the gradients wait for."""
        given = self.value(args, "gate_gradients")
        if given is None or (isinstance(given, Py) and given.const == GATE_OP):
            return GATE_OP
        text = ast.unparse(args["gate_gradients"])
        return GATE_GRAPH if text.endswith("GATE_GRAPH") else GATE_OP if text.endswith("GATE_OP") else GATE_NONE

    def hessians(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.hessians: a list with one tensor for each x."""
        xs = list(leaves(self.value(args, "xs")))
        if any(isinstance(v, Var) for v in xs):
            why = "tf.hessians of a variable raises in TensorFlow 2: take it of tf.identity(variable), in the loss too"
            self.facts.trouble(node, self.module, why, symbol)
        return self.gradients(node, args, symbol)

    def decay(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """A learning-rate schedule: a tensor of the global step."""
        result = self.node(node, symbol, [v for x in self.values_of(args).values() for v in leaves(x)])
        result.call, result.dtype = args, "float32"
        return result

    def group(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.group."""
        parts = [v for x in self.values_of(args).values() for v in leaves(x) if isinstance(v, Node)]
        writes = tuple(dict.fromkeys(w for e in parts if isinstance(e, Effect) for w in e.writes))
        only_init = bool(parts) and all(isinstance(e, Effect) and e.kind == "init" for e in parts)
        return self.effect(node, "init" if only_init else "group", list(parts), writes)

    def no_op(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.no_op."""
        return self.effect(node, "noop", [], ())

    def initializer(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """Initializer ops."""
        if symbol.endswith(("variables_initializer", "initialize_variables")) and "var_list" in args:
            return self.init_effect(node, tuple(v for v in leaves(self.value(args, "var_list")) if isinstance(v, Var)))
        if "local" in symbol or "tables" in symbol:
            return self.init_effect(node, ())
        return self.init_effect(node, tuple(self.graph.variables))

    def collection(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """trainable_variables, global_variables, get_collection."""
        scope = self.const(args, "scope")
        short = symbol.rsplit(".", 1)[-1]
        key = self.value(args, "key")
        if short == "get_collection":
            name = key.name if isinstance(key, Sym) else str(key.const) if isinstance(key, Py) else ""
            short = {"TRAINABLE_VARIABLES": "trainable_variables", "GLOBAL_VARIABLES": "global_variables",
                     "trainable_variables": "trainable_variables", "variables": "global_variables",
                     "VARIABLES": "global_variables"}.get(name.rsplit(".", 1)[-1], "")  # fmt: skip
        if not short or scope is UNKNOWN:
            self.facts.trouble(node, self.module, "a graph collection that is not statically known", symbol)
            return Top("a graph collection")
        chosen = self.trainables() if short == "trainable_variables" else tuple(self.graph.variables)
        if short in {"local_variables", "model_variables", "moving_average_variables"}:
            chosen = ()
        if isinstance(scope, str):
            chosen = tuple(v for v in chosen if v.name is None or re.match(scope, v.name))
        if short in {"global_variables", "all_variables"} and self.graph.slots:
            why = "TF1's list of global variables holds the optimizer's slots too: list the variables that are meant"
            self.facts.trouble(node, self.module, why, symbol)
        if any(v.name is None or v.trainable is None for v in chosen) and isinstance(scope, str):
            self.facts.trouble(node, self.module, "variables are chosen by names that are not statically known", symbol)
        self.facts.snapshots[node] = chosen
        return Seq("list", list(chosen))

"""tf.layers: calls that make a layer with variables, or use one again, and apply it at once."""

from __future__ import annotations

import ast

from migrator.analysis.contexts import ContextCalls
from migrator.analysis.values import Dep, Func, Layer, Node, Py, Sym, Top, Value, Var, dep_of, is_tensor, leaves
from migrator.tables import layers, opkinds


class LayerCalls(ContextCalls):
    """Evaluates the functions of tf.layers."""

    def layer(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """A layer with variables, applied to its input."""
        given = self.value(args, "inputs")
        if not is_tensor(given) or any(name.startswith("*") for name in args):
            why = "the input or the arguments of a layer are not statically known"
            self.facts.trouble(node, self.module, why, symbol)
            return Top(why)
        assert given is not None
        found = self.layer_of(node, args, symbol)
        if found is None:
            return Top("a layer whose variables are not statically known")
        result = self.node(node, symbol, self.applied(node, found, given, self.value(args, "activation")))
        result.call = args
        result.taken.update(self.values_of(args))
        result.dtype = given.dtype if isinstance(given, (Node, Var)) else None
        if self.stmt is not None:  # else it stands in a branch that this call does not take
            self.facts.layers.setdefault(node, []).append((found, result))
        found.calls.append(result)
        return result

    def applied(self, node: ast.Call, layer: Layer, given: Value, activation: Value | None) -> list[Value]:
        """Return what a layer's result is made of, op by op: a gradient waits for some of them only."""
        kernels = [v for short, v in layer.weights.items() if short != "bias"]
        bias = layer.weights.get("bias")
        product = "tensorflow.matmul" if layer.symbol == "tensorflow.layers.dense" else "tensorflow.nn.conv2d"
        at: Value = given
        for kernel in kernels:
            at = self.inner(node, product, [at, kernel])
        if bias is not None:
            at = self.inner(node, "tensorflow.nn.bias_add", [at, bias])
        if activation is None or (isinstance(activation, Py) and activation.const is None):
            return [at]
        if isinstance(activation, Sym):
            return [self.inner(node, activation.name, [at])]
        effects, results, _ = self.branches([activation], [at])
        if effects or not isinstance(activation, Func):
            self.facts.trouble(node, self.module, "the activation of a layer is not a function that is known to have "
                               "no effect", layer.symbol)  # fmt: skip
        return results or [at]

    def inner(self, node: ast.Call, op: str, inputs: list[Value]) -> Node:
        """Return an op inside a layer."""
        control = tuple(n for group in self.control for n in group)
        given = tuple(v for v in inputs if isinstance(v, (Node, Var)))
        deps = dep_of(inputs) | (Dep.RANDOM if op in opkinds.RANDOM else Dep.NONE)
        return Node(node, self.stmt, self.module, op=op, inputs=given, control=control, deps=deps)

    def layer_of(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Layer | None:
        """Return the layer that a call makes, or the one that it shares by name."""
        name = self.const(args, "name")
        reuse = self.value(args, "reuse")
        again = isinstance(reuse, Sym) or (isinstance(reuse, Py) and reuse.const is True)
        known_reuse = reuse is None or again or (isinstance(reuse, Py) and reuse.const in (None, False))
        if not known_reuse:
            self.facts.trouble(node, self.module, "whether a layer's variables are shared (reuse) is not statically "
                               "known", symbol)  # fmt: skip
            return None
        if name is None:
            full = self.graph.default_scope(self.scoped(symbol.rsplit(".", 1)[-1]))
        elif isinstance(name, str) and name:
            full = self.scoped(name)
            self.graph.open_scope(full)
        else:
            self.facts.trouble(node, self.module, "a layer whose name is not statically known", symbol)
            return None
        known = self.graph.layers.get(full)
        if known is not None and known.symbol == symbol and (again or self.reuse or known.expr is node):
            self.made(node, known)
            return known
        row = layers.LAYERS[symbol]
        biased = self.const(args, "use_bias", True)
        weights = row.weights if biased is True else row.weights[:-1]
        if not isinstance(biased, bool):
            self.facts.trouble(node, self.module, "whether a layer has a bias is not statically known", symbol)
            return None
        if known is not None or any(f"{full}/{w}" in self.graph.by_name for w in weights):
            why = f"a layer's variables `{full}/...` exist already and are shared another way"
            self.facts.trouble(node, self.module, why, symbol)
            return None
        trainable = self.const(args, "trainable", True)
        found = Layer(node, self.stmt, self.module, symbol=symbol, name=full, args=args, loop=self.loops > 0)
        found.taken.update(self.values_of(args))
        for weight in weights:
            variable = Var(
                node, self.stmt, self.module, name=f"{full}/{weight}", via="layer", graph=self.graph.number,
                trainable=trainable if isinstance(trainable, bool) else None, loop=self.loops > 0, scoped=True,
            )  # fmt: skip
            variable.layer = found
            given = self.value(args, "inputs")
            variable.dtype = given.dtype if isinstance(given, (Node, Var)) else None
            self.facts.create(self.stmt, variable)
            self.graph.variables.append(variable)
            self.graph.by_name[f"{full}/{weight}"] = variable
            found.weights[weight] = variable
        self.graph.layers[full] = found
        self.made(node, found)
        return found

    def dropout_layer(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.layers.dropout: draws only where ``training`` says so, and by default it does not."""
        training = self.value(args, "training")
        off = training is None or (isinstance(training, Py) and training.const in (None, False))
        tensors = [v for value in self.values_of(args).values() for v in leaves(value) if is_tensor(v)]
        inner: list[Value] = tensors if off else [self.node(node, "tensorflow.nn.dropout", tensors, Dep.RANDOM)]
        result = self.node(node, symbol, inner)
        result.call = args
        result.taken.update(self.values_of(args))
        given = self.value(args, "inputs")
        result.dtype = given.dtype if isinstance(given, (Node, Var)) else None
        return result

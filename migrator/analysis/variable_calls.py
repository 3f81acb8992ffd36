"""Placeholders, variables and the ops that write them."""

from __future__ import annotations

import ast

from migrator.analysis import shapes
from migrator.analysis.plain_ops import PlainOps, literal_shape
from migrator.analysis.values import Dep, Effect, Node, Py, Seq, Sym, Top, Value, Var, leaves
from migrator.tables import signatures


class VariableCalls(PlainOps):
    """Evaluates calls that make, read and write variables."""

    def placeholder(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """A placeholder, with or without default."""
        found = self.node(node, "placeholder", (), Dep.PLACEHOLDER)
        found.call = args
        dtype = self.value(args, "dtype")
        if isinstance(dtype, Sym):
            found.dtype = dtype.name.rsplit(".", 1)[-1]
        elif isinstance(dtype, Py) and isinstance(dtype.const, str):
            found.dtype = {"float": "float32", "int": "int32"}.get(dtype.const, dtype.const)
        given = self.value(args, "input")
        if given is not None:
            found.dtype = given.dtype if isinstance(given, (Node, Var)) else self.literal_dtype(given)
        found.shape = self.static_shape(self.value(args, "shape"))
        found.static = exact_sizes(self.value(args, "shape"))
        found.loop = self.loops > 0
        if self.helper == 1 and isinstance(self.call_nodes[-1], ast.Call):
            found.called = self.call_nodes[-1]
        elif self.helper:
            found.loop = True
        return found

    def variable(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.Variable and tf.get_variable."""
        got = symbol.endswith("get_variable")
        again = self.facts.variables.get(node)
        if again is not None and not self.helper and not self.loops:  # the second walk through a loop
            if again not in self.graph.variables:
                self.graph.variables.append(again)
                self.graph.by_name.setdefault(again.name or "", again)
            return again
        name = self.const(args, "name", None if got else "Variable")
        full: str | None = None
        if isinstance(name, str):
            if got:
                full = self.scoped(name)
                known = self.graph.by_name.get(full)
                if known is not None and (self.reuse or known.expr is node):
                    if known.expr is not node:
                        self.facts.reused[node] = known
                    elif self.reuse and self.loops and not self.helper:
                        why = "a variable that the rounds of a loop share by name: make it before the loop"
                        self.facts.trouble(node, self.module, why, symbol)
                    self.made(node, known)
                    return known
            else:
                full = self.graph.unique("/".join([*self.name_scopes, name]))
        initial = args.get("initializer") if got else args.get("initial_value")
        trainable = self.const(args, "trainable", True)
        collections = self.value(args, "collections")
        found = Var(
            node, self.stmt, self.module, name=full, trainable=trainable if isinstance(trainable, bool) else None,
            initial=initial, via="get_variable" if got else "Variable", loop=self.loops > 0, graph=self.graph.number,
            dtype=self.variable_dtype(args, initial, got), shape=self.variable_shape(args, initial, got),
        )  # fmt: skip
        given = self.value(args, "shape") if got else None
        found.static = exact_sizes(given) if given is not None else shapes.of(self.facts.latest.get(initial))  # type: ignore[arg-type]
        if collections is not None:
            found.trainable = None
        found.resource = self.const(args, "use_resource") not in {None, False}
        found.scoped = bool(self.scopes if got else self.name_scopes)
        self.facts.create(self.stmt, found)
        if initial is not None:
            value = self.facts.latest[initial]
            found.sources = tuple(v for v in leaves(value) if isinstance(v, Node))
            if any(v.deps & (Dep.PLACEHOLDER | Dep.EFFECT) and of_a_run(v) for v in found.sources):
                self.facts.trouble(node, self.module, "a variable's start value depends on what is fed or written")
        self.facts.variables[node] = found
        self.made(node, found)
        self.graph.variables.append(found)
        if full is not None:
            self.graph.by_name[full] = found
        return found

    def variable_dtype(self, args: dict[str, ast.expr], initial: ast.expr | None, got: bool) -> str | None:
        """Return a variable's static dtype."""
        given = self.value(args, "dtype")
        if isinstance(given, Sym):
            return given.name.rsplit(".", 1)[-1]
        value = self.facts.latest.get(initial) if initial is not None else None
        if isinstance(value, (Node, Var)):
            return value.dtype
        if got and (value is None or isinstance(value, Sym) or (isinstance(value, Py) and value.const is None)):
            return "float32"
        return self.literal_dtype(value)

    def variable_shape(
        self, args: dict[str, ast.expr], initial: ast.expr | None, got: bool
    ) -> tuple[int | None, ...] | None:
        """Return a variable's static shape, from its arguments or from the op that makes its start value."""
        if got and "shape" in args:
            return self.static_shape(self.value(args, "shape"))
        value = self.facts.latest.get(initial) if initial is not None else None
        if isinstance(value, Py) and isinstance(value.const, (int, float, bool)):
            return ()
        if isinstance(value, Seq):
            return literal_shape(value)
        if isinstance(value, Node) and "shape" in value.call:
            return self.static_shape(self.facts.latest.get(value.call["shape"]))
        return value.shape if isinstance(value, (Node, Var)) else None

    def global_step(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.train.get_or_create_global_step and its kin."""
        known = self.graph.by_name.get("global_step")
        if known is not None:
            return known
        found = Var(node, self.stmt, self.module, name="global_step", trainable=False, dtype="int64", shape=(),
                    via="global_step", graph=self.graph.number)  # fmt: skip
        self.facts.create(self.stmt, found)
        self.facts.variables[node] = found
        self.graph.by_name["global_step"] = found
        self.graph.variables.append(found)
        return found

    def assign(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.assign and its kin, scatter updates."""
        target = args.get("ref") if "ref" in args else args.get("*0")
        if target is None:
            self.facts.trouble(node, self.module, "a write without a target", symbol)
            return Top("a write without a target")
        inputs = [v for name, value in self.values_of(args).items() if name != "ref" for v in leaves(value)]
        return self.write(node, target, inputs, symbol.rsplit(".", 1)[-1], args)

    def write(
        self, node: ast.Call, target: ast.expr, inputs: list[Value], method: str, args: dict[str, ast.expr]
    ) -> Value:
        """Make the effect of a write to a target expression."""
        value = self.facts.latest.get(target)
        variables = tuple(dict.fromkeys(v for leaf in leaves(value) for v in written(leaf)))
        kind = "assign" if isinstance(value, Var) else "lens"
        found = self.effect(node, kind, [*inputs, *variables], variables, target=value)
        found.op = method
        found.call = {**args, "ref": target}
        found.taken.update(self.values_of(args))
        found.dtype = value.dtype if isinstance(value, (Node, Var)) else None
        return found

    def variable_method(self, owner: Var, name: str, node: ast.Call) -> Value:
        """Methods of variables."""
        args: dict[str, ast.expr] = {}
        values: list[Value] = []
        for index, arg in enumerate(node.args):
            values.append(self.eval(arg))
            args[f"*{index}"] = arg
        for keyword in node.keywords:
            values.append(self.eval(keyword.value))
            args[keyword.arg or "**"] = keyword.value
        if name in signatures.VARIABLE_WRITES:
            assert isinstance(node.func, ast.Attribute)
            return self.write(node, node.func.value, [v for x in values for v in leaves(x)], name, args)
        if name in {"read_value", "value", "initialized_value"}:
            result = self.node(node, name, (owner,))
            result.dtype, result.shape, result.static = owner.dtype, owner.shape, owner.static
            return result
        if name in {"get_shape", "set_shape"}:
            return Py(tag="static")
        if name == "load":
            self.facts.load(node, owner)
            return Py(None)
        return self.node(node, name, [owner, *[v for x in values for v in leaves(x)]])

    def tensor_method(self, owner: Node, name: str, node: ast.Call) -> Value:
        """Methods of tensors."""
        values = [v for a in [*node.args, *[k.value for k in node.keywords]] for v in leaves(self.eval(a))]
        if name in signatures.VARIABLE_WRITES and isinstance(node.func, ast.Attribute):
            given = {f"*{i}": a for i, a in enumerate(node.args)} | {k.arg or "**": k.value for k in node.keywords}
            return self.write(node, node.func.value, values, name, given)
        if name in {"get_shape", "set_shape"}:
            return self.static(node, owner) if name == "get_shape" else self.shape_set(node, owner)
        return self.node(node, "static" if owner.op == "static" else name, [owner, *values])

    def shape_set(self, node: ast.Call, owner: Node) -> Value:
        """`t.set_shape(...)`: a statement about the tensor that must go where the tensor goes."""
        self.mutate(node.func.value, self.module.statement(node), owner)  # type: ignore[attr-defined]
        sizes = exact_sizes(self.facts.latest.get(node.args[0])) if node.args else None
        owner.static = sizes if sizes is not None and None not in sizes else None
        return self.node(node, "set_shape", (owner,))


def exact_sizes(value: Value | None) -> shapes.Shape | None:
    """Return the static shape that a shape argument gives, where every size is known here."""
    sizes = shapes.literal(value)
    return sizes if sizes is not None and all(s is None or s >= 0 for s in sizes) else None


def written(value: Value | None) -> list[Var]:
    """Return the variables that a write to a value reaches: itself, or those it is derived from."""
    if isinstance(value, Var):
        return [value]
    if isinstance(value, Node):
        return [v for v in value.ancestors() if isinstance(v, Var)]
    return []


def of_a_run(node: Node) -> bool:
    """Tell whether a value depends on what is fed or written, beyond static shapes."""
    seen: set[int] = set()
    stack: list[Value] = [node]
    while stack:
        value = stack.pop()
        if id(value) in seen or not isinstance(value, Node) or value.op == "static":
            continue
        seen.add(id(value))
        if value.op == "placeholder" or isinstance(value, Effect) or value.control:
            return True
        stack.extend(value.inputs)
    return False

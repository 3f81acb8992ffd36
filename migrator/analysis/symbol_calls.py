"""What calls of TensorFlow names give: placeholders, variables, optimizers, effects, sessions; any other is an op."""

from __future__ import annotations

import ast
from collections.abc import Callable

from migrator.analysis.state import GraphState, Method, State
from migrator.analysis.values import (
    UNKNOWN,
    Dep,
    Effect,
    Func,
    GraphValue,
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
    leaves,
)  # fmt: skip
from migrator.tables import opkinds, signatures, unsupported


class Context(Value):
    """A name_scope, variable_scope, device or control_dependencies context."""

    def __init__(self, kind: str, name: str | None = None, deps: tuple[Node, ...] = (), reuse: bool = False) -> None:
        self.kind, self.name, self.deps, self.reuse = kind, name, deps, reuse


class SymbolCalls(State):
    """Evaluates calls of TensorFlow names."""

    def call_symbol(self, symbol: str, node: ast.Call) -> Value:
        """Return what a call of a TensorFlow name gives."""
        args = self.bound_arguments(symbol, node)
        why = unsupported.reason(symbol)
        if why is not None and symbol not in signatures.INITIALIZERS:
            self.facts.trouble(node, self.module, why, symbol)
            return Top(why)
        handler = _HANDLERS.get(symbol)
        if handler is not None:
            return handler(self, node, args, symbol)
        if symbol.endswith("_initializer") or symbol in signatures.INITIALIZERS:
            return Py(tag="initializer")
        if symbol in signatures.OPTIMIZERS:
            again = self.facts.optimizers.get(node)
            if again is not None:
                return again
            found = Opt(node, self.stmt, self.module, symbol=symbol, args=args, values=self.values_of(args))
            self.facts.create(self.stmt, found)
            self.facts.optimizers[node] = found
            if self.helper:
                self.facts.trouble(node, self.module, "an optimizer made in a helper function", symbol)
            return found
        if symbol in signatures.ASSIGNS:
            return self.assign(node, args, symbol)
        return self.plain_op(symbol, node, args)

    def bound_arguments(self, symbol: str, node: ast.Call) -> dict[str, ast.expr]:
        """Evaluate all arguments; return them by TF1 keyword ("*" holds what could not be mapped)."""
        names = signatures.of(symbol)
        args: dict[str, ast.expr] = {}
        for index, arg in enumerate(node.args):
            self.eval(arg)
            key = names[index] if index < len(names) and not isinstance(arg, ast.Starred) else f"*{index}"
            args[key] = arg
        for keyword in node.keywords:
            self.eval(keyword.value)
            args[keyword.arg or "**"] = keyword.value
        return args

    def values_of(self, args: dict[str, ast.expr]) -> dict[str, Value]:
        """Return the values of arguments."""
        return {name: self.facts.latest[expr] for name, expr in args.items()}

    def value(self, args: dict[str, ast.expr], name: str) -> Value | None:
        """Return an argument's value, None where it isn't given."""
        return self.facts.latest[args[name]] if name in args else None

    def const(self, args: dict[str, ast.expr], name: str, default: object = None) -> object:
        """Return an argument's Python constant, UNKNOWN where it isn't known."""
        value = self.value(args, name)
        if value is None:
            return default
        return value.const if isinstance(value, Py) else UNKNOWN

    # -- plain operations
    def plain_op(self, symbol: str, node: ast.Call, args: dict[str, ast.expr]) -> Value:
        """Return what an ordinary op gives: a tensor that depends on its arguments."""
        values = list(self.values_of(args).values())
        if symbol in opkinds.PYTHON_TIME or symbol.startswith(signatures.PYTHON_TIME_PREFIXES):
            if any(in_graph(v) for v in values):
                return self.node(node, symbol, [v for x in values for v in leaves(x)], Dep.STATEFUL)
            return Py(tag="tensorflow")
        tensors = [v for value in values for v in leaves(value) if is_tensor(v)]
        tops = [v for value in values for v in leaves(value) if isinstance(v, Top)]
        deps = Dep.RANDOM if symbol in opkinds.RANDOM else Dep.STATEFUL if symbol in opkinds.STATEFUL else Dep.NONE
        if symbol == "tensorflow.while_loop":
            deps |= Dep.STATEFUL  # what its body may give differs between eager and traced code
        effects, inner, several = self.branches(values, tensors)
        result: Node
        if effects:
            writes = tuple(w for e in effects for w in e.writes)
            result = self.effect(node, "control", [*tensors, *inner, *effects], writes)
        else:
            result = self.node(node, symbol, [*tensors, *inner], deps)
        if tops:
            result.deps |= Dep.UNKNOWN
        result.many = several or symbol in signatures.GIVES_MANY
        result.op, result.call = (result.op if effects else symbol), args
        result.dtype = self.result_dtype(symbol, args, tensors)
        result.shape = self.result_shape(symbol, args, tensors)
        if symbol in signatures.GIVES_LIST:
            return self.many(node, symbol, args, result)
        return result

    def branches(self, values: list[Value], tensors: list[Value]) -> tuple[list[Effect], list[Value], bool]:
        """Walk functions given to control flow ops (cond, while_loop, map_fn).

        Returns:
            (their effects, their results, whether one gives several tensors).
        """
        several = False
        effects: list[Effect] = []
        results: list[Value] = []
        for value in values:
            for func in leaves(value):
                if not isinstance(func, Func):
                    continue
                before = len(self.facts.created.get(self.stmt, ())) if self.stmt is not None else 0
                count = len(func.node.args.args) - (1 if func.bound else 0)
                given: list[Value] = [t for t in tensors if isinstance(t, (Node, Var))][:count]
                while len(given) < count:
                    given.append(self.node(ast.Constant(None), "argument", tensors))
                made = self.call_function(func, given, {}, func.node)  # type: ignore[attr-defined]
                results.extend(v for v in leaves(made) if is_tensor(v))
                several = several or isinstance(made, (Seq, Map))
                new = self.facts.created.get(self.stmt, [])[before:] if self.stmt is not None else []
                effects.extend(e for e in new if isinstance(e, Effect))
        return effects, results, several

    def result_dtype(self, symbol: str, args: dict[str, ast.expr], tensors: list[Value]) -> str | None:
        """Return an op's static dtype, where it is known."""
        given = self.value(args, "dtype") or (self.value(args, "Tout"))
        if isinstance(given, Sym):
            return given.name.rsplit(".", 1)[-1]
        argument = opkinds.DTYPE_ARGUMENT.get(symbol)
        if argument is not None and argument[1] is not None and argument[0] not in args:
            return argument[1]
        fixed = opkinds.RESULT_DTYPE.get(symbol)
        if fixed is not None:
            return fixed
        if symbol == "tensorflow.constant" or symbol in signatures.SAME_DTYPE:
            dtypes = {t.dtype for t in tensors if isinstance(t, (Node, Var))}
            if len(dtypes) == 1:
                return dtypes.pop()
            if not tensors and symbol == "tensorflow.constant":
                return self.literal_dtype(self.value(args, "value"))
        return None

    def result_shape(
        self, symbol: str, args: dict[str, ast.expr], tensors: list[Value]
    ) -> tuple[int | None, ...] | None:
        """Return an op's static shape, where it is known."""
        for name in ("shape", "dims"):
            if name in args and symbol not in signatures.SHAPE_OF_OTHER:
                return self.static_shape(self.value(args, name))
        if symbol == "tensorflow.constant":
            return literal_shape(self.value(args, "value"))
        first = tensors[0] if tensors else None
        if symbol in signatures.SAME_SHAPE and isinstance(first, (Node, Var)):
            return first.shape
        return None

    def literal_dtype(self, value: Value | None) -> str | None:
        """Return the dtype that TF1 gives to a Python value."""
        consts = [v.const for v in leaves(value) if isinstance(v, Py)] if value is not None else []
        kinds = {type(c) for c in consts}
        if kinds and kinds <= {int, float}:
            return "float32" if float in kinds else "int32"
        return {frozenset({bool}): "bool", frozenset({str}): "string"}.get(frozenset(kinds)) if kinds else None

    def many(self, node: ast.Call, symbol: str, args: dict[str, ast.expr], result: Node) -> Value:
        """Return the list of tensors that a split, unstack or similar op gives."""
        count = self.const(args, "num_or_size_splits" if symbol.endswith("split") else "num")
        sizes = self.value(args, "num_or_size_splits")
        if isinstance(sizes, Seq) and sizes.items is not None:
            count = len(sizes.items)
        if not isinstance(count, int) or not 0 < count <= 256:
            return result
        elements = []
        for index in range(count):
            element = self.node(node, "element", (result,))
            element.index, element.dtype = index, result.dtype
            elements.append(element)
        return Seq("list", list(elements))

    # -- placeholders and variables
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
        found.loop = self.helper > 0 or self.loops > 0
        return found

    def static_shape(self, value: Value | None) -> tuple[int | None, ...] | None:
        """Return a literal shape as a tuple."""
        if isinstance(value, Py) and isinstance(value.const, int) and not isinstance(value.const, bool):
            return (value.const,)
        if not isinstance(value, Seq) or value.items is None:
            return None
        sizes: list[int | None] = []
        for item in value.items:
            const = item.const if isinstance(item, Py) else UNKNOWN
            sizes.append(const if isinstance(const, int) and const >= 0 else None)
        return tuple(sizes)

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
                    return known
            else:
                full = self.graph.unique("/".join([*self.names_open, name]))
        initial = args.get("initializer") if got else args.get("initial_value")
        trainable = self.const(args, "trainable", True)
        collections = self.value(args, "collections")
        found = Var(
            node, self.stmt, self.module, name=full, trainable=trainable if isinstance(trainable, bool) else None,
            initial=initial, via="get_variable" if got else "Variable", loop=self.loops > 0, graph=self.graph.number,
            dtype=self.variable_dtype(args, initial, got), shape=self.variable_shape(args, initial, got),
        )  # fmt: skip
        if collections is not None:
            found.trainable = None
        self.facts.create(self.stmt, found)
        if initial is not None:
            value = self.facts.latest[initial]
            found.sources = tuple(v for v in leaves(value) if isinstance(v, Node))
            if any(v.deps & (Dep.PLACEHOLDER | Dep.EFFECT) for v in found.sources):
                self.facts.trouble(node, self.module, "a variable's start value depends on what is fed or written")
        self.facts.variables[node] = found
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
        if isinstance(value, Seq) and value.items is not None and all(isinstance(i, Py) for i in value.items):
            return (len(value.items),)
        if isinstance(value, Node) and "shape" in value.call:
            return self.static_shape(self.facts.latest.get(value.call["shape"]))
        return value.shape if isinstance(value, (Node, Var)) else None

    @property
    def names_open(self) -> list[str]:
        """The open name scopes (variable scopes open one too)."""
        return self.name_scopes

    # -- writes
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
            result.dtype, result.shape = owner.dtype, owner.shape
            return result
        if name in {"get_shape", "set_shape"}:
            return Py(tag="static")
        if name == "load":
            self.facts.trouble(node, self.module, "`load` writes a variable through a session: not converted yet")
            return Py(None)
        return self.node(node, name, [owner, *[v for x in values for v in leaves(x)]])

    def tensor_method(self, owner: Node, name: str, node: ast.Call) -> Value:
        """Methods of tensors."""
        values = [v for a in [*node.args, *[k.value for k in node.keywords]] for v in leaves(self.eval(a))]
        if name in signatures.VARIABLE_WRITES and isinstance(node.func, ast.Attribute):
            return self.write(node, node.func.value, values, name, {f"*{i}": a for i, a in enumerate(node.args)})
        if name in {"get_shape", "set_shape"}:
            return self.static(node, owner) if name == "get_shape" else self.shape_set(node, owner)  # type: ignore[attr-defined]
        return self.node(node, "static" if owner.op == "static" else name, [owner, *values])

    def shape_set(self, node: ast.Call, owner: Node) -> Value:
        """`t.set_shape(...)`: a statement about the tensor that must go where the tensor goes."""
        self.mutate(node.func.value, self.module.statement(node), owner)  # type: ignore[attr-defined]
        return self.node(node, "set_shape", (owner,))

    # -- optimizers and gradients
    def trainables(self) -> tuple[Var, ...]:
        """Return the default graph's trainable variables so far, in order of creation."""
        return tuple(v for v in self.graph.variables if v.trainable is not False)

    def optimizer_method(self, owner: Opt, name: str, node: ast.Call) -> Value:
        """minimize, compute_gradients, apply_gradients."""
        args = self.bound_arguments(f"Optimizer.{name}", node)
        if name in {"minimize", "apply_gradients"} and "GradientDescent" not in owner.symbol:
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
            found = self.effect(node, "apply", list(leaves(pairs)), tuple(dict.fromkeys(writes)), optimizer=owner,
                                global_step=step)  # fmt: skip
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
        if name == "minimize":
            step = self.value(args, "global_step")
            step = step if isinstance(step, Var) else None
            reached = tuple(v for v in loss.ancestors() if isinstance(v, Var)) if isinstance(loss, Node) else (loss,)
            writes = tuple(v for v in variables if v in reached) + ((step,) if step is not None else ())
            found = self.effect(node, "minimize", [loss, *rates], writes, optimizer=owner, loss=loss, global_step=step)
            found.call = args
            return found
        pairs: list[Value] = []
        for variable in variables:
            gradient = self.node(node, "gradient", [loss, variable])
            gradient.call = args
            pairs.append(Seq("tuple", [gradient, variable]))
        return Seq("list", pairs)

    def gradients(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """tf.gradients: a list with one tensor for each x."""
        xs = list(leaves(self.value(args, "xs")))
        ys = list(leaves(self.value(args, "ys")))
        if any(isinstance(v, Top) for v in [*xs, *ys]):
            return Top("gradients of something that is not known")
        return Seq("list", [self.node(node, symbol, [*ys, x]) for x in xs])

    def decay(self, node: ast.Call, args: dict[str, ast.expr], symbol: str) -> Value:
        """A learning-rate schedule: a tensor of the global step."""
        result = self.node(node, symbol, [v for x in self.values_of(args).values() for v in leaves(x)])
        result.call, result.dtype = args, "float32"
        return result

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

    # -- operations
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
        import re

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

    # -- sessions, graphs, contexts
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

    def session_method(self, owner: Sess, name: str, node: ast.Call) -> Value:
        """Methods of sessions other than run."""
        if name == "close":
            owner.closed = True
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

    def tagged(self, tag: str) -> Callable[..., Value]:
        """Return a handler that gives a tagged Python value."""
        return lambda node, args, symbol: Py(tag=tag)

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
        if kind == "device":
            return Context(kind)
        reuse = self.value(args, "reuse")
        again = isinstance(reuse, (Py, Sym)) and (isinstance(reuse, Sym) or reuse.const is True)
        return Context(kind, name if isinstance(name, str) else None, reuse=again)

    def enter_context(self, expr: ast.expr, value: Value, stmt: ast.stmt) -> tuple[Value, Callable[[], None]]:
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
        saved = (list(self.scopes), list(self.name_scopes), self.reuse)
        if value.name is None and value.kind in {"variable_scope", "variable_op_scope"}:
            why = ("a helper that makes variables in a scope is not converted yet" if self.helper else
                   "a variable scope whose name is not statically known")  # fmt: skip
            self.facts.trouble(expr, self.module, why)
        if value.name:
            self.name_scopes = [self.graph.unique("/".join([*self.name_scopes, value.name]))]
            if value.kind in {"variable_scope", "variable_op_scope"}:
                self.scopes = [*self.scopes, value.name]
                self.reuse = self.reuse or value.reuse
        return Py(tag="scope"), lambda: self._leave_scope(saved)

    def _leave_scope(self, saved: tuple[list[str], list[str], bool]) -> None:
        self.scopes, self.name_scopes, self.reuse = saved

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


def literal_shape(value: Value | None) -> tuple[int | None, ...] | None:
    """Return the shape of a literal: nested lists of Python numbers."""
    if isinstance(value, Py) and value.const is not UNKNOWN:
        return ()
    if isinstance(value, Seq) and value.items:
        inner = literal_shape(value.items[0])
        return None if inner is None else (len(value.items), *inner)
    return None


def written(value: Value | None) -> list[Var]:
    """Return the variables that a write to a value reaches: itself, or those it is derived from."""
    if isinstance(value, Var):
        return [value]
    if isinstance(value, Node):
        return [v for v in value.ancestors() if isinstance(v, Var)]
    return []


def _nothing() -> None:
    """Leave a context that changed nothing."""


def _tag(tag: str) -> Callable[[SymbolCalls, ast.Call, dict[str, ast.expr], str], Value]:
    return lambda self, node, args, symbol: Py(tag=tag)


_HANDLERS: dict[str, Callable[[SymbolCalls, ast.Call, dict[str, ast.expr], str], Value]] = {
    "tensorflow.placeholder": SymbolCalls.placeholder,
    "tensorflow.placeholder_with_default": SymbolCalls.placeholder,
    "tensorflow.Variable": SymbolCalls.variable,
    "tensorflow.get_variable": SymbolCalls.variable,
    "tensorflow.gradients": SymbolCalls.gradients,
    "tensorflow.group": SymbolCalls.group,
    "tensorflow.no_op": SymbolCalls.no_op,
    "tensorflow.Session": SymbolCalls.session,
    "tensorflow.InteractiveSession": SymbolCalls.session,
    "tensorflow.Graph": SymbolCalls.new_graph_value,
    "tensorflow.get_default_graph": SymbolCalls.new_graph_value,
    "tensorflow.reset_default_graph": SymbolCalls.reset_graph,
    "tensorflow.ConfigProto": _tag("config"),
    "tensorflow.GPUOptions": _tag("config"),
    "tensorflow.set_random_seed": _tag("seed"),
    "tensorflow.disable_v2_behavior": _tag("graph-call"),
    "tensorflow.disable_eager_execution": _tag("graph-call"),
    "tensorflow.disable_v2_tensorshape": _tag("graph-call"),
    "tensorflow.disable_resource_variables": _tag("graph-call"),
    "tensorflow.train.Saver": _tag("saver"),
    "tensorflow.summary.FileWriter": SymbolCalls.writer,
    "tensorflow.train.SummaryWriter": SymbolCalls.writer,
    "tensorflow.train.create_global_step": SymbolCalls.global_step,
    "tensorflow.train.get_or_create_global_step": SymbolCalls.global_step,
    "tensorflow.train.get_global_step": SymbolCalls.global_step,
    "tensorflow.contrib.framework.get_or_create_global_step": SymbolCalls.global_step,
    **{f"tensorflow.{n}": SymbolCalls.initializer for n in (
        "global_variables_initializer", "initialize_all_variables", "variables_initializer", "initialize_variables",
        "local_variables_initializer", "initialize_local_variables", "tables_initializer", "initialize_all_tables")},
    **{f"tensorflow.{n}": SymbolCalls.collection for n in (
        "trainable_variables", "global_variables", "all_variables", "local_variables", "get_collection",
        "model_variables", "moving_average_variables")},
    **{f"tensorflow.{n}": SymbolCalls.context for n in (
        "name_scope", "variable_scope", "device", "control_dependencies", "op_scope", "variable_op_scope")},
    **{f"tensorflow.train.{n}": SymbolCalls.decay for n in signatures.DECAYS},
}  # fmt: skip

__all__ = ["Context", "GraphState", "Map", "Method", "SymbolCalls"]

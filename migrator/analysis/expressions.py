"""The interpreter's expressions: names, attributes, operators, containers, comprehensions."""

from __future__ import annotations

import ast
import operator

from migrator.analysis.calls import Calls
from migrator.analysis.environment import Env, builtin, truth
from migrator.analysis.state import Method
from migrator.analysis.values import (
    UNKNOWN,
    Cls,
    Dep,
    Func,
    GraphValue,
    Inst,
    Map,
    ModuleValue,
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
    dep_of,
    is_tensor,
    join,
    leaves,
    one_of_variables,
)  # fmt: skip

COMPREHENSION_LIMIT = 256
_FOLD = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
}  # fmt: skip
STATIC_ATTRIBUTES = frozenset({"shape", "dtype", "name", "op", "graph", "device", "op_def", "type", "inputs"})


class Expressions(Calls):
    """Evaluates expressions to abstract values."""

    def eval(self, node: ast.expr) -> Value:
        """Evaluate an expression and record its value."""
        method = getattr(self, f"eval_{type(node).__name__}", None)
        if method is None:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.eval(child)
            return self.facts.record(node, Py())
        value: Value = method(node)
        return self.facts.record(node, value)

    # -- names
    def eval_Name(self, node: ast.Name) -> Value:
        hit = self.env.look_up(node.id)
        if hit is None:
            self.facts.use(node, ())
            return builtin(node.id) or Py()
        binding, _ = hit
        self.facts.use(node, binding.defs)
        if isinstance(binding.value, Sym):
            self.symbol(node, binding.value.name)
        return binding.value

    def symbol(self, node: ast.expr, name: str) -> None:
        """Record that an expression spells a TensorFlow name."""
        self.facts.symbols[node] = name

    def eval_Attribute(self, node: ast.Attribute) -> Value:
        owner = self.eval(node.value)
        return self.attribute(owner, node)

    def attribute(self, owner: Value, node: ast.Attribute) -> Value:
        """Return the value of an attribute of a value."""
        name = node.attr
        if isinstance(owner, Sym):
            full = self.canonical(f"{owner.name}.{name}")
            self.symbol(node, full)
            return Sym(full)
        if isinstance(owner, ModuleValue):
            binding = self.run_module(owner.module).names.get(name)
            value = binding.value if binding else Py()
            if isinstance(value, Sym):
                self.facts.trouble(node, self.module, f"`{name}` is TensorFlow's, taken from another module of the "
                                   "project; import it from tensorflow here")  # fmt: skip
            if any(isinstance(v, (Node, Var, Sess)) for v in leaves(value)):
                self.facts.trouble(node, self.module, f"graph values of another module are used (`{name}`)")
            return value
        if isinstance(owner, Inst):
            return self.instance_attribute(owner, node)
        if isinstance(owner, Var) and name == "name":
            self.facts.names_read = True
        if isinstance(owner, Var) and name == "name" and owner.name is not None:
            return Py(f"{owner.name}:0")
        if isinstance(owner, Var):
            if name in ("initializer",):
                return self.init_effect(node, (owner,))
            return Method(owner, name) if name not in STATIC_ATTRIBUTES else Py(tag="static")
        if one_of_variables(owner) and name in STATIC_ATTRIBUTES:
            self.facts.names_read = self.facts.names_read or name == "name"
            return Py(tag="static")
        if isinstance(owner, Node):
            if name in STATIC_ATTRIBUTES or (owner.op == "static" and name in {"value", "ndims"}):
                return self.static(node, owner)
            return Method(owner, name)
        if isinstance(owner, (Opt, Seq, Map, Sess, GraphValue, Writer)):
            if isinstance(owner, Sess) and name == "graph":
                return GraphValue(node, self.stmt, self.module, default=True)
            return Method(owner, name)
        if isinstance(owner, Top):
            return owner
        return (
            Py(tag=owner.tag)
            if isinstance(owner, Py) and owner.tag in {"numpy", "config", "module", "run"}
            else (Method(owner, name))
        )

    def static(self, node: ast.expr, owner: Node) -> Value:
        """Return a Python value that TF1 took from the graph while it was built (a static shape, a name)."""
        if owner.constant:
            return Py(tag="static")
        return self.node(node, "static", (owner,))

    def instance_attribute(self, owner: Inst, node: ast.Attribute) -> Value:
        """Return an attribute of an instance: its own, then its class'."""
        if node.attr in owner.attributes:
            return owner.attributes[node.attr]
        binding = self.class_member(owner.cls, node.attr)
        if isinstance(binding, Func):
            bound = Func(binding.node, binding.module, binding.env, owner)
            decorators = getattr(binding.node, "decorator_list", [])
            if any(isinstance(d, ast.Name) and d.id == "property" for d in decorators):
                return self.call_function(bound, [], {}, node)
            return bound
        return binding or Top(f"attribute {node.attr} is set elsewhere")

    def class_member(self, cls: Cls, name: str) -> Value | None:
        """Return a member of a class or of its bases within the project."""
        env = cls.env
        if isinstance(env, Env) and name in env.names:
            return env.names[name].value
        for base in cls.node.bases:
            value = self.facts.latest.get(base)
            if isinstance(value, Cls):
                found = self.class_member(value, name)
                if found is not None:
                    return found
        return None

    def set_attribute(self, target: ast.Attribute, owner: Value, value: Value) -> None:
        """React to an attribute assignment on an object that is not of the program."""
        if isinstance(owner, (Opt, Sess, Node, Var)):
            self.facts.trouble(
                target, self.module, f"an attribute of a TensorFlow object is assigned (`{target.attr}`)"
            )

    # -- operators
    def eval_Constant(self, node: ast.Constant) -> Value:
        return Py(node.value)

    def eval_BinOp(self, node: ast.BinOp) -> Value:
        return self.binop(node, self.eval(node.left), self.eval(node.right), node.op)

    def binop(self, node: ast.expr | ast.AugAssign, left: Value, right: Value, op: ast.operator) -> Value:
        """Return the value of a binary operation."""
        if is_tensor(left) or is_tensor(right):
            expr = node if isinstance(node, ast.expr) else node.target
            only = [v for v in (left, right) if is_tensor(v)]
            static = all(isinstance(v, Node) and v.op == "static" for v in only)
            result = self.node(
                expr, "static" if static else "binop", [v for v in (left, right) if is_tensor(v) or isinstance(v, Top)]
            )
            dtypes = {v.dtype for v in (left, right) if isinstance(v, (Node, Var))}
            result.dtype = dtypes.pop() if len(dtypes) == 1 else None
            return result
        if isinstance(left, Seq) and isinstance(right, Seq) and isinstance(op, ast.Add):
            if left.items is not None and right.items is not None:
                return Seq(left.kind, [*left.items, *right.items])
            return Seq(left.kind, None, join(self.any_of(left), self.any_of(right)))
        if isinstance(left, Seq) and isinstance(op, ast.Mult):
            count = right.const if isinstance(right, Py) else UNKNOWN
            if left.items is not None and isinstance(count, int) and 0 <= count * len(left.items) <= 256:
                return Seq(left.kind, left.items * count)
            return Seq(left.kind, None, self.any_of(left))
        for side in (left, right):
            if isinstance(side, Top):
                return side
        if isinstance(left, Py) and isinstance(right, Py):
            return self.fold(op, left, right)
        return Py()

    def fold(self, op: ast.operator, left: Py, right: Py) -> Py:
        """Compute with known Python numbers and strings."""
        tag = "numpy" if "numpy" in (left.tag, right.tag) else ""
        function = _FOLD.get(type(op))
        known = all(isinstance(v.const, (int, float, str)) for v in (left, right))
        if function is not None and known:
            try:
                folded = function(left.const, right.const)
            except (ArithmeticError, TypeError, ValueError):
                return Py(tag=tag)
            if not isinstance(folded, str) or len(folded) < 1000:
                return Py(folded, tag=tag)
        return Py(tag=tag)

    def any_of(self, value: Value) -> Value:
        """Return a value that stands for any element of a container."""
        each: Value | None = value.each if isinstance(value, (Seq, Map)) else None
        for item in leaves(value):
            each = item if each is None else join(each, item)
        return each or Py()

    def eval_UnaryOp(self, node: ast.UnaryOp) -> Value:
        value = self.eval(node.operand)
        if is_tensor(value):
            result = self.node(node, "unary", (value,))
            result.dtype = value.dtype  # type: ignore[attr-defined]
            return result
        if isinstance(value, Py) and isinstance(value.const, (int, float)):
            if isinstance(node.op, ast.USub):
                return Py(-value.const)
            if isinstance(node.op, ast.Not):
                return Py(not value.const)
        if isinstance(node.op, ast.Not) and isinstance(value, Py) and value.const is None:
            return Py(True)
        if isinstance(node.op, ast.Not) and isinstance(value, (Func, Sym, Cls)):
            return Py(False)
        return value if isinstance(value, Top) else Py()

    def eval_BoolOp(self, node: ast.BoolOp) -> Value:
        values = [self.eval(v) for v in node.values]
        each: Value | None = None
        for value in values:
            each = join(each, value)
        return each or Py()

    def eval_Compare(self, node: ast.Compare) -> Value:
        values = [self.eval(node.left), *[self.eval(c) for c in node.comparators]]
        identity = all(isinstance(o, (ast.Is, ast.IsNot, ast.In, ast.NotIn)) for o in node.ops)
        tensors = [v for v in values if is_tensor(v)]
        if tensors and not identity:
            if any(isinstance(o, (ast.Eq, ast.NotEq)) for o in node.ops):
                self.facts.trouble(node, self.module, "`==` on tensors compares identity in TF1 and elements in TF2; "
                                   "write `is`, or tf.equal where elements were meant")  # fmt: skip
            result = self.node(node, "compare", tensors)
            result.dtype = "bool"
            return result
        for value in values:
            if isinstance(value, Top):
                return value
        return self.compared(node, values)

    def compared(self, node: ast.Compare, values: list[Value]) -> Py:
        """Return what ``x is None`` and comparisons of constants give, where it is known."""
        if len(node.ops) != 1:
            return Py()
        left, right = values
        negated = isinstance(node.ops[0], (ast.IsNot, ast.NotEq))
        if isinstance(node.ops[0], (ast.Is, ast.IsNot)) and isinstance(right, Py) and right.const is None:
            if isinstance(left, Py) and left.const is UNKNOWN:
                return Py()
            none = isinstance(left, Py) and left.const is None
            return Py(none is not negated)
        if isinstance(node.ops[0], (ast.In, ast.NotIn)) and isinstance(left, Py) and isinstance(right, Py):
            if isinstance(left.const, str) and isinstance(right.const, str):
                return Py((left.const in right.const) is isinstance(node.ops[0], ast.In))
        if isinstance(node.ops[0], (ast.Eq, ast.NotEq)) and isinstance(left, Py) and isinstance(right, Py):
            if UNKNOWN not in (left.const, right.const):
                return Py((left.const == right.const) is not negated)
        return Py()

    def eval_IfExp(self, node: ast.IfExp) -> Value:
        self.eval(node.test)
        return join(self.eval(node.body), self.eval(node.orelse))

    # -- containers
    def eval_List(self, node: ast.List) -> Value:
        return self.sequence("list", node.elts)

    def eval_Tuple(self, node: ast.Tuple) -> Value:
        return self.sequence("tuple", node.elts)

    def eval_Set(self, node: ast.Set) -> Value:
        return self.sequence("list", node.elts)

    def sequence(self, kind: str, elements: list[ast.expr]) -> Seq:
        """Return a list or tuple of evaluated elements."""
        items: list[Value] | None = []
        each: Value | None = None
        for element in elements:
            value = self.eval(element.value if isinstance(element, ast.Starred) else element)
            if isinstance(element, ast.Starred):
                known = value.items if isinstance(value, Seq) else None
                if known is None:
                    each, items = join(each, self.any_of(value)), None
                elif items is not None:
                    items.extend(known)
            elif items is not None:
                items.append(value)
            else:
                each = join(each, value)
        return Seq(kind, items, each)

    def key(self, value: Value) -> object | None:
        """Return what a dict key is looked up by: a Python constant, or the tensor itself."""
        if isinstance(value, (Node, Var)):
            return value
        if isinstance(value, Py) and isinstance(value.const, (str, int, float, bool, bytes)):
            return value.const
        return None

    def eval_Dict(self, node: ast.Dict) -> Value:
        items: dict[object, Value] | None = {}
        each: Value | None = None
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            key = self.eval(key_node) if key_node is not None else None
            value = self.eval(value_node)
            each = join(each, value)
            const = self.key(key) if key is not None else None
            if const is None and isinstance(value, Map) and key_node is None and value.items is not None:
                if items is not None:
                    items.update(value.items)
            elif const is None:
                items = None
            elif items is not None:
                items[const] = value
        return Map(items, each if items is None else None)

    def eval_Subscript(self, node: ast.Subscript) -> Value:
        owner, key = self.eval(node.value), self.eval(node.slice)
        if isinstance(owner, Map):
            const = self.key(key)
            if owner.items is not None and const is not None and const in owner.items:
                return owner.items[const]
            return self.any_of(owner)
        if isinstance(owner, Seq):
            return self.item(owner, node.slice, key)
        if is_tensor(owner):
            static = isinstance(owner, Node) and owner.op == "static"
            result = self.node(
                node, "static" if static else "subscript", [owner, *[v for v in leaves(key) if is_tensor(v)]]
            )
            result.dtype = owner.dtype  # type: ignore[attr-defined]
            return result
        return owner if isinstance(owner, Top) else Py(tag=owner.tag if isinstance(owner, Py) else "")

    def item(self, owner: Seq, node: ast.expr, key: Value) -> Value:
        """Return an element or slice of a sequence."""
        if isinstance(key, Py) and isinstance(key.const, int) and owner.items is not None:
            index = key.const
            return owner.items[index] if -len(owner.items) <= index < len(owner.items) else Py()
        if isinstance(node, ast.Slice):
            parts = [
                self.facts.latest.get(p) if p is not None else Py(None) for p in (node.lower, node.upper, node.step)
            ]
            consts = [p.const if isinstance(p, Py) else UNKNOWN for p in parts]
            if owner.items is not None and all(c is None or isinstance(c, int) for c in consts):
                return Seq(owner.kind, owner.items[slice(*consts)])
            return Seq(owner.kind, None, self.any_of(owner))
        return self.any_of(owner)

    def element(self, value: Value, index: int, source: ast.expr) -> Value:
        """Return element `index` of a value that is unpacked."""
        if isinstance(value, Node):
            found = self.node(source, "element", (value,))
            found.index = index
            return found
        if isinstance(value, (Seq, Map)):
            return self.any_of(value)
        if isinstance(value, Var):
            return self.node(source, "element", (value,))
        return value if isinstance(value, Top) else Py(tag=value.tag if isinstance(value, Py) else "")

    def iterated(self, value: Value, source: ast.expr) -> Value:
        """Return what a loop variable over a value stands for."""
        if isinstance(value, (Seq, Map)):
            if isinstance(value, Map):
                keys = [k if isinstance(k, Value) else Py(k) for k in value.items or {}]
                return self.any_of(Seq("list", list(keys)))
            return self.any_of(value)
        return self.element(value, 0, source)

    # -- comprehensions
    def eval_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
        return self.comprehension(node, node.generators, lambda: self.eval(node.elt))

    eval_SetComp = eval_GeneratorExp = eval_ListComp

    def eval_DictComp(self, node: ast.DictComp) -> Value:
        pairs = self.comprehension(
            node, node.generators, lambda: Seq("tuple", [self.eval(node.key), self.eval(node.value)])
        )
        if pairs.items is None:
            return Map(None, self.any_of(self.any_of(pairs)))
        items: dict[object, Value] = {}
        for pair in pairs.items:
            key, value = pair.items if isinstance(pair, Seq) and pair.items else (Py(), Py())
            const = self.key(key)
            if const is None:
                return Map(None, value)
            items[const] = value
        return Map(items)

    def comprehension(self, node: ast.expr, generators: list[ast.comprehension], element) -> Seq:  # type: ignore[no-untyped-def]
        """Evaluate a comprehension; over static sequences item by item."""
        outer = self.env
        self.env = Env(node, "comprehension", outer)
        self.loops += 1
        found: list[Value] = []
        exact = self.generate(generators, 0, element, found)
        self.loops -= 1
        self.env = outer
        if exact:
            return Seq("list", found)
        each: Value | None = None
        for value in found:
            each = value if each is None else join(each, value)
        return Seq("list", None, each)

    def generate(self, generators: list[ast.comprehension], at: int, element, found: list[Value]) -> bool:  # type: ignore[no-untyped-def]
        """Walk the generators of a comprehension; return whether `found` has exactly its elements."""
        if at == len(generators):
            found.append(element())
            return True
        generator = generators[at]
        source = self.eval(generator.iter)
        items = source.items if isinstance(source, Seq) else None
        exact = items is not None and len(items) <= COMPREHENSION_LIMIT
        for item in items if exact and items is not None else [self.iterated(source, generator.iter)]:
            self.bind(generator.target, item, None, self.module.statement(generator.iter))
            passed = [truth(self.eval(condition)) for condition in generator.ifs]
            if exact and False in passed:
                continue
            exact = exact and None not in passed
            exact = self.generate(generators, at + 1, element, found) and exact
        return exact

    # -- the rest
    def eval_Lambda(self, node: ast.Lambda) -> Value:
        value = Func(node, self.module, self.env)
        self.functions.setdefault(self.module.path, []).append(value)
        return value

    def eval_NamedExpr(self, node: ast.NamedExpr) -> Value:
        value = self.eval(node.value)
        self.bind(node.target, value, node.value, self.module.statement(node))
        return value

    def eval_Starred(self, node: ast.Starred) -> Value:
        return self.eval(node.value)

    def eval_Slice(self, node: ast.Slice) -> Value:
        parts = [self.eval(p) for p in (node.lower, node.upper, node.step) if p is not None]
        tensors = [p for p in parts if is_tensor(p)]
        return Seq("tuple", list(tensors)) if tensors else Py()

    def eval_JoinedStr(self, node: ast.JoinedStr) -> Value:
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.eval(part)
        return Py()

    def eval_FormattedValue(self, node: ast.FormattedValue) -> Value:
        value = self.eval(node.value)
        self.escape(node, [value])
        return Py()

    def eval_Await(self, node: ast.Await) -> Value:
        return self.eval(node.value)

    def eval_Yield(self, node: ast.Yield) -> Value:
        if node.value is not None:
            value = self.eval(node.value)
            if self.returns is not None:
                self.returns.append(Seq("list", None, value))
        return Py()

    def depends(self, values: list[Value]) -> Dep:
        """Return what a result of these values depends on."""
        return dep_of(values)

"""Names and attributes."""

from __future__ import annotations

import ast

from migrator.analysis.calls import Calls
from migrator.analysis.environment import Env, builtin
from migrator.analysis.state import Method
from migrator.analysis.values import (
    UNKNOWN,
    Cls,
    Func,
    GraphValue,
    Inst,
    Map,
    ModuleValue,
    Node,
    Opt,
    Py,
    ScopeValue,
    Seq,
    Sess,
    Sym,
    Top,
    Value,
    Var,
    Writer,
    leaves,
    one_of_variables,
)

STATIC_ATTRIBUTES = frozenset({"shape", "dtype", "name", "op", "graph", "device", "op_def", "type", "inputs"})


class Names(Calls):
    """Evaluates names and attributes."""

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
        self.facts.spelled.setdefault(node, set()).add(name)

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
                self.facts.reached.setdefault(self.module.path, set()).add(owner.module.path)
                self.facts.trouble(node, self.module, f"graph values of another module are used (`{name}`)")
            return value
        if isinstance(owner, Inst):
            return self.instance_attribute(owner, node)
        if (isinstance(owner, Var) or one_of_variables(owner)) and name in {"op", "graph", "device"}:
            self.facts.trouble(node, self.module, f"`.{name}` of a variable has no meaning outside of a graph")
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
        if isinstance(owner, Seq) and owner.kind == "shape" and owner.items is not None:
            if name in {"ndims", "rank"}:
                return Py(len(owner.items), tag="static")
            if name == "dims":
                self.facts.dimensions.add(node)
                return Seq("list", owner.items)
            return Method(owner, name)
        if isinstance(owner, (Opt, Seq, Map, Sess, GraphValue, Writer)):
            if isinstance(owner, Sess) and name == "graph":
                return GraphValue(node, self.stmt, self.module, default=True)
            return Method(owner, name)
        if name == "value" and is_dimension(node.value) and isinstance(owner, (Py, Top, Method)):
            self.facts.dimensions.add(node)
            return Py(owner.const if isinstance(owner, Py) else UNKNOWN, tag="static")
        if isinstance(owner, ScopeValue):
            return Py("/".join(owner.path)) if name == "name" else Method(owner, name)
        if isinstance(owner, Top):
            return owner
        if isinstance(owner, Py) and owner.tag in {"static", "dimension"}:
            if name == "value":
                self.facts.dimensions.add(node)
                return Py(owner.const, tag="static")
            return Method(owner, name)
        return (
            Py(tag=owner.tag)
            if isinstance(owner, Py) and owner.tag in {"numpy", "config", "module", "run"}
            else (Method(owner, name))
        )

    def static(self, node: ast.expr, owner: Node) -> Value:
        """Return a Python value that TF1 took from the graph while it was built (a static shape, a name)."""
        if owner.constant:
            return Py(tag="static")
        called = isinstance(node, ast.Call)
        if owner.static is not None and (called or (isinstance(node, ast.Attribute) and node.attr == "shape")):
            self.facts.statics.add(node)
            return Seq("shape", [Py(size, tag="dimension") for size in owner.static])
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

    def set_attribute(self, target: ast.Attribute, owner: Value) -> None:
        """React to an attribute assignment on an object that is not of the program."""
        if isinstance(owner, (Opt, Sess, Node, Var)):
            self.facts.trouble(
                target, self.module, f"an attribute of a TensorFlow object is assigned (`{target.attr}`)"
            )


def is_dimension(node: ast.expr) -> bool:
    """Tell whether an expression is ``x.shape[i]`` or ``x.get_shape()[i]``: with ``.value`` only TF1's have that."""
    if not isinstance(node, ast.Subscript) or isinstance(node.slice, ast.Slice):
        return False
    shape = node.value.func if isinstance(node.value, ast.Call) else node.value
    return isinstance(shape, ast.Attribute) and shape.attr == ("get_shape" if shape is not node.value else "shape")

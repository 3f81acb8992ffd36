"""Containers: displays, subscripts, unpacking, comprehensions."""

from __future__ import annotations

import ast
from collections.abc import Callable

from migrator.analysis import shapes
from migrator.analysis.environment import Env, truth
from migrator.analysis.operators import Operators
from migrator.analysis.values import UNKNOWN, Map, Node, Py, Seq, Top, Value, Var, is_tensor, join, leaves

COMPREHENSION_LIMIT = 256


class Containers(Operators):
    """Evaluates containers."""

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
        if isinstance(owner, (Node, Var)):
            static = isinstance(owner, Node) and owner.op == "static"
            result = self.node(
                node, "static" if static else "subscript", [owner, *[v for v in leaves(key) if is_tensor(v)]]
            )
            result.dtype = owner.dtype
            result.taken.update(self.key_parts(node.slice))
            result.static = None if static else shapes.subscript(owner.static, node.slice, self.facts.latest.get)
            return result
        if isinstance(owner, Py) and owner.const is UNKNOWN and isinstance(node.slice, ast.Slice):
            return owner  # a view shares the array's memory
        return owner if isinstance(owner, Top) else Py(tag=owner.tag if isinstance(owner, Py) else "")

    def key_parts(self, key: ast.expr) -> dict[object, Value]:
        """Return the values of the indices and bounds in a key, by expression."""
        if isinstance(key, ast.Tuple):
            return {k: v for item in key.elts for k, v in self.key_parts(item).items()}
        parts = (key.lower, key.upper, key.step) if isinstance(key, ast.Slice) else (key,)
        return {p: self.facts.latest[p] for p in parts if p is not None and p in self.facts.latest}

    def item(self, owner: Seq, node: ast.expr, key: Value) -> Value:
        """Return an element or slice of a sequence."""
        if isinstance(key, Py) and isinstance(key.const, int) and owner.items is not None:
            index = key.const
            return owner.items[index] if -len(owner.items) <= index < len(owner.items) else Py()
        if isinstance(node, ast.Slice):
            parts = [
                self.facts.latest.get(p) if p is not None else Py(None) for p in (node.lower, node.upper, node.step)
            ]
            consts = [p.const for p in parts if isinstance(p, Py) and (p.const is None or isinstance(p.const, int))]
            if owner.items is not None and len(consts) == len(parts):
                return Seq(owner.kind, owner.items[slice(*consts)])
            return Seq(owner.kind, None, self.any_of(owner))
        return self.any_of(owner)

    def eval_Slice(self, node: ast.Slice) -> Value:
        parts = [self.eval(p) for p in (node.lower, node.upper, node.step) if p is not None]
        tensors = [p for p in parts if is_tensor(p)]
        return Seq("tuple", list(tensors)) if tensors else Py()

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

    def comprehension(self, node: ast.expr, generators: list[ast.comprehension], element: Callable[[], Value]) -> Seq:
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

    def generate(
        self, generators: list[ast.comprehension], at: int, element: Callable[[], Value], found: list[Value]
    ) -> bool:
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

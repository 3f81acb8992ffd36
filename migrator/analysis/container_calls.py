"""Methods of lists and dicts, which may change them in place."""

from __future__ import annotations

import ast
from math import prod

from migrator.analysis.builtin_calls import BuiltinCalls
from migrator.analysis.values import Map, Py, Seq, Value, join


class ContainerCalls(BuiltinCalls):
    """Evaluates methods of containers."""

    def sequence_method(self, owner: Seq, name: str, node: ast.Call, args: list[Value]) -> Value:
        """Return what a list method gives; the list changes in place."""
        first = args[0] if args else Py()
        if owner.kind == "shape" and owner.items is not None:
            return self.shape_method(owner.items, name)
        if name in {"append", "insert", "extend"}:
            added = args[-1] if args else Py()
            new = (added.items if isinstance(added, Seq) else None) if name == "extend" else [added]
            certain = self.uncertain <= (owner.born or 0)
            if owner.items is not None and new is not None and name != "insert" and certain:
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

    def shape_method(self, sizes: list[Value], name: str) -> Value:
        """Return what a method of a static shape gives."""
        consts = [s.const for s in sizes if isinstance(s, Py) and type(s.const) is int]
        if name == "as_list":
            return Seq("list", [Py(s.const, tag="static") if isinstance(s, Py) else s for s in sizes])
        if name == "num_elements":
            return Py(prod(consts) if len(consts) == len(sizes) else None, tag="static")
        if name == "is_fully_defined":
            return Py(len(consts) == len(sizes), tag="static")
        return Py(tag="static")

    def mutate_base(self, node: ast.Call, value: Value) -> None:
        """Record that a method call changes the object it is called on."""
        if isinstance(node.func, ast.Attribute):
            self.mutate(node.func.value, self.module.statement(node), value)

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
        if name == "copy":
            return Map(dict(owner.items) if owner.items is not None else None, owner.each)
        const = self.key(args[0]) if args else None
        if name == "get" and owner.items is not None and const in owner.items:
            return owner.items[const]
        return self.each(owner) if name == "get" else Py()

"""What stands for two values at once: after branches, in containers of unknown length."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass
from migrator.analysis.values import UNKNOWN, Func, Map, Node, Opt, Py, Seq, Sess, Sym, Top, Value, Var, dep_of, leaves


def join(a: Value | None, b: Value | None) -> Value:
    """Return a value that stands for both."""
    if a is b and a is not None:
        return a
    if a is None or b is None:
        return a or b or Py()
    if isinstance(a, Py) and isinstance(b, Py):
        same = a.const is not UNKNOWN and type(a.const) is type(b.const) and a.const == b.const
        return a if same else Py(tag=a.tag if a.tag == b.tag else "")
    if isinstance(a, Sym) and isinstance(b, Sym) and a.name == b.name:
        return a
    if isinstance(a, Func) and isinstance(b, Func) and a.node is b.node:
        return a
    if isinstance(a, Seq) and isinstance(b, Seq) and a.kind == b.kind:
        if a.items is not None and b.items is not None and len(a.items) == len(b.items):
            return Seq(a.kind, [join(x, y) for x, y in zip(a.items, b.items, strict=True)])
        parts = list(itertools.chain(leaves(a), leaves(b)))
        each: Value | None = None
        for part in parts:
            each = join(each, part)
        return Seq(a.kind, None, each)
    if isinstance(a, Map) and isinstance(b, Map):
        if a.items is not None and b.items is not None and a.items.keys() == b.items.keys():
            return Map({k: join(v, b.items[k]) for k, v in a.items.items()})
        return Map(None, _join_all(itertools.chain(leaves(a), leaves(b))))
    if isinstance(a, Node) and isinstance(b, Node):
        if a.expr is b.expr and a.op == b.op:
            a.deps |= b.deps
            return a
        return Node(
            a.expr, a.stmt, a.module, op="phi", inputs=(a, b), deps=a.deps | b.deps,
            dtype=a.dtype if a.dtype == b.dtype else None,
        )  # fmt: skip
    if isinstance(a, (Var, Opt, Sess)) and isinstance(b, type(a)) and a.expr is b.expr:
        return a
    tensorish = [v for v in (a, b) if isinstance(v, (Node, Var))]
    if tensorish and isinstance(a, (Node, Var, Py)) and isinstance(b, (Node, Var, Py)):
        first = tensorish[0]
        return Node(first.expr, first.stmt, first.module, op="phi", inputs=tuple(tensorish), deps=dep_of(tensorish))
    return Top("its value differs between branches")


def _join_all(values: Iterable[Value]) -> Value | None:
    each: Value | None = None
    for value in values:
        each = join(each, value)
    return each

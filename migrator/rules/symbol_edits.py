"""Apply the rules for single symbols to all live code of a unit."""

from __future__ import annotations

import ast

from migrator.analysis.units import Stage
from migrator.analysis.values import UNKNOWN as VALUE_UNKNOWN
from migrator.analysis.values import Map, Node, Py, Seq, Var
from migrator.model import Rule
from migrator.rules.import_edits import MNIST
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.symbol_types import UNKNOWN
from migrator.rules.symbol_values import (
    check_call,
    check_indirect,
    check_partial_call,
    is_direct,
    rewrite_partial,
    through_alias,
)
from migrator.rules.symbols import SymbolRefusal, rewrite_symbol
from migrator.syntax.text import SourceText
from migrator.syntax.walk import walk
from migrator.tables.lookup import lookup
from migrator.tables.machinery import is_machinery
from migrator.tables.mnist_loader import INPUT_DATA

RULE = Rule(
    "MIG101",
    "symbols",
    "TF1 names and arguments become their TF2 equals.",
    "Renamed functions, renamed, moved and removed arguments, changed defaults made explicit where they change "
    "numbers.",
    before="tf.reduce_sum(x, keep_dims=True)",
    after="tf.reduce_sum(x, keepdims=True)",
)
NATIVE = frozenset(
    f"tensorflow.{n}"
    for n in ("group", "no_op", "control_dependencies", "gradients", "Variable", "device", "name_scope", "train", "nn",
              "errors", "summary")
)  # fmt: skip


class Context:
    """What the symbol rules may ask about the file."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.source: SourceText = plan.unit.module.source

    def spell(self, symbol: str) -> str:
        """Return a TF2 symbol in the words of this file."""
        return self.plan.tf + symbol.removeprefix("tensorflow")

    def literal(self, node: ast.expr) -> object:
        """Return the Python value of an expression, if it is statically known."""
        return _literal(self.plan.value(node), node)

    def dtype(self, node: ast.expr) -> str | None:
        """Return the static dtype of a tensor expression, if known."""
        value = self.plan.value(node)
        return value.dtype if isinstance(value, (Node, Var)) else None

    def shape(self, node: ast.expr) -> tuple[int | None, ...] | None:
        """Return the static shape of a tensor expression, if it is certain."""
        value = self.plan.value(node)
        return value.static if isinstance(value, (Node, Var)) else None

    def rank(self, node: ast.expr) -> int | None:
        """Return the static rank of a tensor expression, if known."""
        value = self.plan.value(node)
        if not isinstance(value, (Node, Var)):
            return None
        shape = value.static if value.shape is None else value.shape
        return len(shape) if shape is not None else None


def _literal(value: object, node: ast.expr) -> object:
    if isinstance(value, Py) and value.const is not VALUE_UNKNOWN:
        return value.const
    if isinstance(value, Seq) and value.items is not None:
        items = [_literal(v, node) for v in value.items]
        if all(i is not UNKNOWN for i in items):
            return tuple(items) if value.kind == "tuple" else items
    return UNKNOWN


def convert_symbols(plan: Plan, live: set[ast.stmt], removed_sites: list[ast.Call]) -> None:
    """Plan the edits of every TensorFlow name in live code.

    Args:
        plan: the unit's plan.
        live: graph statements that some step function holds.
        removed_sites: initializer runs.
    """
    unit, context = plan.unit, Context(plan)
    parents = unit.module.parents
    skipped = {n for site in removed_sites for n in walk(site)}
    mixed = any(
        isinstance(n, ast.Attribute) and f"{plan.tf}.compat.v1" in plan.segment(n)
        for n in unit.facts.symbols
        if n in parents
    )
    opened = {context for a in unit.atoms if a.stmt in live for context in a.contexts}
    for node, symbol in unit.facts.symbols.items():
        if node not in parents or not _alive(plan, node, live, opened):
            continue
        parent = parents[node]
        if isinstance(parent, ast.Attribute) and parent in unit.facts.symbols:
            continue
        if node in plan.handled or _inside_handled(plan, node) or node in skipped:
            continue
        if symbol.startswith(MNIST):
            _mnist(plan, node, symbol)
            continue
        call = unit.facts.symbol_calls.get(node)
        if not is_machinery(symbol) and not is_direct(plan, node):
            check_indirect(plan, node, call, context)
            continue
        if symbol == "tensorflow.case" and call is not None:
            _pairs(plan, call)
        if isinstance(parent, ast.Call) and unit.facts.partials.get(parent) == symbol and parent.args[0] is node:
            outcome = rewrite_partial(plan, parent, symbol, context)
        else:
            outcome = through_alias(plan, node, rewrite_symbol(symbol, node, call, context), context)
        if outcome is not None and mixed and not plan.first_generation and "compat.v1" not in plan.segment(node):
            message = f"the file uses tf.compat.v1 beside plain names, so `{plan.segment(node)}` is TensorFlow 2's"
            raise CannotConvert(node, f"{message}: such a mixture is not converted", symbol)
        if isinstance(outcome, SymbolRefusal):
            raise CannotConvert(node, outcome.message, symbol)
        if outcome is not None:
            plan.edits.extend(outcome.edits)
            plan.imports.extend(i for i in outcome.imports if i not in plan.imports)
            for code, severity, message in outcome.diagnostics:
                plan.note(node, code, severity, message, symbol)
        elif is_machinery(symbol) and _kept(plan, symbol):
            target = lookup(symbol).target  # type: ignore[union-attr]
            if target != symbol:
                plan.edits.replace(node, context.spell(str(target)))
                continue
        elif is_machinery(symbol) and symbol not in NATIVE and not _context_call(plan, node):
            raise CannotConvert(node, f"`{plan.segment(node)}` can't be converted where it stands", symbol)
        here = context.source.range(node)
        _respell(
            plan,
            node,
            symbol,
            outcome is not None and any(e.start <= here[0] and here[1] <= e.end for e in outcome.edits),
        )
    for call, names in unit.facts.callees.items():
        if call in parents and _alive(plan, call, live, opened) and call not in skipped:
            check_call(plan, call, names, context)
    for call, names in unit.facts.partial_calls.items():
        if call in parents and _alive(plan, call, live, opened):
            check_partial_call(plan, call, names)


STATELESS = frozenset({"tensorflow.train.Checkpoint", "tensorflow.train.CheckpointManager", "tensorflow.hessians"})


def _kept(plan: Plan, symbol: str) -> bool:
    """Tell whether a name of the session machinery is an object that TensorFlow 2 has too, where no session is."""
    row = lookup(symbol)
    same = row is not None and (row.fate in ("same", "renamed") or symbol in STATELESS)
    return same and not plan.unit.sites and not plan.unit.shared


def _pairs(plan: Plan, call: ast.Call) -> None:
    """``tf.case({predicate: branch})``: tensors are no dict keys in TF2; a list of pairs means the same."""
    given = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "pred_fn_pairs"), None)
    if isinstance(given, ast.Dict) and all(k is not None for k in given.keys):
        keys = [k for k in given.keys if k is not None]
        plan.edits.replace(
            given,
            lambda render: "[" + ", ".join(
                f"({render(k)}, {render(v)})" for k, v in zip(keys, given.values, strict=True)
            ) + "]",
        )  # fmt: skip
    elif isinstance(plan.value(given), Map):
        raise CannotConvert(call, "tf.case with a dict that is not written out: tensors are no dict keys in TF2; give "
                            "a list of (predicate, function) pairs", "tensorflow.case")  # fmt: skip


WITHOUT_MEANING = frozenset(
    f"tensorflow.{n}"
    for n in ("Graph", "get_default_graph", "Session", "InteractiveSession", "ConfigProto", "GPUOptions")
)


def _context_call(plan: Plan, node: ast.expr) -> bool:
    """A scope or control_dependencies whose with statement goes away; what it orders is written out in order."""
    stmt = plan.unit.module.statement(node)
    call = plan.unit.facts.symbol_calls.get(node)
    if stmt in plan.unit.transparent and plan.unit.facts.symbols.get(node) in WITHOUT_MEANING:
        return True
    return (
        isinstance(stmt, ast.With)
        and stmt in plan.unit.transparent
        and any(item.context_expr is call for item in stmt.items)
    )


def _respell(plan: Plan, node: ast.expr, symbol: str, rewritten: bool) -> None:
    """Spell a name that was imported by itself, or through compat.v1, with the module's alias."""
    if rewritten:
        return
    wanted = plan.tf + symbol.removeprefix("tensorflow")
    root: ast.expr = node
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name) or symbol == "tensorflow":
        return
    imported = [d.stmt for d in plan.unit.facts.uses.get(root, ()) if isinstance(d.stmt, (ast.Import, ast.ImportFrom))]
    part = root.id != plan.tf and imported and not _keras_import(imported[0])
    if part or (isinstance(node, ast.Attribute) and "compat.v1" in plan.segment(node)):
        plan.edits.replace(node, wanted)


def _keras_import(stmt: ast.stmt) -> bool:
    """Keras' own imports stay as they are."""
    return isinstance(stmt, ast.ImportFrom) and (
        (stmt.module or "").startswith("tensorflow.keras") or any(a.name == "keras" for a in stmt.names)
    )


def _alive(plan: Plan, node: ast.expr, live: set[ast.stmt], opened: set[ast.expr]) -> bool:
    """Tell whether a name is in code that is still there after the conversion.

    Args:
        opened: the items of with statements around live statements.
    """
    stmt = plan.unit.module.statement(node)
    if stmt in plan.unit.transparent and isinstance(stmt, ast.With):
        return any(i.context_expr in opened and _within(plan, node, i.context_expr) for i in stmt.items)
    atom = plan.unit.atom(node)
    if atom is None:
        return True
    if atom.stage is Stage.DROP:
        return False
    return atom.stmt in live if atom.stage is Stage.GRAPH else True


def _within(plan: Plan, node: ast.AST, outer: ast.AST) -> bool:
    at: ast.AST | None = node
    while at is not None and not isinstance(at, ast.stmt):
        if at is outer:
            return True
        at = plan.unit.module.parents.get(at)
    return False


def _inside_handled(plan: Plan, node: ast.expr) -> bool:
    """A name inside an expression that a rule replaces without rendering it (a decorator of a dropped argument)."""
    at: ast.AST | None = plan.unit.module.parents.get(node)
    while at is not None and not isinstance(at, ast.stmt):
        if at in plan.handled and isinstance(at, (ast.Call, ast.keyword)):
            return True
        at = plan.unit.module.parents.get(at)
    return False


def _mnist(plan: Plan, node: ast.expr, symbol: str) -> None:
    """The MNIST tutorial loader is gone: a companion module takes its place."""
    plan.created["input_data.py"] = INPUT_DATA
    if isinstance(node, ast.Attribute) and plan.segment(node).startswith(
        (plan.tf + ".examples", "tensorflow.examples")
    ):
        short = symbol.removeprefix(MNIST + ".")
        plan.edits.replace(node, short if short.startswith("input_data") else f"input_data.{short}")
        if "import input_data" not in plan.imports:
            plan.imports.append("import input_data")

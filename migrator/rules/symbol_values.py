"""TensorFlow names that reach a call through a value: a parameter, a loop variable, an attribute, functools.partial.

What such a name stands for is decided where its value is written, and rewritten there. The call itself keeps its text;
it is only sound if TF2's function takes the same arguments.
"""

from __future__ import annotations

import ast

from migrator.analysis.unknown_calls import Partial
from migrator.analysis.values import Sym
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.symbol_call import parameter_name
from migrator.rules.symbol_types import Outcome, PartialCall, SymbolContext, SymbolRefusal, SymbolRewrite
from migrator.rules.symbols import HANDLERS, rewrite_symbol
from migrator.syntax.text import Edit
from migrator.tables.lookup import lookup
from migrator.tables.machinery import is_machinery
from migrator.tables.renames import PRE_1_0

PARTIAL_HANDLERS = ("tensorflow.nn.dropout",)


def _short(symbol: str) -> str:
    return symbol.replace("tensorflow", "tf", 1)


def root_name(node: ast.expr) -> ast.Name | None:
    """Return the name at the root of a dotted expression."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def is_direct(plan: Plan, node: ast.expr) -> bool:
    """Tell whether an expression always is the one TensorFlow name: its root is imported, or bound once to a name."""
    root, facts = root_name(node), plan.unit.facts
    if root is None:
        return True
    if len(facts.spelled.get(node, ())) > 1:
        return False
    defs = facts.uses.get(root, frozenset())
    if all(isinstance(d.stmt, (ast.Import, ast.ImportFrom)) for d in defs):
        return True
    if len(defs) != 1 or not isinstance(facts.values.get(root), Sym):
        return False
    (only,) = defs
    known = facts.by_name.get((only.module.path, only.scope, only.name), [])
    plain = isinstance(only.stmt, ast.Assign) and any(
        t is not None and isinstance(t, ast.Name) for t in only.stmt.targets
    )
    return plain and not only.parameter and all(d is only for d in known)


def through_alias(plan: Plan, node: ast.expr, outcome: Outcome, context: SymbolContext) -> Outcome:
    """Keep the name that the program gave to a TensorFlow name: ``log = tf.log``, ``gfile = tf.gfile``.

    What it is bound to is rewritten where it is bound.
    """
    root = root_name(node)
    if root is None or not isinstance(outcome, SymbolRewrite) or outcome.imports:
        return outcome
    if not any(isinstance(d.stmt, ast.Assign) for d in plan.unit.facts.uses.get(root, ())):
        return outcome
    start, end = plan.unit.module.source.range(node)
    own = [e for e in outcome.edits if (e.start, e.end) == (start, end) and isinstance(e.new, str)]
    bound = plan.value(root)
    if len(own) != 1 or not isinstance(bound, Sym):
        return outcome
    value = rewrite_symbol(bound.name, root, None, context)
    if isinstance(value, SymbolRefusal):
        return outcome
    new = str(value.edits[0].new) if value is not None and value.edits else context.spell(bound.name)
    text = str(own[0].new)
    if text != new and not text.startswith(f"{new}."):
        return outcome
    kept = root.id + text.removeprefix(new)
    others = tuple(e for e in outcome.edits if e is not own[0])
    edits = others if kept == plan.segment(node) else (Edit(start, end, kept), *others)
    return SymbolRewrite(edits, outcome.diagnostics) if edits or outcome.diagnostics else SymbolRewrite()


def check_indirect(plan: Plan, node: ast.expr, call: ast.Call | None, context: SymbolContext) -> None:
    """Check one use of a name that may be several TensorFlow names; it keeps its text.

    Raises:
        CannotConvert: TF2 means something else by it.
    """
    names = plan.unit.facts.spelled.get(node, set())
    if call is not None:
        check_call(plan, call, names, context)
        return
    for symbol in sorted(names):
        if isinstance(node, ast.Attribute) and rewrite_symbol(symbol, node, None, context) is not None:
            raise CannotConvert(node, f"`{plan.segment(node)}` may be several TensorFlow names here: write them out",
                                symbol)  # fmt: skip


def check_call(plan: Plan, call: ast.Call, names: set[str], context: SymbolContext) -> None:
    """Check a call whose callee is a value; where all that it may be take other names of arguments, give it those.

    Raises:
        CannotConvert: TF2's function takes other arguments.
    """
    changed: dict[str, tuple[Edit, ...]] = {}
    for symbol in sorted(names):
        rest = None if is_machinery(symbol) else _other_edits(plan, symbol, call, context)
        if rest is None:
            why = (
                f"`{plan.segment(call.func)}` is {_short(symbol)} here, by way of a value, and in TF2 that is called in"
            )
            raise CannotConvert(call, f"{why} another way: call it by its name", symbol)
        changed[symbol] = rest
    if not any(changed.values()):
        return
    if len(changed) > 1 or not isinstance(plan.value(call.func), Sym):
        symbol = next(s for s in changed if changed[s])
        why = (
            f"`{plan.segment(call.func)}` may be several functions here, and the arguments of {_short(symbol)} changed"
        )
        raise CannotConvert(call, f"{why} in TF2: call it by its name", symbol)
    plan.edits.extend(next(iter(changed.values())))


def _other_edits(plan: Plan, symbol: str, call: ast.Call, context: SymbolContext) -> tuple[Edit, ...] | None:
    """Return the edits of a call besides its function's name, None where more than arguments would change."""
    value = rewrite_symbol(symbol, call.func, None, context)
    if isinstance(value, SymbolRefusal):
        return None
    text = str(value.edits[0].new) if isinstance(value, SymbolRewrite) and value.edits else ""
    if text.startswith("(lambda"):
        function = ast.parse(text, mode="eval").body
        assert isinstance(function, ast.Lambda)
        starred = any(isinstance(a, ast.Starred) for a in call.args)
        fits = not call.keywords and not starred and len(call.args) == len(function.args.args)
        return () if fits else None
    if text.endswith(")"):
        return None  # the value became an instance
    outcome = rewrite_symbol(symbol, call.func, call, context)
    if isinstance(outcome, SymbolRefusal):
        return None
    return _inside(plan, call, outcome)


def _inside(plan: Plan, call: ast.Call, outcome: SymbolRewrite | None) -> tuple[Edit, ...] | None:
    """Return the edits between a call's parentheses, None where there are others (but for the function's name)."""
    if outcome is None:
        return ()
    start, end = plan.unit.module.source.range(call.func)
    last = plan.unit.module.source.range(call)[1]
    rest = tuple(e for e in outcome.edits if not (start <= e.start and e.end <= end))
    return rest if all(end < e.start and e.end < last for e in rest) and not outcome.imports else None


def rewrite_partial(plan: Plan, call: ast.Call, symbol: str, context: SymbolContext) -> Outcome:
    """Rewrite ``functools.partial(tf.f, ...)``: what is given now is conformed, the rest must stay as it is."""
    name = PRE_1_0.get(symbol, symbol)
    if name in HANDLERS and name not in PARTIAL_HANDLERS:
        why = f"functools.partial around {_short(name)}, which is called in another way in TF2"
        return SymbolRefusal(f"{why}: write a function instead")
    made = ast.copy_location(PartialCall(func=call.args[0], args=call.args[1:], keywords=call.keywords), call)
    outcome = rewrite_symbol(symbol, call.args[0], made, context)
    if isinstance(outcome, SymbolRewrite) and _inside(plan, made, outcome) is None:
        return SymbolRefusal(
            f"functools.partial around {name.replace('tensorflow', 'tf', 1)}: write a function instead"
        )
    return outcome


def check_partial_call(plan: Plan, call: ast.Call, names: set[str]) -> None:
    """Check a call of what functools.partial made.

    Raises:
        CannotConvert: TF2's function takes other arguments.
    """
    value = plan.value(call.func)
    if isinstance(value, Sym) or (isinstance(call.func, ast.Name) and call.func.id in ("map", "filter")):
        return
    for symbol in names:
        row = lookup(PRE_1_0.get(symbol, symbol))
        given = value.positional + len(call.args) if isinstance(value, Partial) else None
        if row is None or given is None or any(isinstance(a, ast.Starred) for a in call.args):
            raise CannotConvert(call, "what this partial takes can't be seen: write a function instead", symbol)
        old, new = row.parameters, row.target_parameters
        if row.name == "tensorflow.nn.dropout":
            new = ("x", "rate", "noise_shape", "seed", "name")
        kept = all(i < min(len(old), len(new)) and old[i] == new[i] for i in range(given))
        if not kept or any(k.arg is None or parameter_name(k.arg, new, {}) != k.arg for k in call.keywords):
            why = f"the arguments of {_short(row.name)} changed in TF2, and this call comes by way of functools.partial"
            raise CannotConvert(call, f"{why}: write a function instead", symbol)

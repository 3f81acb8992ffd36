"""Control flow and printing: TF1 unpacked single results, TF2 keeps the structure."""

from __future__ import annotations

import ast

from migrator.rules.symbol_call import CallText, CannotBind
from migrator.rules.symbol_types import BEHAVIOUR, Handler, Outcome, Use, info, keep_compat, value_on_compat
from migrator.syntax.text import Render
from migrator.tables.lookup import lookup


def _cond(use: Use) -> Outcome:
    """``tf.cond``: fn1 and fn2; a branch that returns ``[x]`` gave ``x`` in TF1."""
    if use.call is None:
        return None
    row = lookup(use.symbol)
    assert row is not None
    text = CallText(use)
    text.conform(row.parameters, row.target_parameters, skip=("strict",))
    bound = {a.parameter: a for a in text.arguments}
    strict = text.literal(bound.get("strict"), False)
    if "strict" in bound:
        text.drop(bound["strict"])
    branch = next((bound[n] for n in ("true_fn", "fn1", "false_fn", "fn2") if n in bound), None)
    if strict is not True and branch is not None and _returns_single(use, branch.node):
        text.surround("", "[0]")
    return text.done()


def _returns_single(use: Use, function: ast.expr) -> bool:
    """Tell whether a branch function returns a list or tuple of one element."""
    if isinstance(function, ast.Lambda):
        return _single(function.body)
    if not isinstance(function, ast.Name):
        return False
    for node in ast.walk(use.context.source.tree):
        if isinstance(node, ast.FunctionDef) and node.name == function.id:
            returns = [n.value for n in ast.walk(node) if isinstance(n, ast.Return) and n.value is not None]
            return bool(returns) and all(_single(value) for value in returns)
    return False


def _single(node: ast.expr) -> bool:
    return isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) == 1 and not isinstance(node.elts[0], ast.Starred)


def _while_loop(use: Use) -> Outcome:
    """``tf.while_loop``: arguments moved; one loop variable in a list came back without the list."""
    if use.call is None:
        return value_on_compat(use)
    row = lookup(use.symbol)
    assert row is not None
    text = CallText(use)
    text.conform(row.parameters, row.target_parameters, skip=("return_same_structure",))
    bound = {a.parameter: a for a in text.arguments}
    same = text.literal(bound.get("return_same_structure"), False)
    if "return_same_structure" in bound:
        text.drop(bound["return_same_structure"])
    if same is True:
        return text.done()
    if "loop_vars" not in bound:
        raise CannotBind("its loop variables are not given")
    count = _length(use, bound["loop_vars"].node)
    if count is None:
        raise CannotBind(
            "the number of its loop variables can't be seen, and TF1 returned a single one without its list: "
            "pass loop_vars as a list literal"
        )
    if count == 1:
        text.surround("", "[0]")
    return text.done()


def _length(use: Use, node: ast.expr) -> int | None:
    """Return how many loop variables an expression holds; 0 for a tensor or a longer structure that keeps its form."""
    if isinstance(node, (ast.List, ast.Tuple)):
        if any(isinstance(item, ast.Starred) for item in node.elts):
            return None
        return len(node.elts)
    if isinstance(node, (ast.Constant, ast.BinOp)) or (isinstance(node, ast.Call) and _is_op(node)):
        return 0
    if isinstance(node, ast.Name):
        bound = [n.value for n in ast.walk(use.context.source.tree) if isinstance(n, ast.Assign)
                 and any(isinstance(t, ast.Name) and t.id == node.id for t in n.targets)]  # fmt: skip
        if len(bound) == 1 and not isinstance(bound[0], ast.Name):
            return _length(use, bound[0])
    return None


def _is_op(call: ast.Call) -> bool:
    """Tell whether a call is an op that gives one tensor."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return name in ("constant", "zeros", "ones", "Variable", "get_variable", "convert_to_tensor", "reshape", "cast")


def _map_fn(use: Use) -> Outcome:
    """``tf.map_fn``: dtype is called fn_output_signature."""
    if use.call is None:
        return None
    text = CallText(use)
    kept = ("parallel_iterations", "back_prop", "swap_memory", "infer_shape", "name", "fn_output_signature")
    new = ("fn", "elems", "-", *kept)
    row = lookup(use.symbol)
    assert row is not None
    text.conform(row.parameters, new, {"dtype": "fn_output_signature"})
    return text.done()


def _print(use: Use) -> Outcome:
    """``tf.Print(x, data)`` -> ``(tf.print(...), x)[1]``: prints when the value is computed, and is the value."""
    if use.call is None:
        return value_on_compat(use)
    text = CallText(use)
    bound = text.bind(("input_", "data", "message", "first_n", "summarize", "name"))
    if text.literal(bound.get("first_n")) is not None:
        return keep_compat(use)  # tf.print does not count
    data = bound.get("data")
    if "input_" not in bound or data is None:
        raise CannotBind("an argument is missing")
    source, identity = bound["input_"].node, use.spell("identity")
    items = list(data.node.elts) if isinstance(data.node, (ast.List, ast.Tuple)) else None

    def build(render: Render) -> str:
        parts = [render(bound["message"].node)] if "message" in bound else []
        parts += [render(item) for item in items] if items is not None else ["*" + render(data.node)]
        if "summarize" in bound:
            parts.append(f"summarize={render(bound['summarize'].node)}")
        return f"({use.spell('print')}({', '.join(parts)}), {identity}({render(source)}))[1]"

    text.notes.append(info(BEHAVIOUR, "tf.Print became tf.print: the text that it writes to stderr looks different"))
    return text.whole(build)


HANDLERS: dict[str, Handler] = {
    "tensorflow.cond": _cond,
    "tensorflow.while_loop": _while_loop,
    "tensorflow.map_fn": _map_fn,
    "tensorflow.Print": _print,
}

"""tf.layers with variables: a Keras layer that is made and built once, where it stood, and called in the graph."""

from __future__ import annotations

import ast

from migrator.analysis.facts import Def
from migrator.analysis.size_rules import Named, Size
from migrator.analysis.units import COMPREHENSIONS, Stage
from migrator.analysis.values import Layer, Node, Opt, Py, in_graph
from migrator.model import Rule, Severity
from migrator.rules.feeds import pure_call
from migrator.rules.plan import CannotConvert, Plan
from migrator.syntax.reindent import indent
from migrator.syntax.walk import walk
from migrator.tables import layers

RULE = Rule(
    "MIG212",
    "layers",
    "Layers of tf.layers become Keras layers that are made and built once.",
    "A Keras layer that is not built has no variables: it is built where it stands, on the static shape of its input, "
    "under TF1's names. A call that shares variables (`reuse`) calls the same layer again. Regularizers that no loss "
    "reads go.",
    before='h = tf.layers.dense(x, 128, tf.nn.relu, name="fc1")',
    after='fc1 = tf.keras.layers.Dense(128, activation=tf.nn.relu, name="fc1")\nfc1.build([None, 784])\n\n'
    "# in the step function\nh = fc1(x)",
)
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr)
_REGULARIZERS_READ = ("regularization_loss", "get_total_loss", "apply_regularization")
_LINE = 110


def name_layers(plan: Plan) -> None:
    """Give every layer of the unit a name, and replace its calls."""
    found: dict[Layer, list[ast.Call]] = {}
    for call, made in plan.unit.facts.layers.items():
        if call in plan.modular:
            continue
        if call not in plan.unit.module.parents:
            if any(layer.module is plan.unit.module for layer, _ in made):
                raise CannotConvert(call, "a layer is shared with another module: not converted yet")
            continue
        layer = made[0][0]
        if layer.module is not plan.unit.module or any(other is not layer for other, _ in made):
            raise CannotConvert(call, "a call that makes several layers (in a helper or loop): not converted yet",
                                layer.symbol)  # fmt: skip
        _check_place(plan, call, layer)
        found.setdefault(layer, []).append(call)
    lasts = [layer.name.rsplit("/", 1)[-1] for layer in found]
    for layer, calls in found.items():
        name = _python_name(plan, layer, lasts)
        plan.layers[layer] = name
        value = ".value" if plan.unit.facts.names_read else ""
        for short, variable in layer.weights.items():
            plan.paths[variable] = f"{name}.{short}{value}"
        plan.making.add(plan.unit.module.statement(layer.expr))
        for call in calls:
            plan.handled.add(call.func)
            given = next(node for known, node in plan.unit.facts.layers[call] if known is layer).call["inputs"]
            plan.edits.replace(call, lambda render, name=name, given=given: f"{name}({render(given)})")  # type: ignore[misc]


def _check_place(plan: Plan, call: ast.Call, layer: Layer) -> None:
    """A layer is made before its statement: that must run once, and always."""
    atom = plan.unit.atom(call)
    if atom is None or isinstance(atom.stmt, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        raise CannotConvert(call, "a helper makes layers and graph together: not converted yet", layer.symbol)
    at: ast.AST | None = plan.unit.module.parents.get(call)
    inside = not isinstance(atom.stmt, _SIMPLE)
    while at is not None and at is not atom.stmt:
        inside = inside or isinstance(at, (ast.Lambda, ast.IfExp, ast.BoolOp, *COMPREHENSIONS))
        at = plan.unit.module.parents.get(at)
    if inside or layer.loop:
        raise CannotConvert(call, "a layer is made in a loop or condition: not converted yet; make it before",
                            layer.symbol)  # fmt: skip


def _python_name(plan: Plan, layer: Layer, lasts: list[str]) -> str:
    """Return a layer's name in the new code: TF1's, or that of the tensor that it gives."""
    *scopes, last = layer.name.split("/")
    choices: list[str] = []
    stmt = plan.unit.module.statement(layer.expr)
    if "name" in layer.args:
        if lasts.count(last) == 1:
            choices.append(last)
        choices += [f"{scopes[-1]}_{last}"] if scopes else []
    elif isinstance(stmt, ast.Assign) and stmt.value is layer.expr and isinstance(stmt.targets[0], ast.Name):
        target = stmt.targets[0].id
        if sum(isinstance(n.ctx, ast.Store) and n.id == target for n in plan.unit.module.names) == 1:
            choices.append(f"{target}_layer")
    choices.append(f"{last}_layer" if "name" in layer.args else last)
    for choice in choices:
        if choice.isidentifier() and choice not in plan.namer.taken:
            return plan.namer.fresh(choice)
    return plan.namer.fresh(choices[-1])


def make_layers(plan: Plan, live: set[ast.stmt]) -> None:
    """Write the statements that make the layers which runs or lists of variables need."""
    listed = {v for call, variables in plan.unit.facts.snapshots.items() if not _trains(plan, call) for v in variables}
    for layer, name in plan.layers.items():
        used = any(plan.unit.module.statement(node.expr) in live for node in layer.calls)
        if used or any(v in listed for v in layer.variables):
            stmt = plan.unit.module.statement(layer.expr)
            plan.operations.before.setdefault(stmt, []).extend(layer_statements(plan, layer, name))


def _trains(plan: Plan, call: ast.expr) -> bool:
    func = call.func if isinstance(call, ast.Call) else None
    return isinstance(func, ast.Attribute) and isinstance(plan.value(func.value), Opt)


def layer_statements(plan: Plan, layer: Layer, name: str, *, inside: bool = False) -> list[str]:
    """Return the statements that make and build a layer.

    Args:
        plan: the unit's plan.
        layer: the layer.
        name: what it is bound to.
        inside: its scopes are open around the statements.
    """
    row = layers.LAYERS[layer.symbol]
    *scopes, last = layer.name.split("/")
    scopes = [] if inside else scopes
    parts = [*_arguments(plan, layer), *_dtype(plan, layer)]
    given = layer.args.get("name")
    literal = isinstance(given, ast.Constant) and given.value == last
    own = plan.segment(given) if given is not None and (literal or inside) else f'"{last}"'
    parts.append(f"name={own}")
    head = f"{name} = {plan.tf}.keras.layers.{row.keras}("
    line = f"{head}{', '.join(parts)})"
    if len(line) > _LINE:
        line = "\n".join([head, *[f"{plan.indent}{part}," for part in parts], ")"])
    build = f"{name}.build({_input_shape(plan, layer)})"
    if scopes:
        build = f'with {plan.tf}.name_scope("{"/".join(scopes)}"):\n{indent(build, plan.indent)}'
    return [line, build]


def _arguments(plan: Plan, layer: Layer) -> list[str]:
    """Return the arguments of the Keras layer."""
    row = layers.LAYERS[layer.symbol]
    parts: list[str] = []
    for key in sorted(
        layer.args, key=lambda k: row.positional.index(k) if k in row.positional else len(row.positional)
    ):
        expr, value = layer.args[key], layer.taken[key]
        none = isinstance(value, Py) and value.const is None
        if key in {"inputs", "name", "reuse"}:
            continue
        _check_argument(plan, expr)
        if key in layers.REGULARIZERS:
            if not none:
                _regularizer(plan, layer, key)
        elif key == "data_format":
            if not (isinstance(value, Py) and value.const == "channels_last"):
                raise CannotConvert(expr, "layers with channels first run on GPUs only: not converted", layer.symbol)
        elif key not in layers.KEPT:
            raise CannotConvert(expr, f"the argument `{key}` of a layer is not converted", layer.symbol)
        elif not none:
            text = plan.text(expr)
            const = value.const if isinstance(value, Py) else None
            if key == "padding" and isinstance(const, str) and const != const.lower():
                text = f'"{const.lower()}"'
            parts.append(text if key in row.positional else f"{key}={text}")
    return parts


def _check_argument(plan: Plan, expr: ast.expr) -> None:
    """A layer is made before its graph code: its arguments must be Python values that are known there."""
    inside = {n for found in walk(expr) if isinstance(found, ast.Lambda) for n in walk(found.body)}
    for node in walk(expr):
        defs = plan.unit.facts.uses.get(node, frozenset()) if isinstance(node, ast.Name) else frozenset()
        defs = frozenset(d for d in defs if not (d.parameter and node in inside and isinstance(d.scope, ast.Lambda)))
        if in_graph(plan.value(node)) and (defs or node not in inside):
            raise CannotConvert(expr, "an argument of a layer depends on the graph: not converted")
        for found in defs:
            home = plan.unit.atom(found.stmt) if found.stmt is not None else None
            if home is not None and home.stage in {Stage.GRAPH, Stage.DROP}:
                raise CannotConvert(expr, f"`{found.name}` moves with the graph and is an argument of a layer")
            if node in inside and _bound_again(plan, found):
                raise CannotConvert(expr, f"`{found.name}` changes, and a layer's function reads it when it is called")


def _bound_again(plan: Plan, found: Def) -> bool:
    """Tell whether a name has other values than that of one definition."""
    others = plan.unit.facts.by_name.get((plan.unit.module.path, found.scope, found.name), [])
    return any(o is not found and o.stmt is not None for o in others)


def _regularizer(plan: Plan, layer: Layer, key: str) -> None:
    """A regularizer only adds to a collection: without a reader it has no effect."""
    text = plan.unit.module.source.text.lower()
    if key == "activity_regularizer" or any(word in text for word in _REGULARIZERS_READ):
        raise CannotConvert(layer.args[key], "a regularizer whose loss is read from a collection is not converted yet; "
                            "add it to the loss", layer.symbol)  # fmt: skip
    plan.note(layer.args[key], RULE.code, Severity.INFO, f"`{key}` is dropped: nothing reads the loss that it made")


def _dtype(plan: Plan, layer: Layer) -> list[str]:
    """Keras layers compute in float32 whatever comes in; TF1's took the type of their first input."""
    found = plan.shapes.dtype(layer.taken["inputs"])
    if found is None:
        raise CannotConvert(layer.expr, "the type of a layer's input is not statically known", layer.symbol)
    return [] if found == "float32" else [f'dtype="{found}"']


def _input_shape(plan: Plan, layer: Layer) -> str:
    """Return the shape on which a layer is built."""
    row, shape = layers.LAYERS[layer.symbol], plan.shapes.of(layer.taken["inputs"])
    if shape is None or (row.rank is not None and len(shape) != row.rank) or len(shape) < 2:
        raise CannotConvert(layer.expr, "the static shape of a layer's input is not known; give the placeholder or the "
                            "reshape before it its sizes", layer.symbol)  # fmt: skip
    if shape[-1] is None:
        raise CannotConvert(layer.expr, "the last size of a layer's input is not statically known; give the "
                            "placeholder or the reshape before it its sizes", layer.symbol)  # fmt: skip
    sizes = [size if isinstance(size, int) else None for size in shape[1:-1]]
    if row.rank is None:
        sizes = [None] * len(sizes)
    return f"[{', '.join([*map(str, [None, *sizes]), size_text(plan, shape[-1], layer.expr)])}]"


def size_text(plan: Plan, size: Size, at: ast.expr) -> str:
    """Return the text of a size: a number, or the program's own expression where it still means the same.

    Args:
        plan: the unit's plan.
        size: the size.
        at: where the text will stand.
    """
    if isinstance(size, Named) and _says_the_same(plan, size.expr, at):
        return plan.text(size.expr)
    if isinstance(size, int):
        return str(int(size))
    if size is None or not _says_the_same(plan, size, at):
        text = "" if size is None else f" `{plan.segment(size)}`"
        raise CannotConvert(at, f"the size{text} of a layer's input can't be written down where the layer is made")
    return plan.text(size)


def _says_the_same(plan: Plan, size: ast.expr, at: ast.expr) -> bool:
    """Tell whether an expression has the same value at another place."""
    facts, module = plan.unit.facts, plan.unit.module
    if size not in module.parents:
        return False
    for node in walk(size):
        if isinstance(node, ast.Call) and not pure_call(plan, node):
            return False
        if isinstance(plan.value(node), Node) or isinstance(node, (ast.Lambda, *COMPREHENSIONS)):
            return False
        for found in facts.uses.get(node, ()) if isinstance(node, ast.Name) else ():
            here = found.scope is None or found.scope is module.function(at)
            if not here or _bound_again(plan, found):
                return False
    return True

"""tf.Variable and tf.get_variable: made once, where they stood, under their TF1 names."""

from __future__ import annotations

import ast

from migrator.analysis.facts import Def
from migrator.analysis.values import Node, Py, Seq, Sym, Var, leaves
from migrator.model import Rule
from migrator.rules.plan import CannotConvert, Plan, atomic, literal_name, wrapped
from migrator.syntax.text import Render
from migrator.tables import signatures

RULE = Rule(
    "MIG210",
    "variables",
    "Variables are made once, eagerly, and keep their TF1 names.",
    "`tf.get_variable` becomes `tf.Variable` with the initializer called on the shape; scopes go into `name=`, so that "
    "checkpoints can be mapped. Arguments that only meant something to the graph (`collections`, `use_resource`) go.",
    before='w = tf.get_variable("w", [3, 2], initializer=tf.zeros_initializer())',
    after='w = tf.Variable(tf.zeros_initializer()([3, 2]), name="w")',
)
KEPT = ("trainable", "dtype", "constraint", "synchronization", "aggregation")
REFUSED = {
    "regularizer": "a regularizer adds to a graph collection: not converted yet; add it to the loss",
    "partitioner": "partitioned variables are not converted",
    "custom_getter": "a custom getter is not converted",
    "validate_shape": "a variable of changing shape is not converted",
}


def convert_variables(plan: Plan) -> None:
    """Plan the native form of every variable of the unit."""
    by_expr: dict[ast.expr, list[Var]] = {}
    for expr, variable in plan.unit.facts.variables.items():
        if variable.module is plan.unit.module:
            by_expr.setdefault(expr, []).append(variable)
    for expr, variable in plan.unit.facts.reused.items():
        if expr in plan.modular:
            continue
        if expr in plan.unit.module.parents and isinstance(expr, ast.Call):
            if plan.unit.atom(expr) is None or variable.module is not plan.unit.module:
                raise CannotConvert(
                    expr, f"the variable `{variable.name}` is shared by name (reuse): not converted yet"
                )
            plan.handled.add(expr)
            plan.edits.replace(expr, path_of(plan, variable))
    for expr in by_expr:
        call = expr
        assert isinstance(call, ast.Call)
        variable = by_expr[expr][-1]
        if variable.via == "global_step":
            _global_step(plan, call)
        else:
            _one(plan, call, variable)


def convert_start_reads(plan: Plan) -> None:
    """``v.initialized_value()`` is the variable's value: it has been initialised."""
    for node in plan.unit.made():
        if isinstance(node, Node) and node.op == "initialized_value" and node.module is plan.unit.module:
            call = node.expr
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call not in plan.handled:
                plan.handled.add(call)
                owner = call.func.value
                plan.edits.replace(call, wrapped("{}.read_value()", owner))


def _one(plan: Plan, call: ast.Call, variable: Var) -> None:
    """Plan one tf.Variable or tf.get_variable call."""
    args = variable_arguments(call, variable.via)
    for name, why in REFUSED.items():
        if name in args and not _is_default(plan, args[name]):
            raise CannotConvert(call, why)
    if any(name.startswith("*") for name in args):
        raise CannotConvert(call, "the arguments of a variable are not written out")
    plan.handled.add(call.func)
    named = _name(plan, call, variable, args)
    if variable.via == "Variable" and _fits(call, args, named):
        if not _spelled_native(plan, call):
            plan.edits.replace(call.func, f"{plan.tf}.Variable")
        return
    plan.edits.replace(call, lambda render: _text(plan, call, variable, args, named, render))


def variable_arguments(call: ast.Call, via: str) -> dict[str, ast.expr]:
    """Return the arguments of a variable by TF1 keyword ("*" holds what could not be mapped)."""
    names = signatures.of(f"tensorflow.{via}")
    args: dict[str, ast.expr] = {}
    for index, arg in enumerate(call.args):
        args[names[index] if index < len(names) and not isinstance(arg, ast.Starred) else f"*{index}"] = arg
    for item in call.keywords:
        args[item.arg or "**"] = item.value
    return args


def _is_default(plan: Plan, node: ast.expr) -> bool:
    value = plan.value(node)
    return isinstance(value, Py) and (value.const is None or value.const is True)


def _spelled_native(plan: Plan, call: ast.Call) -> bool:
    return plan.segment(call.func) == f"{plan.tf}.Variable"


def _name(plan: Plan, call: ast.Call, variable: Var, args: dict[str, ast.expr]) -> str | None:
    """Return the text of `name=`, None where none is needed."""
    given = args.get("name")
    if call in plan.modular:  # the scopes are opened around it
        return plan.segment(given) if given is not None else None
    value = plan.value(given)
    known = isinstance(value, Py) and isinstance(value.const, str)
    if plan.unit.module.function(call) is not None and plan.unit.atom(call) is None:
        known = False
    if given is None:
        inside = variable.name is not None and ("/" in variable.name or plan.unit.facts.names_read)
        return repr(variable.name).replace("'", '"') if inside and not variable.loop else None
    if not known or variable.loop or variable.name is None:
        if (variable.name is not None and "/" in variable.name) or variable.scoped:
            raise CannotConvert(call, "a variable made by a helper inside a scope: its name can't be written down")
        return plan.segment(given)
    original = plan.segment(given)
    const = value.const if isinstance(value, Py) else None
    if variable.name == const:
        return original
    quote = original[-1:] if original[-1:] in "'\"" else '"'
    return f"{quote}{variable.name}{quote}"


def _fits(call: ast.Call, args: dict[str, ast.expr], name: str | None) -> bool:
    """Tell whether a tf.Variable call can stay as it is."""
    allowed = {"initial_value", "name", *KEPT}
    if len(call.args) > 2 or not set(args) <= allowed:
        return False
    if "name" not in args:
        return name is None
    given = args["name"]
    return not isinstance(given, ast.Constant) or (name is not None and name.strip("'\"") == given.value)


def _text(
    plan: Plan, call: ast.Call, variable: Var, args: dict[str, ast.expr], name: str | None, render: Render
) -> str:
    """Return the new call."""
    parts = [
        initial_text(plan, call, args, render) if variable.via == "get_variable" else render(args["initial_value"])
    ]
    for key in KEPT:
        if key in args and not (key == "dtype" and variable.via == "get_variable"):
            parts.append(f"{key}={render(args[key])}")
    if name is not None:
        parts.append(f"name={name}")
    return f"{plan.tf}.Variable({', '.join(parts)})"


def initial_text(plan: Plan, call: ast.Call, args: dict[str, ast.expr], render: Render) -> str:
    """Return the start value of a tf.get_variable call."""
    initializer, shape = args.get("initializer"), args.get("shape")
    value = plan.value(initializer)
    none = initializer is None or (isinstance(value, Py) and value.const is None)
    dtype = literal_name(plan.value(args.get("dtype"))) if "dtype" in args else "float32"
    tail = f", dtype={render(args['dtype'])}" if "dtype" in args and dtype != "float32" else ""
    if none:
        if shape is None:
            raise CannotConvert(call, "a variable without shape or initializer is shared by name: not converted")
        if dtype is None or dtype.startswith(("int", "uint", "bool", "string")):
            return f"{plan.tf}.zeros({render(shape)}{tail})"
        return f"{plan.tf}.keras.initializers.GlorotUniform()({render(shape)}{tail})"
    assert initializer is not None
    text = render(initializer)
    _constant_fits(plan, initializer, shape)
    if isinstance(value, Sym) or (isinstance(value, Py) and value.tag == "initializer"):
        if shape is None:
            raise CannotConvert(call, "an initializer without a shape")
        bare = isinstance(value, Sym) and not text.endswith(")")
        made = f"{text}()" if bare else text if isinstance(value, Sym) else atomic(text, initializer)
        return f"{made}({render(shape)}{tail})"
    if isinstance(value, Py) and value.tag in {"parameter", ""} and shape is not None:
        raise CannotConvert(call, "it is not statically known whether the initializer is a value or a function")
    return f"{plan.tf}.convert_to_tensor({text}, {render(args['dtype'])})" if "dtype" in args else text


def _constant_fits(plan: Plan, initializer: ast.expr, shape: ast.expr | None) -> None:
    """TF1's constant_initializer repeats the last number of a list that is too short; TF2's raises."""
    symbol = plan.unit.facts.symbols.get(initializer.func, "") if isinstance(initializer, ast.Call) else ""
    if not symbol.endswith("constant_initializer") or not isinstance(initializer, ast.Call) or not initializer.args:
        return
    given, sizes = plan.value(initializer.args[0]), plan.value(shape)
    if isinstance(given, Seq) and given.items is not None and isinstance(sizes, Seq) and sizes.items is not None:
        total = 1
        for item in sizes.items:
            const = item.const if isinstance(item, Py) else None
            total = total * const if isinstance(const, int) else -1
        if total > 0 and len(list(leaves(given))) != total:
            raise CannotConvert(initializer, "a constant_initializer with fewer numbers than the shape repeats its "
                                "last number in TF1; write all numbers")  # fmt: skip


def _global_step(plan: Plan, call: ast.Call) -> None:
    """tf.train.get_or_create_global_step() -> an int64 variable."""
    plan.handled.add(call.func)
    plan.edits.replace(call, f'{plan.tf}.Variable(0, dtype={plan.tf}.int64, trainable=False, name="global_step")')


def path_of(plan: Plan, variable: Var) -> str:
    """Return how code can write a variable in any step function of the unit.

    Raises:
        CannotConvert: the program gives it no lasting name.
    """
    known = plan.paths.get(variable)
    if known is not None:
        return known
    path = variable.path
    if path is None:
        raise CannotConvert(variable.expr, "a variable that the program binds to no name (it is made inside a helper, "
                            "a loop or an expression)")  # fmt: skip
    base = path.split("[")[0].split(".")[0]
    if base == path and _one_of_many(plan, variable):
        path = base = _element(plan, variable)
        plan.paths[variable] = path
        return path
    scope = plan.unit.module.function(variable.stmt) if variable.stmt is not None else None
    defs = [d for d in plan.unit.facts.by_name.get((plan.unit.module.path, scope, base), ()) if not d.mutates]
    if len({d.stmt for d in defs}) > 1 and variable.stmt is not None:
        path = _own_name(plan, variable, path, defs)
    plan.paths[variable] = path
    return path


def _one_of_many(plan: Plan, variable: Var) -> bool:
    """Tell whether one statement makes several variables: its name is the last one's."""
    made = plan.unit.facts.created.get(variable.stmt, ()) if variable.stmt is not None else ()
    return any(isinstance(v, Var) and v is not variable and v.expr is variable.expr for v in made)


def _element(plan: Plan, variable: Var) -> str:
    """Return a variable that a loop makes as an element of the list that the loop fills.

    Raises:
        CannotConvert: no list holds it, or something else changes the list.
    """
    unit = plan.unit
    assert variable.stmt is not None
    loops = unit.loops_around(variable.stmt)
    scope = unit.module.function(variable.stmt)
    for (path, home, name), defs in unit.facts.by_name.items():
        if path != unit.module.path or home is not scope:
            continue
        bound = [d for d in defs if not d.mutates]
        value = bound[0].value if len(bound) == 1 else None
        items = value.items if isinstance(value, Seq) else None
        places = [i for i, item in enumerate(items or ()) if item is variable]
        filled = all(d.stmt is not None and set(loops) & set(unit.loops_around(d.stmt)) for d in defs if d.mutates)
        if len(places) == 1 and filled:
            return f"{name}[{places[0]}]"
    raise CannotConvert(variable.expr, "a loop makes several variables here, and which one is meant has no lasting "
                        "name; append each to a list that nothing else changes")  # fmt: skip


def settle_names(plan: Plan) -> None:
    """Choose the names of variables whose name is bound again, before any text is rendered."""
    for variables in plan.unit.facts.snapshots.values():
        for variable in variables:
            if variable.path is not None and variable.module is plan.unit.module:
                path_of(plan, variable)


def _own_name(plan: Plan, variable: Var, path: str, defs: list[Def]) -> str:
    """Return a lasting name for a variable whose name is bound again: the last binding keeps it."""
    unit, stmt = plan.unit, variable.stmt
    assert stmt is not None
    scope = unit.module.function(stmt)
    own = [d for d in defs if d.stmt is stmt and d.value is variable]
    ordered = sorted((d.stmt for d in defs if d.stmt is not None), key=lambda s: s.lineno)
    plain = (
        len(own) == 1 and isinstance(stmt, ast.Assign) and len(stmt.targets) == 1
        and isinstance(stmt.targets[0], ast.Name) and not unit.loops_around(stmt)
        and all(unit.module.function(s) is scope for s in ordered)
    )  # fmt: skip
    if plain and ordered[-1] is stmt and not any(unit.loops_around(s) for s in ordered):
        return path
    uses = [node for node in unit.facts.readers.get(path, ()) if own and own[0] in unit.facts.uses[node]]
    alone = all(
        unit.facts.uses[use] == {own[0]} and isinstance(use.ctx, ast.Load) and unit.module.function(use) is scope
        for use in uses
    )
    if not plain or not alone:
        base = path.split("[")[0]
        alias = plan.namer.fresh((variable.name or base).rsplit("/", 1)[-1] if base != path else base)
        plan.operations.after.setdefault(stmt, []).append(f"{alias} = {path}")
        return alias
    fresh = plan.namer.fresh(f"{path}_{ordered.index(stmt) + 1}")
    assert isinstance(stmt, ast.Assign)
    for node in [stmt.targets[0], *uses]:
        plan.edits.replace(node, fresh)
    return fresh

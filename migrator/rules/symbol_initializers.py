"""Initializers and regularizers: TF1's defaults and distributions, written out for TF2's classes."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from migrator.rules.symbol_call import CallText, operand, repeatable
from migrator.rules.symbol_types import BEHAVIOUR, UNKNOWN, Handler, Outcome, SymbolRefusal, Use, info
from migrator.syntax.text import Render

_TRUNCATION = "1.3 * 0.87962566103423978**2"  # contrib's factor and the standard deviation that Keras divides by


@dataclass(frozen=True, slots=True)
class Initializer:
    """A TF1 initializer and its TF2 class.

    Attributes:
        target: TF2 class.
        old: TF1 parameters.
        new: those of them that the TF2 class takes.
        explicit: defaults that differ, written out.
    """

    target: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    explicit: tuple[tuple[str, str], ...] = ()


_KERAS = "keras.initializers."
_NORMAL = ("mean", "stddev", "seed")
_SEEDED = ("seed", "dtype")
_SCALING = ("scale", "mode", "distribution", "seed")
TABLE: dict[str, Initializer] = {
    "zeros_initializer": Initializer("zeros_initializer", ("dtype",), ()),
    "ones_initializer": Initializer("ones_initializer", ("dtype",), ()),
    "constant_initializer": Initializer("constant_initializer", ("value", "dtype", "verify_shape"), ("value",)),
    "random_normal_initializer": Initializer(
        "random_normal_initializer", (*_NORMAL, "dtype"), _NORMAL, (("stddev", "1.0"),)
    ),
    "random_uniform_initializer": Initializer(
        "random_uniform_initializer",
        ("minval", "maxval", "seed", "dtype"),
        ("minval", "maxval", "seed"),
        (("minval", "0.0"), ("maxval", "1.0")),
    ),
    "truncated_normal_initializer": Initializer(
        _KERAS + "TruncatedNormal", (*_NORMAL, "dtype"), _NORMAL, (("stddev", "1.0"),)
    ),
    "glorot_uniform_initializer": Initializer(_KERAS + "GlorotUniform", _SEEDED, ("seed",)),
    "glorot_normal_initializer": Initializer(_KERAS + "GlorotNormal", _SEEDED, ("seed",)),
    "orthogonal_initializer": Initializer(_KERAS + "Orthogonal", ("gain", "seed", "dtype"), ("gain", "seed")),
    "variance_scaling_initializer": Initializer(_KERAS + "VarianceScaling", (*_SCALING, "dtype"), _SCALING),
    "initializers.identity": Initializer(_KERAS + "Identity", ("gain", "dtype"), ("gain",)),
    "initializers.he_normal": Initializer(_KERAS + "HeNormal", ("seed",), ("seed",)),
    "initializers.he_uniform": Initializer(_KERAS + "HeUniform", ("seed",), ("seed",)),
    "initializers.lecun_normal": Initializer(_KERAS + "LecunNormal", ("seed",), ("seed",)),
    "initializers.lecun_uniform": Initializer(_KERAS + "LecunUniform", ("seed",), ("seed",)),
}
for _short in ("constant", "glorot_normal", "glorot_uniform", "ones", "orthogonal", "random_normal", "random_uniform",
               "truncated_normal", "variance_scaling", "zeros"):  # fmt: skip
    TABLE[f"initializers.{_short}"] = TABLE[f"{_short}_initializer"]


def _rule(use: Use) -> Outcome:
    """Rewrite an initializer of the core."""
    row = TABLE[use.symbol.removeprefix("tensorflow.")]
    target = use.spell(row.target)
    if use.call is None:
        if _assigned_name(use, use.node) is not None:
            return SymbolRefusal(
                f"the class {use.short} is bound to a name, and TF2's has other defaults: bind an instance"
            )
        return use.value(f"{target}({', '.join(f'{n}={v}' for n, v in row.explicit)})")
    text = CallText(use)
    text.rename(row.target)
    text.conform(row.old, row.new, skip=("dtype", "verify_shape"))
    given = {argument.parameter: argument for argument in text.arguments}
    for name in ("dtype", "verify_shape"):
        if name in given:
            text.drop(given[name])
    unpacked = any(argument.keyword in ("*", "**") for argument in text.arguments)
    missing = [f"{name}={value}" for name, value in row.explicit if name not in given and not unpacked]
    if missing:
        text.append(", ".join(missing))
    if row.target.startswith(_KERAS) and row.new[-1] == "seed":
        head, tail = _seeded(use, text, "seed" in given or unpacked)
        if head:
            text.surround(head, tail)
    return text.done()


def _seeded(use: Use, text: CallText, given: bool) -> tuple[str, str]:
    """Return what to put around a Keras initializer without a seed.

    It would draw the same numbers for every variable that it fills; TF1's drew others. Keras 3 and tf_keras agree here.
    """
    if given:
        return "", ""
    if "set_random_seed" in use.context.source.text:
        text.notes.append(
            info(
                BEHAVIOUR,
                "Keras initializers have their own generator: tf.random.set_seed does not fix these start values; "
                "pass seed= where they must repeat",
            )
        )
    assert use.call is not None
    if not _shared(use, use.call):
        return "", ""
    head, tail = "lambda shape, dtype=None: ", "(shape, dtype)"
    return (head, tail) if _stands_alone(use, use.call) else (f"({head}", f"{tail})")


def _stands_alone(use: Use, call: ast.Call) -> bool:
    """Tell whether a call is a whole argument or the whole right-hand side of an assignment."""
    for node in ast.walk(use.context.source.tree):
        if isinstance(node, ast.Assign) and node.value is call:
            return True
        if isinstance(node, ast.Call) and any(call is part for part in _parts(node)):
            return True
    return False


def _shared(use: Use, call: ast.Call) -> bool:
    """Tell whether one initializer object may fill several variables."""
    name = _assigned_name(use, call)
    tree = use.context.source.tree
    if name is not None:
        loads = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
        loops = [n for n in ast.walk(tree) if isinstance(n, (ast.For, ast.While, ast.FunctionDef, ast.ListComp))]
        return len(loads) != 1 or any(loads[0] in ast.walk(loop) for loop in loops)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and any(call is part for part in _parts(node)):
            return ast.unparse(node.func).rpartition(".")[2] in ("variable_scope", "arg_scope", "partial")
    return True


def _parts(call: ast.Call) -> list[ast.expr]:
    return [call.func, *call.args, *(keyword.value for keyword in call.keywords)]


def _assigned_name(use: Use, value: ast.expr) -> str | None:
    """Return the name that a statement ``name = value`` binds."""
    for node in ast.walk(use.context.source.tree):
        if isinstance(node, ast.Assign) and node.value is value:
            target = node.targets[0]
            return target.id if isinstance(target, ast.Name) else ""
    return None


def _xavier(use: Use) -> Outcome:
    """contrib's xavier_initializer: Glorot; its normal form has contrib's truncation factor."""
    uniform_name = use.spell(_KERAS + "GlorotUniform")
    if use.call is None:
        return use.value(f"{uniform_name}()")
    text = CallText(use)
    bound = text.bind(("uniform", "seed", "dtype"))
    uniform = text.literal(bound.get("uniform"), True)
    if uniform is UNKNOWN:
        return SymbolRefusal(f"{use.short} is called with a uniform that can't be seen: write True or False")
    head, tail = _seeded(use, text, "seed" in bound)

    def build(render: Render) -> str:
        parts = [f"seed={render(bound['seed'].node)}"] if "seed" in bound else []
        if uniform:
            return f"{head}{uniform_name}({', '.join(parts)}){tail}"
        parts = [f"scale={_TRUNCATION}", 'mode="fan_avg"', *parts]
        return f"{head}{use.spell(_KERAS + 'VarianceScaling')}({', '.join(parts)}){tail}"

    return text.whole(build)


def _contrib_scaling(use: Use) -> Outcome:
    """contrib's variance_scaling_initializer(factor=2.0, mode='FAN_IN', uniform=False)."""
    scaling = use.spell(_KERAS + "VarianceScaling")
    if use.call is None:
        return use.value(f"{scaling}(scale=2.0 * {_TRUNCATION})")
    text = CallText(use)
    bound = text.bind(("factor", "mode", "uniform", "seed", "dtype"))
    uniform, mode = text.literal(bound.get("uniform"), False), text.literal(bound.get("mode"), "FAN_IN")
    if uniform is UNKNOWN and not repeatable(bound["uniform"].node):
        return SymbolRefusal(f"{use.short} is called with a uniform that is computed in the call: name it first")
    if mode is not UNKNOWN and mode not in ("FAN_IN", "FAN_OUT", "FAN_AVG"):
        return SymbolRefusal(f"{use.short} is called with a mode that TF1 does not take: {mode}")
    head, tail = _seeded(use, text, "seed" in bound)

    def build(render: Render) -> str:
        factor = operand(bound["factor"].node, render) if "factor" in bound else "2.0"
        quoted = f'"{str(mode).lower()}"'
        fan = f"{operand(bound['mode'].node, render)}.lower()" if mode is UNKNOWN else quoted
        if not isinstance(uniform, bool):
            flag = operand(bound["uniform"].node, render)
            scale, kind = (
                f"{factor} * (1.0 if {flag} else {_TRUNCATION})",
                f'"uniform" if {flag} else "truncated_normal"',
            )
            parts = [f"scale={scale}", f"mode={fan}", f"distribution={kind}"]
        else:
            parts = [f"scale={factor}" if uniform else f"scale={factor} * {_TRUNCATION}", f"mode={fan}"]
            parts += ['distribution="uniform"'] if uniform else []
        parts += [f"seed={render(bound['seed'].node)}"] if "seed" in bound else []
        return f"{head}{scaling}({', '.join(parts)}){tail}"

    return text.whole(build)


def _unit_scaling(use: Use) -> Outcome:
    """``uniform_unit_scaling_initializer(factor)``: uniform in +-sqrt(3 / fan_in) * factor."""
    scaling = use.spell(_KERAS + "VarianceScaling")
    if use.call is None:
        return use.value(f'{scaling}(distribution="uniform")')
    text = CallText(use)
    bound = text.bind(("factor", "seed", "dtype"))
    head, tail = _seeded(use, text, "seed" in bound)

    def build(render: Render) -> str:
        parts = [f"scale={operand(bound['factor'].node, render)}**2"] if "factor" in bound else []
        parts += ['distribution="uniform"']
        parts += [f"seed={render(bound['seed'].node)}"] if "seed" in bound else []
        return f"{head}{scaling}({', '.join(parts)}){tail}"

    return text.whole(build)


def _regularizer(use: Use) -> Outcome:
    """contrib's l1 and l2 regularizers; contrib halves the sum of squares."""
    kind = use.symbol.rpartition(".")[2].removesuffix("_regularizer")
    if use.call is None:
        return SymbolRefusal(f"{use.short} is used as a value, and Keras' l2 is twice contrib's: call it in a function")
    text = CallText(use)
    old = ("scale_l1", "scale_l2", "scope") if kind == "l1_l2" else ("scale", "scope")
    bound = text.bind(old)
    target = use.spell("keras.regularizers." + {"l1": "L1", "l2": "L2", "l1_l2": "L1L2"}[kind])

    def build(render: Render) -> str:
        def half(name: str) -> str:
            return f"0.5 * {operand(bound[name].node, render)}" if name in bound else "0.5"

        if kind == "l1_l2":
            first = render(bound["scale_l1"].node) if "scale_l1" in bound else "1.0"
            return f"{target}(l1={first}, l2={half('scale_l2')})"
        return f"{target}({half('scale') if kind == 'l2' else render(bound['scale'].node)})"

    return text.whole(build)


HANDLERS: dict[str, Handler] = {
    **{f"tensorflow.{name}": _rule for name in TABLE},
    "tensorflow.uniform_unit_scaling_initializer": _unit_scaling,
    "tensorflow.initializers.uniform_unit_scaling": _unit_scaling,
    "tensorflow.contrib.layers.xavier_initializer": _xavier,
    "tensorflow.contrib.layers.xavier_initializer_conv2d": _xavier,
    "tensorflow.contrib.layers.variance_scaling_initializer": _contrib_scaling,
    "tensorflow.contrib.layers.l1_regularizer": _regularizer,
    "tensorflow.contrib.layers.l2_regularizer": _regularizer,
    "tensorflow.contrib.layers.l1_l2_regularizer": _regularizer,
}

"""Reading the generated table of TF1 symbols."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from migrator.tables import symbols

Fate = Literal["same", "renamed", "changed", "compat-only", "gone"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """One public TF1 symbol.

    Attributes:
        name: canonical TF1 name, for example ``tensorflow.reduce_sum``.
        fate: ``same``: TF2 has the same object under the same name; ``renamed``: the same object under another name;
            ``changed``: another object under this or another name; ``compat-only``: only in ``tf.compat.v1``; ``gone``.
        kind: ``function``, ``class`` or ``value``.
        parameters: of a call in TF1, in positional order; ``*`` and ``**`` take the rest.
        required: those of `parameters` without a default.
        target: TF2 name, None where there is none.
        target_parameters: of a call in TF2.
        target_required: those of `target_parameters` without a default.
        defaults: name -> (TF1 default, TF2 default) as text, where they differ.
    """

    name: str
    fate: Fate
    kind: str
    parameters: tuple[str, ...]
    required: frozenset[str]
    target: str | None
    target_parameters: tuple[str, ...]
    target_required: frozenset[str]
    defaults: dict[str, tuple[str, str]]


@cache
def rows() -> dict[str, str]:
    """Return canonical TF1 name -> line of the table."""
    return {"tensorflow." + line[: line.index("|")]: line for line in symbols.ROWS.splitlines()}


@cache
def aliases() -> dict[str, str]:
    """Return contrib name -> the best known name of the same object."""
    pairs = (line.split("|") for line in symbols.ALIASES.splitlines())
    return {"tensorflow." + name: "tensorflow." + best for name, best in pairs}


@cache
def tf2_names() -> frozenset[str]:
    """Return every public TF2 name outside Keras and ``tf.compat.v1``."""
    out: set[str] = set()
    for line in symbols.TF2_NAMES.splitlines():
        module, _, names = line.partition("|")
        prefix = f"tensorflow.{module}." if module else "tensorflow."
        out.update(prefix + name for name in names.split())
    return frozenset(out)


@cache
def in_tf1(name: str) -> bool:
    """Tell whether TF1 has a public symbol or module of this canonical name."""
    return name in rows() or name in aliases() or name in _tf1_modules()


@cache
def _tf1_modules() -> frozenset[str]:
    names = (*rows(), *aliases())
    return frozenset(name[:at] for name in names for at, char in enumerate(name) if char == ".")


@cache
def in_tf2(name: str) -> bool:
    """Tell whether TF2 has a public symbol or module of this name."""
    if name.startswith("tensorflow.keras"):
        row = lookup(name)
        return row is None or row.target == name
    return name in tf2_names() or any(known.startswith(f"{name}.") for known in tf2_names())


def _parameters(field: str) -> tuple[tuple[str, ...], frozenset[str]]:
    names = [name for name in field.split(",") if name]
    required = frozenset(name for name in names if not name.endswith("=") and not name.startswith("*"))
    return tuple(name.rstrip("=") for name in names), required


@cache
def lookup(name: str) -> Symbol | None:
    """Return the row of a canonical TF1 name, or None where TF1 has no such symbol."""
    line = rows().get(name)
    if line is None:
        return None
    fields = line.split("|")
    _, fate, kind, before, target, after, defaults = fields + [""] * (7 - len(fields))
    parameters, required = _parameters(before)
    target_parameters, target_required = _parameters(after.strip("-")) if after else (parameters, required)
    has_target = fate in ("same", "renamed", "changed")
    return Symbol(
        name=name,
        fate=fate,  # type: ignore[arg-type]
        kind=kind,
        parameters=parameters,
        required=required,
        target=("tensorflow." + target if target else name) if has_target else None,
        target_parameters=target_parameters,
        target_required=target_required,
        defaults=dict(_default(field) for field in defaults.split(";") if field),
    )


def _default(field: str) -> tuple[str, tuple[str, str]]:
    name, _, both = field.partition(":")
    old, _, new = both.partition(">")
    return name, (old, new)

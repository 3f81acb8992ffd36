"""tf.ConfigProto: the options go with the session; each is named, with what has taken its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from migrator.analysis.units import Stage
from migrator.analysis.values import Py
from migrator.model import Severity
from migrator.rules.dropping import DROPPED
from migrator.rules.plan import Plan
from migrator.tables import signatures
from migrator.tables.session_options import DEFAULTS, GROUPS, MAKERS, OPTIONS


def note_configuration(plan: Plan) -> None:
    """Name every option of a session that goes away with it."""
    for place, name, value in _options(plan):
        known = plan.value(value)
        if name in GROUPS or (isinstance(known, Py) and name in DEFAULTS and known.const == DEFAULTS[name]):
            continue
        native = OPTIONS.get(name)
        advice = f"call {native.replace('tf.', plan.tf + '.')}" if native else "it has no native equal"
        plan.note(place, DROPPED.code, Severity.INFO, f"the session's option `{name}` is dropped: {advice}")
    for call, session in plan.unit.facts.sessions.items():
        given = _config(call) if session.module is plan.unit.module and isinstance(call, ast.Call) else None
        if given is not None and not _followed(plan, given):
            message = "the session's configuration is dropped; tf.config has its settings"
            plan.note(call, DROPPED.code, Severity.INFO, message)


def _options(plan: Plan) -> Iterator[tuple[ast.AST, str, ast.expr]]:
    """Yield the options that are set: where, the field, the value."""
    facts, parents = plan.unit.facts, plan.unit.module.parents
    for node, symbol in list(facts.symbols.items()):
        call = parents.get(node) if symbol in MAKERS else None
        if isinstance(call, ast.Call) and call.func is node:
            for item in call.keywords:
                if item.arg is not None:
                    yield item.value, item.arg, item.value
    for atom in plan.unit.atoms:
        if atom.stage is Stage.DROP and isinstance(atom.stmt, ast.Assign):
            for target in atom.stmt.targets:  # config.gpu_options.allow_growth = True
                owner = plan.value(target.value) if isinstance(target, ast.Attribute) else None
                if isinstance(owner, Py) and owner.tag == "config" and isinstance(target, ast.Attribute):
                    yield atom.stmt, target.attr, atom.stmt.value


def _config(call: ast.Call) -> ast.expr | None:
    """Return the configuration that a session is given."""
    names = signatures.of("tensorflow.Session")
    given = dict(zip(names, call.args, strict=False)) | {k.arg: k.value for k in call.keywords if k.arg}
    return given.get("config")


def _followed(plan: Plan, given: ast.expr) -> bool:
    """Tell whether a configuration is made in this module, so that its options have been named."""
    value = plan.value(given)
    if isinstance(value, Py) and value.const is None:
        return True
    if isinstance(given, ast.Call):
        return plan.unit.facts.symbols.get(given.func) in MAKERS
    sources = (
        [d.source for d in plan.unit.facts.uses.get(given, ()) if not d.mutates] if isinstance(given, ast.Name) else []
    )
    return bool(sources) and all(isinstance(s, ast.Call) and _followed(plan, s) for s in sources)

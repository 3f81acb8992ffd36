"""What goes away with the graph, and the check that no code that stays needs it."""

from __future__ import annotations

import ast

from migrator.analysis.units import COMPREHENSIONS, Stage
from migrator.analysis.values import Node, Sess, Writer
from migrator.model import Rule, Severity
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.statics import literal_text
from migrator.syntax.walk import walk

DROPPED = Rule(
    "MIG204",
    "dropped",
    "Graph code or set-up that nothing runs goes away.",
    "Tensors that no run fetches were never computed; session configurations, savers that save nothing and writers "
    "that only export the graph have no native meaning.",
)


def drop(plan: Plan, live: set[ast.stmt]) -> None:
    """Remove sessions, graphs, placeholders and what no run reaches."""
    unit, operations = plan.unit, plan.operations
    for with_stmt in unit.transparent:
        operations.flattened.add(with_stmt)
    for atom in unit.atoms:
        if atom.stage is Stage.DROP:
            operations.removed.add(atom.stmt)
            _note_dropped(plan, atom.stmt)
        elif isinstance(atom.stmt, ast.Delete):
            _delete(plan, atom.stmt)
        elif atom.stage is Stage.GRAPH:
            (operations.moved if atom.stmt in live else operations.removed).add(atom.stmt)
            if atom.stmt not in live and not _only_placeholders(plan, atom.stmt):
                text = plan.segment(atom.stmt).split("\n")[0][:60]
                if isinstance(atom.stmt, ast.Expr) and atom.stmt.value in unit.facts.shown:
                    plan.note(atom.stmt, DROPPED.code, Severity.INFO, f"`{text}` shows a symbolic tensor or a graph, "
                              "which native code doesn't have: it was removed")  # fmt: skip
                    continue
                plan.note(atom.stmt, DROPPED.code, Severity.INFO, f"no run reaches `{text}`: it was removed")


def _delete(plan: Plan, stmt: ast.Delete) -> None:
    """``del sess``: names that are gone need no deletion."""
    unit = plan.unit
    kept = []
    for target in stmt.targets:
        found = unit.facts.by_name.get((unit.module.path, unit.module.function(stmt), getattr(target, "id", "")), [])
        made = [d.stmt for d in found if d.stmt is not None and d.stmt is not stmt]
        homes = [unit.atom(s) for s in made]
        gone = bool(made) and all(
            s in unit.transparent or (h is not None and h.stage in {Stage.GRAPH, Stage.DROP})
            for s, h in zip(made, homes, strict=True)
        )
        if not gone:
            kept.append(plan.segment(target))
    if not kept:
        plan.operations.removed.add(stmt)
    elif len(kept) < len(stmt.targets):
        plan.edits.replace(stmt, f"del {', '.join(kept)}")


def _only_placeholders(plan: Plan, stmt: ast.stmt) -> bool:
    created = [v for v in plan.unit.facts.created.get(stmt, []) if isinstance(v, Node)]
    return all(v.op in {"placeholder", "init", "group"} for v in created)


def _note_dropped(plan: Plan, stmt: ast.stmt) -> None:
    value = plan.value(stmt.value) if isinstance(stmt, (ast.Assign, ast.Expr)) else None
    if isinstance(value, Writer):
        plan.note(stmt, DROPPED.code, Severity.INFO, "the graph is not exported for TensorBoard any more; "
                  "tf.summary.trace_export does that", "tensorflow.summary.FileWriter")  # fmt: skip


def check_escapes(plan: Plan) -> None:
    """No code that stays may use a name that goes away."""
    unit = plan.unit
    skipped = _site_parts(plan)
    for node in unit.module.names:
        defs = unit.facts.uses.get(node, ())
        if not defs or node in skipped:
            continue
        atom = unit.atom(node)
        if atom is None or atom.stage in {Stage.GRAPH, Stage.DROP} or _in_context(plan, node):
            continue
        for found in defs:
            home = unit.atom(found.stmt) if found.stmt is not None else None
            if found.module is not unit.module or isinstance(found.scope, COMPREHENSIONS):
                continue
            if isinstance(found.stmt, ast.With) and found.stmt in unit.transparent:
                raise CannotConvert(node, f"`{node.id}` is a session or scope and is used outside of a run")
            if home is None or isinstance(node.ctx, ast.Store):
                continue
            if home.stage in {Stage.GRAPH, Stage.DROP}:
                text = literal_text(plan, found.value) if home.stage is Stage.GRAPH and not found.mutates else None
                if text is not None and home.stmt is found.stmt:
                    line = f"{node.id} = {text}"  # a size that graph code found out has its value here as well
                    if line not in plan.operations.before.setdefault(home.stmt, []):
                        plan.operations.before[home.stmt].append(line)
                    continue
                if isinstance(atom.stmt, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    raise CannotConvert(node, f"`{atom.stmt.name}` reads the graph tensor `{node.id}` from outside; "
                                        "make it a parameter")  # fmt: skip
                raise CannotConvert(node, f"`{node.id}` exists only in the graph and is used outside of a run")


def _site_parts(plan: Plan) -> set[ast.AST]:
    """Return all nodes of fetches, feed keys, receivers and replaced expressions."""
    found: set[ast.AST] = set()
    for site in plan.unit.sites:
        found.update(walk(site.call.func))
        found.update(walk(site.fetch))
        if isinstance(site.feed, ast.Dict):
            for key in site.feed.keys:
                if key is not None:
                    found.update(walk(key))
        for given in [*site.call.args, *[k.value for k in site.call.keywords]]:
            if isinstance(plan.value(given), Sess):
                found.update(walk(given))
    for node in plan.handled:
        if not isinstance(node, (ast.Name, ast.Attribute)) or isinstance(node, ast.Name):
            found.update(walk(node))
    for part in plan.replaced_parts:
        found.update(walk(part))
    for call, _ in plan.unit.facts.snapshots.items():
        found.update(walk(call))
    return found


def _in_context(plan: Plan, node: ast.AST) -> bool:
    """Tell whether a node stands in the header of a with statement that goes away."""
    at: ast.AST | None = node
    while at is not None and not isinstance(at, ast.stmt):
        at = plan.unit.module.parents.get(at)
    if at in plan.unit.transparent and isinstance(at, ast.With):
        return any(node is n for item in at.items for n in walk(item))
    return False

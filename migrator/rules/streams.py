"""Random streams: where a tf.function draws other numbers than the op of the graph did, or the same ones twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from migrator.analysis.facts import SiteFact
from migrator.analysis.values import Node, Py, Value, Var
from migrator.model import Rule, Severity
from migrator.rules.plan import Plan
from migrator.rules.sites import Sites
from migrator.rules.step_functions import StepFunction
from migrator.tables import opkinds

STREAMS = Rule(
    "MIG205",
    "random-streams",
    "Seeded random numbers differ from TensorFlow 1's, or are drawn twice.",
    "In TF1 one op is one stream, whichever run fetches it, and each new session starts it anew. Each tf.function "
    "holds a copy: without a seed the distribution is the same; with one, two functions may draw equal numbers. Where "
    "that matters, draw in one function, or give each op a seed of its own. A graph seed alone never gives TF1's "
    "numbers: TF1 numbered the ops of the graph.",
)
FIXED = ("zeros_initializer", "ones_initializer", "constant_initializer", "identity_initializer", "zeros", "ones",
         "initializers.constant")  # fmt: skip
SEED_CALLS = frozenset({"tensorflow.set_random_seed", "tensorflow.random.set_random_seed"})


def note_streams(plan: Plan, sites: Sites) -> None:
    """Add the diagnostics of a unit's random numbers."""
    graph_seed = has_graph_seed(plan)
    homes: dict[Node, list[StepFunction]] = {}
    for step in sites.steps.values():
        for node in draws(plan, step):
            homes.setdefault(node, []).append(step)
    for node, steps in homes.items():
        _shared(plan, node, steps, graph_seed)
        if seeded(plan, node) or graph_seed:
            _sessions(plan, node, [s.fact for s in sites.sites if s.step in steps])
    _built_in_runs(plan, sites)
    _start_values(plan)
    if graph_seed:
        _graph_seed(plan, homes)


def has_graph_seed(plan: Plan) -> bool:
    """Tell whether a module of the project sets a graph's seed."""
    facts = plan.unit.facts
    return not SEED_CALLS.isdisjoint((facts.project or facts).symbol_names)


def starts_from_seed(plan: Plan, variable: Var) -> bool:
    """Tell whether a variable's start value is random and a seed fixes it."""
    given = variable.initial
    nodes = list(random_sources(variable))
    if nodes:
        return has_graph_seed(plan) or any(seeded(plan, n) for n in nodes)
    if variable.via != "get_variable":
        return False
    symbol = plan.unit.facts.symbols.get(given.func, "") if isinstance(given, ast.Call) else ""
    if given is not None and (symbol.endswith(FIXED) or not isinstance(plan.value(given), Py)):
        return False
    own = isinstance(given, ast.Call) and any(k.arg == "seed" for k in given.keywords)
    return own or has_graph_seed(plan)


def draws(plan: Plan, step: StepFunction) -> list[Node]:
    """Return the random ops of a step function."""
    found: dict[Node, None] = {}
    for atom in step.slice.atoms:
        for value in plan.unit.facts.created.get(atom.stmt, []):
            if isinstance(value, Node) and value.op in opkinds.RANDOM:
                found[value] = None
    for leaf in step.leaves:
        for inner in ast.walk(leaf.expr):
            drawn = plan.value(inner)
            if isinstance(drawn, Node) and drawn.expr is inner and drawn.op in opkinds.RANDOM:
                found[drawn] = None
    return list(found)


def seeded(plan: Plan, node: Node) -> bool:
    """Tell whether an op has a seed of its own."""
    value = plan.value(node.call.get("seed"))
    return value is not None and not (isinstance(value, Py) and value.const is None)


def _shared(plan: Plan, node: Node, steps: list[StepFunction], graph_seed: bool) -> None:
    """One op of TF1 is one stream; in several tf.functions it is several."""
    own = seeded(plan, node)
    if len(steps) < 2 or not (own or graph_seed) or node.stmt is None:
        return
    names = " and ".join(f"`{name}`" for name in sorted({s.name for s in steps}))
    message = (
        f"{names} draw from streams of their own and, with the seed, the same numbers; in TF1 it was one stream: draw "
        "in one function, or give each a seed"
    )
    masked = "dropout" in node.op and not own  # the numbers are others than TF1's anyhow, and nobody reads a mask
    plan.note(node.stmt, STREAMS.code, Severity.INFO if masked else Severity.MANUAL, message, node.op)


def _sessions(plan: Plan, node: Node, runs: list[SiteFact]) -> None:
    """A new session of TF1 starts every stream anew."""
    sessions = {fact.session for fact in runs if fact.session is not None}
    again = [s for s in sessions if plan.unit.loops_around(s.expr)]
    if (len(sessions) > 1 or again) and node.stmt is not None:
        message = (
            "seeded random numbers start anew in each session of TF1; here they go on: give each part of the program "
            "its own function and seed where that matters"
        )
        plan.note(node.stmt, STREAMS.code, Severity.MANUAL, message, node.op)


def _built_in_runs(plan: Plan, sites: Sites) -> None:
    """An op that is written in a run that is repeated is a new op, with a new stream, each time."""
    for site in sites.sites:
        if not (plan.unit.loops_around(site.fact.call) or _called_often(plan, site.fact.call)):
            continue
        for leaf in site.leaves:
            for inner in ast.walk(leaf.expr):
                value = plan.value(inner)
                drawn = isinstance(value, Node) and value.expr is inner and value.op in opkinds.RANDOM
                if drawn and isinstance(value, Node) and seeded(plan, value):
                    message = (
                        "TF1 makes this op anew in each run, and with its seed it gives the same numbers each time; "
                        "here they go on: draw once, before the loop, where the same numbers are meant"
                    )
                    plan.note(inner, STREAMS.code, Severity.MANUAL, message, value.op)


def _called_often(plan: Plan, call: ast.Call) -> bool:
    function = plan.unit.module.function(call)
    return function is not None and plan.unit.facts.calls_of.get(function, 0) != 1


def _start_values(plan: Plan) -> None:
    """Eager draws with one seed go on where TF1's ops each started the same stream."""
    seen: set[tuple[str, object]] = set()
    for variable in plan.unit.facts.variables.values():
        for node in random_sources(variable):
            given = plan.value(node.call.get("seed"))
            if variable.module is not plan.unit.module or not isinstance(given, Py) or given.const is None:
                continue
            key = (node.op, given.const if isinstance(given.const, int) else id(given))
            if key in seen:
                message = "the same seed again: this variable starts with further numbers of one stream; TF1 would "
                message += "start it with the first ones again"
                plan.note(node.expr, STREAMS.code, Severity.INFO, message, node.op)
            seen.add(key)


def random_sources(variable: Var) -> Iterator[Node]:
    """Yield the random ops in a variable's start value."""
    for source in variable.sources:
        for found in source.ancestors():
            if isinstance(found, Node) and found.op in opkinds.RANDOM:
                yield found


def _graph_seed(plan: Plan, homes: dict[Node, list[StepFunction]]) -> None:
    """Ops that have only the graph's seed: TF1 numbered them by their place in the graph."""
    loose = [n for n in homes if not seeded(plan, n)]
    starts: list[Value] = [n for v in plan.unit.facts.variables.values() for n in random_sources(v)]
    if not loose and all(isinstance(n, Node) and seeded(plan, n) for n in starts):
        return
    functions = sorted({s.name for n in loose if "dropout" not in n.op for s in homes[n]})
    message = "random ops without a seed of their own draw other numbers than in TF1, which numbered the graph's ops"
    severity = Severity.INFO
    if len(functions) > 1:
        severity = Severity.MANUAL
        names = " and ".join(f"`{name}`" for name in functions)
        message += f"; {names} may draw equal ones: give their ops seeds"
    for expr, symbol in plan.unit.facts.symbols.items():
        if symbol in SEED_CALLS and expr in plan.unit.module.parents:
            plan.note(expr, STREAMS.code, severity, message, symbol)

"""Initializer runs: removed where variables are new, a reset function where they really start again."""

from __future__ import annotations

import ast

from migrator.analysis.values import Dep, Effect, Node, Py, Sym, Value, Var
from migrator.model import Rule, Severity
from migrator.rules.fetches import Site
from migrator.rules.optimizers import Optimizers
from migrator.rules.plan import CannotConvert, Plan, SitePlan
from migrator.rules.streams import STREAMS, starts_from_seed
from migrator.rules.variables import initial_text, path_of, variable_arguments
from migrator.syntax.marks import mark
from migrator.syntax.reindent import indent

RULE = Rule(
    "MIG202",
    "initializers",
    "Running an initializer goes away, or becomes a reset.",
    "Variables have their start values as soon as they are made. Where an initializer runs again after a write, a "
    "function that assigns the start values anew takes its place.",
    before="sess.run(tf.global_variables_initializer())",
    after="",
)


ZERO_SLOTS = frozenset(f"tensorflow.train.{n}Optimizer" for n in ("Adam", "Momentum", "Adadelta"))


def _is_global(effect: Effect) -> bool:
    """Tell whether an initializer covers all global variables (slots included), not a chosen list."""
    if not isinstance(effect.expr, ast.Call):
        return False  # v.initializer
    text = ast.unparse(effect.expr.func)
    return not text.endswith(("variables_initializer", "initialize_variables")) or "global" in text or "all" in text


def _unread(plan: Plan, name: str, stmt: ast.stmt) -> bool:
    """Tell whether what a statement binds is never read."""
    facts = plan.unit.facts
    defs = {d for d in facts.defs.get(stmt, ()) if d.name == name}
    return not any(defs & facts.uses[node] for node in facts.readers.get(name, ()))


class Initializers:
    """Plans the initializer sites of a unit."""

    def __init__(self, plan: Plan, sites: list[Site], optimizers: Optimizers) -> None:
        self.plan = plan
        self.optimizers = optimizers
        self.resetting: set[Value] = set()  # the variables of the reset that is being written
        self.sites = sites
        self.resets: dict[tuple[Var, ...], str] = {}

    def convert(self) -> None:
        """Remove or replace every initializer run."""
        written: set[Var] = set()
        initialized: set[Var] = set()
        loads = sorted(self.plan.unit.facts.loads.values(), key=lambda found: found[1])
        for site in sorted(self.sites, key=lambda s: s.fact.order):
            written.update(variable for variable, order in loads if order < site.fact.order)
            if not site.initializers:
                step = site.step
                effects = (
                    step.effects
                    if step is not None
                    else [leaf.value for leaf in site.leaves if isinstance(leaf.value, Effect)]
                )
                written.update(v for e in effects for v in e.writes)
                continue
            variables = tuple(dict.fromkeys(v for e in site.initializers for v in e.writes))
            again = [v for v in variables if v in written or v in initialized or self._repeats(site, v)]
            if again:
                self._reset(site, tuple(again))
            else:
                self._remove(site)
            initialized.update(variables)

    def _repeats(self, site: Site, variable: Var) -> bool:
        """Tell whether a site may run again for a variable that it has initialised before."""
        unit = self.plan.unit
        stmt = variable.stmt
        if stmt is None:
            return True
        site_loops, made_loops = unit.loops_around(site.fact.call), unit.loops_around(stmt)
        if len(site_loops) > len(made_loops):
            return True
        site_function, made_function = unit.module.function(site.fact.call), unit.module.function(stmt)
        if site_function is made_function:
            return False
        return site_function is not None and unit.facts.calls_of.get(site_function, 0) != 1

    def _register(self, site: Site, kind: str, function: str | None) -> SitePlan:
        plan = self.plan
        found = SitePlan(len(plan.sites), site.fact.call, kind, function,
                         tuple(plan.segment(leaf.expr) for leaf in site.leaves), (), ())  # fmt: skip
        plan.sites.append(found)
        return found

    def _remove(self, site: Site) -> None:
        plan, call = self.plan, site.fact.call
        for value in site.feed.values.values():
            raise CannotConvert(value or call, "an initializer is fed: a variable's start value depends on it")
        stmt = plan.unit.module.parents[call]
        if not isinstance(stmt, ast.Expr):
            if isinstance(stmt, ast.Assign) and stmt.value is call and isinstance(stmt.targets[0], ast.Name):
                self._register(site, "init", None)
                if _unread(plan, stmt.targets[0].id, stmt):
                    plan.operations.removed.add(stmt)
                else:
                    plan.edits.replace(call, "None")
                return
            raise CannotConvert(call, "the result of an initializer run is used")
        self._register(site, "init", None)
        plan.operations.removed.add(stmt)

    def _reset(self, site: Site, variables: tuple[Var, ...]) -> None:
        """Replace the run by a call of a function that assigns the start values again."""
        plan, call = self.plan, site.fact.call
        if not isinstance(plan.unit.module.parents[call], ast.Expr):
            raise CannotConvert(call, "the result of an initializer run is used")
        name = self.resets.get(variables)
        if name is None:
            name = self.resets[variables] = plan.namer.fresh("initialize_variables")
            last = max(variables, key=lambda v: v.number)
            if last.stmt is None or plan.unit.atom(last.stmt) is None:
                raise CannotConvert(call, "variables are initialised again whose start values are not at hand")
            whole = any(_is_global(e) for e in site.initializers)
            text = self._function(name, variables, whole)
            places = [last.stmt]
            if "slot" in text:
                places += [o.stmt for o in self.optimizers.planned if o.stmt is not None and (
                    plan.unit.atom_of[o.stmt].block == plan.unit.atom_of[last.stmt].block)]  # fmt: skip
            anchor = max(places, key=lambda s: s.lineno)
            plan.operations.after.setdefault(anchor, []).append(text)
        planned = self._register(site, "reset", name)
        plan.edits.replace(call, mark(planned.number, f"{name}()"))
        plan.note(call, RULE.code, Severity.INFO, "the initializer runs again here: the variables get new start values")
        self._note_seeds(site, variables)

    def _note_seeds(self, site: Site, variables: tuple[Var, ...]) -> None:
        """Seeded start values: TF1 draws the same again in a new session, and the next ones in the same session."""
        plan = self.plan
        seeded = [v for v in variables if starts_from_seed(plan, v)]
        sessions = {s.fact.session for s in self.sites if s.initializers}
        made = site.fact.session
        several = len(sessions) > 1 or (made is not None and plan.unit.loops_around(made.expr))
        if not seeded or not (several or plan.unit.loops_around(site.fact.call)):
            return
        name = seeded[0].path or seeded[0].name or "a variable"
        what = (
            "TF1 draws the seeded start values anew in each session, the same ones each time; here they go on: assign "
            if several
            else "TF1's first round takes the first numbers of the seed; here making the variable took them: assign "
        )
        message = f"{what}a value that is kept (`start = {name}.numpy()`) where the same numbers are meant"
        plan.note(site.fact.call, STREAMS.code, Severity.MANUAL, message)

    def _slots(self, variables: tuple[Var, ...]) -> list[str]:
        """Return the statements that start optimizers anew: TF1's slots are global variables too."""
        plan, lines = self.plan, []
        for choice in self.optimizers.alternatives:
            raise CannotConvert(choice.expr, "a condition chooses the optimizer, and an initializer starts it again")
        for optimizer, planned in self.optimizers.planned.items():
            groups = self.optimizers.uses.get(optimizer, ())
            if optimizer.symbol == "tensorflow.train.GradientDescentOptimizer" or not any(
                v in variables for g in groups for v in g
            ):
                continue
            if optimizer.symbol not in ZERO_SLOTS or planned.form.helper is not None:
                why = (
                    "an initializer runs again, and this optimizer's slots would have to start anew: not converted; "
                    "make a new optimizer there"
                )
                raise CannotConvert(optimizer.expr, why, optimizer.symbol)
            lines.append(f"{planned.name}.iterations.assign(0)")
            lines.append(f"for slot in {planned.name}.variables[2:]:  # all but the iterations and the learning rate\n"
                         f"{plan.indent}slot.assign({plan.tf}.zeros_like(slot))")  # fmt: skip
        return lines

    def _function(self, name: str, variables: tuple[Var, ...], whole: bool) -> str:
        plan = self.plan
        self.resetting = set(variables)
        lines = [f"def {name}():"]
        for variable in variables:
            lines.append(f"{plan.indent}{path_of(plan, variable)}.assign({self._initial(variable)})")
        if whole:
            lines.extend(indent(line, plan.indent) for line in self._slots(variables))
        return "\n".join(lines)

    def _initial(self, variable: Var) -> str:
        """Return the text of a variable's start value, to be computed again."""
        plan, call = self.plan, variable.expr
        if variable.layer is not None:  # an initializer of Keras draws the same numbers again
            raise CannotConvert(call, "a layer's variables are initialised again: not converted yet; make it anew")
        if not isinstance(call, ast.Call) or variable.loop or variable.via == "global_step":
            if variable.via == "global_step":
                return "0"
            raise CannotConvert(call, "a variable made in a loop is initialised again")
        home = plan.unit.atom(call)
        if home is None or isinstance(home.stmt, (ast.FunctionDef, ast.ClassDef)):
            raise CannotConvert(call, "a variable made by a helper is initialised again")
        if any(v in self.resetting for source in variable.sources for v in source.ancestors()):
            message = "a start value that reads another variable is computed again: TF1 doesn't order the two"
            raise CannotConvert(call, message)
        args = variable_arguments(call, variable.via)
        value = plan.value(variable.initial) if variable.initial is not None else None
        self._check_names(variable)
        if variable.via == "get_variable":
            return initial_text(plan, call, args, plan.edits.node)
        if isinstance(value, (Py, Sym)) and variable.initial is None:
            raise CannotConvert(call, "a variable without start value is initialised again")
        return plan.edits.node(args["initial_value"])

    def _check_names(self, variable: Var) -> None:
        """The names in a start value must still mean the same when it is computed again."""
        unit = self.plan.unit
        if variable.initial is None:
            return
        for node in ast.walk(variable.initial):
            value = self.plan.value(node)
            if isinstance(node, ast.Name) and isinstance(value, Node) and value.deps & Dep.RANDOM:
                raise CannotConvert(variable.expr, f"`{node.id}` is drawn once, and a variable that starts from it is "
                                    "initialised again: TF1 draws anew; write the draw in the variable")  # fmt: skip
            if isinstance(node, ast.Name) and node in unit.facts.uses:
                for found in unit.facts.uses[node]:
                    others = unit.facts.by_name.get((unit.module.path, found.scope, found.name), [])
                    if any(o is not found and o.stmt is not None for o in others):
                        raise CannotConvert(variable.expr, f"`{node.id}` changes, and a variable that starts from it "
                                            "is initialised again")  # fmt: skip
            if isinstance(node, ast.Call):
                callee = self.plan.value(node.func)
                numpy = isinstance(callee, Py) and callee.tag == "numpy"
                if numpy and ".random" in self.plan.segment(node.func):
                    raise CannotConvert(variable.expr, "a start value that NumPy drew once is used again; give the "
                                        "array a name")  # fmt: skip

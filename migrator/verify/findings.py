"""What the comparison of two records finds, variable by variable and site by site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from migrator.verify.align import Aligned
from migrator.verify.compare import compare_arrays, compare_leaves, same_distribution
from migrator.verify.evidence import CURVE, FetchEvidence, Tolerance, VariableEvidence
from migrator.verify.record import Record, Variable

START = Tolerance("start", 1e-6, 1e-7, "start values that are not drawn are computed once")


@dataclass(frozen=True, slots=True)
class Findings:
    """The comparison of two records.

    Attributes:
        variables, fetches: the evidence.
        wrong: differences, most telling first.
        unclear: sites of which some candidates agree and some do not.
        missing: what could not be compared.
        compared: how many numbers were compared in all.
        changed: how many variables the before changed and the after has.
    """

    variables: tuple[VariableEvidence, ...]
    fetches: tuple[FetchEvidence, ...]
    wrong: tuple[str, ...]
    unclear: tuple[str, ...]
    missing: tuple[str, ...]
    compared: int
    changed: int


def find(before: Record, after: Record, aligned: Iterable[Aligned], tolerance: Tolerance) -> Findings:
    """Compare two records.

    Args:
        before, after: of the runs.
        aligned: the sites.
        tolerance: for all values but start values that are not drawn.
    """
    wrong, missing, unclear = _resets(before, after), [], []
    variables, compared = [], 0
    matched = {v.facts["match"]: v for v in after.variables if v.facts.get("match") is not None}
    finals = after.final_values()
    mine = before.final_values()
    for number, variable in enumerate(before.variables):
        variable.final = mine.get(number)
        if not variable.starts and variable.final is None:
            continue
        found, start_problem = _variable(before, after, variable, matched.get(number), finals.get(number), tolerance)
        variables.append(found)
        if start_problem:
            wrong.insert(0, start_problem)
        problem, gap = _variable_problem(variable, found)
        wrong.extend([problem] if problem else [])
        missing.extend([gap] if gap else [])
        compared += found.max_abs is not None
    fetches = []
    for site in aligned:
        fetch, result = _site(before, after, site, tolerance)
        fetches.append(fetch)
        compared += fetch.max_abs is not None
        if result == "wrong":
            wrong.append(_site_problem(fetch))
        elif result == "unclear":
            unclear.append(f"{fetch.id}: {fetch.note}")
        elif result == "missing":
            missing.append(f"{fetch.id}: {fetch.note}")
    late = [text for text in wrong if ": final value differs" in text]  # the fetches say where it began
    wrong = [*(text for text in wrong if text not in late), *late]
    changed = sum(bool(v.changed and v.max_abs is not None) for v in variables)
    return Findings(tuple(variables), tuple(fetches), tuple(wrong), tuple(unclear), tuple(missing), compared, changed)


def _variable(
    before: Record,
    after: Record,
    variable: Variable,
    other: Variable | None,
    final: dict[str, object] | None,
    tolerance: Tolerance,
) -> tuple[VariableEvidence, str | None]:
    """Compare one variable; the second value is what is wrong with its start value."""
    facts = variable.facts
    found = VariableEvidence(
        facts["name"], tuple(facts["shape"]) if facts["shape"] is not None else None, facts["dtype"]
    )
    if variable.starts and variable.final is not None:
        start, end = before.array(variable.starts[0]["value"]), before.array(variable.final)
        if start is not None and end is not None:
            exact = Tolerance("exact", 0.0, 0.0, "")
            same = start.shape == end.shape and bool(compare_arrays(start, end, exact).equal)
            found = replace(found, changed=not same)
    if other is None:
        return replace(found, note="the after has no such variable"), None
    found = replace(found, matched=other.facts["how"])
    problem = _start_problem(before, after, variable, other)
    if variable.final is not None and final is not None:
        difference = compare_leaves((before, variable.final), (after, final), tolerance)
        note = difference.why
        found = replace(
            found, max_abs=difference.max_abs, max_rel=difference.max_rel, equal=difference.equal, note=note
        )
    return found, problem


def _start_problem(before: Record, after: Record, variable: Variable, other: Variable) -> str | None:
    """Tell what is wrong with the start value that the after gave a variable by itself."""
    natural = other.facts.get("start")
    if natural is None or not variable.starts or variable.facts["slot"]:  # a slot may get its start value later
        return None
    return _drawn_problem(before, after, variable, variable.starts[0]["value"], natural, "start value")


def _drawn_problem(
    before: Record, after: Record, variable: Variable, wanted: dict[str, object], natural: dict[str, object], what: str
) -> str | None:
    """Compare a start value: drawn ones by distribution, others exactly."""
    name = variable.facts["name"]
    if not variable.facts["random"]:
        difference = compare_leaves((before, wanted), (after, natural), START)
        if difference.equal is False:
            detail = difference.why or f"differs by up to {difference.max_abs:.3g}"
            return f"{what} of {name}: {detail}"
        return None
    left, right = before.array(wanted), after.array(natural)
    if left is None or right is None or left.shape != right.shape:
        return None
    sample = before.array(variable.facts["sample"]) if variable.facts.get("sample") else None
    if not same_distribution(left if sample is None else sample, right):
        return f"{what} of {name} is drawn from another distribution"
    return None


def _resets(before: Record, after: Record) -> list[str]:
    """Tell what is wrong with re-initialisations."""
    wrong = []
    for event in after.resets:
        variable = before.variables[event["var"]]
        if not event["done"]:
            wrong.append(f"{variable.facts['name']} is not re-initialised at {event['key']}")
            continue
        wanted = [s for s in variable.starts if f"{s['site']}#{s['k']}" == event["key"]]
        for start in wanted[:1]:
            problem = _drawn_problem(before, after, variable, start["value"], event["natural"], "re-initialised value")
            wrong.extend([problem] if problem else [])
    return wrong


def _variable_problem(variable: Variable, found: VariableEvidence) -> tuple[str | None, str | None]:
    """Return (what is wrong, what is missing) about a variable."""
    name = found.name
    if found.matched is None:
        if variable.facts["trainable"]:
            return f"trainable variable {name} has no counterpart in the after", None
        if not variable.facts["slot"] and found.changed:
            return None, f"variable {name}, which the before changes, has no counterpart in the after"
        return None, None
    if found.equal is False:
        detail = found.note or f"final value differs by up to {found.max_abs:.3g} (relative {found.max_rel:.3g})"
        return f"variable {name}: {detail}", None
    if found.equal is None and variable.final is not None and not variable.facts["slot"]:
        return None, f"variable {name}: no final value in the after"
    return None, None


def _site(before: Record, after: Record, site: Aligned, tolerance: Tolerance) -> tuple[FetchEvidence, str]:
    """Compare one site with each candidate; the second value is ``equal``, ``wrong``, ``unclear`` or ``missing``."""
    empty = FetchEvidence(site.id, site.function, 0, before=site.places[0], after=site.places[1])
    if site.missing is not None:
        return replace(empty, note=site.missing), "missing"
    results = [_candidate(before, after, site, pairs, tolerance) for pairs in site.pairs]
    if site.wrong is not None:
        found = results[0] if results else empty
        return replace(found, equal=False, note=site.wrong), "wrong"
    if not results:
        return empty, "equal"  # an operation: its effect shows in the variables
    worst = max(results, key=lambda fetch: (fetch.equal is False, fetch.max_abs or 0.0))
    verdicts = {fetch.equal for fetch in results}
    if verdicts == {False}:
        best = min(results, key=lambda fetch: fetch.max_abs if fetch.max_abs is not None else float("inf"))
        return best, "wrong"
    if False in verdicts:
        return replace(worst, equal=None, note="several values of the after fit, and not all of them agree"), "unclear"
    if None in verdicts and any(pairs for pairs in site.pairs):
        return replace(worst, note="its values were not stored"), "missing"
    return worst, "equal"


def _candidate(
    before: Record,
    after: Record,
    site: Aligned,
    pairs: list[tuple[int, dict[str, object], dict[str, object]]],
    tol: Tolerance,
) -> FetchEvidence:
    """Compare one site with one candidate."""
    highest_abs: float | None = None
    highest_rel: float | None = None
    first, note, calls, equal = None, None, set(), None
    curve: dict[int, tuple[float, float]] = {}
    for call, left, right in pairs:
        difference = compare_leaves((before, left), (after, right), tol)
        if difference.equal is None:
            continue
        calls.add(call)
        if call not in curve and (point := _point(before, after, left, right)):
            curve[call] = point
        equal = difference.equal if equal is None else equal and difference.equal
        if difference.numeric:
            highest_abs = max(highest_abs or 0.0, difference.max_abs or 0.0)
            highest_rel = max(highest_rel or 0.0, difference.max_rel or 0.0)
        if not difference.equal and first is None:
            first, note = call, difference.why
    if not pairs:
        equal = True
    points = tuple(curve.values())
    return FetchEvidence(
        site.id, site.function, len(calls), highest_abs, highest_rel, first, equal, note, *site.places,
        points[:: -(-len(points) // CURVE) or 1],
    )  # fmt: skip


def _point(
    before: Record, after: Record, left: dict[str, object], right: dict[str, object]
) -> tuple[float, float] | None:
    """Return both sides' number, where a value is a single one."""
    values = before.array(left), after.array(right)
    if any(value is None or value.size != 1 or value.dtype.kind == "c" for value in values):
        return None
    numbers = [float(value.ravel()[0]) for value in values if value is not None]
    return numbers[0], numbers[1]


def _site_problem(fetch: FetchEvidence) -> str:
    detail = fetch.note or f"differs by up to {fetch.max_abs:.3g} (relative {fetch.max_rel:.3g})"
    at = f", first at call {fetch.first_diverging}" if fetch.first_diverging is not None else ""
    there = f" ({fetch.before} became {fetch.after})" if fetch.after else ""
    return f"{fetch.id}: {detail}{at}{there}"

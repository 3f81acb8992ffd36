"""Evidence as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.verify.evidence import Evidence, FetchEvidence, VariableEvidence


def render_text(evidence: Evidence, *, verbose: bool = True) -> str:
    """Return evidence as text: one line, and with `verbose` a table of variables and fetches."""
    head = f"{evidence.verdict}  {evidence.program}: {evidence.reason}"
    if not verbose:
        return head
    lines = [head]
    if evidence.variables:
        lines.append(f"  {'variable':40} {'shape':14} {'max abs':>9} {'max rel':>9}  changed")
        lines.extend("  " + _variable(item) for item in evidence.variables)
    if evidence.fetches:
        lines.append(f"  {'fetch':40} {'calls':>14} {'max abs':>9} {'max rel':>9}  first diverging")
        lines.extend("  " + _fetch(item) for item in evidence.fetches)
    if evidence.tolerance:
        t = evidence.tolerance
        lines.append(f"  tolerance {t['class']}: rtol {t['rtol']:.3g}, atol {t['atol']:.3g}: {t['why']}")
    lines.extend(_listed("never reached", evidence.unreached))
    lines.extend(_listed("written before, but not after", evidence.unwritten))
    lines.extend("  note: " + note.strip().replace("\n", "\n    ") for note in evidence.notes)
    return "\n".join(lines)


def _listed(what: str, names: Sequence[str]) -> list[str]:
    return [f"  {what}: {', '.join(names)}"] if names else []


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2e}"


def _variable(item: VariableEvidence) -> str:
    changed = {True: "yes", False: "no", None: "?"}[item.changed]
    shape = "?" if item.shape is None else "x".join(map(str, item.shape)) or "scalar"
    extra = f"  {item.note}" if item.note else ""
    return f"{item.name:40} {shape:14} {_number(item.max_abs):>9} {_number(item.max_rel):>9}  {changed}{extra}"


def _fetch(item: FetchEvidence) -> str:
    first = "-" if item.first_diverging is None else str(item.first_diverging)
    there = f"  {item.before} -> {item.after}" if item.after else ""
    extra = there + (f"  {item.note}" if item.note else "")
    return f"{item.id:40} {item.calls:>14} {_number(item.max_abs):>9} {_number(item.max_rel):>9}  {first}{extra}"

"""Evidence as one self-contained HTML page: the verdicts, the tables, and the curves of both runs over each other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from migrator.verify.evidence import Evidence, FetchEvidence, VariableEvidence

WIDTH, HEIGHT, EDGE = 360, 120, 6
STYLE = """
:root { color-scheme: light dark; --line: #8884; --before: #2a78d6; --after: #e3702a; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .3rem; }
code, td { font-family: ui-monospace, monospace; }
table { border-collapse: collapse; font-size: 12px; margin: .6rem 0; } td, th { border-bottom: 1px solid var(--line);
padding: .15rem .6rem .15rem 0; text-align: left; vertical-align: top; } td.n { text-align: right; }
.good { color: #1a8245; } .bad { color: #c7301f; } .open { color: #9a6a00; } b.v { margin-right: .5rem; }
figure { display: inline-block; margin: .4rem 1rem .4rem 0; } figcaption { font-size: 12px; }
svg { border: 1px solid var(--line); display: block; } polyline { fill: none; stroke-width: 1.6; }
.before { stroke: var(--before); } .after { stroke: var(--after); stroke-dasharray: 5 4; }
i.before { border-top: 2px solid var(--before); } i.after { border-top: 2px dashed var(--after); }
i.before, i.after { display: inline-block; width: 1.8em; margin: 0 .4em .25em 1em; }
"""
CLASSES = {"PASS": "good", "REPAIRED": "good", "UNCHANGED": "good", "FAIL": "bad"}


def render_page(results: Iterable[tuple[str, Evidence, bool]]) -> str:
    """Return the page.

    Args:
        results: (name, evidence, as expected).
    """
    body = [
        "<h1>migrator verify</h1>",
        '<p>Curves, by call: <i class="before"></i>before <i class="after"></i>after. Equal ones show as one.</p>',
    ]
    for name, evidence, good in results:
        body.append(_program(name, evidence, good))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>migrator verify</title>'
        f"<style>{STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _program(name: str, evidence: Evidence, good: bool) -> str:
    kind = CLASSES.get(str(evidence.verdict), "open")
    expected = "" if good or kind != "good" else " (not as expected)"
    parts = [
        f'<h2><b class="v {kind}">{evidence.verdict}</b>{escape(name)}{expected}</h2>',
        f"<p>{escape(evidence.reason)}</p>",
    ]
    if evidence.oracle:
        parts.append(f"<p>Oracle: TensorFlow {escape(evidence.oracle)}; {evidence.seconds:.1f} s.</p>")
    for what, names in (("Never reached", evidence.unreached), ("Written before, but not after", evidence.unwritten)):
        if names:
            parts.append(f"<p>{what}: {escape(', '.join(names))}</p>")
    parts.extend(_figure(fetch) for fetch in evidence.fetches if len(fetch.curve) > 1)
    if evidence.variables:
        parts.append(
            _table(("variable", "shape", "max abs", "max rel", "changed", ""), map(_variable, evidence.variables))
        )
    if evidence.fetches:
        head = ("fetch", "before", "after", "calls", "max abs", "max rel", "first diverging", "")
        parts.append(_table(head, map(_fetch, evidence.fetches)))
    if evidence.tolerance:
        t = evidence.tolerance
        parts.append(
            f"<p>Tolerance {escape(str(t['class']))}: rtol {t['rtol']:.3g}, atol {t['atol']:.3g}: "
            f"{escape(t['why'])}.</p>"
        )
    parts.extend(f"<p><code>{escape(note)}</code></p>" for note in evidence.notes)
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + "</tr>"]
    lines += ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    return "<table>" + "\n".join(lines) + "</table>"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2e}"


def _variable(item: VariableEvidence) -> tuple[str, ...]:
    changed = {True: "yes", False: "no", None: "?"}[item.changed]
    shape = "?" if item.shape is None else "x".join(map(str, item.shape)) or "scalar"
    return item.name, shape, _number(item.max_abs), _number(item.max_rel), changed, item.note or ""


def _fetch(item: FetchEvidence) -> tuple[str, ...]:
    first = "" if item.first_diverging is None else f"call {item.first_diverging}"
    places = item.before or "", item.after or ""
    return item.id, *places, str(item.calls), _number(item.max_abs), _number(item.max_rel), first, item.note or ""


def _figure(fetch: FetchEvidence) -> str:
    """Draw both curves of a fetch over each other."""
    values = [v for pair in fetch.curve for v in pair if math.isfinite(v)]
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    lines = "".join(
        f'<polyline class="{name}" points="{_points([pair[side] for pair in fetch.curve], low, high)}"/>'
        for side, name in enumerate(("before", "after"))
    )
    caption = f"{escape(fetch.id)}: {fetch.calls} calls, {low:.4g} to {high:.4g}"
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    drawing = f'<svg {size} role="img" aria-label="{caption}">{lines}</svg>'
    return f"<figure>{drawing}<figcaption>{caption}</figcaption></figure>"


def _points(values: Sequence[float], low: float, high: float) -> str:
    """Return the points of a polyline; what is not finite is left out."""
    across, up = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
    scale = (high - low) or 1.0
    return " ".join(
        f"{EDGE + across * i / (len(values) - 1):.1f},{EDGE + up * (1 - (value - low) / scale):.1f}"
        for i, value in enumerate(values)
        if math.isfinite(value)
    )

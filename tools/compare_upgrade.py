"""Compare migrator with tf_upgrade_v2 on every symbol of the table, and write docs/reference/tf_upgrade_v2.md.

    python tools/compare_upgrade.py [--output FILE]

Each use of each symbol (`symbol_uses.py`) goes through both tools. An output is *native* where every TensorFlow name in
it exists outside of tf.compat.v1 in the installed TensorFlow and takes its arguments, *compat* where that needs
tf.compat.v1, *broken* where a name or an argument does not exist or an argument is given for another one, *left* where
the text stayed and a message says why.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import logging
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from emitted_calls import check, resolve, value_means  # noqa: E402
from symbol_uses import program, uses  # noqa: E402
from tensorflow.tools.compatibility import ast_edits, tf_upgrade_v2  # noqa: E402

from migrator.pipeline import rewrite_sources  # noqa: E402
from migrator.tables.lookup import Symbol, lookup, rows  # noqa: E402
from migrator.tables.machinery import is_machinery  # noqa: E402
from migrator.tables.symbols import TF1_VERSION, TF2_VERSION  # noqa: E402

TARGET = ROOT / "docs" / "reference" / "tf_upgrade_v2.md"
ORDER = ("worse", "better", "same")
UPGRADER = ast_edits.ASTCodeUpgrader(tf_upgrade_v2.TFAPIChangeSpec())


@dataclass(frozen=True)
class Output:
    """What a tool made of one use: native, compat, broken or left; and whether it said something."""

    kind: str
    said: bool
    text: str


# what tf_upgrade_v2 writes runs in TensorFlow 2 and means something else
OTHER_MEANING = {
    "Dimension": "no dimension of a tensor is one",
    "image.extract_glimpse": "the offsets and the noise are others",
    "image.resize": "pixels are centred otherwise: other numbers",
    "image.resize_images": "pixels are centred otherwise: other numbers",
    "nn.dilation2d": "the arguments have another order",
    "nn.dropout": "it takes the rate to drop, not to keep",
    "nn.softmax_cross_entropy_with_logits": "the labels get gradients",
    "nn.ctc_beam_search_decoder": "repeated labels were merged by default",
    "nn.fractional_avg_pool": "two seeds became one: other numbers",
    "nn.fractional_max_pool": "two seeds became one: other numbers",
    "strings.split": "the result is ragged",
    "while_loop": "a single loop variable came back without its list",
}
# built on sessions and graph collections, though the rules know no machinery for it
SESSION_BOUND = tuple(
    f"tensorflow.{name}"
    for name in ("metrics.", "tpu.", "profiler.", "feature_column.", "lite.", "contrib.summary.", "wrap_function",
                 "test.compute_gradient", "train.ClusterSpec")
)  # fmt: skip


def judge(row: Symbol, text: str) -> str:
    """Return native, compat or broken for the function ``use`` of a program."""
    tree = ast.parse(text)
    use = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "use")
    expression = ast.unparse(use)
    try:
        names = frozenset({row.name.rpartition(".")[2], (row.target or "").rpartition(".")[2]})
        complete = not any(p.startswith("*") for p in row.parameters)
        check(expression.replace("tf.compat.v2.", "tf."), complete=complete, names=names)
        returned = use.body[-1]
        value = returned.value if isinstance(returned, ast.Return) else None
        if isinstance(value, ast.Attribute) and row.kind == "function" and "compat.v1" not in expression:
            function = resolve(ast.parse(ast.unparse(value).replace("tf.compat.v2.", "tf."), mode="eval").body)
            if "raw_ops" in expression or not value_means(function, row.parameters, row.required):
                return "broken"  # who calls the value gives its arguments for others
    except (AttributeError, AssertionError, ImportError, TypeError):
        return "broken"
    return "compat" if "tf.compat.v1" in expression else "native"


def ours(row: Symbol, source: str) -> Output:
    """Run migrator."""
    result = rewrite_sources({"use.py": source}).files["use.py"]
    text = str(result.source)
    if not result.changed:
        return Output("left" if result.diagnostics else judge(row, text), bool(result.diagnostics), text)
    return Output(judge(row, text), bool(result.diagnostics), text)


def theirs(row: Symbol, source: str) -> Output:
    """Run tf_upgrade_v2."""
    out = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            _, log, errors = UPGRADER.process_opened_file("use.py", io.StringIO(source), "use.py", out)
        except AttributeError:  # it fails on some calls of contrib functions
            return Output("broken", True, "")
    said = bool(errors) or bool(re.search(r"(ERROR|WARNING):", log)) or "requires manual check" in log
    return Output(judge(row, out.getvalue()), said, out.getvalue())


def compare(row: Symbol, mine: Output, other: Output) -> tuple[str, str]:
    """Return (same, better or worse; why)."""
    rank = {"native": 3, "compat": 2, "broken": 0, "left": 1}
    if mine.kind == other.kind == "broken" and mine.text == other.text:
        return "same", "neither changes it, and TensorFlow 2 takes other arguments"
    if mine.kind == "broken":
        return "worse", "migrator's output does not run"
    bound = is_machinery(row.name) or row.name.startswith(SESSION_BOUND)
    if mine.kind == "left" and other.kind in ("compat", "native") and bound:
        return "same", "needs a session or makes state: left with a message; moved to tf.compat.v1, or left"
    if mine.kind in ("left", "compat") and row.name.removeprefix("tensorflow.") in OTHER_MEANING:
        return "better", "a message, or TF1's function, where its output means something else"
    if mine.kind == "left" and other.kind == "broken":
        if other.said:
            return "same", "both leave it and say so"
        return "better", "a message where its output does not run and it says nothing"
    if rank[mine.kind] > rank[other.kind]:
        broken = "native where its output does not run" if mine.kind == "native" else "runs where its output does not"
        return "better", broken if other.kind == "broken" else "native where it writes tf.compat.v1"
    if rank[mine.kind] < rank[other.kind]:
        return "worse", f"{mine.kind} where it writes {other.kind}"
    return "same", "native on both sides" if mine.kind == "native" else "a pure function on tf.compat.v1 on both sides"


def symbols() -> Iterable[Symbol]:
    """Give every symbol of the table."""
    for name in rows():
        row = lookup(name)
        assert row is not None
        yield row


def measure(names: Collection[str] = ()) -> dict[str, tuple[str, str, str]]:
    """Return symbol -> (verdict, why, the use that decided it), of all symbols or of these."""
    found = {}
    for row in symbols():
        if names and row.name not in names:
            continue
        verdicts = []
        for use in uses(row):
            source = program(use)
            verdicts.append((*compare(row, ours(row, source), theirs(row, source)), use))
        found[row.name] = min(verdicts, key=lambda v: ORDER.index(v[0]))
    return found


HEAD = f"""\
# Beside tf_upgrade_v2

<!-- Written by tools/compare_upgrade.py; do not edit. -->

Every public symbol of TensorFlow {TF1_VERSION}, contrib included, went through migrator and through the `tf_upgrade_v2`
of TensorFlow {TF2_VERSION}: as a value, called with the arguments that it requires, with all of them by keyword, with
all by position, and with each deprecated one. An output is *native* where its names exist in TensorFlow {TF2_VERSION}
outside of `tf.compat.v1` and take their arguments for what they are. A symbol counts as what its worst use is.

```sh
python tools/compare_upgrade.py
```

A symbol that needs a session (`tf.Session`, `tf.placeholder`, `tf.train.Saver`) has no native form on its own: migrator
converts programs that use it, `tf_upgrade_v2` writes `tf.compat.v1`. Alone, as here, that counts as the same.

"""


def report(found: dict[str, tuple[str, str, str]]) -> str:
    """Return the page."""
    verdicts = Counter(v[0] for v in found.values())
    out = [HEAD, "| symbols | same | better | worse |", "| --- | --- | --- | --- |"]
    out.append(f"| {len(found)} | {verdicts['same']} | {verdicts['better']} | {verdicts['worse']} |")
    reasons = Counter((v[0], v[1]) for v in found.values())
    out += ["", "| verdict | why | symbols |", "| --- | --- | --- |"]
    out += [f"| {v} | {why} | {count} |" for (v, why), count in sorted(reasons.items(), key=lambda r: (r[0][0], -r[1]))]
    families: dict[str, Counter[str]] = defaultdict(Counter)
    for name, (verdict, _, _) in found.items():
        first, dot, rest = name.removeprefix("tensorflow.").partition(".")
        inner = f".{rest.partition('.')[0]}" if first == "contrib" and "." in rest else ""
        families[f"tf.{first}{inner}" if dot else "tf"][verdict] += 1
    out += ["", "## By module", "", "| module | same | better | worse |", "| --- | --- | --- | --- |"]
    out += [f"| `{f}` | {c['same']} | {c['better']} | {c['worse']} |" for f, c in sorted(families.items())]
    for verdict in ("worse", "better"):
        names = [n.removeprefix("tensorflow.") for n, v in found.items() if v[0] == verdict]
        if names:
            out += ["", f"## {verdict.capitalize()}", ""]
            by_reason: dict[str, list[str]] = defaultdict(list)
            for name in names:
                by_reason[found["tensorflow." + name][1]].append(name)
            for why, those in sorted(by_reason.items()):
                out += [f"{why[0].upper()}{why[1:]}: {', '.join(f'`{n}`' for n in those)}.", ""]
            out.pop()
    return "\n".join(out) + "\n"


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=TARGET)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    del sys.argv[1:]  # tf.compat.v1.flags.FLAGS would read it
    found = measure()
    options.output.write_text(report(found))
    worse = [f"{n}: {v[1]}: {v[2]}" for n, v in found.items() if v[0] == "worse"]
    sys.stderr.writelines(line + "\n" for line in worse)
    return int(bool(worse))


if __name__ == "__main__":
    raise SystemExit(main())

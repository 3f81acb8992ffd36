"""Run every program of the corpus against itself with ``migrator verify --self``, and write docs/self-check.md.

    python tools/self_check.py --corpus CORPUS --src SRC --setup-python TF1 --scratch DIR [--tf1-python TF1]
        [--only ID ...] [--results FILE] [--output FILE]

CORPUS, SRC and TF1 are as for tools/reach.py. The program runs through the options of `migrator verify` alone: script,
arguments, folders, stand-ins and set-up code. Without --tf1-python the oracle is TensorFlow 2's compat.v1. Results are
added to --results as they come, so that a long run can be taken up again; the text is written from all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from reach import MNIST, SETUP, load_corpus, without_code  # noqa: E402

from migrator.verify import VerifyError, VerifyOptions, open_runner, verify_self  # noqa: E402

CONTRIB_MNIST = "tensorflow.contrib.learn.python.learn.datasets.mnist"
MORE_SETUP = """
import os
os.environ.setdefault("OPENAI_LOGDIR", os.path.join(os.environ["HOME"], "logs"))
import tensorflow
for data in (tensorflow.keras.datasets.mnist, tensorflow.keras.datasets.fashion_mnist):
    data.load_data = corpus_data.keras_mnist
tensorflow.keras.datasets.cifar10.load_data = corpus_data.keras_cifar10
"""
COMPAT = "compat.v1"


def options_of(spec: dict[str, Any], start: dict[str, Any], tree: Path, corpus: Path, tf1: str | None) -> VerifyOptions:
    """Return the options with which `migrator verify` runs a prepared program."""
    stubs = corpus / "stubs"
    modules = [MNIST] if "mnist" in spec["stubs"] else []
    if modules and "contrib.learn" in Path(start["script"]).read_text(encoding="utf-8", errors="replace"):
        modules.append(CONTRIB_MNIST)
    return VerifyOptions(
        tf1_python=tf1,
        script=os.path.relpath(start["script"], tree),
        argv=tuple(start["argv"]),
        cwd=os.path.relpath(start["cwd"], tree),
        path=tuple(os.path.relpath(p, tree) for p in start["sys_path"]),
        stub={module: str(stubs / "corpus_data.py") for module in modules},
        setup=(SETUP.format(stubs=str(stubs)) + MORE_SETUP,),
        timeout=180.0,
    )


def check(args: argparse.Namespace, corpus: Any, name: str, spec: dict[str, Any], runner: Any) -> dict[str, Any]:
    """Prepare one program and verify it against itself."""
    tree = (args.scratch / name).resolve()
    start = corpus.prepare(spec, args.src, tree, args.setup_python, force=True)
    options = options_of(spec, start, tree, args.corpus.resolve(), args.tf1_python)
    began = time.monotonic()
    try:
        evidence = verify_self(tree, options=options, runner=runner)
    except VerifyError as error:
        return {"verdict": "ERROR", "reason": str(error), "seconds": time.monotonic() - began}
    return {
        "verdict": str(evidence.verdict),
        "reason": evidence.reason,
        "oracle": evidence.oracle,
        "variables": sum(v.equal is not None for v in evidence.variables),
        "sites": sum(bool(f.calls) for f in evidence.fetches),
        "calls": sum(f.calls for f in evidence.fetches),
        "seconds": round(time.monotonic() - began, 1),
    }


def main() -> None:
    """Check the programs and write the text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--src", type=Path, required=True)
    parser.add_argument("--setup-python", required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--tf1-python")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    corpus = load_corpus(args.corpus)
    results = json.loads(args.results.read_text()) if args.results.exists() else {}
    mine = results.setdefault("TF 1.15" if args.tf1_python else COMPAT, {})
    args.scratch.mkdir(parents=True, exist_ok=True)
    with open_runner() as runner:
        for name, spec in corpus.programs().items():
            if (args.only is not None and name not in args.only) or (args.only is None and name in mine):
                continue
            row = mine[name] = check(args, corpus, name, spec, runner)
            print(f"{name}: {row['verdict']} {row['reason']} ({row['seconds']:.1f} s)", flush=True)
            args.results.write_text(json.dumps(results, indent=1))
    if args.output:
        args.output.write_text(document(results, corpus.programs()), encoding="utf-8")
    print({oracle: dict(Counter(row["verdict"] for row in rows.values())) for oracle, rows in results.items()})


HEAD = """\
# Self check

<!-- Written by tools/self_check.py; do not edit. -->

Can the proof engine run real programs, and does a program agree with itself? Each of the {count} programs of the corpus
(see [reach](reach.md)) goes through `migrator verify --self`: it runs three times in the oracle, once with more
threads, and the runs are compared. INCONCLUSIVE is the right answer for a program that differs from itself or cannot
run in that TensorFlow; its reason is given. Nothing here says that a program can be converted.

*Runs* counts the places in the text that run a session, in brackets how often they ran; *vars* the variables whose
final values were compared.

"""


def document(results: dict[str, dict[str, Any]], programs: dict[str, Any]) -> str:
    """Return the text of docs/self-check.md."""
    lines = [HEAD.format(count=len(programs))]
    for oracle, rows in results.items():
        versions = {row["oracle"] for row in rows.values() if row.get("oracle")}
        counts = Counter(row["verdict"] for row in rows.values())
        lines.append(f"## {oracle} ({', '.join(sorted(versions))})\n\n")
        lines.append(", ".join(f"{n} {verdict}" for verdict, n in sorted(counts.items())) + ".\n\n")
        lines.append("| program | verdict | vars | runs | s | reason |\n| --- | --- | --- | --- | --- | --- |\n")
        for name in programs:
            if name not in rows:
                continue
            row = rows[name]
            reason = "" if row["verdict"] == "PASS" else without_code(row["reason"])[:160].replace("|", "\\|")
            runs = f"{row.get('sites', 0)} ({row.get('calls', 0)})"
            lines.append(
                f"| {name} | {row['verdict']} | {row.get('variables', 0)} | {runs} | {row['seconds']} | {reason} |\n"
            )
        lines.append("\n")
    return "".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    main()

"""Verify all right and wrong pairs of the tests, print the confusion matrix, and write it into docs/proof.md.

python tools/confusion.py [--output docs/proof.md]
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from verify.confusion import RIGHT, WRONG, Tapes, caught  # noqa: E402

from migrator.verify import Verdict, open_runner, render_text  # noqa: E402

MARKS = "<!-- matrix -->", "<!-- end of matrix -->"


def main() -> None:
    """Judge all and print the matrix."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    counts: dict[str, Counter[Verdict]] = {"right": Counter(), "wrong": Counter()}
    matrix = {"right": [0, 0], "wrong": [0, 0]}
    with open_runner() as runner, tempfile.TemporaryDirectory() as folder:
        tapes = Tapes(Path(folder), runner)
        for kind, cases in (("right", RIGHT), ("wrong", WRONG)):
            for case in cases:
                evidence = tapes.judge(case)
                counts[kind][evidence.verdict] += 1
                matrix[kind][caught(evidence)] += 1
                if caught(evidence) == (kind == "right"):
                    print(f"NOT AS IT SHOULD BE ({kind}) {case}\n{render_text(evidence)}", flush=True)
    lines = ["| after | proven | not proven | verdicts |", "| --- | --- | --- | --- |"]
    for kind, (proven, other) in matrix.items():
        verdicts = ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts[kind].items()))
        lines.append(f"| {kind} | {proven} | {other} | {verdicts} |")
    print("\n".join(lines))
    if args.output:
        text = args.output.read_text(encoding="utf-8")
        new = re.sub("(?s)" + "(.*)".join(MARKS), "\n".join([MARKS[0], *lines, MARKS[1]]), text)
        args.output.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()

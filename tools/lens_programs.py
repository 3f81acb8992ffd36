"""Generate TF1 programs that write to derived tensors, migrate and run them, and compare with NumPy.

python tools/lens_programs.py [COUNT] [--seed N] [--show]

Prints how many were equal, how many refused by reason, and every wrong one in full; exits with 1 if there is one.
Needs TensorFlow 2 and hypothesis.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "analysis"))
import lens_programs


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print the refused programs too")
    options = parser.parse_args()
    found: Counter[str] = Counter()
    seen: set[str] = set()

    @seed(options.seed)
    @settings(max_examples=options.count, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.data())
    def run(data: Any) -> None:
        program = lens_programs.generate(data.draw)
        if program.text in seen:
            found["the same program again"] += 1
            return
        seen.add(program.text)
        result = lens_programs.outcome(program)
        kind = re.sub(r"`[^`]*`|\[[^]]*\]|\([^)]*\)|\d+", "...", result.split("\n")[0])
        found[kind if not result.startswith("wrong") else "wrong"] += 1
        if result.startswith("wrong") or (options.show and result != "equal"):
            print(f"--- {result}\n--- of\n{program.text}")

    run()
    for kind, count in found.most_common():
        print(f"{count:6} {kind}")
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())

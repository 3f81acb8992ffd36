"""How much faster a verification is than two fresh processes, one for each side.

    python benchmarks/verification.py [--count 60] [--jobs 2]

Both ways are measured in one run, by turns, so that a busy machine slows both: some fixtures are verified (the before
three times, the after, the negative controls, the comparison; starting the servers is counted), then the before and
the after of the same fixtures run once each in a fresh process and nothing is compared. Both use as many processes at
once.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from migrator.verify import Verdict, VerifyOptions, open_runner, verify_fixtures  # noqa: E402
from migrator.verify.fixtures import fixture_folders, read_case  # noqa: E402
from migrator.verify.launch import Runner  # noqa: E402

CHUNK = 12
FRESH_BEFORE = (
    "import runpy, sys, tensorflow.compat.v1 as tf; tf.disable_v2_behavior(); sys.modules['tensorflow'] = tf; "
    "runpy.run_path('before.py', run_name='__main__')"
)


def chosen(count: int) -> list[Path]:
    """Return fixtures that run on both sides, spread over all."""
    folders = [
        folder
        for folder in fixture_folders(ROOT / "tests" / "fixtures")
        if read_case(folder, VerifyOptions())[0] not in (Verdict.REFUSED, Verdict.UNCHANGED, Verdict.REPAIRED)
    ]
    step = max(1, len(folders) // count)
    return folders[::step][:count]


def fresh(folder: Path) -> None:
    """Run before and after of a fixture in a process each, in a copy."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_USE_LEGACY_KERAS": "1", "CUDA_VISIBLE_DEVICES": ""}
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "copy")
        shutil.copytree(folder, copy)
        for command in (["-c", FRESH_BEFORE], ["after.py"]):
            subprocess.run(
                [sys.executable, *command], cwd=copy, env=environment, check=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            environment.pop("TF_USE_LEGACY_KERAS", None)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    args = parser.parse_args()
    folders = chosen(args.count)
    verified = plain = 0.0
    bad: list[str] = []
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(args.jobs))
        runners: SimpleQueue[Runner] = SimpleQueue()
        for _ in range(args.jobs):
            runners.put(stack.enter_context(open_runner()))

        def proven(folder: Path) -> None:
            runner = runners.get()
            try:
                (result,) = verify_fixtures(folder, runner=runner)
            finally:
                runners.put(runner)
            if not result.ok:
                bad.append(f"{folder.name}: {result.evidence.verdict} {result.evidence.reason}")

        for start in range(0, len(folders), CHUNK):
            chunk = folders[start : start + CHUNK]
            began = time.perf_counter()
            list(pool.map(proven, chunk))
            middle = time.perf_counter()
            list(pool.map(fresh, chunk))
            verified += middle - began
            plain += time.perf_counter() - middle
            done = start + len(chunk)
            print(f"{done} fixtures: verified in {verified:.1f} s, fresh processes {plain:.1f} s", flush=True)
    ratio = f"1/{plain / verified:.1f}"
    print(f"{len(folders)} fixtures, {args.jobs} at once: {verified:.1f} s against {plain:.1f} s, {ratio}")
    print("not as expected:", "; ".join(bad) or "none")


if __name__ == "__main__":
    main()

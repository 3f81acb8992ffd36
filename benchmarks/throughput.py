"""How fast `migrator rewrite` is, against tf_upgrade_v2 and against LibCST's parser alone.

    python benchmarks/throughput.py FOLDER [--repeat 3] [--json FILE]

Every tool works on the same files, in a process of its own, one core. Rounds alternate between the tools and the best
round of each counts, in CPU seconds, so that a busy machine weighs on all alike: look at the ratios.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZES = (1_000, 2_000, 5_000, 10_000, 20_000)
SCRIPT_HEAD = """\
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 4], name="x")
y = tf.placeholder(tf.float32, [None, 1], name="y")
hidden = x
"""
SCRIPT_BLOCK = """\

with tf.variable_scope("layer_{n}"):
    w_{n} = tf.get_variable("w", [4, 4], initializer=tf.glorot_uniform_initializer(seed={n}))
    b_{n} = tf.get_variable("b", [4], initializer=tf.zeros_initializer())
    # one of many equal layers
    hidden = tf.nn.relu(tf.matmul(hidden, w_{n}) + b_{n})


def describe_{n}(values):
    total = 0.0
    for index, value in enumerate(values):
        total += value * index
    return "layer {n}: %f" % total
"""
SCRIPT_TAIL = """\

loss = tf.reduce_mean(tf.square(tf.reduce_sum(hidden, 1, keepdims=True) - y))
train_op = tf.train.GradientDescentOptimizer(0.01).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(3):
        _, current = sess.run([train_op, loss], feed_dict={x: np.ones((2, 4)), y: np.ones((2, 1))})
        print(step, current)
"""


def synthetic(lines: int) -> str:
    """Return a script of about this many lines with one session."""
    per_block = SCRIPT_BLOCK.count("\n")
    blocks = max(1, (lines - SCRIPT_HEAD.count("\n") - SCRIPT_TAIL.count("\n")) // per_block)
    return SCRIPT_HEAD + "".join(SCRIPT_BLOCK.format(n=n) for n in range(blocks)) + SCRIPT_TAIL


# --- the tools, each run in a child: folder -> CPU seconds and lines


def measure(work: Callable[[], dict[str, float]]) -> dict[str, float]:
    """Return CPU seconds of `work`, and the lines and other counts that it returns."""
    start = time.process_time()
    counts = work()
    return {"seconds": time.process_time() - start, **counts}


def run_migrator(folder: Path) -> dict[str, float]:
    """`migrator rewrite`, without writing."""
    from migrator.batch import InProcess, Options, run
    from migrator.source.discover import discover
    from migrator.source.projects import load

    importlib.import_module("migrator.pipeline")  # start-up is measured apart

    def work() -> dict[str, float]:
        projects = load(discover(sorted(folder.iterdir())))  # each folder in it is a project
        results = [outcome.result for outcome in run(projects, Options(), InProcess())]
        files = [file for project in projects for file in (*project.files.values(), *project.idle)]
        return {
            "lines": sum(file.data.count(b"\n") for file in files),
            "changed": sum(result.changed for result in results),
            "failed": sum(d.code == "MIG090" for result in results for d in result.diagnostics),
        }

    return measure(work)


def run_upgrade(folder: Path) -> dict[str, float]:
    """tf_upgrade_v2 on each file, without writing."""
    import io

    from tensorflow.tools.compatibility import ast_edits, tf_upgrade_v2

    upgrader = ast_edits.ASTCodeUpgrader(tf_upgrade_v2.TFAPIChangeSpec())

    def work() -> dict[str, float]:
        lines = 0
        for path in sorted(folder.rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            lines += text.count("\n")
            try:
                upgrader.process_opened_file(str(path), io.StringIO(text), str(path), io.StringIO())
            except Exception as error:
                print(f"tf_upgrade_v2 fails on {path.name}: {error}", file=sys.stderr)
        return {"lines": lines}

    return measure(work)


def run_parser(folder: Path) -> dict[str, float]:
    """`cst.parse_module` on each file."""
    import libcst as cst

    def work() -> dict[str, float]:
        lines = 0
        for path in sorted(folder.rglob("*.py")):
            data = path.read_bytes()
            lines += data.count(b"\n")
            try:
                cst.parse_module(data)
            except Exception as error:
                print(f"LibCST fails on {path.name}: {error}", file=sys.stderr)
        return {"lines": lines}

    return measure(work)


TOOLS = {"migrator": run_migrator, "tf_upgrade_v2": run_upgrade, "cst.parse_module": run_parser}


# --- the parent


def child(tool: str, folder: Path) -> dict[str, float]:
    """Run one tool on a folder in a fresh process."""
    command = [sys.executable, __file__, "--child", tool, str(folder)]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def best(tools: list[str], folder: Path, repeat: int) -> dict[str, dict[str, float]]:
    """Return each tool's fastest round; the rounds of the tools alternate."""
    rounds = [{tool: child(tool, folder) for tool in tools} for _ in range(repeat)]
    return {tool: min((r[tool] for r in rounds), key=lambda found: found["seconds"]) for tool in tools}


def collect(folder: Path, target: Path) -> int:
    """Copy the parsable UTF-8 files that use TensorFlow, keeping their paths; return how many."""
    count = 0
    for path in sorted(folder.rglob("*.py")):
        try:
            data = path.read_bytes()
            ast.parse(data.decode("utf-8"))
        except (OSError, ValueError, SyntaxError):
            continue
        if b"tensorflow" in data:
            copy = target / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(data)
            count += 1
    return count


def wall(command: list[str], repeat: int) -> float:
    """Return the shortest wall time of a command."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        subprocess.run(command, check=False, capture_output=True, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"})
        times.append(time.perf_counter() - start)
    return min(times)


def start_up(scratch: Path, repeat: int) -> dict[str, float]:
    """Return wall times of whole commands on a file of three lines."""
    small = scratch / "small.py"
    small.write_text("import tensorflow as tf\n\nx = tf.log(1.0)\n", encoding="utf-8")
    upgrade = [sys.executable, "-m", "tensorflow.tools.compatibility.tf_upgrade_v2_main"]
    return {
        "migrator --help": wall([sys.executable, "-m", "migrator", "--help"], repeat),
        "migrator diff small.py": wall([sys.executable, "-m", "migrator", "diff", str(small)], repeat),
        "tf_upgrade_v2 small.py": wall([*upgrade, "--infile", str(small), "--outfile", str(small) + ".out"], repeat),
    }


def growth(scratch: Path, repeat: int) -> list[dict[str, float]]:
    """Return seconds of migrator and the parser for scripts of growing length."""
    rows = []
    for size in SIZES:
        folder = scratch / f"synthetic_{size}"
        folder.mkdir()
        (folder / "script.py").write_text(synthetic(size), encoding="utf-8")
        found = best(["migrator", "cst.parse_module"], folder, repeat)
        mine, parser = found["migrator"], found["cst.parse_module"]
        rows.append({"lines": mine["lines"], "migrator": mine["seconds"], "parser": parser["seconds"]})
    return rows


def without_tensorflow(source: Path, scratch: Path, repeat: int) -> dict[str, float]:
    """Return migrator's cost on the same files with no mention of TensorFlow."""
    folder = scratch / "plain"
    for path in sorted(source.rglob("*.py")):
        copy = folder / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes().replace(b"tensorflow", b"some_other"))
    return best(["migrator"], folder, repeat)["migrator"]


def report(found: dict[str, Any]) -> str:
    """Return the figures as text."""
    tools = found["tools"]
    speed = {tool: row["lines"] / row["seconds"] for tool, row in tools.items()}
    mine = speed["migrator"]
    lines = [f"{found['files']} files that use TensorFlow, {tools['migrator']['lines']:.0f} lines; CPU seconds"]
    lines += [f"  {tool:18}{row['seconds']:8.2f} s{speed[tool]:10.0f} lines/s" for tool, row in tools.items()]
    lines.append(f"  migrator is {mine / speed['tf_upgrade_v2']:.2f} times as fast as tf_upgrade_v2")
    lines.append(f"  migrator costs {speed['cst.parse_module'] / mine:.2f} times cst.parse_module")
    lines.append(
        f"  {tools['migrator']['changed']:.0f} files change; {tools['migrator']['failed']:.0f} internal errors"
    )
    plain = found["plain"]
    lines.append(f"the same files without TensorFlow: {plain['lines'] / plain['seconds']:.0f} lines/s")
    lines.append("start-up, wall time of the whole command")
    lines += [f"  {name:26}{seconds:6.2f} s" for name, seconds in found["start_up"].items()]
    lines.append("one script of growing length")
    for row in found["growth"]:
        per_line = row["migrator"] / row["lines"] * 1e6
        times = row["migrator"] / row["parser"]
        lines.append(f"  {row['lines']:7.0f} lines{row['migrator']:8.2f} s{per_line:8.0f} us/line{times:7.2f} x parse")
    return "\n".join(lines)


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="TensorFlow 1 programs, searched recursively")
    parser.add_argument("--repeat", type=int, default=3, help="rounds; the best counts")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    parser.add_argument("--child", choices=list(TOOLS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(TOOLS[arguments.child](arguments.folder)))
        return
    scratch = Path(tempfile.mkdtemp())
    try:
        copies = scratch / "files"
        found: dict[str, Any] = {"files": collect(arguments.folder, copies)}
        if not found["files"]:
            parser.error(f"no Python file below {arguments.folder} uses TensorFlow")
        found["tools"] = best(list(TOOLS), copies, arguments.repeat)
        found["plain"] = without_tensorflow(copies, scratch, arguments.repeat)
        found["start_up"] = start_up(scratch, arguments.repeat)
        found["growth"] = growth(scratch, arguments.repeat)
    finally:
        shutil.rmtree(scratch)
    print(report(found))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

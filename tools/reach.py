"""Measure how far the rewriting reaches on real programs, and write docs/reach.md.

    python tools/reach.py --corpus CORPUS --src SRC --setup-python TF1 --scratch DIR [--tf1-python TF1] [--output FILE]

CORPUS is a folder with `manifest.json` (what to do for each program), `corpus.py` (prepares a runnable copy) and
`stubs/` (stand-ins for what programs import); SRC holds the repositories that ``corpus.py checkout`` wrote. Two
measurements:

* Programs: each one whose graph and runs are all at module level is prepared, rewritten and verified, in TensorFlow 2's
  compat.v1 and, with --tf1-python, in a real TensorFlow 1.
* Files: every Python file below SRC is rewritten, with the files beside it as its project; then each repository as a
  whole, as ``migrator rewrite FOLDER`` does.

The text that is written names programs by id and holds none of their code.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib.util
import os
import re
import shutil
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import migrator  # noqa: E402
from migrator.model import Diagnostic, Result, Severity  # noqa: E402
from migrator.pipeline import rewrite_sources  # noqa: E402
from migrator.source.decode import Decoded, decode  # noqa: E402
from migrator.source.python2 import syntax_problem  # noqa: E402
from migrator.verify import Evidence, Verdict, VerifyError, VerifyOptions, open_runner, verify  # noqa: E402

PATTERN = "all at module level"
HELD_OUT = 6
MNIST = "tensorflow.examples.tutorials.mnist.input_data"
# What the corpus asks of whoever runs its programs without its own harness: names that NumPy has dropped, stand-ins for
# packages that are not installed, and what notebooks and Python 2 take for granted.
SETUP = """
import builtins, sys
import numpy as np
sys.path.insert(0, {stubs!r})
for name, kind in (("float", float), ("int", int), ("object", object), ("str", str)):
    if name not in vars(np):
        setattr(np, name, kind)
import corpus_data, corpus_gym, corpus_misc, corpus_plot
corpus_gym.install(), corpus_plot.install(), corpus_misc.install(), corpus_misc.install_urllib()
builtins.xrange, builtins.unicode = range, str
builtins.get_ipython = lambda: corpus_plot.Any()
"""
REMAINS = {"Session", "InteractiveSession", "placeholder", "global_variables_initializer", "feed_dict"}


def held_out(ids: Iterable[str]) -> set[str]:
    """Return the programs that were set aside: those with the smallest SHA-256 of their id."""
    return set(sorted(ids, key=lambda name: hashlib.sha256(name.encode()).hexdigest())[:HELD_OUT])


def without_code(message: str) -> str:
    """Return a message without the program's own names and expressions; only plain names of TensorFlow stay."""
    message = re.sub(r"\S+\.py\b", "`...`", message)
    message = re.sub(r"`([^`]*)`", lambda m: m[0] if re.fullmatch(r"tf(\.\w+)+", m[1]) else "`...`", message)
    return re.sub(r"\s+", " ", message).strip().removeprefix("not converted: ")


# --- programs


@dataclass
class Verified:
    """What one oracle says about one program."""

    verdict: str
    reason: str
    variables: int = 0
    sites: int = 0
    calls: int = 0
    seconds: float = 0.0


def load_corpus(folder: Path) -> Any:
    """Return the corpus's own module."""
    spec = importlib.util.spec_from_file_location("corpus", folder / "corpus.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["corpus"] = module
    spec.loader.exec_module(module)
    return module


def verify_programs(args: argparse.Namespace, corpus: Any) -> dict[str, dict[str, Verified]]:
    """Return for each program and oracle what the verification found."""
    oracles = {"compat.v1": None} | ({"TF 1.15": args.tf1_python} if args.tf1_python else {})
    chosen = {i: spec for i, spec in corpus.programs().items() if spec["pattern"] == PATTERN}
    found: dict[str, dict[str, Verified]] = {}
    with open_runner() as runner:
        for name, spec in chosen.items():
            if args.only and name not in args.only:
                continue
            out = args.scratch / name
            start = corpus.prepare(spec, args.src, out, args.setup_python, force=True)
            found[name] = {}
            for oracle, python in oracles.items():
                found[name][oracle] = verify_one(args, out.resolve(), start, python, runner)
                row = found[name][oracle]
                print(f"{name} {oracle}: {row.verdict} {row.reason} ({row.seconds:.1f} s)", flush=True)
    return found


def verify_one(args: argparse.Namespace, tree: Path, start: Mapping[str, Any], python: str | None,
               runner: Any) -> Verified:  # fmt: skip
    """Verify one prepared program."""
    stubs = args.corpus.resolve() / "stubs"
    options = VerifyOptions(
        tf1_python=python,
        script=os.path.relpath(start["script"], tree),
        argv=tuple(start["argv"]),
        cwd=os.path.relpath(start["cwd"], tree),
        path=tuple(os.path.relpath(p, tree) for p in start["sys_path"]),
        stub={MNIST: str(stubs / "corpus_data.py")},
        setup=(SETUP.format(stubs=str(stubs)),),
    )
    began = time.monotonic()
    try:
        evidence = verify(tree, options=options, runner=runner)
    except VerifyError as error:
        return Verified("ERROR", without_code(str(error)))
    return _row(evidence, time.monotonic() - began)


def _row(evidence: Evidence, seconds: float) -> Verified:
    reason = "" if evidence.verdict is Verdict.PASS else re.sub(r"^\S+\.py:(\d+): ", "", evidence.reason)
    compared = [fetch for fetch in evidence.fetches if fetch.equal is not None and fetch.calls]
    return Verified(
        str(evidence.verdict),
        without_code(reason),
        sum(variable.equal is not None for variable in evidence.variables),
        len(compared),
        sum(fetch.calls for fetch in compared),
        seconds,
    )


# --- files


@dataclass
class Files:
    """What became of many files.

    Attributes:
        counts: of files, by what became of them.
        sessions: converted and refused.
        causes: cause -> sessions refused for it (first cause of the file).
        library: cause -> files without sessions refused for it.
        wrong: what must not happen -> places.
    """

    lines: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    sessions: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    library: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def fault(self, kind: str, place: str) -> None:
        """Note what must not happen."""
        self.wrong.setdefault(kind, []).append(place)
        print(f"{kind}: {place}", flush=True)


FAULTS = {
    "crash": "the rewriting raised an exception",
    "invalid": "the output does not compile",
    "unstable": "a second run changed the output again",
    "half": "the output holds a session, a placeholder or a feed",
    "touched": "a refused file did not come back byte for byte",
}


def rewrite_files(src: Path) -> Files:
    """Rewrite every Python file below a folder with the files beside it as its project."""
    total = Files()
    folders: dict[Path, list[Path]] = {}
    for path in sorted(src.rglob("*.py")):
        folders.setdefault(path.parent, []).append(path)
    for folder, paths in folders.items():
        texts: dict[str, str] = {}
        for path in paths:
            decoded = decode(path.read_bytes(), path.name)
            if isinstance(decoded, Diagnostic):
                total.counts["undecodable"] += 1
            else:
                texts[path.name] = decoded.text
        for name in texts:
            rewrite_one(total, texts, name, f"{folder.relative_to(src).as_posix()}/{name}")
    return total


def rewrite_one(total: Files, texts: Mapping[str, str], name: str, place: str) -> None:
    """Rewrite one file and count."""
    text = texts[name]
    wrong = syntax_problem(text, name)
    if "tensorflow" not in text or wrong:
        python2 = bool(wrong) and wrong is not None and wrong.code == "MIG002"
        kind = "plain" if "tensorflow" not in text else "python2" if python2 else "syntax"
        total.counts[kind] += 1
        if kind == "plain":
            return
    else:
        total.lines += text.count("\n")
    try:
        result = rewrite_sources(texts, writable={name}).files[name]
        if wrong:
            if result.changed or not any(d.severity is Severity.ERROR for d in result.diagnostics):
                total.fault("touched", place)
            return
        count(total, result, text, place)
        if result.changed:
            again = rewrite_sources({**texts, name: str(result.source)}, writable={name}).files[name]
            check_text(total, result, again, place)
    except Exception:
        traceback.print_exc(limit=-3)
        total.fault("crash", place)


def count(total: Files, result: Result, text: str, place: str) -> None:
    """Count one result."""
    manual = [d for d in result.diagnostics if d.severity is Severity.MANUAL]
    for session in result.sessions:
        total.sessions["converted" if session.converted else "refused"] += 1
        if not session.converted:
            total.causes[without_code(session.reason or "")] += 1
    became = "converted" if result.changed else "refused" if manual else "unchanged"
    total.counts[f"{became}{' sessions' if result.sessions else ''}"] += 1
    if became == "refused":
        if not result.sessions:
            total.library[without_code(manual[0].message)] += 1
        if result.source != text:
            total.fault("touched", place)


def check_text(total: Files, result: Result, again: Result, place: str) -> None:
    """Check a new text: it compiles, the second run changes nothing, and no session is left."""
    try:
        tree = ast.parse(str(result.source))
        compile(str(result.source), place, "exec", dont_inherit=True)
    except SyntaxError:
        total.fault("invalid", place)
        return
    if again.changed:
        total.fault("unstable", place)
    if result.sessions and (again.sessions or not all(s.converted for s in result.sessions) or remains(tree)):
        total.fault("half", place)


def remains(tree: ast.AST) -> set[str]:
    """Return the names of session machinery that a text still uses."""
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return REMAINS & (used | {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg})


def rewrite_repositories(src: Path, scratch: Path) -> Files:
    """Rewrite a copy of each repository's Python files as one project, write it, and rewrite it again."""
    total = Files()
    for folder in sorted(path for path in src.iterdir() if path.is_dir()):
        copy = scratch / "repositories" / folder.name
        shutil.rmtree(copy, ignore_errors=True)
        for path in folder.rglob("*.py"):
            target = copy / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        try:
            rewrite_repository(total, copy)
        except Exception:
            traceback.print_exc(limit=-3)
            total.fault("crash", folder.name)
    return total


def rewrite_repository(total: Files, copy: Path) -> None:
    """Rewrite one copy in place, twice."""
    changed: dict[Path, Result] = {}
    for name, result in migrator.rewrite_project(copy).files.items():
        path = Path(name)
        place = path.relative_to(copy.parent).as_posix()
        for failure in (d for d in result.diagnostics if d.code == "MIG090"):
            total.fault("crash", f"{place}: {failure.message}")
        if any(d.severity is Severity.ERROR for d in result.diagnostics):
            total.counts["error"] += 1
            continue
        decoded = decode(path.read_bytes(), name)
        assert isinstance(decoded, Decoded)
        count(total, result, decoded.text, place)
        if result.changed:
            changed[path] = result
            path.write_bytes(decoded.encode(str(result.source)))
    again = migrator.rewrite_project(copy).files
    for path, result in changed.items():
        check_text(total, result, again[str(path)], path.relative_to(copy.parent).as_posix())


# --- the text


HEAD = """\
# Reach

<!-- Written by tools/reach.py; do not edit. -->

How much of real TensorFlow 1 code is converted today, measured on a corpus of {programs} programs from
{repositories} public repositories at fixed commits. The programs are third-party code: they are not part of this
repository, and only their ids stand here.

```sh
python CORPUS/corpus.py checkout --git-dirs GIT_DIRS --src SRC
python tools/reach.py --corpus CORPUS --src SRC --scratch SCRATCH --setup-python TF1/bin/python{tf1}
```

`CORPUS` is the folder with `manifest.json`, `corpus.py` and stand-ins for modules that are not installed. `TF1` is an
environment with TensorFlow 1.15.5 that prepares the programs; given with `--tf1-python` it also runs the originals. The
interpreter that runs the tool needs `migrator[verify]` and what the programs import.

"""
PROGRAMS = """\
## Programs that were run

The {count} programs whose graph and runs are all at module level, rewritten and verified as `migrator verify` does.
{oracles}

{aside} of them were set aside by hash of the id, and their texts were not read. At the first look at their verdicts
three passed and three were refused. One change followed a refusal's message (branch functions of `tf.case` and
`tf.cond` that read graph tensors move with the graph); it changed none of the verdicts. Later changes came from other
programs; on the way the refusal messages of the whole corpus were listed by count, these six among them. One more
passes since.

*Variables* counts the final values that were compared. *Runs* counts the places in the text that run a session and were
compared, and in brackets how often they ran in all. A REFUSED program stays as it was, byte for byte; the reason is the
first one, and `...` stands for the program's own text.

"""
FILES = """\
## Files that were rewritten

Every Python file of the {repositories} repositories, each with the files beside it as its project: {lines:,} lines that
use TensorFlow and are valid Python 3. Nothing was run.

"""


def document(args: argparse.Namespace, corpus: Any, programs: Mapping[str, Mapping[str, Verified]], files: Files,
             projects: Files) -> str:  # fmt: skip
    """Return the text of docs/reach.md."""
    manifest = corpus.programs()
    repositories = {spec["repo"]: spec["commit"] for spec in manifest.values()}
    aside = held_out(i for i, spec in manifest.items() if spec["pattern"] == PATTERN)
    tf1 = " \\\n    --tf1-python TF1/bin/python" if args.tf1_python else ""
    oracles = "The originals ran in TensorFlow 2's `compat.v1`"
    oracles += " and, a second time, in TensorFlow 1.15.5." if tf1 else "."
    parts = [
        HEAD.format(programs=len(manifest), repositories=len(repositories), tf1=tf1),
        PROGRAMS.format(count=len(programs), oracles=oracles, aside=len(aside & programs.keys())),
        *program_section("Developed against", {i: r for i, r in programs.items() if i not in aside}),
        *program_section("Set aside", {i: r for i, r in programs.items() if i in aside}),
        agreement(programs),
        FILES.format(repositories=len(repositories), lines=files.lines),
        *file_section(files),
        *project_section(projects),
        "## Repositories\n\n",
        *table(["repository", "commit"], [[repo, f"`{commit[:10]}`"] for repo, commit in sorted(repositories.items())]),
    ]
    return "".join(parts).rstrip() + "\n"


def program_section(title: str, programs: Mapping[str, Mapping[str, Verified]]) -> Iterator[str]:
    """Yield the table of some programs."""
    yield f"### {title}: {len(programs)}\n\n"
    names = list(dict.fromkeys(oracle for rows in programs.values() for oracle in rows))
    for name in names:
        verdicts = Counter(rows[name].verdict for rows in programs.values())
        yield f"{name}: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())) + ".\n\n"
    head = ["program", *(part for name in names for part in (name, "variables", "runs")), "reason"]
    body = []
    for program, rows in programs.items():
        cells = [program]
        for name in names:
            row = rows[name]
            compared = bool(row.sites or row.variables)
            cells += [row.verdict, *([str(row.variables), f"{row.sites} ({row.calls})"] if compared else ["", ""])]
        reasons = dict.fromkeys(row.reason for row in rows.values() if row.reason)
        body.append([*cells, "; ".join(reasons)])
    yield from table(head, body)


def agreement(programs: Mapping[str, Mapping[str, Verified]]) -> str:
    """Return a sentence on whether the oracles agree."""
    if not any(len(rows) > 1 for rows in programs.values()):
        return ""
    differ = [i for i, rows in programs.items() if len({row.verdict for row in rows.values()}) > 1]
    if not differ:
        return "Both oracles give the same verdict for every program.\n\n"
    return f"The oracles differ on: {', '.join(differ)}.\n\n"


def file_section(files: Files) -> Iterator[str]:
    """Yield the tables of the files."""
    counts, given = files.counts, files.counts.total()
    rows = [
        ["all", str(given)],
        ["without TensorFlow", str(counts["plain"])],
        ["TensorFlow, but Python 2", str(counts["python2"])],
        ["TensorFlow, but other syntax errors", str(counts["syntax"])],
        ["not decodable", str(counts["undecodable"])],
    ]
    for became in ("converted", "refused", "unchanged"):
        rows.append([f"{became}, with sessions", str(counts[f"{became} sessions"])])
        rows.append([f"{became}, without sessions", str(counts[became])])
    yield from table(["files", "count"], rows)
    sessions = files.sessions
    yield f"Sessions: {sessions['converted']} converted, {sessions['refused']} refused.\n\n"
    yield "What must not happen:\n\n"
    yield from table(["fault", "files"], [[text, str(len(files.wrong.get(kind, ())))] for kind, text in FAULTS.items()])
    yield "Why sessions were refused (the first cause in each file; `...` stands for the program's own text):\n\n"
    yield from table(["cause", "sessions"], [[cause, str(n)] for cause, n in _ordered(files.causes)])
    yield "Why files without sessions were refused; these are mostly models that other files run:\n\n"
    yield from table(["cause", "files"], [[cause, str(n)] for cause, n in _ordered(files.library)])


def project_section(projects: Files) -> Iterator[str]:
    """Yield what became of whole repositories."""
    counts, sessions = projects.counts, projects.sessions
    changed = counts["converted"] + counts["converted sessions"]
    refused = counts["refused"] + counts["refused sessions"]
    faults = sum(len(places) for places in projects.wrong.values())
    yield "Each repository as one project, as `migrator rewrite FOLDER` takes it and twice in a row:\n\n"
    rows = [["files changed", changed], ["files refused", refused], ["files that do not parse", counts["error"]],
            ["sessions converted", sessions["converted"]], ["sessions refused", sessions["refused"]],
            ["faults as above", faults]]  # fmt: skip
    yield from table(["", "count"], [[str(name), str(number)] for name, number in rows])


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    """Yield a Markdown table."""
    for row in (head, ["---"] * len(head), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n"
    yield "\n"


def main(argv: list[str] | None = None) -> int:
    """Measure and write; return 1 if something happened that must not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="folder with manifest.json and corpus.py")
    parser.add_argument("--src", type=Path, required=True, help="repositories as `corpus.py checkout` wrote them")
    parser.add_argument("--setup-python", required=True, help="interpreter that prepares programs (TensorFlow 1.15.5)")
    parser.add_argument("--tf1-python", help="interpreter with TensorFlow 1: run the originals in it as well")
    parser.add_argument("--scratch", type=Path, required=True, help="folder for prepared programs")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "reach.md", help="default: docs/reach.md")
    parser.add_argument("--only", action="append", metavar="ID", help="some programs only, and no files (prints)")
    args = parser.parse_args(argv)
    os.environ.pop("PYTHONPATH", None)  # two interpreters would see it
    warnings.simplefilter("ignore", SyntaxWarning)
    corpus = load_corpus(args.corpus)
    args.scratch.mkdir(parents=True, exist_ok=True)
    programs = verify_programs(args, corpus)
    if args.only:
        return 0
    files = rewrite_files(args.src)
    projects = rewrite_repositories(args.src, args.scratch)
    args.output.write_text(document(args, corpus, programs, files, projects), encoding="utf-8")
    bad = [i for i, rows in programs.items() for row in rows.values() if row.verdict in ("FAIL", "ERROR")]
    return int(bool(bad or files.wrong or projects.wrong))


if __name__ == "__main__":
    sys.exit(main())

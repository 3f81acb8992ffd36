"""The two sides of a verification: making the copies, running them, reading what they recorded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migrator.model import DerivedWrite, Result, Site
from migrator.verify.instrument import Marked, candidates, inside, thrown_away, wrap
from migrator.verify.launch import Outcome, Runner
from migrator.verify.numpy_oracle import put_edits
from migrator.verify.options import VerifyOptions, setup_texts
from migrator.verify.program import Program
from migrator.verify.record import Record
from migrator.verify.workspace import copy_tree


@dataclass(frozen=True, slots=True)
class SourceMap:
    """What the converter says about the sites of a program, by path of the module.

    Attributes:
        sites: of each module.
        writes: repaired writes of each module.
    """

    sites: Mapping[str, tuple[Site, ...]] = field(default_factory=dict)
    writes: Mapping[str, tuple[DerivedWrite, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, results: Mapping[str, Result]) -> SourceMap:
        """Make the source map of a converted project."""
        return cls(
            {path: tuple(s for session in r.sessions for s in session.sites) for path, r in results.items()},
            {path: r.writes for path, r in results.items()},
        )

    def by_id(self) -> dict[str, Site]:
        """Return all sites by id."""
        return {site.id: site for sites in self.sites.values() for site in sites}

    @property
    def repaired(self) -> bool:
        """Whether a write was repaired."""
        return any(self.writes.values())


def places(here: SourceMap, there: SourceMap) -> dict[str, tuple[str, str | None]]:
    """Return (``file:line`` before, ``file:line`` after) of each site; the maps differ in file names alone."""
    after = {s.id: f"{path}:{s.after.line}" for path, sites in there.sites.items() for s in sites if s.after}
    return {s.id: (f"{path}:{s.before.line}", after.get(s.id)) for path, sites in here.sites.items() for s in sites}


@dataclass(frozen=True, slots=True)
class Run:
    """One finished run."""

    outcome: Outcome
    record: Record

    @property
    def ended_well(self) -> bool:
        """The program ran to its end."""
        stopped = self.outcome.timed_out or self.outcome.limit
        return bool(self.record.end and self.record.end["ok"]) and not stopped

    @property
    def error(self) -> str:
        """What ended it otherwise."""
        if self.outcome.timed_out:
            return "time limit"
        if self.outcome.limit:
            return f"ended at a limit: {self.outcome.limit}"
        if self.record.end and self.record.end["error"]:
            return str(self.record.end["error"])
        if self.outcome.status < 0:
            return f"killed by signal {-self.outcome.status}"
        return f"ended with status {self.outcome.status} and no record"


class Side:
    """A copy of a program, instrumented, that can be run.

    Args:
        program: paths and settings.
        texts: of its modules (and new ones), by path below the root.
        options: of the program.
        runner: of the children.
        name: for the scratch folder.
    """

    def __init__(
        self, program: Program, texts: Mapping[str, str], options: VerifyOptions, runner: Runner, name: str
    ) -> None:
        self.program = program
        self.texts = dict(texts)
        self.options = options
        self.runner = runner
        self.name = name
        self.table: list[dict[str, Any]] = []
        self.puts: list[str] = []
        self.bad: set[str] = set()
        self.unknown_writes: list[str] = []
        self.discarded: set[str] = set()
        self.notes: list[str] = []

    def mark_before(self, source_map: SourceMap | None) -> None:
        """Wrap every candidate and every site of the source map; redirect repaired writes."""
        for path, text in list(self.texts.items()):
            marks = {mark.span: mark for mark in candidates(text, path)}
            for site in source_map.sites.get(path, ()) if source_map else ():
                marks[site.before] = Marked(site.id, site.before, str(site.kind))
            thrown = thrown_away(text)
            self.discarded.update(mark.id for mark in marks.values() if mark.span in thrown)
            writes = source_map.writes.get(path, ()) if source_map else ()
            edits, names, unknown = put_edits(text, writes, len(self.puts)) if writes else ([], [], [])
            self.puts.extend(names)
            self.unknown_writes.extend(f"{path}:{line}" for line in unknown)
            if marks or edits:
                self._wrap(path, text, list(marks.values()), edits)

    def mark_after(self, source_map: SourceMap) -> None:
        """Wrap what replaced the sites."""
        for path, sites in source_map.sites.items():
            marks = [Marked(site.id, site.after, str(site.kind)) for site in sites if site.after is not None]
            if marks and path in self.texts:
                self._wrap(path, self.texts[path], marks, [])

    def _wrap(self, path: str, text: str, marks: list[Marked], edits: list[Any]) -> None:
        first = len(self.table)
        self.texts[path], bad = wrap(text, [(first + i, mark.span) for i, mark in enumerate(marks)], edits)
        for mark, around in zip(marks, inside(marks), strict=True):
            self.table.append({"id": mark.id, "kind": mark.kind, "inside": [first + i for i in around]})
        self.bad.update(self.table[number]["id"] for number in bad)

    def run(self, role: str, stubs: list[tuple[str, str]], **settings: Any) -> Run:
        """Run a fresh copy.

        Args:
            role: ``oracle`` or ``after``.
            stubs: (module, file).
            settings: of the role, for the job's configuration.
        """
        folder = self.runner.folder(self.name)
        copy, record = folder / "copy", folder / "record"
        for extra in ("record", "home", "tmp"):
            (folder / extra).mkdir()
        self.notes = copy_tree(self.program, copy, self.texts)
        config = self._config(folder, copy, stubs) | settings
        (folder / "job.json").write_text(json.dumps(config), encoding="utf-8")
        server = self.runner.server(role, self.options.tf1_python if role == "oracle" else None)
        outcome = server.run(folder / "job.json", self.options.timeout, self.options.memory)
        if server.fresh:
            self.notes.append(f"each run of the {role} is a fresh process: {server.fresh}")
        for used in (copy, folder / "home", folder / "tmp"):
            shutil.rmtree(used, ignore_errors=True)
        return Run(outcome, Record(record))

    def _config(self, folder: Path, copy: Path, stubs: list[tuple[str, str]]) -> dict[str, Any]:
        """Return the part of a job's configuration that both roles have."""
        program = self.program
        return {
            "script": str(copy / program.script),
            "cwd": str(copy / program.cwd),
            "path": [str(copy / item) for item in program.path],  # an absolute item stays as it is
            "argv": list(self.options.argv),
            "environment": {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp")},
            "record": str(folder / "record"),
            "stubs": stubs,
            "setup": setup_texts(self.options),
            "seed": self.options.seed,
            "roots": [str(copy)],
            "sites": self.table,
            "puts": self.puts,
            "stream": False,
        }


def before_settings(threads: int, stream: bool) -> dict[str, Any]:
    """Return the settings of a run of the before."""
    return {"threads": threads, "stream": stream}


def after_settings(
    before: Record, stream: bool, control: Mapping[str, Any] | None = None, *, steps: bool = False
) -> dict[str, Any]:
    """Return the settings of a run of the after.

    Args:
        before: has the start values.
        stream: there is no source map.
        steps: load the before's state at each step.
        control: ``variables`` (their numbers) and ``all`` for a run with writes lost.
    """
    resets: dict[str, list[dict[str, Any]]] = {}
    variables = []
    for number, variable in enumerate(before.variables):
        start = variable.starts[0]["value"] if variable.starts else None
        variables.append({**variable.facts, "start": start})
        for event in variable.starts:
            key = f"{event['site']}#{event['k']}"
            resets.setdefault(key, []).append({"var": number, "value": event["value"]})
    return {
        "variables": variables,
        "resets": resets,
        "values": str(before.values_file),
        "stream": stream,
        "control": dict(control or {}),
        "steps": str(before.values_file.parent) if steps else None,
    }

"""The proof of one program: what runs on each side, and what the comparison of the runs amounts to."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from migrator.model import Result
from migrator.verify.comparison import Comparison
from migrator.verify.converted import Rewrite, created, new_texts, refused_or_unchanged, renamed
from migrator.verify.evidence import Evidence, Tolerance, Verdict
from migrator.verify.launch import Runner
from migrator.verify.options import VerifyError, VerifyOptions
from migrator.verify.original import Original, run_original
from migrator.verify.program import Program, load_program, read_text
from migrator.verify.sides import Side, SourceMap, places
from migrator.verify.tape import digest, load_tape, save_tape
from migrator.verify.tolerance import tolerance_for
from migrator.verify.workspace import edited


class Verification:
    """One verification.

    Args:
        before: script or folder.
        after: script or folder; None: what the converter makes of the before.
        options: of the program.
        runner: of the children.
        rewrite: converts a project's texts; None: there is no converter.
    """

    def __init__(
        self,
        before: str | Path,
        after: str | Path | None,
        options: VerifyOptions,
        runner: Runner,
        rewrite: Rewrite | None,
    ) -> None:
        self.options = options
        self.runner = runner
        self.rewrite = rewrite
        self.after_path = after
        self.program = load_program(before, options)
        self.texts = edited(self.program, options.edit, strict=True)
        self.source_map: SourceMap | None = None
        self.stubs = [(name, str(Path(path).resolve())) for name, path in options.stub.items()]
        self.original: Original | None = None
        self.discarded: set[str] = set()
        self.places: dict[str, tuple[str, str | None]] = {}

    def evidence(self) -> Evidence:
        """Run everything and return the evidence."""
        started = time.monotonic()
        found = self._evidence()
        oracle = found.oracle or (self.original.version if self.original else None)
        return replace(found, program=self.program.script, oracle=oracle, seconds=round(time.monotonic() - started, 2))

    def _evidence(self) -> Evidence:
        after = self._after_side()
        if isinstance(after, Evidence):
            return after
        before = self._before_side()
        if before.unknown_writes:
            return Evidence(
                Verdict.INCONCLUSIVE, f"the oracle does not understand the write at {before.unknown_writes[0]}"
            )
        original = self._original(before)
        if isinstance(original, Evidence):
            return original
        self.original = original
        return Comparison(self, original, after).evidence()

    def _results(self) -> Mapping[str, Result] | None:
        return self.rewrite(self.texts).files if self.rewrite is not None else None

    def _after_side(self) -> Side | Evidence:
        """Make the copy of the after, or tell why there is none."""
        results = self._results()
        if self.after_path is None:
            if results is None:
                raise VerifyError("there is no converter: give the rewritten program")
            verdict = refused_or_unchanged(results, self.texts)
            if verdict:
                return verdict
            self.source_map = SourceMap.of(results)
            return self._side(self.program, self.texts | new_texts(results), created=created(results))
        program = load_program(self.after_path, replace(self.options, script=None, root=None))
        texts = edited(program, self.options.edit, strict=False)
        if results is not None and self.program.script in results:
            script = results[self.program.script]
            if str(script.source) == texts[program.script] and script.changed:
                self.source_map = SourceMap.of(results)
                texts = {**new_texts(results), **texts}
        return self._side(program, texts, created=created(results or {}))

    def _side(self, program: Program, texts: Mapping[str, str], created: Mapping[str, str]) -> Side:
        """Make the after's side; a companion file that stands for a stubbed module becomes the stub."""
        side = Side(program, texts, self.options, self.runner, "after")
        for module, file in self.stubs:
            name = module.rsplit(".", 1)[-1] + ".py"
            for path in created:
                if path.rsplit("/", 1)[-1] == name:
                    side.texts[path] = read_text(Path(file)) or ""
        if self.source_map is not None:
            there = renamed(self.source_map, self.program.script, program.script)
            side.mark_after(there)
            self.places = places(self.source_map, there)
        return side

    def _before_side(self) -> Side:
        side = Side(self.program, self.texts, self.options, self.runner, "before")
        side.mark_before(self.source_map)
        self.discarded = side.discarded
        return side

    def _original(self, side: Side) -> Original | Evidence:
        """Run the before, or read a recording of it."""
        mode = "stream" if self.source_map is None else "map"
        program = digest(self.texts, self.options)
        if self.options.against is not None:
            return load_tape(self.options.against, program, mode, self.runner.folder("tape"))
        found = self._run_original(side, self.source_map is None)
        if self.options.record is not None and isinstance(found, Original):
            tapes = {mode: found}
            if mode == "map":  # for an after that is not, or no longer, what the converter makes
                plain = self._run_original(side, True)
                tapes |= {"stream": plain} if isinstance(plain, Original) else {}
            save_tape(self.options.record, program, tapes)
        return found

    def _run_original(self, side: Side, stream: bool) -> Original | Evidence:
        found = run_original(
            lambda settings: side.run("oracle", self.stubs, **settings),
            stream=stream,
            tolerance=self.base_tolerance(),
            version=lambda: self.runner.server("oracle", self.options.tf1_python).version,
        )
        return replace(found, notes=(*found.notes, *side.notes))

    def base_tolerance(self) -> Tolerance:
        """Return the tolerance that was asked for."""
        return tolerance_for((), 0, self.options.rtol, self.options.atol)

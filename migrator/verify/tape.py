"""Recordings of a before, for places where its oracle is slow or missing: a zip file of what the runs wrote."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from migrator.verify.options import VerifyError, VerifyOptions, setup_texts
from migrator.verify.original import Original
from migrator.verify.record import Record

FORMAT = 1
FILES = ("events.jsonl", "values.bin")
RUNS = ("first", "steps")
INDEX = "recording.json"


def digest(texts: Mapping[str, str], options: VerifyOptions) -> str:
    """Return what tells programs apart: their texts after the edits, and the options that change what they compute."""
    what = [sorted(texts.items()), options.argv, options.cwd, options.path, setup_texts(options), options.seed]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def save_tape(file: Path, program: str, originals: Mapping[str, Original]) -> None:
    """Write a recording.

    Args:
        file: to write; an existing one is replaced.
        program: digest of the program.
        originals: by mode: ``map`` or ``stream``.

    Raises:
        VerifyError: the file cannot be written.
    """
    index = {
        "format": FORMAT,
        "program": program,
        "modes": {mode: {"version": o.version, "notes": list(o.notes)} for mode, o in originals.items()},
    }
    part = file.with_name(file.name + ".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(INDEX, json.dumps(index, indent=1))
            for mode, original in originals.items():
                for run, record in zip(RUNS, (original.first, original.steps), strict=True):
                    for name in FILES:
                        archive.write(record.values_file.parent / name, f"{mode}/{run}/{name}")
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise VerifyError(f"{file}: the recording can't be written: {error}") from error


def load_tape(file: Path, program: str, mode: str, folder: Path) -> Original:
    """Read a recording.

    Args:
        file: that `save_tape` wrote.
        program: digest that it must have.
        mode: ``map`` or ``stream``.
        folder: empty one for its parts.

    Raises:
        VerifyError: it cannot be read, is of another program, or lacks the mode.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            index = json.loads(archive.read(INDEX))
            if index["format"] != FORMAT:
                raise VerifyError(f"{file}: a recording of another version of migrator: record again")
            if index["program"] != program:
                raise VerifyError(f"{file}: a recording of another program, or with other options: record again")
            if mode not in index["modes"]:
                raise VerifyError(f"{file}: the recording has no runs {_WANTED[mode]}: record again")
            for run in RUNS:
                for name in FILES:
                    archive.extract(f"{mode}/{run}/{name}", folder)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise VerifyError(f"{file}: the recording can't be read: {error}") from error
    facts = index["modes"][mode]
    first, steps = (Record(folder / mode / run) for run in RUNS)
    return Original(first, steps, f"{facts['version']} (recorded)", tuple(facts["notes"]))


_WANTED = {"map": "for a source map", "stream": "without a source map"}

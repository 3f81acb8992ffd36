"""Writes files so that a crash leaves the old one or the new one, never half of one."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migrator.model import Diagnostic
from migrator.source.rules import problem


@dataclass(frozen=True, slots=True)
class Change:
    """One file to write.

    Attributes:
        path: where.
        name: the path to show.
        data: the new bytes.
        expected: what must be there now, None if that does not matter.
        created: further files that the new text needs, as relative path from the file's folder -> text.
    """

    path: Path
    name: str
    data: bytes
    expected: bytes | None = None
    created: Mapping[str, str] = field(default_factory=dict)


def commit(changes: Sequence[Change]) -> dict[str, Diagnostic]:
    """Write all files, or none of them if one cannot be prepared.

    Every new text is first written and synced beside its file, then all are moved into place.

    Args:
        changes: files that belong together, each path once.

    Returns:
        What went wrong, by name; empty if all were written.
    """
    problems = {change.name: wrong for change in changes if (wrong := _check(change))}
    if problems:
        return problems
    wanted: dict[Path, tuple[bytes, str]] = {}
    for change in changes:
        texts = {change.path.parent / name: text.encode("utf-8") for name, text in change.created.items()}
        for path, data in {**texts, change.path: change.data}.items():
            if wanted.setdefault(path, (data, change.name))[0] != data:
                return {change.name: problem("MIG008", f"needs two different texts in {path.name}", change.name)}
    staged: list[tuple[str, Path]] = []
    for path, (data, name) in wanted.items():
        try:
            staged.append((_stage(path, data), path))
        except OSError as error:
            _discard(staged)
            return {name: problem("MIG007", f"cannot write: {error.strerror}", name)}
    for index, (temporary, path) in enumerate(staged):
        try:
            os.replace(temporary, path)
        except OSError as error:  # staging checked the folder: only a race gets here
            _discard(staged[index:])
            name = wanted[path][1]
            return {name: problem("MIG007", f"cannot write: {error.strerror}", name)}
    return {}


def write_atomic(path: Path, data: bytes) -> None:
    """Write one file through a synced temporary file in its folder; its mode is kept.

    Raises:
        OSError: it cannot be written; the old file is as it was.
    """
    temporary = _stage(path, data)
    try:
        os.replace(temporary, path)
    except OSError:
        _discard([(temporary, path)])
        raise


def _check(change: Change) -> Diagnostic | None:
    """Return why a change must not be made."""
    try:
        if change.path.exists() and not os.access(change.path, os.W_OK):
            return problem("MIG007", "cannot write: the file is read-only", change.name)
        if change.expected is not None and change.path.read_bytes() != change.expected:
            return problem("MIG007", "the file changed while migrator ran; it is left as it is", change.name)
        for name, text in change.created.items():
            companion = change.path.parent / name
            if companion.exists() and companion.read_bytes() != text.encode("utf-8"):
                return problem("MIG008", f"needs a file {name} beside it; one with other text is there", change.name)
    except OSError as error:
        return problem("MIG007", f"cannot read: {error.strerror}", change.name)
    return None


def _stage(path: Path, data: bytes) -> str:
    """Write `data` to a synced temporary file beside `path` and return its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        mode = 0o666 & ~umask
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".migrator-", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
    except OSError:
        _discard([(temporary, path)])
        raise
    return temporary


def _discard(staged: Sequence[tuple[str, Path]]) -> None:
    """Remove temporary files that were not moved into place."""
    for temporary, _ in staged:
        with contextlib.suppress(OSError):
            os.unlink(temporary)

"""Scratch copies of programs: the user's own tree is never written."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from migrator.verify.options import Edit, VerifyError
from migrator.verify.program import Program, empty_folders, walk, write_text

MAX_FILE = 64 * 2**20  # bytes of one data file that is copied
MAX_TREE = 512 * 2**20  # bytes of all of them


def edited(program: Program, edits: tuple[Edit, ...], *, strict: bool) -> dict[str, str]:
    """Return the program's texts with the edits made.

    Args:
        program: as it is on disk.
        edits: replacements; those of files that are not Python modules of the program are left to `copy_tree`.
        strict: whether a text that does not occur is an error.

    Raises:
        VerifyError: with `strict`, an edit's text does not occur.
    """
    texts = dict(program.files)
    for edit in edits:
        name = edit.file or program.script
        if name not in texts:
            continue
        if edit.old not in texts[name]:
            if strict:
                raise VerifyError(f"edit: {edit.old!r} does not occur in {name}")
            continue
        texts[name] = texts[name].replace(edit.old, edit.new)
    return texts


def copy_tree(program: Program, target: Path, texts: Mapping[str, str]) -> list[str]:
    """Copy a program and write other texts over its modules.

    Args:
        program: what to copy.
        target: folder that does not exist yet.
        texts: by path below the root; may name new files.

    Returns:
        Notes on what was left out.
    """
    notes, total = [], 0
    target.mkdir(parents=True)
    for folder in empty_folders(program.root):  # programs write into folders that they expect
        (target / folder.relative_to(program.root)).mkdir(parents=True, exist_ok=True)
    for file in walk(program.root):
        name = file.relative_to(program.root)
        if name.as_posix() in texts:
            continue
        size = file.stat().st_size
        if size > MAX_FILE or total + size > MAX_TREE:
            notes.append(f"{name.as_posix()} was not copied ({size} bytes)")
            continue
        total += size
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target / name)
    for path, text in texts.items():
        write_text(target / path, text)
    (target / program.cwd).mkdir(parents=True, exist_ok=True)
    return notes

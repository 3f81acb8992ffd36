"""Asks git whether there is uncommitted work that a rewrite could overwrite."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from migrator.source.discover import SUFFIXES


class GitError(RuntimeError):
    """Git could not tell."""


def uncommitted(paths: Iterable[Path]) -> list[str]:
    """Return uncommitted files: changed ones anywhere in the git trees of `paths`, new source files under them.

    A path outside of any git tree, or a machine without git, has none.

    Args:
        paths: existing files and folders.

    Returns:
        The files' paths from the root of their tree, sorted.

    Raises:
        GitError: git failed for another reason than that there is no tree.
    """
    files: set[str] = set()
    for path in paths:
        folder = path if path.is_dir() else path.parent
        files.update(_status(folder, "--untracked-files=no"))
        new = _status(folder, "--untracked-files=all", "--", str(path.resolve()))
        files.update(name for name in new if name.endswith(SUFFIXES))
    return sorted(files)


def _status(folder: Path, *arguments: str) -> list[str]:
    """Return the paths that ``git status`` lists, [] if there is no git or no tree."""
    options = ["--no-optional-locks", "status", "--porcelain", "-z", "--no-renames"]
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        finished = subprocess.run(
            ["git", "-C", str(folder), *options, *arguments],
            capture_output=True, stdin=subprocess.DEVNULL, timeout=120, check=True, env=environment,
        )  # fmt: skip
    except FileNotFoundError:
        return []
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git status in {folder} did not end") from error
    except subprocess.CalledProcessError as error:
        message = error.stderr.decode("utf-8", "replace").strip()
        if "not a git repository" in message:
            return []
        raise GitError(f"git status in {folder}: {message}") from error
    return [entry[3:].decode("utf-8", "replace") for entry in finished.stdout.split(b"\0") if entry]

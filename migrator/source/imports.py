"""Which files of a project belong together: a cheap look at the import lines, without parsing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\r\n#]*)|import[ \t]+([^\r\n#;]*))",
    re.MULTILINE,
)
_NAME = re.compile(rb"[\w.]+")
_NOT_NAMES = frozenset({b"as", b"import"})


def imported(data: bytes, path: str) -> frozenset[str]:
    """Return the paths that the imports of a file may mean, existing or not.

    A name is looked for beside the file and in every folder above it, as a script or a package would find it.

    Args:
        data: the file, undecoded.
        path: its POSIX path from the project's root.
    """
    folder = PurePosixPath(path).parent
    candidates: set[str] = set()
    for match in _IMPORT.finditer(data):
        if match[4] is not None:
            for clause in match[4].split(b","):
                if names := _NAME.findall(clause):
                    _add(candidates, [folder, *folder.parents], names[0].decode("utf-8", "ignore"))
            continue
        roots = [folder, *folder.parents]
        if match[1]:
            above = len(match[1]) - 1
            roots = roots[above : above + 1]
        base = match[2].decode("utf-8", "ignore")
        _add(candidates, roots, base)
        for clause in match[3].strip(b"()").split(b","):
            names = [name for name in _NAME.findall(clause) if name not in _NOT_NAMES]
            if names:
                _add(candidates, roots, f"{base}.{names[0].decode('utf-8', 'ignore')}".lstrip("."))
    return frozenset(candidates)


def _add(candidates: set[str], roots: Iterable[PurePosixPath], dotted: str) -> None:
    """Add the files that a dotted name, or a package on the way to it, would be."""
    parts = [part for part in dotted.split(".") if part]
    for root in roots:
        prefix = "" if root == PurePosixPath(".") else f"{root}/"
        if not parts:
            candidates.add(f"{prefix}__init__.py")
        for end in range(1, len(parts) + 1):
            base = prefix + "/".join(parts[:end])
            candidates.add(f"{base}.py")
            candidates.add(f"{base}/__init__.py")


def closure(seeds: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """Return what can be reached from the seeds, themselves included.

    Args:
        seeds: paths to start from.
        edges: path -> paths; a target that is no key is no file and is not followed.
    """
    reached: set[str] = set()
    stack = [seed for seed in seeds if seed in edges]
    while stack:
        path = stack.pop()
        if path not in reached:
            reached.add(path)
            stack.extend(target for target in edges[path] if target in edges)
    return reached


def crawl(seeds: Iterable[str], load: Callable[[str], bytes | None], limit: int) -> dict[str, bytes]:
    """Return the files that the seeds import, at any distance, and do not hold themselves.

    Args:
        seeds: paths that may be imported.
        load: gives a file's bytes, or None if there is no such file.
        limit: how many files to read at most.
    """
    loaded: dict[str, bytes] = {}
    seen: set[str] = set()
    stack = sorted(seeds, reverse=True)
    while stack and len(loaded) < limit:
        path = stack.pop()
        if path in seen:
            continue
        seen.add(path)
        data = load(path)
        if data is not None:
            loaded[path] = data
            stack.extend(sorted(imported(data, path) - seen, reverse=True))
    return loaded

"""A program on disk: its root, its script, and the modules of the project that the script imports."""

from __future__ import annotations

import ast
import os
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from migrator.verify.options import VerifyError, VerifyOptions


@dataclass(frozen=True, slots=True)
class Program:
    """One program.

    Attributes:
        root: folder that is copied.
        script: path below the root, with slashes.
        cwd: working folder below the root.
        path: folders for `sys.path`, below the root or absolute.
        files: text of the script and of each module of the project that it imports, by path below the root.
    """

    root: Path
    script: str
    cwd: str
    path: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)


def load_program(path: str | Path, options: VerifyOptions) -> Program:
    """Find the parts of a program.

    Args:
        path: a script, or a folder with `options.script`.
        options: of the program.

    Returns:
        The program; texts are not edited yet.

    Raises:
        VerifyError: it does not exist, or no script is named.
    """
    given = Path(path).resolve()
    if given.is_dir():
        script = given / _script_in(given, options)
        root = options.root or given
    else:
        script, root = given, options.root or given.parent
    if not script.is_file():
        raise VerifyError(f"{script}: no such file")
    root = root.resolve()
    if not script.is_relative_to(root):
        raise VerifyError(f"{script} is not below {root}")
    cwd = script.parent if options.cwd is None else (root / options.cwd)
    folders = [script.parent, *(root / item for item in options.path)]
    files = dict(_imported(script, root, [folder for folder in folders if folder.resolve().is_relative_to(root)]))
    inside = tuple(_relative(folder.resolve(), root) for folder in folders)
    return Program(root, _relative(script, root), _relative(cwd.resolve(), root), inside, files)


def _script_in(folder: Path, options: VerifyOptions) -> str:
    if options.script:
        return options.script
    found = [name for name in ("main.py", "before.py", "train.py") if (folder / name).is_file()]
    scripts = sorted(item.name for item in folder.glob("*.py"))
    if len(scripts) == 1:
        return scripts[0]
    if len(found) == 1:
        return found[0]
    raise VerifyError(f"{folder}: say which file is the script (option `script`)")


def _relative(path: Path, root: Path) -> str:
    """Return a path below the root with slashes, an outer one as it is."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _imported(script: Path, root: Path, folders: list[Path]) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of the script and of every module below the root that it imports, directly or not."""
    pending, known = [script], {script}
    while pending:
        file = pending.pop()
        text = read_text(file)
        if text is None and file == script:
            raise VerifyError(f"{file}: the text can't be decoded; declare its encoding or save it as UTF-8")
        if text is None:
            continue
        yield _relative(file, root), text
        for found in _imports_of(text, file, [*folders, root]):
            if found not in known and found.is_relative_to(root):
                known.add(found)
                pending.append(found)


def read_text(file: Path) -> str | None:
    """Return a source file's text with its own newlines, or None if it cannot be decoded."""
    try:
        with file.open("rb") as stream:
            encoding, _ = tokenize.detect_encoding(stream.readline)
        with file.open(encoding=encoding, newline="") as text:
            return text.read()
    except (OSError, SyntaxError, UnicodeDecodeError, LookupError):
        return None


def _imports_of(text: str, file: Path, folders: list[Path]) -> Iterator[Path]:
    """Yield the files that the imports of a text may load."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # Python 2; the program itself will say so
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _files_of(alias.name.split("."), folders)
        elif isinstance(node, ast.ImportFrom):
            base = node.module.split(".") if node.module else []
            starts = folders
            if node.level:
                starts = [file.parents[node.level - 1]] if node.level <= len(file.parents) else []
            for alias in node.names:
                yield from _files_of([*base, alias.name], starts)


def _files_of(parts: list[str], folders: list[Path]) -> Iterator[Path]:
    """Yield the packages' `__init__` files and the module that a dotted name stands for."""
    for folder in folders:
        at = folder
        for part in parts:
            module, package = at / (part + ".py"), at / part / "__init__.py"
            if package.is_file():
                yield package.resolve()
            elif module.is_file():
                yield module.resolve()
                break
            at = at / part
            if not at.is_dir():
                break


def write_text(file: Path, text: str) -> None:
    """Write a source file in the encoding that it declares."""
    encoding, _ = tokenize.detect_encoding(
        iter([line + b"\n" for line in text.encode("utf-8").split(b"\n")[:2]]).__next__
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with file.open("w", encoding=encoding, newline="") as stream:
        stream.write(text)


def is_junk(name: str) -> bool:
    """Tell whether a folder is never part of a program."""
    return (
        name.startswith(".") or name in ("__pycache__", "node_modules", "site-packages") or name.endswith(".egg-info")
    )


def walk(root: Path) -> Iterator[Path]:
    """Yield the files below a root that a copy should have, links left out."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(
            name for name in names if not is_junk(name) and not os.path.islink(os.path.join(folder, name))
        )
        for name in sorted(files):
            file = Path(folder, name)
            if file.is_file() and not file.is_symlink():
                yield file


def empty_folders(root: Path) -> Iterator[Path]:
    """Yield the folders below a root that hold nothing but folders."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not is_junk(name))
        if not files and not os.path.islink(folder):
            yield Path(folder)

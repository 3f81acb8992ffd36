"""Which file a dotted name is, and what is around a node."""

from __future__ import annotations

import ast
import warnings

import pytest

from migrator.analysis.modules import Project

FILES = ["main.py", "lib.py", "pkg/__init__.py", "pkg/lib.py", "pkg/sub/__init__.py", "pkg/sub/deep.py", "run/go.py",
         "run/lib.py", "tools.py"]  # fmt: skip


@pytest.mark.parametrize(
    ("importer", "dotted", "level", "found"),
    [
        ("main.py", "lib", 0, "lib.py"),
        ("main.py", "pkg", 0, "pkg/__init__.py"),
        ("main.py", "pkg.lib", 0, "pkg/lib.py"),
        ("main.py", "pkg.sub", 0, "pkg/sub/__init__.py"),
        ("main.py", "pkg.nothing", 0, None),
        ("main.py", "numpy", 0, None),
        ("main.py", "main", 0, None),  # a module does not import itself
        ("run/go.py", "lib", 0, "run/lib.py"),  # the script's folder comes first
        ("run/go.py", "tools", 0, "tools.py"),
        ("run/go.py", "pkg.lib", 0, "pkg/lib.py"),
        ("pkg/sub/deep.py", "pkg.lib", 0, "pkg/lib.py"),
        ("pkg/sub/deep.py", "lib", 2, "pkg/lib.py"),
        ("pkg/sub/deep.py", "", 2, "pkg/__init__.py"),
        ("pkg/sub/deep.py", "", 1, "pkg/sub/__init__.py"),
        ("pkg/lib.py", "sub.deep", 1, "pkg/sub/deep.py"),
        ("pkg/lib.py", "tools", 1, None),  # relative imports look in one folder only
        ("pkg/__init__.py", "lib", 1, "pkg/lib.py"),
    ],
)
def test_find(importer: str, dotted: str, level: int, found: str | None) -> None:
    project = Project(dict.fromkeys(FILES, ""))
    module = project.load(importer)
    assert module is not None
    hit = project.find(dotted, module, level)
    assert (hit.path if hit is not None else None) == found


def test_modules_are_parsed_once_and_only_when_asked_for() -> None:
    project = Project({"a.py": "x = 1\n", "b.py": "def f(:\n"})
    assert not project.modules and not project.broken
    assert project.load("a.py") is project.load("a.py") is not None
    assert list(project.modules) == ["a.py"]


@pytest.mark.parametrize("text", ["def f(:\n", "x\0", "(" * 5000 + ")" * 5000, "print 'x'\n"])
def test_what_cannot_be_parsed_is_kept_with_its_reason(text: str) -> None:
    project = Project({"a.py": text})
    assert project.load("a.py") is None is project.load("a.py")
    assert isinstance(project.broken["a.py"], (SyntaxError, ValueError, RecursionError, MemoryError))


def test_odd_escapes_warn_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.11
        assert Project({"a.py": "x = '\\d'\n"}).load("a.py") is not None


def test_what_is_around_a_node() -> None:
    project = Project({"a.py": "def f():\n    g = lambda: [one]\n    class A:\n        x = two\nthree\n"})
    module = project.load("a.py")
    assert module is not None
    names = {n.id: n for n in ast.walk(module.tree) if isinstance(n, ast.Name)}
    assert isinstance(module.function(names["one"]), ast.Lambda)
    assert module.function(names["two"]) is module.tree.body[0]
    assert module.function(names["three"]) is None
    assert module.statement(names["one"]).lineno == 2
    assert module.statement(names["two"]).lineno == 4
    assert module.parents[module.tree.body[0]] is module.tree and module.tree not in module.parents

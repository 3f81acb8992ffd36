"""The cheap look at import lines."""

from __future__ import annotations

import pytest

from migrator.source.imports import closure, crawl, imported


@pytest.mark.parametrize(
    ("line", "path", "expected"),
    [
        ("import model", "train.py", "model.py"),
        ("import os, model as m", "train.py", "model.py"),
        ("import pkg.model", "train.py", "pkg/model.py"),
        ("from pkg import model", "train.py", "pkg/model.py"),
        ("from pkg import (a,\n  model as m)", "train.py", "pkg/model.py"),
        ("from pkg import model", "train.py", "pkg/__init__.py"),
        ("from . import model", "pkg/train.py", "pkg/model.py"),
        ("from .model import Net", "pkg/train.py", "pkg/model.py"),
        ("from ..nets.model import Net", "pkg/sub/train.py", "pkg/nets/model.py"),
        ("    import model", "sub/train.py", "sub/model.py"),
        ("import model", "sub/train.py", "model.py"),
        ("from model import *", "train.py", "model.py"),
        ("import model\r\nx = 1\r\n", "train.py", "model.py"),
    ],
)
def test_imported_files(line: str, path: str, expected: str) -> None:
    assert expected in imported(line.encode(), path)


def test_what_is_no_import() -> None:
    assert imported(b"x = 'import model'\n# import model\nimportant = model\nfromage = 1\n", "a.py") == frozenset()
    assert "model.py" not in imported(b"from . import other\n", "sub/a.py")


def test_closure_and_crawl() -> None:
    assert closure(["a"], {"a": ["b", "gone"], "b": ["a"], "c": ["a"]}) == {"a", "b"}
    files = {"a.py": b"import b", "b.py": b"import a, c", "c.py": b"", "d.py": b""}
    assert set(crawl(["a.py"], files.get, 10)) == {"a.py", "b.py", "c.py"}
    assert len(crawl(["a.py"], files.get, 2)) == 2

"""Who may import whom, and how large a module may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "migrator").rglob("*.py"))
STRICT = [m for m in MODULES if m.startswith(("migrator/source/", "migrator/report/"))]
STRICT += [m for m in MODULES if m.count("/") == 1 and m != "migrator/pipeline.py"]


def test_import_contracts() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", STRICT)
def test_modules_and_functions_stay_small(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert text.count("\n") <= 260, "about 250 lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert length <= 42, f"{node.name} has {length} lines; about 40 is the limit"


def test_no_utils() -> None:
    assert not [path for path in MODULES if Path(path).stem in ("utils", "util", "helpers", "misc")]

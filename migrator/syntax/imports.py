"""Put definitions after a module's imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable


def after_imports(text: str, definitions: Iterable[str]) -> str:
    """Return a module's text with definitions after its last import."""
    imports = [s for s in ast.parse(text).body if isinstance(s, (ast.Import, ast.ImportFrom))]
    line = imports[-1].end_lineno or 0 if imports else 0
    lines = text.splitlines(keepends=True)
    block = "".join(f"\n\n{definition.strip()}\n" for definition in definitions)
    return "".join([*lines[:line], block, "\n", *lines[line:]])

"""The imports become those of TensorFlow 2."""

from __future__ import annotations

import ast
import re

from migrator.rules.plan import Plan
from migrator.syntax.walk import walk
from migrator.tables.mnist_loader import INPUT_DATA

MNIST = "tensorflow.examples.tutorials.mnist"


def convert_imports(plan: Plan) -> None:
    """Make the imports those of TensorFlow 2."""
    module = plan.unit.module
    has_alias = False
    for stmt in walk(module.tree):
        if isinstance(stmt, ast.Import):
            has_alias = _plain_import(plan, stmt) or has_alias
        elif isinstance(stmt, ast.ImportFrom) and not stmt.level and (stmt.module or "").split(".")[0] == "tensorflow":
            has_alias = _from_import(plan, stmt, has_alias) or has_alias
    anchor = next((s for s in module.tree.body if isinstance(s, (ast.Import, ast.ImportFrom)) and not _future(s)), None)
    if anchor is not None:
        edited = {e.new for e in plan.edits.all()}
        lines = [
            i
            for i in sorted(plan.imports)
            if i not in edited and not re.search(rf"^{re.escape(i)}$", module.source.text, re.M)
        ]
        plan.operations.before.setdefault(anchor, [])[:0] = lines


def _future(stmt: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(stmt, ast.ImportFrom) and stmt.module == "__future__"


def _plain_import(plan: Plan, stmt: ast.Import) -> bool:
    found = False
    for alias in stmt.names:
        if alias.name == "tensorflow.compat.v1":
            plan.edits.replace(alias, f"tensorflow as {alias.asname or 'tf'}".removesuffix(" as tensorflow"))
            found = True
        elif alias.name.startswith(MNIST):
            plan.created["input_data.py"] = INPUT_DATA
            name = f" as {alias.asname}" if alias.asname and alias.asname != "input_data" else ""
            plan.edits.replace(alias, f"input_data{name}")
        elif alias.name.startswith("tensorflow.") and len(stmt.names) == 1 and not _lives_on(alias.name):
            plan.operations.removed.add(stmt)
        elif alias.name == "tensorflow":
            found = True
    return found


def _lives_on(dotted: str) -> bool:
    return dotted.split(".")[1] in {"keras", "data", "nn", "io", "summary", "math"}


def _from_import(plan: Plan, stmt: ast.ImportFrom, has_alias: bool) -> bool:
    """Names imported one by one are spelled with the alias; the import goes or becomes a plain one."""
    module = stmt.module or ""
    if module.startswith("tensorflow.examples.tutorials"):
        plan.created["input_data.py"] = INPUT_DATA
        texts = []
        for alias in stmt.names:
            tail = f" as {alias.asname}" if alias.asname and alias.asname != alias.name else ""
            if alias.name in {"input_data", "mnist"} and module != f"{MNIST}.input_data":
                texts.append(f"import input_data{tail}")
            else:
                texts.append(f"from input_data import {alias.name}{tail}")
        plan.operations.replaced[stmt] = texts
        return False
    if module.startswith("tensorflow.keras") or (module == "tensorflow" and all(a.name == "keras" for a in stmt.names)):
        return False
    whole = [a for a in stmt.names if module == "tensorflow.compat" and a.name == "v1"]
    if whole:
        plan.operations.replaced[stmt] = [f"import tensorflow as {whole[0].asname or 'tf'}"]
        return True
    imports = [a.name for s in _head(plan.unit.module.tree) if isinstance(s, ast.Import) for a in s.names]
    if has_alias or "tensorflow" in imports or "tensorflow.compat.v1" in imports:
        plan.operations.removed.add(stmt)
        return False
    plan.operations.replaced[stmt] = [f"import tensorflow as {plan.tf}".removesuffix(" as tensorflow")]
    return True


def _head(tree: ast.Module) -> list[ast.stmt]:
    """Return the statements of a module up to the first that does something: docstring, imports."""
    quiet = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    found: list[ast.stmt] = []
    for stmt in tree.body:
        if not isinstance(stmt, quiet) and not (isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Constant)):
            break
        found.append(stmt)
    return found


def tensorflow_alias(tree: ast.Module) -> str:
    """Return the name under which a module knows tensorflow, "tf" where it imports only parts."""
    for stmt in walk(tree):
        if isinstance(stmt, ast.Import):
            for alias in stmt.names:
                if alias.name in {"tensorflow", "tensorflow.compat.v1"}:
                    return alias.asname or ("tensorflow" if alias.name == "tensorflow" else "tensorflow.compat.v1")
        if isinstance(stmt, ast.ImportFrom) and stmt.module == "tensorflow.compat":
            for alias in stmt.names:
                if alias.name == "v1":
                    return alias.asname or "v1"
    return "tf"

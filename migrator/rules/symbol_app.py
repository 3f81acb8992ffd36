"""``tf.app``, ``tf.flags``, ``tf.logging`` become absl; files and records become tf.io."""

from __future__ import annotations

import ast

from migrator.rules.symbol_call import CallText
from migrator.rules.symbol_types import (
    BEHAVIOUR,
    Handler,
    Outcome,
    SymbolRefusal,
    SymbolRewrite,
    Use,
    info,
    keep_compat,
    value_on_compat,
)
from migrator.syntax.text import Edit

_MODULES = {"tensorflow.app.flags": "flags", "tensorflow.logging": "logging", "tensorflow.app": "app"}
_DEFINE = {"flag_name": "name", "default_value": "default", "docstring": "help"}


def _module(use: Use, module: str) -> tuple[str, str]:
    """Return (name in this file, import statement) of an absl module, renamed where the name is taken."""
    for node in ast.walk(use.context.source.tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            origin = getattr(node, "module", "") or ""
            for alias in node.names:
                bound = alias.asname or alias.name.split(".")[0]
                if bound == module and not origin.startswith(("absl", "tensorflow")) and "tensorflow" not in alias.name:
                    return f"absl_{module}", f"from absl import {module} as absl_{module}"
        elif isinstance(node, ast.Assign) and not ast.unparse(node.value).endswith(module):
            if any(isinstance(target, ast.Name) and target.id == module for target in node.targets):
                return f"absl_{module}", f"from absl import {module} as absl_{module}"
        elif isinstance(node, ast.arg) and node.arg == module:
            return f"absl_{module}", f"from absl import {module} as absl_{module}"
    return module, f"from absl import {module}"


def _module_value(use: Use) -> Outcome:
    """``flags = tf.app.flags`` -> ``from absl import flags``."""
    module = _MODULES[use.symbol]
    for node in ast.walk(use.context.source.tree):
        if isinstance(node, ast.Assign) and node.value is use.node and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name):
                renamed = "" if target.id == module else f" as {target.id}"
                return SymbolRewrite((Edit(*use.context.source.range(node), f"from absl import {module}{renamed}"),))
    name, statement = _module(use, module)
    return SymbolRewrite(use.value(name).edits, (), (statement,))


def _member(use: Use, module: str, name: str) -> tuple[list[Edit], tuple[str, ...]]:
    """Return the edits that spell a member of an absl module, and its import; none where an alias stays right."""
    node = use.node
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and _is_alias(use, node.value.id, module):
        return ([] if node.attr == name else [Edit(*use.context.source.range(node), f"{node.value.id}.{name}")]), ()
    local, statement = _module(use, module)
    text = f"{local}.{name}"
    if use.context.source.segment(node) == text:
        return [], (statement,)
    return [Edit(*use.context.source.range(node), text)], (statement,)


def _is_alias(use: Use, name: str, module: str) -> bool:
    """Tell whether ``name = tf.app.flags`` stands in this file: the assignment becomes an import."""
    for node in ast.walk(use.context.source.tree):
        if not isinstance(node, ast.Assign) or not ast.unparse(node.value).endswith(f".{module}"):
            continue
        if any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            return True
    return False


def _flags(use: Use) -> Outcome:
    """``tf.app.flags.X`` -> ``flags.X`` of absl; the flags are parsed where the program reads them early."""
    if use.symbol == "tensorflow.app.flags":
        return _module_value(use)
    tail = use.symbol.removeprefix("tensorflow.app.flags.").split(".")
    node = use.node
    for _ in tail[1:]:  # tf.flags.FLAGS.batch_size: the symbol is FLAGS
        if not isinstance(node, ast.Attribute):
            return None
        node = node.value
    if tail[0] == "FLAGS" and isinstance(node, ast.Name):
        return None  # a name of the program that is bound to the flags
    inner = Use(f"tensorflow.app.flags.{tail[0]}", node, use.call if len(tail) == 1 else None, use.context)
    edits, imports = _member(inner, "flags", tail[0])
    if inner.call is not None and tail[0].startswith("DEFINE"):
        text = CallText(inner)
        for argument in text.arguments:
            if argument.keyword in _DEFINE:
                text.name_argument(argument, _DEFINE[argument.keyword])
        edits += text.edits
        parse = _parse(use, inner.call)
        if parse is not None:
            edits.append(parse)
            imports = (*imports, "import sys")
    return SymbolRewrite(tuple(edits), (), imports) if edits or imports else None


def _parse(use: Use, call: ast.Call) -> Edit | None:
    """Return the edit that parses the flags behind the last definition, if this is it and parsing is needed."""
    tree, source = use.context.source.tree, use.context.source
    last: ast.stmt | None = None
    for statement in tree.body:
        for node in ast.walk(statement):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if name.startswith("DEFINE_"):
                last = statement
    if last is None or not isinstance(last, ast.Expr) or last.value is not call or not _read_early(tree):
        return None
    end = source.range(last)[1]
    line_end = source.text.find("\n", end)
    at = len(source.text) if line_end < 0 else line_end
    at -= source.text[at - 1 : at] == "\r"
    newline = "\r\n" if "\r\n" in source.text else "\n"
    function = ast.unparse(call.func)
    base = function.rpartition(".")[0]
    local = base if base and _is_alias(use, base, "flags") else _module(use, "flags")[0]
    return Edit(at, at, f"{newline}{local}.FLAGS(sys.argv, known_only=True)")


def _read_early(tree: ast.Module) -> bool:
    """Tell whether flags are read before, or without, ``tf.app.run``, which parses them."""
    names = {"FLAGS"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.value).endswith("FLAGS"):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    runs = any(isinstance(n, ast.Call) and ast.unparse(n.func).endswith("app.run") for n in ast.walk(tree))
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if runs and isinstance(statement, ast.If) and "__main__" in ast.unparse(statement.test):
            continue
        reads = (n for n in ast.walk(statement) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load))
        for base in (ast.unparse(n.value) for n in reads if not n.attr.startswith("DEFINE")):
            if base in names or base.endswith("flags.FLAGS"):
                return True
    functions = {s.name for s in tree.body if isinstance(s, ast.FunctionDef)}
    called = any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in functions
        for s in tree.body if not isinstance(s, (ast.FunctionDef, ast.ClassDef)) for n in ast.walk(s)
    )  # fmt: skip
    return called and not runs


def _app_run(use: Use) -> Outcome:
    """``tf.app.run()`` -> ``app.run(main)`` of absl."""
    edits, imports = _member(use, "app", "run")
    if use.call is not None and not use.call.args and not any(k.arg in ("main", None) for k in use.call.keywords):
        main = "main" if _binds_main(use.context.source.tree) else 'sys.modules["__main__"].main'
        imports = imports if main == "main" else (*imports, "import sys")
        end = use.context.source.range(use.call.func)[1]
        opening = use.context.source.text.index("(", end) + 1
        edits.append(Edit(opening, opening, f"{main}, " if use.call.keywords else main))
    return SymbolRewrite(tuple(edits), (), imports) if edits or imports else None


def _binds_main(tree: ast.Module) -> bool:
    """Tell whether a module has a name ``main``: a function, a class or an import."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == "main":
            return True
        if isinstance(node, (ast.Import, ast.ImportFrom)) and any((a.asname or a.name) == "main" for a in node.names):
            return True
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "main" for t in node.targets):
            return True
    return False


_LOGGING = {"warn": "warning", "fatal": "error"}


def _logging(use: Use) -> Outcome:
    """``tf.logging.x`` -> ``logging.x`` of absl, whose numeric levels run the other way."""
    if use.symbol == "tensorflow.logging":
        return _module_value(use)
    name = use.symbol.rpartition(".")[2]
    if name == "TaskLevelStatusMessage":
        return keep_compat(use)
    if use.call is not None and name in ("set_verbosity", "log", "log_every_n", "log_first_n", "log_if", "vlog"):
        level = use.call.args[0] if use.call.args else None
        if level is not None and name != "vlog" and isinstance(use.context.literal(level), int):
            return SymbolRefusal(f"{use.short} takes a number, and absl's levels run the other way: write logging.INFO")
    edits, imports = _member(use, "logging", _LOGGING.get(name, name))
    notes = (info(BEHAVIOUR, "absl's logging.fatal ends the program, tf.logging.fatal did not: logging.error is used"),)
    return SymbolRewrite(tuple(edits), notes if name == "fatal" else (), imports) if edits or imports else None


def _record_iterator(use: Use) -> Outcome:
    """``tf.python_io.tf_record_iterator(path)`` -> ``tf.data.TFRecordDataset(path).as_numpy_iterator()``."""
    if use.call is None:
        return value_on_compat(use)
    text = CallText(use)
    bound = text.bind(("path", "options"))
    if text.literal(bound.get("options")) is not None:
        return keep_compat(use)  # TFRecordDataset takes a compression_type
    text.rename("data.TFRecordDataset")
    if "path" in bound and bound["path"].keyword is not None:
        text.name_argument(bound["path"], "filenames")
    if "options" in bound:
        text.drop(bound["options"])
    text.surround("", ".as_numpy_iterator()")
    return text.done()


FAMILIES: dict[str, Handler] = {"tensorflow.app.flags": _flags, "tensorflow.logging": _logging}
HANDLERS: dict[str, Handler] = {
    "tensorflow.app": _module_value,
    "tensorflow.app.run": _app_run,
    "tensorflow.python_io.tf_record_iterator": _record_iterator,
    "tensorflow.io.tf_record_iterator": _record_iterator,
}

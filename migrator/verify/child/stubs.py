"""Stand-ins: modules that the caller provides under a name of his choice, on both sides."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types


def install(stubs: list[tuple[str, str]], plain_import: bool = True) -> None:
    """Load each file as the module of the given name, with its parent packages.

    Args:
        stubs: (module name, file).
        plain_import: whether an existing parent package may be imported (it is, unless it does not exist).
    """
    for name, path in stubs:
        parents = name.split(".")[:-1]
        for depth in range(1, len(parents) + 1):
            _package(".".join(parents[:depth]))
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        if parents:
            _attach(".".join(parents), name.rsplit(".", 1)[-1], module)


def _package(name: str) -> None:
    """Make sure that a package of this name is in `sys.modules`."""
    if name in sys.modules:
        return
    try:
        importlib.import_module(name)
    except ImportError:
        module = types.ModuleType(name)
        module.__path__ = []
        sys.modules[name] = module
        if "." in name:
            parent, last = name.rsplit(".", 1)
            _attach(parent, last, module)


def _attach(parent: str, name: str, module: types.ModuleType) -> None:
    """Make a module an attribute of its parent; of `tensorflow` also where programs see it as compat.v1."""
    targets = [sys.modules[parent]]
    if parent == "tensorflow" and "tensorflow.compat.v1" in sys.modules:
        targets.append(sys.modules["tensorflow.compat.v1"])
    for target in targets:
        setattr(target, name, module)

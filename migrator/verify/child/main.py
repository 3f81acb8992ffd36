"""Start a child: ``python main.py ROLE [fresh]``, ROLE ``oracle`` or ``after``; requests on stdin, replies on stdout.

``python main.py ROLE program REQUEST`` runs one request, ``python main.py ROLE version`` prints TensorFlow's version.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

PACKAGE = "migrator_verify_child"


def load_package() -> None:
    """Load this folder as the package `PACKAGE` and take it off `sys.path`, where Python put it."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != here]
    spec = importlib.util.spec_from_file_location(
        PACKAGE, os.path.join(here, "__init__.py"), submodule_search_locations=[here]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    load_package()
    server = importlib.import_module(PACKAGE + ".serve")
    role, rest = sys.argv[1], sys.argv[2:]
    if rest[:1] == ["program"]:
        server.become_program(role, rest[1])
    elif rest[:1] == ["version"]:
        server.print_version(role)
    else:
        server.serve(role, "fresh" in rest)

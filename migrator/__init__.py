"""Rewrites TensorFlow 1 programs to native TensorFlow 2 and proves it by running both.

Importing this package imports neither LibCST nor TensorFlow; they come with the first use of what needs them.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrator.api import rewrite_project, rewrite_source
    from migrator.model import Diagnostic, ProjectResult, Result, Rule, Session, Severity, Site
    from migrator.verify import verify

__version__ = "0.1.0"
__all__ = [
    "Diagnostic",
    "ProjectResult",
    "Result",
    "Rule",
    "Session",
    "Severity",
    "Site",
    "__version__",
    "rewrite_project",
    "rewrite_source",
    "verify",
]
_HOME = {"rewrite_source": "migrator.api", "rewrite_project": "migrator.api"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME.get(name, "migrator.model")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _CallableModule(ModuleType):
    """A module that is called like the function of its own name."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        return getattr(self, self.__name__.rpartition(".")[2])(*args, **options)


class _Package(ModuleType):
    """This package: `verify` is both a subpackage and the function ``migrator.verify(before, after)``."""

    @property
    def verify(self) -> ModuleType:
        """The subpackage, imported at first use, which can be called."""
        return importlib.import_module("migrator.verify")

    @verify.setter
    def verify(self, module: ModuleType) -> None:  # the import system sets it once the subpackage is loaded
        module.__class__ = _CallableModule


sys.modules[__name__].__class__ = _Package

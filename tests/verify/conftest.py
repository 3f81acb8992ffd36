"""Shared children for all tests of this folder."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

import pytest

from migrator.verify import open_runner
from migrator.verify.launch import Runner


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """One set of children for the session: TensorFlow is loaded once on each side."""
    if importlib.util.find_spec("tensorflow") is None:  # importing it here would change the children's environment
        pytest.skip("tensorflow is not installed")
    with open_runner() as shared:
        yield shared


@pytest.fixture(scope="session")
def tf1_python() -> str:
    """The interpreter with a real TensorFlow 1; the test is skipped where there is none."""
    path = os.environ.get("MIGRATOR_TF1_PYTHON")
    if not path:
        pytest.skip("MIGRATOR_TF1_PYTHON is not set")
    return path

"""Fixtures for all tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Put the fake pipeline in place of the real one."""
    import fake_pipeline

    fake_pipeline.CALLS.clear()
    monkeypatch.setitem(sys.modules, "migrator.pipeline", fake_pipeline)
    yield fake_pipeline

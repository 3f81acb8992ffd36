"""Beside tf_upgrade_v2: no symbol may fare worse; docs/reference/tf_upgrade_v2.md has the counts of all."""

from __future__ import annotations

import re
import sys
import zlib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
pytest.importorskip("tensorflow")
import compare_upgrade

from migrator.tables.lookup import rows

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "tf_upgrade_v2.md").read_text()


def test_no_symbol_of_a_sample_is_worse() -> None:
    sample = {name for name in rows() if zlib.crc32(name.encode()) % 8 == 0}
    found = compare_upgrade.measure(sample)
    assert len(found) == len(sample) > 400
    assert not {name: v for name, v in found.items() if v[0] == "worse"}
    listed = {name for line in PAGE.splitlines() if line.endswith(".") for name in re.findall(r"`([\w.]+)`", line)}
    assert {n.removeprefix("tensorflow.") for n, v in found.items() if v[0] == "better"} <= listed


def test_the_page_is_of_the_whole_table() -> None:
    counts = re.search(r"^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", PAGE, re.M)
    assert counts is not None
    total, same, better, worse = map(int, counts.groups())
    assert total == same + better == len(rows())
    assert worse == 0

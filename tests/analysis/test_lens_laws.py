"""PutGet, GetPut and PutPut for every row and for compositions: emitted statements in eager TF2 against NumPy."""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
import lens_numpy
from lens_trees import ROWS, Trees

from migrator.analysis.lens import Plan, Refusal, get, put
from migrator.analysis.lens.model import Refused

tf = pytest.importorskip("tensorflow")

NIGHTLY = os.environ.get("MIGRATOR_PROFILE") == "nightly"
COMPOSED, PER_ROW = (6000, 120) if NIGHTLY else (66, 3)
_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def profile(examples: int) -> settings:
    """Returns the settings for a number of examples; CI always tries the same ones."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=_QUIET, derandomize=not NIGHTLY)


class World:
    """The variables of a target in TF2, and in NumPy."""

    def __init__(self, trees: Trees) -> None:
        """Makes the variables of a built target, all elements different."""
        self.trees, self.arrays = trees, {}
        count = itertools.count(1)
        for name, shape in trees.shapes.items():
            values = [next(count) for _ in range(int(np.prod(shape, dtype=int)))]
            self.arrays[name] = np.array(values, trees.dtype).reshape(shape)
        self.variables = {name: tf.Variable(array) for name, array in self.arrays.items()}
        self.scope = {"tf": tf, **trees.names, **self.variables, "vars_": SimpleNamespace(**self.variables)}

    def reset(self) -> None:
        """Gives the variables their first values again."""
        for name, array in self.arrays.items():
            self.variables[name].assign(array)

    def run(self, target: Any, x: Any, how: str = "assign") -> Plan | Refusal:
        """Writes x to a target and returns the plan; nothing happens if it is refused."""
        names = {"x", *self.scope}

        def fresh(wish: str) -> str:
            wishes = itertools.chain([wish], (f"{wish}_{i}" for i in itertools.count(2)))
            name = next(n for n in wishes if n not in names)
            names.add(name)
            return name

        plan = put(target, "x", fresh=fresh, how=how)
        if isinstance(plan, Plan):
            exec("\n".join(plan.statements), {**self.scope, "x": x})
        return plan

    def read(self, target: Any) -> np.ndarray:
        """Returns what the emitted expression reads."""
        return np.asarray(eval(get(target), dict(self.scope)))

    def check(self, expected: lens_numpy.Arrays, message: Any) -> None:
        """Compares all variables."""
        for name, array in expected.items():
            np.testing.assert_array_equal(self.variables[name].numpy(), array, str(message))


def laws(trees: Trees, target: Any) -> bool:
    """Checks all laws of one target; returns whether it was accepted."""
    world = World(trees)
    old = lens_numpy.get(target, world.arrays, trees.names)
    try:
        np.testing.assert_array_equal(world.read(target), old, get(target))
    except Refused as error:  # its canonical form needs what the analysis doesn't know
        assert not trees.known, error
        return False
    first, second = (np.asarray(-start - np.arange(old.size).reshape(old.shape), trees.dtype) for start in (100, 5000))
    plan = world.run(target, tf.constant(first))
    if isinstance(plan, Refusal):
        assert not trees.known, (plan.reason, get(target))
        world.check(world.arrays, "refused, but written")
        return False
    world.check(lens_numpy.put(target, world.arrays, first, trees.names), plan)
    np.testing.assert_array_equal(world.read(target), first, "PutGet " + str(plan))
    world.run(target, tf.constant(second))
    world.check(lens_numpy.put(target, world.arrays, second, trees.names), "PutPut " + str(plan))
    world.reset()
    world.run(target, tf.constant(old))
    world.check(world.arrays, "GetPut " + str(plan))
    for how, sign in (("assign_add", 1), ("assign_sub", -1)):
        world.reset()
        added = world.run(target, tf.constant(first), how)
        world.check(lens_numpy.put(target, world.arrays, old + sign * first, trees.names), added)
    return True


@pytest.mark.parametrize("row", ROWS)
def test_laws_of_row(row: str) -> None:
    @profile(PER_ROW)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        trees = Trees(data.draw)
        laws(trees, trees.row(row, 1))

    check()


@profile(COMPOSED)
@given(st.data(), st.integers(2, 4))
def test_laws_of_compositions(data: st.DataObject, depth: int) -> None:
    trees = Trees(data.draw)
    laws(trees, trees.tree(depth))


@profile(COMPOSED // 2)
@given(st.data(), st.integers(1, 3))
def test_laws_where_the_analysis_knows_little(data: st.DataObject, depth: int) -> None:
    trees = Trees(data.draw, known=False)
    laws(trees, trees.tree(depth))


def test_every_row_is_tested() -> None:
    from migrator.tables.lenses import ROWS as TABLE

    elsewhere = {"tuple", "list", "index", "complex", "real", "imag", "guarantee_const", "check_numerics"}
    assert {row.symbol.removeprefix("tensorflow.") for row in TABLE} == {*ROWS, *elsewhere}

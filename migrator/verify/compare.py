"""Comparing values: how far two leaves are apart, and whether that is within the tolerance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from migrator.verify.evidence import Tolerance
from migrator.verify.record import Leaf, Record

MOMENT = 5.0  # standard errors by which mean and standard deviation may differ
MIN_MOMENT = 8  # elements from which these say something
KOLMOGOROV = 2.47  # two samples of one distribution differ by more in one case of a hundred thousand


@dataclass(frozen=True, slots=True)
class Difference:
    """How two leaves differ.

    Attributes:
        equal: within the tolerance; None: nothing to compare (a value was not stored).
        max_abs, max_rel: largest difference of numbers.
        why: for other differences.
        numeric: numbers were compared.
    """

    equal: bool | None
    max_abs: float | None = None
    max_rel: float | None = None
    why: str | None = None
    numeric: bool = False


def compare_leaves(before: tuple[Record, Leaf], after: tuple[Record, Leaf], tolerance: Tolerance) -> Difference:
    """Compare one value of the before with one of the after."""
    (left_record, left), (right_record, right) = before, after
    if "r" in left or "r" in right:
        same = left.get("r") == right.get("r")
        return Difference(same, why=None if same else "texts differ")
    if "x" in left or "x" in right:
        return Difference(None, why="the value was not stored")
    if left["s"] != right["s"]:
        return Difference(False, why=f"shape {left['s']} became {right['s']}")
    if left["d"] != right["d"] and not (left.get("p") or right.get("p")):
        return Difference(False, why=f"dtype {left['d']} became {right['d']}")
    return compare_arrays(left_record.array(left), right_record.array(right), tolerance)


def compare_arrays(before: Any, after: Any, tolerance: Tolerance) -> Difference:
    """Compare two arrays of the same shape; NaN equals NaN."""
    import numpy as np

    if before.size == 0:
        return Difference(True, 0.0, 0.0)
    wide = np.complex128 if before.dtype.kind == "c" or after.dtype.kind == "c" else np.float64
    if before.dtype.kind in "iub" and after.dtype.kind in "iub" and np.array_equal(before, after):
        return Difference(True, 0.0, 0.0, numeric=True)  # exact, also beyond what a double can hold
    left, right = before.astype(wide), after.astype(wide)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        same = (left == right) | (np.isnan(left) & np.isnan(right))
        gap = np.where(same, 0.0, np.abs(left - right))
        gap = np.where(np.isnan(gap), np.inf, gap)
        scale = np.abs(left)
        relative = np.where(gap == 0, 0.0, gap / np.where(scale == 0, np.inf, scale))
        allowed = tolerance.atol + tolerance.rtol * np.where(np.isfinite(scale), scale, 0.0)
        equal = bool(np.all(gap <= allowed))
    if equal and before.dtype.kind in "iub":
        equal = bool(np.all(gap == 0))
    return Difference(equal, _finite(gap.max()), _finite(relative.max()), numeric=True)


def _finite(value: Any) -> float:
    number = float(value)
    return number if math.isfinite(number) else math.inf


def same_distribution(before: Any, after: Any) -> bool:
    """Tell whether two random arrays may come from one distribution.

    By Kolmogorov and Smirnov's test, and by mean and standard deviation, which see a wrong scale in fewer elements. Too
    few elements prove nothing: then the answer is True.

    Args:
        before: many draws.
        after: one value.
    """
    import numpy as np

    left, right = np.sort(before.ravel().astype(np.float64)), np.sort(after.ravel().astype(np.float64))
    if left.size == 0 or right.size == 0:
        return True
    if right.size >= MIN_MOMENT and not _same_moments(left, right):
        return False
    points = np.concatenate([left, right])
    distance = np.abs(
        np.searchsorted(left, points, side="right") / left.size
        - np.searchsorted(right, points, side="right") / right.size
    ).max()
    return bool(distance <= KOLMOGOROV * math.sqrt(1 / left.size + 1 / right.size))


def _same_moments(left: Any, right: Any) -> bool:
    """Compare mean and standard deviation, given their standard errors."""
    scale = float(left.std())
    if scale == 0.0:
        return bool(abs(right - left[0]).max() == 0.0)
    samples = 1 / left.size + 1 / right.size
    kurtosis = float(((left - left.mean()) ** 4).mean()) / scale**4
    if abs(float(right.mean() - left.mean())) > MOMENT * scale * math.sqrt(samples):
        return False
    return abs(float(right.std()) / scale - 1) <= MOMENT * math.sqrt((kurtosis - 1) / 4 * samples)

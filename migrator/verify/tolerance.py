"""The tolerance classes: one table, with reasons. None is used without being shown in the evidence."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.verify.evidence import Tolerance

# class -> (rtol, atol, calls after which it has doubled, largest factor, reason)
CLASSES: dict[str, tuple[float, float, int, float, str]] = {
    "keras-optimizer": (
        1e-4,
        1e-5,
        100,
        10.0,
        "Keras' optimizers compute the same formulas in another order; Adam and its kin divide by the root of a second "
        "moment, which amplifies rounding where gradients are near zero, and training feeds it back call by call",
    ),
}
STEP = "the before's state is loaded into the after at each step, so that rounding cannot drift"
EXACT_KERAS = frozenset({"SGD"})  # bit-equal without momentum; with momentum 1.6e-7: inside the default class


def tolerance_for(optimizers: Iterable[str], calls: int, rtol: float, atol: float) -> Tolerance:
    """Choose the tolerance of one comparison.

    Args:
        optimizers: class names of the Keras optimizers that the after makes.
        calls: how many site calls the before has.
        rtol, atol: what was asked for.

    Returns:
        The class asked for, or the wider one that the optimizers need.
    """
    inexact = sorted(set(optimizers) - EXACT_KERAS)
    if not inexact:
        return Tolerance("default", rtol, atol, "the same kernels run on both sides")
    wide_rtol, wide_atol, doubling, largest, why = CLASSES["keras-optimizer"]
    factor = min(largest, 1 + calls / doubling)
    return Tolerance(
        "keras-optimizer",
        max(rtol, wide_rtol * factor),
        max(atol, wide_atol * factor),
        f"{', '.join(inexact)}: {why} (factor {factor:.2f} for {calls} calls)",
    )


def step_tolerances(optimizers: Iterable[str], rtol: float, atol: float) -> list[Tolerance]:
    """Return the tolerances to try for a comparison step by step, from the narrowest.

    Args:
        optimizers: class names of the Keras optimizers that the after makes.
        rtol, atol: what was asked for.
    """
    found = [Tolerance("per-step", rtol, atol, STEP)]
    inexact = sorted(set(optimizers) - EXACT_KERAS)
    if inexact:
        wide_rtol, wide_atol, _, _, why = CLASSES["keras-optimizer"]
        reason = f"{STEP}; {', '.join(inexact)}: {why}"
        found.append(Tolerance("per-step, keras-optimizer", max(rtol, wide_rtol), max(atol, wide_atol), reason))
    return found

"""Writes to tensors derived from variables become the right writes to those variables."""

from __future__ import annotations

from migrator.analysis.values import Effect
from migrator.model import Rule
from migrator.rules.plan import CannotConvert, Plan
from migrator.rules.writes import is_variable_slice

RULE = Rule(
    "MIG240",
    "derived-writes",
    "A write to a tensor derived from variables becomes the right writes to those variables.",
    "TF1 raises where `tf.assign` is given anything but a variable or a slice of one; meant was to put the value back "
    "into the variables that the tensor was made from.",
    before="both = tf.concat([v1, v2], axis=1)\nsess.run(tf.assign(both, x))",
    after="part_v1, part_v2 = tf.split(x, [v1.shape[1], v2.shape[1]], axis=1)\nv1.assign(part_v1)\nv2.assign(part_v2)",
)


def convert_derived(plan: Plan) -> None:
    """Plan the derived writes of a unit."""
    for values in plan.unit.facts.created.values():
        for effect in values:
            if isinstance(effect, Effect) and effect.kind == "lens" and effect.module is plan.unit.module:
                if not is_variable_slice(effect.detail.get("target")):
                    raise CannotConvert(effect.expr, "a write to a derived tensor: not converted yet")

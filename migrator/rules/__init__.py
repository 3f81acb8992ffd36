"""The rules: one file per TF1 construct. `RULES` lists them for `migrator rules`."""

from __future__ import annotations

from migrator.model import Rule
from migrator.rules import (
    collections,
    decays,
    derived_scatters,
    derived_writes,
    dropping,
    helper_modules,
    initializers,
    layers,
    optimizers,
    sessions,
    sites,
    statics,
    step_functions,
    streams,
    symbol_edits,
    symbol_types,
    variables,
    writes,
)

RULES: tuple[Rule, ...] = (
    symbol_types.COMPAT_RULE,
    symbol_types.BEHAVIOUR_RULE,
    symbol_edits.RULE, sites.RULE, initializers.RULE, sessions.REFUSED, dropping.DROPPED, streams.STREAMS,
    step_functions.RACES,
    derived_scatters.SCATTERED, variables.RULE, layers.RULE, helper_modules.RULE, collections.RULE,
    optimizers.RULE, decays.RULE, writes.RULE, derived_writes.RULE, statics.BUILD_TIME,
)  # fmt: skip

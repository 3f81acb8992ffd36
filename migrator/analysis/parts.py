"""Facts of a project by groups of modules that share graph code, so that a rule looks over its own group only."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from migrator.analysis.facts import Facts
from migrator.analysis.modules import ModuleSource

BY_NODE = (  # fields that rules look over, by node of the text
    "created", "layers", "sites", "symbols", "callees", "partials", "partial_calls", "sessions", "variables",
    "snapshots", "reused", "loads", "helper_calls",
)  # fmt: skip


def groups(paths: Iterable[str], reached: Mapping[str, set[str]]) -> list[set[str]]:
    """Return modules that reach each other's graph code, directly or through others.

    Args:
        paths: the modules.
        reached: module -> modules whose graph helpers it calls.
    """
    beside: dict[str, set[str]] = {path: set() for path in paths}
    for one, others in reached.items():
        for other in others:
            if one in beside and other in beside:
                beside[one].add(other)
                beside[other].add(one)
    found: list[set[str]] = []
    seen: set[str] = set()
    for path in beside:
        if path in seen:
            continue
        group, stack = {path}, [path]
        while stack:
            new = beside[stack.pop()] - group
            group |= new
            stack.extend(new)
        seen |= group
        found.append(group)
    return found


def by_module(facts: Facts, modules: Mapping[str, ModuleSource]) -> dict[str, Facts]:
    """Return each module's facts: what is looked up is the project's, what is looked over is its group's.

    Ask when the walk is over: the parts don't follow later changes.

    Args:
        facts: the project's facts.
        modules: the project's modules by path.
    """
    number: dict[str, int] = {}
    parts: list[Facts] = []
    for group in groups(modules, facts.reached):
        number.update(dict.fromkeys(group, len(parts)))
        empty: dict[str, Any] = {name: {} for name in (*BY_NODE, "by_name", "reached", "made_in")}
        parts.append(replace(facts, project=facts, dimensions=set(), **empty))
    home: dict[ast.AST, int] = {}
    for path, module in modules.items():
        home.update(dict.fromkeys(module.nodes, number[path]))
    for name in BY_NODE:
        for node, value in getattr(facts, name).items():
            if node in home:
                getattr(parts[home[node]], name)[node] = value
    for attribute in facts.dimensions:
        if attribute in home:
            parts[home[attribute]].dimensions.add(attribute)
    for key, defs in facts.by_name.items():
        if key[0] in number:
            parts[number[key[0]]].by_name[key] = defs
    for name in ("reached", "made_in"):
        for path, found in getattr(facts, name).items():
            if path in number:
                getattr(parts[number[path]], name)[path] = found
    return {path: parts[at] for path, at in number.items()}

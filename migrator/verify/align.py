"""Aligning the two sides: which value of the after answers which value of the before.

With the converter's source map the k-th call of a site answers the k-th call of its replacement (`by_map`). Without
it, a *channel* of the before (one leaf of one site, over all its calls) is matched with the channels of the after that
have as many values of the same shapes and dtypes in a compatible order (`by_stream`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from migrator.model import Site
from migrator.verify.record import Event, Leaf

PLACE = re.compile(r"(.+?\.py:\d+)(:\d+)?(\[\d+\])?$")
Pair = tuple[int, Leaf, Leaf]  # call, value before, value after


@dataclass(slots=True)
class Aligned:
    """What answers one site.

    Attributes:
        id: of the site.
        function: of the after.
        pairs: candidates; each is a list of pairs to compare. One candidate with a source map, else any number.
        wrong: a difference in structure that no value is needed for.
        missing: why nothing can be compared, if so.
        calls: of the site in the before.
        places: ``file:line`` before and after.
    """

    id: str
    function: str | None = None
    pairs: list[list[Pair]] = field(default_factory=list)
    wrong: str | None = None
    missing: str | None = None
    calls: int = 0
    places: tuple[str | None, str | None] = (None, None)

    def __post_init__(self) -> None:
        """Take the line of the before from an id like ``file:line:column``."""
        match = PLACE.match(self.id)
        if match and self.places == (None, None):
            self.places = (match[1], None)


def grouped(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Return events by place."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        found[event.where].append(event)
    return dict(found)


def by_map(
    before: list[Event], after: list[Event], sites: Mapping[str, Site], bad: set[str], discarded: set[str]
) -> list[Aligned]:
    """Align with the converter's source map.

    Args:
        before, after: site events.
        sites: of the source map, by id.
        bad: ids whose span in the after is no expression.
        discarded: ids of sites whose value the program throws away.
    """
    mine, theirs = grouped(before), grouped(after)
    found = []
    for identity, events in mine.items():
        aligned = Aligned(identity, calls=len(events))
        found.append(aligned)
        site = sites.get(identity)
        if site is None:
            aligned.missing = "this run is not in the source map"
            continue
        aligned.function = site.function
        if site.after is None:
            if identity not in discarded and any(leaf is not None for event in events for leaf in event.leaves):
                aligned.missing = "its value is not in the new text"
            continue
        if identity in bad:
            aligned.missing = "its span in the new text is no expression"
            continue
        _pair_calls(aligned, site, events, theirs.get(identity, []))
    return found


def _pair_calls(aligned: Aligned, site: Site, before: list[Event], after: list[Event]) -> None:
    """Pair the k-th calls of one site."""
    if len(before) != len(after):
        aligned.wrong = f"{len(before)} calls became {len(after)}"
    pairs: list[Pair] = []
    for call, (left, right) in enumerate(zip(before, after, strict=False)):
        wanted = _kept(left, site)
        got = [leaf for leaf in right.leaves if leaf is not None]
        if len(wanted) != len(got):
            aligned.wrong = aligned.wrong or f"call {call}: {len(wanted)} values became {len(got)}"
            continue
        pairs.extend((call, a, b) for a, b in zip(wanted, got, strict=True))
    aligned.pairs.append(pairs)


def _kept(event: Event, site: Site) -> list[Leaf]:
    """Return the values of a call that the new expression has too."""
    leaves = event.leaves
    if len(leaves) == len(site.fetches):
        leaves = tuple(leaves[position] for position in site.kept)
    return [leaf for leaf in leaves if leaf is not None]


@dataclass(frozen=True, slots=True)
class Channel:
    """One leaf of one place over all its calls.

    Attributes:
        where: the place.
        leaf: number among the leaves of a call.
        events: the calls.
        position: number of the leaf in each event; it is not `leaf` where several events make one call.
        width: of the before: number of leaves of a call; of the after: number of events that make one call.
    """

    where: str
    leaf: int
    events: tuple[Event, ...]
    position: int
    width: int

    @property
    def values(self) -> list[Leaf]:
        """The leaf of each event."""
        return [leaf for event in self.events if (leaf := event.leaves[self.position]) is not None]

    @property
    def signature(self) -> tuple[object, ...]:
        """Shapes and dtypes of all values."""
        return tuple((tuple(leaf.get("s", ())), leaf.get("d", "text")) for leaf in self.values)


def channels(events: Iterable[Event]) -> list[Channel]:
    """Return the channels of a stream in order of first appearance; places with changing structure give none."""
    found: list[Channel] = []
    for where, mine in grouped(events).items():
        if len({tuple(leaf is None for leaf in event.leaves) for event in mine}) != 1:
            continue
        numbers = [i for i, leaf in enumerate(mine[0].leaves) if leaf is not None]
        found.extend(Channel(where, i, tuple(mine), i, len(numbers)) for i in numbers)
    return found


def parted(found: list[Channel], widths: set[int]) -> list[Channel]:
    """Return the channels of places that convert the leaves of one fetch one after the other, as comprehensions do.

    Args:
        found: channels of the after.
        widths: numbers of leaves that fetches of the before have.
    """
    parts: list[Channel] = []
    for channel in found:
        if not channel.where.startswith("numpy:"):
            continue
        for width in sorted(widths - {0, 1}):
            if len(channel.events) % width == 0:
                where = f"{channel.where}/{width}"
                parts.extend(Channel(where, i, channel.events[i::width], 0, width) for i in range(width))
    return parts


def by_stream(before: list[Event], after: list[Event]) -> list[Aligned]:
    """Align without a source map; every candidate that order allows comes back.

    Args:
        before: site events, those left out whose value the program throws away.
        after: events of the stream.
    """
    mine, theirs = channels(before), channels(after)
    theirs += parted(theirs, {sum(leaf is not None for leaf in event.leaves) for event in before})
    options = {id(channel): [other for other in theirs if _fits(channel, other)] for channel in mine}
    changed = True
    while changed:  # drop candidates that no candidate of some other channel goes with
        changed = False
        for channel in mine:
            kept = [other for other in options[id(channel)] if _supported(channel, other, mine, options)]
            if len(kept) != len(options[id(channel)]):
                options[id(channel)] = kept
                changed = True
    by_site: dict[str, list[Channel]] = defaultdict(list)
    for channel in mine:
        by_site[channel.where].append(channel)
    found = []
    for where, events in grouped(before).items():
        if where not in by_site:
            varied = len({len(event.leaves) for event in events}) > 1
            missing = "its structure changes from call to call" if varied else None
            found.append(Aligned(where, calls=len(events), missing=missing))
        for channel in by_site.get(where, ()):
            found.append(_aligned(channel, options[id(channel)], len(by_site[where]) > 1, theirs))
    return found


def _fits(channel: Channel, other: Channel) -> bool:
    """Tell whether a channel of the after has as many values of the same shapes and dtypes."""
    parted_alike = "/" not in other.where.rsplit(":", 1)[-1] or other.width == channel.width
    return parted_alike and other.signature == channel.signature


def _aligned(channel: Channel, options: list[Channel], several: bool, theirs: list[Channel]) -> Aligned:
    """Describe the candidates of one channel."""
    aligned = Aligned(channel.where + (f"[{channel.leaf}]" if several else ""), calls=len(channel.events))
    values = channel.values
    for other in options:
        aligned.pairs.append([(i, a, b) for i, (a, b) in enumerate(zip(values, other.values, strict=True))])
    if not options:
        aligned.missing = "no value of the after has its shapes, number of calls and order"
    elif len({other.where for other in options}) == 1:
        aligned.function = options[0].where
        match = PLACE.match(options[0].where.partition(":")[2].partition("/")[0].rpartition(":")[0])
        aligned.places = (aligned.places[0], match[1] if match else None)
    return aligned


def _supported(channel: Channel, candidate: Channel, mine: list[Channel], options: dict[int, list[Channel]]) -> bool:
    """Tell whether every other channel has a candidate that goes with this one."""
    for other in mine:
        if other is channel or not options[id(other)]:
            continue
        if not any(_compatible(channel, candidate, other, theirs) for theirs in options[id(other)]):
            return False
    return True


def _compatible(a: Channel, to_a: Channel, b: Channel, to_b: Channel) -> bool:
    """Tell whether two matches go together: no value used twice, and the same order on both sides."""
    same_fetch = a.events[0].fetches[a.leaf : a.leaf + 1] == b.events[0].fetches[b.leaf : b.leaf + 1] != ()
    if to_a is to_b:
        return same_fetch
    if a.where == b.where:
        if to_a.where.split(":")[0] != to_b.where.split(":")[0]:
            return False  # the leaves of one fetch are looked for in one kind of place
        if to_a.where == to_b.where:
            return (a.leaf < b.leaf) == (to_a.leaf < to_b.leaf)
        return (a.leaf < b.leaf) == (to_a.events[0].order < to_b.events[0].order)
    if to_a.where == to_b.where:  # two sites that one call answers
        return (a.events[0].order < b.events[0].order) == (to_a.leaf < to_b.leaf)
    return _interleaving(a, b) == _interleaving(to_a, to_b)


def _interleaving(a: Channel, b: Channel) -> list[int]:
    merged = sorted([(event.order, 0) for event in a.events] + [(event.order, 1) for event in b.events])
    return [side for _, side in merged]

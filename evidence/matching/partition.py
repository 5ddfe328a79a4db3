"""Groups that also heed what persons decided: "same" holds whatever the machine thinks, "different" for ever.

The machine's groups come first. Persons' decisions then unite whole groups, the latest decision before the earlier
ones; and where a person keeps two records apart that the machine would put together, the machine's groups are formed
anew under that condition. A person's "different" about records that the machine holds apart anyway changes nothing, so
that undoing a merge gives exactly the groups there were before. The result depends on the records, the verdicts and
the decisions alone, never on the order in which records came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from evidence.matching.groups import Judge, Link, group
from evidence.matching.verdict import Verdict

Rank = Callable[[int], tuple[object, ...]]
Pair = tuple[int, int]

REMEMBERED: Final = Verdict("different", "remembered", ("they were judged different before",))
_ACCEPTED: Final = Verdict("unsure", "accepted", ("a person said that they are one",))


@dataclass(frozen=True, slots=True)
class Said:
    """A person's decision on two records."""

    pair: Pair
    same: bool


@dataclass(frozen=True, slots=True)
class Partition:
    """Every record number in exactly one group; the certain links that a contradiction kept from joining."""

    groups: tuple[tuple[int, ...], ...]
    refused: tuple[Link, ...]


def ordered(a: int, b: int) -> Pair:
    """A pair of record numbers, the smaller first."""
    return (a, b) if a < b else (b, a)


def partition(
    numbers: Iterable[int], links: Iterable[Link], look: Judge, rank: Rank, said: Sequence[Said] = ()
) -> Partition:
    """Groups of these records.

    `links`: the machine's certain pairs; `look`: its verdict on any pair; `rank`: a total order of records by content;
    `said`: what persons decided, the word that counts most (the latest) first.
    """
    everything = list(numbers)
    accepted = _home(_united([(n,) for n in everything], said))
    apart = {s.pair for s in said if not s.same and accepted[s.pair[0]] != accepted[s.pair[1]]}
    machines, refused = _machine(list(links), look, rank, accepted, apart)
    grouped = {n for members in machines for n in members}
    whole = _united([*machines, *((n,) for n in everything if n not in grouped)], said)
    home = _home(whole)
    doubtful = (k for k in refused if home[k.a] != home[k.b] and ordered(k.a, k.b) not in apart)
    return Partition(tuple(sorted(tuple(sorted(members)) for members in whole)), tuple(doubtful))


def _machine(
    links: Sequence[Link], look: Judge, rank: Rank, accepted: dict[int, int], apart: set[Pair]
) -> tuple[Sequence[tuple[int, ...]], list[Link]]:
    """The machine's groups of two and more, none holding a pair of `apart`, and the links that were refused.

    `accepted`: record → the set that persons put it in; inside one, a contradiction is no reason against.
    """
    cut: set[Pair] = set()

    def judged(a: int, b: int) -> Verdict:
        if ordered(a, b) in cut:
            return REMEMBERED
        verdict = look(a, b)
        return _ACCEPTED if verdict.keeps_apart and accepted[a] == accepted[b] else verdict

    while True:
        kept, excess = _one_owner(links, cut, rank)
        found = group([k for k in kept if ordered(k.a, k.b) not in cut], judged, rank)
        home = _home(found.groups)
        inside = {pair for pair in apart if pair[0] in home and home[pair[0]] == home.get(pair[1])}
        if not inside:
            return found.groups, [*found.refused, *excess]
        cut |= inside


def _home(groups: Iterable[Sequence[int]]) -> dict[int, int]:
    return {number: at for at, members in enumerate(groups) for number in members}


def _united(groups: Iterable[Sequence[int]], said: Sequence[Said]) -> list[list[int]]:
    """Whole groups united as persons said; a word is left where one that counts more says otherwise."""
    members = {number: list(some) for some in groups for number in some}
    for some in list(members.values()):
        members.update(dict.fromkeys(some, some))
    apart: set[Pair] = set()
    for word in said:
        one, other = (members[n] for n in word.pair)
        if one is other:
            continue
        if not word.same:
            apart.add(word.pair)
        elif not any(ordered(x, y) in apart for x, y in product(one, other)):
            one += other
            members.update(dict.fromkeys(other, one))
    return list({id(found): found for found in members.values()}.values())


def _one_owner(links: Sequence[Link], cut: set[Pair], rank: Rank) -> tuple[list[Link], list[Link]]:
    """A record whose PMID stands on two works that a person separated goes with the one that ranks first.

    Without this rule it would join neither, and a third study would carry the PMID.
    """
    if not cut:
        return list(links), []
    at: dict[int, dict[int, Link]] = defaultdict(dict)
    for link in links:
        if link.verdict.by_identifier:
            at[link.a][link.b] = at[link.b][link.a] = link
    dropped = set()
    for x, y in cut:
        worse = max(x, y, key=rank)
        dropped |= {id(at[worse][number]) for number in at[x].keys() & at[y].keys()}
    return [k for k in links if id(k) not in dropped], [k for k in links if id(k) in dropped]

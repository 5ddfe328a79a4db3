"""Groups that also heed what persons decided: "same" holds whatever the machine thinks, "different" for ever.

The result depends on the records, the verdicts and the decisions alone, never on the order in which they came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from evidence.matching.groups import Judge, Link, group
from evidence.matching.verdict import Verdict

Rank = Callable[[int], tuple[object, ...]]
Pair = tuple[int, int]

REMEMBERED: Final = Verdict("different", "remembered", ("they were judged different before",))


@dataclass(frozen=True, slots=True)
class Partition:
    """Every record number in exactly one group; the certain links that a contradiction kept from joining."""

    groups: tuple[tuple[int, ...], ...]
    refused: tuple[Link, ...]


def ordered(a: int, b: int) -> Pair:
    """A pair of record numbers, the smaller first."""
    return (a, b) if a < b else (b, a)


def partition(
    numbers: Iterable[int],
    links: Iterable[Link],
    look: Judge,
    rank: Rank,
    *,
    together: Sequence[Pair] = (),
    apart: Collection[Pair] = (),
) -> Partition:
    """Groups of these records.

    `links`: the machine's certain pairs; `look`: its verdict on any pair; `rank`: a total order of records by content.
    `together`: pairs a person said are one, the word that counts most first; `apart`: pairs a person said are not
    (smaller number first).
    """
    apart = set(apart)
    blocks = _united(numbers, together, apart)
    home = {number: members[0] for members in blocks for number in members}
    held = {members[0]: members for members in blocks}
    judge = _Blocks(held, look, apart)
    lifted: dict[Pair, Link] = {}
    for link in links:
        a, b = home[link.a], home[link.b]
        if a != b and ordered(link.a, link.b) not in apart:
            strongest = lifted.get(ordered(a, b))
            if strongest is None or link.verdict.strength > strongest.verdict.strength:
                lifted[ordered(a, b)] = link
    whole = {pair: Link(*pair, link.verdict) for pair, link in lifted.items()}

    def ranked(block: int) -> tuple[object, ...]:
        return min(rank(n) for n in held[block])

    kept, excess = _one_owner(list(whole.values()), judge.look, ranked)
    found = group(kept, judge.look, ranked)
    joined = {block for blocks in found.groups for block in blocks}
    groups = [tuple(sorted(n for block in some for n in held[block])) for some in found.groups]
    groups += [members for block, members in held.items() if block not in joined]
    refused = (lifted[ordered(link.a, link.b)] for link in (*found.refused, *excess))
    return Partition(tuple(sorted(groups)), tuple(refused))


def _united(numbers: Iterable[int], together: Sequence[Pair], apart: set[Pair]) -> list[tuple[int, ...]]:
    """What persons put together, in the order of the pairs; a pair that would unite what was kept apart is left."""
    members = {number: [number] for number in numbers}
    for a, b in together:
        one, other = members[a], members[b]
        if one is other or any(ordered(x, y) in apart for x, y in product(one, other)):
            continue
        one += other
        members.update(dict.fromkeys(other, one))
    return [tuple(sorted(found)) for found in {id(m): m for m in members.values()}.values()]


class _Blocks:
    """The verdict on two sets of records that persons put together."""

    def __init__(self, held: dict[int, tuple[int, ...]], look: Judge, apart: set[Pair]) -> None:
        self._held = held
        self._look = look
        self._apart = apart
        self._seen: dict[Pair, Verdict] = {}

    def look(self, a: int, b: int) -> Verdict:
        pair = ordered(a, b)
        found = self._seen.get(pair)
        if found is None:
            found = self._seen[pair] = self._judge(*pair)
        return found

    def _judge(self, a: int, b: int) -> Verdict:
        one, other = self._held[a], self._held[b]
        if any(ordered(x, y) in self._apart for x, y in product(one, other)):
            return REMEMBERED
        if len(one) == len(other) == 1:
            return self._look(a, b)
        verdicts = {(x, y): self._look(x, y) for x, y in product(one, other)}
        same = {pair: v for pair, v in verdicts.items() if v.outcome == "same"}
        for (x, y), verdict in verdicts.items():
            if verdict.keeps_apart and not any(self._excused(x, y, *pair) for pair in same):
                return verdict
        return max((same or verdicts).values(), key=lambda v: v.strength)

    def _excused(self, x: int, y: int, same_x: int, same_y: int) -> bool:
        """A record that differs from the one matched too was put beside it by a person: no reason against."""
        return (x != same_x and self._look(x, same_x).keeps_apart) or (
            y != same_y and self._look(y, same_y).keeps_apart
        )


def _one_owner(links: Sequence[Link], look: Judge, rank: Rank) -> tuple[list[Link], list[Link]]:
    """A record whose PMID stands on two works that a person separated goes with the one that ranks first.

    Without this rule it would join neither, and a third study would carry the PMID.
    """
    at: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        if link.verdict.by_identifier:
            at[link.a].append(link)
            at[link.b].append(link)
    dropped: set[int] = set()
    for number, own in at.items():
        far = sorted(own, key=lambda link: rank(_far(link, number)))
        for place, link in enumerate(far):
            earlier = (_far(k, number) for k in far[:place])
            if any(look(_far(link, number), other).keeps_apart for other in earlier):
                dropped.add(id(link))
    return [k for k in links if id(k) not in dropped], [k for k in links if id(k) in dropped]


def _far(link: Link, number: int) -> int:
    return link.b if link.a == number else link.a

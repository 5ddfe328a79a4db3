"""From verdicts on pairs to groups that stay consistent.

Records that certain links connect are one group when no verdict on any two of them says that they are different works.
Where one does, nothing is guessed: a record that is the same as two different works joins neither, unless one link is
much the surer; what remains is joined surest first, refusing every join that would hold a contradiction. Ties are
broken by the records' own content, so the order of arrival decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from evidence.matching.normalise import Features
from evidence.matching.verdict import Verdict, compare

MARGIN: Final = 4.0
"""Points by which one of two links must be the surer to decide between two works."""

Judge = Callable[[int, int], Verdict]


@dataclass(frozen=True, slots=True)
class Link:
    """A verdict on two records, given by their numbers."""

    a: int
    b: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of two and more record numbers, and the certain links that a contradiction kept from joining."""

    groups: tuple[tuple[int, ...], ...]
    refused: tuple[Link, ...]


def judge(known: Sequence[Features], judged: dict[tuple[int, int], Verdict]) -> Judge:
    """Verdicts on pairs of numbers, each worked out once."""

    def look(a: int, b: int) -> Verdict:
        pair = (a, b) if a < b else (b, a)
        found = judged.get(pair)
        if found is None:
            found = judged[pair] = compare(known[pair[0]], known[pair[1]])
        return found

    return look


def group(links: Iterable[Link], look: Judge, rank: Callable[[int], tuple[object, ...]]) -> Groups:
    """Groups by the links that say "same". `rank` is a total order of records by their content."""
    certain = [link for link in links if link.verdict.outcome == "same"]
    groups: list[tuple[int, ...]] = []
    refused: list[Link] = []
    for members, own in _components(certain):
        apart = _contradictions(members, own, look)
        if not apart:
            groups.append(members)
            continue
        kept = _without_ambiguous(own, apart)
        found, more = _greedy(kept, apart, rank)
        groups += found
        refused += [*(link for link in own if link not in kept), *more]
    return Groups(tuple(sorted(groups)), tuple(refused))


def _contradictions(members: Sequence[int], links: Sequence[Link], look: Judge) -> set[tuple[int, int]]:
    """Pairs of members, smaller number first, that cannot be one work.

    Titles and names that differ are no contradiction to a record whose PMID or PMCID stands also on a record that does
    agree: identifiers say more than words.
    """
    found = {(a, b) for a, b in combinations(members, 2) if look(a, b).keeps_apart}
    twins: dict[int, list[int]] = defaultdict(list)
    for link in links:
        if link.verdict.by_identifier:
            twins[link.a].append(link.b)
            twins[link.b].append(link.a)

    def excused(a: int, b: int) -> bool:
        if not look(a, b).only_described:
            return False
        agreeing = (look(one, other) for one, far in ((a, b), (b, a)) for other in twins[far] if other != one)
        return any(verdict.outcome == "same" for verdict in agreeing)

    return {pair for pair in found if not (twins and excused(*pair))}


def _components(links: Sequence[Link]) -> list[tuple[tuple[int, ...], list[Link]]]:
    """The connected parts: their members in order, their links."""
    home: dict[int, int] = {}

    def find(number: int) -> int:
        root = number
        while home.setdefault(root, root) != root:
            root = home[root]
        while home[number] != root:
            home[number], number = root, home[number]
        return root

    for link in links:
        home[find(link.a)] = find(link.b)
    members: dict[int, list[int]] = defaultdict(list)
    own: dict[int, list[Link]] = defaultdict(list)
    for number in home:
        members[find(number)].append(number)
    for link in links:
        own[find(link.a)].append(link)
    return [(tuple(sorted(members[root])), own[root]) for root in members]


def _without_ambiguous(links: Sequence[Link], apart: set[tuple[int, int]]) -> list[Link]:
    """The links of records that are not the same as two different works."""
    at: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        at[link.a].append(link)
        at[link.b].append(link)
    dropped: set[int] = set()
    for number, own in at.items():
        for one, other in combinations(own, 2):
            if _ordered(_far_end(one, number), _far_end(other, number)) in apart:
                gap = one.verdict.strength - other.verdict.strength
                if gap < MARGIN:
                    dropped.add(id(one))
                if gap > -MARGIN:
                    dropped.add(id(other))
    return [link for link in links if id(link) not in dropped]


def _ordered(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _far_end(link: Link, number: int) -> int:
    return link.b if link.a == number else link.a


def _greedy(
    links: Sequence[Link], apart: set[tuple[int, int]], rank: Callable[[int], tuple[object, ...]]
) -> tuple[list[tuple[int, ...]], list[Link]]:
    """Join the surest first; never two records of which a verdict says that they are different."""
    home: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    refused = []
    for link in sorted(links, key=lambda k: (-k.verdict.strength, *sorted((rank(k.a), rank(k.b))))):
        a, b = (home.setdefault(n, n) for n in (link.a, link.b))
        if a == b:
            continue
        one, other = members.get(a, [a]), members.get(b, [b])
        if any(_ordered(x, y) in apart for x in one for y in other):
            refused.append(link)
            continue
        home.update(dict.fromkeys(other, a))
        members[a] = one + other
        members.pop(b, None)
    return [tuple(sorted(m)) for m in members.values()], refused

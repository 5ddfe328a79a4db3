"""From verdicts on pairs to groups that stay consistent.

Certain pairs join, the surest first; a join that would put two records into one group of which a verdict says that they
are different works is refused. Ties are broken by the records' own content, so the order of arrival decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from evidence.matching.normalise import Features
from evidence.matching.verdict import Verdict, compare


@dataclass(frozen=True, slots=True)
class Link:
    """A verdict on two records, given by their numbers."""

    a: int
    b: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of two and more record numbers; certain links that a contradiction kept from joining."""

    groups: tuple[tuple[int, ...], ...]
    refused: tuple[Link, ...]


def group(
    links: Iterable[Link],
    known: Sequence[Features],
    rank: Callable[[int], tuple[object, ...]],
    judged: dict[tuple[int, int], Verdict] | None = None,
) -> Groups:
    """Groups by the links that say "same". `rank` is a total order of records by content; `judged`: verdicts at hand."""
    certain = [link for link in links if link.verdict.outcome == "same"]
    certain.sort(key=lambda k: (-k.verdict.strength, *sorted((rank(k.a), rank(k.b)))))
    judged = judged if judged is not None else {}
    home: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    refused = []
    for link in certain:
        a, b = home.setdefault(link.a, link.a), home.setdefault(link.b, link.b)
        if a == b:
            continue
        one, other = members.get(a, [a]), members.get(b, [b])
        if any(_judge(x, y, known, judged).contradicts for x in one for y in other):
            refused.append(link)
            continue
        for number in other:
            home[number] = a
        members[a] = one + other
        members.pop(b, None)
    whole = defaultdict(list)
    for number, leader in home.items():
        whole[leader].append(number)
    found = sorted(tuple(sorted(m)) for m in whole.values() if len(m) > 1)
    return Groups(tuple(found), tuple(refused))


def _judge(
    a: int, b: int, known: Sequence[Features], judged: dict[tuple[int, int], Verdict]
) -> Verdict:
    pair = (a, b) if a < b else (b, a)
    found = judged.get(pair)
    if found is None:
        found = judged[pair] = compare(known[a], known[b])
    return found

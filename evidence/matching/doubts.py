"""What a person is asked about: for every two works between which something is unsure, one pair of records.

A queue is read only while it is short, so nothing is asked that is settled otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from evidence.matching.groups import Link
from evidence.matching.normalise import Features
from evidence.matching.verdict import Verdict

MOST_WORKS: Final = 2
"""Works about which is asked whether an untitled record is one of them; that of more could be it, none is likely."""


def of(
    links: Iterable[Link],
    groups: Sequence[tuple[int, ...]],
    known: Sequence[Features],
    rank: Callable[[int], tuple[object, ...]],
) -> Iterator[Link]:
    """The pairs to be shown, likeliest first, out of the links that are unsure or were refused.

    `rank` is a total order of records by their content, so the order of the links decides nothing.
    """
    home = {number: members[0] for members in groups for number in members}
    titled = {home.get(number, number) for number, f in enumerate(known) if f.title.letters}
    best: dict[tuple[int, int], Link] = {}
    for link in sorted(links, key=lambda k: (-k.verdict.strength, *sorted((rank(k.a), rank(k.b))))):
        a, b = sorted((home.get(link.a, link.a), home.get(link.b, link.b)))
        if a != b and not (link.verdict.untitled and {a, b} <= titled):
            best.setdefault((a, b), link)
    for link in _likeliest(best, titled):
        yield _as_doubt(link)


def _likeliest(best: dict[tuple[int, int], Link], titled: set[int]) -> Iterator[Link]:
    """Without those links of an untitled record that are weaker than others of its own."""
    own: dict[int, list[Link]] = defaultdict(list)
    for pair, link in best.items():
        if link.verdict.untitled:
            own[pair[0] if pair[1] in titled else pair[1]].append(link)
    dropped: set[int] = set()
    for found in own.values():
        strongest = max(link.verdict.strength for link in found)
        equal = [link for link in found if link.verdict.strength == strongest]
        dropped |= {id(link) for link in found if len(equal) > MOST_WORKS or link not in equal}
    return (link for link in best.values() if id(link) not in dropped)


def _as_doubt(link: Link) -> Link:
    verdict = link.verdict
    if verdict.outcome != "same":
        return link
    reasons = (*verdict.reasons, "but another record that is the same as one differs from the other")
    return Link(link.a, link.b, Verdict("unsure", "conflict", reasons, verdict.strength))

"""Which arms add up to nothing: sums beside the whole that they are a part of, and numbers that are no arms."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from evidence.tagging.numbers import Number
from evidence.tagging.sizes_arms import Sum, arms
from evidence.tagging.sizes_mentions import OF
from evidence.tagging.sizes_passage import Mention, Passage


def plausible_arms(passage: Passage) -> Iterator[Sum]:
    """The sums of arms but those that the sentence itself contradicts.

    In a factorial design everybody is in two of the arms, so nothing is added up.
    """
    if "factorial" in passage.low:
        return
    yield from (added for added in arms(passage) if not _contradicted(passage, added))


def _contradicted(passage: Passage, added: Sum) -> bool:
    start, end = passage.bounds(added.first)[0], passage.bounds(added.last)[1]
    if not _CONTROLS.isdisjoint(passage.low[start : start + 1]):
        return True  # "Controls were drawn from the town (n = 179) or the works (n = 65)": the cases are missing
    numbers = [number for number in passage.numbers if start <= number.start < end]
    if _is_whole_first(added) or any(
        m.kind == "study" and m.value > 1 and m.sentence == added.first for m in passage.mentions
    ):
        return True  # people of studies: "Twenty trials (3,456 people) were included; 12 (1,500) were pooled"
    return (added.first == added.last and _is_beside_whole(passage, added)) or _counts_whole_twice(added, numbers)


def _is_whole_first(added: Sum) -> bool:
    """Whether the first is the whole of the next two: `(n = 129) … infants (n = 84) and children (n = 45)`."""
    return len(added.parts) > 2 and added.parts[0] == added.parts[1] + added.parts[2]


def _is_beside_whole(passage: Passage, added: Sum) -> bool:
    """Whether the sentence tells a whole that is not the sum: `Of 432 patients, 212 and 206 received`."""
    people = [
        m
        for m in passage.mentions
        if m.sentence == added.first and m.kind == "person" and not m.labelled and m.points > _DISMISSED
    ]
    if any(m.value > added.value and m.basis in ("randomised", "enrolled") for m in people):
        return True
    lead = next((m for m in people if _opens(passage, m)), None)
    return lead is not None and lead.value >= max(added.parts) and lead.value != added.value


def _opens(passage: Passage, mention: Mention) -> bool:
    """Whether the sentence begins with them: `Of 40 patients`, `Among the 40 patients`."""
    start, at = passage.bounds(mention.sentence)[0], mention.number.start
    lead = passage.low[start:at]
    return lead in OF or (lead[-1:] in (["of"], ["among"]) and len(lead) <= _LEAD)


def _counts_whole_twice(added: Sum, numbers: list[Number]) -> bool:
    """Whether an "arm" is the whole of two that follow: `369 were randomised; 186 had the patch and 183 placebo`."""
    largest = max(added.parts)
    if len(added.parts) != 2:
        return False
    for at, number in enumerate(numbers):
        if number.value == largest and not number.labelled:
            later = [other.value for other in numbers[at + 1 :]]
            pairs = [pair for pair in combinations(later, 2) if min(pair) * _LEAST_SHARE >= largest]
            if any(sum(pair) == largest for pair in pairs):
                return True
    return False


_DISMISSED: Final = -3.0
"""Points below which a number was called screened, lost, or another study's."""
_CONTROLS: Final = frozenset({"control", "controls"})
_LEAST_SHARE: Final = 5
"""An arm has at least a fifth of the whole: 1 and 15 are no arms of 16."""
_LEAD: Final = 4
"""Words of "In total, of" and the like."""

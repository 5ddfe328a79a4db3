"""How many studies a review includes, and how many people they studied, from the sentence that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evidence.tagging.numbers import Number
from evidence.tagging.sizes_lists import lists
from evidence.tagging.sizes_passage import Mention, Passage
from evidence.tagging.sizes_words import NOUNS, listed

_REVIEW: Final = re.compile(
    r"systematic(?:ally)?\b.{0,40}\breview|meta-?\s?anal|\breview of (?:\w+ ){0,4}(?:trials|studies)\b|scoping review"
    r"|umbrella review|pooled analysis of (?:\w+ ){0,3}(?:trials|studies)|evidence synthesis",
    re.I,
)
_IN_REVIEWS: Final = ("rev", "meta", "pooled", "ynthe")
"""One of these is in whatever `_REVIEW` finds, in letters that have no second lower case (as i, k and s have)."""

_IN_TEXT: Final = re.compile(
    r"\b(?:this|our|the present|we (?:performed|conducted|did|undertook|carried out)) (?:an? )?"
    r"(?:systematic (?:literature )?review|meta-?analysis)"
    r"|\bmeta-?analys[ie]s (?:was|were) (?:performed|conducted|done|carried out|undertaken)",
    re.I,
)

_TAKEN: Final[dict[str, float]] = {
    **dict.fromkeys(
        listed(
            """included include including analysed analyzed pooled selected eligible met fulfilled involving
            involved comprising comprised enrolled entered final finally remained synthesised synthesized
            incorporated extracted combining covers covered covering encompassing accounting meta-analysed
            meta-analyzed elected detected summarised summarized"""
        ),
        4.0,
    ),
    **dict.fromkeys(listed("based resulting conducted inclusion"), 3.0),
    **dict.fromkeys(listed("identified found reviewed with reporting evaluated from assessed across"), 2.0),
    **dict.fromkeys(
        listed(
            """retrieved screened yielded records abstracts searched full-text excluded duplicates potentially
            excluding hits citations title titles initial initially"""
        ),
        -3.0,
    ),
}
"""What was done with the counted studies, and what that is worth as the number of those included."""

_LINKS: Final = frozenset(
    listed(
        """with involving including comprising enrolling involved comprised included of on from total representing
        randomising randomizing covering recruiting encompassing comprise include reporting contained containing
        enrolled accounting for encompassing consisting randomised randomized in across describing patients data
        investigating assessing examining treating evaluating"""
    )
)
"""Words that tie people to the studies before them: "nine trials with 469 patients"."""


@dataclass(frozen=True, slots=True)
class Included:
    """What a review includes: studies, people (0: not told), and the sentences that say it."""

    studies: int
    people: int
    passage: Passage
    first: int
    last: int


def is_review(title: str, abstract: str) -> bool:
    """Whether this is a review of studies by its title, or by what its abstract says of itself."""
    low = title.lower()
    return (
        (any(part in low for part in _IN_REVIEWS) and _REVIEW.search(title) is not None)
        or ("eta-analys" in abstract or "systematic" in abstract)
        and (_IN_TEXT.search(abstract) is not None)
    )


def included(passages: Sequence[Passage]) -> Included | None:
    """The studies that a review includes and their participants; None when it does not say."""
    found = [
        (_points(passage, mention), passage, mention)
        for passage in passages
        for mention in passage.mentions
        if mention.kind == "study" and 1 < mention.value < _MOST
    ]
    people = list(_people(passages))
    best = max((f for f in found if f[0] >= _ENOUGH), key=lambda f: f[0], default=None)
    if best is None:
        return _people_alone(people)
    sure, passage, studies = best
    if (
        _are_pooled(passage, studies, found)
        or _several(passage, studies)
        or any(m.value > 2 * studies.value and p > max(-_ENOUGH, sure - _NAMED) for p, _, m in found)
    ):
        return None
    same = _beside(passage, studies, [m for p, m in people if p is passage])
    for members, total in lists(passage):
        if members == same:
            return Included(studies.value, total, passage, studies.sentence, members[0].sentence)
    if len({m.value for m in same}) == 1:
        person = same[0]
        total = _with_controls(passage, person)
        return Included(studies.value, total, passage, studies.sentence, max(studies.sentence, person.sentence))
    labelled = [n.value for n in _numbers_of(passage, studies.sentence) if n.labelled and n.value > studies.value]
    people_there = labelled[0] if len(labelled) == 1 and not same else 0
    if not people_there and _told_elsewhere(passages):
        return None
    return Included(studies.value, people_there, passage, studies.sentence, studies.sentence)


def _beside(passage: Passage, studies: Mention, people: Sequence[Mention]) -> list[Mention]:
    """The people in the sentence of the studies, else those whom the next one calls a total."""
    same = [m for m in people if m.sentence == studies.sentence]
    after = [m for m in people if m.sentence == studies.sentence + 1 and "total" in _before(passage, m, 4)]
    return same or after


def _are_pooled(passage: Passage, chosen: Mention, found: Sequence[tuple[float, Passage, Mention]]) -> bool:
    """Whether these are the pooled ones of more that were included: `Meta-analyses were conducted on 29 studies`."""
    if _POOLED.isdisjoint(_before(passage, chosen, _POOLED_BEFORE)):
        return False
    return any(m.value > chosen.value and points >= _NAMED for points, _, m in found)


_POOLED_BEFORE: Final = 6
_NAMED: Final = 2.0


def _with_controls(passage: Passage, people: Mention) -> int:
    """People of a bracket together: `seven studies (152 patients and 147 controls)`."""
    later = next((m for m in passage.mentions if m.number.start >= people.end and m.kind == "person"), None)
    if later is None or later.sentence != people.sentence or passage.low[later.number.start - 1] != "and":
        return people.value
    between = passage.words[people.number.start : later.number.start]
    opened = between[0][0] in "([" and not any(c in word for word in between for c in ")]")
    return people.value + later.value if opened else people.value


_WHOLES: Final = frozenset(listed("total group set sample series number meta-analysis review"))
"""Before "of": these are all, "a final group of 12 trials", not some of them."""


def _own_end(passage: Passage, mention: Mention, end: int) -> int:
    """Up to where the words behind are said of these: `123 papers were found, and 31 papers were selected`."""
    for later in passage.mentions:
        beside = later.kind == "study" and mention.end <= later.number.start < end
        if beside and not passage.depth(later.number, later.sentence):
            verb = not _BE.isdisjoint(passage.low[mention.end : later.number.start])
            return later.number.start if verb else end
    return end


_BE: Final = frozenset(listed("were was"))


def _is_searched(passage: Passage, mention: Mention, start: int) -> bool:
    """Whether these are what the included were chosen from: `Among 858 studies, 16 met the criteria`."""
    lead = passage.low[start : mention.number.start]
    opens = len(lead) <= _OPENING and not _OF.isdisjoint(lead)
    return opens and any(
        m.kind == "study"
        and m.sentence == mention.sentence
        and mention.end <= m.number.start
        and m.value < mention.value
        for m in passage.mentions
    )


_OPENING: Final = 5
"""Words of "Results: Out of the total"."""
_OF: Final = frozenset(listed("of among from"))


def _told_elsewhere(passages: Sequence[Passage]) -> bool:
    """Whether the text counts people somewhere, so that the studies alone would be half an answer."""
    return any((n.labelled and n.value > _MANY) for passage in passages for n in passage.numbers) or any(
        m.kind == "person" and m.value > _MANY for passage in passages for m in passage.mentions
    )


_MANY: Final = 100


def _numbers_of(passage: Passage, sentence: int) -> list[Number]:
    start, end = passage.bounds(sentence)
    return [n for n in passage.numbers if start <= n.start < end]


def _several(passage: Passage, chosen: Mention) -> bool:
    """Whether the sentence counts other studies too, and not just those of them that were pooled."""
    added = False  # "two trials and six other studies"
    for mention in passage.mentions:
        if mention.kind != "study" or mention.sentence != chosen.sentence or mention.partial:
            continue
        behind = passage.low[mention.end : mention.end + 12]
        if mention is chosen:
            if _ONE.intersection(_before(passage, chosen, 2)[:1]) or added:
                return True
            added = False
            continue
        between = passage.low[mention.end : chosen.number.start]
        likely = _points(passage, mention) >= _NAMED
        added = likely and between[-1:] == ["and"] and _BE.isdisjoint(between)
        less = 4.5 if _before(passage, mention, 1) == ["and"] else 1.5
        as_likely = _points(passage, mention) > _points(passage, chosen) - less
        if (
            as_likely
            and mention.number.start > chosen.end
            and not (mention.value < chosen.value and _POOLED.intersection(behind))
        ):
            return True
    return False


def _before(passage: Passage, mention: Mention, words: int) -> list[str]:
    """That many words before the number; fewer at the beginning of its sentence."""
    start, _ = passage.bounds(mention.sentence)
    return passage.low[max(start, mention.number.start - words) : mention.number.start]


_ONE: Final = frozenset(listed("study trial studies trials"))
_POOLED: Final = frozenset(listed("meta-analysis meta-analyses quantitative pooled synthesis qualitative"))
_MOST: Final = 3000
"""More studies than this were found, not included."""
_ENOUGH: Final = 3.0
_SURE: Final = 4.0
_POOLS: Final = frozenset(listed("records abstracts hits citations title titles full-text duplicates potentially"))
"""What the included were chosen from, when it stands before them: "of 1,203 records, twelve studies"."""


def _points(passage: Passage, mention: Mention) -> float:
    """What speaks for these being the studies that the review includes."""
    start, end = passage.bounds(mention.sentence)
    left = passage.low[max(start, mention.number.start - 12) : mention.number.start]
    right = passage.low[mention.end : min(end, mention.end + 24, _own_end(passage, mention, end))]
    inside = passage.low[mention.number.end : mention.end - 1]
    points = max((_TAKEN.get(word, 0.0) for word in (*left, *inside, *right)), default=0.0)
    taken = next((at for at, word in enumerate(right[:4], 1) if _TAKEN.get(word, 0.0) >= _SURE), 4)
    around = (*(word for word in left[-4:] if word not in _POOLS), *right[:taken])  # "were selected after excluding"
    lost = min((_TAKEN.get(word, 0.0) for word in around), default=0.0)
    points += min(lost, 0.0)
    if any(
        m.kind == "person" and m.sentence == mention.sentence and m.number.start > mention.end for m in passage.mentions
    ):
        points += 1
    if left[-1:] == ["of"] or left[-2:] == ["of", "the"]:
        points += 0 if not _WHOLES.isdisjoint(left[-3:]) else -3
    if left[-1:] == ["from"] and left[-2:-1] in (["results"], ["data"], ["evidence"]):
        points += 1
    if _is_searched(passage, mention, start):
        points -= _SURE
    if mention.partial or "%" in " ".join(passage.words[mention.end : mention.end + 2]):
        points -= 3
    if mention.number.labelled:
        points -= 1
    if sum(m.kind == "study" and m.sentence == mention.sentence for m in passage.mentions) > 2:
        points -= 2
    if "result" in passage.label or "finding" in passage.label or passage.label == "title":
        points += 0.5
    return points


def _people(passages: Sequence[Passage]) -> Iterator[tuple[Passage, Mention]]:
    """People whom a sentence ties to studies, or calls a total."""
    for passage in passages:
        for mention in passage.mentions:
            start, _ = passage.bounds(mention.sentence)
            left = passage.low[max(start, mention.number.start - 6) : mention.number.start]
            bracketed = bool(left) and NOUNS.get(left[-1]) == "study" and passage.words[mention.number.start][0] in "(["
            part = mention.partial and "total" not in left[-3:] and not bracketed
            if mention.kind != "person" or part or mention.value < _FEW:
                continue
            right = passage.low[mention.end : mention.end + 2]
            if (
                bracketed
                or any(word in _LINKS for word in left)
                or mention.number.labelled
                or (left[-1:] == ["and"] and NOUNS.get(left[-2]) == "study" if left[1:] else False)
                or right[:1] in (["from"], ["in"], ["across"])
            ):
                yield passage, mention


_FEW: Final = 10
"""A review of fewer people than this is not told apart from a case series."""


_TOGETHER: Final = frozenset(listed("included pooled analysed analyzed"))


def _people_alone(people: Sequence[tuple[Passage, Mention]]) -> Included | None:
    """Only people are told, all in one figure: "a meta-analysis on 13,570 patients"."""
    if len({m.value for _, m in people}) != 1:
        return None
    passage, mention = people[0]
    left = _before(passage, mention, 6)
    if "total" not in left and passage.label != "title" and not _TOGETHER.intersection(left):
        return None
    return Included(0, mention.value, passage, mention.sentence, mention.sentence)

"""The size of a study whose abstract gives its arms only: "20 received dextrose and 20 saline", "n = 20 per group"."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evidence.tagging.numbers import Number
from evidence.tagging.sizes_mentions import NO_COUNTS
from evidence.tagging.sizes_passage import Mention, Passage
from evidence.tagging.sizes_words import ALLOCATED, CUES, NOUNS, RANDOMISED, SEXES, Kind, by_chance, listed

MOST_ARMS: Final = 6
"""More numbers than this in a sentence are rarely arms."""

_TOLD: Final = 3.0
"""Points from which on a number beside the size of every group is the whole: `Forty dogs were divided (n = 8)`."""

_COMPARES: Final = frozenset(
    listed(
        "group groups arm arms cohort cohorts received receiving receive assigned allocated divided underwent placebo"
    )
)
"""Words of a sentence that make several numbers in brackets the sizes of arms."""

_WITHIN: Final = frozenset({"subgroup", "subset", "substudy", "subsample"})
"""A part and its whole stand in one sentence: they are not arms."""
_TAKES: Final = frozenset(
    listed(
        """received receiving underwent undergoing treated taking performed given assigned allocated randomised
        randomized"""
    )
)
_PLURALS: Final = frozenset(listed("groups arms treatments cohorts"))


@dataclass(frozen=True, slots=True)
class Sum:
    """Arms added up: of sentences first to last of a passage; `randomised` when these speak of allocation."""

    value: int
    parts: tuple[int, ...]
    kind: Kind
    noun: str
    first: int
    last: int
    randomised: bool
    allocated: bool
    points: float | None = None  # what the sentence does with them, when that says more than their being arms


def group_count(passage: Passage, sentence: int) -> int:
    """How many groups the sentence, else the passage, speaks of, else the sentence names; 0 when it is not told."""
    start, end = passage.bounds(sentence)
    found = 0
    for number in passage.numbers:
        plural = not _PLURALS.isdisjoint(passage.low[number.end : number.end + 5])
        if plural and 2 <= number.value <= 2 * MOST_ARMS and not number.labelled:
            if start <= number.start < end:
                return number.value
            found = found or number.value
    if not found:
        named = passage.low[start:end].count("group")
        found = named - 1 if passage.low[end - 1] == "group" or "per" in passage.low[start:end] else named
    return found if found > 1 else 0


def per_group(passage: Passage) -> Iterator[Sum]:
    """`(n = 20 per group)`, `20 patients in each of three groups`, unless the sentence also tells the whole."""
    if not (any(m.each for m in passage.mentions) or any(n.labelled for n in passage.numbers)):
        return
    by_start = {m.number.start: m for m in passage.mentions}
    for sentence, numbers in _by_sentence(passage):
        told = any(
            m.sentence == sentence and m.points > _TOLD and not (m.each or m.partial or m.labelled)
            for m in passage.mentions
        )
        for number in numbers if not told else ():
            mention = by_start.get(number.start)
            if mention.each if mention else number.labelled and _shared(passage, number):
                groups = group_count(passage, sentence)
                if groups:
                    yield _sum(passage, (number.value,) * groups, [mention] if mention else [], (sentence, sentence))


@dataclass(frozen=True, slots=True)
class _Part:
    """The size of an arm, the mention that says it, whether it stands in brackets as `n = 20`."""

    value: int
    mention: Mention | None = None
    labelled: bool = False


def arms(passage: Passage) -> Iterator[Sum]:
    """The arms that a sentence names, else those that two sentences in a row name one by one."""
    by_start = {m.number.start: m for m in passage.mentions}
    lone: tuple[int, int] | None = None
    for sentence, numbers in _by_sentence(passage):
        parts = _alike(_with_rest(list(_parts(passage, numbers, by_start)), numbers, by_start))
        mentions = [part.mention for part in parts if part.mention]
        values = tuple(part.value for part in parts)
        paired = any(m.paired for m in mentions)
        if 2 <= len(parts) <= MOST_ARMS and (paired or _compares(passage, sentence)):
            points = next((_row_points(passage, m) for m in mentions if m.paired), None)
            yield _sum(passage, values, mentions, (sentence, sentence), points)
        elif len(parts) == 1 and mentions and mentions[0].arm:
            if lone and lone[0] == sentence - 1:
                yield _sum(passage, (lone[1], *values), mentions, (sentence - 1, sentence))
            lone = (sentence, values[0])
    yield from _second_groups(passage)


def _second_groups(passage: Passage) -> Iterator[Sum]:
    """`21 children were treated … A similar group of 21 children had placebo`."""
    for first, second in zip(passage.mentions, passage.mentions[1:], strict=False):
        if second.second and first.kind == second.kind == "person" and not (first.partial or first.labelled):
            yield _sum(passage, (first.value, second.value), [first], (first.sentence, second.sentence))


def _sum(
    passage: Passage,
    values: tuple[int, ...],
    mentions: Sequence[Mention],
    sentences: tuple[int, int],
    points: float | None = None,
) -> Sum:
    first, last = sentences
    kind, noun = _counted(passage, last, mentions)
    words = passage.low[passage.bounds(first)[0] : passage.bounds(last)[1]]
    chance = by_chance(words)
    allocated = chance or any(CUES.get(word) == ALLOCATED for word in words)
    return Sum(sum(values), values, kind, noun, first, last, chance, allocated, points)


def _with_rest(parts: list[_Part], numbers: Sequence[Number], by_start: dict[int, Mention]) -> list[_Part]:
    """Arms beside which the sentence counts more people in the same way: `group 3 (fusion to L4) 14 patients`."""
    named = [part.mention for part in parts if part.mention]
    if sum(m.arm for m in named) < 2:
        return parts
    rest = [m for n in numbers if (m := by_start.get(n.start)) and not m.partial and m.kind == "person"]
    return parts + [_Part(m.value, m) for m in rest if m not in named]


def _row_points(passage: Passage, mention: Mention) -> float:
    """Points of a row of numbers; one that ends in "respectively" more often tells outcomes."""
    return mention.points + (_ROW if "respectively" not in passage.low[mention.end : mention.end + 3] else -_ROW)


_ROW: Final = 1.5
"""What a row of numbers before one noun adds: `21 and 18 patients were treated`."""


def _alike(parts: list[_Part]) -> list[_Part]:
    """Parts of one kind: numbers in brackets where there are several; never the whole among its parts."""
    labelled = [part for part in parts if part.labelled]
    if len(labelled) >= 2:
        parts = labelled
    elif len(labelled) == 1:
        parts = [part for part in parts if not part.labelled]  # "Forty dogs were divided into five groups (n = 8)"
    values = [part.value for part in parts]
    told_first = values[0] == max(values) if values else False
    if len(parts) > 2 and 2 * max(values) == sum(values) and (told_first or not labelled):
        parts.pop(values.index(max(values)))
    return parts


def _by_sentence(passage: Passage) -> Iterator[tuple[int, list[Number]]]:
    """The sentences that have numbers; none when the passage counts nothing."""
    if not passage.mentions and not any(n.labelled or _takes(passage, n) for n in passage.numbers):
        return
    at = 0
    held: list[Number] = []
    for number in passage.numbers:
        here = bisect_right(passage.sentences, number.start) - 1
        if here != at and held:
            yield at, held
            held = []
        at = here
        held.append(number)
    if held:
        yield at, held


def _parts(passage: Passage, numbers: Sequence[Number], by_start: dict[int, Mention]) -> Iterator[_Part]:
    """The numbers of a sentence that are sizes of arms."""
    for place, number in enumerate(numbers):
        mention = by_start.get(number.start)
        if mention is None or (number.labelled and not mention.each):
            yield from _unnamed(passage, numbers, place, by_start)
        elif mention.paired:
            yield from (_Part(n.value, mention) for n in _row(numbers, place))
            yield _Part(number.value, mention)
        elif not mention.each:
            takes = _is_given(passage, mention.end) or _elided(passage, mention, by_start)
            named = mention.arm and (not mention.partial or _bracketed(passage, number))
            named = named or _is_behind_arm(passage, mention)
            if named or (not mention.partial and takes):
                yield _Part(number.value, mention)


def _is_behind_arm(passage: Passage, mention: Mention) -> bool:
    """Whether people stand in a bracket of their own where a sentence allots: `to steroid (64 patients) or saline`."""
    alone = _bracketed(passage, mention.number) and not _CLOSED.isdisjoint(passage.words[mention.end - 1])
    if not alone or mention.kind != "person" or mention.noun in SEXES:
        return False
    start, _ = passage.bounds(mention.sentence)
    return any(CUES.get(word) in (RANDOMISED, ALLOCATED) for word in passage.low[start : mention.number.start])


_CLOSED: Final = frozenset(")]")


def _is_given(passage: Passage, at: int) -> bool:
    """Whether the words from here on say what the counted took: `received`, `were randomly assigned`."""
    reach = 3 if passage.low[at + 1 : at + 2] == ["randomly"] else 2
    return not _TAKES.isdisjoint(passage.low[at : at + reach])


def _elided(passage: Passage, mention: Mention, by_start: dict[int, Mention]) -> bool:
    """Whether the verb of the people before is meant again: `20 patients were assigned to low, 22 patients to high`."""
    if passage.low[mention.end : mention.end + 1] not in _OBJECTS or mention.kind != "person":
        return False
    if passage.low[mention.end + 1 : mention.end + 2] in _AGAIN:
        return False
    start = passage.bounds(mention.sentence)[0]
    before = next((m for at in range(mention.number.start - 1, start - 1, -1) if (m := by_start.get(at))), None)
    if before is None or before.partial or before.kind != mention.kind:
        return False
    between = passage.low[before.end : mention.number.start]
    joined = between[-1:] in _JOINS or passage.words[mention.number.start - 1][-1] in ",;"
    verb = next((at for at, word in enumerate(between[:_VERB]) if word in _TAKES), None)
    if verb is None or not joined:
        return False
    return between[verb] not in _ALLOTS or "to" in between[verb + 1 : verb + 2]


_OBJECTS: Final = (["to"], ["a"], ["an"], ["the"])
_AGAIN: Final = (["second"], ["third"], ["further"], ["booster"], ["repeat"])
"""After "30 patients a": what these had beside the first treatment."""
_JOINS: Final = (["and"], ["while"], ["whereas"], ["versus"], ["vs"])
_VERB: Final = 3
_ALLOTS: Final = frozenset(listed("assigned allocated randomised randomized"))


def _unnamed(passage: Passage, numbers: Sequence[Number], place: int, by_start: dict[int, Mention]) -> Iterator[_Part]:
    """Arms whose number has no noun of its own: `(n = 20)`, `20 received saline`, `and the other twenty saline`."""
    number = numbers[place]
    before = by_start.get(numbers[place - 1].start) if place else None
    if number.labelled:
        again = place > 0 and _is_told_again(passage, numbers[place - 1], number)
        if not (again or _shared(passage, number) or _is_rate(passage, number)):
            yield _Part(number.value, by_start.get(number.start), labelled=True)
    elif (
        not number.closed
        and number.value > 1
        and not _is_no_count(passage, number)
        and (_takes(passage, number) or _echoes(passage, number, before))
    ):
        yield _Part(number.value)
    elif before and not before.partial and _are_the_others(passage, number):
        yield _Part(before.value, before)
        yield _Part(number.value)


def _are_the_others(passage: Passage, number: Number) -> bool:
    """Whether the number counts who is left: `the other twenty`, not `the other two groups`."""
    named = passage.low[number.end : number.end + 1]
    return passage.low[number.start - 2 : number.start] == ["the", "other"] and _PLURALS.isdisjoint(named)


def _is_no_count(passage: Passage, number: Number) -> bool:
    """Whether the number is an age, a time of day or a dose: `45 to 69 years`, `at 10 pm`, `160 mg/day`."""
    before = passage.low[max(0, number.start - 2) : number.start]
    ranged = before[1:] == ["to"] and before[0][:1].isdigit()
    return ranged or passage.low[number.end : number.end + 1] in NO_COUNTS


def _is_told_again(passage: Passage, before: Number, number: Number) -> bool:
    """Whether a bracket tells how many of the same were analysed: `(n = 21, analysis based on n = 19)`."""
    if not before.labelled or passage.words[before.start][0] not in "([" or before.closed[:1] in (")", "]"):
        return False
    between = passage.words[before.end : number.start]
    return not any(c in word for word in between for c in "()[]") and not _AFTERWARDS.isdisjoint(
        passage.low[before.end : number.start]
    )


_AFTERWARDS: Final = frozenset(listed("analysis analyses analysed analyzed completed completing completers"))


def _echoes(passage: Passage, number: Number, before: Mention | None) -> bool:
    """Whether a bare number goes on with the arms: `20 patients were randomised to placebo and 20 to carvedilol`."""
    if before is None or before.partial or passage.low[number.start - 1] != "and":
        return False
    to = passage.low[number.end : number.end + 1] == ["to"]
    allotted = not _TAKES.isdisjoint(passage.low[before.end : before.end + 2])
    return allotted and (to or number.value == before.value)


def _row(numbers: Sequence[Number], place: int) -> list[Number]:
    """The bare numbers directly before one: `9025, 1870, and 1000 patients`."""
    row = [numbers[place - 1]]
    for at in range(place - 2, -1, -1):
        if numbers[at].end == row[0].start and numbers[at].closed == ",":
            row.insert(0, numbers[at])
        else:
            break
    return row


def _is_rate(passage: Passage, number: Number) -> bool:
    """Whether a labelled number is how many had an outcome: `30% (n = 10)`, `n = 10 (30%)`."""
    behind = passage.words[number.end] if number.end < len(passage.words) else ""
    bracketed = behind[:1] in ("(", "[") and "%" in behind and not behind.startswith(("(100%", "(100.0"))
    return bracketed or ("%" in passage.words[number.start - 1] if number.start else False)


def _takes(passage: Passage, number: Number) -> bool:
    """Whether a bare number is followed by what these were given: `20 received saline`."""
    return not number.labelled and not _TAKES.isdisjoint(passage.low[number.end : number.end + 2])


def _bracketed(passage: Passage, number: Number) -> bool:
    """`the first group (13 patients)`."""
    return passage.words[number.start][0] in "(["


def _shared(passage: Passage, number: Number) -> bool:
    """Whether a labelled number is the size of every group: `n = 20 per group`, `n = 20/group`, `each n = 20`."""
    behind = passage.low[number.end : number.end + 2]
    return (
        number.closed[:1] == "/"
        or behind[:1] == ["each"]
        or behind in (["per", "group"], ["per", "arm"], ["in", "each"], ["for", "each"])
        or passage.low[max(0, number.start - 1) : number.start] == ["each"]
    )


def _counted(passage: Passage, sentence: int, mentions: Sequence[Mention]) -> tuple[Kind, str]:
    """What the arms consist of: the noun of one of them, else a noun of the sentence, else of the passage."""
    if mentions:
        found = next((m for m in mentions if m.kind != "person"), None)
        return (found.kind, found.noun) if found else ("person", "participants")
    start, end = passage.bounds(sentence)
    for words in (passage.low[start:end], passage.low):
        kinds = [(NOUNS[word], word) for word in words if word in NOUNS]
        known = [k for k in kinds if k[0] in ("person", "animal")]
        if known:
            return known[0] if known[0][0] == "animal" else ("person", "participants")
    return "person", "participants"


def _compares(passage: Passage, sentence: int) -> bool:
    start, end = passage.bounds(sentence)
    if not _WITHIN.isdisjoint(passage.low[start:end]):
        return False
    return any(word in _COMPARES or CUES.get(word) == RANDOMISED for word in passage.low[start:end])

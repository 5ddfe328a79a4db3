"""What a text counts: people, animals, limbs, studies, and whether they are a part of others."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Final

from evidence.tagging.numbers import CLOSING, Number
from evidence.tagging.sizes_passage import Mention, Passage
from evidence.tagging.sizes_words import (
    CUES,
    ENROLLED,
    GROUP_WORDS,
    LAST_RESORT,
    NOT_COUNTS,
    NOUNS,
    PARTIAL,
    RANDOMISED,
    STOPS,
    WHOLES,
    listed,
)
from evidence.tagging.sizes_years import YEARS, is_year

_REACH: Final = 8
"""Words of a noun phrase that are read behind a number."""
_THEM: Final = frozenset(listed("the these those them whom which all our total this"))
"""After "of": the counted are some of others."""
_SHARE: Final = re.compile(r"[(\[]?[\d.,\xb7]+\s*%[)\];,.]", re.A)
"""`(57.9%)`, `(35%; `: the counted are a share. (`(87% female)` is not.)"""


def find(passage: Passage) -> list[Mention]:
    """The mentions of a passage, in order."""
    found: list[Mention] = []
    sentence = 0
    for place, number in enumerate(passage.numbers):
        if _is_bare(passage, number) and not _is_sample(passage, number):
            continue  # most numbers: no noun can follow
        starts = passage.sentences
        while sentence + 1 < len(starts) and starts[sentence + 1] <= number.start:
            sentence += 1
        following = passage.numbers[place + 1].start if place + 1 < len(passage.numbers) else len(passage.words)
        mention = _mention(passage, number, sentence, following, found[-1] if found else None)
        if mention is not None:
            found.append(mention)
    _mark_subsets(passage, found)
    _mark_included(passage, found)
    return found


def _is_bare(passage: Passage, number: Number) -> bool:
    """Whether nothing that it counts can follow a number; `60 of which met` may count."""
    behind = passage.words[number.end : number.end + 2]
    ended = number.closed or (behind[:1] and behind[0] in _NEVER and behind != ["of", "which"])
    return bool(ended) and not number.labelled


def _mark_included(passage: Passage, found: list[Mention]) -> None:
    """In `2,115 sera, including 499 patients` the people are a part of the larger number before; not so of studies."""
    for mention in found:
        start, at = passage.bounds(mention.sentence)[0], mention.number.start
        if passage.low[max(start, at - 1) : at] != ["including"] or mention.kind == "study":
            continue
        if any(m.kind == "study" and m.sentence == mention.sentence for m in found):
            continue
        whole = any(
            start <= n.start < at and n.value > mention.value and not YEARS[0] <= n.value <= YEARS[1]
            for n in passage.numbers
        )
        mention.partial = mention.partial or whole


def _mention(passage: Passage, number: Number, sentence: int, following: int, last: Mention | None) -> Mention | None:
    start, end = passage.bounds(sentence)
    low = passage.low
    before = low[number.start - 1] if number.start > start else ""
    parted = number.start > start and passage.words[number.start - 1][-1] in CLOSING
    bounded = before == "and" and "least" in low[max(start, number.start - _BOUND) : number.start]
    bound = (
        (bounded or before in NOT_COUNTS)
        and not number.labelled
        and not parted
        and not _is_given(passage, number, start)
    )
    if bound or is_year(passage, number, before):
        return None
    if number.labelled:
        found = _noun_before(passage, number, start)
    else:
        found = _noun_behind(passage, number, min(end, following), end)
    if found is None:
        return _bare(passage, number, sentence, last)
    at, noun = found
    if number.labelled and NOUNS[noun] == "study" and last is not None and last.end == at + 1:
        return None  # "Ten trials (n = 750)": the people in them
    if noun == "pairs" and low[at + 1 : at + 2] == ["of"] and low[at + 2 : at + 3] and low[at + 2] not in NOUNS:
        return None  # "99 pairs of readings"
    mention = Mention(number, NOUNS[noun], noun, max(at + 1, number.end), sentence)
    _name_animal(passage, mention, start, end)
    mention.paired = before == "and" and _ends_number(passage, number.start - 1)
    more = not _MORE.isdisjoint(low[number.end : at])  # "six additional subjects"
    rest = (
        more or before in PARTIAL and not (parted and mention.kind == "study")
    )  # "of these, twelve studies": the chosen ones
    second = before == "and" and low[number.start - 2][:1].isdigit() and number.start > start + 1  # "of 17 and 40 men"
    mention.partial = mention.paired or second or rest or _is_part(passage, mention)
    return mention


def _is_given(passage: Passage, number: Number, start: int) -> bool:
    """Whether "to" before the number names who was given something: `was given to 33 patients`, no range."""
    lead = passage.low[max(start, number.start - _GIVEN_BEFORE) : number.start]
    return lead[-1:] == ["to"] and not lead[-2][:1].isdigit() and not _GIVEN.isdisjoint(lead) if lead[1:] else False


_MORE: Final = frozenset(listed("additional further extra"))
_BOUND: Final = 5
"""Words back to "at least", which holds for a second number too: "at least 2,300 cases and 2,100 controls"."""
_GIVEN_BEFORE: Final = 10
_GIVEN: Final = frozenset(listed("given administered offered prescribed applied distributed sent"))


def _name_animal(passage: Passage, mention: Mention, start: int, end: int) -> None:
    """Call cases, males, participants by the animals that they are: `cases of dogs`, `the geese (14 males)`."""
    if mention.noun not in _OF_ANY_KIND:
        return
    low = passage.low
    ahead = low[mention.end : min(end, mention.end + 4)] if low[mention.end : mention.end + 1] == ["of"] else []
    for words in (ahead, low[start : mention.number.start]):
        for word in words:
            kind = NOUNS.get(word)
            if kind == "person" and word not in _OF_ANY_KIND:
                break
            if kind == "animal" and word not in _FOODS:
                mention.kind, mention.noun = "animal", word
                return


def _bare(passage: Passage, number: Number, sentence: int, last: Mention | None) -> Mention | None:
    """`112 patients were screened, 90 were randomised`: a number without a noun, of what was counted before."""
    if last is not None and last.kind == "study" and last.sentence == sentence and number.value < last.value:
        at = _past_share(passage, number)
        if passage.low[at : at + 1] in _CHOSEN or passage.low[at : at + 2] == ["of", "which"]:
            pooled = not _POOLED.isdisjoint(passage.low[at : at + 8])
            if not pooled and not _TAKEN.isdisjoint(passage.low[at : at + 5]):
                return Mention(number, "study", last.noun, at, sentence)  # "78 articles were found, 60 of which met"
    if _is_sample(passage, number):
        return Mention(number, "person", "participants", number.end, sentence)
    behind = list(takewhile(lambda word: not word[:1].isdigit(), passage.low[number.end : number.end + 4]))
    if number.labelled or number.closed or YEARS[0] <= number.value <= YEARS[1] or number.value < _FEWEST:
        return None
    before = passage.words[number.start - 1] if number.start else ""
    allocated = before.lower() in _ALLOCATED and behind[1:2] and not behind[1][:1].isdigit()
    if allocated and behind[0] in ("with", "to") and not passage.depth(number, sentence):
        return Mention(number, "person", "participants", number.end, sentence)  # "and randomised 1292 with gout to"
    if behind[:1] != ["were"]:
        return None
    if not any(CUES.get(word) in (RANDOMISED, ENROLLED) for word in behind) or passage.depth(number, sentence):
        return None
    beside = last is not None and last.sentence == sentence
    if "to" in behind and (_has_fellow(passage, number) or beside and not _is_chosen(passage, number, last)):
        return None  # "20 were randomised to dextrose and 20 to saline": arms
    if last is not None and last.kind != "study":
        return Mention(number, last.kind, last.noun, number.end, sentence)
    mention = Mention(number, "person", "participants", number.end, sentence)
    _name_animal(passage, mention, *passage.bounds(sentence))
    return mention


def _is_sample(passage: Passage, number: Number) -> bool:
    """Whether the number stands for itself: `a random sample of 600 was drawn`."""
    if number.closed or number.labelled or passage.low[number.end : number.end + 1] not in _DRAWN:
        return False
    return passage.low[max(0, number.start - 2) : number.start] == ["sample", "of"]


def _has_fellow(passage: Passage, number: Number) -> bool:
    """Whether another number close behind may be that of a second arm."""
    near = (n for n in passage.numbers if number.end < n.start < number.end + _FELLOW)
    return any(not n.labelled and not _is_later(passage, n) for n in near)


def _is_later(passage: Passage, number: Number) -> bool:
    """Whether a number is of those who stayed: `and 74 completed`."""
    return not _STAYED.isdisjoint(passage.low[number.end : number.end + 1])


def _is_chosen(passage: Passage, number: Number, last: Mention | None) -> bool:
    """Whether the number was chosen from those before: `Of 112 patients screened, 80 were randomised to`."""
    if last is None or last.value <= number.value or last.kind == "study":
        return False
    return passage.low[passage.bounds(last.sentence)[0] : last.number.start] in OF


_FELLOW: Final = 12
_STAYED: Final = frozenset(listed("completed finished"))


_DRAWN: Final = (["was"], ["were"], ["from"], ["drawn"], ["aged"], ["who"])


def _past_share(passage: Passage, number: Number) -> int:
    """Behind the number and its share: `31 (25.2%)`."""
    at = number.end
    if at < len(passage.words) and _SHARE.match(passage.words[at]):
        at += 1
    if passage.low[at : at + 1] and NOUNS.get(passage.low[at]) == "study":
        at += 1
    return at


_CHOSEN: Final = (["were"], ["met"], ["fulfilled"], ["remained"])
_POOLED: Final = frozenset(listed("meta-analysis meta-analyses pooled quantitative synthesis"))
"""What a review does with some of the studies that it includes."""
_TAKEN: Final = frozenset(listed("included eligible selected met fulfilled retained analysed analyzed remained"))


def _noun_behind(passage: Passage, number: Number, limit: int, end: int) -> tuple[int, str] | None:
    """Place and noun that a number counts: the first in the phrase behind it, which ends before the next number."""
    words, low = passage.words, passage.low
    first = number.end
    if number.closed:
        return None
    if first < end and words[first][0] in "([" and "%" not in "".join(words[first : first + 3]):
        first = passage.past_bracket(first, end)  # "641 (TSD, 314 and BSD, 327) patients"
        limit = end if first > number.end else limit
    weak: tuple[int, str] | None = None
    for at in range(first, min(limit, first + _REACH)):
        word, core = words[at], low[at]
        if word[0] in "([":
            if word[-1] in ")]" and not any(c.isdigit() for c in word):
                continue  # "Sprague-Dawley (SD) rats"
            break
        noun = _noun(core) or _nation(word)
        if noun and noun not in LAST_RESORT:
            return at, noun
        if noun:
            weak = weak or (at, noun)
        elif core in STOPS or ("/" in core and word.islower()) or (core in CUES and at - first > 1):
            break
        if word[-1] in ".;:)]" or (word[-1] == "," and (weak or at - first > 3)):
            break
    return weak


def _noun(word: str) -> str:
    """The noun in a word, or empty: `rats`, `Rh-negative-mothers`, `parents/carers`."""
    if word in NOUNS:
        return word
    tail = (word.rpartition("/") if "/" in word else word.rpartition("-"))[2]
    return tail if tail in NOUNS else ""


def _nation(word: str) -> str:
    """People by the name of their nation: "168 African Americans"; empty when the word is none."""
    return "participants" if word[0].isupper() and word.rstrip(CLOSING).endswith("Americans") else ""


def _noun_before(passage: Passage, number: Number, start: int) -> tuple[int, str] | None:
    """`women (n = 119)`, `patients with gout (n = 30)`, `a sample (n = 556)`: the noun before the bracket."""
    for at in range(number.start - 1, max(start, number.start - 5) - 1, -1):
        core = passage.low[at]
        last = at == number.start - 1
        if last and core in WHOLES and core != "group":
            return at, "participants"
        if core in GROUP_WORDS or core in CUES or (passage.words[at][-1] in ".;:,)" and not last):
            break
        if core in NOUNS and core not in LAST_RESORT:
            return at, core
    behind = passage.low[number.end : number.end + 8]
    near = passage.low[max(start, number.start - 3) : number.start]
    if not _AVERAGE.isdisjoint(behind[:4]) and number.closed in (";", ","):
        return number.end - 1, "participants"  # "women who had undergone surgery (n = 100; mean age 51)"
    rate = "%" in passage.words[number.start - 1] if number.start else False
    if number.closed[:1] == ")" and not rate and any(CUES.get(w) == ENROLLED for w in near):
        return number.end - 1, "participants"  # "all patients were included consecutively (n = 649)"
    if number.closed == ")" and GROUP_WORDS.isdisjoint(behind) and any(CUES.get(w, 0) >= ENROLLED for w in behind):
        return number.end - 1, "participants"  # an abbreviation counted: "SLWH (N = 180) will be recruited"
    return None


def _is_part(passage: Passage, mention: Mention) -> bool:
    """Whether the counted are a share of others: `(57.9%)`, `20 of the patients`, `(10 men, 12 women)`."""
    after = mention.end
    following = passage.words[after : after + 2]
    if following and following[0][0] in "([" and not following[0].startswith(("(100%", "(100.0")):
        share = following[0] if "%" in following[0] else "".join(following)
    else:
        share = ""
    if _SHARE.match(share):
        return True
    closed = passage.words[after - 1][-1] in CLOSING
    if following[:1] == ["of"] and not closed and not _THEM.isdisjoint(passage.low[after + 1 : after + 2]):
        return True
    return not mention.labelled and passage.depth(mention.number, mention.sentence) > 0


def _ends_number(passage: Passage, at: int) -> bool:
    """Whether a bare number ends before a word, and no range: `21 and`, not `between 21 and`."""
    for number in passage.numbers:
        if ")" in number.closed or passage.words[number.start][0] in "([":
            continue  # "(160 mg and 2), and 8 patients"
        if number.end == at and passage.low[number.start - 1 : number.start] in _NAMES:
            continue  # "ASA status 1 and 11 patients"
        described = passage.low[number.end : at]
        if described[:1] in NO_COUNTS:
            continue  # "at 10 pm, and 46 patients"
        apart = any(w in CUES or w in STOPS or w in NOUNS for w in described)
        if number.end <= at <= number.end + 2 and not (number.labelled or number.closed and described or apart):
            return passage.low[number.start - 1] not in ("between", "of", "both") if number.start else True
    return False


NO_COUNTS: Final = tuple([unit] for unit in listed("pm am years yr mg mg/day"))
"""Behind a number: an age, a time of day, a dose."""
_NAMES: Final = tuple([word] for word in listed("status asa class day days group groups phase type grade stage"))
_OF_ANY_KIND: Final = frozenset(
    listed("adults cases controls females males newborns offspring older participants siblings subjects survivors")
)
"""Nouns that people and animals share; "participants" also stands for what has no noun."""
_FOODS: Final = frozenset({"fish", "chicken", "beef"})
_ALLOCATED: Final = frozenset({"randomised", "randomized", "enrolled", "recruited"})
_FEWEST: Final = 2
_NEVER: Final = STOPS - {"were", "with", "to"}
"""Words directly behind a number that make it no count, nor the count of those before (`_bare`)."""
_AVERAGE: Final = frozenset({"mean", "median", "age", "aged", "average"})
OF: Final = (["of"], ["of", "the"], ["out", "of"], ["among"], ["among", "the"])


_PARTS_OF_PEOPLE: Final = frozenset(listed("boys females girls males men women"))
_ASIDE: Final = 8


def _is_aside(passage: Passage, head: Mention, part: Mention) -> bool:
    """Whether the second are a part of the first between commas: `200 patients, 104 women, were randomised`."""
    if part.noun not in _PARTS_OF_PEOPLE or part.labelled or head.kind not in _LIVING:
        return False
    between = passage.low[head.end : part.number.start]
    if head.aside:
        return between == ["and"] or (not between and passage.words[head.end - 1][-1] == ",")
    if (
        part.value >= head.value
        or head.noun in _PARTS_OF_PEOPLE
        or len(between) > _ASIDE
        or any(w in CUES or w in _IS for w in between)
    ):
        return False
    closed = passage.words[part.end - 1][-1] == ","
    again = passage.low[part.end : part.end + 1] == ["and"]
    return passage.words[part.number.start - 1][-1] == "," and (closed or again)


def _are_both(head: Mention, first: Mention, others: list[Mention]) -> bool:
    """Whether two sexes make up the people before: `70 patients were recruited, 30 women, 40 men`."""
    if first.noun not in _PARTS_OF_PEOPLE or head.kind not in _LIVING or head.aside or not others:
        return False
    second = others[0]
    alike = second.noun in _PARTS_OF_PEOPLE and second.sentence == head.sentence
    return alike and first.value + second.value == head.value


_LIVING: Final = frozenset({"person", "animal"})
_IS: Final = frozenset(listed("was were is are had has and or"))


def _mark_subsets(passage: Passage, mentions: list[Mention]) -> None:
    """In `Of the 1607 adults, 1270 completed` what follows is a part of the first, unless it was what was allocated."""
    for at, (first, later) in enumerate(zip(mentions, mentions[1:], strict=False)):
        if first.sentence == later.sentence:
            if _is_aside(passage, first, later) or _are_both(first, later, mentions[at + 2 : at + 3]):
                later.partial = later.aside = True
                continue
            lead = passage.low[passage.bounds(first.sentence)[0] : first.number.start]
            if lead in OF and not any(CUES.get(w) == RANDOMISED for w in passage.low[later.end : later.end + 6]):
                later.partial = True

"""The sample size of a study, from its title and abstract, with the sentence that says it; silence rather than a guess.

Which number, when an abstract gives several: those randomised, else those enrolled, else those analysed, in the order
in which CONSORT's flow diagram counts them (https://www.consort-spirit.org). People before limbs: "20 patients (40
wrists)" is 20. Arms are added up where only arms are given. A review has the number of its studies and of their people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from evidence.records import Record, SampleSize, SizeBasis
from evidence.tagging.sizes_arms import Sum, per_group
from evidence.tagging.sizes_lists import PROVIDERS, lists
from evidence.tagging.sizes_passage import Mention, Passage
from evidence.tagging.sizes_reviews import included, is_review
from evidence.tagging.sizes_weights import read
from evidence.tagging.sizes_wholes import plausible_arms
from evidence.tagging.sizes_words import ALLOCATED, CUES, NOUNS, RANDOMISED, listed
from evidence.text import plain

_ENOUGH: Final = 3.0
"""Points from which on a number is said; below, nothing is."""
_APART: Final = 0.5
"""Two numbers that are nearer to each other in points than this leave it open which one is meant."""


@dataclass(slots=True)
class _Candidate:
    """A number that may be the sample size, and what speaks for it."""

    value: int
    points: float
    unit: str
    basis: SizeBasis
    passage: Passage
    first: int
    last: int
    parts: tuple[int, ...] = ()
    added: bool = False  # arms added up
    noun: str = ""
    reported: bool = False  # "we report three patients"

    def size(self, *, chance: bool) -> SampleSize:
        """As the record will have it; `chance`: whether anything was allocated by chance at all."""
        quote = self.passage.quote(self.first, self.last)
        basis = "enrolled" if self.basis == "randomised" and not chance else self.basis
        return SampleSize(n=self.value, unit=self.unit, quote=quote, basis=basis)


def sample_size(record: Record) -> SampleSize | None:
    """How many were studied and the sentence that says so; None when the text does not say, or not clearly."""
    passages = _passages(record)
    if not any(passage.mentions or len(passage.numbers) > 1 for passage in passages):
        return None
    if is_review(plain(record.title), " ".join(section.text for section in record.abstract)):
        return _of_review(passages)
    found = [c for passage in passages for c in _candidates(passage)]
    if any(c.added for c in found) and _is_crossover(record):
        found = [c for c in found if not c.added]
    _confirm(found, passages)
    every = found
    owners = [c for c in found if c.noun == _OWNERS]
    found = [c for c in found if c.points >= _ENOUGH]
    best = max(found, key=lambda c: (c.points, c.value), default=None)
    if best is None or any(_rivals(best, other) for other in found) or _reports_several(passages):
        return None
    if best.basis == "randomised" and any(_SUBSTUDY in text.lower().replace("-", "") for text in _texts(record)):
        return None  # those of the whole trial, perhaps
    if best.basis == "randomised" and _has_others(best):
        return None
    if (
        any(_is_fellow(best, other) for other in every)
        or _is_one_of_two(best, passages)
        or any(_are_other_owners(best, other) for other in owners)
    ):
        return None
    if (best.value < _FEWEST and not best.reported) or _only_looks_on(best, passages) or _is_part(best, passages):
        return None
    return best.size(chance=not _is_mendelian(record))


def _only_looks_on(best: _Candidate, passages: Sequence[Passage]) -> bool:
    """Whether the counted are observers and not the sample: few, or beside others who were counted."""
    if NOUNS.get(best.noun) != "observer" or best.basis == "randomised":
        return False
    if best.basis != "enrolled":
        return True
    others = any(m.kind not in ("observer", "study") and m.value >= _FEWEST for p in passages for m in p.mentions)
    return others or best.value < _PANEL


def _is_fellow(best: _Candidate, other: _Candidate) -> bool:
    """Whether the same sentence says much the same of another number: two arms, each told by itself."""
    if best.parts or other.parts or other.value == best.value or other.first != best.first:
        return False
    if best.basis == "randomised" and best.value > other.value:
        return False  # "903 were randomised, and 742 were included in the analysis"
    alike = other.passage is best.passage and other.basis == best.basis and other.unit == best.unit
    return (
        alike
        and other.points > best.points - _MARGIN
        and max(best.value, other.value) < 2 * min(best.value, other.value)
    )


_MARGIN: Final = 2.0


def _has_others(best: _Candidate) -> bool:
    """Whether more were allocated than the number counts: `30 were randomised … The other 20 were assigned`."""
    low = best.passage.low
    return any(
        low[max(0, n.start - 2) : n.start] == ["the", "other"]
        and n.value not in best.parts
        and any(CUES.get(word) in (ALLOCATED, RANDOMISED) for word in low[n.end : n.end + 4])
        for n in best.passage.numbers
    )


def _are_other_owners(best: _Candidate, other: _Candidate) -> bool:
    """Whether the sentence has two groups with their limbs: `100 hands of 58 women and 40 hands of 20 men`."""
    beside = other.passage is best.passage and other.first == best.first
    apart = other.value not in (best.value, *best.parts)
    return best.noun == _OWNERS and beside and apart


def _is_one_of_two(best: _Candidate, passages: Sequence[Passage]) -> bool:
    """Whether patients and healthy volunteers were counted in one sentence, and only one of the two is the answer."""
    for passage in passages:
        for one, other in pairwise(passage.mentions):
            told = one.kind == other.kind == "person" and one.sentence == other.sentence
            if not told or best.value not in (one.value, other.value):
                continue
            if _is_healthy(passage, one) == _is_healthy(passage, other):
                continue
            apart = any(m.partial or m.labelled or m.each for m in (one, other))
            between = passage.low[one.end : other.number.start]
            if not apart and not best.parts and ("and" in between or between[-1:] == ["with"]):
                return True
    return False


_OWNERS: Final = "owners"


def _is_healthy(passage: Passage, mention: Mention) -> bool:
    """Whether these are volunteers or controls: `20 healthy men`, `20 control women`."""
    around = passage.low[max(0, mention.number.start - _CALLED) : mention.end]
    return not _HEALTHY.isdisjoint((mention.noun, *around))


_CALLED: Final = 3
"""Words before a number: "in a control cohort of 976 people"."""
_HEALTHY: Final = frozenset({"volunteers", "controls", "healthy", "control", "normal"})
_SUBSTUDY: Final = "substud"
_FEWEST: Final = 4
"""Fewer than this are a sample only where cases are reported; else they are "two radiologists", "three assays"."""
_PANEL: Final = 10
"""Fewer observers than this read the images of others; more may have been surveyed."""


def _is_part(best: _Candidate, passages: Sequence[Passage]) -> bool:
    """Whether the text counts more people than a number that nothing calls randomised or enrolled: a part, perhaps."""
    if best.basis in ("randomised", "enrolled", "planned") and best.noun not in PROVIDERS:
        return False
    return any(
        m.kind == "person" and m.value > best.value and m.points > _DISMISSED
        for passage in passages
        for m in passage.mentions
    )


_DISMISSED: Final = -3.0
"""Points below which a number was called screened, lost, or another study's."""
_CROSSOVER: Final = ("rossover", "ross-over", "ross over", "ithin-subject", "ounterbalanced", "ounter-balanced")
"""Designs in which the same people are in every arm, so that arms are not added up."""
_MORE: Final = frozenset({"second", "two", "three", "both"})
_SECOND: Final = tuple([name] for name in listed("2 ii two 1a 1b 2a 2b"))
_STUDY: Final = frozenset(listed("trial trials experiment experiments study studies"))


def _is_crossover(record: Record) -> bool:
    return any(word in text for text in _texts(record) for word in _CROSSOVER)


def _is_mendelian(record: Record) -> bool:
    """Whether "randomised" is said of genes."""
    return any("endelian random" in text for text in _texts(record))


def _texts(record: Record) -> tuple[str, ...]:
    return (record.title, *(section.text for section in record.abstract))


def _reports_several(passages: Sequence[Passage]) -> bool:
    """Whether the abstract reports several studies, each with a size of its own: "two trials", "in study 2"."""
    return any(
        _several(passage.low[slice(*passage.bounds(n))]) for passage in passages for n in passage.all_sentences()
    )


def _several(words: Sequence[str]) -> bool:
    if _STUDY.isdisjoint(words):
        return False
    for at, word in enumerate(words):
        if word in _STUDY:
            if word[-1] not in "s" and words[at + 1 : at + 2] in _SECOND:
                return True
            if not _MORE.isdisjoint(words[max(0, at - 3) : at]) and words[at + 1 : at + 2] not in (["arm"], ["arms"]):
                return True
    return False


def _passages(record: Record) -> list[Passage]:
    parts = [(plain(record.title), "title")]
    parts += [(plain(section.text), section.label or section.category) for section in record.abstract]
    return [passage for passage in (read(text, label) for text, label in parts) if passage.numbers]


def _of_review(passages: Sequence[Passage]) -> SampleSize | None:
    """The people that a review's studies have, else its studies."""
    told = included(passages)
    if told is None:
        return None
    quote = told.passage.quote(told.first, told.last)
    if told.people:
        return SampleSize(n=told.people, quote=quote, studies=told.studies or None)
    return SampleSize(n=told.studies, unit="studies", quote=quote, studies=told.studies)


def _candidates(passage: Passage) -> Iterator[_Candidate]:
    bias = _bias(passage.label)
    listed: set[int] = set()
    for members, total in lists(passage):
        listed.update(id(m) for m in members)
        yield _list(passage, members, total, bias)
    for mention in passage.mentions:
        if mention.kind == "study" or mention.partial or mention.each or mention.value < 2:
            continue
        if id(mention) in listed or (mention.labelled and not _is_whole(passage, mention)):
            continue
        yield _single(passage, mention, bias)
    yield from (
        _sum(passage, s, bias)
        for s in (*per_group(passage), *plausible_arms(passage))
        if s.kind not in ("study", "cluster")
    )


def _single(passage: Passage, mention: Mention, bias: float) -> _Candidate:
    points = mention.points + bias - _ARM * mention.arm
    at = mention.sentence
    owner = _owner(passage, mention)
    if owner:
        return _Candidate(owner.value, points, "participants", _basis(mention), passage, at, at, noun=_OWNERS)
    points -= _PART * (mention.kind == "part")
    unit = _unit(mention.kind, mention.noun)
    return _Candidate(
        mention.value, points, unit, _basis(mention), passage, at, at, noun=mention.noun, reported=mention.reported
    )


def _owner(passage: Passage, limbs: Mention) -> Mention | None:
    """The people whose limbs or schools were counted, where they stand beside: `78 eyes of 39 people`.

    Those in a school or a family are more than these: `24 schools (1,312 pupils)`.
    """
    if limbs.kind not in ("part", "cluster"):
        return None
    for mention in passage.mentions:
        beside = 0 <= mention.number.start - limbs.end <= _BESIDE or 0 <= limbs.number.start - mention.end <= 1
        if mention.kind == "person" and mention.sentence == limbs.sentence and beside and mention.value > 1:
            return mention if limbs.kind == "part" or _are_inside(passage, limbs, mention) else None
    return None


def _are_inside(passage: Passage, clusters: Mention, people: Mention) -> bool:
    """Whether the people are all who are in the clusters, not those of one, nor who serve them."""
    between = passage.low[clusters.end : people.number.start]
    told = not people.each and "were" not in between and _OF_ONE.isdisjoint(between)
    return told and people.noun not in PROVIDERS and people.value > clusters.value


_BESIDE: Final = 3
"""Words between limbs and their owners."""
_OF_ONE: Final = frozenset(listed("of mean median average each per about"))
"""Beside the people of clusters: so many are in each, as far as one can tell."""


def _is_whole(passage: Passage, mention: Mention) -> bool:
    """Whether a number in brackets is the whole: alone in its sentence, or no less than the next two together."""
    start, end = passage.bounds(mention.sentence)
    labelled = [n for n in passage.numbers if n.labelled and start <= n.start < end]
    others = [n.value for n in labelled if n.start > mention.number.start]
    if labelled[0] != mention.number:
        return False
    if any("and" in passage.low[mention.end : n.start][:1] and n.start - mention.end <= _BESIDE for n in labelled[1:]):
        return False  # "adolescents (n = 123) and adults (n = 106)"
    if others and passage.low[mention.number.start - 1] not in NOUNS:
        return False
    if len(others) == 1:
        return (
            passage.low[mention.number.start - 1 : mention.number.start][:1] != []
            and passage.low[mention.number.start - 1] in NOUNS
        )
    return mention.value >= sum(others[:2])


_ARM: Final = 1.5
"""Points that a number loses beside the word "group": it may be one arm of several."""
_PART: Final = 1.0
"""Points that limbs lose against people."""
_SUM: Final = 3.5
"""Points of arms added up, and what allocation adds to them."""
_ALLOCATED: Final = 2.0


def _sum(passage: Passage, added: Sum, bias: float) -> _Candidate:
    basis: SizeBasis = "randomised" if added.randomised else "enrolled" if added.allocated else ""
    points = (_SUM + _ALLOCATED * added.allocated if added.points is None else added.points) + bias
    unit = _unit(added.kind, added.noun)
    return _Candidate(added.value, points, unit, basis, passage, added.first, added.last, added.parts, True)


def _list(passage: Passage, members: Sequence[Mention], total: int, bias: float) -> _Candidate:
    """Cases and controls, patients and their carers are one sample."""
    first = max(members, key=lambda m: m.points)
    at = members[0].sentence
    parts = tuple(m.value for m in members)
    unit = _unit(first.kind, first.noun)
    return _Candidate(total, first.points + bias + 0.5, unit, _basis(first), passage, at, at, parts)


def _unit(kind: str, noun: str) -> str:
    return "participants" if kind == "person" else noun


def _basis(mention: Mention) -> SizeBasis:
    if mention.planned:
        return "planned"
    return mention.basis


_SECTIONS: Final[dict[str, float]] = {
    **dict.fromkeys(("background", "introduction", "context", "objective", "aim", "purpose", "importance"), -1.5),
    **dict.fromkeys(("conclusion", "interpretation", "discussion", "limitation", "registration", "funding"), -1.5),
    **dict.fromkeys(("method", "patient", "participant", "subject", "material", "population", "sample"), 1.0),
}
"""Points of a number for the label of the section that it stands in; the first that fits counts, others have 0.5."""


def _bias(label: str) -> float:
    return next((points for word, points in _SECTIONS.items() if word in label), 0.5)


def _confirm(found: Sequence[_Candidate], passages: Sequence[Passage]) -> None:
    """A number that is told twice, or told and summed up, is surer; parts of a sum are not the whole."""
    for candidate in found:
        if any(_repeats(other, candidate) for other in found):
            candidate.points += 1
    for added in [c for c in found if c.parts]:
        for candidate in found:
            beside = candidate.passage is added.passage and added.first <= candidate.first <= added.last
            if candidate.value in added.parts and not candidate.parts and (beside or added.basis == "randomised"):
                candidate.points -= 2
    for passage in passages:
        for sentence in _broken_down(found, passage):
            for candidate in found:
                if candidate.passage is passage and candidate.first == candidate.last == sentence:
                    candidate.points -= 0 if candidate.parts else 2


def _broken_down(found: Sequence[_Candidate], passage: Passage) -> Iterator[int]:
    """The sentences whose people add up to a number that is told elsewhere."""
    told = {c.value for c in found if not c.parts}
    for sentence in {m.sentence for m in passage.mentions}:
        people = [m.value for m in passage.mentions if m.sentence == sentence and m.kind == "person" and not m.labelled]
        if len(people) > 1 and sum(people) in told:
            yield sentence


def _repeats(other: _Candidate, candidate: _Candidate) -> bool:
    """Whether another place, or another way of counting, gives the same number."""
    apart = other.passage is not candidate.passage or other.first != candidate.first
    return other.value == candidate.value and (apart or bool(other.parts) != bool(candidate.parts))


def _rivals(best: _Candidate, other: _Candidate) -> bool:
    """Whether another number is as likely: as many points, and larger. (A smaller one is a part of the best.)"""
    if other.value == best.value or other.unit != best.unit or other.points <= best.points - _APART:
        return False
    apart = other.passage is not best.passage or other.first != best.first
    again = best.basis == other.basis == "randomised" and apart
    return other.value > best.value or (again and other.value * 2 > best.value and other.value not in best.parts)

"""How much speaks for a mention being the sample, in points, from the words of its clause.

The weights were set by hand on half of the annotated abstracts (tests/benchmarks/sizes), the other half was kept aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from evidence.records import SizeBasis
from evidence.tagging import sizes_mentions
from evidence.tagging.numbers import OPENING, SMALL
from evidence.tagging.sizes_mentions import OF
from evidence.tagging.sizes_passage import Mention, Passage
from evidence.tagging.sizes_words import (
    ALLOCATED,
    ANALYSED,
    APPROACHED,
    ARM_WORDS,
    AS_CONTROLS,
    CUES,
    ENROLLED,
    NOUNS,
    PLANNED,
    RANDOMISED,
    STUDIED,
    TREATED,
    WHOLES,
    by_chance,
    listed,
)

_LEFT: Final = 40
_RIGHT: Final = 44
"""Words around a mention that are read; never beyond the sentence or the next mention."""
_NEAR: Final = 4
"""A cue that stands so few words before the number governs it: "we recruited twenty smokers"."""
MOST_NUMBERS: Final = 300
"""A section with more of them is a table or an attack, not prose: abstracts have up to 50."""
_FAR: Final = 9
"""A cue that stands this many words before the number may belong to something else."""
_LEAD_IN: Final = 12
"""Words of an introductory phrase before a comma: "Over a 3 year period, 49 patients"."""
_ARM_BACK: Final = 6
_ARM_REACH: Final = 8
"""Words before and behind the counted within which "group" tells of an arm: "89 women were given to the … group"."""
_FEW: Final = 5
"""Fewer than this is more often a number of events than a sample."""
_BASIS: Final[dict[float, SizeBasis]] = {
    RANDOMISED: "randomised",
    ALLOCATED: "enrolled",
    ENROLLED: "enrolled",
    ANALYSED: "analysed",
}


def read(text: str, label: str = "") -> Passage:
    """A text with its mentions and their points."""
    passage = Passage(text, label)
    if len(passage.numbers) > MOST_NUMBERS:
        passage.numbers = []
    if passage.numbers:
        passage.mentions = sizes_mentions.find(passage)
        for place, mention in enumerate(passage.mentions):
            _weigh(passage, place, mention)
    return passage


def _weigh(passage: Passage, place: int, mention: Mention) -> None:
    """Set points, basis and kind of a mention from the words before it and behind it."""
    start, end = passage.bounds(mention.sentence)
    at = mention.number.start
    before = passage.mentions[place - 1] if place else None
    beside = before if before and before.sentence == mention.sentence else None
    previous, following = _starts_after(passage, beside, start, mention), _ends_before(passage, place, mention, end)
    behind = mention.end
    if behind < end and passage.words[behind][0] in "([":
        behind = passage.past_bracket(behind, end)
    left = passage.low[max(previous, at - _LEFT) : at]
    right = passage.low[behind : min(following, behind + _RIGHT)]
    opens = at == start or (passage.words[at - 1][-1] == "," and at - start < _LEAD_IN)
    other = not _PAST_OR_NAMED.isdisjoint(left) and _other_study(passage, mention, (start, end))
    if not _PAST.isdisjoint(right):
        right = _clause(passage, behind, right)
    _describe(passage, mention, left, right)
    points = _said(mention, left, right) - _OTHER * other + _odds(mention, left, right)
    points += _turned_round(passage, mention, start)
    if beside and beside.kind == "study" and beside.value > 1:
        points -= _OF_OTHERS  # "Twelve trials involved 3,300 people"
    if left[-2:-1] and left[-1] == "of" and (left[-2].isdigit() or left[-2] in SMALL):
        points = min(points, _SHARED)
    ended = passage.words[mention.end - 1][-1] == ","
    alone = ended or (bool(right) and CUES.get(right[0], 0) > 0)
    described = not _DESCRIBED.isdisjoint(right[:1])
    sure = _nearest(left)[0] > STUDIED
    mention.points = points + _lead_in(left, opens=opens, sure=sure, alone=alone, described=described)


def _starts_after(passage: Passage, beside: Mention | None, start: int, mention: Mention) -> int:
    """From where the words before a number are its own: behind the mention before it in the sentence.

    After "Of 112 patients screened," nothing is, nor after a verb that the number does not share: "903 were randomised,
    and 742 were included".
    """
    if beside is None:
        return start
    at = mention.number.start
    chosen = passage.words[at - 1][-1] == "," and passage.low[start : beside.number.start] in OF
    apart = passage.low[at - 1] == "and" and passage.words[at - 2][-1] == "," and at - 2 >= beside.end
    own = (
        apart
        and passage.low[mention.end : mention.end + 1] == ["were"]
        and not _BE.isdisjoint(passage.low[beside.end : at])
    )
    return at if chosen or own else beside.end


def _ends_before(passage: Passage, place: int, mention: Mention, end: int) -> int:
    """Up to where the words behind a number are its own: the next mention of the sentence that no bracket holds."""
    for later in passage.mentions[place + 1 : place + 4]:
        if later.aside:
            continue
        bracketed = passage.words[later.number.start][0] in OPENING or passage.depth(later.number, later.sentence)
        if later.sentence == mention.sentence and not bracketed:
            return later.number.start
    return end


def _turned_round(passage: Passage, mention: Mention, start: int) -> float:
    """Points for the turns that name the sample behind: `Included were 20 men`, `the mean age of the 20 men`."""
    at = mention.number.start
    lead = passage.low[start:at]
    if lead[:1] and lead[0] in _INCLUDED and len(lead) < _TURN and lead[-1] in _BE:
        mention.basis = "enrolled"
        return ENROLLED / 2
    if lead[-2:] == ["of", "the"] and not _AGES.isdisjoint(lead[-5:-2]):
        return ENROLLED / 2
    headed = 0 < len(lead) <= _HEADING and passage.words[at - 1][-1] == ":"  # "Methods: Six men"
    return 1.0 if headed else 0.0


_INCLUDED: Final = frozenset(listed("included enrolled participating"))
_TURN: Final = 8
_AGES: Final = frozenset(listed("age ages"))
_HEADING: Final = 3


def _clause(passage: Passage, behind: int, right: list[str]) -> list[str]:
    """The words behind the counted up to a semicolon: what follows it may be said of another study."""
    for at in range(behind - 1, behind + len(right)):
        if passage.words[at][-1] == ";":
            return right[: at - behind + 1]
    return right


def _other_study(passage: Passage, mention: Mention, sentence: tuple[int, int]) -> bool:
    """Whether the clause of the number begins with another study: `…; a previous trial had randomised 200 patients`."""
    at = mention.number.start
    ends = (i + 1 for i in range(at - 1, sentence[0] - 1, -1) if passage.words[i][-1] == ";")
    lead = passage.low[next(ends, sentence[0]) : at]
    if ("et", "al") in pairwise(lead):
        return True
    if lead[:1] and lead[0] in _AFTER:
        return False
    named = [i for i, word in enumerate(lead[:_OPENING]) if word in _PAST]
    return any(not _STUDIES.isdisjoint(lead[i + 1 : i + 4]) for i in named)


_OTHER: Final = 6.0
"""Points that the sample of another study loses."""
_OF_OTHERS: Final = 3.0
"""Points that the people of several studies lose."""
_SHARED: Final = 1.5
"""At most so many points has the whole in "31 of 70 women were assigned": what is said is said of the 31."""
_INVENTED: Final = frozenset(listed("hypothetical simulated"))
_OPENING: Final = 4
_PAST: Final = frozenset(listed("previous earlier prior"))
_PAST_OR_NAMED: Final = _PAST | {"al"}
_AFTER: Final = frozenset(listed("following after unlike as based since extending to from like"))
_STUDIES: Final = frozenset(listed("trial trials study studies experiment experiments survey report series"))


def _said(mention: Mention, left: Sequence[str], right: Sequence[str]) -> float:
    """Points for what was done with the counted; sets the basis."""
    ahead = _ahead(right)
    behind, distance = _nearest(left)
    if behind < 0 and distance == 1 and not (left[-2:-1] and left[-2] in _BE):
        points = behind
    elif behind > 0 and distance <= _NEAR:
        points = max(behind, ahead) + max(min(ahead, behind), 0) / 4
    elif ahead < 0:
        points = ahead + max(behind, 0) / 2
    elif behind < 0:
        points = ahead if ahead else behind
    else:
        far = 1 if distance < _FAR or behind == TREATED else 0.5
        points = max(ahead, behind * far) + min(ahead, behind) / 4
    if points > 0 and list(left) != ["in"]:
        mention.basis = _BASIS.get(max(ahead, behind), "")
        if RANDOMISED in (ahead, behind) or ALLOCATED in (ahead, behind):
            chance = by_chance((*left, *right))
            if mention.basis == "randomised" and not chance:
                mention.basis = "enrolled"
            elif mention.basis == "enrolled" and chance:
                mention.basis = "randomised"
        elif mention.basis == "enrolled" and right[:2] == ["were", "included"] and not _ANALYSES.isdisjoint(right[2:8]):
            mention.basis = "analysed"
            points -= ENROLLED - ANALYSED
    return points


def _odds(mention: Mention, left: Sequence[str], right: Sequence[str]) -> float:
    """Points for how the number is written, and against the samples of other studies."""
    points = 0.0
    if mention.labelled:
        points += 2.5 if left and left[-1] in NOUNS else 2
    mention.reported = not _REPORT.isdisjoint(left[-3:]) and left[-1] not in _NOT_CASES
    if mention.value < _FEW and not mention.reported:
        points -= 2
    if not _LITERATURE.isdisjoint(right[:8]):
        points -= 4
    if left[-2:-1] and left[-1] in _BE and left[-2] in NOUNS:
        points += ENROLLED  # "The participants were 217 students"
    if not _OTHERS.isdisjoint(left[-3:]):
        points -= _OF_OTHERS  # "12 similar studies (1415 patients)"
    if not _INVENTED.isdisjoint(left[-5:]):
        points -= _OTHER
    if "eligibility" in right[:4] or left[-1:] == ["screening"]:
        points -= RANDOMISED - APPROACHED  # "Of 500 patients assessed for eligibility, 250 were randomised"
    if "phase" in left[-4:-1]:
        points -= _OF_OTHERS  # "Phase II included nine patients": a part, as there was a phase I
    if "validation" in left[-4:]:
        points -= 3
    if right[:2] == ["of", "whom"] and any(CUES.get(word) == RANDOMISED for word in right):
        points -= 3
    if _is_elsewhere(right[:8]):
        points -= _OTHER
    if not _THAN.isdisjoint(left[-6:]) and not _THOSE.isdisjoint(left[-5:]):
        points -= 3
    return points


def _is_elsewhere(behind: Sequence[str]) -> bool:
    """Whether the counted belong to something larger: `enrolled in the primary trial`, `included in the registry`."""
    for at, word in enumerate(behind):
        if word in _EARLIER and not _WHOLE_STUDIES.isdisjoint(behind[at + 1 : at + 3]):
            return True
    return not _STORES.isdisjoint(behind[:_STORED]) and _TAKEN_FROM.isdisjoint(behind[:_STORED])


def _describe(passage: Passage, mention: Mention, left: Sequence[str], right: Sequence[str]) -> None:
    """Whether the mention is planned, an arm, the size of every group, the control group."""
    mention.planned = not PLANNED.isdisjoint((*left[-6:], *right[:5]))
    mention.each = (
        right[:1] == ["each"]
        or right[:2] in (["per", "group"], ["in", "each"], ["per", "arm"], ["of", "each"])
        or left[-2:] in (["groups", "of"], ["each", "of"])
        or mention.number.closed in _EACH
    )
    grouped = left[-2:] == ["group", "of"] and left[-3:-2] not in _OTHER_GROUPS
    around = (*left[-_ARM_BACK:], *right[:_ARM_REACH])
    inside = passage.low[mention.number.end : mention.end - 1]
    mention.arm = "control" in inside or (not grouped and not ARM_WORDS.isdisjoint(around))
    as_controls = not AS_CONTROLS.isdisjoint(right[:1]) and not _CONTROLS.isdisjoint(right[:_AS])
    again = right[:1] == ["a"] and not _AGAIN.isdisjoint(right[1:2])
    within = mention.labelled and not _WITHIN.isdisjoint(left[-1:])
    mention.partial = mention.partial or as_controls or again or within
    mention.second = left[-2:] == ["group", "of"] and left[-3:-2] in _OTHER_GROUPS
    mention.partial = mention.partial or mention.second


def _lead_in(left: Sequence[str], *, opens: bool, sure: bool, alone: bool, described: bool) -> float:
    """Points for the words directly before the number: `a total of 40 people`, `Of 40 people,`, `in 40 people`."""
    last = left[-2:]
    if last in (["of", "the"], ["among", "the"], ["in", "the"]):
        last, left = left[-3:-1], left[:-1]
    previous = last[-1] if last else ""
    if (previous in ("of", "among", "amongst", "in") and len(left) == 1) or list(left) == ["out", "of"]:
        return 3.0 if alone and previous != "in" else 1.5 if not described else 0.0
    if previous == "of" and len(last) == 2:
        if last[0] in ("out", *WHOLES):
            chosen = "out" in left[-_OUT:]  # "10 patients out of a total of 100"
            return 2.5 if last[0] in WHOLES and not chosen else -2.0
        return -1.0 if last[0].isdigit() or last[0] in SMALL else 1.0
    if previous in ("among", "amongst"):
        return -2.0 if last[0] == "from" else 0.5
    if previous == "to" and any(CUES.get(word, 0) > 0 for word in left):
        return 1.0
    if previous in _SOURCES and not sure:
        return 1.0 if previous == "from" and not _DATA.isdisjoint(left[-4:]) else -0.5
    return 1.0 if opens or previous in _PLACES else 0.0


def _ahead(words: Sequence[str]) -> float:
    """The weight of the strongest cue behind the counted before anything speaks against it."""
    aside = -_ASIDE
    best = 0.0
    for distance, word in enumerate(words, 1):
        weight = CUES.get(word)
        if weight == RANDOMISED:
            weight = _chance(words[distance : distance + 1])
        if weight is None:
            if word in _WHO:
                aside = distance
        elif weight > 0:
            best = max(best, weight)
        elif distance - aside >= _ASIDE:  # "138 patients who had no history": that is said of them, not done with them
            if word == "reported" and distance > 1 and words[distance - 2] in _BE:
                weight = STUDIED if words[distance - 2] in _NOW else 0.0
            return best or weight
    return best


def _nearest(words: Sequence[str]) -> tuple[float, int]:
    """The weight of the nearest cue before the number, and how many words away it stands."""
    for distance, word in enumerate(reversed(words), 1):
        weight = CUES.get(word)
        if weight is not None:
            at = len(words) - distance + 1
            return (_chance(words[at : at + 1]) if weight == RANDOMISED else weight), distance
    return 0.0, 0


def _chance(following: Sequence[str]) -> float:
    """What "randomised" is worth before a word: a design or a way of sampling is no allocation."""
    word = following[0] if following else ""
    return STUDIED if word in _DESIGNS else ENROLLED if word in _SAMPLED else RANDOMISED


_OUT: Final = 5
_PLACES: Final = frozenset(listed("in on with"))
_SOURCES: Final = frozenset(listed("from for by"))
_DATA: Final = frozenset(
    listed("data records samples specimens information sera scans images biopsies recordings charts")
)
"""What is taken from people: "samples from 32 patients" counts the people."""
_OTHER_GROUPS: Final = (["control"], ["similar"], ["comparison"], ["second"], ["another"], ["comparable"])
_AGAIN: Final = frozenset(listed("second third further booster repeat"))
"""After "30 patients a": what these had beside the first treatment."""
_WITHIN: Final = frozenset(listed("subgroup subset subsample substudy"))
_ANALYSES: Final = frozenset(listed("analysis analyses"))
_CONTROLS: Final = frozenset(listed("control controls"))
_AS: Final = 7
_EACH: Final = frozenset({"/group", "/arm", "/groups"})
_EARLIER: Final = frozenset(listed("primary parent original index main previous earlier"))
"""After "enrolled in the", before a word for a study: another one, of which this is a part. (Not "primary repair".)"""
_WHOLE_STUDIES: Final = _STUDIES | {"cohort", "investigation", "analysis"}
_STORES: Final = frozenset(listed("database databases registry registries register"))
_TAKEN_FROM: Final = frozenset(listed("from using"))
_STORED: Final = 6
"""Words behind the counted within which a registry has them: "included in the database"."""
_LITERATURE: Final = frozenset({"literature", "published"})
_OTHERS: Final = frozenset({"studies", "trials", "reports"})
_THAN: Final = frozenset({"compared", "than"})
_THOSE: Final = frozenset({"those", "that"})
_NOT_CASES: Final = frozenset(listed("study trial series work paper"))
_REPORT: Final = frozenset(listed("report describe describes present reports"))
_DESCRIBED: Final = frozenset({"who", "whose", "with", "without", "that"})
"""After "Of 13 patients": a description, which makes them some of all."""
_WHO: Final = frozenset(listed("who whom whose which that"))
_NOW: Final = frozenset(listed("are is"))
_BE: Final = _NOW | {"were", "was", "been"}
_ASIDE: Final = 4
"""Words after a relative pronoun in which a verb describes the counted."""
_DESIGNS: Final = frozenset(
    listed(
        """controlled clinical trial trials study studies double-blind single-blind cross-over crossover
        placebo-controlled open-label phase prospective pilot multicentre multicenter parallel order sequence"""
    )
)
_SAMPLED: Final = frozenset(listed("selected collected chosen sampled drawn recruited"))

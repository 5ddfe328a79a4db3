"""What the words of a record say of its design: phrases (data/designs.toml), cues and the model, weighed together.

Designs with enough labelled examples have been learnt by the model; phrases raise their score where they are reliable.
The others are rules: a phrase in the title or under a label such as DESIGN states them, and for some a cue in the
abstract does. Every design gets a score from 0 to 1; those at or above the threshold of the operating point become
hits, strongest first, unless a stronger one excludes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from evidence.tagging.design_cues import quoted
from evidence.tagging.design_features import FEATURES, FeatureIndex
from evidence.tagging.design_model import DesignModel, Reading
from evidence.tagging.design_text import DesignText, listed
from evidence.tagging.hits import TagHit
from evidence.tagging.phrases import Document, Match, Zone, outermost
from evidence.vocabulary import DESIGNS, Design

OperatingPoint = Literal["balanced", "sensitive", "precise"]

TITLE_SCORE: Final = 0.9
ABSTRACT_SCORE: Final = 0.7
CUE_SCORE: Final = 0.6
HINT_SCORE: Final = 0.2
NOTHING: Final = 0.01
RULE_THRESHOLD: Final[dict[OperatingPoint, float]] = {"balanced": 0.5, "sensitive": 0.15, "precise": 0.5}
"""Scores of designs that are rules, in steps: stated by title or label, by the abstract, by a cue, hinted at, nothing;
and from which step on they are hits. The steps order the reasons; they are no measured probabilities."""

EXCLUDED: Final = 0.3
"""What a stronger design leaves of the score of one that it excludes. At the balanced point the excluded one is no hit;
the other two points are for screening, where a trial's protocol is better seen than missed."""

DIVIDED: Final = 0.1
"""What is left of a trial's score where only a data set was divided at random."""

OF_A_TRIAL: Final = frozenset({"protocol", "secondary-analysis"})
"""Papers of a trial that are not its report. They exclude the design, as a paper without the trial's results must not
be taken for it, but leave its score alone: the score tells that there is a randomised trial behind the paper."""

SURE_OF_TITLE: Final = 0.9
"""The model has learnt from records with abstracts; of a bare title it must be this sure."""

BESIDE: Final = 4
LONGEST_QUOTE: Final = 16
"""Words."""

SURELY_ANIMAL: Final = 0.8
"""From this score on, an experiment on animals is nothing else, however much it reads like a trial."""

MODEL_NAME: Final = {"clinical-trial": "any-trial"}
LEARNT: Final = ("rct", "clinical-trial", "cohort", "case-control", "case-report", "cross-sectional") + (
    *("animal", "in-vitro", "narrative-review"),
)
"""Designs that the model has learnt. Its "any-trial" is a trial of any kind: ours when no kind is stated."""

NAMED: Final = {"case-control": "@case-control"}
"""Learnt designs that the model alone does not assert where the text lacks their name: of what it tagged so in
cross-validation, eight records, none was right. The score stays, and the points for screening list them."""

TRUSTED: Final = {
    "rct": re.compile(""),
    "clinical-trial": re.compile(""),
    "case-report": re.compile(r"case reports?$|a case of|of a case|of one case|case presentation"),
    "cohort": re.compile(r"cohort"),
    "case-control": re.compile(""),
    "cross-sectional": re.compile(""),
    "narrative-review": re.compile(r"narrative|: a review|mini|state.of.the.art|review article|literature review$"),
    "animal": re.compile(r"animal|model"),
    "in-vitro": re.compile(r"in vitro study|cell lines?|cell cultures?|cultured"),
}
"""Which title phrases of a learnt design count beside an abstract: those that were right in at least two thirds of the
development records with that phrase. "Follow-up study" is a cohort by its indexing in one of six, "in vitro" in a title
an in vitro study in two of five: there the model decides, as it does of phrases in the abstract, which it has seen."""

LIKE_A_REVIEW: Final = ("guideline", "network-meta-analysis", "meta-analysis", "systematic-review", "scoping-review")
"""Rules whose scores, where no rule speaks, follow a tenth of the model's score for a review: a rank, never a hit."""

CUE_RULES: Final = (
    # design, cues that must all be there, cues of which none may be, step
    ("systematic-review", ("@systematic-review", "@literature-searched+"), (), CUE_SCORE),
    ("systematic-review", ("@systematic-review+", "@literature-searched"), (), CUE_SCORE),
    ("systematic-review", ("@systematic-review", "@this-review", "@literature-searched"), (), CUE_SCORE),
    ("systematic-review", ("@systematic-review", "@review-with-meta", "@literature-searched"), (), CUE_SCORE),
    ("systematic-review", ("@review-methods+", "@literature-searched"), (), CUE_SCORE),
    ("systematic-review", ("@systematic-review",), (), HINT_SCORE),
    ("systematic-review", ("@literature-searched+",), (), HINT_SCORE),
    ("meta-analysis", ("@meta-analysis+", "@literature-searched"), (), CUE_SCORE),
    ("meta-analysis", ("@review-with-meta", "@literature-searched"), (), CUE_SCORE),
    ("meta-analysis", ("@meta-analysis-done",), ("@plan", "@meta-analysis-not-done"), CUE_SCORE),
    ("meta-analysis", ("@meta-analysis",), (), HINT_SCORE),
    ("protocol", ("@plan+", "@we-will+"), (), CUE_SCORE),
    ("protocol", ("@plan", "@to-be-randomised"), (), CUE_SCORE),
    ("protocol", ("@plan",), (), HINT_SCORE),
    ("qualitative", ("@qualitative+",), ("@systematic-review",), CUE_SCORE),
    ("qualitative", ("@qualitative",), (), HINT_SCORE),
    ("secondary-analysis", ("@secondary", "@from-a-trial"), ("@meta-analysis", "@randomised-here"), CUE_SCORE),
    ("secondary-analysis", ("@secondary",), (), HINT_SCORE),
    ("cohort", ("@cohort-study",), ("@systematic-review", "@meta-analysis", "@literature-searched"), CUE_SCORE),
    (
        "case-control",
        ("@case-control",),
        ("@systematic-review", "@meta-analysis", "@literature-searched"),
        CUE_SCORE,
    ),
    ("cross-sectional", ("@cross-sectional",), ("@systematic-review", "@meta-analysis", "@longitudinal"), CUE_SCORE),
    ("survey", ("@survey",), (), HINT_SCORE),
    ("nonrandomised-trial", ("@alternating",), ("@systematic-review", "@meta-analysis"), CUE_SCORE),
    ("nonrandomised-trial", ("@not-randomised", "@one-trial"), ("@randomised-here+", "@systematic-review"), HINT_SCORE),
)
"""Abstracts that say what they are without saying it in the title."""

_HUMAN: Final = frozenset(
    listed(
        "patients patient participants participant women woman men man adults children volunteers humans infants "
        "people persons pregnant students adolescents"
    )
)
_VETERINARY: Final = frozenset(("veterinary", "veterinarian", "veterinarians"))
"""An abstract with an animal in its title and nobody of the first, or with one of the second, is about animals."""

_OF_BOTH: Final = "human"
"""In such a title the animal is one of two: "human and rat serum" (5 of 40 by their indexing are of animals alone)."""

_STATED: Final[tuple[Zone, ...]] = ("title", "design")
_NEGATIONS: Final = ("non", "not", "no", "quasi", "without")
_ORDER: Final = {slug: number for number, slug in enumerate((*DESIGNS, *FEATURES))}


TRIALS: Final = ("rct", "clinical-trial")
_ON_ANIMALS: Final = "@T animals"


_TWO_SETS: Final = re.compile(
    r"\brandom\w* (?:\w+ ){0,8}?(?:training|derivation|development|discovery|learning)\b(?: \w+){0,9}? "
    r"(?:validation|validating|tests?|testing|verification)\b"
    r"|\brandom\w* (?:\w+ ){0,8}?(?:validation|tests?|testing)\b(?: \w+){0,9}? (?:training|derivation|development)\b"
)


def _split_only(text: DesignText, cues: Mapping[str, int]) -> bool:
    """Whether what was divided at random are the records of a data set, and nothing else says that people were.

    Two sets must be named: children may be allocated to a training.
    """
    if "@split-sample" not in cues or not cues.keys().isdisjoint(
        ("@randomised-here+", "@randomised-study", "@placebo")
    ):
        return False
    return _TWO_SETS.search(text.sentences[cues["@split-sample"]].joined) is not None


class _Reason(NamedTuple):
    """Why a design has its score: a phrase found, a cue, or the model."""

    score: float
    rule: str
    match: Match | None = None
    cue: str = ""

    @property
    def states(self) -> bool:
        """Whether the title or a label says it: such a reason comes before any score."""
        return self.match is not None and self.rule != "words-in-abstract"


def _only_animals(text: DesignText) -> bool:
    """Whether a text with an animal in its title is about no people."""
    if _OF_BOTH in text.title.tokens:
        return False
    return _HUMAN.isdisjoint(text.words) or not _VETERINARY.isdisjoint(text.words)


def _is_unnamed(slug: str, reason: _Reason, reading: Reading) -> bool:
    """Whether only the model speaks for a design that a text names when it has it."""
    return slug in NAMED and reason.rule == "model" and NAMED[slug] not in reading.cues


@dataclass(frozen=True, slots=True)
class WordsFound:
    """What the words say: designs and features that hold at the operating point, and the score of every one."""

    designs: tuple[TagHit, ...]
    features: tuple[TagHit, ...]
    scores: dict[str, float]


class DesignWords:
    """The text path, prepared."""

    def __init__(self, designs: dict[str, Design], model: DesignModel, features: FeatureIndex) -> None:
        self._designs, self._model, self._features = designs, model, features
        self._thresholds = {
            point: {slug: self._limit(slug, point) for slug in (*designs, *DESIGNS, *FEATURES)}
            for point in RULE_THRESHOLD
        }
        self._learnt_features = [slug for slug in FEATURES if slug in model.classes]
        self._nothing = dict.fromkeys((*DESIGNS, *FEATURES), NOTHING)
        self._against = {
            slug: frozenset((*design.excludes, *design.excludes_inferred)) for slug, design in designs.items()
        }

    def read(self, text: DesignText, document: Document, matches: Iterable[Match], point: OperatingPoint) -> WordsFound:
        """Everything the words say of one record."""
        reading = self._model.read(text)
        reasons = self._reasons(text, document, matches, reading)
        scores = self._nothing.copy()
        likeness = NOTHING + 0.1 * reading.scores["narrative-review"]
        scores |= dict.fromkeys(LIKE_A_REVIEW, likeness)
        for slug, reason in reasons.items():
            scores[slug] = max(likeness, reason.score) if slug in LIKE_A_REVIEW else reason.score
        for slug, by in self._excluded(reasons).items():
            if not by <= OF_A_TRIAL:
                scores[slug] *= EXCLUDED
            if point == "balanced":
                del reasons[slug]
        limits = self._thresholds[point]
        held = [slug for slug in reasons if scores[slug] >= limits[slug]]
        if point == "balanced":
            held = [slug for slug in held if not _is_unnamed(slug, reasons[slug], reading)]
        if any(slug in held for slug in ("rct", "nonrandomised-trial", "single-arm-trial", "protocol")):
            held = [slug for slug in held if slug != "clinical-trial"]
        hits = tuple(self._hit(slug, scores[slug], reasons[slug], text, document, reading) for slug in held)
        features = tuple(self._feature_hits(text, reading, point, scores))
        return WordsFound(hits, features, scores)

    def _excluded(self, reasons: dict[str, _Reason]) -> dict[str, set[str]]:
        """Designs that do not hold beside stronger ones, and these.

        What title or label state comes first, then cues and animals (a randomised experiment on rats is no trial),
        then whatever has the higher score.
        """
        limits = self._thresholds["balanced"]
        stated = [slug for slug, reason in reasons.items() if reason.states or reason.cue == _ON_ANIMALS]
        if not stated and not any(reason.score >= limits[slug] for slug, reason in reasons.items()):
            return {}
        out = {slug: by for slug in stated if (by := {o for o in stated if self._excludes(o, slug)})}
        kept = [slug for slug in stated if slug not in out]
        against: set[str] = set().union(*[self._against.get(slug, ()) for slug in kept])
        rest = [(*self._turn(slug, reason), slug) for slug, reason in reasons.items() if slug not in stated]
        for _, _, _, slug in sorted(rest):
            if slug in against:
                out[slug] = {other for other in kept if self._excludes(other, slug)}
            elif reasons[slug].score >= limits[slug]:
                kept.append(slug)
                against |= self._against.get(slug, frozenset())
        return out

    @staticmethod
    def _turn(slug: str, reason: _Reason) -> tuple[bool, float, int]:
        """What a design that is not stated is sorted by: cues and animals before the model, then the higher score."""
        surely = slug == "animal" and reason.score >= SURELY_ANIMAL
        return reason.rule == "model" and not surely, -reason.score, _ORDER[slug]

    def _excludes(self, one: str, other: str) -> bool:
        return other in self._against.get(one, ())

    def _limit(self, slug: str, point: OperatingPoint) -> float:
        name = MODEL_NAME.get(slug, slug)
        if name in self._model.classes:
            return self._model.points[point][self._model.classes.index(name)]
        return RULE_THRESHOLD[point]

    def _reasons(
        self, text: DesignText, document: Document, matches: Iterable[Match], reading: Reading
    ) -> dict[str, _Reason]:
        """The best reason for every design that has one."""
        best: dict[str, _Reason] = {}

        def offer(slug: str, reason: _Reason) -> None:
            if slug in self._designs and (slug not in best or reason.score > best[slug].score):
                best[slug] = reason

        has_abstract = len(text.parts) > 1
        for zone, match in self._stated(document, matches):
            slug = match.meaning.slug
            if has_abstract and slug in TRUSTED:
                words = document.printed(match.start, match.end).lower()
                if not (zone in _STATED and TRUSTED[slug].search(words)):
                    continue
            score = TITLE_SCORE if zone in _STATED else ABSTRACT_SCORE
            offer(slug, _Reason(score, f"words-in-{zone}", match))
        cues = reading.cues
        for slug, needed, barred, score in [rule for rule in CUE_RULES if rule[1][0] in cues]:
            if all(c in cues for c in needed) and not any(c in cues for c in barred):
                offer(slug, _Reason(score, "cue-in-text", cue=needed[0]))
        if has_abstract and _ON_ANIMALS in cues and _only_animals(text):
            offer("animal", _Reason(TITLE_SCORE, "cue-in-text", cue=_ON_ANIMALS))
        for slug in LEARNT:
            score = reading.scores[MODEL_NAME.get(slug, slug)]
            if slug in TRIALS and _split_only(text, cues):
                score *= DIVIDED
            if slug in best:
                best[slug] = best[slug]._replace(score=max(score, best[slug].score))
            elif has_abstract or score >= SURE_OF_TITLE:
                offer(slug, _Reason(score, "model"))
        return best

    def _stated(self, document: Document, matches: Iterable[Match]) -> Iterator[tuple[Zone, Match]]:
        """Phrases that stand where designs are stated, are not denied, and have their context."""
        found = outermost([m for m in matches if m.meaning.kind == "design"])
        masked = {(match.start, match.end) for match in found if not match.meaning.slug}
        for match in found:
            meaning = match.meaning
            if (match.start, match.end) in masked:
                continue
            zone = document.zone(match.start)
            if not (meaning.anywhere or zone in _STATED) or document.tokens[match.start - 1] in _NEGATIONS:
                continue
            if meaning.holds_in(document.words if meaning.anywhere else document.title):
                yield zone, match

    def _hit(
        self, slug: str, score: float, reason: _Reason, text: DesignText, document: Document, reading: Reading
    ) -> TagHit:
        evidence, place = "", ""
        if reason.match is not None:
            evidence = document.printed(reason.match.start, reason.match.end)
            place = document.place(reason.match.start)
        elif reason.cue:
            at = quoted(reason.cue, text, reading.cues[reason.cue])
            if at is not None:
                evidence, place = text.printed(*at), text.place(at[0], at[1])
        if not evidence:
            evidence, place = self._strongest(MODEL_NAME.get(slug, slug), text, reading)
        return TagHit(
            kind="design",
            slug=slug,
            origin="text",
            evidence=evidence,
            rule=reason.rule,
            confidence=round(score, 3),
            place=place,
        )

    def _strongest(self, name: str, text: DesignText, reading: Reading) -> tuple[str, str]:
        """The words that speak most for a class, and their place: the strongest phrase with others close beside it."""
        phrases = self._model.reasons(name, text, reading)
        if not phrases:
            return "", ""
        sentence, first, last = phrases[0].sentence, phrases[0].first, phrases[0].last
        for phrase in phrases[1:]:
            if phrase.sentence is sentence and max(last, phrase.last) - min(first, phrase.first) <= LONGEST_QUOTE:
                first, last = min(first, phrase.first), max(last, phrase.last)
        if last - first == 1:  # one word explains nothing without those beside it
            first, last = max(0, first - BESIDE), last + BESIDE
            if text.is_label(sentence, first + 1):
                first = next((n for n in range(first, last) if not text.is_label(sentence, n + 1)), first)
        return text.printed(sentence, first, last), text.place(sentence, first)

    def _feature_hits(
        self, text: DesignText, reading: Reading, point: OperatingPoint, scores: dict[str, float]
    ) -> Iterator[TagHit]:
        """Features: by phrases where the record is not about others' studies, by the model where it has learnt them."""
        others = max(scores[s] for s in ("systematic-review", "meta-analysis", "narrative-review", "editorial")) >= 0.5
        for slug, sentence, first, last in self._features.stated(text):
            scores[slug] = HINT_SCORE if others else TITLE_SCORE if sentence is text.title else ABSTRACT_SCORE
            if scores[slug] >= RULE_THRESHOLD[point]:
                yield TagHit(
                    kind="feature",
                    slug=slug,
                    origin="text",
                    evidence=text.printed(sentence, first, last),
                    rule="words-in-title" if sentence is text.title else "words-in-abstract",
                    confidence=scores[slug],
                    place=text.place(sentence, first),
                )
        limits = self._thresholds[point]
        for slug in self._learnt_features:
            scores[slug] = reading.scores[slug]
            if scores[slug] >= limits[slug]:
                words, place = self._strongest(slug, text, reading)
                yield TagHit(
                    kind="feature",
                    slug=slug,
                    origin="text",
                    evidence=words,
                    rule="model",
                    confidence=round(scores[slug], 3),
                    place=place,
                )

"""What the words of a record say of its design: phrases (data/designs.toml), cues and the model, weighed together.

Designs with enough labelled examples have been learnt by the model; phrases raise their score where they are reliable.
The others are rules: a phrase in the title or under a label such as DESIGN states them, and for some a cue in the
abstract does. Every design gets a score from 0 to 1; those at or above the threshold of the operating point become
hits, strongest first, unless a stronger one excludes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from evidence.tagging.design_cues import quoted
from evidence.tagging.design_features import FEATURES, FeatureIndex
from evidence.tagging.design_model import DesignModel, Reading
from evidence.tagging.design_rules import (
    ABSTRACT_SCORE,
    ANIMALS_TREATED,
    BESIDE,
    CUE_RULES,
    CUE_SCORE,
    DIVIDED,
    EXCLUDED,
    HINT_SCORE,
    LEARNT,
    LIKE_A_REVIEW,
    LONGEST_QUOTE,
    MODEL_NAME,
    NEGATIONS,
    NOTHING,
    OF_A_TRIAL,
    OF_OTHERS,
    ON_ANIMALS,
    RULE_THRESHOLD,
    STATED,
    SURE_OF_TITLE,
    SURELY_ANIMAL,
    TITLE_SCORE,
    TRIALS,
    TRUSTED,
    OperatingPoint,
    Stance,
    denies_blinding,
    in_a_laboratory,
    is_unnamed,
    of_no_people,
    only_animals,
    stance_of,
)
from evidence.tagging.design_text import DesignText
from evidence.tagging.hits import TagHit
from evidence.tagging.phrases import Document, Match, Zone, outermost
from evidence.vocabulary import DESIGNS, Design

_ORDER: Final = {slug: number for number, slug in enumerate((*DESIGNS, *FEATURES))}


class _Reason(NamedTuple):
    """Why a design has its score: a phrase found, a cue, or the model."""

    score: float
    rule: str
    match: Match | None = None
    cue: str = ""

    @property
    def states(self) -> bool:
        """Whether the title or a label says it: such a reason comes before any score."""
        return self.cue.startswith("@T ") or (self.match is not None and self.rule != "words-in-abstract")


def _is_trusted(match: Match, document: Document) -> bool:
    """Whether the phrase of a learnt design counts beside an abstract."""
    return TRUSTED[match.meaning.slug].search(document.printed(match.start, match.end).lower()) is not None


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
            by_model = {slug for slug in held if reasons[slug].rule == "model"}
            unnamed = {slug for slug in by_model if is_unnamed(slug, scores[slug], text, reading.cues)}
            held = [slug for slug in held if slug not in unnamed]
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
        stated = [slug for slug, reason in reasons.items() if reason.states]
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
        has_abstract = len(text.parts) > 1
        stance = stance_of(text, reading.cues)

        def offer(slug: str, reason: _Reason) -> None:
            known = slug in self._designs and slug not in stance.never
            if known and (slug not in best or reason.score > best[slug].score):
                best[slug] = reason

        for slug, reason in self._by_phrases(document, matches, stance, has_abstract=has_abstract):
            offer(slug, reason)
        for slug, needed, barred, score in [rule for rule in CUE_RULES if rule[1][0] in stance.cues]:
            if all(c in stance.cues for c in needed) and not any(c in stance.cues for c in barred):
                offer(slug, _Reason(score, "cue-in-text", cue=needed[0]))
        if has_abstract and ON_ANIMALS in stance.cues and only_animals(text):
            offer("animal", _Reason(TITLE_SCORE, "cue-in-text", cue=ON_ANIMALS))
        elif ANIMALS_TREATED in stance.cues and self._tells_of_animals(text, reading, best):
            offer("animal", _Reason(CUE_SCORE, "cue-in-text", cue=ANIMALS_TREATED))
            best.pop("rct", None)  # here it can only be of these animals
        for slug in LEARNT:
            score = reading.scores[MODEL_NAME.get(slug, slug)] * (stance.left if slug in TRIALS else 1)
            if slug in best:
                best[slug] = best[slug]._replace(score=max(score, best[slug].score))
            elif has_abstract or score >= SURE_OF_TITLE:
                offer(slug, _Reason(score, "model"))
        return best

    def _by_phrases(
        self, document: Document, matches: Iterable[Match], stance: Stance, *, has_abstract: bool
    ) -> Iterator[tuple[str, _Reason]]:
        """Designs that phrases state, where the paper speaks of itself and the phrase is one to be trusted."""
        for zone, match in self._stated(document, matches):
            slug, stated = match.meaning.slug, zone in STATED
            if stated and slug in stance.of_another:
                continue
            if has_abstract and slug in TRUSTED and not (stated and _is_trusted(match, document)):
                continue
            if not (stance.of_others and slug in TRIALS and zone != "title"):
                yield slug, _Reason(TITLE_SCORE if stated else ABSTRACT_SCORE, f"words-in-{zone}", match)

    def _tells_of_animals(self, text: DesignText, reading: Reading, said: Mapping[str, _Reason]) -> bool:
        """Whether the animals of which the abstract tells are this study's own: no review, no trial in people."""
        limit = RULE_THRESHOLD["balanced"]
        if any(slug in said and said[slug].score >= limit for slug in OF_OTHERS):
            return False
        if reading.scores["narrative-review"] >= self._thresholds["balanced"]["narrative-review"]:
            return False
        if of_no_people(text):
            return True
        in_trial = "rct" in said or reading.scores["any-trial"] >= self._thresholds["balanced"]["clinical-trial"]
        return not in_trial and in_a_laboratory(text, reading.cues)

    def _stated(self, document: Document, matches: Iterable[Match]) -> Iterator[tuple[Zone, Match]]:
        """Phrases that stand where designs are stated, are not denied, and have their context."""
        found = outermost([m for m in matches if m.meaning.kind == "design"])
        masked = {(match.start, match.end) for match in found if not match.meaning.slug}
        holds: dict[int, bool] = {}  # the context of a meaning is asked for once, however often its phrase stands there
        title = document.title
        for match in found:
            meaning = match.meaning
            if (match.start, match.end) in masked:
                continue
            zone = document.zone(match.start)
            if not (meaning.anywhere or zone in STATED) or document.tokens[match.start - 1] in NEGATIONS:
                continue
            held = holds.get(id(meaning))
            if held is None:
                held = holds[id(meaning)] = meaning.holds_in(document.words if meaning.anywhere else title)
            if held:
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
            denied = slug == "double-blind" and denies_blinding(text, reading.cues)
            scores[slug] = reading.scores[slug] * (DIVIDED if denied else 1)
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

"""Study designs and features: from publication types, MeSH headings, and the words of title and abstract.

Two paths, both kept. Indexing: publication types (https://www.nlm.nih.gov/mesh/pubtypes.html) and headings state a
design. Text: phrases, cues and a linear model (design_words.py), which need no indexing. Keywords name topics as often
as methods and do not count. What excludes what is data (designs.toml), because it is knowledge about designs: a
protocol of a randomised trial is no randomised trial, a review of trials is no trial.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from evidence.records import Record
from evidence.tagging.design_features import FeatureIndex, load_features
from evidence.tagging.design_model import DesignModel, load_model
from evidence.tagging.design_rules import OperatingPoint
from evidence.tagging.design_text import DesignText
from evidence.tagging.design_words import DesignWords, WordsFound
from evidence.tagging.hits import Origin, TagHit
from evidence.tagging.phrases import Document, Match, Meaning, PhraseTable, Words
from evidence.vocabulary import DESIGNS, Vocabulary

ANIMALS: Final = ("D000818", "animals")
HUMANS: Final = ("D006801", "humans")
"""Two of the indexers' check tags (https://www.nlm.nih.gov/bsd/indexing/training/CHK_010.html): UI, and name in lower
case. Animals without Humans is an animal study."""

OVERRIDING: Final = ("retraction-notice", "erratum", "comment", "protocol")
"""Designs that a record is listed under whatever else it has, first one first: they are no evidence of their own."""

_ORDER: Final = {slug: number for number, slug in enumerate(DESIGNS)}


def primary(designs: Collection[str]) -> str:
    """The one design a study is listed under: a notice, comment or protocol is that, else the highest ranked."""
    for slug in OVERRIDING:
        if slug in designs:
            return slug
    known = [slug for slug in designs if slug in _ORDER]
    return min(known, key=_ORDER.__getitem__, default="other")


@dataclass(frozen=True, slots=True)
class Judged:
    """All that is said of a record's design: hits of designs and features, and a score from 0 to 1 for every one."""

    designs: tuple[TagHit, ...]
    features: tuple[TagHit, ...]
    scores: dict[str, float]


class Designs:
    """The prepared form. `point` is the operating point of the text path: what `tag` asserts.

    Raises BadVocabulary when the installation lacks the model's weights or they are broken.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        phrases: PhraseTable,
        point: OperatingPoint = "balanced",
        model: DesignModel | None = None,
    ) -> None:
        self._vocabulary, self._phrases, self._point = vocabulary, phrases, point
        self._features = FeatureIndex(vocabulary.features or load_features())
        self._words = DesignWords(vocabulary.designs, model or load_model(), self._features)
        self._by_type: dict[str, str] = {}
        self._by_heading: dict[str, str] = {}
        for slug, design in vocabulary.designs.items():
            self._by_type.update((name.casefold(), slug) for name in design.publication_types)
            for ui in design.mesh:
                self._by_heading[ui] = slug
                if ui in vocabulary.descriptors:
                    self._by_heading[vocabulary.descriptors[ui].name.casefold()] = slug
            phrases.add(design.phrases, Meaning(kind="design", slug=slug, anywhere=False))
            for contextual in design.contextual:
                phrases.add(
                    contextual.phrases,
                    Meaning(
                        kind="design",
                        slug=slug,
                        needs=tuple(Words(group) for group in contextual.needs),
                        unless=Words(contextual.unless) if contextual.unless else None,
                        anywhere=contextual.anywhere,
                    ),
                )
        phrases.add(vocabulary.design_masks, Meaning(kind="design", slug="", anywhere=False))

    def tag(self, record: Record, document: Document, matches: Iterable[Match]) -> Iterator[TagHit]:
        """Hits of the record, one for each design or feature and origin.

        A design stated by a hand-made source stands alone; of features it says nothing.
        """
        stated = {t.slug for t in record.tags if t.kind == "design" and t.slug in self._vocabulary.designs}
        words = self._words.read(DesignText(record), document, matches, self._point)
        yield from self._designs(record, None if stated else words, stated)
        features: dict[tuple[str, str], TagHit] = {}
        for hit in (*self._features.indexed(record), *words.features):
            features.setdefault((hit.slug, hit.origin), hit)
        yield from features.values()

    def judge(
        self,
        record: Record,
        *,
        text_only: bool = False,
        point: OperatingPoint | None = None,
        read: tuple[Document, Iterable[Match]] | None = None,
    ) -> Judged:
        """Designs, features and scores of a record; `text_only` leaves its headings and publication types unread.

        `read`: the record's words and the phrases found in them, where the caller has these already.
        """
        document, matches = read or self._found(record)
        words = self._words.read(DesignText(record), document, matches, point or self._point)
        if text_only:
            return Judged(words.designs, words.features, words.scores)
        hits = tuple(self._designs(record, words, set()))
        indexed = tuple(self._features.indexed(record))
        scores = dict(words.scores)
        stated = [(h.slug, h.confidence) for h in hits] + [(h.slug, h.confidence) for h in indexed]
        for slug, confidence in stated:
            scores[slug] = max(scores.get(slug, 0.0), confidence)
        return Judged(hits, (*indexed, *words.features), scores)

    def _found(self, record: Record) -> tuple[Document, Iterable[Match]]:
        document = Document(record)
        return document, self._phrases.find(document)

    def scores(self, record: Record, *, text_only: bool) -> dict[str, float]:
        """A score from 0 to 1 for every design and feature of the closed lists."""
        return self.judge(record, text_only=text_only).scores

    def _designs(self, record: Record, words: WordsFound | None, stated: set[str]) -> Iterator[TagHit]:
        hits = list(self._of_types(record))
        if not stated:
            hits += self._of_headings(record)
        if words is not None:
            hits += words.designs
        first: dict[tuple[str, str], TagHit] = {}
        for hit in hits:
            first.setdefault((hit.slug, hit.origin), hit)
        yield from self._consistent(list(first.values()), stated)

    def _of_types(self, record: Record) -> Iterator[TagHit]:
        for concept in record.publication_types:
            slug = self._by_type.get(concept.name.casefold())
            if slug:
                yield _hit(slug, "pubtype", concept.name, "publication-type", 0.95)
        if record.kind in ("book", "chapter") and "book-chapter" in self._vocabulary.designs:
            yield _hit("book-chapter", "pubtype", record.kind, "kind-of-record", 0.95)

    def _of_headings(self, record: Record) -> Iterator[TagHit]:
        names = set()
        for heading in record.mesh:
            name = heading.ui or heading.name.casefold()
            names.add(name)
            slug = self._by_heading.get(name)
            if slug:
                yield _hit(slug, "mesh", heading.name, "design-heading", 0.7)
        if not names.isdisjoint(ANIMALS) and names.isdisjoint(HUMANS) and "animal" in self._vocabulary.designs:
            yield _hit("animal", "mesh", "Animals, without Humans", "animals-not-humans", 0.9)

    def _consistent(self, hits: list[TagHit], stated: set[str]) -> Iterator[TagHit]:
        """The hits without those that another design excludes; "other" only when it is all there is.

        What the words say is already consistent in itself. Indexing overrules words; only a design that the title or a
        cue states, not the model's opinion, overrules indexing.
        """
        designs = self._vocabulary.designs
        indexed = {hit.slug for hit in hits if hit.origin != "text"} | stated
        said = indexed | {hit.slug for hit in hits if hit.rule != "model"}
        never = {slug for by in said for slug in designs[by].excludes}
        not_headings = never | {slug for by in said for slug in designs[by].excludes_inferred}
        not_words = {slug for by in indexed for slug in (*designs[by].excludes, *designs[by].excludes_inferred)}
        barred = {"text": not_words, "mesh": not_headings}
        kept = [h for h in hits if h.slug not in barred.get(h.origin, never)]
        definite = stated or any(hit.slug != "other" for hit in kept)
        yield from (hit for hit in kept if hit.slug != "other" or not definite)


def _hit(slug: str, origin: Origin, evidence: str, rule: str, confidence: float) -> TagHit:
    return TagHit(kind="design", slug=slug, origin=origin, evidence=evidence, rule=rule, confidence=confidence)

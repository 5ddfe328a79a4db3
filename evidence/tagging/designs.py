"""Study designs: from publication types, MeSH headings, and the words of the title and of sections
labelled as design. Keywords name topics as often as methods and do not count.

Publication types: https://www.nlm.nih.gov/mesh/pubtypes.html . What excludes what is data (designs.toml), because it
is knowledge about designs: a protocol of a randomised trial is no randomised trial, a review of trials is no trial.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from evidence.records import Record
from evidence.tagging.hits import Origin, TagHit
from evidence.tagging.phrases import Document, Match, Meaning, PhraseTable, Words, Zone, outermost
from evidence.vocabulary import DESIGNS, Vocabulary

ANIMALS: Final = ("D000818", "animals")
HUMANS: Final = ("D006801", "humans")
"""Two of the indexers' check tags (https://www.nlm.nih.gov/bsd/indexing/training/CHK_010.html): UI, and name in lower
case. Animals without Humans is an animal study."""

OVERRIDING: Final = ("retraction-notice", "erratum", "comment", "protocol")
"""Designs that a record is listed under whatever else it has, first one first: they are no evidence of their own."""

_STATED: Final[tuple[Zone, ...]] = ("title", "design")
_NEGATIONS: Final = ("non", "not", "no", "quasi", "without")
_ORDER: Final = {slug: number for number, slug in enumerate(DESIGNS)}
_CONFIDENCE: Final[dict[Zone, float]] = {"title": 0.85, "design": 0.85, "keyword": 0.7, "abstract": 0.6}
_INFERRED: Final = ("mesh", "text")


def primary(designs: Collection[str]) -> str:
    """The one design a study is listed under: a notice, comment or protocol is that, else the highest ranked."""
    for slug in OVERRIDING:
        if slug in designs:
            return slug
    known = [slug for slug in designs if slug in _ORDER]
    return min(known, key=_ORDER.__getitem__, default="other")


class Designs:
    """The prepared form."""

    def __init__(self, vocabulary: Vocabulary, phrases: PhraseTable) -> None:
        self._vocabulary = vocabulary
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
        """Hits of the record, one for each design and origin. A design stated by a hand-made source stands alone."""
        hits = list(self._of_types(record))
        stated = {t.slug for t in record.tags if t.kind == "design" and t.slug in self._vocabulary.designs}
        if not stated:
            hits += self._of_headings(record)
            hits += self._of_words(document, matches)
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

    def _of_words(self, document: Document, matches: Iterable[Match]) -> Iterator[TagHit]:
        found = outermost(m for m in matches if m.meaning.kind == "design")
        masked = {(match.start, match.end) for match in found if not match.meaning.slug}
        best: dict[str, tuple[float, Match]] = {}
        for match in found:
            meaning = match.meaning
            zone = document.zone(match.start)
            if (match.start, match.end) in masked or not (meaning.anywhere or zone in _STATED):
                continue
            if document.tokens[match.start - 1] in _NEGATIONS:
                continue
            if not meaning.holds_in(document.words if meaning.anywhere else document.title):
                continue
            if meaning.slug not in best or _CONFIDENCE[zone] > best[meaning.slug][0]:
                best[meaning.slug] = (_CONFIDENCE[zone], match)
        for slug, (confidence, match) in best.items():
            zone = document.zone(match.start)
            yield _hit(slug, "text", document.printed(match.start, match.end), f"words-in-{zone}", confidence)

    def _consistent(self, hits: list[TagHit], stated: set[str]) -> Iterator[TagHit]:
        """The hits without those that another design excludes; "other" only when it is all there is."""
        designs = self._vocabulary.designs
        present = {hit.slug for hit in hits} | stated
        never = {slug for by in present for slug in designs[by].excludes}
        not_inferred = {slug for by in present for slug in designs[by].excludes_inferred}
        kept = [h for h in hits if h.slug not in never and not (h.origin in _INFERRED and h.slug in not_inferred)]
        definite = stated or any(hit.slug != "other" for hit in kept)
        yield from (hit for hit in kept if hit.slug != "other" or not definite)


def _hit(slug: str, origin: Origin, evidence: str, rule: str, confidence: float) -> TagHit:
    return TagHit(kind="design", slug=slug, origin=origin, evidence=evidence, rule=rule, confidence=confidence)

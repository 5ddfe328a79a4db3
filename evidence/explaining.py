"""A tag in words that a clinician understands: who says so, because of which words, where they stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from evidence import merging
from evidence.records import Record
from evidence.tagging.phrases import SENTENCE
from evidence.tagging.registries import named
from evidence.text import plain
from evidence.views import TagView

ORIGINS: Final = {
    "mesh": "MeSH heading given by NLM",
    "pubtype": "Publication type given by NLM",
    "text": "Words of the record",
    "curator": "Curator",
    "import": "Stated by the source",
}
"""Origins of tags (store.schema.TagAssignment)."""

RULES: Final = {
    "phrase-in-title": "a name of it in the title",
    "phrase-in-keyword": "a name of it among the keywords",
    "phrase-in-abstract": "a name of it in the abstract",
    "phrase-in-conclusion": "a name of it in what the abstract concludes",
    "phrase-in-population": "a name of it in whom the abstract studied",
    "phrase-denied": "a name of it, where the text says that it is absent",
    "words-in-title": "words for it in the title",
    "words-in-design": "words for it where the abstract states the design",
    "words-in-abstract": "words for it in the abstract",
    "words-in-keyword": "words for it among the keywords",
    "mesh-descriptor": "the heading means it",
    "mesh-tree": "the heading is a narrower term of MeSH",
    "mesh-entry-term": "the heading is broader, and the record’s words name it",
    "design-heading": "the heading states it",
    "animals-not-humans": "indexed under Animals and not under Humans",
    "publication-type": "the publication type states it",
    "kind-of-record": "the kind of record",
    "stated-by-source": "as its source has it",
    "cue-in-text": "a turn of phrase of such reports",
    "model": "the weight of its words, learned from indexed records",
    "learned-words": "words learned from indexed records",
}
"""Rules of evidence.tagging in words; a rule that is not listed speaks for itself."""

_OF_PLACES: Final = frozenset(name for name in RULES if name.startswith(("phrase-in-", "words-in-"))) - {
    "phrase-in-conclusion",
    "phrase-in-population",
}
"""Rules that say no more than the place where the words were found."""

_AROUND: Final = 70
"""Characters of the sentence shown on either side of the words: about one line in all."""
_LONGEST_QUOTED: Final = 200
_LONGEST_NUMBER: Final = 5
"""Digits of a sentence's number."""
_ELSEWHERE: Final = 10**6


@dataclass(frozen=True, slots=True)
class Quote:
    """Words as they stand in a record: `before` and `after` are what surrounds them, "" when that says nothing more."""

    before: str
    words: str
    after: str
    place: str  # "the title", "the abstract, Methods (sentence 4)", "the keywords"; "" when that is not known


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a study has a tag, or has not. `rule` is in words, empty where the place says as much; `name` is its own.

    For a curator: `verdict` ("yes" or "no"), `actor`, `at`, and the reason as the quote's words. `suggested`: this
    alone does not make the tag stand.
    """

    source: str
    quote: Quote
    rule: str
    name: str
    origin: str
    suggested: bool = False
    verdict: str = ""
    actor: str = ""
    at: datetime | None = None


def explain(tag: TagView, records: Sequence[Record]) -> Explanation:
    """One reason of a tag; its words are looked for in these records, the study's."""
    decided = tag.origin == "curator"
    said = quote(tag.evidence, records, tag.place) if tag.origin == "text" else Quote("", plain(tag.evidence), "", "")
    needless = decided or (bool(said.place) and tag.rule in _OF_PLACES)
    return Explanation(
        source=ORIGINS.get(tag.origin, tag.origin),
        quote=said,
        rule="" if needless else RULES.get(tag.rule, tag.rule.replace("-", " ")),
        name=tag.rule,
        origin=tag.origin,
        suggested=tag.status == "suggested",
        verdict={"asserted": "yes", "rejected": "no"}.get(tag.status, "") if decided else "",
        actor=tag.actor,
        at=tag.at,
    )


@dataclass(frozen=True, slots=True)
class _Spot:
    """A part of a record: its name as tags store it, its name in words, its text, the sentences before it."""

    stored: str
    named: str
    text: str
    before: int = 0


def quote(words: str, records: Sequence[Record], place: str = "") -> Quote:
    """The words with the line around them and their place.

    `place` is what is stored with the tag (views.TagView): of several occurrences the one nearest to it is quoted;
    without one, the first of title, abstract and keywords that has them.
    """
    said = plain(words)
    where, _, sentence = place.partition(", sentence ")
    number = int(sentence) if sentence.isdecimal() and len(sentence) < _LONGEST_NUMBER else 0
    nearest: tuple[int, _Spot, re.Match[str]] | None = None
    if said and len(said) <= _LONGEST_QUOTED:
        wanted = re.compile(re.escape(said), re.IGNORECASE)
        for spot in (s for record in records for s in _spots(record)):
            for found in wanted.finditer(spot.text):
                far = _distance(spot, found.start(), where, number)
                if nearest is None or far < nearest[0]:
                    nearest = far, spot, found
    if nearest is None:
        return Quote("", said, "", _worded(where, number))
    far, spot, found = nearest
    return _quoted(spot.text, found, f"{spot.named} (sentence {number})" if number and far < _ELSEWHERE else spot.named)


def registered(records: Sequence[Record]) -> dict[str, Quote]:
    """Registration → the words of these records that name it, with the line around them and their place."""
    first = islice(named(records).items(), MOST_QUOTED)
    return {number: quote(found.evidence, records, found.place) for number, found in first}


MOST_QUOTED: Final = 40
"""A paper on trials may name hundreds; each quotation reads the whole text, and a page is read by people."""


def _distance(spot: _Spot, at: int, where: str, number: int) -> int:
    """How far words are from where they are said to stand: in sentences; in another part, more than any sentence."""
    same = spot.stored == where or (where == "abstract" and spot.stored.startswith("abstract"))
    if not same:
        return _ELSEWHERE
    if not number:
        return 0
    return abs(spot.before + 1 + sum(gap.end() <= at for gap in SENTENCE.finditer(spot.text)) - number)


def _spots(record: Record) -> Iterator[_Spot]:
    yield _Spot("title", "the title", plain(record.title))
    sentences = 0
    for section in record.abstract:
        label = section.label.strip(" :") or section.category
        stored = f"abstract, {section.label}" if section.label else "abstract"
        text = plain(section.text)
        yield _Spot(stored, _named(label), text, sentences)
        sentences += len(SENTENCE.split(text))
    for number, keyword in enumerate(record.keywords, 1):
        yield _Spot(f"keyword {number}", "the keywords", plain(keyword.text))


def _named(label: str) -> str:
    said = label.capitalize() if label.isupper() else label
    return f"the abstract, {said}" if said else "the abstract"


def _worded(where: str, number: int) -> str:
    """A stored place in words, for words that are not found as they stand: those of a label, or of a line cut short."""
    kind, _, label = where.partition(", ")
    if kind == "abstract":
        return f"{_named(label)} (sentence {number})" if number else _named(label)
    return "the title" if kind == "title" else "the keywords" if kind.startswith("keyword") else ""


def _quoted(text: str, found: re.Match[str], place: str) -> Quote:
    if not place.startswith("the abstract"):
        return Quote("", found[0], "", place)
    before, after = text[: found.start()], text[found.end() :]
    if len(before) > _AROUND:
        before = "…" + before[-_AROUND:].partition(" ")[2]
    if len(after) > _AROUND:
        after = after[:_AROUND].rpartition(" ")[0] + "…"
    return Quote(before, found[0], after, place)


def sentence(why: Explanation) -> str:
    """An explanation in one line, for the command line."""
    if why.origin == "import":  # where the source's own tags come from is no quotation
        return ": ".join(part for part in (why.source, why.quote.words) if part)
    quoted = f": “{why.quote.words}”" if why.quote.words else ""
    place = f" in {why.quote.place}" if why.quote.place else ""
    if why.origin == "curator":
        when = f" on {why.at:%Y-%m-%d %H:%M} UTC" if why.at else ""
        return f"{why.actor or 'a curator'} said {why.verdict}{when}{quoted}"
    rule = f" ({why.rule})" if why.rule else ""
    return f"{why.source}{quoted}{place}{rule}{', a suggestion only' if why.suggested else ''}"


def standing(tags: Iterable[TagView]) -> dict[tuple[str, str], merging.EffectiveTag]:
    """(kind, slug) → the tags that stand after all reasons were weighed."""
    return {(tag.kind, tag.slug): tag for tag in merging.effective_tags(tags)}

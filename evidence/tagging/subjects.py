"""Conditions and interventions: from MeSH headings and from the words of title, abstract and keywords.

A subject is central when the title, a keyword or a major heading names it, or the abstract names it as what the people
studied have or as what the study concludes about; named elsewhere, or only where it is said to be absent ("patients
without gout"), it is mentioned.

A heading tags the condition that links its descriptor; else the nearest conditions above it in the MeSH trees, so that
"Median Neuropathy" is a peripheral neuropathy and "Carpal Tunnel Syndrome" is only itself. MeSH trees:
https://www.nlm.nih.gov/mesh/intro_trees.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from evidence.records import MeshHeading, Record
from evidence.tagging.hits import TagHit
from evidence.tagging.phrases import Document, Match, Meaning, PhraseTable, Words, Zone, outermost
from evidence.vocabulary import Condition, Intervention, Role, Vocabulary

_TEXT_RULES: Final[dict[Zone, tuple[str, float]]] = {
    "title": ("phrase-in-title", 0.9),
    "keyword": ("phrase-in-keyword", 0.85),
    "design": ("phrase-in-abstract", 0.6),
    "abstract": ("phrase-in-abstract", 0.6),
}
_NAMED_CENTRAL: Final = ("title", "keyword")
_FOUND: Final[tuple[str, float]] = ("phrase-in-conclusion", 0.75)
_STUDIED: Final[tuple[str, float]] = ("phrase-in-population", 0.75)
_DENIED: Final = 0.3
_STRENGTH: Final[tuple[Zone, ...]] = ("title", "keyword", "design", "abstract")

Subject = tuple[Literal["condition", "intervention"], str]


@dataclass(frozen=True, slots=True)
class _Target:
    """What a MeSH descriptor tags."""

    kind: Literal["condition", "intervention"]
    slug: str
    role: Role
    rule: str
    needs_words: bool = False  # the descriptor is broader: the record's words must name the entry
    below: str = ""  # the linked descriptor above it


@dataclass(frozen=True, slots=True)
class _Found:
    """A phrase and what its place makes of it; `rank`: less is better."""

    match: Match
    rank: int
    rule: str
    confidence: float
    central: bool


class Subjects:
    """The prepared form: a table of phrases and an index of headings."""

    def __init__(self, vocabulary: Vocabulary, phrases: PhraseTable) -> None:
        for condition in vocabulary.conditions.values():
            _add(phrases, "condition", "", condition)
        for intervention in vocabulary.interventions.values():
            _add(phrases, "intervention", intervention.role, intervention)
        self._by_heading = _heading_index(vocabulary)

    def tag(self, record: Record, document: Document, matches: Iterable[Match]) -> Iterator[TagHit]:
        """Hits of the record's headings and words, one for each subject and origin."""
        found = list(matches)
        full: dict[Subject, _Found] = {}
        short: list[Match] = []
        void: set[Subject] = set()
        for match in self._in_context(found, document):
            if match.meaning.abbreviation:
                if _as_printed(match, document):
                    short.append(match)
                    if document.defines_otherwise(match.start, match.end):
                        void.add(_subject(match))
            else:
                _keep_best(full, match, document)
        headings = dict(self._headings(record, full))
        for match in short:
            subject = _subject(match)
            beside = match.meaning.beside
            known = subject in full or subject in headings
            if known or (subject not in void and any(map(document.has, beside))):
                _keep_best(full, match, document)
        hits = (*headings.values(), *(_text_hit(one, document) for one in full.values()))
        treats = any(hit.role == "active" for hit in hits) or any(tag.role == "active" for tag in record.tags)
        for hit in hits:
            # A comparator in passing says something only beside a treatment that it may be compared with.
            if hit.role != "comparator" or hit.central or treats:
                yield hit

    def _in_context(self, matches: list[Match], document: Document) -> Iterator[Match]:
        hidden = {m.meaning.hides for m in matches if m.meaning.hides}
        for kind in ("condition", "intervention"):
            for match in outermost(m for m in matches if m.meaning.kind == kind):
                meaning = match.meaning
                if not meaning.slug or (meaning.abbreviation and meaning.slug in hidden):
                    continue
                if not (meaning.needs or meaning.unless) or document.holds(meaning):
                    yield match

    def _headings(self, record: Record, named: dict[Subject, _Found]) -> Iterator[tuple[Subject, TagHit]]:
        """The best hit of each subject over the record's headings."""
        best: dict[Subject, TagHit] = {}
        for heading in record.mesh:
            for target in self._targets(heading):
                subject: Subject = (target.kind, target.slug)
                if target.needs_words and subject not in named:
                    continue
                hit = _heading_hit(heading, target)
                if subject not in best or hit.confidence > best[subject].confidence:
                    best[subject] = hit
        yield from best.items()

    def _targets(self, heading: MeshHeading) -> tuple[_Target, ...]:
        return self._by_heading.get(heading.ui or heading.name.casefold(), ())


def _add(
    phrases: PhraseTable, kind: Literal["condition", "intervention"], role: Role, entry: Condition | Intervention
) -> None:
    """All phrases of an entry."""
    phrases.add((entry.name, *entry.synonyms, *entry.phrases), Meaning(kind=kind, slug=entry.slug, role=role))
    phrases.add(entry.exclude, Meaning(kind=kind, slug="", hides=entry.slug))
    beside = (Words(entry.context),) if entry.context else ()
    for short in entry.abbreviations:
        phrases.add((short,), Meaning(kind=kind, slug=entry.slug, role=role, abbreviation=short, beside=beside))
    for contextual in entry.contextual:
        meaning = Meaning(
            kind=kind,
            slug=entry.slug,
            role=role,
            needs=tuple(Words(group) for group in contextual.needs),
            unless=Words(contextual.unless) if contextual.unless else None,
        )
        phrases.add(contextual.phrases, meaning)


def _heading_index(vocabulary: Vocabulary) -> dict[str, tuple[_Target, ...]]:
    """Descriptor UI, and name for headings without one, → what it tags."""
    direct: dict[str, list[_Target]] = {}
    names: dict[str, str] = {d.ui: d.name for d in vocabulary.descriptors.values()}
    above: dict[str, list[_Target]] = {}  # tree number of a linked descriptor → conditions
    for slug, condition in vocabulary.conditions.items():
        for link in condition.mesh:
            names.setdefault(link.ui, link.name)
            rule = "mesh-entry-term" if link.via else "mesh-descriptor"
            direct.setdefault(link.ui, []).append(_Target("condition", slug, "", rule, bool(link.via)))
            if not link.via:
                for tree in link.trees:
                    above.setdefault(tree, []).append(_Target("condition", slug, "", "mesh-tree", below=link.name))
    for slug, intervention in vocabulary.interventions.items():
        for link in intervention.mesh:
            names.setdefault(link.ui, link.name)
            rule = "mesh-descriptor"
            direct.setdefault(link.ui, []).append(
                _Target("intervention", slug, intervention.role, rule, bool(link.via))
            )
    for descriptor in vocabulary.descriptors.values():
        if all(t.needs_words for t in direct.get(descriptor.ui, ())):
            nearest = dict.fromkeys(t for tree in descriptor.trees for t in _nearest(tree, above))
            direct.setdefault(descriptor.ui, []).extend(nearest)
    index = {ui: tuple(targets) for ui, targets in direct.items() if targets}
    return index | {names[ui].casefold(): targets for ui, targets in index.items()}


def _nearest(tree: str, above: dict[str, list[_Target]]) -> list[_Target]:
    """The conditions of the longest linked tree number that this one lies below."""
    while "." in tree:
        tree = tree.rpartition(".")[0]
        if tree in above:
            return above[tree]
    return []


def _heading_hit(heading: MeshHeading, target: _Target) -> TagHit:
    words = heading.name + ("*" if heading.is_major else "")
    return TagHit(
        kind=target.kind,
        slug=target.slug,
        origin="mesh",
        evidence=f"{words} (below {target.below})" if target.below else words,
        rule=target.rule,
        role=target.role,
        central=heading.is_major,
        confidence=(0.95 if heading.is_major else 0.8) - (0.1 if target.below else 0.0),
        place="MeSH",
    )


def _subject(match: Match) -> Subject:
    kind = match.meaning.kind
    assert kind != "design"
    return kind, match.meaning.slug


def _keep_best(best: dict[Subject, _Found], match: Match, document: Document) -> None:
    """Words in the title say more than a keyword, a keyword more than the abstract; there, who was studied and what
    was concluded more than the rest; else the first stands.
    """
    subject = _subject(match)
    held = best.get(subject)
    if held is not None and held.rank <= _STRENGTH.index(document.zone(match.start)):
        return
    found = _found(match, document)
    if held is None or found.rank < held.rank:
        best[subject] = found


def _found(match: Match, document: Document) -> _Found:
    zone = document.zone(match.start)
    rank = _STRENGTH.index(zone)
    rule, confidence = _TEXT_RULES[zone]
    if document.is_denied(match.start):
        return _Found(match, len(_STRENGTH) + 1, "phrase-denied", _DENIED, central=False)
    if zone in _NAMED_CENTRAL:
        return _Found(match, rank, rule, confidence, central=True)
    for (stated, sure), holds in (
        (_FOUND, document.is_finding(match.start)),
        (_STUDIED, document.of_people(match.start, match.end)),
    ):
        if holds:
            return _Found(match, len(_NAMED_CENTRAL), stated, sure, central=True)
    return _Found(match, rank + 1, rule, confidence, central=False)


def _as_printed(match: Match, document: Document) -> bool:
    """Abbreviations count in their own capitals, with or without a plural s: "TN" is not "tn"."""
    return document.printed(match.start, match.end).removesuffix("s") == match.meaning.abbreviation


def _text_hit(found: _Found, document: Document) -> TagHit:
    match = found.match
    kind, slug = _subject(match)
    return TagHit(
        kind=kind,
        slug=slug,
        origin="text",
        evidence=document.printed(match.start, match.end),
        rule=found.rule,
        role=match.meaning.role,
        central=found.central,
        confidence=found.confidence,
        place=document.place(match.start),
    )

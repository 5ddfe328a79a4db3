"""What the page of one study shows, prepared: banner, identifiers, tags with reasons, relations, sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup as Html

from evidence.explaining import registered
from evidence.identifiers import Identifier
from evidence.records import AbstractSection, Author, Provenance, Record
from evidence.text import byline, plain, short_name
from evidence.views import MemberView, RelationView, Study
from evidence.vocabulary import Vocabulary
from web import wording
from web.citing import Citations, citations
from web.explained import Reason, reasons
from web.metadata import highwire, linked_data
from web.present import Card, Link, card, html, identifier_link, title

RELATIONS: Final = {
    "RetractionIn": ("Retracted in", "RetractionOf"),
    "RetractionOf": ("Retraction notice for", "RetractionIn"),
    "PartialRetractionIn": ("Partially retracted in", "PartialRetractionOf"),
    "PartialRetractionOf": ("Partial retraction of", "PartialRetractionIn"),
    "RetractedandRepublishedIn": ("Retracted and republished in", "RetractedandRepublishedFrom"),
    "RetractedandRepublishedFrom": ("Retracted and republished from", "RetractedandRepublishedIn"),
    "CorrectedandRepublishedIn": ("Corrected and republished in", "CorrectedandRepublishedFrom"),
    "CorrectedandRepublishedFrom": ("Corrected and republished from", "CorrectedandRepublishedIn"),
    "RepublishedIn": ("Republished in", "RepublishedFrom"),
    "RepublishedFrom": ("Republished from", "RepublishedIn"),
    "ErratumIn": ("Corrected in", "ErratumFor"),
    "ErratumFor": ("Correction of", "ErratumIn"),
    "ExpressionOfConcernIn": ("Expression of concern in", "ExpressionOfConcernFor"),
    "ExpressionOfConcernFor": ("Expression of concern about", "ExpressionOfConcernIn"),
    "UpdateIn": ("Updated in", "UpdateOf"),
    "UpdateOf": ("Update of", "UpdateIn"),
    "CommentIn": ("Comment in", "CommentOn"),
    "CommentOn": ("Comment on", "CommentIn"),
    "ReprintIn": ("Reprinted in", "ReprintOf"),
    "ReprintOf": ("Reprint of", "ReprintIn"),
    "SummaryForPatientsIn": ("Summary for patients in", "OriginalReportIn"),
    "OriginalReportIn": ("Original report in", "SummaryForPatientsIn"),
    "AssociatedDataset": ("Associated data set", "AssociatedPublication"),
    "AssociatedPublication": ("Associated publication", "AssociatedDataset"),
    "PreprintOf": ("Preprint of", "PublishedAs"),
    "PublishedAs": ("Published as", "PreprintOf"),
    "Cites": ("Cites", "CitedBy"),
    "CitedBy": ("Cited by", "Cites"),
}
"""PubMed's RefTypes in words, with the one that the other work would use
(https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html#commentscorrections)."""

NOTICES: Final = {
    "retracted": ("RetractionIn", "RetractedandRepublishedIn", "PartialRetractionIn"),
    "withdrawn": ("RetractionIn",),
    "replaced": ("RetractedandRepublishedIn", "RetractionIn"),
    "concern": ("ExpressionOfConcernIn",),
    "corrected": ("ErratumIn", "CorrectedandRepublishedIn", "PartialRetractionIn"),
}
SOURCES: Final = {
    "pubmed": "PubMed",
    "starter": "Starter library",
    "bibtex": "BibTeX file",
    "ris": "RIS file",
    "medline": "MEDLINE file",
    "csl": "CSL-JSON file",
    "csl-json": "CSL-JSON file",
    "csv": "CSV file",
    "tabular": "Table",
    "references": "Reference list",
    "crossref": "Crossref",
}


@dataclass(frozen=True, slots=True)
class Person:
    """An author of the study page."""

    name: str
    full: str
    orcid: str
    group: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A labelled paragraph of an abstract."""

    label: str
    text: Html


@dataclass(frozen=True, slots=True)
class Related:
    """A relation in words."""

    meaning: str
    words: str
    citation: str
    link: Link | None
    study_key: str
    study_title: Html
    note: str


@dataclass(frozen=True, slots=True)
class Source:
    """What one source said, field by field."""

    id: int
    name: str
    external_id: str
    first_seen: str
    changed: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Registered:
    """A trial registration of the study: its page, the words of the record that name it, where they stand."""

    link: Link
    words: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything the study page shows beside the study itself."""

    study: Study
    card: Card
    description: str  # of a work whose title was not seen
    vernacular: Html | None
    vernacular_lang: str
    authors: tuple[Person, ...]
    editors: tuple[Person, ...]
    identifiers: tuple[Link, ...]
    registered: tuple[Registered, ...]
    abstract: tuple[Paragraph, ...]
    other_abstracts: tuple[tuple[str, str, tuple[Paragraph, ...]], ...]
    reasons: tuple[Reason, ...]
    notices: tuple[Related, ...]
    related: tuple[Related, ...]
    sources: tuple[Source, ...]
    indexing: tuple[tuple[str, tuple[str, ...]], ...]
    dates: tuple[tuple[str, str], ...]
    citations: Citations
    meta: tuple[tuple[str, str], ...]
    linked_data: Html


def dossier(study: Study, vocabulary: Vocabulary) -> Dossier:
    """A study, prepared for its page."""
    record = study.record
    related = tuple(relation(r) for r in study.relations)
    wanted = NOTICES.get(study.row.state, ())
    return Dossier(
        study=study,
        card=card(study.row, vocabulary),
        description=_description(record),
        vernacular=html(record.vernacular_title) if record.vernacular_title else None,
        vernacular_lang=next((t for t in map(wording.language, record.languages) if t), ""),
        authors=people(record.authors),
        editors=people(record.editors),
        identifiers=tuple(Link(_scheme(i), i.value, i.url) for i in record.identifiers),
        registered=tuple(_registered(study)),
        abstract=_paragraphs(record.abstract),
        other_abstracts=tuple(
            (a.type, wording.language(a.language), _paragraphs(a.sections)) for a in record.other_abstracts
        ),
        reasons=reasons(study, vocabulary),
        notices=tuple(r for r in related if r.meaning in wanted),
        related=tuple(r for r in related if r.meaning not in wanted),
        sources=tuple(_source(m, shown=record.provenance) for m in study.members),
        indexing=_indexing(record),
        dates=tuple((d.kind.replace("-", " ").capitalize(), wording.partial_date(d.date)) for d in record.dates),
        citations=citations(study),
        meta=tuple(highwire(record)),
        linked_data=linked_data(study, vocabulary),
    )


def _registered(study: Study) -> Iterator[Registered]:
    """Its registrations but those that the library describes, which stand above them."""
    records = [m.record for m in study.members] or [study.record]
    found = registered(records)
    described = {r.registry_id for r in study.registrations}
    for number in study.row.registrations:
        if number not in described:
            link, said = identifier_link("registration", number), found.get(number)
            yield Registered(link, said.words, said.place) if said else Registered(link)


def _description(record: Record) -> str:
    """What the compiler wrote about a work whose title was not seen; the note's words before it say only that."""
    if record.title or record.provenance is None:
        return ""
    before, mark, after = record.provenance.note.partition("own description:")
    return (after if mark else before).strip()


def relation(r: RelationView) -> Related:
    """A relation as this study's side of it, whichever side stated it."""
    known = RELATIONS.get(r.type)
    meaning = (known[1] if known and r.incoming else r.type) or r.type
    words = (
        RELATIONS[meaning][0]
        if meaning in RELATIONS
        else _spaced(r.type) + (" (stated by the other work)" if r.incoming else "")
    )
    link = None
    if r.identifier and ":" in r.identifier:
        scheme, _, value = r.identifier.partition(":")
        link = Link(scheme.upper(), value, r.url if (r.url or "").startswith("https://") else None)
    shown = title(r.study_title) if r.study_key else Html("")
    return Related(meaning, words, r.citation, link, r.study_key or "", shown, r.note)


def people(authors: tuple[Author, ...]) -> tuple[Person, ...]:
    """Authors as PubMed lists them, with the full name behind."""
    return tuple(
        Person(short_name(a), " ".join(p for p in (a.given, a.family, a.suffix) if p), a.orcid, a.is_group)
        for a in authors
    )


def _paragraphs(sections: tuple[AbstractSection, ...]) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(s.label or s.category.capitalize(), html(s.text)) for s in sections)


def _scheme(identifier: Identifier) -> str:
    names = {
        "registration": "Trial registration",
        "bookaccession": "NCBI Bookshelf",
        "arxiv": "arXiv",
        "mid": "Manuscript ID",
    }
    return names.get(
        identifier.scheme, identifier.scheme.upper() if identifier.scheme != "other" else "Other identifier"
    )


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def _source(member: MemberView, *, shown: Provenance | None) -> Source:
    """The fields in which sources differ; what is empty, or stands in the block of provenance, is left out."""
    r = member.record
    pairs = (
        ("Title", plain(r.title)),
        ("Authors", byline(r.authors, most=20) + ("" if r.authors_complete else " (list known to be cut short)")),
        ("Journal", r.journal.abbreviation or r.journal.title),
        ("Year", str(r.year or "")),
        ("Volume (issue)", r.volume + (f" ({r.issue})" if r.issue else "")),
        ("Pages", r.pages),
        ("Identifiers", ", ".join(f"{_scheme(i)} {i.value}" for i in r.identifiers)),
        ("Publication types", ", ".join(p.name for p in r.publication_types)),
        ("Citation status", r.citation_status),
        ("Sample size", f"{r.sample_size.n:,} {r.sample_size.unit}" if r.sample_size else ""),
        ("Facts seen at", _seen(r) if r.provenance != shown else ""),
        ("Note", r.provenance.note if r.provenance and r.provenance != shown else ""),
    )
    return Source(
        id=member.id,
        name=SOURCES.get(r.source, r.source),
        external_id=member.external_id,
        first_seen=wording.day(member.first_seen),
        changed=wording.day(member.changed),
        fields=tuple((name, value.strip()) for name, value in pairs if value.strip()),
    )


def _seen(record: Record) -> str:
    if record.provenance is None:
        return ""
    kind = record.provenance.verification.replace("-", " ")
    return " · ".join(part for part in (kind, *record.provenance.urls) if part)


def _indexing(record: Record) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What indexers and authors said it is about; a star marks a major topic."""
    headings = tuple(
        m.name + ("*" if m.major else "") + "".join(f" / {q.name}{'*' if q.major else ''}" for q in m.qualifiers)
        for m in record.mesh
    )
    named = (
        ("Publication types", tuple(p.name for p in record.publication_types)),
        ("MeSH headings", headings),
        ("Keywords", tuple(k.text for k in record.keywords)),
        ("Substances", tuple(s.name for s in record.substances)),
        ("Supplementary concepts", tuple(s.name for s in record.supplementary_mesh)),
        ("Funding", tuple(" ".join(p for p in (g.id, g.agency, g.country) if p) for g in record.grants)),
    )
    return tuple((name, values) for name, values in named if values)

"""A study's page for programs: Highwire `citation_*` tags, and schema.org as JSON-LD.

Dublin Core is left out: whoever reads its tags (Google Scholar, Zotero's Embedded Metadata) reads Highwire's first,
which hold more; Google Scholar asks to use Dublin Core "as a last resort"
(https://scholar.google.com/intl/en/scholar/inclusion.html#indexing).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from markupsafe import Markup as Html

from evidence.identifiers import Identifier
from evidence.records import Author, PartialDate, Record, RecordKind
from evidence.text import plain
from evidence.views import PublicationState, RelationView, Study
from evidence.vocabulary import Vocabulary
from web import wording

_PAGES: Final = re.compile(r"\s*([A-Za-z]*\d+[A-Za-z]?)\s*[-–]\s*([A-Za-z]*\d+[A-Za-z]?)\s*")
_TYPES: Final[dict[RecordKind, str]] = {
    "article": "MedicalScholarlyArticle",
    "book": "Book",
    "chapter": "Chapter",
    "preprint": "ScholarlyArticle",
    "thesis": "Thesis",
    "report": "Report",
    "web": "WebPage",
    "registration": "WebPage",
    "other": "CreativeWork",
}
"""https://schema.org/CreativeWork and its kinds; MedicalScholarlyArticle is the one with NLM's publication types."""

_STATUS: Final[dict[PublicationState, str]] = {
    "retracted": "Retracted",
    "withdrawn": "Withdrawn",
    "replaced": "Retracted and replaced",
    "concern": "Published with an expression of concern",
    "corrected": "Corrected",
}
_SCHEMES: Final = ("doi", "pmid", "pmcid", "registration")
_UNSAFE: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}
"""What could end a script element, or begin another (https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements)."""


def highwire(record: Record) -> list[tuple[str, str]]:
    """Highwire Press tags, which reference managers and Google Scholar read.

    Sources: https://scholar.google.com/intl/en/scholar/inclusion.html#indexing ; what more is read, Zotero's translator
    `Embedded Metadata.js` (https://github.com/zotero/translators).
    """
    first, last = page_range(record.pages)
    journal = record.journal
    pairs = [
        ("citation_title", plain(record.title)),
        *(pair for author in record.authors for pair in _author(author)),
        *(("citation_editor", _inverted(editor)) for editor in record.editors),
        ("citation_publication_date", _published(record).replace("-", "/")),
        ("citation_journal_title", journal.title),
        ("citation_journal_abbrev", journal.abbreviation),
        ("citation_issn", journal.issn),
        ("citation_volume", record.volume),
        ("citation_issue", record.issue),
        ("citation_firstpage", first),
        ("citation_lastpage", last),
        *_elsewhere(record),
        ("citation_doi", record.id("doi") or ""),
        ("citation_pmid", record.id("pmid") or ""),
        ("citation_language", wording.LANGUAGES.get(next(iter(record.languages), ""), "")),
        *(("citation_keywords", keyword.text) for keyword in record.keywords),
    ]
    return [(name, value) for name, value in pairs if value]


def _author(author: Author) -> Iterator[tuple[str, str]]:
    yield "citation_author", _inverted(author)
    if author.orcid:
        yield "citation_author_orcid", f"https://orcid.org/{author.orcid}"


def _elsewhere(record: Record) -> Iterator[tuple[str, str]]:
    """The book, the meeting, the university or the institution; the publisher of what has no journal."""
    book = plain(record.book_title)
    if record.kind == "article" and book and not record.journal.title:
        yield "citation_conference_title", book
    elif book:
        yield "citation_inbook_title", book
    who = {"thesis": "citation_dissertation_institution", "report": "citation_technical_report_institution"}
    yield who.get(record.kind, "citation_publisher"), record.publisher
    yield from (("citation_isbn", isbn) for isbn in record.isbns)


def _inverted(author: Author) -> str:
    if author.is_group:
        return author.family
    return ", ".join(p for p in (author.family, author.given or author.initials) if p)


def page_range(pages: str) -> tuple[str, str]:
    """First and last page, or all of it and nothing."""
    found = _PAGES.fullmatch(pages)
    return (found[1], found[2]) if found else (pages, "")


def _published(record: Record) -> str:
    """The date of the citation year as far as it is known, in ISO 8601: 2018-10."""
    date = record.date("issue") or record.date("electronic")
    if not record.year:
        return ""
    numbers = _numbers(date) if date and date.year == record.year else []
    return "-".join([f"{record.year:04d}", *numbers])


def _numbers(date: PartialDate) -> list[str]:
    known = [n for n in (date.month, date.day if date.month else None) if n]
    return [f"{n:02d}" for n in known]


def linked_data(study: Study, vocabulary: Vocabulary) -> Html:
    """The study as JSON-LD in schema.org's terms, to stand inside a script element whatever it holds.

    A retracted study says so: `creativeWorkStatus`, and the notice as `correction` (https://schema.org/correction).
    """
    text = json.dumps(_without_nothing(_work(study, vocabulary)), ensure_ascii=True, separators=(",", ":"))
    return Html(text.translate(_UNSAFE))  # noqa: S704 - no letter of it means anything in HTML


def _work(study: Study, vocabulary: Vocabulary) -> dict[str, Any]:
    record = study.record
    links = {i.scheme: url for i in record.identifiers if i.scheme in ("doi", "pmid", "pmcid") and (url := i.url)}
    first, last = page_range(record.pages)
    return {
        "@context": "https://schema.org",
        "@type": _TYPES[record.kind],
        "@id": next(iter(links.values()), ""),
        "name": plain(record.title),
        "alternativeHeadline": plain(record.vernacular_title),
        "author": [_person(a) for a in record.authors],
        "editor": [_person(a) for a in record.editors],
        "datePublished": _published(record),
        "isPartOf": _container(record),
        "pageStart": first if last else "",
        "pageEnd": last,
        "pagination": record.pages,
        "publisher": {"@type": "Organization", "name": record.publisher} if record.publisher else None,
        "inLanguage": [code for code in map(wording.language, record.languages) if code],
        "identifier": [_property(i) for i in record.identifiers if i.scheme in _SCHEMES],
        "sameAs": list(links.values()),
        "keywords": [k.text for k in record.keywords],
        "publicationType": [p.name for p in record.publication_types] if record.kind == "article" else [],
        "about": [
            {"@type": "MedicalCondition", "name": vocabulary.conditions[slug].name}
            for slug in study.row.conditions
            if slug in vocabulary.conditions
        ],
        "creativeWorkStatus": _STATUS.get(study.row.state, ""),
        "correction": list(_notices(study.relations)),
    }


_NOTICES: Final = {
    ("RetractionIn", "RetractionOf"): "Retraction",
    ("PartialRetractionIn", "PartialRetractionOf"): "Partial retraction",
    ("RetractedandRepublishedIn", "RetractedandRepublishedFrom"): "Retraction and republication",
    ("ExpressionOfConcernIn", "ExpressionOfConcernFor"): "Expression of concern",
    ("ErratumIn", "ErratumFor"): "Correction",
    ("CorrectedandRepublishedIn", "CorrectedandRepublishedFrom"): "Correction and republication",
}
"""PubMed's RefTypes as the work states them and as its notice does, in words."""


def _notices(relations: Iterable[RelationView]) -> Iterator[dict[str, Any]]:
    """What was published against the work, whichever side stated it."""
    for relation in relations:
        for sides, words in _NOTICES.items():
            if relation.type == sides[relation.incoming]:
                address = relation.url or ""
                yield {
                    "@type": "CorrectionComment",
                    "name": words,
                    "text": relation.citation,
                    "url": address if address.startswith("https://") else "",
                }


def _person(author: Author) -> dict[str, Any]:
    if author.is_group:
        return {"@type": "Organization", "name": author.family}
    given = author.given or author.initials
    return {
        "@type": "Person",
        "name": " ".join(p for p in (given, author.family, author.suffix) if p),
        "givenName": given,
        "familyName": author.family,
        "honorificSuffix": author.suffix,
        "identifier": f"https://orcid.org/{author.orcid}" if author.orcid else "",
    }


def _container(record: Record) -> dict[str, Any] | None:
    """The issue in its volume in its journal, as far as they are known; or the book."""
    if record.book_title:
        return {"@type": "Book", "name": plain(record.book_title), "isbn": list(record.isbns)}
    journal = record.journal
    if not (journal.title or journal.abbreviation):
        return None
    inside: dict[str, Any] = {
        "@type": "Periodical",
        "name": journal.title or journal.abbreviation,
        "alternateName": journal.abbreviation if journal.title else "",
        "issn": journal.issn,
    }
    if record.volume:
        inside = {"@type": "PublicationVolume", "volumeNumber": record.volume, "isPartOf": inside}
    if record.issue:
        inside = {"@type": "PublicationIssue", "issueNumber": record.issue, "isPartOf": inside}
    return inside


def _property(identifier: Identifier) -> dict[str, Any]:
    return {
        "@type": "PropertyValue",
        "propertyID": identifier.scheme,
        "value": identifier.value,
        "url": identifier.url or "",
    }


def _without_nothing(value: Any) -> Any:
    """The same without empty texts, lists and objects."""
    if isinstance(value, dict):
        kept = {name: _without_nothing(part) for name, part in value.items()}
        return {name: part for name, part in kept.items() if part}
    return [_without_nothing(part) for part in value] if isinstance(value, list) else value

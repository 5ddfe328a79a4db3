"""What matching looks at: a record reduced to comparable features."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from evidence import text
from evidence.matching import journals, people, places, titles
from evidence.matching.places import Pages
from evidence.matching.titles import Title
from evidence.records import Record


@dataclass(frozen=True, slots=True)
class Features:
    """A record as matching sees it. Empty means not known, never "equal to other unknowns"."""

    pmid: str
    pmcid: str
    doi: str
    title: Title
    people: tuple[frozenset[str], ...]
    initials: str
    groups: frozenset[str]
    year: int | None
    volume: tuple[int, ...]
    issue: tuple[int, ...]
    pages: Pages
    journal: tuple[tuple[str, ...], ...]
    edition: bool
    kind: str


def features(record: Record) -> Features:
    """The comparable part of a record."""
    persons, initials = people.names(record.authors)
    ids = {i.scheme: i.value for i in reversed(record.identifiers)}
    return Features(
        pmid=ids.get("pmid", ""),
        pmcid=ids.get("pmcid", ""),
        doi=_doi(ids.get("doi", "")),
        title=_title(record),
        people=persons,
        initials=initials,
        groups=frozenset(text.ascii_fold(a.family) for a in record.authors if a.is_group),
        year=record.year,
        volume=places.numbers(record.volume),
        issue=places.numbers(record.issue),
        pages=_pages(record),
        journal=_journal(record),
        edition=any(journals.is_english_edition(n) for n in (record.journal.title, record.journal.abbreviation) if n),
        kind=record.kind,
    )


_TYPES: Final = {
    "Published Erratum": "erratum",
    "Corrected and Republished Article": "erratum",
    "Retraction of Publication": "retraction notice",
    "Retraction Notice": "retraction notice",
    "Expression of Concern": "retraction notice",
}
"""Publication types of notices: https://www.nlm.nih.gov/mesh/pubtypes.html . (Comment and Letter name content that
other databases do not mark, so one side having them says nothing.)"""

_DOI_TAIL: Final = re.compile(
    r"(?:/(?:abstract|full|pdf|epdf|summary|meta|html?|fulltext|issuetoc)|\.pdf|\.full|\.abstract|[.,;:])+$"
)


def _doi(value: str) -> str:
    """A DOI without what a publisher's page address adds to it."""
    return _DOI_TAIL.sub("", value)


def _title(record: Record) -> Title:
    types = frozenset(_TYPES[t.name] for t in record.publication_types if t.name in _TYPES)
    printed = text.plain(record.title or record.vernacular_title)
    if titles.is_running_head(printed, (record.journal.title, record.journal.abbreviation)):
        return titles.EMPTY
    return titles.make(printed, types)


def _journal(record: Record) -> tuple[tuple[str, ...], ...]:
    book = text.plain(record.book_title)
    printed = [book] if record.kind == "chapter" else [record.journal.title, record.journal.abbreviation]
    if not any(printed):
        printed = [book]
    return tuple(sorted({words for name in printed if name for words in journals.words(name)}))


def _pages(record: Record) -> Pages:
    found = places.pages(record.pages)
    if not found.known and record.issue[:1] == "e" and record.issue[1:].isdigit():
        return places.pages(record.issue)  # an article number in the wrong column
    return found

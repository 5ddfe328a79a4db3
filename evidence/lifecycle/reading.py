"""What records say: of their own work, and as notices of another. Pure.

NLM's linked citations (https://www.nlm.nih.gov/bsd/policy/errata.html) have two directions: the work's own record
names its notice ("RetractionIn"), the notice's names the work ("RetractionOf"); either is enough.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from evidence import identifiers, text
from evidence.identifiers import Identifier
from evidence.lifecycle import naming
from evidence.lifecycle.statements import (
    RETRACTING,
    STATE,
    Heard,
    Kind,
    LifeCycle,
    Listed,
    Statement,
    name_of,
    united,
    weigh,
)
from evidence.records import PartialDate, Record, Relation

OF_ITSELF: Final[dict[str, Kind]] = {
    "RetractionIn": "retraction",
    "RetractedandRepublishedIn": "replacement",
    "PartialRetractionIn": "partial-retraction",
    "ExpressionOfConcernIn": "concern",
    "ErratumIn": "correction",
    "CorrectedandRepublishedIn": "republication",
    "UpdateIn": "update",
    "PreprintOf": "publication",
}
"""RefTypes by which a record speaks of its own work: the target is the notice, or the later version."""

OF_ANOTHER: Final[dict[str, Kind]] = {
    "RetractionOf": "retraction",
    "RetractedandRepublishedFrom": "replacement",
    "PartialRetractionOf": "partial-retraction",
    "ExpressionOfConcernFor": "concern",
    "ErratumFor": "correction",
    "CorrectedandRepublishedFrom": "republication",
    "UpdateOf": "update",
}
"""RefTypes by which a notice, or a later version, speaks of its target."""

_NOTICE_TYPES: Final = frozenset(
    {"retraction of publication", "retraction notice", "published erratum", "expression of concern"}
)
_NOTICE_UIS: Final = frozenset({"D016440", "D016425"})
_NOTICE_RELATIONS: Final = frozenset({"RetractionOf", "PartialRetractionOf", "ExpressionOfConcernFor", "ErratumFor"})
_LATER_VERSION: Final = frozenset({"RetractedandRepublishedFrom", "CorrectedandRepublishedFrom"})
_NOTICE_TITLE: Final = re.compile(
    r"\W*(?:(?:notice of )?retraction\b\s*(?:[:.]|to\b|of:|note|notice|statement|and replacement|$)"
    r"|(?:an )?(?:editorial )?expression of concern\b)",
    re.I,
)
_RETRACTS: Final = "[this retracts the article"
"""How PubMed begins the abstract of a notice that has no words of its own."""

_MARKS: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = (
    (re.compile(r"retracted and (?:republished|replaced)\s*:", re.I), "replacement"),
    (re.compile(r"(?:RETRACTED\s*:|(?i:retracted article\s*:|\[retracted(?: article)?[\]:]))"), "retraction"),
    (re.compile(r"(?:WITHDRAWN|REMOVED)\s*:|(?i:withdrawn article\s*:|\[withdrawn\])"), "withdrawal"),
)
"""What publishers put before the title of the work itself; Cochrane's and preprint servers' is "WITHDRAWN:"."""

_MILD_MARK: Final = re.compile(r"retracted\s*:", re.I)
"""Not in capitals: where PubMed lists it without its publication type, this is the title of a notice or an essay."""

_DAY_OF_NOTICE: Final = re.compile(
    r"[.?] (?P<year>(?:19|20)\d\d)(?: (?P<month>[A-Z][a-z]{2})(?: (?P<day>\d{1,2}))?)?\b"
)
_DOI_OF_NOTICE: Final = re.compile(r"\bdoi:? ?(10\.\S+)", re.I)
_MONTHS: Final = {
    "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6,
    "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12,
}  # fmt: skip

ALIKE: Final = 0.3
"""Share of words that two titles must have in common for a DOI alone to join a statement to a work: conference
supplements share one DOI over many abstracts. Low, because translated and shortened titles differ widely."""


def life_cycle(
    records: Sequence[Record],
    heard: Iterable[Heard] = (),
    listed: Iterable[Listed] = (),
    shared: Collection[str] = (),
) -> LifeCycle:
    """What is said of the work that these source records describe. `shared`: DOIs that other works here have, too."""
    said = [s for record in records for s in _own(record)]
    said += [s for one in heard if (s := _from_notice(one, records)) is not None]
    said += [row.statement for row in listed if concerns(row, records, shared)]
    return weigh(united(said))


def is_notice(record: Record) -> bool:
    """Whether a record is a notice about another work, and not a work: by its publication type, by what it says of
    another, by PubMed's words in place of an abstract, or by its title ("Retraction: …").
    """
    if any(t.ui in _NOTICE_UIS or t.name.casefold() in _NOTICE_TYPES for t in record.publication_types):
        return True
    if any(r.type in _NOTICE_RELATIONS for r in record.relations):
        return True
    if record.abstract and text.plain(record.abstract[0].text).lower().startswith(_RETRACTS):
        return True
    return _NOTICE_TITLE.match(text.plain(record.title)) is not None


def marked(record: Record) -> tuple[Kind, str] | None:
    """What the publication type or the title of a record says of its own work, and which of the two says it.

    A notice's title is no mark: some publishers call the notice "Retracted: …".
    """
    if any(t.ui == "D016441" or t.name == "Retracted Publication" for t in record.publication_types):
        return "retraction", "publication type"
    title = text.plain(record.title).lstrip()
    kind = next((kind for pattern, kind in _MARKS if pattern.match(title)), None)
    if kind is None and record.source != "pubmed" and _MILD_MARK.match(title):
        kind = "retraction"
    return (kind, "title") if kind and not is_notice(record) else None


def is_work(records: Iterable[Record]) -> bool:
    """Whether these are a work's, and not its notice's, nor those of a version that replaced it: both may have the
    work's DOI.
    """
    return not any(is_notice(r) or any(x.type in _LATER_VERSION for x in r.relations) for r in records)


def concerns(row: Listed, records: Sequence[Record], shared: Collection[str] = ()) -> bool:
    """Whether a row is about this work. The PMID decides where both have one; else the DOI, when the row calls the work
    by its title. `shared`: DOIs that other works here have as well.

    Where one work alone has the DOI, a row that gives it no title to compare is believed, and so is one with another
    title that puts it in the same place (year, volume, first page). A notice that names a work by a DOI of which not
    even the title is known is about none: many works may have the DOI.
    """
    if row.pmid and row.pmid in _pmids(records):
        return True
    return _may_concern(row, records) and _is_called(row, records, shared)


def doubts(rows: Iterable[Listed], records: Sequence[Record], shared: Collection[str] = ()) -> tuple[str, ...]:
    """In words, what is said of a DOI of this work and not heard of the work, as it may be another's that has the DOI:
    of what would change its state, and is not heard from elsewhere.
    """
    rows = [row for row in rows if row.statement.kind in STATE or row.statement.kind == "reinstatement"]
    heard = {row.statement.key for row in rows if concerns(row, records, shared)}
    doubted = {row.statement.key: row for row in rows if _may_concern(row, records)}
    return tuple(_doubt(row) for key, row in sorted(doubted.items()) if key not in heard)


def _doubt(row: Listed) -> str:
    said = row.statement
    parts = [str(n) for n in (said.date.year, said.date.month, said.date.day) if n] if said.date else []
    parts = ["-".join(part.zfill(2) for part in parts)] if parts else []
    parts += [f"notice {i.scheme.upper()} {i.value}" for i in said.notice]
    title = next(iter(naming.titles_in(row.title)), "")
    called = f"under the title “{title[:200]}”" if title else "without a title"
    about = f" ({', '.join(parts)})" if parts else ""
    return f"{name_of(said.source, said.origin)}: {said.kind.replace('-', ' ')}{about} of DOI {row.doi}, {called}"


def _pmids(records: Iterable[Record]) -> set[str]:
    return {value for r in records for value in r.ids("pmid")}


def _may_concern(row: Listed, records: Sequence[Record]) -> bool:
    """Whether a row is about something that has a DOI of this work, which is no notice, nor the one that it names."""
    if not row.doi or all(row.doi not in r.ids("doi") for r in records):
        return False
    pmids = _pmids(records)
    return is_work(records) and not any(i.scheme == "pmid" and i.value in pmids for i in row.statement.notice)


def _is_called(row: Listed, records: Sequence[Record], shared: Collection[str]) -> bool:
    """Whether a row calls this work by its title, or by nothing that speaks against it."""
    known = naming.titles_in(row.title)
    if not known and row.speaker not in ("", row.doi):
        return False
    titles = [text.plain(t) for r in records for t in (r.title, r.vernacular_title) if t]
    alike = naming.likeness(known, titles)
    ambiguous = row.doi in shared or bool(row.pmid and _pmids(records))
    if ambiguous or (alike is not None and alike >= ALIKE):
        return alike is not None and alike >= (2 * ALIKE if ambiguous else ALIKE)
    place = naming.place_in(row.title)
    return alike is None or (place is not None and any(place.is_of(r) for r in records))


def _own(record: Record) -> Iterator[Statement]:
    """What a record says of its own work. Its mark says nothing more where a relation says why."""
    found = [_from_relation(record, relation) for relation in record.relations]
    said = [s for s in found if s is not None]
    yield from said
    mark = marked(record)
    if mark is not None and not any(s.kind in RETRACTING for s in said):
        yield Statement(kind=mark[0], source=record.source, basis=mark[1])


def _from_relation(record: Record, relation: Relation) -> Statement | None:
    """A relation of the work's own record. What was republished under its own number is read in its corrected form."""
    itself = bool(set(relation.targets) & set(record.identifiers))
    kind = OF_ITSELF.get(relation.type)
    if itself and relation.type in ("RetractedandRepublishedIn", "RetractedandRepublishedFrom"):
        kind = "republication"
    if kind is None:
        return None
    if kind == "update" and _is_preprint(record):
        kind = "publication"
    doi = _doi_in(relation.citation)
    return Statement(
        kind=kind,
        source=record.source,
        basis="own record",
        notice=(*relation.targets, *(i for i in doi if i not in relation.targets)),
        date=_day_in(relation.citation),
        citation=relation.citation,
        note=relation.note,
    )


def _from_notice(heard: Heard, records: Sequence[Record]) -> Statement | None:
    """What another record says of this work; nothing where it calls it by a DOI that the notice has as well."""
    kind = OF_ANOTHER.get(heard.type)
    speaker = heard.speaker
    ours = {i for r in records for i in r.identifiers}
    if kind is None or heard.target not in ours:
        return None
    if any((r.source, r.external_id) == (speaker.source, speaker.external_id) for r in records):
        return None
    same = set(speaker.ids("pmid")) & {i.value for i in ours if i.scheme == "pmid"}
    if heard.target.scheme != "pmid" and (same or not is_work(records)):
        return None
    if kind == "update" and any(map(_is_preprint, records)):
        kind = "publication"
    named = tuple(i for i in speaker.identifiers if i.scheme in identifiers.WORK_SCHEMES)
    when = speaker.date("electronic") or speaker.date("issue")
    return Statement(kind=kind, source=speaker.source, basis="notice", notice=named, date=when)


def _is_preprint(record: Record) -> bool:
    return record.kind == "preprint" or any(t.name == "Preprint" for t in record.publication_types)


def _day_in(citation: str) -> PartialDate | None:
    """The date in a reference as PubMed prints it: "J Nerve Stud. 2019 Mar 5;12(3):45"."""
    found = _DAY_OF_NOTICE.search(citation)
    if found is None:
        return None
    month = _MONTHS.get(found["month"] or "")
    day = int(found["day"]) if month and found["day"] and 1 <= int(found["day"]) <= 31 else None
    return PartialDate(year=int(found["year"]), month=month, day=day)


def _doi_in(citation: str) -> tuple[Identifier, ...]:
    found = _DOI_OF_NOTICE.search(citation)
    doi = identifiers.try_parse("doi", found[1].rstrip(".;, ")) if found else None
    return (doi,) if doi else ()

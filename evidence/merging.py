"""Which source wins per field: the projection of one record from a study's source records. Pure.

The order is total and never that of arrival: source rank, then the source's own revision date and version, then the
record's name. So the same set of records always shows the same study.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from evidence import text
from evidence.records import Dated, Journal, PartialDate, Record, SampleSize
from evidence.views import PublicationState, TagView

SOURCE_RANK: Final = {"pubmed": 0, "nbib": 1, "crossref": 2, "csl-json": 3, "starter": 4, "references": 9}
"""Lower wins. PubMed's own records first; then exports that carry them whole; a printed reference list last."""

_OTHER_FILE: Final = 5
_UNITED: Final = ("identifiers", "relations", "tags", "dates", "keys", "isbns")
_OWN: Final = ("source", "external_id", "journal", "authors_complete", "version", "kind")
_FIELDS: Final = tuple(f for f in fields(Record) if f.name not in _UNITED + _OWN)

RETRACTED_STATES: Final[tuple[PublicationState, ...]] = ("retracted", "replaced", "withdrawn")
"""States of a study that no longer counts as evidence."""

_STATE_OF_RELATION: Final[dict[str, PublicationState]] = {
    "RetractionIn": "retracted",
    "RetractedandRepublishedIn": "replaced",
    "ExpressionOfConcernIn": "concern",
    "ErratumIn": "corrected",
    "CorrectedandRepublishedIn": "corrected",
}
STATE_OF_INCOMING: Final[dict[str, PublicationState]] = {
    "RetractionOf": "retracted",
    "RetractedandRepublishedFrom": "replaced",
    "ExpressionOfConcernFor": "concern",
    "ErratumFor": "corrected",
    "CorrectedandRepublishedFrom": "corrected",
}
"""What a notice's own relation says about its target: https://www.nlm.nih.gov/bsd/policy/errata.html"""

_SEVERITY: Final[tuple[PublicationState, ...]] = ("none", "corrected", "concern", "withdrawn", "replaced", "retracted")


def precedence(record: Record) -> tuple[Any, ...]:
    """Sort key of the records of one study, the winner first."""
    revised = record.date("record-revised") or PartialDate()
    newest = (revised.year or 0, revised.month or 0, revised.day or 0)
    rank = SOURCE_RANK.get(record.source, _OTHER_FILE)
    return (rank, tuple(-part for part in newest), -record.version, record.source, record.external_id)


def project(records: Sequence[Record]) -> Record:
    """One record of all: per field the first source that says anything; identifiers, relations and tags united."""
    if len(records) == 1:
        return records[0]
    ordered = sorted(records, key=precedence)
    first = ordered[0]
    chosen: dict[str, Any] = {}
    for field in _FIELDS:
        chosen[field.name] = next(
            (v for r in ordered if (v := getattr(r, field.name)) != field.default), getattr(first, field.name)
        )
    for name in _UNITED:
        if name != "dates":
            chosen[name] = tuple(dict.fromkeys(v for r in ordered for v in getattr(r, name)))
    chosen["dates"] = _dates(ordered)
    chosen["journal"] = _journal(ordered)
    chosen["authors_complete"] = next((r.authors_complete for r in ordered if r.authors), first.authors_complete)
    chosen["kind"] = next((r.kind for r in ordered if r.kind != "other"), first.kind)
    return replace(first, **chosen)


def with_choices(record: Record, choices: Mapping[str, str]) -> Record:
    """The record with a curator's fixed values for single text fields (title, volume, issue, pages, …)."""
    plain = {f.name for f in _FIELDS if f.default == ""}
    return replace(record, **{k: v for k, v in choices.items() if k in plain})  # type: ignore[arg-type]


def _dates(ordered: Sequence[Record]) -> tuple[Dated, ...]:
    """All dates of the first source that has any of that kind."""
    found: dict[str, tuple[Dated, ...]] = {}
    for record in ordered:
        kinds = {d.kind for d in record.dates}
        for kind in kinds:
            found.setdefault(kind, tuple(d for d in record.dates if d.kind == kind))
    return tuple(d for kind in sorted(found) for d in found[kind])


def _journal(ordered: Sequence[Record]) -> Journal:
    values = {f.name: next((v for r in ordered if (v := getattr(r.journal, f.name))), "") for f in fields(Journal)}
    return Journal(**values)


def publication_state(record: Record, incoming: Iterable[str]) -> PublicationState:
    """The worst that the record itself, or a notice about it, says.

    Publication type "Retracted Publication" (D016441) and Cochrane's "WITHDRAWN:" titles count as the record's word.
    """
    said: set[PublicationState] = {_STATE_OF_RELATION.get(r.type, "none") for r in record.relations}
    said |= {STATE_OF_INCOMING.get(kind, "none") for kind in incoming}
    if any(t.ui == "D016441" or t.name == "Retracted Publication" for t in record.publication_types):
        said.add("retracted")
    title = text.plain(record.title)
    if title.startswith("WITHDRAWN:"):
        said.add("withdrawn")
    if title.upper().startswith(("RETRACTED:", "RETRACTED ARTICLE:", "[RETRACTED]")):
        said.add("retracted")
    return max(said | {"none"}, key=_SEVERITY.index)


@dataclass(frozen=True, slots=True)
class EffectiveTag:
    """A tag of a study after all its reasons were weighed."""

    kind: str
    slug: str
    role: str
    central: bool


def effective_tags(views: Iterable[TagView]) -> tuple[EffectiveTag, ...]:
    """The tags that stand: a curator's word beats everything, else any assertion counts; suggestions do not."""
    grouped: dict[tuple[str, str], list[TagView]] = {}
    for view in views:
        grouped.setdefault((view.kind, view.slug), []).append(view)
    standing = []
    for (kind, slug), reasons in grouped.items():
        curated = [v for v in reasons if v.origin == "curator"]
        counted = [v for v in (curated or reasons) if v.status == "asserted"]
        if counted and not any(v.status == "rejected" for v in curated):
            imported = [v.role for v in counted if v.origin in ("curator", "import") and v.role]
            roles = imported or [v.role for v in counted if v.role]
            role = "active" if "active" in roles else roles[0] if roles else ""
            standing.append(EffectiveTag(kind, slug, role, any(v.central for v in counted)))
    return tuple(sorted(standing, key=lambda t: (t.kind, t.slug)))


def sample_size(records: Sequence[Record]) -> SampleSize | None:
    """The first stated by source precedence."""
    return next((r.sample_size for r in sorted(records, key=precedence) if r.sample_size), None)


def citation_line(record: Record) -> str:
    """Where it appeared, as PubMed prints it: "Ann Neurol. 2018;84(4):601-610"."""
    if record.kind in ("book", "chapter") and not record.journal.title:
        place = ": ".join(p for p in (record.place, record.publisher) if p)
        book = text.plain(record.book_title)
        head = ". ".join(p for p in (f"In: {book}" if book and record.kind == "chapter" else "", place) if p)
        return f"{head}; {record.year}" if head and record.year else head or str(record.year or "")
    journal = (record.journal.abbreviation or record.journal.title).rstrip(".")
    numbers = record.volume + (f"({record.issue})" if record.issue else "")
    when = str(record.year or "") + (f";{numbers}" if numbers else "") + (f":{record.pages}" if record.pages else "")
    return ". ".join(p for p in (journal, when) if p)

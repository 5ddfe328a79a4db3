"""Which source wins per field: the projection of one record from a study's source records. Pure.

The order is total and never that of arrival: source rank, then the source's own revision date and version, then the
record's name. So the same set of records always shows the same study.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final, TypeVar, get_args

from evidence import text
from evidence.lifecycle import OF_ANOTHER, SEVERITY, STATE, life_cycle
from evidence.records import (
    AbstractSection,
    Author,
    Dated,
    DateKind,
    Journal,
    Keyword,
    PartialDate,
    Record,
    RecordKind,
    SampleSize,
)
from evidence.views import PublicationState, TagView

_T = TypeVar("_T")

SOURCE_RANK: Final = {"pubmed": 0, "nbib": 1, "crossref": 2, "csl-json": 3, "starter": 4, "references": 9}
"""Lower wins. PubMed's own records first; then exports that carry them whole; a printed reference list last."""

_OTHER_FILE: Final = 5
_UNITED: Final = ("identifiers", "relations", "tags", "dates", "keys", "isbns")
_OWN: Final = ("source", "external_id", "journal", "authors_complete", "version", "kind")
_FIELDS: Final = tuple(f for f in fields(Record) if f.name not in _UNITED + _OWN)

RETRACTED_STATES: Final[tuple[PublicationState, ...]] = ("retracted", "replaced", "withdrawn")
"""States of a study that no longer counts as evidence."""


def source_rank(source: str) -> int:
    """The place of a source: lower wins."""
    return SOURCE_RANK.get(source, _OTHER_FILE)


def precedence(record: Record) -> tuple[Any, ...]:
    """Sort key of the records of one study, the winner first."""
    revised = record.date("record-revised") or PartialDate()
    newest = (revised.year or 0, revised.month or 0, revised.day or 0)
    rank = source_rank(record.source)
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


CHOOSABLE: Final[dict[str, str]] = {
    "title": "Title",
    "vernacular_title": "Original title",
    "book_title": "Book title",
    "authors": "Authors",
    "editors": "Editors",
    "journal": "Journal",
    "year": "Year",
    "volume": "Volume",
    "issue": "Issue",
    "pages": "Pages",
    "publisher": "Publisher",
    "place": "Place",
    "edition": "Edition",
    "languages": "Languages",
    "kind": "Kind",
    "keywords": "Keywords",
    "abstract": "Abstract",
}
"""Shown fields that a curator may settle, with their labels, in the order in which they are shown."""

_TITLES: Final = ("title", "vernacular_title", "book_title")
_CITED: Final[tuple[DateKind, ...]] = ("issue", "electronic", "contribution")  # as Record.year looks for them
_PARALLEL: Final = " = "
"""Between two titles of one work, as ISBD area 1 separates parallel titles (IFLA, consolidated edition 2011)."""
_DAY: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_INITIALS: Final = re.compile(r"[^\W\d_]{1,4}")


def with_choices(record: Record, choices: Mapping[str, str], members: Mapping[int, Record]) -> Record:
    """The projected record with what a curator settled: field name (see CHOOSABLE) → choice.

    A choice is `record:<n>` (what that source record says, even when it says nothing), `both:<n>,<m>` (both united:
    lists without repeats, text joined, dates and journal filled up from the second), or `text:<words>` (the curator's
    own; authors, keywords and languages separated by semicolons, a year as YYYY, YYYY-MM or YYYY-MM-DD). `members` are
    the study's source records by number. Fields that are not choosable, records that are not members and words that
    are no value of the field change nothing; it never raises.
    """
    changes: dict[str, Any] = {}
    for field in CHOOSABLE:
        how, _, what = choices.get(field, "").partition(":")
        if how == "text":
            changes |= _worded(record, field, what)
        elif how in ("record", "both"):
            said = [members[n] for n in _numbers(what)[: 1 if how == "record" else 2] if n in members]
            if said:
                changes |= _united(record, field, said)
    return replace(record, **changes) if changes else record


def _numbers(listed: str) -> list[int]:
    """Source record numbers, each once; what is no number is left out."""
    parts = (part.strip() for part in listed.split(","))
    return list(dict.fromkeys(int(part) for part in parts if part.isdecimal() and len(part) < 20))


def _united(record: Record, field: str, said: Sequence[Record]) -> dict[str, Any]:
    """The field as these one or two records give it, the first before the second."""
    first = said[0]
    match field:
        case "year":
            kinds = {kind: _first_dates(said, kind) for kind in _CITED}
            return {"dates": _redated(record, kinds)}
        case "journal":
            return {"journal": _journal(said)}
        case "kind":
            return {"kind": next((r.kind for r in said if r.kind != "other"), first.kind)}
        case "authors":
            complete = [r.authors_complete for r in said if r.authors] or [first.authors_complete]
            return {"authors": _people([r.authors for r in said]), "authors_complete": any(complete)}
        case "editors":
            return {"editors": _people([r.editors for r in said])}
        case "keywords":
            return {"keywords": _distinct((k for r in said for k in r.keywords), lambda k: text.fold(k.text))}
        case "languages":
            return {"languages": _distinct((n for r in said for n in r.languages), str.casefold)}
        case "abstract":
            sections = (s for r in said for s in r.abstract)
            return {"abstract": _distinct(sections, lambda s: text.fold(text.plain(s.text)))}
        case _:
            between = _PARALLEL if field in _TITLES else "; "
            return {field: _joined([getattr(r, field) for r in said], between)}


def _worded(record: Record, field: str, words: str) -> dict[str, Any]:
    """The field in the curator's own words; nothing when they are no value of it."""
    listed = [part for raw in re.split(r"[;\n]", words) if (part := text.clean(raw))]
    if field in _TITLES:
        return {field: text.from_html_text(words)}
    match field:
        case "year":
            date = _day(words)
            return {"dates": _redated(record, {"issue": (Dated(kind="issue", date=date),)})} if date else {}
        case "journal":
            return {"journal": Journal(title=text.clean(words))}
        case "kind":
            return {"kind": words.strip()} if words.strip() in get_args(RecordKind) else {}
        case "authors":
            return {"authors": tuple(map(_person, listed)), "authors_complete": True}
        case "editors":
            return {"editors": tuple(map(_person, listed))}
        case "keywords":
            return {"keywords": _distinct((Keyword(text=part) for part in listed), lambda k: text.fold(k.text))}
        case "languages":
            return {"languages": _distinct(listed, str.casefold)}
        case "abstract":
            paragraphs = (text.from_html_text(part) for part in re.split(r"\n\s*\n", words))
            return {"abstract": tuple(AbstractSection(text=part) for part in paragraphs if part)}
        case _:
            return {field: text.clean(words)}


def _first_dates(said: Iterable[Record], kind: DateKind) -> tuple[Dated, ...]:
    """All dates of that kind, of the first record that has any."""
    found = (tuple(d for d in r.dates if d.kind == kind) for r in said)
    return next((dates for dates in found if dates), ())


def _redated(record: Record, chosen: Mapping[DateKind, tuple[Dated, ...]]) -> tuple[Dated, ...]:
    """The record's dates with the chosen citation dates: its own stay where they cannot change the citation year."""
    kept = [d for d in record.dates if d.kind not in _CITED]
    settled = False
    for kind in _CITED:
        dates = chosen.get(kind, ())
        if dates:
            kept += dates
            settled = settled or dates[0].date.year is not None
        elif settled:
            kept += [d for d in record.dates if d.kind == kind]
    return tuple(sorted(kept, key=lambda d: d.kind))


def _day(words: str) -> PartialDate | None:
    """A date as precise as it was written; None when it is none of the calendar."""
    found = _DAY.fullmatch(words.strip())
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    return PartialDate(year=year, month=month, day=day)


def _person(name: str) -> Author:
    """ "Wu, Yung-Tsan" or "Wu YT"; what is neither is the name of a group."""
    family, comma, rest = (part.strip() for part in name.partition(","))
    if comma and family:
        given, _, suffix = (part.strip() for part in rest.partition(","))
        return Author(family=family, given=given, suffix=suffix)
    before, _, last = name.rpartition(" ")
    if before and last.isupper() and _INITIALS.fullmatch(last):
        return Author(family=before, initials=last)
    return Author(family=name, is_group=True)


def _people(lists: Sequence[tuple[Author, ...]]) -> tuple[Author, ...]:
    """Two author lists as one: who stands in both, stands once, in the fuller form.

    "Smith AB" and "Smith, Anna B." are one person when both lists have one Smith with that first letter.
    """
    if len(lists) == 1:
        return lists[0]
    first, second = lists
    united = list(first)
    at_name = {_name(a): at for at, a in reversed(list(enumerate(first)))}
    here, there = (Counter(_initial(a) for a in people) for people in lists)
    at_initial = {_initial(a): at for at, a in enumerate(first) if here[_initial(a)] == 1}
    for author in second:
        at = at_name.get(_name(author))
        if at is None and there[_initial(author)] == 1:
            at = at_initial.get(_initial(author))
        if at is None:
            united.append(author)
        else:
            united[at] = max(united[at], author, key=lambda a: (len(a.given), len(a.initials), bool(a.orcid)))
    return tuple(united)


def _name(author: Author) -> tuple[bool, str, str]:
    return author.is_group, text.fold(author.family), text.fold(text.initials_of(author))


def _initial(author: Author) -> tuple[bool, str, str]:
    group, family, initials = _name(author)
    return group, family, initials[:1]


def _distinct(values: Iterable[_T], key: Callable[[_T], str]) -> tuple[_T, ...]:
    """Values without repeats, the first of each kept."""
    found: dict[str, _T] = {}
    for value in values:
        found.setdefault(key(value), value)
    return tuple(found.values())


def _joined(values: Sequence[str], between: str) -> str:
    """Texts as one; a text that the other one holds already adds nothing."""
    words = [f" {text.fold(text.plain(value))} " for value in values]
    if len(values) == 2 and words[1] in words[0]:
        return values[0]
    if len(values) == 2 and words[0] in words[1]:
        return values[1]
    return between.join(value for value in values if value)


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
    """The state that follows from one record alone, and from the types of the relations by which notices name it.

    What many records, notices and lists of retractions say together is weighed by lifecycle.life_cycle.
    """
    said = [STATE[OF_ANOTHER[kind]] for kind in incoming if OF_ANOTHER.get(kind) in STATE]
    return max([life_cycle([record]).state, *said], key=SEVERITY.index)


@dataclass(frozen=True, slots=True)
class EffectiveTag:
    """A tag of a study after all its reasons were weighed."""

    kind: str
    slug: str
    role: str
    central: bool


def effective_tags(views: Iterable[TagView]) -> tuple[EffectiveTag, ...]:
    """The tags that stand: a curator's word beats everything, else any assertion counts; suggestions do not.

    Where curators spoke of several records before those became one study, the latest word holds, and of words of one
    moment "no" does.
    """
    grouped: dict[tuple[str, str], list[TagView]] = {}
    for view in views:
        grouped.setdefault((view.kind, view.slug), []).append(view)
    standing = []
    for (kind, slug), reasons in grouped.items():
        curated = _latest([v for v in reasons if v.origin == "curator"])
        counted = [v for v in (curated or reasons) if v.status == "asserted"]
        if counted and not any(v.status == "rejected" for v in curated):
            imported = [v.role for v in counted if v.origin in ("curator", "import") and v.role]
            roles = imported or [v.role for v in counted if v.role]
            role = "active" if "active" in roles else roles[0] if roles else ""
            standing.append(EffectiveTag(kind, slug, role, any(v.central for v in counted)))
    return tuple(sorted(standing, key=lambda t: (t.kind, t.slug)))


def _latest(words: Sequence[TagView]) -> list[TagView]:
    """Those of the last moment."""
    newest = max((v.at for v in words if v.at), default=None)
    return [v for v in words if v.at == newest]


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

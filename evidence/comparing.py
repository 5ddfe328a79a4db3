"""Two records side by side: what each says, field by field, and what only one of them says. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evidence import text
from evidence.differences import Item, Pair, Span, diff_items, diff_words
from evidence.merging import CHOOSABLE
from evidence.records import Author, DateKind, PartialDate, Record, RecordKind

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of two records. The spans of a side make up its plain text; none when the record is silent.

    `same`: both print it alike (in lists whose order says nothing, in any order). Spans differ where the two
    contradict each other; in a row that is not the same, none does when one side is silent, or when they only print it
    differently (initials for given names, another case in a keyword). `choosable`: a curator may settle it under this
    name (merging.with_choices); the rest is united when the two become one study.
    """

    name: str
    label: str
    left: tuple[Span, ...]
    right: tuple[Span, ...]
    same: bool
    choosable: bool


def compare_records(a: Record, b: Record) -> tuple[FieldRow, ...]:
    """Every field that at least one of the two states, in the order in which a reader decides by them."""
    rows = []
    for name, label, compare in _FIELDS:
        (left, right), same = compare(a, b)
        if not (left and right):
            left, right = _unmarked(left), _unmarked(right)
        if left or right:
            rows.append(FieldRow(name, label, left, right, same, name in CHOOSABLE))
    return tuple(rows)


def _unmarked(spans: Sequence[Span]) -> tuple[Span, ...]:
    """What only one says contradicts nothing."""
    return (Span("".join(span.text for span in spans)),) if spans else ()


Compare = Callable[[Record, Record], tuple[Pair, bool]]


def _words(said: Callable[[Record], str]) -> Compare:
    """A field of running text."""

    def compare(a: Record, b: Record) -> tuple[Pair, bool]:
        left, right = said(a), said(b)
        return diff_words(left, right), left == right

    return compare


def _items(said: Callable[[Record], Iterable[Item]], *, ordered: bool = False) -> Compare:
    """A field that is a list."""

    def compare(a: Record, b: Record) -> tuple[Pair, bool]:
        left, right = list(said(a)), list(said(b))
        same = left == right if ordered else sorted(left) == sorted(right)
        return diff_items(left, right, ordered=ordered), same

    return compare


def _journals(a: Record, b: Record) -> tuple[Pair, bool]:
    """Journals by a name that both have, when there is one: the full title or NLM's abbreviation."""
    forms = [[form for form in (r.journal.title, r.journal.abbreviation) if form] for r in (a, b)]
    both = {text.fold(form) for form in forms[0]} & {text.fold(form) for form in forms[1]}
    left, right = (next((f for f in side if text.fold(f) in both), next(iter(side), "")) for side in forms)
    return diff_words(left, right), left == right


def _plain(name: str) -> Compare:
    return _words(lambda record: text.plain(getattr(record, name)))


def _people(name: str) -> Compare:
    return _items(lambda record: _named(getattr(record, name), complete=True), ordered=True)


def _authors(record: Record) -> Iterator[Item]:
    return _named(record.authors, complete=record.authors_complete)


def _named(people: Sequence[Author], *, complete: bool) -> Iterator[Item]:
    """Persons as printed; the key is what every source has of a name: the family name and the first initial."""
    for person in people:
        given = person.given or person.initials
        printed = ", ".join(part for part in (person.family, given, person.suffix) if part)
        yield printed, f"{text.fold(person.family)}, {text.fold(text.initials_of(person))[:1]}"
    if people and not complete:
        yield "et al.", "et al."


def _ids(*schemes: str) -> Compare:
    """Identifiers of these schemes; of several schemes, each with its name."""

    def said(record: Record) -> Iterator[Item]:
        for found in record.identifiers:
            if found.scheme in schemes:
                printed = found.value if len(schemes) == 1 else f"{found.scheme} {found.value}"
                yield printed, printed

    return _items(said)


def _folded(said: Callable[[Record], Iterable[str]]) -> Compare:
    """A list in which case and accents say nothing."""
    return _items(lambda record: ((value, text.fold(value) or value) for value in said(record)))


def _abstract(record: Record) -> str:
    sections = ((f"{s.label}: " if s.label else "") + text.plain(s.text) for s in record.abstract)
    return "\n".join(sections)


def _mesh(record: Record) -> Iterator[str]:
    return (heading.name + ("*" if heading.is_major else "") for heading in record.mesh)


def _links(record: Record) -> Iterator[str]:
    """Relations to other works, by identifier where there is one."""
    for relation in record.relations:
        targets = ", ".join(f"{t.scheme} {t.value}" for t in relation.targets) or relation.citation
        yield f"{relation.type} {targets}".strip()


def _size(record: Record) -> str:
    return f"{record.sample_size.n} {record.sample_size.unit}" if record.sample_size else ""


def _kind(record: Record) -> RecordKind | str:
    return "" if record.kind == "other" else record.kind


def _date(kind: DateKind) -> Callable[[Record], str]:
    return lambda record: _printed(record.date(kind) or PartialDate())


def _printed(day: PartialDate) -> str:
    """ "2018 Apr 3", as PubMed prints dates."""
    month = _MONTHS[day.month - 1] if day.month and 1 <= day.month <= 12 else ""
    parts = (str(day.year or ""), month, str(day.day or "") if month else "")
    return " ".join(part for part in parts if part) or day.text


_OTHER_IDS: Final = ("bookaccession", "pii", "arxiv", "mid", "other")

_FIELDS: Final[tuple[tuple[str, str, Compare], ...]] = (
    *((name, CHOOSABLE[name], _plain(name)) for name in ("title", "vernacular_title")),
    ("authors", CHOOSABLE["authors"], _items(_authors, ordered=True)),
    ("journal", CHOOSABLE["journal"], _journals),
    ("book_title", CHOOSABLE["book_title"], _plain("book_title")),
    ("editors", CHOOSABLE["editors"], _people("editors")),
    ("year", CHOOSABLE["year"], _words(lambda record: str(record.year or ""))),
    ("electronic", "Published online", _words(_date("electronic"))),
    *((name, CHOOSABLE[name], _plain(name)) for name in ("volume", "issue", "pages", "publisher", "place", "edition")),
    ("pmid", "PMID", _ids("pmid")),
    ("pmcid", "PMCID", _ids("pmcid")),
    ("doi", "DOI", _ids("doi")),
    ("registration", "Registration", _ids("registration")),
    ("isbns", "ISBN", _items(lambda record: ((isbn, isbn) for isbn in record.isbns))),
    ("other_ids", "Other identifiers", _ids(*_OTHER_IDS)),
    ("kind", CHOOSABLE["kind"], _words(_kind)),
    ("publication_types", "Publication types", _folded(lambda record: (t.name for t in record.publication_types))),
    ("relations", "Linked works", _folded(_links)),
    ("sample_size", "Studied", _words(_size)),
    ("languages", CHOOSABLE["languages"], _folded(lambda record: record.languages)),
    ("keywords", CHOOSABLE["keywords"], _folded(lambda record: (k.text for k in record.keywords))),
    ("mesh", "MeSH headings", _folded(_mesh)),
    ("url", "Address", _words(lambda record: record.url)),
    ("abstract", CHOOSABLE["abstract"], _words(_abstract)),
)

__all__ = ["FieldRow", "Span", "compare_records"]

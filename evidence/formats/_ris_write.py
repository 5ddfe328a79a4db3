"""The RIS writer: exact tags and spacing, one line a value, whatever other programs insist on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from evidence import theses
from evidence.formats import _dates, _export, _kept, _kinds, _markup, _names, _other_ids
from evidence.formats._options import COMPLETE, Options, applied
from evidence.records import PartialDate, Record, RecordKind
from evidence.views import Study

TYPES: Final[dict[RecordKind, str]] = {
    "article": "JOUR", "book": "BOOK", "chapter": "CHAP", "thesis": "THES", "report": "RPRT", "web": "ELEC",
    "preprint": "UNPB", "registration": "GEN", "other": "GEN",
}  # fmt: skip
FINER: Final[dict[RecordKind, tuple[str, ...]]] = {
    "article": ("EJOUR", "EJOU", "ABST", "INPR", "JFULL", "MGZN", "NEWS"),
    "book": ("EBOOK", "EDBOOK", "SER"),
    "chapter": ("ECHAP", "ENCYC", "DICT"),
    "report": ("GOVDOC", "STAND"),
    "web": ("BLOG", "WEB"),
}
"""Further types of a kind, written again where the file said so."""

_ALL_FINER: Final = frozenset(t for types in (*FINER.values(), TYPES.values(), ("CONF", "CPAPER")) for t in types)
_TYPE: Final = re.compile(r"[A-Z]{3,6}")
_RANGE: Final = re.compile(r"([^\s,;-]+)-([^\s,;-]+)")


def write(studies: Iterable[Study], options: Options = COMPLETE) -> Iterator[str]:
    """Each study as one RIS record."""
    for study in applied(studies, options):
        lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in _fields(study, options) if value]
        yield "\n".join(lines) + "\nER  - \n\n"


def _fields(study: Study, options: Options) -> Iterator[tuple[str, str]]:
    record = study.record
    yield "TY", _type(record)
    yield "M3", _markup.write_plain(_sort(record))
    yield "ID", study.row.key
    yield "TI", _markup.write(_export.title(record.title))
    yield "TT", _markup.write(_export.title(record.vernacular_title))
    for author in _export.authors(record):
        yield "AU", _markup.write_plain(_names.listed(_names.without_semicolon(author)))
    for editor in record.editors:
        yield "A2", _markup.write_plain(_names.listed(_names.without_semicolon(editor)))
    date = _export.date(record)
    yield "PY", f"{date.year:04d}" if date and date.year else _markup.write_plain(_kept.without_year(record))
    yield "DA", _date(date)
    yield from _containers(record)
    yield from _pages(record.pages)
    yield "PB", _markup.write_plain(record.publisher)
    yield "CY", _markup.write_plain(record.place)
    yield "ET", _markup.write_plain(record.edition)
    yield from (("SN", value) for value in (record.journal.issn, *record.isbns))
    yield from (("LA", language) for language in record.languages)
    yield from _identifiers(study, options)
    for keyword in record.keywords:
        # A semicolon inside a keyword would read as its end.
        yield "KW", _markup.write_plain(("*" if keyword.major else "") + keyword.text.replace("; ", ", "))
    yield "AB", _markup.write(_markup.joined(record.abstract))
    yield "N1", _markup.write_plain(_export.warning(study))
    yield "N1", _markup.write_plain(_export.alias_note(study))
    yield "N1", _markup.write_plain(_other_ids.line(study))
    for name in _kept.RIS:
        yield from ((name, _markup.write_plain(value)) for value in _kept.all_said(record, name))


def _type(record: Record) -> str:
    fine = _kinds.fine(record)
    if fine:
        return _kinds.FINE[fine].ris
    if _export.conference(record):
        return "CONF"
    said = _kept.said(record, "TY")
    return said if said in FINER.get(record.kind, ()) or _is_unknown(said, record) else TYPES[record.kind]


def _is_unknown(said: str, record: Record) -> bool:
    """A type that no kind of ours stands for, as the file named it."""
    return record.kind == "other" and bool(_TYPE.fullmatch(said)) and said not in _ALL_FINER


def _sort(record: Record) -> str:
    """The type of work: GEN alone says nothing of a registration, nor THES of a thesis."""
    if record.kind == "registration":
        return "registration"
    kind = theses.thesis(record)
    return theses.SHOWN.get(kind, kind)


def _containers(record: Record) -> Iterator[tuple[str, str]]:
    journal = record.journal
    if record.kind == "chapter" or _export.conference(record):
        yield "T2", _markup.write(_export.title(record.book_title))
    if record.kind in ("chapter", "book") or _export.conference(record):
        yield "JF", _markup.write_plain(journal.title)
    else:
        # The abbreviation stands in where it is all that is known (reading undoes it).
        yield "T2", _markup.write_plain(_export.journal(record))
        yield "JF", _markup.write_plain(journal.title)
    yield "JA", _markup.write_plain(journal.abbreviation)
    yield "VL", _markup.write_plain(record.volume)
    yield "IS", _markup.write_plain(record.issue)


def _date(date: PartialDate | None) -> str:
    """YYYY/MM/DD as far as it is known, or the season behind three slashes (the format's "other info")."""
    if date is None or not date.year:
        return ""
    season = _dates.season(date)
    if season:
        return f"{date.year:04d}///{_dates.SEASONS[season - 1]}"
    if date.month and not date.day and (said := _dates.season_said(date)):
        return f"{date.year:04d}/{date.month:02d}//{said}"
    return _dates.written(date, "/") if date.month else ""


def _pages(pages: str) -> Iterator[tuple[str, str]]:
    found = _RANGE.fullmatch(pages)
    if found:
        yield "SP", found[1]
        yield "EP", found[2]
    else:
        yield "SP", pages


def _identifiers(study: Study, options: Options) -> Iterator[tuple[str, str]]:
    yield "DO", _export.identifier(study, "doi")
    pmid = _export.identifier(study, "pmid")
    yield "AN", pmid
    yield "DB", "PubMed" if pmid else ""  # says what kind of accession number AN is
    yield "C2", _export.identifier(study, "pmcid")
    yield "UR", _export.link(study, options)

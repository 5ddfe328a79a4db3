"""The BibTeX writer: each value is encoded by the kind of its field, bibtexparser lays out the entry.

Names of months are BibTeX's macros, addresses and identifiers stand as they are, everything else is text or names.
The same studies always give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field
from bibtexparser.writer import BibtexFormat

from evidence.formats import _bibtex_names, _dates, _export, _languages, _latex_encode, _markup, _other_ids
from evidence.records import Markup, Record, RecordKind
from evidence.views import Study

TYPES: Final[dict[RecordKind, str]] = {
    "article": "article", "book": "book", "chapter": "incollection", "thesis": "phdthesis", "report": "techreport",
    "web": "misc", "preprint": "misc", "registration": "misc", "other": "misc",
}  # fmt: skip
_SUBTYPES: Final = {"preprint": "preprint", "registration": "registration", "web": "web"}
_PUBLISHER: Final = {"thesis": "school", "report": "institution"}
_RANGE: Final = re.compile(r"([^\s,;-]+)-([^\s,;-]+)")
_KEY: Final = re.compile(r"[^A-Za-z0-9!*+./:;<>?\[\]^_`|-]")


def write(studies: Iterable[Study]) -> Iterator[str]:
    """Each study as one entry."""
    layout = _layout()
    for study in studies:
        # A library of one entry: a key given twice must not stop a file. An empty stack: values are complete.
        yield write_string(Library([_entry(study)]), unparse_stack=[], bibtex_format=layout) + "\n"


def _layout() -> BibtexFormat:
    layout = BibtexFormat()  # type: ignore[no-untyped-call]
    layout.indent = "  "
    layout.trailing_comma = True
    return layout


def key(text: str) -> str:
    """A citation key without the characters that BibTeX or LaTeX would stumble over."""
    return _KEY.sub("-", text) or "study"


def _entry(study: Study) -> Entry:
    record = study.record
    type_ = "inproceedings" if _export.conference(record) else TYPES[record.kind]
    fields = [Field(name, value) for name, value in _fields(study) if value]
    return Entry(type_, key(study.row.key), fields)


def _fields(study: Study) -> Iterator[tuple[str, str]]:
    record = study.record
    yield "title", _braced(_latex_encode.title(record.title))
    yield "author", _braced(_bibtex_names.write(_export.authors(record), record.authors_complete))
    yield "editor", _braced(_bibtex_names.write(record.editors))
    yield from _containers(record)
    yield from _date(record)
    yield "volume", _text(record.volume)
    yield "number", _text(record.issue)
    yield "pages", _pages(record.pages)
    yield _PUBLISHER.get(record.kind, "publisher"), _text(record.publisher)
    yield "address", _text(record.place)
    yield "edition", _text(record.edition)
    yield "isbn", _text(" ".join(record.isbns))
    yield "issn", _text(record.journal.issn)
    yield "doi", _verbatim(_export.identifier(study, "doi"))
    yield "pmid", _verbatim(_export.identifier(study, "pmid"))
    yield "pmcid", _verbatim(_export.identifier(study, "pmcid"))
    yield "url", _verbatim(_address(study))
    yield "language", _text(", ".join(_languages.name(x) for x in record.languages[:1]))
    yield "keywords", _text(_export.keywords(record))
    yield "entrysubtype", _text(_SUBTYPES.get(record.kind, ""))
    yield "ids", _braced(", ".join(k for k in study.aliases if k and k != study.row.key and key(k) == k))
    yield "otherids", _text(_other_ids.words(study, lambda k: key(k) != k))
    yield "note", _text(_export.warning(study))
    yield "abstract", _marked(_markup.joined(record.abstract))


def _containers(record: Record) -> Iterator[tuple[str, str]]:
    if record.kind == "chapter" or record.book_title:
        yield "booktitle", _braced(_latex_encode.title(record.book_title))
    yield "origtitle", _marked(record.vernacular_title)
    if record.kind == "preprint":
        yield "howpublished", _text(record.journal.title)
    else:
        # Styles want a journal; the abbreviation stands in where it is all that is known (reading undoes it).
        yield "journal", _text(record.journal.title or record.journal.abbreviation)
    yield "shortjournal", _text(record.journal.abbreviation)


def _date(record: Record) -> Iterator[tuple[str, str]]:
    date = _export.date(record)
    if date is None or date.year is None:
        return
    yield "year", f"{{{date.year}}}"
    if date.month:
        yield "month", _dates.MONTH_NAMES[date.month][:3].lower()  # a macro, without braces
        yield "day", f"{{{date.day}}}" if date.day else ""


def _address(study: Study) -> str:
    """An address, unless the DOI says it: styles would print both."""
    return study.record.url or ("" if _export.identifier(study, "doi") else _export.link(study))


def _pages(pages: str) -> str:
    found = _RANGE.fullmatch(pages)
    return _braced(f"{_latex_encode.text(found[1])}--{_latex_encode.text(found[2])}") if found else _text(pages)


def _braced(value: str) -> str:
    return f"{{{value}}}" if value else ""


def _text(value: str) -> str:
    return _braced(_latex_encode.text(value))


def _marked(value: Markup) -> str:
    return _braced(_latex_encode.markup(value))


_UNSAFE: Final = re.compile(r"[{}\\\s]")
_ESCAPED: Final = re.compile(r"[{}\\\s%]")


def _verbatim(value: str) -> str:
    """A DOI or address as it is; one with a brace or backslash, which would end the field, is percent-encoded."""
    if _UNSAFE.search(value):
        value = _ESCAPED.sub(lambda m: f"%{ord(m[0]):02X}", value)
    return _braced(value)

"""The BibTeX writer: each value is encoded by the kind of its field, in 7-bit LaTeX.

Names of months are BibTeX's macros, addresses and identifiers stand as they are, everything else is text or names.
The same studies always give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from evidence.formats import (
    _bibtex_layout,
    _bibtex_names,
    _dates,
    _export,
    _kinds,
    _languages,
    _latex_encode,
    _latex_title,
    _markup,
    _other_ids,
)
from evidence.formats._bibtex_layout import braced, key, said, verbatim
from evidence.formats._options import COMPLETE, Options, applied
from evidence.records import Markup, Record, RecordKind
from evidence.views import Study

TYPES: Final[dict[RecordKind, str]] = {
    "article": "article", "book": "book", "chapter": "incollection", "thesis": "phdthesis", "report": "techreport",
    "web": "misc", "preprint": "misc", "registration": "misc", "other": "misc",
}  # fmt: skip
_SUBTYPES: Final = {"preprint": "preprint", "registration": "registration", "web": "web"}
_PUBLISHER: Final = {"thesis": "school", "report": "institution"}
_RANGE: Final = re.compile(r"([^\s,;-]+)-([^\s,;-]+)")
_FALLBACK: Final = f"\\{_latex_encode.FALLBACK}{{"


def write(studies: Iterable[Study], options: Options = COMPLETE) -> Iterator[str]:
    """Each study as one entry; before the first that needs it, the @preamble of characters LaTeX has no command for."""
    defined = False
    for study in applied(studies, options):
        entry = _bibtex_layout.entry(_type(study.record), key(study.row.key), _fields(study, options))
        if not defined and _FALLBACK in entry:
            yield _latex_encode.PREAMBLE
            defined = True
        yield entry


def _type(record: Record) -> str:
    return "inproceedings" if _export.conference(record) else TYPES[record.kind]


def _fields(study: Study, options: Options) -> Iterator[tuple[str, str]]:
    record = study.record
    yield "title", braced(_latex_title.title(record.title))
    yield "author", braced(_bibtex_names.write(_export.authors(record), record.authors_complete))
    yield "editor", braced(_bibtex_names.write(record.editors))
    yield from _containers(record)
    yield from _date(record)
    yield "volume", _text(record.volume)
    yield "number", _text(record.issue)
    yield "pages", _pages(record.pages)
    yield _PUBLISHER.get(record.kind, "publisher"), _text(record.publisher)
    yield "address", _text(record.place)
    yield "edition", _text(record.edition)
    yield "type", _text(said(record, "type")) if record.kind in _PUBLISHER else ""
    yield "isbn", _text(" ".join(record.isbns))
    yield "issn", _text(record.journal.issn)
    yield "doi", verbatim(_export.identifier(study, "doi"))
    yield "pmid", verbatim(_export.identifier(study, "pmid"))
    yield "pmcid", verbatim(_export.identifier(study, "pmcid"))
    yield "url", verbatim(address(study, options))
    yield "language", _text(", ".join(_languages.name(x) for x in record.languages))
    yield "keywords", _text(_export.keywords(record))
    yield "entrysubtype", _text(_SUBTYPES.get(record.kind, "") or _kinds.fine(record))
    yield "ids", braced(aliases(study))
    yield "otherids", _text(_other_ids.words(study, lambda k: key(k) != k))
    yield "note", _text(_export.warning(study))
    yield "annote", _text(_export.alias_note(study))  # no standard style prints it
    yield "abstract", _marked(_markup.joined(record.abstract))


def _containers(record: Record) -> Iterator[tuple[str, str]]:
    if record.kind == "chapter" or record.book_title:
        yield "booktitle", braced(_latex_title.title(record.book_title))
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
    yield "year", f"{{{date.year}}}"  # a season has no place here: `month` is a number or a macro to biber
    if date.month:
        yield "month", _dates.MONTH_NAMES[date.month][:3].lower()  # a macro, without braces
        yield "day", f"{{{date.day}}}" if date.day else ""


def aliases(study: Study) -> str:
    """Other keys that lead here, for biblatex's `ids`."""
    return ", ".join(k for k in study.aliases if k and k != study.row.key and key(k) == k)


def address(study: Study, options: Options) -> str:
    """An address, unless the DOI says it: styles would print both."""
    if study.record.url and options.url:
        return study.record.url
    return "" if _export.identifier(study, "doi") else _export.link(study, options)


def _pages(pages: str) -> str:
    found = _RANGE.fullmatch(pages)
    return braced(f"{_latex_encode.text(found[1])}--{_latex_encode.text(found[2])}") if found else _text(pages)


def _text(value: str) -> str:
    return braced(_latex_encode.text(value))


def _marked(value: Markup) -> str:
    return braced(_latex_encode.markup(value))

"""The BibTeX writer: each value is encoded by the kind of its field, in 7-bit LaTeX.

Names of months are BibTeX's macros, addresses and identifiers stand as they are, everything else is text or names.
The same studies always give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from evidence import theses
from evidence.formats import (
    _bibtex_layout,
    _bibtex_names,
    _dates,
    _export,
    _kept,
    _kinds,
    _languages,
    _latex_encode,
    _latex_plain,
    _latex_print,
    _latex_title,
    _markup,
    _other_ids,
    _serials,
)
from evidence.formats._bibtex_layout import braced, key, verbatim
from evidence.formats._options import COMPLETE, Options, applied
from evidence.records import Author, Markup, Record, RecordKind
from evidence.views import Study

TYPES: Final[dict[RecordKind, str]] = {
    "article": "article", "book": "book", "chapter": "incollection", "thesis": "phdthesis", "report": "techreport",
    "web": "misc", "preprint": "misc", "registration": "misc", "other": "misc",
}  # fmt: skip
_SUBTYPES: Final = {"preprint": "preprint", "registration": "registration", "web": "web"}
_PUBLISHER: Final = {"thesis": "school", "report": "institution"}
_RANGE: Final = re.compile(r"([^\s,;-]+)-([^\s,;-]+)")


def write(studies: Iterable[Study], options: Options = COMPLETE) -> Iterator[str]:
    """Each study as one entry; before the first that needs it, a @preamble of what LaTeX does not have."""
    return _latex_print.with_preambles(_entries(studies, options), _latex_print.seven_bit_needs)


def _entries(studies: Iterable[Study], options: Options) -> Iterator[str]:
    for study in applied(studies, options):
        yield _bibtex_layout.entry(_type(study.record), key(study.row.key), _fields(study, options))


def _type(record: Record) -> str:
    if record.kind == "chapter" and not record.book_title:
        return "inbook"  # a part of a book without a title of its own: the title is the book's
    if theses.thesis(record) == theses.MASTER:
        return "mastersthesis"
    return "inproceedings" if _export.conference(record) else TYPES[record.kind]


def _type_of(record: Record) -> str:
    """What a report or thesis is, where the entry's type does not say so; "PhD thesis" is what a style prints else."""
    if record.kind == "thesis":
        kind = theses.thesis(record)
        return "" if kind in theses.SHOWN else kind or "Thesis"
    return _kept.said(record, "type") if record.kind in _PUBLISHER else ""


def _fields(study: Study, options: Options) -> Iterator[tuple[str, str]]:
    record = study.record
    yield "title", braced(_latex_title.title(_export.title(record.title)))
    yield "author", braced(_names(_export.authors(record), record.authors_complete))
    yield "editor", braced(_names(record.editors, _kept.editors_complete(record)))
    yield from _containers(record)
    yield from _date(record)
    yield "volume", _text(record.volume)
    yield "number", _text(record.issue)
    yield "pages", _pages(record.pages)
    yield _PUBLISHER.get(record.kind, "publisher"), _text(record.publisher)
    yield "address", _text(record.place)
    yield "edition", _text(record.edition)
    yield "type", _text(_type_of(record))
    yield from ((name, _text(value)) for name, value in _kept.bibtex(record))
    yield "pubstate", _text(_kept.said(record, "pubstate"))
    yield "isbn", braced(_serials.isbn(record))
    yield "issn", braced(_serials.issn(record))
    yield "doi", verbatim(_export.identifier(study, "doi"))
    yield "pmid", verbatim(_export.identifier(study, "pmid"))
    yield "pmcid", verbatim(_export.identifier(study, "pmcid"))
    yield from _eprint(record)
    yield "url", verbatim(address(study, options))
    yield "language", _text(", ".join(_languages.name(x) for x in record.languages))
    yield "keywords", _text(_export.keywords(record))
    yield "entrysubtype", _text(_SUBTYPES.get(record.kind, "") or _kinds.fine(record))
    yield "ids", braced(aliases(study))
    yield "otherids", _text(_further(study))
    note, addendum = _kept.notes(study)
    yield "note", _text(note)
    yield "addendum", _text(addendum)
    yield "annote", _text(_kept.aside(study))  # no standard style prints it
    yield "abstract", _marked(_markup.joined(record.abstract))


def _names(authors: tuple[Author, ...], whole: bool) -> str:
    return _bibtex_names.write(_latex_plain.simpler_authors(authors), whole)


def _containers(record: Record) -> Iterator[tuple[str, str]]:
    if record.book_title:
        yield "booktitle", braced(_latex_title.title(_export.title(record.book_title)))
    yield "origtitle", _marked(_export.title(record.vernacular_title))
    if record.kind == "preprint":
        yield "howpublished", _text(record.journal.title)
    else:
        # Styles want a journal; the abbreviation stands in where it is all that is known (reading undoes it).
        yield "journal", _text(record.journal.title or record.journal.abbreviation)
    yield "shortjournal", _text(record.journal.abbreviation)


def _date(record: Record) -> Iterator[tuple[str, str]]:
    date = _export.date(record)
    if date is None or date.year is None:
        yield "year", _text(_kept.without_year(record))
        return
    yield "year", f"{{{date.year}}}"  # a season has no place here: `month` is a number or a macro to biber
    if date.month:
        yield "month", _dates.MONTH_NAMES[date.month][:3].lower()  # a macro, without braces
        yield "day", f"{{{date.day}}}" if date.day else ""


def arxiv(record: Record) -> str:
    """The arXiv number of an article or preprint: of anything else `eprint` would make a preprint."""
    return (record.id("arxiv") or "") if record.kind in ("article", "preprint") else ""


def stated(record: Record) -> frozenset[str]:
    """Schemes that need no words: the one arXiv number that stands in `eprint`."""
    return frozenset(("arxiv",)) if arxiv(record) and len(record.ids("arxiv")) == 1 else frozenset()


def _eprint(record: Record) -> Iterator[tuple[str, str]]:
    """As arXiv itself writes BibTeX, https://info.arxiv.org/help/hypertex/bibstyles/index.html ."""
    number = arxiv(record)
    yield "eprint", verbatim(number)
    yield "archiveprefix", "{arXiv}" if number else ""


def _further(study: Study) -> str:
    """Further identifiers, keys that BibTeX cannot have and numbers that biber would call wrong, as words."""
    words = [_other_ids.words(study, lambda k: key(k) != k, without=stated(study.record))]
    words += [f"{name}:{_other_ids.escaped(value)}" for name, value in _serials.others(study.record)]
    return " ".join(w for w in words if w)


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
    return braced(_latex_encode.text(value)) if value else ""


def _marked(value: Markup) -> str:
    return braced(_latex_encode.markup(value))

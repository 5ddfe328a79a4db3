"""The BibLaTeX writer: UTF-8, entry types and fields of biblatex's data model and no others.

An entry type has no place for some things that are known (a PMCID, the publisher of an article), and must have others
that are not. What has no place goes to `verba`, a field for the user's own purposes that no style prints, as words
`name:value`, percent-encoded; what must be there and is not decides for a type that does not ask for it. For an author
or a date that is not known, `_biblatex_unknown` has what prints nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from evidence import theses
from evidence.formats import (
    _biblatex_model,
    _biblatex_unknown,
    _bibtex_layout,
    _bibtex_names,
    _bibtex_write,
    _dates,
    _export,
    _kept,
    _kinds,
    _languages,
    _latex_encode,
    _latex_print,
    _latex_title,
    _markup,
    _other_ids,
    _serials,
)
from evidence.formats._bibtex_layout import braced, key, verbatim
from evidence.formats._options import COMPLETE, Options, applied
from evidence.identifiers import Identifier
from evidence.records import Markup, Record
from evidence.views import Study

_RANGE: Final = re.compile(r"([^\s,;-]+)-([^\s,;-]+)")
_ARTICLE_NUMBER: Final = re.compile(r"[A-Za-z]{1,3}\d{3,}|\d{6,}")
_TYPES_OF_REPORT: Final = {"Practice Guideline": "Guideline", "Guideline": "Guideline", "Technical Report": "Report"}
_encode: Final = _latex_encode.UNICODE
_encode_name: Final = _latex_encode.unicode_name


def write(studies: Iterable[Study], options: Options = COMPLETE) -> Iterator[str]:
    """Each study as one entry: `ids` names its other keys, so that none needs an entry of its own.

    Before the first that needs it, a @preamble that tells pdfLaTeX the characters it does not know.
    """
    return _latex_print.with_preambles(_entries(studies, options), _latex_print.unicode_needs)


def _entries(studies: Iterable[Study], options: Options) -> Iterator[str]:
    for study in applied(studies, replace(options, aliases=False)):
        fields = {name: value for name, value in _fields(study, options) if value}
        type_ = _type(study.record, fields)
        fields |= _biblatex_unknown.fields(type_, fields)
        yield _bibtex_layout.entry(type_, key(study.row.key), _placed(type_, fields, study))


def _type(record: Record, fields: dict[str, str]) -> str:
    """The best entry type whose required fields are there; `fields` is completed where only its subtype can tell."""
    fine = _kinds.fine(record)
    if _export.conference(record):
        ladder: tuple[str, ...] = ("inproceedings",)
    elif record.kind == "chapter" and "booktitle" not in fields:
        ladder = _biblatex_model.LADDERS["book"]  # a part of a book without a title of its own: the title is the book's
        fields["entrysubtype"] = "{chapter}"
    elif fine:
        ladder = (_kinds.FINE[fine].biblatex,)
    else:
        ladder = _biblatex_model.LADDERS[record.kind]
    found = next((t for t in ladder if _biblatex_model.satisfied(t, fields)), "")
    if found in ("", "online", "misc") and record.kind != "other":
        fields["entrysubtype"] = braced(record.kind)
    elif not found and fine:
        fields["entrysubtype"] = braced(fine)
    return found or "misc"


def _placed(type_: str, fields: dict[str, str], study: Study) -> Iterator[tuple[str, str]]:
    """The fields that the type has, and the others as words."""
    without = _bibtex_write.stated(study.record) if fields.get("eprinttype") == "{arxiv}" else frozenset[str]()
    words = [f"{name}:{_word(value)}" for name, value in _unprintable(study, fields)]
    words.append(_other_ids.words(study, lambda k: key(k) != k, without=without))
    places = _biblatex_model.places(type_)
    for name, value in fields.items():
        if name in places:
            yield name, value
        elif name != "issue":
            words.append(f"{name}:{_word(value)}")
    yield "verba", braced(" ".join(w for w in words if w))


def _word(value: str) -> str:
    """A field's value, its braces gone, as one word of ASCII without anything that BibTeX reads as syntax."""
    return _bibtex_layout.word(value[1:-1] if value.startswith("{") else value)


def _unprintable(study: Study, fields: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Values that biber would call invalid or that stand beside a better one: more ISBNs, a wrong ISSN, a PMCID."""
    record = study.record
    if "issue" in fields:
        yield "volume", _encode(record.volume)
    yield from _serials.others(record)
    pmcid = _export.identifier(study, "pmcid")
    if pmcid and fields.get("eprinttype") != "{pmcid}":
        yield "pmcid", pmcid


def _fields(study: Study, options: Options) -> Iterator[tuple[str, str]]:
    record = study.record
    yield "title", braced(_latex_title.title(_export.title(record.title), _encode) or _bibtex_names.NO_TITLE)
    yield "author", braced(_bibtex_names.write(_export.authors(record), record.authors_complete, _encode_name))
    yield "editor", braced(_bibtex_names.write(record.editors, _kept.editors_complete(record), _encode_name))
    yield from _containers(record)
    yield "date", braced(_dates.edtf(_export.date(record)))
    yield from _volume(record.volume)
    yield "number", _text(record.issue)
    yield from _pages(record.pages)
    yield from _publisher(record)
    yield "location", _text(record.place)
    yield "edition", _text(record.edition)
    yield from ((name if name != "primaryclass" else "eprintclass", _text(v)) for name, v in _kept.bibtex(record))
    yield "pubstate", _text(_kept.pubstate(record))
    yield "isbn", braced(_serials.isbn(record))
    yield "issn", braced(_serials.issn(record))
    yield "doi", verbatim(_export.identifier(study, "doi"))
    yield from _eprint(study)
    yield "url", verbatim(_address(study, options))
    yield "langid", braced(_languages.babel(record.languages[0]) if len(record.languages) == 1 else "")
    yield "language", _text(" and ".join(_languages.name(x) for x in record.languages))
    yield "keywords", _text(_export.keywords(record))
    yield "ids", braced(_bibtex_write.aliases(study))
    note, addendum = _kept.notes(study)
    yield "note", _text(note)
    yield "addendum", _text(addendum)
    yield "annotation", _text(_kept.aside(study))
    yield "abstract", _marked(_markup.joined(record.abstract))


def _containers(record: Record) -> Iterator[tuple[str, str]]:
    yield "booktitle", braced(_latex_title.title(_export.title(record.book_title), _encode))
    yield "origtitle", _marked(_export.title(record.vernacular_title))
    if record.kind == "preprint":
        yield "organization", _text(record.journal.title or record.journal.abbreviation)
    else:
        yield "journaltitle", _text(record.journal.title or record.journal.abbreviation)
    yield "shortjournal", _text(record.journal.abbreviation)


def _volume(volume: str) -> Iterator[tuple[str, str]]:
    """The data model takes a whole number. "12 Suppl 2" is volume 12 with the rest as biblatex's `issue`, which is for
    what is no number; the whole stands among the words too.
    """
    number, _, rest = volume.partition(" ")
    if not (number.isascii() and number.isdigit()):
        number, rest = "", volume
    yield "volume", braced(number)
    yield "issue", _text(rest)


def _pages(pages: str) -> Iterator[tuple[str, str]]:
    found = _RANGE.fullmatch(pages)
    if found:
        yield "pages", braced(f"{_encode(found[1])}--{_encode(found[2])}")
    else:
        yield ("eid" if _ARTICLE_NUMBER.fullmatch(pages) else "pages"), _text(pages)


def _publisher(record: Record) -> Iterator[tuple[str, str]]:
    """Publisher under the name that the type has for it; reports and theses also say what they are."""
    if record.kind in ("thesis", "report"):
        types = (_TYPES_OF_REPORT.get(t.name, "") for t in record.publication_types)
        known = next((t for t in types if t), "")
        yield "institution", _text(record.publisher)
        said = theses.thesis(record) if record.kind == "thesis" else _kept.said(record, "type")
        yield "type", _text(said or known or record.kind.capitalize())
    elif record.kind in ("web", "registration"):
        yield "organization", _text(record.publisher)
    else:
        yield "publisher", _text(record.publisher)


def _eprint(study: Study) -> Iterator[tuple[str, str]]:
    """The one electronic archive that biblatex has fields for: PubMed, else arXiv, else PMC."""
    for name, scheme in (("pubmed", "pmid"), ("arxiv", "arxiv"), ("pmcid", "pmcid")):
        value = _bibtex_write.arxiv(study.record) if scheme == "arxiv" else _export.identifier(study, scheme)  # type: ignore[arg-type]
        if value:
            yield "eprint", verbatim(value)
            yield "eprinttype", braced(name)
            return


def _address(study: Study, options: Options) -> str:
    """An address, but not that of a preprint's arXiv number: styles make a link of the number."""
    address = _bibtex_write.address(study, options)
    number = study.record.id("arxiv") if study.record.kind == "preprint" else None
    return "" if number and address == Identifier("arxiv", number).url else address


def _text(value: str) -> str:
    return f"{{{_encode(value)}}}" if value else ""


def _marked(value: Markup) -> str:
    return braced(_latex_encode.markup(value, _encode))

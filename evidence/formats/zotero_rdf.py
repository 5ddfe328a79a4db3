"""Zotero RDF, written: the form in which Zotero exports its own items, and in which it loses nothing on import.

What each element becomes on import was read from Zotero's translators `RDF.js` and `Zotero RDF.js`
(https://github.com/zotero/translators): an item whose `z:itemType` is given takes `dc:description` as Extra,
`dc:subject` as tags, `dcterms:isPartOf` as the journal with its abbreviation and ISSN, `dcterms:isReferencedBy` as a
note, and every other `z:` property under its own name. Our RIS and BibTeX have keywords but not our tags, and from RIS
Zotero takes no key and no PMID; so the pages hand this out first (docs/zotero.md).

Extra holds one `Label: value` a line, as Zotero and Better BibTeX read it: Citation Key, PMID, PMCID, what must be said
about the study, Original Title. Zotero's BibTeX export makes of it the entry's key, `pmid`, `pmcid` and one note. The
key stands in `z:citationKey` too, a field since Zotero 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import quote

from evidence.formats import Format, _dates, _export, _kinds, _languages, _markup, _names, _other_ids, _our_tags
from evidence.formats._options import COMPLETE, Options, applied
from evidence.records import Author, Record, RecordKind
from evidence.text import plain
from evidence.views import Study

NAMESPACES: Final = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "z": "http://www.zotero.org/namespaces/export#",
    "bib": "http://purl.org/net/biblio#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "prism": "http://prismstandard.org/namespaces/1.2/basic/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://nwalsh.com/rdf/vCard#",
}
_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF\n'
    + "\n".join(f' xmlns:{name}="{address}"' for name, address in NAMESPACES.items())
    + ">\n"
)
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a reference (https://www.w3.org/TR/xml/#charsets)."""


@dataclass(frozen=True, slots=True)
class _Type:
    """Zotero's type of an item, the RDF classes of the item and of what it stands in, whether it has a DOI field."""

    item: str
    node: str
    container: str = ""
    doi: bool = False


_TYPES: Final[dict[RecordKind, _Type]] = {
    "article": _Type("journalArticle", "bib:Article", "bib:Journal", doi=True),
    "book": _Type("book", "bib:Book"),
    "chapter": _Type("bookSection", "bib:BookSection", "bib:Book"),
    "thesis": _Type("thesis", "bib:Thesis"),
    "report": _Type("report", "bib:Report"),
    "web": _Type("webpage", "bib:Document", "z:Website"),
    "preprint": _Type("preprint", "bib:Manuscript", doi=True),
    "registration": _Type("webpage", "bib:Document", "z:Website"),
    "other": _Type("document", "bib:Document"),
}
_CONFERENCE: Final = _Type("conferencePaper", "rdf:Description", "bib:Journal", doi=True)
_FINE: Final = {
    "dataset": _Type("dataset", "rdf:Description", doi=True),
    "software": _Type("computerProgram", "bib:Data"),
    "patent": _Type("patent", "bib:Patent"),
}


def recognise(head: bytes) -> bool:
    """Whether a file is Zotero RDF: its root element and Zotero's namespace."""
    return b"<rdf:RDF" in head and NAMESPACES["z"].encode() in head


def write(studies: Iterable[Study], options: Options = COMPLETE) -> Iterator[str]:
    """One RDF/XML document, an element for each study."""
    yield _HEAD
    for study in applied(studies, options):
        kind = _type(study.record)
        about = quote(study.row.key, safe="")
        inside = "".join(piece for piece in _item(study, kind, options) if piece)
        yield f'<{kind.node} rdf:about="#{about}">\n{inside}</{kind.node}>\n'
    yield "</rdf:RDF>\n"


def _type(record: Record) -> _Type:
    fine = _kinds.fine(record)
    if fine:
        return _FINE[fine]
    return _CONFERENCE if _export.conference(record) else _TYPES[record.kind]


def _item(study: Study, kind: _Type, options: Options) -> Iterator[str]:
    """The elements of an item, in the order of Zotero's own exports."""
    record = study.record
    yield _said("z:itemType", kind.item)
    yield _within(record, kind)
    yield _publisher(record, kind)
    yield _people("bib:authors", _export.authors(record))
    yield _people("bib:editors", record.editors)
    yield _note(_export.warning(study))
    yield from (_said("dc:subject", name) for name in dict.fromkeys((*_our_tags.of(study), *_keywords(record))))
    yield _said("dc:title", _markup.write(_export.title(record.title)))
    yield _said("dcterms:abstract", _markup.write(_markup.joined(record.abstract, "\n")))
    yield _said("dc:date", _date(record))
    yield _said("z:language", _languages.short(record.languages[0]) if record.languages else "")
    yield _url(_export.link(study, options))
    yield _said("dc:identifier", _named("DOI", _export.identifier(study, "doi") if kind.doi else ""))
    if kind.item == "book":
        yield from (_said("dc:identifier", f"ISBN {value}") for value in record.isbns[:1])
    if not kind.container:
        yield from _numbers(record)
    yield _said("prism:edition", record.edition)
    yield _said("bib:pages", record.pages)
    yield _said("z:citationKey", study.row.key)
    yield _said("dc:description", "\n".join(extra_of(study, kind.doi)))


def extra_of(study: Study, has_doi: bool = True) -> tuple[str, ...]:
    """The lines of Extra. `has_doi`: whether the item's type has a field for it."""
    record = study.record
    lines = (
        _line("Citation Key", study.row.key),
        _line("PMID", _export.identifier(study, "pmid")),
        _line("PMCID", _export.identifier(study, "pmcid")),
        _line("DOI", "" if has_doi else _export.identifier(study, "doi")),
        _export.warning(study),  # first of what BibTeX exports as one note, for there it is known by its beginning
        _export.alias_note(study),
        _other_ids.line(study),
        _line("Original Title", plain(_export.title(record.vernacular_title))),
    )
    return tuple(" ".join(line.split()) for line in lines if line)


def _within(record: Record, kind: _Type) -> str:
    """The journal, book or site that it appeared in."""
    if not kind.container:
        return ""
    in_book = kind.container == "bib:Book" or kind is _CONFERENCE
    journal = record.journal
    title = _markup.write(_export.title(record.book_title)) if in_book else _export.journal(record)
    inside = "".join(
        (
            _said("dc:title", title),
            _said("dcterms:alternative", "" if in_book else journal.abbreviation),
            _said("dc:identifier", _named("ISSN", "" if in_book else journal.issn)),
            *(_said("dc:identifier", f"ISBN {value}") for value in record.isbns[:1] if in_book),
            *_numbers(record),
        )
    )
    return _element("dcterms:isPartOf", _element(kind.container, inside)) if inside else ""


def _numbers(record: Record) -> tuple[str, str]:
    return _said("prism:volume", record.volume), _said("prism:number", record.issue)


def _publisher(record: Record, kind: _Type) -> str:
    """Who published it and where; for a preprint its server, which our records keep as its journal."""
    name = record.publisher or (record.journal.title if kind.item in ("preprint", "report") else "")
    place = _said("vcard:locality", record.place)
    adr = _element("vcard:adr", _element("vcard:Address", place)) if place else ""
    inside = _said("foaf:name", name) + adr
    return _element("dc:publisher", _element("foaf:Organization", inside)) if inside else ""


def _people(role: str, authors: Iterable[Author]) -> str:
    """Names in order. Zotero takes a person without given name for a name in one field, as groups have it."""
    items = "".join(_element("rdf:li", _element("foaf:Person", person)) for a in authors if (person := _person(a)))
    return _element(role, _element("rdf:Seq", items)) if items else ""


def _person(author: Author) -> str:
    if author.is_group:
        return _said("foaf:surname", author.family)
    given = ", ".join(part for part in (_names.given_text(author), author.suffix) if part)
    family = author.family or given
    return _said("foaf:surname", family) + _said("foaf:givenName", given if author.family else "")


def _note(warning: str) -> str:
    """What must be said about the study, as a note under the item, where it is seen."""
    if not warning:
        return ""
    word, _, rest = warning.partition(":")
    note = f"<p><strong>{escape(word)}</strong>:{escape(rest)}</p>"
    return _element("dcterms:isReferencedBy", _element("bib:Memo", _said("rdf:value", note)))


def _url(address: str) -> str:
    if not address:
        return ""
    return _element("dc:identifier", _element("dcterms:URI", _said("rdf:value", address)))


def _keywords(record: Record) -> Iterator[str]:
    return (keyword.text for keyword in record.keywords)


def _date(record: Record) -> str:
    date = _export.date(record)
    number = _dates.season(date) if date else 0
    if date and number:
        return f"{_dates.SEASONS[number - 1]} {date.year}"
    return _dates.written(date)


def _line(label: str, value: str) -> str:
    return f"{label}: {value}" if value else ""


def _named(name: str, value: str) -> str:
    return f"{name} {value}" if value else ""


def _said(name: str, value: str) -> str:
    """An element with text, or nothing; characters that no XML can hold are left out."""
    text = _ILLEGAL.sub("", value)
    return f"<{name}>{escape(text, quote=False)}</{name}>\n" if text.strip() else ""


def _element(name: str, inside: str) -> str:
    return f"<{name}>\n{inside}</{name}>\n"


FORMAT: Final = Format(
    name="zotero-rdf",
    label="Zotero RDF",
    suffixes=(".rdf",),
    media_type="application/rdf+xml",
    recognise=recognise,
    write=write,
)

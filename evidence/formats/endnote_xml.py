"""EndNote XML, as EndNote ("Export… XML"), Zotero, Mendeley, Citavi and Covidence write it. Reading only.

Elements after EndNote's own exports and its "RIS and XML tags" notes; there is no published schema. What no field of
a record holds is kept under its element's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

from lxml import etree

from evidence.formats import Format, _dates, _ids, _lines, _markup, _names
from evidence.formats._draft import Draft, ExternalIds, Plain
from evidence.formats._endnote_bytes import begins, pieces
from evidence.identifiers import try_parse
from evidence.records import Author, Item, Markup, Record, RecordKind
from evidence.text import balanced, clean, escape, plain

KINDS: Final[dict[str, RecordKind]] = {
    **dict.fromkeys(("journal article", "electronic article", "magazine article", "newspaper article"), "article"),
    **dict.fromkeys(("conference paper", "conference proceedings", "in press", "article in press"), "article"),
    **dict.fromkeys(("book", "edited book", "electronic book", "classical work", "ancient text", "manual"), "book"),
    **dict.fromkeys(("book section", "electronic book section", "encyclopedia", "dictionary"), "chapter"),
    **dict.fromkeys(("report", "government document", "standard", "grant"), "report"),
    **dict.fromkeys(("web page", "blog", "online multimedia", "online database"), "web"),
    "thesis": "thesis",
    "unpublished work": "preprint",
}
"""Reference types by name; one that is not here makes an "other". The numbers differ between programs."""

_PLAIN_TYPES: Final = frozenset(("journal article", "book", "book section", "report", "web page", "thesis", "generic"))
_CONFERENCES: Final = frozenset(("conference paper", "conference proceedings"))
_FACES: Final = {"italic": "i", "bold": "b", "underline": "u", "superscript": "sup", "subscript": "sub"}
_PARSER: Final[dict[str, Any]] = {
    "resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False, "remove_comments": True,
}  # fmt: skip
_DATE: Final = re.compile(r"\d{4}[/-]\d{1,2}(?:[/-]\d{1,2})?")
_SKIPPED: Final = frozenset(("ref-type", "source-app", "database"))
"""Of the library that was exported, not of the work."""


def read(stream: BinaryIO, label: str) -> Iterator[Item]:
    """Every record of an EndNote XML file."""
    ids = ExternalIds(label)
    for ordinal, piece in enumerate(pieces(stream, label), 1):
        reason, record = piece.fault, None
        if not reason:
            try:
                record = _record(etree.fromstring(piece.data, etree.XMLParser(**_PARSER)), ids, ordinal)
                reason = "" if record is not None else "says nothing that is known"
            except etree.XMLSyntaxError as exc:
                reason = f"is broken XML ({exc.msg})"
        if record is not None:
            yield record
        else:
            yield _lines.rejected(
                label, f"record {ordinal} {reason}", piece.line, piece.data.decode("utf-8", "replace")
            )


def _record(element: etree._Element, ids: ExternalIds, ordinal: int) -> Record | None:
    """The record of an element, or None when it holds nothing but numbers and its type."""
    draft = Draft()
    named = element.find("ref-type")
    type_ = (named.get("name") or "").strip() if named is not None else ""
    draft.kind = KINDS.get(type_.lower(), "other" if type_ else "article")
    if type_ and type_.lower() not in _PLAIN_TYPES:
        draft.extra.append(("ref-type", type_))
    _titles(draft, element, type_.lower())
    _accession(draft, element)
    for child in element:
        take = _FIELDS.get(str(child.tag))
        if take is not None:
            take(draft, child)
        elif child.tag not in _SKIPPED:
            _rest(draft, child)
    if not draft.filled:
        return None
    for name in ("rec-number", "foreign-keys"):  # what EndNote knows it by; says nothing of the work
        for numbered in element.iterfind(name):
            _rest(draft, numbered)
    return draft.record("endnote-xml", ids.make(_text(element, "label") or _text(element, "rec-number"), ordinal))


def _plain(element: etree._Element | None) -> str:
    """An element's characters, styles undone."""
    return clean("".join(element.itertext())) if element is not None else ""


def _text(element: etree._Element, path: str) -> str:
    return _plain(element.find(path))


def _marked(element: etree._Element | None) -> Markup:
    """An element's characters with its styled runs as inline tags."""
    if element is None:
        return Markup("")
    parts = [escape(element.text or "")]
    for run in element:
        tags = [_FACES[face] for face in (run.get("face") or "").split() if face in _FACES]
        inside = escape("".join(run.itertext()))
        # A run of white space alone would make tags that say nothing.
        shown = inside if not inside.strip() else _wrapped(inside, tags)
        parts += (shown, escape(run.tail or ""))
    text = "".join(parts)
    return balanced(Markup(clean(text))) if "</" in text else _markup.read(plain(Markup(text)))


def _wrapped(text: str, tags: list[str]) -> str:
    return "".join(f"<{t}>" for t in tags) + text + "".join(f"</{t}>" for t in reversed(tags))


def _titles(draft: Draft, element: etree._Element, type_: str) -> None:
    """`secondary-title` is the journal of an article, the book of a chapter, the series of a book."""
    titles = element.find("titles")
    if titles is None:
        titles = etree.Element("titles")
    draft.mark("title", _marked(titles.find("title")), "title")
    in_book = draft.kind == "chapter" or type_ in _CONFERENCES
    for second in titles.iterfind("secondary-title"):
        if in_book:
            draft.mark("book_title", _marked(second), "secondary-title")
        elif draft.kind not in ("book", "thesis", "report"):
            draft.put("journal", _plain(second), "secondary-title")
        else:
            draft.keep("secondary-title", _plain(second))
    for name in ("full-title", "abbr-1", "abbr-2", "abbr-3"):
        for value in (_plain(found) for found in element.iterfind(f"periodical/{name}")):
            if name != "full-title":
                draft.put("abbreviation", value, name)
            elif in_book or draft.kind in ("book", "thesis", "report"):
                draft.keep("full-title", value) if plain(draft.marked.get("book_title", Markup(""))) != value else None
            else:
                draft.put("journal", value, "full-title")
    for value in titles.iterfind("translated-title"):
        draft.mark("vernacular_title", _marked(value), "translated-title")
    for child in titles:
        if child.tag not in ("title", "secondary-title", "translated-title"):
            text = _plain(child)
            if text != plain(draft.marked.get("title", Markup(""))):
                draft.keep(str(child.tag), text)


def _accession(draft: Draft, element: etree._Element) -> None:
    """An accession number is a PMID where the database says so; EndNote puts the PMCID into `custom2`."""
    base = " ".join(_text(element, f"remote-database-{part}") for part in ("name", "provider")).lower()
    unnamed = not base.strip() and element.find("source-app") is None  # Mendeley: the number is its PMID field
    pubmed = unnamed or any(word in base for word in ("pubmed", "medline", "nlm"))
    for value in (_plain(found) for found in element.iterfind("accession-num")):
        if not (pubmed and value.isdigit() and draft.identify("pmid", value, "accession-num")):
            draft.note(value, "accession-num")
    for value in (_plain(found) for found in element.iterfind("custom2")):
        pmcid = try_parse("pmcid", value) if value.upper().startswith("PMC") else None
        if pmcid is not None:
            draft.add(pmcid)
        else:
            draft.note(value, "custom2")


def _people(element: etree._Element) -> list[Author]:
    return [a for a in (_names.parse(_plain(author)) for author in element.iter("author")) if a is not None]


def _contributors(draft: Draft, element: etree._Element) -> None:
    for group in element:
        if group.tag == "authors":
            for author in group.iter("author"):
                name = _plain(author)
                if _names.is_et_al(name):
                    draft.authors_complete = False
                elif name:
                    draft.author(_names.parse(name))
        elif group.tag == "secondary-authors":
            draft.editors += _people(group)
            draft.filled = draft.filled or bool(draft.editors)
        else:
            for author in group.iter("author"):
                draft.keep(str(group.tag), _plain(author))


def _dated(draft: Draft, element: etree._Element) -> None:
    """The year, and the publication date where it belongs to that year ("Mar 15", "2019/08/02")."""
    year = _text(element, "year")
    found = _dates.parse(year) if year else None
    draft.date(found)
    for date in element.iterfind("pub-dates/date"):
        printed = _plain(date)
        whole = _dates.parse(printed)
        if whole is not None and whole.year is None and found is not None and found.year is not None:
            whole = _dates.combined(str(found.year), printed)
        if whole is None or whole.year is None or (found is not None and found.year not in (None, whole.year)):
            draft.keep("pub-dates", printed)
        else:
            draft.date(whole)
    for child in element:
        if child.tag not in ("year", "pub-dates"):
            _rest(draft, child)


def _urls(draft: Draft, element: etree._Element) -> None:
    """Addresses; those of files on someone's disk are kept, not followed."""
    for group in element:
        for url in group.iter("url"):
            for part in _plain(url).split():
                if part.startswith(("internal-pdf:", "file:")) or group.tag == "pdf-urls":
                    draft.keep(str(group.tag), part)
                else:
                    draft.link(part, str(group.tag))


def _doi(draft: Draft, element: etree._Element) -> None:
    value = _plain(element)
    if try_parse("doi", value) is None and " " in value:
        found = next((i for i in _ids.in_text(f"doi:{value}") if i.scheme == "doi"), None)
        if found is not None:
            draft.add(found)
            return
    draft.identify("doi", value, "electronic-resource-num")


def _edition(draft: Draft, element: etree._Element) -> None:
    """PubMed's filter of EndNote puts the day of electronic publication here."""
    value = _plain(element)
    if draft.kind == "article" and _DATE.fullmatch(value):
        draft.date(_dates.parse(value), "electronic")
    else:
        draft.put("edition", value, "edition")


def _label(draft: Draft, element: etree._Element) -> None:
    """EndNote's "Label", where people and converters keep the citation key."""
    value = _plain(element)
    if any(c.isalpha() for c in value) and len(value.split()) == 1:
        draft.key(value)
        draft.filled = True
    else:
        draft.keep("label", value)


def _keywords(draft: Draft, element: etree._Element) -> None:
    for keyword in element.iter("keyword"):
        for part in re.split(r"\r\n|\r|\n", "".join(keyword.itertext())):
            draft.keyword(part)


def _notes(draft: Draft, element: etree._Element) -> None:
    draft.note(_plain(element), str(element.tag))


def _language(draft: Draft, element: etree._Element) -> None:
    for part in re.split(r"[;,]", _plain(element)):
        draft.language(part)


def _put(to: Plain) -> _Take:
    return lambda draft, element: draft.put(to, _plain(element), str(element.tag))


def _nothing(draft: Draft, element: etree._Element) -> None:
    """Read elsewhere."""


def _rest(draft: Draft, element: etree._Element) -> None:
    """What no field holds: each text under its element's name, with the attributes that tell it apart."""
    before = draft.filled
    if element.tag == "foreign-keys":
        for key in element.iter("key"):
            draft.keep("foreign-key", " ".join(v for v in (key.get("app"), key.get("db-id"), _plain(key)) if v))
    else:
        draft.keep(str(element.tag), _plain(element))
    if element.tag in _NUMBERS:
        draft.filled = before


_NUMBERS: Final = frozenset(("rec-number", "foreign-keys"))
_Take = Callable[[Draft, "etree._Element"], object]
_FIELDS: Final[dict[str, _Take]] = {
    **dict.fromkeys(("titles", "periodical", "accession-num", "custom2", "rec-number", "foreign-keys"), _nothing),
    "contributors": _contributors,
    "dates": _dated,
    "urls": _urls,
    "electronic-resource-num": _doi,
    "edition": _edition,
    "label": _label,
    "keywords": _keywords,
    "language": _language,
    "pages": lambda d, e: d.pages(_plain(e), "pages"),
    "volume": _put("volume"),
    **dict.fromkeys(("number", "issue"), _put("issue")),
    "publisher": _put("publisher"),
    "pub-location": _put("place"),
    "isbn": lambda d, e: d.serials(_plain(e), "isbn"),
    "abstract": lambda d, e: d.take_abstract(_marked(e), "abstract"),
    **dict.fromkeys(("notes", "research-notes", "custom1", "custom3", "custom4", "custom7"), _notes),
}

FORMAT: Final = Format(
    name="endnote-xml",
    label="EndNote XML",
    suffixes=(".xml",),
    media_type="application/xml",
    recognise=begins,
    read=read,
)

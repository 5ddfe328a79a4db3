"""CSV and TSV: our own columns, and those of PubMed, Zotero, Scopus, Embase, Rayyan, ASReview and EndNote by name.

What an export of ours says about design, conditions, interventions, participants and level is this program's
judgement, not the source's: reading the file back takes the bibliographic facts only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import BinaryIO, Final

from evidence.errors import BadInput
from evidence.formats import Format, _csv_rows, _dates, _lines, _markup, _names, _ris_write, _zotero_extra
from evidence.formats._csv_write import COLUMNS, JUDGEMENTS, NO_AUTHORS, unguarded, write
from evidence.formats._draft import Draft, ExternalIds, Take
from evidence.identifiers import Identifier
from evidence.records import Item, Record, RecordKind
from evidence.register_numbers import registrations_listed

_NAMES: Final = {
    "title": "title ti t1 primarytitle itemtitle documenttitle articletitle publicationtitle1 name",
    "vernacular_title": "originaltitle translatedtitle vernaculartitle",
    "abstract": "abstract abstractnote ab n2 notesabstract",
    "authors": "author authors au a1 authornames authorfullnames firstauthors authorlist creators",
    "editors": "editor editors ed",
    "journal": "journal journalbook jo jf t2 publicationtitle publicationname sourcetitle secondarytitle journaltitle"
    " publication so containertitle periodical alternatetitle3",
    "abbreviation": "journalabbreviation journalabbrev ja j2 abbreviatedsourcetitle isoabbreviation alternatetitle2",
    "book_title": "booktitle",
    "year": "year publicationyear py pubyear yearpublished y1",
    "date": "date da publicationdate datepublished",
    "volume": "volume vl journalvolume",
    "issue": "issue number is journalissue issuenumber",
    "pages": "pages page pg",
    "first": "sp startpage pagestart beginningpage",
    "last": "ep endpage pageend endingpage",
    "article": "articlenumber artno eid",
    "doi": "doi do itemdoi digitalobjectidentifier",
    "pmid": "pmid pubmedid pubmedidpmid medlinepmid accessionnumberpubmed",
    "pmcid": "pmcid pmc pmcnumber",
    "registrations": "registrations clinicaltrialnumbers",
    "issn": "issn sn issnisbn",
    "isbn": "isbn",
    "publisher": "publisher pb",
    "place": "place placepublished placeofpublication cy",
    "edition": "edition et",
    "language": "language languages la languageoforiginaldocument",
    "keywords": "keywords keyword kw authorkeywords manualtags",
    "url": "url urls ur link openurllink link1",
    "kind": "kind",
    "type": "type entrytype itemtype documenttype typeofreference referencetype ty contenttype",
    "key": "key id citekey citationkey bibtexkey recordid",
    "note": "notes note extra n1",
    "source": "source citation",
    "other_ids": "otherids",
}  # fmt: skip
_FIELD: Final = {synonym: name for name, words in _NAMES.items() for synonym in words.split()}
_ZOTERO: Final = frozenset(("key", "itemtype", "dateadded"))
"""Columns that Zotero's CSV has and no other (https://github.com/zotero/translators/blob/master/CSV.js)."""
_OWN_START: Final = COLUMNS[:5]

_TYPES: Final[tuple[tuple[str, RecordKind], ...]] = (
    ("chapter", "chapter"), ("booksection", "chapter"), ("incollection", "chapter"), ("inbook", "chapter"),
    ("preprint", "preprint"), ("thesis", "thesis"), ("dissertation", "thesis"), ("report", "report"),
    ("registration", "registration"), ("webpage", "web"), ("book", "book"), ("journal", "article"),
    ("article", "article"), ("conference", "article"), ("proceedings", "article"), ("review", "article"),
)  # fmt: skip
_RIS_KINDS: Final = {ris: kind for kind, ris in reversed(_ris_write.TYPES.items())}


@lru_cache(maxsize=1024)  # the kind of every row is asked for again and again
def folded(header: str) -> str:
    """A column's name for comparing: letters and digits in lower case."""
    return re.sub(r"[^a-z0-9]", "", header.lower().lstrip("\ufeff"))


def recognise(head: bytes) -> bool:
    """A header line that names a title and at least one more thing a reference has."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff\r\n ")
    line, *below = re.split(r"\r\n|\n|\r", text, maxsplit=2)
    delimiter = _csv_rows.delimiter_said(line)
    if delimiter and below:
        line = below[0]
    if line[:1] in "<{[@%" or len(line) > 20_000:
        return False
    return _is_header(_csv_rows.header(line, delimiter))


def _is_header(cells: list[str]) -> bool:
    if len(cells) < 2 or any(len(c) > 60 for c in cells):
        return False
    fields = {_FIELD.get(folded(c)) for c in cells} - {None}
    return ("title" in fields or {"abstract", "authors"} <= fields) and len(fields) >= 2


def read(stream: BinaryIO, label: str) -> Iterator[Item]:
    """Every row below the header. Raises BadInput when the first row names no column that is known."""
    table = _csv_rows.rows(stream)
    header = next(table, None)
    if header is None:
        raise BadInput(label, "is empty")
    if header.fault or not _is_header(header.cells):
        raise BadInput(label, "has no header line that names a title column and others (title, authors, year, doi …)")
    columns = _columns(header.cells)
    own = tuple(folded(c) for c in header.cells[: len(_OWN_START)]) == _OWN_START
    ids = ExternalIds(label)
    for ordinal, row in enumerate(table, 1):
        if row.fault:
            yield _lines.rejected(label, row.fault, row.line, row.raw)
            continue
        record = _record(columns, [unguarded(c) for c in row.cells] if own else row.cells, ids, ordinal, own)
        if record is None:
            yield _lines.rejected(label, "row says nothing that is known", row.line, " | ".join(row.cells))
        else:
            yield record


def _columns(header: list[str]) -> list[tuple[str, str]]:
    """Each column's field (or empty) and its printed name. Zotero's `Key` is its own number of the item, no citation
    key; that one is in `Citation Key`, or in Extra.
    """
    zotero = {folded(cell) for cell in header} >= _ZOTERO
    return [
        ("item" if zotero and folded(cell) == "key" else _FIELD.get(folded(cell), ""), cell.strip().lstrip("\ufeff"))
        for cell in header
    ]


def _record(
    columns: list[tuple[str, str]], cells: list[str], ids: ExternalIds, ordinal: int, own: bool
) -> Record | None:
    draft = Draft()
    said: dict[str, str] = {}
    for number, cell in enumerate(cells):
        if not cell or cell.isspace():
            continue
        field, name = columns[number] if number < len(columns) else ("", f"column {number + 1}")
        if own and name in JUDGEMENTS:
            continue
        if field and field not in said:
            said[field] = cell
        else:
            draft.keep(name or f"column {number + 1}", _markup.read_plain(cell))
    filled = not said.keys() <= {"key", "item", "type", "kind"}
    key = said.get("key", "").strip()
    if any(map(str.isalpha, key)) and len(key.split()) == 1:
        draft.key(key)
    _type(draft, said)
    _date_and_pages(draft, said)
    for field, value in said.items():
        take = _FIELDS.get(field)
        if take is not None:
            take(draft, value)
    if not filled:
        return None
    return draft.record("csv", ids.make(said.get("item", "").strip() or key or said.get("pmid", ""), ordinal))


def _type(draft: Draft, said: dict[str, str]) -> None:
    value = said.pop("type", "").strip()
    kind = said.pop("kind", "").strip()
    if kind in _ris_write.TYPES:
        draft.kind = kind
        return
    if value:
        known, says_all = _kind(value)
        draft.kind = known or "other"
        if not says_all:
            draft.extra.append(("type", value))


@lru_cache(maxsize=1024)  # few types, many rows
def _kind(value: str) -> tuple[RecordKind | None, bool]:
    """The kind a type names, and whether the kind says all that the type does."""
    known = _RIS_KINDS.get(value.upper()) or next((k for word, k in _TYPES if word in folded(value)), None)
    return known, known is not None and folded(value) in ("article", "journalarticle", "jour", "book")


def _date_and_pages(draft: Draft, said: dict[str, str]) -> None:
    for field in ("year", "date"):
        value = said.pop(field, "")
        found = _date(value) if value else None
        known = draft.dates.get("issue")
        if found is None:
            continue
        if known is None or known.year in (None, found.year):
            draft.date(found)
        else:
            draft.keep(field, value)
    first, last = said.pop("first", "").strip(), said.pop("last", "").strip()
    if "pages" not in said and first:
        said["pages"] = f"{first}-{last}" if last and last != first else first


_date: Final = lru_cache(maxsize=4096)(_dates.parse)
"""A file has few years and many rows."""


def _authors(draft: Draft, value: str) -> None:
    found, whole = _names.people(_markup.read_plain(value))
    draft.author(*found)
    draft.authors_complete = draft.authors_complete and whole


def _editors(draft: Draft, value: str) -> None:
    draft.editors += _names.people(_markup.read_plain(value))[0]


def _registrations(draft: Draft, value: str) -> None:
    found = registrations_listed(value)
    draft.add(*(Identifier("registration", f) for f in found))
    if not found:
        draft.keep("registrations", value)


def _languages(draft: Draft, value: str) -> None:
    for part in value.split(";"):
        draft.language(part)


def _keywords(draft: Draft, value: str) -> None:
    text = _markup.read_plain(value)
    if text.startswith("['"):
        text = ";".join(re.findall(r"'([^']*)'", text))
    draft.keyword_list(text)


def _doi(draft: Draft, value: str) -> None:
    # Rayyan and some spreadsheets put several, or an address.
    if not draft.identify("doi", value.split(" ")[0] if value.count("10.") > 1 else value, "doi"):
        draft.link(value, "doi")


def _note(draft: Draft, value: str) -> None:
    keys, rest = _zotero_extra.parts(value)
    for key in keys:
        draft.key(key)
    draft.note(_markup.read_plain(rest), "note")


def _other_ids(draft: Draft, value: str) -> None:
    draft.other_ids(value)
    draft.authors_complete = draft.authors_complete and NO_AUTHORS not in value.split()


_SOURCE: Final = re.compile(
    r"^(?P<journal>[^(]{3,}?) \((?P<year>\d{4})\) (?P<volume>\w+)(?::(?P<issue>\w+))? \((?P<pages>[^)]+)\)"
)


def _source(draft: Draft, value: str) -> None:
    """Embase's "Journal (2014) 3:3 (152-160)", PubMed's "Nature. 2021 Dec 21;1(2):10-11. doi: …"; else kept."""
    found = _SOURCE.match(value)
    if found is None:
        from evidence.formats import _citation  # its patterns take longer to compile than a small file to read

        _citation.place(draft, value)
        draft.note(value, "source")
        return
    draft.put("journal", found["journal"], "source")
    draft.put("volume", found["volume"], "source")
    draft.put("issue", found["issue"] or "", "source")
    draft.pages(found["pages"], "source")
    draft.date(_dates.parse(found["year"]))


def _plain(put: Callable[[Draft, str], object]) -> Take:
    return lambda draft, value: put(draft, _markup.read_plain(value))


_FIELDS: Final[dict[str, Take]] = {
    "title": lambda d, v: d.mark("title", _markup.read(v), "title"),
    "vernacular_title": lambda d, v: d.mark("vernacular_title", _markup.read(v), "original title"),
    "book_title": lambda d, v: d.mark("book_title", _markup.read(v), "booktitle"),
    "abstract": lambda d, v: d.take_abstract(_markup.read(v), "abstract"),
    "authors": _authors,
    "editors": _editors,
    "journal": _plain(lambda d, v: d.put("journal", v, "journal")),
    "abbreviation": _plain(lambda d, v: d.put("abbreviation", v, "journal abbreviation")),
    "volume": _plain(lambda d, v: d.put("volume", v, "volume")),
    "issue": _plain(lambda d, v: d.put("issue", v, "issue")),
    "pages": _plain(lambda d, v: d.pages(v, "pages")),
    "article": _plain(lambda d, v: d.put("article", v, "article number")),
    "doi": _doi,
    "pmid": lambda d, v: d.identify("pmid", v.strip().removesuffix(".0"), "pmid"),
    "pmcid": lambda d, v: d.identify("pmcid", v, "pmcid"),
    "registrations": _registrations,
    **dict.fromkeys(("issn", "isbn"), lambda d, v: d.serials(v, "issn")),
    "publisher": _plain(lambda d, v: d.put("publisher", v, "publisher")),
    "place": _plain(lambda d, v: d.put("place", v, "place")),
    "edition": _plain(lambda d, v: d.put("edition", v, "edition")),
    "language": _languages,
    "keywords": _keywords,
    "url": lambda d, v: d.link(v.split("; http")[0], "url"),
    "note": _note,
    "source": _source,
    "other_ids": _plain(_other_ids),
}

FORMAT: Final = Format(
    name="csv",
    label="CSV",
    suffixes=(".csv", ".tsv"),
    media_type="text/csv",
    recognise=recognise,
    read=read,
    write=write,
    as_listed=True,
)

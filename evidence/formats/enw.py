"""EndNote's import format (.enw), the older refer/BibIX: lines of a percent sign, a letter and a value. Reading only.

Tags: EndNote's manual, "EndNote Import"; refer(1), https://man7.org/linux/man-pages/man1/refer.1.html . Publishers,
libraries and Google Scholar offer it. What no field of a record holds is kept under its tag.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from evidence.formats import Format, _dates, _lines, _markup, _tagged
from evidence.formats._draft import Draft, ExternalIds, Take
from evidence.formats._tagged import Block, items, spoilt
from evidence.formats.endnote_xml import KINDS
from evidence.records import Item, Record

_TAG: Final = re.compile(r"^\ufeff?%([0-9A-Z?@!#$\]&()*+^><\[=~])(?: (.*))?$")
_TYPED: Final = re.compile(r"^\ufeff?%0 [A-Z][\w /-]{2,40}\s*$", re.M)
_UNTYPED: Final = re.compile(r"\A\ufeff?\s*%[AT] \S.*\n(?:%[A-Z@] \S.*\n)*%[ADJTI] \S")
_PLAIN_TYPES: Final = frozenset(("journal article", "book", "book section", "report", "web page", "thesis", "generic"))
_CONFERENCES: Final = frozenset(("conference paper", "conference proceedings"))


def recognise(head: bytes) -> bool:
    """A line with a type of reference; or a file that begins with an author or title and goes on in the same form."""
    text = head.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return bool(_TYPED.search(text) or _UNTYPED.match(text))


def read(stream: BinaryIO, label: str) -> Iterator[Item]:
    """Every record of a file."""
    return items(label, _blocks(stream), _record)


def _blocks(stream: BinaryIO) -> Iterator[Block]:
    """Records: each begins with its type; where no record has one, with any tag below an empty line."""
    block: Block | None = None
    gap = False
    for line in _lines.lines(stream):
        found = None if line.fault else _TAG.match(line.text.rstrip())
        tag, value = (found[1], found[2] or "") if found else ("", "")
        if tag and block is not None and _ended(block, tag, gap):
            yield block
            block = None
        if line.fault:
            block = spoilt(block, line)
        elif tag:
            block = block or Block(line.number)
            block.add(tag, value, line.number)
        elif block is not None and line.text.strip():
            block.extend(line.text.strip(), line.number)
        gap = not line.text.strip() and not line.fault
    if block is not None:
        yield block


def _ended(block: Block, tag: str, gap: bool) -> bool:
    """Whether this tag begins another record."""
    tags = {name for name, _ in block.fields}
    return (tag == "0" and (bool(tags - {"0"}) or bool(block.fault))) or (gap and "0" not in tags)


def _record(block: Block, ids: ExternalIds, ordinal: int) -> Record | None:
    """The record of a block, or None when it holds nothing but its type."""
    said: dict[str, list[str]] = {}
    for tag, value in block.values():
        said.setdefault(tag, []).append(value)
    draft = Draft()
    _type(draft, said)
    _accession(draft, said)
    for tag, values in said.items():
        take = _TAGS.get(tag)
        for value in values:
            if take is not None:
                take(draft, value)
            else:
                draft.keep(f"%{tag}", _markup.read_plain(value))
    return draft.record("enw", ids.make(said.get("F", [""])[0], ordinal)) if draft.filled else None


def _type(draft: Draft, said: dict[str, list[str]]) -> None:
    """The type, and what `%B` is with it: a part's book or conference, an article's journal, a series else."""
    types = said.pop("0", [])
    name = (
        types[0].lower().strip()
        if types
        else "journal article"
        if "J" in said
        else "book"
        if "I" in said
        else "generic"
    )
    draft.kind = KINDS.get(name, "other")
    draft.extra += [("ref-type", types[0].strip())] if types and name not in _PLAIN_TYPES else []
    for value in types[1:]:
        draft.extra.append(("ref-type", value.strip()))
    for value in said.pop("B", []):
        if draft.kind == "chapter" or name in _CONFERENCES:
            draft.mark("book_title", _markup.read(value), "%B")
        elif draft.kind == "article":
            draft.put("journal", _markup.read_plain(value), "%B")
        else:
            draft.keep("series", _markup.read_plain(value))


def _accession(draft: Draft, said: dict[str, list[str]]) -> None:
    """The accession number is a PMID where the database says so."""
    base = " ".join(said.get("~", []) + said.get("W", [])).lower()
    for value in said.pop("M", []):
        pubmed = any(word in base for word in ("pubmed", "medline", "nlm")) and value.isdigit()
        if not (pubmed and draft.identify("pmid", value, "%M")):
            draft.note(value, "%M")


def _each(value: str) -> Iterator[str]:
    for line in value.split("\n"):
        yield from _markup.read_plain(line).split(";")


def _authors(draft: Draft, value: str) -> None:
    _tagged.authors(draft, _each(value))


def _editors(draft: Draft, value: str) -> None:
    _tagged.editors(draft, _each(value))


def _keywords(draft: Draft, value: str) -> None:
    for word in _each(value):
        draft.keyword(word)


def _date(draft: Draft, value: str) -> None:
    """`%D` is the year, `%8` the day, which may lack it."""
    found = _dates.parse(value)
    known = draft.dates.get("issue")
    if found is not None and found.year is None and known is not None and known.year is not None:
        found = _dates.combined(str(known.year), value)
    if found is None or (known is not None and known.year not in (None, found.year)):
        draft.keep("%8", value)
    else:
        draft.date(found)


def _plain(method: Callable[[Draft, str], object]) -> Take:
    return lambda draft, value: method(draft, _markup.read_plain(value))


_TAGS: Final[dict[str, Take]] = {
    "A": _authors,
    "E": _editors,
    "T": lambda d, v: d.mark("title", _markup.read(v), "%T"),
    "Q": lambda d, v: d.mark("vernacular_title", _markup.read(v), "%Q"),
    "X": lambda d, v: d.take_abstract(_markup.read(v), "%X"),
    "J": _plain(lambda d, v: d.put("journal", v, "%J")),
    "S": _plain(lambda d, v: d.keep("series", v)),
    "V": _plain(lambda d, v: d.put("volume", v, "%V")),
    "N": _plain(lambda d, v: d.put("issue", v, "%N")),
    "P": _plain(lambda d, v: d.pages(v, "%P")),
    "I": _plain(lambda d, v: d.put("publisher", v, "%I")),
    "C": _plain(lambda d, v: d.put("place", v, "%C")),
    "7": _plain(lambda d, v: d.put("edition", v, "%7")),
    "9": _plain(lambda d, v: d.keep("type", v)),
    "@": lambda d, v: d.serials(v, "%@"),
    "G": _plain(lambda d, v: d.language(v)),
    "K": _keywords,
    "D": _date,
    "8": _date,
    "R": lambda d, v: d.identify("doi", v, "%R"),
    "U": lambda d, v: d.link(v, "%U"),
    "2": _plain(lambda d, v: d.identify("pmcid", v, "%2") if v.upper().startswith("PMC") else d.keep("%2", v)),
    "Z": _plain(lambda d, v: d.note(v, "%Z")),
    "F": lambda d, v: d.key(v) if len(v.split()) == 1 and any(c.isalpha() for c in v) else d.keep("%F", v),
}

FORMAT: Final = Format(
    name="enw",
    label="EndNote import (refer)",
    suffixes=(".enw",),
    media_type="application/x-endnote-refer",
    recognise=recognise,
    read=read,
)

"""Web of Science plain text (.ciw, .txt): tagged lines from `PT` to `ER`. Reading only.

Tags: Clarivate, "Web of Science Core Collection Field Tags",
https://webofscience.help.clarivate.com/en-us/Content/wos-core-collection/woscc-field-tags.htm . The list of cited
references (`CR`) is left out, as it is of all formats; what no field of a record holds is kept under its tag.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from evidence.formats import Format, _dates, _lines, _markup, _names, _tagged
from evidence.formats._draft import Draft, ExternalIds, Take
from evidence.formats._tagged import Block, items, spoilt
from evidence.records import Item, Record, RecordKind

_TAG: Final = re.compile(r"^\ufeff?([A-Z][A-Z0-9])(?: (.*))?$")
_HEAD: Final = re.compile(r"^\ufeff?FN \S.*\n(?:VR .*\n)?\s*PT \S|^\ufeff?PT [JBSP] *\n(?:[A-Z][A-Z0-9] |   )", re.M)
_KINDS: Final[dict[str, RecordKind]] = {"J": "article", "B": "book", "S": "chapter", "P": "other"}
_FILE_TAGS: Final = frozenset(("FN", "VR"))


def recognise(head: bytes) -> bool:
    """The file's own first lines, or a publication type on a line of its own and a tag below it."""
    return bool(_HEAD.search(head.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")))


def read(stream: BinaryIO, label: str) -> Iterator[Item]:
    """Every record of a file."""
    return items(label, _blocks(stream), _record)


def _blocks(stream: BinaryIO) -> Iterator[Block]:
    """Records from PT to ER; one that lost either ends where the next begins. Lines that begin with spaces go on."""
    block: Block | None = None
    for line in _lines.lines(stream):
        found = None if line.fault else _TAG.match(line.text.rstrip())
        tag, value = (found[1], found[2] or "") if found else ("", "")
        if tag in ("PT", "ER", "EF") and block is not None:
            yield block
            block = None
        if line.fault:
            block = spoilt(block, line)
        elif tag and tag not in ("ER", "EF") and tag not in _FILE_TAGS:
            block = block or Block(line.number)
            block.add(tag, value, line.number)
        elif not tag and block is not None and line.text.strip():
            block.extend(line.text.strip(), line.number)
    if block is not None:
        yield block


def _record(block: Block, ids: ExternalIds, ordinal: int) -> Record | None:
    """The record of a block, or None when it holds nothing but its type."""
    said: dict[str, str] = {}
    for tag, value in block.values():
        said[tag] = f"{said[tag]}\n{value}" if tag in said else value
    draft = Draft()
    _type(draft, said)
    _people(draft, said)
    _dated(draft, said)
    _pages(draft, said)
    for tag, value in said.items():
        take = _TAGS.get(tag)
        if take is not None:
            take(draft, value)
        elif tag != "CR":
            draft.keep(tag, _markup.read_plain(value))
    return draft.record("wos", ids.make(said.get("UT", ""), ordinal)) if draft.filled else None


def _type(draft: Draft, said: dict[str, str]) -> None:
    """`PT` says where it appeared, `DT` what it is; `SO` is the journal, or the book of a part of one."""
    type_, described = said.pop("PT", "J").strip()[:1], said.get("DT", "").lower()
    draft.kind = _KINDS.get(type_, "other")
    if type_ in ("B", "S") and "proceedings" in described:
        draft.kind = "article"
    elif type_ == "B" and "chapter" in described:
        draft.kind = "chapter"
    if type_ == "P":
        draft.extra.append(("type", "patent"))
    source = said.pop("SO", "")
    if type_ in ("B", "S") and draft.kind != "book":
        draft.mark("book_title", _markup.read(source), "SO")
    elif type_ != "B":  # else it is the book's own title
        draft.put("journal", _markup.read_plain(source), "SO")


def _people(draft: Draft, said: dict[str, str]) -> None:
    """Authors a line each: in full (`AF`) where every one is, else as `AU` has them; groups; editors."""
    short, full = (said.pop(tag, "").split("\n") for tag in ("AU", "AF"))
    names = full if len(full) == len(short) and full != [""] else short if short != [""] else full
    _tagged.authors(draft, (_markup.read_plain(name) for name in names if name.strip()))
    for name in said.pop("CA", "").split("\n"):
        if name.strip():
            draft.author(_names.group(_markup.read_plain(name)))
    for tag in ("BE", "ED"):
        names = said.pop(tag, "").split("\n")
        _tagged.editors(draft, (_markup.read_plain(name) for name in names if name.strip()))
    draft.editors = list(dict.fromkeys(draft.editors))  # a book's stand under both tags


def _dated(draft: Draft, said: dict[str, str]) -> None:
    """`PD` is "FEB 2011", "DEC 16 2020", or without the year, which `PY` gives; `EA` is the day of early access."""
    year, day = said.pop("PY", "").strip(), said.pop("PD", "").strip()
    draft.date(_dates.parse(year))
    if day:
        found = _dates.parse(day if year and year in day else f"{day} {year}")
        if found is not None and found.year is not None:
            draft.date(found)
        else:
            draft.keep("PD", day)
    draft.date(_dates.parse(said.pop("EA", "")), "electronic")


def _pages(draft: Draft, said: dict[str, str]) -> None:
    start, end = said.pop("BP", "").strip(), said.pop("EP", "").strip()
    draft.pages(f"{start}-{end}" if start and end and start != end else start or end, "BP")
    draft.pages(said.pop("PS", ""), "PS")  # how other databases on the platform give pages
    draft.put("article", said.pop("AR", "").strip().removeprefix("UNSP").strip(), "AR")


def _identify(scheme: str, tag: str) -> Take:
    return lambda draft, value: draft.identify(scheme, value, tag)


def _number(draft: Draft, value: str) -> None:
    """The database's number; MEDLINE's on this platform is the PMID."""
    if value.startswith("MEDLINE:"):
        draft.identify("pmid", value.removeprefix("MEDLINE:"), "UT")
    else:
        draft.keep("UT", value)


def _plain(method: Callable[[Draft, str], object]) -> Take:
    return lambda draft, value: method(draft, _markup.read_plain(value))


_TAGS: Final[dict[str, Take]] = {
    "TI": lambda d, v: d.mark("title", _markup.read(v), "TI"),
    "FT": lambda d, v: d.mark("vernacular_title", _markup.read(v), "FT"),
    "AB": lambda d, v: d.take_abstract(_markup.read(v), "AB"),
    "JI": _plain(lambda d, v: d.put("abbreviation", v, "JI")),
    "SE": _plain(lambda d, v: d.keep("series", v)),
    "VL": _plain(lambda d, v: d.put("volume", v, "VL")),
    "IS": _plain(lambda d, v: d.put("issue", v, "IS")),
    "PU": _plain(lambda d, v: d.put("publisher", v, "PU")),
    "PI": _plain(lambda d, v: d.put("place", v, "PI")),
    **dict.fromkeys(("SN", "EI", "BN"), lambda d, v: d.serials(v, "SN")),
    **dict.fromkeys(("DE", "ID"), _plain(lambda d, v: d.keyword_list(f"{v};"))),
    "LA": _plain(lambda d, v: d.language(v)),
    "DI": _identify("doi", "DI"),
    "PM": _identify("pmid", "PM"),
    "UT": _number,
}

FORMAT: Final = Format(
    name="wos",
    label="Web of Science plain text",
    suffixes=(".ciw", ".txt"),
    media_type="text/plain",
    recognise=recognise,
    read=read,
)

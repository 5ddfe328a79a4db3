"""RIS: tagged lines from `TY` to `ER`, as reference managers and databases exchange them.

Tags after the format's description by Research Information Systems (kept at
https://en.wikipedia.org/wiki/RIS_(file_format)) and what Zotero, EndNote, Ovid, Embase, Scopus, Web of Science,
ProQuest, JSTOR and Rayyan really write. Every `TY` is one record out, or one Rejected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from evidence.formats import Format, _dates, _ids, _lines, _markup, _tagged
from evidence.formats._draft import Draft, ExternalIds, Take
from evidence.formats._ris_write import write
from evidence.formats._tagged import Block, items, spoilt
from evidence.records import Item, Record, RecordKind

KINDS: Final[dict[str, RecordKind]] = {
    **dict.fromkeys(("JOUR", "EJOUR", "EJOU", "ABST", "INPR", "JFULL", "MGZN", "NEWS", "CONF", "CPAPER"), "article"),
    **dict.fromkeys(("BOOK", "EBOOK", "EDBOOK", "SER"), "book"),
    **dict.fromkeys(("CHAP", "ECHAP", "ENCYC", "DICT"), "chapter"),
    **dict.fromkeys(("RPRT", "GOVDOC", "STAND"), "report"),
    **dict.fromkeys(("ELEC", "BLOG", "WEB"), "web"),
    "THES": "thesis",
    "UNPB": "preprint",
}
"""Types of reference; a type that is not here makes an "other", and is kept."""

_PLAIN_TYPES: Final = frozenset(("JOUR", "BOOK", "CHAP", "RPRT", "ELEC", "THES", "UNPB", "GEN"))
_CONFERENCE: Final = frozenset(("CONF", "CPAPER"))

_STANDARD: Final = re.compile(r"^\ufeff?\s{0,3}([A-Z][A-Z0-9])  ?[-\u2013]($|[ \t]?.*)")
_LOOSE: Final = re.compile(r"^\ufeff?\s{0,3}([A-Z][A-Z0-9]|PMC?ID)(?:\s{1,3}|\t\s*)[-\u2013](?:[ \t]+(.*)|$)")
_NUMBERING: Final = re.compile(r"\W*\d+[.:]?\W*")
_SIGNATURE: Final = re.compile(r"^\ufeff?\s{0,3}(?:\d+\.\s+)?TY(?: {1,3}|\t)-[ \t]*[A-Za-z]{0,20}", re.M)
_ANY_TAG: Final = re.compile(r"^\s{0,3}[A-Z][A-Z0-9]  - ", re.M)
_END: Final = re.compile(r"^ER  ?-", re.M)
_OVID: Final = re.compile(r"^\s*<\d+\. ?>|^VN  ?- Ovid", re.M)


def recognise(head: bytes) -> bool:
    """A `TY  -` line; or, where that was lost, several tagged lines and an `ER`."""
    text = head.decode("utf-8", "replace").replace("\r", "\n")
    if _OVID.search(text):
        return False
    return bool(_SIGNATURE.search(text)) or (bool(_END.search(text)) and len(_ANY_TAG.findall(text)) >= 3)


def read(stream: BinaryIO, label: str) -> Iterator[Item]:
    """Every record of a RIS file."""
    return items(label, _blocks(stream), _record, "record says nothing beside its type")


def _blocks(stream: BinaryIO) -> Iterator[Block]:
    """Records from TY to ER.

    Tags between an ER and the next TY are a record that lost its TY when they name a work (title, author,
    identifier); else they belong to the record before them, as Ovid's NL line does.
    """
    held: Block | None = None  # ended by its ER, waiting for such a line
    block: Block | None = None
    gap = False
    for line in _lines.lines(stream):
        tag, value = ("", "") if line.fault else _tag(line.text)
        if tag in ("TY", "ER"):
            done = _settled(held, block)
            held, block = (done.pop() if tag == "ER" and done else None), None
            yield from done
        if line.fault:
            block = spoilt(block, line)
        elif tag and tag != "ER":
            block = block or Block(line.number)
            block.add(tag, value, line.number)
        elif block is not None and _goes_on(line.text) and (not gap or _has(block, "TY")):
            block.extend(line.text.strip(), line.number)
        gap = not line.text.strip()
    yield from _settled(held, block)


def _goes_on(text: str) -> bool:
    """True for a further line of a value; an export's numbering of records ("12.") is none."""
    return bool(text.strip()) and not _NUMBERING.fullmatch(text[:40])


def _settled(held: Block | None, block: Block | None) -> list[Block]:
    """The records that a TY, an ER or the end of the file completes, a few stray tags joined to the one before them."""
    if block is None:
        return [held] if held is not None else []
    if held is None:
        return [block]
    if block.fault or _has(block, "TY", "TI", "T1", "AU", "A1", "DO", "PMID", "AB", "N2"):
        return [held, block]
    held.fields += block.fields
    return [held]


def _has(block: Block, *tags: str) -> bool:
    return any(tag in tags for tag, _ in block.fields)


def _tag(text: str) -> tuple[str, str]:
    """The tag and value of a line, or two empty strings. Anything but `XX  - ` must be a tag that RIS has."""
    if text[2:6] == "  - " and text[:2] in _KNOWN:  # nearly every line
        return text[:2], text[6:].strip()
    found = _STANDARD.match(text)
    if found and (text[found.end(1) : found.end(1) + 2] == "  " or found[1] in _KNOWN):
        return found[1], found[2].strip()
    found = _LOOSE.match(text)
    if found and found[1] in _KNOWN:
        return found[1], (found[2] or "").strip()
    return "", ""


def _record(block: Block, ids: ExternalIds, ordinal: int) -> Record | None:
    """The record of a block, or None when it holds nothing but its type."""
    draft = Draft()
    said: dict[str, list[str]] = {}
    for tag, value in block.values():
        said.setdefault(tag, []).append(value)
    type_ = said.pop("TY", ["GEN"])[0].upper()
    draft.kind = KINDS.get(type_, "article" if type_ == "JOURNAL ARTICLE" else "other")
    if type_ not in _PLAIN_TYPES:
        draft.extra.append(("TY", type_))
    if type_ == "GEN" and said.get("M3") == ["registration"]:
        draft.kind = "registration"
        del said["M3"]
    _containers(draft, said, type_)
    _places(draft, said)
    _accession(draft, said)
    for tag, values in said.items():
        take = _TAGS.get(tag)
        for value in values:
            if take is not None:
                take(draft, value)
            else:
                draft.keep(tag, _markup.read_plain(value))
    if not draft.filled:
        return None
    name = said.get("ID", [""])[0]
    if any(c.isalpha() for c in name) and not any(c.isspace() for c in name):
        draft.key(name)
    return draft.record("ris", ids.make(name, ordinal))


def _containers(draft: Draft, said: dict[str, list[str]], type_: str) -> None:
    """Journal, abbreviation and book title, from the tags that programs use for them in turn."""
    secondary = said.pop("T2", []) + said.pop("BT", [])
    if draft.kind == "chapter" or type_ in _CONFERENCE:
        for value in secondary:
            draft.mark("book_title", _markup.read(value), "T2")
    elif draft.kind == "book":
        for value in secondary:
            draft.keep("T2", _markup.read_plain(value))
    if "JF" not in said and secondary == said.get("JA"):
        secondary = []  # an abbreviation where a journal must stand: our own export of one that has no more
    full = said.pop("JF", []) + ([] if draft.kind in ("chapter", "book") or type_ in _CONFERENCE else secondary)
    short = said.pop("JA", []) + said.pop("J2", []) + said.pop("J1", [])
    for value in full:
        draft.put("journal", _markup.read_plain(value), "JF")
    for value in said.pop("JO", []):
        value = _markup.read_plain(value)
        if draft.plain.get("journal", value) == value:
            draft.put("journal", value, "JO")
        else:
            draft.put("abbreviation", value, "JO")
    for value in short:
        draft.put("abbreviation", _markup.read_plain(value), "JA")


def _places(draft: Draft, said: dict[str, list[str]]) -> None:
    """Pages from SP and EP, the date from PY, Y1 and DA."""
    start = " ".join(said.pop("SP", [])[:1])
    ends = said.pop("EP", [])
    end = ends[0] if ends else ""
    if start and end and start != end and not _is_range(start):
        draft.pages(f"{start}-{end}", "SP")
    else:
        draft.pages(start or end, "SP")
    for value in said.pop("C7", []):
        draft.put("article", value, "C7")
    years = said.pop("PY", []) + said.pop("Y1", [])
    for value in years:
        found = _dates.parse(value)
        if found is not None and (found.year is not None or len(years) == 1):
            draft.date(found)
        elif found is not None:
            draft.keep("PY", value)
    for value in said.pop("DA", []):
        found = _dates.parse(value)
        known = draft.dates.get("issue")
        if found is not None and found.year is None and known is not None and known.year is not None:
            found = _dates.combined(str(known.year), value)  # Web of Science: DA "NOV 16"
        if found is None or found.year is None or (known is not None and known.year not in (None, found.year)):
            draft.keep("DA", value)
        else:
            draft.date(found)


_RANGE: Final = re.compile(r"\D*\d+\s*[-–]+\s*\D*\d+")


def _is_range(pages: str) -> bool:
    return bool(_RANGE.fullmatch(pages))


_OVID_MEDLINE: Final = re.compile(r"[?&]D=(?:med|prem|pmnm|ppez|mes[xz])\w*.*?[?&]AN=(\d{5,8})(?!\d)", re.I)


def _accession(draft: Draft, said: dict[str, list[str]]) -> None:
    """PMID and PMCID, where each database hides them: AN with DB PubMed, Ovid's links, C2 of Scopus and EndNote."""
    base = " ".join(said.get("DB", []) + said.get("DP", [])).lower()
    pubmed = any(word in base for word in ("pubmed", "medline", "nlm"))
    scopus = "scopus" in base or any("scopus.com" in url for url in said.get("UR", []))
    for value in said.pop("AN", []):
        if not (pubmed and value.isdigit() and draft.identify("pmid", value, "AN")):
            draft.note(value, "AN")
    for value in said.pop("C2", []):
        scheme = "pmcid" if value.upper().startswith("PMC") else "pmid" if scopus and value.isdigit() else ""
        if not scheme or not draft.identify(scheme, value, "C2"):
            draft.note(value, "C2")
    for value in said.get("L2", []) + said.get("UR", []):
        found = _OVID_MEDLINE.search(value)
        if found and "ovid" in value.lower():
            draft.identify("pmid", found[1], "L2")


def _each_name(value: str) -> Iterator[str]:
    """The names of a value: one a line, or several with semicolons. Entities are undone first, they end in one."""
    for line in value.split("\n"):
        yield from _markup.read_plain(line).split(";")


def _authors(draft: Draft, value: str) -> None:
    _tagged.authors(draft, _each_name(value))


def _editors(draft: Draft, value: str) -> None:
    _tagged.editors(draft, _each_name(value))


def _keywords(draft: Draft, value: str) -> None:
    for line in value.split("\n"):
        for part in _markup.read_plain(line).split("; "):
            draft.keyword(part)


_BETWEEN_LINKS: Final = re.compile(r"\n|;\s|\s(?=https?://)")


def _links(draft: Draft, value: str) -> None:
    for part in _BETWEEN_LINKS.split(value):
        draft.link(part, "UR")


def _attachment(name: str) -> Take:
    def take(draft: Draft, value: str) -> None:
        found = _ids.in_url(value.split("\n")[0])
        draft.add_new([found] if found else _ids.in_text(value))
        draft.keep(name, value)

    return take


def _note(name: str) -> Take:
    return lambda draft, value: draft.note(_markup.read_plain(value), name)


def _plain(method: Callable[[Draft, str], None]) -> Take:
    return lambda draft, value: method(draft, _markup.read_plain(value))


_TAGS: Final[dict[str, Take]] = {
    **dict.fromkeys(("AU", "A1"), _authors),
    **dict.fromkeys(("A2", "ED"), _editors),
    **dict.fromkeys(("TI", "T1", "CT"), lambda d, v: d.mark("title", _markup.read(v), "TI")),
    "TT": lambda d, v: d.mark("vernacular_title", _markup.read(v), "TT"),
    **dict.fromkeys(("AB", "N2"), lambda d, v: d.take_abstract(_markup.read(v), "AB")),
    **dict.fromkeys(("VL", "VO"), _plain(lambda d, v: d.put("volume", v, "VL"))),
    **dict.fromkeys(("IS", "CP"), _plain(lambda d, v: d.put("issue", v, "IS"))),
    "PB": _plain(lambda d, v: d.put("publisher", v, "PB")),
    **dict.fromkeys(("CY", "PP"), _plain(lambda d, v: d.put("place", v, "CY"))),
    "ET": _plain(lambda d, v: d.put("edition", v, "ET")),
    "DO": lambda d, v: d.identify("doi", v, "DO"),
    "PMID": lambda d, v: d.identify("pmid", v, "PMID"),
    "PMCID": lambda d, v: d.identify("pmcid", v, "PMCID"),
    "SN": lambda d, v: d.serials(v, "SN"),
    "LA": _plain(lambda d, v: d.language(v)),
    "KW": _keywords,
    **dict.fromkeys(("UR", "LK"), _links),
    **{name: _attachment(name) for name in ("L1", "L2", "L3", "L4")},
    **{name: _note(name) for name in ("N1", "RN", "M1", "M2", "M3", "U1", "U2", "U3", "U4", "U5")},
    **{name: _note(name) for name in ("C1", "C3", "C4", "C5", "C6", "C8")},
    "ID": lambda d, v: d.keep("ID", v) if any(c.isspace() for c in v) else None,
    "ST": lambda d, v: d.keep("ST", v) if _markup.read(v) != d.marked.get("title") else None,
}

_KNOWN: Final = frozenset(
    {*_TAGS, "TY", "ER", "T2", "T3", "BT", "JF", "JO", "JA", "J1", "J2", "SP", "EP", "PY", "Y1", "Y2", "DA", "AN", "C2"}
    | {"C7", "A3", "A4", "A5", "AD", "AV", "CA", "CN", "DB", "DP", "LB", "NV", "OP", "RI", "RP", "SE", "TA", "TT"}
)

FORMAT: Final = Format(
    name="ris",
    label="RIS",
    suffixes=(".ris",),
    media_type="application/x-research-info-systems",
    recognise=recognise,
    read=read,
    write=write,
)

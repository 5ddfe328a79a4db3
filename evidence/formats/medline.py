"""MEDLINE text, PubMed's "PubMed format" download (.nbib, .txt): tagged lines, records set apart by an empty line.

Tags and their meaning: NLM, "MEDLINE/PubMed Data Element (Field) Descriptions",
https://www.nlm.nih.gov/bsd/mms/medlineelements.html . ERIC writes the same form without PMIDs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final, cast, get_args
from urllib.parse import unquote

from evidence.formats import Format, _dates, _export, _lines, _markup, _medline_parts, _names, _other_ids
from evidence.formats._draft import Draft, ExternalIds
from evidence.formats._medline_write import write
from evidence.formats._tagged import Block, spoilt
from evidence.records import (
    Author,
    DateKind,
    Grant,
    Item,
    Keyword,
    Markup,
    MeshHeading,
    NamedConcept,
    OtherAbstract,
    Record,
    RecordKind,
)
from evidence.text import clean

_TAG: Final = re.compile(r"^([A-Z][A-Z0-9]{1,3}) {0,2}-(?: (.*)|\s*(.*))$")
_HEAD: Final = re.compile(r"^(?:PMID ?- ?\d|PMCR? ?- ?(?:PMC)?\d|OWN ?- |STAT- )", re.M)
_BEGINS: Final = frozenset(("PMID", "PMCR"))


def recognise(head: bytes) -> bool:
    """A PMID, owner or status line in MEDLINE's form."""
    return bool(_HEAD.search(head.decode("utf-8", "replace").replace("\r", "\n").lstrip("\ufeff")))


def read(stream: BinaryIO, label: str) -> Iterator[Item]:
    """Every record of a MEDLINE file."""
    ids = ExternalIds(label)
    for ordinal, block in enumerate(_blocks(stream), 1):
        if block.fault:
            yield block.rejection(label)
            continue
        record = _record(block, ids, ordinal)
        yield record if record is not None else block.rejection(label, "record holds no field that is known")


def _blocks(stream: BinaryIO) -> Iterator[Block]:
    """Records: a new one starts at a PMID, or at any tag after an empty line when a second OWN or TI follows.

    Zotero's samples put empty lines between all tags, so an empty line alone ends nothing: it ends a record only when
    the tag after it is one that this record already has and that occurs once.
    """
    block: Block | None = None
    seen: set[str] = set()
    gap = False
    for line in _lines.lines(stream):
        if line.fault:
            block = spoilt(block, line)
            continue
        if not line.text.strip():
            gap = True
            continue
        found = _TAG.match(line.text.lstrip("\ufeff"))
        if found is None:
            if block is not None and line.text[:1].isspace():
                block.extend(line.text.strip(), line.number)
            continue
        tag, value = found[1], (found[2] or found[3] or "").strip()
        again = tag in seen and (tag in _BEGINS or (gap and tag in ("OWN", "TI", "PMC")))
        if block is not None and (again or (tag == "PMID" and block.fields) or (gap and tag in _BEGINS)):
            yield block
            block, seen = None, set()
        block = block or Block(line.number)
        block.add(tag, value, line.number)
        seen.add(tag)
        gap = False
    if block is not None:
        yield block


@dataclass(slots=True)
class _Medline(Draft):
    """What MEDLINE says beyond the common fields."""

    mesh: list[MeshHeading] = field(default_factory=list)
    substances: list[NamedConcept] = field(default_factory=list)
    supplementary: list[NamedConcept] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    investigators: list[Author] = field(default_factory=list)
    subjects: list[Author] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    keyword_owner: str = ""
    in_full: bool = False  # the last name was a FAU, whose AU comes next
    owned_keywords: dict[Keyword, None] = field(default_factory=dict)
    places: dict[int, list[str]] = field(default_factory=dict)  # affiliations by author's position
    other: list[OtherAbstract] = field(default_factory=list)

    def once(self, name: str, value: str) -> None:
        """A single value of the record proper; a second one is kept."""
        value = clean(value)
        self.filled = True
        if self.said.setdefault(name, value) != value:
            self.keep(name, value)

    def listed(self, name: str, value: str) -> None:
        """A value of a list of the record proper."""
        self.filled = True
        self.lists.setdefault(name, []).append(clean(value))


def _record(block: Block, ids: ExternalIds, ordinal: int) -> Record | None:
    draft = _Medline()
    tags = {tag for tag, _ in block.fields}
    if "BTI" in tags:
        draft.kind = "chapter" if "TI" in tags else "book"
    for tag, value in block.values():
        value = " ".join(value.split())
        take = _TAGS.get(tag)
        if take is not None:
            take(draft, value)
        elif tag in _medline_parts.RELATIONS:
            draft.relations.append(_medline_parts.relation(tag, value))
            draft.filled = True
        else:
            draft.keep(tag, value)
    if not draft.filled:
        return None
    for position, places in draft.places.items():
        draft.authors[position] = replace(draft.authors[position], affiliations=tuple(places))
    pmid = next((i.value for i in draft.identifiers if i.scheme == "pmid"), "")
    return _complete(draft, draft.record("nbib", ids.make(pmid or draft.said.get("OID", ""), ordinal)))


def _complete(draft: _Medline, record: Record) -> Record:
    """The record with what only MEDLINE has."""
    said, lists = draft.said, {name: tuple(values) for name, values in draft.lists.items()}
    references = said.get("RF", "")
    return replace(
        record,
        journal=replace(
            record.journal,
            nlm_id=said.get("JID", ""),
            country=said.get("PL", "") if record.kind == "article" else "",
            issn_linking=said.get("issn_linking", ""),
        ),
        place=record.place or (said.get("PL", "") if record.kind != "article" else ""),
        keywords=(*record.keywords, *draft.owned_keywords),
        mesh=tuple(draft.mesh),
        substances=tuple(draft.substances),
        supplementary_mesh=tuple(draft.supplementary),
        grants=tuple(draft.grants),
        investigators=tuple(draft.investigators),
        personal_name_subjects=tuple(draft.subjects),
        other_abstracts=tuple(draft.other),
        abstract_copyright=said.get("CI", ""),
        coi_statement=Markup(said.get("COIS", "")),
        owner=said.get("OWN", "").replace("NOTNLM", ""),
        citation_status=said.get("STAT", ""),
        publication_status=said.get("PST", ""),
        publication_model=said.get("PUBM", ""),
        citation_subsets=lists.get("SB", ()),
        general_notes=lists.get("GN", ()),
        gene_symbols=lists.get("GS", ()),
        space_flight_missions=lists.get("SFM", ()),
        other_ids=lists.get("OID", ()),
        number_of_references=int(references) if references.isascii() and references.isdigit() else None,
    )


_Take = Callable[[_Medline, str], object]


def _full_author(draft: _Medline, value: str) -> None:
    if not _cut_short(draft, value):
        draft.author(_medline_parts.full(value))
        draft.in_full = True


def _cut_short(draft: _Medline, value: str) -> bool:
    """Whether this "author" says that there are more: NLM took ten at most from 1984 to 1995, "et al." after them.

    https://www.nlm.nih.gov/bsd/mms/medlineelements.html#au
    """
    if not _names.is_et_al(value):
        return False
    draft.authors_complete = draft.in_full = False
    draft.filled = True
    return True


def _short_author(draft: _Medline, value: str) -> None:
    """AU gives the initials (and suffix) of the FAU before it, or is the author where there is no FAU."""
    if _cut_short(draft, value):
        return
    short = _names.medline(value)
    last = draft.authors[-1] if draft.authors else None
    pair, draft.in_full = draft.in_full, False
    known = last is not None and (pair or not last.is_group) and _medline_parts.same_person(last, value)
    if known and last is not None and last.is_group:
        return
    if known and last is not None and (pair or not last.initials):
        if short is not None and not last.initials:
            given = last.given.removesuffix(f" {short.suffix}") if short.suffix else last.given  # FAU "Ward, G W Jr"
            draft.authors[-1] = replace(last, given=given, initials=short.initials, suffix=last.suffix or short.suffix)
        return
    draft.author(short or _medline_parts.full(value))


def _affiliation(draft: _Medline, value: str) -> None:
    if draft.authors:
        draft.places.setdefault(len(draft.authors) - 1, []).append(clean(value))
    else:
        draft.keep("AD", value)


def _orcid(draft: _Medline, value: str) -> None:
    found = _medline_parts.orcid_in(value)
    if found and draft.authors:
        draft.authors[-1] = replace(draft.authors[-1], orcid=found)
    else:
        draft.keep("AUID", value)


def _article_id(draft: _Medline, value: str) -> None:
    found = _medline_parts.article_id(value)
    if found is not None:
        draft.add(found)
    else:
        draft.link(value, "AID")


def _keyword(draft: _Medline, value: str) -> None:
    text = clean(value)
    found = Keyword(text=text.lstrip("*"), major=text.startswith("*"), owner=draft.keyword_owner)
    if found.text:
        draft.owned_keywords.setdefault(found)


def _issn(draft: _Medline, value: str) -> None:
    if value.rstrip().endswith("(Linking)"):
        for found in _medline_parts.issns(value)[:1]:
            draft.said["issn_linking"] = found
            draft.filled = True
    else:
        draft.serials(value, "IS")


def _other_abstract(draft: _Medline, value: str) -> None:
    draft.other.append(OtherAbstract(sections=_markup.sections(_markup.read(value))))


def _journal_date(draft: _Medline, value: str) -> None:
    draft.date(_dates.parse(value))


def _dated(kind: DateKind) -> _Take:
    return lambda draft, value: draft.date(_dates.parse(value), kind)


def _history(draft: _Medline, value: str) -> None:
    kind, when = _medline_parts.history(value)
    if kind is not None:
        draft.date(_dates.parse(when), kind)
    else:
        draft.keep("PHST", value)


def _type(draft: _Medline, value: str) -> None:
    draft.publication_types.setdefault(NamedConcept(name=clean(value)))
    draft.filled = True
    if value == "Preprint":
        draft.kind = "preprint"


def _once(name: str) -> _Take:
    return lambda draft, value: draft.once(name, value)


def _listed(name: str) -> _Take:
    return lambda draft, value: draft.listed(name, value)


def _general_note(draft: _Medline, value: str) -> None:
    """A note; our own export says here what PubMed has no tag for."""
    if value.startswith(_other_ids.MARK):
        draft.other_ids(value)
        for name, word in _OWN_WORDS.findall(value):
            text = unquote(word)
            if name == "kind" and text in get_args(RecordKind):
                draft.kind = cast(RecordKind, text)
            elif name == "url":
                draft.link(text, "url")
            elif name == "book":
                draft.mark("book_title", _markup.read(text), "BTI")
            elif name == "place":
                draft.put("place", text, "place")
            elif name == "authors":
                draft.authors_complete = False
        return
    notice = _export.notice_in(value)
    if own := _export.alias_in(value):
        draft.other_key(own)
    elif notice is None and not value.startswith("RETRACTED:"):
        draft.listed("GN", value)
    elif notice is None or all(r.type != notice.type for r in draft.relations):  # PubMed's own tag says more
        draft.note(value, "GN")


_OWN_WORDS: Final = re.compile(r"(?<!\S)(kind|url|book|place|authors):(\S+)")


def _pmid(draft: _Medline, value: str) -> None:
    draft.identify("pmid", value, "PMID")


_TAGS: Final[dict[str, _Take]] = {
    "PMID": _pmid,
    "PMC": lambda d, v: d.identify("pmcid", v if v.upper().startswith("PMC") else f"PMC{v}", "PMC"),
    "MID": lambda d, v: d.identify("mid", v, "MID"),
    **dict.fromkeys(("AID", "LID"), _article_id),
    "SI": lambda d, v: _medline_parts.secondary(d, v),
    "TI": lambda d, v: d.mark("title", _markup.read(v), "TI"),
    "TT": lambda d, v: d.mark("vernacular_title", _markup.read(v), "TT"),
    "BTI": lambda d, v: d.mark("title" if d.kind == "book" else "book_title", _markup.read(v), "BTI"),
    "AB": lambda d, v: d.take_abstract(_markup.read(v), "AB"),
    "OAB": _other_abstract,
    "FAU": _full_author,
    "AU": _short_author,
    "AD": _affiliation,
    "AUID": _orcid,
    "CN": lambda d, v: d.author(_names.group(v)),
    "FED": lambda d, v: _medline_parts.full_editor(d, v),
    "ED": lambda d, v: _medline_parts.editor(d, v),
    "FIR": lambda d, v: d.investigators.append(_medline_parts.named(v)),
    "IR": lambda d, v: None if d.investigators else d.investigators.append(_medline_parts.short(v)),
    "FPS": lambda d, v: d.subjects.append(_medline_parts.named(v)),
    "PS": lambda d, v: None if d.subjects else d.subjects.append(_medline_parts.short(v)),
    "JT": lambda d, v: d.put("journal", v, "JT"),
    "TA": lambda d, v: d.put("abbreviation", v, "TA"),
    "IS": _issn,
    "ISSN": _issn,
    "ISBN": lambda d, v: d.serials(v, "ISBN"),
    "VI": lambda d, v: d.put("volume", v, "VI"),
    "IP": lambda d, v: d.put("issue", v, "IP"),
    "PG": lambda d, v: d.pages(v, "PG"),
    "PB": lambda d, v: d.put("publisher", v, "PB"),
    "EN": lambda d, v: d.put("edition", v, "EN"),
    "LA": lambda d, v: d.language(v),
    "PT": _type,
    "MH": lambda d, v: d.mesh.append(_medline_parts.heading(v)),
    "RN": lambda d, v: d.substances.append(_medline_parts.substance(v)),
    "NM": lambda d, v: d.supplementary.append(NamedConcept(name=clean(v))),
    "OTO": lambda d, v: setattr(d, "keyword_owner", clean(v)),
    "OT": _keyword,
    "GR": lambda d, v: d.grants.append(_medline_parts.grant(v)),
    "DP": _journal_date,
    "DEP": _dated("electronic"),
    "EDAT": _dated("entrez"),
    "MHDA": _dated("medline"),
    "DCOM": _dated("completed"),
    "LR": _dated("record-revised"),
    "PHST": _history,
    **{name: _once(name) for name in ("OWN", "STAT", "PST", "PUBM", "CI", "COIS", "JID", "PL", "RF")},
    **{name: _listed(name) for name in ("SB", "GS", "SFM", "OID")},
    "GN": _general_note,
}

FORMAT: Final = Format(
    name="nbib",
    label="PubMed (.nbib)",
    suffixes=(".nbib", ".medline"),
    media_type="application/nbib",
    recognise=recognise,
    read=read,
    write=write,
)

"""Elements of PubMed's DTD → the values of a Record. Each function reads one kind of element and never raises.

Element names and their meaning: https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html ; the DTD of 2025:
https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/250101/index.html . Older elements that files of former years have are
named where they are read. Small frozen values that recur all over a file are made once (`lru_cache`).
"""

from __future__ import annotations

import html
import re
from calendar import monthrange
from functools import lru_cache
from operator import itemgetter
from typing import Final, TypeAlias

from lxml import etree

from evidence import identifiers
from evidence.errors import BadIdentifier
from evidence.records import (
    AbstractSection,
    Author,
    Dated,
    DateKind,
    Grant,
    Keyword,
    Markup,
    MeshHeading,
    MeshQualifier,
    NamedConcept,
    PartialDate,
)
from evidence.text import INLINE_TAGS, clean, escape, from_plain, pieces

Element: TypeAlias = etree._Element

_DEEPEST: Final = 20
"""Inline tags nested deeper than this are text only; PubMed's go to three."""

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_DATE_ORDER: Final = {
    kind: at
    for at, kind in enumerate(
        (
            *("issue", "electronic", "contribution", "received", "revised", "accepted"),
            *("entrez", "pubmed", "medline", "completed", "record-revised", "other"),
        )
    )
}
"""One order of dates whatever the file's, as with identifiers."""

Timed: TypeAlias = tuple[tuple[int, int, int, int], Dated]
"""A date with its place in that order."""

_YEAR: Final = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_WORD: Final = re.compile(r"[A-Za-z]+")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


def inline(element: Element) -> Markup:
    """Mixed content as markup: the inline tags stay, of anything else (MathML, DispFormula …) the text."""
    if not len(element):
        text = element.text
        return from_plain(text) if text else Markup("")
    return Markup(" ".join("".join(_parts(element, 0)).split()))


def _parts(element: Element, depth: int) -> list[str]:
    found = [escape(pieces(element.text))] if element.text else []
    for child in element:
        tag = child.tag
        if tag is etree.Entity:
            found.append(escape(pieces(html.unescape(child.text))))
        elif isinstance(tag, str):
            inner = _parts(child, depth + 1)
            if inner and tag in INLINE_TAGS and depth < _DEEPEST:
                inner = [f"<{tag}>", *inner, f"</{tag}>"]
            found += inner
        if child.tail:
            found.append(escape(pieces(child.tail)))
    return found


_clean = lru_cache(maxsize=16384)(clean)


def flat(element: Element) -> str:
    """Mixed content as plain text."""
    if len(element):
        return clean("".join(_texts(element)))
    text = element.text
    return clean(text) if text else ""


def short(element: Element) -> str:
    """`flat` for what recurs in a file: names of people and journals, codes."""
    if len(element):
        return flat(element)
    text = element.text
    return clean(text) if text else ""


def _texts(element: Element) -> list[str]:
    found = [element.text or ""]
    for child in element:
        found += [html.unescape(child.text)] if child.tag is etree.Entity else _texts(child)
        found.append(child.tail or "")
    return found


def number(text: str | None) -> int | None:
    """A whole number, or None."""
    text = (text or "").strip()
    return int(text) if _NUMBER.fullmatch(text) else None


def children(element: Element) -> dict[str, str]:
    """The text of each child by tag; the last one counts where a tag is there twice."""
    return {child.tag: short(child) for child in element}


def pages(element: Element) -> str:
    """A Pagination: MedlinePgn, which every DTD has; else first and last page."""
    said = children(element)
    first, last = said.get("StartPage", ""), said.get("EndPage", "")
    span = f"{first}-{last}" if first and last and first != last else first
    return said.get("MedlinePgn", "") or span


def _day(year: str, month: str, day: str, season: str) -> PartialDate:
    """A date of Year, Month ("06", "6" or "Jun"), Day and Season; what makes no date stays as text."""
    y, m, d = number(year), _month(month), number(day)
    printed = " ".join(part for part in (year, season or month, day) if part)
    if y is None or not 1 <= y <= 9999:
        return PartialDate(text=printed)
    if season or (month and m is None):
        return PartialDate(year=y, text=printed)
    if m is None or d is None:
        return PartialDate(year=y, month=m, text=printed if day else "")
    if not 1 <= d <= monthrange(y, m)[1]:
        return PartialDate(year=y, month=m, text=printed)
    return PartialDate(year=y, month=m, day=d)


def _month(text: str) -> int | None:
    as_number = number(text)
    if as_number is not None:
        return as_number if 1 <= as_number <= 12 else None
    return _MONTHS.get(text[:3].lower()) if text.isalpha() else None


def medline_date(text: str) -> PartialDate:
    """A MedlineDate ("1998 Dec-1999 Jan", "2001 Apr 12-18", "Winter 1997"), kept as printed.

    The year is the first one named; the month is there only when exactly one is named, since a span of months is not
    a date to the month.
    """
    years = _YEAR.findall(text)
    months = [_MONTHS[word[:3].lower()] for word in _WORD.findall(text) if word[:3].lower() in _MONTHS]
    year = int(years[0]) or None if years else None
    month = months[0] if year and len(months) == 1 and len(set(years)) == 1 else None
    return PartialDate(year=year, month=month, text=text)


def dated(kind: DateKind, element: Element, name: str = "") -> Timed | None:
    """A date element (PubDate, ArticleDate, DateCompleted, PubMedPubDate …) and what happened on that date.

    Kind "other" needs a name, which becomes the date's text.
    """
    year = month = day = season = medline = ""
    for child in element:
        tag = child.tag
        if tag == "Year":
            year = child.text or ""
        elif tag == "Month":
            month = child.text or ""
        elif tag == "Day":
            day = child.text or ""
            break  # Hour and Minute follow
        elif tag == "Season":
            season = child.text or ""
        elif tag == "MedlineDate":
            medline = child.text or ""
    return _dated(kind, name, year, month, day, season, medline)


@lru_cache(maxsize=32768)
def _dated(kind: DateKind, name: str, *parts: str) -> Timed | None:
    year, month, day, season, medline = map(clean, parts)
    if medline:
        when = medline_date(medline)
    elif year or month or day or season:
        when = _day(year, month, day, season)
    else:
        return None
    timed = (_DATE_ORDER[kind], when.year or 0, when.month or 0, when.day or 0), Dated(kind=kind, date=when)
    return as_other(name, timed) if kind == "other" else timed


def as_other(name: str, timed: Timed) -> Timed:
    """A date as one of kind "other", whose name is its text."""
    key, when = timed[0], timed[1].date
    other = PartialDate(year=when.year, month=when.month, day=when.day, text=name)
    return (_DATE_ORDER["other"], *key[1:]), Dated(kind="other", date=other)


def in_order(dates: list[Timed]) -> tuple[Dated, ...]:
    """Each date once, by kind and then by time."""
    found: list[Timed] = []
    for one in sorted(dates, key=itemgetter(0)):
        if not found or (one is not found[-1] and one != found[-1]):
            found.append(one)
    return tuple([when for _, when in found])


_KINDS: Final[dict[str, DateKind]] = {
    "entrez": "entrez",
    "pubmed": "pubmed",
    "medline": "medline",
    "received": "received",
    "revised": "revised",
    "accepted": "accepted",
}


def history(element: Element) -> Timed | None:
    """A PubMedPubDate. A status without a kind of its own ("pmc-release") is "other" with its name as text."""
    status = element.get("PubStatus", "")
    kind = _KINDS.get(status)
    return dated(kind, element) if kind else dated("other", element, status)


@lru_cache(maxsize=16384)
def concept(name: str, ui: str = "", type: str = "") -> NamedConcept:  # noqa: A002 - the field's name
    """A name with its UI."""
    return NamedConcept(name=name, ui=ui, type=type)


def named(element: Element) -> NamedConcept:
    """An element whose text is a name and whose UI is an attribute: PublicationType, SupplMeshName …"""
    return concept(short(element), element.get("UI", ""), element.get("Type", ""))


def substance(element: Element) -> NamedConcept | None:
    """A Chemical. RegistryNumber "0" is NLM's "has none"."""
    name = ui = registry = ""
    for child in element:
        if child.tag == "NameOfSubstance":
            name, ui = short(child), child.get("UI", "")
        elif child.tag == "RegistryNumber":
            registry = short(child)
    return concept(name, ui, "" if registry == "0" else registry) if name else None


@lru_cache(maxsize=4096)
def _qualifier(ui: str, name: str, major: bool) -> MeshQualifier:
    return MeshQualifier(ui=ui, name=name, major=major)


def mesh_heading(element: Element) -> MeshHeading | None:
    """A MeshHeading: descriptor, qualifiers, stars."""
    name = ui = kind = ""
    major = False
    qualifiers: list[MeshQualifier] = []
    for child in element:
        if child.tag == "DescriptorName":
            name, ui, kind = short(child), child.get("UI", ""), child.get("Type", "")
            major = child.get("MajorTopicYN") == "Y"
        elif child.tag == "QualifierName":
            qualifiers.append(_qualifier(child.get("UI", ""), short(child), child.get("MajorTopicYN") == "Y"))
    return MeshHeading(ui=ui, name=name, major=major, qualifiers=tuple(qualifiers), type=kind) if name else None


def keywords(element: Element) -> list[Keyword]:
    """The keywords of one KeywordList and their owner, by default NLM.

    The star of an author's keyword (NOTNLM) is left out: it changes from one delivery to the next and means nothing.
    """
    owner = element.get("Owner", "NLM")
    found = []
    for child in element:
        text = flat(child)
        if text:
            major = owner != "NOTNLM" and child.get("MajorTopicYN") == "Y"
            found.append(Keyword(text=text, major=major, owner=owner))
    return found


def grants(element: Element) -> list[Grant]:
    """The grants of a GrantList, sorted: their order changes from one delivery to the next."""
    found = set()
    for child in element:
        said = children(child)
        fields = (said.get("GrantID", ""), said.get("Acronym", ""), said.get("Agency", ""), said.get("Country", ""))
        if any(fields):
            found.add(fields)
    return [Grant(id=one[0], acronym=one[1], agency=one[2], country=one[3]) for one in sorted(found)]


@lru_cache(maxsize=4096)
def orcid(text: str) -> str:
    """A checked ORCID iD, or "" for one that is none."""
    try:
        return identifiers.orcid(text)
    except BadIdentifier:
        return ""


_PEOPLE: Final = ("Author", "Investigator", "Editor", "PersonalNameSubject")
_NAMES: Final = ("LastName", "ForeName", "FirstName", "MiddleName", "Initials", "Suffix", "CollectiveName")
_PARTS: Final = {**dict.fromkeys(_NAMES, 1), "Affiliation": 2, **dict.fromkeys(_PEOPLE, 3), "Identifier": 4}


def people(element: Element) -> list[Author]:
    """Those of an AuthorList, InvestigatorList or PersonalNameSubjectList; who has no name is left out.

    FirstName, MiddleName and an Affiliation beside the names are of files before 2015. One walk over the whole list:
    authors are half of a modern record.
    """
    found: list[Author] = []
    person: Element | None = None
    said: dict[str, str] = {}
    places: list[str] = []
    for part in element.iter():
        tag = part.tag
        kind = _PARTS.get(tag, 0)
        if kind == 1:
            said[tag] = flat(part)
        elif kind == 2:
            places.append(flat(part))
        elif kind == 3:
            if person is not None:
                found += _person(person, said, places)
                said, places = {}, []
            person = part
        elif kind == 4 and part.get("Source") == "ORCID" and part.getparent() is person:
            said.setdefault("ORCID", part.text or "")
    return found if person is None else found + _person(person, said, places)


def _person(element: Element, said: dict[str, str], places: list[str]) -> list[Author]:
    get = said.get
    family, given = get("LastName", ""), get("ForeName", "") or get("FirstName", "")
    group = "" if family else get("CollectiveName", "")
    if not (family or group or given):
        return []
    if "MiddleName" in said:
        given = f"{given} {said['MiddleName']}".strip()
    author = Author(
        family=family or group,
        given=given,
        initials=get("Initials", ""),
        suffix=get("Suffix", ""),
        is_group=bool(group),
        orcid=orcid(said["ORCID"]) if "ORCID" in said else "",
        affiliations=tuple([place for place in places if place]) if places else (),
        equal_contribution=element.get("EqualContrib") == "Y",
        valid=element.get("ValidYN") != "N",
    )
    return [author]


def abstract(element: Element) -> list[AbstractSection]:
    """The AbstractText sections of an Abstract or OtherAbstract."""
    found = []
    for child in element:
        if child.tag == "AbstractText":
            text, label = inline(child), clean(child.get("Label", ""))
            if text or label:
                found.append(AbstractSection(text=text, label=label, category=child.get("NlmCategory", "")))
    return found

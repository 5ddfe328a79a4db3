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


def flat(element: Element) -> str:
    """Mixed content as plain text."""
    if not len(element):
        text = element.text
        return clean(text) if text else ""
    return clean("".join(_texts(element)))


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
    return {child.tag: flat(child) for child in element}


def pages(element: Element) -> str:
    """A Pagination: MedlinePgn, which every DTD has; else first and last page."""
    said = children(element)
    first, last = said.get("StartPage", ""), said.get("EndPage", "")
    span = f"{first}-{last}" if first and last and first != last else first
    return said.get("MedlinePgn", "") or span


@lru_cache(maxsize=8192)
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


@lru_cache(maxsize=2048)
def medline_date(text: str) -> PartialDate:
    """A MedlineDate ("1998 Dec-1999 Jan", "2001 Apr 12-18", "Winter 1997"), kept as printed.

    The year is the first one named; the month is there only when exactly one is named, since a span of months is not
    a date to the month.
    """
    year = _YEAR.search(text)
    months = [_MONTHS[word[:3].lower()] for word in _WORD.findall(text) if word[:3].lower() in _MONTHS]
    years = set(_YEAR.findall(text))
    month = months[0] if len(months) == 1 and len(years) == 1 else None
    return PartialDate(year=int(year[0]) or None if year else None, month=month, text=text)


def date(element: Element) -> PartialDate | None:
    """A date element: PubDate, ArticleDate, DateCompleted, PubMedPubDate, ContributionDate …"""
    year = month = day = season = ""
    for child in element:
        tag, text = child.tag, child.text
        if not text:
            continue
        if tag == "Year":
            year = text.strip()
        elif tag == "Month":
            month = text.strip()
        elif tag == "Day":
            day = text.strip()
        elif tag == "Season":
            season = clean(text)
        elif tag == "MedlineDate":
            return medline_date(clean(text))
    return _day(year, month, day, season) if year or month or day or season else None


_KINDS: Final[dict[str, DateKind]] = {
    "entrez": "entrez",
    "pubmed": "pubmed",
    "medline": "medline",
    "received": "received",
    "revised": "revised",
    "accepted": "accepted",
}


@lru_cache(maxsize=8192)
def dated(kind: DateKind, when: PartialDate) -> Dated:
    """A date and what happened on it."""
    return Dated(kind=kind, date=when)


def history(element: Element) -> Dated | None:
    """A PubMedPubDate. A status without a kind of its own ("pmc-release") is "other" with its name as text."""
    when = date(element)
    if when is None:
        return None
    status = element.get("PubStatus", "")
    kind = _KINDS.get(status)
    if kind is None:
        return _named_date(status, when)
    return dated(kind, when)


@lru_cache(maxsize=2048)
def _named_date(name: str, when: PartialDate) -> Dated:
    return Dated(kind="other", date=PartialDate(year=when.year, month=when.month, day=when.day, text=name or when.text))


def other_date(name: str, when: PartialDate | None) -> Dated | None:
    """A date of a kind that Record has no name for; its name is its text."""
    return None if when is None else _named_date(name, when)


@lru_cache(maxsize=16384)
def concept(name: str, ui: str = "", type: str = "") -> NamedConcept:  # noqa: A002 - the field's name
    """A name with its UI."""
    return NamedConcept(name=name, ui=ui, type=type)


def named(element: Element) -> NamedConcept:
    """An element whose text is a name and whose UI is an attribute: PublicationType, SupplMeshName …"""
    return concept(flat(element), element.get("UI", ""), element.get("Type", ""))


def substance(element: Element) -> NamedConcept | None:
    """A Chemical. RegistryNumber "0" is NLM's "has none"."""
    name = ui = registry = ""
    for child in element:
        if child.tag == "NameOfSubstance":
            name, ui = flat(child), child.get("UI", "")
        elif child.tag == "RegistryNumber":
            registry = flat(child)
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
            name, ui, kind = flat(child), child.get("UI", ""), child.get("Type", "")
            major = child.get("MajorTopicYN") == "Y"
        elif child.tag == "QualifierName":
            qualifiers.append(_qualifier(child.get("UI", ""), flat(child), child.get("MajorTopicYN") == "Y"))
    return MeshHeading(ui=ui, name=name, major=major, qualifiers=tuple(qualifiers), type=kind) if name else None


def keywords(element: Element) -> list[Keyword]:
    """The keywords of one KeywordList and their owner."""
    owner = element.get("Owner", "")
    found = []
    for child in element:
        text = flat(child)
        if text:
            found.append(Keyword(text=text, major=child.get("MajorTopicYN") == "Y", owner=owner))
    return found


def grants(element: Element) -> list[Grant]:
    """The grants of a GrantList."""
    found = []
    for child in element:
        said = children(child)
        fields = (said.get("GrantID", ""), said.get("Acronym", ""), said.get("Agency", ""), said.get("Country", ""))
        if any(fields):
            found.append(Grant(id=fields[0], acronym=fields[1], agency=fields[2], country=fields[3]))
    return found


@lru_cache(maxsize=4096)
def orcid(text: str) -> str:
    """A checked ORCID iD, or "" for one that is none."""
    try:
        return identifiers.orcid(text)
    except BadIdentifier:
        return ""


def author(element: Element) -> Author | None:
    """An Author, Investigator or PersonalNameSubject; None when it names nobody.

    FirstName, MiddleName and an Affiliation beside the names are of files before 2015.
    """
    family = given = initials = suffix = group = orcid_id = middle = ""
    affiliations: list[str] = []
    for child in element:
        tag = child.tag
        if tag == "LastName":
            family = flat(child)
        elif tag == "ForeName" or tag == "FirstName":
            given = flat(child)
        elif tag == "Initials":
            initials = flat(child)
        elif tag == "AffiliationInfo":
            affiliations += [flat(place) for place in child if place.tag == "Affiliation"]
        elif tag == "Identifier":
            if child.get("Source") == "ORCID" and not orcid_id:
                orcid_id = orcid(child.text or "")
        elif tag == "Suffix":
            suffix = flat(child)
        elif tag == "CollectiveName":
            group = flat(child)
        elif tag == "Affiliation":
            affiliations.append(flat(child))
        elif tag == "MiddleName":
            middle = flat(child)
    if not (family or group or given):
        return None
    return Author(
        family=group if group and not family else family,
        given=f"{given} {middle}" if middle else given,
        initials=initials,
        suffix=suffix,
        is_group=bool(group) and not family,
        orcid=orcid_id,
        affiliations=tuple([place for place in affiliations if place]) if affiliations else (),
        equal_contribution=element.get("EqualContrib") == "Y",
        valid=element.get("ValidYN") != "N",
    )


def authors(element: Element) -> list[Author]:
    """Those of a list of people."""
    return [one for one in map(author, element) if one is not None]


def abstract(element: Element) -> list[AbstractSection]:
    """The AbstractText sections of an Abstract or OtherAbstract."""
    found = []
    for child in element:
        if child.tag == "AbstractText":
            text, label = inline(child), clean(child.get("Label", ""))
            if text or label:
                found.append(AbstractSection(text=text, label=label, category=child.get("NlmCategory", "")))
    return found

"""Values of MEDLINE's tagged lines taken apart: headings, grants, relations, history."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from evidence.errors import BadIdentifier
from evidence.formats import _ids, _kept, _names
from evidence.identifiers import Identifier, orcid, try_parse
from evidence.records import Author, DateKind, Grant, MeshHeading, MeshQualifier, NamedConcept, Relation
from evidence.register_numbers import registrations_listed
from evidence.text import clean, fold

if TYPE_CHECKING:
    from evidence.formats._draft import Draft

RELATIONS: Final = {
    "CIN": "CommentIn", "CON": "CommentOn", "CRI": "CorrectedandRepublishedIn", "CRF": "CorrectedandRepublishedFrom",
    "DDIN": "DatasetDescribedIn", "DRIN": "DatasetUsedIn", "ECI": "ExpressionOfConcernIn",
    "ECF": "ExpressionOfConcernFor", "EIN": "ErratumIn", "EFR": "ErratumFor", "ORI": "OriginalReportIn",
    "PRIN": "PartialRetractionIn", "PROF": "PartialRetractionOf", "RPI": "RepublishedIn", "RPF": "RepublishedFrom",
    "RIN": "RetractionIn", "ROF": "RetractionOf", "RRI": "RetractedandRepublishedIn",
    "RRF": "RetractedandRepublishedFrom", "SPIN": "SummaryForPatientsIn", "UIN": "UpdateIn", "UOF": "UpdateOf",
}  # fmt: skip
"""MEDLINE's tags for the RefTypes of PubMed's DTD."""

_HISTORY: Final[dict[str, DateKind]] = {
    "received": "received", "revised": "revised", "accepted": "accepted", "entrez": "entrez", "pubmed": "pubmed",
    "medline": "medline",
}  # fmt: skip
_RELATED: Final = re.compile(r"\s*(?:doi: (?P<doi>10\.\S+?)\.?)?\s*PMID:\s*(?P<pmid>\d{1,8})\.?\s*$")


def issns(text: str) -> list[str]:
    """The ISSNs in a value."""
    return _ids.issns(text)


def halves(name: str) -> tuple[str, str, str]:
    """Family, given names and suffix of "Family, Given, Jr"."""
    parts = [p.strip() for p in name.split(",")]
    return (parts[0], parts[1] if len(parts) > 1 else "", ", ".join(parts[2:]))


def full(value: str) -> Author | None:
    """An author as FAU has it, or as AU has one without: "Family, Given"; without comma a family name alone."""
    return _names.parse(value) if "," in value or _names.braced(value) else Author(family=clean(value))


def named(value: str) -> Author:
    """A person or a group of the other lists: "Family, Given, Jr", or in braces."""
    marked = _names.parse(value) if value.endswith(",,") or _names.braced(value) else None
    return marked or _names.make(*halves(value))


def short(value: str) -> Author:
    """A name in short form, "Smith AB", as far as it has that form; ERIC writes "Smith, Ann B."."""
    return _names.medline(value) or (_names.parse(value) if "," in value else None) or _names.make(value)


def same_person(author: Author, short: str) -> bool:
    """True when a short name ("Smith AB") belongs to the author given in full before it."""
    return fold(_names.without_braces(short)).startswith(fold(author.family))


def full_editor(draft: Draft, value: str) -> None:
    """FED is an editor; "et al." says that there are more."""
    if _names.is_et_al(value):
        draft.keep("editor", _kept.EDITORS_CUT)
    else:
        draft.editors.append(named(value))


def editor(draft: Draft, value: str) -> None:
    """ED repeats FED in short; it counts only where there is no FED."""
    if _names.is_et_al(value):
        if ("editor", _kept.EDITORS_CUT) not in draft.extra:
            full_editor(draft, value)
    elif not draft.editors or not same_person(draft.editors[-1], value):
        draft.editors.append(short(value))


def orcid_in(value: str) -> str:
    """The ORCID iD in an AUID line, or empty."""
    if "orcid" not in value.lower():
        return ""
    try:
        return orcid(value.split("ORCID:")[-1])
    except BadIdentifier:
        return ""


def article_id(value: str) -> Identifier | None:
    """The identifier in "10.1000/x [doi]" or "S0048… [pii]"."""
    found = re.fullmatch(r"(.+?)\s*\[(\w+)\]", value)
    if found is None:
        return try_parse("doi", value)
    scheme = {"doi": "doi", "pii": "pii", "pmid": "pmid", "pmc": "pmcid", "bookaccession": "bookaccession"}
    return try_parse(scheme.get(found[2].lower(), "other"), found[1])


def secondary(draft: Draft, value: str) -> None:
    """A databank number: a trial registration where it is one."""
    found = registrations_listed(value)
    draft.add(*(Identifier("registration", f) for f in found))
    if not found:
        draft.keep("SI", value)


def heading(value: str) -> MeshHeading:
    """The heading in "Psoas Abscess/*etiology/surgery"; the star marks a major topic."""
    first, *rest = clean(value).split("/")
    qualifiers = tuple(MeshQualifier(ui="", name=q.lstrip("*"), major=q.startswith("*")) for q in rest if q.strip("* "))
    return MeshHeading(ui="", name=first.lstrip("*"), major=first.startswith("*"), qualifiers=qualifiers)


def substance(value: str) -> NamedConcept:
    """Name and registry number in "143011-72-7 (Granulocyte Colony-Stimulating Factor)"."""
    found = re.fullmatch(r"(\S+) \((.+)\)", clean(value))
    return NamedConcept(name=found[2], type=found[1]) if found else NamedConcept(name=clean(value))


def grant(value: str) -> Grant:
    """A grant, "R01 AR052113/AR/NIAMS NIH HHS/United States", from the right: the number itself may hold slashes."""
    parts = clean(value).split("/")
    country = parts.pop() if len(parts) > 2 else ""
    agency = parts.pop() if len(parts) > 1 else ""
    acronym = parts.pop() if len(parts) > 1 and re.fullmatch(r"[A-Z]{2,3}", parts[-1]) else ""
    return Grant(id="/".join(parts), acronym=acronym, agency=agency, country=country)


def relation(tag: str, value: str) -> Relation:
    """The directed relation in "Lancet. 2010 Feb 6;375(9713):445. doi: 10.1016/…. PMID: 20137807"."""
    text = clean(value)
    found = _RELATED.search(text)
    if found is None:
        doi = re.search(r"doi: (10\.\S+)$", text)
        target = try_parse("doi", doi[1]) if doi else None
        return Relation(type=RELATIONS[tag], targets=(target,) if target else (), citation=text)
    targets = (try_parse("pmid", found["pmid"]), try_parse("doi", found["doi"]))
    return Relation(
        type=RELATIONS[tag],
        targets=tuple(t for t in targets if t is not None and t.scheme == "pmid"),
        citation=re.sub(r"\s*PMID:\s*\d+\.?\s*$", "", text),
    )


def history(value: str) -> tuple[DateKind | None, str]:
    """Kind and date of "2022/03/21 00:00 [received]"."""
    found = re.fullmatch(r"(.+?)\s*\[(\w+)\]", clean(value))
    return (_HISTORY.get(found[2]), found[1]) if found else (None, value)

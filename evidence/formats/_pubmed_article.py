"""PubmedArticle → Record. The tables at the end say which element is read by what; elements not named are skipped.

Defaults of attributes (Owner "NLM", Language "eng", Version 1 …) are the DTD's, which is never loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from evidence import identifiers
from evidence.formats import _pubmed_fields as read
from evidence.formats._pubmed_fields import Element
from evidence.identifiers import Identifier
from evidence.records import (
    AbstractSection,
    Author,
    CitedReference,
    DateKind,
    Journal,
    OtherAbstract,
    Record,
    Relation,
)

SOURCE: Final = "pubmed"

_SCHEMES: Final = {
    "doi": "doi",
    "pmc": "pmcid",
    "pmcid": "pmcid",
    "pii": "pii",
    "mid": "mid",
    "bookaccession": "bookaccession",
}
"""IdType of ArticleId → scheme; any other ("sici", "medline" …) becomes scheme "other" as "IdType:value"."""

_ORDER: Final = {
    scheme: at
    for at, scheme in enumerate(
        ("pmid", "doi", "pmcid", "pii", "mid", "bookaccession", "isbn", "arxiv", "other", "registration")
    )
}
"""One order of identifiers whatever the file's, which changed with the DTDs: the same article makes the same Record."""


@dataclass(slots=True)
class Draft:
    """A Record in the making: single fields in `values`, lists in `lists`, and what comes from several places."""

    references: bool
    values: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[Any]] = field(default_factory=dict)
    ids: list[Identifier] = field(default_factory=list)
    later_ids: list[Identifier] = field(default_factory=list)  # ELocationID: after those of ArticleIdList
    dates: list[read.Timed] = field(default_factory=list)
    journal: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: Any) -> None:
        """One more of a list field; None and "" are none."""
        if value is None or value == "":
            return
        found = self.lists.get(name)
        if found is None:
            self.lists[name] = [value]
        else:
            found.append(value)

    def extend(self, name: str, values: list[Any]) -> None:
        """Several more of a list field."""
        if values:
            self.lists.setdefault(name, []).extend(values)

    def id(self, scheme: str, raw: str, into: list[Identifier]) -> None:
        """An identifier of the record itself; what is none is kept in `extra` as printed."""
        found = identifiers.try_parse(scheme, raw)
        if found:
            into.append(found)
        elif raw:
            self.add("extra", (f"bad {scheme}", raw))

    def record(self, pmid: str) -> Record:
        """The Record of that PMID."""
        ids = {(found.scheme, found.value): found for found in self.ids}
        for found in self.later_ids:
            ids.setdefault((found.scheme, found.value), found)
        lists: dict[str, Any] = {name: tuple(values) for name, values in self.lists.items()}
        return Record(
            source=SOURCE,
            external_id=pmid,
            identifiers=(Identifier("pmid", pmid), *sorted(ids.values(), key=_scheme_order)),
            dates=read.in_order(self.dates),
            **self.values,
            **lists,
        )


def _scheme_order(found: Identifier) -> int:
    return _ORDER[found.scheme]


Handler = Callable[[Element, Draft], None]


def article(element: Element, references: bool) -> Record | None:
    """The Record of a PubmedArticle, or of a MedlineCitation that stands alone; None when it has no PMID."""
    draft = Draft(references)
    if element.tag == "MedlineCitation":
        _citation(element, draft)
    for child in element:
        if child.tag == "MedlineCitation":
            _citation(child, draft)
        elif child.tag == "PubmedData":
            each(child, PUBMED_DATA, draft)
    pmid = draft.values.pop("pmid", "")
    if not pmid:
        return None
    draft.values["journal"] = _journal(draft.journal)
    if any(t.name == "Preprint" for t in draft.lists.get("publication_types", ())):
        draft.values["kind"] = "preprint"
    registrations_in_text(draft)
    return draft.record(pmid)


def each(element: Element, table: dict[str, Handler], draft: Draft) -> None:
    """Read every child that the table knows."""
    for child in element:
        handler = table.get(child.tag)
        if handler is not None:
            handler(child, draft)


def registrations_in_text(draft: Draft) -> None:
    """Trial registrations that the title or the abstract name."""
    sections: list[AbstractSection] = draft.lists.get("abstract", [])
    text = "\n".join([draft.values.get("title", ""), *[section.text for section in sections]])
    draft.later_ids += [Identifier("registration", found) for found in identifiers.registrations_in(text)]


def pmid(element: Element, draft: Draft) -> None:
    """The record's PMID and its version; the first one counts."""
    found = identifiers.try_parse("pmid", element.text)
    if found and "pmid" not in draft.values:
        draft.values["pmid"] = found.value
        draft.values["version"] = read.number(element.get("Version")) or 1


def _citation(element: Element, draft: Draft) -> None:
    values = draft.values
    get = element.get
    values["citation_status"] = get("Status", "")
    values["owner"] = get("Owner", "NLM")
    method = get("IndexingMethod", "")
    values["indexing_method"] = "" if method == "Manual" else method  # what older DTDs leave unsaid
    draft.add("extra", ("version date", get("VersionDate")) if get("VersionDate") else None)
    each(element, CITATION, draft)


def _article(element: Element, draft: Draft) -> None:
    draft.values["publication_model"] = element.get("PubModel", "")
    each(element, ARTICLE, draft)


def _journal(said: dict[str, str]) -> Journal:
    get = said.get
    return Journal(
        title=get("Title", ""),
        abbreviation=get("MedlineTA", "") or get("ISOAbbreviation", ""),
        issn=get("ISSN", ""),
        issn_linking=get("ISSNLinking", ""),
        nlm_id=get("NlmUniqueID", ""),
        country=get("Country", ""),
    )


def _journal_names(element: Element, draft: Draft) -> None:
    for child in element:
        if child.tag == "JournalIssue":
            each(child, ISSUE, draft)
        else:
            draft.journal[child.tag] = read.short(child)


def elocation(element: Element, draft: Draft) -> None:
    """An ELocationID: a DOI or PII; ValidYN="N" says that it is wrong."""
    kind, raw = element.get("EIdType", ""), (element.text or "").strip()
    if element.get("ValidYN") == "N":
        draft.add("extra", (f"invalid {kind}", raw))
    elif kind in ("doi", "pii"):
        draft.id(kind, raw, draft.later_ids)


def article_ids(element: Element, draft: Draft) -> None:
    """The record's own ArticleIdList. References have lists of that name too; they are never looked into here."""
    for child in element:
        kind, raw = child.get("IdType", ""), (child.text or "").strip()
        if kind == "pubmed" or not raw:
            continue
        scheme = _SCHEMES.get(kind)
        if scheme is None:
            draft.id("other", f"{kind}:{raw}", draft.ids)
        else:
            draft.id(scheme, f"PMC{raw}" if scheme == "pmcid" and raw.isdigit() else raw, draft.ids)


def people(element: Element, draft: Draft) -> None:
    """An AuthorList of authors or editors."""
    if element.get("Type") == "editors":
        draft.extend("editors", read.people(element))
        return
    draft.extend("authors", read.people(element))
    if element.get("CompleteYN") == "N":
        draft.values["authors_complete"] = False


def abstract(element: Element, draft: Draft) -> None:
    """An Abstract and its copyright."""
    draft.extend("abstract", read.abstract(element))
    for child in element:
        if child.tag == "CopyrightInformation":
            draft.values["abstract_copyright"] = read.flat(child)


def _other_abstract(element: Element, draft: Draft) -> None:
    sections = tuple(read.abstract(element))
    if sections:
        get = element.get
        found = OtherAbstract(sections=sections, type=get("Type", ""), language=get("Language", "eng"))
        draft.add("other_abstracts", found)


def _affiliation(element: Element, draft: Draft) -> None:
    """Article/Affiliation of files before 2015: the first author's."""
    place, authors = read.flat(element), draft.lists.get("authors")
    if place and authors:
        first: Author = authors[0]
        if not first.affiliations:
            said = {name: getattr(first, name) for name in Author.__slots__}
            authors[0] = Author(**{**said, "affiliations": (place,)})


def _databanks(element: Element, draft: Draft) -> None:
    """DataBankList: trial registrations as such, other accession numbers as "BANK:number"."""
    for bank in element:
        name = ""
        for child in bank:
            if child.tag == "DataBankName":
                name = read.flat(child)
            elif child.tag == "AccessionNumberList":
                for accession in child:
                    _accession(name, read.flat(accession), draft)


def _accession(bank: str, number: str, draft: Draft) -> None:
    if number:
        found = identifiers.try_parse("registration", number)
        draft.ids.append(found or Identifier("other", f"{bank}:{number}" if bank else number))


def _relations(element: Element, draft: Draft) -> None:
    """CommentsCorrectionsList. "Cites" is an older place of the reference list and is read as such."""
    for child in element:
        said = read.children(child)
        kind, target = child.get("RefType", ""), identifiers.try_parse("pmid", said.get("PMID"))
        targets, citation = (target,) if target else (), said.get("RefSource", "")
        if kind != "Cites":
            relation = Relation(type=kind, targets=targets, citation=citation, note=said.get("Note", ""))
            draft.add("relations", relation)
        elif draft.references:
            draft.add("references", CitedReference(citation=citation, identifiers=targets))


def references(element: Element, draft: Draft) -> None:
    """A ReferenceList, with the lists inside it, when it was asked for."""
    if not draft.references:
        return
    for reference in element.iter("Reference"):
        citation, found = "", Draft(references=False)
        for child in reference:
            if child.tag == "Citation":
                citation = read.flat(child)
            elif child.tag == "ArticleIdList":
                _reference_ids(child, found)
        if citation or found.ids:
            draft.add("references", CitedReference(citation=citation, identifiers=tuple(dict.fromkeys(found.ids))))


def _reference_ids(element: Element, found: Draft) -> None:
    for child in element:
        if child.get("IdType") == "pubmed":
            found.id("pmid", child.text or "", found.ids)
    article_ids(element, found)


def history(element: Element, draft: Draft) -> None:
    """A History: the PubMedPubDates."""
    draft.dates += [when for when in map(read.history, element) if when is not None]


def _other_id(element: Element, draft: Draft) -> None:
    text = read.flat(element)
    draft.add("other_ids", f"{element.get('Source', '')}:{text}" if text else None)


def to_date(kind: DateKind, name: str = "") -> Handler:
    """A handler that keeps the element's date under that kind."""

    def keep(element: Element, draft: Draft) -> None:
        when = read.dated(kind, element, name)
        if when is not None:
            draft.dates.append(when)

    return keep


def to_value(name: str, parse: Callable[[Element], Any] = read.flat) -> Handler:
    """A handler that keeps the element's value in one field."""

    def keep(element: Element, draft: Draft) -> None:
        draft.values[name] = parse(element)

    return keep


def to_list(name: str, parse: Callable[[Element], Any] = read.flat) -> Handler:
    """A handler that adds the element's value to a list field."""
    return lambda element, draft: draft.add(name, parse(element))


def _to_all(name: str, parse: Callable[[Element], Any]) -> Handler:
    return lambda element, draft: draft.extend(name, [v for v in map(parse, element) if v])


def _to_journal(element: Element, draft: Draft) -> None:
    draft.journal.update(read.children(element))


ISSUE: Final[dict[str, Handler]] = {
    "Volume": to_value("volume"),
    "Issue": to_value("issue"),
    "PubDate": to_date("issue"),
}
ARTICLE: Final[dict[str, Handler]] = {
    "Journal": _journal_names,
    "ArticleTitle": to_value("title", read.inline),
    "VernacularTitle": to_value("vernacular_title", read.inline),
    "Pagination": to_value("pages", read.pages),
    "ELocationID": elocation,
    "Abstract": abstract,
    "AuthorList": people,
    "Affiliation": _affiliation,
    "Language": to_list("languages", read.short),
    "DataBankList": _databanks,
    "GrantList": lambda element, draft: draft.extend("grants", read.grants(element)),
    "PublicationTypeList": _to_all("publication_types", read.named),
    "ArticleDate": to_date("electronic"),
}
CITATION: Final[dict[str, Handler]] = {
    "PMID": pmid,
    "DateCompleted": to_date("completed"),
    "DateRevised": to_date("record-revised"),
    "Article": _article,
    "MedlineJournalInfo": _to_journal,
    "ChemicalList": _to_all("substances", read.substance),
    "SupplMeshList": _to_all("supplementary_mesh", read.named),
    "CitationSubset": to_list("citation_subsets", read.short),
    "CommentsCorrectionsList": _relations,
    "GeneSymbolList": _to_all("gene_symbols", read.flat),
    "MeshHeadingList": _to_all("mesh", read.mesh_heading),
    "NumberOfReferences": to_value("number_of_references", lambda element: read.number(element.text)),
    "PersonalNameSubjectList": lambda element, draft: draft.extend("personal_name_subjects", read.people(element)),
    "OtherID": _other_id,
    "OtherAbstract": _other_abstract,
    "KeywordList": lambda element, draft: draft.extend("keywords", read.keywords(element)),
    "CoiStatement": to_value("coi_statement", read.inline),
    "SpaceFlightMission": to_list("space_flight_missions"),
    "InvestigatorList": lambda element, draft: draft.extend("investigators", read.people(element)),
    "GeneralNote": to_list("general_notes"),
}
PUBMED_DATA: Final[dict[str, Handler]] = {
    "History": history,
    "PublicationStatus": to_value("publication_status", read.short),
    "ArticleIdList": article_ids,
    "ReferenceList": references,
}

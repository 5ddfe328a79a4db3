"""The currency between layers: frozen records without I/O.

`Record` is one study as *one source* describes it. What the store concludes from all of a study's
records is a `Study` (evidence/views.py). Field names follow PubMed's DTD where it has one:
https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/250101/index.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType

from evidence.identifiers import Identifier

Markup = NewType("Markup", str)
"""Text in which `& < >` are escaped and only balanced `<i> <b> <u> <sub> <sup>` occur (text.py makes it)."""

RecordKind = Literal["article", "book", "chapter", "preprint", "registration", "thesis", "report", "web", "other"]
SizeBasis = Literal["", "randomised", "enrolled", "analysed", "planned"]
DateKind = Literal[
    "issue",  # Journal/JournalIssue/PubDate, or the year of a file's entry: the citation year
    "electronic",  # ArticleDate DateType="Electronic"
    "entrez",  # PubMedPubDate "entrez": when PubMed got it; our recency date
    "pubmed",
    "medline",
    "received",
    "revised",
    "accepted",
    "completed",  # DateCompleted
    "record-revised",  # DateRevised: the source's own revision date; never part of a fingerprint
    "contribution",  # books
    "other",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialDate:
    """A date as precise as its source: year; year and month; or a full day.

    `text` keeps what was printed when it says more than the numbers (MedlineDate "1998 Dec-1999 Jan", a season).
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A date and what happened on it."""

    kind: DateKind
    date: PartialDate


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """One author, editor or investigator as printed on this record: a person, or a group (`family` = its name)."""

    family: str = ""
    given: str = ""
    initials: str = ""
    suffix: str = ""
    is_group: bool = False
    orcid: str = ""
    affiliations: tuple[str, ...] = ()
    equal_contribution: bool = False
    valid: bool = True  # PubMed's ValidYN


@dataclass(frozen=True, slots=True, kw_only=True)
class AbstractSection:
    """A paragraph of an abstract: its printed label, NLM's category for it, its text."""

    text: Markup
    label: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAbstract:
    """An abstract by another hand or in another language (PubMed's OtherAbstract)."""

    sections: tuple[AbstractSection, ...]
    type: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Where it appeared. `abbreviation` is NLM's (MedlineTA), else the ISO abbreviation."""

    title: str = ""
    abbreviation: str = ""
    issn: str = ""
    issn_linking: str = ""
    nlm_id: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeshQualifier:
    """A MeSH subheading of a heading."""

    ui: str
    name: str
    major: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MeshHeading:
    """A MeSH descriptor given by the indexer, with its qualifiers. `type` is "Geographic" or empty."""

    ui: str
    name: str
    major: bool = False
    qualifiers: tuple[MeshQualifier, ...] = ()
    type: str = ""

    @property
    def is_major(self) -> bool:
        """Major topic: the descriptor, or the descriptor with one of its qualifiers, carries the star."""
        return self.major or any(q.major for q in self.qualifiers)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedConcept:
    """A name with NLM's UI: publication type, substance, supplementary concept, …"""

    name: str
    ui: str = ""
    type: str = ""  # SupplMeshName Type; RegistryNumber of a substance


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword:
    """A keyword and who gave it (NOTNLM = the author)."""

    text: str
    major: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A directed link of this record to another work: `ErratumIn`, `RetractionOf`, `CommentOn`, … (PubMed's RefType).

    `targets` are the other work's identifiers (usually one PMID; may be empty), `citation` its reference as printed.
    """

    type: str
    targets: tuple[Identifier, ...] = ()
    citation: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedReference:
    """An entry of the article's own reference list."""

    citation: str = ""
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A grant as PubMed lists it."""

    id: str = ""
    acronym: str = ""
    agency: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertedTag:
    """A tag that the source itself states (a starter-library line, a CSV column); origin "import" in the store."""

    kind: Literal["condition", "intervention", "design", "topic"]
    slug: str
    role: Literal["", "active", "comparator"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSize:
    """How many were studied, what was counted, and where it says so.

    `unit` is "participants" for people, else what was counted: wrists, couples, rats, studies. `basis` says what `n` is
    of them: "randomised", "enrolled", "analysed", "planned" (a protocol), or empty when that is not told. A review has
    the number of its `studies`; then `n` is their participants, or the studies themselves where only these are told.
    """

    n: int
    unit: str = "participants"
    quote: str = ""
    basis: SizeBasis = ""
    studies: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a hand-made record's facts come from."""

    urls: tuple[str, ...] = ()
    verification: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One study as one source describes it.

    `source` and `external_id` together name the source record for ever ("pubmed", "36070427"; "bibtex",
    "refs.bib#wu2018"). `title` is empty when the source has none. `keys` are citation keys the source proposes,
    best first. `extra` keeps what a file said and no field here holds.
    """

    source: str
    external_id: str
    kind: RecordKind = "article"
    identifiers: tuple[Identifier, ...] = ()
    title: Markup = Markup("")
    vernacular_title: Markup = Markup("")
    book_title: Markup = Markup("")
    authors: tuple[Author, ...] = ()
    authors_complete: bool = True
    editors: tuple[Author, ...] = ()
    investigators: tuple[Author, ...] = ()
    journal: Journal = Journal()
    volume: str = ""
    issue: str = ""
    pages: str = ""  # as printed, or start-end, or the article number
    publisher: str = ""
    place: str = ""
    edition: str = ""
    isbns: tuple[str, ...] = ()
    dates: tuple[Dated, ...] = ()
    languages: tuple[str, ...] = ()
    abstract: tuple[AbstractSection, ...] = ()
    abstract_copyright: str = ""
    other_abstracts: tuple[OtherAbstract, ...] = ()
    mesh: tuple[MeshHeading, ...] = ()
    indexing_method: str = ""  # "Automated", "Curated" or empty (MedlineCitation IndexingMethod)
    publication_types: tuple[NamedConcept, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    substances: tuple[NamedConcept, ...] = ()
    supplementary_mesh: tuple[NamedConcept, ...] = ()
    gene_symbols: tuple[str, ...] = ()
    personal_name_subjects: tuple[Author, ...] = ()
    space_flight_missions: tuple[str, ...] = ()
    general_notes: tuple[str, ...] = ()
    other_ids: tuple[str, ...] = ()  # "SOURCE:value", as OtherID gives them
    citation_subsets: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    coi_statement: Markup = Markup("")
    relations: tuple[Relation, ...] = ()
    references: tuple[CitedReference, ...] = ()  # only when the reader was asked for them
    number_of_references: int | None = None
    publication_model: str = ""  # PubModel
    publication_status: str = ""  # PubmedData/PublicationStatus: ppublish, epublish, aheadofprint …
    citation_status: str = ""  # MedlineCitation Status: MEDLINE, In-Process, Publisher …
    owner: str = ""
    version: int = 1  # PMID Version
    url: str = ""
    keys: tuple[str, ...] = ()
    tags: tuple[AssertedTag, ...] = ()
    sample_size: SampleSize | None = None
    provenance: Provenance | None = None
    extra: tuple[tuple[str, str], ...] = ()

    def date(self, kind: DateKind) -> PartialDate | None:
        """The first date of that kind, or None."""
        return next((d.date for d in self.dates if d.kind == kind), None)

    @property
    def year(self) -> int | None:
        """The citation year: the issue's, else the electronic date's, else a book's contribution date's."""
        kinds: tuple[DateKind, ...] = ("issue", "electronic", "contribution")
        for kind in kinds:
            found = self.date(kind)
            if found is not None and found.year is not None:
                return found.year
        return None

    def ids(self, scheme: str) -> tuple[str, ...]:
        """All values of one identifier scheme, in the source's order."""
        return tuple(i.value for i in self.identifiers if i.scheme == scheme)

    def id(self, scheme: str) -> str | None:
        """The first value of one identifier scheme, or None."""
        return next((i.value for i in self.identifiers if i.scheme == scheme), None)


def gaps(record: Record) -> tuple[str, ...]:
    """What whoever reads a reference to it would miss, in words: authors, title, year, and of an article its journal.

    The data that the ICMJE asks of every reference: https://www.nlm.nih.gov/bsd/uniform_requirements.html
    """
    there = {
        "authors": record.authors or record.editors or record.investigators,
        "title": record.title or record.vernacular_title or record.book_title,
        "year": record.year,
        "journal": record.journal.title or record.journal.abbreviation or record.kind != "article",
    }
    cut = ("not all authors",) if there["authors"] and not record.authors_complete else ()
    return (*cut, *(f"no {name}" for name, value in there.items() if not value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A piece of input that could not become a record: which file and line or record, why, and the piece itself."""

    subject: str
    reason: str
    line: int | None = None
    payload: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """The source says the record no longer exists (PubMed's DeleteCitation)."""

    source: str
    external_id: str


Item = Record | Rejected | Deletion
"""What every reader yields: nothing is dropped silently."""

"""What the store shows: frozen results of queries, for pages, exports and the command line. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from evidence.filters import Filter
from evidence.identifiers import Identifier
from evidence.records import Markup, PartialDate, Record

PublicationState = Literal["none", "corrected", "concern", "retracted", "replaced", "withdrawn"]
UpstreamState = Literal["present", "missing", "deleted"]
Inclusion = Literal["candidate", "included", "excluded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagView:
    """A tag of a study and the reason it has it. `status`: asserted, suggested or rejected (by a curator).

    A curator's word has his name and its time, and his reason in `evidence`; the machine's have neither. `place` says
    where the words stand in the record ("title", "abstract, METHODS, sentence 2", "keyword 1"); "" where nothing does.
    """

    kind: str  # condition, intervention, design, feature, topic
    slug: str
    label: str
    origin: str  # mesh, pubtype, text, curator, import
    status: str
    evidence: str  # the heading, publication type or words that triggered it
    rule: str
    role: str = ""  # intervention: active or comparator
    central: bool = True  # condition: what the study is about, as against a mention
    actor: str = ""  # who decided, for origin curator
    at: datetime | None = None
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A person's word on whether a record belongs here; of several in one study that of the latest event counts."""

    verdict: Literal["excluded", "included"]
    reason: str
    actor: str
    at: datetime
    event: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRow:
    """One study in a list."""

    id: int
    key: str
    title: Markup
    byline: str
    citation: str  # "Ann Neurol. 2018;84(4):601-610"
    year: int | None
    language: str  # of the title shown: ISO 639-1 where known, else ""
    design: str  # primary design slug, "other" when unknown
    designs: tuple[str, ...]
    conditions: tuple[str, ...]
    interventions: tuple[tuple[str, str], ...]  # (slug, role)
    level: int | None  # OCEBM 2011 level 1–5; None: not ranked
    n: int | None
    n_unit: str
    state: PublicationState
    upstream: UpstreamState
    pmid: str | None
    doi: str | None
    pmcid: str | None
    identified: bool  # has a PMID, DOI or PMCID
    registrations: tuple[str, ...] = ()
    features: tuple[str, ...] = ()  # slugs: double-blind, crossover …


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """One source record of a study."""

    id: int
    source: str
    external_id: str
    first_seen: datetime
    changed: datetime
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationView:
    """A directed relation: this study → another work, or (incoming) another work → this study."""

    type: str
    incoming: bool
    citation: str
    identifier: str  # "pmid:123", or ""
    url: str | None
    study_key: str | None  # when the other work is in the store
    study_title: Markup
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeView:
    """A recorded merge of one source record (or study) into this study."""

    event: int
    at: datetime
    actor: str
    rule: str
    reasons: tuple[str, ...]
    joined: str  # what was joined: "bibtex refs.bib#wu2018"
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """What one source says became of a work after it appeared (lifecycle.Statement).

    `standing` is False where a reinstatement, of `taken_back`, overrules it. `event`: the status event by which this
    library learned of it, `since` when; both None for what was there when the study came. `seen_by`: who acknowledged.
    """

    kind: str
    source: str
    source_name: str
    basis: str
    notice: tuple[Identifier, ...] = ()
    date: PartialDate | None = None
    citation: str = ""
    note: str = ""
    standing: bool = True
    taken_back: PartialDate | None = None
    event: int | None = None
    since: datetime | None = None
    seen_by: str = ""
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """When a source was last asked about a study, or a list last read whole; `file` is the list's, or what is to be
    said of the answer.
    """

    source_name: str
    at: datetime
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeView:
    """A study's life cycle: who says what, when each source was last checked, in which words they differ. `unnamed`: it
    has no PMID or DOI, so no list can name it. `doubts`: what is said of its DOI, under another title, and not counted.
    """

    statements: tuple[StatementView, ...] = ()
    checks: tuple[CheckView, ...] = ()
    disagreements: tuple[str, ...] = ()
    unnamed: bool = False
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """A status event that nobody has acknowledged: what is said of which study, since when it is known here."""

    event: int
    at: datetime
    study_key: str
    study_title: Markup
    citation: str
    state: PublicationState  # the study's now
    said: StatementView


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationView:
    """A trial registration: ongoing or unpublished when no study here publishes it."""

    registry_id: str
    topic: str
    conditions: tuple[str, ...]
    enrolment: int | None
    url: str | None
    published_as: str  # "", or the study's key when it is in the store, else the identifier
    published_certain: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One study whole: the row, the projected record, every reason behind it. Also what exports write."""

    row: StudyRow
    record: Record  # the projection over all source records; `identifiers` are those the study owns or shares
    aliases: tuple[str, ...] = ()  # other citation keys that lead here
    alias_of: str = ""  # the study's own key, in a copy that an export writes under another one
    disputed: tuple[str, ...] = ()  # identifiers another study owns: "pmid:123"
    tags: tuple[TagView, ...] = ()
    members: tuple[MemberView, ...] = ()
    relations: tuple[RelationView, ...] = ()
    merges: tuple[MergeView, ...] = ()
    registrations: tuple[RegistrationView, ...] = ()
    life: LifeView | None = None
    n_quote: str = ""
    inclusion: Inclusion = "included"
    word: Word | None = None  # the person's by which it is included or excluded, if one spoke
    created: datetime | None = None
    changed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetOption:
    """A filter value, how many studies choosing it would show, whether it is chosen."""

    value: str
    label: str
    count: int
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A filter field: `field` is the Filter's attribute (designs, features, interventions, statuses), `parameter` the
    URL's.
    """

    field: str
    parameter: str
    label: str
    options: tuple[FacetOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The one-line summary of a selection. Retracted studies and leads count in no figure but their own."""

    studies: int = 0
    guidelines: int = 0
    reviews: int = 0  # systematic reviews and meta-analyses; narrative ones are `other`
    trials: int = 0
    observational: int = 0  # cohort, case-control, cross-sectional, series, case reports
    laboratory: int = 0  # animal, in vitro, cadaver
    other: int = 0
    participants: int = 0
    participants_known: int = 0  # trials whose n is known; participants is the sum over these
    newest: int | None = None
    retracted: int = 0
    concern: int = 0
    leads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshView:
    """The last refresh, or the absence of one. `state`: ok, failed, interrupted, running."""

    at: datetime
    state: str
    search: str
    found: int
    added: int
    revised: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryState:
    """The store in a line. The refreshes are of saved searches; `troubled`: the newest run of each search that is not
    good, the newest first.
    """

    revision: int
    studies: int
    leads: int
    retracted: int
    last_refresh: RefreshView | None
    last_success: RefreshView | None
    starter_loaded: datetime | None
    troubled: tuple[RefreshView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page of studies with everything around it."""

    filter: Filter
    total: int  # matching studies, retracted ones included, leads not
    rows: tuple[StudyRow, ...]
    next_after: str  # cursor of the next page, "" at the end
    facets: tuple[Facet, ...]
    years: tuple[tuple[int, int], ...]  # (year, studies), ascending, gaps left out
    summary: Summary
    leads: tuple[StudyRow, ...] = ()  # not yet identified: no PMID, DOI or PMCID
    leads_total: int = 0
    registrations: tuple[RegistrationView, ...] = ()
    matched_conditions: tuple[str, ...] = ()  # slugs whose name or synonym the search text named
    searched_as: tuple[str, ...] = ()  # the saved searches that fill this condition
    state: LibraryState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionLine:
    """A condition on the home page."""

    slug: str
    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The home page: every condition with its counts."""

    conditions: tuple[ConditionLine, ...]
    total: Summary
    state: LibraryState


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One refresh run, as `searches` and `status` list them."""

    id: int
    search: str
    state: str
    started: datetime
    finished: datetime | None
    found: int
    counts: tuple[tuple[str, int], ...]
    error: str
    query: str = ""
    translation: str = ""  # the query as PubMed understood it
    since: date | None = None  # it asked only for what PubMed got from that day on
    log: tuple[str, ...] = ()  # sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRequestView:
    """A refresh that somebody asked for in the pages. `state`: queued, running, done."""

    id: int
    at: datetime
    actor: str
    state: str
    taken: datetime | None
    finished: datetime | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """A saved search and how it last went."""

    name: str
    label: str
    query: str
    conditions: tuple[str, ...]
    include: bool  # True: finds are included; False: queued for a curator
    last: RefreshView | None
    ran: str = ""  # the query of its last good run, which may be another one; "" before the first


Day = date

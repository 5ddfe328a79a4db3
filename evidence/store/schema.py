"""The tables, and why each is there. Rows never leave `store/`.

No `from __future__ import annotations` here: SQLModel reads the annotations. Row numbers are given by the program
under the writer's lock (engine.py), so no sequence exists that explicit numbers could leave behind. Closed
vocabularies are text with a CHECK; unique constraints have names.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String, text
from sqlmodel import Field

from evidence.store import inclusion_tables, inquiry_tables, lifecycle_tables, refresh_tables  # noqa: F401 - METADATA
from evidence.store.shelf_tables import Shelf, ShelfItem
from evidence.store.tables import METADATA, Table, number, one_of, to
from evidence.store.trail_tables import ConditionEvent

__all__ = ["METADATA", "ConditionEvent", "Shelf", "ShelfItem", "Table"]  # and the tables below


class Library(Table, table=True):
    """One row. `revision` rises in every writing transaction; `clock` is the latest event's time, never behind it.

    `epoch` is drawn at random when the store is made and at every restore: within one epoch a revision has one
    content, so the two together are what caches and ETags go by.
    """

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: int = number()
    revision: int = 0
    epoch: str = ""
    created: datetime
    clock: datetime
    starter_loaded: datetime | None = None
    vocabulary_hash: str = ""
    block_level: int = 0  # which keys the matching index holds (matching.candidates.LEVEL)


class Study(Table, table=True):
    """What a reader sees as one study: a projection of its source records, recomputed whenever they change.

    `merged_into` points to the study that took its records over; a study is never deleted. `design_order` is the
    vocabulary's display order of the primary design.
    """

    __table_args__ = (
        CheckConstraint("merged_into IS NULL OR merged_into <> id", name="not_into_itself"),
        one_of("publication_state", "none", "corrected", "concern", "retracted", "replaced", "withdrawn"),
        one_of("upstream_state", "present", "missing", "deleted"),
        one_of("inclusion", "candidate", "included", "excluded"),
    )
    id: int = number()
    merged_into: int | None = Field(default=None, sa_column_args=to("study.id"), index=True)
    publication_state: str = "none"
    upstream_state: str = "present"
    inclusion: str = "included"
    title: str = ""
    byline: str = ""
    citation: str = ""
    language: str = ""
    year: int | None = None
    design: str = "other"
    design_order: int = 99
    level: int | None = None
    n: int | None = None
    n_unit: str = ""
    n_quote: str = ""
    pmid: str | None = None
    doi: str | None = None
    pmcid: str | None = None
    identified: bool = False
    registrations: str = ""  # separated by spaces
    tags: str = ""  # the standing, central tags, "kind:slug:role", separated by spaces
    created: datetime
    changed: datetime


class Identifier(Table, table=True):
    """A study's identifiers. At most one live study owns a (scheme, value).

    own: it names this study. shared: one DOI of a supplement, on several studies with PMIDs of their own. disputed:
    another study owns it, and a person has to say who is right.
    """

    __table_args__ = (
        one_of("claim", "own", "shared", "disputed"),
        Index("ix_identifier_value", "value"),
        Index(
            "uq_identifier_owned",
            "scheme",
            "value",
            unique=True,
            sqlite_where=text("claim = 'own'"),
            postgresql_where=text("claim = 'own'"),
        ),
    )
    study_id: int = number(foreign="study.id")
    scheme: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    claim: str = "own"


class SourceRecord(Table, table=True):
    """What one source said about a work, kept for ever: the parsed record whole (JSON, deflated).

    `version` and `revised` order deliveries of the same record, so that an older one never replaces a newer one.
    `upstream` and `inclusion` are the record's own: its study's are computed from those of all its records.
    """

    __tablename__ = "source_record"
    __table_args__ = (
        Index("uq_source_record_source_external_id", "source", "external_id", unique=True),
        Index("ix_source_record_found_by", "run_id", "source", "upstream", "external_id"),  # runs.found_by
        one_of("upstream", "present", "missing", "deleted"),
        one_of("inclusion", "candidate", "included", "excluded"),
    )
    id: int = number()
    source: str
    external_id: str
    fingerprint: bytes
    reader: int
    version: int = 1
    revised: str = ""
    payload: bytes
    first_seen: datetime
    changed: datetime
    checked_at: datetime
    run_id: int | None = Field(default=None, sa_column_args=to("refresh_run.id"))
    upstream: str = "present"
    inclusion: str = "included"


class Membership(Table, table=True):
    """Which study a source record belongs to now. Merging and un-merging change only this.

    `born_study_id`: the study that was made for this record. A group of records is shown as the oldest study that any
    of them was born with; the others point to it. So which study stands for whom follows from the groups alone.
    """

    __table_args__ = (Index("uq_membership_born_study_id", "born_study_id", unique=True),)
    source_record_id: int = number(foreign="source_record.id")
    study_id: int = Field(sa_column_args=to("study.id"), index=True)
    born_study_id: int | None = Field(default=None, sa_column_args=to("study.id"))


class FieldChoice(Table, table=True):
    """A curator's choice of one shown field, anchored on the source record it was made on.

    `merge_id` is 0, or the merge that the choice was made for: undoing that takes the choice back.
    """

    __tablename__ = "field_choice"
    source_record_id: int = number(foreign="source_record.id")
    field: str = Field(primary_key=True)
    merge_id: int = number()
    value: str
    actor: str
    at: datetime


class Author(Table, table=True):
    """The shown authors, as printed: persons and groups, in order."""

    study_id: int = number(foreign="study.id")
    position: int = number()
    family: str
    given: str = ""
    initials: str = ""
    suffix: str = ""
    is_group: bool = False
    orcid: str = ""


class Tag(Table, table=True):
    """A condition, intervention, design, feature or topic that is or was in the vocabulary."""

    __table_args__ = (Index("uq_tag_kind_slug", "kind", "slug", unique=True),)
    id: int = number()
    kind: str
    slug: str


class TagAssignment(Table, table=True):
    """A tag of a source record, who or what gave it, the words that led to it and their place in the record."""

    __tablename__ = "tag_assignment"
    __table_args__ = (
        one_of("origin", "mesh", "pubtype", "text", "curator", "import"),
        one_of("status", "asserted", "suggested", "rejected"),
    )
    source_record_id: int = number(foreign="source_record.id")
    tag_id: int = number(foreign="tag.id")
    origin: str = Field(primary_key=True)
    status: str = "asserted"
    role: str = ""
    central: bool = True
    evidence: str = ""
    place: str = ""
    rule: str = ""
    actor: str = ""
    at: datetime


class SampleSize(Table, table=True):
    """How many were studied, by source record."""

    __tablename__ = "sample_size"
    source_record_id: int = number(foreign="source_record.id")
    n: int
    unit: str
    quote: str = ""


class MatchDecision(Table, table=True):
    """Are two source records one study? Survives merges because it names records, not studies.

    A person's word is remembered for ever and beats the machine's. The machine's are the certain and the doubtful
    pairs; rule "conflict:…" is a certain one that a contradiction elsewhere in its group keeps from joining.
    """

    __tablename__ = "match_decision"
    __table_args__ = (
        CheckConstraint("a_id < b_id", name="ordered"),
        one_of("verdict", "same", "different", "unsure"),
        Index("ix_match_decision_b_id", "b_id"),
        Index("ix_match_decision_verdict", "verdict", "strength"),
    )
    a_id: int = number(foreign="source_record.id")
    b_id: int = number(foreign="source_record.id")
    verdict: str
    rule: str
    reasons: str  # JSON list of sentences
    strength: float = 0.0  # the more, the surer (matching.verdict)
    revision: int = 0  # the transaction that wrote it: of two persons' words the later one counts
    actor: str  # "machine", or who decided
    at: datetime


class MergeEvent(Table, table=True):
    """A merge: which source records came to which study, from where, why. Undoing it is written here too."""

    __tablename__ = "merge_event"
    id: int = number()
    at: datetime
    actor: str
    rule: str
    reasons: str  # JSON list of sentences
    study_id: int = Field(sa_column_args=to("study.id"), index=True)
    from_study_id: int | None = Field(default=None, sa_column_args=to("study.id"), index=True)
    moved: str  # JSON list of source record numbers
    stayed: str  # JSON list of the source records that were in the study already
    undone_at: datetime | None = None
    undone_by: str = ""


class Relation(Table, table=True):
    """A directed relation as a source record states it. The target is an identifier; its study is found when shown."""

    __table_args__ = (Index("ix_relation_target", "target_value", "target_scheme"),)
    source_record_id: int = number(foreign="source_record.id")
    position: int = number()
    type: str
    target_scheme: str = ""
    target_value: str = ""
    citation: str = ""
    note: str = ""


class Event(Table, table=True):
    """Everything that ever happened, with the complete state after it: history, feeds and "as of" read only this."""

    id: int = number()
    at: datetime
    kind: str = Field(index=True)
    study_id: int | None = Field(default=None, sa_column_args=to("study.id"), index=True)
    run_id: int | None = Field(default=None, sa_column_args=to("refresh_run.id"))
    actor: str
    detail: str = ""  # JSON
    image: bytes = b""  # the study's complete after-image: JSON, deflated


class VocabularyOverlay(Table, table=True):
    """The maintainer's own conditions and searches; they win over data/."""

    __tablename__ = "vocabulary_overlay"
    kind: str = Field(primary_key=True)
    slug: str = Field(primary_key=True)
    payload: str  # JSON; empty = removed
    at: datetime


class SavedSearch(Table, table=True):
    """What the store remembers of a saved search beside its text: how many it last found."""

    __tablename__ = "saved_search"
    name: str = Field(primary_key=True)
    query: str
    last_ok_count: int | None = None
    last_ok_run: int | None = None


class RefreshRun(Table, table=True):
    """One run of one saved search (or of `add`)."""

    __tablename__ = "refresh_run"
    __table_args__ = (one_of("state", "running", "ok", "failed", "interrupted"),)
    id: int = number()
    search: str = Field(index=True)
    query: str
    state: str
    started: datetime
    finished: datetime | None = None
    found: int = 0
    counts: str = "{}"  # JSON
    error: str = ""
    log: str = "[]"  # JSON list of sentences
    translation: str = ""  # the query as PubMed understood it
    since: date | None = None  # only what PubMed got from that day on was asked for


class Rejection(Table, table=True):
    """A piece of input that could not become a record: nothing is dropped silently."""

    id: int = number()
    run_id: int | None = Field(default=None, sa_column_args=to("refresh_run.id"), index=True)
    at: datetime
    subject: str
    line: int | None = None
    reason: str
    payload: str = ""


BYTEWISE = String().with_variant(String(collation="C"), "postgresql")
"""Text ordered by its bytes, as SQLite orders it: a range of keys (keys.py) means the same in every locale."""


class CiteKey(Table, table=True):
    """Citation keys and aliases in one table. A key belongs for ever to the study it was born with."""

    __tablename__ = "cite_key"
    folded: str = Field(primary_key=True, sa_type=BYTEWISE)
    key: str
    study_id: int = Field(sa_column_args=to("study.id"), index=True)
    is_primary: bool = True
    source_record_id: int | None = Field(default=None, sa_column_args=to("source_record.id"), index=True)


class Block(Table, table=True):
    """The matching index: a record is compared only with records that share a key.

    No index by record: its old keys are computed from what is stored of it. Nor a foreign key: `doctor` checks them.
    """

    __table_args__ = ({"sqlite_with_rowid": False},)
    key: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    source_record_id: int = number()


class Facet(Table, table=True):
    """Bitmaps of study numbers: one bit for each study that has the value, 8,192 studies a row (facets.py).

    Every count and every list is answered from these, in the transaction that changed them.
    """

    __table_args__ = (Index("ix_facet_chunk", "chunk"), Index("ix_facet_revision", "revision"))
    value: str = Field(primary_key=True)
    chunk: int = number()
    bits: bytes
    revision: int


class Registration(Table, table=True):
    """A trial registration that is not (or not surely) a study here."""

    id: int = number()
    registry_id: str = ""
    topic: str
    conditions: str  # slugs separated by spaces
    enrolment: int | None = None
    published_scheme: str = ""
    published_value: str = ""
    published_certain: bool = False
    url: str = ""
    note: str = ""


class User(Table, table=True):
    """Who may log in to the pages. On loopback with no user defined, the person at the machine is curator."""

    __tablename__ = "person"  # "user" is a reserved word of SQL
    __table_args__ = (one_of("role", "reader", "curator"),)
    name: str = Field(primary_key=True)
    role: str
    password: str  # werkzeug.security.generate_password_hash
    created: datetime
    disabled: bool = False


RUNTIME_ONLY = ("refresh_run", "refresh_request", "rejection", "identification", "inquiry")
"""Tables that a run writes even when it changes nothing."""

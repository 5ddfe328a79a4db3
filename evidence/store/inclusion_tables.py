"""The tables of who belongs here: what persons said of it, what was proposed to them, which leads were asked about.

No `from __future__ import annotations` here: SQLModel reads the annotations. Made known to the rest by schema.py.
"""

from datetime import datetime

from sqlmodel import Field

from evidence.store.tables import Table, number, one_of


class InclusionDecision(Table, table=True):
    """A person's word on whether what a source calls so belongs here. Of several words of one study the latest counts.

    It names a record by its source's own name for it, and so stands whether or not the record is here: ("pubmed", a
    PMID) without a record is a rejected PMID, which no search brings in. `event_id` is the event that logged it.
    """

    __tablename__ = "inclusion_decision"
    __table_args__ = (one_of("verdict", "excluded", "included"),)
    source: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    verdict: str
    reason: str = ""
    actor: str
    at: datetime
    event_id: int


class Proposal(Table, table=True):
    """Why a record was fetched for a person to decide on: what it is to which other record, as the source says.

    relation: similar, cites (it cites the other), cited-by, may-be (one reference, by journal and page). `score` is the
    source's measure of likeness, 0 without one.
    """

    __tablename__ = "proposal"
    __table_args__ = (one_of("relation", "similar", "cites", "cited-by", "may-be"),)
    source_record_id: int = number(foreign="source_record.id")
    relation: str = Field(primary_key=True)
    of_record_id: int = number(foreign="source_record.id")
    score: int = 0
    actor: str
    at: datetime


class Identification(Table, table=True):
    """When PubMed was last asked which PMID a reference without one has, and what came of it."""

    source_record_id: int = number(foreign="source_record.id")
    asked_at: datetime
    outcome: str
    pmid: str = ""

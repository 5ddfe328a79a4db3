"""The tables of the life cycle: what lists of retractions say, what follows for each study, what was seen.

No `from __future__ import annotations` here: SQLModel reads the annotations. Made known to the rest by schema.py.
"""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from evidence.store.tables import Table, number


class ListedStatement(Table, table=True):
    """A row of a source that lists works by identifiers (Retraction Watch; any later one, such as Crossref).

    Every row of a list is kept, of works that are not here too: a study that arrives later is marked in the
    transaction that brings it, by the same look-up, through one of two indexes. 60,000 rows take 26 MB.
    Its work is named by PMID or DOI, "" where the source gives none; which study that is, is found when it is shown.
    `title` is what the source calls it, a line for each title (lifecycle.naming).
    `ref` is the source's own name for the row. `said_on` is as exact as the source: "2016", "2016-05", "2016-05-03".
    `origin`: the source whose word it passes on; `speaker`: the DOI of the record in which it says so (Crossref).
    """

    __tablename__ = "listed_statement"
    __table_args__ = (
        Index("ix_listed_statement_pmid", "pmid"),
        Index("ix_listed_statement_doi", "doi"),
    )
    source: str = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    kind: str
    pmid: str = ""
    doi: str = ""
    title: str = ""
    notice_pmid: str = ""
    notice_doi: str = ""
    said_on: str = ""
    note: str = ""
    first_seen: datetime
    origin: str = ""
    speaker: str = ""


class ListedSource(Table, table=True):
    """When a list was last read whole, from which file, and what became of its rows.

    `digest`: SHA-256 of the file's bytes, by which the same file is known again; "" where that is not known.
    """

    __tablename__ = "listed_source"
    source: str = Field(primary_key=True)
    name: str
    checked_at: datetime
    counts: str = "{}"  # JSON
    digest: str = ""


class Status(Table, table=True):
    """The statements on each study (lifecycle.Statement.key), as last computed: what is not here yet is news.

    Derived from source records, relations and listed statements alone; the times are in the event log.
    """

    study_id: int = number(foreign="study.id")
    key: str = Field(primary_key=True)
    standing: bool = True  # not taken back by a reinstatement


class Acknowledgement(Table, table=True):
    """A person has seen a status event: it leaves the list of alerts; every banner stays."""

    event_id: int = number(foreign="event.id")
    actor: str
    at: datetime

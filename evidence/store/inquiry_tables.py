"""The table of what sources were asked about by DOI.

No `from __future__ import annotations` here: SQLModel reads the annotations. Made known to the rest by schema.py.
"""

from datetime import datetime

from sqlmodel import Field

from evidence.store.tables import Table, one_of


class Inquiry(Table, table=True):
    """When a source was last asked about a DOI, whatever came of it: the oldest is asked first.

    Crossref of every DOI here; PubMed of those whose study has no PMID. `outcome`: whether it knew the DOI. Under names
    made of the source's stand its failures (inquiries.TRIED, inquiries.FAILING).
    """

    __table_args__ = (one_of("outcome", "known", "unknown"),)
    source: str = Field(primary_key=True)
    doi: str = Field(primary_key=True)
    at: datetime
    outcome: str

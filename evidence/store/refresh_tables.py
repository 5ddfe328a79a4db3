"""The table of refreshes that a person has asked for in the pages, which the refresh process takes up.

No `from __future__ import annotations` here: SQLModel reads the annotations. Made known to the rest by schema.py.
"""

from datetime import datetime

from sqlmodel import Field

from evidence.store.tables import Table, number, one_of


class RefreshRequest(Table, table=True):
    """Somebody wants all saved searches run now. The web process makes no network call: it writes this row."""

    __tablename__ = "refresh_request"
    __table_args__ = (one_of("state", "queued", "running", "done"),)
    id: int = number()
    at: datetime
    actor: str
    state: str = Field(default="queued", index=True)
    taken: datetime | None = None
    finished: datetime | None = None
    error: str = ""  # of a refresh that ended badly; its runs say more

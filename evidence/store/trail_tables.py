"""The table that says which events a condition's page has shown.

No `from __future__ import annotations` here: SQLModel reads the annotations. Made known to the rest by schema.py.
"""

from sqlmodel import Field

from evidence.store.tables import Table, number


class ConditionEvent(Table, table=True):
    """A condition and the first event of a change that a reader of its page could see (trail.py writes it).

    Derived from the images in the event log alone, and written with them: the history of a condition is a range of
    this table's key. No foreign keys: an event is never deleted, and its study neither.
    """

    __tablename__ = "condition_event"
    __table_args__ = ({"sqlite_with_rowid": False},)
    condition: str = Field(primary_key=True)
    event_id: int = number()
    study_id: int

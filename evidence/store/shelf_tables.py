"""The tables of shelves: what a person has put together to cite.

No `from __future__ import annotations` here: SQLModel reads the annotations. Made known to the rest by schema.py.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from evidence.store.tables import Table, number, one_of, to


class Shelf(Table, table=True):
    """A named selection of studies. Its `slug` is its address for ever: renaming and deleting do not free it.

    `folded` is the name without case and accents; an owner has each name once, deleted shelves apart. `token` is the
    secret of the link (shelves.py says why it is kept as it is), found by its `digest`.
    """

    __table_args__ = (
        one_of("visibility", "private", "secret", "public"),
        CheckConstraint("visibility <> 'secret' OR token IS NOT NULL", name="secret_has_token"),
        CheckConstraint("(token IS NULL) = (digest IS NULL)", name="token_has_digest"),
        Index("uq_shelf_slug", "slug", unique=True),
        Index("uq_shelf_digest", "digest", unique=True),
        Index(
            "uq_shelf_owner_folded",
            "owner",
            "folded",
            unique=True,
            sqlite_where=text("deleted IS NULL"),
            postgresql_where=text("deleted IS NULL"),
        ),
    )
    id: int = number()
    slug: str
    name: str
    folded: str
    owner: str
    visibility: str = "private"
    token: str | None = None
    digest: str | None = None
    created: datetime
    changed: datetime
    deleted: datetime | None = None


class ShelfItem(Table, table=True):
    """A study on a shelf, anchored on a source record: merged, it shows with its study; separated, as what it was.

    `exported`, `exported_last`: when `evidence export --remember` first and last wrote it out; NULL when it never did.
    """

    __tablename__ = "shelf_item"
    shelf_id: int = number(foreign="shelf.id")
    source_record_id: int = Field(
        primary_key=True, sa_column_args=to("source_record.id"), sa_column_kwargs={"autoincrement": False}, index=True
    )
    position: int
    added: datetime
    exported: datetime | None = None
    exported_last: datetime | None = None

"""What the tables of schema.py are made of: their base, their keys, closed vocabularies, checked foreign keys.

No `from __future__ import annotations` here: SQLModel reads the annotations.
"""

from sqlalchemy import CheckConstraint, ForeignKey, MetaData
from sqlmodel import Field, SQLModel

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Table(SQLModel):
    """Base of all tables: our own metadata, so that a host program's SQLModel tables never mix with ours."""

    metadata = METADATA


def one_of(column: str, *values: str) -> CheckConstraint:
    """A closed vocabulary: text with a CHECK."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(v) for v in values)})", name=f"{column}_known")


def to(target: str) -> tuple[ForeignKey]:
    """A foreign key checked at the end of the transaction: a batch writes records before the studies they make."""
    return (ForeignKey(target, deferrable=True, initially="DEFERRED"),)


def number(*, foreign: str | None = None) -> int:
    """A primary key whose numbers the program gives."""
    arguments = to(foreign) if foreign else ()
    made: int = Field(primary_key=True, sa_column_args=arguments, sa_column_kwargs={"autoincrement": False})
    return made

"""Which DOIs a source is to be asked about, and when it last was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, and_, case, select

from evidence.store.engine import Store, Writer, table_of
from evidence.store.inquiry_tables import Inquiry
from evidence.store.reads import IDENTIFIER, STUDY, utc
from evidence.store.statements import rows_in, upsert

INQUIRY: Final = table_of(Inquiry)

Outcome = Literal["known", "unknown"]


@dataclass(frozen=True, slots=True)
class Asked:
    """When a source was last asked about a DOI, and whether it knew it."""

    doi: str
    at: datetime
    outcome: Outcome


def due(store: Store, source: str, before: datetime, most: int, *, without_pmid: bool = False) -> list[str]:
    """DOIs of studies here that the source was not asked about since a moment: at most so many.

    First those that it was never asked about (or at a time that is still to come: a clock was ahead), then the oldest.
    Excluded studies are left out. `without_pmid`: only of studies that have no PMID.
    """
    with store.read() as connection:
        ahead = INQUIRY.c.at > store.now()
        mine = and_(INQUIRY.c.doi == IDENTIFIER.c.value, INQUIRY.c.source == source)
        first = case((INQUIRY.c.at.is_(None) | ahead, 0), else_=1)
        wanted = (
            select(IDENTIFIER.c.value)
            .join(STUDY, STUDY.c.id == IDENTIFIER.c.study_id)
            .outerjoin(INQUIRY, mine)
            .where(IDENTIFIER.c.scheme == "doi", STUDY.c.merged_into.is_(None), STUDY.c.inclusion != "excluded")
            .where(INQUIRY.c.at.is_(None) | ahead | (INQUIRY.c.at < before))
            .group_by(IDENTIFIER.c.value, INQUIRY.c.at)
            .order_by(first, INQUIRY.c.at, IDENTIFIER.c.value)
            .limit(most)
        )
        if without_pmid:
            wanted = wanted.where(STUDY.c.pmid.is_(None))
        return list(connection.scalars(wanted))


def asked(connection: Connection, source: str, dois: Iterable[str]) -> dict[str, Asked]:
    """DOI → when the source was last asked about it."""
    rows = rows_in(connection, select(INQUIRY).where(INQUIRY.c.source == source), INQUIRY.c.doi, dois)
    return {row.doi: Asked(row.doi, utc(row.at), row.outcome) for row in rows}


def note(writer: Writer, source: str, outcomes: Mapping[str, Outcome]) -> None:
    """The source was asked about these DOIs now. By the clock as it is; it is no change of the library."""
    asked_now = {"source": source, "at": writer.wall}
    rows = [asked_now | {"doi": doi, "outcome": outcome} for doi, outcome in sorted(outcomes.items())]
    upsert(writer, Inquiry, rows, key=("source", "doi"), touch_only=True)


def outcomes(known: Collection[str], unknown: Collection[str]) -> dict[str, Outcome]:
    """What `note` takes."""
    return {**dict.fromkeys(unknown, "unknown"), **dict.fromkeys(known, "known")}

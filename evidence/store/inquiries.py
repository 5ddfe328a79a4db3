"""Which DOIs a source is to be asked about, and when it last was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, and_, case, func, select

from evidence.store.engine import Store, Writer, table_of
from evidence.store.inquiry_tables import Inquiry
from evidence.store.reads import IDENTIFIER, STUDY, utc
from evidence.store.statements import rows_in, upsert

INQUIRY: Final = table_of(Inquiry)
_WANTED: Final = (IDENTIFIER.c.scheme == "doi", STUDY.c.merged_into.is_(None), STUDY.c.inclusion != "excluded")

TRIED: Final = "{} (tried)"
"""Under this name of a source stand the requests that failed: a failure is no word of the source, and leaves the last
one standing. Its outcome means nothing."""

Outcome = Literal["known", "unknown"]


@dataclass(frozen=True, slots=True)
class Asked:
    """When a source was last asked about a DOI, and whether it knew it."""

    doi: str
    at: datetime
    outcome: Outcome


def due(store: Store, source: str, before: datetime, most: int, *, without_pmid: bool = False) -> list[str]:
    """DOIs of studies here of which the source has said nothing since a moment: at most so many.

    First those that it was never asked about (or at a time that is still to come: a clock was ahead), then those that
    were tried longest ago, whatever came of it: one that fails every time is not always the first. Excluded studies
    are left out. `without_pmid`: only of studies that have no PMID.
    """
    with store.read() as connection:
        tried = INQUIRY.alias()
        mine = and_(INQUIRY.c.doi == IDENTIFIER.c.value, INQUIRY.c.source == source)
        failed = and_(
            tried.c.doi == IDENTIFIER.c.value, tried.c.source == TRIED.format(source), tried.c.at <= store.now()
        )
        said = case((INQUIRY.c.at <= store.now(), INQUIRY.c.at))
        last = case((tried.c.at.is_not(None) & (said.is_(None) | (said < tried.c.at)), tried.c.at), else_=said)
        wanted = (
            select(IDENTIFIER.c.value)
            .join(STUDY, STUDY.c.id == IDENTIFIER.c.study_id)
            .outerjoin(INQUIRY, mine)
            .outerjoin(tried, failed)
            .where(*_WANTED)
            .where(said.is_(None) | (said < before))
            .group_by(IDENTIFIER.c.value, INQUIRY.c.at, tried.c.at)
            .order_by(case((last.is_(None), 0), else_=1), last, IDENTIFIER.c.value)
            .limit(most)
        )
        if without_pmid:
            wanted = wanted.where(STUDY.c.pmid.is_(None))
        return list(connection.scalars(wanted))


def how_many(store: Store) -> int:
    """How many DOIs the studies here have that are not excluded."""
    with store.read() as connection:
        dois = func.count(IDENTIFIER.c.value.distinct())
        return connection.scalar(select(dois).join(STUDY, STUDY.c.id == IDENTIFIER.c.study_id).where(*_WANTED)) or 0


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


def note_tried(writer: Writer, source: str, dois: Collection[str]) -> None:
    """Asking the source about these DOIs failed now."""
    note(writer, TRIED.format(source), outcomes((), dois))

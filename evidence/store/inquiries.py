"""Which DOIs a source is to be asked about, and when it last was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, or_, select

from evidence.store.engine import Store, Writer, table_of
from evidence.store.inquiry_tables import Inquiry
from evidence.store.reads import IDENTIFIER, STUDY, utc
from evidence.store.statements import IN_LIMIT, rows_in, upsert

INQUIRY: Final = table_of(Inquiry)
_WANTED: Final = (IDENTIFIER.c.scheme == "doi", STUDY.c.merged_into.is_(None))

TRIED: Final = "{} (tried)"
"""Under this name of a source stand the requests that failed: a failure is no word of the source, and leaves the last
one standing. Its outcome is "known" where it is known to fail: it is put off like one that was answered."""

FAILING: Final = "{} (failing)"
"""Under this name stands since when the source has failed for a DOI, or has been doubted; its outcome means nothing."""

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
    were tried longest ago, whatever came of it: one that fails every time is not always the first; one that was put
    off since that moment is none of them. Those of excluded studies, too, for they may be on a shelf, or be included
    again. `without_pmid`: only of studies that have no PMID and are not excluded: it is asked for what belongs here.
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
            .where(or_(tried.c.at.is_(None), tried.c.outcome != "known", tried.c.at < before))
            .group_by(IDENTIFIER.c.value, INQUIRY.c.at, tried.c.at)
            .order_by(case((last.is_(None), 0), else_=1), last, IDENTIFIER.c.value)
            .limit(most)
        )
        if without_pmid:
            wanted = wanted.where(STUDY.c.pmid.is_(None), STUDY.c.inclusion != "excluded")
        return list(connection.scalars(wanted))


def how_many(store: Store) -> int:
    """How many DOIs the studies here have."""
    with store.read() as connection:
        dois = func.count(IDENTIFIER.c.value.distinct())
        return connection.scalar(select(dois).join(STUDY, STUDY.c.id == IDENTIFIER.c.study_id).where(*_WANTED)) or 0


def asked(connection: Connection, source: str, dois: Iterable[str]) -> dict[str, Asked]:
    """DOI → when the source was last asked about it."""
    rows = rows_in(connection, select(INQUIRY).where(INQUIRY.c.source == source), INQUIRY.c.doi, dois)
    return {row.doi: Asked(row.doi, utc(row.at), row.outcome) for row in rows}


def failing(connection: Connection, source: str, before: datetime) -> frozenset[str]:
    """DOIs for which the source has failed, or has been doubted, since that moment or longer."""
    mine = (INQUIRY.c.source == FAILING.format(source), INQUIRY.c.at <= before)
    return frozenset(connection.scalars(select(INQUIRY.c.doi).where(*mine)))


def last_known(store: Store, source: str, most: int) -> list[str]:
    """DOIs that the source knew when it was last asked, the latest first, without those for which it fails now."""
    with store.read() as connection:
        fails = select(INQUIRY.c.doi).where(INQUIRY.c.source == FAILING.format(source))
        known = (INQUIRY.c.source == source, INQUIRY.c.outcome == "known", INQUIRY.c.doi.not_in(fails))
        latest = select(INQUIRY.c.doi).where(*known).order_by(INQUIRY.c.at.desc(), INQUIRY.c.doi).limit(most)
        return list(connection.scalars(latest))


def note(writer: Writer, source: str, outcomes: Mapping[str, Outcome]) -> None:
    """The source was asked about these DOIs now, and answered. By the clock as it is; no change of the library."""
    _write(writer, source, outcomes)
    note_well(writer, source, outcomes)


def outcomes(known: Collection[str], unknown: Collection[str]) -> dict[str, Outcome]:
    """What `note` takes."""
    return {**dict.fromkeys(unknown, "unknown"), **dict.fromkeys(known, "known")}


def note_tried(writer: Writer, source: str, dois: Collection[str], *, put_off: bool = False) -> None:
    """Asking the source about these DOIs failed now. `put_off`: they wait like those that were answered."""
    _write(writer, TRIED.format(source), outcomes(dois, ()) if put_off else outcomes((), dois))


def note_failing(writer: Writer, source: str, dois: Collection[str]) -> None:
    """From now on the source fails for these DOIs, unless it has done so since an earlier time."""
    name = FAILING.format(source)
    _forget(writer, name, dois, INQUIRY.c.at > writer.wall)  # the clock was ahead
    rows = [{"source": name, "doi": doi, "at": writer.wall, "outcome": "unknown"} for doi in sorted(dois)]
    upsert(writer, Inquiry, rows, key=("source", "doi"), once=("at", "outcome"), touch_only=True)


def note_well(writer: Writer, source: str, dois: Collection[str]) -> None:
    """The source fails for these DOIs no more."""
    _forget(writer, FAILING.format(source), dois)


def _write(writer: Writer, source: str, outcomes: Mapping[str, Outcome]) -> None:
    asked_now = {"source": source, "at": writer.wall}
    rows = [asked_now | {"doi": doi, "outcome": outcome} for doi, outcome in sorted(outcomes.items())]
    upsert(writer, Inquiry, rows, key=("source", "doi"), touch_only=True)


def _forget(writer: Writer, source: str, dois: Collection[str], *where: ColumnElement[bool]) -> None:
    wanted = sorted(dois)
    for start in range(0, len(wanted), IN_LIMIT):
        some = INQUIRY.c.doi.in_(wanted[start : start + IN_LIMIT])
        writer.connection.execute(delete(INQUIRY).where(INQUIRY.c.source == source, some, *where))

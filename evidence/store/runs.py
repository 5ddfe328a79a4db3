"""Refresh runs: their rows, their lock, what an interrupted one had already done."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

from sqlalchemy import bindparam, desc, func, select, text, update

from evidence.errors import StoreBusy
from evidence.locks import file_lock
from evidence.store import schema, writes
from evidence.store.engine import Store, table_of
from evidence.store.queries import RUN, run_view
from evidence.store.reads import RECORD, utc
from evidence.store.statements import rows_in, upsert
from evidence.views import RunView

SAVED = table_of(schema.SavedSearch)

BESIDE: Final = "crossref"
"""The lock of the part of a refresh that asks Crossref, when that of the refresh is released (asking_crossref.py)."""


def start(store: Store, search: str, query: str, now: datetime, since: date | None = None) -> int:
    """A run begins; its number. `since`: it asks only for what PubMed got from that day on."""
    with store.write() as writer:
        number = writer.number(schema.RefreshRun)
        writer.connection.execute(
            RUN.insert().values(
                id=number, search=search, query=query, state="running", started=now, finished=None, found=0,
                counts="{}", error="", log="[]", translation="", since=since,
            )
        )  # fmt: skip
    return number


def finish(
    store: Store,
    run_id: int,
    *,
    state: str,
    found: int,
    counts: Mapping[str, int],
    error: str,
    log: Sequence[str],
    now: datetime,
    translation: str = "",
) -> RunView:
    """A run ends, well ("ok") or not ("failed")."""
    with store.write() as writer:
        values = {
            "state": state,
            "found": found,
            "counts": json.dumps(counts),
            "error": error,
            "log": json.dumps(list(log)),
            "translation": translation,
        }
        writer.connection.execute(update(RUN).where(RUN.c.id == run_id).values(finished=now, **values))
        row = writer.connection.execute(select(RUN).where(RUN.c.id == run_id)).one()
        if state == "ok" and row.query:  # a run beside the searches may have the name of an old one
            saved = {"name": row.search, "query": row.query, "last_ok_count": found, "last_ok_run": run_id}
            upsert(writer, schema.SavedSearch, [saved], key=("name",), touch_only=True)
        return run_view(row)


def interrupt_stale(store: Store, search: str, now: datetime, *, beside: bool = False) -> datetime | None:
    """Mark runs that nobody finishes any more; when the unfinished work began, or None.

    Call it under the lock of these runs: then one still "running" belongs to a process that is gone. `beside`: runs
    that are no search's, which have no query. A saved search of a library as old as that may have their name.
    """
    mine = (RUN.c.search == search, RUN.c.query == "" if beside else RUN.c.query != "")
    with store.write() as writer:
        writer.connection.execute(
            update(RUN)
            .where(RUN.c.state == "running", *mine)
            .values(state="interrupted", finished=now, error="the process ended before the run did")
        )
        last_ok = writer.connection.scalar(select(func.max(RUN.c.id)).where(*mine, RUN.c.state == "ok"))
        unfinished = select(func.min(RUN.c.started)).where(
            *mine, RUN.c.state.in_(("interrupted", "failed")), RUN.c.id > (last_ok or 0)
        )
        started: datetime | None = writer.connection.scalar(unfinished)
        return started


def last_ok_count(store: Store, search: str, query: str) -> int | None:
    """How many records the search found when it last succeeded; None when it never did, or its query has changed."""
    with store.read() as connection:
        wanted = select(SAVED.c.last_ok_count).where(SAVED.c.name == search, SAVED.c.query == query)
        count: int | None = connection.scalar(wanted)
        return count


def last_ok_start(store: Store, search: str, query: str, *, counting: str = "") -> datetime | None:
    """When the last good run of this very query began: what PubMed had by then is here. None when there was none.

    A run of a time that is still to come was written when the clock was ahead: nobody knows when that was, and the one
    before it counts. `counting`: only of the runs that have this count.
    """
    with store.read() as connection:
        good = [RUN.c.search == search, RUN.c.query == query, RUN.c.state == "ok", RUN.c.since.is_(None)]
        good += [RUN.c.counts.contains(json.dumps(counting))] if counting else []
        newest = select(func.max(RUN.c.started)).where(*good, RUN.c.started <= store.now())
        started: datetime | None = connection.scalar(newest)
        return utc(started) if started is not None else None


def known(store: Store, source: str, external_ids: Sequence[str]) -> set[str]:
    """Those of the records that are here, whatever the source last said of them."""
    with store.read() as connection:
        here = select(RECORD.c.external_id).where(RECORD.c.source == source)
        return {row.external_id for row in rows_in(connection, here, RECORD.c.external_id, external_ids)}


def present(store: Store, source: str, external_ids: Sequence[str]) -> set[str]:
    """Those of the records that are here, and that the source had when it was last asked."""
    with store.read() as connection:
        here = select(RECORD.c.external_id).where(RECORD.c.source == source, RECORD.c.upstream == "present")
        return {row.external_id for row in rows_in(connection, here, RECORD.c.external_id, external_ids)}


def found_by(store: Store, source: str, search: str) -> set[str]:
    """The records that a search brought or was the last to change, and that the source had when it was last asked."""
    with store.read() as connection:
        of_search = select(RUN.c.id).where(RUN.c.search == search)
        mine = (RECORD.c.run_id.in_(of_search), RECORD.c.source == source, RECORD.c.upstream == "present")
        return set(connection.scalars(select(RECORD.c.external_id).where(*mine)))


def attribute(store: Store, source: str, external_ids: Collection[str], run_id: int) -> None:
    """From now on these records are of that run, and of no search that listed them before."""
    if external_ids:
        with store.write() as writer:
            known = select(RECORD.c.id).where(RECORD.c.source == source)
            rows = rows_in(writer.connection, known, RECORD.c.external_id, external_ids)
            change = update(RECORD).where(RECORD.c.id == bindparam("record")).values(run_id=run_id)
            writer.connection.execute(change, [{"record": row.id} for row in rows])


def failing_since(store: Store, search: str, query: str, counting: str) -> datetime | None:
    """When the first run of this query began that failed with this count, since the last good one; None for none."""
    with store.read() as connection:
        mine = (RUN.c.search == search, RUN.c.query == query)
        good = select(func.max(RUN.c.id)).where(*mine, RUN.c.state == "ok")
        failed = (*mine, RUN.c.state == "failed", RUN.c.counts.contains(json.dumps(counting)))
        since = (RUN.c.id > (connection.scalar(good) or 0), RUN.c.started <= store.now())
        started: datetime | None = connection.scalar(select(func.min(RUN.c.started)).where(*failed, *since))
        return utc(started) if started is not None else None


def oldest_checked(store: Store, source: str, before: datetime, share: int) -> list[str]:
    """The records that the source was asked about longest ago, before a moment: one `share`-th of all, at least 1.

    First those with a time that is still to come, of a clock that was ahead: nobody knows when they were checked.
    """
    with store.read() as connection:
        mine = RECORD.c.source == source
        total = connection.scalar(select(func.count()).select_from(RECORD).where(mine)) or 0
        ahead = RECORD.c.checked_at > store.now()
        due = select(RECORD.c.external_id).where(mine, ahead | (RECORD.c.checked_at < before))
        oldest = due.order_by(desc(ahead), RECORD.c.checked_at, RECORD.c.id).limit(-(-total // share))
        return list(connection.scalars(oldest))


def others(store: Store, source: str, leave_out: Collection[str], number: int) -> list[str]:
    """Some records that the source had when it was last asked, the latest first (what is gone without a word is among
    the oldest), without certain ones; at most so many.
    """
    with store.read() as connection:
        given = select(RECORD.c.external_id).where(RECORD.c.source == source, RECORD.c.upstream == "present")
        some = given.order_by(desc(RECORD.c.checked_at), RECORD.c.id).limit(len(leave_out) + number)
        return [name for name in connection.scalars(some) if name not in leave_out][:number]


def note_asked(store: Store, source: str, external_ids: Sequence[str]) -> None:
    """The source was asked about these and gave nothing new of them: they wait their turn like those it gave."""
    with store.write() as writer:
        known = select(RECORD.c.id).where(RECORD.c.source == source)
        writes.touch(writer, [row.id for row in rows_in(writer.connection, known, RECORD.c.external_id, external_ids)])


def checked_since(store: Store, source: str, external_ids: Sequence[str], since: datetime) -> set[str]:
    """Those of the records that the source was asked about at or after a moment, by a clock that was not ahead."""
    with store.read() as connection:
        known = select(RECORD.c.external_id).where(RECORD.c.source == source)
        asked = known.where(RECORD.c.checked_at >= since, RECORD.c.checked_at <= store.now())
        return {row.external_id for row in rows_in(connection, asked, RECORD.c.external_id, external_ids)}


def last_start(store: Store, search: str) -> datetime | None:
    """When the newest run of a search began, however it went."""
    with store.read() as connection:
        newest = select(RUN.c.started).where(RUN.c.search == search).order_by(desc(RUN.c.id)).limit(1)
        started: datetime | None = connection.scalar(newest)
        return utc(started) if started is not None else None


def of_searches(store: Store, search: str = "") -> tuple[RunView, ...]:
    """Every run of a saved search, or of all of them, oldest first."""
    with store.read() as connection:
        mine = RUN.c.search == search if search else RUN.c.query != ""  # the re-check has no query
        return tuple(run_view(row) for row in connection.execute(select(RUN).where(mine).order_by(RUN.c.id)))


def is_running(store: Store) -> bool:
    """Whether a refresh is under way, or the part of one that asks Crossref, of whichever process."""
    try:
        with lock(store), lock(store, BESIDE):
            return False
    except StoreBusy:
        return True


@contextlib.contextmanager
def lock(store: Store, name: str = "refresh") -> Iterator[None]:
    """Held by the operating system or the database, so it ends with the process. Raises StoreBusy at once."""
    if store.path is not None:
        with file_lock(Path(f"{store.path}.{name}.lock")):
            yield
        return
    number = int.from_bytes(blake2b(name.encode(), digest_size=7).digest(), "big")
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:n)"), {"n": number}):
            raise StoreBusy(name, "another process is at it; one at a time")
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": number})

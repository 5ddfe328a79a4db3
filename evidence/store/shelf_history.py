"""What happened to the studies of a shelf since each was put there: from the log, and from when its items came."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import Connection, select

from evidence.changes import Entry, entry
from evidence.store.asof import last_before
from evidence.store.engine import Store
from evidence.store.history import Happened, Log
from evidence.store.reads import EVENT, MEMBERSHIP, utc
from evidence.store.shelves import ITEM

MOST_READ: Final = 400
"""Changes looked at for one page: nearly all of them show; a page may be short, and the next one goes on behind it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Since when a study is on a shelf: the time, and the number of the event; when it was first and last exported by
    way of this shelf, None when it never was.
    """

    at: datetime
    event: int
    exported: datetime | None = None
    exported_last: datetime | None = None

    def exports_before(self, moment: datetime) -> tuple[datetime, ...]:
        """The first export, and the last where it is another one, as far as they came before a moment."""
        known = (self.exported, self.exported_last)
        return tuple(dict.fromkeys(at for at in known if at is not None and at <= moment))


def of_shelf(
    store: Store, shelf: int, *, before: int = 0, size: int = 50
) -> tuple[tuple[tuple[Entry, Placed], ...], int]:
    """The latest changes of what stands on a shelf, newest first, each with since when its study is there;
    where the next page begins, 0 at the end. `before`: only changes with a lower event number.
    """
    with store.read() as connection:
        placed = _placed(connection, shelf)
        log = Log(connection, placed)
        found: list[tuple[Entry, Placed]] = []
        for read, happened in enumerate(_states(log, placed, before)):
            if len(found) == size or read == MOST_READ:
                return tuple(found), happened.moment.event + 1
            study, event = happened.study, happened.moment.event
            together = log.saved_with(study, event)
            made = entry(log.step(study, together, log.last_state(study, event - 1), happened))
            if made is not None:
                found.append((made, placed[study]))
        return tuple(found), 0


def _states(log: Log, placed: Mapping[int, Placed], before: int) -> Iterator[Happened]:
    """The first event of each save of these studies after they were put there, newest first."""
    every = (
        (happened, previous)
        for study, since in placed.items()
        for happened, previous in zip(log.events(study), [None, *log.events(study)], strict=False)
        if happened.state and happened.moment.event > since.event and (not before or happened.moment.event < before)
    )
    for happened, previous in sorted(every, key=lambda pair: -pair[0].moment.event):
        if previous is None or not log.saved_together(previous, happened):
            yield happened


def _placed(connection: Connection, shelf: int) -> dict[int, Placed]:
    """The studies that hold the records of a shelf, and those that were made for them: since when they are there."""
    columns = select(*ITEM.c, MEMBERSHIP.c.study_id, MEMBERSHIP.c.born_study_id)
    joined = columns.join(MEMBERSHIP, MEMBERSHIP.c.source_record_id == ITEM.c.source_record_id)
    found: dict[int, Placed] = {}
    events: dict[datetime, int] = {}
    for row in connection.execute(joined.where(ITEM.c.shelf_id == shelf).order_by(ITEM.c.added)):
        at = utc(row.added)
        if at not in events:
            events[at] = _adding(connection, shelf, at)
        first, last = (utc(t) if t is not None else None for t in (row.exported, row.exported_last))
        for study in (row.study_id, row.born_study_id):
            if study is not None:
                found.setdefault(study, Placed(at, events[at], first, last))
    return found


def _adding(connection: Connection, shelf: int, at: datetime) -> int:
    """The number of the event that put studies on a shelf at that moment."""
    low = last_before(connection, at)
    span = (EVENT.c.id > low, EVENT.c.at <= at, EVENT.c.kind == "shelf-added")
    rows = connection.execute(select(EVENT.c.id, EVENT.c.detail).where(*span).order_by(EVENT.c.id))
    return next((row.id for row in islice(rows, 1000) if json.loads(row.detail).get("shelf") == shelf), low)

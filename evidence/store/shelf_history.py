"""What happened to the studies of a shelf since each was put there: from the log, and from when its items came."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from evidence.changes import ALARMS, Entry, kept
from evidence.store.asof import last_before
from evidence.store.engine import Store
from evidence.store.history import Happened, Log, resting
from evidence.store.reads import EVENT, MEMBERSHIP, STUDY, utc
from evidence.store.shelves import ITEM
from evidence.store.statements import rows_in
from evidence.store.told import homes

MOST_READ: Final = 400
"""Changes looked at for one page: nearly all of them show; a page may be short, and the next one goes on behind it."""


_CHUNK: Final = 50

State = tuple[Happened, Happened | None]
"""An event that says what a study is from now on, and the event before it."""


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

    def and_(self, other: Placed) -> Placed:
        """Of a study of which two records stand there: since the earlier, with the first and last export of both."""
        since = min(self, other, key=lambda placed: (placed.at, placed.event))
        first = [at for at in (self.exported, other.exported) if at is not None]
        last = [at for at in (self.exported_last, other.exported_last) if at is not None]
        return Placed(since.at, since.event, min(first, default=None), max(last, default=None))


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
        states = _states(log, placed, before)
        for start in range(0, len(states), _CHUNK):
            if start >= MOST_READ:
                return tuple(found), states[start][0].moment.event + 1
            for made in _entries(connection, log, states[start : start + _CHUNK]):
                if len(found) == size:
                    return tuple(found), made.step.event + 1
                found.append((made, placed[made.step.study]))
        return tuple(found), 0


def alarms(store: Store, shelf: int, most: int) -> tuple[tuple[Entry, Placed], ...]:
    """The latest alarms about what stands on a shelf that still hold, newest first, one a study; however much happened
    since. Only the events of studies that are in such a state now are read.
    """
    with store.read() as connection:
        placed = _placed(connection, shelf)
        states = _alarming(connection, placed)
        log = Log(connection, states)
        found: dict[int, Entry] = {}
        steps = _states(log, {study: placed[study] for study in states}, 0)
        for start in range(0, len(steps), _CHUNK):
            for made in _entries(connection, log, steps[start : start + _CHUNK]):
                if made.tone == "alarm" and made.row.state == states[made.step.study]:
                    found.setdefault(made.step.study, made)
            if len(found) >= most:
                break
        return tuple((made, placed[study]) for study, made in found.items())[:most]


def _alarming(connection: Connection, studies: Iterable[int]) -> dict[int, str]:
    """Of these studies those that are retracted, withdrawn or doubted, or went into one that is: study → state."""
    columns = select(STUDY.c.id, STUDY.c.merged_into, STUDY.c.publication_state)
    rows = list(rows_in(connection, columns, STUDY.c.id, studies))
    into = homes(connection, [row.id for row in rows if row.merged_into is not None])
    ends = {row.id: row.publication_state for row in rows_in(connection, columns, STUDY.c.id, into.values())}
    states = {row.id: ends[into[row.id]] if row.id in into else row.publication_state for row in rows}
    return {study: state for study, state in sorted(states.items()) if state in ALARMS}


def _entries(connection: Connection, log: Log, states: Sequence[State]) -> list[Entry]:
    """What the saves that begin with these states are to who keeps the studies, in that order."""
    starts = [(happened.moment.event, happened.study) for happened, _ in states]
    log.ready(starts)
    steps = [
        log.step(h.study, log.saved_with(h.study, h.moment.event), log.last_state(h.study, h.moment.event - 1), h)
        for h, previous in states
        if previous is None or not log.saved_together(previous, h)
    ]
    return [made for step in resting(connection, log, steps) if (made := kept(step)) is not None]


def _states(log: Log, placed: Mapping[int, Placed], before: int) -> list[State]:
    """The states of these studies after they were put there, newest first."""
    every = (
        (happened, previous)
        for study, since in placed.items()
        for happened, previous in zip(log.events(study), [None, *log.events(study)], strict=False)
        if happened.state and happened.moment.event > since.event and (not before or happened.moment.event < before)
    )
    return sorted(every, key=lambda pair: -pair[0].moment.event)


def _placed(connection: Connection, shelf: int) -> dict[int, Placed]:
    """The studies that hold the records of a shelf, and those that were made for them: since when they are there,
    and their exports, over all records of theirs that were put there.
    """
    columns = select(*ITEM.c, MEMBERSHIP.c.study_id, MEMBERSHIP.c.born_study_id)
    joined = columns.join(MEMBERSHIP, MEMBERSHIP.c.source_record_id == ITEM.c.source_record_id)
    events = _addings(connection, shelf)
    found: dict[int, Placed] = {}
    for row in connection.execute(joined.where(ITEM.c.shelf_id == shelf).order_by(ITEM.c.added)):
        at = utc(row.added)
        event = events.get(at)
        if event is None:
            event = events[at] = last_before(connection, at)
        first, last = (utc(t) if t is not None else None for t in (row.exported, row.exported_last))
        one = Placed(at, event, first, last)
        for study in {row.study_id, row.born_study_id} - {None}:
            found[study] = found[study].and_(one) if study in found else one
    return found


def _addings(connection: Connection, shelf: int) -> dict[datetime, int]:
    """The moments at which studies were put on a shelf, and the numbers of the events."""
    rows = connection.execute(select(EVENT.c.id, EVENT.c.at, EVENT.c.detail).where(EVENT.c.kind == "shelf-added"))
    found: dict[datetime, int] = {}
    for row in sorted(rows, key=lambda row: int(row.id)):
        if json.loads(row.detail).get("shelf") == shelf:
            found.setdefault(utc(row.at), row.id)
    return found

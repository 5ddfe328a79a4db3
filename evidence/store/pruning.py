"""What may be thrown away, and when: the words of old runs. Nothing that a page, a feed or an export is made of.

The event log stays whole, for the pages of past days, histories and feeds are read from it alone; source records are
the latest version only as it is. Runs stay too (a past day's page names the last one, and PRISMA-S wants every search
that was made, with its query as PubMed translated it), but for the lines of their log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, delete, func, select, update

from evidence.store import schema
from evidence.store.engine import Store, Writer, table_of
from evidence.store.refresh_tables import RefreshRequest

KEPT_DAYS: Final = 400
"""A year, and a month to look back at it."""

PRUNED: Final = "pruned"
"""Event: what was removed, in its detail."""

RUN: Final = table_of(schema.RefreshRun)
REJECTION: Final = table_of(schema.Rejection)
REQUEST: Final = table_of(RefreshRequest)
_EMPTY_LOG: Final = "[]"


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went: logs of runs; rejections that were made again later; texts of rejected input; requests that were
    done; and the characters of all that.
    """

    logs: int
    rejections: int
    payloads: int
    requests: int
    characters: int

    def __bool__(self) -> bool:
        return bool(self.logs or self.rejections or self.payloads or self.requests)


def prune(store: Store, *, older_than: timedelta, actor: str, preview: bool = False) -> Pruned:
    """Remove what is older; nothing is written when there is nothing. `preview`: only say what would go.

    Kept whatever its age: the log of the newest run of each search, and of its newest good run; the newest request.
    """
    with store.write(preview=preview) as writer:
        before = store.now() - older_than
        done = _prune(writer, before)
        if done:
            detail = {"before": before.isoformat(), **{name: getattr(done, name) for name in Pruned.__slots__}}
            writer.add(schema.Event, [writer.log(PRUNED, actor=actor, detail=detail)])
    return done


def _prune(writer: Writer, before: datetime) -> Pruned:
    newest = select(func.max(RUN.c.id)).group_by(RUN.c.search)
    old_logs = [
        RUN.c.started < before,
        RUN.c.log != _EMPTY_LOG,
        RUN.c.state != "running",
        RUN.c.id.not_in(newest),
        RUN.c.id.not_in(newest.where(RUN.c.state == "ok")),
    ]
    characters = _length(writer, RUN, "log", old_logs)
    logs = _done(writer, update(RUN).where(*old_logs).values(log=_EMPTY_LOG))
    # With its text: "export.ris, line 3" may be of two files, and is told of once for each.
    same = (REJECTION.c.subject, REJECTION.c.line, REJECTION.c.reason, REJECTION.c.payload)
    place = func.row_number().over(partition_by=same, order_by=REJECTION.c.id.desc())
    counted = select(REJECTION.c.id, REJECTION.c.at, place.label("place")).subquery()
    repeated = [REJECTION.c.id.in_(select(counted.c.id).where(counted.c.place > 1, counted.c.at < before))]
    characters += _length(writer, REJECTION, "payload", repeated)
    rejections = _done(writer, delete(REJECTION).where(*repeated))
    full = [REJECTION.c.at < before, REJECTION.c.payload != ""]
    characters += _length(writer, REJECTION, "payload", full)
    payloads = _done(writer, update(REJECTION).where(*full).values(payload=""))
    last = select(func.max(REQUEST.c.id)).scalar_subquery()
    answered = [REQUEST.c.at < before, REQUEST.c.state == "done", REQUEST.c.id < last]
    return Pruned(logs, rejections, payloads, _done(writer, delete(REQUEST).where(*answered)), characters)


def _length(writer: Writer, table: Table, column: str, wanted: Sequence[ColumnElement[bool]]) -> int:
    return int(writer.connection.scalar(select(func.sum(func.length(table.c[column]))).where(*wanted)) or 0)


def _done(writer: Writer, statement: Any) -> int:
    return int(writer.connection.execute(statement).rowcount)

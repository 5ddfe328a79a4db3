"""Refreshes that people ask for in the pages: queued there, taken up and reported by the refresh process."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, desc, func, select, update

from evidence.store.engine import Store, table_of
from evidence.store.reads import utc
from evidence.store.refresh_tables import RefreshRequest
from evidence.store.runs import is_running
from evidence.views import RefreshRequestView

REQUEST: Final = table_of(RefreshRequest)


def ask(store: Store, actor: str) -> int:
    """Ask for a refresh; the number of the request. One that still waits is not asked for twice."""
    with store.write() as writer:
        queued = select(func.min(REQUEST.c.id)).where(REQUEST.c.state == "queued")
        earlier: int | None = writer.connection.scalar(queued)
        if earlier is not None:
            return earlier
        number = writer.number(RefreshRequest)
        row = {"id": number, "at": store.now(), "actor": actor, "state": "queued", "error": ""}
        writer.add(RefreshRequest, [row])
        return number


def newest(store: Store) -> RefreshRequestView | None:
    """The request that was made last."""
    with store.read() as connection:
        row = connection.execute(select(REQUEST).order_by(desc(REQUEST.c.id)).limit(1)).first()
        return _view(row) if row is not None else None


def waiting(store: Store) -> tuple[int, ...]:
    """The requests to take up: those that are queued, and those that a process took up which is gone."""
    with store.read() as connection:
        undone = select(REQUEST.c.id, REQUEST.c.state).where(REQUEST.c.state != "done").order_by(REQUEST.c.id)
        found = connection.execute(undone).all()
    if all(row.state == "queued" for row in found) or not is_running(store):
        return tuple(row.id for row in found)
    return tuple(row.id for row in found if row.state == "queued")


def take(store: Store, numbers: tuple[int, ...]) -> None:
    """The refresh that answers these begins."""
    _set(store, numbers, state="running", taken=store.now())


def finish(store: Store, numbers: tuple[int, ...], error: str = "") -> None:
    """The refresh that answers these has ended, well or with an error."""
    _set(store, numbers, state="done", finished=store.now(), error=error)


def _set(store: Store, numbers: tuple[int, ...], **values: Any) -> None:
    if numbers:
        with store.write() as writer:
            writer.connection.execute(update(REQUEST).where(REQUEST.c.id.in_(numbers)).values(**values))


def _view(row: Row[Any]) -> RefreshRequestView:
    def moment(value: datetime | None) -> datetime | None:
        return utc(value) if value is not None else None

    return RefreshRequestView(
        id=row.id,
        at=utc(row.at),
        actor=row.actor,
        state=row.state,
        taken=moment(row.taken),
        finished=moment(row.finished),
        error=row.error,
    )

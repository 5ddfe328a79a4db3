"""How the saved searches went: when PubMed last answered, which of them went wrong, as what each was last run.

Only runs that asked a query are of searches; those beside them (re-check, by-doi, crossref: evidence/run_sheet.py)
have none, and how they went says nothing of a search. With an `end`, everything is as it was at that moment: a run
that had begun and not ended was running, and had counted nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, desc, func, select

from evidence.store import schema
from evidence.store.engine import table_of
from evidence.store.reads import utc
from evidence.views import RefreshView, SearchView
from evidence.vocabulary import Vocabulary

RUN: Final = table_of(schema.RefreshRun)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The newest run of any saved search, the newest good one, and the newest of each search that is not good."""

    last: RefreshView | None
    success: RefreshView | None
    troubled: tuple[RefreshView, ...]


def refreshed(
    connection: Connection,
    saved: Collection[str] | None,
    filling: Collection[str] | None = None,
    end: datetime | None = None,
) -> Refreshed:
    """How the searches went, now or by `end`. `saved`: names of the saved searches, None for whatever ran; `filling`:
    those whose trouble is asked for, None for all.
    """
    newest = {row.search: _seen(row, end) for row in _newest(connection, saved, end)}
    last = next(iter(newest.values()), None)
    success = last if last is None or last.state == "ok" else _success(connection, saved, end)
    asked = newest.keys() if filling is None else newest.keys() & set(filling)
    troubled = (run for name, run in newest.items() if name in asked and run.state != "ok")
    return Refreshed(last, success, tuple(troubled))


def searches(connection: Connection, vocabulary: Vocabulary, end: datetime | None = None) -> tuple[SearchView, ...]:
    """The saved searches, how each last went and as what it was last run well; now or by `end`."""
    newest = {row.search: _seen(row, end) for row in _newest(connection, tuple(vocabulary.searches), end)}
    good = select(func.max(RUN.c.id)).where(*_of(tuple(vocabulary.searches)), *_good(end)).group_by(RUN.c.search)
    ran = {row.search: row.query for row in connection.execute(select(RUN).where(RUN.c.id.in_(good)))}
    return tuple(
        SearchView(
            name=saved.name,
            label=saved.label,
            query=saved.query,
            conditions=saved.conditions,
            include=saved.include,
            last=newest.get(saved.name),
            ran=ran.get(saved.name, ""),
        )
        for saved in vocabulary.searches.values()
    )


def view(row: Row[Any]) -> RefreshView:
    """A row of refresh_run as pages show the last refresh."""
    counts = json.loads(row.counts)
    return RefreshView(
        at=row.finished or row.started,
        state=row.state,
        search=row.search,
        found=row.found,
        added=counts.get("added", 0),
        revised=counts.get("revised", 0),
        error=row.error,
    )


def _of(saved: Collection[str] | None) -> tuple[ColumnElement[bool], ...]:
    asked = RUN.c.query != ""
    return (asked,) if saved is None else (asked, RUN.c.search.in_(saved))


def _good(end: datetime | None) -> tuple[ColumnElement[bool], ...]:
    return (RUN.c.state == "ok",) if end is None else (RUN.c.state == "ok", RUN.c.finished < end)


def _newest(connection: Connection, saved: Collection[str] | None, end: datetime | None) -> list[Row[Any]]:
    """The newest run of each search, the newest first."""
    begun = () if end is None else (RUN.c.started < end,)
    ids = select(func.max(RUN.c.id)).where(*_of(saved), *begun).group_by(RUN.c.search)
    return list(connection.execute(select(RUN).where(RUN.c.id.in_(ids)).order_by(desc(RUN.c.id))))


def _success(connection: Connection, saved: Collection[str] | None, end: datetime | None) -> RefreshView | None:
    good = select(RUN).where(*_of(saved), *_good(end)).order_by(desc(RUN.c.id)).limit(1)
    row = connection.execute(good).first()
    return view(row) if row is not None else None


def _seen(row: Row[Any], end: datetime | None) -> RefreshView:
    """A run as it was seen at a moment."""
    found = view(row)
    if end is None or (row.finished is not None and utc(row.finished) < end):
        return found
    return replace(found, at=row.started, state="running", found=0, added=0, revised=0, error="")

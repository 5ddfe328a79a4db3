"""A list's page as it was at the end of a day: every figure and row of it from the event log (asof.py).

Trial registrations are those that were last loaded until then; as what they were published is looked up in the images
of that day, among the studies that have to do with it today. Runs are as the run log tells: one that had not ended by
then was running. The store's revision of that day nobody knows: 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, desc, select

from evidence.filters import Filter
from evidence.store import images, listings, queries, registrations
from evidence.store.asof import Then, at_end_of, end_of, related, select_as_of
from evidence.store.engine import Store
from evidence.store.reads import EVENT, IDENTIFIER, LIBRARY, utc
from evidence.store.select import Groups
from evidence.store.statements import rows_in
from evidence.views import LibraryState, Listing, RefreshView, RegistrationView, StudyRow
from evidence.vocabulary import Vocabulary


def listing(store: Store, vocabulary: Vocabulary, wanted: Filter, day: date) -> Listing:
    """What queries.listing would have given at the end of that day (UTC).

    Raises UnknownParameter for a day to come or an unknown value, NotFound for a day before this library began.
    """
    with store.read() as connection:
        then = at_end_of(store, connection, day)
        return listings.page_of(
            select_as_of(connection, store, vocabulary, wanted, then),
            vocabulary,
            Groups.of(then.bitmaps, vocabulary),
            rows=lambda numbers: _rows(connection, then, numbers),
            registrations=_registrations(connection, then, wanted.condition) if wanted.condition else (),
            state=_state(connection, then, end_of(day)),
        )


def _states(connection: Connection, then: Then, numbers: Sequence[int]) -> dict[int, images.Image]:
    """Study → its state then; of those that were one of their own."""
    events = [then.images[number] for number in numbers if number in then.images]
    rows = rows_in(connection, select(EVENT.c.study_id, EVENT.c.image), EVENT.c.id, events)
    return {row.study_id: images.Image.of(row.study_id, row.image) for row in rows}


def _rows(connection: Connection, then: Then, numbers: Sequence[int]) -> tuple[StudyRow, ...]:
    found = _states(connection, then, numbers)
    return tuple(found[number].row() for number in numbers)


def _state(connection: Connection, then: Then, end: datetime) -> LibraryState:
    """The library in a line, as it was."""
    run, bits = queries.RUN, then.bitmaps
    begun = select(run).where(run.c.started < end).order_by(desc(run.c.id)).limit(1)
    last = connection.execute(begun).first()
    success = connection.execute(begun.where(run.c.state == "ok", run.c.finished < end)).first()
    loaded = connection.scalar(select(LIBRARY.c.starter_loaded))
    return LibraryState(
        revision=0,
        studies=bits.get("counted").bit_count(),
        leads=bits.get("lead").bit_count(),
        retracted=(bits.get("listed") & bits.get("s:retracted")).bit_count(),
        last_refresh=_refresh(last, end) if last is not None else None,
        last_success=queries.refresh_view(success) if success is not None else None,
        starter_loaded=loaded if loaded is not None and utc(loaded) < end else None,
    )


def _refresh(row: Any, end: datetime) -> RefreshView:
    found = queries.refresh_view(row)
    if row.finished is not None and utc(row.finished) < end:
        return found
    return replace(found, at=row.started, state="running", error="")


def _registrations(connection: Connection, then: Then, condition: str) -> tuple[RegistrationView, ...]:
    loaded = registrations.loaded_until(connection, then.last)
    if loaded is None:
        return ()
    holders = partial(_holders, connection, then)
    return registrations.of_condition(connection, condition, (loaded, holders))


def _holders(connection: Connection, then: Then, values: Sequence[str], scheme: str) -> Mapping[str, str]:
    """Identifier value → citation key of the study that had it then (registrations.holders says of whom now)."""
    wanted = set(values)
    named = rows_in(connection, select(IDENTIFIER.c.study_id), IDENTIFIER.c.value, values)
    near = related(connection, (row.study_id for row in named))
    found: dict[str, str] = {}
    for _, image in sorted(_states(connection, then, sorted(near)).items(), reverse=True):
        for held, value, claim in image.claims:
            if value in wanted and claim != "disputed" and scheme in ("", held):
                found[value] = image.keys[0]
    return found

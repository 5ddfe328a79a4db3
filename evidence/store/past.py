"""A list's page as it was at the end of a day: every figure and row of it from the event log (asof.py).

Trial registrations are those that were last loaded until then; as what they were published the images of that day say
(asof.Then.holders). Runs are as the run log tells: one that had not ended by then was running (refreshed.py). The
store's revision of that day nobody knows: 0.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import partial

from sqlalchemy import Connection, select

from evidence.filters import Filter
from evidence.store import images, listings, refreshed, registrations
from evidence.store.asof import Then, at_end_of, end_of, select_as_of
from evidence.store.engine import Store
from evidence.store.reads import EVENT, LIBRARY, utc
from evidence.store.select import Groups
from evidence.store.statements import rows_in
from evidence.views import LibraryState, Listing, RegistrationView, SearchView, StudyRow
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
            state=_state(
                connection, then, end_of(day), tuple(vocabulary.searches), listings.filling(vocabulary, wanted)
            ),
        )


def _states(connection: Connection, then: Then, numbers: Sequence[int]) -> dict[int, images.Image]:
    """Study → its state then; of those that were one of their own."""
    events = [then.images[number] for number in numbers if number in then.images]
    rows = rows_in(connection, select(EVENT.c.study_id, EVENT.c.image), EVENT.c.id, events)
    return {row.study_id: images.Image.of(row.study_id, row.image) for row in rows}


def _rows(connection: Connection, then: Then, numbers: Sequence[int]) -> tuple[StudyRow, ...]:
    found = _states(connection, then, numbers)
    return tuple(found[number].row() for number in numbers)


def searches(store: Store, vocabulary: Vocabulary, day: date) -> tuple[SearchView, ...]:
    """The saved searches (of now), and how each had gone by the end of that day."""
    with store.read() as connection:
        return refreshed.searches(connection, vocabulary, end_of(day))


def _state(
    connection: Connection, then: Then, end: datetime, saved: Collection[str], filling: Collection[str] | None
) -> LibraryState:
    """The library in a line, as it was."""
    bits = then.bitmaps
    went = refreshed.refreshed(connection, saved, filling, end)
    loaded = connection.scalar(select(LIBRARY.c.starter_loaded))
    return LibraryState(
        revision=0,
        studies=bits.get("counted").bit_count(),
        leads=bits.get("lead").bit_count(),
        retracted=(bits.get("listed") & bits.get("s:retracted")).bit_count(),
        last_refresh=went.last,
        last_success=went.success,
        starter_loaded=loaded if loaded is not None and utc(loaded) < end else None,
        troubled=went.troubled,
    )


def _registrations(connection: Connection, then: Then, condition: str) -> tuple[RegistrationView, ...]:
    loaded = registrations.loaded_until(connection, then.last)
    if loaded is None:
        return ()
    return registrations.of_condition(connection, condition, (loaded, partial(_holders, then)))


def _holders(then: Then, values: Sequence[str], scheme: str) -> Mapping[str, str]:
    """Identifier value → citation key of the study that had it then (registrations.holders says of whom now)."""
    found = {value: [h for h in then.holders.get(value, ()) if scheme in ("", h.scheme)] for value in values}
    return {value: min(held, key=lambda h: h.study).key for value, held in found.items() if held}

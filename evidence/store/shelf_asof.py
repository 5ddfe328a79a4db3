"""A shelf as it was at the end of a day: what stood on it then, each study as it was then; from the event log alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import date
from itertools import islice
from typing import Final

from sqlalchemy import Connection, select

from evidence.errors import NotFound
from evidence.store.asof import Then, at_end_of, images_of, related, studies_of
from evidence.store.engine import Store
from evidence.store.reads import EVENT, MEMBERSHIP, RECORD
from evidence.store.statements import rows_in
from evidence.views import Study

CREATED: Final = "shelf-created"
ADDED: Final = "shelf-added"
REMOVED: Final = "shelf-removed"
_CHUNK: Final = 200


def stream_as_of(store: Store, shelf: int, day: date) -> Iterator[Study]:
    """The studies that a shelf showed at the end of that day (UTC), whole, in its order (shelves.stream is of now).

    Raises UnknownParameter for a day to come, NotFound for one before the library or the shelf began.
    """
    with store.read() as connection:
        then = at_end_of(store, connection, day)
        numbers = iter(_shown(connection, then, _standing(connection, then.last, shelf, day)))
        while chunk := list(islice(numbers, _CHUNK)):
            yield from studies_of(connection, then, chunk)


def _standing(connection: Connection, last: int, shelf: int, day: date) -> list[int]:
    """The source records that stood on a shelf after an event, in its order: every change of it, done again."""
    kinds = EVENT.c.kind.in_((CREATED, ADDED, REMOVED))
    rows = connection.execute(
        select(EVENT.c.kind, EVENT.c.detail).where(kinds, EVENT.c.id <= last).order_by(EVENT.c.id)
    )
    held: dict[int, int] | None = None
    for kind, detail in ((row.kind, json.loads(row.detail)) for row in rows):
        if detail["shelf"] != shelf:
            continue
        held = {} if held is None else held
        for record, position in detail.get("items", ()):
            if kind == ADDED:
                held[record] = position
            else:
                held.pop(record, None)
    if held is None:
        raise NotFound(f"as-of {day}", "this shelf was made later")
    return sorted(held, key=lambda record: (held[record], record))


def _shown(connection: Connection, then: Then, records: Collection[int]) -> list[int]:
    """The studies that held these records then and were included, in the records' order, each once."""
    named = rows_in(connection, select(RECORD.c.id, RECORD.c.source, RECORD.c.external_id), RECORD.c.id, records)
    names = {row.id: (row.source, row.external_id) for row in named}
    now = rows_in(connection, select(MEMBERSHIP), MEMBERSHIP.c.source_record_id, records)
    near = related(connection, {n for row in now for n in (row.study_id, row.born_study_id) if n is not None})
    holder: dict[tuple[str, str], int] = {}
    for _, image in images_of(connection, then, sorted(near & then.images.keys())):
        if image.columns["inclusion"] == "included":
            holder |= dict.fromkeys(image.members, image.number)
    return list(dict.fromkeys(holder[names[r]] for r in records if names[r] in holder))

"""What persons said of who belongs here, by the names that sources give records: remembered for ever, here or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from sqlalchemy import bindparam, delete, select

from evidence.store.engine import Store, Writer
from evidence.store.inclusion_tables import InclusionDecision
from evidence.store.reads import INCLUSION, RECORD, Snapshot, word
from evidence.store.statements import rows_in, upsert
from evidence.views import Word

Name = tuple[str, str]
"""A source record's own name: source, external id. The record need not be here."""

_KEY: Final = ("source", "external_id")


def words(connection: Snapshot, names: Iterable[Name]) -> dict[Name, Word]:
    """Name → what a person said of it, for those of which one spoke."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, external_id in names:
        by_source[source].append(external_id)
    found = {}
    for source, ids in by_source.items():
        of_source = select(INCLUSION).where(INCLUSION.c.source == source)
        for row in rows_in(connection, of_source, INCLUSION.c.external_id, ids):
            found[source, row.external_id] = word(row)
    return found


def of_event(connection: Snapshot, event: int) -> set[Name]:
    """The names whose word is that of an event."""
    rows = connection.execute(select(INCLUSION).where(INCLUSION.c.event_id == event))
    return {(row.source, row.external_id) for row in rows}


def put(writer: Writer, said: Mapping[Name, Word | None]) -> None:
    """Keep these words in the place of what was said before; None: nobody has spoken."""
    gone = [{"one": source, "other": external_id} for (source, external_id), held in said.items() if held is None]
    if gone:
        match = (INCLUSION.c.source == bindparam("one"), INCLUSION.c.external_id == bindparam("other"))
        writer.connection.execute(delete(INCLUSION).where(*match), gone)
        writer.dirty = True
    rows = [
        {"source": source, "external_id": external_id, "verdict": held.verdict, "reason": held.reason}
        | {"actor": held.actor, "at": held.at, "event_id": held.event}
        for (source, external_id), held in said.items()
        if held is not None
    ]
    upsert(writer, InclusionDecision, rows, key=_KEY)


def rejected(store: Store, source: str, external_ids: Collection[str]) -> dict[str, Word]:
    """Those of these names of a source that a person excluded and that are not here: no search brings them in."""
    with store.read() as connection:
        said = words(connection, ((source, external_id) for external_id in external_ids))
        names = {external_id: held for (_, external_id), held in said.items() if held.verdict == "excluded"}
        here = select(RECORD.c.external_id).where(RECORD.c.source == source)
        for row in rows_in(connection, here, RECORD.c.external_id, list(names)):
            del names[row.external_id]
        return names

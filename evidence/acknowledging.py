"""A person has seen a status event of a study: it leaves the list of alerts. The banner of the study stays."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.errors import NotFound
from evidence.store import lifecycle, reads, schema
from evidence.store.engine import Store
from evidence.store.life import SAID


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An event, the key of its study now, and whether it was news that somebody had seen it."""

    event: int
    key: str
    now: bool


def acknowledge(store: Store, event: int, *, actor: str) -> Acknowledged:
    """Note, and log, that `actor` has seen a status event; once is enough. Raises NotFound for any other number.

    A newer event of the same study, from whatever source, is an alert of its own.
    """
    with store.write() as writer:
        row = reads.event(writer.connection, event) if 0 < event <= reads.LARGEST else None
        if row is None or row.kind != SAID or row.study_id is None:
            raise NotFound(f"status event {event}", "there is none of this number")
        key = reads.key_of(writer.connection, reads.live_study(writer.connection, row.study_id))
        now = lifecycle.acknowledge(writer, event, actor)
        if now:
            seen = writer.log("status-seen", actor=actor, study_id=row.study_id, detail={"event": event})
            writer.add(schema.Event, [seen])
    return Acknowledged(event, key, now)

"""A person has seen a status event of a study: it leaves the list of alerts. The banner of the study stays."""

from __future__ import annotations

import json
from dataclasses import dataclass

from evidence.errors import NotFound
from evidence.lifecycle import CARRIED, SAID
from evidence.store import lifecycle, reads, schema
from evidence.store.engine import Store


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An event, the key of its study now, and whether it was news that somebody had seen it. `event`: the one that was
    said to be seen, which may name again what an earlier one told of.
    """

    event: int
    key: str
    now: bool


def acknowledge(store: Store, event: int, *, actor: str) -> Acknowledged:
    """Note, and log, that `actor` has seen a status event; once is enough. Raises NotFound for any other number.

    A newer event of the same study, from whatever source, is an alert of its own; one that only binds a statement to
    what an earlier one told of (CARRIED) stands for that one.
    """
    with store.write() as writer:
        row = reads.event(writer.connection, event) if 0 < event <= reads.LARGEST else None
        if row is None or row.kind not in (SAID, CARRIED) or row.study_id is None:
            raise NotFound(f"status event {event}", "there is none of this number")
        first = json.loads(row.detail)["event"] if row.kind == CARRIED else event
        if not first:
            raise NotFound(f"status event {event}", "there is none of this number")
        key = reads.key_of(writer.connection, reads.live_study(writer.connection, row.study_id))
        now = lifecycle.acknowledge(writer, first, actor)
        if now:
            seen = writer.log("status-seen", actor=actor, study_id=row.study_id, detail={"event": first})
            writer.add(schema.Event, [seen])
    return Acknowledged(event, key, now)

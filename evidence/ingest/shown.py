"""What studies are to show, from all that is stored about them: read only. Saving, retagging and checking share it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from evidence.ingest import projection
from evidence.ingest.projection import Projection
from evidence.lifecycle import life_cycle
from evidence.store import lifecycle, reads
from evidence.store.reads import Member, Snapshot
from evidence.vocabulary import Vocabulary


def projections(
    connection: Snapshot,
    groups: Mapping[int, Sequence[Member]],
    vocabulary: Vocabulary,
    primary: Callable[[Collection[str]], str],
) -> dict[int, Projection]:
    """Study → what follows from its source records, from what notices and lists say of it, and from what curators
    chose.
    """
    values = {i.value for members in groups.values() for m in members for i in m.record.identifiers}
    heard = lifecycle.heard(connection, values)
    listed = lifecycle.listed(connection, values)
    locked = reads.locked_fields(connection, [m.id for members in groups.values() for m in members])
    shown = {}
    for study, members in groups.items():
        names = dict.fromkeys((i.scheme, i.value) for m in members for i in m.record.identifiers)
        cycle = life_cycle(
            [m.record for m in members],
            [one for name in names for one in heard.get(name, ())],
            dict.fromkeys(row for name in names for row in listed.get(name, ())),
        )
        fixed = reads.chosen(locked, [m.id for m in members])
        shown[study] = projection.project(members, cycle, fixed, vocabulary, primary)
    return shown

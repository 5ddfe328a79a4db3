"""What studies are to show, from all that is stored about them: read only. Saving, retagging and checking share it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from evidence.ingest import projection
from evidence.ingest.projection import Projection
from evidence.lifecycle import is_work, life_cycle
from evidence.store import lifecycle, reads
from evidence.store.reads import Member, Snapshot
from evidence.vocabulary import Vocabulary


def projections(
    connection: Snapshot,
    groups: Mapping[int, Sequence[Member]],
    vocabulary: Vocabulary,
    primary: Callable[[Collection[str]], str],
    changed: Mapping[int, Sequence[Member]] | None = None,
) -> dict[int, Projection]:
    """Study → what follows from its source records, from what notices and lists say of it, and from what curators
    chose. `changed`: study → its source records, of all that are others now than is stored; none where it is no more.
    """
    values = {i.value for members in groups.values() for m in members for i in m.record.identifiers}
    heard = lifecycle.heard(connection, values)
    listed = lifecycle.listed(connection, values)
    shared = _shared(connection, {value for scheme, value in listed if scheme == "doi"}, {**(changed or {}), **groups})
    locked = reads.locked_fields(connection, [m.id for members in groups.values() for m in members])
    shown = {}
    for study, members in groups.items():
        names = dict.fromkeys((i.scheme, i.value) for m in members for i in m.record.identifiers)
        cycle = life_cycle(
            [m.record for m in members],
            [one for name in names for one in heard.get(name, ())],
            dict.fromkeys(row for name in names for row in listed.get(name, ())),
            {doi for doi, studies in shared.items() if studies - {study}},
        )
        fixed = reads.chosen(locked, [m.id for m in members])
        shown[study] = projection.project(members, cycle, fixed, vocabulary, primary)
    return shown


def _shared(connection: Snapshot, dois: Collection[str], now: Mapping[int, Sequence[Member]]) -> Mapping[str, set[int]]:
    """DOI → the studies that have it as works. `now`: the source records of those that are not as they are stored."""
    if not dois:
        return {}
    found = lifecycle.holders(connection, dois, besides=now.keys())
    for study, members in now.items():
        records = [m.record for m in members]
        held = {value for record in records for value in record.ids("doi")}.intersection(dois)
        for doi in held if held and is_work(records) else ():
            found[doi].add(study)
    return found

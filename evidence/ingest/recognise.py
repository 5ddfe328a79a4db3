"""Which study of the store a record is, without taking it in: the same verdicts as an import's, on one snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from evidence.ingest import index, neighbours
from evidence.ingest.pool import Pool
from evidence.matching.groups import Link
from evidence.matching.normalise import features
from evidence.records import Record
from evidence.store import queries, reads
from evidence.store.engine import Store
from evidence.store.reads import Snapshot

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Recognised:
    """A record and the citation key of the study that it is, or "". `maybe`: keys of studies that it may be."""

    record: Record
    key: str
    maybe: tuple[str, ...] = ()


def recognise(store: Store, records: Iterable[Record]) -> Iterator[Recognised]:
    """Each record in order, with the study it is. Nothing is written, but for an outdated matching index."""
    index.ensure(store)
    with store.read() as connection:
        source = iter(records)
        while chunk := tuple(islice(source, _AT_ONCE)):
            yield from _recognise(connection, chunk)


def _recognise(connection: Snapshot, records: tuple[Record, ...]) -> Iterator[Recognised]:
    pool = Pool(connection)
    blocks: dict[int, tuple[int, ...]] = {}
    for position, record in enumerate(records, 1):
        known = features(record)
        pool.put(-position, (record.source, record.external_id), known)  # stored records have numbers above 0
        blocks[-position] = index.keys(known)
    found: dict[int, list[Link]] = defaultdict(list)
    for link in neighbours.links(connection, pool, blocks):
        if link.a < 0 < link.b:
            found[link.a].append(link)
    carried = {-p: _carried(connection, r) for p, r in enumerate(records, 1)}
    pool.load({n for numbers in carried.values() for n in numbers})
    for link in neighbours.homecomings(pool, carried, [link for links in found.values() for link in links]):
        found[link.a].append(link)
    homes = reads.places(connection, {link.b for links in found.values() for link in links})
    keys = reads.all_keys(connection, {place.study_id for place in homes.values()})
    for position, record in enumerate(records, 1):
        links = sorted(found[-position], key=lambda link: (-link.verdict.strength, link.b))
        outcome = {
            wanted: list(dict.fromkeys(keys[homes[k.b].study_id][0] for k in links if k.verdict.outcome == wanted))
            for wanted in ("same", "unsure")
        }
        same, unsure = outcome["same"], outcome["unsure"]
        yield Recognised(record, same[0] if same else "", () if same else tuple(unsure))


def _carried(connection: Snapshot, record: Record) -> list[int]:
    """The stored records whose study has a citation key that this record brings."""
    studies = {n for key in record.keys if (n := queries.number_of_key(connection, key)) is not None}
    return sorted(reads.places_in(connection, studies)) if studies else []

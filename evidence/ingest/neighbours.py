"""Which stored records, and which of the same batch, may be one work with those that come in: verdicts on pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

from evidence.ingest import index
from evidence.ingest.homecoming import RULE
from evidence.ingest.pool import Pool
from evidence.matching.candidates import FULL
from evidence.matching.groups import Link
from evidence.matching.partition import Pair, ordered
from evidence.store import reads
from evidence.store.reads import Snapshot


def links(connection: Snapshot, pool: Pool, moving: Mapping[int, Sequence[int]]) -> list[Link]:
    """The certain and the doubtful pairs that records of this batch are in. `moving`: record number → blocking keys.

    Every record of `moving` is in the pool already.
    """
    pairs = sorted(_pairs(connection, pool, moving))
    pool.load({n for pair in pairs for n in pair})
    judged = (Link(a, b, pool.look(a, b)) for a, b in pairs)
    return [link for link in judged if link.verdict.outcome != "different"]


def _pairs(connection: Snapshot, pool: Pool, moving: Mapping[int, Sequence[int]]) -> set[Pair]:
    coming: dict[int, list[int]] = defaultdict(list)
    for number, keys in moving.items():
        for key in keys:
            coming[key].append(number)
    naming = {key for number in moving for key in index.naming(pool[number])}
    stored = reads.records_in_blocks(connection, coming)
    pairs: set[Pair] = set()
    for key, new in coming.items():
        old = [n for n in stored.get(key, ()) if n not in moving]
        if len(old) + len(new) <= FULL or key in naming:
            pairs.update(ordered(a, b) for a, b in product(new, old))
            pairs.update(combinations(sorted(new), 2))
    return pairs


def homecomings(pool: Pool, carried: Mapping[int, Iterable[int]], certain: Iterable[Link]) -> Iterator[Link]:
    """Records that carry another record's citation key and say nothing else than it: exports coming home.

    `carried`: new record → records whose study has a key that it proposes. What is certain already needs no key.
    """
    placed = {n for link in certain if link.verdict.outcome == "same" for n in (link.a, link.b)}
    for number, owners in carried.items():
        for other in sorted(set(owners) - {number}) if number not in placed else ():
            verdict = pool.by_rule(number, other, RULE)
            if verdict.outcome == "same":
                yield Link(*ordered(number, other), verdict)
                break

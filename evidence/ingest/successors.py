"""Which record may have taken the place of one that PubMed gives no more: a proposal for a person, never a merge.

PubMed publishes no pointer from a PMID that it withdrew to the one that it kept. So a live record with the same DOI, or
one that would certainly be the same work if it were not for the PMIDs, is put into the review queue with the reason.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from evidence import recordjson
from evidence.ingest import index
from evidence.ingest.regroup import SUCCESSOR as RULE
from evidence.lifecycle import is_notice
from evidence.matching.normalise import Features, features
from evidence.matching.partition import Pair, ordered
from evidence.matching.verdict import SAME, compare
from evidence.records import Record
from evidence.store import decisions, reads
from evidence.store.decisions import Decision
from evidence.store.engine import Store, unpack
from evidence.store.reads import MACHINE, Known, Snapshot

MOST: Final = 5
"""Live records with the DOI of the missing one from which on the DOI alone says nothing: a supplement shares one."""

_PERSISTENT: Final = ("pmid", "pmcid")


def propose(store: Store, source: str, missing: Collection[str]) -> int:
    """Look for successors of records that the source no longer gives; how many new proposals now wait.

    A proposal that no longer holds is taken back; of a pair on which a person has spoken nothing is proposed. Writes
    nothing when nothing changes.
    """
    if not missing:
        return 0
    with store.read() as connection:
        gone = reads.known(connection, {(source, external_id) for external_id in missing})
        wanted = {row.id: row for row in gone.values() if row.upstream != "present"}
        made: dict[Pair, Decision] = {}
        for number, row in sorted(wanted.items()):
            made |= _successors(connection, source, number, row)
        said = reads.decisions(connection, set(wanted))
    stale = [p for p, row in said.items() if row.rule.startswith(RULE) and row.actor == MACHINE and p not in made]
    new = [d for pair, d in sorted(made.items()) if pair not in said or _may_replace(said[pair], d)]
    if stale or new:
        with store.write() as writer:
            decisions.forget(writer, stale)
            decisions.remember(writer, new)
    return len(new)


def _may_replace(said: reads.Judged, new: Decision) -> bool:
    return said.actor == MACHINE and said.rule != new.rule


def _successors(connection: Snapshot, source: str, number: int, gone: Known) -> dict[Pair, Decision]:
    record = _record(connection, number)
    bare = features(replace(record, identifiers=tuple(i for i in record.identifiers if i.scheme not in _PERSISTENT)))
    near = reads.records_in_blocks(connection, index.keys(features(record)))
    candidates = {n for numbers in near.values() for n in numbers if n != number}
    rows = {r.id: r for r in reads.payloads(connection, candidates) if r.source == source}
    live = reads.known(connection, {(source, r.external_id) for r in rows.values()})
    named = {k.id: name for (_, name), k in live.items() if k.upstream == "present" and k.study_id != gone.study_id}
    others = {n: recordjson.load(unpack(rows[n].payload)) for n in sorted(named)}
    others = {n: other for n, other in others.items() if is_notice(other) == is_notice(record)}
    sharing = {n for n, other in others.items() if set(other.ids("doi")) & set(record.ids("doi"))}
    found = {}
    for n, other in others.items():
        decision = _judged(bare, features(other), record, named[n], n in sharing and len(sharing) <= MOST)
        if decision is not None:
            rule, reasons, strength = decision
            pair = ordered(number, n)
            found[pair] = Decision(*pair, "unsure", rule, reasons, MACHINE, strength)
    return found


def _judged(
    bare: Features, other: Features, record: Record, name: str, same_doi: bool
) -> tuple[str, tuple[str, ...], float] | None:
    """Rule, reasons and strength of a proposal; None when there is no reason for one."""
    verdict = compare(bare, other)
    lost = f"PubMed gives PMID {record.external_id} no more; PMID {name} may have taken its place"
    if verdict.outcome == "same":
        return f"{RULE}match", (lost, *verdict.reasons), verdict.strength
    if same_doi:
        reasons = (f"both have the DOI {record.id('doi')}", *verdict.reasons)
        return f"{RULE}doi", (lost, *reasons), max(verdict.strength, SAME)
    return None


def _record(connection: Snapshot, number: int) -> Record:
    (row,) = reads.payloads(connection, [number])
    return recordjson.load(unpack(row.payload))

"""Every decision a person makes: here, merging and un-merging. Each is one transaction, logged, and can be undone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import product

from evidence import tagging
from evidence.errors import Conflict, NotFound
from evidence.ingest.features import features
from evidence.ingest.studies import Saver
from evidence.ingest.verdict import compare
from evidence.store import queries, reads, schema, writes
from evidence.store.engine import Store, Writer
from evidence.store.keys import Keys
from evidence.store.reads import Member
from evidence.store.writes import Decision
from evidence.vocabulary import Vocabulary


def merge(store: Store, vocabulary: Vocabulary, key_a: str, key_b: str, *, actor: str, reason: str = "") -> int:
    """Make two studies one: the older stays, both keys keep working. The merge's number, for `unmerge`.

    Raises NotFound, and Conflict when they are one study already.
    """
    with store.write() as writer:
        a, b = (_study_number(writer, key) for key in (key_a, key_b))
        if a == b:
            raise Conflict(f"{key_a}, {key_b}", "are one study already")
        kept, old = min(a, b), max(a, b)
        saver = _saver(writer, vocabulary, actor)
        saver.load([kept, old])
        stayed, moved = ([m.id for m in saver.members(study)] for study in (kept, old))
        reasons = (reason or f"{actor} said they are one study",)
        event = saver.merge(old, kept, moved, stayed, "curator", reasons)
        writes.remember(writer, _verdicts(stayed, moved, "same", "curator", reasons, actor))
        saver.save()
        return event


def unmerge(store: Store, vocabulary: Vocabulary, event: int, *, actor: str) -> str:
    """Undo a merge: the state as if it had never happened. The key of the study that stands apart again.

    Source records that joined later go to the side they match. "Different" is remembered for every pair, so no later
    refresh or import merges them again. Raises NotFound, and Conflict when it was undone already.
    """
    with store.write() as writer:
        row = reads.merge_event(writer.connection, event)
        if row is None:
            raise NotFound(f"merge {event}", "there is none of that number")
        if row.undone_at is not None:
            raise Conflict(f"merge {event}", "was undone already")
        study = reads.live_study(writer.connection, row.study_id)
        saver = _saver(writer, vocabulary, actor)
        saver.load([study])
        here = {m.id: m for m in saver.members(study)}
        moved = {n for n in json.loads(row.moved) if n in here}
        stayed = {n for n in json.loads(row.stayed) if n in here}
        if not moved or moved == here.keys():
            raise Conflict(f"merge {event}", "nothing of it is left to separate")
        moved |= _followers(here, moved, stayed or here.keys() - moved)
        apart = _separate(writer, saver, study, row.from_study_id, [here[n] for n in sorted(moved)], event)
        kept = [n for n in here if n not in moved]
        reasons = (f"{actor} undid merge {event}",)
        writes.remember(writer, _verdicts(kept, sorted(moved), "different", "unmerge", reasons, actor))
        writes.undo_merge(writer, event, actor=actor)
        saver.changed(study, "merge-undone", {"merge": event, "apart": apart})
        saver.save()
    with store.read() as connection:
        return reads.key_of(connection, apart)


def _study_number(writer: Writer, key: str) -> int:
    number = queries.number_of(writer.connection, key)
    if number is None:
        raise NotFound(key, "no study has that key, PMID, PMCID or DOI")
    return number


def _saver(writer: Writer, vocabulary: Vocabulary, actor: str) -> Saver:
    return Saver(writer, vocabulary, Keys(writer), primary=tagging.primary, actor=actor)


def _verdicts(
    some: Iterable[int], others: Sequence[int], verdict: str, rule: str, reasons: tuple[str, ...], actor: str
) -> list[Decision]:
    return [Decision(a, b, verdict, rule, reasons, actor) for a, b in product(some, others)]


def _followers(here: dict[int, Member], moved: set[int], stayed: Iterable[int]) -> set[int]:
    """Records that joined after the merge and match only what now leaves."""
    known = {n: features(m.record) for n, m in here.items()}
    stayed = set(stayed)
    followers = set()
    for number in here.keys() - moved - stayed:
        leaving = any(compare(known[number], known[n]).outcome == "same" for n in moved)
        staying = any(compare(known[number], known[n]).outcome == "same" for n in stayed)
        if leaving and not staying:
            followers.add(number)
    return followers


def _separate(
    writer: Writer, saver: Saver, study: int, former: int | None, leaving: Sequence[Member], event: int
) -> int:
    """Give the leaving records their former study back, or a new one when they never had one."""
    saver.take_out(study, [m.id for m in leaving])
    numbers = [m.id for m in leaving]
    if former is not None:
        writes.move_keys(writer, numbers, former)
        saver.revive(former, leaving, {"merge": event, "from": study})
        return former
    writes.drop_keys(writer, numbers)
    number = writer.number(schema.Study)
    saver.birth(number, leaving[0].id, leaving[0].record)
    for member in leaving:
        saver.put(number, member)
        saver.alias(number, member)
    writes.move(writer, numbers, number)
    return number

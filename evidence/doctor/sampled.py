"""Checks that work studies out anew, a sample of them or all: what they show, their states, their log, their keys in
the matching index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from evidence import recompute, recordjson
from evidence.doctor.model import Examination, Finding, Kind, batches
from evidence.ingest import index
from evidence.matching.normalise import features
from evidence.recompute import Comparer, Difference
from evidence.store import inspecting, reads, reindexing, schema, trail
from evidence.store.engine import BLOCK_LEVEL, unpack
from evidence.store.history import Happened, Log

_ROW = tuple[str, int, int]
"""Condition, event, study."""


def _compared(about: Examination) -> Iterator[Difference]:
    comparer = Comparer(about.store, about.vocabulary)
    if comparer.retag_due:
        about.note = "the tags were made by another vocabulary and are not compared: run evidence retag"
    for batch in batches(about.chosen, recompute.BATCH):
        with about.store.read() as connection:
            yield from comparer.differences(connection, batch)
        about.saw(len(batch))


def _studies(about: Examination) -> Iterator[Finding]:
    about.compared = None
    restated = []
    for one in _compared(about):
        if one.state:
            restated.append(one)
        for words in (*one.shown, *one.counts, *one.log):
            yield Finding(one.key, words, one.study)
    about.compared = restated  # only when all of them were


def _states(about: Examination) -> Iterator[Finding]:
    """What the check before has compared, unless something was put right since."""
    known, about.compared = about.compared, None
    about.looked = len(about.chosen) if known is not None else 0
    for one in known if known is not None else _compared(about):
        for words in one.state:
            yield Finding(one.key, words, one.study)


def _repair(about: Examination, studies: Sequence[int]) -> None:
    for batch in batches(dict.fromkeys(studies), recompute.BATCH):
        recompute.repair(about.store, about.vocabulary, batch)


def _matching(about: Examination) -> Iterator[Finding]:
    """The keys of the source records of the chosen studies, those that are there and those that should be."""
    with about.store.read() as connection:
        if reads.block_level(connection) != BLOCK_LEVEL:
            about.note = "of an earlier version; the next import makes it anew"
            return
        sizes = inspecting.index_sizes(connection)
        for batch in batches(about.chosen, recompute.BATCH):
            keys = reads.keys_of(connection, batch)
            homes = {record: place.study_id for record, place in reads.places_in(connection, batch).items()}
            wanted = _blocks(connection, homes)
            asked = {(key, record) for record, blocks in wanted.items() for key in blocks}
            there = inspecting.in_index(connection, asked)
            for record, blocks in sorted(wanted.items()):
                missing = sum((key, record) not in there for key in blocks)
                extra = sizes.get(record, 0) - (len(blocks) - missing)
                if missing or extra:
                    what = f"source record {record} lacks {missing} keys of the matching index and has {extra} others"
                    yield Finding(keys.get(homes[record], f"study {homes[record]}"), what, record)
            about.saw(len(homes))


def _blocks(connection: reads.Snapshot, records: dict[int, int]) -> dict[int, set[int]]:
    rows = reads.payloads(connection, records)
    return {row.id: set(index.keys(features(recordjson.load(unpack(row.payload))))) for row in rows}


def _match_anew(about: Examination, records: Sequence[int]) -> None:
    for batch in batches(dict.fromkeys(records), recompute.BATCH):
        with about.store.write() as writer:
            blocks = _blocks(writer.connection, dict.fromkeys(batch, 0))
            reindexing.match_anew(writer, {record: sorted(keys) for record, keys in blocks.items()})


def _history(about: Examination) -> Iterator[Finding]:
    """Every change that a condition's page has shown stands in its history (trail.py); and nothing without an event."""
    with about.store.read() as connection:
        for row in inspecting.trail_without_event(connection):
            yield Finding(f"condition {row.condition}", f"its history names event {row.event_id}, which is not there")
        for batch in batches(about.chosen, recompute.BATCH):
            keys = reads.keys_of(connection, batch)
            log = Log(connection, batch)
            log.fetch(h.moment.event for study in batch for h in log.events(study) if h.image)
            expected = [one for study in batch for one in _steps(log, study)]
            numbers = {event for _, events, _ in expected for event in events}
            there = inspecting.trail_of(connection, numbers, {condition for condition, _, _ in expected})
            for condition, events, study in expected:
                if not any((condition, event) in there for event in events):
                    what = f"event {events[0]} is missing in the history of {condition}"
                    yield Finding(keys.get(study, f"study {study}"), what, (condition, events[0], study))
            about.saw(len(batch))


def _steps(log: Log, study: int) -> Iterator[tuple[str, tuple[int, ...], int]]:
    """(condition, the events of one save, study) of every change that a page has shown."""
    before = None
    for together in _saves(log, study):
        said = next((h for h in together if h.state), None)
        if said is None:
            continue
        image = log.image(said)
        after = image.columns if image is not None else None
        for condition in trail.touched(before, after):
            yield condition, tuple(h.moment.event for h in together), study
        before = after


def _saves(log: Log, study: int) -> Iterator[list[Happened]]:
    """The events of a study by the save that they came with."""
    held: list[Happened] = []
    for happened in log.events(study):
        if held and not log.saved_together(held[-1], happened):
            yield held
            held = []
        held.append(happened)
    if held:
        yield held


def _note(about: Examination, rows: Sequence[_ROW]) -> None:
    with about.store.write() as writer:
        wanted = dict.fromkeys(rows)
        made = [{"condition": c, "event_id": event, "study_id": study} for c, event, study in wanted]
        writer.add(schema.ConditionEvent, made)


KINDS: Final = (
    Kind("studies", "studies", _studies, _repair),
    Kind("states", "studies", _states, _repair),
    Kind("matching", "source records", _matching, _match_anew),
    Kind("history", "studies", _history, _note),
)

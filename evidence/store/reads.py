"""What writing needs to know of what is stored: a few indexed queries for a whole batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Row, and_, select

from evidence import recordjson
from evidence.records import Record
from evidence.store import schema
from evidence.store.engine import table_of, unpack
from evidence.store.inclusion_tables import InclusionDecision
from evidence.store.statements import rows_in
from evidence.views import TagView, Word
from evidence.vocabulary import Vocabulary

Snapshot: TypeAlias = Connection
"""What every reading function takes: a transaction that sees one state of the store."""

MACHINE: Final = "machine"
"""The actor of verdicts that no person has made (schema.MatchDecision)."""

LARGEST: Final = 2**31 - 1
"""The greatest row number, and whole number, that every database holds (PostgreSQL's integer)."""

STUDY = table_of(schema.Study)
IDENTIFIER = table_of(schema.Identifier)
RECORD = table_of(schema.SourceRecord)
MEMBERSHIP = table_of(schema.Membership)
BLOCK = table_of(schema.Block)
TAG = table_of(schema.Tag)
ASSIGNMENT = table_of(schema.TagAssignment)
RELATION = table_of(schema.Relation)
DECISION = table_of(schema.MatchDecision)
CITE_KEY = table_of(schema.CiteKey)
FIELD_CHOICE = table_of(schema.FieldChoice)
MERGE = table_of(schema.MergeEvent)
LIBRARY = table_of(schema.Library)
EVENT = table_of(schema.Event)
INCLUSION = table_of(InclusionDecision)


@dataclass(frozen=True, slots=True)
class Known:
    """A stored source record, without its payload."""

    id: int
    study_id: int
    fingerprint: bytes
    version: int
    revised: str
    upstream: str
    inclusion: str


@dataclass(frozen=True, slots=True)
class Member:
    """A source record of a study, with its tags, its own states and a person's word on it."""

    id: int
    record: Record
    tags: tuple[TagView, ...]
    upstream: str = "present"
    inclusion: str = "included"
    word: Word | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What is remembered of a pair of source records (schema.MatchDecision)."""

    verdict: str
    rule: str
    actor: str
    at: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a source record belongs, and the study that was made for it."""

    study_id: int
    born: int | None


def known(connection: Connection, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Known]:
    """The stored records of these (source, external id)."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, external_id in names:
        by_source[source].append(external_id)
    found = {}
    columns = select(
        RECORD.c.id,
        RECORD.c.external_id,
        RECORD.c.fingerprint,
        RECORD.c.version,
        RECORD.c.revised,
        RECORD.c.upstream,
        RECORD.c.inclusion,
        MEMBERSHIP.c.study_id,
    ).join(MEMBERSHIP, MEMBERSHIP.c.source_record_id == RECORD.c.id)
    for source, ids in by_source.items():
        for row in rows_in(connection, columns.where(RECORD.c.source == source), RECORD.c.external_id, ids):
            found[source, row.external_id] = Known(
                row.id, row.study_id, row.fingerprint, row.version, row.revised, row.upstream, row.inclusion
            )
    return found


def studies_with(connection: Connection, values: Iterable[str]) -> list[Row[Any]]:
    """Identifier rows (study_id, scheme, value, claim) of live studies that have one of these values."""
    return list(rows_in(connection, select(IDENTIFIER), IDENTIFIER.c.value, values))


def records_in_blocks(connection: Connection, keys: Iterable[int]) -> dict[int, list[int]]:
    """Blocking key → the source records that have it."""
    found: dict[int, list[int]] = defaultdict(list)
    for row in rows_in(connection, select(BLOCK), BLOCK.c.key, keys):
        found[row.key].append(row.source_record_id)
    return found


def block_level(connection: Connection) -> int:
    """Which keys the matching index holds (engine.BLOCK_LEVEL)."""
    return int(connection.scalar(select(LIBRARY.c.block_level)) or 0)


def payloads(connection: Connection, records: Iterable[int]) -> Iterator[Row[Any]]:
    """id, source, external_id, payload of source records."""
    columns = select(RECORD.c.id, RECORD.c.source, RECORD.c.external_id, RECORD.c.payload)
    return rows_in(connection, columns, RECORD.c.id, records)


def payloads_after(connection: Connection, last: int, limit: int) -> list[Row[Any]]:
    """The next source records (id, payload) in the order of their numbers."""
    columns = select(RECORD.c.id, RECORD.c.payload).where(RECORD.c.id > last).order_by(RECORD.c.id).limit(limit)
    return list(connection.execute(columns))


def homes_after(connection: Connection, last: int, limit: int) -> list[Row[Any]]:
    """The next source records (source_record_id, study_id) in the order of their numbers."""
    columns = select(MEMBERSHIP.c.source_record_id, MEMBERSHIP.c.study_id)
    number = MEMBERSHIP.c.source_record_id
    return list(connection.execute(columns.where(number > last).order_by(number).limit(limit)))


def tagged_with(connection: Connection) -> str:
    """The vocabulary and tagger by which every stored machine tag was made; empty when that is not known."""
    return str(connection.scalar(select(LIBRARY.c.vocabulary_hash)) or "")


def is_empty(connection: Connection) -> bool:
    """Whether no source record is stored."""
    return connection.execute(select(RECORD.c.id).limit(1)).first() is None


def places(connection: Connection, records: Iterable[int]) -> dict[int, Place]:
    """Source record → where it belongs."""
    return {
        row.source_record_id: Place(row.study_id, row.born_study_id)
        for row in rows_in(connection, select(MEMBERSHIP), MEMBERSHIP.c.source_record_id, records)
    }


def places_in(connection: Connection, studies: Iterable[int]) -> dict[int, Place]:
    """The source records of live studies → where they belong."""
    return {
        row.source_record_id: Place(row.study_id, row.born_study_id)
        for row in rows_in(connection, select(MEMBERSHIP), MEMBERSHIP.c.study_id, studies)
    }


def keys_of(connection: Connection, studies: Iterable[int]) -> dict[int, str]:
    """Study → the key it was born with."""
    own = select(CITE_KEY.c.study_id, CITE_KEY.c.key).where(CITE_KEY.c.is_primary)
    return {row.study_id: row.key for row in rows_in(connection, own, CITE_KEY.c.study_id, studies)}


def holders_of(connection: Connection, folded: Iterable[str]) -> dict[str, int]:
    """Citation key, folded → the study to which it leads."""
    columns = select(CITE_KEY.c.folded, CITE_KEY.c.study_id)
    return {row.folded: row.study_id for row in rows_in(connection, columns, CITE_KEY.c.folded, folded)}


def born_with(connection: Connection, studies: Iterable[int]) -> dict[int, int]:
    """Study, live or merged away → the source record that it was made for."""
    columns = select(MEMBERSHIP.c.born_study_id, MEMBERSHIP.c.source_record_id)
    rows = rows_in(connection, columns, MEMBERSHIP.c.born_study_id, studies)
    return {row.born_study_id: row.source_record_id for row in rows}


def decisions(connection: Connection, records: Collection[int]) -> dict[tuple[int, int], Judged]:
    """The verdicts that are remembered on pairs with one of these records, the smaller number first."""
    found = {}
    for side in (DECISION.c.a_id, DECISION.c.b_id):
        for row in rows_in(connection, select(DECISION), side, records):
            found[row.a_id, row.b_id] = Judged(row.verdict, row.rule, row.actor, row.at, row.revision)
    return found


def members(connection: Connection, studies: Iterable[int], vocabulary: Vocabulary) -> dict[int, list[Member]]:
    """Study → its source records, oldest first."""
    of_record = and_(INCLUSION.c.source == RECORD.c.source, INCLUSION.c.external_id == RECORD.c.external_id)
    own = (MEMBERSHIP.c.study_id, RECORD.c.id, RECORD.c.payload, RECORD.c.upstream, RECORD.c.inclusion)
    columns = select(*own, *(INCLUSION.c[name] for name in WORD)).select_from(
        MEMBERSHIP.join(RECORD, RECORD.c.id == MEMBERSHIP.c.source_record_id).outerjoin(INCLUSION, of_record)
    )
    rows = sorted(rows_in(connection, columns, MEMBERSHIP.c.study_id, studies), key=lambda r: (r.study_id, r.id))
    tags = tags_of(connection, [row.id for row in rows], vocabulary)
    found: dict[int, list[Member]] = defaultdict(list)
    for row in rows:
        record = recordjson.load(unpack(row.payload))
        said = word(row) if row.verdict is not None else None
        found[row.study_id].append(
            Member(row.id, record, tuple(tags.get(row.id, ())), row.upstream, row.inclusion, said)
        )
    return found


WORD: Final = ("verdict", "reason", "actor", "at", "event_id")
"""The columns of schema.InclusionDecision that make a word."""


def word(row: Any) -> Word:
    """A person's word on inclusion, of what has WORD as attributes."""
    return Word(verdict=row.verdict, reason=row.reason, actor=row.actor, at=utc(row.at), event=row.event_id)


def last_word(held: Iterable[Member]) -> Word | None:
    """The word that counts for the study of these records: the latest."""
    return max((m.word for m in held if m.word is not None), key=lambda said: said.event, default=None)


def tags_of(connection: Connection, records: Iterable[int], vocabulary: Vocabulary) -> dict[int, list[TagView]]:
    """Source record → its tags with their reasons."""
    columns = select(ASSIGNMENT, TAG.c.kind, TAG.c.slug).join(TAG, TAG.c.id == ASSIGNMENT.c.tag_id)
    found: dict[int, list[TagView]] = defaultdict(list)
    for row in rows_in(connection, columns, ASSIGNMENT.c.source_record_id, records):
        found[row.source_record_id].append(
            TagView(
                kind=row.kind,
                slug=row.slug,
                label=label(vocabulary, row.kind, row.slug),
                origin=row.origin,
                status=row.status,
                evidence=row.evidence,
                rule=row.rule,
                role=row.role,
                central=row.central,
                actor=row.actor if row.origin == "curator" else "",
                at=utc(row.at) if row.origin == "curator" else None,
                place=row.place,
            )
        )
    return {k: sorted(v, key=lambda t: (t.kind, t.slug, t.origin)) for k, v in found.items()}


def utc(moment: datetime) -> datetime:
    """A stored time with its zone, which SQLite forgets."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def label(vocabulary: Vocabulary, kind: str, slug: str) -> str:
    """The name of a tag; a slug that left the vocabulary speaks for itself."""
    kinds: dict[str, Any] = {
        "condition": vocabulary.conditions,
        "intervention": vocabulary.interventions,
        "design": vocabulary.designs,
        "feature": vocabulary.features,
    }
    entry = kinds.get(kind, {}).get(slug)
    return entry.name if entry else slug.replace("-", " ")


def study_rows(connection: Connection, studies: Iterable[int]) -> dict[int, Row[Any]]:
    """Study rows by number."""
    return {row.id: row for row in rows_in(connection, select(STUDY), STUDY.c.id, studies)}


def all_keys(connection: Connection, studies: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Live study → its own key first, then every alias, those of the studies merged into it included."""
    home = {study: study for study in studies}
    layer = list(studies)
    while layer:
        rows = list(rows_in(connection, select(STUDY.c.id, STUDY.c.merged_into), STUDY.c.merged_into, layer))
        layer = [row.id for row in rows if row.id not in home]
        home.update({row.id: home[row.merged_into] for row in rows if row.id not in home})
    found: dict[int, list[tuple[bool, bool, str]]] = defaultdict(list)
    for row in rows_in(connection, select(CITE_KEY), CITE_KEY.c.study_id, home):
        own = home[row.study_id] == row.study_id
        found[home[row.study_id]].append((not (own and row.is_primary), not own, row.key))
    return {study: tuple(key for *_, key in sorted(keys)) for study, keys in found.items()}


def locked_fields(connection: Connection, records: Iterable[int]) -> dict[int, list[Row[Any]]]:
    """Source record → the choices of fields that a curator made on it."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows_in(connection, select(FIELD_CHOICE), FIELD_CHOICE.c.source_record_id, records):
        found[row.source_record_id].append(row)
    return found


def chosen(locked: Mapping[int, Sequence[Row[Any]]], records: Iterable[int]) -> dict[str, str]:
    """Field → the latest choice made on any of these records."""
    rows = sorted(
        (row for number in records for row in locked.get(number, ())),
        key=lambda row: (row.at, row.merge_id, row.source_record_id),
    )
    return {row.field: row.value for row in rows}


def open_merges(connection: Connection, studies: Iterable[int]) -> list[Row[Any]]:
    """The merges into these studies that nobody has undone."""
    return [row for row in rows_in(connection, select(MERGE), MERGE.c.study_id, studies) if row.undone_at is None]


def event(connection: Connection, number: int) -> Row[Any] | None:
    """A logged event."""
    return connection.execute(select(EVENT).where(EVENT.c.id == number)).first()


def events_after(connection: Connection, number: int, kind: str) -> Sequence[Row[Any]]:
    """The events of this kind that were logged after the one with this number, in their order."""
    wanted = select(EVENT).where(EVENT.c.kind == kind, EVENT.c.id > number)
    return connection.execute(wanted.order_by(EVENT.c.id)).all()


def last_event(connection: Connection, study: int, kind: str) -> int:
    """The number of the latest event of this kind that happened to a study."""
    wanted = select(EVENT.c.id).where(EVENT.c.study_id == study, EVENT.c.kind == kind)
    return int(connection.scalar(wanted.order_by(EVENT.c.id.desc()).limit(1)) or 0)


def merge_event(connection: Connection, number: int) -> Row[Any] | None:
    """A recorded merge."""
    return connection.execute(select(MERGE).where(MERGE.c.id == number)).first()


def key_of(connection: Connection, study: int) -> str:
    """The citation key that a study was born with."""
    return str(connection.scalar(select(CITE_KEY.c.key).where(CITE_KEY.c.study_id == study, CITE_KEY.c.is_primary)))


def live_study(connection: Connection, number: int) -> int:
    """The study that stands for this one now: follows merges."""
    seen = {number}
    while True:
        into = connection.scalar(select(STUDY.c.merged_into).where(STUDY.c.id == number))
        if into is None or into in seen:
            return number
        seen.add(into)
        number = into

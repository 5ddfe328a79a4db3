"""What writing needs to know of what is stored: a few indexed queries for a whole batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from evidence import recordjson
from evidence.records import Record
from evidence.store import schema
from evidence.store.engine import table_of, unpack
from evidence.store.statements import rows_in
from evidence.views import TagView
from evidence.vocabulary import Vocabulary

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


@dataclass(frozen=True, slots=True)
class Known:
    """A stored source record, without its payload."""

    id: int
    study_id: int
    fingerprint: bytes
    version: int
    revised: str
    upstream: str  # of its study, as is
    inclusion: str


@dataclass(frozen=True, slots=True)
class Member:
    """A source record of a study, with its tags."""

    id: int
    record: Record
    tags: tuple[TagView, ...]


def known(connection: Connection, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Known]:
    """The stored records of these (source, external id)."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, external_id in names:
        by_source[source].append(external_id)
    found = {}
    columns = (
        select(
            RECORD.c.id,
            RECORD.c.external_id,
            RECORD.c.fingerprint,
            RECORD.c.version,
            RECORD.c.revised,
            MEMBERSHIP.c.study_id,
            STUDY.c.upstream_state,
            STUDY.c.inclusion,
        )
        .join(MEMBERSHIP, MEMBERSHIP.c.source_record_id == RECORD.c.id)
        .join(STUDY, STUDY.c.id == MEMBERSHIP.c.study_id)
    )
    for source, ids in by_source.items():
        for row in rows_in(connection, columns.where(RECORD.c.source == source), RECORD.c.external_id, ids):
            found[source, row.external_id] = Known(
                row.id, row.study_id, row.fingerprint, row.version, row.revised, row.upstream_state, row.inclusion
            )
    return found


def studies_with(connection: Connection, values: Iterable[str]) -> list[Row[Any]]:
    """Identifier rows (study_id, scheme, value, claim) of live studies that have one of these values."""
    return list(rows_in(connection, select(IDENTIFIER), IDENTIFIER.c.value, values))


def studies_in_blocks(connection: Connection, keys: Iterable[int]) -> dict[int, set[int]]:
    """Blocking key → the studies that have a record with it."""
    found: dict[int, set[int]] = defaultdict(set)
    columns = select(BLOCK.c.key, MEMBERSHIP.c.study_id).join(
        MEMBERSHIP, MEMBERSHIP.c.source_record_id == BLOCK.c.source_record_id
    )
    for row in rows_in(connection, columns, BLOCK.c.key, keys):
        found[row.key].add(row.study_id)
    return found


def members(connection: Connection, studies: Iterable[int], vocabulary: Vocabulary) -> dict[int, list[Member]]:
    """Study → its source records, oldest first."""
    columns = select(MEMBERSHIP.c.study_id, RECORD.c.id, RECORD.c.payload).join(
        RECORD, RECORD.c.id == MEMBERSHIP.c.source_record_id
    )
    rows = sorted(rows_in(connection, columns, MEMBERSHIP.c.study_id, studies), key=lambda r: (r.study_id, r.id))
    tags = tags_of(connection, [row.id for row in rows], vocabulary)
    found: dict[int, list[Member]] = defaultdict(list)
    for row in rows:
        record = recordjson.load(unpack(row.payload))
        found[row.study_id].append(Member(row.id, record, tuple(tags.get(row.id, ()))))
    return found


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
            )
        )
    return {k: sorted(v, key=lambda t: (t.kind, t.slug, t.origin)) for k, v in found.items()}


def label(vocabulary: Vocabulary, kind: str, slug: str) -> str:
    """The name of a tag; a slug that left the vocabulary speaks for itself."""
    kinds: dict[str, Any] = {
        "condition": vocabulary.conditions,
        "intervention": vocabulary.interventions,
        "design": vocabulary.designs,
    }
    entry = kinds.get(kind, {}).get(slug)
    return entry.name if entry else slug.replace("-", " ")


def incoming(connection: Connection, values: Collection[str]) -> dict[tuple[str, str], set[str]]:
    """(scheme, value) → types of the relations that point at it."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    columns = select(RELATION.c.target_scheme, RELATION.c.target_value, RELATION.c.type)
    for row in rows_in(connection, columns, RELATION.c.target_value, values):
        found[row.target_scheme, row.target_value].add(row.type)
    return found


def said_different(connection: Connection, records: Collection[int]) -> set[frozenset[int]]:
    """Pairs of source records that were judged different."""
    pairs: set[frozenset[int]] = set()
    columns = select(DECISION.c.a_id, DECISION.c.b_id).where(DECISION.c.verdict == "different")
    for side in (DECISION.c.a_id, DECISION.c.b_id):
        pairs.update(frozenset((row.a_id, row.b_id)) for row in rows_in(connection, columns, side, records))
    return pairs


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


def locked_fields(connection: Connection, records: Iterable[int]) -> dict[int, dict[str, str]]:
    """Source record → the fields a curator fixed on it."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for row in rows_in(connection, select(FIELD_CHOICE), FIELD_CHOICE.c.source_record_id, records):
        found[row.source_record_id][row.field] = row.value
    return found


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

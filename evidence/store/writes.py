"""Rows of source records and of the studies they make. Called inside a writing transaction (engine.Writer)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import bindparam, delete, select, update

from evidence.records import Author, Record, Rejected
from evidence.store import claims, facets, schema, search
from evidence.store.claims import Claims
from evidence.store.engine import Writer, pack, table_of
from evidence.store.reads import (
    ASSIGNMENT,
    BLOCK,
    CITE_KEY,
    LIBRARY,
    MACHINE,
    MEMBERSHIP,
    RECORD,
    STUDY,
    TAG,
)
from evidence.store.statements import delete_in, rows_in, upsert
from evidence.views import TagView


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A source record as it is to be stored. `old_blocks`: the keys under which its last delivery is found."""

    id: int
    record: Record
    payload: bytes
    fingerprint: bytes
    reader: int
    revised: str
    blocks: tuple[int, ...]
    tags: tuple[TagView, ...]
    old_blocks: tuple[int, ...] = ()
    upstream: str = "present"
    inclusion: str = "included"


class Shown(Protocol):
    """What `save_studies` needs of a projection (evidence.ingest.projection.Projection)."""

    @property
    def record(self) -> Record:
        """The projected record."""

    @property
    def columns(self) -> dict[str, Any]:
        """The study row's shown columns."""

    def facets(self) -> list[str]:
        """The facet values."""


@dataclass(frozen=True, slots=True)
class StudyState:
    """What a study row holds beside the projection."""

    id: int
    fresh: bool
    created: Any = None
    keys: tuple[str, ...] = ()


def tag_ids(writer: Writer, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """(kind, slug) → tag number; unknown ones are made."""
    pairs = set(wanted)
    found = {(r.kind, r.slug): r.id for r in rows_in(writer.connection, select(TAG), TAG.c.slug, {s for _, s in pairs})}
    missing = sorted(pairs - found.keys())
    first = writer.number(schema.Tag, len(missing)) if missing else 0
    rows = [{"id": first + i, "kind": kind, "slug": slug} for i, (kind, slug) in enumerate(missing)]
    writer.add(schema.Tag, rows)
    return found | {(r["kind"], r["slug"]): r["id"] for r in rows}


def add_records(writer: Writer, records: Sequence[NewRecord], *, run_id: int | None) -> None:
    """Insert source records, before anything that names them.

    While a deferred foreign key waits, SQLite looks for rows that name each inserted one, table by table
    (https://sqlite.org/foreignkeys.html#fk_deferred).
    """
    rows = [_record_row(writer, r) | {"id": r.id, "first_seen": writer.now, "run_id": run_id} for r in records]
    writer.add(schema.SourceRecord, rows)


def place_records(
    writer: Writer, records: Sequence[NewRecord], home: Mapping[int, int], born: Mapping[int, int]
) -> None:
    """Give inserted source records their membership, tags, relations, sample sizes and blocking keys.

    `home`: record → the study it belongs to; `born`: record → the study that was made for it.
    """
    writer.add(
        schema.Membership,
        [{"source_record_id": r.id, "study_id": home[r.id], "born_study_id": born.get(r.id)} for r in records],
    )
    _add_parts(writer, records)


def revise_records(writer: Writer, records: Sequence[NewRecord], *, run_id: int | None) -> None:
    """Overwrite source records with a newer delivery; a curator's tags stay."""
    if not records:
        return
    rows = [_record_row(writer, r) | {"number": r.id, "run_id": run_id} for r in records]
    writer.connection.execute(update(RECORD).where(RECORD.c.id == bindparam("number")), rows)
    writer.dirty = True
    ids = [r.id for r in records]
    machine = (ASSIGNMENT.c.source_record_id == bindparam("number"), ASSIGNMENT.c.origin != "curator")
    writer.connection.execute(delete(ASSIGNMENT).where(*machine), [{"number": number} for number in ids])
    for model in (schema.Relation, schema.SampleSize):
        delete_in(writer, model, "source_record_id", ids)
    gone = [{"old_key": key, "number": r.id} for r in records for key in r.old_blocks]
    if gone:
        match = (BLOCK.c.key == bindparam("old_key"), BLOCK.c.source_record_id == bindparam("number"))
        writer.connection.execute(delete(BLOCK).where(*match), gone)
    _add_parts(writer, records)


def _record_row(writer: Writer, new: NewRecord) -> dict[str, Any]:
    return {
        "source": new.record.source,
        "external_id": new.record.external_id,
        "fingerprint": new.fingerprint,
        "reader": new.reader,
        "version": new.record.version,
        "revised": new.revised,
        "payload": new.payload,
        "changed": writer.now,
        "checked_at": writer.wall,
        "upstream": new.upstream,
        "inclusion": new.inclusion,
    }


def _add_parts(writer: Writer, records: Sequence[NewRecord]) -> None:
    numbers = tag_ids(writer, {(t.kind, t.slug) for r in records for t in r.tags})
    tags = [_tag_row(writer, r.id, numbers[t.kind, t.slug], t) for r in records for t in r.tags]
    writer.add(schema.TagAssignment, tags)
    writer.add(schema.Relation, [row for r in records for row in _relation_rows(r)])
    add_blocks(writer, {r.id: r.blocks for r in records})
    sizes = [(r.id, r.record.sample_size) for r in records if r.record.sample_size]
    writer.add(
        schema.SampleSize, [{"source_record_id": i, "n": s.n, "unit": s.unit, "quote": s.quote} for i, s in sizes if s]
    )


def add_blocks(writer: Writer, blocks: Mapping[int, Sequence[int]]) -> None:
    """Put source records into the matching index under these keys, in the order of its tree."""
    rows = sorted((key, number) for number, keys in blocks.items() for key in keys)
    writer.add(schema.Block, [{"key": key, "source_record_id": number} for key, number in rows])


def clear_blocks(writer: Writer) -> None:
    """Empty the matching index."""
    writer.connection.execute(delete(BLOCK))


def set_block_level(writer: Writer, level: int) -> None:
    """Note which keys the matching index holds."""
    writer.connection.execute(update(LIBRARY).values(block_level=level))


def _tag_row(writer: Writer, record_id: int, tag_id: int, tag: TagView) -> dict[str, Any]:
    return {
        "source_record_id": record_id,
        "tag_id": tag_id,
        "origin": tag.origin,
        "status": tag.status,
        "role": tag.role,
        "central": tag.central,
        "evidence": tag.evidence,
        "place": tag.place,
        "rule": tag.rule,
        "actor": tag.actor or MACHINE,
        "at": tag.at or writer.now,
    }


def replace_tags(writer: Writer, gone: Mapping[int, Sequence[TagView]], new: Mapping[int, Sequence[TagView]]) -> None:
    """Source record → tags that it no longer has, and tags that it has from now on, whoever gave them."""
    named = {(t.kind, t.slug) for tags in (*gone.values(), *new.values()) for t in tags}
    numbers = tag_ids(writer, named)
    pairs = [(record, tag) for record, tags in gone.items() for tag in tags]
    lost = [{"number": record, "tag": numbers[t.kind, t.slug], "by": t.origin} for record, t in pairs]
    if lost:
        match = (
            ASSIGNMENT.c.source_record_id == bindparam("number"),
            ASSIGNMENT.c.tag_id == bindparam("tag"),
            ASSIGNMENT.c.origin == bindparam("by"),
        )
        writer.connection.execute(delete(ASSIGNMENT).where(*match), lost)
        writer.dirty = True
    rows = [_tag_row(writer, record, numbers[t.kind, t.slug], t) for record, tags in new.items() for t in tags]
    writer.add(schema.TagAssignment, rows)


def set_tagged_with(writer: Writer, name: str) -> None:
    """Note by which vocabulary and tagger all machine tags are made. Raises no revision: no page changes."""
    writer.connection.execute(update(LIBRARY).values(vocabulary_hash=name))


def _relation_rows(new: NewRecord) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for relation in new.record.relations:
        targets: list[tuple[str, str]] = [(t.scheme, t.value[:500]) for t in relation.targets] or [("", "")]
        for scheme, value in targets:
            rows.append(
                {
                    "source_record_id": new.id,
                    "position": len(rows),
                    "type": relation.type,
                    "target_scheme": scheme,
                    "target_value": value,
                    "citation": relation.citation,
                    "note": relation.note,
                }
            )
    return rows


def touch(writer: Writer, records: Sequence[int]) -> None:
    """Note that a source was asked and said the same as before. Does not raise the revision."""
    if records:
        rows = [{"number": number, "at": writer.wall} for number in records]
        writer.connection.execute(
            update(RECORD).where(RECORD.c.id == bindparam("number")).values(checked_at=bindparam("at")), rows
        )


def move(writer: Writer, homes: Mapping[int, int]) -> None:
    """Let source records belong to other studies (record → study)."""
    if homes:
        writer.connection.execute(
            update(MEMBERSHIP)
            .where(MEMBERSHIP.c.source_record_id == bindparam("number"))
            .values(study_id=bindparam("home")),
            [{"number": number, "home": home} for number, home in homes.items()],
        )
        writer.dirty = True


def set_births(writer: Writer, births: Mapping[int, int]) -> None:
    """Note which study was made for a source record that is stored already (record → study)."""
    if births:
        writer.connection.execute(
            update(MEMBERSHIP)
            .where(MEMBERSHIP.c.source_record_id == bindparam("number"))
            .values(born_study_id=bindparam("born")),
            [{"number": number, "born": born} for number, born in births.items()],
        )
        writer.dirty = True


def set_states(writer: Writer, column: str, states: Mapping[int, str]) -> None:
    """Set `upstream` or `inclusion` of source records (record → state)."""
    if states:
        writer.connection.execute(
            update(RECORD).where(RECORD.c.id == bindparam("number")).values({column: bindparam("state")}),
            [{"number": number, "state": state} for number, state in states.items()],
        )
        writer.dirty = True


def save_studies(
    writer: Writer, studies: Mapping[int, tuple[StudyState, Shown]]
) -> tuple[dict[int, dict[str, Any]], Claims, Claims]:
    """Write the shown state of live studies. The stored row of each, for its after-image; the claims of all that hold
    their identifiers; the claims that changed.
    """
    fresh = {number for number, (state, _) in studies.items() if state.fresh}
    rows = {}
    for number, (state, shown) in studies.items():
        rows[number] = shown.columns | {
            "id": number,
            "merged_into": None,
            "created": state.created or writer.now,
            "changed": writer.now,
        }
    writer.add(schema.Study, [row for number, row in rows.items() if number in fresh])
    upsert(writer, schema.Study, [row for number, row in rows.items() if number not in fresh], key=("id",))
    delete_in(writer, schema.Author, "study_id", [n for n in studies if n not in fresh])
    writer.add(
        schema.Author,
        [_author_row(n, at, a) for n, (_, shown) in studies.items() for at, a in enumerate(shown.record.authors)],
    )
    held, new = claims.rewrite(writer, {n: shown.record.identifiers for n, (_, shown) in studies.items()}, fresh=fresh)
    search.index(writer, {n: search.body(s.record, state.keys) for n, (state, s) in studies.items()}, fresh=fresh)
    facets.apply(writer, {n: s.facets() for n, (_, s) in studies.items()})
    return rows, held, new


def _author_row(study_id: int, position: int, author: Author) -> dict[str, Any]:
    return {
        "study_id": study_id,
        "position": position,
        "family": author.family,
        "given": author.given,
        "initials": author.initials,
        "suffix": author.suffix,
        "is_group": author.is_group,
        "orcid": author.orcid,
    }


def retire(writer: Writer, studies: Mapping[int, int]) -> Claims:
    """Studies whose records went to another one (old → new): they point to it and show nowhere. What they owned."""
    point(writer, studies)
    gone = list(studies)
    new = claims.release(writer, gone)
    delete_in(writer, schema.Author, "study_id", gone)
    search.remove(writer, gone)
    facets.apply(writer, dict.fromkeys(gone, ()))
    return new


def point(writer: Writer, studies: Mapping[int, int]) -> None:
    """Let studies that show nowhere point to the one that stands for them (old → new)."""
    for old, new in studies.items():
        writer.connection.execute(update(STUDY).where(STUDY.c.id == old).values(merged_into=new, changed=writer.now))
        writer.dirty = True


def reject(writer: Writer, rejected: Sequence[Rejected], *, run_id: int | None) -> None:
    """Keep what could not become a record."""
    if not rejected:
        return
    first = writer.number(schema.Rejection, len(rejected))
    writer.connection.execute(
        table_of(schema.Rejection).insert(),
        [
            {
                "id": first + i,
                "run_id": run_id,
                "at": writer.now,
                "subject": r.subject[:500],
                "line": r.line,
                "reason": r.reason[:2000],
                "payload": r.payload[:20_000],
            }
            for i, r in enumerate(rejected)
        ],
    )


def move_keys(writer: Writer, records: Sequence[int], study_id: int) -> None:
    """Aliases that these source records brought go with them to another study."""
    moving = (CITE_KEY.c.source_record_id == bindparam("number"), CITE_KEY.c.is_primary.is_(False))
    if records:
        writer.connection.execute(
            update(CITE_KEY).where(*moving).values(study_id=study_id), [{"number": number} for number in records]
        )


def packed(image: bytes) -> bytes:
    """An after-image as it is stored."""
    return pack(image)

"""Rows of studies as views: light for lists, whole for exports and the study page."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from evidence import merging
from evidence.identifiers import Identifier
from evidence.records import Markup
from evidence.store.life import life_of
from evidence.store.reads import (
    CITE_KEY,
    IDENTIFIER,
    MEMBERSHIP,
    MERGE,
    RECORD,
    RELATION,
    STUDY,
    Member,
    all_keys,
    chosen,
    last_word,
    locked_fields,
    members,
)
from evidence.store.registrations import of_study
from evidence.store.statements import rows_in
from evidence.views import MemberView, MergeView, RelationView, Study, StudyRow
from evidence.vocabulary import Vocabulary


def rows_of(connection: Connection, numbers: Sequence[int]) -> tuple[StudyRow, ...]:
    """List rows of studies, in the order asked: one query."""
    columns = select(STUDY, CITE_KEY.c.key).join(CITE_KEY, (CITE_KEY.c.study_id == STUDY.c.id) & CITE_KEY.c.is_primary)
    found = {row.id: row_view(row) for row in rows_in(connection, columns, STUDY.c.id, numbers)}
    return tuple(found[number] for number in numbers if number in found)


def row_view(row: Any) -> StudyRow:
    """A list row of what has the columns of schema.Study, and its citation key, as attributes."""
    tags = [tuple(tag.split(":")) for tag in row.tags.split()]
    return StudyRow(
        id=row.id,
        key=row.key,
        title=Markup(row.title),
        byline=row.byline,
        citation=row.citation,
        year=row.year,
        language=row.language,
        design=row.design,
        designs=tuple(slug for kind, slug, _ in tags if kind == "design"),
        conditions=tuple(slug for kind, slug, _ in tags if kind == "condition"),
        interventions=tuple((slug, role) for kind, slug, role in tags if kind == "intervention"),
        level=row.level,
        n=row.n,
        n_unit=row.n_unit,
        state=row.publication_state,
        upstream=row.upstream_state,
        pmid=row.pmid,
        doi=row.doi,
        pmcid=row.pmcid,
        identified=row.identified,
        registrations=tuple(row.registrations.split()),
        features=tuple(slug for kind, slug, _ in tags if kind == "feature"),
    )


def assemble(
    connection: Connection, numbers: Sequence[int], vocabulary: Vocabulary, *, full: bool = False
) -> Iterator[Study]:
    """Studies with their projected record and tags; `full` adds relations, merges and registrations."""
    rows = {row.id: row for row in rows_of(connection, numbers)}
    study_rows = {r.id: r for r in rows_in(connection, select(STUDY), STUDY.c.id, numbers)}
    held = members(connection, numbers, vocabulary)
    keys = all_keys(connection, numbers)
    claims = defaultdict(list)
    for row in rows_in(connection, select(IDENTIFIER), IDENTIFIER.c.study_id, numbers):
        claims[row.study_id].append(row)
    choices = locked_fields(connection, [m.id for ms in held.values() for m in ms])
    seen = _times(connection, [m.id for ms in held.values() for m in ms])
    for number in numbers:
        if number not in rows or number not in held:
            continue
        study = _study(rows[number], held[number], keys[number], claims[number], choices, seen)
        study = replace(
            study,
            n_quote=study_rows[number].n_quote,
            inclusion=study_rows[number].inclusion,
            word=last_word(held[number]),
            created=study_rows[number].created,
            changed=study_rows[number].changed,
        )
        yield _with_links(connection, study) if full else study


def _study(
    row: StudyRow,
    held: Sequence[Member],
    keys: tuple[str, ...],
    claims: Sequence[Row[Any]],
    choices: dict[int, list[Row[Any]]],
    seen: dict[int, tuple[datetime, datetime]],
) -> Study:
    record = merging.project([m.record for m in held])
    fixed = chosen(choices, [m.id for m in held])
    if fixed:
        record = merging.with_choices(record, fixed, {m.id: m.record for m in held})
    disputed = {(c.scheme, c.value) for c in claims if c.claim == "disputed"}
    kept = tuple(i for i in record.identifiers if (i.scheme, i.value) not in disputed)
    return Study(
        row=row,
        record=replace(record, identifiers=kept) if disputed else record,
        aliases=tuple(k for k in keys if k != row.key),
        disputed=tuple(f"{scheme}:{value}" for scheme, value in sorted(disputed)),
        tags=tuple(dict.fromkeys(t for m in held for t in m.tags)),
        members=tuple(
            MemberView(
                id=m.id,
                source=m.record.source,
                external_id=m.record.external_id,
                first_seen=seen[m.id][0],
                changed=seen[m.id][1],
                record=m.record,
            )
            for m in held
        ),
    )


def _times(connection: Connection, records: Sequence[int]) -> dict[int, tuple[datetime, datetime]]:
    columns = select(RECORD.c.id, RECORD.c.first_seen, RECORD.c.changed)
    return {row.id: (row.first_seen, row.changed) for row in rows_in(connection, columns, RECORD.c.id, records)}


def _with_links(connection: Connection, study: Study) -> Study:
    return replace(
        study,
        relations=tuple(_relations(connection, study)),
        merges=tuple(_merges(connection, study.row.id)),
        registrations=of_study(connection, study.row.key, study.record),
        life=life_of(connection, study.row.id, [m.record for m in study.members], [m.id for m in study.members]),
    )


def _relations(connection: Connection, study: Study) -> Iterator[RelationView]:
    """What the study's records say of other works, and what other records say of it."""
    seen = set()
    for relation in study.record.relations:
        target = relation.targets[0] if relation.targets else None
        key, title = _find(connection, target) if target else (None, Markup(""))
        seen.add((relation.type, target))
        yield RelationView(
            type=relation.type,
            incoming=False,
            citation=relation.citation,
            identifier=f"{target.scheme}:{target.value}" if target else "",
            url=target.url if target else None,
            study_key=key,
            study_title=title,
            note=relation.note,
        )
    values = [i.value for i in study.record.identifiers if i.scheme in ("pmid", "doi", "pmcid")]
    columns = (
        select(RELATION, MEMBERSHIP.c.study_id)
        .join(MEMBERSHIP, MEMBERSHIP.c.source_record_id == RELATION.c.source_record_id)
        .where(MEMBERSHIP.c.study_id != study.row.id)
    )
    for row in rows_in(connection, columns, RELATION.c.target_value, values):
        for other in rows_of(connection, [row.study_id]):
            yield RelationView(
                type=row.type,
                incoming=True,
                citation=other.citation,
                identifier=f"pmid:{other.pmid}" if other.pmid else "",
                url=None,
                study_key=other.key,
                study_title=other.title,
                note=row.note,
            )


def _find(connection: Connection, target: Identifier) -> tuple[str | None, Markup]:
    columns = (
        select(CITE_KEY.c.key, STUDY.c.title)
        .join(IDENTIFIER, IDENTIFIER.c.study_id == CITE_KEY.c.study_id)
        .join(STUDY, STUDY.c.id == CITE_KEY.c.study_id)
        .where(CITE_KEY.c.is_primary, IDENTIFIER.c.scheme == target.scheme, IDENTIFIER.c.value == target.value)
        .where(IDENTIFIER.c.claim == "own")
    )
    row = connection.execute(columns).first()
    return (row.key, Markup(row.title)) if row else (None, Markup(""))


def _merges(connection: Connection, number: int) -> Iterator[MergeView]:
    for row in connection.execute(select(MERGE).where(MERGE.c.study_id == number).order_by(MERGE.c.id)):
        moved = json.loads(row.moved)
        names = rows_in(connection, select(RECORD.c.id, RECORD.c.source, RECORD.c.external_id), RECORD.c.id, moved)
        yield MergeView(
            event=row.id,
            at=row.at,
            actor=row.actor,
            rule=row.rule,
            reasons=tuple(json.loads(row.reasons)),
            joined=", ".join(f"{r.source} {r.external_id}" for r in names),
            undone_at=row.undone_at,
        )

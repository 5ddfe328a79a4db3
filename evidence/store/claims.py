"""Who owns an identifier: one live study at most; a supplement's DOI is shared; the rest is disputed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import delete

from evidence.identifiers import WORK_SCHEMES, Identifier
from evidence.store import schema
from evidence.store.engine import Writer
from evidence.store.reads import IDENTIFIER, studies_with
from evidence.store.statements import IN_LIMIT, delete_in, rows_in

MAX_VALUE: Final = 500
"""Characters of an identifier that is indexed: PostgreSQL refuses index rows above 2,704 bytes."""

Claims = dict[tuple[int, str, str], str]


def decide(holders: Mapping[tuple[str, str], Iterable[int]], pmids: Mapping[int, frozenset[str]]) -> Claims:
    """(study, scheme, value) → claim, for every study that holds each identifier. The oldest study owns it.

    A DOI that studies with different PMIDs hold is shared by them, and disputed by whoever has it without a PMID. A
    trial registration is always shared, since a trial has many reports.
    """
    claims: Claims = {}
    for (scheme, value), studies in holders.items():
        ordered = sorted(studies)
        named = [s for s in ordered if pmids.get(s)]
        supplement = scheme == "doi" and len(named) > 1 and len({pmids[s] for s in named}) == len(named)
        for place, study in enumerate(ordered):
            if scheme not in WORK_SCHEMES or (supplement and study in named):
                claim = "shared"
            else:
                claim = "own" if place == 0 and not supplement else "disputed"
            claims[study, scheme, value] = claim
    return claims


def rewrite(writer: Writer, held: Mapping[int, Iterable[Identifier]], *, fresh: set[int]) -> tuple[Claims, Claims]:
    """Store the identifiers of these studies, settling every claim that they touch. `fresh`: studies without rows.

    The claims of all holders of these identifiers, and of them those that are new or other than before.
    """
    old = list(
        rows_in(writer.connection, IDENTIFIER.select(), IDENTIFIER.c.study_id, [s for s in held if s not in fresh])
    )
    held = {study: [i for i in ids if len(i.value) <= MAX_VALUE] for study, ids in held.items()}
    wanted = {(i.scheme, i.value) for ids in held.values() for i in ids} | {(r.scheme, r.value) for r in old}
    others = [r for r in studies_with(writer.connection, {v for _, v in wanted}) if r.study_id not in held]
    others = [r for r in others if (r.scheme, r.value) in wanted]
    holders: dict[tuple[str, str], set[int]] = defaultdict(set)
    for study, ids in held.items():
        for identifier in ids:
            holders[identifier.scheme, identifier.value].add(study)
    for row in others:
        holders[row.scheme, row.value].add(row.study_id)
    claims = decide(holders, _pmids(writer, held, {r.study_id for r in others}))
    before = {(r.study_id, r.scheme, r.value): r.claim for r in (*old, *others)}
    return claims, _store(writer, claims, before)


def _pmids(writer: Writer, held: Mapping[int, Iterable[Identifier]], others: set[int]) -> dict[int, frozenset[str]]:
    found = {study: frozenset(i.value for i in ids if i.scheme == "pmid") for study, ids in held.items()}
    rows = rows_in(
        writer.connection, IDENTIFIER.select().where(IDENTIFIER.c.scheme == "pmid"), IDENTIFIER.c.study_id, others
    )
    by_study: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        by_study[row.study_id].add(row.value)
    return found | {study: frozenset(values) for study, values in by_study.items()}


def _store(writer: Writer, claims: Claims, before: Claims) -> Claims:
    """Delete what changed or went, then insert: so no two rows own one identifier at any moment."""
    gone = [key for key, claim in before.items() if claims.get(key) != claim]
    for start in range(0, len(gone), IN_LIMIT):
        for study, scheme, value in gone[start : start + IN_LIMIT]:
            match = (IDENTIFIER.c.study_id == study, IDENTIFIER.c.scheme == scheme, IDENTIFIER.c.value == value)
            writer.connection.execute(delete(IDENTIFIER).where(*match))
            writer.dirty = True
    new = {key: claim for key, claim in claims.items() if before.get(key) != claim}
    rows: list[dict[str, Any]] = [
        {"study_id": study, "scheme": scheme, "value": value, "claim": claim}
        for (study, scheme, value), claim in new.items()
    ]
    writer.add(schema.Identifier, rows)
    return new


def release(writer: Writer, studies: Iterable[int]) -> Claims:
    """Drop the identifiers of studies that are no longer live; what they owned, settled among the others."""
    gone = list(studies)
    rows = list(rows_in(writer.connection, IDENTIFIER.select(), IDENTIFIER.c.study_id, gone))
    delete_in(writer, schema.Identifier, "study_id", gone)
    remaining = {r.study_id for r in studies_with(writer.connection, {r.value for r in rows})}
    if remaining:
        held = defaultdict(list)
        for row in rows_in(writer.connection, IDENTIFIER.select(), IDENTIFIER.c.study_id, remaining):
            held[row.study_id].append(Identifier(row.scheme, row.value))
        return rewrite(writer, held, fresh=set())[1]
    return {}

"""What `evidence doctor` reads: the database's own word on itself, and rows that do not fit each other. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, or_, select, text

from evidence.store import images, schema
from evidence.store.engine import Store, table_of
from evidence.store.reads import (
    BLOCK,
    CITE_KEY,
    EVENT,
    IDENTIFIER,
    LIBRARY,
    MEMBERSHIP,
    RECORD,
    STUDY,
    keys_of,
    utc,
)
from evidence.store.statements import rows_in

RUN: Final = table_of(schema.RefreshRun)
SAVED: Final = table_of(schema.SavedSearch)
SHELF: Final = table_of(schema.Shelf)
ITEM: Final = table_of(schema.ShelfItem)
AUTHOR: Final = table_of(schema.Author)
TRAIL: Final = table_of(schema.ConditionEvent)
_MOST: Final = 100
"""Faults that SQLite names before it stops looking (https://sqlite.org/pragma.html#pragma_integrity_check)."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of a study beside its source records. `image`: the columns of its latest after-image in the log,
    None where it has none.
    """

    key: str
    row: Any
    authors: tuple[tuple[Any, ...], ...]
    identifiers: frozenset[tuple[str, str]]
    image: dict[str, Any] | None


def damage(store: Store) -> list[str]:
    """What the database finds wrong with its own file; PostgreSQL has no such look at itself."""
    if store.dialect != "sqlite":
        return []
    with store.read() as connection:
        rows = connection.execute(text(f"PRAGMA integrity_check({_MOST})"))
        return [str(row[0]) for row in rows if row[0] != "ok"]


def broken_references(store: Store) -> list[tuple[str, str]]:
    """(table, what): rows that point to rows that are not there. PostgreSQL lets none in."""
    if store.dialect != "sqlite":
        return []
    with store.read() as connection:
        rows = connection.execute(text("PRAGMA foreign_key_check")).fetchmany(_MOST)
        return [
            (f"{row[0]} {row[1] if row[1] is not None else ''}".strip(), f"its {row[2]} is not there") for row in rows
        ]


def live(connection: Connection) -> list[int]:
    """The numbers of all studies that stand for themselves, in order."""
    return list(connection.scalars(select(STUDY.c.id).where(STUDY.c.merged_into.is_(None)).order_by(STUDY.c.id)))


def live_after(connection: Connection, last: int, limit: int) -> list[int]:
    """The next of them."""
    wanted = select(STUDY.c.id).where(STUDY.c.merged_into.is_(None), STUDY.c.id > last)
    return list(connection.scalars(wanted.order_by(STUDY.c.id).limit(limit)))


def alive(connection: Connection, studies: Iterable[int]) -> list[int]:
    """Those of these studies that stand for themselves, in order."""
    wanted = select(STUDY.c.id).where(STUDY.c.merged_into.is_(None))
    return sorted(row.id for row in rows_in(connection, wanted, STUDY.c.id, studies))


def stored(connection: Connection, studies: Collection[int]) -> dict[int, Stored]:
    """What is stored of these studies."""
    keys = keys_of(connection, studies)
    authors: dict[int, list[tuple[Any, ...]]] = {study: [] for study in studies}
    for row in sorted(
        rows_in(connection, select(AUTHOR), AUTHOR.c.study_id, studies), key=lambda r: (r.study_id, r.position)
    ):
        authors[row.study_id].append(tuple(row)[2:])
    held: dict[int, set[tuple[str, str]]] = {study: set() for study in studies}
    for row in rows_in(connection, select(IDENTIFIER), IDENTIFIER.c.study_id, studies):
        held[row.study_id].add((row.scheme, row.value))
    last = _last_images(connection, studies)
    rows = rows_in(connection, select(STUDY), STUDY.c.id, studies)
    return {
        row.id: Stored(
            keys.get(row.id, f"study {row.id}"), row, tuple(authors[row.id]), frozenset(held[row.id]), last.get(row.id)
        )
        for row in rows
    }


def _last_images(connection: Connection, studies: Collection[int]) -> dict[int, dict[str, Any]]:
    newest = select(func.max(EVENT.c.id).label("id")).where(func.length(EVENT.c.image) > 0).group_by(EVENT.c.study_id)
    events = [row.id for row in rows_in(connection, newest, EVENT.c.study_id, studies)]
    rows = rows_in(connection, select(EVENT.c.study_id, EVENT.c.image), EVENT.c.id, events)
    return {row.study_id: images.Image.of(row.study_id, row.image).columns for row in rows}


def homeless(connection: Connection) -> Iterator[tuple[str, str]]:
    """(what, why) of source records and studies that do not belong to each other."""
    for row in connection.execute(
        select(RECORD.c.source, RECORD.c.external_id).where(
            ~exists().where(MEMBERSHIP.c.source_record_id == RECORD.c.id)
        )
    ):
        yield f"{row.source} {row.external_id}", "belongs to no study"
    for study, key in _named(connection, _without_members()):
        yield key, f"study {study} has no source record"
    joined = select(MEMBERSHIP.c.study_id).distinct().join(STUDY, STUDY.c.id == MEMBERSHIP.c.study_id)
    for study, key in _named(connection, joined.where(STUDY.c.merged_into.is_not(None))):
        yield key, f"study {study} was merged away and still has source records"
    other = STUDY.alias("other")
    pointing = select(STUDY.c.id).join(other, other.c.id == STUDY.c.merged_into).where(other.c.merged_into.is_not(None))
    for study, key in _named(connection, pointing):
        yield key, f"study {study} points to one that was merged away itself"


def _without_members() -> Any:
    none = ~exists().where(MEMBERSHIP.c.study_id == STUDY.c.id)
    return select(STUDY.c.id).where(STUDY.c.merged_into.is_(None), none)


def _named(connection: Connection, statement: Any) -> list[tuple[int, str]]:
    studies = list(connection.scalars(statement.limit(_MOST * 100)))
    keys = keys_of(connection, studies)
    return [(study, keys.get(study, f"study {study}")) for study in studies]


def key_faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """Studies that were not born with one key, and keys of which folding is not what they are found by."""
    counted = (
        select(CITE_KEY.c.study_id, func.count().label("held"))
        .where(CITE_KEY.c.is_primary)
        .group_by(CITE_KEY.c.study_id)
    ).subquery()
    wanted = (
        select(STUDY.c.id, func.coalesce(counted.c.held, 0).label("held"))
        .outerjoin(counted, counted.c.study_id == STUDY.c.id)
        .where(func.coalesce(counted.c.held, 0) != 1)
    )
    for row in connection.execute(wanted):
        yield f"study {row.id}", f"has {row.held} primary keys, not one"


def all_keys(connection: Connection) -> Iterator[tuple[str, str]]:
    """(folded, key) of every citation key."""
    rows = connection.execution_options(yield_per=2000).execute(select(CITE_KEY.c.folded, CITE_KEY.c.key))
    yield from ((row.folded, row.key) for row in rows)


def claims(connection: Connection) -> Iterator[list[Row[Any]]]:
    """The rows of each identifier (study_id, scheme, value, claim) that more than one study has, or that one has and
    does not own as it should; and those of studies that were merged away.
    """
    twin = IDENTIFIER.alias("twin")
    same: ColumnElement[bool] = and_(
        twin.c.scheme == IDENTIFIER.c.scheme,
        twin.c.value == IDENTIFIER.c.value,
        twin.c.study_id != IDENTIFIER.c.study_id,
    )
    columns = select(IDENTIFIER).where(or_(exists().where(same), IDENTIFIER.c.claim != "own"))
    rows = connection.execution_options(yield_per=2000).execute(
        columns.order_by(IDENTIFIER.c.scheme, IDENTIFIER.c.value, IDENTIFIER.c.study_id)
    )
    group: list[Row[Any]] = []
    for row in rows:
        if group and (row.scheme, row.value) != (group[0].scheme, group[0].value):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def ghosts(connection: Connection) -> list[tuple[int, str]]:
    """Studies that were merged away and still have identifiers: (study, key)."""
    held = select(IDENTIFIER.c.study_id).distinct().join(STUDY, STUDY.c.id == IDENTIFIER.c.study_id)
    return _named(connection, held.where(STUDY.c.merged_into.is_not(None)))


def pmids(connection: Connection, studies: Iterable[int]) -> dict[int, frozenset[str]]:
    """Study → its PMIDs."""
    found: dict[int, set[str]] = {}
    named = select(IDENTIFIER).where(IDENTIFIER.c.scheme == "pmid")
    for row in rows_in(connection, named, IDENTIFIER.c.study_id, studies):
        found.setdefault(row.study_id, set()).add(row.value)
    return {study: frozenset(values) for study, values in found.items()}


def searchable(connection: Connection) -> set[int]:
    """The studies that the text search knows."""
    column = "rowid" if connection.dialect.name == "sqlite" else "study_id"
    return set(connection.scalars(text(f"SELECT {column} FROM study_fts")))


def indexed_nothing(connection: Connection) -> list[int]:
    """Numbers in the matching index that are no source record's."""
    missing = ~exists().where(RECORD.c.id == BLOCK.c.source_record_id)
    return list(connection.scalars(select(BLOCK.c.source_record_id).distinct().where(missing)))


def index_sizes(connection: Connection) -> dict[int, int]:
    """Source record → the number of its keys in the matching index."""
    rows = connection.execute(select(BLOCK.c.source_record_id, func.count()).group_by(BLOCK.c.source_record_id))
    return {row[0]: row[1] for row in rows}


def in_index(connection: Connection, wanted: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these (key, source record) that the matching index has."""
    rows = rows_in(connection, select(BLOCK), BLOCK.c.key, {key for key, _ in wanted})
    return {(row.key, row.source_record_id) for row in rows}.intersection(wanted)


def trail_of(connection: Connection, events: Iterable[int], conditions: Collection[str]) -> set[tuple[str, int]]:
    """(condition, event) of these events on the pages of these conditions."""
    near = select(TRAIL.c.condition, TRAIL.c.event_id).where(TRAIL.c.condition.in_(sorted(conditions)))
    return {(row.condition, row.event_id) for row in rows_in(connection, near, TRAIL.c.event_id, events)}


def trail_without_event(connection: Connection) -> list[Row[Any]]:
    """Rows (condition, event_id) whose event is not there."""
    missing = ~exists().where(EVENT.c.id == TRAIL.c.event_id)
    return list(connection.execute(select(TRAIL.c.condition, TRAIL.c.event_id).where(missing).limit(_MOST)))


def backwards(connection: Connection) -> list[int]:
    """Events that are older than one with a lower number."""
    before = func.lag(EVENT.c.at).over(order_by=EVENT.c.id).label("before")
    ordered = select(EVENT.c.id, EVENT.c.at, before).subquery()
    return list(connection.scalars(select(ordered.c.id).where(ordered.c.at < ordered.c.before).limit(_MOST)))


def times(connection: Connection) -> tuple[datetime | None, datetime]:
    """The time of the newest event, and the library's clock."""
    last = connection.scalar(select(EVENT.c.at).order_by(EVENT.c.id.desc()).limit(1))
    clock = connection.execute(select(LIBRARY.c.clock)).scalar_one()
    return (utc(last) if last is not None else None), utc(clock)


def events(store: Store) -> int:
    """How many events the log has."""
    with store.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(EVENT)) or 0)


@dataclass(frozen=True, slots=True)
class Ran:
    """When a run began and ended, and how."""

    id: int
    search: str
    state: str
    started: datetime
    finished: datetime | None


def runs(store: Store) -> list[Ran]:
    """Every run, oldest first."""
    columns = select(*(RUN.c[name] for name in ("id", "search", "state", "started", "finished")))
    with store.read() as connection:
        return [
            Ran(r.id, r.search, r.state, utc(r.started), utc(r.finished) if r.finished is not None else None)
            for r in connection.execute(columns.order_by(RUN.c.id))
        ]


def watermarks(store: Store) -> list[tuple[str, str]]:
    """(search, what) of searches whose last good run is none."""
    columns = select(SAVED, RUN.c.id.label("run"), RUN.c.state, RUN.c.search, RUN.c.query.label("asked"))
    joined = columns.select_from(SAVED.outerjoin(RUN, RUN.c.id == SAVED.c.last_ok_run)).order_by(SAVED.c.name)
    faults = []
    with store.read() as connection:
        for row in connection.execute(joined):
            if row.last_ok_run is None:
                continue
            if row.run is None:
                faults.append((row.name, f"its last good run, {row.last_ok_run}, is not there"))
            elif (row.state, row.search, row.asked) != ("ok", row.name, row.query):
                faults.append((row.name, f"run {row.run} is not a good run of it"))
    return faults


def crowded(connection: Connection) -> list[tuple[str, int]]:
    """(shelf, how many) of shelves on which several items have one place."""
    places = select(ITEM.c.shelf_id, func.count().label("held")).group_by(ITEM.c.shelf_id, ITEM.c.position)
    twice = places.having(func.count() > 1).subquery()
    named = select(SHELF.c.slug, twice.c.held).join(SHELF, SHELF.c.id == twice.c.shelf_id)
    return [(row.slug, row.held) for row in connection.execute(named.order_by(SHELF.c.slug))]

"""Backups: one consistent SQLite file, whatever database the store is in; so a backup also moves a store.

A restore goes into an empty place (or replaces, when told to), in one step: the old store stays until the new one is
whole.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, text

from evidence.errors import BadInput, Conflict, EvidenceError
from evidence.settings import Clock
from evidence.store import schema, search
from evidence.store.engine import Store, Writer, create, migrate, open_store, table_of
from evidence.store.reads import STUDY, all_keys
from evidence.vocabulary import Vocabulary

_CHUNK: Final = 1000


def backup(store: Store, path: Path) -> int:
    """Write the store to a new file (never over an existing one); the number of studies in it."""
    if path.exists():
        raise Conflict(str(path), "exists already; a backup never overwrites")
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    try:
        if store.path is not None:
            with closing(sqlite3.connect(store.path)) as source, closing(sqlite3.connect(part)) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode=DELETE")
        else:
            _copy_to_file(store, part)
        count = _checked(part, store.now)
        os.replace(part, path)
    except OSError as exc:
        raise BadInput(str(path), f"cannot be written ({exc.strerror})") from exc
    finally:
        for leftover in (part, Path(f"{part}-wal"), Path(f"{part}-shm")):
            leftover.unlink(missing_ok=True)
    return count


def restore(url: str, path: Path, vocabulary: Vocabulary, now: Clock, *, force: bool = False) -> int:
    """Bring a backup back; the number of studies. Raises Conflict when studies are there and not `force`."""
    if not path.is_file():
        raise BadInput(str(path), "is a directory, not a file" if path.is_dir() else "no such file")
    count = _checked(path, now)
    target = create(url, now)
    try:
        with target.read() as connection:
            if connection.scalar(select(func.count()).select_from(table_of(schema.SourceRecord))) and not force:
                raise Conflict(target.url, "already holds studies; say --force to replace them")
        if target.path is not None:
            _replace_file(target, path)
        else:
            _copy_from_file(target, path, vocabulary, now)
    finally:
        target.close()
    return count


def _checked(path: Path, now: Clock) -> int:
    """The number of studies in a backup. Raises BadInput for what is none, SchemaMismatch for another schema."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            damaged = connection.execute("PRAGMA quick_check").fetchone()[0] != "ok"
            known = connection.execute("SELECT name FROM sqlite_master WHERE name = 'source_record'").fetchone()
    except sqlite3.Error as exc:
        raise BadInput(str(path), f"is not a backup of this program ({exc})") from None
    if damaged or not known:
        raise BadInput(str(path), "is damaged" if damaged else "is not a backup of this program")
    try:
        with open_store(f"sqlite:///{path}", now) as store, store.read() as connection_:
            return connection_.scalar(select(func.count()).select_from(STUDY).where(STUDY.c.merged_into.is_(None))) or 0
    except EvidenceError as exc:
        raise BadInput(str(path), exc.reason) from exc


def _replace_file(target: Store, path: Path) -> None:
    """Through SQLite's own backup into the live file: readers and locks are respected, a kill leaves the old state."""
    assert target.path is not None
    address = f"file:{path}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(target.path)) as into:
        source.backup(into)
        into.execute("PRAGMA journal_mode=WAL")


def _copy_to_file(store: Store, path: Path) -> None:
    migrate(f"sqlite:///{path}", store.now)
    with open_store(f"sqlite:///{path}", store.now) as file, store.read() as source, file.write() as writer:
        if store.dialect == "postgresql":
            source.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        _copy(source, writer)
        _index(writer, None)


def _copy_from_file(target: Store, path: Path, vocabulary: Vocabulary, now: Clock) -> None:
    with open_store(f"sqlite:///{path}", now) as file, file.read() as source, target.write() as writer:
        _copy(source, writer)
        _index(writer, vocabulary)


def _copy(source: Connection, writer: Writer) -> None:
    for table in reversed(schema.METADATA.sorted_tables):
        writer.connection.execute(delete(table))
    for table in schema.METADATA.sorted_tables:
        for rows in _chunks(source, table):
            writer.connection.execute(insert(table), rows)
    writer.dirty = False  # the copied library row has its own revision


def _chunks(source: Connection, table: Any) -> Iterator[list[dict[str, Any]]]:
    found = source.execution_options(yield_per=_CHUNK).execute(select(table))
    for part in found.partitions(_CHUNK):
        yield [dict(row._mapping) for row in part]


def _index(writer: Writer, vocabulary: Vocabulary | None) -> None:
    """Write the search index anew from the studies."""
    from evidence.store.detail import assemble

    empty = vocabulary or Vocabulary(conditions={}, interventions={}, designs={}, searches={})
    search.clear(writer)
    live = select(STUDY.c.id).where(STUDY.c.merged_into.is_(None)).order_by(STUDY.c.id)
    numbers = [row.id for row in writer.connection.execute(live)]
    for start in range(0, len(numbers), _CHUNK):
        chunk = numbers[start : start + _CHUNK]
        keys = all_keys(writer.connection, chunk)
        bodies = {s.row.id: search.body(s.record, keys[s.row.id]) for s in assemble(writer.connection, chunk, empty)}
        search.index(writer, bodies, fresh=set(chunk))

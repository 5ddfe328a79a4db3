"""Backups: one consistent SQLite file, whatever database the store is in; so a backup also moves a store.

A restore goes into an empty place (or replaces, when told to), in one step: the old store stays until the new one is
whole.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update

from evidence.errors import BadInput, Conflict, EvidenceError, StoreProblem
from evidence.settings import Clock
from evidence.store import runs, schema, search
from evidence.store.engine import (
    Store,
    Writer,
    connect_read_only,
    create,
    file_url,
    migrate,
    new_epoch,
    open_file,
    open_store,
    table_of,
)
from evidence.store.reads import STUDY, all_keys
from evidence.vocabulary import Vocabulary

_CHUNK: Final = 1000
LIBRARY = table_of(schema.Library)


def backup(store: Store, path: Path) -> int:
    """Write the store to a new file (never over an existing one); the number of studies in it."""
    if path.exists():
        raise Conflict(str(path), "exists already; a backup never overwrites")
    if not path.parent.is_dir():
        raise BadInput(str(path), "cannot be written (there is no such folder)")
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        if store.path is not None:
            _copy_file(store.path, part)
        else:
            _copy_to_file(store, part)
        with closing(sqlite3.connect(part)) as made:
            made.execute("PRAGMA journal_mode=DELETE")  # one file, that can be read where nothing can be written
        count = _checked(part, store.now)
        os.replace(part, path)
    except OSError as exc:
        raise BadInput(str(path), f"cannot be written ({exc.strerror})") from exc
    except sqlite3.Error as exc:
        raise BadInput(str(path), f"cannot be written ({exc})") from exc
    finally:
        _remove(part)
    return count


def _copy_file(store: Path, path: Path) -> None:
    with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)


def _remove(path: Path) -> None:
    for leftover in (path, Path(f"{path}-wal"), Path(f"{path}-shm"), Path(f"{path}-journal")):
        with suppress(OSError):
            leftover.unlink(missing_ok=True)


def restore(url: str, path: Path, vocabulary: Vocabulary, now: Clock, *, force: bool = False) -> int:
    """Bring a backup back; the number of studies. Raises Conflict when studies are there and not `force`.

    The restored store begins a new epoch, so that a running server forgets what it holds of the old one. Raises
    StoreBusy during a refresh: its second half would go into another store than its first.
    """
    if not path.is_file():
        raise BadInput(str(path), "is a directory, not a file" if path.is_dir() else "no such file")
    count = _checked(path, now)
    target = create(url, now)
    try:
        with runs.lock(target), runs.lock(target, runs.BESIDE):
            with target.read() as connection:
                if connection.scalar(select(func.count()).select_from(table_of(schema.SourceRecord))) and not force:
                    raise Conflict(target.url, "already holds studies; say --force to replace them")
                revision = connection.scalar(select(LIBRARY.c.revision)) or 0
            if target.path is not None:
                _replace_file(target.path, path, revision)
            else:
                _copy_from_file(target, path, vocabulary, now)
    finally:
        target.close()
    return count


def _checked(path: Path, now: Clock) -> int:
    """The number of studies in a backup. Raises BadInput for what is none, SchemaMismatch for another schema."""
    try:
        with closing(connect_read_only(path)) as connection:
            damaged = connection.execute("PRAGMA quick_check").fetchone()[0] != "ok"
            known = connection.execute("SELECT name FROM sqlite_master WHERE name = 'source_record'").fetchone()
    except sqlite3.Error as exc:
        raise BadInput(str(path), f"is not a backup of this program ({exc})") from None
    if damaged or not known:
        raise BadInput(str(path), "is damaged" if damaged else "is not a backup of this program")
    try:
        with open_file(path, now) as store, store.read() as connection_:
            return connection_.scalar(select(func.count()).select_from(STUDY).where(STUDY.c.merged_into.is_(None))) or 0
    except EvidenceError as exc:
        raise BadInput(str(path), exc.reason) from exc


def _replace_file(target: Path, path: Path, revision: int) -> None:
    """Through SQLite's own backup into the live file: readers and locks are respected, a kill leaves the old state.

    By way of a copy that is given its epoch first: no reader ever sees the restored studies under the old one.
    """
    part = target.with_name(target.name + ".restoring")
    try:
        _remove(part)
        with closing(connect_read_only(path)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
            copy.execute("UPDATE library SET epoch = ?, revision = max(revision, ?) + 1", (new_epoch(), revision))
            copy.commit()
            with closing(sqlite3.connect(target)) as into:
                copy.backup(into)
                into.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as exc:
        raise StoreProblem(str(target), f"could not be replaced ({exc}); it is as it was") from exc
    finally:
        _remove(part)


def _copy_to_file(store: Store, path: Path) -> None:
    migrate(file_url(path), store.now)
    with open_store(file_url(path), store.now) as file, store.read() as source, file.write() as writer:
        _copy(source, writer)
        _index(writer, None)


def _copy_from_file(target: Store, path: Path, vocabulary: Vocabulary, now: Clock) -> None:
    with open_file(path, now) as file, file.read() as source, target.write() as writer:
        _copy(source, writer)
        restored = writer.connection.scalar(select(LIBRARY.c.revision)) or 0
        revision = max(writer.revision, restored + 1)
        writer.connection.execute(update(LIBRARY).values(epoch=new_epoch(), revision=revision))
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

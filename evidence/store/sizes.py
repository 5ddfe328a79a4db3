"""How many bytes what takes, and what of them could be given back to the disk."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from evidence.store import schema
from evidence.store.engine import Store
from evidence.store.failures import our_errors

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "records": ("source_record",),
    "events": ("event",),
    "runs": ("refresh_run", "rejection", "refresh_request"),
    "lists": ("listed_statement",),
}
"""What grows, by the tables that hold it."""

_DBSTAT: Final = "dbstat"
"""SQLite's own table of what takes how many pages: https://sqlite.org/dbstat.html . Some builds come without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Bytes: of the whole database (with SQLite's write-ahead log); of it `free`, which new rows will use before it
    grows; of the source records, the event log, the runs with what they rejected, the lists of retractions.
    """

    database: int
    free: int
    records: int
    events: int
    runs: int
    lists: int


def sizes(store: Store) -> Sizes:
    """What takes how much now."""
    with store.read() as connection:
        groups = {name: sum(of_tables(connection, tables).values()) for name, tables in GROUPS.items()}
        if store.dialect == "postgresql":
            whole = int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
            return Sizes(database=whole, free=0, **groups)
        pages, page, free = (
            int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
            for name in ("page_count", "page_size", "freelist_count")
        )
    return Sizes(database=pages * page + _log_beside(store), free=free * page, **groups)


def of_tables(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Bytes of each of these tables, its indexes among them."""
    if connection.dialect.name == "postgresql":
        size = text("SELECT pg_total_relation_size(CAST(:name AS regclass))")
        return {name: int(connection.scalar(size, {"name": f'"{name}"'}) or 0) for name in names}
    # aggregate: one row for each b-tree, not for each page
    size = text(
        f"SELECT sum(pgsize) FROM {_DBSTAT} WHERE aggregate = TRUE AND name IN (SELECT name FROM sqlite_master "
        "WHERE tbl_name = :name)"
    )
    try:
        return {name: int(connection.scalar(size, {"name": name}) or 0) for name in names}
    except DBAPIError:
        return {name: _content(connection, name) for name in names}


def _content(connection: Connection, name: str) -> int:
    """The bytes of what the rows hold, without their overhead: an estimate where SQLite has no dbstat."""
    table = next((t for t in schema.METADATA.sorted_tables if t.name == name), None)
    if table is None:
        return 0
    lengths = (func.coalesce(func.sum(func.length(column)), 0) for column in table.columns)
    return sum(int(value) for value in connection.execute(select(*lengths)).one())


def _log_beside(store: Store) -> int:
    try:
        return os.path.getsize(f"{store.path}-wal") if store.path is not None else 0
    except OSError:
        return 0


def compact(store: Store) -> None:
    """Give free space back to the disk. SQLite writes the file anew: it needs as much again for a moment, and nobody
    else may be writing. PostgreSQL marks it for use by others of its tables.

    Raises StoreProblem (StoreBusy while somebody writes), and then nothing was changed.
    """
    postgres = store.dialect == "postgresql"
    with our_errors(store.url), store.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT") if postgres else plain
        if not postgres:
            connection.exec_driver_sql("COMMIT")  # of the transaction that every connection of ours begins with
        connection.exec_driver_sql("VACUUM")
        if not postgres:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

"""The two statements that differ by dialect or size: upsert, and a look-up by a long list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, delete
from sqlalchemy.dialects import postgresql, sqlite

from evidence.store import schema
from evidence.store.engine import Writer, table_of

IN_LIMIT: Final = 500
"""Values in one IN list: below every limit on bound parameters, and few enough distinct statements to be cached."""


def upsert(
    writer: Writer,
    model: type[schema.Table],
    rows: Sequence[dict[str, Any]],
    *,
    key: Sequence[str],
    once: Collection[str] = (),
    touch_only: bool = False,
) -> None:
    """Insert rows, or overwrite the other columns where the key exists, but for those of `once`.

    `touch_only`: does not raise the revision.
    """
    if not rows:
        return
    core = table_of(model)
    insert = postgresql.insert if writer.connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(core)
    others = {name: statement.excluded[name] for name in rows[0] if name not in (*key, *once)}
    if others:
        writer.connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=others), rows)
    else:
        writer.connection.execute(statement.on_conflict_do_nothing(index_elements=list(key)), rows)
    if not touch_only:
        writer.dirty = True


def rows_in(
    connection: Connection, statement: Select[Any], column: ColumnElement[Any], values: Iterable[Any]
) -> Iterator[Row[Any]]:
    """The statement's rows whose column is one of the values, asked in lists of at most IN_LIMIT."""
    wanted = list(dict.fromkeys(values))
    for start in range(0, len(wanted), IN_LIMIT):
        yield from connection.execute(statement.where(column.in_(wanted[start : start + IN_LIMIT])))


def delete_in(writer: Writer, model: type[schema.Table], column: str, values: Iterable[Any]) -> None:
    """Delete the rows whose column is one of the values."""
    core = table_of(model)
    wanted = list(dict.fromkeys(values))
    for start in range(0, len(wanted), IN_LIMIT):
        done = writer.connection.execute(delete(core).where(core.c[column].in_(wanted[start : start + IN_LIMIT])))
        writer.dirty = writer.dirty or bool(done.rowcount)

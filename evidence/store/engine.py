"""Opening a store, its transactions, its clock.

One writer at a time (SQLite: BEGIN IMMEDIATE; PostgreSQL: an advisory lock held to the end of the transaction), any
number of readers, each on one snapshot. Every writing transaction that changed something raises the revision.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
import time
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, insert, inspect, select, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from evidence.citekeys import DEFAULT, Pattern, pattern
from evidence.errors import NotFound, SchemaMismatch, StoreProblem, StoreUnreachable
from evidence.settings import Clock
from evidence.store import schema
from evidence.store.failures import our_errors

SCHEMA_LEVEL: Final = "0012"
"""The Alembic revision this code works with; a test keeps it equal to the newest migration."""

BLOCK_LEVEL: Final = 1
"""Raised whenever the keys of a record in the matching index (ingest/index.py) become other ones: a store of another
level is indexed anew before anything is imported."""

BUSY_SECONDS: Final = 30
"""How long a writer waits for another before it gives up."""

_WAL_PAUSE: Final = 0.05
"""Seconds between two tries to switch a new database to its log."""

_ADVISORY_LOCK: Final = 0x65766964  # "evid": one number for all writers of one database


class Writer:
    """A writing transaction: its connection, its time (never behind an earlier event's), numbers for new rows.

    `wall` is the clock as it is: when a source was asked, which a clock that was once ahead must not put off.
    """

    def __init__(self, connection: Connection, now: datetime, key_pattern: Pattern = DEFAULT) -> None:
        self.connection = connection
        self.key_pattern = key_pattern
        library = connection.execute(select(table_of(schema.Library))).one()
        self.revision: int = library.revision + 1
        self.wall = now
        self.now = max(now, _utc(library.clock))
        self.dirty = False
        self._next: dict[str, int] = {}

    def number(self, table: type[schema.Table], count: int = 1) -> int:
        """The first of `count` fresh row numbers."""
        core = table_of(table)
        if core.name not in self._next:
            self._next[core.name] = (self.connection.scalar(select(func.max(core.c.id))) or 0) + 1
        first = self._next[core.name]
        self._next[core.name] += count
        return first

    def add(self, table: type[schema.Table], rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows, all with the same columns."""
        if rows:
            self.connection.execute(insert(table_of(table)), rows)
            self.dirty = self.dirty or table_of(table).name not in schema.RUNTIME_ONLY

    def log(
        self,
        kind: str,
        *,
        actor: str,
        study_id: int | None = None,
        run_id: int | None = None,
        detail: dict[str, Any] | None = None,
        image: bytes = b"",
    ) -> dict[str, Any]:
        """An event row of this moment; add it with `add(schema.Event, …)`."""
        return {
            "id": self.number(schema.Event),
            "at": self.now,
            "kind": kind,
            "study_id": study_id,
            "run_id": run_id,
            "actor": actor,
            "detail": json.dumps(detail, ensure_ascii=False, sort_keys=True) if detail else "",
            "image": image,
        }

    def finish(self) -> None:
        """Raise the revision if anything changed."""
        if self.dirty:
            core = table_of(schema.Library)
            self.connection.execute(update(core).values(revision=self.revision, clock=self.now))


class Store:
    """An open store. Close it, or use it as a context manager."""

    def __init__(self, engine: Engine, now: Clock, key_pattern: Pattern = DEFAULT) -> None:
        self.engine = engine
        self.now = now
        self.key_pattern = key_pattern  # of the citation keys that new studies get
        self.cache: dict[str, Any] = {}  # filled by facets.py, search.py, overlay.py; keyed by epoch and revision

    @property
    def url(self) -> str:
        """The address, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return self.engine.dialect.name

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None."""
        name = self.engine.url.database
        return Path(name) if self.dialect == "sqlite" and name and name != ":memory:" else None

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection on one snapshot."""
        with our_errors(self.url), self.engine.connect() as plain:
            # SQLite's transactions are snapshots anyway; PostgreSQL's default gives each statement its own.
            postgres = self.dialect == "postgresql"
            connection = plain.execution_options(isolation_level="REPEATABLE READ") if postgres else plain
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def write(self, *, preview: bool = False) -> Iterator[Writer]:
        """A writing transaction, alone; rolled back when it raises, or when it is only a preview."""
        with our_errors(self.url), self.engine.connect() as plain:
            connection = plain.execution_options(evidence_write=True)
            with connection.begin() as transaction:
                _wait_for_turn(connection)
                writer = Writer(connection, self.now(), self.key_pattern)
                yield writer
                if preview:
                    transaction.rollback()
                else:
                    writer.finish()

    @contextlib.contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A writing transaction for the schema itself, alone: nothing of our tables is read before it."""
        with our_errors(self.url), self.engine.connect() as plain:
            connection = plain.execution_options(evidence_write=True)
            with connection.begin():
                _wait_for_turn(connection)
                yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def open_store(url: str | URL, now: Clock, key_pattern: str = "") -> Store:
    """Open an existing store; `key_pattern`: of new studies' citation keys, empty for the default.

    Raises NotFound, StoreUnreachable, SchemaMismatch naming `evidence migrate`, or UsageProblem for the pattern.
    """
    return _of_this_level(Store(_engine(url), now, pattern(key_pattern)))


def open_file(path: Path, now: Clock) -> Store:
    """Open a backup for reading only: the file and its folder stay as they are. Raises what open_store raises."""
    engine = create_engine(file_url(path), creator=lambda: connect_read_only(path))
    event.listen(engine, "begin", _sqlite_begin)
    return _of_this_level(Store(engine, now))


def file_url(path: Path) -> URL:
    """The address of an SQLite file, whatever its name."""
    return URL.create("sqlite", database=str(path))


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A plain connection that writes nothing, not even beside the file.

    `immutable` (https://sqlite.org/uri.html#uriimmutable) needs no -shm and so no right to write in the folder; but
    it does not look at a write-ahead log, so a file that has one is opened in the ordinary read-only way.
    """
    how = "mode=ro" if Path(f"{path}-wal").exists() else "mode=ro&immutable=1"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
        isolation_level=None,
    )


def _of_this_level(store: Store) -> Store:
    try:
        level = schema_level(store)
        if level is None:
            raise NotFound(store.url, "no store here yet; `evidence serve` or `evidence import` makes one")
        if level != SCHEMA_LEVEL:
            older = level < SCHEMA_LEVEL
            do = (
                "run `evidence migrate` (after a backup)"
                if older
                else "it was written by a newer version: update this program"
            )
            raise SchemaMismatch(store.url, f"the store's schema is {level}, this program's is {SCHEMA_LEVEL}; {do}")
    except BaseException:
        store.close()
        raise
    return store


def create(url: str | URL, now: Clock, key_pattern: str = "") -> Store:
    """Open the store, making an empty one where there is none. Never migrates an existing one."""
    try:
        return open_store(url, now, key_pattern)
    except NotFound:
        pass
    migrate(url, now)
    return open_store(url, now, key_pattern)


def migrate(url: str | URL, now: Clock | None = None) -> list[str]:
    """Bring the schema to this program's level; the names of the steps taken, oldest first."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    store = Store(_engine(url), now or (lambda: datetime.now(UTC)))
    if store.path:
        store.path.parent.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    try:
        with store.migrating() as connection:
            before = _level(connection, store.url)  # under the lock: another process may have just been here
            if before is not None and before > SCHEMA_LEVEL:
                raise SchemaMismatch(
                    store.url, f"schema {before} is newer than this program's {SCHEMA_LEVEL}; update this program"
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _first_row(connection, store.now())
        steps = ScriptDirectory.from_config(config).iterate_revisions("head", before or "base")
        return [f"{step.revision} {step.doc}" for step in steps][::-1]
    finally:
        store.close()


def schema_level(store: Store) -> str | None:
    """The store's Alembic revision; None when there is no store."""
    if store.path is not None and not store.path.exists():
        return None
    with store.read() as connection:
        return _level(connection, store.url)


def _level(connection: Connection, subject: str) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        if inspect(connection).has_table("study"):
            raise StoreProblem(subject, "is a database of another program")
        return None
    level: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return level


def table_of(model: type[schema.Table]) -> Table:
    """The Core table of a model: bulk statements use it, never objects."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def pack(data: bytes) -> bytes:
    """Deflated bytes: level 1 is 4 times as fast as 6 for one tenth more space on PubMed records."""
    return zlib.compress(data, 1)


def unpack(data: bytes) -> bytes:
    """What `pack` packed."""
    return zlib.decompress(data)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _first_row(connection: Connection, now: datetime) -> None:
    library = table_of(schema.Library)
    if connection.scalar(select(func.count()).select_from(library)) == 0:
        values = {"id": 1, "revision": 0, "epoch": new_epoch(), "created": now, "clock": now, "vocabulary_hash": ""}
        values["block_level"] = BLOCK_LEVEL
        connection.execute(insert(library).values(values))


def new_epoch() -> str:
    """A name that no other making or restoring of a store has."""
    return secrets.token_hex(8)


def _wait_for_turn(connection: Connection) -> None:
    """One writer at a time on PostgreSQL, to the end of the transaction (SQLite: `_sqlite_begin`)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))


def _engine(url: str | URL) -> Engine:
    try:
        address = make_url(url)
        if address.get_backend_name() == "postgresql" and address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        if address.get_backend_name() not in ("sqlite", "postgresql"):
            raise StoreUnreachable("EVIDENCE_DATABASE_URL", "only sqlite and postgresql addresses are known")
        engine = create_engine(
            address, connect_args=_connect_args(address), pool_pre_ping=address.get_backend_name() != "sqlite"
        )
    except (ArgumentError, NoSuchModuleError) as exc:
        raise StoreUnreachable("EVIDENCE_DATABASE_URL", f"is not a database address ({exc})") from None
    except ModuleNotFoundError as exc:
        raise StoreUnreachable(
            "EVIDENCE_DATABASE_URL", f"needs the package {exc.name}: pip install 'psycopg[binary]'"
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    return engine


def _connect_args(address: URL) -> dict[str, Any]:
    if address.get_backend_name() == "sqlite":
        return {"timeout": BUSY_SECONDS, "cached_statements": 256}
    return {"connect_timeout": 10, "options": "-c timezone=utc"}


def _sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    """Our own BEGIN (the driver's would leave half a migration behind), WAL, foreign keys."""
    connection.isolation_level = None
    _into_wal(connection)
    for pragma in (
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "cache_size=-32000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _into_wal(connection: sqlite3.Connection) -> None:
    """Switch a new database to its write-ahead log. SQLite does not wait for others here: it says "locked" at once.

    https://sqlite.org/wal.html#sometimes_queries_return_sqlite_busy_in_wal_mode
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as exc:
            if "locked" not in str(exc) or time.monotonic() > deadline:
                raise
            time.sleep(_WAL_PAUSE)
        else:
            return


def _sqlite_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("evidence_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

"""Opening, migrating, locking, backing up: on both databases, and what happens when it goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from evidence.errors import BadInput, Conflict, NotFound, SchemaMismatch, StoreBusy, StoreProblem, StoreUnreachable
from evidence.filters import Filter
from evidence.ingest import take
from evidence.store import SCHEMA_LEVEL, Store, create, engine, migrate, open_store, overlay, queries, runs, schema
from evidence.store.backup import backup, restore
from evidence.vocabulary import Search
from tests import postgres_server
from tests.made import NOW, clock, contents, record, vocabulary


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, clock) as made:
        records = [record(str(n), f"Study {n} of the sural nerve", pmid=str(n), abstract="Pain.") for n in range(1, 40)]
        take(made, vocabulary(), records, actor="t")
        yield made


def test_the_newest_migration_is_the_level_this_code_works_with() -> None:
    scripts = ScriptDirectory(str(Path(engine.__file__).parent / "migrations"))
    assert scripts.get_current_head() == SCHEMA_LEVEL


def test_migrations_make_exactly_the_declared_schema(store: Store) -> None:
    with store.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: "fts" not in str(name)}
        )
        differences = [d for d in compare_metadata(context, schema.METADATA) if "fts" not in str(d)]
    assert differences == []


def test_a_store_that_is_not_there_is_named(store_url: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no store here yet"):
        open_store(store_url, clock)
    with pytest.raises(NotFound):
        open_store(f"sqlite:///{tmp_path / 'no' / 'such.db'}", clock)


@pytest.mark.parametrize(
    "url", ["mysql://localhost/x", "nonsense", "sqlite:////dev/null/x.db", "postgresql://127.0.0.1:9/x"]
)
def test_an_address_that_cannot_be_used_is_an_error_of_ours(url: str) -> None:
    with pytest.raises((StoreUnreachable, NotFound)):
        open_store(url, clock)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"this is not a database, but long enough to be looked at" * 50)
    with pytest.raises(StoreUnreachable, match="cannot be opened|is not a database"):
        open_store(f"sqlite:///{path}", clock)


@pytest.mark.parametrize(("level", "word"), [("0000", "evidence migrate"), ("9999", "update this program")])
def test_another_schema_level_is_refused(store: Store, store_url: str, level: str, word: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :level"), {"level": level})
    with pytest.raises(SchemaMismatch, match=word):
        open_store(store_url, clock)
    with pytest.raises(SchemaMismatch):
        create(store_url, clock)


def test_migrating_twice_does_nothing_the_second_time(store_url: str) -> None:
    assert [step[:24] for step in migrate(store_url)] == [
        "0001 The first schema.",
        "0002 Matching over severa"[:24],
        "0003 Tags keep the place",
        "0004 Shelves: named sele",
        "0005 Runs keep how PubMe",
        "0006 Which events a cond",
        "0007 What lists of retra",
        "0008 Refreshes that a pe",
        "0009 What persons said o",
        "0010 When a source was a",
        "0011 By which bytes a li",
        "0012 Which run brought a",
    ]
    assert migrate(store_url) == []


def _half_a_write(store: Store) -> None:
    with store.write() as writer:
        writer.add(schema.Tag, [{"id": writer.number(schema.Tag), "kind": "topic", "slug": "half"}])
        raise RuntimeError


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    before = contents(store)
    with pytest.raises(RuntimeError):
        _half_a_write(store)
    assert contents(store) == before


def test_constraints_hold(store: Store) -> None:
    bad = (
        "UPDATE study SET publication_state = 'maybe' WHERE id = 1",
        "UPDATE study SET merged_into = id WHERE id = 1",
        "UPDATE membership SET study_id = 99999 WHERE source_record_id = 1",
        "INSERT INTO identifier (study_id, scheme, value, claim) VALUES (2, 'pmid', '1', 'own')",
    )
    for statement in bad:
        with pytest.raises(StoreProblem), store.write() as writer:
            writer.connection.execute(text(statement))


def test_the_clock_never_runs_backwards(store_url: str) -> None:
    moments = iter([NOW.replace(hour=15), NOW.replace(hour=9)])
    create(store_url, clock).close()
    with open_store(store_url, lambda: next(moments)) as store:
        take(store, vocabulary(), [record("1", pmid="1")], actor="t")
        take(store, vocabulary(), [record("2", "Another one of nerves", pmid="2")], actor="t")
        with store.read() as connection:
            times = [row.at for row in connection.execute(engine.table_of(schema.Event).select())]
    assert times == sorted(times)


def test_two_writers_take_turns(store: Store, store_url: str) -> None:
    def write(start: int) -> None:
        with open_store(store_url, clock) as mine:
            for n in range(start, start + 10):
                take(mine, vocabulary(), [record(str(n), f"Parallel study {n} of nerves", pmid=str(n))], actor="t")

    threads = [threading.Thread(target=write, args=(start,)) for start in (1000, 2000, 3000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert queries.state(store).studies == 39 + 30
    assert queries.listing(store, vocabulary(), Filter(query="parallel")).total == 30


def test_the_refresh_lock_is_held_by_one_and_ends_with_its_process(store: Store, store_url: str) -> None:
    program = textwrap.dedent(
        """
        import sys, time
        from datetime import UTC, datetime
        from evidence.store import open_store, runs
        with open_store(sys.argv[1], lambda: datetime.now(UTC)) as store, runs.lock(store, "refresh"):
            print("held", flush=True)
            time.sleep(600)
        """
    )
    holder = subprocess.Popen([sys.executable, "-c", program, store_url], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(StoreBusy), runs.lock(store, "refresh"):
        pass
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()
    for _ in range(100):  # PostgreSQL's server takes a moment to see that its client is gone
        try:
            with runs.lock(store, "refresh"):
                return
        except StoreBusy:
            time.sleep(0.1)
    pytest.fail("the lock outlived its holder by ten seconds")


def test_runs_say_what_was_left_unfinished(store: Store) -> None:
    first = runs.start(store, "core", "q", NOW)
    assert runs.interrupt_stale(store, "core", NOW) == NOW
    runs.finish(store, first, state="ok", found=5, counts={"added": 5}, error="", log=[], now=NOW)
    assert runs.interrupt_stale(store, "core", NOW) is None
    assert runs.last_ok_count(store, "core", "q") == 5
    assert runs.last_ok_count(store, "core", "edited query") is None
    assert queries.state(store).last_success is not None


def test_own_searches_win_and_removed_ones_stay_away(store: Store) -> None:
    name = next(iter(vocabulary().searches))
    mine = Search(name="mine", label="Mine", query="nerve[tiab]", conditions=("carpal-tunnel-syndrome",))
    overlay.add_search(store, mine, actor="ann")
    overlay.remove_search(store, vocabulary(), name, actor="ann")
    seen = overlay.apply(store, vocabulary())
    assert seen.searches["mine"] == mine
    assert name not in seen.searches
    assert seen.hash != vocabulary().hash
    with pytest.raises(NotFound, match="nothere"):
        overlay.remove_search(store, seen, "nothere", actor="ann")


def test_a_backup_restores_the_same_store(store: Store, store_url: str, tmp_path: Path) -> None:
    file = tmp_path / "saved.evidence"
    assert backup(store, file) == 39
    before = contents(store)
    take(store, vocabulary(), [record("77", "Came after the backup was made", pmid="77")], actor="t")
    with pytest.raises(Conflict, match="--force"):
        restore(store_url, file, vocabulary(), clock)
    assert restore(store_url, file, vocabulary(), clock, force=True) == 39
    with open_store(store_url, clock) as again:
        assert contents(again) == before
        assert queries.listing(again, vocabulary(), Filter(query="sural nerve pain")).total == 39
        assert queries.listing(again, vocabulary(), Filter(query="backup")).total == 0
    with pytest.raises(Conflict, match="never overwrites"):
        backup(store, file)


def test_a_backup_moves_a_store_to_another_database(store: Store, tmp_path: Path) -> None:
    file, other = tmp_path / "saved.evidence", f"sqlite:///{tmp_path / 'other.db'}"
    backup(store, file)
    restore(other, file, vocabulary(), clock)
    with open_store(other, clock) as moved:
        assert contents(moved) == contents(store)
        assert queries.listing(moved, vocabulary(), Filter(query="sural")).total == 39


@pytest.mark.parametrize("kind", ["missing", "directory", "text", "empty", "foreign", "cut"])
def test_what_is_no_backup_is_refused_and_the_store_stays(
    store: Store, store_url: str, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "b"
    if kind == "directory":
        file.mkdir()
    elif kind == "text":
        file.write_text("hello" * 1000)
    elif kind == "empty":
        file.write_bytes(b"")
    elif kind == "foreign":
        import sqlite3
        from contextlib import closing

        with closing(sqlite3.connect(file)) as db:
            db.execute("CREATE TABLE t (x)")
    elif kind == "cut":
        backup(store, file)
        file.write_bytes(file.read_bytes()[:20_000])
    before = contents(store)
    with pytest.raises(BadInput, match=str(file)):
        restore(store_url, file, vocabulary(), clock, force=True)
    assert contents(store) == before


def test_a_running_server_forgets_the_old_studies_at_a_restore(store: Store, store_url: str, tmp_path: Path) -> None:
    file = tmp_path / "saved.evidence"
    backup(store, file)
    take(store, vocabulary(), [record("77", "Came after the sural backup", pmid="77")], actor="t")
    asked = Filter(query="backup")
    assert queries.listing(store, vocabulary(), asked).total == 1
    assert queries.home(store, vocabulary()).total.studies == 40
    before, seen = queries.state(store).revision, queries.version(store)
    restore(store_url, file, vocabulary(), clock, force=True)
    assert queries.state(store).revision > before
    assert queries.version(store) != seen
    assert queries.home(store, vocabulary()).total.studies == 39
    assert queries.listing(store, vocabulary(), asked).total == 0


def test_caches_go_by_the_epoch_too(store: Store) -> None:
    assert queries.listing(store, vocabulary(), Filter(query="sural")).total == 39
    with store.engine.begin() as connection:  # what a restore does that lands on the very same revision
        connection.execute(text("UPDATE library SET epoch = 'another'"))
        connection.execute(text("DELETE FROM facet"))
    assert queries.listing(store, vocabulary(), Filter(query="sural")).total == 0
    assert queries.home(store, vocabulary()).total.studies == 0


def test_nothing_is_restored_during_a_refresh(store: Store, store_url: str, tmp_path: Path) -> None:
    file = tmp_path / "saved.evidence"
    backup(store, file)
    with runs.lock(store), pytest.raises(StoreBusy):
        restore(store_url, file, vocabulary(), clock, force=True)


def test_a_reader_sees_one_moment(store: Store, store_url: str) -> None:
    count = text("SELECT count(*) FROM study")
    with store.read() as connection:
        assert connection.scalar(count) == 39
        with open_store(store_url, clock) as other:
            take(other, vocabulary(), [record("77", "Came while another was reading", pmid="77")], actor="t")
        assert connection.scalar(count) == 39
    with store.read() as connection:
        assert connection.scalar(count) == 40


def test_two_that_make_one_store_both_get_it(store_url: str) -> None:
    gate = threading.Barrier(4)
    levels: list[object] = []

    def make() -> None:
        gate.wait()
        try:
            with create(store_url, clock) as made:
                levels.append(engine.schema_level(made))
        except Exception as exc:
            levels.append(exc)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert levels == [SCHEMA_LEVEL] * 4
    assert migrate(store_url) == []


@pytest.fixture
def linguistic_url(postgres_admin_url: str) -> Iterator[str]:
    """A PostgreSQL database that sorts text as a dictionary does, "{" before the letters."""
    name = f"evidence_icu_{uuid.uuid4().hex}"
    options = "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0"
    postgres_server.execute(postgres_admin_url, f'CREATE DATABASE "{name}" {options}')
    yield postgres_server.database_url(postgres_admin_url, name)
    postgres_server.execute(postgres_admin_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.postgres
def test_keys_are_minted_whatever_order_the_database_sorts_in(linguistic_url: str) -> None:
    with create(linguistic_url, clock) as store:
        for n in range(1, 5):  # one batch each: the taken keys come from the database
            mine = record(str(n), f"Dextrose report of the series {'abcd'[n - 1] * 9}", pmid=str(n))
            take(store, vocabulary(), [mine], actor="t")
        rows = queries.listing(store, vocabulary(), Filter()).rows
        assert queries.state(store).studies == 4
        keys = {row.key for row in rows}
        with store.read() as connection:  # the column itself, so that its index serves the range
            of = "SELECT collation_name FROM information_schema.columns"
            of += " WHERE table_name = 'cite_key' AND column_name = 'folded'"
            assert connection.scalar(text(of)) == "C"
    assert keys == {"wu2020dextrose", "wu2020dextrosea", "wu2020dextroseb", "wu2020dextrosec"}


def test_a_very_long_text_is_stored_and_its_beginning_found(store: Store) -> None:
    long = " ".join(f"word{n}" for n in range(300_000))
    take(store, vocabulary(), [record("77", "Endless appendix of tables", pmid="77", abstract=long)], actor="t")
    assert queries.listing(store, vocabulary(), Filter(query="endless word99")).total == 1
    assert queries.listing(store, vocabulary(), Filter(query="x" * 3000)).total == 0


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b", "\udfff"])
def test_a_name_that_no_database_can_hold_is_nobodys(store: Store, name: str) -> None:
    assert queries.study(store, vocabulary(), name) is None
    assert list(queries.studies(store, vocabulary(), [name])) == []
    for scheme in ("key", "pmid", "doi", name):
        assert queries.find_key(store, vocabulary(), scheme, name) is None


def test_a_backup_that_cannot_be_written_is_named(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "nodir" / "x.db"
    with pytest.raises(BadInput, match=str(file)):
        backup(store, file)
    assert not file.parent.exists()
    (tmp_path / "saved.part").mkdir()  # in the way of the unfinished file
    with pytest.raises(BadInput, match="saved"):
        backup(store, tmp_path / "saved")


def test_a_backup_may_have_any_name_and_lie_where_nothing_can_be_written(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "100% sure?"
    folder.mkdir()
    file = folder / "a?b#c%20d.db"
    assert backup(store, file) == 39
    assert list(folder.iterdir()) == [file]
    content = file.read_bytes()
    assert content[18:20] == b"\1\1", "the header says rollback journal, not WAL"
    folder.chmod(0o555)
    try:
        assert restore(store_url, file, vocabulary(), clock, force=True) == 39
        assert restore(f"sqlite:///{tmp_path / 'other.db'}", file, vocabulary(), clock) == 39
    finally:
        folder.chmod(0o755)
    assert list(folder.iterdir()) == [file]
    assert file.read_bytes() == content


def test_a_store_in_use_may_be_restored_from(store: Store, store_url: str, tmp_path: Path) -> None:
    with create(f"sqlite:///{tmp_path / 'live.db'}", clock) as live:
        take(live, vocabulary(), [record("5", "Still in the log", pmid="5")], actor="t")
        assert (tmp_path / "live.db-wal").stat().st_size > 0
        assert restore(store_url, tmp_path / "live.db", vocabulary(), clock, force=True) == 1
        assert queries.state(live).studies == queries.state(store).studies == 1

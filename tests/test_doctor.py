"""`evidence doctor`: what does not fit is named, what is derived is put right, and a sound store is left alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from evidence import doctor, recompute, shelving
from evidence.doctor import Check
from evidence.ingest import take
from evidence.store import Store, create, runs
from tests.cli_runner import LEE, WU, bib, run, told
from tests.made import clock, contents, fresh_store, notice, record, vocabulary

DERIVED = ("event", "condition_event")
"""What a repair adds to: it is logged."""


def filled(store: Store) -> None:
    """Twelve studies: two are one, one is retracted by a notice, two share a supplement's DOI; a shelf, a run."""
    trials = [
        record(str(n), f"Dextrose for carpal tunnel syndrome in {n} weavers: a randomised trial", pmid=str(n), year=n)
        for n in range(2001, 2009)
    ]
    shared = [
        record(str(n), f"Abstract {n} on the {nerve} nerve", pmid=str(n), doi="10.5555/supplement", family=nerve)
        for n, nerve in ((3001, "ulnar"), (3002, "radial"))
    ]
    twin = record("mine.ris#1", trials[0].title, source="ris", pmid="2001", year=2001, keys=("mine",))
    items = [*trials, *shared, twin, notice("4001", "RetractionOf", "2003")]
    take(store, vocabulary(), items, actor="test")
    run_id = runs.start(store, "mine", "nerve", store.now())
    runs.finish(store, run_id, state="ok", found=3, counts={}, error="", log=(), now=store.now())
    shelving.create(store, "To cite", ["2001", "2003"], owner="curator", actor="test")


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_store() as made:
        filled(made)
        yield made


def examined(store: Store, *, fix: bool = False) -> dict[str, Check]:
    return {check.name: check for check in doctor.examine(store, vocabulary(), every=True, fix=fix)}


def wrong(store: Store) -> dict[str, list[str]]:
    return {n: [f"{f.subject}: {f.what}" for f in c.examples] for n, c in examined(store).items() if c.left}


def spoil(store: Store, *statements: str) -> None:
    with store.write() as writer:
        for statement in statements:
            writer.connection.execute(text(statement))
    store.cache.clear()


def number(store: Store, pmid: str) -> int:
    with store.read() as connection:
        return int(connection.execute(text(f"SELECT id FROM study WHERE pmid = '{pmid}'")).scalar_one())


def test_a_sound_store_is_sound_and_is_left_as_it_is(store: Store) -> None:
    before = contents(store)
    for fix in (False, True):
        checks = examined(store, fix=fix)
        assert [(c.name, c.examples) for c in checks.values() if c.found] == []
        assert list(checks) == [kind.name for kind in doctor.KINDS]
        assert checks["studies"].looked_at == 11
    assert contents(store) == before


def test_what_others_write_meanwhile_is_no_finding(store: Store) -> None:
    """A study comes, two become one, between any two checks."""
    found = []
    for number, check in enumerate(doctor.examine(store, vocabulary(), every=True)):
        found += check.examples
        new = [record(f"new{number}", f"Splint {number} for the sural nerve in rowers", pmid=str(5000 + number))]
        new.append(record(f"r.ris#{number}", "Tibial nerve glide", source="ris", pmid="5999", family="Lee"))
        take(store, vocabulary(), new, actor="test")
    assert found == []


REPAIRED = {
    "a state": ("UPDATE study SET publication_state = 'none' WHERE pmid = '2003'", "states", "wu2003"),
    "a state too much": ("UPDATE study SET publication_state = 'retracted' WHERE pmid = '2004'", "states", "wu2004"),
    "statements": ("DELETE FROM status", "states", "wu2003"),
    "a title": ("UPDATE study SET title = 'Another' WHERE pmid = '2005'", "studies", "wu2005"),
    "a size": ("UPDATE study SET n = 7, n_unit = 'rats' WHERE pmid = '2005'", "studies", "wu2005"),
    "authors": ("DELETE FROM author", "studies", "wu2005"),
    "identifiers": ("DELETE FROM identifier WHERE value = '2006'", "studies", "wu2006"),
    "a claim": ("UPDATE identifier SET claim = 'disputed' WHERE scheme = 'doi'", "identifiers", "ulnar2020"),
    "a bitmap": ("DELETE FROM facet WHERE value = 'listed'", "counts", "wu2005"),
    "a bit too much": ("UPDATE facet SET bits = x'ffffffff' WHERE value = 'counted'", "counts", "study"),
    "a contradiction": ("DELETE FROM facet WHERE value LIKE 'q:%'", "", ""),
    "search text": ("DELETE FROM study_fts WHERE rowid > 3", "search", "wu2005"),
    "text of nobody": ("INSERT INTO study_fts (rowid, body) VALUES (77, 'nobody')", "search", "study 77"),
    "matching keys": ("DELETE FROM block WHERE source_record_id = 4", "matching", "wu2004"),
    "a stray key": ("INSERT INTO block (key, source_record_id) VALUES (5, 999)", "strays", "source record 999"),
    "a wrong key": ("INSERT INTO block (key, source_record_id) VALUES (5, 4)", "matching", "wu2004"),
    "a history": ("DELETE FROM condition_event", "history", "wu2005"),
}  # fmt: skip


@pytest.mark.parametrize("name", REPAIRED)
def test_what_is_derived_is_named_and_put_right(store: Store, name: str) -> None:
    statement, check, subject = REPAIRED[name]
    before = contents(store, leave_out=DERIVED)
    history = contents(store)["condition_event"]
    spoil(store, statement)
    spoilt = contents(store)
    named = wrong(store)
    if check:
        assert any(line.startswith(subject) for line in named[check]), named
    assert contents(store) == spoilt, "looking changes nothing"
    checks = examined(store, fix=True)
    assert {c.name: c.left for c in checks.values() if c.left} == {}
    assert not check or checks[check].fixed or check in ("studies", "states", "identifiers"), "put right by itself"
    assert contents(store, leave_out=DERIVED) == before
    assert set(history) <= set(contents(store)["condition_event"])
    assert wrong(store) == {}


KEPT = {
    "no primary key": ("UPDATE cite_key SET is_primary = (1 = 0) WHERE study_id = 4", "keys", "study 4"),
    "a folding": ("UPDATE cite_key SET folded = 'other' WHERE study_id = 4", "keys", "wu2004dextrose"),
    "an event before its time": ("UPDATE event SET at = '2020-01-01 00:00:00' WHERE id = 5", "log", "event 5"),
    "a clock ahead": ("UPDATE library SET clock = '2031-01-01 00:00:00'", "log", "library"),
    "a run cut short": ("UPDATE refresh_run SET state = 'running'", "searches", "run 1 of mine"),
    "a watermark of nobody": ("UPDATE saved_search SET last_ok_run = 99", "searches", "search mine"),
    "a place taken twice": ("UPDATE shelf_item SET position = 1", "shelves", "shelf to-cite"),
    "a link": ("UPDATE shelf SET token = 'x', digest = 'y', visibility = 'secret'", "shelves", "shelf to-cite"),
    "a list of an earlier version": (
        "INSERT INTO listed_source (source, name, checked_at, counts, digest) "
        "VALUES ('retraction-watch', 'rw.csv', '2026-01-01 00:00:00', '{}', '')", "lists", "list of Retraction Watch",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_what_is_kept_is_named_and_never_changed(store: Store, name: str) -> None:
    statement, check, subject = KEPT[name]
    spoil(store, statement)
    before = contents(store)
    checks = examined(store, fix=True)
    assert [c.name for c in checks.values() if c.left] == [check]
    assert checks[check].examples[0].subject == subject
    assert contents(store) == before


def test_a_record_that_cannot_be_read_is_a_finding_and_no_crash(store: Store) -> None:
    spoil(store, "UPDATE source_record SET payload = x'00' WHERE id = 4")
    before = contents(store)
    checks = examined(store, fix=True)
    for name in ("studies", "states", "matching"):
        assert "cannot be looked at to the end" in checks[name].examples[0].what
    assert checks["counts"].found == 0, "the other checks are made"
    assert contents(store) == before


def test_rows_that_point_nowhere_are_named(store: Store) -> None:
    assert store.path is not None
    with closing(sqlite3.connect(store.path)) as plain:  # which does not look at references
        plain.execute("DELETE FROM membership WHERE source_record_id = 4")
        plain.execute("UPDATE shelf_item SET source_record_id = 98 WHERE source_record_id = 1")
        plain.commit()
    named = wrong(store)["references"]
    assert "pubmed 2004: belongs to no study" in named
    assert "wu2004dextrose: study 4 has no source record" in named
    assert any(line.startswith("shelf_item") for line in named)


def test_a_damaged_file_is_said(store: Store, tmp_path: Path) -> None:
    assert store.path is not None
    with store.engine.connect() as plain:
        plain.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = int(plain.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'event'").scalar_one())
    store.close()
    with store.path.open("r+b") as file:
        file.seek((pages - 1) * 4096 + 8)
        file.write(b"\xff" * 2000)
    assert "file" in wrong(store)


def test_a_sample_is_the_same_every_time_and_has_both_ends() -> None:
    assert doctor._spread(list(range(7)), 9) == list(range(7))
    found = doctor._spread(list(range(100_000)), 1000)
    assert (len(set(found)), found[0], found[-1]) == (1000, 0, 99_999)


def test_it_puts_right_on_either_engine(store_url: str) -> None:
    with create(store_url, clock) as store:
        filled(store)
        before = contents(store, leave_out=DERIVED)
        assert wrong(store) == {}
        spoil(
            store,
            "UPDATE study SET publication_state = 'concern' WHERE pmid = '2003'",
            "DELETE FROM facet WHERE value = 'listed'",
            "DELETE FROM study_fts",
            "DELETE FROM condition_event",
            "DELETE FROM block WHERE source_record_id = 4",
            "DELETE FROM status",
        )
        assert set(wrong(store)) >= {"counts", "states", "search", "history", "matching"}
        assert {c.name for c in examined(store, fix=True).values() if c.left} == set()
        assert contents(store, leave_out=DERIVED) == before


def test_states_are_recomputed_and_a_second_run_writes_nothing(store: Store) -> None:
    spoil(store, "UPDATE study SET publication_state = 'none' WHERE pmid = '2003'", "DELETE FROM status")
    revision = "SELECT revision FROM library"
    done = recompute.restate(store, vocabulary(), actor="test")
    assert (done.studies, done.states, done.statements) == (11, 1, 0)
    with store.read() as connection:
        logged = connection.execute(text("SELECT kind, detail FROM event ORDER BY id DESC LIMIT 3")).all()
        first = connection.scalar(text(revision))
    assert [row.kind for row in logged] == [recompute.RESTATED, "status-said", "state-changed"]
    assert json.loads(logged[0].detail) == {"states": 1, "statements": 0}
    again = recompute.restate(store, vocabulary(), actor="test")
    assert (again.states, again.statements) == (0, 0)
    with store.read() as connection:
        assert connection.scalar(text(revision)) == first
    assert wrong(store) == {}


def test_statements_that_an_earlier_version_did_not_write_are_no_news(store: Store) -> None:
    before = contents(store)
    spoil(store, "DELETE FROM status")
    assert recompute.restate(store, vocabulary(), actor="test").statements == 1
    after = contents(store)
    assert after["status"] == before["status"]
    assert len(after["event"]) == len(before["event"]) + 1, "the run's own event, no alert"


def test_on_the_command_line(tmp_path: Path, home: Path) -> None:
    assert run("import", bib(tmp_path, WU, LEE)).exit_code == 0
    sound = run("doctor")
    assert sound.exit_code == 0
    assert [line.split()[1] for line in sound.stdout.splitlines()] == ["ok;"] * len(doctor.KINDS)
    (database,) = home.rglob("evidence.db")
    with create(f"sqlite:///{database}", clock) as store:
        spoil(store, "UPDATE study SET year = 1 WHERE pmid = '90000001'")
    ill = run("doctor")
    assert ill.exit_code == 1
    assert "  wu2018: year is 1; its records make it 2018\n" in ill.stdout
    assert "--fix" in ill.stderr
    report = json.loads(run("doctor", "--json").stdout)
    assert {c["name"]: c["left"] for c in report if c["left"]} == {"counts": 1, "studies": 2}
    fixed = run("doctor", "--fix")
    assert fixed.exit_code == 0
    assert "put right" in fixed.stdout
    assert told("show", "wu2018")["row"]["year"] == 2018
    assert told("retag", "--states") == {"studies": 2, "states": 0, "statements": 0}
    assert run("retag", "--states", "--condition", "carpal-tunnel-syndrome").exit_code == 2

"""What `evidence prune` removes, and that no page of any day, no feed and no search log is another one after it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from evidence.records import Rejected
from evidence.settings import Settings
from evidence.store import Store, create, history, pruning, requests, runs, schema, sizes, writes
from evidence.store.engine import table_of
from tests.cli_runner import LEE, WU, bib, run, told
from tests.made import NOW, contents, fresh_store, vocabulary
from tests.test_asof import set_day
from tests.test_history import CTS, scripted
from web.app import create_app

RUN, REJECTION = table_of(schema.RefreshRun), table_of(schema.Rejection)
YEAR = timedelta(days=365)
LATER = datetime(2027, 6, 1, 9, tzinfo=UTC)


def ran(store: Store, search: str, state: str = "ok", *, log: tuple[str, ...] = ("a line of the log",)) -> int:
    number = runs.start(store, search, f"query of {search}", store.now())
    runs.finish(
        store, number, state=state, found=30, counts={"unchanged": 30, "listed": 30}, error="", log=log,
        now=store.now() + timedelta(minutes=2), translation="nerve[All Fields]",
    )  # fmt: skip
    with store.write() as writer:
        bad = [Rejected(subject="PMID 1", reason="has no title", payload="<x>" * 100)]
        if search == "other":
            bad.append(Rejected(subject="PMID 2", reason="has no title", payload="<y>" * 50))
        writes.reject(writer, bad, run_id=number)
    return number


def filled(store: Store) -> None:
    """Ten scripted days, each with runs of two searches; the second one fails at the end and was good before."""

    def daily(_day: date) -> None:
        ran(store, "mine")
        ran(store, "mine")
        ran(store, "other", "ok" if _day < date(2026, 3, 6) else "failed")
        requests.finish(store, (requests.ask(store, "ann"),))

    scripted(store, daily)
    set_day(store, date(2027, 6, 1))


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_store() as made:
        filled(made)
        yield made


def pages(store: Store, folder: Path) -> dict[str, str]:
    """The hash of every page of every day, of histories, feeds and the search log."""
    settings = Settings(database_url="sqlite://", data_dir=folder, now=lambda: LATER)
    app = create_app(settings, store, vocabulary(), bind="127.0.0.1")
    app.testing = True
    client = app.test_client()
    first, _ = history.days(store)
    days = [first + timedelta(days=n) for n in range(12)]
    addresses = [f"/conditions/{CTS}?as-of={day}" for day in days]
    addresses += [f"/conditions/{CTS}.csv?as-of={day}" for day in days]
    addresses += [f"/conditions/{CTS}/history", f"/conditions/{CTS}.atom", "/runs.csv"]
    found = {}
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        found[address] = hashlib.sha256(answer.data).hexdigest()
    return found


def test_no_page_of_any_day_and_no_feed_changes(store: Store, tmp_path: Path) -> None:
    before, held = pages(store, tmp_path), contents(store)
    done = pruning.prune(store, older_than=YEAR, actor="test")
    assert done.logs > 10
    assert pages(store, tmp_path) == before
    after = contents(store)
    assert {name for name in held if held[name] != after[name]} == {"event", "rejection", "refresh_request"}
    assert len(after["event"]) == len(held["event"]) + 1


def test_what_goes_and_what_stays(store: Store) -> None:
    with store.read() as connection:
        rows = connection.execute(select(RUN.c.id, RUN.c.search, RUN.c.state).order_by(RUN.c.id)).all()
    newest = {search: max(r.id for r in rows if r.search == search) for search in ("mine", "other")}
    good = max(r.id for r in rows if (r.search, r.state) == ("other", "ok"))
    done = pruning.prune(store, older_than=YEAR, actor="test")
    with store.read() as connection:
        logs = dict(connection.execute(select(RUN.c.id, RUN.c.log)).all())
        rejections = connection.execute(select(REJECTION.c.subject, REJECTION.c.payload)).all()
        translations = set(connection.scalars(select(RUN.c.translation)))
        said = connection.execute(text("SELECT kind, actor, detail FROM event ORDER BY id DESC LIMIT 1")).one()
    assert {number for number, log in logs.items() if log != "[]"} == {*newest.values(), good}
    assert len(logs) == len(rows), "every run stays for the search log"
    assert translations == {"nerve[All Fields]"}
    assert sorted(rejections) == [("PMID 1", ""), ("PMID 2", "")], "once each, without their text"
    assert (done.logs, done.rejections, done.payloads) == (len(rows) - 3, len(rows) + len(rows) // 3 - 2, 2)
    assert (said.kind, said.actor) == (pruning.PRUNED, "test")
    assert json.loads(said.detail)["logs"] == done.logs
    assert requests.newest(store) is not None


def test_what_stood_at_the_same_place_of_two_files_is_not_the_same(store: Store) -> None:
    lines = ["TY  - X", "TY  - Y", "TY  - X"]
    with store.write() as writer:
        said = [Rejected(subject="export.ris", line=3, reason="has no title", payload=line) for line in lines]
        writes.reject(writer, said, run_id=None)
        writer.connection.execute(REJECTION.update().values(at=NOW - 2 * YEAR))

    def kept() -> list[str]:
        with store.read() as connection:
            return sorted(connection.scalars(select(REJECTION.c.payload).where(REJECTION.c.subject == "export.ris")))

    assert kept() == sorted(lines)
    pruning.prune(store, older_than=YEAR, actor="test")
    assert kept() == ["", ""], "once for each file, without its text"


def test_what_the_next_refresh_goes_by_stays(store: Store) -> None:
    def known() -> list[object]:
        found: list[object] = []
        for name in ("mine", "other"):
            query = f"query of {name}"
            found += [runs.last_ok_start(store, name, query), runs.last_ok_start(store, name, query, counting="listed")]
            found += [runs.last_ok_count(store, name, query), runs.last_start(store, name)]
        return found

    before = known()
    assert pruning.prune(store, older_than=YEAR, actor="test")
    assert known() == before


def test_a_second_time_and_a_preview_write_nothing(store: Store) -> None:
    before = contents(store)
    seen = pruning.prune(store, older_than=YEAR, actor="test", preview=True)
    assert contents(store) == before
    assert pruning.prune(store, older_than=YEAR, actor="test") == seen
    after = contents(store)
    assert not pruning.prune(store, older_than=YEAR, actor="test")
    assert contents(store) == after


def test_what_is_young_stays(store: Store) -> None:
    set_day(store, date(2026, 3, 20))
    before = contents(store)
    assert not pruning.prune(store, older_than=timedelta(days=pruning.KEPT_DAYS), actor="test")
    assert contents(store) == before


def test_space_is_given_back_on_either_engine(store_url: str) -> None:
    with create(store_url, lambda: NOW) as store:
        for _ in range(3):
            ran(store, "mine", log=("long " * 100_000,))
        store.now = lambda: LATER
        assert pruning.prune(store, older_than=YEAR, actor="test").logs == 2
        full = sizes.sizes(store)
        assert full.runs > 100_000 or store.dialect == "postgresql"  # which compresses a long text by itself
        before = contents(store)
        sizes.compact(store)
        small = sizes.sizes(store)
        assert contents(store) == before
        if store.dialect == "sqlite":
            assert (small.free, small.database < full.database - 900_000) == (0, True)
        with store.write() as writer:
            assert writer.revision, "a writer gets its turn again"


def test_bytes_are_told_without_dbstat(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = sizes.sizes(store)
    assert exact.records > 0 < exact.events
    monkeypatch.setattr(sizes, "_DBSTAT", "no_such_table")
    rough = sizes.sizes(store)
    assert rough.database == exact.database
    assert 0 < rough.events < exact.events


def test_on_the_command_line(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = home / ".local/share/evidence/evidence.db"
    with create(f"sqlite:///{database}", lambda: datetime(2024, 1, 1, tzinfo=UTC)) as made:
        ran(made, "mine")
        ran(made, "mine")
    assert run("import", bib(tmp_path, WU, LEE)).exit_code == 0
    shown = run("prune", "--preview").stdout
    assert shown.startswith("would remove 1 log of runs, 1 rejection that came again, the text of 1 more, 0 requests:")
    assert told("prune", "--preview", "--older-than", "31")["removed"]["logs"] == 1
    with monkeypatch.context() as patch:
        patch.setattr(pruning, "KEPT_DAYS", 10**4)
        assert run("prune", "--preview").stdout.startswith("would remove 0 logs")
    assert run("prune", "--preview", "--vacuum").exit_code == 2
    assert run("prune", "--older-than", "30").exit_code == 2
    done = told("prune", "--vacuum")
    assert (done["removed"]["logs"], done["bytes"]["free"]) == (1, 0)
    assert run("prune").stdout.startswith("removed 0 logs")
    assert set(told("status")["bytes"]) == {"database", "free", "records", "events", "runs", "lists"}
    assert "bytes           database " in run("status").stdout

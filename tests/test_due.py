"""When a saved search is due: for cron, timers, the loop and monitoring."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence import due, vocabulary
from evidence.store import Store, create, runs
from evidence.vocabulary import Search
from tests.cli_runner import run, told
from tests.eutils_server import EutilsServer

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAILY = Search(name="daily", label="Daily", query="a[tiab]")
HALF = Search(name="half", label="Twice a day", query="b[tiab]", every=12)
WORDS = replace(vocabulary.load(), searches={"daily": DAILY, "half": HALF})


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with create(f"sqlite:///{tmp_path / 'e.db'}", clock) as made:
        yield made


def ran(store: Store, search: Search, state: str = "ok", *, query: str = "", at: datetime | None = None) -> None:
    at = at or store.now()
    number = runs.start(store, search.name, query or search.query, at)
    runs.finish(store, number, state=state, found=1, counts={}, error="", log=[], now=at)


def due_now(store: Store) -> list[str]:
    return due.due(due.turns(store, WORDS), store.now())


def overdue(store: Store) -> list[str]:
    return [turn.search for turn in due.turns(store, WORDS) if turn.overdue]


def test_each_search_is_due_after_its_own_interval(store: Store, clock: Clock) -> None:
    assert due_now(store) == ["daily", "half"]  # never run
    assert overdue(store) == []
    for search in (DAILY, HALF):
        ran(store, search)
    assert due_now(store) == []
    assert [turn.at for turn in due.turns(store, WORDS)] == [START + 12 * HOUR, START + 24 * HOUR]
    clock.now = START + 12 * HOUR - due.SLACK  # a timer that came a little early
    assert due_now(store) == ["half"]
    clock.now = START + 24 * HOUR
    assert due_now(store) == ["half", "daily"]
    clock.now = START + 25 * HOUR
    assert overdue(store) == ["half"]


def test_a_failed_run_is_tried_again_after_an_hour(store: Store, clock: Clock) -> None:
    ran(store, DAILY)
    ran(store, HALF)
    clock.now = START + 24 * HOUR
    ran(store, DAILY, "failed")
    assert due_now(store) == ["half"]
    clock.now += HOUR
    assert due_now(store) == ["half", "daily"]
    clock.now = START + 49 * HOUR
    assert "daily" in overdue(store)


def test_a_search_that_never_succeeded_is_overdue_once_tried(store: Store, clock: Clock) -> None:
    ran(store, DAILY, "failed")
    assert overdue(store) == ["daily"]
    clock.now += HOUR
    assert "daily" in due_now(store)


def test_another_query_and_a_clock_that_was_ahead_are_due_at_once(store: Store, clock: Clock) -> None:
    ran(store, DAILY, query="another[tiab]")
    ran(store, HALF, at=START + 1000 * HOUR)
    clock.now = START + 2 * HOUR
    assert set(due_now(store)) == {"daily", "half"}


@pytest.fixture
def eutils(monkeypatch: pytest.MonkeyPatch) -> Iterator[EutilsServer]:
    with EutilsServer(5) as server:
        monkeypatch.setenv("EVIDENCE_EUTILS_URL", server.url)
        monkeypatch.setenv("EVIDENCE_MAX_RATE", "1000")
        yield server


def one_search() -> None:
    for search in told("searches", "list"):
        run("searches", "remove", search["name"])
    assert run("searches", "add", "mine", "dextrose[tiab]", "--every", "6").exit_code == 0


def test_what_is_not_due_is_not_asked_for(eutils: EutilsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    one_search()
    assert run("refresh", "--due").stdout.startswith("mine: ok; 5 found: 5 added")
    eutils.seen.clear()
    assert (run("refresh", "--due").stdout, eutils.seen) == ("", [])
    monkeypatch.setenv("EVIDENCE_NOW", "+7h")
    assert run("refresh", "--due").stdout.startswith("mine: ok; 5 found")
    assert run("refresh", "--due", "nosuch").exit_code == 1
    assert run("refresh", "--due", "--since", "2025-01-01").exit_code == 2


@pytest.mark.long
def test_the_loop_sleeps_until_something_is_due(eutils: EutilsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    one_search()
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        monkeypatch.setenv("EVIDENCE_NOW", f"+{round(sum(pauses))}s")
        if sum(pauses) > 7 * 3600:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", sleep)
    result = run("refresh", "--loop")
    assert result.exit_code == 130
    assert result.stdout.count("mine: ok") == 2  # at once, and six hours later
    assert all(0 < pause <= 60 for pause in pauses)  # it looks every minute whether somebody asks for a refresh
    assert sum(pause == 60 for pause in pauses) > len(pauses) - 10


@pytest.mark.long
def test_monitoring_hears_of_a_search_that_is_overdue(eutils: EutilsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    one_search()
    run("refresh")
    assert run("status", "--check").exit_code == 0
    monkeypatch.setenv("EVIDENCE_NOW", "+13h")
    result = run("status", "--check")
    assert (result.exit_code, result.stderr) == (1, "evidence: overdue: mine\n")
    assert told("status")["overdue"] == ["mine"]

"""What a refresh concludes when the clock was wrong, and when PubMed seems to have lost records."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from evidence import asking
from evidence import refresh as refreshing
from evidence.sources import pubmed as pubmed_source
from evidence.store import runs, schema
from evidence.store.engine import table_of
from tests.eutils_records import FIRST_PMID
from tests.eutils_server import EutilsServer
from tests.test_incremental import QUERY, START, World

__all__ = ["World"]


@pytest.fixture
def world(tmp_path: Path):  # type: ignore[no-untyped-def]
    with EutilsServer(30) as server:
        made = World(server, tmp_path)
        yield made
        made.pubmed.transport.close()
        made.store.close()


def upstream(world: World, pmid: str) -> str:
    study = table_of(schema.Study)
    with world.store.read() as connection:
        return str(connection.scalar(select(study.c.upstream_state).where(study.c.pmid == pmid)))


def test_a_run_by_a_clock_that_was_ahead_is_no_mark_to_start_from(world: World) -> None:
    world.refresh()
    world.now = START + timedelta(days=3650)
    world.refresh()
    world.now = START + timedelta(days=1)
    assert runs.last_ok_start(world.store, "core", QUERY) == START
    world.revises(world.server.pmids[3])
    world.day(9)  # longer ago than the overlap reaches
    assert world.refresh()[0]["revised"] == 1


def test_what_was_checked_by_a_clock_that_was_ahead_is_checked_again(world: World) -> None:
    world.now = START + timedelta(days=3650)
    world.refresh()
    world.now = START
    world.server.revisions[world.server.pmids[-1]] = 1
    world.server.script(forever=500, utility="efetch")
    assert world.run(full=True)[0].state == "failed"
    world.server.script()
    assert world.refresh(full=True)[0] == {"revised": 1, "unchanged": 29}  # none "already checked" in ten years
    world.now = START + timedelta(days=3650)
    world.refresh(full=True)
    world.now = START + timedelta(days=1)
    assert asking.due_for_recheck(world.store)


def test_what_is_missing_waits_its_turn_in_the_re_check(world: World) -> None:
    world.refresh()
    gone = world.server.pmids[:4]
    del world.server.pmids[:4]
    world.day(31)
    asked = [pmid for _ in range(30) for pmid in _rechecked(world)]
    assert sorted(asked) == sorted([*gone, *world.server.pmids])
    assert {upstream(world, pmid) for pmid in gone} == {"missing"}
    assert _rechecked(world) == []


def _rechecked(world: World) -> list[str]:
    world.day(0.01)
    world.refresh(recheck=True)
    return [pmid for seen in world.server.requests("efetch") for pmid in dict.fromkeys(seen.ids)][:1]


def test_an_index_that_finds_nothing_makes_no_record_missing(world: World) -> None:
    world.refresh()
    world.day(31)
    world.server.script("ok", "ok", forever="empty")
    views = world.run(recheck=True)
    assert [view.state for view in views] == ["ok", "failed"]
    world.server.script()
    assert {upstream(world, pmid) for pmid in world.server.pmids} == {"present"}


def test_records_that_are_really_gone_are_missing_however_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "RECHECK_EVERY", timedelta(days=2))  # half of them at once
    world.refresh()
    gone = list(world.server.pmids[:15])
    del world.server.pmids[:15]
    world.day(3)
    counts, _ = world.refresh(recheck=True)
    assert counts["missing"] == 15
    assert {upstream(world, pmid) for pmid in gone} == {"missing"}


def test_the_oldest_may_all_be_gone(world: World) -> None:
    world.refresh()
    gone = list(world.server.pmids[15:])
    del world.server.pmids[15:]
    world.day(20)
    world.refresh(full=True)  # so that those that are gone are the oldest
    world.day(11)
    for _ in range(15):
        world.day(0.01)
        assert world.refresh(recheck=True)[0].get("missing") == 1
    assert {upstream(world, pmid) for pmid in gone} == {"missing"}


def test_a_few_that_never_come_do_not_fail_every_run(world: World) -> None:
    world.refresh()
    for number in (500, 501):
        world.server.articles[world.arrives(number)] = ""
    world.day()
    assert world.refresh()[0]["missing"] == 2
    for number in range(502, 502 + refreshing.FEW):
        world.server.articles[world.arrives(number)] = ""
    world.day()
    assert world.run()[0].state == "failed"  # so many at once is an answer gone wrong


def test_a_large_search_is_listed_whole_once_a_month(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (asking, pubmed_source):
        monkeypatch.setattr(module, "SEARCH_LIMIT", 20)
    world.came = {pmid: date(2020, 1, 1) + timedelta(days=n) for n, pmid in enumerate(world.server.pmids)}
    world.refresh()
    old = str(FIRST_PMID + 700)
    world.server.pmids.append(old)  # matches only now, by dates of years ago
    world.came[old] = date(2019, 1, 1)
    world.day(29)
    assert world.refresh() == ({}, ["esearch", "esearch", "esearch"])
    world.day()
    counts, asked = world.refresh()
    assert counts == {"added": 1, "known": 30, "listed": 31}
    assert asked.count("efetch") == 1
    world.day()
    assert world.refresh() == ({}, ["esearch", "esearch", "esearch"])


def test_a_clock_that_never_was_right_asks_for_everything(world: World) -> None:
    world.now = START + timedelta(days=3650)
    world.refresh()
    world.now = datetime(2025, 6, 2, tzinfo=UTC)
    assert world.refresh()[0] == {"unchanged": 30}

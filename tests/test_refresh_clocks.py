"""What a refresh concludes when the clock was wrong, and when PubMed seems to have lost records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from evidence import asking, search_run
from evidence.sources import pubmed as pubmed_source
from evidence.store import runs, schema
from evidence.store.engine import table_of
from evidence.vocabulary import Search
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


def test_what_is_missing_waits_its_turn_in_the_re_check(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_run, "MOST_DROPPED", 0)
    world.refresh()
    gone = world.server.pmids[:4]
    del world.server.pmids[:4]
    world.day(31)
    asked = [_rechecked(world) for _ in range(31)]
    assert set().union(*asked) == {*gone, *world.server.pmids}
    times = [sum(pmid in ids for ids in asked) for pmid in gone]
    assert all(1 <= n <= 2 for n in times), "once beside another that was gone, once in its turn"
    assert {upstream(world, pmid) for pmid in gone} == {"missing"}
    assert _rechecked(world) == set()


def _rechecked(world: World) -> set[str]:
    world.day(0.01)
    world.refresh(recheck=True)
    return {pmid for seen in world.server.requests("efetch") for pmid in seen.ids}


def test_what_a_search_lists_no_more_is_asked_for_at_once_and_only_once(world: World) -> None:
    """One is gone, one is not what the search looks for any more, and says why."""
    world.refresh()
    gone, other = world.server.pmids[7], world.server.pmids[9]
    world.server.searches[QUERY] = [p for p in world.server.pmids if p not in (gone, other)]
    world.server.articles[gone] = ""
    world.server.revisions[other] = 1
    world.day()
    counted, asked = world.refresh()
    assert (counted["missing"], counted["revised"]) == (1, 1)
    assert asked.count("esearch") == 2
    assert (upstream(world, gone), upstream(world, other)) == ("missing", "present")
    world.day()
    assert world.refresh()[1] == ["esearch", "esearch"]
    del world.server.articles[gone]
    world.server.searches.clear()
    world.day()
    world.refresh()
    assert upstream(world, gone) == "present"


def test_what_another_search_lists_was_not_dropped(world: World) -> None:
    world.refresh()
    world.words = replace(
        world.words, searches=world.words.searches | {"wide": Search(name="wide", label="Wide", query="wide[tiab]")}
    )
    world.server.searches = {QUERY: world.server.pmids[4:], "wide[tiab]": list(world.server.pmids)}
    world.day()
    counted, asked = world.refresh()
    assert counted == {"known": 26, "unchanged": 30}
    assert upstream(world, world.server.pmids[0]) == "present"
    assert asked.count("efetch") <= 1


@pytest.mark.parametrize("kind", ["empty", "partial"])
def test_an_outage_of_efetch_makes_nothing_missing(world: World, kind: str) -> None:
    """ESearch is right, and a record that was revised does not come; nor do those that are surely there, or not all."""
    world.refresh()
    revised = world.server.pmids[3]
    world.revises(revised)
    lost = [revised, *(world.server.pmids if kind == "empty" else world.server.pmids[::2])]
    world.server.articles |= dict.fromkeys(lost, "")
    world.day()
    (view,) = world.run()
    assert (view.state, view.error) == ("failed", "PubMed: lacks 1 of 1 records it lists")
    assert {upstream(world, pmid) for pmid in world.server.pmids} == {"present"}
    world.server.articles.clear()
    world.day()
    assert world.refresh()[0]["revised"] == 1


def test_a_search_that_stays_small_is_believed_after_three_days(world: World) -> None:
    """And what came meanwhile arrives then; a person need not wait for it."""
    world.refresh()
    new = world.arrives(400)
    world.server.searches[QUERY] = [new, *world.server.pmids[-5:]]
    for _ in range(3):
        world.day()
        assert [view.state for view in world.run()] == ["failed"]
    world.day()
    views = world.run()
    assert [view.state for view in views] == ["ok", "ok"]
    assert "finds 6 records; the last good run found 30: believed" in views[0].log
    assert upstream(world, new) == "present"
    world.server.searches[QUERY] = []
    world.day()
    assert world.run()[0].state == "failed"
    assert world.run("core", full=True)[0].state == "ok"


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


def test_the_oldest_may_all_be_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_run, "MOST_DROPPED", 0)
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
    for number in range(502, 502 + search_run.FEW):
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

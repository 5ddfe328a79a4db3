"""What a refresh asks for after the first: what is new, what was changed, what was checked longest ago; no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from evidence import asking, refresh, vocabulary
from evidence.pacing import MemoryPacer
from evidence.settings import Settings
from evidence.sources import pubmed as pubmed_source
from evidence.sources.pubmed import PubMed
from evidence.sources.retry import Limits
from evidence.sources.transport import Transport
from evidence.store import Store, create, queries, runs
from evidence.views import RunView
from evidence.vocabulary import Search
from tests.eutils_records import FIRST_PMID
from tests.eutils_server import EutilsServer
from tests.store_dump import dump

QUERY = "dextrose[tiab]"
START = datetime(2025, 6, 1, 12, tzinfo=UTC)


@dataclass
class World:
    """A library, and a PubMed in which every record has a day on which it came and one on which it was changed."""

    server: EutilsServer
    folder: Path
    now: datetime = START
    came: dict[str, date] = field(default_factory=dict)
    changed: dict[str, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.words = replace(vocabulary.load(), searches={"core": Search(name="core", label="Core", query=QUERY)})
        settings = Settings(
            database_url=f"sqlite:///{self.folder / 'e.db'}", data_dir=self.folder, eutils_url=self.server.url,
            max_rate=1000, now=lambda: self.now,
        )  # fmt: skip
        self.settings = settings
        self.store: Store = create(settings.database_url, settings.now)
        self.pubmed = PubMed(Transport(settings, MemoryPacer(), Limits(attempts=2), sleep=lambda _: None))
        self.server.edat = lambda pmid: self.came.get(pmid, date(2020, 1, 1))
        self.server.mdat = lambda pmid: self.changed.get(pmid, date(2020, 1, 1))

    def day(self, days: float = 1) -> None:
        self.now += timedelta(days=days)

    def arrives(self, pmid: int) -> str:
        name = str(FIRST_PMID + pmid)
        self.server.pmids.insert(0, name)
        self.came[name] = self.changed[name] = self.now.date()
        return name

    def revises(self, pmid: str) -> None:
        self.server.revisions[pmid] = self.server.revisions.get(pmid, 0) + 1
        self.changed[pmid] = self.now.date()

    def refresh(self, *, full: bool = False, recheck: bool = False) -> tuple[dict[str, int], list[str]]:
        """Run it: what was counted, and which utilities were asked."""
        self.server.seen.clear()
        views = self.run(full=full, recheck=recheck)
        assert {view.state for view in views} == {"ok"}, [view.error for view in views]
        return {n: c for view in views for n, c in view.counts if c}, [s.utility for s in self.server.seen]

    def run(self, *names: str, full: bool = False, recheck: bool = False) -> tuple[RunView, ...]:
        return refresh.run(self.store, self.words, self.settings, names, full=full, recheck=recheck, pubmed=self.pubmed)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with EutilsServer(30) as server:
        made = World(server, tmp_path)
        yield made
        made.pubmed.transport.close()
        made.store.close()


def test_nothing_new_costs_two_requests_and_writes_nothing(world: World) -> None:
    assert world.refresh() == ({"added": 30}, ["esearch", "efetch"])
    before = dump(world.store)
    for _ in range(3):
        world.day()
        assert world.refresh() == ({"known": 30}, ["esearch", "esearch"])
    assert dump(world.store) == before


def test_what_is_new_and_what_was_changed_is_fetched_and_no_more(world: World) -> None:
    world.refresh()
    world.day()
    world.arrives(500)
    world.revises(world.server.pmids[7])
    counts, asked = world.refresh()
    assert counts == {"added": 1, "revised": 1, "known": 29}
    assert asked == ["esearch", "esearch", "efetch"]
    assert len(world.server.requests("efetch")[0].ids) == 2


def test_an_old_record_that_matches_only_now_is_fetched(world: World) -> None:
    old = str(FIRST_PMID + 700)
    world.refresh()
    world.day()
    world.server.pmids.append(old)  # by an Entrez date and a last change of years ago
    assert world.refresh()[0] == {"added": 1, "known": 30}


def test_a_change_that_pubmed_shows_days_later_is_seen(world: World) -> None:
    world.refresh()
    pmid = world.server.pmids[3]
    changed = world.now.date()
    world.day(2)
    world.refresh()
    world.revises(pmid)
    world.changed[pmid] = changed  # dated before the last good run
    world.day(0.1)
    assert world.refresh()[0]["revised"] == 1


def test_a_run_that_failed_moves_nothing_on(world: World) -> None:
    world.refresh()
    world.day()
    world.revises(world.server.pmids[3])
    world.server.script(forever=500, utility="efetch")
    (view,) = world.run()
    assert view.state == "failed"
    world.server.script()
    world.day(9)
    assert world.refresh()[0]["revised"] == 1


def test_a_larger_search_asks_by_entrez_date(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (asking, pubmed_source):
        monkeypatch.setattr(module, "SEARCH_LIMIT", 20)
    world.came = {pmid: date(2020, 1, 1) + timedelta(days=n) for n, pmid in enumerate(world.server.pmids)}
    assert world.refresh()[0] == {"added": 30, "listed": 30}
    world.day()
    assert world.refresh() == ({}, ["esearch", "esearch", "esearch"])
    world.arrives(500)
    world.day()
    assert world.refresh()[0] == {"added": 1}


def test_everything_again_when_asked(world: World) -> None:
    world.refresh()
    world.server.revisions[world.server.pmids[5]] = 1  # PubMed's date of change does not say so
    world.day()
    assert world.refresh()[0] == {"known": 30}
    assert world.refresh(full=True)[0] == {"revised": 1, "unchanged": 29}


def test_another_query_is_asked_from_its_beginning(world: World) -> None:
    world.refresh()
    world.words = replace(world.words, searches={"core": Search(name="core", label="Core", query="glucose[tiab]")})
    world.day()
    assert world.refresh()[0] == {"unchanged": 30}


def test_a_run_for_the_newest_only_is_no_good_run_of_the_whole(world: World) -> None:
    world.server.recent = world.server.pmids[:2]
    refresh.run(world.store, world.words, world.settings, since=date(2025, 5, 1), pubmed=world.pubmed)
    assert runs.last_ok_start(world.store, "core", QUERY) is None
    world.server.recent = None
    world.day()
    assert world.refresh()[0] == {"added": 28, "unchanged": 2}


def test_what_was_checked_longest_ago_is_asked_for_in_turn(world: World) -> None:
    world.refresh()
    retracted = world.server.pmids[-1]
    world.server.revisions[retracted] = 1
    world.day(20)
    assert world.refresh(recheck=True) == ({"known": 30}, ["esearch", "esearch"])  # not old enough
    world.day(10)
    seen = 0
    for _ in range(30):
        world.day(0.01)
        counts, asked = world.refresh(recheck=True)
        assert asked.count("efetch") == 1
        assert len(world.server.requests("efetch")[0].ids) == 1  # a thirtieth of thirty
        seen += counts.get("revised", 0)
    assert seen == 1
    world.day()
    assert world.refresh(recheck=True)[1] == ["esearch", "esearch"]  # all have been asked for anew
    names = {run.search for run in queries.runs(world.store, world.words, 100)}
    assert names == {"core", "re-check"}


def test_a_record_that_pubmed_lacked_is_asked_for_while_it_is_listed(world: World) -> None:
    world.refresh()
    gone = world.server.pmids[4]
    world.revises(gone)
    world.server.articles[gone] = ""
    world.day()
    assert world.refresh()[0] == {"missing": 1, "known": 29, "controls": 5}
    del world.server.articles[gone]
    world.changed[gone] = date(2020, 1, 1)
    world.day(9)
    assert world.refresh()[0].get("known") == 29
    world.day()
    assert world.refresh()[0] == {"known": 30}


@pytest.mark.parametrize(
    ("last", "day"),
    [
        (datetime(2025, 6, 10, 12, tzinfo=UTC), date(2025, 6, 7)),
        (datetime(2025, 6, 10, 3, tzinfo=UTC), date(2025, 6, 6)),  # the day before, in NCBI's time
        (datetime(2035, 1, 1, tzinfo=UTC), date(2025, 6, 28)),  # written when the clock was ahead
    ],
)
def test_a_window_begins_some_days_before_the_last_good_run(last: datetime, day: date) -> None:
    assert asking.window_start(last, datetime(2025, 7, 1, 12, tzinfo=UTC)) == day

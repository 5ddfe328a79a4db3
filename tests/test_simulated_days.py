"""Many days of refreshes against an invented PubMed that changes and misbehaves: the store ends as what is true."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from evidence import asking, refresh, vocabulary
from evidence.pacing import MemoryPacer
from evidence.settings import Settings
from evidence.sources import pubmed as pubmed_source
from evidence.sources.pubmed import PubMed
from evidence.sources.retry import Limits
from evidence.sources.transport import Transport
from evidence.store import Store, create, schema
from evidence.store.engine import table_of
from evidence.views import RunView
from evidence.vocabulary import Search
from tests.made import examples
from tests.pubmed_simulator import BAD_DAYS, FIRST_DAY, Simulator, World
from tests.store_dump import dump

NOON = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 12, tzinfo=UTC)
WORDS = replace(vocabulary.load(), searches={"core": Search(name="core", label="Core", query="dextrose[tiab]")})
REVISED = re.compile(r", revised (\d+)\.?$")


@dataclass
class Days:
    """A store that is refreshed day by day from a simulator."""

    server: Simulator
    store: Store
    settings: Settings
    pubmed: PubMed
    clock: list[datetime] = field(default_factory=lambda: [NOON])

    def refresh(self, at: datetime, bad: str = "", skew: int = 0) -> tuple[RunView, ...]:
        """One run with re-check at that time, by a clock so many days ahead. No record arrives whole twice in it."""
        self.clock[0] = at + timedelta(days=skew)
        self.server.begin(at, bad)
        runs = refresh.run(self.store, WORDS, self.settings, recheck=True, pubmed=self.pubmed)
        twice = [pmid for pmid, times in Counter(self.server.delivered).items() if times > 1]
        assert twice == []
        return runs

    def known(self) -> dict[str, tuple[str, int, bool]]:
        """PMID → (state, revision, retracted), as World.truth gives it."""
        study = table_of(schema.Study)
        columns = (study.c.pmid, study.c.upstream_state, study.c.title, study.c.publication_state)
        with self.store.read() as connection:
            rows = connection.execute(select(*columns)).all()
        revisions = {row.pmid: REVISED.search(row.title) for row in rows}
        return {
            row.pmid: (
                row.upstream_state,
                int(found[1]) if (found := revisions[row.pmid]) else 0,
                row.publication_state == "retracted",
            )
            for row in rows
        }


@contextmanager
def simulated(world: World, *, seed: int = 0, trouble: float = 0.0, limit: int = 9_999) -> Iterator[Days]:
    """A simulator and an empty store; the search limit of both sides may be lowered."""
    lowered = [mock.patch.object(module, "SEARCH_LIMIT", limit) for module in (asking, pubmed_source)]
    with tempfile.TemporaryDirectory() as folder, Simulator(world, seed=seed, trouble=trouble) as server:
        server.limit = limit
        clock = [NOON]
        where = Settings(
            database_url=f"sqlite:///{folder}/e.db", data_dir=Path(folder), eutils_url=server.url, max_rate=1000,
            now=lambda: clock[0],
        )  # fmt: skip
        transport = Transport(where, MemoryPacer(), Limits(attempts=6, read=5.0), sleep=lambda _: None)
        for patch in lowered:
            patch.start()
        try:
            with create(where.database_url, where.now) as store:
                yield Days(server, store, where, PubMed(transport), clock)
        finally:
            for patch in lowered:
                patch.stop()
            transport.close()


def agree(known: dict[str, tuple[str, int, bool]], truth: dict[str, tuple[str, int, bool]]) -> None:
    """The store is the truth: each record that is there, as it is; of what is gone, that it is gone."""
    there = {pmid: said for pmid, said in truth.items() if said[0] == "present"}
    assert {pmid: said for pmid, said in known.items() if pmid in there} == there
    gone = known.keys() - there.keys()
    assert {known[pmid][0] for pmid in gone} <= {"missing"}
    assert gone <= truth.keys()


def live(seed: int, *, days: int, trouble: float, limit: int = 9_999) -> None:
    """Refresh daily, now and then twice or not at all, on good and bad days; then in peace; compare."""
    world = World(seed, days=days)
    with simulated(world, seed=seed, trouble=trouble, limit=limit) as library:
        rng = world.rng
        failed = 0
        for number in range(days):
            at = NOON + timedelta(days=number, hours=rng.randint(-11, 11))
            bad = rng.choice(BAD_DAYS) if number and rng.random() < 0.15 else ""
            if days > 30 and number == days // 2:
                library.server.script("stall")
            skew = rng.choice((400, -30)) if number and rng.random() < 0.07 else 0
            if rng.random() < 0.9:
                failed += any(run.state != "ok" for run in library.refresh(at, bad, skew))
        assert failed < days / 3
        library.server.trouble = 0.0
        peace(library, NOON + timedelta(days=days + 1))


def peace(library: Days, at: datetime) -> None:
    """Nothing happens any more: two months of refreshes on which everything is asked for anew."""
    runs = [run for number in range(4) for run in library.refresh(at + timedelta(days=number))]
    assert {run.state for run in runs} == {"ok"}
    world, today = library.server.world, library.server.today
    prompt = {p for p, life in world.lives.items() if life.dated and life.served <= today and not life.gone(today)}
    known, truth = library.known(), world.truth(today)
    assert {pmid: known[pmid] for pmid in prompt} == {pmid: truth[pmid] for pmid in prompt}
    for number in range(34):
        runs += library.refresh(at + timedelta(days=35, hours=number))
    agree(library.known(), library.server.world.truth(library.server.today))
    before = dump(library.store)
    for number in range(3):
        runs += library.refresh(at + timedelta(days=38 + number))
        assert len(library.server.seen) <= 3
    assert {run.state for run in runs} == {"ok"}
    assert dump(library.store) == before


@pytest.mark.long
@pytest.mark.parametrize("limit", [9_999, 20])
def test_after_some_days_the_store_is_what_is_true(limit: int) -> None:
    live(7, days=15, trouble=0.25, limit=limit)


@pytest.mark.long
@settings(max_examples=examples(15), phases=(Phase.generate,))
@given(seed=st.integers(0, 1_000_000), limit=st.sampled_from((20, 9_999)))
def test_after_two_months_the_store_is_what_is_true(seed: int, limit: int) -> None:
    live(seed, days=60, trouble=0.3, limit=limit)

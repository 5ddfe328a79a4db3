"""A store with two works by DOI beside a local Crossref that knows them: what the tests of its re-check share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from evidence import asking_crossref
from evidence.ingest import take
from evidence.pacing import MemoryPacer
from evidence.settings import Settings
from evidence.sources.crossref import Crossref
from evidence.sources.retry import Limits
from evidence.sources.transport import Transport
from evidence.store import Store, inquiries, queries
from evidence.views import LifeView, RunView, Study
from tests.crossref_server import CrossrefServer, work
from tests.lifecycle_cases import article
from tests.made import fresh_store, vocabulary

WORK, NOTICE, OTHER = "10.5555/work", "10.5555/notice", "10.5555/other"
TITLE, OTHER_TITLE = "Median nerve glide after wrist splinting in weavers", "Ulnar entrapment in gravel cyclists"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Bench:
    """A store with two works by DOI, and a Crossref that knows them."""

    server: CrossrefServer
    store: Store
    crossref: Crossref
    settings: Settings

    def recheck(self, days: float = 0) -> RunView | None:
        """One re-check, so many days later."""
        later = self.store.now() + timedelta(days=days)
        self.store.now = lambda: later
        done = asking_crossref.recheck(self.store, vocabulary(), self.settings, crossref=self.crossref)
        assert len(done) < 2
        return done[0] if done else None

    def study(self, doi: str = WORK) -> Study:
        found = queries.study(self.store, vocabulary(), queries.find_key(self.store, vocabulary(), "doi", doi) or "")
        assert found is not None
        return found

    def life(self, doi: str = WORK) -> LifeView:
        found = self.study(doi).life
        assert found is not None
        return found

    def says(self, **fields: Any) -> None:
        """What Crossref's record of the work says from now on."""
        self.server.works[WORK] = work(WORK, TITLE, **fields)

    def revision(self) -> int:
        return queries.state(self.store).revision

    def outcomes(self, dois: list[str]) -> dict[str, str]:
        """DOI → whether Crossref knew it when it was last asked, of those of which it was."""
        with self.store.read() as connection:
            return {doi: one.outcome for doi, one in inquiries.asked(connection, "crossref", dois).items()}

    def with_more(self, number: int) -> list[str]:
        """So many works more, of which Crossref knows."""
        dois = [f"10.5555/more{n:03}" for n in range(number)]
        self.server.works |= {doi: work(doi, f"{n} invented looms {n * 7}") for n, doi in enumerate(dois)}
        new = [article(1000 + n, f"{n} invented looms {n * 7}", doi=doi) for n, doi in enumerate(dois)]
        take(self.store, vocabulary(), new, actor="test")
        return dois


@contextlib.contextmanager
def crossref_bench() -> Iterator[Bench]:
    """The bench, at START."""
    with CrossrefServer(work(WORK, TITLE), work(OTHER, OTHER_TITLE)) as server, fresh_store() as store:
        settings = Settings(database_url="sqlite://", data_dir=Path("unused"), crossref_url=server.url)
        transport = Transport(
            settings, MemoryPacer(), Limits(attempts=2), sleep=lambda _: None, base=server.url, rand=lambda: 0.0
        )
        take(store, vocabulary(), [article(101, TITLE, doi=WORK), article(102, OTHER_TITLE, doi=OTHER)], actor="test")
        yield Bench(server, store, Crossref(transport), settings)
        transport.close()

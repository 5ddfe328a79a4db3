"""An E-utilities server, a store and PubMed between them, and references as files have them: for finding PMIDs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from evidence import ingest, text
from evidence.pacing import MemoryPacer
from evidence.records import Record
from evidence.settings import Settings
from evidence.sources.pubmed import PubMed
from evidence.sources.retry import Limits
from evidence.sources.transport import Transport
from evidence.store import Store, create, queries
from evidence.views import Study
from tests.eutils_server import EutilsServer
from tests.made import NOW, fresh_store, vocabulary


@dataclass
class Desk:
    """What a curator works with."""

    server: EutilsServer
    store: Store
    settings: Settings
    pubmed: PubMed
    clock: list[datetime] = field(default_factory=lambda: [NOW])

    def record(self, pmid: str) -> Record:
        """PubMed's record."""
        (fetched,) = self.pubmed.fetch([pmid])
        (item,) = fetched.items
        assert isinstance(item, Record)
        return item

    def take(self, *records: Record, include: bool = True) -> None:
        """Into the library, as a search or a file brings them."""
        ingest.take(self.store, vocabulary(), records, actor="import", include=include)

    def lead(self, pmid: str, name: str, answer: str = "", **changes: Any) -> str:
        """A reference to that record, without its identifiers, in the library; `answer`: what ECitMatch says of it,
        the PMID if not given. Its key.
        """
        known = self.record(pmid)
        said = Record(
            source="bibtex",
            external_id=f"refs.bib#{name}",
            title=known.title,
            authors=known.authors,
            journal=replace(known.journal, issn="", issn_linking="", nlm_id=""),
            volume=known.volume,
            pages=known.pages,
            dates=tuple(d for d in known.dates if d.kind == "issue"),
            keys=(name,),
        )
        said = replace(said, **changes)
        if said.authors and said.volume:
            page = said.pages.partition("-")[0]
            place = (said.journal.abbreviation, str(said.year), said.volume, page, text.short_name(said.authors[0]))
            self.server.citations["|".join(map(text.fold, place))] = answer or pmid
        self.take(said)
        return name

    def study(self, name: str) -> Study:
        """A study by key or PMID."""
        key = queries.find_key(self.store, vocabulary(), "pmid", name) or name
        found = queries.study(self.store, vocabulary(), key)
        assert found is not None, name
        return found

    def later(self, **by: float) -> None:
        """Time passes."""
        self.clock[0] += timedelta(**by)


@contextmanager
def desk(records: int = 12, url: str = "") -> Iterator[Desk]:
    """A server with so many invented records, and an empty library, on SQLite or where `url` says."""
    with EutilsServer(records) as server, create(url, lambda: NOW) if url else fresh_store() as store:
        clock = [NOW]
        store.now = lambda: clock[0]
        where = Settings(
            database_url=str(store.engine.url),
            data_dir=Path("unused"),
            eutils_url=server.url,
            max_rate=1000,
            now=store.now,
        )
        transport = Transport(where, MemoryPacer(), Limits(attempts=2), sleep=lambda _: None)
        try:
            yield Desk(server, store, where, PubMed(transport), clock)
        finally:
            transport.close()

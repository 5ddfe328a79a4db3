"""A local E-utilities server speaking real HTTP: ESearch, EFetch, ECitMatch and ELink over invented records, and
misbehaviour on command.

In a test: `with EutilsServer(records=50) as server: server.script(429, "drop", "ok"); … server.url`. By hand:

    python -m tests.eutils_server --records 9000 --port 8042 --script "ok 429:retry_after=1 drop truncate"
    EVIDENCE_EUTILS_URL=http://127.0.0.1:8042/ EVIDENCE_MAX_RATE=50 evidence refresh
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from datetime import date

from tests.eutils_handler import Handler
from tests.eutils_records import FIRST_PMID, article_xml, doi, pmcid
from tests.local_server import LocalServer


class EutilsServer(LocalServer):
    """The server, running in threads from `with` to its end. Change `pmids`, `searches`, `revisions` at any time."""

    prefix = "/entrez/eutils/"
    handler = Handler

    def __init__(self, records: int = 0, *, port: int = 0, searches: dict[str, list[str]] | None = None) -> None:
        super().__init__(port)
        self.pmids = [str(FIRST_PMID + i) for i in reversed(range(records))]
        self.searches = searches or {}
        self.articles: dict[str, str] = {}  # PMID → XML that replaces the invented article
        self.revisions: dict[str, int] = {}
        self.recent: list[str] | None = None  # what a search with mindate finds; None: those of these dates
        self.ignores_limits = False
        self.edat: Callable[[str], date] | None = None  # PMID → the day PubMed got it; None: dates limit nothing
        self.mdat: Callable[[str], date] | None = None  # PMID → the day PubMed changed it
        self.limit = 9_999  # records that one search gives
        self.citations: dict[str, str] = {}  # "journal|year|volume|page|author", folded → what ECitMatch says
        self.links: dict[tuple[str, str], list[tuple[str, int]]] = {}  # (name of the link, PMID) → PMIDs with scores

    def find(self, term: str, fields: dict[str, str]) -> list[str]:
        """The PMIDs a search finds, of the dates and the PMIDs it is limited to."""
        if "mindate" in fields and self.recent is not None:
            return self.recent
        if self.ignores_limits:
            return self.pmids
        limited = re.fullmatch(r"\((.*)\) AND (\d+):(\d+)\[uid\]", term)
        found = self._find(limited[1] if limited else term)
        if limited:
            found = [p for p in found if int(limited[2]) <= int(p) <= int(limited[3])]
        day = {"edat": self.edat, "mdat": self.mdat}.get(fields.get("datetype", ""))
        if "mindate" in fields and day is not None:
            first, last = (date.fromisoformat(fields[n].replace("/", "-")) for n in ("mindate", "maxdate"))
            found = [p for p in found if first <= day(p) <= last]
        return found

    def _find(self, term: str) -> list[str]:
        """A listed search, one identifier, else everything."""
        if term in self.searches:
            return self.searches[term]
        by_id = re.fullmatch(r'"?(.+?)"?\[(doi|aid|pmcid|pmid|uid)\]', term.strip(), re.I)
        if by_id:
            value = by_id[1].lower()
            return [p for p in self.pmids if value in (p, doi(p).lower(), pmcid(p).lower())]
        return self.pmids

    def article(self, pmid: str) -> str | None:
        """The record of a PMID, if there is one."""
        if pmid in self.articles:
            return self.articles[pmid]
        known = pmid in self.pmids or any(pmid in found for found in self.searches.values())
        return article_xml(pmid, revision=self.revisions.get(pmid, 0)) if known else None

    def cited(self, reference: str) -> str:
        """What ECitMatch says of a reference."""
        return self.citations.get(reference, "NOT_FOUND")

    def linked(self, name: str, pmid: str) -> list[tuple[str, int]]:
        """What ELink relates to a record."""
        return self.links.get((name, pmid), [])


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=100, help="how many invented records every search finds")
    parser.add_argument("--port", type=int, default=8042)
    parser.add_argument("--script", default="", help="what to do with the first requests: ok 429:retry_after=1 drop …")
    options = parser.parse_args()
    server = EutilsServer(options.records, port=options.port)
    server.script(*options.script.split())
    server.serve(f"EVIDENCE_EUTILS_URL={server.url}  ({options.records:,} records; Ctrl-C ends)")


if __name__ == "__main__":
    main()

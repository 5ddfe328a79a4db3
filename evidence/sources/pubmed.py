"""PubMed through E-utilities: ESearch for PMIDs, EFetch for their records, each odd answer with a defined outcome.

Parameters and limits: https://www.ncbi.nlm.nih.gov/books/NBK25499/ . ESearch gives the first 9,999 records of a search
and no more, so that a larger one is asked for in slices (slices.py); EFetch is asked for 200 at a time, by POST, as
NCBI wishes for lists of that length.

- an error of any shape: asked again, then SourceUnavailable or SourceRefused (transport)
- fewer or more PMIDs than ESearch counts: a broken answer, asked again
- unknown phrases and fields: hits as they are, and a warning for the run log
- EFetch lacks records: those alone are asked for once more; what lacks again is `missing`, unless a rejected piece may
  be it
- EFetch gives a record twice: the highest version, of equal ones the first, and the PMID is listed
- EFetch gives records nobody asked for: ignored and listed
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Final

from evidence.errors import BadInput, SourceProblem, SourceUnavailable
from evidence.formats import pubmed_xml
from evidence.identifiers import Identifier
from evidence.pacing import eutils_pacer
from evidence.records import Deletion, Item, Record, Rejected
from evidence.settings import Settings
from evidence.sources.answers import Broken, SearchAnswer, read_search, require
from evidence.sources.slices import FIRST_DAY, LAST_DAY, DateType, DoesNotAddUp, Slice, whole
from evidence.sources.transport import Transport

SOURCE: Final = "pubmed"
SEARCH_LIMIT: Final = 9_999
"""Most records one ESearch of PubMed gives: https://www.ncbi.nlm.nih.gov/books/NBK25499/#chapter4.ESearch"""
FETCH_SIZE: Final = 200
"""PMIDs in one EFetch: from this length NCBI asks for POST (same page, EFetch); such an answer is cheap to repeat."""

MOST_HITS: Final = 20
"""Hits of a look-up that are worth fetching: a supplement's DOI has one for each of its abstracts in print."""

_SYNTAX: Final = re.compile(r"[^\w./-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came of one EFetch. `problem` is set when it failed, or when asking again for what lacked failed.

    `missing`: asked for twice, and nothing came. `unclear`: nothing came, but among the rejected items is one without
    a PMID, which may be it.
    """

    asked: tuple[str, ...]
    items: tuple[Item, ...] = ()
    missing: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    problem: SourceProblem | None = None


@contextmanager
def opened(settings: Settings, given: PubMed | None = None) -> Iterator[PubMed]:
    """PubMed as the settings say, with the pace that all processes of the installation share; or the `given` one.

    Raises UsageProblem without NCBI_EMAIL.
    """
    if given is not None:
        yield given
        return
    transport = Transport(settings, eutils_pacer(settings))
    try:
        yield PubMed(transport)
    finally:
        transport.close()


@dataclass(frozen=True, slots=True)
class PubMed:
    """PubMed behind a transport."""

    transport: Transport

    def search(self, query: str, *, since: date | None = None, by: DateType = "edat") -> SearchAnswer:
        """Every PMID a query finds, each once; with `since`, only what PubMed got (mdat: changed) from that day on.

        Raises SourceUnavailable when the slices of a large search do not add up to it: half a result would look like a
        whole one.
        """
        start = Slice() if since is None else Slice(since, by=by)
        answer = self._search(query, start, SEARCH_LIMIT)
        if answer.count <= SEARCH_LIMIT:
            return answer
        ask = partial(self._search, query, most=SEARCH_LIMIT)
        try:
            parts = list(whole(ask, start, answer, self.transport.settings.now().date(), SEARCH_LIMIT))
        except DoesNotAddUp as exc:
            raise SourceUnavailable(f"{self.transport.host} esearch.fcgi", f"{exc}; nothing was fetched") from None
        # In the order of their dates: a PMID that PubMed moved from one slice to the other meanwhile stands in both.
        pmids = tuple(dict.fromkeys(pmid for part in parts for pmid in part.pmids))
        return replace(answer, pmids=pmids, slices=len(parts))

    def first(self, query: str) -> SearchAnswer:
        """How many records a query finds, and their PMIDs: all of them when they are 9,999 or fewer. One request."""
        return self._search(query, Slice(), SEARCH_LIMIT)

    def count(self, query: str) -> int:
        """How many records a query finds."""
        return self._search(query, Slice(), 0).count

    def look_up(self, identifier: Identifier) -> tuple[str, ...]:
        """PMIDs that PubMed gives for a DOI or PMCID, to be checked against their records. A PMID is its own answer.

        Search fields: https://pubmed.ncbi.nlm.nih.gov/help/#search-tags . A DOI with characters that mean something in
        a query stands in quotation marks. More than a few hits are none: PubMed then searched for the parts.
        """
        if identifier.scheme == "pmid":
            return (identifier.value,)
        value = f'"{identifier.value}"' if _SYNTAX.search(identifier.value) else identifier.value
        answer = self._search(f"{value}[{identifier.scheme}]", Slice(), MOST_HITS)
        return answer.pmids if answer.count <= MOST_HITS else ()

    def fetch(self, pmids: Iterable[str]) -> Iterator[Fetched]:
        """The records of these PMIDs, 200 at a time. A failure is a result with a `problem`: the others still come."""
        unique = tuple(dict.fromkeys(pmids))
        for start in range(0, len(unique), FETCH_SIZE):
            yield self._fetch(unique[start : start + FETCH_SIZE])

    def _search(self, query: str, part: Slice, most: int) -> SearchAnswer:
        term = part.narrowed(query)
        fields = {"db": "pubmed", "term": term, "retmode": "xml", "retmax": str(most), "retstart": "0"}
        if (part.since, part.until) != (FIRST_DAY, LAST_DAY):
            # Both ends are needed.
            ends = {"mindate": part.since, "maxdate": part.until}
            fields |= {"datetype": part.by} | {name: day.strftime("%Y/%m/%d") for name, day in ends.items()}
        return self.transport.post("esearch.fcgi", fields, lambda body: read_search(body, most))

    def _fetch(self, asked: tuple[str, ...]) -> Fetched:
        sorted_out = _SortedOut(asked)
        problem: SourceProblem | None = None
        try:
            sorted_out.take(self._records(asked))
            if lacking := sorted_out.lacking():
                sorted_out.take(self._records(lacking))
        except SourceProblem as exc:
            problem = exc
        lacking = sorted_out.lacking() if problem is None else ()
        return Fetched(
            asked=asked,
            items=sorted_out.items(),
            missing=() if sorted_out.rejected else lacking,
            unclear=lacking if sorted_out.rejected else (),
            duplicates=tuple(sorted_out.duplicates),
            unasked=tuple(sorted_out.unasked),
            problem=problem,
        )

    def _records(self, pmids: Sequence[str]) -> list[Item]:
        fields = {"db": "pubmed", "id": ",".join(pmids), "retmode": "xml", "rettype": "xml"}
        return self.transport.post("efetch.fcgi", fields, self._read_records)

    def _read_records(self, body: bytes) -> list[Item]:
        require(body, "PubmedArticleSet")
        try:
            return list(pubmed_xml.read(io.BytesIO(body), f"{self.transport.host} efetch.fcgi", strict=True))
        except BadInput as exc:
            raise Broken(f"an unreadable set of articles: {exc.reason}") from None


@dataclass(slots=True)
class _SortedOut:
    """The items of one or two answers, put beside the PMIDs that were asked for. Dicts serve as ordered sets."""

    asked: tuple[str, ...]
    found: dict[str, Item] = field(default_factory=dict)
    rejected: dict[tuple[str, str], Rejected] = field(default_factory=dict)  # the same in both answers counts once
    duplicates: dict[str, None] = field(default_factory=dict)
    unasked: dict[str, None] = field(default_factory=dict)

    def take(self, items: Iterable[Item]) -> None:
        """Sort one answer's items."""
        wanted = set(self.asked)
        for item in items:
            if isinstance(item, Rejected):
                self.rejected[item.reason, item.payload] = item
            elif item.external_id not in wanted:
                self.unasked[item.external_id] = None
            elif item.external_id not in self.found:
                self.found[item.external_id] = item
            else:
                self.duplicates[item.external_id] = None
                if _version(item) > _version(self.found[item.external_id]):
                    self.found[item.external_id] = item

    def lacking(self) -> tuple[str, ...]:
        """PMIDs asked for of which nothing came."""
        return tuple(p for p in self.asked if p not in self.found)

    def items(self) -> tuple[Item, ...]:
        """What came, in the order asked for, then what could not be read."""
        return (*(self.found[p] for p in self.asked if p in self.found), *self.rejected.values())


def _version(item: Item) -> int:
    """A record's PMID version; a deletion is the last word on its PMID."""
    if isinstance(item, Deletion):
        return 1_000_000
    return item.version if isinstance(item, Record) else 0

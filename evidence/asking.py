"""What a run of a saved search asks PubMed for: everything the first time, afterwards what is new or was changed.

A search of up to 9,999 records is listed whole by one request, so that what is new shows itself, from whatever cause
(an old record may match since it was indexed). Of a larger one the Entrez dates since the last good run say it. What
was changed since then is asked for by the date of the last change (mdat). Both reach back some days further than the
last good run: PubMed's dates are days in US Eastern time, and its index lags behind them. What no date shows (an old
record that matches a large search only now, one that PubMed listed before it gave it) is found by listing a large
search whole once in 30 days: a request for each 5,000 records or so, and only what is not here is fetched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from evidence.sources.answers import SearchAnswer
from evidence.sources.pubmed import SEARCH_LIMIT, SOURCE, PubMed
from evidence.store import Store, inclusions, runs
from evidence.vocabulary import Search

OVERLAP: Final = timedelta(days=3)
"""Days before the last good run that are asked for again: PubMed is updated daily, and once a day late is common."""

_EASTERN: Final = timezone(timedelta(hours=-5))
"""The time of PubMed's dates, without daylight saving: the overlap is longer than that hour."""

RECHECK_EVERY: Final = timedelta(days=30)
"""How old PubMed's word on a record may become before it is asked for anew, changed or not; and a whole listing."""

LISTED: Final = "listed"
"""Count of a run that listed every record of a search which one request cannot list."""

EXCLUDED: Final = "excluded"
"""Count of the records that a search finds and that are not asked for: a person rejected their PMIDs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to fetch. `found`: records of the whole search. `known`: those of it that are here and were not changed.

    `listed`: each record of a search of more than 9,999 was named. `excluded`: PMIDs that persons rejected before they
    came, which are not in `pmids`. `every`: the PMIDs that the search was seen to list, all of them if `complete`.
    """

    found: int
    pmids: tuple[str, ...]
    known: int = 0
    answers: tuple[SearchAnswer, ...] = ()
    listed: bool = False
    excluded: int = 0
    every: tuple[str, ...] = ()
    complete: bool = False


def wanted(
    pubmed: PubMed,
    store: Store,
    search: Search,
    *,
    since: date | None,
    full: bool,
    accept: Callable[[int], None],
) -> Wanted:
    """The PMIDs that a run fetches. `accept` is given the number the whole search finds, and raises if it cannot be.

    `since`: only what PubMed got from that day on. `full`: everything, as at the first time. Raises SourceProblem.
    """
    found = _found(pubmed, store, search, since, full=full, accept=accept)
    rejected = inclusions.rejected(store, SOURCE, found.pmids)
    pmids = tuple(pmid for pmid in found.pmids if pmid not in rejected) if rejected else found.pmids
    return replace(found, pmids=pmids, excluded=len(rejected))


def _found(
    pubmed: PubMed, store: Store, search: Search, since: date | None, *, full: bool, accept: Callable[[int], None]
) -> Wanted:
    if since is not None:
        accept(found := pubmed.count(search.query))
        new = pubmed.search(search.query, since=since)
        return Wanted(found=found, pmids=new.pmids, answers=(new,))
    last = runs.last_ok_start(store, search.name, search.query)
    if full or last is None:
        whole = pubmed.search(search.query)
        accept(whole.count)
        large = whole.count > SEARCH_LIMIT
        every = () if large else whole.pmids
        return Wanted(
            found=whole.count, pmids=whole.pmids, answers=(whole,), listed=large, every=every, complete=not large
        )
    listed = pubmed.first(search.query)
    accept(listed.count)
    start = window_start(last, store.now())
    changed = pubmed.search(search.query, since=start, by="mdat")
    large = listed.count > SEARCH_LIMIT
    if large and _listed_lately(store, search):
        listed_new = pubmed.search(search.query, since=start)
        pmids = dict.fromkeys((*listed_new.pmids, *changed.pmids))
        return Wanted(found=listed.count, pmids=tuple(pmids), answers=(listed_new, changed))
    if large:
        listed = pubmed.search(search.query)
    here = runs.present(store, SOURCE, listed.pmids)
    pmids = dict.fromkeys((*(p for p in listed.pmids if p not in here), *changed.pmids))
    known = len(here.difference(pmids))
    every = () if large else listed.pmids
    return Wanted(
        found=listed.count, pmids=tuple(pmids), known=known, answers=(listed, changed), listed=large, every=every,
        complete=not large,
    )  # fmt: skip


def _listed_lately(store: Store, search: Search) -> bool:
    last = runs.last_ok_start(store, search.name, search.query, counting=LISTED)
    return last is not None and store.now() - last < RECHECK_EVERY


def window_start(last: datetime, now: datetime) -> date:
    """The first day to ask for after a good run that began at `last`. A clock that was ahead then does not matter."""
    return (min(last, now).astimezone(UTC) - OVERLAP).astimezone(_EASTERN).date()


def due_for_recheck(store: Store) -> list[str]:
    """The PMIDs to ask for whatever the searches say, oldest word first: a thirtieth of all, none younger than 30 days.

    So a retraction, a correction or an indexing that no search brings is seen within two months at daily runs.
    """
    return runs.oldest_checked(store, SOURCE, store.now() - RECHECK_EVERY, RECHECK_EVERY.days)

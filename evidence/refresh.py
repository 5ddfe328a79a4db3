"""Saved searches: PubMed → store, incremental and resumable; single studies on demand.

What a run asks for: asking.py; how it goes: search_run.py. One refresh at a time (a lock of the operating system).
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from evidence import asking_crossref, asking_doi
from evidence.errors import NotFound
from evidence.identifiers import Identifier
from evidence.ingest import Report
from evidence.ingest.rejections import turned_away
from evidence.records import Item, Record, Rejected
from evidence.search_run import RECHECK, Progress, Recheck, Round, Task
from evidence.settings import Settings
from evidence.sources.crossref import Crossref
from evidence.sources.pubmed import PubMed, opened
from evidence.store import Store, runs
from evidence.views import RunView
from evidence.vocabulary import Search, Vocabulary

RESERVED: Final = (RECHECK, asking_doi.RUN, asking_crossref.RUN)
"""Names of runs that no saved search may have."""
ABSENT: Final = "PubMed has no record of it"


def run(
    store: Store,
    vocabulary: Vocabulary,
    settings: Settings,
    names: Sequence[str] = (),
    *,
    on_progress: Progress | None = None,
    since: date | None = None,
    full: bool = False,
    recheck: bool = False,
    pubmed: PubMed | None = None,
    crossref: Crossref | None = None,
) -> tuple[RunView, ...]:
    """Run the saved searches of these names, or all, one after the other; how each went.

    The first run of a search fetches all it finds, later ones what is new or was changed since, or all again if `full`.
    `since` asks only for what PubMed got on or after that day. `recheck` also asks for a share of the records whose
    last word from PubMed is the oldest, about DOIs without a PMID, and Crossref about what became of the works here.
    `on_progress` is given the number of records done so far. Raises NotFound for an unknown name, UsageProblem without
    NCBI_EMAIL, StoreBusy when another refresh runs.
    """
    searches = chosen(vocabulary, names)
    with contextlib.ExitStack() as held:
        with opened(settings, pubmed) as source, runs.lock(store, "refresh"):
            now = Round(on_progress)
            how: dict[str, Any] = {"since": since, "full": full, "named": bool(names)}
            tasks = [Task(store, vocabulary, source, now, search, **how) for search in searches]
            views = _ask_pubmed(tasks, store, vocabulary, source, now, recheck)
            # Crossref has a lock of its own: however slow it is, the next refresh need not wait for it. It is taken
            # before the other is released, so that nobody finds both free and takes this refresh for one that ended.
            mine = recheck and asking_crossref.turn(store, held)
        if mine:
            views += asking_crossref.ask(store, vocabulary, settings, crossref=crossref)
    return tuple(views)


def _ask_pubmed(
    tasks: Sequence[Task], store: Store, vocabulary: Vocabulary, source: PubMed, now: Round, recheck: bool
) -> list[RunView]:
    """PubMed's part: the searches, then what is asked for beside them, for as long as it answers."""
    for name in (RECHECK, asking_doi.RUN):
        runs.interrupt_stale(store, name, store.now(), beside=True)
    views = [task.put_off() if now.away else task.run() for task in tasks]
    if not now.away:
        views += Recheck.due(store, vocabulary, source, now, share=recheck)
    if recheck and not now.away:
        views += asking_doi.recheck(store, vocabulary, source, now.checked)
    return views


def add(
    store: Store,
    vocabulary: Vocabulary,
    settings: Settings,
    identifiers: Sequence[Identifier],
    *,
    pubmed: PubMed | None = None,
    crossref: Crossref | None = None,
) -> Report:
    """Fetch single studies by PMID, DOI or PMCID. What PubMed does not have, or has twice, is rejected in the report;
    but of a DOI that it does not have Crossref is asked.

    A DOI or PMCID counts only when exactly one record carries it. Raises SourceProblem when PubMed fails, and then
    nothing was stored; what it gave is stored before Crossref is asked.
    """
    with opened(settings, pubmed) as source:
        hits = {identifier: source.look_up(identifier) for identifier in dict.fromkeys(identifiers)}
        arrived: list[Item] = []
        for fetched in source.fetch(pmid for found in hits.values() for pmid in found):
            if fetched.problem:
                raise fetched.problem
            arrived += fetched.items
    chosen = turned_away(store, [_the_one(identifier, found, arrived) for identifier, found in hits.items()])
    found_now = dict(zip(hits, chosen, strict=True))
    return asking_crossref.add(store, vocabulary, settings, found_now, ABSENT, actor="curator", crossref=crossref)


def chosen(vocabulary: Vocabulary, names: Sequence[str]) -> list[Search]:
    """The saved searches of these names, or all, in the order in which they run. Raises NotFound naming one."""
    for name in names:
        if name not in vocabulary.searches:
            known = ", ".join(vocabulary.searches) or "none"
            raise NotFound(f"search {name!r}", f"there is none of that name; known: {known}")
    wanted = [vocabulary.searches[name] for name in (dict.fromkeys(names) or vocabulary.searches)]
    # Those that include their finds go first: a study that another search would queue is then included.
    return sorted(wanted, key=lambda search: not search.include)


def _the_one(identifier: Identifier, found: Sequence[str], arrived: Sequence[Item]) -> Item:
    """The one record that carries the identifier, or why there is none."""
    subject = f"{identifier.scheme} {identifier.value}"
    records = [i for i in arrived if isinstance(i, Record) and i.external_id in found]
    carriers = [r for r in records if identifier.scheme == "pmid" or identifier.value in r.ids(identifier.scheme)]
    if len(carriers) == 1:
        return carriers[0]
    if carriers:
        pmids = ", ".join(r.external_id for r in carriers)
        return Rejected(
            subject=subject, reason=f"PubMed has several records that carry it: {pmids}; add one by its PMID"
        )
    unreadable = [i for i in arrived if isinstance(i, Rejected)]
    if unreadable and not records and found:
        return Rejected(subject=subject, reason=f"PubMed's record cannot be read: {unreadable[0].reason}")
    return Rejected(subject=subject, reason=ABSENT)

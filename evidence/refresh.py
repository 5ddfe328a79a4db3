"""Saved searches: PubMed → store, incremental and resumable; single studies on demand.

One refresh at a time (a lock of the operating system). A run that was cut short takes up where it stopped: records
checked since it began are not asked for again. A search that suddenly finds nothing, or far less than before, fails
and changes nothing; a batch that cannot be fetched fails the run, and the others still arrive.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from evidence import ingest
from evidence.errors import EvidenceError, NotFound, SourceProblem, SourceRefused, SourceUnavailable, StoreProblem
from evidence.identifiers import Identifier
from evidence.ingest import Report, upstream
from evidence.pacing import eutils_pacer
from evidence.records import Item, Record, Rejected
from evidence.settings import Settings
from evidence.sources.pubmed import SOURCE, Fetched, PubMed
from evidence.sources.transport import Transport
from evidence.store import Store, runs
from evidence.views import RunView
from evidence.vocabulary import Search, Vocabulary

Progress = Callable[[int], None]

RESUME_WITHIN: Final = timedelta(days=1)
"""PubMed is updated daily: what an interrupted run checked longer ago than this is asked for again."""
COLLAPSE_FROM: Final = 20
"""A search that found fewer than this may halve by chance; from here on, finding less than half is a failure."""
MOST_FAILURES: Final = 3
"""Batches in a row that fail before the run ends: each has had all its retries, so PubMed is away."""
_LOG_LINES: Final = 200
_ACTOR: Final = "refresh"


def run(
    store: Store,
    vocabulary: Vocabulary,
    settings: Settings,
    names: Sequence[str] = (),
    *,
    on_progress: Progress | None = None,
    since: date | None = None,
    pubmed: PubMed | None = None,
) -> tuple[RunView, ...]:
    """Run the saved searches of these names, or all, one after the other; how each went.

    `since` asks only for what PubMed got on or after that day. `on_progress` is given the number of records done so
    far. Raises NotFound for an unknown name, UsageProblem without NCBI_EMAIL, StoreBusy when another refresh runs.
    """
    searches = _chosen(vocabulary, names)
    views: list[RunView] = []
    with _source(settings, pubmed) as source, runs.lock(store, "refresh"):
        done = 0
        for search in searches:
            task = _Task(store, vocabulary, source, search, since, on_progress, done)
            views.append(task.skip() if source_is_away(views) else task.run())
            done = task.done
    return tuple(views)


def add(
    store: Store,
    vocabulary: Vocabulary,
    settings: Settings,
    identifiers: Sequence[Identifier],
    *,
    pubmed: PubMed | None = None,
) -> Report:
    """Fetch single studies by PMID, DOI or PMCID. What PubMed does not have, or has twice, is rejected in the report.

    A DOI or PMCID counts only when exactly one record carries it. Raises SourceProblem, and then nothing was stored.
    """
    with _source(settings, pubmed) as source:
        hits = {identifier: source.look_up(identifier) for identifier in dict.fromkeys(identifiers)}
        records: dict[str, Item] = {}
        unreadable: list[Item] = []
        for fetched in source.fetch(pmid for found in hits.values() for pmid in found):
            if fetched.problem:
                raise fetched.problem
            records |= {item.external_id: item for item in fetched.items if not isinstance(item, Rejected)}
            unreadable += [item for item in fetched.items if isinstance(item, Rejected)]
    chosen = [_the_one(identifier, [records[p] for p in found if p in records]) for identifier, found in hits.items()]
    items = [*dict.fromkeys(chosen), *unreadable]
    return ingest.take(store, vocabulary, items, actor="cli")

"""Saved searches: PubMed → store, incremental and resumable; single studies on demand.

What a run asks for: asking.py. One refresh at a time (a lock of the operating system). A run that was cut short is
taken up where it stopped: records checked since it began are not asked for again. A search that suddenly finds nothing,
or far less than before, fails and changes nothing; a batch that cannot be fetched fails the run, and the others still
arrive.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from evidence import asking, asking_crossref, asking_doi, ingest
from evidence.errors import EvidenceError, NotFound, SourceProblem, SourceRefused, StoreProblem
from evidence.identifiers import Identifier
from evidence.ingest import Report, successors, upstream, where
from evidence.ingest.rejections import turned_away
from evidence.records import Item, Record, Rejected
from evidence.settings import Settings
from evidence.side_runs import MOST_FAILURES, shortened
from evidence.sources.crossref import Crossref
from evidence.sources.pubmed import SOURCE, Fetched, PubMed, opened
from evidence.store import Store, runs
from evidence.views import RunView
from evidence.vocabulary import Search, Vocabulary

Progress = Callable[[int], None]

RESUME_WITHIN: Final = timedelta(days=1)
"""PubMed is updated daily: what an interrupted run checked longer ago than this is asked for again."""
COLLAPSE_FROM: Final = 20
"""A search that found fewer than this may halve by chance; from here on, less than half is a failure."""
FEW: Final = 4
"""So many new records may be listed and not given without being taken for an answer gone wrong: they are asked for
again at the next run."""
CONTROLS: Final = 5
"""Records of which at least one must come beside those that seem to be gone."""
ALREADY: Final = "already-checked"
"""Count of the records that were not asked for again."""
KNOWN: Final = "known"
"""Count of the records that are here and that PubMed has not changed since the last good run."""
NO_CHANGE: Final = ("unchanged", ALREADY, KNOWN, asking.LISTED, asking.EXCLUDED, asking_crossref.UNKNOWN)
"""Counts of a run that wrote nothing."""
RECHECK: Final = "re-check"
"""The name, in the list of runs, of the records asked for because PubMed's word on them has become old."""
RESERVED: Final = (RECHECK, asking_doi.RUN, asking_crossref.RUN)
"""Names of runs that no saved search may have."""
ABSENT: Final = "PubMed has no record of it"
ACTOR: Final = "refresh"


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
    views: list[RunView] = []
    done, away, checked = 0, False, set[str]()
    with opened(settings, pubmed) as source, runs.lock(store, "refresh"):
        for search in searches:
            task = _Task(store, vocabulary, source, search, since, full, on_progress, checked, done)
            views.append(task.put_off() if away else task.run())
            done, away = task.done, away or task.away
        if recheck and not away:
            old = Search(name=RECHECK, label="Records whose last word from PubMed is the oldest", query="")
            task = _Recheck(store, vocabulary, source, old, None, full, on_progress, checked, done)
            views += [task.run()] if asking.due_for_recheck(store) else []
            views += asking_doi.recheck(store, vocabulary, source, checked) if not task.away else ()
        if recheck:
            views += asking_crossref.recheck(store, vocabulary, settings, crossref=crossref)
    return tuple(views)


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

    A DOI or PMCID counts only when exactly one record carries it. Raises SourceProblem, and then nothing was stored.
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


@dataclass(slots=True)
class _Task:
    """One run of one search.

    `checked`: PMIDs that this refresh has dealt with, in whichever search. `done` counts records for the progress;
    `away`: PubMed did not answer any more.
    """

    store: Store
    vocabulary: Vocabulary
    pubmed: PubMed
    search: Search
    since: date | None
    full: bool
    on_progress: Progress | None
    checked: set[str]
    done: int
    away: bool = False
    found: int = 0
    report: Report = field(default_factory=Report)
    more: dict[str, int] = field(default_factory=dict)  # counts beside the report's
    problems: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    failures: int = 0  # batches in a row
    run_id: int = 0
    translation: str = ""

    @property
    def _query(self) -> str:
        return self.search.query

    def run(self) -> RunView:
        """Do it. What goes wrong with PubMed ends in a failed run; what goes wrong here is raised as well."""
        unfinished = runs.interrupt_stale(self.store, self.search.name, self.store.now())
        self.run_id = runs.start(self.store, self.search.name, self._query, self.store.now(), self.since)
        self.pubmed.transport.notes.clear()
        try:
            for fetched in self.pubmed.fetch(self._to_ask(self._find(), unfinished)):
                self._take(fetched)
                if self.away:
                    break
        except SourceProblem as exc:
            self.problems.append(str(exc))
            self.away = not isinstance(exc, SourceRefused)
        except BaseException as exc:
            # The program, the store or the person ends it; the next run takes it up from here.
            with contextlib.suppress(StoreProblem):
                self._finish("failed" if isinstance(exc, EvidenceError) else "interrupted", str(exc) or repr(exc))
            raise
        problems = list(dict.fromkeys(self.problems))  # the whole of them stands in the log
        return self._finish("failed" if problems else "ok", "; ".join([*problems[:2], *problems[2:][-1:]]))

    def put_off(self) -> RunView:
        """Not even try, and say so."""
        runs.interrupt_stale(self.store, self.search.name, self.store.now())
        self.run_id = runs.start(self.store, self.search.name, self._query, self.store.now())
        return self._finish("failed", "not tried: PubMed had stopped answering in the search before")

    def _find(self) -> Sequence[str]:
        """The PMIDs of the search to ask for. Raises SourceRefused when the number it finds cannot be right."""
        wanted = asking.wanted(
            self.pubmed, self.store, self.search, since=self.since, full=self.full, accept=self._accept
        )
        for answer in wanted.answers:
            self.translation = self.translation or answer.translation
            self.log += [line for w in answer.warnings if (line := f"PubMed: {w}") not in self.log]
            if answer.slices > 1:
                self.log.append(f"asked for in {answer.slices} slices, which add up to {len(answer.pmids):,} records")
        if self.translation and any(answer.warnings for answer in wanted.answers):
            self.log.append(f"PubMed searched for: {self.translation[:500]}")
        self._count(KNOWN, wanted.known)
        self._count(asking.EXCLUDED, wanted.excluded)
        self._count(asking.LISTED, wanted.found if wanted.listed else 0)
        self._progress(wanted.known)
        return wanted.pmids

    def _accept(self, found: int) -> None:
        """Raise SourceRefused for a search that finds nothing, or less than half of what it found before."""
        self.found = found
        before = runs.last_ok_count(self.store, self.search.name, self._query)
        collapsed = before is not None and before >= COLLAPSE_FROM and self.found * 2 < before
        if collapsed or (self.found == 0 and before):
            last = f"; the last good run found {before:,}" if before else ""
            raise SourceRefused(self.search.name, f"finds {self.found:,} records{last}. Nothing was changed")

    def _to_ask(self, pmids: Sequence[str], unfinished: datetime | None) -> Sequence[str]:
        """The PMIDs that neither a search before this one nor an unfinished run has checked."""
        earlier = self.checked.intersection(pmids)
        if earlier:
            self.log.append(f"{len(earlier):,} records were checked in the searches before this one")
        if unfinished is not None:
            since = max(unfinished, self.store.now() - RESUME_WITHIN)
            resumed = runs.checked_since(self.store, SOURCE, pmids, since) - earlier
            self.log.append(
                f"taken up from an unfinished run: {len(resumed):,} records checked since {since:%Y-%m-%d %H:%M}"
            )
            earlier |= resumed
        self._count(ALREADY, len(earlier))
        self._progress(len(earlier))
        return [p for p in pmids if p not in earlier]

    def _take(self, fetched: Fetched) -> None:
        """One batch into the store, in one transaction."""
        problem = str(fetched.problem or "")
        if not problem and (gone := self._too_many_gone(fetched)):
            problem = f"PubMed: lacks {gone} of {len(fetched.asked)} records it lists"
            fetched = replace(fetched, missing=())
        if not problem:
            self._settle(fetched)
        taken = ingest.take(
            self.store,
            self.vocabulary,
            fetched.items,
            actor=ACTOR,
            run_id=self.run_id,
            include=self.search.include,
            live=True,
        )
        self.report.add(taken)
        successors.propose(self.store, SOURCE, fetched.missing)
        self._note(fetched, taken)
        if problem:
            self._failed(fetched, problem)
        else:
            self.failures = 0
            self.checked.update(fetched.asked)
        self._progress(len(fetched.asked))

    def _too_many_gone(self, fetched: Fetched) -> int:
        """How many records an answer lacks, if that is more than can be: ESearch has just listed them all.

        What was missing before is no news, and a few that never came may stay away; those that are here count first.
        """
        here = runs.present(self.store, SOURCE, fetched.missing)
        news = here | set(fetched.missing).difference(runs.known(self.store, SOURCE, fetched.missing))
        half = len(fetched.asked) // 2
        return len(news) if len(here) > max(1, half) or len(news) > max(FEW, half) else 0

    def _settle(self, fetched: Fetched) -> None:
        """Studies whose record PubMed lacks say so, and those whose record is there again no longer do.

        Before the records are taken: after a kill in between, they are not yet checked and are asked for again.
        """
        given = [item.external_id for item in fetched.items if isinstance(item, Record)]
        self._count("missing", len(fetched.missing))
        upstream.settle(
            self.store, self.vocabulary, SOURCE, present=given, missing=fetched.missing, actor=ACTOR, run_id=self.run_id
        )
        if lacking := (*fetched.missing, *fetched.unclear):
            runs.note_asked(self.store, SOURCE, lacking)  # else they would stand first in every re-check

    def _note(self, fetched: Fetched, taken: Report) -> None:
        """Everything odd about the batch, for the run log."""
        self.log += [f"rejected {where(r)}: {r.reason}" for r in taken.rejected]
        for pmids, words in (
            (fetched.missing, "is listed by PubMed, which does not give its record"),
            (fetched.unclear, "has no record that can be read"),
            (fetched.duplicates, "was given twice; the newer version, else the first, was taken"),
            (fetched.unasked, "was given and not asked for; ignored"),
        ):
            self.log += [f"PMID {pmid} {words}" for pmid in pmids]

    def _failed(self, fetched: Fetched, problem: str) -> None:
        self.failures += 1
        self.problems.append(problem)
        self._count("failed", len(fetched.asked) - len(fetched.items))
        self.log.append(f"failed: {problem} (PMIDs {fetched.asked[0]} to {fetched.asked[-1]})")
        if self.failures >= MOST_FAILURES:
            self.away = True
            self.problems.append(f"stopped after {MOST_FAILURES} failed batches in a row")

    def _count(self, name: str, number: int) -> None:
        if number:
            self.more[name] = self.more.get(name, 0) + number

    def _progress(self, number: int) -> None:
        self.done += number
        if self.on_progress:
            self.on_progress(self.done)

    def _finish(self, state: str, error: str) -> RunView:
        log = [*self.pubmed.transport.notes, *self.log]
        counts = self.report.counts() | self.more
        if state == "ok" and not any(n for name, n in counts.items() if name not in NO_CHANGE):
            log.append("nothing new: every record is as it was, nothing was written")
        return runs.finish(
            self.store,
            self.run_id,
            state=state,
            found=self.found,
            counts=counts,
            error=error,
            log=shortened(log),
            now=self.store.now(),
            translation=self.translation,
        )


@dataclass(slots=True)
class _Recheck(_Task):
    """The records that were asked for longest ago."""

    def _find(self) -> Sequence[str]:
        pmids = asking.due_for_recheck(self.store)
        self.found = len(pmids)
        return pmids

    def _too_many_gone(self, fetched: Fetched) -> int:
        """See _Task. No search has listed these: that many are gone may be, but others must come when asked for.

        With those that lack, some are asked for that are surely there: a PubMed that gives none of those says nothing.
        """
        here = runs.present(self.store, SOURCE, fetched.missing)
        came = any(isinstance(item, Record) for item in fetched.items)
        if not here or (came and not super(_Recheck, self)._too_many_gone(fetched)):
            return 0
        others = runs.others(self.store, SOURCE, {*fetched.asked, *self.checked}, CONTROLS)  # none is fetched twice
        again = [each for each in self.pubmed.fetch((*sorted(here), *others)) if not each.problem]
        given = {item.external_id for each in again for item in each.items if isinstance(item, Record)}
        return len(here & given) if came or given.intersection(others) else len(here)

"""One run of one saved search, and of the re-check: what is asked for arrives batch by batch, each in one transaction.

A run that was cut short is taken up where it stopped: records checked since it began are not asked for again. A search
that suddenly finds nothing, or far less than before, fails and changes nothing; a batch that cannot be fetched fails
the run, and the others still arrive. A record is missing only when others come that are asked for beside it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from evidence import asking, asking_crossref, ingest
from evidence.errors import SourceProblem, SourceRefused
from evidence.ingest import Report, successors, upstream
from evidence.records import Record
from evidence.run_sheet import MOST_FAILURES, Sheet, running
from evidence.sources.pubmed import SOURCE, Fetched, PubMed
from evidence.store import Store, runs
from evidence.views import RunView
from evidence.vocabulary import Search, Vocabulary

Progress = Callable[[int], None]

RESUME_WITHIN: Final = timedelta(days=1)
"""PubMed is updated daily: what an interrupted run checked longer ago than this is asked for again."""
COLLAPSE_FROM: Final = 20
"""A search that found fewer than this may halve by chance; from here on, less than half is a failure."""
COLLAPSE_FOR: Final = timedelta(days=3)
"""What PubMed has said for so long is no accident of a day: a search that finds far less is then believed."""
COLLAPSED: Final = "collapsed"
"""Count of a run that failed because its search found far less than before."""
FEW: Final = 4
"""So many new records may be listed and not given without being taken for an answer gone wrong: they are asked for
again at the next run."""
CONTROLS: Final = 5
"""Records that must all come when they are asked for because others seem to be gone."""
CONTROL: Final = "controls"
"""Count of those records."""
CONTROL_ROUNDS: Final = 3
"""So many times: one of them may be gone itself."""
MOST_DROPPED: Final = 1_000
"""Records that a search may list no more and that are asked for at once; more are left to the re-check."""
ALREADY: Final = "already-checked"
"""Count of the records that were not asked for again."""
KNOWN: Final = "known"
"""Count of the records that are here and that PubMed has not changed since the last good run."""
NO_CHANGE: Final = ("unchanged", ALREADY, KNOWN, asking.LISTED, asking.EXCLUDED, asking_crossref.UNKNOWN)
"""Counts of a run that wrote nothing."""
RECHECK: Final = "re-check"
"""The name, in the list of runs, of the records asked for because PubMed's word on them has become old."""
ACTOR: Final = "refresh"


@dataclass(slots=True)
class Round:
    """What the runs of one refresh share. `checked`: PMIDs that it has dealt with, in whichever search; `done`: how
    many records, for the progress; `away`: PubMed did not answer any more; `came`: how many records it gave; `listed`:
    PMIDs that searches list; `dropped`: those that the search which brought them lists no more.
    """

    on_progress: Progress | None = None
    checked: set[str] = field(default_factory=set)
    done: int = 0
    away: bool = False
    came: int = 0
    listed: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Task:
    """One run of one search. `full`: as at the first time; `named`: a person asked for this search by its name."""

    store: Store
    vocabulary: Vocabulary
    pubmed: PubMed
    round: Round
    search: Search
    since: date | None = None
    full: bool = False
    named: bool = False
    sheet: Sheet = field(init=False)

    def run(self) -> RunView:
        """Do it. What goes wrong with PubMed ends in a failed run; what goes wrong here is raised as well."""
        with self._begun():
            try:
                for fetched in self.pubmed.fetch(self._to_ask(self._find())):
                    self._take(fetched)
                    if self.round.away:
                        break
            except SourceProblem as exc:
                self.sheet.problems.append(exc.reason if exc.subject == self.search.name else str(exc))
                self.round.away = not isinstance(exc, SourceRefused)
        changed = any(n for name, n in self.sheet.all_counts().items() if name not in NO_CHANGE)
        if not changed and not self.sheet.problems:
            self.sheet.log.append("nothing new: every record is as it was, nothing was written")
        return self.sheet.finish(self.store)

    def put_off(self) -> RunView:
        """Not even try, and say so."""
        with self._begun():
            self.sheet.problems.append("not tried: PubMed had stopped answering in the search before")
        return self.sheet.finish(self.store)

    @contextlib.contextmanager
    def _begun(self) -> Iterator[None]:
        """The run, with a sheet of its own."""
        notes = self.pubmed.transport.notes
        with running(self.store, self.search.name, notes, self.search.query, self.since) as self.sheet:
            yield

    def _find(self) -> Sequence[str]:
        """The PMIDs of the search to ask for. Raises SourceRefused when the number it finds cannot be right."""
        wanted = asking.wanted(
            self.pubmed, self.store, self.search, since=self.since, full=self.full, accept=self._accept
        )
        for answer in wanted.answers:
            self.sheet.translation = self.sheet.translation or answer.translation
            self.sheet.log += [line for w in answer.warnings if (line := f"PubMed: {w}") not in self.sheet.log]
            if answer.slices > 1:
                self.sheet.log.append(
                    f"asked for in {answer.slices} slices, which add up to {len(answer.pmids):,} records"
                )
        if self.sheet.translation and any(answer.warnings for answer in wanted.answers):
            self.sheet.log.append(f"PubMed searched for: {self.sheet.translation[:500]}")
        self.round.listed.update(wanted.every)
        self._note_dropped(wanted)
        self.sheet.count(KNOWN, wanted.known)
        self.sheet.count(asking.EXCLUDED, wanted.excluded)
        self.sheet.count(asking.LISTED, wanted.found if wanted.listed else 0)
        self._progress(wanted.known)
        return wanted.pmids

    def _note_dropped(self, wanted: asking.Wanted) -> None:
        """Records that this search brought and lists no more: they are gone, or not what it looks for now."""
        if not wanted.complete:
            return
        dropped = runs.found_by(self.store, SOURCE, self.search.name).difference(wanted.every)
        if len(dropped) > MOST_DROPPED:
            self.sheet.log.append(f"lists {len(dropped):,} records no more; they are asked for in their turn")
        elif dropped:
            self.sheet.log.append(f"lists {len(dropped):,} records no more; they are asked for in the re-check")
            self.round.dropped |= dropped

    def _accept(self, found: int) -> None:
        """Raise SourceRefused for a search that finds nothing, or less than half of what it found before; unless it
        has done so for days, or a person wants all of it by name.
        """
        self.sheet.found = found
        before = runs.last_ok_count(self.store, self.search.name, self.search.query)
        if not before or found * 2 >= before or (found and before < COLLAPSE_FROM):
            return
        since = runs.failing_since(self.store, self.search.name, self.search.query, COLLAPSED)
        believed = (since or self.store.now()) + COLLAPSE_FOR
        if (self.full and self.named) or believed <= self.store.now():
            self.sheet.log.append(f"finds {found:,} records; the last good run found {before:,}: believed")
            return
        self.sheet.count(COLLAPSED, 1)
        raise SourceRefused(
            self.search.name,
            f"finds {found:,} records; the last good run found {before:,}. Nothing was changed; it will be believed on "
            f"{believed:%Y-%m-%d}, or at once with `evidence refresh --full {self.search.name}`",
        )

    def _to_ask(self, pmids: Sequence[str]) -> Sequence[str]:
        """The PMIDs that neither a search before this one nor an unfinished run has checked."""
        earlier = self.round.checked.intersection(pmids)
        if earlier:
            self.sheet.log.append(f"{len(earlier):,} records were checked in the searches before this one")
        if self.sheet.unfinished is not None:
            since = max(self.sheet.unfinished, self.store.now() - RESUME_WITHIN)
            resumed = runs.checked_since(self.store, SOURCE, pmids, since) - earlier
            self.sheet.log.append(
                f"taken up from an unfinished run: {len(resumed):,} records checked since {since:%Y-%m-%d %H:%M}"
            )
            earlier |= resumed
        self.sheet.count(ALREADY, len(earlier))
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
        self._ingest(fetched)
        successors.propose(self.store, SOURCE, fetched.missing)
        self._note(fetched)
        if problem:
            self._failed(fetched, problem)
        else:
            self.sheet.failures = 0
            self.round.checked.update(fetched.asked)
        self._progress(len(fetched.asked))

    def _too_many_gone(self, fetched: Fetched) -> int:
        """How many records an answer lacks, if that is more than can be: ESearch has just listed them all.

        What was missing before is no news, and a few that never came may stay away; those that are here count first.
        """
        here = runs.present(self.store, SOURCE, fetched.missing)
        news = here | set(fetched.missing).difference(runs.known(self.store, SOURCE, fetched.missing))
        half = len(fetched.asked) // 2
        if len(here) > max(1, half) or len(news) > max(FEW, half):
            return len(news)
        return len(here) if here and not self._others_come(fetched) else 0

    def _others_come(self, fetched: Fetched) -> bool:
        """Whether PubMed gives all of some records that are surely there; where all were asked for, whether any came.

        An answer that gives none of them, or a part, says nothing of those that it lacks.
        """
        tried: set[str] = set()
        for _ in range(CONTROL_ROUNDS):
            leave_out = {*fetched.asked, *self.round.checked, *tried}  # no record is given twice in one refresh
            others = runs.others(self.store, SOURCE, leave_out, CONTROLS)
            if not others:
                break
            answers = [each for each in self.pubmed.fetch(others) if not each.problem]
            for each in answers:
                unchanged = self._ingest(each).unchanged
                self.sheet.report.unchanged -= unchanged  # they are counted as what they were asked for
            self.sheet.count(CONTROL, len(others))
            given = {item.external_id for each in answers for item in each.items if isinstance(item, Record)}
            self.round.checked |= given
            if given.issuperset(others):
                return True
            tried.update(others)
        return not tried and (self.round.came > 0 or any(isinstance(item, Record) for item in fetched.items))

    def _ingest(self, fetched: Fetched) -> Report:
        """The records of an answer into the store."""
        taken = ingest.take(
            self.store,
            self.vocabulary,
            fetched.items,
            actor=ACTOR,
            run_id=self.sheet.run_id,
            include=self.search.include,
            live=True,
        )
        self.sheet.took(taken)
        self.round.came += taken.total - len(taken.rejected)
        return taken

    def _settle(self, fetched: Fetched) -> None:
        """Studies whose record PubMed lacks say so, and those whose record is there again no longer do.

        Before the records are taken: after a kill in between, they are not yet checked and are asked for again.
        """
        given = [item.external_id for item in fetched.items if isinstance(item, Record)]
        self.sheet.count("missing", len(fetched.missing))
        upstream.settle(
            self.store,
            self.vocabulary,
            SOURCE,
            present=given,
            missing=fetched.missing,
            actor=ACTOR,
            run_id=self.sheet.run_id,
        )
        if lacking := (*fetched.missing, *fetched.unclear):
            runs.note_asked(self.store, SOURCE, lacking)  # else they would stand first in every re-check

    def _note(self, fetched: Fetched) -> None:
        """Everything odd about the batch, for the run log."""
        for pmids, words in (
            (fetched.missing, "is listed by PubMed, which does not give its record"),
            (fetched.unclear, "has no record that can be read"),
            (fetched.duplicates, "was given twice; the newer version, else the first, was taken"),
            (fetched.unasked, "was given and not asked for; ignored"),
        ):
            self.sheet.log += [f"PMID {pmid} {words}" for pmid in pmids]

    def _failed(self, fetched: Fetched, problem: str) -> None:
        self.sheet.failures += 1
        self.sheet.problems.append(problem)
        self.sheet.count("failed", len(fetched.asked) - len(fetched.items))
        self.sheet.log.append(f"failed: {problem} (PMIDs {fetched.asked[0]} to {fetched.asked[-1]})")
        if self.sheet.failures >= MOST_FAILURES:
            self.round.away = True
            self.sheet.problems.append(f"stopped after {MOST_FAILURES} failed batches in a row")

    def _progress(self, number: int) -> None:
        self.round.done += number
        if self.round.on_progress:
            self.round.on_progress(self.round.done)


@dataclass(slots=True)
class Recheck(Task):
    """The records that were asked for longest ago, and before them those that a search lists no more."""

    pmids: Sequence[str] = ()

    @classmethod
    def due(
        cls, store: Store, vocabulary: Vocabulary, pubmed: PubMed, now: Round, *, share: bool
    ) -> tuple[RunView, ...]:
        """Run it, if there is anything to ask. `share`: for a share of the oldest, too."""
        dropped = now.dropped - now.listed - now.checked  # what one search lists no more and no other lists
        pmids = tuple(dict.fromkeys((*sorted(dropped), *(asking.due_for_recheck(store) if share else ()))))
        old = Search(name=RECHECK, label="Records whose last word from PubMed is the oldest", query="")
        return (cls(store, vocabulary, pubmed, now, old, pmids=pmids).run(),) if pmids else ()

    def _find(self) -> Sequence[str]:
        self.sheet.found = len(self.pmids)
        return self.pmids

    def _too_many_gone(self, fetched: Fetched) -> int:
        """See Task. No search has listed these: that many are gone may be, but others must come when asked for."""
        here = runs.present(self.store, SOURCE, fetched.missing)
        return len(here) if here and not self._others_come(fetched) else 0

    def _settle(self, fetched: Fetched) -> None:
        """See Task. What a search lists no more was asked for once: from now on it waits its turn."""
        Task._settle(self, fetched)
        runs.attribute(self.store, SOURCE, self.round.dropped.intersection(fetched.asked), self.sheet.run_id)

"""Crossref: what became of the works that are here, and works that PubMed does not have.

In the re-check every DOI of the library is asked for in turn, the oldest word first and none within 30 days; what its
`updated-by` and `update-to` say become statements of the source "crossref", those it says no more are withdrawn
(hearing_crossref.py). A DOI that it does not know is noted as asked. Its failures are those of its own run: PubMed's
part does not depend on it, nor waits for it, as it has a lock and a time of its own.

What fails, and most of what it knew being unknown, fails the run. What has done so for three days is believed, as a
search that shrinks is: a DOI that fails while others do not is then asked about no more often than they are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from evidence import ingest
from evidence.errors import SourceRefused, StoreBusy
from evidence.formats import crossref as reader
from evidence.hearing_crossref import Titles, hear, titles
from evidence.identifiers import Identifier
from evidence.ingest import Report
from evidence.records import Item, Record, Rejected
from evidence.run_sheet import Sheet, running
from evidence.settings import Settings
from evidence.sources.crossref import SOURCE, Answer, Crossref, doi_of, opened
from evidence.store import Store, inquiries, runs
from evidence.views import RunView
from evidence.vocabulary import Vocabulary

RUN: Final = "crossref"
"""The name of its run in the list of runs."""
EVERY: Final = timedelta(days=30)
"""How old its word on a DOI may become before it is asked for anew."""
BUDGET: Final = 1_000
"""DOIs in one run (25 lists of 40), or a thirtieth of all where that is more: daily runs come round in 30 days."""
TIME: Final = 300.0
"""Seconds that a run may take; the DOIs that it does not come to are the first of the next run."""
FEW_LOST: Final = 3
"""So many DOIs of a run that Crossref knew and knows no more are believed, however few the run has."""
LASTING: Final = timedelta(days=3)
"""What a DOI has done for so long is no accident of a day: it fails, or is unknown (as search_run.COLLAPSE_FOR)."""
CONTROLS: Final = 5
"""DOIs that Crossref knew the last time, asked for in one list to see whether it is there."""
UNKNOWN: Final = "not-in-crossref"
"""Count of the DOIs that Crossref does not know: other agencies register DOIs, too."""
PUBMED: Final = "pubmed"
ACTOR: Final = "crossref"
"""Who changes what follows from its answers, in the log."""


def recheck(
    store: Store, vocabulary: Vocabulary, settings: Settings, *, crossref: Crossref | None = None
) -> tuple[RunView, ...]:
    """Ask Crossref about the DOIs it was asked about longest ago; its run, if there was anything to ask and no other
    process is at it.
    """
    with contextlib.ExitStack() as held:
        return ask(store, vocabulary, settings, crossref=crossref) if turn(store, held) else ()


def turn(store: Store, held: contextlib.ExitStack) -> bool:
    """Take the lock of `ask`, to be held as long as the stack; False when another process has it."""
    try:
        held.enter_context(runs.lock(store, runs.BESIDE))
    except StoreBusy:
        return False
    return True


def ask(
    store: Store, vocabulary: Vocabulary, settings: Settings, *, crossref: Crossref | None = None
) -> tuple[RunView, ...]:
    """As `recheck`, for who holds its lock."""
    runs.interrupt_stale(store, RUN, store.now(), beside=True)
    with opened(settings, crossref) as source:
        if source is None or not (dois := _due(store)):
            return ()
        source.transport.allow(TIME)
        with running(store, RUN, source.transport.notes) as sheet:
            sheet.found = len(dois)
            _Asking.begun(store, vocabulary, source, sheet, dois).run(dois)
        return (sheet.finish(store),)


def _due(store: Store) -> list[str]:
    most = max(BUDGET, -(-inquiries.how_many(store) // EVERY.days))
    return inquiries.due(store, SOURCE, store.now() - EVERY, most)


@dataclass(slots=True)
class _Asking:
    """One run: what it knows of its DOIs from before, and what came of them.

    `known`, `known_not`: DOIs that Crossref knew, or did not, when it was last asked; `lasting`: DOIs that have failed,
    or were not known any more, for days; `answered`, `unknown`, `failed`: what came now.
    """

    store: Store
    vocabulary: Vocabulary
    source: Crossref
    sheet: Sheet
    known: AbstractSet[str]
    known_not: AbstractSet[str]
    lasting: AbstractSet[str]
    answered: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    there: bool | None = None

    @classmethod
    def begun(
        cls, store: Store, vocabulary: Vocabulary, source: Crossref, sheet: Sheet, dois: Sequence[str]
    ) -> _Asking:
        """The run of these DOIs, with what is known of them."""
        with store.read() as connection:
            before = inquiries.asked(connection, SOURCE, dois)
            lasting = inquiries.failing(connection, SOURCE, store.now() - LASTING)
        known = {doi for doi, one in before.items() if one.outcome == "known"}
        return cls(store, vocabulary, source, sheet, known, before.keys() - known, lasting)

    def run(self, dois: Sequence[str]) -> None:
        """Ask about all of them, unless Crossref does not answer."""
        for answer, whole in self._answers(dois):
            if whole:
                _revise(self.store, self.vocabulary, answer, self.sheet)
            found = titles(self.source, answer, self.lasting)
            self.answered.update(answer.works)
            self.unknown += answer.unknown
            self._hear(answer, found)
            if self._note_failed(answer, found):
                break
        self._settle_unknown()
        left = len(set(dois) - self.answered - self.failed - set(self.unknown))
        if self.source.transport.is_over and left:
            self.sheet.log.append(f"stopped after {TIME:g} s; {left:,} DOIs are left to the next run")

    def _answers(self, dois: Sequence[str]) -> Iterator[tuple[Answer, bool]]:
        """Crossref's answers, and whether they have whole works: of DOIs of which its own record is here, and may have
        changed. What has failed for days comes last, and alone where its list fails and Crossref is there.
        """
        ours = runs.known(self.store, SOURCE, dois)
        for late, whole in ((False, False), (False, True), (True, False), (True, True)):
            group = [doi for doi in dois if (doi in self.lasting, doi in ours) == (late, whole)]
            apart = late and bool(group) and self._is_there() is not False
            for answer in self.source.works(group, unknown=self.known_not, whole=whole, apart=apart):
                yield answer, whole

    def _hear(self, answer: Answer, found: Titles) -> None:
        """What the works say. Those that speak of one whose title is still to be had are asked again the next time."""
        again = found.wanting(answer.works, self.lasting)
        said = hear(
            self.store, self.vocabulary, answer.works,
            titles=found.known, late=found.late, again=again, actor=ACTOR, run_id=self.sheet.run_id,
        )  # fmt: skip
        self.sheet.count("said", said.new)
        self.sheet.count("withdrawn", said.withdrawn)
        self.sheet.log += said.odd
        with self.store.write() as writer:
            inquiries.note_tried(writer, SOURCE, again)
            inquiries.note_well(writer, SOURCE, found.known)

    def _note_failed(self, answer: Answer, found: Titles) -> bool:
        """Note the DOIs for which Crossref failed: they wait their turn like the others. What has failed for days while
        others do not fails no run any more. True when too many requests failed.
        """
        own = dict(answer.failed)
        if answer.problem is not None:
            own |= {doi: answer.problem for doi in answer.lacking() if doi not in own}
        failed = own | found.failed
        lasting = failed.keys() & self.lasting
        if lasting and not self._is_there():
            lasting = set()
        self.failed |= own.keys()
        self.sheet.count("failed", len(failed) - len(lasting))
        self.sheet.log += [f"DOI {doi} has failed for days, and is put off: {failed[doi]}" for doi in sorted(lasting)]
        if failed:
            with self.store.write() as writer:
                inquiries.note_failing(writer, SOURCE, failed)
                inquiries.note_tried(writer, SOURCE, own.keys() - lasting)
                inquiries.note_tried(writer, SOURCE, own.keys() & lasting, put_off=True)
        news = [problem for doi, problem in failed.items() if doi not in lasting]
        return self.sheet.failed(*dict.fromkeys(news))  # one that many DOIs share once

    def _is_there(self) -> bool | None:
        """Whether Crossref gives other works: then what fails for days is not its silence. None where there is none to
        ask for.
        """
        if self.answered:
            return True
        if self.there is None and (controls := inquiries.last_known(self.store, SOURCE, CONTROLS)):
            self.there = any(answer.works for answer in self.source.works(controls, unknown=controls))
        return self.there

    def _settle_unknown(self) -> None:
        """Note what Crossref does not know. Where it has forgotten most of what it knew, that is taken for an answer
        gone wrong, until it has said so for days.
        """
        news = set(self.unknown) - self.lasting
        lost, kept = len(self.known & news), len(self.known & self.answered)
        doubted = news if lost > max(FEW_LOST, kept) else set()
        if doubted:
            words = f"knows {lost:,} of {lost + kept:,} DOIs no more that it knew; not believed for {LASTING.days} days"
            self.sheet.failed(SourceRefused(SOURCE, words))
        settled = [doi for doi in self.unknown if doi not in doubted]
        self.sheet.count(UNKNOWN, len(settled))
        with self.store.write() as writer:
            inquiries.note(writer, SOURCE, inquiries.outcomes((), settled))
            inquiries.note_failing(writer, SOURCE, doubted)
            inquiries.note_tried(writer, SOURCE, doubted)


def _revise(store: Store, vocabulary: Vocabulary, answer: Answer, sheet: Sheet) -> None:
    """Crossref's own records that are here, in what it says of them now. What a person excluded stays so."""
    # One whose DOI is an alias by now stays the record that it is.
    items = [reader.read({**work, "DOI": doi}) for doi, work in answer.works.items()]
    report = ingest.take(store, vocabulary, items, actor=ACTOR, run_id=sheet.run_id, include=False, live=True)
    sheet.took(report)


def add(
    store: Store,
    vocabulary: Vocabulary,
    settings: Settings,
    found: Mapping[Identifier, Item],
    absent: str,
    *,
    actor: str,
    crossref: Crossref | None = None,
) -> Report:
    """Take what PubMed gave of these identifiers; then, in the place of DOIs that it rejects as `absent`, what Crossref
    has. The report's notes say for which that was so. PubMed's are stored before Crossref is asked; when it gives no
    answer, it is asked no more.
    """
    lacking = [i.value for i, item in found.items() if i.scheme == "doi" and _is(item, absent)]
    with opened(settings, crossref) as source:
        asked = lacking if source else []
        others = [item for i, item in found.items() if i.scheme != "doi" or i.value not in asked]
        once = {_name(item): item for item in others}  # a PMID and a DOI may name one record
        report = ingest.take(store, vocabulary, once.values(), actor=actor, live=True)
        if source and asked:
            report.add(_add(store, vocabulary, source, asked, absent, actor))
    return report


def _add(
    store: Store, vocabulary: Vocabulary, source: Crossref, dois: Sequence[str], absent: str, actor: str
) -> Report:
    """Crossref's records of these DOIs, and what it says became of them; rejections of those that it does not give."""
    report, left, why = Report(), list(dois), "there was no time left to ask for it"
    source.transport.allow(TIME)
    for answer in source.works(dois, whole=True, patience=1):
        found = {doi: _instead(doi, answer, absent) for doi in answer.asked}
        report.add(ingest.take(store, vocabulary, found.values(), actor=actor, live=True))
        report.notes += [_taken(doi, item, absent) for doi, item in found.items() if isinstance(item, Record)]
        known = titles(source, answer)
        works = {doi_of(work): work for work in answer.works.values()}  # the study has these, and not their aliases
        again = known.wanting(works)
        hear(store, vocabulary, works, titles=known.known, late=known.late, again=again, actor=actor)
        with store.write() as writer:
            inquiries.note(writer, SOURCE, inquiries.outcomes((), answer.unknown))
            inquiries.note(writer, PUBMED, inquiries.outcomes((), [*works, *answer.unknown]))
        left = [doi for doi in left if doi not in found]
        problems = [*answer.problems(), *known.failed.values()]
        silent = [problem for problem in problems if not isinstance(problem, SourceRefused)]
        if silent:
            why = str(silent[0])
            break
    report.rejected += [_not_given(doi, absent, why) for doi in left]
    return report


def _taken(doi: str, record: Record, absent: str) -> str:
    alias = "" if record.external_id == doi else f", as doi {record.external_id}, of which it is an alias"
    return f"doi {doi}: {absent}; Crossref's was taken{alias}"


def _not_given(doi: str, absent: str, why: str) -> Rejected:
    return Rejected(subject=f"doi {doi}", reason=f"{absent}, and Crossref failed: {why}")


def _is(item: Item, reason: str) -> bool:
    return isinstance(item, Rejected) and item.reason == reason


def _instead(doi: str, answer: Answer, absent: str) -> Item:
    """Crossref's record of a DOI, or why there is none."""
    if doi in answer.works:
        return reader.read(answer.works[doi])
    if doi in answer.unknown:
        return Rejected(subject=f"doi {doi}", reason=f"{absent}, and Crossref does not know it")
    return _not_given(doi, absent, answer.why(doi))


def _name(item: Item) -> str:
    return item.subject if isinstance(item, Rejected) else f"{item.source} {item.external_id}"

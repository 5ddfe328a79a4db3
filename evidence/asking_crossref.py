"""Crossref: what became of the works that are here, and works that PubMed does not have.

In the re-check every DOI of the library is asked for in turn, the oldest word first and none within 30 days; what its
`updated-by` and `update-to` say become statements of the source "crossref", those it says no more are withdrawn. A DOI
that it does not know is noted as asked. Its failures are those of its own run: PubMed's part does not depend on it, nor
waits for it, as it has a lock and a time of its own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from evidence import ingest
from evidence.errors import SourceRefused, StoreBusy
from evidence.formats import crossref as reader
from evidence.identifiers import Identifier
from evidence.ingest import Report
from evidence.ingest.heeding import heed
from evidence.lifecycle import crossref as updates
from evidence.records import Item, Record, Rejected
from evidence.run_sheet import Sheet, running
from evidence.settings import Settings
from evidence.sources.crossref import SOURCE, Answer, Crossref, Work, doi_of, opened
from evidence.store import Store, inquiries, lifecycle, runs
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
UNKNOWN: Final = "not-in-crossref"
"""Count of the DOIs that Crossref does not know: other agencies register DOIs, too."""
PUBMED: Final = "pubmed"
ACTOR: Final = "crossref"
"""Who changes what follows from its answers, in the log."""


@dataclass(frozen=True, slots=True)
class Said:
    """What became of statements: new or changed ones, withdrawn ones; sentences on what could not be understood."""

    new: int
    withdrawn: int
    odd: tuple[str, ...]


def recheck(
    store: Store, vocabulary: Vocabulary, settings: Settings, *, crossref: Crossref | None = None
) -> tuple[RunView, ...]:
    """Ask Crossref about the DOIs it was asked about longest ago; its run, if there was anything to ask and no other
    process is at it.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(runs.lock(store, runs.BESIDE))
        except StoreBusy:
            return ()
        runs.interrupt_stale(store, RUN, store.now(), beside=True)
        source = stack.enter_context(opened(settings, crossref))
        if source is None or not (dois := _due(store)):
            return ()
        source.transport.allow(TIME)
        with running(store, RUN, source.transport.notes) as sheet:
            sheet.found = len(dois)
            _ask(store, vocabulary, source, dois, sheet)
        return (sheet.finish(store),)


def _due(store: Store) -> list[str]:
    most = max(BUDGET, -(-inquiries.how_many(store) // EVERY.days))
    return inquiries.due(store, SOURCE, store.now() - EVERY, most)


def _ask(store: Store, vocabulary: Vocabulary, source: Crossref, dois: list[str], sheet: Sheet) -> None:
    with store.read() as connection:
        before = inquiries.asked(connection, SOURCE, dois)
    known = {doi for doi, one in before.items() if one.outcome == "known"}
    answered: set[str] = set()
    unknown: list[str] = []
    for answer, whole in _answers(store, source, dois, before.keys() - known):
        if whole:
            _revise(store, vocabulary, answer, sheet)
        known_titles = titles(source, answer)
        said = hear(store, vocabulary, answer.works, titles=known_titles, actor=ACTOR, run_id=sheet.run_id)
        sheet.count("said", said.new)
        sheet.count("withdrawn", said.withdrawn)
        sheet.log += said.odd
        answered.update(answer.works)
        unknown += answer.unknown
        _failed(store, answer, sheet)
        if sheet.failed(*answer.problems()):
            break
    _settle_unknown(store, sheet, unknown, known, answered)
    left = len(dois) - len(answered) - len(unknown) - sheet.counts.get("failed", 0)
    if source.transport.is_over and left:
        sheet.log.append(f"stopped after {TIME:g} s; {left:,} DOIs are left to the next run")


def _answers(
    store: Store, source: Crossref, dois: Sequence[str], known_not: Collection[str]
) -> Iterator[tuple[Answer, bool]]:
    """Crossref's answers, and whether they have whole works: of DOIs of which its own record is here, and may have
    changed.
    """
    ours = runs.known(store, SOURCE, dois)
    for whole in (False, True):
        group = [doi for doi in dois if (doi in ours) == whole]
        for answer in source.works(group, unknown=known_not, whole=whole):
            yield answer, whole


def _failed(store: Store, answer: Answer, sheet: Sheet) -> None:
    """Note the DOIs for which Crossref failed: they wait their turn like the others."""
    failed = {*answer.failed, *(answer.lacking() if answer.problem else ())}
    if failed:
        sheet.count("failed", len(failed))
        with store.write() as writer:
            inquiries.note_tried(writer, SOURCE, failed)


def _settle_unknown(
    store: Store, sheet: Sheet, unknown: Collection[str], known: AbstractSet[str], answered: Collection[str]
) -> None:
    """Note what Crossref does not know; but nothing where it has forgotten most of what it knew, for that is an answer
    gone wrong.
    """
    lost = len(known & set(unknown))
    if lost > max(FEW_LOST, len(known & set(answered))):
        was = len(known & {*answered, *unknown})
        sheet.failed(SourceRefused(SOURCE, f"knows {lost:,} of {was:,} DOIs no more that it knew; not believed"))
        return
    sheet.count(UNKNOWN, len(unknown))
    if unknown:
        with store.write() as writer:
            inquiries.note(writer, SOURCE, inquiries.outcomes((), unknown))


def _revise(store: Store, vocabulary: Vocabulary, answer: Answer, sheet: Sheet) -> None:
    """Crossref's own records that are here, in what it says of them now. What a person excluded stays so."""
    # One whose DOI is an alias by now stays the record that it is.
    items = [reader.read({**work, "DOI": doi}) for doi, work in answer.works.items()]
    report = ingest.take(store, vocabulary, items, actor=ACTOR, run_id=sheet.run_id, include=False, live=True)
    sheet.took(report)


def titles(source: Crossref, answer: Answer) -> dict[str, str]:
    """The titles of the works of which the notices in an answer speak. A notice of which they cannot be had is taken
    out of the answer, and counts as failed: without them it might be heard of a work that only has the same DOI.
    """
    spoken_of = {doi: updates.targets(work, doi) for doi, work in answer.works.items()}
    wanted = [target for found in spoken_of.values() for target in found if target not in answer.works]
    found = {doi: updates.title_of(work) for doi, work in answer.works.items()}
    for more in source.works(wanted):
        found |= {doi: updates.title_of(work) for doi, work in more.works.items()}
        found |= dict.fromkeys(more.unknown, "")
        answer.failed |= {
            doi: problem
            for doi, named in spoken_of.items()
            for problem in more.problems()[:1]
            if set(named) & set(more.lacking())
        }
    for doi, named in spoken_of.items():
        if not found.keys() >= set(named):
            del answer.works[doi]
    return found


def hear(
    store: Store,
    vocabulary: Vocabulary,
    works: Mapping[str, Work],
    *,
    titles: Mapping[str, str],
    actor: str,
    run_id: int | None = None,
) -> Said:
    """Take what these works say of themselves and of others, and note that their DOIs were asked about.

    What a record of a DOI said before and says no more is withdrawn; a DOI that is not known now says what it said.
    `titles`: of the works of which they speak, by DOI.
    """
    read = {doi: updates.read(work, doi, titles) for doi, work in works.items()}
    now = {row.ref: row for rows, _ in read.values() for row in rows}
    with store.write() as writer:
        before = lifecycle.spoken(writer.connection, SOURCE, works)
        new = [row for ref, row in sorted(now.items()) if before.get(ref) != row]
        gone = sorted(before.keys() - now.keys())
        lifecycle.replace_listed(writer, SOURCE, new, gone)
        spoken_of = [*new, *(before[row.ref] for row in new if row.ref in before), *(before[ref] for ref in gone)]
        heed(writer, vocabulary, spoken_of, actor, run_id=run_id)
        inquiries.note(writer, SOURCE, inquiries.outcomes(works, ()))
    odd = [f"DOI {doi}: an update of the type {t!r} is not known" for doi, (_, types) in read.items() for t in types]
    return Said(len(new), len(gone), tuple(odd))


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
        asked = [*answer.works, *answer.unknown]
        known_titles = titles(source, answer)
        works = {doi_of(work): work for work in answer.works.values()}
        hear(store, vocabulary, works, titles=known_titles, actor=actor)
        with store.write() as writer:
            inquiries.note(writer, SOURCE, inquiries.outcomes((), answer.unknown))
            inquiries.note(writer, PUBMED, inquiries.outcomes((), asked))
        left = [doi for doi in left if doi not in found]
        silent = [problem for problem in answer.problems() if not isinstance(problem, SourceRefused)]
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

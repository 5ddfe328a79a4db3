"""Crossref: what became of the works that are here, and works that PubMed does not have.

In the re-check every DOI of the library is asked for in turn, the oldest word first and none within 30 days; what its
`updated-by` and `update-to` say become statements of the source "crossref", those it says no more are withdrawn. A DOI
that it does not know is noted as asked. Its failures are those of its own run: PubMed's part does not depend on it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from evidence import ingest
from evidence.formats import crossref as reader
from evidence.identifiers import Identifier
from evidence.ingest import Report, where
from evidence.ingest.heeding import heed
from evidence.lifecycle import crossref as updates
from evidence.records import Item, Record, Rejected
from evidence.settings import Settings
from evidence.side_runs import Sheet, running
from evidence.sources.crossref import SOURCE, Answer, Crossref, Work, opened
from evidence.store import Store, inquiries, lifecycle, runs
from evidence.views import RunView
from evidence.vocabulary import Vocabulary

RUN: Final = "crossref"
"""The name of its run in the list of runs."""
EVERY: Final = timedelta(days=30)
"""How old its word on a DOI may become before it is asked for anew."""
BUDGET: Final = 1_000
"""DOIs in one run: 25 lists of 40, ten seconds at Crossref's pace. A larger library takes days for its first round."""
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
    """Ask Crossref about the DOIs it was asked about longest ago; its run, if there was anything to ask."""
    with opened(settings, crossref) as source:
        dois = inquiries.due(store, SOURCE, store.now() - EVERY, BUDGET) if source else []
        if source is None or not dois:
            return ()
        with running(store, RUN, source.transport.notes) as sheet:
            sheet.found = len(dois)
            _ask(store, vocabulary, source, dois, sheet)
        return (sheet.finish(store),)


def _ask(store: Store, vocabulary: Vocabulary, source: Crossref, dois: list[str], sheet: Sheet) -> None:
    with store.read() as connection:
        known_not = {d for d, one in inquiries.asked(connection, SOURCE, dois).items() if one.outcome == "unknown"}
    ours = runs.known(store, SOURCE, dois)  # of these Crossref's own record is here, and may have changed
    for whole in (False, True):
        group = [doi for doi in dois if (doi in ours) == whole]
        for answer in source.works(group, unknown=known_not, whole=whole):
            if whole:
                _revise(store, vocabulary, answer, sheet)
            said = hear(store, vocabulary, answer.works, answer.unknown, actor=ACTOR, run_id=sheet.run_id)
            sheet.count("said", said.new)
            sheet.count("withdrawn", said.withdrawn)
            sheet.count(UNKNOWN, len(answer.unknown))
            sheet.log += said.odd
            if answer.problem is None:
                sheet.went_well()
                continue
            sheet.count("failed", len(answer.lacking()))
            if sheet.failed(answer.problem):
                return


def _revise(store: Store, vocabulary: Vocabulary, answer: Answer, sheet: Sheet) -> None:
    """Crossref's own records that are here, in what it says of them now. What a person excluded stays so."""
    items = [reader.read(work) for work in answer.works.values()]
    report = ingest.take(store, vocabulary, items, actor=ACTOR, run_id=sheet.run_id, include=False, live=True)
    sheet.log += [f"rejected {where(r)}: {r.reason}" for r in report.rejected]
    for name, number in report.counts().items():
        sheet.count(name, number)


def hear(
    store: Store,
    vocabulary: Vocabulary,
    works: Mapping[str, Work],
    unknown: Collection[str],
    *,
    actor: str,
    run_id: int | None = None,
) -> Said:
    """Take what these works say of themselves and of others, and note that their DOIs were asked about.

    What a record of a DOI said before and says no more is withdrawn; a DOI that is not known now says what it said.
    """
    read = {doi: updates.read(work, doi) for doi, work in works.items()}
    now = {row.ref: row for rows, _ in read.values() for row in rows}
    with store.write() as writer:
        before = lifecycle.spoken(writer.connection, SOURCE, works)
        new = [row for ref, row in sorted(now.items()) if before.get(ref) != row]
        gone = sorted(before.keys() - now.keys())
        lifecycle.replace_listed(writer, SOURCE, new, gone)
        spoken_of = [*new, *(before[row.ref] for row in new if row.ref in before), *(before[ref] for ref in gone)]
        heed(writer, vocabulary, spoken_of, actor, run_id=run_id)
        inquiries.note(writer, SOURCE, inquiries.outcomes(works, unknown))
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
    """Take what PubMed gave of these identifiers; in the place of DOIs that it rejects as `absent`, what Crossref has.

    The report's notes say for which that was so.
    """
    chosen = dict(found)
    lacking = [i.value for i, item in found.items() if i.scheme == "doi" and _is(item, absent)]
    works: dict[str, Work] = {}
    unknown: list[str] = []
    with opened(settings, crossref) as source:
        for answer in source.works(lacking, whole=True) if source else ():
            works |= answer.works
            unknown += answer.unknown
            chosen |= {Identifier("doi", doi): _instead(doi, answer, absent) for doi in answer.asked}
    once = {_name(item): item for item in chosen.values()}  # a PMID and a DOI may name one record
    report = ingest.take(store, vocabulary, once.values(), actor=actor, live=True)
    if works or unknown:
        hear(store, vocabulary, works, unknown, actor=actor)
        with store.write() as writer:
            inquiries.note(writer, PUBMED, inquiries.outcomes((), [*works, *unknown]))
    taken = [doi for doi in lacking if isinstance(chosen[Identifier("doi", doi)], Record)]
    report.notes += [f"doi {doi}: {absent}; Crossref's was taken" for doi in taken]
    return report


def _is(item: Item, reason: str) -> bool:
    return isinstance(item, Rejected) and item.reason == reason


def _instead(doi: str, answer: Answer, absent: str) -> Item:
    """Crossref's record of a DOI, or why there is none."""
    if doi in answer.works:
        return reader.read(answer.works[doi])
    why = "and Crossref does not know it" if doi in answer.unknown else f"and Crossref failed: {answer.problem}"
    return Rejected(subject=f"doi {doi}", reason=f"{absent}, {why}")


def _name(item: Item) -> str:
    return item.subject if isinstance(item, Rejected) else f"{item.source} {item.external_id}"

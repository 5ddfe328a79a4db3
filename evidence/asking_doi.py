"""Studies that have a DOI and no PMID: PubMed may have them by now, and is asked again, the oldest word first.

What it has joins its study by the rules of every import: certain pairs join, doubtful ones wait for a person. A record
with the same DOI that is plainly another work (the abstracts of a supplement) is left where it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

from evidence import ingest
from evidence.errors import SourceProblem
from evidence.identifiers import Identifier
from evidence.ingest.rejections import turned_away
from evidence.matching.normalise import features
from evidence.matching.verdict import compare
from evidence.records import Item, Record
from evidence.run_sheet import Sheet, running
from evidence.sources.pubmed import SOURCE, PubMed
from evidence.store import Store, inquiries, reads, runs
from evidence.views import RunView
from evidence.vocabulary import Vocabulary

RUN: Final = "by-doi"
"""The name of its run in the list of runs."""
EVERY: Final = timedelta(days=30)
"""How long PubMed is not asked again about a DOI."""
BUDGET: Final = 50
"""DOIs in one run: one request each, some 20 s at NCBI's pace without a key."""
ACTOR: Final = "refresh"


def recheck(store: Store, vocabulary: Vocabulary, pubmed: PubMed, checked: Collection[str]) -> tuple[RunView, ...]:
    """Ask PubMed about such DOIs; its run, if there were any. `checked`: PMIDs that are not fetched again."""
    dois = inquiries.due(store, SOURCE, store.now() - EVERY, BUDGET, without_pmid=True)
    if not dois:
        return ()
    with running(store, RUN, pubmed.transport.notes) as sheet:
        sheet.found = len(dois)
        hits, failed = _look_up(pubmed, dois, sheet)
        pmids = list(dict.fromkeys(pmid for found in hits.values() for pmid in found))
        here = runs.known(store, SOURCE, pmids) | set(checked)  # those were compared with everything when they came
        lost = _fetch(store, vocabulary, pubmed, [p for p in pmids if p not in here], sheet)
        answered = {doi: found for doi, found in hits.items() if lost.isdisjoint(found)}
        with store.write() as writer:
            known = [doi for doi, found in answered.items() if found]
            inquiries.note(writer, SOURCE, inquiries.outcomes(known, answered))
            inquiries.note_tried(writer, SOURCE, [*failed, *(doi for doi in hits if doi not in answered)])
    return (sheet.finish(store),)


def _look_up(pubmed: PubMed, dois: Sequence[str], sheet: Sheet) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """DOI → the PMIDs that PubMed finds by it, for those of which it answered; those for which it failed."""
    hits: dict[str, tuple[str, ...]] = {}
    failed = []
    for doi in dois:
        try:
            hits[doi] = pubmed.look_up(Identifier("doi", doi))
        except SourceProblem as exc:
            failed.append(doi)
            if sheet.failed(exc):
                break
    return hits, failed


def _fetch(store: Store, vocabulary: Vocabulary, pubmed: PubMed, pmids: Sequence[str], sheet: Sheet) -> set[str]:
    """Fetch these records and take those that may be the study with their DOI; the PMIDs that could not be had."""
    lost: set[str] = set()
    for fetched in pubmed.fetch(pmids):
        if fetched.problem:
            lost |= set(fetched.asked)
            sheet.failed(fetched.problem)
        items = [item for item in fetched.items if _may_be(store, vocabulary, item, sheet)]
        report = ingest.take(
            store, vocabulary, turned_away(store, items),
            actor=ACTOR, run_id=sheet.run_id, include=False, live=True,
        )  # fmt: skip
        sheet.took(report)
    return lost


def _may_be(store: Store, vocabulary: Vocabulary, item: Item, sheet: Sheet) -> bool:
    """Whether a record may be a study here that has its DOI."""
    if not isinstance(item, Record):
        return True
    with store.read() as connection:
        found = reads.studies_with(connection, item.ids("doi"))
        held = reads.members(connection, {row.study_id for row in found if row.scheme == "doi"}, vocabulary)
    there = [m.record for members in held.values() for m in members]
    new = features(item)
    if any(compare(features(record), new).outcome != "different" for record in there):
        return True
    if there:  # else it has none of the DOIs: PubMed searched for parts of one
        doi = item.id("doi")
        sheet.log.append(f"PMID {item.external_id} has the DOI {doi} of a study here, but is another work; left")
    return False

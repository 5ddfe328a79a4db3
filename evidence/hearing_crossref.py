"""What Crossref's works say becomes statements in the store. Asking for them: asking_crossref.py.

A notice names its works by DOI alone, which many works may have. So what those are called is asked for as well; a name
that cannot be had keeps back what is said of that work, and of no other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from evidence.errors import SourceProblem
from evidence.ingest.heeding import heed
from evidence.lifecycle import Listed, doubts
from evidence.lifecycle import crossref as updates
from evidence.sources.crossref import SOURCE, Answer, Crossref, Work
from evidence.store import Store, inquiries, lifecycle, reads
from evidence.vocabulary import Vocabulary

AHEAD: Final = timedelta(days=366)
"""Publishers date notices by an issue that is still to come; a day further ahead is an error, and none."""


@dataclass(frozen=True, slots=True)
class Said:
    """What became of statements: new or changed ones, withdrawn ones; sentences on what could not be understood, and on
    what is new and heard of no study, though one has the DOI.
    """

    new: int
    withdrawn: int
    odd: tuple[str, ...]


@dataclass(slots=True)
class Titles:
    """What works are called (naming.named), by DOI. `late`: those of which it could not be had, for a problem that
    `failed` has, or because the time was used up.
    """

    known: dict[str, str] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    failed: dict[str, SourceProblem] = field(default_factory=dict)

    def wanting(self, works: Mapping[str, Work], but: Collection[str] = ()) -> set[str]:
        """Those of the works that speak of one of which the title could not be had, other than of these."""
        late = self.late.difference(but)
        return {doi for doi, work in works.items() if not late.isdisjoint(updates.targets(work, doi))}


def titles(source: Crossref, answer: Answer, failing: Collection[str] = ()) -> Titles:
    """The titles of the works in an answer, and of those of which its notices speak. `failing`: DOIs that have failed
    for days; a list with one of them that fails is asked for one by one.
    """
    spoken_of = [target for doi, work in answer.works.items() for target in updates.targets(work, doi)]
    wanted = [target for target in dict.fromkeys(spoken_of) if target not in answer.works]
    found = Titles({doi: updates.title_of(work) for doi, work in answer.works.items()})
    for more in source.works(wanted, apart=not set(wanted).isdisjoint(failing)):
        found.known |= {doi: updates.title_of(work) for doi, work in more.works.items()}
        found.known |= dict.fromkeys(more.unknown, "")
        problems = {doi: more.failed.get(doi) or more.problem for doi in more.lacking()}
        found.failed |= {doi: problem for doi, problem in problems.items() if problem}
    found.late = set(wanted) - found.known.keys()
    return found


def hear(
    store: Store,
    vocabulary: Vocabulary,
    works: Mapping[str, Work],
    *,
    titles: Mapping[str, str],
    actor: str,
    late: Collection[str] = (),
    again: Collection[str] = (),
    run_id: int | None = None,
) -> Said:
    """Take what these works say of themselves and of others, and note that their DOIs were asked about, but for those
    that are to be asked `again` soon.

    What a record of a DOI said before and says no more is withdrawn; a DOI that is not known now says what it said.
    `titles`: of the works of which they speak, by DOI; `late`: works of which none could be had today: what is new
    and said of them waits.
    """
    latest = (store.now() + AHEAD).date()
    read = {doi: updates.read(work, doi, titles, latest) for doi, work in works.items()}
    with store.write() as writer:
        before = lifecycle.spoken(writer.connection, SOURCE, works)
        rows = [_titled(row, before.get(row.ref)) for said, _ in read.values() for row in said]
        now = {row.ref: row for row in rows if row.title or row.speaker == row.doi or row.doi not in late}
        new = [row for ref, row in sorted(now.items()) if before.get(ref) != row]
        gone = sorted(before.keys() - now.keys())
        lifecycle.replace_listed(writer, SOURCE, new, gone)
        spoken_of = [*new, *(before[row.ref] for row in new if row.ref in before), *(before[ref] for ref in gone)]
        heed(writer, vocabulary, spoken_of, actor, run_id=run_id)
        inquiries.note(writer, SOURCE, inquiries.outcomes(works.keys() - set(again), ()))
    odd = [f"DOI {doi}: an update of the type {t!r} is not known" for doi, (_, types) in read.items() for t in types]
    return Said(len(new), len(gone), (*odd, *_doubted(store, vocabulary, {row.doi for row in new})))


def _titled(row: Listed, before: Listed | None) -> Listed:
    """A row on another work whose title is not known now, with the title that it had before."""
    return replace(row, title=before.title) if before and not row.title and row.speaker != row.doi else row


def _doubted(store: Store, vocabulary: Vocabulary, dois: Collection[str]) -> list[str]:
    """What is said of these DOIs and not heard of the studies that have them: their pages say so as well."""
    if not dois:
        return []
    with store.read() as connection:
        held = lifecycle.holders(connection, dois)
        rows = [row for found in lifecycle.listed(connection, dois).values() for row in found]
        found = reads.members(connection, {study for studies in held.values() for study in studies}, vocabulary)
    lines = set()
    for study, members in found.items():
        shared = {doi for doi, studies in held.items() if studies - {study}}
        lines |= set(doubts(rows, [m.record for m in members], shared))
    return [f"not counted, as other works may have the DOI: {line}" for line in sorted(lines)]

"""Who waits for a person's word on whether it belongs here, and why; and who was excluded. Reads, and proposals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sqlalchemy import Connection, and_, select

from evidence.records import Markup
from evidence.store import facets
from evidence.store.engine import Store, Writer, table_of
from evidence.store.inclusion_tables import Proposal
from evidence.store.queries import RUN
from evidence.store.reads import EVENT, INCLUSION, LARGEST, MEMBERSHIP, RECORD, STUDY, places, places_in, word
from evidence.store.statements import rows_in, upsert
from evidence.store.verdicts import shown
from evidence.views import StudyRow, Word

PROPOSAL: Final = table_of(Proposal)
RELATIONS: Final = {"similar": "similar to", "cites": "cites", "cited-by": "cited by", "may-be": "may be the same as"}
"""What a candidate may be to another study, in words that its key follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedItem:
    """A study that a person excluded; with an empty `key`, a PMID that no search brings in.

    `pmid`: the study's, or the rejected one; `word`: the latest, whose event number takes it back.
    """

    key: str
    pmid: str
    title: Markup
    word: Word


@dataclass(frozen=True, slots=True)
class ExcludedPage:
    """A page of what is excluded, the latest first, how much there is, and where the next page begins (an event)."""

    items: tuple[ExcludedItem, ...]
    total: int
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What a candidate is to another study, whose key this is (RELATIONS).

    `score` is PubMed's measure of likeness, 0 where it has none.
    """

    relation: str
    key: str
    score: int


@dataclass(frozen=True, slots=True)
class CandidateItem:
    """A study that waits for a person. `search`: the saved search that found it, "" where none did."""

    row: StudyRow
    proposed: tuple[Proposed, ...]
    search: str

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is here, as sentences without a full stop."""
        proposed = [f"{RELATIONS[p.relation]} {p.key}" for p in self.proposed]
        return (*proposed, *([f"found by the search {self.search}"] if self.search else ()))


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """A page of candidates, the latest first, how many wait, and where the next page begins (a study's number)."""

    items: tuple[CandidateItem, ...]
    total: int
    next: int | None


def excluded(store: Store, *, limit: int = 50, before: int | None = None) -> ExcludedPage:
    """What persons excluded, the latest first; `before`: only what an earlier event than that one said."""
    with store.read() as connection:
        every = sorted(_excluded(connection), key=lambda found: found[0].event, reverse=True)
        rest = [found for found in every if before is None or found[0].event < before]
        page = rest[: max(limit, 0)]
        rows = shown(connection, (study for _, study, _ in page if study))
        items = tuple(_excluded_item(said, rows.get(study), pmid) for said, study, pmid in page)
        return ExcludedPage(items, len(every), page[-1][0].event if page and len(rest) > len(page) else None)


def _excluded(connection: Connection) -> list[tuple[Word, int, str]]:
    """(the latest word, number of the study or 0, name that is not here) of everything that is excluded."""
    of_record = and_(INCLUSION.c.source == RECORD.c.source, INCLUSION.c.external_id == RECORD.c.external_id)
    columns = select(INCLUSION, MEMBERSHIP.c.study_id, STUDY.c.inclusion).select_from(
        INCLUSION.outerjoin(RECORD, of_record)
        .outerjoin(MEMBERSHIP, MEMBERSHIP.c.source_record_id == RECORD.c.id)
        .outerjoin(STUDY, STUDY.c.id == MEMBERSHIP.c.study_id)
    )
    studies: dict[int, Word] = {}
    absent = []
    for row in connection.execute(columns.where(INCLUSION.c.verdict == "excluded")):
        said = word(row)
        if row.study_id is None:
            absent.append((said, row.external_id))
        elif row.inclusion == "excluded":
            known = studies.get(row.study_id)
            studies[row.study_id] = said if known is None or known.event < said.event else known
    told = {said.event for said in studies.values()}
    # A PMID that a study bears which is here without PubMed's record is told of with the study.
    return [(said, study, "") for study, said in studies.items()] + [
        (said, 0, name) for said, name in absent if said.event not in told
    ]


def _excluded_item(said: Word, row: StudyRow | None, pmid: str) -> ExcludedItem:
    if row is None:
        return ExcludedItem(key="", pmid=pmid, title=Markup(""), word=said)
    return ExcludedItem(key=row.key, pmid=row.pmid or "", title=row.title, word=said)


def candidates(store: Store, *, limit: int = 50, before: int | None = None) -> CandidatePage:
    """The studies that wait, the latest first; `before`: only those with a smaller number."""
    with store.read() as connection:
        waiting = facets.load(store, connection).get("candidate")
        rest = waiting & ((1 << max(0, min(before, LARGEST))) - 1) if before is not None else waiting
        numbers = list(islice(facets.members(rest), max(limit, 0)))
        rows = shown(connection, numbers)
        proposed, searches = _proposed(connection, numbers), _searches(connection, numbers)
        items = tuple(CandidateItem(rows[n], proposed.get(n, ()), searches.get(n, "")) for n in numbers if n in rows)
        more = rest.bit_count() > len(numbers)
        return CandidatePage(items, waiting.bit_count(), numbers[-1] if numbers and more else None)


def _proposed(connection: Connection, studies: Sequence[int]) -> dict[int, tuple[Proposed, ...]]:
    home = {record: place.study_id for record, place in places_in(connection, studies).items()}
    rows = list(rows_in(connection, select(PROPOSAL), PROPOSAL.c.source_record_id, home))
    of = {number: place.study_id for number, place in places(connection, {r.of_record_id for r in rows}).items()}
    keys = {number: row.key for number, row in shown(connection, of.values()).items()}
    found: dict[int, set[tuple[str, str, int]]] = defaultdict(set)
    for row in rows:
        found[home[row.source_record_id]].add((row.relation, keys[of[row.of_record_id]], row.score))
    return {
        study: tuple(
            Proposed(relation=r, key=k, score=s) for r, k, s in sorted(said, key=lambda p: (p[0], -p[2], p[1]))
        )
        for study, said in found.items()
    }


def _searches(connection: Connection, studies: Sequence[int]) -> dict[int, str]:
    """Study → the saved search whose run brought it."""
    added = select(EVENT.c.study_id, RUN.c.search).join(RUN, RUN.c.id == EVENT.c.run_id)
    found = rows_in(connection, added.where(EVENT.c.kind == "study-added"), EVENT.c.study_id, studies)
    return {row.study_id: row.search for row in found}


def propose(writer: Writer, of_record: int, relation: str, scores: Mapping[int, int], *, actor: str) -> None:
    """Note why records (number → score) were fetched: what each is to another one. What is known writes nothing."""
    of_other = select(PROPOSAL).where(PROPOSAL.c.relation == relation, PROPOSAL.c.of_record_id == of_record)
    known = {row.source_record_id for row in writer.connection.execute(of_other)}
    rows = [
        {"source_record_id": number, "relation": relation, "of_record_id": of_record, "score": score}
        | {"actor": actor, "at": writer.now}
        for number, score in sorted(scores.items())
        if number not in known
    ]
    upsert(writer, Proposal, rows, key=("source_record_id", "relation", "of_record_id"))

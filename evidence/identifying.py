"""Leads identified: PubMed's citation matcher is asked which PMID a reference without any identifier has.

Its answer is a proposal: PubMed's record is fetched and compared with the reference as an import would compare them. A
certain pair is joined (logged, undone by `evidence unmerge`, the key stays), a doubtful one waits in the review queue,
the record as a candidate. Nothing is asked twice within 30 days unless a person names it. Every lead that comes in has
exactly one outcome.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal

from evidence import ingest, merging, recordjson, text
from evidence.errors import NotFound, SourceProblem
from evidence.matching import places
from evidence.matching.normalise import features
from evidence.matching.partition import ordered
from evidence.matching.verdict import Verdict, compare
from evidence.records import Record
from evidence.settings import Settings
from evidence.sources.citations import AT_ONCE, Answer, Citation, match
from evidence.sources.pubmed import SOURCE, PubMed, opened
from evidence.store import candidates, decisions, inclusions, leads, queries, reads
from evidence.store.decisions import Decision
from evidence.store.engine import Store, Writer, unpack
from evidence.store.leads import Lead
from evidence.store.reads import MACHINE, Snapshot
from evidence.vocabulary import Vocabulary

Outcome = Literal[
    "joined", "doubtful", "different", "ambiguous", "not-found", "rejected", "incomplete", "has-pmid", "asked-lately",
    "put-off", "failed",
]  # fmt: skip
OUTCOMES: Final[dict[Outcome, str]] = {
    "joined": "is PubMed's record: one study now",
    "doubtful": "may be PubMed's record: waits for review",
    "different": "PubMed names a record that is another work",
    "ambiguous": "PubMed names several records, or only how many",
    "not-found": "PubMed has nothing there",
    "rejected": "a person excluded the PMID, or said that it is another work",
    "incomplete": "cannot be asked about: something is lacking",
    "has-pmid": "has a PMID already",
    "asked-lately": "was asked about less than 30 days ago",
    "put-off": "is beyond the number asked about at once",
    "failed": "PubMed gave no usable answer",
}
"""What may come of a lead; each has one."""

ASK_AGAIN: Final = timedelta(days=30)
"""As long as PubMed's word on a record may be old (asking.RECHECK_EVERY): what it indexes later is found then."""
MOST_SEVERAL: Final = 5
"""Records that an ambiguous answer may name and that are looked at; ECitMatch itself names only a few."""
ACTOR: Final = "identify"
RULE: Final = "citation:"
"""Before the rule of a doubtful pair that waits because PubMed's citation matcher names it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a lead, by its key. `merge`: the number that `evidence unmerge` takes, 0 without one."""

    key: str
    outcome: Outcome
    pmid: str = ""
    why: str = ""
    merge: int = 0


@dataclass(frozen=True, slots=True)
class _Pair:
    """PubMed's record beside a lead: the member that is most like it, and the verdict on the two."""

    record: Record
    member: int
    verdict: Verdict


def run(
    store: Store,
    vocabulary: Vocabulary,
    settings: Settings,
    keys: Sequence[str] = (),
    *,
    limit: int | None = None,
    preview: bool = False,
    pubmed: PubMed | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> tuple[Found, ...]:
    """Ask about the studies of these keys, or about all leads not asked about for 30 days; what came of each, in order.

    `limit`: ask about at most so many. `preview`: ask and compare, write nothing. Raises NotFound for an unknown key,
    UsageProblem without NCBI_EMAIL; when PubMed does not answer, what was not asked about has failed.
    """
    known = _known(store, vocabulary, keys)
    outcomes = {lead.study: found for lead in known if (found := _unaskable(lead, store, named=bool(keys)))}
    wanted = [lead for lead in known if lead.study not in outcomes]
    for lead in wanted[limit:] if limit is not None else ():
        outcomes[lead.study] = Found(lead.key, "put-off")
    wanted = wanted[:limit]
    done = len(outcomes)
    with opened(settings, pubmed) as source:
        for start in range(0, len(wanted), AT_ONCE):
            part = _Part(store, vocabulary, source, wanted[start : start + AT_ONCE])
            outcomes |= part.run(preview=preview)
            done += len(part.leads)
            if on_progress:
                on_progress(done)
            if part.problem:
                rest = wanted[start + AT_ONCE :]
                outcomes |= {lead.study: Found(lead.key, "failed", why=part.problem) for lead in rest}
                break
    return tuple(outcomes[lead.study] for lead in known)


def citation(lead: Lead) -> tuple[Citation, list[str]]:
    """The reference as ECitMatch is asked about it, and what it lacks for that."""
    record = merging.project([member.record for member in lead.members])
    pages = places.pages(record.pages)
    first = record.authors[0] if record.authors and not record.authors[0].is_group else None
    parts = {
        "journal": text.clean(record.journal.abbreviation or record.journal.title),
        "year": str(record.year or ""),
        "volume": text.clean(record.volume),
        "page": f"{pages.prefix}{pages.first}" if pages.known else "",
        "author": text.clean(text.short_name(first)) if first is not None else "",
    }
    lacking = [name for name, value in parts.items() if not value]
    return Citation(key=f"lead{lead.study}", **parts), lacking


def _known(store: Store, vocabulary: Vocabulary, keys: Sequence[str]) -> list[Lead]:
    with store.read() as connection:
        numbers = {key: queries.number_of(connection, key) for key in dict.fromkeys(keys)}
        for key, number in numbers.items():
            if number is None:
                raise NotFound(key, "no study has that key, PMID, PMCID or DOI")
        found = [n for n in dict.fromkeys(numbers.values()) if n is not None]
        return list(leads.leads(connection, vocabulary, found if keys else leads.unidentified(connection)))


def _unaskable(lead: Lead, store: Store, *, named: bool) -> Found | None:
    """Why a lead is not asked about; None when it is."""
    if lead.pmid:
        return Found(lead.key, "has-pmid", lead.pmid)
    lacking = citation(lead)[1]
    if lacking:
        return Found(lead.key, "incomplete", why=f"lacks {', '.join(lacking)}")
    if not named and lead.asked is not None and timedelta(0) <= store.now() - lead.asked < ASK_AGAIN:
        return Found(lead.key, "asked-lately", why=f"on {lead.asked:%Y-%m-%d}")
    return None


class _Part:
    """As many leads as are asked about in one request. `problem`: PubMed did not answer."""

    def __init__(self, store: Store, vocabulary: Vocabulary, pubmed: PubMed, wanted: Sequence[Lead]) -> None:
        self.leads = tuple(wanted)
        self.problem = ""
        self._store = store
        self._vocabulary = vocabulary
        self._pubmed = pubmed

    def run(self, *, preview: bool) -> dict[int, Found]:
        """Ask, fetch, compare, and (unless it is a preview) write."""
        try:
            answers = match(self._pubmed.transport, [citation(lead)[0] for lead in self.leads])
            named = {lead.study: _named(answers[f"lead{lead.study}"]) for lead in self.leads}
            said = inclusions.rejected(self._store, SOURCE, {p for pmids in named.values() for p in pmids})
            records = self._records({p for pmids in named.values() for p in pmids}.difference(said))
        except SourceProblem as exc:
            self.problem = str(exc)
            return {lead.study: Found(lead.key, "failed", why=self.problem) for lead in self.leads}
        found: dict[int, Found] = {}
        pairs: dict[int, list[_Pair]] = {}
        for lead in self.leads:
            answer = answers[f"lead{lead.study}"]
            judged = [_judged(lead, records[p]) for p in named[lead.study] if p in records]
            found[lead.study], pairs[lead.study] = _outcome(lead, answer, judged, set(said))
        if not preview:
            found = self._write(found, pairs)
            lowest = {lead.study: lead.members[0].id for lead in self.leads}
            leads.note(self._store, {lowest[s]: (f.outcome, f.pmid) for s, f in found.items()})
        return found

    def _records(self, pmids: set[str]) -> dict[str, Record]:
        """PubMed's records of these PMIDs: those that are here as they are, the others fetched."""
        found: dict[str, Record] = {}
        with self._store.read() as connection:
            here = reads.known(connection, ((SOURCE, pmid) for pmid in pmids))
            for row in reads.payloads(connection, [known.id for known in here.values()]):
                found[row.external_id] = recordjson.load(unpack(row.payload))
        for fetched in self._pubmed.fetch(sorted(pmids.difference(found))):
            if fetched.problem:
                raise fetched.problem
            found |= {item.external_id: item for item in fetched.items if isinstance(item, Record)}
        return found

    def _write(self, found: Mapping[int, Found], pairs: Mapping[int, Sequence[_Pair]]) -> dict[int, Found]:
        """Take the records in that are or may be a lead, as candidates; what is one study then, what is in doubt."""
        wanted = {pair.record.external_id: pair.record for chosen in pairs.values() for pair in chosen}
        with self._store.read() as connection:
            here = reads.known(connection, ((SOURCE, pmid) for pmid in wanted))
        new = [record for pmid, record in sorted(wanted.items()) if (SOURCE, pmid) not in here]
        ingest.take(self._store, self._vocabulary, new, actor=ACTOR, include=False, live=True)
        if not wanted:
            return dict(found)
        with self._store.write() as writer:
            return {study: self._settled(writer, study, one, pairs[study]) for study, one in found.items()}

    def _settled(self, writer: Writer, study: int, one: Found, chosen: Sequence[_Pair]) -> Found:
        """What came of a lead, by what the store now says of it and the records."""
        names = [(SOURCE, pair.record.external_id) for pair in chosen]
        numbers = reads.known(writer.connection, names)
        for name, pair in zip(names, chosen, strict=True):
            record = numbers[name]
            home = reads.places(writer.connection, [pair.member, record.id])
            if home[pair.member].study_id == home[record.id].study_id:
                event = _merge(writer.connection, home[record.id].study_id, record.id)
                return replace(one, outcome="joined", pmid=name[1], merge=event)
            if not _queue(writer, pair, record.id):
                return replace(one, outcome="rejected", why="a person said that they are different")
            candidates.propose(writer, pair.member, "may-be", {record.id: 0}, actor=ACTOR)
        return replace(one, outcome="doubtful") if chosen else one


def _named(answer: Answer) -> tuple[str, ...]:
    """The PMIDs of an answer that are worth a look."""
    return answer.pmids if len(answer.pmids) <= MOST_SEVERAL else ()


def _judged(lead: Lead, record: Record) -> _Pair:
    """A record and that member of the lead which is most like it."""
    order = {"same": 0, "unsure": 1, "different": 2}
    theirs = features(record)
    verdicts = ((member.id, compare(features(member.record), theirs)) for member in lead.members)
    member, verdict = min(verdicts, key=lambda v: (order[v[1].outcome], -v[1].strength, v[0]))
    return _Pair(record, member, verdict)


def _outcome(lead: Lead, answer: Answer, judged: Sequence[_Pair], rejected: set[str]) -> tuple[Found, list[_Pair]]:
    """What the answer and the records say, before anything is written; the pairs that are one work or may be."""
    if answer.outcome == "none":
        return Found(lead.key, "not-found", why=answer.words), []
    turned_away = [pmid for pmid in answer.pmids if pmid in rejected]
    same = [pair for pair in judged if pair.verdict.outcome == "same"]
    unsure = [pair for pair in judged if pair.verdict.outcome == "unsure"]
    if len(same) == 1 or (not same and len(unsure) == 1):
        (pair,) = same or unsure
        why = "; ".join(pair.verdict.reasons)
        return Found(lead.key, "joined" if same else "doubtful", pair.record.external_id, why), [pair]
    pmids = ", ".join(answer.pmids)
    if same or unsure:
        return Found(lead.key, "doubtful", pmids, answer.words), same or unsure
    if turned_away:
        return Found(lead.key, "rejected", ", ".join(turned_away), "a person excluded it"), []
    if answer.outcome == "several":
        return Found(lead.key, "ambiguous", pmids, answer.words), []
    if not judged:
        return Found(lead.key, "failed", pmids, "PubMed does not give the record that it names"), []
    return Found(lead.key, "different", pmids, "; ".join(judged[0].verdict.reasons)), []


def _queue(writer: Writer, pair: _Pair, record: int) -> bool:
    """Let a doubtful pair wait for review, if it does not yet; False when a person has said that they are two works."""
    numbers = ordered(pair.member, record)
    said = reads.decisions(writer.connection, [record]).get(numbers)
    if said is not None:
        return said.actor == MACHINE or said.verdict != "different"
    verdict = pair.verdict
    reasons = (f"PubMed's citation matcher names PMID {pair.record.external_id} for it", *verdict.reasons)
    rule = f"{RULE}{verdict.rule}"
    decisions.remember(writer, [Decision(*numbers, "unsure", rule, reasons, MACHINE, verdict.strength)])
    return True


def _merge(connection: Snapshot, study: int, record: int) -> int:
    """The number of the merge by which a record came to a study; 0 when it was there before."""
    rows = reads.open_merges(connection, [study])
    return max((row.id for row in rows if record in (*json.loads(row.moved), *json.loads(row.stayed))), default=0)

"""Related evidence on demand: what PubMed relates to a study here, proposed to a person as candidates.

ELink names similar records, those that cite the study, or those that it cites. What is here already is named; what a
person rejected is never proposed; of the rest the first are fetched and wait as candidates, with what they are to the
study as the reason. Nothing is included by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evidence import ingest
from evidence.errors import NotFound, SourceProblem
from evidence.ingest.prepare import Preparer
from evidence.records import Record
from evidence.settings import Settings
from evidence.sources.links import By, Linked, linked
from evidence.sources.pubmed import FETCH_SIZE, SOURCE, PubMed, opened
from evidence.store import candidates, inclusions, queries, reads
from evidence.store.engine import Store
from evidence.store.verdicts import shown
from evidence.views import Inclusion, StudyRow
from evidence.vocabulary import Vocabulary

ACTOR: Final = "related"
RELATION: Final[dict[By, str]] = {"similar": "similar", "cited-in": "cites", "references": "cited-by"}
"""How a study is asked about → what a find is to it."""
LOOKED_THROUGH: Final = FETCH_SIZE
"""Records that are fetched at most to find those about a condition: as many as one EFetch gives."""


@dataclass(frozen=True, slots=True)
class Here:
    """A related record that is in the library, with its study."""

    pmid: str
    row: StudyRow
    inclusion: Inclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """What came of one study. Every related record is in exactly one of the other fields.

    `here`: in the library before, or joined to a study that is there (it was here under no PMID); `rejected`: by a
    person; `proposed`: candidates now; `elsewhere`: not about the condition asked for; `missing`: PubMed names them and
    does not give them, or gives what cannot be read; `further`: not looked at. `problem`: why nothing was asked, or
    what went wrong.
    """

    key: str
    pmid: str = ""
    linked: int = 0
    here: tuple[Here, ...] = ()
    rejected: tuple[str, ...] = ()
    proposed: tuple[StudyRow, ...] = ()
    elsewhere: int = 0
    missing: tuple[str, ...] = ()
    further: int = 0
    problem: str = ""


def propose(
    store: Store,
    vocabulary: Vocabulary,
    settings: Settings,
    keys: Sequence[str],
    *,
    by: By = "similar",
    most: int = 10,
    condition: str = "",
    pubmed: PubMed | None = None,
) -> tuple[Related, ...]:
    """Propose what PubMed relates to the studies of these keys (or PMIDs, DOIs, PMCIDs): at most `most` for each.

    `condition`: only what is about it or a condition below it, by the tags that an import would give, among the first
    200 that are new. Raises NotFound for an unknown study or condition, UsageProblem without NCBI_EMAIL. A study for
    which PubMed gives no usable answer says so, and the others still come.
    """
    if condition and condition not in vocabulary.conditions:
        raise NotFound(f"condition {condition!r}", "there is none of that name; `evidence conditions` lists them")
    wanted = {condition, *vocabulary.descendants(condition)} if condition else set()
    with store.read() as connection:
        numbers = {key: queries.number_of(connection, key) for key in dict.fromkeys(keys)}
        for key, number in numbers.items():
            if number is None:
                raise NotFound(key, "no study has that key, PMID, PMCID or DOI")
        asked = shown(connection, (n for n in numbers.values() if n is not None))
    with opened(settings, pubmed) as source:
        return tuple(
            _Asked(store, vocabulary, source, row, by, most, frozenset(wanted)).run() for row in asked.values()
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """One study that is asked about."""

    store: Store
    vocabulary: Vocabulary
    pubmed: PubMed
    row: StudyRow
    by: By
    most: int
    conditions: frozenset[str]

    def run(self) -> Related:
        """Ask, fetch and propose."""
        pmid = self.row.pmid or ""
        if not pmid:
            return Related(key=self.row.key, problem="has no PMID; `evidence identify` asks PubMed for one")
        try:
            links = linked(self.pubmed.transport, pmid, self.by)
            here, rejected, new = self._sorted(links)
            looked = new[: LOOKED_THROUGH if self.conditions else self.most]
            records, missing = self._fetch([link.pmid for link in looked])
        except SourceProblem as exc:
            return Related(key=self.row.key, pmid=pmid, problem=str(exc))
        about = [record for record in records if self._is_about(record)]
        chosen = about[: self.most]
        ingest.take(self.store, self.vocabulary, chosen, actor=ACTOR, include=False, live=True)
        self._note(pmid, links)
        proposed, joined = self._came(chosen)
        came = {*(row.pmid for row in proposed), *(each.pmid for each in joined)}
        missing += [record.external_id for record in chosen if record.external_id not in came]
        return Related(
            key=self.row.key,
            pmid=pmid,
            linked=len(links),
            here=(*here, *joined),
            rejected=tuple(rejected),
            proposed=tuple(proposed),
            elsewhere=len(records) - len(about),
            missing=tuple(missing),
            further=len(new) - len(looked) + len(about) - len(chosen),
        )

    def _sorted(self, links: Sequence[Linked]) -> tuple[list[Here], list[str], list[Linked]]:
        """What is here, what a person rejected, and the rest, each in the order of the links."""
        rejected = inclusions.rejected(self.store, SOURCE, [link.pmid for link in links])
        here = self._here([link.pmid for link in links])
        known = {found.pmid for found in here}
        new = [link for link in links if link.pmid not in known and link.pmid not in rejected]
        turned_away = [link.pmid for link in links if link.pmid in rejected and link.pmid not in known]
        return here, turned_away, new

    def _here(self, pmids: Sequence[str]) -> list[Here]:
        """Those of the PMIDs that a study here has, from whatever source."""
        with self.store.read() as connection:
            holders = {row.value: row.study_id for row in reads.studies_with(connection, pmids) if row.scheme == "pmid"}
            rows, states = shown(connection, holders.values()), reads.study_rows(connection, holders.values())
        return [
            Here(pmid, rows[holders[pmid]], states[holders[pmid]].inclusion)
            for pmid in pmids
            if pmid in holders and holders[pmid] in rows
        ]

    def _fetch(self, pmids: Sequence[str]) -> tuple[list[Record], list[str]]:
        """The records of these PMIDs, in that order, and the PMIDs of which none came. Raises SourceProblem."""
        found: dict[str, Record] = {}
        for fetched in self.pubmed.fetch(pmids):
            if fetched.problem:
                raise fetched.problem
            found |= {item.external_id: item for item in fetched.items if isinstance(item, Record)}
        return [found[pmid] for pmid in pmids if pmid in found], [pmid for pmid in pmids if pmid not in found]

    def _is_about(self, record: Record) -> bool:
        if not self.conditions:
            return True
        tags = Preparer(self.vocabulary).tags(record)
        return any(
            t.kind == "condition" and t.slug in self.conditions and t.central and t.status == "asserted" for t in tags
        )

    def _note(self, pmid: str, links: Sequence[Linked]) -> None:
        """Note on every candidate among them what it is to this study: on earlier candidates too."""
        scores = {(SOURCE, link.pmid): link.score for link in links}
        with self.store.write() as writer:
            known = reads.known(writer.connection, scores)
            waiting = {name: row.id for name, row in known.items() if row.inclusion == "candidate"}
            of = reads.known(writer.connection, [(SOURCE, pmid)]).get((SOURCE, pmid))
            anchor = of.id if of is not None else min(reads.places_in(writer.connection, [self.row.id]))
            found = {number: scores[name] for name, number in waiting.items()}
            candidates.propose(writer, anchor, RELATION[self.by], found, actor=ACTOR)

    def _came(self, chosen: Sequence[Record]) -> tuple[list[StudyRow], list[Here]]:
        """The candidates that the records have become, and those that turned out to be a study that was here."""
        found = self._here([record.external_id for record in chosen])
        proposed = [each.row for each in found if each.inclusion == "candidate"]
        return proposed, [each for each in found if each.inclusion != "candidate"]

"""Which study does a record belong to? Pure: works on what `ingest` read for a batch, decides, touches nothing.

Rules (see matching.verdict for the verdict on two records): a record joins a study when some member is the same work
and no member is a different one. When it is the same as members of two studies, those are one study too, unless a
member of one was judged different from a member of the other. What is only perhaps the same is queued.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from evidence.matching.normalise import Features
from evidence.matching.verdict import Verdict, compare


@dataclass(slots=True)
class Candidate:
    """A live study as deciding sees it: its records' features by record number."""

    id: int
    members: dict[int, Features] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pair that may be the same: it waits for a person."""

    other_record: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a record goes. No studies: it is a study of its own. Several: they become one, the first (oldest) stays."""

    studies: tuple[int, ...]
    verdict: Verdict
    doubts: tuple[Doubt, ...] = ()


class Shelf:
    """The studies that a batch may touch, found by identifier or blocking key."""

    def __init__(self, different: set[frozenset[int]]) -> None:
        self.studies: dict[int, Candidate] = {}
        self._by_identifier: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._by_block: dict[int, set[int]] = defaultdict(set)
        self._different = different

    def put(self, study: int, record: int, features: Features, blocks: Iterable[int]) -> None:
        """Add a record to a study (or replace what was known of it)."""
        self.studies.setdefault(study, Candidate(study)).members[record] = features
        for name in ("pmid", "pmcid", "doi"):
            value = getattr(features, name)
            if value:
                self._by_identifier[name, value].add(study)
        for block in blocks:
            self._by_block[block].add(study)

    def merge(self, old: int, into: int) -> None:
        """All records of one study now belong to another."""
        gone = self.studies.pop(old)
        self.studies[into].members.update(gone.members)
        for index in (self._by_identifier, self._by_block):
            for holders in index.values():
                if old in holders:
                    holders.discard(old)
                    holders.add(into)

    def place(self, features: Features, blocks: Iterable[int], *, record: int, own: int | None = None) -> Placement:
        """Where the record belongs. `own`: the study it is in already (a revised record), which it never leaves."""
        same: list[tuple[float, int, Verdict]] = []
        doubts: list[Doubt] = []
        for study in self._candidates(features, blocks):
            if study != own:
                verdict, other = self._against(study, features, record, own)
                if verdict.outcome == "same":
                    same.append((-verdict.strength, study, verdict))
                elif verdict.outcome == "unsure":
                    doubts.append(Doubt(other, verdict))
        same.sort(key=lambda found: found[:2])
        chosen: list[int] = [own] if own is not None else []
        held = dict(self.studies[own].members) if own is not None else {}
        for _, study, verdict in same:
            if self._compatible(held, study, record, features):
                chosen.append(study)
                held.update(self.studies[study].members)
            else:
                other = next(iter(self.studies[study].members))
                doubts.append(
                    Doubt(
                        other,
                        Verdict("unsure", "conflict", (*verdict.reasons, "but another record of the study differs")),
                    )
                )
        best = same[0][2] if same else Verdict("different", "new")
        return Placement(tuple(sorted(chosen)), best, tuple(doubts))

    def _candidates(self, features: Features, blocks: Iterable[int]) -> list[int]:
        found: set[int] = set()
        for name in ("pmid", "pmcid", "doi"):
            value = getattr(features, name)
            if value:
                found |= self._by_identifier.get((name, value), set())
        for block in blocks:
            found |= self._by_block.get(block, set())
        return sorted(s for s in found if s in self.studies)

    def _against(self, study: int, features: Features, record: int, own: int | None) -> tuple[Verdict, int]:
        """The verdict on a whole study: same only if no member is different; the member it rests on."""
        best: tuple[Verdict, int] | None = None
        differing: list[tuple[Verdict, int]] = []
        mine = self.studies[own].members if own is not None else {record: features}
        for other, theirs in self.studies[study].members.items():
            if any(frozenset((m, other)) in self._different for m in (record, *mine)):
                return Verdict("different", "remembered", ("they were judged different before",)), other
            verdict = compare(features, theirs)
            if verdict.contradicts:
                differing.append((verdict, other))
            elif verdict.outcome != "different" and (best is None or _rank(verdict) < _rank(best[0])):
                best = (verdict, other)
        held = self.studies[study].members
        if best and best[0].outcome == "same":
            against = [d for d in differing if not _excused(d[0], compare(held[best[1]], held[d[1]]))]
            if against:
                return Verdict("unsure", "conflict", (*best[0].reasons, *against[0][0].reasons)), best[1]
            return best
        return best or next(iter(differing), (Verdict("different", "nothing-agrees"), 0))

    def _compatible(self, held: dict[int, Features], study: int, record: int, features: Features) -> bool:
        """May the study become one with the records chosen so far? Not when any two of their records differ."""
        theirs = self.studies[study].members
        everyone = {**held, **theirs, record: features}
        for a in held.keys() - {record}:
            for b in theirs:
                if frozenset((a, b)) in self._different:
                    return False
                if compare(everyone[a], everyone[b]).contradicts and not _vouched(a, b, everyone):
                    return False
        return True


def _vouched(a: int, b: int, everyone: dict[int, Features]) -> bool:
    """Two records differ in words only, and a record with the PMID or PMCID of one is the same as the other."""
    if not compare(everyone[a], everyone[b]).only_described:
        return False
    return any(
        compare(everyone[near], z).by_identifier and compare(z, everyone[far]).outcome == "same"
        for near, far in ((a, b), (b, a))
        for number, z in everyone.items()
        if number not in (a, b)
    )


def _rank(verdict: Verdict) -> float:
    return -verdict.strength if verdict.outcome == "same" else 0.0


def _excused(differing: Verdict, beside: Verdict) -> bool:
    """Is a member that differs no reason against, given how it stands to the member that was matched?

    One that differs from that member too was put beside it by a person; one that shares its PMID or PMCID is the same
    work, whatever its words.
    """
    return beside.contradicts or beside.by_identifier and differing.only_described

"""Which records make a study, worked out anew for every part of the library that a change reaches. Writes nothing.

The groups of a part follow from its records, the machine's verdicts on them and the persons' decisions alone
(matching.partition), so the order in which records came, and what was merged and undone between, leaves no trace.
Which study stands for a group follows from the groups: the oldest that any of its records was born with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from evidence.ingest.pool import Pool
from evidence.matching.groups import Link
from evidence.matching.partition import Pair, Partition, Said, ordered, partition
from evidence.store import reads
from evidence.store.reads import MACHINE, Judged, Place, Snapshot

CONFLICT: Final = "conflict:"
"""Before the rule of a certain pair that a contradiction elsewhere in its group keeps from joining."""

SUCCESSOR: Final = "successor:"
"""Before the rule of a pair that waits because PubMed no longer gives one of the two (successors.py)."""

CURATOR: Final = "curator"
"""The rule of a person's own decision."""


@dataclass(frozen=True, slots=True)
class Step:
    """A group of records. `former`: where each stored one belonged; `born`: the study that stands for them, if any."""

    members: tuple[int, ...]
    former: Mapping[int, int]
    study: int | None
    links: tuple[Link, ...] = ()

    @property
    def changes(self) -> bool:
        """Something comes, goes or is born here."""
        return any(self.former.get(n) != self.study or self.study is None for n in self.members)


@dataclass(slots=True)
class Plan:
    """What the groups are now. `pointers`: studies that stand for no group → the one that has their record."""

    steps: list[Step] = field(default_factory=list)
    pointers: dict[int, int] = field(default_factory=dict)
    refused: dict[Pair, Link] = field(default_factory=dict)
    allowed: dict[Pair, Link] = field(default_factory=dict)
    split: set[int] = field(default_factory=set)


class Ground:
    """The part of the library that some records reach over certain pairs and common studies."""

    def __init__(self, connection: Snapshot, fresh: Collection[int], touched: Iterable[int]) -> None:
        self._connection = connection
        self.places: dict[int, Place] = {}
        self.rows: dict[Pair, Judged] = {}
        self.numbers: set[int] = set()
        frontier = {*fresh, *touched}
        while frontier:
            self.numbers |= frontier
            frontier = self._beyond(frontier) - self.numbers

    def _beyond(self, frontier: set[int]) -> set[int]:
        found = reads.decisions(self._connection, frontier)
        self.rows |= found
        ends = {n for pair, row in found.items() if binds(row) for n in pair}
        here = reads.places(self._connection, frontier)
        together = reads.places_in(self._connection, {p.study_id for p in here.values()})
        self.places |= here | together
        return ends | together.keys()

    def components(self) -> list[list[int]]:
        """The connected parts, each sorted, in the order of their first record."""
        home = {n: n for n in self.numbers}

        def find(number: int) -> int:
            while home[number] != number:
                home[number] = home[home[number]]
                number = home[number]
            return number

        first: dict[int, int] = {}
        for number, place in self.places.items():
            home[find(number)] = find(first.setdefault(place.study_id, number))
        for (a, b), row in self.rows.items():
            if binds(row):
                home[find(a)] = find(b)
        parts: dict[int, list[int]] = defaultdict(list)
        for number in sorted(self.numbers):
            parts[find(number)].append(number)
        return list(parts.values())


def binds(row: Judged) -> bool:
    """The pair belongs to one part: it is one work, or would be but for a conflict or a person's word."""
    return row.verdict == "same" or row.rule.startswith(CONFLICT) or row.actor != MACHINE


def plan(connection: Snapshot, pool: Pool, fresh: Collection[int], touched: Iterable[int]) -> Plan:
    """The groups of all records that these reach. `fresh`: records that are not stored yet."""
    ground = Ground(connection, fresh, touched)
    made = Plan()
    by_part: dict[int, list[tuple[Pair, Judged]]] = defaultdict(list)
    parts = ground.components()
    part_of = {n: at for at, part in enumerate(parts) for n in part}
    for pair, row in ground.rows.items():
        if pair[0] in part_of and part_of[pair[0]] == part_of.get(pair[1]):
            by_part[part_of[pair[0]]].append((pair, row))
    for at, part in enumerate(parts):
        _add(made, part, by_part[at], ground.places, pool)
    return made


def _add(
    made: Plan, part: Sequence[int], rows: Sequence[tuple[Pair, Judged]], places: Mapping[int, Place], pool: Pool
) -> None:
    if len(part) == 1:
        found, links = Partition(((part[0],),), ()), []
    else:
        pool.load(part)
        links = [Link(*pair, pool.by_rule(*pair, row.rule)) for pair, row in rows if binds(row)]
        links = [link for link in links if link.verdict.outcome == "same"]
        found = partition(part, links, pool.look, pool.rank, _said(rows))
    refused = {ordered(k.a, k.b): k for k in found.refused}
    made.refused |= refused
    made.allowed |= {ordered(k.a, k.b): k for k in links if ordered(k.a, k.b) not in refused}
    _place(made, found.groups, links, places)


def _said(rows: Iterable[tuple[Pair, Judged]]) -> list[Said]:
    """What persons decided, the latest word first."""
    persons = [(-row.revision, pair, row.verdict == "same") for pair, row in rows if row.actor != MACHINE]
    return [Said(pair, same) for _, pair, same in sorted(persons)]


def _place(made: Plan, groups: Iterable[tuple[int, ...]], links: Sequence[Link], places: Mapping[int, Place]) -> None:
    homes: dict[int, set[int]] = defaultdict(set)
    for at, members in enumerate(groups):
        stored = {n: places[n] for n in members if n in places}
        born = sorted(p.born for p in stored.values() if p.born is not None)
        study = born[0] if born else None
        inside = set(members)
        own = tuple(k for k in links if k.a in inside and k.b in inside)
        made.steps.append(Step(members, {n: p.study_id for n, p in stored.items()}, study, own))
        made.pointers.update((other, born[0]) for other in born[1:])
        for place in stored.values():
            homes[place.study_id].add(at)
    made.split |= {study for study, ends in homes.items() if len(ends) > 1}

"""What waits for a person, and (by way of decided.py) what was decided about duplicates. Reads only.

The queue holds the pairs of live studies on which the machine is unsure and no person has spoken, one for any two
studies: the surest of their records' pairs.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from evidence.errors import UsageProblem
from evidence.records import Markup, Record
from evidence.store.decided import DecidedCursor, DecidedItem, DecidedPage, MergeItem, MergePage, decided, merges
from evidence.store.detail import assemble
from evidence.store.engine import Store
from evidence.store.queries import number_of
from evidence.store.reads import DECISION, LARGEST, LIBRARY, MACHINE, MEMBERSHIP
from evidence.store.statements import rows_in
from evidence.store.verdicts import Said, decisions, pairs_with, shown, utc
from evidence.views import Study, StudyRow
from evidence.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the queue: after the pair of this strength and these source records. `str` and `parse` are inverse."""

    strength: float
    a: int
    b: int

    def __str__(self) -> str:
        return f"{self.strength!r},{self.a},{self.b}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor that was written so. Raises UsageProblem."""
        strength, _, pair = text.partition(",")
        a, _, b = pair.partition(",")
        try:
            found = cls(float(strength), int(a), int(b))
        except ValueError:
            found = None
        if found is None or not -1e9 < found.strength < 1e9:  # NaN is neither
            raise UsageProblem("after", f"{text[:60]!r} is no place in the queue")
        return found

    @property
    def order(self) -> tuple[float, int, int]:
        """Sort key: the surest first, then by source record number."""
        return -self.strength, self.a, self.b


@dataclass(frozen=True, slots=True)
class QueueItem:
    """Two studies that may be one; `a`, `b`: the source records, `a` < `b`, on which that rests.

    Keys and titles are the studies'; `strength` is in points (matching.verdict), `reasons` are sentences.
    """

    a: int
    b: int
    key_a: str
    key_b: str
    title_a: Markup
    title_b: Markup
    rule: str
    reasons: tuple[str, ...]
    strength: float

    @property
    def cursor(self) -> Cursor:
        """The place after this pair."""
        return Cursor(self.strength, self.a, self.b)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue, how many pairs wait in all, and where the next page begins."""

    items: tuple[QueueItem, ...]
    total: int
    next: Cursor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPair:
    """Two source records side by side with the studies they belong to and what was last said of the pair.

    `verdict`, `rule`, `actor` are empty and `at` is None when nothing was said.
    """

    a: int
    b: int
    left: Study
    right: Study
    left_record: Record
    right_record: Record
    verdict: str
    rule: str
    reasons: tuple[str, ...]
    strength: float
    actor: str
    at: datetime | None
    same_study: bool

    @property
    def cursor(self) -> Cursor:
        """The place of the pair in the queue, whether or not it still waits."""
        return Cursor(self.strength, self.a, self.b)


def queue(store: Store, *, limit: int = 50, after: Cursor | None = None) -> QueuePage:
    """The pairs that wait for a person, surest first, then by source record: at most `limit` after that place."""
    with store.read() as connection:
        waiting = _waiting(store, connection)
        start = bisect_right(waiting, after.order, key=_order) if after else 0
        page = waiting[start : start + max(limit, 0)]
        studies = shown(connection, (number for pair in page for number in (pair.study_a, pair.study_b)))
        said = decisions(connection, [(pair.a, pair.b) for pair in page])
        items = tuple(_queued(pair, studies, said[pair.a, pair.b]) for pair in page)
        more = start + len(page) < len(waiting)
        return QueuePage(items, len(waiting), items[-1].cursor if items and more else None)


def _queued(pair: Said, studies: Mapping[int, StudyRow], row: Row[Any]) -> QueueItem:
    left, right = studies[pair.study_a], studies[pair.study_b]
    return QueueItem(
        pair.a,
        pair.b,
        key_a=left.key,
        key_b=right.key,
        title_a=left.title,
        title_b=right.title,
        rule=row.rule,
        reasons=tuple(json.loads(row.reasons)),
        strength=row.strength,
    )


def _waiting(store: Store, connection: Connection) -> list[Said]:
    """The whole queue in order; computed once for each state of the store."""
    library = connection.execute(select(LIBRARY.c.epoch, LIBRARY.c.revision)).one()
    stamp = (library.epoch, library.revision)
    held: tuple[Any, list[Said]] | None = store.cache.get("review")
    if held is None or held[0] != stamp:
        held = (stamp, _compute(connection))
        store.cache["review"] = held
    return held[1]


def _order(pair: Said) -> tuple[float, int, int]:
    return Cursor(pair.strength, pair.a, pair.b).order


def _compute(connection: Connection) -> list[Said]:
    best: dict[frozenset[int], Said] = {}
    for pair in sorted(pairs_with(connection, "unsure", machine=True), key=_order):
        best.setdefault(pair.studies, pair)
    for studies in _spoken_of(connection, best):
        best.pop(studies, None)
    return list(best.values())


def _spoken_of(connection: Connection, among: Collection[frozenset[int]]) -> set[frozenset[int]]:
    """Those of these pairs of studies of which a person has decided about any two of their records."""
    studies = {number for pair in among for number in pair}
    rows = rows_in(connection, select(MEMBERSHIP), MEMBERSHIP.c.study_id, studies)
    home = {row.source_record_id: row.study_id for row in rows}
    persons = select(DECISION.c.a_id, DECISION.c.b_id).where(DECISION.c.actor != MACHINE)
    spoken = rows_in(connection, persons, DECISION.c.a_id, home)
    return {frozenset((home[row.a_id], home[row.b_id])) for row in spoken if row.b_id in home}


def pair(store: Store, vocabulary: Vocabulary, a: int, b: int) -> ReviewPair | None:
    """Two source records, in the order of their numbers; None when one is not there or both numbers are one."""
    a, b = min(a, b), max(a, b)
    if not 0 < a < b <= LARGEST:
        return None
    with store.read() as connection:
        rows = rows_in(connection, select(MEMBERSHIP), MEMBERSHIP.c.source_record_id, (a, b))
        home = {row.source_record_id: row.study_id for row in rows}
        studies = {s.row.id: s for s in assemble(connection, sorted(set(home.values())), vocabulary, full=True)}
        if len(home) < 2 or not all(study in studies for study in home.values()):
            return None
        left, right = studies[home[a]], studies[home[b]]
        said = decisions(connection, [(a, b)]).get((a, b))
        return ReviewPair(
            a=a,
            b=b,
            left=left,
            right=right,
            left_record=next(m.record for m in left.members if m.id == a),
            right_record=next(m.record for m in right.members if m.id == b),
            verdict=said.verdict if said else "",
            rule=said.rule if said else "",
            reasons=tuple(json.loads(said.reasons)) if said else (),
            strength=said.strength if said else 0.0,
            actor=said.actor if said else "",
            at=utc(said.at) if said else None,
            same_study=home[a] == home[b],
        )


def pair_of(store: Store, key_a: str, key_b: str) -> tuple[int, int] | None:
    """The source records that stand for two studies, given by current key or alias, the first study's first.

    The pair that waits in the queue, else the one of which something was last said, else their first records. None
    when a key is unknown or both lead to one study.
    """
    with store.read() as connection:
        one, other = (number_of(connection, key) for key in (key_a, key_b))
        if one is None or other is None or one == other:
            return None
        rows = rows_in(connection, select(MEMBERSHIP), MEMBERSHIP.c.study_id, (one, other))
        home = {row.source_record_id: row.study_id for row in rows}
        said = [
            row
            for row in rows_in(connection, select(DECISION), DECISION.c.a_id, home)
            if row.b_id in home and home[row.a_id] != home[row.b_id]
        ]
        waits = [(row.verdict == "unsure", row.strength, utc(row.at), -row.a_id, -row.b_id) for row in said]
        if waits:
            *_, a, b = max(waits)
            found = (-a, -b)
        else:
            found = (min(n for n in home if home[n] == one), min(n for n in home if home[n] == other))
        return found if home[found[0]] == one else (found[1], found[0])


__all__ = [
    "Cursor",
    "DecidedCursor",
    "DecidedItem",
    "DecidedPage",
    "MergeItem",
    "MergePage",
    "QueueItem",
    "QueuePage",
    "ReviewPair",
    "decided",
    "merges",
    "pair",
    "pair_of",
    "queue",
]

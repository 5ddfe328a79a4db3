"""What is remembered of pairs of source records, as review.py and decided.py read it. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from evidence.store.detail import rows_of
from evidence.store.reads import DECISION, MACHINE, MEMBERSHIP
from evidence.store.statements import rows_in
from evidence.views import StudyRow


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict on two source records, `a` < `b`, of two live studies."""

    strength: float
    at: datetime
    a: int
    b: int
    study_a: int
    study_b: int

    @property
    def studies(self) -> frozenset[int]:
        """The two studies."""
        return frozenset((self.study_a, self.study_b))


def pairs_with(connection: Connection, verdict: str, *, machine: bool) -> list[Said]:
    """The remembered pairs of two different live studies with this verdict, by the machine or by persons."""
    said_by = DECISION.c.actor == MACHINE if machine else DECISION.c.actor != MACHINE
    a, b = MEMBERSHIP.alias(), MEMBERSHIP.alias()
    columns = (
        select(DECISION.c.strength, DECISION.c.at, DECISION.c.a_id, DECISION.c.b_id, a.c.study_id, b.c.study_id)
        .join(a, a.c.source_record_id == DECISION.c.a_id)
        .join(b, b.c.source_record_id == DECISION.c.b_id)
        .where(DECISION.c.verdict == verdict, said_by, a.c.study_id != b.c.study_id)
    )
    return [Said(row[0], utc(row[1]), *row[2:]) for row in connection.execute(columns)]


def decisions(connection: Connection, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], Row[Any]]:
    """The rows of these pairs, the smaller number first, as far as anything was said of them."""
    wanted = set(pairs)
    rows = rows_in(connection, select(DECISION), DECISION.c.a_id, {a for a, _ in pairs})
    return {(row.a_id, row.b_id): row for row in rows if (row.a_id, row.b_id) in wanted}


def shown(connection: Connection, studies: Iterable[int]) -> dict[int, StudyRow]:
    """List rows of studies by number."""
    return {row.id: row for row in rows_of(connection, list(dict.fromkeys(studies)))}


def utc(moment: datetime) -> datetime:
    """A stored time with its zone, which SQLite forgets; all times of the store are UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

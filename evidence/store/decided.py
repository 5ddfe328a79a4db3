"""What was decided about duplicates: every merge, and the pairs that persons said are different. Reads only."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, desc, select

from evidence.errors import UsageProblem
from evidence.records import Markup
from evidence.store.engine import Store
from evidence.store.reads import CITE_KEY, LARGEST, MEMBERSHIP, MERGE, RECORD, STUDY
from evidence.store.statements import rows_in
from evidence.store.verdicts import Said, decisions, pairs_with, shown, utc
from evidence.views import StudyRow

Name = tuple[str, str]
"""A source record's own name: source, external id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeItem:
    """A recorded merge. `key`, `title`: the live study now; `from_key`: that of the study merged in, "" if none.

    `can_undo`: nobody has undone it, and records of both sides still stand in one study.
    """

    event: int
    at: datetime
    actor: str
    rule: str
    reasons: tuple[str, ...]
    key: str
    title: Markup
    moved: tuple[Name, ...]
    stayed: tuple[Name, ...]
    from_key: str
    undone_at: datetime | None
    undone_by: str
    can_undo: bool


@dataclass(frozen=True, slots=True)
class MergePage:
    """A page of merges, newest first; `next`: ask for those before this number."""

    items: tuple[MergeItem, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class DecidedCursor:
    """A place among the decisions: before the pair decided at that time. `str` and `parse` are inverse."""

    at: datetime
    a: int
    b: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()},{self.a},{self.b}"

    @classmethod
    def parse(cls, text: str) -> DecidedCursor:
        """The cursor that was written so. Raises UsageProblem."""
        at, _, pair = text.partition(",")
        a, _, b = pair.partition(",")
        try:
            return cls(utc(datetime.fromisoformat(at)), int(a), int(b))
        except ValueError:
            raise UsageProblem("before", f"{text[:60]!r} is no place among the decisions") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedItem:
    """Two live studies that a person said are different; `a`, `b`: source records of the pair last decided."""

    a: int
    b: int
    key_a: str
    key_b: str
    title_a: Markup
    title_b: Markup
    rule: str
    reasons: tuple[str, ...]
    actor: str
    at: datetime

    @property
    def cursor(self) -> DecidedCursor:
        """The place after this pair."""
        return DecidedCursor(self.at, self.a, self.b)


@dataclass(frozen=True, slots=True)
class DecidedPage:
    """A page of such decisions, newest first, how many there are, and where the next page begins."""

    items: tuple[DecidedItem, ...]
    total: int
    next: DecidedCursor | None


def merges(store: Store, *, limit: int = 50, before: int | None = None) -> MergePage:
    """All merges, by persons and by the machine, undone ones included, newest first."""
    with store.read() as connection:
        wanted = select(MERGE).order_by(desc(MERGE.c.id)).limit(max(limit, 0) + 1)
        if before is not None:
            wanted = wanted.where(MERGE.c.id < max(0, min(before, LARGEST)))
        rows = list(connection.execute(wanted))
        page = rows[: max(limit, 0)]
        items = _merge_items(connection, page)
        return MergePage(items, page[-1].id if page and len(rows) > len(page) else None)


def _merge_items(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[MergeItem, ...]:
    live = _live(connection, {row.study_id for row in rows})
    sides = {row.id: (json.loads(row.moved), json.loads(row.stayed)) for row in rows}
    names = _names(connection, {number for both in sides.values() for side in both for number in side})
    members = rows_in(connection, select(MEMBERSHIP), MEMBERSHIP.c.source_record_id, names)
    home = {row.source_record_id: row.study_id for row in members}
    former = {row.from_study_id for row in rows if row.from_study_id is not None}
    born = rows_in(connection, select(CITE_KEY).where(CITE_KEY.c.is_primary), CITE_KEY.c.study_id, former)
    keys = {row.study_id: row.key for row in born}
    studies = shown(connection, live.values())
    items = []
    for row in rows:
        moved, stayed = ([n for n in side if n in names] for side in sides[row.id])
        together = not {home[n] for n in moved if n in home}.isdisjoint(home[n] for n in stayed if n in home)
        sources = tuple(names[n] for n in moved), tuple(names[n] for n in stayed)
        items.append(
            _merge_item(row, studies.get(live[row.study_id]), keys.get(row.from_study_id, ""), sources, together)
        )
    return tuple(items)


def _merge_item(
    row: Row[Any], study: StudyRow | None, former: str, sources: tuple[tuple[Name, ...], ...], together: bool
) -> MergeItem:
    return MergeItem(
        event=row.id,
        at=utc(row.at),
        actor=row.actor,
        rule=row.rule,
        reasons=tuple(json.loads(row.reasons)),
        key=study.key if study else "",
        title=study.title if study else Markup(""),
        moved=sources[0],
        stayed=sources[1],
        from_key=former,
        undone_at=utc(row.undone_at) if row.undone_at else None,
        undone_by=row.undone_by,
        can_undo=row.undone_at is None and together,
    )


def _live(connection: Connection, studies: Collection[int]) -> dict[int, int]:
    """Study → the live study that stands for it now: one query for each merge in the longest chain."""
    into: dict[int, int | None] = {}
    layer = set(studies)
    while layer:
        columns = select(STUDY.c.id, STUDY.c.merged_into)
        into |= {row.id: row.merged_into for row in rows_in(connection, columns, STUDY.c.id, layer)}
        layer = {goal for goal in into.values() if goal is not None} - into.keys()
    found = {}
    for study in studies:
        at, seen = study, {study}
        while (goal := into.get(at)) is not None and goal not in seen:
            seen.add(goal)
            at = goal
        found[study] = at
    return found


def _names(connection: Connection, records: Iterable[int]) -> dict[int, Name]:
    columns = select(RECORD.c.id, RECORD.c.source, RECORD.c.external_id)
    return {row.id: (row.source, row.external_id) for row in rows_in(connection, columns, RECORD.c.id, records)}


def decided(store: Store, *, limit: int = 50, before: DecidedCursor | None = None) -> DecidedPage:
    """The pairs of live studies that persons said are different, newest first, one for any two studies."""
    with store.read() as connection:
        newest: dict[frozenset[int], Said] = {}
        for pair in sorted(pairs_with(connection, "different", machine=False), key=_newest_last, reverse=True):
            newest.setdefault(pair.studies, pair)
        order = list(newest.values())
        rest = [p for p in order if before is None or _newest_last(p) < (before.at, before.a, before.b)]
        page = rest[: max(limit, 0)]
        items = _decided_items(connection, page)
        more = len(rest) > len(page)
        return DecidedPage(items, len(order), items[-1].cursor if items and more else None)


def _newest_last(pair: Said) -> tuple[datetime, int, int]:
    return pair.at, pair.a, pair.b


def _decided_items(connection: Connection, pairs: Sequence[Said]) -> tuple[DecidedItem, ...]:
    studies = shown(connection, (number for pair in pairs for number in (pair.study_a, pair.study_b)))
    said = decisions(connection, [(pair.a, pair.b) for pair in pairs])
    return tuple(
        DecidedItem(
            a=pair.a,
            b=pair.b,
            key_a=studies[pair.study_a].key,
            key_b=studies[pair.study_b].key,
            title_a=studies[pair.study_a].title,
            title_b=studies[pair.study_b].title,
            rule=row.rule,
            reasons=tuple(json.loads(row.reasons)),
            actor=row.actor,
            at=pair.at,
        )
        for pair in pairs
        for row in [said[pair.a, pair.b]]
    )

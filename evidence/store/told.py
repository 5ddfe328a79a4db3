"""Which event told of each statement about a study: read from the log alone. Reads only.

A statement that is new is told by an event (SAID). One that says no more than another that was told, or that another
study brought, is bound to that event (CARRIED): whoever has seen the one has seen the other. A statement that is made
no more, that is taken back, or that goes with its records to another study is bound no longer (UNSAID, or CARRIED to
event 0). So the log of a study alone, read in order, says what told of every statement that stands; a study that went
into another one keeps what it had, for it may stand apart again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from evidence import identifiers
from evidence.lifecycle import CARRIED, SAID, UNSAID, Statement
from evidence.store.lifecycle import date_of
from evidence.store.reads import EVENT, STUDY, utc
from evidence.store.statements import rows_in

AWAY: Final = "merged-away"
"""The kind of event by which a study goes into another one."""

_KINDS: Final = (SAID, CARRIED, UNSAID, AWAY)


@dataclass(frozen=True, slots=True)
class Told:
    """What told of a statement. `event`: the one that told of it first, `since`: when that was; what somebody has seen
    is that one. `named`: the latest event of the study that names the statement, `detail`: how. `back`: the statement
    was taken back since.
    """

    event: int
    since: datetime
    named: int
    detail: Mapping[str, Any]
    back: bool = False

    @property
    def statement(self) -> Statement:
        """The statement, as the log keeps it."""
        return statement(self.detail)


@dataclass(frozen=True, slots=True)
class Log:
    """What told of the statements on a study, by their keys. `away`: the event by which it last went into another one,
    0 for none.
    """

    told: Mapping[str, Told] = field(default_factory=dict)
    away: int = 0


def logs(connection: Connection, studies: Iterable[int]) -> dict[int, Log]:
    """What told of the statements on each of these studies, and of those that went into it.

    Earlier versions wrote nothing where records moved: what is not in a study's own log is looked for in theirs.
    """
    wanted = dict.fromkeys(studies)
    into = merged_into(connection, wanted)
    own = _own(connection, {*wanted, *(other for others in into.values() for other in others)})
    found = {}
    for study in wanted:
        told, away = own.get(study, ({}, 0))
        theirs = (own.get(other, ({}, 0))[0] for other in into[study])
        older = sorted((t for others in theirs for t in others.values() if t is not None), key=lambda t: t.named)
        every: dict[str, Told | None] = {**{str(t.detail["key"]): t for t in older}, **told}
        found[study] = Log({key: t for key, t in every.items() if t is not None}, away)
    return found


def _own(connection: Connection, studies: Iterable[int]) -> dict[int, tuple[dict[str, Told | None], int]]:
    """Study → what its own log says of each key, None where that is told no longer; when it last went away."""
    columns = select(EVENT.c.id, EVENT.c.at, EVENT.c.kind, EVENT.c.study_id, EVENT.c.detail)
    rows = rows_in(connection, columns.where(EVENT.c.kind.in_(_KINDS)), EVENT.c.study_id, studies)
    found: dict[int, tuple[dict[str, Told | None], int]] = {}
    for row in sorted(rows, key=lambda row: int(row.id)):
        held, away = found.get(row.study_id, ({}, 0))
        if row.kind == AWAY:
            away = row.id
        else:
            detail = json.loads(row.detail)
            held[str(detail["key"])] = _told(row, detail, held.get(str(detail["key"])))
        found[row.study_id] = held, away
    return found


def _told(row: Any, detail: Mapping[str, Any], before: Told | None) -> Told | None:
    """What an event of a study says of what told of a statement, after what was said before."""
    if row.kind == UNSAID:
        return replace(before, back=True) if before is not None and detail.get("by") else None
    if row.kind == SAID:
        return Told(row.id, utc(row.at), row.id, detail)
    return Told(detail["event"], datetime.fromisoformat(detail["since"]), row.id, detail) if detail["event"] else None


def carried(told: Told) -> dict[str, Any]:
    """What the detail of an event holds by which another statement is bound to this one's."""
    return {"event": told.event, "since": told.since.isoformat()}


def statement(detail: Mapping[str, Any]) -> Statement:
    """A statement as an event keeps it; what its source calls it by stands in the key."""
    named = (str(named).partition(":") for named in detail["notice"])
    ref = str(detail["key"]).split("|", 2)[-1]
    return Statement(
        kind=detail["kind"],
        source=detail["source"],
        basis=detail["basis"],
        notice=tuple(identifiers.parse(scheme, value) for scheme, _, value in named),
        date=date_of(detail["date"]),
        citation=detail["citation"],
        note=detail["note"],
        ref=ref.removeprefix("ref:") if ref.startswith("ref:") else "",
        origin=detail.get("origin", ""),
    )


def merged_into(connection: Connection, studies: Iterable[int]) -> dict[int, set[int]]:
    """Study → those that went into it, and into these; one statement a step of merges, whatever many."""
    own: dict[int, set[int]] = defaultdict(set)
    columns = select(STUDY.c.id, STUDY.c.merged_into)
    wanted = dict.fromkeys(studies)
    layer, seen = set(wanted), set[int]()
    while layer:
        seen |= layer
        found = list(rows_in(connection, columns, STUDY.c.merged_into, layer))
        for row in found:
            own[row.merged_into].add(row.id)
        layer = {row.id for row in found} - seen
    return {study: set(_reached(own, study)) - {study} for study in wanted}


def _reached(own: Mapping[int, set[int]], study: int) -> Iterator[int]:
    layer, seen = {study}, set[int]()
    while layer:
        seen |= layer
        yield from layer
        layer = {other for one in layer for other in own.get(one, ())} - seen


def homes(connection: Connection, studies: Iterable[int]) -> dict[int, int]:
    """Study → the one that stands for it now (as reads.live_study); one statement a step of merges, whatever many."""
    into: dict[int, int] = {}
    layer = set(studies)
    found = dict.fromkeys(layer, 0)
    merged = select(STUDY.c.id, STUDY.c.merged_into).where(STUDY.c.merged_into.is_not(None))
    while layer:
        step = {row.id: row.merged_into for row in rows_in(connection, merged, STUDY.c.id, layer)}
        into |= step
        layer = set(step.values()) - into.keys()
    for study in found:
        home, passed = study, {study}
        while (next_one := into.get(home)) is not None and next_one not in passed:
            home = next_one
            passed.add(home)
        found[study] = home
    return found

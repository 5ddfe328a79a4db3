"""What is news about the life cycle of studies: every new statement, and every one taken back, is an event.

Each statement that stands is bound to the event that told of it (store/told.py). A new one is told, unless it says no
more than one that was told: the same word, of one source on one matter, in another copy, passed on, or with its
reference completed. It is bound to that one's event then. A statement that is less grave than another one on its
matter is told when that one stands no more. So whoever has not seen that a study is retracted has an alert of it,
whatever the order in which sources spoke, fell silent, and records moved.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from evidence.lifecycle import (
    CARRIED,
    RETRACTING,
    SAID,
    STATE,
    UNSAID,
    LifeCycle,
    Statement,
    completes,
    gravity,
    one_matter,
)
from evidence.store import lifecycle, schema
from evidence.store import told as telling
from evidence.store.engine import Writer
from evidence.store.lifecycle import date_text
from evidence.store.told import Told

_NEWS_AT_BIRTH: Final = (*RETRACTING, "concern")
"""What is news even of a study that has just come: that a correction exists is not."""

Statuses = Mapping[int, Mapping[str, bool]]
"""Study → key of each statement on it → whether it stands."""


@dataclass(frozen=True, slots=True)
class _Was:
    """What was known of a study before. `told`: what told of the statements that stood on it, `theirs`: of those on the
    studies whose records it has now; `known`: every statement that stood on any of these, told or not.
    """

    told: Mapping[str, Told]
    theirs: Mapping[str, Told]
    known: Collection[str]
    born: bool


@dataclass(slots=True)
class _Teller:
    """Writes the events of one transaction."""

    writer: Writer
    actor: str
    run_id: int | None
    rows: list[dict[str, Any]] = field(default_factory=list)

    def log(self, study: int, kind: str, detail: dict[str, Any]) -> Told:
        """Log an event, and what it tells."""
        row = self.writer.log(kind, actor=self.actor, study_id=study, run_id=self.run_id, detail=detail)
        self.rows.append(row)
        return Told(row["id"], row["at"], row["id"], detail)


def settle(
    writer: Writer,
    cycles: Mapping[int, LifeCycle],
    rows: Mapping[int, Any],
    *,
    came: Mapping[int, Collection[int]],
    fresh: Collection[int],
    retired: Collection[int],
    actor: str,
    run_id: int | None,
    quiet: Collection[int] = (),
) -> None:
    """Write the statements on these studies and log those that are new, or are no longer made.

    `rows`: the studies as they were stored before. `came`: study → the others from which records came to it just now:
    what was said of one of them is no news of the study that its records went to. A library that an earlier version
    wrote has no statements yet: then only another state is news. `quiet`: of these nothing else is news whatever was
    known, for they are worked out anew from what was there.
    """
    before = lifecycle.statuses(writer.connection, {*cycles, *rows, *retired} - set(fresh))
    now = {study: {w.statement.key: w.overruled is None for w in cycle.said} for study, cycle in cycles.items()}
    changed: dict[int, dict[str, bool]] = {study: {} for study in retired if before.get(study)}
    changed |= {study: keys for study, keys in now.items() if study not in retired and keys != before.get(study, {})}
    silent = {s for s in changed if s not in retired and _is_silent(s, cycles[s], rows, before, came, quiet)}
    speaking = sorted(changed.keys() - set(retired) - silent)
    told = telling.logs(writer.connection, {n for s in speaking for n in (s, *came.get(s, ()))} - set(fresh))
    teller = _Teller(writer, actor, run_id)
    for study in speaking:
        _tell(teller, study, cycles[study], _was(study, came.get(study, ()), before, told, born=study in fresh))
        elsewhere = {key for other, sources in came.items() if study in sources for key in now.get(other, {})}
        _untell(teller, study, cycles[study], before.get(study, {}), elsewhere)
    if changed:
        lifecycle.set_statuses(writer, changed)
    writer.add(schema.Event, teller.rows)


def _is_silent(
    study: int,
    cycle: LifeCycle,
    rows: Mapping[int, Any],
    before: Statuses,
    came: Mapping[int, Collection[int]],
    quiet: Collection[int],
) -> bool:
    """Whether nothing of a study is news: its state is as it was, and its statements were never written."""
    same = study in rows and rows[study].publication_state == cycle.state
    unwritten = before.keys().isdisjoint((study, *came.get(study, ()))) and cycle.state != "none"
    return same and (study in quiet or unwritten)


def _was(study: int, came: Collection[int], before: Statuses, logs: Mapping[int, telling.Log], *, born: bool) -> _Was:
    """A study that stands apart again has what told of it before, but for what was told anew meanwhile."""
    none = telling.Log()
    own = logs.get(study, none)
    stood = {one: {key for key, stands in before.get(one, {}).items() if stands} for one in (study, *came)}
    brought = [t for one in came for key, t in logs.get(one, none).told.items() if key in stood[one] and not t.back]
    theirs = {str(t.detail["key"]): t for t in sorted(brought, key=lambda t: (t.event, t.named))}
    again = {key: t for key, t in own.told.items() if key in theirs and theirs[key].event <= own.away and not t.back}
    return _Was(
        told={key: t for key, t in own.told.items() if key in stood[study] and not t.back},
        theirs=theirs | again,
        known=set().union(*stood.values()),
        born=born,
    )


def _tell(teller: _Teller, study: int, cycle: LifeCycle, was: _Was) -> None:
    """Bind every statement that stands to what told of it, or tell of it now; those that say the most come first."""
    standing = [w.statement for w in cycle.said if w.overruled is None]
    standing.sort(key=lambda s: (-gravity(s), s.key not in was.told, s.key not in was.known, s.origin != "", s.key))
    made = {s.key for s in standing}
    gone = [t for key, t in sorted({**was.theirs, **was.told}.items()) if key not in made]
    overruled = {w.statement.key for w in cycle.said if w.overruled is not None}
    left = [t for t in gone if t.detail["key"] not in overruled]
    settled: list[tuple[Statement, Told | None]] = []
    for said in standing:
        told = was.told.get(said.key)
        if told is None and (earlier := was.theirs.get(said.key) or _bound(said, settled, left)) is not None:
            told = earlier
            teller.log(study, CARRIED, told_as(said, cycle) | telling.carried(told))
        if told is None and not _covered(said, settled) and _is_news(said, was, gone):
            told = teller.log(study, SAID, told_as(said, cycle))
        settled.append((said, told))


def _bound(said: Statement, settled: list[tuple[Statement, Told | None]], left: list[Told]) -> Told | None:
    """What told of as much as this statement says: a statement that stands, else one that was left for it."""
    for other, told in settled:
        if told is not None and gravity(other) == gravity(said) and one_matter(other, said):
            return told
    for told in left:
        other = told.statement
        if gravity(other) == gravity(said) and (one_matter(other, said) or completes(said, other)):
            left.remove(told)
            return told
    return None


def _covered(said: Statement, settled: list[tuple[Statement, Told | None]]) -> bool:
    """Whether a statement that stands says as much, or more, on the same matter."""
    return any(one_matter(other, said) for other, _ in settled)


def _is_news(said: Statement, was: _Was, gone: list[Told]) -> bool:
    """Whether a statement that nothing told of is to be told: it is new, or what said more stands no longer."""
    if said.key in was.known:
        return any(gravity(t.statement) > gravity(said) and one_matter(t.statement, said) for t in gone)
    return not was.born or said.kind in _NEWS_AT_BIRTH


def _untell(
    teller: _Teller, study: int, cycle: LifeCycle, before: Mapping[str, bool], elsewhere: Collection[str]
) -> None:
    """Log what stood on a study and stands no more. What is said of those to which its records went is no news."""
    back = {w.statement.key: w.overruled for w in cycle.said}
    for key, stood in sorted(before.items()):
        if key in back:
            by = back[key]
            if stood and by is not None:
                teller.log(study, UNSAID, {"key": key, "by": by.key, "state": cycle.state})
        elif key not in elsewhere:
            teller.log(study, UNSAID, {"key": key, "state": cycle.state})
        else:
            teller.log(study, CARRIED, {"key": key, "event": 0, "state": cycle.state})


def told_as(said: Statement, cycle: LifeCycle) -> dict[str, Any]:
    """A statement as the event log keeps it. `state`: the study's after it; `gravity`: what it alone would give."""
    return {
        "key": said.key,
        "kind": said.kind,
        "source": said.source,
        "basis": said.basis,
        "notice": [f"{i.scheme}:{i.value}" for i in said.notice],
        "citation": said.citation,
        "date": date_text(said.date),
        "note": said.note[:500],
        **({"origin": said.origin} if said.origin else {}),
        "gravity": STATE.get(said.kind, "none"),
        "state": cycle.state,
    }

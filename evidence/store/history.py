"""What happened to the studies of a condition or a shelf, read from the log: steps with the states around them.

Which events a condition's page has shown stands in condition_event (trail.py): a page of history is one range of its
key, and the images around some fifty events. The difference between two days reads the events between them, and the
states of the studies that these are about; whatever had no event is as it was.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, desc, func, select

from evidence.changes import ALARMS, Moment, State, Step, giving, graver
from evidence.errors import UnknownParameter
from evidence.lifecycle import CARRIED, SAID, UNSAID
from evidence.store import images, schema
from evidence.store.asof import last_event, span
from evidence.store.engine import Store, table_of
from evidence.store.reads import EVENT, LIBRARY, MERGE, utc
from evidence.store.statements import rows_in

TRAIL: Final = table_of(schema.ConditionEvent)
_GONE: Final = "merged-away"
_STATUS: Final = (SAID, CARRIED, UNSAID)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a study, without its image. `state`: it says what the study is from now on."""

    moment: Moment
    study: int
    image: bool

    @property
    def state(self) -> bool:
        """Whether the event holds the state after it; a study that went into another one has none."""
        return self.image or self.moment.kind == _GONE


class Log:
    """The events of some studies, and the states that they lead to, each read once."""

    def __init__(self, connection: Connection, studies: Iterable[int]) -> None:
        self._connection = connection
        self._of: dict[int, list[Happened]] = defaultdict(list)
        self._images: dict[int, images.Image] = {}
        self._bytes: dict[int, bytes] = {}
        self.load(studies)

    def load(self, studies: Iterable[int]) -> None:
        """Read the events of further studies."""
        columns = select(
            *(EVENT.c[name] for name in ("id", "at", "kind", "study_id", "run_id", "actor", "detail")),
            (func.length(EVENT.c.image) > 0).label("has_image"),
        )
        wanted = [study for study in dict.fromkeys(studies) if study not in self._of]
        for row in rows_in(self._connection, columns, EVENT.c.study_id, wanted):
            detail = json.loads(row.detail) if row.detail else {}
            moment = Moment(row.id, utc(row.at), row.kind, row.actor, detail, row.run_id)
            self._of[row.study_id].append(Happened(moment, row.study_id, bool(row.has_image)))
        for study in wanted:
            self._of[study].sort(key=lambda happened: happened.moment.event)

    def events(self, study: int) -> list[Happened]:
        """Everything that happened to a study, oldest first."""
        return self._of[study]

    def fetch(self, events: Iterable[int]) -> None:
        """Read these images, in few statements."""
        wanted = [event for event in events if event not in self._bytes]
        for row in rows_in(self._connection, select(EVENT.c.id, EVENT.c.image), EVENT.c.id, wanted):
            self._bytes[row.id] = row.image

    def ready(self, starts: Iterable[tuple[int, int]]) -> None:
        """Read, in few statements, what the steps that begin with these events (event, study) need."""
        needed: list[Happened | None] = []
        for event, study in starts:
            events = self._of[study]
            at = bisect_left(events, event, key=lambda happened: happened.moment.event)
            when = events[at].moment.at
            later = next((i for i in range(at, len(events)) if events[i].moment.at != when), len(events))
            needed += [*events[max(at - 1, 0) : later], self.last_state(study, event - 1)]
        self.ready_states(needed)

    def ready_states(self, states: Iterable[Happened | None]) -> None:
        """Read these states, and of a study that went into another one that one's."""
        wanted = [h for h in states if h is not None]
        ends = [(h, into) for h in wanted if h.moment.kind == _GONE and (into := _into(h.moment))]
        self.load(into for _, into in ends)
        wanted += [other for h, into in ends if (other := self._then(into, h.moment.event)) is not None]
        self.fetch(h.moment.event for h in wanted if h.image)

    def _then(self, study: int, event: int) -> Happened | None:
        return self.last_state(study, event) or self.first_state(study, event)

    def last_state(self, study: int, until: int) -> Happened | None:
        """The event that says what a study was after event `until`."""
        events = self._of[study]
        at = bisect_right(events, until, key=lambda happened: happened.moment.event)
        return next((events[i] for i in range(at - 1, -1, -1) if events[i].state), None)

    def first_state(self, study: int, after: int) -> Happened | None:
        """The first state that came after event `after`."""
        events = self._of[study]
        at = bisect_right(events, after, key=lambda happened: happened.moment.event)
        return next((event for event in events[at:] if event.state), None)

    def image(self, happened: Happened | None) -> images.Image | None:
        """The state after an event; None when the study was none of its own."""
        if happened is None or not happened.image:
            return None
        event = happened.moment.event
        if event not in self._images:
            self.fetch([event])
            self._images[event] = images.Image.of(happened.study, self._bytes[event])
        return self._images[event]

    def state(self, happened: Happened | None) -> State | None:
        """As `image`, as pages show it."""
        image = self.image(happened)
        return State(image.row(), image.columns["inclusion"]) if image is not None else None

    def saved_with(self, study: int, event: int) -> list[Happened]:
        """The events that were saved together, from this one on."""
        events = self._of[study]
        at = bisect_left(events, event, key=lambda happened: happened.moment.event)
        found = events[at : at + 1]
        for later in events[at + 1 :]:
            if not self.saved_together(found[-1], later):
                break
            found.append(later)
        for later in events[at + len(found) :]:  # what is said of the work is logged after the state that follows
            if later.state or later.moment.at != found[0].moment.at:
                break
            found.append(later)
        return found

    def saved_together(self, one: Happened, other: Happened) -> bool:
        """Whether two events of a study came with one save: they follow one another with the same image."""
        first, second = one.moment.event, other.moment.event
        if second != first + 1 or one.image != other.image or one.moment.at != other.moment.at:
            return False
        self.fetch([first, second])
        return self._bytes[first] == self._bytes[second]

    def step(self, study: int, happened: Sequence[Happened], before: Happened | None, after: Happened | None) -> Step:
        """What these events did to a study, from one state to the other."""
        was = self.state(before)
        once = before is not None and was is None
        moments = tuple(h.moment for h in happened)
        now = self.state(after)
        return Step(study, moments, was, now, self._into(moments) if now is None else None, once)

    def _into(self, moments: Iterable[Moment]) -> Any:
        """The study that took a merged one over, as it was then."""
        last = next((m for m in reversed(list(moments)) if m.kind == _GONE), None)
        into = _into(last) if last is not None else 0
        if not into or last is None:
            return None
        self.load([into])
        image = self.image(self._then(into, last.event))
        return image.row() if image is not None else None


def _into(merged: Moment) -> int:
    """The number of the study that one went into; 0 where the log does not say."""
    return int(merged.detail.get("into", 0))


def of_condition(store: Store, condition: str, *, before: int = 0, size: int = 50) -> tuple[tuple[Step, ...], int]:
    """The latest steps that a condition's page has shown, newest first; where the next page begins, 0 at the end.

    `before`: only steps with a lower event number. A step that shows no difference may be among them.
    """
    trail = select(TRAIL.c.event_id, TRAIL.c.study_id).where(TRAIL.c.condition == condition)
    if before:
        trail = trail.where(TRAIL.c.event_id < before)
    with store.read() as connection:
        rows = connection.execute(trail.order_by(desc(TRAIL.c.event_id)).limit(size + 1)).all()
        shown = [(row.event_id, row.study_id) for row in rows[:size]]
        return steps(connection, shown), shown[-1][0] if len(rows) > size else 0


def steps(connection: Connection, wanted: Sequence[tuple[int, int]]) -> tuple[Step, ...]:
    """The steps that begin with these events (event, study), in that order."""
    log = Log(connection, (study for _, study in wanted))
    log.ready(wanted)
    found = []
    for event, study in wanted:
        together = log.saved_with(study, event)
        found.append(log.step(study, together, log.last_state(study, event - 1), together[0]))
    return resting(connection, log, found)


def between(store: Store, condition: str, since: date, until: date) -> tuple[Step, ...]:
    """What became of each study of a condition from the end of one day to the end of another, by study number.

    One step a study, with all that happened to it meanwhile; one that is as it was may be among them. Raises
    UnknownParameter and NotFound, naming `from` or `to`, as asof.last_event does.
    """
    if since > until:
        raise UnknownParameter("from", f"{since} is after {until}; the earlier day comes first")
    with store.read() as connection:
        low, high = last_event(store, connection, since, "from"), last_event(store, connection, until, "to")
        span = (TRAIL.c.condition == condition, TRAIL.c.event_id > low, TRAIL.c.event_id <= high)
        studies = sorted(set(connection.scalars(select(TRAIL.c.study_id).where(*span))))
        log = Log(connection, studies)
        ends = {study: (log.last_state(study, low), log.last_state(study, high)) for study in studies}
        log.ready_states(h for pair in ends.values() for h in pair)
        found = [
            log.step(study, [h for h in log.events(study) if low < h.moment.event <= high], *ends[study])
            for study in studies
        ]
        return resting(connection, log, found)


def resting(connection: Connection, log: Log, found: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, those after which a study is retracted, withdrawn or doubted with the statements that say so.

    Where the study's own log has none, they are those of the studies that were ever one with it.
    """
    own = {step.event: _statements(log, step, step.study) for step in found if step.state in ALARMS}
    strange = {step.study for step in found if step.event in own and not own[step.event]}
    near = families(connection, strange) if strange else {}
    log.load(n for family in near.values() for n in family)
    return tuple(_resting(log, step, own, near) if step.event in own else step for step in found)


def _resting(log: Log, step: Step, own: Mapping[int, tuple[Moment, ...]], near: Mapping[int, set[int]]) -> Step:
    if said := own[step.event]:
        return replace(step, said=said)
    others = {m.event: m for n in near[step.study] for m in _statements(log, step, n)}
    return replace(step, said=tuple(replace(others[event], at=step.at) for event in sorted(others)))


def _statements(log: Log, step: Step, study: int) -> tuple[Moment, ...]:
    """What a study's log says, until the step's end and not withdrawn, that gives the state after the step; each as it
    was told, once. Once the state was less grave, nothing that was said before stands any more.
    """
    told: dict[int, datetime] = {}
    held: dict[str, tuple[int, Moment]] = {}
    for moment in (happened.moment for happened in log.events(study) if happened.moment.kind in _STATUS):
        if moment.event > step.moments[-1].event:
            break
        detail = moment.detail
        held.pop(str(detail.get("key", "")), None)
        if graver(step.state, str(detail.get("state", step.state))):
            held.clear()
        first = {SAID: moment.event, CARRIED: int(detail.get("event", 0))}.get(moment.kind, 0)
        if first and giving(moment) == step.state:
            at = told.setdefault(first, moment.at)
            held[str(detail.get("key", ""))] = first, replace(moment, kind=SAID, at=at)
        elif first:
            told.setdefault(first, moment.at)
    once: dict[int, Moment] = {}
    for first, moment in held.values():
        once.setdefault(first, moment)
    return tuple(once.values())


def families(connection: Connection, studies: Iterable[int]) -> dict[int, set[int]]:
    """Study → all that were ever one with it or parted from it, or from one of those; without itself."""
    edges: dict[int, set[int]] = defaultdict(set)
    layer, seen = set(studies), set[int]()
    columns = select(MERGE.c.study_id, MERGE.c.from_study_id)
    while layer:
        seen |= layer
        for end in (MERGE.c.study_id, MERGE.c.from_study_id):
            for row in rows_in(connection, columns, end, layer):
                if row.study_id is not None and row.from_study_id is not None:
                    edges[row.study_id].add(row.from_study_id)
                    edges[row.from_study_id].add(row.study_id)
        layer = set(edges) - seen
    return {study: _reached(edges, study) for study in dict.fromkeys(studies)}


def _reached(edges: Mapping[int, set[int]], study: int) -> set[int]:
    found, layer = {study}, {study}
    while layer:
        layer = {other for one in layer for other in edges.get(one, ())} - found
        found |= layer
    return found - {study}


def days(store: Store) -> tuple[date, date]:
    """The first and the last day that can be asked for: the one on which the library began, and today (UTC)."""
    with store.read() as connection:
        return span(store, connection)


def began(store: Store) -> datetime:
    """When the library was made: a restored one, and a copy, have the time of the first."""
    with store.read() as connection:
        return utc(connection.execute(select(LIBRARY.c.created)).scalar_one())

"""What happened to the studies of a condition or a shelf, read from the log: steps with the states around them.

Which events a condition's page has shown stands in condition_event (trail.py): a page of history is one range of its
key, and the images around some fifty events. The difference between two days reads the events between them, and the
states of the studies that these are about; whatever had no event is as it was.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, desc, func, select

from evidence.changes import Moment, State, Step
from evidence.errors import UnknownParameter
from evidence.store import images, schema
from evidence.store.asof import last_event, span
from evidence.store.engine import Store, table_of
from evidence.store.reads import EVENT, LIBRARY, utc
from evidence.store.statements import rows_in

TRAIL: Final = table_of(schema.ConditionEvent)
_GONE: Final = "merged-away"


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
        into = int(last.detail["into"]) if last is not None and "into" in last.detail else 0
        if not into or last is None:
            return None
        self.load([into])
        image = self.image(self.last_state(into, last.event) or self.first_state(into, last.event))
        return image.row() if image is not None else None


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
        return tuple(steps(connection, shown)), shown[-1][0] if len(rows) > size else 0


def steps(connection: Connection, wanted: Sequence[tuple[int, int]]) -> Iterator[Step]:
    """The steps that begin with these events (event, study), in that order."""
    log = Log(connection, (study for _, study in wanted))
    found = []
    for event, study in wanted:
        found.append((event, study, log.last_state(study, event - 1)))
    log.fetch([event for event, _, _ in found] + [b.moment.event for _, _, b in found if b is not None and b.image])
    for event, study, before in found:
        together = log.saved_with(study, event)
        yield log.step(study, together, before, together[0])


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
        log.fetch(h.moment.event for pair in ends.values() for h in pair if h is not None and h.image)
        return tuple(
            log.step(study, [h for h in log.events(study) if low < h.moment.event <= high], *ends[study])
            for study in studies
        )


def days(store: Store) -> tuple[date, date]:
    """The first and the last day that can be asked for: the one on which the library began, and today (UTC)."""
    with store.read() as connection:
        return span(store, connection)


def began(store: Store) -> datetime:
    """When the library was made: a restored one, and a copy, have the time of the first."""
    with store.read() as connection:
        return utc(connection.execute(select(LIBRARY.c.created)).scalar_one())

"""The states of a study before and after → what of it a reader must learn.

A step is one save of a study, or all of several days together: the rule is the same. What is compared is what a list
shows (views.StudyRow) and whether any list shows it; who did it and why is in the step's moments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from evidence.changes.causes import causing
from evidence.changes.moments import Change, Moment
from evidence.lifecycle import SAID, SEVERITY, STATE
from evidence.merging import RETRACTED_STATES
from evidence.views import PublicationState, StudyRow

Tone = Literal["alarm", "new", "gone", "changed"]
"""How an entry is shown: "alarm" for a study that is retracted, withdrawn or doubted from now on."""

ALARMS: Final = frozenset({*RETRACTED_STATES, "concern"})

FIELDS: Final[dict[str, str]] = {
    "state": "state",
    "upstream": "upstream",
    "identified": "identified",
    "design": "design",
    "size": "n",
    "title": "title",
    "byline": "authors",
    "citation": "citation",
    "year": "year",
    "pmid": "PMID",
    "doi": "DOI",
    "pmcid": "PMCID",
    "registrations": "trial registrations",
    "language": "language",
    "level": "level",
}
"""What is compared one by one, in the order of telling, and what it is called."""

TAGS: Final = ("conditions", "interventions", "features", "designs")
"""What is compared as sets."""


@dataclass(frozen=True, slots=True)
class State:
    """A study as it was. `inclusion`: included, candidate or excluded; `sources`: where its records are from."""

    row: StudyRow
    inclusion: str
    sources: tuple[str, ...] = ()

    def shown_in(self, condition: str) -> bool:
        """Whether the condition's page has it; for "", whether any page does."""
        return self.inclusion == "included" and (not condition or condition in self.row.conditions)


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a study between two states. None: it was no study of its own (unborn, or part of another one).

    `other`: the study that a merge of this step is about; `once`: it had been a study before it was none. `said`: the
    statements that its state after it rests on; `at` of one that another study brought: when it came to this one.
    `told`: the moments that explain an entry (`entry` chooses them); None: all.
    """

    study: int
    moments: tuple[Moment, ...]
    before: State | None
    after: State | None
    other: StudyRow | None = None
    once: bool = False
    said: tuple[Moment, ...] = ()
    told: tuple[Moment, ...] | None = None

    @property
    def event(self) -> int:
        """The number of its first event: what it is called by."""
        return self.moments[0].event

    @property
    def at(self) -> datetime:
        """When it was over."""
        return self.moments[-1].at

    @property
    def state(self) -> PublicationState:
        """The publication state after it; of a merged study, that of the one it went into."""
        row = self.after.row if self.after is not None else self.other
        return row.state if row is not None else "none"


@dataclass(frozen=True, slots=True)
class Entry:
    """A step as a reader of one page sees it. `row`: the study as it is after it (before, if it is no more)."""

    step: Step
    row: StudyRow
    changes: tuple[Change, ...]
    tone: Tone

    @property
    def lead(self) -> bool:
        """Whether it is about a reference that was not identified before or after: that counts in no figure."""
        return not any(s.row.identified for s in (self.step.before, self.step.after) if s is not None)


def entry(step: Step, condition: str = "") -> Entry | None:
    """The step for a reader of a condition's page (""): of all pages. None: that page shows no difference."""
    was = step.before if step.before and step.before.shown_in(condition) else None
    now = step.after if step.after and step.after.shown_in(condition) else None
    if now is None:
        return _entry(step, was.row, (Change("left"),), "gone") if was is not None else None
    if was is None:
        return _came(step, now.row)
    changes = differences(was.row, now.row)
    return _entry(step, now.row, changes, _tone(was.row.state, now.row.state, "changed")) if changes else None


def kept(step: Step) -> Entry | None:
    """The step for who keeps the study whatever becomes of it, on a shelf: what it is told of states, it is told of
    one that was excluded or waits for a curator too, and of one that went into a study in such a state.
    """
    was, now = step.before, step.after
    if was is None or (now is not None and now.inclusion == "included" != was.inclusion):
        shown = now is not None and (now.inclusion == "included" or now.row.state in ALARMS)
        return _came(step, now.row) if shown and now is not None else None
    if now is None:
        tone = _tone(was.row.state, step.state, "gone")
        row = replace(was.row, state=step.state) if tone == "alarm" else was.row
        return _entry(step, row, (Change("left"),), tone) if tone == "alarm" or was.shown_in("") else None
    changes = differences(was.row, now.row)
    if was.inclusion == now.inclusion == "included":
        return entry(step)
    changes = tuple(change for change in changes if change.what in ("state", "upstream"))
    if was.inclusion == "included":
        tone = _tone(was.row.state, now.row.state, "gone")
        return _entry(step, now.row if changes else was.row, (*changes, Change("left")), tone)
    return _entry(step, now.row, changes, _tone(was.row.state, now.row.state, "changed")) if changes else None


def _came(step: Step, row: StudyRow) -> Entry:
    known = step.before.row if step.before else None
    changes = (Change("came"), *(differences(known, row) if known else ()))
    return _entry(step, row, changes, "alarm" if row.state in ALARMS else "new")


def _tone(was: str, now: str, otherwise: Tone) -> Tone:
    """Alarm for what is graver than it was; what is less grave is good news, whatever still stands."""
    return "alarm" if now in ALARMS and graver(now, was) else otherwise


def graver(one: str, other: str) -> bool:
    """Whether a publication state says worse of a study than another one."""
    order: list[str] = list(SEVERITY)
    return order.index(one) > order.index(other)


def _entry(step: Step, row: StudyRow, changes: tuple[Change, ...], tone: Tone) -> Entry:
    """With the moments that explain it: an alarm that nobody raised in this step has the statements it rests on."""
    told = causing(step.moments, changes)
    if tone == "alarm" and not any(m.kind == SAID and giving(m) == row.state for m in told):
        told = (*step.said, *told)
    return Entry(replace(step, told=told), row, changes, tone)


def rests_on(entry: Entry) -> Moment | None:
    """The statement that an alarm rests on: the most exactly dated, of these the first. None: none is known."""
    said = entry.step.said or entry.step.moments
    found = [m for m in said if m.kind == SAID and giving(m) == entry.row.state]
    dated = {m.event: str(m.detail.get("date") or "") for m in found}
    return min(found, key=lambda m: (-len(dated[m.event]), dated[m.event], m.event), default=None)


def giving(said: Moment) -> str:
    """The publication state that a logged statement gives."""
    return STATE.get(said.detail.get("kind", ""), "none")


def differences(was: StudyRow, now: StudyRow) -> tuple[Change, ...]:
    """What differs between two rows of a study, the weightiest first."""
    found = [
        Change(name, before, after) for name in FIELDS if (before := value(was, name)) != (after := value(now, name))
    ]
    for name in TAGS:
        lost, gained = _moved(getattr(was, name), getattr(now, name))
        if lost or gained:
            found.append(Change(name, lost, gained))
    return tuple(found)


def value(row: StudyRow, name: str) -> str:
    """A field of a row as text; a size with its unit."""
    if name == "size":
        return "" if row.n is None else f"{row.n} {row.n_unit}".strip()
    if name == "registrations":
        return " ".join(row.registrations)
    held = getattr(row, name)
    return "" if held is None else str(held)


def _moved(was: tuple[Any, ...], now: tuple[Any, ...]) -> tuple[str, str]:
    before, after = ({":".join(i) if isinstance(i, tuple) else str(i) for i in items} for items in (was, now))
    return " ".join(sorted(before - after)), " ".join(sorted(after - before))

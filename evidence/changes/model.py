"""The states of a study before and after → what of it a reader must learn.

A step is one save of a study, or all of several days together: the rule is the same. What is compared is what a list
shows (views.StudyRow) and whether any list shows it; who did it and why is in the step's moments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from evidence.merging import RETRACTED_STATES
from evidence.views import StudyRow

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
class Moment:
    """An event: its number, time, kind, who, what it says of itself; `run`: the refresh run that it was part of."""

    event: int
    at: datetime
    kind: str
    actor: str
    detail: Mapping[str, Any]
    run: int | None = None


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

    `other`: the study that a merge of this step is about; `once`: it had been a study before it was none.
    """

    study: int
    moments: tuple[Moment, ...]
    before: State | None
    after: State | None
    other: StudyRow | None = None
    once: bool = False

    @property
    def event(self) -> int:
        """The number of its first event: what it is called by."""
        return self.moments[0].event

    @property
    def at(self) -> datetime:
        """When it was over."""
        return self.moments[-1].at


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed. `what`: came, left, a name of FIELDS, or one of TAGS; `was`, `now`: the values, as
    they are stored; for tags those that were lost and gained, separated by spaces.
    """

    what: str
    was: str = ""
    now: str = ""


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
        if was is None:
            return None
        return Entry(step, was.row, (Change("left"),), "gone")
    if was is None:
        known = step.before.row if step.before else None
        changes = (Change("came"), *(differences(known, now.row) if known else ()))
        alarm = now.row.state in ALARMS and (known is None or known.state != now.row.state)
        return Entry(step, now.row, changes, "alarm" if alarm else "new")
    changes = differences(was.row, now.row)
    if not changes:
        return None
    alarm = now.row.state in ALARMS and was.row.state != now.row.state
    return Entry(step, now.row, changes, "alarm" if alarm else "changed")


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

"""What changed, prepared for pages and feeds: lines by day, and the difference between two days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from itertools import groupby
from typing import Final

from flask import url_for
from markupsafe import Markup as Html

from evidence import changes
from evidence.changes import Entry, Step, Tone
from evidence.errors import UnknownParameter
from evidence.store import history as stored
from evidence.store.asof import parse_day
from evidence.text import clean
from evidence.vocabulary import Vocabulary
from web import present, wording
from web.library import library
from web.links import condition_url
from web.numbers import number

PAGE: Final = 50
"""Changes on a page of a history, and in a feed."""

MOST: Final = 500
"""Studies that each part of a difference names; the figures count all."""

PARAMETERS: Final = ("from", "to", "before")

PARTS: Final[tuple[tuple[Tone, str], ...]] = (
    ("alarm", "Retracted, withdrawn or doubted"),
    ("new", "New on the page"),
    ("gone", "No longer on the page"),
    ("changed", "Changed"),
)
"""The parts of a difference, and their headings."""

_MOST_READ: Final = 800
"""Steps that are read at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a history's address."""

    since: date | None
    until: date
    before: int


@dataclass(frozen=True, slots=True)
class Line:
    """A change of one study: what, of which study, and why. `mark`: what must stand beside the study in any case."""

    event: int
    tone: Tone
    what: str
    mark: str
    more: tuple[str, ...]
    why: str
    key: str
    who: str
    title: Html
    lang: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Day:
    """What changed on one day; the address of the page as it was when that day was over. `leads`: what changed about
    references that are not identified, which stand apart here as on the page.
    """

    date: date
    page: str
    lines: tuple[Line, ...]
    leads: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class History:
    """A page of history. `older`, `newest`: addresses, empty where there is no such page."""

    days: tuple[Day, ...]
    older: str
    newest: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a difference: all that came, or left, or changed. `count` may be more than the lines shown."""

    id: str
    heading: str
    count: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a reader who knew the page of the first day must learn. `was`, `now`: the pages of the two days."""

    since: date
    until: date
    words: str
    parts: tuple[Part, ...]
    was: str
    now: str
    first: date
    last: date


def asked(args: Mapping[str, list[str]]) -> Asked:
    """The parameters of an address: from and to (days), or before (an event's number). Raises UnknownParameter."""
    values: dict[str, str] = {}
    for name, given in args.items():
        if name not in PARAMETERS:
            raise UnknownParameter(clean(name), f"unknown; a history knows {', '.join(PARAMETERS)}")
        said = [value.strip() for value in given if value.strip()]
        if len(said) > 1:
            raise UnknownParameter(name, "given more than once")
        values[name] = said[0] if said else ""
    first, last = stored.days(library().store)
    days = {name: parse_day(values[name], name) for name in ("from", "to") if values.get(name)}
    if days and values.get("before"):
        raise UnknownParameter("before", "goes with the whole history, not with a difference")
    return Asked(
        days.get("from", first if days else None), days.get("to", last), event_number(values.get("before", ""))
    )


def event_number(text: str) -> int:
    """The number of an event as addresses give it; 0 for none. Raises UnknownParameter, naming `before`."""
    if not text:
        return 0
    if not (event := number(text)):
        raise UnknownParameter("before", f"{clean(text)[:40]!r} is not the number of a change")
    return event


def history(condition: str, before: int) -> History:
    """A page of the history of a condition."""
    store = library().store
    steps, following = stored.of_condition(store, condition, before=before, size=PAGE)
    base = url_for("pages.history", slug=condition)
    first, last = stored.days(store)
    return History(
        days=days(lines(steps, condition, library().vocabulary), condition),
        older=f"{base}?before={following}" if following else "",
        newest=base if before else "",
        first=first,
        last=last,
    )


def news(condition: str, before: int) -> tuple[list[Line], int]:
    """The changes of a page of a condition's feed, and the event before which the next one begins, 0 at the end.

    What is said of leads is no news: it is read over, so that a page is full unless it is the last one.
    """
    found: list[Line] = []
    following, size = before, PAGE
    while True:
        steps, following = stored.of_condition(library().store, condition, before=following, size=size)
        found += [line for line in lines(steps, condition, library().vocabulary) if not line.entry.lead]
        if not following or len(found) >= PAGE:
            break
        size = min(size * 4, _MOST_READ)
    more = len(found) > PAGE or following
    return found[:PAGE], found[PAGE - 1].event if more else 0


def days(found: Iterable[Line], condition: str) -> tuple[Day, ...]:
    """Lines under the day on which each happened (UTC)."""
    by_day = groupby(found, key=lambda line: line.entry.step.at.astimezone(UTC).date())
    return tuple(_day(day, f"{condition_url(condition)}?as-of={day}", tuple(group)) for day, group in by_day)


def _day(day: date, page: str, found: tuple[Line, ...]) -> Day:
    leads = tuple(line for line in found if line.entry.lead)
    return Day(day, page, tuple(line for line in found if not line.entry.lead), leads)


def lines(steps: Iterable[Step], condition: str, vocabulary: Vocabulary) -> list[Line]:
    """The steps that a reader of the condition's page ("": of any) sees, in words."""
    entries = (changes.entry(step, condition) for step in steps)
    return [line(entry, vocabulary) for entry in entries if entry is not None]


def line(entry: Entry, vocabulary: Vocabulary) -> Line:
    """An entry in words."""
    row = entry.row
    first, *more = changes.sentence(entry, vocabulary)
    return Line(
        event=entry.step.event,
        tone=entry.tone,
        what=first,
        mark=changes.mark(entry),
        more=tuple(more),
        why=changes.sentences(changes.because(entry.step, vocabulary)),
        key=row.key,
        who=changes.who(row),
        title=present.title(row.title),
        lang=wording.language(row.language),
        entry=entry,
    )


def difference(condition: str, since: date, until: date) -> Difference:
    """What changed on a condition's page between the ends of two days."""
    store, vocabulary = library().store, library().vocabulary
    steps = stored.between(store, condition, since, until)
    entries = [entry for step in steps if (entry := changes.entry(step, condition)) is not None]
    entries.sort(key=lambda e: (e.row.level or 9, -(e.row.year or 0), e.row.key))
    studies = [entry for entry in entries if not entry.lead]
    parts = [
        *(_part(name, heading, [e for e in studies if e.tone == name], vocabulary) for name, heading in PARTS),
        _part("leads", "Leads: references not yet identified", [e for e in entries if e.lead], vocabulary),
    ]
    base = condition_url(condition)
    first, last = stored.days(store)
    return Difference(
        since=since,
        until=until,
        words=changes.figures(entries, vocabulary),
        parts=tuple(part for part in parts if part.count),
        was=f"{base}?as-of={since}",
        now=base if until == last else f"{base}?as-of={until}",
        first=first,
        last=last,
    )


def _part(name: str, heading: str, entries: list[Entry], vocabulary: Vocabulary) -> Part:
    return Part(name, heading, len(entries), tuple(line(entry, vocabulary) for entry in entries[:MOST]))

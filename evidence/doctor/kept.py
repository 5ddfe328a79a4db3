"""Checks of what is never worked out anew, only named: keys, the log's order, searches and runs, shelves, lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from evidence import citekeys
from evidence.doctor.model import Examination, Finding, Kind
from evidence.lifecycle import name_of, retraction_watch
from evidence.store import inspecting, lifecycle, runs, shelves

_AHEAD: Final = timedelta(days=1)
"""A clock so far ahead was set wrongly, and is no time zone."""


def _keys(about: Examination) -> Iterator[Finding]:
    with about.store.read() as connection:
        yield from (Finding(*fault) for fault in inspecting.key_faults(connection))
        for folded, key in inspecting.all_keys(connection):
            about.looked += 1
            if citekeys.fold(key) != folded:
                yield Finding(key, f"is found by {folded!r}, which is not how it is folded")


def _log(about: Examination) -> Iterator[Finding]:
    with about.store.read() as connection:
        for event in inspecting.backwards(connection):
            yield Finding(f"event {event}", "is older than the one before it")
        last, clock = inspecting.times(connection)
    about.saw(inspecting.events(about.store))
    if last is not None and clock < last:
        yield Finding("library", f"its clock, {clock:%Y-%m-%d %H:%M}, is behind its last event")
    if clock > about.store.now() + _AHEAD:
        yield Finding("library", f"its clock is ahead: events get the time {clock:%Y-%m-%d %H:%M} until then")


def _searches(about: Examination) -> Iterator[Finding]:
    now = about.store.now()
    running = runs.is_running(about.store)
    for run in inspecting.runs(about.store):
        about.looked += 1
        if run.state == "running" and not running:
            yield Finding(f"run {run.id} of {run.search}", "was cut short; the next refresh takes it up")
        if run.started > now + _AHEAD:
            yield Finding(f"run {run.id} of {run.search}", f"began at {run.started:%Y-%m-%d %H:%M}, which is to come")
        if run.finished is not None and run.finished < run.started:
            yield Finding(f"run {run.id} of {run.search}", "ended before it began")
    for name, fault in inspecting.watermarks(about.store):
        yield Finding(f"search {name}", fault)


def _shelves(about: Examination) -> Iterator[Finding]:
    for shelf in shelves.everyones(about.store):
        about.looked += 1
        if shelf.token and shelf.visibility != "private" and shelves.by_token(about.store, shelf.token) is None:
            yield Finding(
                f"shelf {shelf.slug}", "its link does not open it; `evidence shelves share --new-link` makes another"
            )
    with about.store.read() as connection:
        for slug, count in inspecting.crowded(connection):
            yield Finding(f"shelf {slug}", f"{count} of its studies stand at one place")


def _lists(about: Examination) -> Iterator[Finding]:
    with about.store.read() as connection:
        read = lifecycle.lists(connection)
    for one in read:
        about.looked += 1
        if one.source == retraction_watch.SOURCE and "kept" not in one.counts:
            what = "an earlier version read it, and kept only what concerned studies that were here: read it again"
            yield Finding(f"list of {name_of(one.source)}", what)


KINDS: Final = (
    Kind("keys", "citation keys", _keys),
    Kind("log", "events", _log),
    Kind("searches", "runs", _searches),
    Kind("shelves", "shelves", _shelves),
    Kind("lists", "lists of retractions", _lists),
)

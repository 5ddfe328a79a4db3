"""Which saved searches are due, and when the next will be: for a refresh that cron, a timer or a loop calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from evidence.store import Store, runs
from evidence.vocabulary import Search, Vocabulary

RETRY_AFTER: Final = timedelta(hours=1)
"""After a run that failed or was interrupted: NCBI's outages are rarely over in minutes."""

SLACK: Final = timedelta(minutes=5)
"""A timer that calls every 24 hours is not always late: what is due within this time is due."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A search and the moment from which it is due. `overdue`: since more than one whole interval of its own."""

    search: str
    at: datetime
    overdue: bool


def turns(store: Store, vocabulary: Vocabulary, names: Iterable[str] = ()) -> tuple[Turn, ...]:
    """Every saved search (or those named), the longest due first.

    A search without a good run is due at once; a clock that was ahead when it ran does not put it off.
    """
    now = store.now()
    wanted = [vocabulary.searches[name] for name in dict.fromkeys(names) or vocabulary.searches]
    return tuple(sorted((_turn(store, search, now) for search in wanted), key=lambda turn: (turn.at, turn.search)))


def due(found: Iterable[Turn], now: datetime) -> list[str]:
    """The names of those that are due."""
    return [turn.search for turn in found if turn.at <= now + SLACK]


def _turn(store: Store, search: Search, now: datetime) -> Turn:
    every = timedelta(hours=search.every)
    good = runs.last_ok_start(store, search.name, search.query)
    tried = runs.last_start(store, search.name)
    if good is None or good > now:
        at, overdue = now, good is None and tried is not None
    else:
        at, overdue = good + every, now > good + 2 * every
    if tried is not None and (good is None or tried > good) and tried <= now:
        at = max(at, tried + min(RETRY_AFTER, every))
    return Turn(search.name, at, overdue)

"""Is everything that is derived what follows from what is kept? Looks, and on request puts right what can be.

Source records, curators' words, keys, shelves and the log are never changed: what is wrong with them is named. What
follows from them (shown fields, states, counts, the search and matching indexes, which page has shown which event) can
be worked out anew. After papis' `doctor` (https://papis.readthedocs.io): named checks, each with a message and perhaps
a repair.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice

from evidence.doctor import kept, sampled, wholes
from evidence.doctor.model import EXAMPLES, SAMPLE, Check, Examination, Finding, Kind
from evidence.errors import StoreProblem
from evidence.store import inspecting
from evidence.store.engine import Store
from evidence.vocabulary import Vocabulary

__all__ = ["EXAMPLES", "KINDS", "SAMPLE", "Check", "Finding", "examine"]

KINDS: tuple[Kind, ...] = (*wholes.KINDS, *kept.KINDS, *sampled.KINDS)
"""Every check, in the order in which they are made."""

_UNREADABLE = (StoreProblem, ValueError, KeyError, TypeError, EOFError, zlib.error)
"""How bytes that a disk has changed show themselves."""


def examine(
    store: Store,
    vocabulary: Vocabulary,
    *,
    every: bool = False,
    fix: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Iterator[Check]:
    """Each check when it has been made. `every`: all studies are worked out anew, not a sample of SAMPLE, evenly
    spread. `fix`: what is derived is put right, in transactions of some hundred studies, and looked at again.

    Memory is bounded by a batch of studies and a few numbers for each study of the library.
    """
    alive: list[int] = []
    unread = None
    try:
        with store.read() as connection:
            alive = inspecting.live(connection)
    except _UNREADABLE as exc:
        unread = Finding("studies", f"cannot be listed: {exc}")
    chosen = alive if every else _spread(alive, SAMPLE)
    about = Examination(store, vocabulary, len(alive), chosen, on_progress)
    for kind in KINDS:
        found = _made(kind, about)
        if fix and found.found and kind.repair is not None:
            with suppress(*_UNREADABLE):  # the look that follows says what is still wrong
                kind.repair(about, found.targets)
            again = _made(kind, about)
            found.fixed, found.left = found.found - again.found, again.found
        else:
            found.left = found.found
        if unread is not None:  # then no check has looked at what it should
            found.add(unread)
            found.left += 1
        yield found


def _made(kind: Kind, about: Examination) -> Check:
    """One check, made to its end or to the first thing that cannot be read."""
    check = Check(kind.name, kind.unit, repairable=kind.repair is not None)
    about.looked, about.note = 0, ""
    started = time.monotonic()
    try:
        for finding in kind.look(about):
            check.add(finding)
    except _UNREADABLE as exc:
        check.add(Finding(kind.name, f"cannot be looked at to the end: {exc}"))
    check.seconds, check.looked_at, check.note = time.monotonic() - started, about.looked, about.note
    return check


def _spread(numbers: list[int], most: int) -> list[int]:
    """At most so many of the numbers, evenly spread, the first and the last among them: the same ones every time."""
    if len(numbers) <= most:
        return numbers
    step = (len(numbers) - 1) / (most - 1)
    return list(islice((numbers[round(at * step)] for at in range(most)), most))

"""What was just done, as the page after a decision says it: built from the store, by the numbers in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup as Html

from evidence.store import review
from evidence.store.reads import MACHINE
from web import present
from web.library import library
from web.numbers import number, pair_numbers


@dataclass(frozen=True, slots=True)
class Done:
    """A decision. `kind`: merged, different, back (the pair waits again), undone; `titles` of the two, or of one.

    `event` is the merge, `pair` the pair ("3-9") that an undo gives back to the queue; `undoable` says that it still
    can be undone.
    """

    kind: str
    titles: tuple[Html, ...] = ()
    event: int = 0
    pair: str = ""
    undoable: bool = False


def done(args: Mapping[str, str]) -> Done | None:
    """What the address says was done, if the store says so too."""
    numbers = pair_numbers(args.get("pair", ""))
    if event := number(args.get("merged", "")):
        return _merged(event, args.get("pair", "") if numbers else "")
    if event := number(args.get("undone", "")):
        item = _merge(event)
        return Done("undone", (present.title(item.title),), event) if item and item.undone_at else None
    if numbers and args.get("different"):
        return _different(*numbers)
    return Done("back") if args.get("back") else None


def _merged(event: int, pair: str) -> Done | None:
    item = _merge(event)
    return Done("merged", (present.title(item.title),), event, pair, item.can_undo) if item else None


def _different(a: int, b: int) -> Done | None:
    pair = review.pair(library().store, library().vocabulary, a, b)
    if pair is None or pair.verdict != "different" or pair.same_study:
        return None
    titles = (present.title(pair.left.row.title), present.title(pair.right.row.title))
    return Done("different", titles, 0, f"{a}-{b}", pair.actor != MACHINE)


def _merge(event: int) -> review.MergeItem | None:
    items = review.merges(library().store, limit=1, before=event + 1).items
    return items[0] if items and items[0].event == event else None

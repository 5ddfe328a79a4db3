"""What changed about the studies of a condition, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli.opening import Library, opened
from evidence.cli.output import COUNT, as_json, emit_json, note, table
from evidence.errors import NotFound, UsageProblem

if TYPE_CHECKING:
    from evidence.changes import Entry
    from evidence.store.shelf_history import Placed

_MOST: Final = 50
"""Changes shown where no number is asked for: a page's."""


@click.command()
@click.argument("condition", required=False, default="")
@click.option("--shelf", metavar="SHELF", default="", help="Of the studies of this shelf, since each was put there.")
@click.option("--since", metavar="DAY", help="What became of each study since the end of that day (2026-05-31, UTC).")
@click.option("--until", metavar="DAY", help="With --since: to the end of that day; today without it.")
@click.option("--limit", type=COUNT, help=f"At most so many; without --since, {_MOST}.")
@as_json
def history(condition: str, shelf: str, since: str | None, until: str | None, limit: int | None, as_json: bool) -> None:
    """What changed on the page of a CONDITION (its slug), the newest first, and why.

    With --since, the difference between two days: one line for each study that is new, gone or not as it was. With
    --shelf, what became of the studies that you put on a shelf, or exported with `evidence export --remember`.
    """
    if bool(condition) == bool(shelf):
        raise UsageProblem("CONDITION", "name a condition, or a shelf with --shelf")
    if shelf and since:
        raise UsageProblem("--since", "goes with a condition")
    if until and not since:
        raise UsageProblem("--until", "goes with --since")
    with opened() as library:
        if shelf:
            _report_shelf(library, _of_shelf(library, shelf, limit or _MOST), as_json=as_json)
            return
        if condition not in library.vocabulary.conditions:
            raise NotFound(f"condition {condition!r}", "there is none of that name; `evidence conditions` lists them")
        found = _between(library, condition, since, until) if since else _latest(library, condition, limit or _MOST)
        _report(library, found[:limit] if limit else found, since=bool(since), as_json=as_json)


def _latest(library: Library, condition: str, limit: int) -> list[Entry]:
    from evidence.changes import entry
    from evidence.store import history as stored

    found: list[Entry] = []
    before = 0
    while len(found) < limit:
        steps, before = stored.of_condition(library.store, condition, before=before, size=limit)
        found += [made for step in steps if (made := entry(step, condition)) is not None]
        if not before:
            break
    return found[:limit]


def _between(library: Library, condition: str, since: str, until: str | None) -> list[Entry]:
    from evidence.changes import entry
    from evidence.store import history as stored
    from evidence.store.asof import last_event, parse_day

    first, last = parse_day(since, "--since"), parse_day(until, "--until") if until else stored.days(library.store)[1]
    with library.store.read() as connection:  # so that what is said names the options
        last_event(library.store, connection, first, "--since")
        last_event(library.store, connection, last, "--until")
    if first > last:
        raise UsageProblem("--since", f"{first} is after {last}; the earlier day comes first")
    steps = stored.between(library.store, condition, first, last)
    found = [made for step in steps if (made := entry(step, condition)) is not None]
    return sorted(found, key=lambda e: (-e.step.at.timestamp(), e.row.key))


def _of_shelf(library: Library, name: str, limit: int) -> list[tuple[Entry, Placed]]:
    from evidence import shelving
    from evidence.store import shelf_history

    number = shelving.known(library.store, name).id
    found: list[tuple[Entry, Placed]] = []
    before = 0
    while len(found) < limit:
        some, before = shelf_history.of_shelf(library.store, number, before=before, size=limit)
        found += some
        if not before:
            break
    return found[:limit]


def _report_shelf(library: Library, found: list[tuple[Entry, Placed]], *, as_json: bool) -> None:
    if as_json:
        emit_json([{**_simple(entry, library), "since": since} for entry, since in found])
        return
    table(
        ("Day", "Key", "Since", "What changed"),
        [(*_cells(entry, library)[:2], _since(entry, since), _cells(entry, library)[2]) for entry, since in found],
    )
    if not found:
        note("Nothing changed.")


def _since(entry: Entry, placed: Placed) -> str:
    """Since when the study is there, as its feed says it."""
    exports = placed.exports_before(entry.step.at)
    if not exports:
        return f"put there {_day(placed.at)}"
    return " and ".join(dict.fromkeys(f"exported {_day(at)}" for at in exports))


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def _cells(entry: Entry, library: Library) -> tuple[str, str, str]:
    from evidence import changes

    words = library.vocabulary
    said = changes.sentences([*changes.sentence(entry, words), *changes.because(entry.step, words)])
    return _day(entry.step.at), entry.row.key, said


def _report(library: Library, found: Iterable[Entry], *, since: bool, as_json: bool) -> None:
    from evidence import changes

    entries, words = list(found), library.vocabulary
    if as_json:
        emit_json([_simple(entry, library) for entry in entries])
        return
    table(("Day", "Key", "What changed"), [_cells(entry, library) for entry in entries])
    if since or not entries:
        note(changes.figures(entries, words) or "Nothing changed.")


def _simple(entry: Entry, library: Library) -> dict[str, Any]:
    """An entry for programs: `kind` is alarm, new, gone or changed; `event` names it for ever;
    `lead`: it is about a reference that is not identified.
    """
    from evidence import changes

    words = library.vocabulary
    return {
        "event": entry.step.event,
        "at": entry.step.at,
        "key": entry.row.key,
        "kind": entry.tone,
        "lead": entry.lead,
        "what": changes.sentence(entry, words),
        "why": changes.because(entry.step, words),
        "changes": [{"what": c.what, "was": c.was, "now": c.now} for c in entry.changes],
    }


COMMANDS: Final = (history,)

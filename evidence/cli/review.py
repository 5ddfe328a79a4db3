"""Duplicates that a person has to look at, and every merge that was made."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli import sidebyside
from evidence.cli.opening import ACTOR, Library, key_of, opened
from evidence.cli.output import COUNT, as_json, emit_json, note, plain, printable, table
from evidence.cli.reviewing import Session, as_choice
from evidence.errors import Conflict, NotFound, UsageProblem

if TYPE_CHECKING:
    from evidence.store.review import DecidedPage, MergeItem, QueuePage, ReviewPair

_LISTED: Final = 50
_RECORD: Final = re.compile(r"(record:)?(\d{1,10})", re.ASCII)


@click.command()
@click.argument("names", metavar="[A B]", nargs=-1)
@click.option("--same", "verdict", flag_value="same", help="A and B are one study: merge them.")
@click.option("--different", "verdict", flag_value="different", help="A and B are two studies, for ever.")
@click.option("--again", "verdict", flag_value="again", help="Take a --different back; the pair may wait again.")
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="NAME=SIDE",
    help="With --same: show left (A's), right (B's), both, or text:WORDS for this field, such as title=left; repeat.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the decision.")
@click.option("--list", "listed", is_flag=True, help="List what waits; in a pipe this is the default.")
@click.option("--decided", is_flag=True, help="List the pairs that a person said are different.")
@click.option("--limit", type=COUNT, help=f"At most this many pairs (a list: {_LISTED}).")
@as_json
def review(names: tuple[str, ...], verdict: str | None, as_json: bool, **options: Any) -> None:
    """Decide which studies are the same, pair by pair: those on which the machine is unsure, the surest first.

    On a terminal each pair is shown side by side, with what differs underlined and why the machine is unsure, and a
    key decides: s same, d different, k skip, f choose fields, u undo the last step, q quit. Each decision is saved at
    once. In a pipe, or with --list or --json, the queue is printed. Fields are marked = alike, ≠ contradicting,
    ~ said by one side only or only printed differently.

    For scripts, A and B name two studies by citation key, PMID, PMCID or DOI, or a pair by its source record numbers
    as the list has them (record:12 when 12 could be a PMID). Without --same, --different or --again they are shown.
    """
    if len(names) not in (0, 2):
        raise UsageProblem("A B", "name two studies, or none to go through the queue")
    if not names and (verdict or options["fields"] or options["reason"]):
        raise UsageProblem("A B", "a decision needs the two studies that it is about")
    if options["fields"] and verdict != "same":
        raise UsageProblem("--field", "goes with --same")
    if names and (options["listed"] or options["decided"] or options["limit"]):
        raise UsageProblem("A B", "--list, --decided and --limit are about the whole queue")
    with opened() as library:
        if names:
            _pair(library, (names[0], names[1]), verdict, options["fields"], options["reason"], as_json=as_json)
        elif options["decided"]:
            _decided(library, options["limit"] or _LISTED, as_json=as_json)
        elif as_json or options["listed"] or not (sys.stdin.isatty() and sys.stdout.isatty()):
            _queue(library, options["limit"] or _LISTED, as_json=as_json)
        else:
            _sit(library, options["limit"])


@click.command()
@click.option("--limit", type=COUNT, default=50, show_default=True, help="At most this many merges.")
@click.option("--before", type=COUNT, metavar="EVENT", help="Only merges older than this one.")
@as_json
def merges(limit: int, before: int | None, as_json: bool) -> None:
    """List every merge, the newest first: what came to which study, who or which rule did it, and why.

    `evidence unmerge EVENT` undoes one, as if it had never happened; what was undone stays listed.
    """
    from evidence.store import review as reviews

    with opened() as library:
        page = reviews.merges(library.store, limit=limit, before=before)
    if as_json:
        emit_json({"merges": page.items, "next": page.next})
        return
    if sys.stdout.isatty():
        for item in page.items:
            _tell_merge(item)
    else:
        headings = ("Event", "At", "By", "Rule", "Key", "From", "Joined", "Stayed", "Undone", "Why")
        table(headings, [_merge_cells(item) for item in page.items])
    if page.next is not None:
        note(f"--before {page.next} lists the older ones")
    if not page.items:
        note("no merges" + (f" before {before}" if before else ""))


COMMANDS: Final = (review, merges)


def _sit(library: Library, limit: int | None) -> None:
    """The sitting at the terminal."""
    from rich.console import Console

    from evidence.store import review as reviews

    session = Session(library, Console(highlight=False, emoji=False, markup=False), _pressed)
    if not reviews.queue(library.store, limit=0).total:
        note("nothing to review")
        return
    counts = session.run(limit)
    left = reviews.queue(library.store, limit=0).total
    told = [f"{counts[what]} {what}" for what in ("same", "different", "skip") if counts[what]]
    note(", ".join([*told, sidebyside.left_over(left)]))


def _pressed() -> str:
    try:
        return click.getchar()
    except EOFError:
        return ""


def _queue(library: Library, limit: int, *, as_json: bool) -> None:
    from evidence.store import review as reviews

    page = reviews.queue(library.store, limit=limit)
    if as_json:
        emit_json({"total": page.total, "pairs": page.items})
        return
    if sys.stdout.isatty():
        _tell_queue(page)
    else:
        headings = ("A", "B", "Key A", "Key B", "Points", "Rule", "Why", "Title A", "Title B")
        rows = (
            (i.a, i.b, i.key_a, i.key_b, f"{i.strength:.1f}", i.rule, "; ".join(i.reasons))
            + (plain(i.title_a), plain(i.title_b))
            for i in page.items
        )
        table(headings, rows)
    if len(page.items) < page.total:
        note(f"{len(page.items)} of {page.total} pairs; --limit {page.total} lists all")
    if not page.total:
        note("nothing to review")


def _tell_queue(page: QueuePage) -> None:
    for item in page.items:
        points = sidebyside.counted_points(item.strength)
        _block(
            f"{item.a} {item.b}",
            f"{item.key_a} or {item.key_b}? {points}, {item.rule}",
            f"A: {plain(item.title_a)}",
            f"B: {plain(item.title_b)}",
            f"why: {'; '.join(item.reasons)}",
        )


def _decided(library: Library, limit: int, *, as_json: bool) -> None:
    from evidence.store import review as reviews

    page = reviews.decided(library.store, limit=limit)
    if as_json:
        emit_json({"total": page.total, "pairs": page.items})
        return
    if sys.stdout.isatty():
        _tell_decided(page)
    else:
        headings = ("A", "B", "Key A", "Key B", "At", "By", "Why", "Title A", "Title B")
        rows = (
            (i.a, i.b, i.key_a, i.key_b, _moment(i.at), i.actor, "; ".join(i.reasons))
            + (plain(i.title_a), plain(i.title_b))
            for i in page.items
        )
        table(headings, rows)
    if len(page.items) < page.total:
        note(f"{len(page.items)} of {page.total} pairs; --limit {page.total} lists all")
    if not page.total:
        note("nobody has said of any two studies that they are different")


def _tell_decided(page: DecidedPage) -> None:
    for item in page.items:
        _block(
            f"{item.a} {item.b}",
            f"{item.key_a} is not {item.key_b}, says {item.actor}, {_moment(item.at)} UTC",
            f"A: {plain(item.title_a)}",
            f"B: {plain(item.title_b)}",
            f"why: {'; '.join(item.reasons)}",
            f"take it back: evidence review record:{item.a} record:{item.b} --again",
        )


def _block(head: str, *lines: str) -> None:
    """A heading in the margin, lines beside it, folded at the width of the terminal."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False, emoji=False, markup=False)
    console.print(Text(printable(head), style="bold"))
    for line in lines:
        console.print(Padding(Text(printable(line)), (0, 0, 0, 4)))


def _merge_cells(item: MergeItem) -> tuple[object, ...]:
    undone = f"{_moment(item.undone_at)} {item.undone_by}" if item.undone_at else ""
    sides = [", ".join(f"{source} {name}" for source, name in side) for side in (item.moved, item.stayed)]
    return item.event, _moment(item.at), item.actor, item.rule, item.key, item.from_key, *sides, undone, _why(item)


def _tell_merge(item: MergeItem) -> None:
    sides = [", ".join(f"{source} {name}" for source, name in side) for side in (item.moved, item.stayed)]
    former = f" (was {item.from_key})" if item.from_key else ""
    if item.undone_at:
        end = f"undone {_moment(item.undone_at)} UTC by {item.undone_by}"
    elif item.can_undo:
        end = f"undo it: evidence unmerge {item.event}"
    else:
        end = "nothing of it is left to undo"
    _block(
        f"{item.event}  {_moment(item.at)} UTC, {item.actor}, rule {item.rule}",
        f"{item.key}: {plain(item.title)}",
        f"{sides[0]}{former} joined {sides[1]}",
        f"why: {_why(item)}",
        end,
    )


def _why(item: MergeItem) -> str:
    return "; ".join(item.reasons)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _pair(
    library: Library,
    names: tuple[str, str],
    verdict: str | None,
    fields: tuple[str, ...],
    reason: str,
    *,
    as_json: bool,
) -> None:
    """Show or settle the pair that A and B name."""
    from evidence import curation

    left, right = _records(library, names)
    choices = _choices(fields, left, right)
    store, vocabulary = library.store, library.vocabulary
    if verdict is None:
        _show(library, left, right, as_json=as_json)
        return
    if verdict == "again":
        curation.reconsider(store, vocabulary, left, right, actor=ACTOR)
        told = "the machine's word counts again"
        event = None
    elif verdict == "same":
        event = curation.decide(store, vocabulary, left, right, "same", actor=ACTOR, reason=reason, choices=choices)
        told = f"one study now; `evidence unmerge {event}` undoes it"
    else:
        event = curation.decide(store, vocabulary, left, right, "different", actor=ACTOR, reason=reason)
        told = f"different, for ever; `evidence review record:{left} record:{right} --again` takes it back"
    keys = _keys(library, left, right)
    if as_json:
        emit_json({"verdict": verdict, "a": left, "b": right, "keys": keys, "event": event})
    else:
        click.echo(printable(f"{', '.join(keys)}: {told}"))


def _keys(library: Library, left: int, right: int) -> list[str]:
    """The keys of the studies that the two records belong to now."""
    pair = _found(library, left, right)
    keys = (pair.left.row.key, pair.right.row.key) if left == pair.a else (pair.right.row.key, pair.left.row.key)
    return list(dict.fromkeys(keys))


def _show(library: Library, left: int, right: int, *, as_json: bool) -> None:
    from rich.console import Console

    from evidence.comparing import compare_records

    pair = _found(library, left, right)
    if as_json:
        rows = compare_records(pair.left_record, pair.right_record)
        emit_json({"pair": pair, "fields": rows})
        return
    console = Console(highlight=False, emoji=False, markup=False)
    sidebyside.show(console, pair, left, f"{' or '.join(_keys(library, left, right))}?")


def _found(library: Library, left: int, right: int) -> ReviewPair:
    from evidence.store import review as reviews

    pair = reviews.pair(library.store, library.vocabulary, left, right)
    if pair is None:
        raise NotFound(f"record:{left}, record:{right}", "there are no such two source records")
    return pair


def _records(library: Library, names: tuple[str, str]) -> tuple[int, int]:
    """The source records that A and B stand for, A's first. Raises NotFound, UsageProblem, Conflict."""
    from evidence.store import review as reviews

    numbers = [_RECORD.fullmatch(name) for name in names]
    if all(numbers):
        left, right = (int(found[2]) for found in numbers if found)
        explicit = any(found[1] for found in numbers if found)
        if explicit or _listed_pair(library, names, left, right):
            _found(library, left, right)
            return left, right
    elif any(found and found[1] for found in numbers):
        raise UsageProblem(", ".join(names), "name both by source record, or both by key, PMID, PMCID or DOI")
    keys = [key_of(library, name) for name in names]
    pair = reviews.pair_of(library.store, *keys)
    if pair is None:
        raise Conflict(", ".join(names), f"are one study already, {keys[0]}")
    return pair


def _listed_pair(library: Library, names: tuple[str, str], left: int, right: int) -> bool:
    """Whether two plain numbers are a judged pair of source records. Raises UsageProblem when they could be PMIDs."""
    from evidence.store import review as reviews

    pair = reviews.pair(library.store, library.vocabulary, left, right)
    if pair is None or not pair.verdict:
        return False
    try:
        keys = {key_of(library, name) for name in names}
    except NotFound:
        return True
    if keys != {pair.left.row.key, pair.right.row.key}:
        raise UsageProblem(
            ", ".join(names), f"are PMIDs and source records: write record:{left} record:{right}, or citation keys"
        )
    return True


def _choices(fields: tuple[str, ...], left: int, right: int) -> dict[str, str]:
    """`--field title=left` as curation takes it. Raises UsageProblem."""
    from evidence.merging import CHOOSABLE

    found = {}
    for given in fields:
        name, _, side = given.partition("=")
        if name not in CHOOSABLE:
            raise UsageProblem("--field", f"{name!r} is no field to choose; known: {', '.join(CHOOSABLE)}")
        if side.startswith("text:"):
            found[name] = side
        elif side in ("left", "right", "both"):
            found[name] = as_choice(side, left, right)
        else:
            raise UsageProblem("--field", f"{given!r}: say {name}=left, {name}=right, {name}=both or {name}=text:WORDS")
    return found

"""Who belongs here: studies and PMIDs that a person excludes or includes, and the candidates that wait for that."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli.opening import ACTOR, Library, key_of, opened
from evidence.cli.output import COUNT, as_json, emit_json, note, plain, printable, table
from evidence.errors import NotFound, UsageProblem

if TYPE_CHECKING:
    from evidence.curation_inclusion import Decided, Verdict

_reason = click.option("--reason", default="", metavar="TEXT", help="Why; kept with the decision and shown.")
_actor = click.option("--as", "actor", default=ACTOR, metavar="NAME", help=f"Who decides; {ACTOR} if not given.")
_LONGEST_NAME: Final = 80
_undo = click.option("--undo", type=COUNT, metavar="EVENT", help="Undo the decision with this event number instead.")


@click.command()
@click.argument("names", metavar="[ID]...", nargs=-1)
@_reason
@_actor
@_undo
@as_json
def exclude(names: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Say that studies do not belong here: ID is a citation key, PMID, DOI or PMCID, of a candidate too.

    They leave every list, feed and export, and no refresh, import or merge with another record brings them back. A
    PMID that is not here may be excluded as well: then no search brings it in. `evidence excluded` lists them.
    """
    _command(names, "excluded", options, as_json=as_json)


@click.command()
@click.argument("names", metavar="[ID]...", nargs=-1)
@_reason
@_actor
@_undo
@as_json
def include(names: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Say that studies belong here: candidates that wait, or what was excluded before.

    A PMID that was excluded and is not here may come in again. `evidence candidates` lists what waits.
    """
    _command(names, "included", options, as_json=as_json)


@click.command()
@click.option("--limit", type=COUNT, default=50, show_default=True, help="At most this many.")
@click.option("--before", type=COUNT, metavar="EVENT", help="Only what an earlier event excluded.")
@as_json
def excluded(limit: int, before: int | None, as_json: bool) -> None:
    """List the studies and PMIDs that persons excluded, the latest first, with who, when and why."""
    from evidence.store import candidates as lists

    with opened() as library:
        page = lists.excluded(library.store, limit=limit, before=before)
    if as_json:
        emit_json(page)
        return
    rows = (
        (i.word.event, i.key or "(not here)", i.pmid, _moment(i.word.at), i.word.actor, i.word.reason)
        + (plain(i.title) if i.key else "",)
        for i in page.items
    )
    table(("Event", "Key", "PMID", "At", "By", "Why", "Title"), rows)
    if page.next is not None:
        note(f"{len(page.items)} of {page.total}; --before {page.next} lists the earlier ones")
    if not page.total:
        note("nothing is excluded")


@click.command()
@click.option("--limit", type=COUNT, default=50, show_default=True, help="At most this many.")
@as_json
def candidates(limit: int, as_json: bool) -> None:
    """List the studies that wait for a person, the latest first, and why they are here.

    `evidence include ID…` takes them into the lists, `evidence exclude ID…` keeps them out for ever.
    """
    from evidence.store import candidates as lists

    with opened() as library:
        page = lists.candidates(library.store, limit=limit)
    if as_json:
        items = [{"study": i.row, "proposed": i.proposed, "search": i.search, "why": i.reasons} for i in page.items]
        emit_json({"total": page.total, "candidates": items})
        return
    short = sys.stdout.isatty()
    rows = (
        (i.row.key, i.row.pmid, i.row.year, "; ".join(i.reasons), _title(plain(i.row.title), short)) for i in page.items
    )
    table(("Key", "PMID", "Year", "Why", "Title"), rows)
    if len(page.items) < page.total:
        note(f"{len(page.items)} of {page.total} candidates; --limit {page.total} lists all")
    if not page.total:
        note("no candidate waits")


COMMANDS: Final = (exclude, include, excluded, candidates)


def _command(names: tuple[str, ...], verdict: Verdict, options: dict[str, Any], *, as_json: bool) -> None:
    if bool(names) == (options["undo"] is not None):
        raise UsageProblem("ID", "name the studies, or an event with --undo")
    from evidence.text import clean

    actor = clean(options["actor"])[:_LONGEST_NAME]
    if not actor:
        raise UsageProblem("--as", "needs a name")
    with opened() as library:
        if names:
            _decide(library, names, verdict, actor, options["reason"], as_json=as_json)
        else:
            _take_back(library, options["undo"], actor, as_json=as_json)


def _decide(
    library: Library, names: tuple[str, ...], verdict: Verdict, actor: str, reason: str, *, as_json: bool
) -> None:
    from evidence import curation_inclusion

    named = [_key(library, name) for name in names]
    done = curation_inclusion.decide(library.store, library.vocabulary, named, verdict, actor=actor, reason=reason)
    if as_json:
        emit_json(done)
        return
    for decided in done:
        click.echo(printable(_told(decided)))


def _key(library: Library, name: str) -> str:
    """The key of the study here that a person means, else what was given."""
    try:
        return key_of(library, name)
    except NotFound:
        return name


def _told(decided: Decided) -> str:
    if not decided.event:
        return f"{decided.key or f'PMID {decided.pmid}'}: {decided.verdict} already"
    back = f"`evidence {'exclude' if decided.verdict == 'excluded' else 'include'} --undo {decided.event}` undoes it"
    if decided.key:
        return f"{decided.key}: {decided.verdict}; {back}"
    what = "no search brings it in" if decided.verdict == "excluded" else "a search may bring it in again"
    return f"PMID {decided.pmid}: {what}; {back}"


def _take_back(library: Library, event: int, actor: str, *, as_json: bool) -> None:
    from evidence import curation_inclusion

    undone = curation_inclusion.undo(library.store, library.vocabulary, event, actor=actor)
    if as_json:
        emit_json(undone)
    else:
        click.echo(printable(f"{undone.key or f'PMID {undone.pmid}'}: is as it was before decision {event}"))


def _title(title: str, short: bool) -> str:
    return f"{title[:60]}…" if short and len(title) > 61 else title


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"

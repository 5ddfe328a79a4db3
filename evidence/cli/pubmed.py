"""PubMed into the store: the saved searches, and single studies."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli import retractions
from evidence.cli.account import account, complaints, counts, sentence
from evidence.cli.opening import ACTOR, Library, opened
from evidence.cli.output import as_json, emit_json, note, progress, table
from evidence.cli.program import FAILED, complain, leave
from evidence.cli.selection import unknown_condition
from evidence.errors import (
    BadIdentifier,
    EvidenceError,
    NotFound,
    SchemaMismatch,
    StoreBusy,
    StoreProblem,
    UsageProblem,
)

if TYPE_CHECKING:
    from evidence.identifiers import Identifier
    from evidence.store import Store
    from evidence.views import RunView, SearchView


_SHORTEST_PAUSE: Final = 60.0
_LONGEST_PAUSE: Final = 3600.0
"""Seconds between two looks of --loop at what is due: it is never busy, and misses no new search or clock for long."""
_LOOK: Final = 60.0
"""Seconds between two looks at whether somebody asks for a refresh in the pages: one small query."""
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@click.command()
@click.argument("searches", metavar="[SEARCH]...", nargs=-1)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Only what PubMed got from this day on."
)
@click.option("--full", is_flag=True, help="All that the searches find, not only what is new or was changed.")
@click.option("--due", is_flag=True, help="Only searches whose time has come (`searches add --every`, else a day).")
@click.option("--loop", is_flag=True, help="Stay, and run what is due when it is due.")
@as_json
def refresh(searches: tuple[str, ...], as_json: bool, **how: Any) -> None:
    """Run saved searches against PubMed, all of them or those named; what is unchanged writes nothing.

    The first run of a search fetches all it finds, later ones what is new or was changed. When no search is named, a
    thirtieth of all records is asked for anew as well, those first that were not for longest (30 days or more), so that
    a retraction or a correction that no search brings is seen; PubMed is asked about studies that have a DOI and no
    PMID; and Crossref, by DOI, about what became of the works here (EVIDENCE_CROSSREF_URL=off: it is not). A run that
    was cut short takes up where it stopped. Exit code 1 when one failed. NCBI asks for your address: set NCBI_EMAIL.
    The list of retractions that EVIDENCE_RETRACTION_WATCH names is read when it has changed.
    """
    if how["since"] and (how["full"] or how["due"] or how["loop"]):
        raise UsageProblem("--since", "goes with none of --full, --due and --loop")
    while how["loop"]:
        try:
            with opened(make=True) as library:
                retractions.watch(library)
                runs, pause = _refreshed(library, searches, how)
                _report(runs, as_json=as_json)
                _sleep(library, pause)
        except SchemaMismatch:
            raise
        except StoreProblem as exc:  # locked, full, out of reach: that passes, and the loop is there to stay
            complain(str(exc))
            time.sleep(_LOOK)
    with opened(make=True) as library:
        listed = retractions.watch(library)
        runs, _ = _refreshed(library, searches, how)
    _report(runs, as_json=as_json)
    if not listed or any(run.state != "ok" for run in runs):
        leave(FAILED)


def _refreshed(library: Library, searches: tuple[str, ...], how: dict[str, Any]) -> tuple[tuple[RunView, ...], float]:
    """Run what was asked for, or what of it is due; the seconds until something is due again."""
    from evidence import due
    from evidence import refresh as refreshing
    from evidence.store import requests

    names, store = list(searches), library.store
    asked: tuple[int, ...] = ()
    if how["due"] or how["loop"]:
        refreshing.chosen(library.vocabulary, names)  # names a search that is not there
        names = due.due(due.turns(store, library.vocabulary, searches), store.now())
        asked = () if searches else requests.waiting(store)
    runs: tuple[RunView, ...] = ()
    if names or asked or not (how["due"] or how["loop"]):
        with progress("PubMed") as tick, _answering(store, asked) as answer:
            runs = refreshing.run(
                store, library.vocabulary, library.settings, () if asked else names,
                since=how["since"], full=how["full"], recheck=not searches and not how["since"], on_progress=tick,
            )  # fmt: skip
            answer += runs
    following = due.turns(store, library.vocabulary, searches)
    pause = (following[0].at - store.now()).total_seconds() if following else _LONGEST_PAUSE
    return runs, min(max(pause, _SHORTEST_PAUSE), _LONGEST_PAUSE)


@contextmanager
def _answering(store: Store, asked: tuple[int, ...]) -> Iterator[list[RunView]]:
    """A refresh that people asked for; its runs are put into what is given, so that the request says which failed.

    One that could not begin leaves their requests as they were.
    """
    from evidence.store import requests

    runs: list[RunView] = []
    requests.take(store, asked)
    try:
        yield runs
    except StoreBusy:  # another process is at it: the next one takes them up
        raise
    except EvidenceError as exc:
        requests.finish(store, asked, str(exc))
        raise
    failed = [run.search for run in runs if run.state != "ok"]
    requests.finish(store, asked, f"{len(failed)} of {len(runs)} failed: {', '.join(failed)}" if failed else "")


def _sleep(library: Library, pause: float) -> None:
    """Until something is due, or somebody asks for a refresh in the pages."""
    from evidence.store import requests

    while pause > 0 and not requests.waiting(library.store):
        time.sleep(min(pause, _LOOK))
        pause -= _LOOK


def _report(runs: tuple[RunView, ...], *, as_json: bool) -> None:
    if as_json:
        emit_json(runs)
    else:
        for run in runs:
            click.echo(_told(run))
    for run in runs:
        if run.state != "ok":
            complain(f"{run.search}: {run.error or run.state}")


@click.command()
@click.argument("identifiers", metavar="PMID|DOI...", nargs=-1, required=True)
@as_json
def add(identifiers: tuple[str, ...], as_json: bool) -> None:
    """Fetch single studies from PubMed now, by PMID, DOI or PMCID; a DOI that PubMed does not have, from Crossref."""
    from evidence import refresh as refreshing

    wanted = [_identifier(given) for given in identifiers]
    with opened(make=True) as library:
        report = refreshing.add(library.store, library.vocabulary, library.settings, wanted)
    if as_json:
        emit_json(account(report))
    else:
        click.echo(sentence(counts(report)))
    for line in complaints(report):
        complain(line)
    if report.rejected:
        leave(FAILED)


@click.group()
def searches() -> None:
    """The saved searches."""


@searches.command("list")
@as_json
def list_searches(as_json: bool) -> None:
    """List the saved searches and how they last went."""
    found = _searches()
    if as_json:
        emit_json(found)
        return
    headings = ("Search", "Conditions", "Finds", "Last run", "Outcome", "Query")
    rows = [(s.name, " ".join(s.conditions), "include" if s.include else "queue", *_last(s), s.query) for s in found]
    table(headings, rows)


@searches.command("add")
@click.argument("name")
@click.argument("query")
@click.option("--label", default="", metavar="TEXT", help="What the search is called on the pages; NAME if not given.")
@click.option("--condition", "conditions", multiple=True, metavar="SLUG", help="It fills this condition; repeat it.")
@click.option("--queue", is_flag=True, help="Its finds wait for a curator instead of being included.")
@click.option("--every", type=click.IntRange(1, 8760), default=24, metavar="HOURS", help="When it is due again; 24.")
@as_json
def add_search(
    name: str, query: str, label: str, conditions: tuple[str, ...], queue: bool, every: int, as_json: bool
) -> None:
    """Save a PubMed search, or replace the one of that NAME; the next `evidence refresh` runs it.

    QUERY is written as in PubMed's own search box.
    """
    from evidence.refresh import RESERVED
    from evidence.store import overlay
    from evidence.vocabulary import Search

    if not _NAME.fullmatch(name):
        raise UsageProblem(name, "a search's name is of small letters, digits and hyphens")
    if name in RESERVED:
        raise UsageProblem(name, "is the name of a run that is no search's")
    if not query.strip():
        raise UsageProblem(name, "the query is empty")
    with opened(make=True) as library:
        for slug in conditions:
            if slug not in library.vocabulary.conditions:
                raise unknown_condition(slug, library.vocabulary)
        search = Search(
            name=name, label=label or name, query=query.strip(), conditions=conditions, include=not queue, every=every
        )
        overlay.add_search(library.store, search, actor=ACTOR)
    if as_json:
        emit_json(search)
    else:
        click.echo(f"{name}: saved")


@searches.command("remove")
@click.argument("name")
def remove_search(name: str) -> None:
    """Remove a saved search; the studies it found stay."""
    from evidence.store import overlay

    with opened(make=True) as library:
        overlay.remove_search(library.store, library.vocabulary, name, actor=ACTOR)
    click.echo(f"{name}: removed; what it found stays")


COMMANDS: Final = (refresh, add, searches)


def _searches() -> tuple[SearchView, ...]:
    """The store's saved searches; before there is a store, those that the program brings."""
    from evidence import vocabulary
    from evidence.store import queries
    from evidence.views import SearchView

    try:
        with opened() as library:
            return queries.searches(library.store, library.vocabulary)
    except NotFound:
        note("no store yet: these are the searches that `evidence refresh` would run")
    return tuple(
        SearchView(name=s.name, label=s.label, query=s.query, conditions=s.conditions, include=s.include, last=None)
        for s in vocabulary.load().searches.values()
    )


def _last(search: SearchView) -> tuple[str, str]:
    last = search.last
    if last is None:
        return "never", ""
    return _day(last.at), last.error or f"{last.state}: {last.found} found, {last.added} added, {last.revised} revised"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _told(run: RunView) -> str:
    from evidence.search_run import NO_CHANGE

    done = ", ".join(f"{count} {name}" for name, count in run.counts if count)
    changed = any(count for name, count in run.counts if name not in NO_CHANGE)
    nothing = "" if changed or run.state != "ok" else "; nothing new, nothing written"
    return f"{run.search}: {run.state}; {run.found} found" + (f": {done}" if done else "") + nothing


def _identifier(given: str) -> Identifier:
    from evidence import identifiers

    for scheme in ("pmid", "pmcid", "doi"):
        try:
            return identifiers.parse(scheme, given)
        except BadIdentifier:
            continue
    raise UsageProblem(given, "is neither a PMID nor a DOI nor a PMCID")

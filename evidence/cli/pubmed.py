"""PubMed into the store: the saved searches, and single studies."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli.account import account, complaints, counts, sentence
from evidence.cli.opening import opened
from evidence.cli.output import as_json, emit_json, note, progress, table
from evidence.cli.program import FAILED, complain, leave
from evidence.errors import BadIdentifier, NotFound, UsageProblem

if TYPE_CHECKING:
    from evidence.identifiers import Identifier
    from evidence.views import RunView, SearchView


@click.command()
@click.argument("searches", metavar="[SEARCH]...", nargs=-1)
@as_json
def refresh(searches: tuple[str, ...], as_json: bool) -> None:
    """Run saved searches against PubMed, all of them or those named; what is unchanged writes nothing.

    A run that was cut short takes up where it stopped. NCBI asks for your address: set NCBI_EMAIL.
    """
    from evidence import refresh as refreshing

    with opened(make=True) as library:
        _known(searches, library.vocabulary.searches)
        with progress("PubMed") as tick:
            runs = refreshing.run(library.store, library.vocabulary, library.settings, list(searches), on_progress=tick)
    if as_json:
        emit_json(runs)
    else:
        for run in runs:
            click.echo(_told(run))
    failed = [run for run in runs if run.state != "ok"]
    for run in failed:
        complain(f"{run.search}: {run.error or run.state}")
    if failed:
        leave(FAILED)


@click.command()
@click.argument("identifiers", metavar="PMID|DOI...", nargs=-1, required=True)
@as_json
def add(identifiers: tuple[str, ...], as_json: bool) -> None:
    """Fetch single studies from PubMed now, by PMID, DOI or PMCID."""
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


def _known(names: tuple[str, ...], known: dict[str, Any]) -> None:
    for name in names:
        if name not in known:
            raise NotFound(name, f"no such saved search; known: {', '.join(known) or 'none'}")


def _told(run: RunView) -> str:
    done = ", ".join(f"{count} {name}" for name, count in run.counts if count)
    return f"{run.search}: {run.state}; {run.found} found" + (f": {done}" if done else "")


def _identifier(given: str) -> Identifier:
    from evidence import identifiers

    for scheme in ("pmid", "pmcid", "doi"):
        try:
            return identifiers.parse(scheme, given)
        except BadIdentifier:
            continue
    raise UsageProblem(given, "is neither a PMID nor a DOI nor a PMCID")

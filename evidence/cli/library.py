"""Look-up: list, show, conditions, status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli.life import life
from evidence.cli.opening import Library, key_of, opened
from evidence.cli.output import (
    AUTHORS_NOT_RECORDED,
    COUNT,
    as_json,
    counted,
    emit_json,
    megabytes,
    note,
    plain,
    printable,
    simple,
    table,
)
from evidence.cli.program import FAILED, complain, leave
from evidence.cli.selection import chosen, selection
from evidence.cli.tags import reasons, retag_hint
from evidence.filters import PAGE_SIZES, SORTS, Filter

if TYPE_CHECKING:
    from evidence.views import ConditionLine, LibraryState, Listing, Study, StudyRow, Summary


@click.command("list")
@selection
@click.option("--sort", type=click.Choice(SORTS), default="strength", show_default=True, help="What comes first.")
@click.option("--limit", type=COUNT, default=50, show_default=True, help="At most this many studies.")
@click.option("--leads", is_flag=True, help="Also references that are not yet identified (no PMID, DOI or PMCID).")
@as_json
def list_studies(as_json: bool, leads: bool, limit: int, **options: Any) -> None:
    """List studies, the strongest evidence first.

    On a terminal a table; in a pipe tab-separated lines under a line of headings.
    """
    with opened() as library:
        wanted = chosen(options, library.vocabulary)
        first, rows = _rows(library, wanted, limit)
        total, apart = first.total, first.leads if leads else ()
        if as_json:
            answer = {"total": total, "studies": rows, "leads_total": first.leads_total}
            emit_json({**answer, "leads": apart} if leads else answer)
            return
        badges = {slug: design.badge for slug, design in library.vocabulary.designs.items()}
        headings = ("Key", "Year", "Design", "n", "Status", "Title")
        lines = [
            (r.key, r.year, badges.get(r.design, r.design), r.n, _state(r), plain(r.title)) for r in (*rows, *apart)
        ]
        table(headings, lines, right=("Year", "n"))
        if len(rows) < total:
            note(f"{len(rows)} of {total} studies; --limit {total} shows all")
        if left := first.leads_total - len(apart):
            note(f"{counted(left, 'lead', 'leads')} left out" + ("" if leads else "; --leads shows them"))


@click.command()
@click.argument("identifier", metavar="ID")
@as_json
def show(identifier: str, as_json: bool) -> None:
    """Show one study whole: ID is its citation key, PMID, DOI or PMCID.

    With every tag comes the reason for it, with every merge the event number that `evidence unmerge` takes.
    """
    from evidence.store import queries

    with opened() as library:
        study = queries.study(library.store, library.vocabulary, key_of(library, identifier))
        assert study is not None
        if as_json:
            emit_json(study)
        else:
            for label, value in _facts(study):
                click.echo(f"{label:<14}{printable(value)}")


@click.command()
@as_json
def conditions(as_json: bool) -> None:
    """List the conditions and how many studies each has.

    Retracted studies and leads (references not yet identified) count only under their own headings.
    """
    from evidence.store import queries

    with opened() as library:
        home = queries.home(library.store, library.vocabulary)
        if as_json:
            emit_json([_condition(line) for line in home.conditions])
            return
        headings = ("Condition", *_COUNTS)
        rows = [(line.slug, *_counts(line.summary)) for line in home.conditions]
        table(headings, [*rows, ("all", *_counts(home.total))], right=headings[1:])


@click.command()
@click.option("--check", is_flag=True, help="For monitoring: exit code 1 when a search is overdue.")
@as_json
def status(as_json: bool, check: bool) -> None:
    """Say what the store holds: its revision, its studies, the last refresh, where it is, how much it takes.

    A search is overdue when two of its intervals have gone by without a good run, or when it never had one and tried.
    """
    from evidence import VERSION, due
    from evidence.store import queries, sizes

    with opened() as library:
        state = queries.state(library.store, library.vocabulary)
        last = state.last_refresh
        overdue = [turn.search for turn in due.turns(library.store, library.vocabulary) if turn.overdue]
        report = {
            "version": VERSION,
            "database": library.store.url,
            "revision": state.revision,
            "studies": state.studies,
            "leads": state.leads,
            "retracted": state.retracted,
            "starter_loaded": state.starter_loaded,
            "last_refresh": last,
            "last_success": state.last_success,
            "troubled": state.troubled,
            "retag_due": bool(hint := retag_hint(library)),
            "overdue": overdue,
            "bytes": sizes.sizes(library.store),
        }
        if as_json:
            emit_json(report)
        else:
            _tell_status(report, state, hint)
    if check and overdue:
        complain(f"overdue: {', '.join(overdue)}")
        leave(FAILED)


def _tell_status(report: dict[str, Any], state: LibraryState, hint: str) -> None:
    last = state.last_refresh
    report["last_refresh"] = f"{_moment(last.at)} {last.search}: {last.state} {last.error}" if last else "never"
    report["last_success"] = _moment(state.last_success.at) if state.last_success else "never"
    troubled = [f"{run.search}: {run.state} {_moment(run.at)} {run.error}".rstrip() for run in state.troubled]
    report["troubled"] = "; ".join(troubled) or "none"
    report["retag_due"] = hint or "no"
    report["starter_loaded"] = _moment(state.starter_loaded) if state.starter_loaded else "no"
    report["overdue"] = ", ".join(report["overdue"]) or "none"
    report["bytes"] = ", ".join(f"{name} {megabytes(count)}" for name, count in simple(report["bytes"]).items())
    for name, value in report.items():
        click.echo(f"{name.replace('_', ' '):<16}{printable(str(value))}")


COMMANDS: Final = (list_studies, show, conditions, status)

_GONE: Final = {
    "missing": "PubMed no longer answers to this PMID; this is what it said last",
    "deleted": "PubMed has deleted this record; this is what it said last",
}

_COUNTS: Final = ("Studies", "Guidelines", "Reviews", "Trials", "Newest", "Retracted", "Leads")


def _rows(library: Library, wanted: Filter, limit: int) -> tuple[Listing, list[StudyRow]]:
    """The first rows of a selection, a page at a time, and a page for what it says of the whole."""
    from evidence.store import queries

    size = next((s for s in PAGE_SIZES if s >= limit), PAGE_SIZES[-1])
    wanted = replace(wanted, size=size)
    rows: list[StudyRow] = []
    while True:
        page = queries.listing(library.store, library.vocabulary, wanted)
        rows += page.rows
        if len(rows) >= limit or not page.next_after:
            return page, rows[:limit]
        wanted = replace(wanted, after=page.next_after)


def _state(row: StudyRow) -> str:
    gone = "" if row.upstream == "present" else row.upstream
    states = ("" if row.identified else "lead", "" if row.state == "none" else row.state, gone)
    return ", ".join(state for state in states if state)


def _inclusion(study: Study) -> str:
    """What a person said of whether it belongs here, or that it waits for that; "" for what a search included."""
    said = study.word
    if said is None:
        return "" if study.inclusion == "included" else study.inclusion
    return f"{study.inclusion} by {said.actor} on {_moment(said.at)}{f': {said.reason}' if said.reason else ''}"


def _counts(summary: Summary) -> tuple[int | None, ...]:
    return tuple(getattr(summary, name.lower()) for name in _COUNTS)


def _condition(line: ConditionLine) -> dict[str, Any]:
    return {"slug": line.slug, "summary": line.summary}


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _facts(study: Study) -> Iterator[tuple[str, str]]:
    """A study line by line: what it is, then why we say so."""
    row = study.row
    yield "key", row.key
    yield "title", plain(row.title)
    if not row.title and study.record.provenance and study.record.provenance.note:
        yield "note", study.record.provenance.note
    yield "authors", row.byline or AUTHORS_NOT_RECORDED
    yield from (("published", text) for text in (row.citation,) if text)
    if row.state != "none":
        yield "status", row.state.upper()
    if row.upstream != "present":
        yield "upstream", _GONE[row.upstream]
    yield from life(study)
    yield from (("inclusion", words) for words in (_inclusion(study),) if words)
    for identifier in study.record.identifiers:
        yield identifier.scheme, f"{identifier.value}  {identifier.url or ''}".rstrip()
    yield from _named(study)
    yield from (("disputed", f"{name} (another study owns it)") for name in study.disputed)
    if row.identified:
        yield "level", f"{row.level} (OCEBM 2011, treatment benefit)" if row.level else "not ranked"
    else:
        yield "lead", "no PMID, DOI or PMCID"
    if row.n is not None:
        yield "n", f"{row.n} {row.n_unit}" + (f"  “{study.n_quote}”" if study.n_quote else "")
    yield from _reasons(study)


def _named(study: Study) -> Iterator[tuple[str, str]]:
    """Registrations that no source lists and the words name: their page, the words, where they stand."""
    from evidence.explaining import registered
    from evidence.identifiers import parse

    records = [m.record for m in study.members] or [study.record]
    for number, said in registered(records).items():
        if number in study.row.registrations and number not in study.record.ids("registration"):
            yield "registration", f"{number}  {parse('registration', number).url}  “{said.words}” in {said.place}"


def _reasons(study: Study) -> Iterator[tuple[str, str]]:
    """Why we say so: tags, links, where it is from, what it was merged from."""
    for tag, why in reasons(study):
        notes = (tag.status, tag.role, "" if tag.central else "mentioned")
        yield tag.kind, f"{tag.slug} ({', '.join(said for said in notes if said)}; {why})"
    for relation in study.relations:
        target = relation.study_key or relation.identifier or relation.citation
        yield "relation", f"{'← ' if relation.incoming else ''}{relation.type} {target}"
    yield from (("registration", r.registry_id) for r in study.registrations)
    yield from (("also", alias) for alias in study.aliases)
    for member in study.members:
        yield "source", f"{member.source} {member.external_id}, since {_moment(member.first_seen)}"
    for merge in study.merges:
        undone = f"; undone {_moment(merge.undone_at)}" if merge.undone_at else ""
        yield "merge", f"event {merge.event}: {merge.joined} ({merge.rule}; {', '.join(merge.reasons)}{undone})"

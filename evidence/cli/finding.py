"""PubMed asked about single studies: which record a lead is, and what is related to a study."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import click

from evidence.cli.opening import key_of, opened
from evidence.cli.output import COUNT, as_json, counted, emit_json, note, plain, printable, progress, table
from evidence.cli.program import FAILED, complain, leave
from evidence.errors import UsageProblem

if TYPE_CHECKING:
    from evidence.identifying import Found
    from evidence.relating import Related
    from evidence.sources.links import By

_BY: Final = ("similar", "cited-in", "references")


@click.command()
@click.argument("names", metavar="[ID]...", nargs=-1)
@click.option("--all-leads", is_flag=True, help="Every reference without PMID, DOI or PMCID.")
@click.option("--limit", type=COUNT, help="Ask about at most this many.")
@click.option("--preview", is_flag=True, help="Ask and compare, write nothing.")
@as_json
def identify(names: tuple[str, ...], all_leads: bool, limit: int | None, preview: bool, as_json: bool) -> None:
    """Ask PubMed which record a reference without a PMID is, by journal, year, volume, first page and first author.

    What is certainly the same is joined: the key stays, and `evidence unmerge` undoes it. What may be the same waits
    for `evidence review`. Nobody is asked about a lead twice within 30 days, unless it is named. Every lead is counted
    once. Exit code 1 when PubMed gave no usable answer.
    """
    from evidence import identifying

    if bool(names) == all_leads:
        raise UsageProblem("ID", "name references, or ask for --all-leads")
    with opened() as library:
        keys = [key_of(library, name) for name in names]
        with progress("leads") as tick:
            found = identifying.run(
                library.store, library.vocabulary, library.settings, keys, limit=limit, preview=preview,
                on_progress=tick,
            )  # fmt: skip
    counts = Counter(one.outcome for one in found)
    numbers: dict[str, int] = {name: counts[name] for name in identifying.OUTCOMES}
    if as_json:
        emit_json({"preview": preview, "total": len(found), "counts": numbers, "leads": found})
    else:
        _tell(found, numbers, preview=preview)
    if counts["failed"]:
        complain(next(one.why for one in found if one.outcome == "failed"))
        leave(FAILED)


@click.command()
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@click.option("--by", type=click.Choice(_BY), default="similar", show_default=True, help="What PubMed is asked for.")
@click.option("--most", type=click.IntRange(1, 200), default=10, show_default=True, help="Propose at most this many.")
@click.option("--condition", default="", metavar="SLUG", help="Only what is about this condition.")
@as_json
def related(names: tuple[str, ...], by: By, most: int, condition: str, as_json: bool) -> None:
    """Propose what PubMed relates to studies: ID is a citation key, PMID, DOI or PMCID.

    --by similar: the most like it; cited-in: those that cite it; references: those that it cites (as far as PubMed
    Central knows). What is not here waits as a candidate with that reason (`evidence candidates`); what is here is
    named; what a person excluded is not proposed. Exit code 1 when PubMed gave no usable answer.
    """
    from evidence import relating

    with opened() as library:
        keys = [key_of(library, name) for name in names]
        found = relating.propose(
            library.store, library.vocabulary, library.settings, keys, by=by, most=most, condition=condition
        )
    if as_json:
        emit_json(found)
    else:
        table(("Of", "PMID", "Outcome", "Key", "Title"), [row for one in found for row in _rows(one)])
        for one in found:
            note(_account(one))
    problems = [one for one in found if one.problem]
    for one in problems:
        complain(f"{one.key}: {one.problem}")
    if problems:
        leave(FAILED)


COMMANDS: Final = (identify, related)


def _tell(found: tuple[Found, ...], numbers: dict[str, int], *, preview: bool) -> None:
    asked = [one for one in found if one.outcome not in ("asked-lately", "put-off")]
    table(("Key", "Outcome", "PMID", "Undo", "Why"), [
        (one.key, one.outcome, one.pmid, f"unmerge {one.merge}" if one.merge else "", one.why) for one in asked
    ])  # fmt: skip
    parts = [f"{number} {name}" for name, number in numbers.items() if number]
    note(f"{counted(len(found), 'lead', 'leads')}: {', '.join(parts) or 'nothing to ask about'}")
    if preview:
        note("preview: nothing was written")


def _rows(one: Related) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [(one.key, r.pmid, "proposed", r.key, plain(r.title)) for r in one.proposed]
    rows += [(one.key, h.pmid, f"here, {h.inclusion}", h.row.key, plain(h.row.title)) for h in one.here]
    rows += [(one.key, pmid, "excluded by a person", "", "") for pmid in one.rejected]
    return rows + [(one.key, pmid, "not given by PubMed", "", "") for pmid in one.missing]


def _account(one: Related) -> str:
    """Every related record in one number."""
    numbers = {
        "proposed": len(one.proposed),
        "here": len(one.here),
        "excluded by a person": len(one.rejected),
        "not about the condition": one.elsewhere,
        "not given by PubMed": len(one.missing),
        "not looked at": one.further,
    }
    parts = [f"{number} {name}" for name, number in numbers.items() if number]
    return printable(f"{one.key}: {one.linked} related{': ' + ', '.join(parts) if parts else ''}")

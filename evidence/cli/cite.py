"""Formatted references on the command line: `evidence cite`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli.opening import Library, key_of, opened
from evidence.cli.output import as_json, destination, emit_json, printable
from evidence.cli.program import FAILED, complain, leave
from evidence.cli.written import Written
from evidence.errors import NotFound, UsageProblem
from evidence.records import PartialDate

if TYPE_CHECKING:
    from evidence.views import Study

_STYLES: Final = ("vancouver", "nlm", "ama", "apa")
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_FORMS: Final = ("text", "html", "rtf")
"""As evidence.citing names them (a test compares); importing it for `--help` would slow every command."""


@click.command()
@click.argument("identifiers", metavar="[ID]...", nargs=-1)
@click.option("--shelf", default="", metavar="SHELF", help="All studies of this shelf, in its order.")
@click.option("--aux", type=_FILE, help="All that this LaTeX run (.aux, .bcf) cites, in its order.")
@click.option("--style", type=click.Choice(_STYLES), default="vancouver", show_default=True, help="The manual's rules.")
@click.option("--format", "form", type=click.Choice(_FORMS), default="text", show_default=True, help="What is written.")
@click.option("--numbered", is_flag=True, help="Number the references, in the order given.")
@click.option("--accessed", metavar="DATE", default="", help="When you saw what is on line, as YYYY-MM-DD.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write this file, whole or not.")
@as_json
def cite(identifiers: tuple[str, ...], shelf: str, aux: Path | None, as_json: bool, **options: Any) -> None:
    """Print formatted references: each ID is a citation key, PMID, DOI or PMCID.

    In the order given; APA's list goes by author unless --numbered. An HTML or RTF file keeps the italics when it is
    opened in, or pasted into, a word processor. An ID that is not here is named, the others are still printed, and the
    exit code is 1. --accessed states a day for web pages and the like; without it none is claimed. What is retracted,
    and what is not complete, is named on standard error.
    """
    if sum(map(bool, (identifiers, shelf, aux))) != 1:
        raise UsageProblem("ID", "give studies, --shelf or --aux, one of the three")
    if as_json and (options["output"] or options["numbered"]):
        raise UsageProblem("--json", "goes with neither --output nor --numbered")
    seen = _day(options["accessed"]) if options["accessed"] else None
    with opened() as library:
        found, missing = _studies(library, _named(library, identifiers, shelf, aux))
    if as_json:
        _report(found, missing, options["style"], options["form"], seen)
    elif found:
        _write([study for _, study in found], options, seen)
    _tell([study for _, study in found])
    for given in missing:
        complain(f"{printable(given)}: no study here has this PMID, DOI, PMCID or citation key")
    if missing:
        leave(FAILED)


COMMANDS: Final = (cite,)


def _named(library: Library, identifiers: tuple[str, ...], shelf: str, aux: Path | None) -> tuple[str, ...]:
    """The studies meant. Raises NotFound for an unknown shelf, BadInput for a file that is none."""
    if shelf:
        from evidence import shelving
        from evidence.store import shelves

        on_it = shelves.stream(library.store, library.vocabulary, shelving.known(library.store, shelf).id)
        return tuple(study.row.key for study in on_it)
    if aux:
        from evidence.formats import latex_aux

        cited = latex_aux.cited(aux)
        for unread in cited.unread:
            complain(unread)
        return cited.keys
    return identifiers


def _tell(studies: list[Study]) -> None:
    """What is retracted, what is not complete."""
    written = Written()
    for _ in written.passing(iter(studies)):
        pass
    written.warn()


def _studies(library: Library, identifiers: tuple[str, ...]) -> tuple[list[tuple[str, Study]], list[str]]:
    """What was asked for, once each in the order given, with the relations that say what was retracted; the rest."""
    from evidence.store import queries

    found: dict[str, tuple[str, Study]] = {}
    missing: dict[str, None] = {}
    for given in identifiers:
        try:
            key = key_of(library, given)
        except NotFound:
            missing.setdefault(given)
            continue
        study = None if key in found else queries.study(library.store, library.vocabulary, key)
        if study is not None:
            found[key] = (given, study)
    return list(found.values()), list(missing)


def _write(studies: list[Study], options: dict[str, Any], seen: PartialDate | None) -> None:
    from evidence import citing

    text = citing.document(studies, options["style"], options["form"], numbered=options["numbered"], accessed=seen)
    with destination(options["output"]) as stream:
        stream.write(text.encode())


def _report(
    found: list[tuple[str, Study]], missing: list[str], style: str, form: str, seen: PartialDate | None
) -> None:
    from evidence import citing

    references = [
        {"id": given, "key": study.row.key, "reference": citing.cite(study, style, form, accessed=seen)}
        for given, study in found
    ]
    emit_json({"style": style, "format": form, "references": references, "missing": missing})


def _day(text: str) -> PartialDate:
    """A day of the calendar. Raises UsageProblem."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageProblem("--accessed", f"{text[:40]!r} is not a day written as YYYY-MM-DD") from None
    return PartialDate(year=day.year, month=day.month, day=day.day)

"""Lists of retractions: reading the maintainer's copy of one, and when that was last done."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from evidence.cli.opening import ACTOR, opened
from evidence.cli.output import as_json, counted, emit_json, note, progress, table
from evidence.cli.program import FAILED, leave


@click.group("retractions")
def retractions_group() -> None:
    """Retractions, corrections and concerns from lists beside PubMed (Retraction Watch)."""


@retractions_group.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@as_json
def import_list(path: Path, as_json: bool) -> None:
    """Read the Retraction Watch data set, a .csv or .csv.gz, as Crossref publishes it.

    Only rows whose PMID or DOI is in the library are kept. Read a newer copy at any time, best after a refresh: rows
    that are gone from it are withdrawn. Rejected rows are named by their line; exit code 1.

    The file: git clone https://gitlab.com/crossref/retraction-watch-data
    """
    from evidence import formats, retractions
    from evidence.lifecycle import retraction_watch

    with opened() as library, formats.open_path(path) as stream, progress("rows") as on_progress:
        rows = retraction_watch.read(stream, path.name)
        reading = retractions.take(
            library.store,
            library.vocabulary,
            retraction_watch.SOURCE,
            path.name,
            rows,
            actor=ACTOR,
            on_progress=on_progress,
        )
    for rejected in reading.rejected:
        note(f"{path.name}:{rejected.line}: {rejected.reason}")
    if as_json:
        emit_json(reading.counts())
    else:
        said = reading.counts()
        click.echo(
            f"{path.name}: {counted(said['rows'], 'row', 'rows')} = {said['used']} used + {said['not_here']} not here "
            f"+ {said['rejected']} rejected; {said['added']} new, {said['changed']} changed, "
            f"{said['withdrawn']} withdrawn; {counted(said['studies'], 'study has', 'studies have')} another state"
        )
    if reading.rejected:
        leave(FAILED)


@retractions_group.command("sources")
@as_json
def sources(as_json: bool) -> None:
    """Say which lists were read, when, and what became of their rows."""
    from evidence.store import lifecycle

    with opened() as library, library.store.read() as connection:
        found = lifecycle.lists(connection)
    if as_json:
        emit_json(found)
        return
    rows: list[tuple[Any, ...]] = [
        (one.source, f"{one.checked_at:%Y-%m-%d %H:%M}", one.counts.get("used", 0), one.counts.get("rows", 0), one.name)
        for one in found
    ]
    table(("Source", "Read", "Used", "Rows", "File"), rows, right=("Used", "Rows"))


COMMANDS: Final = (retractions_group,)

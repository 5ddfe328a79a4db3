"""Lists of retractions: reading the maintainer's copy of one, and when that was last done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli.opening import ACTOR, Library, opened
from evidence.cli.output import as_json, counted, emit_json, note, progress, table
from evidence.cli.program import FAILED, complain, leave
from evidence.errors import EvidenceError, StoreProblem

if TYPE_CHECKING:
    from evidence.retractions import Reading


@click.group("retractions")
def retractions_group() -> None:
    """Retractions, corrections and concerns from lists beside PubMed (Retraction Watch)."""


@retractions_group.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--shorter", is_flag=True, help="Take it though it lacks more rows than a newer copy would.")
@as_json
def import_list(path: Path, shorter: bool, as_json: bool) -> None:
    """Read the Retraction Watch data set, a .csv or .csv.gz, as Crossref publishes it.

    All rows are kept, so that a study that comes later is marked as it comes. Read a newer copy at any time: rows that
    are gone from it are withdrawn. Rejected rows are named by their line; exit code 1. Where the environment variable
    EVIDENCE_RETRACTION_WATCH names the file, `evidence refresh` reads it whenever it has changed.

    The file: git clone https://gitlab.com/crossref/retraction-watch-data
    """
    from evidence import retractions

    with opened() as library, progress("rows") as on_progress:
        reading = retractions.read_file(
            library.store, library.vocabulary, path, actor=ACTOR, shorter=shorter, on_progress=on_progress
        )
    _complain(path, reading)
    if as_json:
        emit_json(reading.counts())
    else:
        click.echo(_told(path, reading))
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


def watch(library: Library) -> bool:
    """Read the list that the settings point to, if it has changed; False when that failed, which is said.

    What was read before goes on to count. Raises StoreProblem: then nothing else would go well either.
    """
    from evidence import retractions

    path = library.settings.retraction_watch
    if path is None:
        return True
    try:
        reading = retractions.read_if_new(library.store, library.vocabulary, path)
    except StoreProblem:
        raise
    except EvidenceError as exc:
        complain(f"EVIDENCE_RETRACTION_WATCH: {exc}")
        return False
    if reading is not None:
        _complain(path, reading)
        note(_told(path, reading))
    return True


def _complain(path: Path, reading: Reading) -> None:
    for rejected in reading.rejected:
        note(f"{path.name}:{rejected.line}: {rejected.reason}")


def _told(path: Path, reading: Reading) -> str:
    said = reading.counts()
    return (
        f"{path.name}: {counted(said['rows'], 'row', 'rows')} = {said['used']} used + {said['not_here']} not here "
        f"+ {said['rejected']} rejected; {said['added']} new, {said['changed']} changed, "
        f"{said['withdrawn']} withdrawn; {counted(said['studies'], 'study has', 'studies have')} another state"
    )

"""Keeping the store: backup, restore, migrate; and the two decisions about duplicates, merge and unmerge."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from evidence.cli.opening import ACTOR, key_of, opened
from evidence.cli.output import COUNT, as_json, emit_json
from evidence.errors import UsageProblem
from evidence.settings import Settings


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
def backup(path: Path) -> None:
    """Write the whole store into one consistent FILE; others may go on reading and writing."""
    from evidence.store import backup as backups

    with opened() as library:
        count = backups.backup(library.store, path)
    click.echo(f"{path}: {count} studies")


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace a store that holds studies.")
def restore(path: Path, force: bool) -> None:
    """Make the store what it was when FILE was written by `evidence backup`."""
    from evidence import vocabulary
    from evidence.store import backup as backups

    settings = Settings.from_environment()
    count = backups.restore(settings.database_url, path, vocabulary.load(), settings.now, force=force)
    click.echo(f"{path}: {count} studies restored")


@click.command()
def migrate() -> None:
    """Bring the store's schema up to this version of the program. Make a backup first."""
    from evidence import store as stores

    settings = Settings.from_environment()
    steps = stores.migrate(settings.database_url, settings.now)
    for step in steps:
        click.echo(step)
    if not steps:
        click.echo("the schema is that of this version; nothing to do")


@click.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--reason", default="", metavar="TEXT", help="Why these are one study; kept with the decision.")
@as_json
def merge(first: str, second: str, reason: str, as_json: bool) -> None:
    """Say that A and B (citation key, PMID or DOI) are one study. Prints the event with which to undo it."""
    from evidence import curation

    with opened() as library:
        keys = key_of(library, first), key_of(library, second)
        if keys[0] == keys[1]:
            raise UsageProblem(f"{first}, {second}", f"are one study already, {keys[0]}")
        event = curation.merge(library.store, library.vocabulary, *keys, actor=ACTOR, reason=reason)
        key = key_of(library, keys[0])
    if as_json:
        emit_json({"event": event, "key": key})
    else:
        click.echo(
            f"{key}: merged {keys[1] if key == keys[0] else keys[0]} into it; `evidence unmerge {event}` undoes it"
        )


@click.command()
@click.argument("event", type=COUNT)
@as_json
def unmerge(event: int, as_json: bool) -> None:
    """Undo the merge with this EVENT number, as if it had never happened (`evidence show` lists a study's merges)."""
    from evidence import curation

    with opened() as library:
        key = curation.unmerge(library.store, library.vocabulary, event, actor=ACTOR)
    if as_json:
        emit_json({"event": event, "key": key})
    else:
        click.echo(f"{key}: is a study of its own again")


COMMANDS: Final = (backup, restore, migrate, merge, unmerge)

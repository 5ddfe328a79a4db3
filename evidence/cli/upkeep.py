"""Keeping the store: backup, restore, migrate, doctor, prune; and the decisions about duplicates, merge and unmerge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli.opening import ACTOR, key_of, opened
from evidence.cli.output import COUNT, as_json, counted, emit_json, megabytes, note, printable, progress
from evidence.cli.program import FAILED, leave
from evidence.errors import UsageProblem
from evidence.settings import Settings

if TYPE_CHECKING:
    from evidence.doctor import Check


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


@click.command()
@click.option("--all", "every", is_flag=True, help="Work out every study anew, not a sample of a thousand.")
@click.option("--fix", is_flag=True, help="Put right what is derived; records, decisions and keys are never changed.")
@as_json
def doctor(every: bool, fix: bool, as_json: bool) -> None:
    """Look whether the store is sound and whether all that is derived in it follows from its source records.

    Reads only, unless --fix says otherwise. One line for each check; exit code 1 when something is wrong, or with --fix
    when something still is. Others may go on reading and writing.
    """
    from evidence import doctor as doctors

    with opened() as library, progress("looked at") as tick:
        checks = []
        for check in doctors.examine(library.store, library.vocabulary, every=every, fix=fix, on_progress=tick):
            checks.append(check)
            if not as_json:
                _tell(check, fix=fix)
    if as_json:
        emit_json([_simple(check) for check in checks])
    if not fix and not as_json and any(check.left and check.repairable for check in checks):
        note("evidence doctor --fix puts right what is derived; make a backup first")
    if any(check.left for check in checks):
        leave(FAILED)


def _kept_days() -> int:
    """How old is too old where nobody says."""
    from evidence.store import pruning

    return pruning.KEPT_DAYS


@click.command()
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(31),
    default=_kept_days,
    show_default="a year and a month",
    metavar="DAYS",
    help="What is older than this goes.",
)
@click.option("--preview", is_flag=True, help="Only say what would go.")
@click.option("--vacuum", is_flag=True, help="Then give free space back to the disk; nobody else may be writing.")
@as_json
def prune(days: int, preview: bool, vacuum: bool, as_json: bool) -> None:
    """Remove the logs of old runs, and what they rejected again and again. Studies, their history and feeds stay whole.

    Of every run the counts, the query and its translation stay for the search log, of the newest runs of each search
    the log as well. What went is counted, and noted in the event log. --vacuum writes the file anew and needs as much
    free space as the store takes.
    """
    from datetime import timedelta

    from evidence.store import pruning, sizes

    if vacuum and preview:
        raise UsageProblem("--vacuum", "does not go with --preview")
    with opened() as library:
        store = library.store
        done = pruning.prune(store, older_than=timedelta(days=days), actor=ACTOR, preview=preview)
        if vacuum:
            sizes.compact(store)
        now = sizes.sizes(store)
    if as_json:
        emit_json({"preview": preview, "removed": done, "bytes": now})
        return
    would = "would remove" if preview else "removed"
    click.echo(
        f"{would} {counted(done.logs, 'log', 'logs')} of runs, {counted(done.rejections, 'rejection', 'rejections')} "
        f"that came again, the text of {done.payloads} more, {counted(done.requests, 'request', 'requests')}: "
        f"{megabytes(done.characters)}"
    )
    click.echo(f"the store takes {megabytes(now.database)}, of which {megabytes(now.free)} are free for new rows")


COMMANDS: Final = (backup, restore, migrate, doctor, prune, merge, unmerge)


def _tell(check: Check, *, fix: bool) -> None:
    """A line for a check, one for each of its first findings."""
    said = "ok" if not check.found else f"{check.found} wrong"
    if fix and check.found:
        said = f"{check.fixed} put right" + (f", {check.left} wrong" if check.left else "")
    remark = f"; {check.note}" if check.note else ""
    click.echo(f"{check.name:<12}{said}; {check.looked_at} {check.unit}, {check.seconds:.1f} s{remark}")
    for finding in check.examples:
        click.echo(f"  {printable(finding.subject)}: {printable(finding.what)}")
    if check.found > len(check.examples):
        click.echo(f"  … and {check.found - len(check.examples)} more")


def _simple(check: Check) -> dict[str, Any]:
    """A check for programs: of its findings the first ones in words."""
    names = ("name", "unit", "looked_at", "found", "fixed", "left", "repairable", "seconds", "note")
    told = [{"subject": finding.subject, "what": finding.what} for finding in check.examples]
    return {name: getattr(check, name) for name in names} | {"findings": told}

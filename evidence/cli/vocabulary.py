"""The vocabulary: conditions of one's own, and the diseases of MeSH."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from evidence.cli import library
from evidence.cli.opening import ACTOR, opened
from evidence.cli.output import as_json, counted, emit_json, note
from evidence.errors import NotFound, UsageProblem
from evidence.settings import Settings

if TYPE_CHECKING:
    from evidence.store.overlay import Removal
    from evidence.vocabulary import Vocabulary
    from evidence.vocabulary.mesh import Mesh


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def conditions(context: click.Context, as_json: bool) -> None:
    """List the conditions and how many studies each has; `conditions add` makes one more, `remove` takes it back."""
    if context.invoked_subcommand is None:
        context.invoke(library.conditions, as_json=as_json)


@conditions.command("add")
@click.argument("name")
@click.option("--mesh", "ui", metavar="UI", help="The MeSH descriptor that means it (D013641); brings its entry terms.")
@click.option("--also", is_flag=True, help="With --mesh: share a descriptor that is another condition's already.")
@click.option("--synonym", "synonyms", multiple=True, metavar="TEXT", help="Another name; repeat it.")
@click.option("--abbreviation", "short", multiple=True, metavar="TEXT", help="Counts only in context; repeat it.")
@click.option("--context", "words", multiple=True, metavar="WORD", help="A word beside which abbreviations count.")
@click.option("--exclude", multiple=True, metavar="TEXT", help="A phrase that means something else; repeat it.")
@click.option("--parent", default="", metavar="SLUG", help="The condition it is listed under.")
@click.option("--region", default="", metavar="TEXT", help="The region of the body it is listed with.")
@as_json
def add_condition(
    name: str,
    ui: str | None,
    also: bool,
    synonyms: tuple[str, ...],
    short: tuple[str, ...],
    words: tuple[str, ...],
    exclude: tuple[str, ...],
    parent: str,
    region: str,
    as_json: bool,
) -> None:
    """Add a condition, or more names to the condition of that NAME; `evidence retag` then tags what is stored.

    A descriptor outside the packaged vocabulary comes from the MeSH that `evidence mesh load` has kept.
    """
    from evidence.store import overlay
    from evidence.vocabulary import Condition
    from evidence.vocabulary.additions import condition_from, slug_of
    from evidence.vocabulary.naming import shown

    slug = slug_of(name)
    if not slug:
        raise UsageProblem(shown(name), "a condition's name needs a Latin letter or a digit, for its address")
    if also and not ui:
        raise UsageProblem("--also", "goes with --mesh")
    settings = Settings.from_environment()
    with opened(make=True) as one:
        known = one.vocabulary
        mesh = _mesh_with(ui, known, settings.data_dir) if ui else None
        base = known.conditions.get(slug) or Condition(slug=slug, name=name.strip(), body_region="general")
        made = condition_from(
            base, known, mesh, ui or "", synonyms=synonyms, abbreviations=short, context=words, exclude=exclude,
            parent=parent, region=region, also=also,
        )  # fmt: skip
        below = mesh.links_below(ui) if mesh and ui else ()
        overlay.add_condition(one.store, known, made, below, actor=ACTOR)
    if as_json:
        emit_json({"condition": made, "descriptors": below})
    else:
        links = f", {made.mesh[-1].name} ({made.mesh[-1].ui})" if ui else ""
        click.echo(f"{slug}: saved{links}; `evidence retag` tags the studies already here")


@conditions.command("remove")
@click.argument("slug")
@as_json
def remove_condition(slug: str, as_json: bool) -> None:
    """Take back a condition that was added, or what was added to one of the program's own.

    The studies stay. What curators said of the condition is kept, and holds again when it is added again.
    """
    from evidence import vocabulary
    from evidence.store import overlay

    with opened() as one:
        done = overlay.remove_condition(one.store, vocabulary.load(), slug, actor=ACTOR)
    if as_json:
        emit_json(done)
        return
    click.echo(f"{slug}: {_removed(done)}")
    if done.decided:
        records = counted(done.decided, "source record", "source records")
        note(f"what curators said of it on {records} is kept, and holds again when it is added again")


def _removed(done: Removal) -> str:
    if not done.removed:
        return "was removed already"
    what = "what was added to it is removed" if done.packaged else "removed"
    return f"{what}; `evidence retag` makes the tags of the studies here anew"


@click.group()
def mesh() -> None:
    """NLM's Medical Subject Headings."""


@mesh.command("load")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@as_json
def load(path: Path, as_json: bool) -> None:
    """Make every disease of MeSH available: FILE is NLM's desc20xx.xml(.gz), or a table ui, name, trees, terms.

    The diseases are kept in the data directory, where `evidence conditions add` finds them. (`evidence classify` needs
    no data directory: its --mesh names a file.)
    """
    from evidence.vocabulary.mesh import FILE_NAME, read_mesh, write_mesh

    found = read_mesh(path)
    kept = Settings.from_environment().data_dir / FILE_NAME
    write_mesh(found, kept)
    diseases = len(found.descriptors)
    if as_json:
        emit_json({"diseases": diseases, "file": str(kept)})
    else:
        click.echo(f"{path}: {counted(diseases, 'disease', 'diseases')} kept in {kept}")


_UI: Final = re.compile(r"D\d{6}(?:\d{3})?")


def _mesh_with(ui: str, known: Vocabulary, data_dir: Path) -> Mesh:
    """The loaded MeSH when it has the descriptor, else the packaged part. Raises NotFound."""
    from evidence.vocabulary.mesh import loaded_mesh, packaged_mesh

    if not _UI.fullmatch(ui):
        raise UsageProblem(ui, "is not a MeSH descriptor UI such as D013641")
    loaded = loaded_mesh(data_dir)
    for one in (loaded, packaged_mesh(known)):
        if one is not None and ui in one.descriptors:
            return one
    reason = "is not in the packaged vocabulary; `evidence mesh load FILE` brings all diseases (categories C and F03)"
    if loaded:
        reason = "the MeSH that was loaded has no disease (C, F03) of this UI; `evidence mesh load` loads another"
    raise NotFound(f"MeSH descriptor {ui}", reason)


COMMANDS: Final = (conditions, mesh)

"""Shelves: studies put together to cite, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli.opening import ACTOR, opened
from evidence.cli.output import as_json, counted, emit_json, plain, table
from evidence.errors import UsageProblem

if TYPE_CHECKING:
    from evidence.shelving import Change
    from evidence.store import Store
    from evidence.store.shelves import Shelf

VISIBILITIES: Final = ("private", "secret", "public")
"""As in evidence.store.shelves, which is imported only when a command runs; a test keeps them equal."""

shelf_argument = click.argument("name", metavar="SHELF")
ids_argument = click.argument("ids", metavar="ID...", nargs=-1)


@click.group("shelves")
def shelves_group() -> None:
    """Shelves: studies put together to cite; the pages show the same ones.

    SHELF is a shelf's address (the last part of /shelves/…) or its name. A shelf keeps its address when it is renamed.
    """


@shelves_group.command("list")
@as_json
def list_shelves(as_json: bool) -> None:
    """List every shelf, the last changed first."""
    from evidence.store import shelves

    with opened() as library:
        found = shelves.everyones(library.store)
    if as_json:
        emit_json([_public(shelf) for shelf in found])
        return
    rows = [(s.slug, s.studies, s.visibility, s.owner, f"{s.changed:%Y-%m-%d}", s.name) for s in found]
    table(("Shelf", "Studies", "Readable", "Owner", "Changed", "Name"), rows, right=("Studies",))


@shelves_group.command("create")
@click.argument("name", metavar="NAME")
@ids_argument
@click.option("--owner", metavar="USER", default="", help="The user whose shelf it is (see `evidence users`).")
@as_json
def create(name: str, ids: tuple[str, ...], owner: str, as_json: bool) -> None:
    """Make a shelf of this NAME, with the studies of these PMIDs, DOIs, PMCIDs or keys in this order."""
    from evidence import shelving
    from evidence.store import people

    with opened() as library:
        held_by = people.known(library.store, owner).name if owner else ACTOR
        change = shelving.create(library.store, name, ids, owner=held_by, actor=ACTOR)
    _told(change, as_json, f"made, with {_studies(change.count)}" if ids else "made")


@shelves_group.command("add")
@shelf_argument
@ids_argument
@as_json
def add(name: str, ids: tuple[str, ...], as_json: bool) -> None:
    """Put studies on a shelf, by PMID, DOI, PMCID or key, behind those that are there."""
    from evidence import shelving

    with opened() as library:
        change = shelving.add(library.store, _slug(library.store, name), _some(ids), actor=ACTOR)
    there = f"; {change.already} stood on it already" if change.already else ""
    _told(change, as_json, f"{_studies(change.count)} added{there}")


@shelves_group.command("remove")
@shelf_argument
@ids_argument
@as_json
def remove(name: str, ids: tuple[str, ...], as_json: bool) -> None:
    """Take studies off a shelf. They stay in the library."""
    from evidence import shelving

    with opened() as library:
        change = shelving.remove(library.store, _slug(library.store, name), _some(ids), actor=ACTOR)
    missing = f"; {change.already} did not stand on it" if change.already else ""
    _told(change, as_json, f"{_studies(change.count)} removed{missing}")


@shelves_group.command("show")
@shelf_argument
@as_json
def show(name: str, as_json: bool) -> None:
    """List the studies on a shelf, in the order in which they were added."""
    from evidence import shelving
    from evidence.store import shelves

    with opened() as library:
        shelf = shelving.known(library.store, name)
        page = shelves.page(library.store, shelf.id, size=shelving.MOST_STUDIES)
    if as_json:
        emit_json({**_public(shelf), "items": page.rows, "hidden": page.hidden})
        return
    rows = [(r.key, r.year, r.pmid or r.doi or "", r.state, plain(r.title)) for r in page.rows]
    hidden = [(r.key, r.year, r.pmid or r.doi or "", "not shown", plain(r.title)) for r in page.hidden]
    table(("Key", "Year", "PMID or DOI", "State", "Title"), [*rows, *hidden])


@shelves_group.command("rename")
@shelf_argument
@click.argument("new_name", metavar="NAME")
@as_json
def rename(name: str, new_name: str, as_json: bool) -> None:
    """Give a shelf another name; its address stays."""
    from evidence import shelving

    with opened() as library:
        change = shelving.rename(library.store, _slug(library.store, name), new_name, actor=ACTOR)
    _told(change, as_json, f"is now called {change.shelf.name}")


@shelves_group.command("share")
@shelf_argument
@click.argument("visibility", type=click.Choice(VISIBILITIES), required=False)
@click.option("--new-link", is_flag=True, help="Another secret link; the old one opens nothing from now on.")
@as_json
def share(name: str, visibility: str | None, new_link: bool, as_json: bool) -> None:
    """Say who may read a shelf: private (its owner), secret (who has the link), public (everybody).

    Without VISIBILITY, tell who may. private ends a secret link for good; public leaves it working.
    """
    from evidence import shelving
    from evidence.shelving import Change

    with opened() as library:
        change = Change(shelving.known(library.store, name), 0)
        slug = change.shelf.slug
        if visibility is not None:
            change = shelving.share(library.store, slug, visibility, actor=ACTOR)
        if new_link:
            change = shelving.renew(library.store, slug, actor=ACTOR)
    shelf = change.shelf
    link = f"; link: /shelves/t/{shelf.token}.bib" if shelf.token else ""
    open_to_all = f"; address: /shelves/{shelf.slug}.bib" if shelf.visibility == "public" else ""
    _told(change, as_json, f"is {shelf.visibility}{open_to_all}{link}")


@shelves_group.command("delete")
@shelf_argument
@as_json
def delete(name: str, as_json: bool) -> None:
    """Delete a shelf; `evidence shelves restore` brings it back. The studies stay in the library."""
    from evidence import shelving

    with opened() as library:
        change = shelving.delete(library.store, _slug(library.store, name), actor=ACTOR)
    slug = change.shelf.slug
    _told(change, as_json, f"deleted; `evidence shelves restore {slug}` brings it back")


@shelves_group.command("restore")
@shelf_argument
@as_json
def restore(name: str, as_json: bool) -> None:
    """Bring a deleted shelf back, by its address, with all that stood on it."""
    from evidence import shelving

    with opened() as library:
        change = shelving.restore(library.store, name.strip(), actor=ACTOR)
    _told(change, as_json, f"is back, with {_studies(change.count)}")


COMMANDS: Final = (shelves_group,)


def _slug(store: Store, name: str) -> str:
    from evidence import shelving

    return shelving.known(store, name).slug


def _some(ids: tuple[str, ...]) -> tuple[str, ...]:
    if not ids:
        raise UsageProblem("ID", "name at least one study: PMID, DOI, PMCID or key")
    return ids


def _studies(count: int) -> str:
    return counted(count, "study", "studies")


def _told(change: Change, as_json: bool, what: str) -> None:
    if as_json:
        emit_json({**_public(change.shelf), "count": change.count, "already": change.already})
    else:
        click.echo(f"{change.shelf.slug}: {what}")


def _public(shelf: Shelf) -> dict[str, Any]:
    """A shelf for JSON: whoever runs the command may read the store, and so the secret of the link."""
    return {
        "slug": shelf.slug,
        "name": shelf.name,
        "owner": shelf.owner,
        "visibility": shelf.visibility,
        "token": shelf.token or None,
        "studies": shelf.studies,
        "created": shelf.created,
        "changed": shelf.changed,
    }

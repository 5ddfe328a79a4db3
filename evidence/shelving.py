"""Shelves: what a person puts together to cite. Every change is one transaction, logged with who made it.

A shelf keeps its address for ever: renaming leaves it, and no other shelf ever gets it. A deleted shelf can be brought
back with all that stood on it. Who may change which shelf is for the faces to ask (web/shelves.py); the command line is
the person at the machine, who may do all of it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from evidence.errors import Conflict, NotFound, UsageProblem
from evidence.store import schema, shelves
from evidence.store.engine import Store, Writer
from evidence.store.shelves import VISIBILITIES, Shelf, Visibility
from evidence.text import clean, fold

LONGEST_NAME: Final = 200
"""Characters of a name: more than any title of a thesis that would be one."""

MOST_SHELVES: Final = 500
"""Shelves of one owner: more than a person can tell apart in a list to choose from."""

MOST_STUDIES: Final = 20_000
"""Studies on one shelf: far above any review's reference list; a larger set is a search, not a shelf."""

CREATED: Final = "shelf-created"
ADDED: Final = "shelf-added"
REMOVED: Final = "shelf-removed"
EXPORTED: Final = "shelf-exported"
RENAMED: Final = "shelf-renamed"
SHARED: Final = "shelf-shared"
DELETED: Final = "shelf-deleted"
RESTORED: Final = "shelf-restored"
UNDOABLE: Final = {ADDED: REMOVED, REMOVED: ADDED, DELETED: RESTORED}
"""What can be taken back, and what that is logged as."""

_STEERING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of the text after them (Unicode Standard Annex 9, section 2): in a name they
could make an address or a file beside it read backwards."""

_RESERVED: Final = frozenset({"t", "event"})
"""First parts of addresses under /shelves/ that are no shelf's."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a shelf. `event`: its number in the log, 0 when nothing was to do; `count`: studies that it
    concerned; `already`: those of the asked for that stood there before.
    """

    shelf: Shelf
    event: int
    count: int = 0
    already: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """A logged change. `count`: studies that it concerned; `undoable`: it can still be taken back as it was made."""

    event: int
    kind: str
    shelf: Shelf
    count: int
    already: int
    undoable: bool


def known(store: Store, name: str) -> Shelf:
    """The shelf that a person names by its address, or by its name where only one has it. Raises NotFound, Conflict."""
    found = shelves.by_slug(store, name.strip())
    if found is not None:
        return found
    named = [s for s in shelves.everyones(store) if fold(s.name) == fold(clean(name)) and fold(s.name)]
    if len(named) > 1:
        raise Conflict(_subject(name), f"may be {' or '.join(sorted(s.slug for s in named))}; give one of these")
    if not named:
        raise NotFound(_subject(name), "there is no shelf of that name")
    return named[0]


def create(store: Store, name: str, studies: Sequence[str] = (), *, owner: str, actor: str) -> Change:
    """A new private shelf, with these studies (by key, PMID, PMCID or DOI) in this order.

    Raises UsageProblem for a name that cannot be, Conflict when the owner has one of that name, NotFound naming every
    study that is not here; then nothing is made.
    """
    with store.write() as writer:
        made = _make(writer, name, owner, actor)
        return _put(writer, made.shelf, studies, actor) if studies else made


def meant(store: Store, name: str, *, studies: int = 0) -> Shelf | None:
    """The shelf that an export is to be noted on; None where one of that name is to be made. `studies`: how many are to
    be noted, as far as that is known.

    Raises Conflict when several have the name, UsageProblem for a name that cannot be, or more than a shelf holds.
    """
    _expect_room(name, studies)
    try:
        return known(store, name)
    except NotFound:
        _named(name)
        return None


def remember(store: Store, name: str, studies: Sequence[str], *, owner: str, actor: str) -> Change:
    """Note on a shelf, which is made private where there is none of that name or address, that these studies were
    exported now. One that stands there stays where it is, and keeps the day on which it was first exported.

    `already` counts those that were exported on this shelf before. Raises as `meant`, `create` and `add` do; then no
    shelf was made either.
    """
    shelf = meant(store, name)
    with store.write() as writer:
        shelf = _live(writer, shelf.slug) if shelf is not None else _make(writer, name, owner, actor).shelf
        change = _put(writer, shelf, studies, actor)
        wanted = set(_homes(writer, studies).values())
        items = [i for i in shelves.items(writer.connection, shelf.id) if i.study_id in wanted]
        before = len({i.study_id for i in items if i.exported is not None})
        shelves.exported(writer, shelf.id, [i.source_record_id for i in items])
        event = _log(writer, EXPORTED, shelf, actor, {"studies": len(wanted), "already": before})
        return Change(_of(writer, shelf.id), event, change.count, before)


def add(store: Store, slug: str, studies: Sequence[str], *, actor: str) -> Change:
    """Put studies (by key, PMID, PMCID or DOI) on a shelf, behind those that are there. Those on it already stay.

    Raises NotFound naming the shelf, or every study that is not here; then nothing is added.
    """
    with store.write() as writer:
        return _put(writer, _live(writer, slug), studies, actor)


def remove(store: Store, slug: str, studies: Sequence[str], *, actor: str) -> Change:
    """Take studies off a shelf, whatever record of theirs was put there. `already` counts those that were not on it.

    Raises NotFound naming the shelf, or every study that is not here; then nothing is removed.
    """
    with store.write() as writer:
        shelf = _live(writer, slug)
        wanted = set(_homes(writer, studies).values())
        gone = [i for i in shelves.items(writer.connection, shelf.id) if i.study_id in wanted]
        held = {i.study_id for i in gone}
        if not gone:
            return Change(shelf, 0, 0, len(wanted))
        shelves.take(writer, shelf.id, [i.source_record_id for i in gone])
        shelves.change(writer, shelf.id)
        detail = {
            "items": [[i.source_record_id, i.position] for i in gone],
            "studies": len(held),
            "times": _times(gone),
        }
        event = _log(writer, REMOVED, shelf, actor, detail)
        return Change(_of(writer, shelf.id), event, len(held), len(wanted) - len(held))


def rename(store: Store, slug: str, name: str, *, actor: str) -> Change:
    """Give a shelf another name; its address stays. Raises NotFound, UsageProblem, Conflict as `create` does."""
    name, folded = _named(name)
    with store.write() as writer:
        shelf = _live(writer, slug)
        if shelf.name == name:
            return Change(shelf, 0)
        if folded != _folded(shelf.name):
            _expect_free(writer, shelf.owner, folded, name)
        shelves.change(writer, shelf.id, name=name, folded=folded)
        renamed = _of(writer, shelf.id)
        return Change(renamed, _log(writer, RENAMED, renamed, actor, {"was": shelf.name}))


def share(store: Store, slug: str, visibility: str, *, actor: str) -> Change:
    """Say who may read a shelf: its owner ("private"), who has its link ("secret"), everybody ("public").

    "private" ends a link for good. "public" leaves it working, so that no manuscript that names it breaks. Raises
    NotFound, UsageProblem.
    """
    wanted: Visibility | None = next((v for v in VISIBILITIES if v == visibility), None)
    if wanted is None:
        raise UsageProblem("visibility", f"{clean(visibility)[:40]!r} is none; say {', '.join(VISIBILITIES)}")
    with store.write() as writer:
        shelf = _live(writer, slug)
        if shelf.visibility == wanted:
            return Change(shelf, 0)
        values: dict[str, Any] = {"visibility": wanted}
        if wanted == "private":
            values["token"] = None
        elif wanted == "secret" and not shelf.token:
            values["token"] = shelves.new_token()
        shelves.change(writer, shelf.id, **values)
        return Change(_of(writer, shelf.id), _log(writer, SHARED, shelf, actor, {"visibility": wanted}))


def renew(store: Store, slug: str, *, actor: str) -> Change:
    """Give a shelf another secret link; the old one opens nothing from now on. Raises NotFound, and Conflict when
    it has none.
    """
    with store.write() as writer:
        shelf = _live(writer, slug)
        if not shelf.token:
            raise Conflict(_subject(shelf.slug), "has no secret link that could be renewed")
        shelves.change(writer, shelf.id, token=shelves.new_token())
        detail = {"visibility": shelf.visibility, "renewed": True}
        return Change(_of(writer, shelf.id), _log(writer, SHARED, shelf, actor, detail))


def delete(store: Store, slug: str, *, actor: str) -> Change:
    """Delete a shelf: nobody sees it any more, its links included, until `restore` or `undo`. Raises NotFound."""
    with store.write() as writer:
        shelf = _live(writer, slug)
        shelves.change(writer, shelf.id, deleted=writer.now)
        detail = {"studies": shelf.studies}
        return Change(_of(writer, shelf.id), _log(writer, DELETED, shelf, actor, detail), shelf.studies)


def restore(store: Store, slug: str, *, actor: str) -> Change:
    """Bring a deleted shelf back as it was. Raises NotFound, and Conflict when its owner has another of its name."""
    with store.write() as writer:
        shelf = shelves.find(writer.connection, slug)
        if shelf is None or shelf.deleted is None:
            raise NotFound(_subject(slug), "there is no deleted shelf of that address")
        return _restore(writer, shelf, actor, {})


def done(store: Store, event: int) -> Done | None:
    """A change as it was logged; None when there is none of that number."""
    with store.read() as connection:
        row = shelves.logged(connection, event)
        if row is None:
            return None
        detail = json.loads(row.detail)
        shelf = shelves.find_id(connection, int(detail["shelf"]))
        if shelf is None:
            return None
        there = {i.source_record_id for i in shelves.items(connection, shelf.id)}
    undoable = _undoable(row.kind, detail, shelf, there)
    return Done(event, row.kind, shelf, int(detail.get("studies", 0)), int(detail.get("already", 0)), undoable)


def undo(store: Store, event: int, *, actor: str) -> Change:
    """Take an adding, a removing or a deleting back. Raises NotFound, and Conflict when that is overtaken."""
    subject = f"change {event} of a shelf"
    with store.write() as writer:
        row = shelves.logged(writer.connection, event)
        detail = json.loads(row.detail) if row is not None else {}
        shelf = shelves.find_id(writer.connection, int(detail["shelf"])) if row is not None else None
        if row is None or shelf is None:
            raise NotFound(subject, "there is none of that number")
        there = {i.source_record_id: i for i in shelves.items(writer.connection, shelf.id)}
        if not _undoable(row.kind, detail, shelf, there.keys()):
            raise Conflict(subject, "cannot be taken back: it is none that can, or something was changed since")
        if row.kind == DELETED:
            return _restore(writer, shelf, actor, {"undoes": event})
        held = [(int(record), int(position)) for record, position in detail["items"]]
        said = {"items": detail["items"], "studies": detail["studies"], "undoes": event}
        if row.kind == ADDED:
            said["times"] = _times(there[record] for record, _ in held)
            shelves.take(writer, shelf.id, [record for record, _ in held])
        else:  # an earlier version did not log the times
            shelves.put(writer, shelf.id, held, {int(record): told for record, *told in detail.get("times", ())})
        shelves.change(writer, shelf.id)
        number = _log(writer, UNDOABLE[row.kind], shelf, actor, said)
        return Change(_of(writer, shelf.id), number, int(detail["studies"]))


def _times(items: Iterable[Any]) -> list[list[Any]]:
    """What undoing a removal gives back beside the place: when each was added, and first and last exported."""
    return [[item.source_record_id, *shelves.times_of(item)] for item in items]


def _undoable(kind: str, detail: Mapping[str, Any], shelf: Shelf, there: Set[int]) -> bool:
    """Whether what a change did still stands."""
    if kind == DELETED:
        return shelf.deleted is not None
    records = {int(record) for record, _ in detail.get("items", ())}
    if kind not in UNDOABLE or shelf.deleted is not None or not records:
        return False
    return records <= there if kind == ADDED else not records & there


def _make(writer: Writer, name: str, owner: str, actor: str) -> Change:
    """A new private shelf. Raises as `create` does."""
    name, folded = _named(name)
    _expect_free(writer, owner, folded, name)
    if shelves.count_of(writer.connection, owner) >= MOST_SHELVES:
        raise UsageProblem(_subject(name), f"{MOST_SHELVES} shelves are the most that one person has")
    number = shelves.make(writer, slug=_slug(writer, name), name=name, folded=folded, owner=owner)
    shelf = _of(writer, number)
    return Change(shelf, _log(writer, CREATED, shelf, actor, {"owner": owner}))


def _put(writer: Writer, shelf: Shelf, studies: Sequence[str], actor: str) -> Change:
    """Put studies behind those that are there, each once."""
    items = shelves.items(writer.connection, shelf.id)
    held = {i.study_id for i in items}
    fresh: dict[int, int] = {}  # study → source record
    homes = _homes(writer, studies)
    for record, study in homes.items():
        if study not in held:
            fresh.setdefault(study, record)
    already = len({study for study in homes.values() if study in held})
    if not fresh:
        return Change(shelf, 0, 0, already)
    _expect_room(shelf.slug, len(held) + len(fresh))
    positions = count(max((i.position for i in items), default=0) + 1)
    placed = list(zip(fresh.values(), positions, strict=False))
    shelves.put(writer, shelf.id, placed)
    shelves.change(writer, shelf.id)
    detail = {"items": [list(pair) for pair in placed], "studies": len(fresh), "already": already}
    return Change(_of(writer, shelf.id), _log(writer, ADDED, shelf, actor, detail), len(fresh), already)


def _homes(writer: Writer, names: Iterable[str]) -> dict[int, int]:
    """Source record that a name stands for → its study. Raises NotFound naming every name that stands for none."""
    cleaned = list(dict.fromkeys(clean(name) for name in names))
    found = shelves.anchors(writer.connection, cleaned)
    missing = [name[:80] for name in cleaned if found[name] is None]
    if missing:
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        raise NotFound(", ".join(missing[:10]) + more, "no study here has this key, PMID, PMCID or DOI")
    records = [number for name in cleaned if (number := found[name]) is not None]
    homes = shelves.studies_of(writer.connection, records)
    return {record: homes[record] for record in records}


def _restore(writer: Writer, shelf: Shelf, actor: str, detail: Mapping[str, Any]) -> Change:
    _expect_free(writer, shelf.owner, _folded(shelf.name), shelf.name)
    shelves.change(writer, shelf.id, deleted=None)
    event = _log(writer, RESTORED, shelf, actor, detail)
    return Change(_of(writer, shelf.id), event, shelf.studies)


def _live(writer: Writer, slug: str) -> Shelf:
    shelf = shelves.find(writer.connection, slug)
    if shelf is None or shelf.deleted is not None:
        raise NotFound(_subject(slug), "there is no shelf of that name; it may have been deleted")
    return shelf


def _of(writer: Writer, number: int) -> Shelf:
    """A shelf as this transaction has made it."""
    found = shelves.find_id(writer.connection, number)
    assert found is not None
    return found


def _log(writer: Writer, kind: str, shelf: Shelf, actor: str, detail: Mapping[str, Any] | None = None) -> int:
    """Log a change with what replaying it needs; the secret of a link is never in it."""
    said = {"shelf": shelf.id, "slug": shelf.slug, "name": shelf.name, **(detail or {})}
    event = writer.log(kind, actor=actor, detail=said)
    writer.add(schema.Event, [event])
    return int(event["id"])


def _expect_room(name: str, studies: int) -> None:
    if studies > MOST_STUDIES:
        raise UsageProblem(_subject(name), f"{MOST_STUDIES} studies are the most that a shelf holds")


def _expect_free(writer: Writer, owner: str, folded: str, name: str) -> None:
    held = shelves.find_named(writer.connection, owner, folded)
    if held is not None:
        raise Conflict(_subject(name), f"{owner} has a shelf of that name already: {held.slug}")


def _slug(writer: Writer, name: str) -> str:
    """The address of a new shelf: its name in a-z, 0-9 and dashes; a number tells it from those that were before."""
    stem = re.sub("[^a-z0-9]+", "-", fold(name).replace(" ", "-")).strip("-")[:60].strip("-") or "shelf"
    taken = shelves.slugs(writer.connection, stem) | _RESERVED
    return stem if stem not in taken else next(s for n in count(2) if (s := f"{stem}-{n}") not in taken)


def _named(name: str) -> tuple[str, str]:
    """A name as it is kept, and as it is compared. Raises UsageProblem."""
    name = clean(_STEERING.sub("", name))
    if not any(unicodedata.category(c)[0] not in "CZM" for c in name):
        raise UsageProblem("name of a shelf", "is missing")
    if len(name) > LONGEST_NAME:
        raise UsageProblem("name of a shelf", f"has {len(name)} characters; {LONGEST_NAME} are the most")
    return name, _folded(name)


def _folded(name: str) -> str:
    """A name without case and accents; one of signs only is compared as it is."""
    return fold(name) or name


def _subject(name: str) -> str:
    return f"shelf “{clean(name)[:80]}”"

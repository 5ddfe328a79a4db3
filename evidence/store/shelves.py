"""Shelves in the store: which there are, what stands on them, in which order; and the statements that change them.

An item is anchored on a source record, as every other word of a person's is. What is shown are the studies that hold
these records now: merged studies show once, where the first of them stood; separated ones as what was put there.

The secret of a link is kept as it is, not only its digest: a person who opens the shelf again must find the address
that the manuscript already uses, and whoever can read the store can read the shelf without it. It is found by its
digest, so that the time a look-up takes tells nothing of the secret, and the log never holds it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, desc, func, insert, select, update

from evidence import citekeys
from evidence.store import schema
from evidence.store.detail import assemble, rows_of
from evidence.store.engine import Store, Writer, table_of
from evidence.store.queries import record_of
from evidence.store.reads import CITE_KEY, EVENT, LARGEST, MEMBERSHIP, STUDY, born_with, utc
from evidence.store.statements import rows_in
from evidence.views import Study, StudyRow
from evidence.vocabulary import Vocabulary

SHELF: Final = table_of(schema.Shelf)
ITEM: Final = table_of(schema.ShelfItem)
_CHUNK: Final = 200
_NO_TIMES: Final[Mapping[int, Sequence[str | None]]] = MappingProxyType({})

Visibility = Literal["private", "secret", "public"]
VISIBILITIES: Final[tuple[Visibility, ...]] = ("private", "secret", "public")

TOKEN_BYTES: Final = 20
"""160 bits: RFC 6749 section 10.10 wants a guess to succeed with a probability of 2^-160 at most. Written in hex:
nothing in it is special to LaTeX, a shell or an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A named selection. `studies`: how many it shows, 0 where that was not asked; `token`: the secret of its link,
    empty without one.
    """

    id: int
    slug: str
    name: str
    owner: str
    visibility: Visibility
    token: str = field(repr=False)
    created: datetime
    changed: datetime
    deleted: datetime | None
    studies: int


@dataclass(frozen=True, slots=True)
class Placed:
    """The numbers of the studies on a shelf, in the order of adding: those shown, and those that no page shows."""

    shown: tuple[int, ...]
    hidden: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a shelf. `start`: how many come before; `hidden`: what was excluded, or waits for a curator."""

    rows: tuple[StudyRow, ...]
    start: int
    total: int
    hidden: tuple[StudyRow, ...]


def new_token() -> str:
    """A secret that nobody can guess."""
    return secrets.token_hex(TOKEN_BYTES)


def digest(token: str) -> str:
    """What a secret is found by."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def find(connection: Connection, slug: str, *, counted: bool = True) -> Shelf | None:
    """The shelf of that address, deleted ones included."""
    if not slug.isascii() or not slug.isprintable():
        return None
    return next(iter(_shelves(connection, SHELF.c.slug == slug, counted=counted)), None)


def find_id(connection: Connection, number: int) -> Shelf | None:
    """The shelf of that number, deleted ones included."""
    return next(iter(_shelves(connection, SHELF.c.id == number)), None) if 0 < number <= LARGEST else None


def find_named(connection: Connection, owner: str, folded: str) -> Shelf | None:
    """An owner's shelf of that name."""
    own = and_(SHELF.c.owner == owner, SHELF.c.folded == folded, SHELF.c.deleted.is_(None))
    return next(iter(_shelves(connection, own)), None)


def by_token(store: Store, token: str, *, counted: bool = True) -> Shelf | None:
    """The shelf that this secret opens; without its number of studies one row is read."""
    wanted = and_(SHELF.c.digest == digest(token), SHELF.c.deleted.is_(None))
    with store.read() as connection:
        found = _shelves(connection, wanted, counted=counted)
    shelf = next(iter(found), None)
    if shelf is None or shelf.visibility == "private":
        return None
    return shelf if hmac.compare_digest(shelf.token.encode(), token.encode("utf-8", "surrogatepass")) else None


def by_slug(store: Store, slug: str, *, counted: bool = True) -> Shelf | None:
    """The shelf of that address that is not deleted; without its number of studies one row is read."""
    with store.read() as connection:
        shelf = find(connection, slug, counted=counted)
    return shelf if shelf is not None and shelf.deleted is None else None


def everyones(store: Store, *, owners: Sequence[str] | None = None, public: bool = False) -> tuple[Shelf, ...]:
    """Shelves, the last changed first: of these owners (None: of everybody), or only public ones."""
    wanted: ColumnElement[bool] = SHELF.c.deleted.is_(None)
    if owners is not None:
        wanted = and_(wanted, SHELF.c.owner.in_(list(owners)))
    if public:
        wanted = and_(wanted, SHELF.c.visibility == "public")
    with store.read() as connection:
        return _shelves(connection, wanted)


def named(store: Store, owners: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(address, name) of these owners' shelves, the last changed first: what a list to choose from needs, quickly."""
    columns = select(SHELF.c.slug, SHELF.c.name).where(SHELF.c.deleted.is_(None), SHELF.c.owner.in_(list(owners)))
    with store.read() as connection:
        rows = connection.execute(columns.order_by(desc(SHELF.c.changed), desc(SHELF.c.id)))
        return tuple((row.slug, row.name) for row in rows)


def holding(store: Store, study: int, owners: Sequence[str]) -> tuple[Shelf, ...]:
    """The shelves of these owners on which a study stands, not counted."""
    held = (
        select(ITEM.c.shelf_id)
        .join(MEMBERSHIP, MEMBERSHIP.c.source_record_id == ITEM.c.source_record_id)
        .where(MEMBERSHIP.c.study_id == study)
    )
    wanted = and_(SHELF.c.deleted.is_(None), SHELF.c.owner.in_(list(owners)), SHELF.c.id.in_(held))
    with store.read() as connection:
        return _shelves(connection, wanted, counted=False)


def slugs(connection: Connection, stem: str) -> set[str]:
    """The addresses in use that begin so."""
    begins = SHELF.c.slug.startswith(stem, autoescape=True)
    return set(connection.scalars(select(SHELF.c.slug).where(begins)))


def count_of(connection: Connection, owner: str) -> int:
    """How many shelves an owner has."""
    own = select(func.count()).select_from(SHELF).where(SHELF.c.owner == owner, SHELF.c.deleted.is_(None))
    return int(connection.scalar(own) or 0)


def items(connection: Connection, shelf: int) -> list[Row[Any]]:
    """The columns of every item, with study_id and inclusion of the study that holds it, in the order of adding."""
    columns = (
        select(*ITEM.c, MEMBERSHIP.c.study_id, STUDY.c.inclusion)
        .join(MEMBERSHIP, MEMBERSHIP.c.source_record_id == ITEM.c.source_record_id)
        .join(STUDY, STUDY.c.id == MEMBERSHIP.c.study_id)
        .where(ITEM.c.shelf_id == shelf)
        .order_by(ITEM.c.position, ITEM.c.source_record_id)
    )
    return list(connection.execute(columns))


def placed(connection: Connection, shelf: int) -> Placed:
    """The studies on a shelf."""
    inclusion: dict[int, str] = {}
    for row in items(connection, shelf):
        inclusion.setdefault(row.study_id, row.inclusion)
    return Placed(
        tuple(n for n, state in inclusion.items() if state == "included"),
        tuple(n for n, state in inclusion.items() if state != "included"),
    )


def page(store: Store, shelf: int, *, start: int = 0, size: int = 100) -> Page:
    """A page of a shelf, from its `start`-th study on."""
    with store.read() as connection:
        found = placed(connection, shelf)
        rows = rows_of(connection, found.shown[start : start + size])
        return Page(rows, start, len(found.shown), rows_of(connection, found.hidden))


def keys(store: Store, shelf: int) -> tuple[str, ...]:
    """The citation keys of the studies that a shelf shows, in its order."""
    with store.read() as connection:
        return tuple(row.key for row in rows_of(connection, placed(connection, shelf).shown))


def stream(store: Store, vocabulary: Vocabulary, shelf: int) -> Iterator[Study]:
    """The studies that a shelf shows, whole, in its order: for exports, on one snapshot."""
    with store.read() as connection:
        numbers = iter(placed(connection, shelf).shown)
        while chunk := list(islice(numbers, _CHUNK)):
            yield from assemble(connection, chunk, vocabulary)


def anchors(connection: Connection, names: Iterable[str]) -> dict[str, int | None]:
    """What a person names by key, PMID, PMCID or DOI → the source record to anchor it on (queries.record_of), or None.

    Keys, which is what pages send, are looked up together.
    """
    wanted = {name: citekeys.fold(name) for name in names}
    plain = (folded for name, folded in wanted.items() if citekeys.is_valid(name))
    rows = {row.folded: row for row in rows_in(connection, select(CITE_KEY), CITE_KEY.c.folded, plain)}
    born = born_with(connection, [row.study_id for row in rows.values() if row.source_record_id is None])
    found: dict[str, int | None] = {}
    for name, folded in wanted.items():
        row = rows.get(folded)
        number = row.source_record_id or born.get(row.study_id) if row is not None else None
        found[name] = number if number is not None else record_of(connection, name)
    return found


def studies_of(connection: Connection, records: Iterable[int]) -> dict[int, int]:
    """Source record → the study that holds it now."""
    found = rows_in(connection, select(MEMBERSHIP), MEMBERSHIP.c.source_record_id, records)
    return {row.source_record_id: row.study_id for row in found}


def logged(connection: Connection, number: int) -> Row[Any] | None:
    """The event of that number, if it happened to a shelf."""
    if not 0 < number <= LARGEST:
        return None
    about = EVENT.c.kind.startswith("shelf-")
    return connection.execute(select(EVENT).where(EVENT.c.id == number, about)).first()


def make(writer: Writer, *, slug: str, name: str, folded: str, owner: str) -> int:
    """A new shelf, private and empty; its number."""
    number = writer.number(schema.Shelf)
    row = {"id": number, "slug": slug, "name": name, "folded": folded, "owner": owner, "visibility": "private"}
    writer.add(schema.Shelf, [{**row, "created": writer.now, "changed": writer.now}])
    return number


def change(writer: Writer, shelf: int, **values: Any) -> None:
    """Set columns of a shelf, and that it changed now; a new token brings its digest."""
    if "token" in values:
        values["digest"] = digest(values["token"]) if values["token"] is not None else None
    writer.connection.execute(update(SHELF).where(SHELF.c.id == shelf).values(changed=writer.now, **values))
    writer.dirty = True


def put(
    writer: Writer,
    shelf: int,
    placed_at: Sequence[tuple[int, int]],
    times: Mapping[int, Sequence[str | None]] = _NO_TIMES,
) -> None:
    """Put source records on a shelf, each at its position. `times`: as `times_of` gave them when they were taken off;
    what has none is there from now on.
    """
    rows = [
        {"shelf_id": shelf, "source_record_id": record, "position": position, **_times(writer, times.get(record, ()))}
        for record, position in placed_at
    ]
    if rows:
        writer.connection.execute(insert(ITEM), rows)
        writer.dirty = True


def times_of(item: Row[Any]) -> tuple[str | None, ...]:
    """When an item was added, and first and last exported, as the log keeps it."""
    moments = (item.added, item.exported, item.exported_last)
    return tuple(utc(moment).isoformat() if moment is not None else None for moment in moments)


def _times(writer: Writer, told: Sequence[str | None]) -> dict[str, datetime | None]:
    added, first, last = (datetime.fromisoformat(t) if t else None for t in (*told, None, None, None)[:3])
    return {"added": added or writer.now, "exported": first, "exported_last": last}


def exported(writer: Writer, shelf: int, records: Iterable[int]) -> None:
    """Note that what stands on a shelf was exported now: the first time, if it never was, and the latest."""
    rows = [{"record": number, "now": writer.now} for number in records]
    if rows:
        match = (ITEM.c.shelf_id == shelf, ITEM.c.source_record_id == bindparam("record"))
        now = bindparam("now", type_=ITEM.c.exported.type)
        values = {"exported": func.coalesce(ITEM.c.exported, now), "exported_last": now}
        writer.connection.execute(update(ITEM).where(*match).values(values), rows)
        writer.dirty = True


def take(writer: Writer, shelf: int, records: Iterable[int]) -> None:
    """Take source records off a shelf."""
    gone = [{"record": number} for number in records]
    if gone:
        match = (ITEM.c.shelf_id == shelf, ITEM.c.source_record_id == bindparam("record"))
        writer.connection.execute(delete(ITEM).where(*match), gone)
        writer.dirty = True


def _shelves(connection: Connection, wanted: ColumnElement[bool], *, counted: bool = True) -> tuple[Shelf, ...]:
    """The shelves that fulfil a condition, the last changed first, each with the number of studies it shows."""
    rows = connection.execute(select(SHELF).where(wanted).order_by(desc(SHELF.c.changed), desc(SHELF.c.id))).all()
    counts = _counts(connection, [row.id for row in rows]) if counted else {}
    return tuple(
        Shelf(
            id=row.id,
            slug=row.slug,
            name=row.name,
            owner=row.owner,
            visibility=row.visibility,
            token=row.token or "",
            created=utc(row.created),
            changed=utc(row.changed),
            deleted=utc(row.deleted) if row.deleted is not None else None,
            studies=counts.get(row.id, 0),
        )
        for row in rows
    )


def _counts(connection: Connection, shelves: Sequence[int]) -> dict[int, int]:
    columns = (
        select(ITEM.c.shelf_id, func.count(MEMBERSHIP.c.study_id.distinct()).label("studies"))
        .join(MEMBERSHIP, MEMBERSHIP.c.source_record_id == ITEM.c.source_record_id)
        .join(STUDY, and_(STUDY.c.id == MEMBERSHIP.c.study_id, STUDY.c.inclusion == "included"))
        .group_by(ITEM.c.shelf_id)
    )
    return {row.shelf_id: row.studies for row in rows_in(connection, columns, ITEM.c.shelf_id, shelves)}

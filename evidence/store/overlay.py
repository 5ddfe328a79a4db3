"""The maintainer's own conditions and saved searches: kept in the store, they win over data/."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Connection, func, select

from evidence.errors import BadVocabulary, Conflict, NotFound
from evidence.store import schema
from evidence.store.engine import Store, Writer, table_of
from evidence.store.statements import upsert
from evidence.vocabulary import EVERY, Condition, MeshLink, Search, Vocabulary, with_overlay
from evidence.vocabulary.additions import without_names_of_others

OVERLAY = table_of(schema.VocabularyOverlay)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A condition of the maintainer's own, and the MeSH descriptors below its own."""

    condition: Condition
    descriptors: tuple[MeshLink, ...] = ()


_ADDITION: Final = TypeAdapter(Addition)


def apply(store: Store, vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary with the store's overlay on top."""
    with store.read() as connection:
        return _applied(connection, vocabulary)


@dataclass(frozen=True, slots=True)
class _Held:
    """An overlaid vocabulary: the state of the store it was last found good at, and what it was made of."""

    stamp: str
    base: str
    rows: tuple[tuple[str, str, str], ...]
    vocabulary: Vocabulary


def current(store: Store, vocabulary: Vocabulary, stamp: str) -> Vocabulary:
    """The same for a program that runs on while others write: made anew only when the overlay has changed.

    `stamp` names the state of the store (queries.version), read before this call. As long as it is the one of the last
    call nothing is read at all. An overlay that this program refuses (a newer one wrote it) leaves the last good one
    in use; without one BadVocabulary is raised. Safe between threads: what is kept is replaced whole.
    """
    held: _Held | None = store.cache.get("overlay")
    if held is not None and held.base != vocabulary.hash:
        held = None
    if held is not None and held.stamp == stamp:
        return held.vocabulary
    with store.read() as connection:
        wanted = select(OVERLAY.c.kind, OVERLAY.c.slug, OVERLAY.c.payload).order_by(OVERLAY.c.kind, OVERLAY.c.slug)
        rows = tuple((row.kind, row.slug, row.payload) for row in connection.execute(wanted))
        made = held.vocabulary if held is not None and held.rows == rows else _renewed(connection, vocabulary, held)
    store.cache["overlay"] = _Held(stamp, vocabulary.hash, rows, made)
    return made


def _renewed(connection: Connection, vocabulary: Vocabulary, held: _Held | None) -> Vocabulary:
    try:
        return _applied(connection, vocabulary)
    except BadVocabulary as exc:
        if held is None:
            raise
        _log.warning("the vocabulary in use stays, for its changes break a rule: %s", exc)
        return held.vocabulary


def _applied(connection: Connection, vocabulary: Vocabulary) -> Vocabulary:
    wanted = select(OVERLAY).where(OVERLAY.c.kind == "condition").order_by(OVERLAY.c.slug)
    added = [_ADDITION.validate_json(row.payload) for row in connection.execute(wanted) if row.payload]
    return _searches_applied(connection, _extended(vocabulary, added))


def _extended(vocabulary: Vocabulary, added: Sequence[Addition]) -> Vocabulary:
    if not added:
        return vocabulary
    return with_overlay(
        vocabulary,
        conditions=[without_names_of_others(one.condition, vocabulary) for one in added],
        descriptors=[link for one in added for link in one.descriptors if link.ui not in vocabulary.descriptors],
    )


def _searches_applied(connection: Connection, vocabulary: Vocabulary) -> Vocabulary:
    wanted = select(OVERLAY).where(OVERLAY.c.kind == "search").order_by(OVERLAY.c.slug)
    payloads = {row.slug: row.payload for row in connection.execute(wanted)}
    if not payloads:
        return vocabulary
    kept = {name: search for name, search in vocabulary.searches.items() if payloads.get(name, name)}
    own = [_search(json.loads(payload)) for payload in payloads.values() if payload]
    return with_overlay(replace(vocabulary, searches=kept), searches=own)


def _search(values: dict[str, Any]) -> Search:
    return Search(
        name=values["name"],
        label=values["label"],
        query=values["query"],
        conditions=tuple(values["conditions"]),
        include=values["include"],
        note=values["note"],
        every=values.get("every", EVERY),
    )


def add_search(store: Store, search: Search, *, actor: str) -> None:
    """Add a saved search, or replace the one of that name."""
    with store.write() as writer:
        _put(writer, "search", search.name, json.dumps(asdict(search), ensure_ascii=False), actor)


def add_condition(
    store: Store, vocabulary: Vocabulary, condition: Condition, descriptors: Sequence[MeshLink], *, actor: str
) -> None:
    """Add a condition with the descriptors below its own, or replace the one of that slug.

    `vocabulary` is the one in use. Raises BadVocabulary when the whole would then break a rule.
    """
    addition = Addition(condition=condition, descriptors=tuple(descriptors))
    with_overlay(vocabulary, conditions=[condition], descriptors=descriptors)
    with store.write() as writer:
        _put(writer, "condition", condition.slug, _ADDITION.dump_json(addition).decode(), actor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A condition taken back. `removed`: false when it had been before; `packaged`: only what was added to it went.

    `decided`: the source records on which a curator's word on the condition is kept; it holds again when the condition
    is added again.
    """

    slug: str
    removed: bool
    packaged: bool
    decided: int


def remove_condition(store: Store, packaged: Vocabulary, slug: str, *, actor: str) -> Removal:
    """Take back what `add_condition` did; a second time nothing is written.

    `packaged` is the vocabulary without the store's overlay. Raises NotFound when nothing of that slug was ever added,
    Conflict when a condition or a search of one's own needs it.
    """
    brought = slug in packaged.conditions
    with store.write() as writer:
        wanted = select(OVERLAY.c.payload).where(OVERLAY.c.kind == "condition", OVERLAY.c.slug == slug)
        held = writer.connection.execute(wanted).scalar_one_or_none()
        if held is None:
            reason = "comes with the program and nothing was added to it" if brought else "none of that slug was added"
            raise NotFound(f"condition {slug}", reason)
        if held:
            _put(writer, "condition", slug, "", actor)
            try:
                _applied(writer.connection, packaged)
            except BadVocabulary as exc:
                raise Conflict(f"condition {slug}", f"is needed ({exc})") from None
        return Removal(slug=slug, removed=bool(held), packaged=brought, decided=_decided(writer.connection, slug))


def _decided(connection: Connection, slug: str) -> int:
    """The source records with a curator's word on the condition."""
    assigned, tag = table_of(schema.TagAssignment), table_of(schema.Tag)
    wanted = (
        select(func.count())
        .select_from(assigned.join(tag, assigned.c.tag_id == tag.c.id))
        .where(tag.c.kind == "condition", tag.c.slug == slug, assigned.c.origin == "curator")
    )
    return int(connection.execute(wanted).scalar_one())


def remove_search(store: Store, vocabulary: Vocabulary, name: str, *, actor: str) -> None:
    """Remove a saved search; what it found stays. Raises NotFound."""
    if name not in vocabulary.searches:
        raise NotFound(f"search {name!r}", f"there is none of that name; known: {', '.join(vocabulary.searches)}")
    with store.write() as writer:
        _put(writer, "search", name, "", actor)


def _put(writer: Writer, kind: str, slug: str, payload: str, actor: str) -> None:
    row = {"kind": kind, "slug": slug, "payload": payload, "at": writer.now}
    upsert(writer, schema.VocabularyOverlay, [row], key=("kind", "slug"))
    event = f"{kind}-{'set' if payload else 'removed'}"
    writer.add(schema.Event, [writer.log(event, actor=actor, detail={"slug": slug, "payload": payload})])


__all__ = [
    "Addition",
    "Removal",
    "add_condition",
    "add_search",
    "apply",
    "current",
    "remove_condition",
    "remove_search",
]

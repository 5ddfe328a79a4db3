"""The maintainer's own saved searches: kept in the store, they win over data/."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, select

from evidence.errors import NotFound
from evidence.store import schema
from evidence.store.engine import Store, Writer, table_of
from evidence.store.statements import upsert
from evidence.vocabulary import Search, Vocabulary, with_overlay

OVERLAY = table_of(schema.VocabularyOverlay)


def apply(store: Store, vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary with the store's overlay on top."""
    with store.read() as connection:
        return _applied(connection, vocabulary)


def _applied(connection: Connection, vocabulary: Vocabulary) -> Vocabulary:
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
    )


def add_search(store: Store, search: Search, *, actor: str) -> None:
    """Add a saved search, or replace the one of that name."""
    with store.write() as writer:
        _put(writer, "search", search.name, json.dumps(asdict(search), ensure_ascii=False), actor)


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


__all__ = ["add_search", "apply", "remove_search"]

"""The maintainer's own searches and conditions: kept in the store, they win over data/."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, select

from evidence.errors import NotFound
from evidence.store import schema
from evidence.store.engine import Store, Writer, table_of
from evidence.store.statements import upsert
from evidence.vocabulary import Condition, MeshLink, Search, Vocabulary, with_overlay

OVERLAY = table_of(schema.VocabularyOverlay)


def apply(store: Store, vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary with the store's overlay on top."""
    with store.read() as connection:
        return _applied(connection, vocabulary)


def _applied(connection: Connection, vocabulary: Vocabulary) -> Vocabulary:
    searches = dict(vocabulary.searches)
    conditions = dict(vocabulary.conditions)
    for row in connection.execute(select(OVERLAY).order_by(OVERLAY.c.kind, OVERLAY.c.slug)):
        entries: dict[str, Any] = searches if row.kind == "search" else conditions
        if row.payload:
            made = _made(Search if row.kind == "search" else Condition, json.loads(row.payload))
            entries[row.slug] = made
        else:
            entries.pop(row.slug, None)
    if searches == vocabulary.searches and conditions == vocabulary.conditions:
        return vocabulary
    return with_overlay(vocabulary, conditions=conditions, searches=searches)


def _made(kind: type[Search] | type[Condition], values: dict[str, Any]) -> Search | Condition:
    known = {f.name for f in fields(kind)}
    kept = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in known}
    if "mesh" in kept:
        kept["mesh"] = tuple(MeshLink(**m | {"trees": tuple(m["trees"])}) for m in kept["mesh"])
    return kind(**kept)


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

"""Trial registrations that stand beside the studies: ongoing, or published as a study here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from evidence import identifiers
from evidence.records import Record
from evidence.store import schema
from evidence.store.engine import Store, Writer, table_of
from evidence.store.reads import CITE_KEY, EVENT, IDENTIFIER
from evidence.views import RegistrationView
from evidence.vocabulary import Registration

REGISTRATION = table_of(schema.Registration)
LOADED: Final = "starter-loaded"
"""The event of loading them: its detail holds them all, so that a past day shows those of that day."""

Stored = Mapping[str, Any]
"""A registration as a row of the table."""


def load_starter(store: Store, registrations: Sequence[Registration]) -> None:
    """Store the registrations of the starter library, and that it was loaded."""
    with store.write() as writer:
        rows = _replace_all(writer, registrations)
        writer.connection.execute(update(table_of(schema.Library)).values(starter_loaded=writer.now))
        writer.add(schema.Event, [writer.log(LOADED, actor="starter", detail={"registrations": rows})])


def _replace_all(writer: Writer, registrations: Sequence[Registration]) -> list[dict[str, Any]]:
    writer.connection.execute(delete(REGISTRATION))
    rows: list[dict[str, Any]] = [
        {
            "id": number,
            "registry_id": r.registry_id,
            "topic": r.topic,
            "conditions": " ".join(r.conditions),
            "enrolment": r.enrolment,
            "published_scheme": r.published_as.scheme if r.published_as else "",
            "published_value": r.published_as.value if r.published_as else "",
            "published_certain": r.published_certain,
            "url": r.url,
            "note": r.note,
        }
        for number, r in enumerate(registrations, 1)
    ]
    writer.add(schema.Registration, rows)
    return rows


Holders = Callable[[Sequence[str], str], Mapping[str, str]]
"""(values, scheme or "" for any) → value → citation key of the study that has the identifier."""


def of_condition(
    connection: Connection, condition: str, then: tuple[Sequence[Stored], Holders] | None = None
) -> tuple[RegistrationView, ...]:
    """Registrations of a condition: those without a publication first. `then`: which there were, and who had an
    identifier, if not now.
    """
    views = [v for v in _all(connection, then) if condition in v.conditions]
    return tuple(sorted(views, key=lambda v: (bool(v.published_as), v.registry_id or "~", v.topic)))


def of_study(connection: Connection, key: str, record: Record) -> tuple[RegistrationView, ...]:
    """Registrations that name this study, or whose number the study prints."""
    printed = record.ids("registration")
    return tuple(v for v in _all(connection) if v.published_as == key or (v.registry_id and v.registry_id in printed))


def loaded_until(connection: Connection, last: int) -> Sequence[Stored] | None:
    """The registrations that the library had after an event; None when it had not loaded any.

    A store that loaded them with a program that did not log them has loaded them once: those of now.
    """
    until = select(EVENT.c.detail).where(EVENT.c.kind == LOADED, EVENT.c.id <= last).order_by(EVENT.c.id.desc())
    detail = connection.scalar(until.limit(1))
    if detail is None:
        return None
    logged: Sequence[Stored] | None = json.loads(detail or "{}").get("registrations")
    return _now(connection) if logged is None else logged


def named_by(connection: Connection, last: int) -> frozenset[str]:
    """The values by which the registrations of then are found: their numbers, and what they were published as."""
    rows = loaded_until(connection, last) or ()
    return frozenset(value for row in rows for value in (row["registry_id"], row["published_value"]) if value)


def _now(connection: Connection) -> Sequence[Stored]:
    return [dict(row) for row in connection.execute(select(REGISTRATION).order_by(REGISTRATION.c.id)).mappings()]


def _all(connection: Connection, then: tuple[Sequence[Stored], Holders] | None = None) -> Iterator[RegistrationView]:
    rows, found = then or (_now(connection), lambda values, scheme: _holders(connection, values, scheme))
    printed = found([r["registry_id"] for r in rows if r["registry_id"]], "registration")
    published = found([r["published_value"] for r in rows if r["published_value"]], "")
    for row in rows:
        yield _view(row, published.get(row["published_value"], ""), printed.get(row["registry_id"], ""))


def _view(row: Stored, published: str, printed_by: str) -> RegistrationView:
    known = published or printed_by or (f"{row['published_scheme']} {row['published_value']}".strip())
    link = identifiers.try_parse("registration", row["registry_id"])
    return RegistrationView(
        registry_id=row["registry_id"],
        topic=row["topic"],
        conditions=tuple(row["conditions"].split()),
        enrolment=row["enrolment"],
        url=(link.url if link else None) or (row["url"] if row["url"].startswith("https://") else None),
        published_as=known,
        published_certain=row["published_certain"] or bool(printed_by),
        note=row["note"],
    )


def _holders(connection: Connection, values: Sequence[str], scheme: str) -> dict[str, str]:
    """Identifier value → citation key of the study that has it."""
    columns = (
        select(IDENTIFIER.c.value, CITE_KEY.c.key)
        .join(CITE_KEY, (CITE_KEY.c.study_id == IDENTIFIER.c.study_id) & CITE_KEY.c.is_primary)
        .where(IDENTIFIER.c.value.in_(values), IDENTIFIER.c.claim != "disputed")
        .order_by(IDENTIFIER.c.study_id.desc())
    )
    if scheme:
        columns = columns.where(IDENTIFIER.c.scheme == scheme)
    return {row.value: row.key for row in connection.execute(columns)}

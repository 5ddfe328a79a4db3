"""Trial registrations that stand beside the studies: ongoing, or published as a study here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from evidence import identifiers
from evidence.records import Record
from evidence.store import schema
from evidence.store.engine import Store, Writer, table_of
from evidence.store.reads import CITE_KEY, IDENTIFIER
from evidence.views import RegistrationView
from evidence.vocabulary import Registration

REGISTRATION = table_of(schema.Registration)


def load_starter(store: Store, registrations: Sequence[Registration]) -> None:
    """Store the registrations of the starter library, and that it was loaded."""
    with store.write() as writer:
        _replace_all(writer, registrations)
        writer.connection.execute(update(table_of(schema.Library)).values(starter_loaded=writer.now))
        writer.add(schema.Event, [writer.log("starter-loaded", actor="starter")])


def _replace_all(writer: Writer, registrations: Sequence[Registration]) -> None:
    writer.connection.execute(delete(REGISTRATION))
    rows = [
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


Holders = Callable[[Sequence[str], str], Mapping[str, str]]
"""(values, scheme or "" for any) → value → citation key of the study that has the identifier."""


def of_condition(
    connection: Connection, condition: str, holders: Holders | None = None
) -> tuple[RegistrationView, ...]:
    """Registrations of a condition: those without a publication first. `holders`: who has an identifier, if not now."""
    views = [v for v in _all(connection, holders) if condition in v.conditions]
    return tuple(sorted(views, key=lambda v: (bool(v.published_as), v.registry_id or "~", v.topic)))


def of_study(connection: Connection, key: str, record: Record) -> tuple[RegistrationView, ...]:
    """Registrations that name this study, or whose number the study prints."""
    printed = record.ids("registration")
    return tuple(v for v in _all(connection) if v.published_as == key or (v.registry_id and v.registry_id in printed))


def _all(connection: Connection, holders: Holders | None = None) -> Iterator[RegistrationView]:
    rows = connection.execute(select(REGISTRATION).order_by(REGISTRATION.c.id)).all()
    found = holders or (lambda values, scheme: _holders(connection, values, scheme))
    printed = found([r.registry_id for r in rows if r.registry_id], "registration")
    published = found([r.published_value for r in rows if r.published_value], "")
    for row in rows:
        yield _view(row, published.get(row.published_value, ""), printed.get(row.registry_id, ""))


def _view(row: Row[Any], published: str, printed_by: str) -> RegistrationView:
    known = published or printed_by or (f"{row.published_scheme} {row.published_value}".strip())
    link = identifiers.try_parse("registration", row.registry_id)
    return RegistrationView(
        registry_id=row.registry_id,
        topic=row.topic,
        conditions=tuple(row.conditions.split()),
        enrolment=row.enrolment,
        url=(link.url if link else None) or (row.url if row.url.startswith("https://") else None),
        published_as=known,
        published_certain=row.published_certain or bool(printed_by),
        note=row.note,
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

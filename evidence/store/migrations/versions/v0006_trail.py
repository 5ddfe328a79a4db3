"""Which events a condition's page has shown, so that its history is a range of a key; filled from the log's images."""

import json
import zlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_BATCH = 1000
_SHOWN = (
    *("publication_state", "upstream_state", "title", "byline", "citation", "language", "year", "design", "level"),
    *("n", "n_unit", "pmid", "doi", "pmcid", "identified", "registrations", "tags"),
)
"""As evidence/store/trail.py has them at this level."""


def upgrade() -> None:
    """One table."""
    table = op.create_table(
        "condition_event",
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("condition", "event_id", name=op.f("pk_condition_event")),
        sqlite_with_rowid=False,
    )
    fill(op.get_bind(), table)


def fill(connection: sa.Connection, table: sa.Table) -> None:
    """Replay the log: every event after which a study shows something else than before."""
    event = sa.table(
        "event", *(sa.column(name) for name in ("id", "study_id", "kind")), sa.column("image", sa.LargeBinary)
    )
    shown: dict[int, dict[str, Any] | None] = {}
    last = 0
    while True:
        wanted = sa.select(event).where(event.c.id > last, event.c.study_id.is_not(None))
        rows = connection.execute(wanted.order_by(event.c.id).limit(_BATCH)).all()
        if not rows:
            return
        last = rows[-1].id
        found = [row for event_row in rows for row in _of(event_row, shown)]
        if found:
            connection.execute(sa.insert(table), found)


def _of(row: Any, shown: dict[int, dict[str, Any] | None]) -> Iterator[dict[str, Any]]:
    if not row.image and row.kind != "merged-away":
        return
    before = shown.get(row.study_id)
    after = _columns(row.image) if row.image else None
    shown[row.study_id] = after
    if before == after:
        return
    for condition in sorted(_conditions(before) | _conditions(after)):
        yield {"condition": condition, "event_id": row.id, "study_id": row.study_id}


def _columns(image: bytes) -> dict[str, Any] | None:
    """What a list shows of a study in this state; None when no list shows it."""
    head, _, _ = zlib.decompress(image).partition(b', "record": ')
    study = json.loads(head + b"}")["study"]
    return {name: study[name] for name in _SHOWN} if study["inclusion"] == "included" else None


def _conditions(columns: dict[str, Any] | None) -> set[str]:
    tags = (tag.split(":") for tag in columns["tags"].split()) if columns else ()
    return {slug for kind, slug, _ in tags if kind == "condition"}

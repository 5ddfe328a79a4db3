"""Matching over several keys, states kept by source record, choices made for a merge, people who log in."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KINDS = {"upstream": ("present", "missing", "deleted"), "inclusion": ("candidate", "included", "excluded")}


def upgrade() -> None:
    """Columns first, then what they hold. The matching index is filled anew by the next import (ingest/index.py)."""
    op.add_column("library", sa.Column("block_level", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("match_decision", sa.Column("strength", sa.Float(), nullable=False, server_default="0"))
    op.add_column("match_decision", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_match_decision_verdict", "match_decision", ["verdict", "strength"], unique=False)
    with op.batch_alter_table("membership") as membership:  # SQLite cannot add a deferred key to a table that is there
        membership.add_column(sa.Column("born_study_id", sa.Integer(), nullable=True))
        membership.create_foreign_key(
            op.f("fk_membership_born_study_id"),
            "study",
            ["born_study_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
    op.create_index("uq_membership_born_study_id", "membership", ["born_study_id"], unique=True)
    op.create_index("ix_cite_key_source_record_id", "cite_key", ["source_record_id"], unique=False)
    for column, values in _KINDS.items():
        known = ", ".join(f"'{value}'" for value in values)
        default = "present" if column == "upstream" else "included"
        op.execute(
            f"ALTER TABLE source_record ADD COLUMN {column} VARCHAR NOT NULL DEFAULT '{default}' "
            f"CONSTRAINT ck_source_record_{column}_known CHECK ({column} IN ({known}))"
        )
    blocks()
    choices()
    people()
    states()
    births()


def blocks() -> None:
    """The matching index without a copy of itself: a table that is its own primary key."""
    op.drop_table("block")
    op.create_table(
        "block",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "source_record_id", name=op.f("pk_block")),
        sqlite_with_rowid=False,
    )


def choices() -> None:
    """Choices name the merge that they were made for; none was ever written by the first schema's programs."""
    op.drop_table("field_choice")
    op.create_table(
        "field_choice",
        sa.Column("source_record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("merge_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_record_id"],
            ["source_record.id"],
            name=op.f("fk_field_choice_source_record_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("source_record_id", "field", "merge_id", name=op.f("pk_field_choice")),
    )


def people() -> None:
    """Who may log in."""
    op.create_table(
        "person",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("role IN ('reader', 'curator')", name=op.f("ck_person_role_known")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_person")),
    )


def states() -> None:
    """What a study said of all its records becomes what each says of itself."""
    for column, studys in (("upstream", "upstream_state"), ("inclusion", "inclusion")):
        op.execute(
            f"UPDATE source_record SET {column} = (SELECT s.{studys} FROM membership m JOIN study s "
            "ON s.id = m.study_id WHERE m.source_record_id = source_record.id) WHERE id IN (SELECT m.source_record_id "
            f"FROM membership m JOIN study s ON s.id = m.study_id WHERE s.{studys} <> source_record.{column})"
        )


def births() -> None:
    """Each study was made for one record: a merged one for the oldest that left it, a live one for its oldest other."""
    bind = op.get_bind()
    merges = sa.text("SELECT from_study_id, moved FROM merge_event WHERE from_study_id IS NOT NULL ORDER BY id")
    left = {row[0]: json.loads(row[1]) for row in bind.execute(merges)}
    taken: dict[int, int] = {}
    for (study,) in bind.execute(sa.text("SELECT id FROM study WHERE merged_into IS NOT NULL ORDER BY id")):
        record = min((n for n in left.get(study, ()) if n not in taken), default=None)
        if record is not None:
            taken[record] = study
    held: dict[int, int] = {}
    live = sa.text("SELECT study_id, source_record_id FROM membership ORDER BY source_record_id")
    for study, record in bind.execute(live):
        if record not in taken:
            held.setdefault(study, record)
    taken |= {record: study for study, record in held.items()}
    if taken:
        bind.execute(
            sa.text("UPDATE membership SET born_study_id = :study WHERE source_record_id = :record"),
            [{"study": study, "record": record} for record, study in taken.items()],
        )

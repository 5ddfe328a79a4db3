"""What lists of retractions say, the statements on each study, and which of their events were seen."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Four tables and an index; the statements on a study are written when it next changes."""
    op.create_index("ix_event_kind", "event", ["kind"], unique=False)
    op.create_table(
        "listed_statement",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("pmid", sa.String(), nullable=False),
        sa.Column("doi", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("notice_pmid", sa.String(), nullable=False),
        sa.Column("notice_doi", sa.String(), nullable=False),
        sa.Column("said_on", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "ref", name=op.f("pk_listed_statement")),
    )
    op.create_index("ix_listed_statement_pmid", "listed_statement", ["pmid"], unique=False)
    op.create_index("ix_listed_statement_doi", "listed_statement", ["doi"], unique=False)
    op.create_table(
        "listed_source",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_listed_source")),
    )
    op.create_table(
        "status",
        sa.Column("study_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_status_study_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("study_id", "key", name=op.f("pk_status")),
    )
    op.create_table(
        "acknowledgement",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_acknowledgement_event_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_acknowledgement")),
    )

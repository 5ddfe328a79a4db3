"""What persons said of who belongs here, what was proposed to them, which leads were asked about."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Three tables; nothing that is there changes."""
    op.create_table(
        "inclusion_decision",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("verdict IN ('excluded', 'included')", name=op.f("ck_inclusion_decision_verdict_known")),
        sa.PrimaryKeyConstraint("source", "external_id", name=op.f("pk_inclusion_decision")),
    )
    op.create_table(
        "proposal",
        sa.Column("source_record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("of_record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "relation IN ('similar', 'cites', 'cited-by', 'may-be')", name=op.f("ck_proposal_relation_known")
        ),
        *(_record("proposal", name) for name in ("source_record_id", "of_record_id")),
        sa.PrimaryKeyConstraint("source_record_id", "relation", "of_record_id", name=op.f("pk_proposal")),
    )
    op.create_table(
        "identification",
        sa.Column("source_record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("pmid", sa.String(), nullable=False),
        _record("identification", "source_record_id"),
        sa.PrimaryKeyConstraint("source_record_id", name=op.f("pk_identification")),
    )


def _record(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], ["source_record.id"], name=name, initially="DEFERRED", deferrable=True)

"""Refreshes that a person has asked for in the pages."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """One table; nothing that is there changes."""
    op.create_table(
        "refresh_request",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("taken", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('queued', 'running', 'done')", name=op.f("ck_refresh_request_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_request")),
    )
    op.create_index("ix_refresh_request_state", "refresh_request", ["state"], unique=False)

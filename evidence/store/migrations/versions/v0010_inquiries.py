"""When a source was asked about a DOI, and whose word a statement passes on."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """One table and two columns; nothing that is there changes."""
    op.create_table(
        "inquiry",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("doi", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.CheckConstraint("outcome IN ('known', 'unknown')", name=op.f("ck_inquiry_outcome_known")),
        sa.PrimaryKeyConstraint("source", "doi", name=op.f("pk_inquiry")),
    )
    op.add_column("listed_statement", sa.Column("origin", sa.String(), nullable=False, server_default=""))
    op.add_column("listed_statement", sa.Column("speaker", sa.String(), nullable=False, server_default=""))

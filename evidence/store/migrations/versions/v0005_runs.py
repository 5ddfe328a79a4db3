"""Runs keep how PubMed understood the query, and whether only new records were asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Two columns; of runs before this nobody knows any more what they were limited to: they count as whole."""
    op.add_column("refresh_run", sa.Column("translation", sa.String(), nullable=False, server_default=""))
    op.add_column("refresh_run", sa.Column("since", sa.Date(), nullable=True))

"""By which bytes a list of retractions is known again, and when the studies of a shelf were exported."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Three columns; nothing that is there changes."""
    op.add_column("listed_source", sa.Column("digest", sa.String(), nullable=False, server_default=""))
    op.add_column("shelf_item", sa.Column("exported", sa.DateTime(timezone=True), nullable=True))
    op.add_column("shelf_item", sa.Column("exported_last", sa.DateTime(timezone=True), nullable=True))

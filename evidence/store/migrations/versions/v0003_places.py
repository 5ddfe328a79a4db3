"""Tags keep the place of the words that led to them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """A column without a value: the next `retag` fills it, and the first of this program finds that it is due.

    Both databases add such a column without rewriting the table (https://sqlite.org/lang_altertable.html,
    https://www.postgresql.org/docs/current/ddl-alter.html).
    """
    op.add_column("tag_assignment", sa.Column("place", sa.String(), nullable=False, server_default=""))

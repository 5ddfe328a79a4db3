"""Which run brought a record, in an index of its own: what a search lists no more is asked for at once."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """One index; nothing that is there changes."""
    columns = ["run_id", "source", "upstream", "external_id"]
    op.create_index("ix_source_record_found_by", "source_record", columns, unique=False)

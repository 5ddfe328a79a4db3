"""Shelves: named selections of studies."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Two tables; nothing that is there changes."""
    op.create_table(
        "shelf",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("visibility IN ('private', 'secret', 'public')", name=op.f("ck_shelf_visibility_known")),
        sa.CheckConstraint("visibility <> 'secret' OR token IS NOT NULL", name=op.f("ck_shelf_secret_has_token")),
        sa.CheckConstraint("(token IS NULL) = (digest IS NULL)", name=op.f("ck_shelf_token_has_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelf")),
    )
    op.create_index("uq_shelf_slug", "shelf", ["slug"], unique=True)
    op.create_index("uq_shelf_digest", "shelf", ["digest"], unique=True)
    op.create_index(
        "uq_shelf_owner_folded",
        "shelf",
        ["owner", "folded"],
        unique=True,
        sqlite_where=sa.text("deleted IS NULL"),
        postgresql_where=sa.text("deleted IS NULL"),
    )
    op.create_table(
        "shelf_item",
        sa.Column("shelf_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shelf_id"], ["shelf.id"], name=op.f("fk_shelf_item_shelf_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["source_record_id"],
            ["source_record.id"],
            name=op.f("fk_shelf_item_source_record_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("shelf_id", "source_record_id", name=op.f("pk_shelf_item")),
    )
    op.create_index("ix_shelf_item_source_record_id", "shelf_item", ["source_record_id"], unique=False)

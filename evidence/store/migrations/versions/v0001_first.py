"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table; the search index is the database's own kind."""
    tables()
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE study_fts USING fts5(body, tokenize = 'unicode61 remove_diacritics 0')")
    else:
        op.execute("CREATE TABLE study_fts (study_id INTEGER PRIMARY KEY, body TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_study_fts_body ON study_fts USING gin (body)")


def tables() -> None:
    """The tables of schema.py as they were then."""
    op.create_table(
        "facet",
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("chunk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("value", "chunk", name=op.f("pk_facet")),
    )
    op.create_index("ix_facet_chunk", "facet", ["chunk"], unique=False)
    op.create_index("ix_facet_revision", "facet", ["revision"], unique=False)
    op.create_table(
        "library",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starter_loaded", sa.DateTime(timezone=True), nullable=True),
        sa.Column("vocabulary_hash", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_library_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library")),
    )
    op.create_table(
        "refresh_run",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("log", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'ok', 'failed', 'interrupted')", name=op.f("ck_refresh_run_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_run")),
    )
    op.create_index(op.f("ix_refresh_run_search"), "refresh_run", ["search"], unique=False)
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("registry_id", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("enrolment", sa.Integer(), nullable=True),
        sa.Column("published_scheme", sa.String(), nullable=False),
        sa.Column("published_value", sa.String(), nullable=False),
        sa.Column("published_certain", sa.Boolean(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
    )
    op.create_table(
        "saved_search",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("last_ok_count", sa.Integer(), nullable=True),
        sa.Column("last_ok_run", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_saved_search")),
    )
    op.create_table(
        "study",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("publication_state", sa.String(), nullable=False),
        sa.Column("upstream_state", sa.String(), nullable=False),
        sa.Column("inclusion", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("byline", sa.String(), nullable=False),
        sa.Column("citation", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("design", sa.String(), nullable=False),
        sa.Column("design_order", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("n_unit", sa.String(), nullable=False),
        sa.Column("n_quote", sa.String(), nullable=False),
        sa.Column("pmid", sa.String(), nullable=True),
        sa.Column("doi", sa.String(), nullable=True),
        sa.Column("pmcid", sa.String(), nullable=True),
        sa.Column("identified", sa.Boolean(), nullable=False),
        sa.Column("registrations", sa.String(), nullable=False),
        sa.Column("tags", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("inclusion IN ('candidate', 'included', 'excluded')", name=op.f("ck_study_inclusion_known")),
        sa.CheckConstraint(
            "publication_state IN ('none', 'corrected', 'concern', 'retracted', 'replaced', 'withdrawn')",
            name=op.f("ck_study_publication_state_known"),
        ),
        sa.CheckConstraint(
            "upstream_state IN ('present', 'missing', 'deleted')", name=op.f("ck_study_upstream_state_known")
        ),
        sa.CheckConstraint("merged_into IS NULL OR merged_into <> id", name=op.f("ck_study_not_into_itself")),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["study.id"], name=op.f("fk_study_merged_into"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
    )
    op.create_index(op.f("ix_study_merged_into"), "study", ["merged_into"], unique=False)
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
    )
    op.create_index("uq_tag_kind_slug", "tag", ["kind", "slug"], unique=True)
    op.create_table(
        "vocabulary_overlay",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slug", name=op.f("pk_vocabulary_overlay")),
    )
    op.create_table(
        "author",
        sa.Column("study_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("given", sa.String(), nullable=False),
        sa.Column("initials", sa.String(), nullable=False),
        sa.Column("suffix", sa.String(), nullable=False),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("orcid", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_author_study_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("study_id", "position", name=op.f("pk_author")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["refresh_run.id"], name=op.f("fk_event_run_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_event_study_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_study_id"), "event", ["study_id"], unique=False)
    op.create_table(
        "identifier",
        sa.Column("study_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.CheckConstraint("claim IN ('own', 'shared', 'disputed')", name=op.f("ck_identifier_claim_known")),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_identifier_study_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("study_id", "scheme", "value", name=op.f("pk_identifier")),
    )
    op.create_index("ix_identifier_value", "identifier", ["value"], unique=False)
    op.create_index(
        "uq_identifier_owned",
        "identifier",
        ["scheme", "value"],
        unique=True,
        sqlite_where=sa.text("claim = 'own'"),
        postgresql_where=sa.text("claim = 'own'"),
    )
    op.create_table(
        "merge_event",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("from_study_id", sa.Integer(), nullable=True),
        sa.Column("moved", sa.String(), nullable=False),
        sa.Column("stayed", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_study_id"],
            ["study.id"],
            name=op.f("fk_merge_event_from_study_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_merge_event_study_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_event")),
    )
    op.create_index(op.f("ix_merge_event_from_study_id"), "merge_event", ["from_study_id"], unique=False)
    op.create_index(op.f("ix_merge_event_study_id"), "merge_event", ["study_id"], unique=False)
    op.create_table(
        "rejection",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["refresh_run.id"], name=op.f("fk_rejection_run_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejection")),
    )
    op.create_index(op.f("ix_rejection_run_id"), "rejection", ["run_id"], unique=False)
    op.create_table(
        "source_record",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("reader", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revised", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["refresh_run.id"], name=op.f("fk_source_record_run_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_record")),
    )
    op.create_index("uq_source_record_source_external_id", "source_record", ["source", "external_id"], unique=True)
    op.create_table(
        "block",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_record_id"],
            ["source_record.id"],
            name=op.f("fk_block_source_record_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("key", "source_record_id", name=op.f("pk_block")),
    )
    op.create_index(op.f("ix_block_source_record_id"), "block", ["source_record_id"], unique=False)
    op.create_table(
        "cite_key",
        sa.Column("folded", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("source_record_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_record_id"],
            ["source_record.id"],
            name=op.f("fk_cite_key_source_record_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_cite_key_study_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("folded", name=op.f("pk_cite_key")),
    )
    op.create_index(op.f("ix_cite_key_study_id"), "cite_key", ["study_id"], unique=False)
    op.create_table(
        "field_choice",
        sa.Column("source_record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(), nullable=False),
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
        sa.PrimaryKeyConstraint("source_record_id", "field", name=op.f("pk_field_choice")),
    )
    op.create_table(
        "match_decision",
        sa.Column("a_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("b_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('same', 'different', 'unsure')", name=op.f("ck_match_decision_verdict_known")),
        sa.CheckConstraint("a_id < b_id", name=op.f("ck_match_decision_ordered")),
        sa.ForeignKeyConstraint(
            ["a_id"], ["source_record.id"], name=op.f("fk_match_decision_a_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["b_id"], ["source_record.id"], name=op.f("fk_match_decision_b_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("a_id", "b_id", name=op.f("pk_match_decision")),
    )
    op.create_index("ix_match_decision_b_id", "match_decision", ["b_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("source_record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_record_id"],
            ["source_record.id"],
            name=op.f("fk_membership_source_record_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_membership_study_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("source_record_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_study_id"), "membership", ["study_id"], unique=False)
    op.create_table(
        "relation",
        sa.Column("source_record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("target_scheme", sa.String(), nullable=False),
        sa.Column("target_value", sa.String(), nullable=False),
        sa.Column("citation", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_record_id"],
            ["source_record.id"],
            name=op.f("fk_relation_source_record_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("source_record_id", "position", name=op.f("pk_relation")),
    )
    op.create_index("ix_relation_target", "relation", ["target_value", "target_scheme"], unique=False)
    op.create_table(
        "sample_size",
        sa.Column("source_record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_record_id"],
            ["source_record.id"],
            name=op.f("fk_sample_size_source_record_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("source_record_id", name=op.f("pk_sample_size")),
    )
    op.create_table(
        "tag_assignment",
        sa.Column("source_record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tag_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("central", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "origin IN ('mesh', 'pubtype', 'text', 'curator', 'import')", name=op.f("ck_tag_assignment_origin_known")
        ),
        sa.CheckConstraint(
            "status IN ('asserted', 'suggested', 'rejected')", name=op.f("ck_tag_assignment_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["source_record_id"],
            ["source_record.id"],
            name=op.f("fk_tag_assignment_source_record_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tag.id"], name=op.f("fk_tag_assignment_tag_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("source_record_id", "tag_id", "origin", name=op.f("pk_tag_assignment")),
    )

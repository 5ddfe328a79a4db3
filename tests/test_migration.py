"""A store that an earlier version made becomes one of this version, with what it holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from evidence import curation, doctor, recordjson
from evidence.errors import SchemaMismatch
from evidence.ingest import take
from evidence.store import engine, migrate, open_store
from evidence.store.engine import Store, pack
from tests.made import NOW, clock, record, vocabulary


def at_level(url: str, level: str) -> Store:
    """An empty store of an earlier schema."""
    store = Store(engine._engine(url), clock)
    config = Config()
    config.set_main_option("script_location", str(Path(engine.__file__).parent / "migrations"))
    with store.migrating() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, level)
        connection.execute(
            text(
                "INSERT INTO library (id, revision, epoch, created, clock, vocabulary_hash) "
                "VALUES (1, 3, 'e', :t, :t, '')"
            ),
            {"t": NOW},
        )
    return store


def test_a_merged_library_of_the_first_schema_keeps_its_studies_and_can_be_undone(store_url: str) -> None:
    """Studies 1 and 2, the second merged into the first; record 3 joined study 1; study 4 is deleted upstream."""
    titles = {
        1: "First work on the median nerve",
        2: "Second work on the ulnar nerve",
        4: "Third work on the radial nerve",
    }
    names = {1: "1", 2: "2", 3: "f#3", 4: "4"}
    with at_level(store_url, "0001") as old, old.engine.begin() as connection:
        for study, into, state in ((1, None, "present"), (2, 1, "present"), (4, None, "deleted")):
            connection.execute(
                text(
                    "INSERT INTO study (id, merged_into, publication_state, upstream_state, inclusion, title, byline, "
                    "citation, language, design, design_order, n_unit, n_quote, identified, registrations, tags, "
                    "created, changed) VALUES (:id, :into, 'none', :state, 'included', :title, '', '', '', 'other', "
                    "99, '', '', :yes, '', '', :t, :t)"
                ),
                {"id": study, "into": into, "state": state, "title": titles[study], "yes": True, "t": NOW},
            )
            connection.execute(
                text("INSERT INTO cite_key (folded, key, study_id, is_primary) VALUES (:k, :k, :id, :yes)"),
                {"k": f"key{study}", "id": study, "yes": True},
            )
        for number, name in names.items():
            said = record(
                name,
                titles.get(number, titles[1]),
                source="pubmed" if number != 3 else "ris",
                pmid=str(number % 3 or 7),
            )
            connection.execute(
                text(
                    "INSERT INTO source_record (id, source, external_id, fingerprint, reader, version, revised, "
                    "payload, first_seen, changed, checked_at) "
                    "VALUES (:id, :source, :name, :f, 1, 1, '', :payload, :t, :t, :t)"
                ),
                {
                    "id": number, "source": said.source, "name": name, "f": b"old", "t": NOW,
                    "payload": pack(recordjson.dump(said)),
                },
            )  # fmt: skip
            connection.execute(
                text("INSERT INTO membership (source_record_id, study_id) VALUES (:id, :study)"),
                {"id": number, "study": 4 if number == 4 else 1},
            )
        for event, former, moved, stayed in ((1, None, [3], [1]), (2, 2, [2], [1, 3])):
            connection.execute(
                text(
                    "INSERT INTO merge_event (id, at, actor, rule, reasons, study_id, from_study_id, moved, stayed, "
                    "undone_by) VALUES (:id, :t, 'ann', 'curator', '[]', 1, :former, :moved, :stayed, '')"
                ),
                {"id": event, "t": NOW, "former": former, "moved": json.dumps(moved), "stayed": json.dumps(stayed)},
            )
            for other in stayed:
                connection.execute(
                    text(
                        "INSERT INTO match_decision (a_id, b_id, verdict, rule, reasons, actor, at) "
                        "VALUES (:a, :b, 'same', 'curator', '[]', 'ann', :t)"
                    ),
                    {"a": min(other, *moved), "b": max(other, *moved), "t": NOW},
                )
    with pytest.raises(SchemaMismatch, match="evidence migrate"):
        open_store(store_url, clock)
    assert [step[:4] for step in migrate(store_url, clock)][:3] == ["0002", "0003", "0004"]
    with open_store(store_url, clock) as store:
        with store.read() as connection:
            born = dict(iter(connection.execute(text("SELECT source_record_id, born_study_id FROM membership"))))
            states = dict(iter(connection.execute(text("SELECT id, upstream FROM source_record"))))
        assert born == {1: 1, 2: 2, 3: None, 4: 4}
        assert states == {1: "present", 2: "present", 3: "present", 4: "deleted"}
        checks = {c.name: c for c in doctor.examine(store, vocabulary(), every=True, fix=True)}
        assert checks["counts"].fixed == 2, "what the first version did not keep, and all that is saved with it"
        assert [(c.name, c.examples) for c in checks.values() if c.left] == []
        again = record("g#1", titles[4], source="bibtex", volume="5", pages="1-9")
        assert take(store, vocabulary(), [again], actor="test").counts()["merged"] == 1, "the index was filled anew"
        assert curation.unmerge(store, vocabulary(), 2, actor="ann") == "key2"
        with store.read() as connection:
            places = dict(iter(connection.execute(text("SELECT source_record_id, study_id FROM membership"))))
        assert (places[1], places[2], places[3]) == (1, 2, 1)
        assert [c.name for c in doctor.examine(store, vocabulary(), every=True) if c.left] == []

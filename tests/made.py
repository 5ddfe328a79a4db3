"""Invented records and stores for tests: short to write, real in shape."""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from sqlalchemy import event

from evidence import text
from evidence.identifiers import parse
from evidence.records import (
    AbstractSection,
    Author,
    Dated,
    Journal,
    NamedConcept,
    PartialDate,
    Record,
    Relation,
)
from evidence.store import Store, create, open_store, schema
from evidence.vocabulary import Vocabulary, load

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
JOURNAL = Journal(title="Journal of Nerve Studies", abbreviation="J Nerve Stud")
UNSTABLE = {"changed", "checked_at", "first_seen", "at", "created", "revision", "run_id", "clock"}
"""Columns that say when something was written, not what."""


def examples(most: int) -> int:
    """How many examples a costly property is tried on: all of them with EVIDENCE_THOROUGH, as .ci/run does."""
    return most if os.environ.get("EVIDENCE_THOROUGH") else max(most // 4, 3)


@cache
def vocabulary() -> Vocabulary:
    """The packaged vocabulary, read once."""
    return load()


def clock() -> datetime:
    """A clock that stands still."""
    return NOW


@contextmanager
def fresh_store() -> Iterator[Store]:
    """An empty SQLite store of its own, for tests that need many: a copy of one that was made once."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        shutil.copy(_template(), path)
        with open_store(f"sqlite:///{path}", clock) as store:
            yield store


@cache
def _template() -> Path:
    path = Path(mkdtemp()) / "template.db"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    with create(f"sqlite:///{path}", clock) as store, store.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA journal_mode=DELETE")
    return path


def record(
    name: str = "1", title: str = "Perineural dextrose for carpal tunnel syndrome: a trial", **fields: Any
) -> Record:
    """A record of source "pubmed"; pmid, doi, pmcid, year, family, abstract, types and revised are short forms."""
    ids = [parse(s, fields.pop(s)) for s in ("pmid", "doi", "pmcid", "registration") if s in fields]
    dates = [Dated(kind="issue", date=PartialDate(year=fields.pop("year", 2020)))]
    if "revised" in fields:
        year, month, day = fields.pop("revised")
        dates.append(Dated(kind="record-revised", date=PartialDate(year=year, month=month, day=day)))
    made = {
        "source": "pubmed",
        "external_id": name,
        "title": text.from_plain(title),
        "identifiers": tuple(ids),
        "authors": tuple(Author(family=f, initials="A") for f in fields.pop("families", [fields.pop("family", "Wu")])),
        "journal": Journal(title=fields.pop("journal")) if "journal" in fields else JOURNAL,
        "dates": tuple(dates),
        "abstract": tuple(AbstractSection(text=text.from_plain(a)) for a in [fields.pop("abstract", "")] if a),
        "publication_types": tuple(NamedConcept(name=n) for n in fields.pop("types", ())),
    }
    return Record(**(made | fields))


def notice(name: str, kind: str, target_pmid: str) -> Record:
    """A notice about another record: kind is its RefType ("RetractionOf")."""
    relation = Relation(type=kind, targets=(parse("pmid", target_pmid),), citation="J Nerve Stud. 2020")
    types = {"RetractionOf": "Retraction of Publication", "ErratumFor": "Published Erratum"}.get(kind, "Comment")
    return record(
        name, f"Notice concerning PMID {target_pmid} by the editors", pmid=name, relations=(relation,), types=[types]
    )


def contents(store: Store, *, leave_out: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Every table as sorted rows without the columns that only say when: equal contents, equal stores."""
    skip = {"refresh_run", "saved_search", "library", *leave_out}
    skip |= {"condition_event"} if "event" in skip else set()  # which events a condition's history shows
    found = {}
    with store.read() as connection:
        for table in schema.METADATA.sorted_tables:
            if table.name in skip:
                continue
            rows = connection.execute(table.select())
            kept = ({k: v for k, v in row._mapping.items() if k not in UNSTABLE and not _empty(k, v)} for row in rows)
            found[table.name] = sorted(repr(row) for row in kept if row.get("bits", b"1"))
    return found


def _empty(column: str, value: Any) -> bool:
    """A bitmap row without bits is no row; an after-image holds times."""
    return column == "image" or (column == "bits" and not any(value))


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """What the store is asked, transactions' beginnings apart."""
    seen: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_rest: Any) -> None:
        if statement != "BEGIN":
            seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(store.engine, "before_cursor_execute", note)

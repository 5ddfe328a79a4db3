"""What a library takes on the disk, and by how much a year of daily refreshes makes it grow.

    [EVIDENCE_BENCH_DATA=…] python -m tests.benchmarks.bench_growth [STUDIES] [URL]

Imports STUDIES (2,000) records, revises each once, makes a year of runs of five searches with a log of three lines and
one record a day that cannot be read, then prunes and compacts. Prints bytes for each table after every step (SQLite:
dbstat; PostgreSQL: pg_total_relation_size), for each study, revision and run. The records are PubMed's of
EVIDENCE_BENCH_DATA/data/pubmed where that is set, else invented ones with an abstract of ordinary length. URL: an empty
database; SQLite in a temporary folder without it. No figure decides a test.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import insert, inspect

from evidence import formats
from evidence.ingest import take
from evidence.records import Keyword, Record, Rejected
from evidence.store import Store, create, pruning, runs, schema, sizes, writes
from evidence.store.engine import table_of
from tests.benchmarks.bench_growing_store import ABSTRACT, FILLER
from tests.made import record, vocabulary

START = datetime(2026, 1, 1, 6, tzinfo=UTC)
SEARCHES = 5
DAYS = 365
QUERY = "(dextrose[tiab] OR prolotherapy[tiab]) AND (nerve[tiab] OR entrapment[tiab]) " * 4
TRANSLATION = '("glucose"[MeSH Terms] OR "glucose"[All Fields] OR "dextrose"[All Fields]) AND ' * 20
LOG = ("asked for in 3 slices, which add up to 12,345 records", "PMID 1 has no record that can be read", "waited 2 s")


def main() -> None:
    """Make, measure, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/store.db"
        with create(url, lambda: START) as store:
            found = list(islice(records(), count))
            empty = by_table(store)
            take(store, vocabulary(), found, actor="bench")
            made = told(store, empty, len(found), "study")
            take(store, vocabulary(), [revised(one) for one in found], actor="bench", live=True)
            after = told(store, made, len(found), "revision")
            year(store)
            told(store, after, DAYS * SEARCHES, "run")
            store.now = lambda: START + timedelta(days=2 * DAYS + 40)
            done = pruning.prune(store, older_than=timedelta(days=pruning.KEPT_DAYS), actor="bench")
            sizes.compact(store)
            say(f"after two years, pruned and compacted: {done}")
            told(store, after, DAYS * SEARCHES, "run")


def records() -> Iterator[Record]:
    """PubMed's own records where they are at hand, else invented ones."""
    folder = os.environ.get("EVIDENCE_BENCH_DATA")
    if folder:
        for path in sorted((Path(folder) / "data" / "pubmed").glob("*.xml.gz")):
            yield from (item for item in formats.read_path(path) if isinstance(item, Record))
        return
    number = 10_000_000
    while True:
        number += 1
        title = f"Perineural dextrose for entrapment number {number}: a trial of weavers"
        yield record(str(number), title, pmid=str(number), doi=f"10.5555/g.{number}", abstract=ABSTRACT + FILLER)


def revised(one: Record) -> Record:
    """The record as PubMed gives it after somebody has indexed it further."""
    return replace(one, keywords=(*one.keywords, Keyword(text="growth of libraries")))


def year(store: Store) -> None:
    """A year of runs that find nothing new, and of one record a day that cannot be read."""
    for day in range(DAYS):
        moment = START + timedelta(days=day)
        store.now = lambda moment=moment: moment  # type: ignore[misc]
        for search in range(SEARCHES):
            number = runs.start(store, f"search-{search}", QUERY, moment)
            counts = {"unchanged": 12, "already-checked": 3, "listed": 900}
            runs.finish(
                store, number, state="ok", found=900, counts=counts, error="", log=LOG, now=moment,
                translation=TRANSLATION,
            )  # fmt: skip
        with store.write() as writer:
            bad = Rejected(subject="PMID 1", reason="has no title", payload="<PubmedArticle>" + ABSTRACT * 10)
            writes.reject(writer, [bad], run_id=None)
            writer.connection.execute(
                insert(table_of(schema.Event)), [writer.log("status-seen", actor="bench", detail={"day": day})]
            )


def told(store: Store, before: dict[str, int], count: int, what: str) -> dict[str, int]:
    """Print what was added, for each table and each thing added; the bytes now."""
    now = by_table(store)
    added = {name: size - before.get(name, 0) for name, size in now.items()}
    say(f"{count:,} × {what}: {sum(added.values()) / 1e6:.1f} MB, {sum(added.values()) / count:,.0f} bytes each")
    for name, size in sorted(added.items(), key=lambda item: -item[1])[:9]:
        say(f"    {name:<24}{size / 1e6:>8.2f} MB{size / count:>9,.0f} bytes each")
    return now


def by_table(store: Store) -> dict[str, int]:
    """Bytes of every table."""
    with store.read() as connection:
        return sizes.of_tables(connection, inspect(connection).get_table_names())


def say(line: str) -> None:
    """A line on standard output."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()

"""Every PubMed XML file of the shared data into one store: an account of every record, and nothing the second time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.errors import BadInput
from evidence.formats import open_path, read_path, recognise
from evidence.ingest import Report, take
from evidence.records import Item
from evidence.store import Store, create, queries
from tests.made import clock, contents, vocabulary

DATA = os.environ.get("EVIDENCE_BENCH_DATA")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA, reason="NOT RUN: EVIDENCE_BENCH_DATA must name the folder that holds data/"),
]


def files() -> list[Path]:
    """Every file whose content is a set of PubMed records, the large ones last."""
    found = []
    for path in sorted((Path(DATA or "") / "data").rglob("*")):
        if path.is_file() and ".xml" in path.name:
            try:
                with open_path(path) as stream:
                    if recognise(stream, str(path)).name == "pubmed-xml":
                        found.append(path)
            except BadInput:
                continue
    return sorted(found, key=lambda p: p.stat().st_size)


def everything(account: dict[str, int]) -> Iterator[Item]:
    """All items of all files; `account` counts the files that are read to their end and those that are refused."""
    for path in files():
        try:
            yield from read_path(path)
            account["read"] += 1
        except BadInput:
            account["refused"] += 1


def taken(store: Store) -> tuple[Report, dict[str, int]]:
    account = {"read": 0, "refused": 0}
    return take(store, vocabulary(), everything(account), actor="test"), account


def test_every_record_is_accounted_for_and_a_second_time_writes_nothing(tmp_path: Path) -> None:
    with create(f"sqlite:///{tmp_path / 'all.db'}", clock) as store:
        first, account = taken(store)
        assert account["read"] >= 150
        assert first.total == sum(first.counts().values()) > 29_000
        assert first.deletions == 20
        with store.read() as connection:
            records = connection.exec_driver_sql("SELECT count(*) FROM source_record").scalar_one()
        assert first.added + first.queued + first.merged == records
        before, revision = contents(store, leave_out=("rejection",)), queries.state(store).revision
        second, _ = taken(store)
        assert second.total == first.total
        written = {name: n for name, n in second.counts().items() if n and name != "unchanged"}
        assert written == {"rejected": len(first.rejected), "deletions": 20}
        assert queries.state(store).revision == revision
        assert contents(store, leave_out=("rejection",)) == before

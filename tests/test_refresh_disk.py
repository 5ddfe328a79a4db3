"""A full disk and a locked database: the refresh says so and ends with code 1; nothing is half written."""

from __future__ import annotations

import random
import resource
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from evidence.store import engine
from tests.cli_runner import run
from tests.eutils_server import EutilsServer
from tests.refresh_process import SEARCH, command, contents, environment, url, whole

RECORDS = 600


def limited(server: EutilsServer, folder: Path, most: int) -> subprocess.CompletedProcess[str]:
    """`evidence refresh` where no file may grow beyond so many bytes: what a full disk looks like to it."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return subprocess.run(
        command("refresh", SEARCH), env=environment(server.url, folder), capture_output=True, text=True, check=False,
        preexec_fn=limit,
    )  # fmt: skip


def sizes(folder: Path) -> int:
    """Bytes of the largest file of the store."""
    return max(path.stat().st_size for path in folder.glob("evidence.db*"))


@pytest.mark.long
def test_a_full_disk_ends_the_refresh_and_the_next_goes_on(tmp_path: Path) -> None:
    rng = random.Random(6)
    with EutilsServer(RECORDS) as server:
        whole(server, tmp_path / "roomy")
        wanted, _ = contents(tmp_path / "roomy")
        end = sizes(tmp_path / "roomy")
        narrow = tmp_path / "narrow"
        environment(server.url, narrow)  # makes the folder
        done = limited(server, narrow, rng.randint(end // 2, end * 2 // 3))
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.startswith("evidence: sqlite:///")
        assert any(words in done.stderr for words in ("disk I/O error", "disk is full"))
        found, states = contents(narrow)  # checks the integrity
        assert len(found["study"]) % 200 == 0, "whole batches or nothing"
        assert len(found["study"]) == len(found["source_record"]) < RECORDS
        assert set(states) <= {"running", "failed", "interrupted"}
        whole(server, narrow)
        found, states = contents(narrow)
    assert states[-1] == "ok"
    assert found == wanted


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[EutilsServer, sqlite3.Connection]]:
    """A store with a search's records, which another connection can lock; a writer waits a moment only."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.2)
    with EutilsServer(5) as server:
        monkeypatch.setenv("EVIDENCE_EUTILS_URL", server.url)
        monkeypatch.setenv("EVIDENCE_MAX_RATE", "1000")
        monkeypatch.setenv("EVIDENCE_DATABASE_URL", url(tmp_path))
        assert run("refresh", SEARCH).exit_code == 0
        with closing(sqlite3.connect(tmp_path / "evidence.db", isolation_level=None, check_same_thread=False)) as other:
            yield server, other


def test_a_locked_database_ends_the_refresh_before_it_asks(locked: tuple[EutilsServer, sqlite3.Connection]) -> None:
    server, other = locked
    server.seen.clear()
    other.execute("BEGIN IMMEDIATE")
    done = run("refresh", SEARCH)
    assert done.exit_code == 1
    assert "another process is writing" in done.stderr
    assert server.seen == []
    other.execute("ROLLBACK")
    assert run("refresh", SEARCH).exit_code == 0


def test_a_database_that_is_locked_half_way_loses_nothing(
    locked: tuple[EutilsServer, sqlite3.Connection], tmp_path: Path
) -> None:
    server, other = locked
    server.pmids.insert(0, str(int(server.pmids[0]) + 1))
    given = server.article

    def article(pmid: str) -> str | None:
        if not other.in_transaction:
            other.execute("BEGIN IMMEDIATE")  # while the answer is on its way
        return given(pmid)

    server.article = article  # type: ignore[method-assign]
    done = run("refresh", SEARCH)
    assert done.exit_code == 1
    assert "another process is writing" in done.stderr
    other.execute("ROLLBACK")
    server.article = given  # type: ignore[method-assign]
    assert run("refresh", SEARCH).exit_code == 0
    found, states = contents(tmp_path)
    assert len(found["study"]) == 6
    assert states[-2:] == ["interrupted", "ok"]


def test_the_loop_outlives_a_locked_database(
    locked: tuple[EutilsServer, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, other = locked
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            raise KeyboardInterrupt
        other.execute("ROLLBACK")

    monkeypatch.setattr(time, "sleep", sleep)
    other.execute("BEGIN IMMEDIATE")
    done = run("refresh", "--loop")
    assert done.exit_code == 130
    assert "another process is writing" in done.stderr
    assert ": ok;" in done.stdout

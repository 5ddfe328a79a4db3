"""`evidence refresh` as a process of its own, to be killed: what the kill tests and the benchmark share."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

import evidence
from evidence.store import Store, open_store, schema
from evidence.store.engine import table_of
from tests.eutils_server import EutilsServer
from tests.store_dump import dump

SEARCH = "core"


def environment(address: str, folder: Path) -> dict[str, str]:
    """The variables of a process that refreshes a store in this folder from this server."""
    folder.mkdir(parents=True, exist_ok=True)
    return os.environ | {
        "HOME": str(folder),
        "PYTHONPATH": str(Path(evidence.__file__).parents[1]),
        "EVIDENCE_DATA_DIR": str(folder),
        "EVIDENCE_DATABASE_URL": url(folder),
        "EVIDENCE_EUTILS_URL": address,
        "EVIDENCE_MAX_RATE": "1000",
    }


def url(folder: Path) -> str:
    """The store of a folder."""
    return f"sqlite:///{folder / 'evidence.db'}"


def command(*arguments: str) -> list[str]:
    """The command line of the program."""
    return [sys.executable, "-m", "evidence", *arguments]


def whole(server: EutilsServer, folder: Path) -> str:
    """Refresh without interruption; what it says. Raises when it fails."""
    done = subprocess.run(
        command("refresh", SEARCH), env=environment(server.url, folder), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def killed(server: EutilsServer, folder: Path, rng: random.Random) -> bool:
    """Start a refresh and kill it (-9) a random moment after a random request; False when it was done before.

    After no request at all means: while it starts, opens the store or makes it.
    """
    before, requests, pause = len(server.seen), rng.randint(0, 4), rng.random() * 0.4
    process = subprocess.Popen(
        command("refresh", SEARCH),
        env=environment(server.url, folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while len(server.seen) < before + requests and process.poll() is None:
            server.wait_for(before + requests, timeout=0.2)
        time.sleep(pause if requests else 0.3 + pause * 3)
    finally:
        process.send_signal(signal.SIGKILL)
        code = process.wait()
    return code == -signal.SIGKILL


def contents(folder: Path) -> tuple[dict[str, list[tuple[Any, ...]]], list[str]]:
    """Everything in a folder's store, and the states of its runs, oldest first."""
    with open_store(url(folder), lambda: datetime.now(UTC)) as store:
        return dump(store), _states(store)


def _states(store: Store) -> list[str]:
    run = table_of(schema.RefreshRun)
    with store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        return list(connection.scalars(select(run.c.state).order_by(run.c.id)))


def compare_after_kills(folder: Path, *, records: int, kills: int, seed: int) -> list[str]:
    """Kill a refresh so many times, let it end, and compare with one that was left alone. The states of its runs."""
    rng = random.Random(seed)
    with EutilsServer(records) as server:
        whole(server, folder / "alone")
        done = 0
        for _ in range(kills * 4):
            done += killed(server, folder / "killed", rng)
            if done == kills:
                break
        assert done == kills, f"only {done} of {kills} kills met a running process"
        whole(server, folder / "killed")
        asked = [pmid for seen in server.requests("efetch") for pmid in seen.ids]
    assert set(asked) == set(server.pmids)
    wanted, _ = contents(folder / "alone")
    found, states = contents(folder / "killed")
    assert len(found["study"]) == records
    for table, rows in wanted.items():
        assert found[table] == rows, f"table {table} differs"
    return states

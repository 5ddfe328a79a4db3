"""What live files cost: `python -m tests.benchmarks.bench_live FILE.db [SLUG]`.

Asks the pages of a library (make_library.py makes one of 100,000 studies), in this process, for the file of a condition
(carpal-tunnel-syndrome, or SLUG) and of everything: made, unchanged (304), and as of the day of the last change. Prints
for each the status, bytes, seconds, SQL statements and the process's peak memory. No figure decides a test.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from evidence import vocabulary
from evidence.settings import Settings
from evidence.store import Store, open_store, reads
from web.app import create_app

_REPEATS = 200


def main() -> None:
    """Open, ask, print."""
    url = f"sqlite:///{Path(sys.argv[1]).absolute()}"
    slug = sys.argv[2] if len(sys.argv) > 2 else "carpal-tunnel-syndrome"

    def now() -> datetime:
        return datetime.now(UTC)

    with open_store(url, now) as store, TemporaryDirectory() as folder:
        settings = Settings(database_url=url, data_dir=Path(folder), now=now)
        client = create_app(settings, store, vocabulary.load()).test_client()
        seen = _counted(store)
        with store.read() as connection:
            day = connection.execute(reads.LIBRARY.select()).one().clock.date()
        for address in (f"/conditions/{slug}.bib", "/search.bib", f"/conditions/{slug}.bib?as-of={day}"):
            tag = _ask(client, address, seen)
            _ask(client, address, seen, tag)
        tag = client.head("/search.bib").headers["ETag"]
        started = time.perf_counter()
        for _ in range(_REPEATS):
            client.get("/search.bib", headers={"If-None-Match": tag})
        sys.stdout.write(f"304, mean of {_REPEATS}: {(time.perf_counter() - started) / _REPEATS * 1000:.2f} ms\n")


def _counted(store: Store) -> list[str]:
    seen: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_rest: Any) -> None:
        if statement != "BEGIN":
            seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    return seen


def _ask(client: FlaskClient, address: str, seen: list[str], tag: str = "") -> str:
    seen.clear()
    started = time.perf_counter()
    with client.get(address, headers={"If-None-Match": tag} if tag else {}) as answer:
        size = sum(len(piece) for piece in answer.response)
        took = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        sys.stdout.write(
            f"{answer.status_code} {address}: {size:,} bytes, {took:.3f} s, {len(seen)} statements, {peak} MB\n"
        )
        return str(answer.headers["ETag"])


if __name__ == "__main__":
    main()

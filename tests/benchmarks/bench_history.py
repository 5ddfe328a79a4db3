"""What the history of a condition costs: `python -m tests.benchmarks.bench_history [EVENTS]` (100,000).

Makes a store of a fifth as many studies with five events each (added, sized, retitled, tagged, retracted), one in five
of them of one condition, by copying the state of one imported record; then asks the pages of that condition, in this
process: history from random places on, its feed, and the difference of two days. Prints seconds: median, 95th
percentile, and the SQL statements of the last request. No figure decides a test.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, insert, select, update

from evidence.ingest import take
from evidence.settings import Settings
from evidence.store import Store, create, history, reads, schema, trail, writes
from evidence.store.engine import table_of, unpack
from tests.made import record, vocabulary
from web.app import create_app

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
CTS = "carpal-tunnel-syndrome"
KINDS = ("study-added", "study-revised", "study-revised", "study-retagged", "state-changed")
_REPEATS = 100


def main() -> None:
    """Make the store, ask, print."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/store.db"
        with create(url, lambda: START) as store:
            take(store, vocabulary(), [record(abstract="n = 54 patients " + "of words " * 150)], actor="bench")
            started = time.perf_counter()
            fill(store, events // len(KINDS))
            sys.stdout.write(f"{events:,} events in {time.perf_counter() - started:.0f} s\n")
            store.now = lambda: START + timedelta(days=400)
            settings = Settings(database_url=url, data_dir=Path(folder), now=store.now)
            ask(create_app(settings, store, vocabulary()).test_client(), store, events)


def fill(store: Store, studies: int) -> None:
    """Copies of the one study, and what happened to each."""
    with store.read() as connection:
        study = dict(connection.execute(select(reads.STUDY)).one()._mapping)
        image = json.loads(unpack(connection.scalar(select(reads.EVENT.c.image)) or b""))
    others = sorted(set(vocabulary().conditions) - {CTS})
    with store.write() as writer:
        number, moment = writer.number(schema.Study), START
        rows, keys = [], []
        for n in range(studies):
            slug = CTS if n % 5 == 0 else others[n % len(others)]
            rows.append({**study, "id": number + n, "title": f"Study {n} of dextrose", "tags": f"condition:{slug}:"})
            keys.append({"folded": f"bench{n}", "key": f"bench{n}", "study_id": number + n, "is_primary": True})
        writer.add(schema.Study, rows)
        writer.connection.execute(insert(table_of(schema.CiteKey)), keys)
        before: dict[int, dict[str, Any]] = {}
        for step, kind in enumerate(KINDS):
            made, noted = [], []
            for n, row in enumerate(rows):
                after = {**row, "n": 50 + n % 9 * step, "design": "rct" if step > 2 else "cohort"}
                after |= {"publication_state": "retracted"} if step == len(KINDS) - 1 and n % 20 == 0 else {}
                after |= {"title": f"{row['title']}, revised"} if step > 1 else {}
                moment += timedelta(seconds=300)
                slug = after["tags"].split(":")[1]
                head = {**image, "study": {**image["study"], **after}, "tags": [["condition", slug, "", True]]}
                head |= {"keys": [f"bench{n}"]}
                body = json.dumps(
                    {**{k: v for k, v in head.items() if k != "record"}, "record": head["record"]}, default=str
                )
                happened = writer.log(kind, actor="bench", study_id=row["id"], image=writes.packed(body.encode()))
                made.append({**happened, "at": moment})
                noted.append((happened["id"], row["id"], before.get(n), after))
                before[n] = after
            writer.add(schema.Event, made)
            trail.note(writer, noted)
        writer.now = moment
    with store.write() as writer:
        writer.connection.execute(update(reads.LIBRARY).values(clock=moment))


def ask(client: FlaskClient, store: Store, events: int) -> None:
    """Time each kind of page."""
    seen: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda _c, _u, statement, *_: seen.append(statement))
    places = random.Random(1)
    last = str((START + timedelta(seconds=300 * events)).date())
    middle = str((START + timedelta(seconds=300 * events // 2)).date())
    nearly = str((START + timedelta(seconds=300 * events * 99 // 100)).date())
    for name, address in (
        ("history", lambda: f"/conditions/{CTS}/history?before={places.randrange(events // 2, events)}"),
        ("feed", lambda: f"/conditions/{CTS}.atom?before={places.randrange(events // 2, events)}"),
        ("difference, the last hundredth", lambda: f"/conditions/{CTS}/history?from={nearly}&to={last}"),
        ("difference, half of everything", lambda: f"/conditions/{CTS}/history?from={middle}&to={last}"),
    ):
        times = []
        for _ in range(_REPEATS if "half" not in name else 3):
            seen.clear()
            started = time.perf_counter()
            answer = client.get(address())
            times.append(time.perf_counter() - started)
            assert answer.status_code == 200, answer.text
        tail = quantiles(times, n=20)[-1] if len(times) > 3 else max(times)
        sys.stdout.write(
            f"{name}: median {median(times) * 1000:.0f} ms, p95 {tail * 1000:.0f} ms, {len(seen)} statements\n"
        )
    with store.read() as connection:
        rows = connection.execute(select(history.TRAIL).where(history.TRAIL.c.condition == CTS)).all()
    sys.stdout.write(f"{len(rows):,} rows of the trail are of {CTS}\n")


if __name__ == "__main__":
    main()

"""`evidence refresh --due` over many simulated days, killed (-9) at random moments: the store ends as if never killed.

    python -m tests.benchmarks.kill_schedule --engine sqlite|postgresql --kills 100 [--seed N]

Every day of an invented PubMed the program is started hourly until its run is through; a kill falls after a random
request, while the answer is stored, or while the program starts. Another store is refreshed on the same days and left
alone. In the end both ask for everything anew, SQLite's integrity and foreign key checks must be clean, and all tables
must be equal (times, runs and the numbers of events apart: the re-check may notice something a day earlier).
Prints how many kills met a running process, in which state; exits with 1 when anything differs.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from evidence import refresh, vocabulary
from evidence.pacing import MemoryPacer
from evidence.settings import Settings
from evidence.sources.pubmed import PubMed
from evidence.sources.transport import Transport
from evidence.store import open_store, overlay, schema
from evidence.store.engine import table_of
from tests import postgres_server
from tests.pubmed_simulator import FIRST_DAY, Simulator, World
from tests.refresh_process import command, environment
from tests.store_dump import dump

START: Final = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 7, tzinfo=UTC)
A_DAY: Final = 12
"""Kills on one day at most: a run that was cut short is tried again in an hour, and the next day's is due in time."""
DAYS: Final = 60


class Schedule:
    """Two stores over the same days of one world."""

    def __init__(self, server: Simulator, folder: Path, killed: str, alone: str, rng: random.Random) -> None:
        self.server, self.folder, self.rng = server, folder, rng
        self.urls = {"killed": killed, "alone": alone}
        self.kills = 0
        self.moments: Counter[str] = Counter()

    def day(self, number: int, kills: int) -> None:
        """One day: killed so many times, hourly, and at last not; the other once."""
        start = START + timedelta(days=number)
        hour = 0
        for _ in range(kills):
            if not self._killed(start + timedelta(hours=hour)):
                break
            hour += 1
        self.run("killed", start + timedelta(hours=hour))
        self.run("alone", start)

    def run(self, name: str, now: datetime, *arguments: str) -> None:
        """Run the program to its end, which must be good."""
        self.server.now = now
        done = subprocess.run(
            command(*(arguments or ("refresh", "--due"))), env=self._env(name, now), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise AssertionError(f"{name}, {now}: exit code {done.returncode}: {done.stderr}{done.stdout}")

    def _env(self, name: str, now: datetime) -> dict[str, str]:
        env = environment(self.server.url, self.folder / name)
        return env | {"EVIDENCE_DATABASE_URL": self.urls[name], "EVIDENCE_NOW": now.isoformat()}

    def _killed(self, now: datetime) -> bool:
        """Start the program and kill it; False when it was through before."""
        self.server.now = now
        before, wanted = len(self.server.seen), self.rng.choice((0, 1, 2, 3, 3, 4, 4, 5))
        process = subprocess.Popen(
            command("refresh", "--due"), env=self._env("killed", now),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while len(self.server.seen) < before + wanted and process.poll() is None:
                self.server.wait_for(before + wanted, timeout=0.2)
            time.sleep(self.rng.random() * (0.3 if wanted else 1.2))
        finally:
            process.send_signal(signal.SIGKILL)
            code = process.wait()
        if code != -signal.SIGKILL:
            return False
        self.kills += 1
        self.moments[f"after {len(self.server.seen) - before} requests"] += 1
        return True

    def _all_anew(self, name: str, at: datetime) -> None:
        """Ask for what the search finds, and a month later for whatever it does not find any more."""
        self.server.now = at
        clock = [at]
        where = Settings(
            database_url=self.urls[name], data_dir=self.folder / name, eutils_url=self.server.url, max_rate=1000,
            now=lambda: clock[0],
        )  # fmt: skip
        transport = Transport(where, MemoryPacer())
        with open_store(where.database_url, where.now) as store, contextlib.closing(transport):
            words = overlay.apply(store, vocabulary.load())
            refresh.run(store, words, where, full=True, pubmed=PubMed(transport))
            for hour in range(32):
                clock[0] = at + timedelta(days=31, hours=hour)
                runs = refresh.run(store, words, where, recheck=True, pubmed=PubMed(transport))
                if {run.state for run in runs} != {"ok"}:
                    raise AssertionError(f"{name}: {runs}")

    def compare(self, number: int) -> list[str]:
        """Ask both for everything anew on a later day; the tables that differ."""
        at = START + timedelta(days=number)
        for name in self.urls:
            self._all_anew(name, at)
        found, wanted = (contents(self.urls[name]) for name in ("killed", "alone"))
        if not wanted["study"]:
            return ["there is nothing in the store"]
        return [table for table, rows in wanted.items() if found[table] != rows]


def contents(url: str) -> dict[str, list[Any]]:
    """Everything in a store as plain values; events without their numbers. SQLite's own check must be clean."""
    numbers = [c.name for c in table_of(schema.Event).columns if "DateTime" not in repr(c.type) and c.name != "run_id"]
    with open_store(url, lambda: datetime.now(UTC)) as store:
        found: dict[str, list[Any]] = dict(dump(store))
        if store.dialect == "sqlite":
            with store.read() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None
    place = numbers.index("id")
    events = {row[place]: row[:place] + row[place + 1 :] for row in found["event"]}
    found["event"] = sorted(events.values(), key=repr)
    named = ((condition, events[event], study) for condition, event, study in found["condition_event"])
    found["condition_event"] = sorted(named, key=repr)
    return found


def states(url: str) -> Counter[str]:
    """How many runs ended how."""
    run = table_of(schema.RefreshRun)
    with open_store(url, lambda: datetime.now(UTC)) as store, store.read() as connection:
        return Counter(connection.scalars(select(run.c.state)))


def schedule(folder: Path, killed: str, alone: str, *, kills: int, seed: int) -> Schedule:
    """Kill that many times over the days, and compare. Raises AssertionError naming what differs."""
    world = World(seed, days=DAYS, start=700, busy=6, open_=True)
    with Simulator(world) as server:
        both = Schedule(server, folder, killed, alone, random.Random(seed))
        for name in both.urls:
            one_search(both, name)
        number = 0
        while both.kills < kills or number < 4:
            if number >= DAYS:
                raise AssertionError(f"only {both.kills} of {kills} kills met a running process")
            both.day(number, min(A_DAY, kills - both.kills))
            number += 1
        differ = both.compare(DAYS + 2)
    assert not differ, f"these tables differ: {', '.join(differ)}"
    return both


def one_search(both: Schedule, name: str) -> None:
    """A store whose only saved search is ours."""
    both.run(name, START, "searches", "add", "mine", "dextrose[tiab]", "--every", str(A_DAY))
    with open_store(both.urls[name], lambda: START) as store:
        words = overlay.apply(store, vocabulary.load())
        for other in [n for n in words.searches if n != "mine"]:
            overlay.remove_search(store, words, other, actor="curator")


@contextlib.contextmanager
def stores(engine: str, folder: Path) -> Iterator[tuple[str, str]]:
    """The addresses of two stores to be."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'killed.db'}", f"sqlite:///{folder / 'alone.db'}"
        return
    with postgres_server.running() as admin:
        names = [f"evidence_{uuid.uuid4().hex}" for _ in range(2)]
        for name in names:
            postgres_server.execute(admin, f'CREATE DATABASE "{name}" TEMPLATE template0')
        first, second = (postgres_server.database_url(admin, name) for name in names)
        yield first, second


def main() -> None:
    """Kill, compare, tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=20250601)
    options = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name, stores(options.engine, Path(name)) as (killed, alone):
        done = schedule(Path(name), killed, alone, kills=options.kills, seed=options.seed)
        ended = ", ".join(f"{count} {state}" for state, count in sorted(states(killed).items()))
    where = ", ".join(f"{count} {moment}" for moment, count in sorted(done.moments.items()))
    sys.stdout.write(
        f"{options.engine}: {done.kills} kills ({where}); runs: {ended}; the stores are equal"
        f"{', integrity is clean' if options.engine == 'sqlite' else ''}; "
        f"{time.perf_counter() - began:.0f} s\n"
    )


if __name__ == "__main__":
    main()

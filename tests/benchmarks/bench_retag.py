"""How long a retag takes: `python -m tests.benchmarks.bench_retag FILE.db`, a store made by make_library.

Three runs: with a vocabulary in which a frequent word is a new condition (every study with it changes), with the one
before (they change back), and once more, when nothing is left to change. Then the queue of disagreements, first and
again. The store is as it was afterwards but for its event log.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from evidence import retag
from evidence.store import disagreements, open_store
from evidence.vocabulary import Condition, load, with_overlay


def main(path: str) -> None:
    """Measure and print."""
    words = load()
    more = with_overlay(words, conditions=[Condition(slug="visual-scale", name="Visual analogue scale")])
    with open_store(f"sqlite:///{path}", lambda: datetime.now(UTC)) as store:
        for label, vocabulary in (("one condition more", more), ("as before", words), ("nothing to change", words)):
            start, busy = time.perf_counter(), time.process_time()
            done = retag.retag(store, vocabulary)
            took, busy = time.perf_counter() - start, time.process_time() - busy
            told = f"{took:.1f} s, of the processor {busy:.1f} s"
            sys.stdout.write(f"{label}: {done.records:,} records, {done.changed:,} changed, {told}\n")
        for label in ("disagreements, first", "disagreements, again"):
            start = time.perf_counter()
            total = disagreements.queue(store, words).total
            sys.stdout.write(f"{label}: {total:,} in {time.perf_counter() - start:.2f} s\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Adding 1,000 records to a large library: seconds for matching, tagging and writing.

    python -m tests.benchmarks.bench_growing_store FILE.db [LIBRARY]

FILE.db is made of LIBRARY (200,000) invented records when it is not there; the thousand that are then added are half
new and half other versions of records that are in it. The library itself is copied first, so that a second run starts
from the same state.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from evidence import formats
from evidence.ingest import take
from evidence.records import AbstractSection, Item, Markup, Record
from evidence.store import create, migrate, open_store
from evidence.vocabulary import load
from tests.benchmarks.dedupe import synthetic

ADDED = 1_000


def main() -> None:
    """Make the library if need be, add to a copy of it, print."""
    path = Path(sys.argv[1])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "all.csv"
        synthetic.write(size + ADDED, table)
        items = _abstracted(formats.read_path(table))
        if path.exists():
            for _ in islice(items, size):
                pass
        else:
            _fill(path, islice(items, size))
        new = list(items)
        copy = Path(folder) / "copy.db"
        shutil.copy(path, copy)
        migrate(f"sqlite:///{copy}", _clock)
        with open_store(f"sqlite:///{copy}", _clock) as store:
            vocabulary = load()
            started = time.perf_counter()
            report = take(store, vocabulary, new, actor="benchmark")
            sys.stdout.write(
                f"{len(new)} records added to {size}: {time.perf_counter() - started:.2f} s; {report.lines()[0]}" + "\n"
            )


ABSTRACT = (
    "Background: carpal tunnel syndrome is common. Objective: to compare perineural 5% dextrose with saline. Methods: "
    "in a double-blind randomised trial fifty-four participants received 5 mL around the median nerve. The Boston "
    "carpal tunnel questionnaire, pain on a visual analogue scale and the cross-sectional area were measured at 1, 3 "
    "and 6 months. Results: pain fell more with dextrose at every visit. Conclusion: dextrose may be of use where "
    "conservative treatment fails; larger trials of ulnar neuropathy and meralgia paraesthetica are needed. "
)
FILLER = (
    "Participants were recruited from one outpatient clinic over two years and gave written consent; allocation was "
    "concealed in opaque envelopes, and a physician who took no part in the treatment measured the outcomes. "
    "The sample was calculated for a difference of one point with a power of eighty per cent. Losses were few, alike "
    "in both arms, the analysis went by intention to treat, and no serious adverse event was seen in the observation. "
)
"""Invented, and on every record, so that tagging has as much to read as in a real one."""


def _abstracted(items: Iterable[Item]) -> Iterator[Item]:
    section = AbstractSection(text=Markup(ABSTRACT + FILLER))
    return (replace(item, abstract=(section,)) if isinstance(item, Record) else item for item in items)


def _clock() -> datetime:
    return datetime.now(UTC)


def _fill(path: Path, items: Iterator[Item]) -> None:
    with create(f"sqlite:///{path}", _clock) as store:
        started = time.perf_counter()
        report = take(store, load(), items, actor="benchmark")
        seconds = time.perf_counter() - started
        sys.stdout.write(
            f"made in {seconds:.0f} s ({report.total / seconds:.0f} records/s): {report.lines()[0]}" + "\n"
        )


if __name__ == "__main__":
    main()

"""The queue of contradicted tags (`/tags`) of a large library: seconds for a page, first and right after a write.

    python -m tests.benchmarks.bench_tag_queue FILE.db

FILE.db is a library such as bench_growing_store makes; it is copied, brought up to date, and its studies are given
contradictions by the writer's own function, as many as PubMed's labels and words have: none, one or two a study. Then
one process decides and another shows the queue, as the command line and the pages do.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from evidence import curation_tags
from evidence.store import Store, disagreements, facets, migrate, open_store
from evidence.store.contradictions import PREFIX, SIDES, Contradiction
from evidence.vocabulary import Vocabulary, load

DECISIONS = 5
PAGE = 25


def main() -> None:
    """Prepare a copy, decide, print."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{shutil.copy(Path(sys.argv[1]), Path(folder) / 'copy.db')}"
        migrate(url, _clock)
        vocabulary = load()
        with open_store(url, _clock) as store:
            _contradict(store, vocabulary)
        with open_store(url, _clock) as pages, open_store(url, _clock) as curator:
            page, seconds = _page(pages, vocabulary)
            _say(f"{page.total} contradictions; first page of a new process: {seconds:.3f} s")
            for item in page.items[:DECISIONS]:
                curation_tags.decide_tag(curator, vocabulary, item.key, item.kind, item.slug, "no", actor="benchmark")
                page, seconds = _page(pages, vocabulary)
                gone = (item.key, item.slug) not in {(i.key, i.slug) for i in page.items}
                _say(f"after a decision: {seconds:.3f} s{'' if gone else ' STILL LISTED'}; {page.total} wait")


def _contradict(store: Store, vocabulary: Vocabulary) -> None:
    kinds = (("design", vocabulary.designs), ("condition", vocabulary.conditions))
    values = [str(Contradiction(kind, slug, side)) for kind, known in kinds for slug in known for side in SIDES]
    draw = random.Random(1)  # noqa: S311
    with store.write() as writer:
        live = writer.connection.scalars(text("SELECT id FROM study WHERE merged_into IS NULL")).all()
        drawn = {study: draw.sample(values, draw.choice((0, 0, 1, 1, 2))) for study in live}
        facets.apply(writer, drawn, prefix=PREFIX)


def _page(store: Store, vocabulary: Vocabulary) -> tuple[disagreements.DisagreementPage, float]:
    started = time.perf_counter()
    page = disagreements.queue(store, vocabulary, limit=PAGE)
    return page, time.perf_counter() - started


def _clock() -> datetime:
    return datetime.now(UTC)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()

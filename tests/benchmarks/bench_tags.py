"""How many records a second are tagged on one core: all tags together, and each kind by itself.

    python -m tests.benchmarks.bench_tags FILE [RECORDS] [--mesh FILE]

FILE is any file of records that `evidence classify` reads; its first RECORDS (default 3000) with an abstract are held
in memory first, so that reading counts for nothing. Seconds are those of the processor, the best of three runs.
Beside them the peer FlashText 2.7 (https://arxiv.org/abs/1711.00046), where it is installed: only the matching of the
same phrases of conditions and interventions, without context, headings, designs or anything else.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from evidence import formats, vocabulary
from evidence.classify import Classifier, without_indexing
from evidence.records import Record
from evidence.tagging import Tagger
from evidence.tagging.designs import Designs
from evidence.tagging.mesh_tagger import MeshTagger
from evidence.tagging.phrases import PhraseTable
from evidence.tagging.registries import registrations
from evidence.tagging.sizes import sample_size
from evidence.text import plain
from evidence.vocabulary import Vocabulary
from evidence.vocabulary.mesh import read_mesh

RUNS = 3
Task = Callable[[Record], object]


def tasks(words: Vocabulary, mesh: Path | None) -> Iterator[tuple[str, Task]]:
    """What is timed, by name."""
    diseases = read_mesh(mesh) if mesh else None
    yield "all tags, text only", Classifier(words, text_only=True).classify
    yield "all tags", Classifier(words).classify
    if diseases:
        yield "all tags and all diseases of MeSH", Classifier(words, diseases, text_only=True).classify
    yield "as ingest tags: Tagger", Tagger(words).tag
    designs = Designs(words, PhraseTable())
    yield "  designs and features", lambda record: designs.judge(record, text_only=True)
    if diseases:
        yield "  diseases of MeSH", MeshTagger(diseases).conditions
    yield "  sample size", sample_size
    yield "  registrations", registrations


def peer(words: Vocabulary) -> Iterator[tuple[str, Task]]:
    """FlashText with the phrases of the vocabulary."""
    if importlib.util.find_spec("flashtext") is None:
        sys.stdout.write("FlashText is not installed: left out\n")
        return
    from flashtext import KeywordProcessor

    matcher = KeywordProcessor()
    for entry in (*words.conditions.values(), *words.interventions.values()):
        for phrase in (entry.name, *entry.synonyms, *entry.phrases, *entry.abbreviations):
            matcher.add_keyword(phrase, entry.slug)

    def match(record: Record) -> object:
        parts = (record.title, *(s.text for s in record.abstract), *(k.text for k in record.keywords))
        return matcher.extract_keywords("\n".join(plain(part) for part in parts), span_info=True)

    yield "peer: FlashText, phrases only", match


def timed(task: Task, records: list[Record]) -> float:
    """Seconds of the processor for all records, the best of the runs."""
    best = float("inf")
    for _ in range(RUNS):
        gc.collect()
        start = time.process_time()
        for record in records:
            task(record)
        best = min(best, time.process_time() - start)
    return best


def main(arguments: list[str]) -> int:
    """One line for each task."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("records", type=int, nargs="?", default=3000)
    parser.add_argument("--mesh", type=Path)
    chosen = parser.parse_args(arguments)
    items = (i for i in formats.read_path(chosen.file) if isinstance(i, Record) and i.abstract)
    records = [without_indexing(r) for r in islice(items, chosen.records)]
    letters = sum(len(s.text) for r in records for s in r.abstract) / max(len(records), 1)
    sys.stdout.write(f"{len(records):,} records with title and abstract, {letters:,.0f} characters an abstract\n")
    words = vocabulary.load()
    prepared = timed(lambda _: Tagger(words), records[:1]) * 1e3
    sys.stdout.write(f"{'preparing the Tagger of ingest':36}{prepared:10,.0f} ms\n")
    for name, task in (*tasks(words, chosen.mesh), *peer(words)):
        seconds = timed(task, records)
        each = seconds / max(len(records), 1)
        sys.stdout.write(f"{name:36}{1 / each if each else 0:10,.0f} records/s{each * 1e6:9.0f} µs a record\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

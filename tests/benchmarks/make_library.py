"""Generate a large invented library: `python -m tests.benchmarks.make_library FILE.db [STUDIES]`.

Deterministic. Every study has an abstract of about 1.6 KB in invented sentences, tags with the real vocabulary's
slugs, and a fifth of all concern the largest condition (carpal tunnel syndrome). Goes through the ordinary way in.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from evidence import text
from evidence.identifiers import Identifier
from evidence.ingest import take
from evidence.records import (
    AbstractSection,
    AssertedTag,
    Author,
    Dated,
    Journal,
    PartialDate,
    Record,
    SampleSize,
)
from evidence.store import create
from evidence.vocabulary import Vocabulary, load

LARGEST = "carpal-tunnel-syndrome"
_DESIGN_WEIGHTS = {
    "rct": 18, "meta-analysis": 5, "systematic-review": 7, "cohort": 15, "case-report": 14, "case-series": 10,
    "narrative-review": 16, "animal": 5, "in-vitro": 3, "guideline": 1, "cross-sectional": 6,
}  # fmt: skip
_SYLLABLES = ["ka", "ro", "min", "ta", "vel", "sor", "pi", "len", "du", "mar", "ne", "gol", "shi", "ber", "an", "tu"]
_COMMON = [
    "patients", "pain", "nerve", "injection", "group", "weeks", "treatment", "study", "outcome", "significant",
    "compared", "function",
]  # fmt: skip
_PHRASES = ("visual analogue scale", "ultrasound guidance", "median nerve", "adverse events", "follow up")


def records(count: int, vocabulary: Vocabulary, seed: int = 1) -> Iterator[Record]:
    """That many invented records."""
    rng = random.Random(seed)
    words = sorted({"".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))) for _ in range(12_000)})
    weights = [1 / (rank + 3) for rank in range(len(words))]  # Zipf, as real vocabularies are
    others = [slug for slug in vocabulary.conditions if slug != LARGEST]
    for number in range(1, count + 1):
        yield _record(number, rng, words, weights, others, vocabulary)


def _record(
    number: int, rng: random.Random, words: list[str], weights: list[float], others: list[str], vocabulary: Vocabulary
) -> Record:
    rare = rng.choices(words, weights, k=150)
    prose = [*rare, *rng.choices(_COMMON, k=60), *rng.choices(_PHRASES, k=5)]
    rng.shuffle(prose)
    title = " ".join(rng.choices(words, weights, k=9)).capitalize()
    conditions = [LARGEST] if rng.random() < 0.2 else rng.sample(others, rng.choice((1, 1, 2)))
    design = rng.choices(list(_DESIGN_WEIGHTS), list(_DESIGN_WEIGHTS.values()))[0]
    interventions = rng.sample(list(vocabulary.interventions), rng.choice((0, 1, 2)))
    return Record(
        source="pubmed",
        external_id=str(number),
        title=text.from_plain(title),
        identifiers=(Identifier("pmid", str(number)), Identifier("doi", f"10.5555/gen.{number}")),
        authors=tuple(
            Author(family=rng.choice(words[:800]).capitalize(), initials=rng.choice("ABCDEFG"))
            for _ in range(rng.randint(1, 8))
        ),
        journal=Journal(title=f"Journal {number % 300}", abbreviation=f"J {number % 300}"),
        volume=str(number % 60),
        pages=str(number % 900),
        dates=(Dated(kind="issue", date=PartialDate(year=int(2026 - min(rng.expovariate(0.12), 60)))),),
        abstract=(AbstractSection(text=text.from_plain(" ".join(prose))),),
        tags=(
            *(AssertedTag(kind="condition", slug=slug) for slug in conditions),
            *(AssertedTag(kind="intervention", slug=slug, role="active") for slug in interventions),
            AssertedTag(kind="design", slug=design),
        ),
        sample_size=SampleSize(n=rng.randint(10, 400)) if design == "rct" else None,
    )


def main() -> None:
    """Fill a new SQLite file."""
    path, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    vocabulary = load()
    started = time.perf_counter()
    with create(f"sqlite:///{path}", lambda: datetime.now(UTC)) as store:
        report = take(store, vocabulary, records(count, vocabulary), actor="generator", on_progress=_progress(started))
    seconds = time.perf_counter() - started
    sys.stdout.write(
        f"{report.lines()[0]} in {seconds:.0f} s ({count / seconds:.0f}/s), {path.stat().st_size / 1e6:.0f} MB\n"
    )


def _progress(started: float):  # type: ignore[no-untyped-def]
    def show(done: int) -> None:
        if done % 10_000 == 0:
            sys.stderr.write(f"{done:,} ({done / (time.perf_counter() - started):.0f}/s)\n")

    return show


if __name__ == "__main__":
    main()

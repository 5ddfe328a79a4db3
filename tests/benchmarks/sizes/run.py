"""Scores sample sizes against abstracts annotated by hand, beside the first number that a pattern finds.

    EVIDENCE_BENCH_DATA=… python -m tests.benchmarks.sizes.run [--wrong]

EVIDENCE_BENCH_DATA is the folder that holds `data/pubmed` and `bench/design`. gold.csv has PMIDs and numbers only: `n`
is the number randomised, else enrolled, else analysed, else planned; empty where the abstract states none. Reviews have
their participants, and where only studies are counted these; `studies` is their number. `part` is "development" for
abstracts that the rules were written on or that were read after their score, "held back" for those annotated last,
whose errors nobody has looked at. `--wrong`
lists the wrong answers (PMID, wanted, given).
"""

from __future__ import annotations

import csv
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from evidence import formats
from evidence.records import Record, SampleSize
from evidence.tagging.sizes import sample_size
from evidence.text import plain

HERE = Path(__file__).parent
PARTS = ("development", "held back")


@dataclass(frozen=True)
class Gold:
    """One annotated abstract."""

    pmid: str
    part: str
    n: int | None
    unit: str
    studies: int | None


@dataclass
class Score:
    """Answers to the abstracts of a part: those that state a number, and those that state none."""

    stated: int = 0
    answered: int = 0
    right: int = 0
    silent: int = 0
    silent_right: int = 0

    def line(self, name: str) -> str:
        """The figures of one method."""
        share = self.answered / (self.stated + self.silent) if self.stated + self.silent else 0.0
        low, high = interval(self.right, self.answered)
        exact = self.right / self.answered if self.answered else 0.0
        return (
            f"{name:12}{self.stated:7}{self.answered:9}{self.right / self.stated:9.3f}{exact:9.3f}"
            f"  [{low:.3f}, {high:.3f}]{self.silent_right:7} of {self.silent}{share:9.3f}"
        )


def interval(right: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (https://doi.org/10.1080/01621459.1927.10502953)."""
    if not total:
        return 0.0, 1.0
    z, p = 1.96, right / total
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    return middle - half, middle + half


def gold() -> list[Gold]:
    """The annotated abstracts."""
    with (HERE / "gold.csv").open(encoding="utf-8", newline="") as stream:
        return [
            Gold(
                r["pmid"],
                r["part"],
                int(r["n"]) if r["n"] else None,
                r["unit"],
                int(r["studies"]) if r["studies"] else None,
            )
            for r in csv.DictReader(stream)
        ]


def records(folder: Path, wanted: set[str]) -> dict[str, Record]:
    """The records of these PMIDs; PubMed's own files before the benchmark's."""
    found: dict[str, Record] = {}
    for path in (*sorted((folder / "data" / "pubmed").glob("*.gz")), folder / "bench" / "design" / "dev.jsonl.gz"):
        for item in formats.read_path(path):
            pmid = item.id("pmid") if isinstance(item, Record) else None
            if pmid in wanted and isinstance(item, Record):
                found.setdefault(pmid, item)
    return found


FIRST = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+)\s+(?:\w+\s+){0,2}?(?:patients|participants|subjects|women|men|children|adults)\b"
)


def first_number(record: Record) -> SampleSize | None:
    """The baseline: the first figure before a word for people."""
    for section in record.abstract:
        found = FIRST.search(plain(section.text))
        if found:
            return SampleSize(n=int(found[1].replace(",", "")), quote=found[0])
    return None


def scored(
    method: Callable[[Record], SampleSize | None], part: str, known: dict[str, Record]
) -> tuple[Score, list[tuple[str, int | None, int]]]:
    """The score of a method on a part, and its wrong answers."""
    score, wrong = Score(), []
    for one in gold():
        if one.part != part or one.pmid not in known:
            continue
        said = method(known[one.pmid])
        score.stated += one.n is not None
        score.silent += one.n is None
        if said is None:
            score.silent_right += one.n is None
        else:
            score.answered += 1
            if (said.n, said.unit) == (one.n, one.unit):
                score.right += 1
            else:
                wrong.append((one.pmid, one.n, said.n))
    return score, wrong


METHODS: dict[str, Callable[[Record], SampleSize | None]] = {"this one": sample_size, "first number": first_number}


def report(folder: Path, *, wrong: bool) -> Iterator[str]:
    """The lines of the table."""
    known = records(folder, {g.pmid for g in gold()})
    missing = {g.pmid for g in gold()} - set(known)
    if missing:
        yield f"{len(missing)} annotated abstracts are not in these files"
    for part in PARTS:
        yield f"{part}\n{'':12}  stated answered   recall    exact  95 % interval   silent, rightly  answered/all"
        for name, method in METHODS.items():
            score, faults = scored(method, part, known)
            yield score.line(name)
            if wrong and method is sample_size:
                yield from (f"    {pmid}: wanted {want}, said {said}" for pmid, want, said in faults)


def main(arguments: list[str]) -> int:
    """Print the table; 2 when the folder is not named."""
    folder = os.environ.get("EVIDENCE_BENCH_DATA", "")
    if not folder or arguments not in ([], ["--wrong"]):
        sys.stderr.write(__doc__ or "")
        return 2
    for line in report(Path(folder), wrong=bool(arguments)):
        sys.stdout.write(f"{line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

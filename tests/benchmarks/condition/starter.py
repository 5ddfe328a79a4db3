"""Condition tags of the starter library's titles beside the tags its compiler gave by hand.

    EVIDENCE_BENCH_DATA=… python -m tests.benchmarks.condition.starter

starter_disagreements.csv lists every tag that only one of the two gives, whether the title decides it, and our reason;
a disagreement that is not listed, and a listed one that is none, are errors.
"""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from evidence import vocabulary
from evidence.records import Record
from evidence.tagging import Tagger
from evidence.text import from_html_text
from tests.benchmarks.condition import bench

LIST = Path(__file__).with_name("starter_disagreements.csv")
Difference = tuple[int, str, str]
"""Line of studies.jsonl, slug, and "missed" (only the compiler has it) or "added" (only we have it)."""


@dataclass(frozen=True)
class Agreement:
    """Tags of the compiler, those of them that titles alone give, and every difference."""

    tags: int
    found: int
    differences: tuple[Difference, ...]


def agreement() -> Agreement:
    tagger = Tagger(vocabulary.load())
    tags = found = 0
    differences: list[Difference] = []
    lines = (bench.folder() / "seed" / "studies.jsonl").read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        study = json.loads(line)
        if not study["title"]:
            continue
        record = Record(source="seed", external_id=str(number), title=from_html_text(study["title"]))
        ours = {hit.slug for hit in tagger.tag(record) if hit.kind == "condition"}
        theirs = set(study["conditions"])
        tags += len(theirs)
        found += len(theirs & ours)
        differences += [(number, slug, "missed") for slug in sorted(theirs - ours)]
        differences += [(number, slug, "added") for slug in sorted(ours - theirs)]
    return Agreement(tags, found, tuple(differences))


def listed() -> dict[Difference, str]:
    """Whether the title decides, for each difference of the list: yes, no, "through the tree", or "-" (added)."""
    with LIST.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert all(row["reason"].strip() for row in rows)
    return {(int(row["line"]), row["condition"], row["side"]): row["title_decides"] for row in rows}


def main() -> None:
    got, known = agreement(), listed()
    wrong = set(got.differences) ^ set(known)
    if wrong:
        sys.exit(f"not as {LIST.name} says: {sorted(wrong)}")
    missed = [known[d] for d in got.differences if d[2] == "missed"]
    tree, ours, text = (missed.count(name) for name in ("through the tree", "yes", "no"))
    out = sys.stdout.write
    out(f"{got.tags} tags by hand on titles: {got.found} found as such, {tree} through the tree of conditions,\n")
    out(f"{text} that the title does not decide, {ours} that it decides and we miss; ")
    out(f"{len(got.differences) - len(missed)} that only we give.\n")
    out(f"Recall where the title decides: {(got.found + tree) / (got.found + tree + ours):.3f}")
    out(f" (without the tree {got.found / (got.found + ours):.3f})\n")


if __name__ == "__main__":
    main()

"""The benchmark's records, folds and names. The folder comes from EVIDENCE_BENCH_DATA; nothing of it is kept here."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.formats._markup import sections
from evidence.records import Record
from evidence.text import from_plain

HERE = Path(__file__).parent
FOLDS = 5
PT_ONLY = frozenset(
    {
        *("randomized_controlled_trial", "clinical_trial", "systematic_review", "meta_analysis", "review"),
        *("narrative_review", "case_report", "guideline", "multicenter", "trial_protocol", "observational_pt"),
    }
)
"""Classes whose gold is made from publication types; all others need MeSH headings."""

OF_SUBJECTS = frozenset({"in_vitro", "animal"})
"""Classes told by what was studied rather than by how: any word may speak for them, and a bare title often does."""


@dataclass(frozen=True, slots=True)
class Row:
    """A record of the bench: what a tagger may read, what it is judged by, and the fold it is in."""

    record: Record
    text: str
    gold: frozenset[str]
    assessable: frozenset[str]
    source: str
    fold: int

    @property
    def id(self) -> str:
        return self.record.external_id

    def tells(self, name: str) -> bool:
        """Whether this record's gold can tell the class."""
        if "weak" in self.assessable:
            return name in ("randomized_controlled_trial", "clinical_trial")
        if "title" in self.assessable:
            return name in OF_SUBJECTS
        return ("pt" if name in PT_ONLY else "mesh") in self.assessable


def folder() -> Path:
    """The folder that holds data/ and bench/."""
    named = os.environ.get("EVIDENCE_BENCH_DATA")
    if not named:
        raise SystemExit("EVIDENCE_BENCH_DATA must name the folder that holds data/ and bench/")
    return Path(named)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as stream:
        yield from (json.loads(line) for line in stream if line.strip())


def fold_of(identifier: str) -> int:
    """The fold is a fixed hash of the PMID: no record is in two, whatever is added later."""
    return int(hashlib.sha256(identifier.encode()).hexdigest(), 16) % FOLDS


def row_of(raw: dict[str, Any]) -> Row:
    """Only title and abstract become part of the record: headings and types are what the gold is made from.

    The abstract is cut into its labelled sections, as `evidence classify` does with the same lines.
    """
    abstract = sections(from_plain(raw.get("abstract") or ""))
    return Row(
        record=Record(
            source="bench", external_id=str(raw["pmid"]), title=from_plain(raw["title"] or ""), abstract=abstract
        ),
        text=f"{raw['title']}. {raw['abstract']}",
        gold=frozenset(raw["gold_designs"]),
        assessable=frozenset(raw["assessable"]),
        source=raw["source"],
        fold=fold_of(str(raw["pmid"])),
    )


def development() -> list[Row]:
    return [row_of(raw) for raw in lines(folder() / "bench" / "design" / "dev.jsonl.gz")]


def names() -> dict[str, list[str]]:
    """Class of the bench → our designs and features that answer to it."""
    found: dict[str, list[str]] = json.loads((HERE / "names.json").read_text("utf-8"))
    return found


FIRST_READ, READ_BLIND = "recent_2021.csv", "recent_2021_b.csv"


def recent_labels(file: str = FIRST_READ) -> dict[str, tuple[int, frozenset[str]]]:
    """PMID → stratum and designs that we read in records of 2021 not yet indexed."""
    with (HERE / file).open(encoding="utf-8") as stream:
        reader = csv.DictReader(line for line in stream if not line.startswith("#"))
        return {r["pmid"]: (int(r["stratum"]), frozenset(r["designs"].split())) for r in reader}

"""Designs of the starter library from titles alone, beside those that its compiler gave by hand.

    python -m tests.benchmarks.design.starter

starter_disagreements.csv lists, by study, every tag of the compiler that we do not give: whether the title decides it,
and our reason, which is about the title and not about our rules, so that it outlives a change of these. A disagreement
that is not listed is an error.
"""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from evidence import vocabulary
from evidence.records import Record
from evidence.tagging.designs import Designs, primary
from evidence.tagging.phrases import PhraseTable
from evidence.text import from_plain, plain

LIST = Path(__file__).with_name("starter_disagreements.csv")
Difference = tuple[str, str]
"""The study's name in the starter library, and the designs that its compiler gave it, separated by spaces."""


@dataclass(frozen=True)
class Agreement:
    """Studies with a title and a design of the compiler's; those of which the title alone gives one of his; those of
    which it gives none, with what it gives instead.
    """

    studies: int
    agreed: int
    differences: dict[Difference, str]


def agreement() -> Agreement:
    tagger = Designs(vocabulary.load(), PhraseTable())
    agreed = total = 0
    differences = {}
    for line in vocabulary.starter_path("studies.jsonl").read_text("utf-8").splitlines():
        raw = json.loads(line)
        tags = {t["slug"] for t in raw.get("tags", ()) if t["kind"] == "design"}
        if not tags or not raw.get("title"):
            continue
        total += 1
        made = Record(source="starter", external_id=raw["external_id"], title=from_plain(plain(raw["title"])))
        said = {hit.slug for hit in tagger.judge(made, text_only=True).designs}
        if primary(said) in tags or said & tags:
            agreed += 1
        else:
            differences[raw["external_id"], " ".join(sorted(tags))] = primary(said)
    return Agreement(total, agreed, differences)


def listed() -> dict[Difference, bool]:
    """The disagreements of the list → whether the title decides."""
    with LIST.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert all(row["reason"].strip() and row["title_decides"] in ("yes", "no") for row in rows)
    found = {(row["study"], row["tagged"]): row["title_decides"] == "yes" for row in rows}
    assert len(found) == len(rows), "a study is listed twice"
    return found


def where_titles_decide(got: Agreement) -> float:
    """The share of agreement over the studies whose titles decide. Raises KeyError for a difference not listed."""
    known = listed()
    return got.agreed / (got.agreed + sum(known[difference] for difference in got.differences))


def main() -> None:
    got, known = agreement(), listed()
    missing = {name: says for name, says in got.differences.items() if name not in known}
    if missing:
        sys.exit(f"not in {LIST.name}: {missing}")
    out = sys.stdout.write
    decided = sum(known[difference] for difference in got.differences)
    out(f"{got.agreed} of {got.studies} agree from the title alone ({got.agreed / got.studies:.3f}); ")
    out(f"{len(got.differences)} differ: of {len(got.differences) - decided} the title decides nothing, {decided} it ")
    out(f"decides.\nAgreement where the title decides: {where_titles_decide(got):.3f}\n")
    if over := known.keys() - got.differences.keys():
        out(f"Listed and agreeing now: {sorted(over)}\n")


if __name__ == "__main__":
    main()

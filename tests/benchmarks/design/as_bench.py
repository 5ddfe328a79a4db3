"""From what `evidence classify` writes to the bench's classes, and to the predictions that its scorer reads.

    evidence classify dev.jsonl.gz --text-only -o ours.jsonl
    python -m tests.benchmarks.design.as_bench ours.jsonl > predictions.jsonl
    python eval_design.py dev.jsonl.gz predictions.jsonl

The map is names.json: class of the bench → our designs and features. "protocol & rct" means: we call it a protocol, and
the score of a randomised trial is at least one half. The bench's gold is NLM's indexing, which gave published protocols
(until 2019) and further analyses the type of the trial behind them; we give them designs of their own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from tests.benchmarks.design.corpus import lines, names

LIKELY = 0.5


def says(said: Collection[str], scores: Mapping[str, float], ours: Sequence[str]) -> bool:
    """Whether the designs and features said amount to a class that is mapped to `ours`."""
    for name in ours:
        design, _, behind = name.partition(" & ")
        if design in said and (not behind or scores[behind] >= LIKELY):
            return True
    return False


def score(scores: Mapping[str, float], ours: Iterable[str]) -> float:
    """The score of a class: the best of its designs and features."""
    return max(scores[name.rpartition(" & ")[2]] for name in ours)


def main(path: Path) -> None:
    """A line of predictions for each line of `evidence classify`."""
    table = names()
    for made in lines(path):
        said = {d["design"] for d in made["designs"]} | {f["feature"] for f in made["features"]}
        row = {
            "pmid": made["pmid"] or made["id"],
            "designs": [name for name, ours in table.items() if says(said, made["scores"], ours)],
            "scores": {name: score(made["scores"], ours) for name, ours in table.items()},
        }
        sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Measures the design tagger beside two baselines and prints Markdown tables.

    EVIDENCE_BENCH_DATA=… python -m tests.benchmarks.design.run --folds FOLDER [--no-tfidf]
    python -m tests.benchmarks.design.run --gold FILE.jsonl[.gz]

The first form is cross-validated: FOLDER holds the five models that `train.py --folds` kept, each record is judged by
the one that did not see it, at thresholds chosen on the other folds (TF-IDF likewise, which needs scikit-learn). The
second form judges any gold file with the shipped weights. Records of 2021 that were read by hand (recent_2021.csv,
recent_2021_b.csv) are judged with the shipped weights, which never saw them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from evidence import vocabulary
from evidence.tagging.design_model import DesignModel
from evidence.tagging.design_rules import OperatingPoint
from evidence.tagging.designs import Designs, Judged
from evidence.tagging.phrases import PhraseTable
from evidence.text import plain
from tests.benchmarks.design import as_bench, baselines
from tests.benchmarks.design.corpus import (
    FIRST_READ,
    FOLDS,
    READ_BLIND,
    Row,
    development,
    lines,
    names,
    recent_labels,
    row_of,
)
from tests.benchmarks.design.measures import auc, count, interval
from tests.benchmarks.design.weak import recent_records

LEAST_POSITIVES = 4
POINTS: tuple[OperatingPoint, ...] = ("balanced", "sensitive", "precise")
TITLES = ("class", "n", "positive", "precision", "recall", "F1", "AUC", "keyword F1", "TF-IDF F1", "TF-IDF AUC")


def prepared(model: DesignModel | None = None) -> Designs:
    return Designs(vocabulary.load(), PhraseTable(), model=model)


def judged(rows: Sequence[Row], taggers: Sequence[Designs], point: OperatingPoint = "balanced") -> list[Judged]:
    """Every record by the tagger of its fold (or the only one), from title and abstract alone."""
    return [
        (taggers[row.fold] if len(taggers) > 1 else taggers[0]).judge(row.record, text_only=True, point=point)
        for row in rows
    ]


def says(one: Judged, ours: Sequence[str]) -> bool:
    return as_bench.says({hit.slug for hit in (*one.designs, *one.features)}, one.scores, ours)


def table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *body))


def number(value: float) -> str:
    return "" if value != value else f"{value:.3f}"


def by_class(rows: Sequence[Row], ours: Sequence[Judged], tfidf: dict[str, tuple[list[float], list[bool]]]) -> str:
    keyword = baselines.keyword(rows)
    body = []
    for name, slugs in names().items():
        at = [n for n, row in enumerate(rows) if row.tells(name)]
        gold = [name in rows[n].gold for n in at]
        if sum(gold) < LEAST_POSITIVES:
            continue
        mine = count(gold, [says(ours[n], slugs) for n in at])
        scores = [as_bench.score(ours[n].scores, slugs) for n in at]
        plain_words = count(gold, [keyword[name][n] for n in at]).f1 if name in keyword else float("nan")
        other = tfidf.get(name)
        body.append(
            [
                *(name, str(len(at)), str(sum(gold)), number(mine.precision), number(mine.recall), number(mine.f1)),
                *(number(auc(gold, scores)), number(plain_words)),
                number(count(gold, [other[1][n] for n in at]).f1) if other else "",
                number(auc(gold, [other[0][n] for n in at])) if other else "",
            ]
        )
    return table(TITLES, body)


def by_point(rows: Sequence[Row], taggers: Sequence[Designs], balanced: Sequence[Judged]) -> str:
    """Randomised trials at the three operating points."""
    name, at = "randomized_controlled_trial", [n for n, r in enumerate(rows) if r.tells("randomized_controlled_trial")]
    told = [rows[n] for n in at]
    gold = [name in row.gold for row in told]
    body = []
    for point in POINTS:
        calls = [balanced[n] for n in at] if point == "balanced" else judged(told, taggers, point)
        one = count(gold, [says(j, names()[name]) for j in calls])
        body.append([point, *map(number, (one.recall, one.specificity, one.precision, one.f1))])
    return table(("operating point", "sensitivity", "specificity", "precision", "F1"), body)


SIZES = {FIRST_READ: {1: 350, 2: 788, 3: 4988}, READ_BLIND: {1: 676, 2: 2471, 3: 2739}}
"""Records of each stratum in the file from which those read by hand were drawn."""


def recent(file: str) -> str:
    """The records of 2021 read by hand, weighted back to the file from which they were drawn."""
    labels = recent_labels(file)
    records = [r for r in recent_records() if r.external_id in labels]
    size = SIZES[file]
    drawn = {k: sum(1 for s, _ in labels.values() if s == k) for k in size}
    weights = [size[labels[r.external_id][0]] / drawn[labels[r.external_id][0]] for r in records]
    tagger = prepared()
    ours = [tagger.judge(r, text_only=True) for r in records]
    rows = [
        Row(r, " ".join([plain(r.title), *(plain(s.text) for s in r.abstract)]), frozenset(), frozenset(), "recent", 0)
        for r in records
    ]
    keyword = baselines.keyword(rows)
    body = []
    for name, slugs in names().items():
        slugs = [s for s in slugs if "&" not in s]  # here a protocol is a protocol
        gold = [bool(labels[r.external_id][1].intersection(slugs)) for r in records]
        if name in ("clinical_trial", "review", "cohort_any", "observational") or sum(gold) < LEAST_POSITIVES:
            continue
        calls = [says(one, slugs) for one in ours]
        raw, whole = count(gold, calls), count(gold, calls, weights)
        low, high = interval(gold, calls)
        words = count(gold, keyword[name]) if name in keyword else None
        body.append(
            [
                *(name, str(sum(gold)), number(raw.precision), number(raw.recall), number(raw.f1)),
                *(f"{low:.3f} to {high:.3f}", number(whole.f1), number(words.f1) if words else ""),
            ]
        )
    return table(("class", "positive", "precision", "recall", "F1", "95% interval", "F1 weighted", "keyword F1"), body)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--folds", type=Path)
    options.add_argument("--gold", type=Path)
    options.add_argument("--no-tfidf", action="store_true")
    asked = options.parse_args()
    if asked.gold:
        rows = [row_of(raw) for raw in lines(asked.gold)]
        taggers = [prepared()]
    else:
        rows = development()
        if not asked.folds:
            options.error("--folds or --gold is needed")
        taggers = [
            prepared(DesignModel((asked.folds / f"fold{n}.tsv").read_text("utf-8").splitlines())) for n in range(FOLDS)
        ]
    start = time.process_time()
    ours = judged(rows, taggers)
    spent = time.process_time() - start
    tfidf = {}
    if not asked.gold and not asked.no_tfidf:
        tfidf = baselines.tfidf(rows, [n for n in names() if sum(n in r.gold for r in rows) >= 10])
    print(by_class(rows, ours, tfidf))  # noqa: T201
    print("\nRandomised trials\n\n" + by_point(rows, taggers, ours))  # noqa: T201
    if not asked.gold:
        for file in (FIRST_READ, READ_BLIND):
            print(f"\nRecords of 2021 read by hand, {file}\n\n" + recent(file))  # noqa: T201
    print(f"\n{1000 * spent / len(rows):.3f} ms a record")  # noqa: T201


if __name__ == "__main__":
    main()

"""Trains the weights that are shipped: `EVIDENCE_BENCH_DATA=… python -m tests.benchmarks.design.train [--folds FILE]`.

Needs scikit-learn (1.9), numpy and scipy beside the package's own requirements. Every record of the development part
is used, with the rule-labelled trials of weak.py and the bare titles of titles.py; slope, offset and thresholds come
from five-fold cross-validation, so that no record calibrates a score it helped to make. `--folds` keeps the five
models, whose constants come from the other four folds, for `run.py`. Same input, same file, byte for byte.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from tests.benchmarks.design.corpus import FOLDS, Row, development
from tests.benchmarks.design.learn import CLASSES, SEED, Fitted, Seen, fit, seen
from tests.benchmarks.design.titles import titles
from tests.benchmarks.design.weak import weak
from tests.benchmarks.design.write import constants, lines

OUTPUT = Path(__file__).parents[3] / "data" / "design_weights.tsv"
HEAD = [
    "Weights of the study-design model (evidence/tagging/design_model.py says how they are used).",
    f"Made by python -m tests.benchmarks.design.train, seed {SEED}; do not edit.",
    "Cells are hundredths, idf2 tenths, rows with ! thousandths. Learnt from words only; no text is kept here.",
]


def crossed(data: Seen, rows: list[Row]) -> tuple[np.ndarray, list[Fitted]]:
    """Records by classes: scores from models that did not see the record."""
    folds = np.array([row.fold for row in rows])
    z = np.zeros((len(rows), len(CLASSES)))
    models = []
    for number in range(FOLDS):
        models.append(fit(data, rows, folds != number))
        z[folds == number] = models[-1].decide(data)[folds == number]
        sys.stderr.write(f"fold {number + 1} of {FOLDS}\n")
    return z, models


def golds(rows: list[Row], where: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each class the records in `where` whose gold can tell it, and their gold."""
    found = []
    for name in CLASSES:
        mask = where & np.array([r.tells(name) for r in rows])
        found.append((mask, np.array([int(name in r.gold) for r in rows])[mask]))
    return found


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--folds", type=Path, help="keep the models of the folds in this folder, for run.py")
    asked = options.parse_args()
    rows = development()
    rows += [*weak(rows), *titles({row.id for row in rows})]
    data = seen(row.record for row in rows)
    folds = np.array([row.fold for row in rows])
    z, models = crossed(data, rows)
    if asked.folds:
        asked.folds.mkdir(parents=True, exist_ok=True)
        for number, model in enumerate(models):
            others = (folds >= 0) & (folds != number)
            text = lines(model, data, constants(z, golds(rows, others)), HEAD)
            (asked.folds / f"fold{number}.tsv").write_text("\n".join(text) + "\n", encoding="utf-8")
        np.savez_compressed(asked.folds / "scores.npz", z=z[folds >= 0], ids=[row.id for row in rows if row.fold >= 0])
    final = fit(data, rows, np.ones(len(rows), dtype=bool))
    text = lines(final, data, constants(z, golds(rows, folds >= 0)), HEAD)
    OUTPUT.write_text("\n".join(text) + "\n", encoding="utf-8")
    sys.stderr.write(f"{OUTPUT}: {len(text)} lines, {OUTPUT.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()

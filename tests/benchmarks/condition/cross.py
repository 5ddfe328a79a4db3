"""Cross-validates disease tags of text over the whole development part of the condition bench, and prints the table.

    EVIDENCE_BENCH_DATA=… python -m tests.benchmarks.condition.cross [SEED …]

Every record is judged by learned phrases, topics and histories that nine of the ten parts taught which it is not in
(`train.out_of_fold`), by trees from four fifths which it is not in, and at the threshold that is best in these. A SEED
is that of the trees, by default 1; with several, each has its rows. Scored by the bench's own `eval_conditions.py`.
Takes half an hour; needs what train.py needs.
"""

from __future__ import annotations

import random
import statistics
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from evidence.tagging.mesh_features import places_in
from evidence.vocabulary.mesh import Mesh
from tests.benchmarks.condition import bench, train
from tests.benchmarks.condition.learned import Corpus, corpus

PARTS = 5
DRAWS = 1000
Said = dict[str, list[str]]
out = sys.stdout.write


def probabilities(data: Corpus, table: train.Table, seed: int) -> np.ndarray:
    """A probability for every candidate, from trees that have not seen its part."""
    parts = np.array([data.works[n].fold * PARTS // 10 for n in table.work])
    found = np.empty(len(table.truth))
    for part in range(PARTS):
        model = train.fit_trees(data, table, parts != part, seed=seed)
        found[parts == part] = model.predict_proba(table.vectors[parts == part])[:, 1]
    return found


def said_of(data: Corpus, table: train.Table, probability: np.ndarray, at: Mesh) -> Said:
    """What is listed for every record, at the threshold that is best in the other parts."""
    scored = {ui for ui, place in places_in(at).items() if not place.kind[0]}
    ours = np.array([w.source not in ("ncbi", "titles") for w in data.works])
    part = np.array([w.fold * PARTS // 10 for w in data.works])
    gold = np.array([len(w.gold & scored) for w in data.works])
    counted = np.array([ui in scored for ui in table.uis]) & ours[table.work]
    said: Said = defaultdict(list)
    for own in range(PARTS):
        learned = counted & (part[table.work] != own)
        total = int(gold[ours & (part != own)].sum())

        def f1(threshold: float, learned: np.ndarray = learned, total: int = total) -> float:
            listed = learned & (probability >= threshold)
            return 2 * int((listed & table.truth).sum()) / (int(listed.sum()) + total)

        threshold = max(train.THRESHOLDS, key=f1)
        for n in np.nonzero((part[table.work] == own) & (probability >= threshold))[0]:
            said[data.works[table.work[n]].record.external_id].append(table.uis[n])
    return said


def interval(gold: Sequence[dict[str, Any]], said: Said, scored: set[str]) -> tuple[float, float]:
    """95 % interval of the exact F1, by bootstrap over records."""
    pairs = [({g["ui"] for g in row["gold"]} & scored, set(said.get(row["pmid"], ())) & scored) for row in gold]
    counts = [(len(g & s), len(g) + len(s)) for g, s in pairs]
    draw = random.Random(1)
    values = []
    for _ in range(DRAWS):
        chosen = draw.choices(counts, k=len(counts))
        values.append(2 * sum(c[0] for c in chosen) / sum(c[1] for c in chosen))
    cuts = statistics.quantiles(values, n=40)
    return cuts[0], cuts[-1]


def table_of(said: Said, name: str) -> None:
    """The rows of one seed."""
    score = bench.scorer()
    mesh = score.load_mesh(bench.folder() / "data" / "mesh" / "mesh2024.tsv.gz")
    scored = {ui for ui, entry in mesh.items() if not all(tree[:3] in ("C22", "C23") for tree in entry[1])}
    every = list(bench.rows("dev.jsonl.gz"))
    for kind, gold in (
        ("all", every),
        ("since 2010", [row for row in every if (row["year"] or 0) >= 2010]),
        ("NCBI", list(bench.rows("ncbi_disease_dev.jsonl.gz"))),
    ):
        found = score.score(gold, said, mesh)
        precision, recall, f1 = found["exact"]
        low, high = interval(gold, said, scored)
        out(f"| {name}, {kind} | {len(gold)} | {precision:.3f} | {recall:.3f} | {f1:.4f} | {low:.3f} to {high:.3f} |")
        out(f" {found['hierarchical'][2]:.3f} | {found['category'][2]:.3f} |\n")


def main() -> None:
    at = bench.mesh()
    data = corpus(train.works(at), at)
    table = train.out_of_fold(data, np.arange(len(data.works)), at)
    out("| | records | precision | recall | exact F1 | 95 % interval | with ancestors | category |\n")
    out("|---|---|---|---|---|---|---|---|\n")
    for seed in [int(seed) for seed in sys.argv[1:]] or [1]:
        table_of(said_of(data, table, probabilities(data, table, seed), at), f"seed {seed}")


if __name__ == "__main__":
    main()

"""Makes the weights of disease tags (data/mesh_model.json.gz) from the development part of the condition bench.

    EVIDENCE_BENCH_DATA=… python -m tests.benchmarks.condition.train OUT [--all]

Without --all one fifth of the records (two of ten parts by a hash of the PMID) is held back and never seen, for an
honest measurement; with --all everything is used: that is the file that ships. Needs numpy, scipy, scikit-learn and
lightgbm, none of which the program itself needs. Same input, same versions: same file.

1. Learned phrases: for each heading with at least three works, and each branch of the trees with twelve, an L1
   logistic regression over the phrases, named diseases and journal words that go with it most (log-likelihood ratio).
2. Topics: for each MeSH category, and for "has a heading", "has more than two" and "is of the NCBI disease corpus"
   (whose gold is every disease named), an averaged SGD logistic regression over single words.
3. Boosted trees over the features of evidence/tagging/mesh_features.py, where 1 and 2 and the history of each phrase
   come from the other parts of the data (out of fold, each of the ten parts in turn).
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from evidence.tagging.mesh_features import FEATURES, places_in, vectors, zone_of
from evidence.tagging.mesh_model import EXTRA_TOPICS, ZONES, History, Scores, is_old
from evidence.vocabulary.mesh import Mesh
from tests.benchmarks.condition import bench
from tests.benchmarks.condition.learned import Corpus, corpus, fit_phrases, fit_topics, score_phrases

CUTS = (5, 10, 18, 30, 50, 80, 120)
THRESHOLDS = [n / 100 for n in range(20, 45)]
TREES: dict[str, Any] = {
    "n_estimators": 240,
    "learning_rate": 0.06,
    "num_leaves": 31,
    "min_child_samples": 100,
    "colsample_bytree": 0.35,
    "subsample": 0.8,
    "subsample_freq": 1,
    "reg_lambda": 10.0,
    "path_smooth": 5.0,
}
SOURCE_WEIGHT = {"titles": 1.0, "ncbi": 1.0}


def scores_of(labels: tuple[dict[str, float], dict[str, float]], topics: np.ndarray, names: list[str]) -> Scores:
    held = dict(zip(names, (float(t) for t in topics), strict=True))
    scored = dict(labels[0])
    branches = {name: scored.pop(name) for name in list(scored) if name[0] != "D"}
    return Scores(scored, labels[1], branches, held, *(held.pop(name) for name in EXTRA_TOPICS))


def counts_of(
    data: Corpus, rows: np.ndarray
) -> tuple[dict[str, list[int]], dict[str, list[int]], dict[str, list[int]]]:
    """History: by descriptor and zone, by heading, by phrase."""
    matches: dict[str, list[int]] = defaultdict(lambda: [0] * (4 * ZONES))
    frequency: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    terms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for n in rows:
        gold = data.works[n].gold
        old = is_old(data.works[n].record.year or 0)
        for ui in gold:
            frequency[ui][0] += 1
            frequency[ui][1] += old
        for ui, mention in data.readings[n].mentions.items():
            zone = zone_of(mention)
            _count(matches[ui], zone, ui in gold, old)
            for where, phrase in mention.keys:
                held = terms[f"{where}|{phrase}|{ui}"]
                held[0] += 1
                held[1] += ui in gold
        for ui in sorted(data.readings[n].apart):
            _count(matches[ui], 3, ui in gold, old)
    return dict(matches), dict(frequency), dict(terms)


def _count(counts: list[int], zone: int, given: bool, old: bool) -> None:
    """Add a work that names the descriptor in this zone (mesh_model.History has the order of the counts)."""
    for at in (0, 2 * ZONES) if old else (0,):
        counts[at + 2 * zone] += 1
        counts[at + 2 * zone + 1] += given


def overall(matches: dict[str, list[int]]) -> list[float]:
    return [
        round(sum(m[2 * z + 1] for m in matches.values()) / max(1, sum(m[2 * z] for m in matches.values())), 4)
        for z in range(ZONES)
    ]


def history(data: Corpus, rows: np.ndarray) -> History:
    matches, frequency, terms = counts_of(data, rows)
    return History(matches, overall(matches), frequency, terms)


@dataclass
class Table:
    """Candidates of all works: feature vectors, whether each was a heading, its work and its descriptor."""

    vectors: np.ndarray
    truth: np.ndarray
    work: np.ndarray
    uis: list[str]


def out_of_fold(data: Corpus, rows: np.ndarray, at: Mesh) -> Table:
    """Every candidate's vector, with learned parts that have not seen the candidate's own fold."""
    places = places_in(at)
    folds = np.array([data.works[n].fold for n in rows])
    found, truth, work, uis = [], [], [], []
    for fold in sorted(set(folds)):
        seen, own = rows[folds != fold], rows[folds == fold]
        labels = score_phrases(data, own, fit_phrases(data, seen))
        topics = fit_topics(data, seen, at)
        values = topics.score(data, own)
        past = history(data, seen)
        for at_row, n in enumerate(own):
            scores = scores_of(labels[at_row], values[at_row], topics.names)
            one = data.works[n]
            for ui, vector in vectors(data.readings[n], scores, past, places, one.record.year or 0):
                found.append(vector)
                truth.append(ui in one.gold)
                work.append(n)
                uis.append(ui)
        log(f"fold {fold}: {len(found)} candidates")
    return Table(np.array(found, np.float64), np.array(truth), np.array(work), uis)


def fit_trees(data: Corpus, table: Table, rows: np.ndarray | None = None, seed: int = 1) -> lightgbm.LGBMClassifier:
    weight = np.array([SOURCE_WEIGHT.get(data.works[n].source, 1.0) for n in table.work])
    chosen = slice(None) if rows is None else rows
    model = lightgbm.LGBMClassifier(
        **TREES, verbose=-1, n_jobs=1, random_state=seed, deterministic=True, force_row_wise=True
    )
    model.fit(table.vectors[chosen], table.truth[chosen], sample_weight=weight[chosen])
    return model


def flat_trees(model: lightgbm.LGBMClassifier) -> list[list[float]]:
    """Trees as the program reads them: feature, threshold, left, right; a leaf is -1, value, 0, 0."""
    trees = []
    for tree in model.booster_.dump_model()["tree_info"]:
        nodes: list[list[float]] = []

        def add(node: dict[str, Any], nodes: list[list[float]] = nodes) -> int:
            place = len(nodes)
            nodes.append([-1, round(node.get("leaf_value", 0.0), 5), 0, 0])
            if "split_feature" in node:
                left, right = add(node["left_child"]), add(node["right_child"])
                nodes[place] = [node["split_feature"], node["threshold"], left, right]
            return place

        add(tree["tree_structure"])
        trees.append([value for node in nodes for value in node])
    return trees


def cuts_of(model: lightgbm.LGBMClassifier, table: Table, threshold: float) -> list[list[float]]:
    """After so many trees, the sum below which a candidate is given up: 999 in 1,000 of those listed stay above it."""
    listed = model.predict_proba(table.vectors)[:, 1] >= threshold
    cuts = []
    for count in CUTS:
        partial = model.predict(table.vectors[listed], raw_score=True, num_iteration=count)
        cuts.append([count, round(float(np.quantile(partial, 0.001)), 4)])
    return cuts


def best_threshold(data: Corpus, table: Table, at: Mesh) -> float:
    """Where exact F1 is best on two parts of the bench that these trees have not seen (symptoms left out)."""
    folds = np.array([data.works[n].fold // 2 for n in table.work])  # two parts at a time
    probability = np.full(len(table.truth), np.nan)
    for fold in sorted(set(folds))[:2]:
        model = fit_trees(data, table, folds != fold)
        probability[folds == fold] = model.predict_proba(table.vectors[folds == fold])[:, 1]
    scored = {ui for ui, place in places_in(at).items() if not place.kind[0]}
    source = np.array([data.works[n].source for n in table.work])
    measured = np.array([ui in scored for ui in table.uis]) & ~np.isnan(probability)
    best = (0.0, 0.3)
    for name, mine in (("bench", ~np.isin(source, ["ncbi", "titles"])), ("NCBI", source == "ncbi")):
        chosen = measured & mine
        gold = sum(len(data.works[n].gold & scored) for n in set(table.work[chosen]))
        for threshold in THRESHOLDS if name == "bench" else [best[1]]:
            said = chosen & (probability >= threshold)
            f1 = 2 * int((said & table.truth).sum()) / max(1, int(said.sum()) + gold)
            if name == "bench":
                best = max(best, (f1, threshold))
            else:
                log(f"works with a candidate: F1 {best[0]:.4f} at {best[1]}; of the NCBI corpus there {f1:.4f}")
    return best[1]


def train(data: Corpus, rows: np.ndarray, at: Mesh) -> dict[str, Any]:
    """The whole weights file."""
    table = out_of_fold(data, rows, at)
    threshold = best_threshold(data, table, at)
    trees = fit_trees(data, table)
    phrases = fit_phrases(data, rows)
    topics = fit_topics(data, rows, at)
    labels = sorted(phrases)
    weights: dict[str, list[float]] = defaultdict(list)
    for n, ui in enumerate(labels):
        for column, weight in zip(phrases[ui][0], phrases[ui][1], strict=True):
            weights[data.names[column]] += [n, round(float(weight), 3)]
    matches, frequency, terms = counts_of(data, rows)
    lanes = topics.lanes.astype(np.uint8)
    flat = [int(v) for v in topics.columns]
    return {
        "about": "Weights of disease tags: see tests/benchmarks/condition/train.py and docs/tags-conditions.md",
        "features": list(FEATURES),
        "labels": labels,
        "bias": [phrases[ui][2] for ui in labels],
        "weights": dict(sorted(weights.items())),
        "topics": {
            "names": topics.names,
            "bias": topics.bias.tolist(),
            "scale": topics.scale.tolist(),
            "words": {data.names[c]: lanes[:, n].tobytes().hex() for n, c in enumerate(flat)},
        },
        "matches": dict(sorted(matches.items())),
        "overall": overall(matches),
        "frequency": dict(sorted(frequency.items())),
        "terms": {key: held for key, held in sorted(terms.items()) if held[0] >= 2},
        "trees": flat_trees(trees),
        "cuts": cuts_of(trees, table, threshold),
        "threshold": threshold,
    }


def log(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def write(weights: dict[str, Any], path: Path) -> None:
    text = json.dumps(weights, ensure_ascii=False, separators=(",", ":"))
    with path.open("wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as out:
        out.write(text.encode())


def works(at: Mesh) -> list[bench.Work]:
    """All that may be learned from: both files of the bench, and indexed records of the PubMed files beside them."""
    found = bench.works("dev.jsonl.gz", at.descriptors)
    found += bench.works("ncbi_disease_dev.jsonl.gz", at.descriptors)
    return found + list(bench.without_abstract(at, {w.record.external_id for w in found}))


def main() -> None:
    path = Path(next(a for a in sys.argv[1:] if not a.startswith("--")))
    at = bench.mesh()
    data = corpus(works(at), at)
    log(f"{len(data.works)} works, {len(data.names)} features")
    held = () if "--all" in sys.argv else bench.HELD_BACK
    rows = np.array([n for n, w in enumerate(data.works) if w.fold not in held])
    write(train(data, rows, at), path)
    log(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

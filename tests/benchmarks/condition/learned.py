"""The learned parts that read words: features of a record, phrases for headings, topics for categories."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression, SGDClassifier

from evidence.tagging.mesh_model import EXTRA_TOPICS, LEAST, branches_of, marks, title_marks
from evidence.tagging.mesh_reading import Reading
from evidence.tagging.mesh_table import MeshTable
from evidence.tagging.mesh_words import stem, words_of
from evidence.vocabulary.mesh import Mesh
from tests.benchmarks.condition import bench

STOP = set(
    map(
        stem,
        (
            *("of", "the", "in", "and", "to", "a", "with", "for", "was", "were", "is", "are", "by", "on", "at", "from"),
            *("that", "this", "as", "be", "an", "or", "it", "we", "which", "than", "had", "has", "have", "not", "no"),
            *("these", "between", "after", "during", "their", "but", "been", "also", "there", "may"),
        ),
    )
)
LEAST_WORKS = 3
BRANCH_WORKS = 12
PHRASES = 50
PENALTY = 0.7
SOLVER: dict[str, Any] = {
    "solver": "liblinear",
    "penalty": "l1",
    "tol": 1e-3,
    "random_state": 0,
    "intercept_scaling": 20.0,  # liblinear penalises the intercept too, which should be free
}
LEAST_WEIGHT = 0.03
SEEN = 3
TOPIC_SEEN = 8


def feature_names(reading: Reading, journal: list[str], year: int) -> set[str]:
    """All features of stages 1 and 2 that a record has."""
    found = {*marks(reading, journal, year), *title_marks(reading)}
    for sentence in reading.sentences:
        titled = sentence.part == "title"
        words = sentence.words
        for start, word in enumerate(words):
            if word in STOP or word.isdigit():
                continue
            for end in range(start + 1, min(len(words), start + 3) + 1):
                if end > start + 1 and words[end - 1] in STOP:
                    continue
                phrase = " ".join(words[start:end])
                found.add(phrase)
                if titled:
                    found.add(f"t:{phrase}")
    return found


@dataclass
class Corpus:
    """Works, how they read, and the matrix of their features."""

    works: list[bench.Work]
    readings: list[Reading]
    names: list[str]
    branches: list[frozenset[str]]  # where the headings of each work hang in the trees
    matrix: Any  # scipy.sparse.csr_matrix, works x names, 0 or 1


def corpus(works: list[bench.Work], at: Mesh) -> Corpus:
    table = MeshTable(at)
    readings = [Reading(w.record, table) for w in works]
    found = [
        feature_names(r, words_of(w.record.journal.title), w.record.year or 0)
        for r, w in zip(readings, works, strict=True)
    ]
    counts = Counter(name for names in found for name in names)
    names = sorted(name for name, count in counts.items() if count >= SEEN)
    place = {name: n for n, name in enumerate(names)}
    columns: list[int] = []
    ends = [0]
    for one in found:
        columns += sorted(place[name] for name in one if name in place)
        ends.append(len(columns))
    data = np.ones(len(columns), np.float32)
    hang = {ui: {b for held in branches_of(d.trees) for b in held} for ui, d in at.descriptors.items()}
    branches = [frozenset(b for ui in w.gold for b in hang[ui]) for w in works]
    return Corpus(
        works, readings, names, branches, sp.csr_matrix((data, columns, ends), shape=(len(works), len(names)))
    )


def fit_phrases(data: Corpus, rows: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray, float]]:
    """Heading → columns, weights, bias."""
    part = data.matrix[rows]
    size = len(rows)
    gold = [data.works[n].gold | data.branches[n] for n in rows]
    counts = Counter(ui for uis in gold for ui in uis)
    labels = sorted(ui for ui, count in counts.items() if count >= (LEAST_WORKS if ui[0] == "D" else BRANCH_WORKS))
    place = {ui: n for n, ui in enumerate(labels)}
    pairs = [(n, place[ui]) for n, uis in enumerate(gold) for ui in sorted(uis) if ui in place]
    given = sp.csr_matrix((np.ones(len(pairs), np.float32), tuple(zip(*pairs, strict=True))), shape=(size, len(labels)))
    both = (given.T @ part).tocsr()
    seen = np.asarray(part.sum(0)).ravel()
    by_column = part.tocsc()
    found = {}
    for n, ui in enumerate(labels):
        chosen = strongest(both[n], seen, counts[ui], size)
        if not len(chosen):
            continue
        rarity = np.log(size / seen[chosen])
        rarity /= rarity.mean()
        selected = (by_column[:, chosen] @ sp.diags(rarity)).tocsr()
        rows_with = np.asarray(selected.sum(1)).ravel() > 0
        truth = (np.asarray(given[:, n].todense()).ravel() > 0)[rows_with].astype(int)
        if truth.sum() < 2 or truth.all():
            continue
        model = LogisticRegression(C=PENALTY, **SOLVER)
        model.fit(selected[rows_with], truth)
        weights = model.coef_[0] * rarity
        kept = np.abs(weights) > LEAST_WEIGHT
        if kept.any():
            found[ui] = (chosen[kept], weights[kept].round(3), round(float(model.intercept_[0]), 3))
    return found


def strongest(row: Any, seen: np.ndarray, positives: int, size: int) -> np.ndarray:
    """The columns that go with a heading most, by G² (Dunning 1993, https://aclanthology.org/J93-1003/)."""
    columns, a = row.indices, row.data
    columns, a = columns[a >= 2], a[a >= 2]
    f, p, n = seen[columns], positives, size
    expected = f * p / n
    b, c = f - a, p - a
    with np.errstate(divide="ignore", invalid="ignore"):
        g = a * np.log(a / expected)
        g = g + np.where(b > 0, b * np.log(b / (f * (n - p) / n)), 0)
        g = g + np.where(c > 0, c * np.log(c / ((n - f) * p / n)), 0)
    columns, g = columns[a > expected], g[a > expected]
    return np.sort(columns[np.argsort(-g, kind="stable")[:PHRASES]])


def score_phrases(
    data: Corpus, rows: np.ndarray, models: dict[str, tuple[np.ndarray, np.ndarray, float]]
) -> list[tuple[dict[str, float], dict[str, float]]]:
    """For each row the log-odds of headings, and the part that comes from the title."""
    titled = np.array([name.startswith("t:") for name in data.names])
    part = data.matrix[rows].tocsc()
    out: list[tuple[dict[str, float], dict[str, float]]] = [({}, {}) for _ in rows]
    for ui, (columns, weights, bias) in sorted(models.items()):
        selected = part[:, columns]
        total = np.asarray(selected @ weights).ravel()
        own = np.asarray(selected @ (weights * titled[columns])).ravel()
        for n in np.nonzero(((total > 0) | (own > 0)) & (total + bias > LEAST))[0]:
            out[n][0][ui] = float(total[n] + bias)
            out[n][1][ui] = float(own[n])
    return out


def topic_names(at: Mesh) -> list[str]:
    return [*sorted({t[:3] for t in at.by_tree}), *EXTRA_TOPICS]


def topic_truth(work: bench.Work, at: Mesh, names: list[str]) -> list[int]:
    held = {t[:3] for ui in work.gold for t in at.descriptors[ui].trees}
    narrow = sum(any(t[:3] not in ("C22", "C23") for t in at.descriptors[ui].trees) for ui in work.gold)
    extra = [int(narrow > 0), int(narrow > 2), int(work.source == "ncbi")]
    return [int(name in held) for name in names[: -len(extra)]] + extra


@dataclass
class Topics:
    """Weights of single words for every topic, as shipped: one byte each."""

    names: list[str]
    columns: np.ndarray
    lanes: np.ndarray  # topics x columns, 1 … 255, 128 for nothing
    scale: np.ndarray
    bias: np.ndarray

    def score(self, data: Corpus, rows: np.ndarray) -> np.ndarray:
        part = data.matrix[rows][:, self.columns]
        count = np.asarray(part.sum(1)).ravel()
        weights = (self.lanes - 128.0) * self.scale[:, None]
        return np.asarray(part @ weights.T) / np.sqrt(count + 1)[:, None] + self.bias


def fit_topics(data: Corpus, rows: np.ndarray, at: Mesh) -> Topics:
    seen = np.asarray(data.matrix[rows].sum(0)).ravel()
    single = np.array([" " not in name and name[:2] not in ("m#", "p#", "l#", "a#") for name in data.names])
    columns = np.nonzero((seen >= TOPIC_SEEN) & single)[0]
    part = data.matrix[rows][:, columns]
    part = (sp.diags(1 / np.sqrt(np.asarray(part.sum(1)).ravel() + 1)) @ part).tocsr()
    names = topic_names(at)
    truth = np.array([topic_truth(data.works[n], at, names) for n in rows])
    lanes, scale, bias = [], [], []
    for n in range(len(names)):
        if truth[:, n].sum() < 5:
            weights, start = np.zeros(len(columns)), -8.0
        else:
            model = SGDClassifier(loss="log_loss", alpha=5e-6, max_iter=12, tol=None, random_state=0, average=True).fit(
                part, truth[:, n]
            )
            weights, start = model.coef_[0], float(model.intercept_[0])
        unit = max(np.quantile(np.abs(weights), 0.999), 1e-6) / 127
        lanes.append(np.clip(np.round(weights / unit), -127, 127) + 128)
        scale.append(round(unit, 6))
        bias.append(round(start, 3))
    return Topics(names, columns, np.array(lanes), np.array(scale), np.array(bias))

"""Fitting the linear model of evidence/tagging/design_model.py with scikit-learn (training only; never at run time).

For each class two logistic regressions are fitted and their standardised scores averaged: one over IDF-weighted n-grams
scaled to unit length with a little of the cues (L2 penalty), one over the same n-grams counted as present or not and
the cues (L1 penalty, so few remain). Both are linear, and so is their mean.
N-grams of two to four words are only made when one of their words belongs to the vocabulary of methods (METHODS): what
a study is about should not decide what kind of study it is. Animal and in vitro studies are the exception: there the
subject is the kind, so the first regression reads every single word, and titles without abstract (titles.py) as well.
These words do not count in the length of a text, which stays what the other classes know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from evidence.records import Record
from evidence.tagging.design_cues import cues_of
from evidence.tagging.design_text import END, START, DesignText, listed
from tests.benchmarks.design.corpus import OF_SUBJECTS, Row

SEED = 20261122
CLASSES = {
    "randomized_controlled_trial": "rct",
    "clinical_trial": "any-trial",
    "case_report": "case-report",
    "narrative_review": "narrative-review",
    "multicenter": "multicentre",
    "cohort": "cohort",
    "prospective": "prospective",
    "retrospective": "retrospective",
    "follow_up": "follow-up",
    "longitudinal": "longitudinal",
    "case_control": "case-control",
    "cross_sectional": "cross-sectional",
    "cross_over": "crossover",
    "double_blind": "double-blind",
    "in_vitro": "in-vitro",
    "animal": "animal",
}
"""What is learnt: class of the bench → name in the file of weights ("any-trial" is one of our four kinds of trial)."""

LEAST_RECORDS = 8  # an n-gram that fewer records have is not learnt from
BEST_N_GRAMS = 1000  # for each class, by log-likelihood ratio (Dunning 1993, https://aclanthology.org/J93-1003/)
BEST_SPARSE = 3000
TOPICAL = frozenset({"narrative_review", "case_report", "in_vitro", "animal"})
"""Classes told by what many words say together rather than by a few: they have more n-grams."""

SHARE = dict.fromkeys(
    (*TOPICAL, "randomized_controlled_trial", "clinical_trial", "cohort", "cross_sectional", "cross_over"), 0.3
)
"""The sparse model's share, 1 where none is given. In cross-validation (0.1 to 1 tried) these had the same or a better
area under the curve and F1 with the smaller one; multicentre and longitudinal studies, told by few words, lost."""

MORE_N_GRAMS = 1500
C_DENSE, C_OF_WORDS, C_SPARSE = 3.0, 5.0, 0.2  # scikit-learn's C; the second where every word is read
WEIGHT_OF_TITLES = 0.3  # of 0, 0.1, 0.3 and 1 the best in cross-validation
LEAST_OF_WORDS = 0.5  # weights below it of words that only OF_SUBJECTS read are left out: 0.2 to 0.8 measured the same
METHODS = tuple(
    listed(
        "random alloc assign trial placebo blind mask crossover cross control group arm parallel "
        "versus vs compar protocol sham open label phase rct enrol recruit participant patient "
        "volunteer subject consecutive retrospect prospect cohort longitud follow year month week "
        "review literature systematic search medline pubmed embase cochrane database meta pooled stud "
        "case report present describ rare old woman man boy girl male female child diagnos survey "
        "questionnaire interview qualitative focus them section prevalen inciden risk odds hazard "
        "regression logistic match regist record chart hospital multicent center rat rats mice mouse "
        "animal dog rabbit vitro cell culture line cadaver design method objective conclusion setting "
        "guideline recommend consensus statement committee will plan aim need further future warrant "
        "we this article paper discuss author current recent update overview summar evidence history "
        "secondary post hoc analys data from baseline receiv treat intervention administ dose twice "
        "daily efficacy effective safety outcome endpoint primary adverse washout period sequence "
        "healthy single double triple screen intention itt aged died observ experiment quasi pretest "
        "pilot feasib cluster"
    )
)
"""Beginnings of words about methods; those in WHOLE are whole words."""

WHOLE = frozenset(
    listed(
        "rat arm man old vs boy we this line case them from hoc need post open mask plan aim will match cell dog group"
    )
)


@dataclass(slots=True)
class Seen:
    """Matrices of the records: n-grams (binary), cues (binary), and their names."""

    grams: Any
    cues: Any
    gram_names: list[str]
    cue_names: list[str]


def _methodical(word: str) -> bool:
    return any(word in (w, w + "s") if w in WHOLE else word.startswith(w) for w in METHODS)


def _grams(tokens: list[str], known: dict[str, bool], found: set[str], prefix: str = "") -> None:
    flags = [known[t] if t in known else known.setdefault(t, _methodical(t)) for t in tokens]
    for start, token in enumerate(tokens):
        found.add(prefix + token)
        methodical = flags[start]
        for end in range(start + 2, min(start + 4, len(tokens)) + 1):
            methodical = methodical or flags[end - 1]
            if methodical:
                found.add(prefix + " ".join(tokens[start:end]))


def _matrix(sets: Sequence[Iterable[str]], least: int) -> tuple[Any, list[str]]:
    count = Counter(name for names in sets for name in names)
    names = sorted(name for name, n in count.items() if n >= least)
    column = {name: number for number, name in enumerate(names)}
    indices, pointers = [], [0]
    for row in sets:
        indices += sorted(column[name] for name in row if name in column)
        pointers.append(len(indices))
    data = np.ones(len(indices), dtype=np.float32)
    return sp.csr_matrix((data, indices, pointers), shape=(len(sets), len(names))), names


def seen(records: Iterable[Record]) -> Seen:
    grams: list[set[str]] = []
    cues: list[set[str]] = []
    known: dict[str, bool] = {}
    for record in records:
        text = DesignText(record)
        found: set[str] = set()
        _grams([START, *text.title.tokens, END], known, found, "T ")
        for sentence in text.sentences:
            if not sentence.calls:
                _grams([START, *sentence.tokens], known, found)
        grams.append(found)
        cues.append({name for name, _ in cues_of(text)})
    gram_matrix, gram_names = _matrix(grams, LEAST_RECORDS)
    cue_matrix, cue_names = _matrix(cues, 1)
    return Seen(gram_matrix, cue_matrix, gram_names, cue_names)


def likelihood_ratio(x: Any, y: Any) -> Any:
    """Dunning's G² of every column against the class."""
    total, n1 = len(y), int(y.sum())
    n0 = total - n1
    a = np.asarray(x[y == 1].sum(0)).ravel()
    b = np.asarray(x[y == 0].sum(0)).ravel()
    both = a + b

    def term(observed: Any, expected: Any) -> Any:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(observed > 0, observed * np.log(observed / expected), 0.0)

    return 2 * (
        term(a, both * n1 / total)
        + term(b, both * n0 / total)
        + term(n1 - a, (total - both) * n1 / total)
        + term(n0 - b, (total - both) * n0 / total)
    )


@dataclass(slots=True)
class Fitted:
    """Weights in the units of the file's formula, before rounding; arrays are features by classes."""

    columns: Any  # n-grams kept, as column numbers of Seen
    squares: Any  # idf² of each
    scaled: Any
    plain: Any
    cues: Any
    bias: Any

    def decide(self, data: Seen) -> Any:
        """Records by classes: the sum before calibration."""
        grams = data.grams[:, self.columns]
        length = np.sqrt(9 + grams @ self.squares)
        return (grams @ self.scaled) / length[:, None] + grams @ self.plain + data.cues @ self.cues + self.bias


def _logistic(x: Any, y: Any, weights: Any, c: float, l1: bool) -> LogisticRegression:
    model = LogisticRegression(C=c, l1_ratio=1 if l1 else 0, solver="liblinear", max_iter=300, random_state=SEED)
    return model.fit(x, y, sample_weight=weights)


def _is_word(name: str) -> bool:
    return " " not in name.removeprefix("T ")


@dataclass(slots=True)
class _Part:
    """What a class is learnt from: records (a mask), their gold, and the n-grams of its sparse model."""

    mask: Any
    y: Any
    sparse: Any


def _chosen(data: Seen, rows: Sequence[Row], train: Any, titles: Any, favoured: Any) -> tuple[dict[str, _Part], Any]:
    """The part of each class, and the n-grams of the dense model: the best of every class, together."""
    known = np.asarray(data.grams[~titles].sum(0)).ravel() >= LEAST_RECORDS  # titles bring no word to other classes
    parts: dict[str, _Part] = {}
    dense: set[int] = set()
    for name in CLASSES:
        mask = train & np.array([r.tells(name) for r in rows])
        y = np.array([int(name in r.gold) for r in rows])
        ratio = likelihood_ratio(data.grams[mask], y[mask])
        if name not in OF_SUBJECTS:
            ratio = np.where(known, ratio, 0)
        parts[name] = _Part(mask, y[mask], np.sort(np.argsort(-ratio * favoured**2, kind="stable")[:BEST_SPARSE]))
        if name in OF_SUBJECTS:
            whole = mask & ~titles
            ratio = np.where(known, likelihood_ratio(data.grams[whole], y[whole]), 0)
        most = MORE_N_GRAMS if name in TOPICAL else BEST_N_GRAMS
        dense |= set(np.argsort(-ratio, kind="stable")[:most].tolist())
    return parts, np.array(sorted(dense))


def fit(data: Seen, rows: Sequence[Row], train: Any) -> Fitted:
    """One model for all classes from the records in `train` (a mask)."""
    titles = np.array(["title" in r.assessable for r in rows])
    weight = np.where(titles, WEIGHT_OF_TITLES, 1.0)
    favoured = np.array([1.0 if any(_methodical(w) for w in n.split()) else 0.5 for n in data.gram_names])
    parts, dense = _chosen(data, rows, train, titles, favoured)
    whole = train & ~titles
    idf = np.log(whole.sum() / np.maximum(1, np.asarray(data.grams[whole].sum(0)).ravel()))
    weighted = data.grams[:, dense] @ sp.diags(idf[dense])
    length = sp.diags(1 / np.sqrt(9 + np.asarray(weighted.multiply(weighted).sum(1)).ravel()))
    wide = np.union1d(dense, [n for n, name in enumerate(data.gram_names) if _is_word(name)])
    narrow_x = (length @ weighted).tocsr()
    wide_x = (length @ data.grams[:, wide] @ sp.diags(idf[wide])).tocsr()
    size, kinds = len(data.gram_names), len(CLASSES)
    scaled, plain = np.zeros((size, kinds)), np.zeros((size, kinds))
    cues, bias = np.zeros((len(data.cue_names), kinds)), np.zeros(kinds)
    for k, (name, part) in enumerate(parts.items()):
        columns, grams, c = (wide, wide_x, C_OF_WORDS) if name in OF_SUBJECTS else (dense, narrow_x, C_DENSE)
        x = sp.hstack([grams[part.mask], 0.1 * data.cues[part.mask]]).tocsr()
        one = _logistic(x, part.y, weight[part.mask], c, l1=False)
        by = 1 / one.decision_function(x).std()
        learnt = by * one.coef_[0][: len(columns)] * idf[columns]
        scaled[columns, k] = np.where(np.isin(columns, dense) | (np.abs(learnt) >= LEAST_OF_WORDS), learnt, 0)
        cues[:, k] += by * 0.1 * one.coef_[0][len(columns) :]
        bias[k] += by * one.intercept_[0]
        present = data.grams[part.mask][:, part.sparse] @ sp.diags(favoured[part.sparse])
        x = sp.hstack([present, 1.5 * data.cues[part.mask]]).tocsr()
        two = _logistic(x, part.y, weight[part.mask], C_SPARSE, l1=True)
        by = SHARE.get(name, 1.0) / two.decision_function(x).std()
        plain[part.sparse, k] = by * two.coef_[0][: len(part.sparse)] * favoured[part.sparse]
        cues[:, k] += by * 1.5 * two.coef_[0][len(part.sparse) :]
        bias[k] += by * two.intercept_[0]
    said = np.flatnonzero(np.abs(scaled).sum(1) + np.abs(plain).sum(1))
    kept = np.union1d(dense, said)
    squares = np.where(np.isin(kept, dense), idf[kept] ** 2, 0.0)
    return Fitted(kept, squares, scaled[kept], plain[kept], cues, bias)

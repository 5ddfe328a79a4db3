"""Two baselines, run beside ours: a keyword rule for every class, and TF-IDF with logistic regression."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from tests.benchmarks.design.corpus import FOLDS, Row

KEYWORDS = {
    "randomized_controlled_trial": r"randomi[sz]ed|randomi[sz]ation|randomly (assigned|allocated)|\brct\b",
    "clinical_trial": r"clinical trial|controlled trial|randomi[sz]ed|double[- ]blind|placebo",
    "case_report": r"case reports?\b|a case of|we (report|present|describe) (a|the|an)\b|year[- ]old (man|woman|boy"
    r"|girl|male"
    r"|female|patient)",
    "systematic_review": r"systematic review",
    "meta_analysis": r"meta-?analys",
    "narrative_review": r"\breview(ed|s)?\b",
    "guideline": r"guidelines?\b|consensus statement",
    "trial_protocol": r"\bprotocol\b",
    "multicenter": r"multi-?cent(er|re)",
    "cohort": r"\bcohort",
    "prospective": r"prospectiv",
    "retrospective": r"retrospectiv",
    "follow_up": r"follow(ed)?[- ]?up",
    "longitudinal": r"longitudinal",
    "case_control": r"case[- ]control",
    "cross_sectional": r"cross[- ]sectional",
    "cross_over": r"cross-?over|crossed over",
    "double_blind": r"double[- ]?(blind|mask)",
    "qualitative": r"qualitative|focus group|semi-?structured interview",
    "in_vitro": r"in vitro|cell lines?\b|cultured cells|cell culture",
    "animal": r"\b(rats?|mice|mouse|rabbits?|dogs?|cats?|animals?|pigs?|sheep|monkeys?|hamsters?|chick(en|s)?)\b",
}
"""What someone would type into a filter; read before any result."""


def keyword(rows: Sequence[Row]) -> dict[str, list[bool]]:
    """Class → for each record whether its words match."""
    texts = [row.text.lower() for row in rows]
    return {name: [re.search(pattern, t) is not None for t in texts] for name, pattern in KEYWORDS.items()}


def tfidf(rows: Sequence[Row], classes: Sequence[str]) -> dict[str, tuple[list[float], list[bool]]]:
    """Class → scores and calls, cross-validated: one and two words, sublinear, C = 10, classes balanced.

    The threshold of a fold is the one with the best F1 among the scores of the other folds, each made by a model that
    had not seen the record.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    folds = np.array([row.fold for row in rows])
    texts = np.array([row.text for row in rows], dtype=object)
    tells = {name: np.array([row.tells(name) for row in rows]) for name in classes}
    gold = {name: np.array([name in row.gold for row in rows]) for name in classes}
    scores = {name: np.zeros(len(rows)) for name in classes}
    for number in range(FOLDS):
        vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True, max_features=200_000)
        x = vectors.fit(texts[folds != number]).transform(texts)
        for name in classes:
            train, test = tells[name] & (folds != number), folds == number
            model = LogisticRegression(C=10, solver="liblinear", class_weight="balanced").fit(
                x[train], gold[name][train]
            )
            scores[name][test] = model.predict_proba(x[test])[:, 1]
    return {name: (scores[name].tolist(), _calls(scores[name], gold[name], tells[name], folds)) for name in classes}


def _calls(p: np.ndarray, y: np.ndarray, tells: np.ndarray, folds: np.ndarray) -> list[bool]:
    said = np.zeros(len(p), dtype=bool)
    for number in range(FOLDS):
        others = tells & (folds != number)
        said[folds == number] = p[folds == number] >= _best(p[others], y[others])
    return said.tolist()


def _best(p: np.ndarray, y: np.ndarray) -> float:
    order = np.argsort(-p, kind="stable")
    hits = np.cumsum(y[order])
    f1 = 2 * hits / (np.arange(1, len(y) + 1) + y.sum())
    return float(p[order][int(f1.argmax())])

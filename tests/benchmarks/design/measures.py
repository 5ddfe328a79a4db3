"""Counts and curves: precision, recall, F1, AUC, sensitivity and specificity, intervals. Plain Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import nan


@dataclass(frozen=True, slots=True)
class Counts:
    """Hits, false alarms, misses, and the rest."""

    tp: float = 0
    fp: float = 0
    fn: float = 0
    tn: float = 0

    @property
    def precision(self) -> float:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else nan

    @property
    def recall(self) -> float:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else nan

    @property
    def specificity(self) -> float:
        return self.tn / (self.tn + self.fp) if self.tn + self.fp else nan

    @property
    def f1(self) -> float:
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp + self.fp + self.fn else nan


def count(gold: Sequence[bool], said: Sequence[bool], weights: Sequence[float] | None = None) -> Counts:
    """The four counts; records may weigh more than one (a stratum of which only a part was read)."""
    sums = {(a, b): 0.0 for a in (True, False) for b in (True, False)}
    for number, (truth, call) in enumerate(zip(gold, said, strict=True)):
        sums[truth, call] += 1 if weights is None else weights[number]
    return Counts(tp=sums[True, True], fp=sums[False, True], fn=sums[True, False], tn=sums[False, False])


def auc(gold: Sequence[bool], scores: Sequence[float]) -> float:
    """Area under the ROC curve: the chance that a positive scores above a negative, ties half."""
    pairs = sorted(zip(scores, gold, strict=True))
    ranks, start, total = 0.0, 0, len(pairs)
    positive = sum(gold)
    while start < total:
        end = start
        while end < total and pairs[end][0] == pairs[start][0]:
            end += 1
        ranks += (start + end + 1) / 2 * sum(truth for _, truth in pairs[start:end])
        start = end
    negative = total - positive
    return (ranks - positive * (positive + 1) / 2) / (positive * negative) if positive and negative else nan


def interval(
    gold: Sequence[bool], said: Sequence[bool], weights: Sequence[float] | None = None, rounds: int = 2000
) -> tuple[float, float]:
    """95% bootstrap interval of F1 (percentiles, fixed seed)."""
    chance = random.Random(20261122)
    numbers = range(len(gold))
    found = []
    for _ in range(rounds):
        drawn = chance.choices(numbers, k=len(gold))
        one = count(
            [gold[n] for n in drawn], [said[n] for n in drawn], None if weights is None else [weights[n] for n in drawn]
        )
        if one.f1 == one.f1:
            found.append(one.f1)
    found.sort()
    return found[int(0.025 * len(found))], found[int(0.975 * len(found))]

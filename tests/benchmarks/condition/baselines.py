"""What disease tags are compared with: a plain dictionary, and that dictionary re-ranked by a few learned features."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evidence.records import Record
from evidence.tagging.tokens import tokens_of
from evidence.text import plain
from tests.benchmarks.condition.bench import Work

Terms = dict[str, tuple[str, list[str], list[str], list[str]]]
"""UI → name, trees, entry terms, permuted terms, as the bench's scorer reads them."""

THRESHOLDS = [n / 100 for n in range(15, 60)]


@dataclass(slots=True)
class Match:
    """What the dictionary found of one descriptor: times in the title and in all, first word, words of the phrase."""

    title: int = 0
    count: int = 0
    first: int = 0
    words: int = 0


class Dictionary:
    """Every name and entry term of at least three letters, as words, longest first, any case."""

    def __init__(self, terms: Terms) -> None:
        self._table: dict[tuple[str, ...], set[str]] = {}
        for ui, (name, _, others, permuted) in terms.items():
            for term in (name, *others, *permuted):
                words = tuple(tokens_of(term))
                if len(term) > 2 and words:
                    self._table.setdefault(words, set()).add(ui)
        self._longest = max(map(len, self._table), default=1)

    def matches(self, record: Record) -> dict[str, Match]:
        """What is found of each descriptor."""
        found: dict[str, Match] = {}
        before = 0
        for part, text in enumerate((plain(record.title), *(plain(s.text) for s in record.abstract))):
            words = tokens_of(text)
            at = 0
            while at < len(words):
                for size in range(min(self._longest, len(words) - at), 0, -1):
                    if hit := self._table.get(tuple(words[at : at + size])):
                        for ui in sorted(hit):
                            match = found.setdefault(ui, Match(first=before + at))
                            match.title += part == 0
                            match.count += 1
                            match.words = max(match.words, size)
                        at += size - 1
                        break
                at += 1
            before += len(words)
        return found

    def said(self, record: Record) -> list[str]:
        """The plain dictionary: all it finds."""
        return sorted(self.matches(record))


class Reranked:
    """The dictionary, its matches accepted by a logistic regression over ten features (needs scikit-learn).

    A match's own work is left out of the counts that it is judged by while learning.
    """

    def __init__(self, dictionary: Dictionary, terms: Terms, works: Sequence[Work]) -> None:
        """`works`: what it may learn from."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        self._dictionary = dictionary
        self._trees = {ui: entry[1] for ui, entry in terms.items()}
        found = [(dictionary.matches(work.record), work.gold) for work in works]
        self._seen = Counter(ui for matches, _ in found for ui in matches)
        self._right = Counter(ui for matches, gold in found for ui in matches if ui in gold)
        self._given = Counter(ui for work in works for ui in work.gold)
        self._share = sum(self._right.values()) / max(1, sum(self._seen.values()))
        rows = [row for matches, gold in found for row in self._vectors(matches, gold)]
        truth = [ui in gold for matches, gold in found for ui in matches]
        self._model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        self._model.fit(rows, truth)
        chances, all_gold = self._model.predict_proba(rows)[:, 1], sum(self._given.values())

        def f1(threshold: float) -> float:
            said = chances >= threshold
            return 2 * float((said & truth).sum()) / (float(said.sum()) + all_gold)

        self._threshold = max(THRESHOLDS, key=f1)

    def said(self, record: Record) -> list[str]:
        """The matches that the regression accepts."""
        matches = self._dictionary.matches(record)
        if not matches:
            return []
        accepted = self._model.predict_proba(self._vectors(matches, None))[:, 1] >= self._threshold
        return [ui for ui, good in zip(matches, accepted, strict=True) if good]

    def _vectors(self, matches: dict[str, Match], own: frozenset[str] | None) -> list[list[float]]:
        """A row for each match; `own`: the headings of the work while learning."""
        trees, out = self._trees, []
        for ui, match in matches.items():
            less, good = (0, 0) if own is None else (1, int(ui in own))
            precision = (self._right[ui] - good + 4 * self._share) / (self._seen[ui] - less + 4)
            narrower = any(t.startswith(f"{tree}.") for u in matches for t in trees[u] for tree in trees[ui])
            broader = any(tree.startswith(f"{t}.") for u in matches for t in trees[u] for tree in trees[ui])
            row = [math.log(precision / (1 - precision)), math.log(self._given[ui] - good + 0.5), match.title > 0]
            row += [min(match.count, 5), match.first, match.words, len(matches), narrower, broader]
            out.append([*row, min(tree.count(".") for tree in trees[ui])])
        return out

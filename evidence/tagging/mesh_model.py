"""The weights behind disease tags of text: made by tests/benchmarks/condition/train.py, kept in data/.

Three parts, used without numpy. Learned phrases: a sparse logistic regression for each frequent heading (words, words
of the title, names of diseases found, words of the journal's name). Topics: the same for whole MeSH categories, from
single words. A candidate's features then pass through boosted trees, whose sum is a log-odds.
"""

from __future__ import annotations

import gzip
import json
import math
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any, Final

from evidence.errors import BadVocabulary
from evidence.tagging.mesh_reading import Reading

LANES: Final = 2
"""Bytes of a lane: a word's weights for all topics are packed into one integer, so that adding is one operation."""
_OFFSET: Final = 128
_MOST_WORDS: Final = 250
"""More words than this would overflow a lane (255 x 257 > 65,535); the rest of a very long text adds nothing."""

LEAST: Final = -4.6
"""Log-odds below which learned phrases alone make no candidate (1 in 100)."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What the words of a record say as a whole: log-odds of headings, of branches of the trees (C10.228), of
    categories (C10), of having any heading or many. `title`: the part of a heading's log-odds that the title gives.
    """

    labels: dict[str, float]
    title: dict[str, float]
    branches: dict[str, float]
    topics: dict[str, float]
    any: float
    many: float
    exhaustive: float


class History:
    """What became of diseases named in works that people indexed: how often each was given as a heading.

    `matches`: UI → works that name it and works that have the heading, for each zone (title, abstract, inside a longer
    phrase, its words apart), first over all years, then before MODERN; `overall`: the share over all, by zone;
    `frequency`: UI → works with the heading, of all years and before MODERN; `terms`: "zone|phrase|UI" → works with
    the phrase there, works that have the heading as well.
    """

    __slots__ = ("_frequency", "_matches", "_overall", "_terms")

    def __init__(
        self,
        matches: dict[str, list[int]],
        overall: list[float],
        frequency: dict[str, list[int]],
        terms: dict[str, list[int]],
    ) -> None:
        self._matches, self._overall, self._frequency, self._terms = matches, overall, frequency, terms

    def precision(self, ui: str, zone: int) -> tuple[float, int]:
        """How often this descriptor, named in that zone, was a heading (smoothed), and in how many works it was."""
        if zone >= ZONES:
            return 0.0, 0
        counts = self._matches.get(ui, _NO_COUNTS)
        seen, right = counts[2 * zone], counts[2 * zone + 1]
        return (right + 4 * self._overall[zone]) / (seen + 4), seen

    def precision_then(self, ui: str, zone: int, year: int) -> float:
        """The same among works of the record's time (headings come and go), smoothed by that of all years."""
        precision, _ = self.precision(ui, zone)
        counts = self._matches.get(ui, _NO_COUNTS)
        if zone >= ZONES or counts is _NO_COUNTS:
            return precision
        seen, right = counts[2 * ZONES + 2 * zone], counts[2 * ZONES + 2 * zone + 1]
        if not is_old(year):
            seen, right = counts[2 * zone] - seen, counts[2 * zone + 1] - right
        return (right + 3 * precision) / (seen + 3)

    def frequency(self, ui: str, year: int) -> tuple[float, float]:
        """Logarithm of how many works had the heading, plus a half: of all years, and of the record's time."""
        total, old = self._frequency.get(ui, (0, 0))
        return math.log(total + 0.5), math.log((old if is_old(year) else total - old) + 0.5)

    def terms(self, ui: str, keys: Iterable[tuple[str, str]], prior: float) -> tuple[float, ...]:
        """How often each phrase, in its zone, earned the heading (smoothed by `prior`); phrases not seen left out."""
        found = (self._terms.get(f"{zone}|{phrase}|{ui}") for zone, phrase in keys)
        return tuple((counts[1] + 2 * prior) / (counts[0] + 2) for counts in found if counts is not None)


MODERN: Final = 1985
"""Works before this year were indexed with another MeSH; a record without a year counts as later."""

ZONES: Final = 4
"""Ways of naming a disease, each counted on its own: title, abstract, inside a longer phrase, its words apart."""

_NO_COUNTS: Final = [0] * (4 * ZONES)


def is_old(year: int) -> bool:
    """Whether a work is of the time before MODERN; 0 is an unknown year."""
    return 0 < year < MODERN


class MeshModel:
    """The weights, ready for use."""

    def __init__(self, data: dict[str, Any]) -> None:
        """From the JSON object of the weights file (train.py says what each part holds)."""
        self.labels: list[str] = data["labels"]
        self.bias: list[float] = data["bias"]
        self._number = {ui: n for n, ui in enumerate(self.labels)}
        self._weights = {name: _pairs(flat) for name, flat in data["weights"].items()}
        self._topic_names: list[str] = data["topics"]["names"]
        self._topic_bias: list[float] = data["topics"]["bias"]
        self._topic_scale: list[float] = data["topics"]["scale"]
        self._packed = {name: _pack(bytes.fromhex(lane)) for name, lane in data["topics"]["words"].items()}
        self.history = History(data["matches"], data["overall"], data["frequency"], data["terms"])
        self._trees: list[Any] = [_tree(flat) for flat in data["trees"]]
        self.threshold: float = data["threshold"]
        self._least = math.log(self.threshold / (1 - self.threshold)) - 0.01
        self._cuts: list[tuple[int, float]] = [(int(n), float(least)) for n, least in data.get("cuts", ())]
        self._cuts.append((len(self._trees), -math.inf))
        names = {*self._weights, *self._packed}
        phrases = sorted({n.removeprefix("t:") for n in names if n[:2] != "j:" and "#" not in n})
        self.phrases: list[str] = phrases
        self._any = [self._feature(p) for p in phrases]
        self._title = [self._feature(f"t:{p}") for p in phrases]

    def _feature(self, name: str) -> tuple[tuple[tuple[int, float], ...], int] | None:
        if name not in self._weights and name not in self._packed:
            return None
        return self._weights.get(name, ()), self._packed.get(name, -1)

    def scores(self, reading: Reading, journal: Iterable[str], year: int) -> Scores:
        """The log-odds of a record. `journal`: the words of its journal's name; `year`: 0 when unknown."""
        active = [f for n in sorted(reading.learned) if (f := self._any[n]) is not None]
        other = (f for name in marks(reading, journal, year) if (f := self._feature(name)) is not None)
        titled = [f for n in sorted(reading.in_title) if (f := self._title[n]) is not None]
        titled += [f for name in title_marks(reading) if (f := self._feature(name)) is not None]
        sums: defaultdict[int, float] = defaultdict(float)
        own: defaultdict[int, float] = defaultdict(float)
        packed: list[int] = []
        for features, totals in ((titled, own), ((*active, *other), sums)):
            for pairs, lanes in features:
                for label, weight in pairs:
                    totals[label] += weight
                if lanes >= 0:
                    packed.append(lanes)
        for label, weight in own.items():
            sums[label] += weight
        topics = self._topics(packed)
        bias, labels = self.bias, self.labels
        likely = [(n, total) for n, total in sums.items() if total + bias[n] > LEAST]
        kept = {labels[n]: total + bias[n] for n, total in likely if total > 0 or own.get(n, 0.0) > 0}
        branches = {name: kept.pop(name) for name in list(kept) if name[0] != "D"}
        title = {labels[n]: value for n, value in own.items() if labels[n] in kept}
        title = {ui: title.get(ui, 0.0) for ui in kept}
        return Scores(kept, title, branches, topics, *(topics.pop(name) for name in EXTRA_TOPICS))

    def _topics(self, packed: list[int]) -> dict[str, float]:
        packed = packed[:_MOST_WORDS]
        count = len(packed)
        width = len(self._topic_names)
        lanes = array("H", sum(packed).to_bytes(width * LANES, "little"))
        if _BIG:
            lanes.byteswap()
        root = math.sqrt(count + 1)
        return {
            name: (lanes[n] - _OFFSET * count) * self._topic_scale[n] / root + self._topic_bias[n]
            for n, name in enumerate(self._topic_names)
        }

    def log_odds(self, vector: list[float]) -> float:
        """The sum of the trees for a feature vector; of the first trees only where those have settled it.

        `cuts` were measured: of what ends above the threshold, 1 in 1,000 is below one of them after so many trees.
        """
        total = 0.0
        done = 0
        for until, least in self._cuts:
            for tree in self._trees[done:until]:
                node = tree
                while node.__class__ is tuple:
                    feature, limit, left, right = node
                    node = left if vector[feature] <= limit else right
                total += node
            if total < least:
                return min(total, self._least)
            done = until
        return total

    def reasons(self, ui: str, reading: Reading) -> tuple[str, ...]:
        """The learned phrases of the record that speak most for a heading, strongest first, at most three."""
        label = self._number.get(ui)
        if label is None:
            return ()
        found: dict[str, float] = {}
        for numbers, features in ((reading.learned, self._any), (reading.in_title, self._title)):
            for n in sorted(numbers):
                for at, weight in (features[n] or ((), 0))[0]:
                    if at == label:
                        found[self.phrases[n]] = found.get(self.phrases[n], 0.0) + weight
        ordered = sorted((-weight, phrase) for phrase, weight in found.items() if weight > 0)
        return tuple(phrase for _, phrase in ordered[:3])


EXTRA_TOPICS: Final = ("any", "many", "exhaustive")
"""Beside the categories: has a heading at all, has more than two, is of the kind whose every named disease counts."""

_BIG: Final = array("H", b"\x01\x00")[0] != 1


def branches_of(trees: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The branches a descriptor hangs on: its first two and its first three numbers (C10.228, C10.228.140)."""
    parts = sorted({tuple(tree.split(".")) for tree in trees})
    return tuple(tuple(dict.fromkeys(".".join(part[:size]) for part in parts if len(part) >= size)) for size in (2, 3))  # type: ignore[return-value]


def marks(reading: Reading, journal: Iterable[str], year: int) -> list[str]:
    """Features that are no phrases: diseases named (#), named twice or more (m), of people (p), last (l), by words that
    stand apart (a), words of the journal's name (j), and the time before MODERN.
    """
    found = [f"j:{word}" for word in dict.fromkeys(journal)]
    if is_old(year):
        found.append("j:#old")
    for ui, mention in reading.mentions.items():
        found.append(f"#{ui}")
        if mention.abstract > 1:
            found.append(f"m#{ui}")
        if mention.people:
            found.append(f"p#{ui}")
        if mention.last:
            found.append(f"l#{ui}")
    found += [f"a#{ui}" for ui in sorted(reading.apart)]
    return found


def title_marks(reading: Reading) -> list[str]:
    """Diseases named in the title, those inside longer phrases included."""
    return [f"t:#{ui}" for ui, mention in reading.mentions.items() if mention.title or mention.inside_title]


def load_model(file: Traversable, features: tuple[str, ...] = ()) -> MeshModel:
    """The weights from their file. Raises BadVocabulary when it is not there, damaged, or (where `features` are given)
    made for other features: trees name a feature by its place, so a file of another edition would answer nonsense.
    """
    try:
        data = json.loads(gzip.decompress(file.read_bytes()))
        if features and tuple(data["features"]) != features:
            raise BadVocabulary(file.name, "was made for another edition of this program: install both together")
        return MeshModel(data)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, IndexError) as exc:
        raise BadVocabulary(file.name, f"cannot be read as weights ({exc!r})") from None


def _pairs(flat: list[float]) -> tuple[tuple[int, float], ...]:
    return tuple((int(flat[n]), float(flat[n + 1])) for n in range(0, len(flat), 2))


def _pack(lane: bytes) -> int:
    """Weights of a word, one byte each with 128 for nothing, as one integer with a wide lane for each."""
    return int.from_bytes(b"".join(bytes((value, 0)) for value in lane), "little")


def _tree(flat: list[float], at: int = 0) -> Any:
    """A tree as nested nodes (feature, threshold, left, right), a leaf as its value.

    `flat`: four numbers a node: feature (-1: a leaf), threshold or value, left, right.
    """
    feature, threshold, left, right = flat[4 * at : 4 * at + 4]
    if feature < 0:
        return float(threshold)
    return (int(feature), float(threshold), _tree(flat, int(left)), _tree(flat, int(right)))

"""A linear model over the words of title and abstract: one score from 0 to 1 for each class it has learnt.

score = logistic(slope * (bias + scaled / sqrt(9 + sum of idf²) + plain + cues) + offset)

N-grams (one to four words, in the title also as a class of their own) count once each. Their weights come in two kinds:
`scaled` by the length of the text in the manner of TF-IDF vectors (Salton & Buckley 1988,
https://doi.org/10.1016/0306-4573(88)90021-0), and `plain` (rows that begin with "+"). Cues (design_cues.py) are plain.
Sentences that call for studies to come are not read. Slope and offset make the score a probability in the data it was
learnt from (Platt 1999, "Probabilistic outputs for support vector machines"). The weights are in
data/design_weights.tsv, made by `python -m tests.benchmarks.design.train`; only integers and the standard library are
used here.

All classes are summed at once: the weights of a feature are packed as signed lanes of one long integer, and adding
such integers adds every lane.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import nlargest
from math import exp, sqrt
from struct import unpack
from typing import Final

from evidence.errors import BadVocabulary
from evidence.tagging.design_cues import cues_of, quoted
from evidence.tagging.design_features import data_file
from evidence.tagging.design_text import END, START, DesignText, Sentence

FILE: Final = "design_weights.tsv"
SCALE: Final = 100.0
"""Weights in the file are hundredths, idf² tenths, rows that begin with "!" thousandths."""

_SQUARES: Final = 10.0
_SMOOTH: Final = 9.0  # added to the sum of squares, so that a bare title is not blown up to the length of an abstract
_LANE: Final = 32  # bits
_HALF: Final = 1 << (_LANE - 1)
_TITLE: Final = "T "
_STRONGEST: Final = 3  # phrases named as the reason
_LOOKED_AT: Final = 12

Points = Mapping[str, tuple[float, ...]]
Node = tuple[int, "dict[str, Node] | None"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that moved a score: tokens [first, last) of a sentence, and by how much (logits before calibration)."""

    sentence: Sentence
    first: int
    last: int
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model saw in a record: numbers of its n-grams, cues with their sentence, the length of the vector."""

    grams: set[int]
    cues: dict[str, int]
    length: float
    scores: dict[str, float]


class DesignModel:
    """The weights, prepared. `classes` in the order of the file; `points` are thresholds by operating point."""

    def __init__(self, lines: Iterable[str], name: str = FILE) -> None:
        rows = [line.rstrip("\n").split("\t") for line in lines if line[:1] not in ("#", "\n", "")]
        if not rows or rows[0][:2] != ["feature", "idf2"]:
            raise BadVocabulary(name, "does not begin with the row of column names")
        self.classes = tuple(rows[0][2:])
        constants: dict[str, tuple[float, ...]] = {}
        self._packed: list[int] = []
        self._scaled: list[list[int]] = [[] for _ in self.classes]  # weights of all n-grams, by class
        self._plain: list[list[int]] = [[] for _ in self.classes]
        self._names: list[str] = []
        self._cues: dict[str, tuple[int, tuple[int, ...]]] = {}
        self._body: dict[str, Node] = {}
        self._title: dict[str, Node] = {}
        scaled: dict[str, tuple[int, tuple[int, ...]]] = {}
        plain: dict[str, tuple[int, ...]] = {}
        for number, row in enumerate(rows[1:], 2):
            feature, square, values = self._row(row, f"{name}, row {number}")
            if feature.startswith("!"):
                constants[feature[1:]] = tuple(v / 1000 for v in values)
            elif feature.startswith("@"):
                self._cues[feature] = (_pack(values), values)
            elif feature.startswith("+"):
                plain[feature[1:]] = values
            else:
                scaled[feature] = (square, values)
        nothing = (0,) * len(self.classes)
        for feature in scaled | plain:
            self._add(feature, *scaled.get(feature, (0, nothing)), plain.get(feature, nothing))
        missing = {"bias", "slope", "offset", "balanced", "sensitive", "precise"} - set(constants)
        if missing:
            raise BadVocabulary(name, f"lacks the rows {', '.join(sorted(missing))}")
        self._constants = constants
        self.points: Points = {p: constants[p] for p in ("balanced", "sensitive", "precise")}

    def _row(self, row: list[str], where: str) -> tuple[str, int, tuple[int, ...]]:
        if len(row) != len(self.classes) + 2:
            raise BadVocabulary(where, f"has {len(row)} columns, not {len(self.classes) + 2}")
        try:
            square, *values = (int(cell or 0) for cell in row[1:])
        except ValueError:
            raise BadVocabulary(where, "holds a weight that is not a whole number") from None
        return row[0], square, tuple(values)

    def _add(self, feature: str, square: int, scaled: tuple[int, ...], plain: tuple[int, ...]) -> None:
        tokens = feature.split(" ")
        children = self._body
        if feature.startswith(_TITLE):
            tokens, children = tokens[1:], self._title
        for token in tokens[:-1]:
            number, below = children.get(token, (-1, None))
            if below is None:
                below = {}
                children[token] = (number, below)
            children = below
        _, below = children.get(tokens[-1], (-1, None))
        children[tokens[-1]] = (len(self._packed), below)
        self._packed.append(_pack((*scaled, *plain, square)))
        for lane in range(len(self.classes)):
            self._scaled[lane].append(scaled[lane])
            self._plain[lane].append(plain[lane])
        self._names.append(feature)

    def read(self, text: DesignText) -> Reading:
        """The scores of a record, and what they rest on."""
        found: set[int] = set()
        _walk(self._title, [START, *text.title.tokens, END], found)
        for sentence in text.sentences:
            if not sentence.calls:
                _walk(self._body, [START, *sentence.tokens], found)
        cues: dict[str, int] = {}
        known = self._cues
        for name, number in cues_of(text):
            if name in known:
                cues.setdefault(name, number)
        packed = self._packed
        kinds = len(self.classes)
        sums = _unpack(sum([packed[n] for n in found]), 2 * kinds + 1)
        extra = _unpack(sum([known[name][0] for name in cues]), kinds)
        length = sqrt(_SMOOTH + sums[-1] / _SQUARES)
        c = self._constants
        scores = {}
        for k, name in enumerate(self.classes):
            z = c["bias"][k] + (sums[k] / length + sums[kinds + k] + extra[k]) / SCALE
            scores[name] = _logistic(c["slope"][k] * z + c["offset"][k])
        return Reading(found, cues, length, scores)

    def reasons(self, name: str, text: DesignText, reading: Reading) -> list[Phrase]:
        """The phrases that speak most for a class, strongest first; at most three, none inside another."""
        lane = self.classes.index(name)
        scaled, plain, length = self._scaled[lane], self._plain[lane], reading.length
        grams = nlargest(_LOOKED_AT, [(scaled[n] / length + plain[n], n) for n in reading.grams])
        ranked = [(weight, self._names[n], -1) for weight, n in grams]
        ranked += [(float(self._cues[c][1][lane]), c, number) for c, number in reading.cues.items() if number >= 0]
        ranked.sort(key=lambda r: (-r[0], r[1]))
        kept: list[tuple[Sentence, int, int]] = []
        phrases: list[Phrase] = []
        for weight, feature, number in ranked[:_LOOKED_AT]:
            if weight <= 0 or len(phrases) == _STRONGEST:
                break
            at = quoted(feature, text, number) if feature.startswith("@") else _locate(feature, text)
            if at is None or any(at[0] is s and at[1] < last and first < at[2] for s, first, last in kept):
                continue
            words = text.printed(*at)
            if words:
                kept.append(at)
                phrases.append(Phrase(*at, words, weight / SCALE))
        return phrases


def load_model() -> DesignModel:
    """The model of the installation. Raises BadVocabulary when its file is missing or broken."""
    return DesignModel(data_file(FILE).read_text("utf-8").splitlines())


def _walk(root: dict[str, Node], tokens: list[str], found: set[int]) -> None:
    """Numbers of all n-grams of the trie that stand in the tokens."""
    last = len(tokens)
    get, add = root.get, found.add
    for start, token in enumerate(tokens, 1):
        node = get(token)
        if node is None:
            continue
        number, children = node
        if number >= 0:
            add(number)
        at = start
        while children is not None and at < last:
            node = children.get(tokens[at])
            if node is None:
                break
            number, children = node
            if number >= 0:
                add(number)
            at += 1


def _locate(feature: str, text: DesignText) -> tuple[Sentence, int, int] | None:
    """Sentence and token range of an n-gram's first occurrence."""
    in_title = feature.startswith(_TITLE)
    wanted = feature.removeprefix(_TITLE)
    for sentence in text.sentences[:1] if in_title else [s for s in text.sentences if not s.calls]:
        line = f"{START} {sentence.joined} {END if sentence is text.title else ''}"
        at = f" {line} ".find(f" {wanted} ")
        if at >= 0:
            first = line.count(" ", 0, at) - 1
            length = wanted.count(" ") + 1
            return sentence, max(first, 0), min(first + length, len(sentence.tokens))
    return None


def _pack(values: Iterable[int]) -> int:
    return sum(value << (_LANE * lane) for lane, value in enumerate(values))


def _unpack(total: int, lanes: int) -> list[int]:
    """The signed lanes of a sum of packed integers: with half a lane added to each, none borrows from the next."""
    raised = total + _pack([_HALF] * lanes)
    return [lane - _HALF for lane in unpack(f"<{lanes}I", raised.to_bytes(4 * lanes, "little"))]


def _logistic(z: float) -> float:
    """1 / (1 + e^-z) without overflow."""
    return 1.0 / (1.0 + exp(-z)) if z > -700 else 0.0

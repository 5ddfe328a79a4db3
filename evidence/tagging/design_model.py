"""A linear model over the words of title and abstract: one score from 0 to 1 for each class it has learnt.

score = logistic(slope * (bias + scaled / sqrt(9 + sum of idf²) + plain + cues) + offset)

N-grams (one to four words, in the title also as a class of their own) count once each. Their weights come in two kinds:
`scaled` by the length of the text in the manner of TF-IDF vectors (Salton & Buckley 1988,
https://doi.org/10.1016/0306-4573(88)90021-0), and `plain` (rows that begin with "+"). Cues (design_cue_table.py)
are plain.
An n-gram whose idf² is empty has weights and adds nothing to the length.
Sentences that call for studies to come are not read. Slope and offset make the score a probability in the data it was
learnt from (Platt 1999, "Probabilistic outputs for support vector machines"). The weights are in
data/design_weights.tsv, made by `python -m tests.benchmarks.design.train`; only integers and the standard library are
used here.

All classes are summed at once: the weights of a feature are packed as signed lanes of one long integer, and adding
such integers adds every lane. A row of the file is read when a record first has its n-gram: most never do.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, count, islice, repeat
from math import exp, sqrt
from struct import pack, unpack
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
_STEEP: Final = 700.0  # e to this is still a number
_STRONGEST: Final = 3  # phrases named as the reason
_LOOKED_AT: Final = 12

Points = Mapping[str, tuple[float, ...]]
Node = tuple[int, "dict[str, Node] | None"]
_UNSEEN: Final[Node] = (-1, None)
_FIGURES: Final = b"-0123456789\t\n"


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


class _Weights:
    """Packed weights by number of n-gram: idf², scaled by class, plain by class. Rows are read when asked for.

    `scaled` and `plain` have the same weights by class and number, `positive` whether one of the two is. All is kept
    small: what stays in the processor's cache is what makes this fast.
    """

    __slots__ = ("_name", "_nothing", "_rows", "packed", "plain", "positive", "ready", "scaled")

    def __init__(self, rows: Sequence[tuple[str, str]], kinds: int, name: str) -> None:
        self._rows, self._name = rows, name
        self._nothing = "\t" * kinds
        self.ready: set[int] = set()
        self.packed = [0] * len(rows)
        self.scaled = [array("i", bytes(4 * len(rows))) for _ in range(kinds)]
        self.plain = [array("i", bytes(4 * len(rows))) for _ in range(kinds)]
        self.positive = [bytearray(len(rows)) for _ in range(kinds)]

    def prepare(self, number: int) -> None:
        """Read the row of an n-gram."""
        scaled, plain = self._rows[number]
        values = _numbers(scaled or self._nothing, self._name)
        for lane, signs, value in zip(self.scaled, self.positive, values[1:], strict=True):
            lane[number] = value
            signs[number] = value > 0
        if plain:
            more = _numbers(plain, self._name)[1:]
            for lane, signs, value in zip(self.plain, self.positive, more, strict=True):
                lane[number] = value
                signs[number] |= value > 0
            values += more
        self.packed[number] = _pack(values)
        self.ready.add(number)


class _Grams:
    """N-grams by number: single words by themselves, longer ones in a trie below their first two words.

    Two words are one key: one table that stays in the processor's cache, where a table for every first word would not.
    """

    __slots__ = ("_pairs", "_words")

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._pairs: dict[tuple[str, str], Node] = {}

    def add(self, tokens: Sequence[str], number: int) -> None:
        """An n-gram and its number."""
        if len(tokens) == 1:
            self._words[tokens[0]] = number
            return
        pair = (tokens[0], tokens[1])
        held, below = self._pairs.get(pair, _UNSEEN)
        if len(tokens) == 2:
            self._pairs[pair] = (number, below)
            return
        children = below if below is not None else {}
        self._pairs[pair] = (held, children)
        for token in tokens[2:-1]:
            held, below = children.get(token, _UNSEEN)
            if below is None:
                below = {}
                children[token] = (held, below)
            children = below
        children[tokens[-1]] = (number, children.get(tokens[-1], _UNSEEN)[1])

    def find(self, tokens: list[str], different: set[str] | None = None) -> set[int]:
        """Numbers of all n-grams that stand in the tokens; `different`: these without repeats, where at hand."""
        found = set(map(self._words.get, set(tokens) if different is None else different, repeat(-1)))
        last = len(tokens)
        nodes = list(map(self._pairs.get, zip(tokens, islice(tokens, 1, None))))  # noqa: B905
        for node, at in compress(zip(nodes, count(2)), nodes):  # noqa: B905
            number, children = node  # type: ignore[misc]
            found.add(number)
            while children is not None and at < last and tokens[at] in children:
                number, children = children[tokens[at]]
                found.add(number)
                at += 1
        found.discard(-1)
        return found


class DesignModel:
    """The weights, prepared. `classes` in the order of the file; `points` are thresholds by operating point."""

    def __init__(self, lines: Iterable[str], name: str = FILE) -> None:
        rows = [line.rstrip("\n").partition("\t") for line in lines if line[:1] not in ("#", "\n", "")]
        head = rows[0][2].split("\t") if rows else []
        if not head or rows[0][0] != "feature" or head[0] != "idf2":
            raise BadVocabulary(name, "does not begin with the row of column names")
        self.classes = tuple(head[1:])
        _check([cells for _, _, cells in rows[1:]], len(self.classes), name)
        constants: dict[str, tuple[float, ...]] = {}
        self._cues: dict[str, tuple[int, tuple[int, ...]]] = {}
        scaled: dict[str, str] = {}
        plain: dict[str, str] = {}
        for feature, _, cells in rows[1:]:
            kind = feature[:1]
            if kind == "!":
                constants[feature[1:]] = tuple(v / 1000 for v in _numbers(cells, name)[1:])
            elif kind == "@":
                values = _numbers(cells, name)[1:]
                self._cues[feature] = (_pack(values) << _LANE * (2 * len(self.classes) + 1), tuple(values))
            elif kind == "+":
                plain[feature[1:]] = cells
            else:
                scaled[feature] = cells
        self._names = list(scaled | plain)
        pairs = [(scaled.get(feature, ""), plain.get(feature, "")) for feature in self._names]
        self._weights = _Weights(pairs, len(self.classes), name)
        self._body, self._title = _Grams(), _Grams()
        for number, feature in enumerate(self._names):
            titled = feature.startswith(_TITLE)
            tokens = feature.split(" ")
            (self._title if titled else self._body).add(tokens[1:] if titled else tokens, number)
        missing = {"bias", "slope", "offset", "balanced", "sensitive", "precise"} - set(constants)
        if missing:
            raise BadVocabulary(name, f"lacks the rows {', '.join(sorted(missing))}")
        self._lines = list(zip(*(constants[c] for c in ("bias", "slope", "offset")), strict=True))
        self.points: Points = {p: constants[p] for p in ("balanced", "sensitive", "precise")}

    def read(self, text: DesignText) -> Reading:
        """The scores of a record, and what they rest on."""
        found = self._title.find([START, *text.title.tokens, END])
        run: list[str] = []
        for sentence in text.sentences:
            if not sentence.calls:
                run.append(START)  # no n-gram goes on behind it
                run += sentence.tokens
        found |= self._body.find(run, None if text.calls else text.words)
        cues: dict[str, int] = {}
        known = self._cues
        for name, number in cues_of(text):
            cues.setdefault(name, number)  # the rules also read those that are too rare to be learnt
        kinds = len(self.classes)
        weights = self._weights
        for number in found - weights.ready:
            weights.prepare(number)
        packed = weights.packed
        total = sum([packed[number] for number in found], sum([known[name][0] for name in cues if name in known]))
        sums = _unpack(total, 3 * kinds + 1)
        length = sqrt(_SMOOTH + sums[0] / _SQUARES)
        odds = [
            slope * (bias + (of_grams / length + plain + of_cues) / SCALE) + offset
            for (bias, slope, offset), of_grams, plain, of_cues in zip(
                self._lines, sums[1:], sums[kinds + 1 :], sums[2 * kinds + 1 :], strict=False
            )
        ]
        scores = dict(zip(self.classes, [1.0 / (1.0 + exp(-z)) if z > -_STEEP else 0.0 for z in odds], strict=True))
        return Reading(found, cues, length, scores)

    def reasons(self, name: str, text: DesignText, reading: Reading) -> list[Phrase]:
        """The phrases that speak most for a class, strongest first; at most three, none inside another."""
        lane = self.classes.index(name)
        scaled, plain, length = self._weights.scaled[lane], self._weights.plain[lane], reading.length
        speaks_for = self._weights.positive[lane]
        grams = [(weight, n) for n in reading.grams if speaks_for[n] and (weight := scaled[n] / length + plain[n]) > 0]
        grams.sort(reverse=True)
        ranked = [(weight, self._names[n], -1) for weight, n in grams[:_LOOKED_AT]]
        ranked += [
            (float(self._cues[c][1][lane]), c, number)
            for c, number in reading.cues.items()
            if number >= 0 and c in self._cues
        ]
        ranked.sort(key=lambda r: (-r[0], r[1]))
        kept: list[tuple[Sentence, int, int]] = []
        phrases: list[Phrase] = []
        for weight, feature, number in ranked[:_LOOKED_AT]:
            if weight <= 0 or len(phrases) == _STRONGEST:
                break
            at = quoted(feature, text, number) if feature.startswith("@") else _locate(feature, text)
            if at is None or any(at[0] is s and at[1] < last and first < at[2] for s, first, last in kept):
                continue
            words = "" if text.is_label(at[0], at[2]) else text.printed(*at)
            if words:
                kept.append(at)
                phrases.append(Phrase(*at, words, weight / SCALE))
        return phrases


def load_model() -> DesignModel:
    """The model of the installation. Raises BadVocabulary when its file is missing or broken."""
    return DesignModel(data_file(FILE).read_text("utf-8").splitlines())


def _locate(feature: str, text: DesignText) -> tuple[Sentence, int, int] | None:
    """Sentence and token range of an n-gram's first occurrence."""
    in_title = feature.startswith(_TITLE)
    wanted = feature.removeprefix(_TITLE)
    inner = wanted.strip(f"{START}{END} ")
    for sentence in text.sentences[:1] if in_title else [s for s in text.sentences if not s.calls]:
        if inner not in sentence.joined:
            continue
        line = f"{START} {sentence.joined} {END if sentence is text.title else ''}"
        at = f" {line} ".find(f" {wanted} ")
        if at >= 0:
            first = line.count(" ", 0, at) - 1
            length = wanted.count(" ") + 1
            return sentence, max(first, 0), min(first + length, len(sentence.tokens))
    return None


def _numbers(cells: str, name: str) -> list[int]:
    """The cells of a row, an empty one as 0. Raises BadVocabulary."""
    try:
        return [int(cell or 0) for cell in cells.split("\t")]
    except ValueError:
        raise BadVocabulary(name, f"the row {cells!r} holds a weight that is not a whole number") from None


def _check(rows: Sequence[str], kinds: int, name: str) -> None:
    """Raise BadVocabulary for the first row, if there is one, that has not a whole number for every class."""
    if {row.count("\t") for row in rows} <= {kinds} and not "\n".join(rows).encode().translate(None, _FIGURES):
        return
    for number, row in enumerate(rows, 2):
        if row.count("\t") != kinds:
            raise BadVocabulary(f"{name}, row {number}", f"has {row.count(chr(9)) + 2} columns, not {kinds + 2}")
        _numbers(row, f"{name}, row {number}")


@lru_cache(maxsize=16)
def _halves(lanes: int) -> int:
    """Half a lane in each of so many."""
    return int.from_bytes(pack("<I", _HALF) * lanes, "little")


def _pack(values: Sequence[int]) -> int:
    halves = _halves(len(values))
    return (int.from_bytes(pack(f"<{len(values)}i", *values), "little") ^ halves) - halves


def _unpack(total: int, lanes: int) -> tuple[int, ...]:
    """The signed lanes of a sum of packed integers: with half a lane added to each, none borrows from the next."""
    halves = _halves(lanes)
    return unpack(f"<{lanes}i", ((total + halves) ^ halves).to_bytes(4 * lanes, "little"))

"""A text as words, sentences and whole numbers, and what it counts: the ground on which sample sizes are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from evidence.records import SizeBasis
from evidence.tagging import numbers
from evidence.tagging.numbers import CLOSING, OPENING, Number
from evidence.tagging.sizes_words import Kind


@dataclass(slots=True)
class Mention:
    """A counted thing: its number, its noun, the words it spans, what speaks for it being the sample, in points."""

    number: Number
    kind: Kind
    noun: str
    end: int  # behind the noun
    sentence: int
    points: float = 0.0
    basis: SizeBasis = ""
    partial: bool = False  # a share of others
    arm: bool = False  # one group of several
    planned: bool = False  # not yet done
    paired: bool = False  # "21 and 18 patients"
    each: bool = False  # the size of every group
    second: bool = False  # "a similar group of 21 children"
    reported: bool = False  # "we report three patients"
    aside: bool = False  # "200 patients, 104 women, were": a part between commas

    @property
    def value(self) -> int:
        """How many."""
        return self.number.value

    @property
    def labelled(self) -> bool:
        """Whether it was written `n = 33`."""
        return self.number.labelled

    @property
    def randomised(self) -> bool:
        """Whether the sentence says that these were allocated by chance."""
        return self.basis == "randomised"


class Passage:
    """A title or a section of an abstract: its words, its numbers, where its sentences start, what it counts."""

    __slots__ = ("_glued", "_low", "_sentences", "_text", "label", "mentions", "numbers", "words")

    def __init__(self, text: str, label: str = "") -> None:
        self._glued: frozenset[int] = frozenset()
        if _GLUED.search(text):
            marked = _GLUED.sub(f"\\g<0> {_GLUE}", text.replace(_GLUE, " ")).split()
            self._glued = frozenset(at for at, word in enumerate(marked) if word[0] == _GLUE)
            text = " ".join(word.lstrip(_GLUE) for word in marked)
        self._text = text
        self.words = text.split()
        self.label = label.lower()
        self.numbers = numbers.find(self.words, bracketed="[" in text or "n=" in text or "N=" in text)
        self._sentences: list[int] = []
        self.mentions: list[Mention] = []
        self._low: list[str] = []

    @property
    def sentences(self) -> list[int]:
        """Where sentences start."""
        if not self._sentences:
            self._sentences = _sentences(self.words)
        return self._sentences

    @property
    def low(self) -> list[str]:
        """The words in lower case without punctuation."""
        if not self._low:
            low = self._text.lower().split()
            self._low = [word if word.isalnum() else word.strip(_PUNCTUATION) for word in low]
        return self._low

    def bounds(self, sentence: int) -> tuple[int, int]:
        """The words of a sentence: from, to."""
        starts, following = self.sentences, sentence + 1
        return starts[sentence], starts[following] if following < len(starts) else len(self.words)

    def all_sentences(self) -> range:
        """The numbers of the sentences."""
        return range(len(self.sentences))

    def quote(self, first: int, last: int) -> str:
        """The sentences first to last, as they stand in the text."""
        start, end = self.bounds(first)[0], self.bounds(last)[1]
        spaced = (word if at in self._glued else f" {word}" for at, word in enumerate(self.words[start:end], start))
        return "".join(spaced).removeprefix(" ")

    def depth(self, number: Number, sentence: int) -> int:
        """In how many brackets the number stands."""
        start = self.bounds(sentence)[0]
        head = " ".join(self.words[start : number.start + 1])
        return head.count("(") - head.count(")") + head.count("[") - head.count("]")

    def past_bracket(self, at: int, end: int) -> int:
        """Behind the bracket that opens at a word, else the word itself."""
        depth = 0
        for place in range(at, min(end, at + _LONGEST_BRACKET)):
            word = self.words[place]
            depth += word.count("(") + word.count("[") - word.count(")") - word.count("]")
            if depth <= 0:
                return place + 1 if place > at or word[0] in "([" else at
        return at


_GLUED: Final = re.compile(r"[.?!](?:(?<=[a-z)\]%].)(?=[A-Z][a-z])|(?<=[a-z]{3}\.)(?=\d{1,4} [a-z]))")
"""Two sentences without a space between them, as many databases export abstracts: "of pain.Patients were"."""
_GLUE: Final = "\ue000"  # for private use (Unicode 23.5): stands in no text that means something
_PUNCTUATION: Final = OPENING + CLOSING
_LONGEST_BRACKET: Final = 60
"""Words within which an open bracket must close to be passed over."""
_ENDS: Final = frozenset('.?!)]"\u201d')
LONGEST_SENTENCE: Final = 400
"""Words after which a sentence is cut: real ones have up to 160, and what is read for each number must stay bounded."""
_ABBREVIATIONS: Final = frozenset({"vs.", "i.e.", "e.g.", "no.", "approx.", "ca.", "cf.", "dr.", "st.", "fig.", "al."})


def _sentences(words: Sequence[str]) -> list[int]:
    """Where sentences start."""
    found = [0]
    ends = [at for at, word in enumerate(words) if word[-1] in _ENDS]
    for at in ends:
        if at + 1 == len(words):
            break
        word, following = words[at], words[at + 1]
        if word[-1] in ".?!":
            if word[-1] != "." or not _goes_on(word, following):
                found.append(at + 1)
        elif word[-2:-1] in (".", "?", "!") and following[0].isupper():
            found.append(at + 1)
    if len(words) < LONGEST_SENTENCE:
        return found
    broken = [range(a, b, LONGEST_SENTENCE) for a, b in pairwise([*found, len(words)])]
    return [at for starts in broken for at in starts]


def _goes_on(word: str, following: str) -> bool:
    """Whether the sentence goes on behind a word with a full stop: an abbreviation, an initial, a lower-case word."""
    if word.lower() in _ABBREVIATIONS or (len(word) == 2 and word[0].isupper()):
        return True
    return not (following[0].isupper() or following[0].isdigit() or following[0] in OPENING)

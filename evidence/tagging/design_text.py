"""The words of a record as the design tagger reads them: sentences with their place, folded but in step with the text.

Every character of the printed text becomes one character (letters in lower case without marks, digits as 0, all other
signs as spaces), so that a word found can be quoted as it stands and its offset given.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from evidence.records import Record
from evidence.tagging.phrases import STOP_AND_GAP
from evidence.text import plain

START: Final = "^"
END: Final = "$"
"""Tokens that stand at the beginning of every sentence and at the end of the title."""


def listed(text: str) -> list[str]:
    """The words of a list that is written as one text."""
    return text.split()


_HIGHEST: Final = 0x2AF  # Latin letters end here in Unicode (Basic Latin to IPA Extensions)
_NOT_ASCII: Final = re.compile("[^\x00-\x7f]+")
_STOPS: Final = ".?!"


def _folded(code: int) -> str:
    char = chr(code)
    if char in _STOPS:
        return "."
    if char.isdigit() and char.isascii():
        return "0"
    base = unicodedata.normalize("NFKD", char.lower())[:1]
    return base if base.isascii() and base.isalpha() else " "


_CALLING: Final = frozenset(
    listed("need needed needs warrant warranted require required requires necessary future further awaited lacking")
)
_STUDIES: Final = frozenset(listed("trial trials study studies research rct rcts investigation investigations"))
"""Every form of `_CALLS` has one of these: a look at the tokens costs a tenth of the pattern."""

_CALLS: Final = re.compile(
    r"\b(?:trials?|stud(?:y|ies)|research|rcts?|investigations?) (?:\w+ ){0,11}?"
    r"(?:needed|warranted|required|necessary|awaited|lacking)\b"
    r"|\b(?:needs?|requires?|warrants?) (?:\w+ ){0,7}?(?:trials?|studies|study|research|investigations?)\b"
    r"|\b(?:future|further) (?:\w+ ){0,6}?(?:trials?|studies|study|research|rcts?) (?:should|will|may|could|must|can)\b"
    r"|\bneeded (?:\w+ ){0,3}?(?:trials?|studies)\b"
)
"""Sentences that call for studies to come: "larger randomised trials are needed"."""

_CALLS_FOR_A_TRIAL: Final = re.compile(
    r"\brandomized (?:\w+ ){0,4}?(?:trials?|stud(?:y|ies)|rcts?) (?:\w+ )?(?:could|would|should|might|may) "
    r"(?:\w+ ){0,2}?(?:further|help|clarify|determine|confirm|examine|address|provide|elucidate|resolve|establish|be)\b"
    r"|\b(?:lack|absence|paucity|scarcity) of (?:(?!we )\w+ ){0,5}?randomiz"
    r"|\breplicat\w+ (?:\w+ ){0,6}?in an? (?:\w+ ){0,3}?randomized\b"
    r"|\bawait\w* (?:\w+ ){0,6}?randomized\b"
    r"|\b(?:should|must|needs?|warrants?|deserves?|merits?|preferably) (?:(?!we |this |our |were |was )\w+ ){0,8}?"
    r"randomized (?:\w+ ){0,4}?(?:trials?|stud(?:y|ies)|rcts?|settings?)\b"
    r"|\brandomized (?:\w+ ){0,4}?(?:trial|study|rct) (?:(?!was |were )\w+ ){0,20}?(?:is|are) (?:\w+ )?"
    r"(?:running|ongoing|planned|underway|under way|warranted|needed|required|justified)\b"
    r"|\b(?:confirmed|shown|reported|demonstrated|proven) (?:\w+ )?in (?:\w+ ){0,2}?randomized (?:\w+ ){0,3}?"
    r"(?:trials|studies|rcts)\b"
)
"""The same in other words: "a randomised trial could show", and trials of others: "was shown in randomised trials".
Looked for where the sentence has the word."""

_TABLE: Final = {code: _folded(code) for code in range(_HIGHEST + 1)}


def _ascii(match: re.Match[str]) -> str:
    return _ascii_run(match[0])


@lru_cache(maxsize=4096)
def _ascii_run(run: str) -> str:
    """Characters beyond ASCII, folded one by one."""
    return "".join(_TABLE.get(ord(char), " ") for char in run)


def fold(text: str) -> str:
    """The text in lower case, one character for each of its characters; British "randomis" and "centre" as American.

    "Non-randomised" and "Mendelian randomisation" become one word each: no phrase about randomisation is in them.

    >>> fold("Randomised 1:1, n=60.")
    'randomized 0 0  n 00.'
    >>> fold("Non-randomised")
    'nonxrandomized'
    """
    if not text.isascii():
        text = _NOT_ASCII.sub(_ascii, text)  # `translate` is several times as fast on plain ASCII
    text = text.translate(_TABLE)
    if "random" in text:
        text = text.replace("randomis", "randomiz").replace("non random", "nonxrandom")
        text = text.replace("mendelian random", "mendelianxrandom")
    return text.replace("centre", "center") if "centre" in text else text


class Sentence(NamedTuple):
    """A sentence: its part's number, its offset there, its folded characters, its tokens, and these in one string.

    `calls`: it calls for studies to come, so its words say nothing of this one.
    """

    part: int
    start: int
    folded: str
    tokens: list[str]
    joined: str
    calls: bool = False


class DesignText:
    """The sentences of title and abstract. `parts` are (name, printed text); the title is part 0 and the first
    sentence. `words` are the different tokens, `START` among them; `calls`: some sentence calls for studies to come.
    """

    __slots__ = ("calls", "parts", "sentences", "title", "words")

    def __init__(self, record: Record) -> None:
        self.parts: list[tuple[str, str]] = [("title", plain(record.title))]
        for section in record.abstract:
            text = plain(section.text)
            if section.label:
                self.parts.append((f"abstract, {section.label}", f"{section.label}: {text}"))
            else:
                self.parts.append(("abstract", text))
        found = _pieces(0, fold(self.parts[0][1]).replace(". ", "  "))[:1] or [(0, 0, "", [])]
        for number in range(1, len(self.parts)):
            found += _pieces(number, fold(self.parts[number][1]))
        self.words: set[str] = {START}
        self.words.update(*[tokens for _, _, _, tokens in found])
        # Few texts have a word that can call for studies: the others need no look at each of their sentences.
        may_call = not _CALLING.isdisjoint(self.words) or any("randomiz" in folded for _, _, folded, _ in found)
        self.sentences = [
            Sentence(*piece, joined := " ".join(piece[3]), may_call and _calls(piece[3], joined)) for piece in found
        ]
        self.title = self.sentences[0]
        self.calls = may_call and any(sentence.calls for sentence in self.sentences)

    def place(self, sentence: Sentence, first: int = 0) -> str:
        """Where token `first` of the sentence stands: "title", "abstract, sentence 3", "abstract, METHODS, sentence 2".

        Sentences are counted through the abstract, from 1, as every other tagger and the pages count them
        (phrases.SENTENCE): the pieces that are read here end at other stops, such as that of "vs. placebo".
        """
        name = self.parts[sentence.part][0]
        if sentence.part == 0:
            return name
        before = sum(1 + len(STOP_AND_GAP.findall(self._own(part))) for part in range(1, sentence.part))
        at = sentence.start + self._begin(sentence, first) - self._label(sentence.part)
        within = sum(gap.end() <= at for gap in STOP_AND_GAP.finditer(self._own(sentence.part)))
        return f"{name}, sentence {before + 1 + within}"

    def is_label(self, sentence: Sentence, last: int) -> bool:
        """Whether the tokens before `last` are no more than the label of their section."""
        label = self._label(sentence.part)
        return sentence.start < label and sentence.start + self._begin(sentence, last - 1) < label

    def _label(self, part: int) -> int:
        """How many characters of a part are its label."""
        name = self.parts[part][0].removeprefix("abstract").removeprefix(", ")
        return len(name) + 2 if part and name else 0

    def _own(self, part: int) -> str:
        """A part as it is printed, without the label before it."""
        return self.parts[part][1][self._label(part) :]

    @staticmethod
    def _begin(sentence: Sentence, first: int) -> int:
        """How many characters of a sentence stand before a token."""
        folded = sentence.folded.replace(".", " ")
        first = min(max(first, 0), len(sentence.tokens) - 1)
        return len(folded) - len(folded.split(None, first)[first]) if sentence.tokens else 0

    def printed(self, sentence: Sentence, first: int, last: int) -> str:
        """Tokens [first, last) of a sentence as they stand in the record; of `START` and `END` only words remain."""
        first, last = max(first, 0), min(last, len(sentence.tokens))
        if not last:
            return ""
        if first >= last:
            begin, end = 0, self._begin(sentence, last - 1) + len(sentence.tokens[last - 1])
        else:
            rest = sentence.folded.replace(".", " ").split(None, first)[first]  # from the first token on
            begin = len(sentence.folded) - len(rest)
            end = begin + len(rest) - len(rest.split(None, last - first - 1)[-1]) + len(sentence.tokens[last - 1])
        return self.parts[sentence.part][1][sentence.start + begin : sentence.start + end]


def _pieces(part: int, whole: str) -> list[tuple[int, int, str, list[str]]]:
    """Number of the part, offset, folded characters and tokens of every sentence that has a token."""
    found = []
    start = 0
    for piece in whole.split(". "):
        tokens = (piece.replace(".", " ") if "." in piece else piece).split()
        if tokens:
            found.append((part, start, piece, tokens))
        start += len(piece) + 2
    return found


def _calls(tokens: list[str], joined: str) -> bool:
    """Whether a sentence calls for studies to come."""
    called = not (_CALLING.isdisjoint(tokens) or _STUDIES.isdisjoint(tokens)) and _CALLS.search(joined) is not None
    return called or ("randomiz" in joined and _CALLS_FOR_A_TRIAL.search(joined) is not None)

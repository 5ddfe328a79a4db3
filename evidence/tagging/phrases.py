"""Finding many phrases in a text at once: one trie over folded words, one pass, whatever the number of phrases.

A token is a word, a number with its decimals ("12.5" is not "5"), `%` or `:`. One more token stands at both ends of
every part of a record, so that a phrase cannot run from one keyword into the next and can ask for an end.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from evidence.records import Record
from evidence.text import fold, plain
from evidence.vocabulary import Role, spellings

Zone = Literal["title", "keyword", "design", "abstract"]
"""Where words stand. "design" is an abstract section whose label says that it states the design."""

_END: Final = "\x03"  # between the parts of a record; texts are free of control characters
_SIGNS: Final = ("%", ":", _END)
_POINT: Final = "\x02"  # stands for a decimal point while full stops are removed
_DECIMAL: Final = re.compile(r"\.(?<=\d\.)(?=\d)")  # the full stop comes first, so that the engine can look for it
_NOT_ASCII: Final = re.compile("[^\x00-\x7f]+")
_TOKEN: Final = re.compile("[^\\s%:\x03]+|[%:\x03]")
SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+(?=[A-Z0-9(\[])")
"""What stands between two sentences."""

_CONCLUDES: Final = ("conclusion", "interpretation", "discussion", "implications", "summary", "comment")
"""Labels of the sections that say what a work found: https://structuredabstracts.nlm.nih.gov/ (CONCLUSIONS)."""

_ABSTRACT: Final = ("abstract", "design")
_PEOPLE: Final = re.compile(
    r"(?:patients?|subjects?|participants?|people|persons?|individuals|adults|children|adolescents|women|men|males?"
    r"|females?|cases?|volunteers|athletes|wrists?|hands?|knees?|shoulders?|elbows?|feet|limbs?|sufferers)$"
)
_NEAR: Final = 4
"""Words before a phrase, and one after it, in which the people studied are looked for: "patients with chronic …"."""

_BREAKS: Final = (*("had", "have", "has", "was", "were", "and", "or", "no", "without", "developed"), _END)
"""Words after which "patients with" is no longer about the phrase: "patients with gout had headache"."""

_LEAST_SENTENCES: Final = 3
"""The last sentence of a shorter abstract without labels is not taken for its conclusion."""

_ASCII: Final = str.maketrans(
    {chr(c): chr(c).lower() if chr(c).isalnum() or chr(c) in _SIGNS else " " for c in range(128)} | {_POINT: "."}
)


def tokens_of(text: str) -> list[str]:
    """The folded tokens of a text. Faster than any regular expression over words: one table, one split."""
    if not text.isascii():
        text = _NOT_ASCII.sub(_fold_match, text)
    text = _DECIMAL.sub(_POINT, text).translate(_ASCII)
    for sign in _SIGNS:
        if sign in text:
            text = text.replace(sign, f" {sign} ")
    return text.split()


def spans_of(text: str) -> list[tuple[int, int]]:
    """Where the tokens of `tokens_of` stand in the text."""
    if text.isascii():
        return [m.span() for m in _TOKEN.finditer(_DECIMAL.sub(_POINT, text).translate(_ASCII))]
    pieces = [c if c.isascii() else _fold_run(c) for c in text]
    origin = [number for number, piece in enumerate(pieces) for _ in piece]
    folded = _DECIMAL.sub(_POINT, "".join(pieces)).translate(_ASCII)
    return [(origin[m.start()], origin[m.end() - 1] + 1) for m in _TOKEN.finditer(folded)]


def _fold_match(match: re.Match[str]) -> str:
    return _fold_run(match[0])


@lru_cache(maxsize=8192)
def _fold_run(run: str) -> str:
    """Characters beyond ASCII, folded one by one: letters to letters, marks to nothing, all else to spaces."""
    return "".join(fold(c) or ("" if unicodedata.combining(c) else " ") for c in run)


class Document:
    """The words of a record, its parts in one run. What only a match asks for is computed when one does."""

    __slots__ = ("_concluding", "_counts", "_spans", "_starts", "_words", "text", "tokens", "zones")

    def __init__(self, record: Record) -> None:
        parts = [plain(record.title)]
        self.zones: list[Zone] = ["title"]
        self._concluding: list[int] = []
        for section in record.abstract:
            states_design = "design" in section.label.lower() or "design" in section.category.lower()
            if any(word in section.label.lower() or word in section.category.lower() for word in _CONCLUDES):
                self._concluding.append(len(parts))
            parts.append(plain(section.text))
            self.zones.append("design" if states_design else "abstract")
        for keyword in record.keywords:
            parts.append(keyword.text)
            self.zones.append("keyword")
        self.text = f"{_END}{_END.join(parts)}{_END}"
        if self.text.count(_END) > len(parts) + 1:
            self.text = f"{_END}{_END.join(part.replace(_END, ' ') for part in parts)}{_END}"
        self.tokens = tokens_of(self.text)
        self._starts: list[int] = []
        self._spans: list[tuple[int, int]] = []
        self._words = ""
        self._counts: list[int] = []

    def zone(self, position: int) -> Zone:
        """Where the token stands."""
        return self.zones[min(bisect_right(self._ends(), position), len(self.zones)) - 1]

    def printed(self, start: int, end: int) -> str:
        """The words of tokens [start, end) as they stand in the text."""
        if not self._spans:
            self._spans = spans_of(self.text)
        return self.text[self._spans[start][0] : self._spans[end - 1][1]].strip(_END).strip()

    def place(self, start: int) -> str:
        """Where the token stands, for people: "title", "keyword 2", "abstract, sentence 3"."""
        part, sentence, _ = self._located(start)
        if self.zones[part] in _ABSTRACT:
            return f"abstract, sentence {sentence}"
        return "title" if part == 0 else f"keyword {part - self.zones.index('keyword') + 1}"

    def is_finding(self, start: int) -> bool:
        """Whether the token stands in what the abstract concludes: a section labelled so, else its last sentence."""
        part, sentence, count = self._located(start)
        if self.zones[part] not in _ABSTRACT:
            return False
        return part in self._concluding if self._concluding else sentence == count >= _LEAST_SENTENCES

    def of_people(self, start: int, end: int) -> bool:
        """Whether the words [start, end) say whom the study is about: "patients with …", "… patients"."""
        tokens = self.tokens
        if end < len(tokens) and _PEOPLE.match(tokens[end]):
            return True
        for at in range(start - 1, max(0, start - _NEAR), -1):
            if tokens[at] in _BREAKS:
                return False
            if tokens[at] == "with":
                return any(_PEOPLE.match(token) for token in tokens[max(0, at - 2) : at])
        return False

    def _located(self, start: int) -> tuple[int, int, int]:
        """Part of a token, its sentence counted through the abstract from 1, and the sentences of the abstract."""
        part = min(bisect_right(self._ends(), start), len(self.zones)) - 1
        pieces = self.text.split(_END)[1:-1]
        if not self._counts:
            self._counts = [
                len(SENTENCE.split(piece)) if zone in _ABSTRACT else 0
                for piece, zone in zip(pieces, self.zones, strict=True)
            ]
        if not self._spans:
            self._spans = spans_of(self.text)
        offset = self._spans[start][0] - sum(len(piece) + 1 for piece in pieces[:part]) - 1
        within = sum(1 for gap in SENTENCE.finditer(pieces[part]) if gap.end() <= offset)
        return part, sum(self._counts[:part]) + within + 1, sum(self._counts)

    def _ends(self) -> list[int]:
        if not self._starts:
            self._starts = [number for number, token in enumerate(self.tokens) if token == _END]
        return self._starts

    @property
    def title(self) -> str:
        """The folded words of the title."""
        return " ".join(self.tokens[1 : self._ends()[1]])

    @property
    def words(self) -> str:
        """All folded words, for context."""
        if not self._words:
            self._words = " ".join(self.tokens)
        return self._words


class Words:
    """A context: whether a text has one of these words; a trailing * stands for any ending."""

    __slots__ = ("_pattern",)

    def __init__(self, words: Iterable[str]) -> None:
        parts: dict[str, None] = {}
        for word in words:
            ending = "" if word.endswith("*") else r"(?!\S)"
            for form in spellings(word.rstrip("*").lower()):
                parts[re.escape(" ".join(tokens_of(form))) + ending] = None
        self._pattern = re.compile(r"(?<!\S)(?:" + "|".join(parts) + ")")

    def in_text(self, folded: str) -> bool:
        """Whether one of them stands in a text of folded words."""
        return self._pattern.search(folded) is not None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Meaning:
    """What a phrase stands for. A mask (no slug) stands for nothing and hides the phrases inside it.

    `hides`: the entry whose abbreviations a mask takes away from the whole record.
    """

    kind: Literal["condition", "intervention", "design"]
    slug: str
    role: Role = ""
    hides: str = ""
    abbreviation: str = ""  # as it must be printed
    needs: tuple[Words, ...] = ()
    unless: Words | None = None
    beside: tuple[Words, ...] = ()  # an abbreviation counts in a text that has one of these
    anywhere: bool = True  # False: only where a design is stated: title, keywords, sections labelled so

    def holds_in(self, folded: str) -> bool:
        """Whether the context is there."""
        return not (self.unless and self.unless.in_text(folded)) and all(group.in_text(folded) for group in self.needs)


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found: tokens [start, end) and what the phrase means."""

    start: int
    end: int
    meaning: Meaning


class _Node:
    __slots__ = ("ends", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.ends: tuple[Meaning, ...] = ()


class PhraseTable:
    """Phrases and what they mean; a phrase may mean several things."""

    def __init__(self) -> None:
        self._root: dict[str, _Node] = {}

    def add(self, phrases: Iterable[str], meaning: Meaning) -> None:
        """Each phrase in every spelling; ^ and $ stand for the ends of the part it is found in."""
        for phrase in phrases:
            head, tail = phrase.startswith("^"), phrase.endswith("$")
            for form in spellings(phrase.strip("^$").lower()):
                self._put([*([_END] * head), *tokens_of(form), *([_END] * tail)], meaning)

    def _put(self, tokens: Sequence[str], meaning: Meaning) -> None:
        node = self._root.setdefault(tokens[0], _Node())
        for token in tokens[1:]:
            node = node.next.setdefault(token, _Node())
        if meaning not in node.ends:
            node.ends = (*node.ends, meaning)

    def find(self, document: Document) -> Iterator[Match]:
        """Every occurrence, by start; at one start the longest first."""
        tokens, root = document.tokens, self._root
        last = len(tokens)
        for start, token in enumerate(tokens):
            node = root.get(token)
            if node is None:
                continue
            found: list[Match] = []
            end = start + 1
            while True:
                if node.ends:
                    found += [Match(start, end, meaning) for meaning in node.ends]
                if end == last:
                    break
                following = node.next.get(tokens[end])
                if following is None:
                    break
                node = following
                end += 1
            if found:
                found.reverse()
                yield from found


def outermost(matches: Iterable[Match]) -> list[Match]:
    """The matches that do not lie wholly inside a longer one: "trigeminal neuralgia" is not also "neuralgia"."""
    kept: list[Match] = []
    at = reach = -1  # where the match that reaches furthest so far starts and ends
    for match in matches:
        if match.end > reach or (match.start, match.end) == (at, reach):
            kept.append(match)
            at, reach = match.start, match.end
    return kept

"""Finding many phrases in a text at once: one trie over folded words, one pass, whatever the number of phrases.

The tokens are those of tokens.py. One more stands at both ends of every part of a record, so that a phrase cannot run
from one keyword into the next and can ask for an end.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, compress, count
from typing import Final, Literal, NamedTuple

from evidence.records import Record
from evidence.tagging.tokens import END, SIGNS, Origins, spaced, starts_of, tokens_of
from evidence.text import plain
from evidence.vocabulary import Role, spellings

Zone = Literal["title", "keyword", "design", "abstract"]
"""Where words stand. "design" is an abstract section whose label says that it states the design."""

SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+(?=[A-Z0-9(\[])")
"""What stands between two sentences."""

STOP_AND_GAP: Final = re.compile(r"[.!?;]\s+(?=[A-Z0-9(\[])")
"""The same with the sign before it: these end where those end, and `re` can look for the sign first."""

_CONCLUDES: Final = ("conclusion", "interpretation", "discussion", "implications", "summary", "comment")
"""Labels of the sections that say what a work found: https://structuredabstracts.nlm.nih.gov/ (CONCLUSIONS)."""

_ABSTRACT: Final = ("abstract", "design")
_PEOPLE: Final = re.compile(
    r"(?:patients?|subjects?|participants?|people|persons?|individuals|adults|children|adolescents|women|men|males?"
    r"|females?|cases?|volunteers|athletes|wrists?|hands?|knees?|shoulders?|elbows?|feet|limbs?|sufferers)$"
)
_NEAR: Final = 4
"""Words before a phrase, and one after it, in which the people studied are looked for: "patients with chronic …"."""

_BREAKS: Final = (*("had", "have", "has", "was", "were", "and", "or", "no", "without", "developed"), END)
"""Words after which "patients with" is no longer about the phrase: "patients with gout had headache"."""

_DENY: Final = ("without", "no", "non")

_FEW: Final = 8
"""Tokens of a record that are looked up one by one, each through the whole text; for more, all places are found."""

_LEAST_SENTENCES: Final = 3
"""The last sentence of a shorter abstract without labels is not taken for its conclusion."""


@lru_cache(maxsize=1024)
def _kind_of(label: str, category: str) -> tuple[Zone, bool]:
    """The zone that a section of an abstract is by its label, and whether it concludes."""
    said = (label.lower(), category.lower())
    concludes = any(word in one for one in said for word in _CONCLUDES)
    return ("design" if any("design" in one for one in said) else "abstract"), concludes


class Document:
    """The words of a record, its parts in one run. What only a match asks for is computed when one does."""

    __slots__ = (
        "_before",
        "_concluding",
        "_ends",
        "_folded",
        "_gaps",
        "_held",
        "_origins",
        "_places",
        "_spans",
        "_starts",
        "_words",
        "text",
        "tokens",
        "zones",
    )

    def __init__(self, record: Record) -> None:
        parts = [plain(record.title)]
        self.zones: list[Zone] = ["title"]
        self._concluding: list[int] = []
        for section in record.abstract:
            zone, concludes = _kind_of(section.label, section.category)
            if concludes:
                self._concluding.append(len(parts))
            parts.append(plain(section.text))
            self.zones.append(zone)
        for keyword in record.keywords:
            parts.append(keyword.text)
            self.zones.append("keyword")
        self.text = f"{END}{END.join(parts)}{END}"
        if self.text.count(END) > len(parts) + 1:
            self.text = f"{END}{END.join(part.replace(END, ' ') for part in parts)}{END}"
        self._folded = spaced(self.text)
        self.tokens = self._folded.split()
        self._ends: list[int] = []
        self._starts: list[int] = []
        self._gaps: list[list[int]] = []
        self._before: list[int] = []  # the sentences of the abstract before each part, and of the whole
        self._held: dict[Words | Meaning, bool] = {}
        self._origins: Origins | None = None
        self._spans: dict[int, tuple[int, int]] = {}
        self._places: list[int] = []
        self._words = ""

    def zone(self, position: int) -> Zone:
        """Where the token stands."""
        return self.zones[self._part(position)]

    def printed(self, start: int, end: int) -> str:
        """The words of tokens [start, end) as they stand in the text."""
        return self.text[self._span(start)[0] : self._span(end - 1)[1]].strip(END).strip()

    def place(self, start: int) -> str:
        """Where the token stands, for people: "title", "keyword 2", "abstract, sentence 3"."""
        part = self._part(start)
        if self.zones[part] in _ABSTRACT:
            return f"abstract, sentence {self._sentence(start)[0]}"
        return "title" if part == 0 else f"keyword {part - self.zones.index('keyword') + 1}"

    def is_finding(self, start: int) -> bool:
        """Whether the token stands in what the abstract concludes: a section labelled so, else its last sentence."""
        part = self._part(start)
        if self.zones[part] not in _ABSTRACT:
            return False
        if self._concluding:
            return part in self._concluding
        sentence, count = self._sentence(start)
        return sentence == count >= _LEAST_SENTENCES

    def is_denied(self, start: int) -> bool:
        """Whether the words before the token deny what it names: "patients without gout", "free of gout"."""
        before = self.tokens[max(0, start - 3) : start]
        if not before or before[0] == "with" and before[1:] in (["and", "without"], ["or", "without"]):
            return False
        return before[-1] in _DENY or before[-2:] in (["free", "of"], ["free", "from"])

    def defines_otherwise(self, start: int, end: int) -> bool:
        """Whether the abbreviation at [start, end) stands in brackets after words that begin with its letters.

        "tetralogy of Sallot (TOS)": here the letters mean this, and nothing that a vocabulary knows. The names of a
        vocabulary's own entry are phrases of it; where one of them stands before the brackets this is not asked.
        """
        at, until = self._span(start)[0], self._span(end - 1)[1]
        if self.text[at - 1 : at] != "(" or not self.text[until : until + 1].startswith((")", ",", ";", "s)")):
            return False
        letters = [c.lower() for c in self.text[at:until] if c.isupper()]
        words = self.tokens[max(0, start - 2 * len(letters)) : start]
        while words and letters:
            if words.pop()[0] == letters[-1]:
                letters.pop()
        return not letters

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

    def has(self, words: Words) -> bool:
        """Whether the record has one of the words; looked for once, however often an abbreviation asks for it."""
        known = self._held.get(words)
        if known is None:
            known = self._held[words] = words.in_text(self.words)
        return known

    def holds(self, meaning: Meaning) -> bool:
        """Whether the record is the context in which a phrase has this meaning; looked at once."""
        known = self._held.get(meaning)
        if known is None:
            known = self._held[meaning] = meaning.holds_in(self.words)
        return known

    def _part(self, position: int) -> int:
        """The number of the part that the token stands in."""
        if not self._ends:
            at, tokens = -1, self.tokens
            for _ in range(len(self.zones) + 1):
                at = tokens.index(END, at + 1)
                self._ends.append(at)
        return min(bisect_right(self._ends, position), len(self.zones)) - 1

    def _sentence(self, start: int) -> tuple[int, int]:
        """The token's sentence, counted through the abstract from 1, and the sentences of the abstract."""
        if not self._gaps:
            begin = 1
            for piece, zone in zip(self.text.split(END)[1:-1], self.zones, strict=True):
                self._starts.append(begin)
                ends = [gap.end() for gap in STOP_AND_GAP.finditer(piece)] if zone in _ABSTRACT else []
                self._gaps.append([0, *ends] if zone in _ABSTRACT else [])
                begin += len(piece) + 1
            self._before = [0, *accumulate(map(len, self._gaps))]
        part = self._part(start)
        within = bisect_right(self._gaps[part], max(0, self._span(start)[0] - self._starts[part]))
        return self._before[part] + within, self._before[-1]

    def _span(self, number: int) -> tuple[int, int]:
        """Where a token stands in the text."""
        found = self._spans.get(number)
        if found is not None:
            return found
        if self._origins is None:
            self._origins = Origins(self.text)
        token = self.tokens[number]
        at = self._place(number)
        span = self._spans[number] = self._origins[at], self._origins[at + len(token) - 1] + 1
        return span

    def _place(self, number: int) -> int:
        """Where a token starts in the folded text before signs were set apart.

        Most records ask for a few tokens, and splitting the text for each is quick; a text that is full of names would
        be split for each of them, so from then on the places of all tokens are kept.
        """
        folded = self._folded
        if self._places or len(self._spans) >= _FEW:
            self._places = self._places or starts_of(folded, self.tokens)
            return self._places[number]
        at = len(folded) - len(folded.split(None, number)[number])
        return at - 2 * sum(folded.count(sign, 0, at) for sign in SIGNS) - (self.tokens[number] in SIGNS)

    @property
    def title(self) -> str:
        """The folded words of the title."""
        self._part(0)
        return " ".join(self.tokens[1 : self._ends[1]])

    @property
    def words(self) -> str:
        """All folded words, for context."""
        if not self._words:
            self._words = " ".join(self.tokens)
        return self._words


class Words:
    """A context: whether a text has one of these words; a trailing * stands for any ending."""

    __slots__ = ("_parts",)

    def __init__(self, words: Iterable[str]) -> None:
        parts: dict[str, None] = {}
        for word in words:
            ending = "" if word.endswith("*") else " "
            for form in spellings(word.rstrip("*").lower()):
                parts[f" {' '.join(tokens_of(form))}{ending}"] = None
        least: list[str] = []  # what begins like a shorter part is found with it: " neuropathies" with " neuropath"
        for part in sorted(parts):
            if not (least and part.startswith(least[-1])):
                least.append(part)
        self._parts = tuple(least)

    def in_text(self, folded: str) -> bool:
        """Whether one of them stands in a text of folded words, each a space from the next.

        Looking for one string after the other takes a tenth of the time of one regular expression for all.
        """
        padded = f" {folded} "
        return any([part in padded for part in self._parts])  # noqa: C419


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


class Match(NamedTuple):
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
                self._put([*([END] * head), *tokens_of(form), *([END] * tail)], meaning)

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
        for start in compress(count(), map(root.__contains__, tokens)):  # the tokens that begin a phrase, found in C
            node, end = root[tokens[start]], start + 1
            if not node.ends and (end == last or tokens[end] not in node.next):
                continue  # most: phrases begin with "of", "and" and "in" too
            found: list[Match] = []
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

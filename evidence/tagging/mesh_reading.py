"""What a record says of diseases: the descriptors its words name, how often, where; the learned phrases in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from evidence.records import Record
from evidence.tagging.mesh_apart import ROOTS
from evidence.tagging.mesh_table import Leaf, MeshTable
from evidence.tagging.mesh_words import places_of, sentences, stem, words_of
from evidence.text import plain

Part = Literal["title", "abstract", "keyword"]

_PEOPLE: Final = frozenset(
    stem(w)
    for w in [
        "patient",
        "subject",
        "children",
        "women",
        "men",
        "adult",
        "case",
        "individual",
        "people",
        "person",
        "infant",
        "volunteer",
    ]
)
_CARE: Final = frozenset(stem(w) for w in ["treatment", "therapy", "management", "treat", "prevention", "diagnosis"])
_DENIED: Final = frozenset(["no", "without", "not", "non", "absenc"])
_NEAR: Final = 3
"""Words before and after a phrase in which people, care or a denial are looked for."""

_SHORT_FORM: Final = re.compile(r"\(([A-Za-z][A-Za-z0-9-]{1,8}?)s?\)")
NEVER: Final = 99
"""Stands for "not there" in the features that count from the start."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: where it stands, its number in its part (from 1), its text and its words."""

    part: Part
    number: int
    text: str
    words: list[str]


@dataclass(slots=True)
class Mention:
    """What the words of a record say of one descriptor. Counts leave out what lies inside a longer phrase."""

    title: int = 0
    abstract: int = 0
    first: int = 0
    last: int = 0
    kind: int = 9
    length: int = 0
    inside: int = 0
    inside_title: int = 0
    shared: int = 9
    people: int = 0
    care: int = 0
    denied: int = 0
    first_sentence: int = NEVER
    title_word: int = NEVER
    keys: set[tuple[str, str]] = field(default_factory=set)
    place: tuple[int, int, int, int] = (9, 0, 0, 0)  # worth (less is better), sentence, words [start, end)


@dataclass(slots=True)
class Apart:
    """What words that stand apart in a sentence say of one descriptor (mesh_apart): sentences, and the first place."""

    title: int = 0
    abstract: int = 0
    words: frozenset[str] = frozenset()  # the most words found in one sentence
    sentence: int = 0


class Reading:
    """A record read once: its sentences, its mentions by descriptor UI, and the learned phrases it has.

    `apart`: descriptors that no words name, but whose words stand in one sentence.
    """

    __slots__ = ("_short", "apart", "in_title", "learned", "length", "mentions", "sentences")

    def __init__(self, record: Record, table: MeshTable) -> None:
        self.sentences = list(_sentences(record))
        self.mentions: dict[str, Mention] = {}
        self.learned: set[int] = set()
        self.in_title: set[int] = set()
        self.length = sum(len(s.text) + 1 for s in self.sentences if s.part == "abstract")
        self._short: dict[str, str] = {}  # short form as folded word → UI it was defined for
        last = max((s.number for s in self.sentences if s.part == "abstract"), default=0)
        for at, sentence in enumerate(self.sentences):
            self._read(at, sentence, table, last)
        self.apart = self._apart(table)

    def _apart(self, table: MeshTable) -> dict[str, Apart]:
        """Descriptors whose words stand in one sentence, those that are named left out."""
        found: dict[str, Apart] = {}
        for at, sentence in enumerate(self.sentences):
            titled = sentence.part == "title"
            for ui, words in table.apart.find(sentence.words).items():
                if ui in self.mentions:
                    continue
                held = found.get(ui)
                if held is None:
                    held = found[ui] = Apart(sentence=at)
                held.title += titled
                held.abstract += not titled
                if len(words) > len(held.words):
                    held.words, held.sentence = words, at
        return found

    def _read(self, at: int, sentence: Sentence, table: MeshTable, last: int) -> None:
        named: list[tuple[int, int, Leaf]] = []
        learned = self.learned
        titled = self.in_title if sentence.part == "title" else None
        for hit in table.find(sentence.words):
            leaf = hit[2]
            if leaf.learned >= 0:
                learned.add(leaf.learned)
                if titled is not None:
                    titled.add(leaf.learned)
            if leaf.namings:
                named.append(hit)
        if self._short:
            self._short_forms(at, sentence, last)
        if not named:
            return
        for start, end, leaf in named:
            inside = any(a <= start and end <= b and b - a > end - start for a, b, _ in named)
            printed = [n for n in leaf.namings if not n[2] or n[2] in sentence.text]
            for ui, kind, _ in printed:
                self._note(ui, at, start, end, last, inside=inside, kind=kind, shared=len(printed))
        if "(" in sentence.text:
            self._define(sentence, named)

    def _note(self, ui: str, at: int, start: int, end: int, last: int, *, inside: bool, kind: int, shared: int) -> None:
        """Count one occurrence."""
        sentence = self.sentences[at]
        mention = self.mentions.get(ui)
        if mention is None:
            mention = self.mentions[ui] = Mention()
        mention.kind, mention.shared = min(mention.kind, kind), min(mention.shared, shared)
        titled = sentence.part == "title"
        zone = ("t" if titled else "a") + ("n" if inside else "")
        mention.keys.add((zone, " ".join(sentence.words[start:end])))
        if inside:
            mention.inside += 1
            mention.inside_title += titled
            self._place(mention, 8, at, start, end)
            return
        mention.length = max(mention.length, end - start)
        people = self._around(mention, sentence.words, start, end)
        if titled:
            mention.title += 1
            mention.title_word = min(mention.title_word, start)
            self._place(mention, 0, at, start, end)
            return
        mention.abstract += 1
        if sentence.part == "abstract":
            mention.first_sentence = min(mention.first_sentence, sentence.number)
            mention.first += sentence.number == 1
            mention.last += sentence.number == last
            self._place(mention, 1 if sentence.number == last else 2 if people else 3, at, start, end)
        else:
            self._place(mention, 4, at, start, end)

    @staticmethod
    def _around(mention: Mention, words: Sequence[str], start: int, end: int) -> bool:
        """Count who and what stands beside the phrase; whether it is people."""
        before, after = words[max(0, start - _NEAR) : start], words[end : end + _NEAR]
        people = not _PEOPLE.isdisjoint(before) or not _PEOPLE.isdisjoint(after[:1])
        mention.people += people
        mention.care += not _CARE.isdisjoint(before) or not _CARE.isdisjoint(after)
        mention.denied += not _DENIED.isdisjoint(before)
        return people

    @staticmethod
    def _place(mention: Mention, worth: int, at: int, start: int, end: int) -> None:
        if worth < mention.place[0]:
            mention.place = (worth, at, start, end)

    def _define(self, sentence: Sentence, named: list[tuple[int, int, Leaf]]) -> None:
        """Short forms that this sentence defines: "carpal tunnel syndrome (CTS)"."""
        for match in _SHORT_FORM.finditer(sentence.text):
            short = match[1]
            if sum(c.isupper() for c in short) < 2:
                continue
            end = len(words_of(sentence.text[: match.start()]))
            full = max((hit for hit in named if hit[1] == end), key=lambda h: h[1] - h[0], default=None)
            if full is not None and full[1] - full[0] > 1:
                form = words_of(short)
                if len(form) == 1:
                    self._short.setdefault(form[0], full[2].namings[0][0])

    def _short_forms(self, at: int, sentence: Sentence, last: int) -> None:
        """Short forms defined in an earlier sentence stand for the full name."""
        for start, word in enumerate(sentence.words):
            ui = self._short.get(word)
            if ui is not None:
                self._note(ui, at, start, start + 1, last, inside=False, kind=3, shared=1)

    def printed(self, ui: str) -> tuple[str, Sentence] | None:
        """The words that name the descriptor, as printed, and their sentence; None when no words do."""
        mention = self.mentions.get(ui)
        if mention is None:
            return None
        _, at, start, end = mention.place
        sentence = self.sentences[at]
        places = places_of(sentence.text)
        return sentence.text[places[start][0] : places[end - 1][1]], sentence

    def printed_apart(self, ui: str) -> tuple[str, Sentence] | None:
        """The words that stand apart, as printed ("fractures … humerus"), and their sentence; None without such."""
        held = self.apart.get(ui)
        if held is None:
            return None
        sentence = self.sentences[held.sentence]
        left = set(held.words)
        found = []
        for (start, end), word in zip(places_of(sentence.text), sentence.words, strict=True):
            root = ROOTS.get(word, word)
            if root in left:
                left.remove(root)
                found.append(sentence.text[start:end])
        return " … ".join(found), sentence


def _sentences(record: Record) -> Iterator[Sentence]:
    for number, text in enumerate(sentences(plain(record.title)), 1):
        yield Sentence("title", number, text, words_of(text))
    number = 0
    for section in record.abstract:
        for text in sentences(plain(section.text)):
            number += 1
            yield Sentence("abstract", number, text, words_of(text))
    for number, keyword in enumerate(record.keywords, 1):
        if keyword.text:
            yield Sentence("keyword", number, keyword.text, words_of(keyword.text))

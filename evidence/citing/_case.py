"""Capitals: headline style for books (AMA) and journals (APA), a capital after the colon (APA), sentence case.

AMA 11, section 3.9.1 and 2.1.6; APA 7, sections 6.17 and 9.19. A title in headline style is put into sentence case only
when every capital in it is accounted for: guessing would write "dupuytren". What cannot be decided stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from evidence import text
from evidence.citing._marks import TAG
from evidence.citing._words import COMMON, INSTITUTIONS, NAMES
from evidence.records import Markup

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SMALL: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "for",
        "nor",
        "but",
        "yet",
        "so",
        "as",
        "off",
        "out",
        "per",
        "up",
        "via",
        "at",
        "by",
    ]
    + ["in", "of", "on", "to", "vs", "v", "et", "de"]
)
"""AMA 2.1.6: articles, prepositions of up to three letters, coordinating conjunctions, the "to" of infinitives."""

Where = Literal["", "sentence", "subtitle"]
"""Where in a title a word stands: at the beginning of a sentence, of a subtitle, or elsewhere."""

_SENTENCE_END: Final = re.compile(r"[?!]\s+\Z")
_COLON: Final = re.compile(r":\s+\Z|\u2014\s*\Z")
_FOREIGN: Final = re.compile(
    r"(?<![\w'])(?:de|den|des|du|la|le|les|et|der|die|das|und|für|fur|di|del|della|el|en|da|do|dos|van|voor|och|og|za|na|i|y|e"
    r"|deutsche|tidsskrift|zeitschrift|wochenschrift|archiv|revue|revista|rivista|anales|acta|annali)(?![\w'])",
    re.I,
)
_LATIN_END: Final = 0x250
"""Letters beyond Latin (Greek α, μ) are symbols in a title and keep their form."""

_INSIDE: Final = re.compile(r"[\w,;]\s")
"""What stands before a word inside a sentence; behind a full stop a capital says nothing."""

_LEAST_WORDS: Final = 3
_CAPITAL_SHARE: Final = 0.8


def headline(markup: Markup) -> Markup:
    """Headline style: each major word with a capital; what is in italics (species) and mixed words stay."""
    return _each_word(markup, lambda word, where: _capital(word) if where or word not in _SMALL else word)


def after_colon(markup: Markup) -> Markup:
    """A capital for the first word of the title and of a subtitle, as APA wants in sentence case."""
    return _each_word(markup, lambda word, where: _capital(word) if where else word)


def journal(name: str) -> str:
    """A journal's name in headline style; a name in another language than English keeps its capitals."""
    if _FOREIGN.search(name) or not name.isascii():
        return name
    return text.plain(headline(text.from_plain(name)))


def sentence(markup: Markup, spoken: Iterable[str]) -> Markup:
    """A headline-style title in sentence case (behind a colon too, as NLM and AMA have it), when nothing is in doubt.

    A word is common when `spoken` (the abstract) or the list of common words has it in lower case; proper when it is a
    known name, or `spoken` has it with its capital only. One word that is neither, or two neighbours that `spoken`
    writes with capitals (the name of a scale, of a trial), and the title stays as it is.
    """
    title = text.plain(markup)
    if not _is_headline(title):
        return markup
    settling = _Settling(title, _Spoken.of(spoken))
    made = _each_word(markup, settling.settle, every=True)
    return markup if settling.doubt else made


@dataclass(frozen=True, slots=True)
class _Spoken:
    """Words and pairs of words of running text: in lower case, and with capitals inside a sentence."""

    lower: set[str]
    capital: set[str]
    lower_pairs: set[str]
    capital_pairs: set[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> _Spoken:
        made = cls(set(), set(), set(), set())
        for said in texts:
            before = ""
            for found in _WORD.finditer(said):
                word, pair = found[0], f"{before} {found[0]}".lower()
                if word.islower():
                    made.lower.add(word)
                    made.lower_pairs.update([pair] if before.islower() else [])
                elif _plain_capital(word) and _INSIDE.search(said, max(0, found.start() - 2), found.start()):
                    made.capital.add(word.lower())
                    made.capital_pairs.update([pair] if _plain_capital(before) else [])
                before = word
        return made


class _Settling:
    """One title on its way to sentence case; `doubt` when a word could be a name."""

    def __init__(self, title: str, spoken: _Spoken) -> None:
        pairs = {" ".join(p).lower() for p in pairwise(_WORD.findall(title)) if all(map(_plain_capital, p))}
        self._spoken = spoken
        self._before = ""
        self.doubt = bool(pairs & (spoken.capital_pairs - spoken.lower_pairs))

    def settle(self, word: str, where: Where) -> str:
        """The word as sentence case has it."""
        before, self._before = self._before, word
        small = word.lower()
        if where == "sentence" or not _plain_capital(word):
            return word
        if small == "a":  # an article where a subtitle begins, else the letter of "vitamin A"
            return small if where == "subtitle" else word
        if small in NAMES or len(small) == 1 or small.endswith(("'s", "’s")):
            return word
        if small in INSTITUTIONS and (_named(before) or small not in self._spoken.lower):
            self.doubt = True
        if small in self._spoken.lower or small in COMMON:
            return small
        self.doubt = self.doubt or small not in self._spoken.capital
        return word


def _named(before: str) -> bool:
    """True for a word that makes a name of the institution behind it: "Pain Society", not "Its Association"."""
    return before[:1].isupper() and before not in ("Its", "Their", "This")


def _is_headline(title: str) -> bool:
    """True when nearly all longer words begin with a capital and are not capitals throughout."""
    words = [w for w in _WORD.findall(title)[1:] if len(w) > 3]
    return len(words) >= _LEAST_WORDS and sum(_plain_capital(w) for w in words) >= _CAPITAL_SHARE * len(words)


def _plain_capital(word: str) -> bool:
    return word[:1].isupper() and word[1:] == word[1:].lower()


def _capital(word: str) -> str:
    """A word with a capital, if all of it is small Latin letters: not pH, mRNA, α, e."""
    if (
        not word.islower()
        or ord(word[0]) >= _LATIN_END
        or len(word[0].upper()) != 1
        or (len(word) == 1 and word != "a")
    ):
        return word
    return word[0].upper() + word[1:]


def _each_word(markup: Markup, change: Callable[[str, Where], str], *, every: bool = False) -> Markup:
    """Every word of the text changed; `change` is told where it stands.

    Words beside digits ("p53", "5-alpha") stay, and those in italics unless `every`.
    """
    parts = TAG.split(markup)
    where: Where = "sentence"
    inside = 0
    for at, part in enumerate(parts):
        if at % 2:
            inside += {"<i>": 1, "</i>": -1}.get(part, 0)
            continue
        done, made = 0, []
        for found in _WORD.finditer(part):
            gap = part[done : found.start()]
            where = _where(gap) or where
            skip = _beside_digit(part, found) or (not every and (inside or _behind_digit(part, found)))
            made += [gap, found[0] if skip or _in_entity(part, found) else change(found[0], where)]
            done, where = found.end(), ""
        parts[at] = "".join(made) + part[done:]
        where = _where(part[done:]) or where
    return Markup("".join(parts))


def _where(gap: str) -> Where:
    """What begins behind this punctuation."""
    return "sentence" if _SENTENCE_END.search(gap) else "subtitle" if _COLON.search(gap) else ""


def _beside_digit(part: str, found: re.Match[str]) -> bool:
    """True for the letters of "p53", "H2O"."""
    return part[found.end() : found.end() + 1].isdigit() or part[max(0, found.start() - 1) : found.start()].isdigit()


def _behind_digit(part: str, found: re.Match[str]) -> bool:
    """True for the letters of "5-alpha"."""
    before = part[max(0, found.start() - 2) : found.start()]
    return before[-1:] == "-" and before[:1].isdigit()


def _in_entity(part: str, found: re.Match[str]) -> bool:
    """True for the letters of &amp; and its like."""
    return part[max(0, found.start() - 1) : found.start()] == "&" and part[found.end() : found.end() + 1] == ";"

"""Authors in all the forms lists give them: "Smith AB", "Smith, Anna B.", run together, cut short, or a group."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

from rapidfuzz.distance import Levenshtein

from evidence import text
from evidence.matching.latin import latin
from evidence.matching.words import NOBODY, NOT_NAMES
from evidence.records import Author

Likeness = Literal["all", "same", "first", "some", "differ", "unknown"]
"""all: two persons or more, nobody of the shorter list missing · same: most of the shorter list · first: the first
author · some · differ: nobody · unknown: a side names no person."""

_MOST: Final = 12
"""Authors looked at: a list of hundreds says no more than its beginning."""


def names(authors: tuple[Author, ...]) -> tuple[tuple[frozenset[str], ...], str]:
    """For each person at the head of a list the words of the family name, and the initial of the given ("?": none)."""
    found: list[frozenset[str]] = []
    letters = ""
    for author in authors[: _MOST * 2]:
        if not author.is_group and author.valid and len(found) < _MOST:
            words, initial = _person(author.family, author.given or author.initials)
            if words:
                found.append(words)
                letters += initial
    return tuple(found), letters


@lru_cache(maxsize=100_000)  # people write more than one article
def _person(family: str, given: str) -> tuple[frozenset[str], str]:
    """What is compared of a name; no words when it is no person's."""
    words = frozenset() if "*" in given else _words(family, given)
    letter = given[:1].lower()
    if not letter.isascii():
        letter = latin(text.fold(letter))[:1]
    return (frozenset() if words <= NOBODY else words), letter or "?"


def _words(family: str, given: str) -> frozenset[str]:
    parts = [w for w in latin(text.fold(family)).split() if w not in NOT_NAMES]
    words = [w for w in parts if len(w) > 1]
    if len(parts) > 1:
        words.append("".join(parts))
    return frozenset(words or [w for w in latin(text.fold(given)).split() if len(w) > 2])


def compare(a: tuple[frozenset[str], ...], b: tuple[frozenset[str], ...]) -> Likeness:
    """How two author lists compare."""
    if not a or not b:
        return "unknown"
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    first = bool(a[0] & b[0])
    everyone = frozenset().union(*long)
    missing = [name for name in short if not name & everyone]
    common = len(short) - len(missing)
    if missing and 2 * common < max(3, len(short)):
        common += sum([_misspelt(name, everyone) for name in missing])
        first = first or _misspelt(a[0], b[0])
    if common == len(short) >= 2 and (first or len(long) == len(short) >= 4):
        return "all"
    if first and common >= 0.5 * len(short) or common >= 0.75 * len(short) and common >= 2:
        return "same"
    if first:
        return "first"
    return "some" if common else "differ"


def _misspelt(name: frozenset[str], everyone: frozenset[str]) -> bool:
    """A name with one slip (two in a long one): Dinev, Diney; Munzel, Muenzel. Its beginning or its end is right."""
    for word in name:
        size = len(word)
        if size > 3:
            most, start, end = (1 if size < 8 else 2), word[0], word[-3:]
            for other in everyone:
                if (
                    (other[0] == start or other.endswith(end))
                    and -most <= len(other) - size <= most
                    and len(other) > 3
                    and Levenshtein.distance(word, other, score_cutoff=most) <= most
                ):
                    return True
    return False


def first_name(people: tuple[frozenset[str], ...]) -> str:
    """One word for the first author: the longest of the family name, ties by the alphabet."""
    return longest(people[0]) if people else ""


@lru_cache(maxsize=100_000)
def longest(words: frozenset[str]) -> str:
    """The longest word, of several the first of the alphabet."""
    return min(words, key=lambda w: (-len(w), w))


def namesakes(a: tuple[frozenset[str], ...], b: tuple[frozenset[str], ...], a_initials: str, b_initials: str) -> bool:
    """Of those who stand at one position under one family name, more than a third have another given name.

    Fewer are slips and second given names: "Luo, Xin (Robert)", "Luo, Robert".
    """
    together = others = 0
    for x, y, i, j in zip(a, b, a_initials, b_initials, strict=False):
        if x & y:
            together += 1
            others += i != j and "?" not in (i, j) and not any(w[0] in (i, j) for w in x ^ y)
    return 3 * others > together


def theirs(some: tuple[frozenset[str], ...], others: tuple[frozenset[str], ...]) -> float:
    """How well a list that may go on with strangers (editors on a page's head) begins as another list does.

    A point for each person of both, at most four, and four if the list's first is one of them.
    """
    everyone = frozenset().union(*others)
    common = sum(1 for name in some if name & everyone)
    return min(common, 4) + (4.0 if some and some[0] & everyone else 0.0)


def lead(a: tuple[frozenset[str], ...], b: tuple[frozenset[str], ...]) -> bool:
    """Two lists of one work: each one's first stands on the other, and so do more than two thirds of the shorter."""
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    everyone = frozenset().union(*long)
    if not short or not short[0] & everyone or not long[0] & frozenset().union(*short):
        return False
    return 3 * sum(1 for name in short if name & everyone) > 2 * len(short)

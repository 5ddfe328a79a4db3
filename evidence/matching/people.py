"""Authors in all the forms lists give them: "Smith AB", "Smith, Anna B.", run together, cut short, or a group."""

from __future__ import annotations

from typing import Final, Literal

from rapidfuzz.distance import Levenshtein

from evidence import text
from evidence.records import Author

Likeness = Literal["all", "same", "first", "some", "differ", "unknown"]
"""all: two persons or more, nobody of the shorter list missing · same: most of the shorter list · first: the first author · some · differ: nobody · unknown: a side names no person."""

_NOT_NAMES: Final = frozenset("et al and others jr sr dr prof md phd de la le van von der den del dos da di el".split())
_NOBODY: Final = frozenset(
    "research paper article original special issue editorial editors editor abstract perspective perspectives".split()
)
"""Words of a page's head that a program took for an author."""

_MOST: Final = 12
"""Authors looked at: a list of hundreds says no more than its beginning."""


def names(authors: tuple[Author, ...]) -> tuple[tuple[frozenset[str], ...], str]:
    """For each person at the head of a list the words of the family name, and the initial of the given ("?": none)."""
    found: list[frozenset[str]] = []
    letters = []
    for author in authors[: _MOST * 2]:
        if not author.is_group and author.valid and "*" not in author.given and len(found) < _MOST:
            words = frozenset(_words(author))
            if words and not words <= _NOBODY:
                found.append(words)
                letters.append(text.fold(author.given or author.initials)[:1] or "?")
    return tuple(found), "".join(letters)


def _words(author: Author) -> list[str]:
    family = [w for w in text.fold(author.family).split() if w not in _NOT_NAMES]
    words = [w for w in family if len(w) > 1]
    if len(family) > 1:
        words.append("".join(family))
    if not words:
        words = [w for w in text.fold(author.given).split() if len(w) > 2]
    return words


def compare(a: tuple[frozenset[str], ...], b: tuple[frozenset[str], ...]) -> Likeness:
    """How two author lists compare."""
    if not a or not b:
        return "unknown"
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    first = bool(a[0] & b[0])
    everyone = frozenset().union(*long)
    common = sum(1 for name in short if name & everyone)
    if common < len(short) and 2 * common < max(3, len(short)):
        common += sum(1 for name in short if not name & everyone and _misspelt(name, everyone))
        first = first or _misspelt(a[0], b[0])
    if common == len(short) >= 2 and (first or len(long) == len(short) >= 4):
        return "all"
    if first and common >= 0.5 * len(short) or common >= 0.75 * len(short) and common >= 2:
        return "same"
    if first:
        return "first"
    return "some" if common else "differ"


def _misspelt(name: frozenset[str], everyone: frozenset[str]) -> bool:
    """A name with one slip (two in a long one), or cut short: Dinev, Diney; Munzel, Muenzel."""
    for word in name:
        most = 1 if len(word) < 8 else 2
        for other in everyone:
            if len(word) > 3 and len(other) > 3 and Levenshtein.distance(word, other, score_cutoff=most) <= most:
                return True
    return False


def first_name(people: tuple[frozenset[str], ...]) -> str:
    """One word for the first author: the longest of the family name, ties by the alphabet."""
    return min(people[0], key=lambda w: (-len(w), w)) if people else ""


def namesakes(a: tuple[frozenset[str], ...], b: tuple[frozenset[str], ...], a_initials: str, b_initials: str) -> bool:
    """Somebody of one family name stands at one position with another given name."""
    return any(
        x & y and i != j and "?" not in (i, j) and not any(w[0] in (i, j) for w in x ^ y)
        for x, y, i, j in zip(a, b, a_initials, b_initials, strict=False)
    )

"""Journal names: full, abbreviated, by initials, with and without what exports add. No list of journals is needed.

ISO 4 (https://www.issn.org/services/online-services/access-to-the-ltwa/) abbreviates word by word: by cutting the end
("orthop") or by contraction ("natl"), and leaves articles and prepositions out. So each word of the short form begins
as its word of the long form does and its letters occur there in order.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from evidence import text
from evidence.matching.latin import latin
from evidence.matching.words import JOURNAL_SMALL

Likeness = Literal["same", "close", "unlike", "unknown"]

_ADDED: Final = re.compile(
    r"\s*(?:\[[^\]]*\]|\([^)]*\)|[.:]?\s*conference\s*[:.].*|=.*|: ?(?:the )?official\b.*"
    r"|: an? (?:international|official)\b.*)",
    re.I,
)
"""What exports put behind a name: "(Print)", "[Electronic Resource]", ". Conference: 23rd Congress", "= a title"."""


_PARALLEL: Final = re.compile(r"=\s*([^=\[(]{8,})|\[([^\]]{8,})\]")
"""A name in another language beside the name: "Zhongguo fei ai za zhi = Chinese journal of lung cancer"."""

_CONFERENCE: Final = re.compile(r"conference\s*[:.]\s*(.{20,})", re.I)
"""Embase names the meeting behind the journal; other exports name the meeting alone."""

_ELECTRONIC: Final = re.compile(r"electronic|resource|online|internet|print", re.I)


_ENGLISH: Final = re.compile(r"\bengl(?:ish)?\.? ed(?:ition|n)?\b", re.I)


def is_english_edition(name: str) -> bool:
    """A journal that prints its articles a second time, in English: NLM names it "An Pediatr (Engl Ed)".

    Both printings have the same authors, volume and pages, and PMIDs and DOIs of their own.
    """
    return "ngl" in name and bool(_ENGLISH.search(name))


@lru_cache(maxsize=50_000)
def words(name: str) -> tuple[tuple[str, ...], ...]:
    """The names in a printed journal name, each as the words that count."""
    found = [_words(_ADDED.sub("", name).strip() or name)]
    conference = _CONFERENCE.search(name)
    if conference:
        found.append(_words(conference[1]))
    if "=" in name or "[" in name:
        parallel = (m[1] or m[2] for m in _PARALLEL.finditer(name))
        found += [_words(p) for p in parallel if not _ELECTRONIC.search(p)]
    return tuple(dict.fromkeys(f for f in found if f))


def _words(name: str) -> tuple[str, ...]:
    folded = latin(text.fold(name.replace("&", " ").replace("'", "")))
    return tuple(w for w in folded.split() if w not in JOURNAL_SMALL) or tuple(folded.split())


@lru_cache(maxsize=200_000)
def compare(a: tuple[tuple[str, ...], ...], b: tuple[tuple[str, ...], ...]) -> Likeness:
    """How two journals compare, each given by all the names its record has."""
    if not a or not b:
        return "unknown"
    best: Likeness = "unlike"
    for one in a:
        for other in b:
            found = _names(one, other)
            if found == "same":
                return "same"
            if found == "close":
                best = "close"
    return best


def _names(a: tuple[str, ...], b: tuple[str, ...]) -> Likeness:
    if a == b or "".join(a) == "".join(b):
        return "same"
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if len(short) == len(long) and _abbreviates(short, long):
        return "same"
    if _is_acronym(short, long):
        return "same"
    if len(short) == 1 and len(long) > 1 and _run_together(short[0], long):
        return "same"
    if _is_beginning(short, long):
        return "close"
    common = sum(1 for w in short if any(_one_word(w, other) for other in long))
    return "close" if common >= 2 and common >= 0.75 * len(short) and common >= 0.5 * len(long) else "unlike"


def _abbreviates(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    return all(_one_word(x, y) for x, y in zip(a, b, strict=True))


def _one_word(a: str, b: str) -> bool:
    """One is the other, its beginning, or its contraction."""
    if a == b:
        return True
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if long.startswith(short):
        return True
    if short[0] != long[0] or len(short) < 3:
        return False
    letters = iter(long)
    return all(c in letters for c in short)


def _run_together(run: str, long: tuple[str, ...]) -> bool:
    """As "jthoraccardiovascsurg": the beginnings of all the words without spaces."""
    if not run or not long:
        return not run and not long
    word = long[0]
    size = 0
    while size < min(len(run), len(word)) and run[size] == word[size]:
        size += 1
    return any(_run_together(run[cut:], long[1:]) for cut in range(size, 0, -1))


def _is_acronym(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """BMJ, JAMA, PNAS: one word of the other's initials."""
    return len(short) == 1 and len(short[0]) >= 3 and len(long) >= 3 and short[0] == "".join(w[0] for w in long)


def _is_beginning(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """The long name goes on where the short one ends: "Nephron", "Nephron Clinical Practice"."""
    return _abbreviates(short, long[: len(short)]) and (len(short) > 1 or len(short[0]) >= 4)

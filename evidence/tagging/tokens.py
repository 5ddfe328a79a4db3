"""The folded tokens of a text, and where they stand in it.

A token is a word, a number with its decimals ("12.5" is not "5"), `%` or `:`, or what stands between two parts.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from evidence.text import fold

END: Final = "\x03"  # between the parts of a record; texts are free of control characters
SIGNS: Final = ("%", ":", END)
_POINT: Final = "\x02"  # stands for a decimal point while full stops are removed
_DECIMAL: Final = re.compile(r"\.(?<=\d\.)(?=\d)")  # the full stop comes first, so that the engine can look for it
_NOT_ASCII: Final = re.compile("[^\x00-\x7f]+")
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]")
_TOKEN: Final = re.compile("[^\\s%:\x03]+|[%:\x03]")

_ASCII: Final = str.maketrans(
    {chr(c): chr(c).lower() if chr(c).isalnum() or chr(c) in SIGNS else " " for c in range(128)} | {_POINT: "."}
)


def tokens_of(text: str) -> list[str]:
    """The folded tokens of a text. Faster than any regular expression over words: one table, one split."""
    return spaced(text).split()


def spaced(text: str) -> str:
    """The text folded, with a space on both sides of every sign."""
    if not text.isascii():
        text = _NOT_ASCII.sub(_fold_match, text)
    text = _DECIMAL.sub(_POINT, text).translate(_ASCII)
    for sign in SIGNS:
        if sign in text:
            text = text.replace(sign, f" {sign} ")
    return text


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


class Origins:
    """From a place in a folded text to the place in the text itself: folding makes characters beyond ASCII longer, or
    takes them away.
    """

    __slots__ = ("_lengths", "_places", "_starts")

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []  # where the folding of such a character starts, its length, and its own place
        self._lengths: list[int] = []
        self._places: list[int] = []
        grown = 0
        for match in _BEYOND_ASCII.finditer(text) if not text.isascii() else ():
            length = len(_fold_run(match[0]))
            self._starts.append(match.start() + grown)
            self._lengths.append(length)
            self._places.append(match.start())
            grown += length - 1

    def __getitem__(self, at: int) -> int:
        number = bisect_right(self._starts, at) - 1
        if number < 0:
            return at
        behind = at - self._starts[number] - self._lengths[number]
        return self._places[number] + max(0, behind + 1)


def starts_of(folded: str, tokens: Sequence[str]) -> list[int]:
    """Where each token starts in a folded text once the two spaces that every sign was given are taken away again."""
    places: list[int] = []
    at = added = 0
    for token in tokens:
        at = folded.index(token, at)  # only spaces stand between: the next such letters are this token
        sign = token in SIGNS
        places.append(at - added - sign)
        added += 2 * sign
        at += len(token)
    return places

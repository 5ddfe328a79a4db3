"""Numbers of four digits that are years, or tails of names, and count nothing."""

from __future__ import annotations

from typing import Final

from evidence.tagging.numbers import Number
from evidence.tagging.sizes_passage import Passage
from evidence.tagging.sizes_words import listed

YEARS: Final = (1900, 2099)
_BEFORE_YEARS: Final = frozenset(
    listed(
        """january february march april may june july august september october november december jan feb mar apr jun
        jul aug sep sept oct nov dec and to through by between from since until in year years"""
    )
)
"""Words before a number of four digits that make it a year."""


def is_year(passage: Passage, number: Number, before: str) -> bool:
    """Whether a number of four digits is a year, or the tail of a name: `in 1998 women`, `the Natura 2000 Forms`."""
    if not YEARS[0] <= number.value <= YEARS[1]:
        return False
    followed = passage.low[number.end : number.end + 1] == ["and"]
    return before in _BEFORE_YEARS or followed or _ends_name(passage, number)


def _ends_name(passage: Passage, number: Number) -> bool:
    """Whether the number is the tail of a name: `NATURA 2000 forms`, `the Natura 2000 Forms`."""
    word = passage.words[number.start - 1] if number.start else ""
    if number.labelled or not word.isalpha():
        return False
    behind = passage.words[number.end] if number.end < len(passage.words) else ""
    inside = number.start > 1 and passage.words[number.start - 2][-1] not in ".?!:"
    return (len(word) > 1 and word.isupper()) or (inside and word[0].isupper() and behind[:1].isupper())

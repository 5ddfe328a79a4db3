"""Whole numbers in running text, in digits and in words: "1,229", "16 000", "n=33", "One hundred and five".

Works on words split at white space, because one split and one look into a set per word cost less than any regular
expression over the text. English only: PubMed's abstracts are (https://www.nlm.nih.gov/bsd/mms/medlineelements.html).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

OPENING: Final = "([{\"'\u201c\u2018"
CLOSING: Final = ".,;:)]}\"'\u201d\u2019"
"""Characters that stand before or behind a word and do not belong to it."""

_ONES: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_MISSPELT: Final = {"fourty": 40, "fourtyfour": 44, "ninty": 90, "fourthy": 40}
_HYPHENS: Final = ("-", "\u2010", "\u2011", "\u2013")


def _small() -> dict[str, int]:
    values = {word: number for number, word in enumerate(_ONES)} | _MISSPELT
    for ten, word in enumerate(_TENS, 2):
        values[word] = ten * 10
        for one in range(1, 10):
            for hyphen in (*_HYPHENS, ""):
                values[f"{word}{hyphen}{_ONES[one]}"] = ten * 10 + one
    return values


SMALL: Final = _small()
"""Every number word below a hundred, in lower case; "fifty-four" also with other hyphens and without."""

_SCALES: Final = {"hundred": 100, "thousand": 1000}
_HUNDREDS: Final = tuple(f"{word}-hundred" for word in _ONES[1:10])
_STARTS: Final = frozenset({"n", "N"}) | {
    form
    for word in (
        *SMALL,
        "hundred",
        "dozen",
        *_HUNDREDS,
        *(f"{h}-and-{low}" for h in _HUNDREDS for low in SMALL if "-" not in low),
    )
    if word != "zero"
    for form in (word, word.capitalize(), word.upper())
}
_GOING_ON: Final = frozenset(SMALL) | {"hundred", "thousand", "and"}
_FIRST: Final = frozenset("0123456789")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+", re.A)
_THREE: Final = re.compile(r"[0-9]{3}", re.A)
_EQUALS: Final = re.compile(r"[Nn](?:[=\uff1d](?P<value>[0-9][0-9,]*)?)?", re.A)
_MOST: Final = 100_000_000
"""A larger number is no sample, and stores keep 32 bits."""


class Number(NamedTuple):
    """A whole number: words [start, end), its value, whether it was written "n = 33", and what closes it."""

    start: int
    end: int
    value: int
    labelled: bool = False
    closed: str = ""  # what is written directly behind the number: "," or ")" …, or "/group"


def find(words: Sequence[str], *, bracketed: bool = True) -> list[Number]:
    """Every whole number among the words, in order; decimals, percentages, ranges, dates and codes are none.

    `bracketed`: false when the text has neither "n=" nor "[", which saves a look for `n=33` and `[33`.
    """
    odd: frozenset[str] | set[str] = _STARTS.intersection(words)
    if bracketed:
        odd |= {word for word in words if word[0] in "[nN" and (word[0] == "[" or word[1:2] == "=")}
    if odd:
        places = [at for at, word in enumerate(words) if (word < ":" or word in odd) and _may_start(word)]
    else:
        places = [at for at, word in enumerate(words) if word < ":" and _may_start(word)]  # digits and "(" are less
    found: list[Number] = []
    past = 0
    for at in places:
        if at >= past:
            number = _read(words, at)
            if number is not None:
                past = number.end
                if number.value <= _MOST:
                    found.append(number)
    return found


def _may_start(word: str) -> bool:
    """Whether a number can start with this word, whatever follows: not with "0.05", "95%" or "(mean".

    No cache: figures differ from text to text, and looking half of them up in vain took longer than this.
    """
    if word.isdecimal() and word.isascii():
        return True
    word = word.lstrip(OPENING)
    core = word.rstrip(CLOSING)
    if word[:1] in _FIRST:
        return _is_figures(core)
    low = core.lower()
    return word[:1] in ("n", "N") or low in SMALL or "hundred" in low or low == "dozen"


def _is_figures(core: str) -> bool:
    """Whether a word is a number in digits: "1229", "1,229"."""
    return (core.isdecimal() and core.isascii()) or ("," in core and _GROUPED.fullmatch(core) is not None)


def _read(words: Sequence[str], at: int) -> Number | None:
    """The whole number that starts at a word, if one does."""
    word = words[at].lstrip(OPENING)
    if at and words[at - 1].endswith(_HYPHENS):  # the tail of a compound that was broken: "forty- five"
        return None
    if word and word[0] in "nN":
        labelled = _labelled(words, at, word)
        return labelled or (_spelt(words, at, word) if word.rstrip(CLOSING).lower() in SMALL else None)
    if word and word[0] in _FIRST:
        return _figures(words, at, word)
    if word[:5].lower() == "dozen":
        return _one_dozen(words, at, word)
    return _spelt(words, at, word)


def _is_dozen(word: str) -> bool:
    return word[:5] == "dozen" and word.rstrip(CLOSING) in ("dozen", "dozens")


def _dozens(at: int, count: int, word: str) -> Number | None:
    """`Two dozen`, `3 dozens`."""
    return Number(at, at + 2, count * _DOZEN, False, word[len(word.rstrip(CLOSING)) :]) if count else None


def _one_dozen(words: Sequence[str], at: int, word: str) -> Number | None:
    """`A dozen` is twelve; `a few dozen`, `half a dozen` and `dozens` are no number."""
    alone = at == 0 or (
        words[at - 1].lstrip(OPENING).lower() in ("a", "the") and words[max(0, at - 2)].lower() not in ("half", "than")
    )
    core = word.rstrip(CLOSING)
    return Number(at, at + 1, _DOZEN, False, word[len(core) :]) if alone and core.lower() == "dozen" else None


_DOZEN: Final = 12


def _labelled(words: Sequence[str], at: int, word: str) -> Number | None:
    """`n=33`, `n = 33`, `n =33`, `n= 33`."""
    core, _, share = word.rstrip(CLOSING).partition("/")
    found = _EQUALS.fullmatch(core)
    if found is None:
        return None
    end = at
    value = found["value"]
    while value is None:
        end += 1
        if end == len(words) or end > at + 2:
            return None
        core, _, share = words[end].rstrip(CLOSING).partition("/")
        value = core.lstrip("=\uff1d") or None
    if not _is_figures(value):
        return None
    made = _made(at, end + 1, value, words[end], labelled=True)
    return made._replace(closed=f"/{share}") if made and share else made


def _figures(words: Sequence[str], at: int, word: str) -> Number | None:
    core = word.rstrip(CLOSING)
    if not _is_figures(core):
        return None
    end = at + 1
    if core == word and len(core) <= 3 and words[end : end + 1] and words[end][0] == "d" and _is_dozen(words[end]):
        return _dozens(at, int(core), words[end])
    if core == word and len(core) <= 3 and core[0] != "0":  # "16 000", with a plain or a thin space
        while end < len(words) and _THREE.fullmatch(words[end].rstrip(CLOSING)):
            core += words[end].rstrip(CLOSING)
            end += 1
            if words[end - 1][3:]:
                break
    return _made(at, end, core, words[end - 1])


def _made(start: int, end: int, figures: str, last: str, *, labelled: bool = False) -> Number | None:
    figures = figures.replace(",", "")
    if len(figures) > len(str(_MOST)) or int(figures) > _MOST:
        return None
    return Number(start, end, int(figures), labelled, last[len(last.rstrip(CLOSING)) :])


def _spelt(words: Sequence[str], at: int, word: str) -> Number | None:
    """`Fifty-four`, `One hundred twenty-eight`, `one-hundred-and-five`; `a thousand` is too vague to be one.

    A number above the largest is read whole too, for `find` to pass over: none of its words starts another, and a long
    run of number words is read once and not once from each of them.
    """
    alone = SMALL.get(word.lower())
    if alone and at + 1 < len(words) and _is_dozen(words[at + 1]):
        return _dozens(at, alone, words[at + 1])
    if alone is not None and words[at + 1 : at + 2] and words[at + 1].rstrip(CLOSING).lower() not in _GOING_ON:
        return Number(at, at + 1, alone)  # nearly always
    total = part = 0
    end, closed = at, ""
    while end < len(words) and not closed:
        core = (word if end == at else words[end]).rstrip(CLOSING)
        low = core.lower()
        if low == "and" and end > at and _goes_on(words, end, part or total):
            end += 1
            continue
        told = _add(total, part, low.split("-") if "hundred-" in low or "-hundred" in low else [low], first=end == at)
        if told is None:
            break
        total, part = told
        closed = words[end][len(words[end].rstrip(CLOSING)) :]
        end += 1
    return Number(at, end, total + part, False, closed) if end > at else None


def _add(total: int, part: int, pieces: Sequence[str], *, first: bool) -> tuple[int, int] | None:
    """The thousands and the rest after these words; None when they do not go on with the number."""
    for number, piece in enumerate(pieces):
        if piece in SMALL and ((first and number == 0) or _fits(part, SMALL[piece])):
            part += SMALL[piece]
        elif piece == "hundred" and part < 100:
            part = (part or 1) * 100
        elif piece == "thousand" and 0 < part < 1000:
            total, part = total + part * 1000, 0
        elif not (piece == "and" and number):
            return None
    return total, part


def _fits(part: int, value: int) -> bool:
    """Whether the word adds to what stands before it: "hundred twenty", "twenty one", not "two three"."""
    return part % 100 == 0 or (part % 100 >= 20 and part % 10 == 0 and 0 < value < 10)


def _goes_on(words: Sequence[str], end: int, so_far: int) -> bool:
    """Whether "and" joins one number: "one hundred and five", not "twenty and thirty"."""
    return (
        end + 1 < len(words) and so_far >= 100 and so_far % 100 == 0 and words[end + 1].rstrip(CLOSING).lower() in SMALL
    )

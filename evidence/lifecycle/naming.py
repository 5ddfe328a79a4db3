r"""What a source calls a work: by which titles, and where it stands; whether those are a work's that is here. Pure.

It is kept as one text: its titles, a line each, and last, where it is known, the place: a line that begins with a tab
and has years, volume and first pages ("\t2021;7;11 e77"). Titles are squeezed (text.clean), so that none holds either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from evidence import text
from evidence.records import Record

MOST_TITLES: Final = 4
"""Titles of one work that are kept: some publishers deposit a title in each language of the paper."""

LONGEST: Final = 500
"""Characters of a title that are kept."""

_MARKS: Final = frozenset(
    ("retracted", "retraction", "withdrawn", "withdrawal", "removed", "removal", "temporary", "temporarily")
) | {"article", "chapter", "paper", "manuscript", "notice", "statement", "published", "publication", "this", "been"}
"""Words that say of no work which it is: publishers write them before a title, or in its place ("Removal notice",
"This article has been retracted"). Elsevier's words: https://www.elsevier.com/about/policies-and-standards/article-withdrawal
"""

_FIRST_PAGE: Final = re.compile(r"[-\u2010-\u2015,;\s]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a work appeared: its years, of print and online; its volume; its first page, article number, or both."""

    years: frozenset[int]
    volume: str
    pages: frozenset[str]

    def is_of(self, record: Record) -> bool:
        """Whether a record gives a year, the volume and a first page of this place."""
        years = {d.date.year for d in record.dates}
        volume, page = text.fold(record.volume), first_page(record.pages)
        return bool(volume and volume == self.volume and page in self.pages and years & self.years)


def named(titles: Iterable[str], years: Iterable[int] = (), volume: str = "", pages: Iterable[str] = ()) -> str:
    """Titles and place as one text. `pages`: page ranges and article numbers as they are printed."""
    lines = list(dict.fromkeys(clean for title in titles if (clean := text.clean(title)[:LONGEST].strip())))
    found = sorted({page for one in pages if (page := first_page(one))})
    if years and (volume := text.fold(volume)) and found:
        place = f"\t{' '.join(str(year) for year in sorted(set(years)))};{volume};{' '.join(found)}"
        return "\n".join([*lines[:MOST_TITLES], place])
    return "\n".join(lines[:MOST_TITLES])


def titles_in(name: str) -> tuple[str, ...]:
    """The titles in such a text."""
    return tuple(line for line in name.split("\n") if line and not line.startswith("\t"))


def place_in(name: str) -> Place | None:
    """The place in such a text, if it has one."""
    line = name.split("\n")[-1]
    years, _, rest = line.removeprefix("\t").partition(";")
    volume, _, pages = rest.partition(";")
    if not line.startswith("\t") or not pages:
        return None
    return Place(frozenset(int(y) for y in years.split() if y.isdecimal()), volume, frozenset(pages.split()))


def first_page(pages: str) -> str:
    """The first page, or the article number, folded; "" for none. "S11-9" and "s11" are one."""
    return text.fold(_FIRST_PAGE.split(pages.strip(), maxsplit=1)[0]).replace(" ", "")


def likeness(some: Iterable[str], others: Sequence[str]) -> float | None:
    """The share of their longer words that the two titles most alike have in common.

    None where no two of them can be compared: there is no title, it is a mark and nothing more, or the two are in
    different scripts. Titles in two languages of one script are as unlike as those of two works.
    """
    theirs = [(_is_latin(title), _longer(title)) for title in others]
    shares = [
        len(a & b) / min(len(a), len(b))
        for title in some
        for script, b in theirs
        if (a := _longer(title)) and b and _is_latin(title) == script
    ]
    return max(shares, default=None)


def _longer(title: str) -> frozenset[str]:
    """The longer words of a title, without those of a mark."""
    return frozenset(word for word in text.words(title) if len(word) > 3 and word not in _MARKS)


def _is_latin(title: str) -> bool:
    """Whether most letters of a title are Latin or Greek ones, which fold to ASCII."""
    letters = [letter for letter in text.fold(title) if letter.isalpha()]
    return 2 * sum(letter.isascii() for letter in letters) >= len(letters)

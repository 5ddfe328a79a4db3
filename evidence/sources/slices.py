"""A search of any size as searches that PubMed answers whole: slices of Entrez dates, of a crowded day by PMID.

ESearch gives the first 9,999 records of a search and no more, and the history server does not lift that
(https://www.ncbi.nlm.nih.gov/books/NBK25499/#chapter4.ESearch). Every record has one Entrez date (EDAT, the day PubMed
got it), one date of its last change (MDAT) and one PMID, so that halves of a span of dates, and halves of a span of
PMIDs, hold each record once. Each half is asked for once and halved again only when it is too big; the two must add up
to the whole. Where dates do not, PMIDs may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from evidence.sources.answers import SearchAnswer

FIRST_DAY: Final = date(1800, 1, 1)
"""Before any Entrez date: PubMed gives its oldest records the day they were published."""
LAST_DAY: Final = date(3000, 12, 31)
"""After any; NCBI's documents use this year for "until now"."""
LAST_PMID: Final = 99_999_999
"""PMIDs have at most eight digits: https://www.nlm.nih.gov/bsd/mms/medlineelements.html#pmid"""
_BEYOND: Final = timedelta(days=31)
_TRIES: Final = 3
"""How often a split is made anew when its halves do not add up: PubMed takes records in at any time of the day."""


DateType = Literal["edat", "mdat"]


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a search: dates from `since` to `until`, and of these the PMIDs from `first` to `last`.

    `by`: which dates: "edat", the day PubMed got the record, or "mdat", the day it last changed it.
    """

    since: date = FIRST_DAY
    until: date = LAST_DAY
    first: int = 0
    last: int = LAST_PMID
    by: DateType = "edat"

    def halves_in_time(self, today: date) -> tuple[Slice, Slice] | None:
        """Two slices of dates that hold each record of this one once; None for a single day."""
        if self.since >= self.until:
            return None
        # Nothing lies in the future, so that the first cut is made where the records end.
        new = today + _BEYOND
        middle = new if self.until == LAST_DAY and self.since < new else self.since + (self.until - self.since) // 2
        return replace(self, until=middle), replace(self, since=middle + timedelta(days=1))

    def halves_of_pmids(self, some: tuple[str, ...]) -> tuple[Slice, Slice] | None:
        """Two slices of PMIDs that hold each record of this one once; None for a single PMID.

        The cut is made in the middle of `some` of its PMIDs, so that neither half is empty.
        """
        known = sorted(int(pmid) for pmid in some)
        middle = known[(len(known) - 1) // 2] if known else (self.first + self.last) // 2
        if not self.first <= middle < self.last:
            return None
        return replace(self, last=middle), replace(self, first=middle + 1)

    def narrowed(self, query: str) -> str:
        """The query with the PMIDs of this slice: https://pubmed.ncbi.nlm.nih.gov/help/#pmid"""
        every = (self.first, self.last) == (0, LAST_PMID)
        return query if every else f"({query}) AND {self.first}:{self.last}[uid]"


class DoesNotAddUp(Exception):  # noqa: N818 - read as "what PubMed counts …"
    """The halves of a slice hold more or fewer records than it counts, however it is cut and however often asked."""


Ask = Callable[[Slice], SearchAnswer]
"""A slice → its count, and its PMIDs if they are few enough."""


def whole(ask: Ask, start: Slice, answer: SearchAnswer, today: date, most: int) -> Iterator[SearchAnswer]:
    """The answers to the slices of a search that is bigger than `most`, each whole, from the oldest on.

    `answer` is the one to `start`. Raises DoesNotAddUp.
    """
    if answer.count <= most:
        yield answer
        return
    for half, found in _split(ask, start, answer, today):
        yield from whole(ask, half, found, today, most)


def _split(ask: Ask, part: Slice, answer: SearchAnswer, today: date) -> list[tuple[Slice, SearchAnswer]]:
    """Both halves with their answers, which add up to what the slice counts before or after them."""
    expected = answer.count
    counted: tuple[int, ...] = ()
    for halves in (part.halves_in_time(today), part.halves_of_pmids(answer.pmids)):
        for _ in range(_TRIES if halves else 0):
            found = [(half, ask(half)) for half in halves or ()]
            counted = tuple(of.count for _, of in found)
            if sum(counted) == expected:
                return found
            expected = ask(part).count
            if sum(counted) == expected:
                return found
    raise DoesNotAddUp(
        f"counts {expected:,} records from {part.since} to {part.until}, and in two halves "
        f"{' and '.join(f'{count:,}' for count in counted)}"
    )

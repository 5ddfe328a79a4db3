"""A page of studies as a list shows it, of the library as it is or was: one rule for both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final

from evidence.filters import Filter
from evidence.store.select import Groups, Selection, facets, in_order, summary, years
from evidence.views import LibraryState, Listing, RegistrationView, StudyRow
from evidence.vocabulary import Vocabulary

LEADS_SHOWN: Final = 100


def page_of(
    selection: Selection,
    vocabulary: Vocabulary,
    groups: Groups,
    *,
    rows: Callable[[Sequence[int]], tuple[StudyRow, ...]],
    registrations: tuple[RegistrationView, ...],
    state: LibraryState,
) -> Listing:
    """The page that a selection's filter asks for. `rows`: the studies of these numbers, in that order.

    Raises UnknownParameter for a mark that is not of this list.
    """
    wanted = selection.filter
    shown = selection.among("listed")
    page = list(islice(in_order(selection, shown, after=wanted.after), wanted.size + 1))
    leads = selection.among("lead")
    return Listing(
        filter=wanted,
        total=shown.bit_count(),
        rows=rows([number for number, _ in page[: wanted.size]]),
        next_after=page[wanted.size - 1][1] if len(page) > wanted.size else "",
        facets=facets(selection, vocabulary),
        years=years(selection),
        summary=summary(selection.bitmaps, groups, shown | leads),
        leads=rows([n for n, _ in islice(in_order(selection, leads), LEADS_SHOWN)]),
        leads_total=leads.bit_count(),
        registrations=registrations,
        matched_conditions=tuple(dict.fromkeys(p.condition for p in selection.parts if p.condition)),
        searched_as=searched_as(vocabulary, wanted.condition),
        state=state,
    )


def filling(vocabulary: Vocabulary, wanted: Filter) -> tuple[str, ...] | None:
    """The saved searches whose trouble a page tells of: those that fill its condition; None, all, where it has none."""
    return searched_as(vocabulary, wanted.condition) if wanted.condition else None


def searched_as(vocabulary: Vocabulary, condition: str) -> tuple[str, ...]:
    """The saved searches that fill a condition: those that name it, and those that name none."""
    return tuple(s.name for s in vocabulary.searches.values() if not s.conditions or condition in s.conditions)

"""Thirty days of real refreshes and curators' work: every page of every day is rebuilt from the log as it was seen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from evidence import curation, curation_tags, ingest
from evidence.filters import Filter
from evidence.store import Store, queries
from tests.eutils_records import FIRST_PMID
from tests.made import record
from tests.pubmed_simulator import FIRST_DAY, World
from tests.test_history import rows, shown_now, shown_then
from tests.test_simulated_days import NOON, WORDS, Days, simulated

DAYS = 30
FILTERS = (
    Filter(),
    Filter(query="hydrodis*", sort="newest"),
    Filter(statuses=("retracted",)),
    *(Filter(condition=slug) for slug in WORDS.conditions),
)
"""Every condition of the shipped vocabulary, and some lists beside them."""


def key(store: Store, number: int) -> str:
    """The citation key of one of the simulator's records."""
    found = queries.find_key(store, WORDS, "pmid", str(FIRST_PMID + number))
    assert found is not None
    return found


def curate(library: Days, number: int) -> None:
    """What persons and files do on that day."""
    store = library.store
    if number == 2:
        curation_tags.decide_tag(store, WORDS, key(store, 0), "condition", "meralgia-paraesthetica", "yes", actor="ann")
        curation_tags.decide_tag(
            store, WORDS, key(store, 1), "design", "rct", "no", actor="ann", reason="no allocation"
        )
    if number == 5:
        curation.merge(store, WORDS, key(store, 3), key(store, 4), actor="bob", reason="one trial")
    if number == 9:
        ingest.take(store, WORDS, [record("mine.ris#1", "A reference", source="ris")], actor="import")
    if number == 12:
        found = queries.study(store, WORDS, key(store, 3))
        assert found is not None
        curation.unmerge(store, WORDS, found.merges[-1].event, actor="bob")
    if number == 20:
        curation_tags.decide_tag(store, WORDS, key(store, 0), "condition", "meralgia-paraesthetica", "no", actor="bob")


@pytest.mark.long
def test_thirty_days_of_every_condition_are_rebuilt_as_they_were_seen() -> None:
    seen: dict[date, list[str]] = {}
    with simulated(World(23, days=DAYS, busy=2), seed=23, trouble=0.1) as library:
        for number in range(DAYS):
            library.refresh(NOON + timedelta(days=number), bad="empty" if number == 15 else "")
            curate(library, number)
            seen[FIRST_DAY + timedelta(days=number)] = shown_now(library.store, FILTERS)
        library.store.cache.clear()
        for day, pages in seen.items():
            assert shown_then(library.store, day, FILTERS) == pages, day
        first, last = min(seen), max(seen)
        changed = {c for c in WORDS.conditions if rows(library.store, first, c) != rows(library.store, last, c)}
    assert len(seen) == DAYS
    assert len({tuple(views) for views in seen.values()}) >= DAYS - 1, "days that differ"
    assert len(changed) >= 4, changed

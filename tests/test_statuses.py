"""What is news of a study's life: told of each work that a notice speaks of, once, and not again when records move."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from evidence import curation, retractions
from evidence.ingest import take
from evidence.lifecycle import Listed, crossref, retraction_watch
from evidence.records import Record
from evidence.store import Store, life, queries
from evidence.store.lifecycle import STATEMENT
from evidence.store.reads import EVENT
from tests.lifecycle_cases import NOTICE, SUBJECTS, article, as_csv, row
from tests.made import NOW, fresh_store, vocabulary

A, B = article(1000), article(1001)
_RETRACTED = ("Journal Article", "Retracted Publication")
A_SAYS, B_SAYS = (article(n, links=[("RetractionIn", "2009")], types=_RETRACTED) for n in (1000, 1001))
OF_A = article(2009, "Notice to readers", [("RetractionOf", "1000")], NOTICE)
OF_BOTH = article(2009, "Notice to readers", [("RetractionOf", "1000"), ("RetractionOf", "1001")], NOTICE)
ELSEWHERE = article(2009, "Notice to readers", [("RetractionOf", "1001")], NOTICE)


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_store() as made:
        yield made


def taken(store: Store, *batches: list[Record]) -> None:
    for batch in batches:
        take(store, vocabulary(), batch, actor="test", live=True)


def key(store: Store, pmid: str) -> str:
    found = queries.find_key(store, vocabulary(), "pmid", pmid)
    assert found is not None
    return found


def events(store: Store, *kinds: str) -> list[tuple[str, int]]:
    wanted = select(EVENT).where(EVENT.c.kind.in_(kinds or ("status-said", "status-withdrawn"))).order_by(EVENT.c.id)
    with store.read() as connection:
        rows = connection.execute(wanted).all()
    assert all(json.loads(row.detail)["key"] for row in rows)
    return [(row.kind, row.study_id) for row in rows]


def alerted(store: Store) -> list[str]:
    return sorted(alert.study_key for alert in life.alerts(store))


@pytest.mark.parametrize(
    "batches",
    [
        [[A, B], [A_SAYS], [OF_BOTH]],
        [[A, B], [OF_A], [OF_BOTH]],
        [[A, B], [A_SAYS, B_SAYS]],
        [[A, B], [A_SAYS], [article(1000, f"{SUBJECTS[0]}, revised", [("RetractionIn", "2009")], _RETRACTED), B_SAYS]],
        [[A, B], [A_SAYS], [B_SAYS]],
        [[OF_BOTH], [A, B]],
        [[OF_BOTH, A], [B]],
    ],
    ids=[
        "one knows before",
        "the notice grows",
        "at once",
        "one revised beside",
        "one by one",
        "notice first",
        "later",
    ],
)
def test_each_work_of_a_notice_is_told_of_once(store: Store, batches: list[list[Record]]) -> None:
    taken(store, *batches)
    assert alerted(store) == sorted(key(store, pmid) for pmid in ("1000", "1001"))
    assert len(events(store)) == 2
    taken(store, batches[-1])
    assert len(events(store)) == 2


def test_what_a_notice_says_no_more_of_one_of_two_works_is_withdrawn_there(store: Store) -> None:
    taken(store, [A, B], [OF_BOTH], [OF_A])
    assert events(store) == [("status-said", 1), ("status-said", 2), ("status-withdrawn", 2)]
    assert alerted(store) == [key(store, "1000")]


def test_a_notice_that_named_the_wrong_work_is_withdrawn_there_and_told_here(store: Store) -> None:
    taken(store, [A, B], [OF_A], [ELSEWHERE])
    assert sorted(events(store)[1:]) == [("status-said", 2), ("status-withdrawn", 1)]
    assert alerted(store) == [key(store, "1001")]


def test_records_that_move_bring_no_news(store: Store) -> None:
    taken(store, [A, B], [A_SAYS])
    said = events(store)
    merge = curation.merge(store, vocabulary(), key(store, "1000"), key(store, "1001"), actor="ann")
    assert events(store) == said
    curation.unmerge(store, vocabulary(), merge, actor="ann")
    assert events(store) == said
    assert alerted(store) == [key(store, "1000")]


def test_the_same_notice_is_news_of_a_third_work_after_two_were_merged(store: Store) -> None:
    third = article(1002)
    every = [("RetractionOf", str(n)) for n in (1000, 1001, 1002)]
    taken(store, [A, B, third], [OF_BOTH])
    curation.merge(store, vocabulary(), key(store, "1000"), key(store, "1001"), actor="ann")
    taken(store, [article(2009, "Notice to readers", every, NOTICE)])
    assert alerted(store) == sorted(key(store, pmid) for pmid in ("1000", "1002"))


# A row of Retraction Watch, and Crossref, which passes it on.

DOI = "10.5555/inv.1"


def crossref_says(store: Store, *entries: dict[str, Any]) -> None:
    """What Crossref's record of the work says from now on, and something of another work."""
    rows = crossref.read({"updated-by": list(entries), "title": [SUBJECTS[0]]}, DOI)[0]
    other = crossref.read({"updated-by": [entry("x")]}, "10.5555/elsewhere")[0]
    retractions.take(store, vocabulary(), crossref.SOURCE, "Crossref", [*rows, *other], actor="test")


def entry(number: object, type_: str = "retraction") -> dict[str, Any]:
    return {"DOI": "10.5555/notice", "type": type_, "source": "retraction-watch", "record-id": number}


def list_says(store: Store, *numbers: int) -> None:
    """What the list says of the work, and something of another one."""
    rows = [row(n, pmid=1000, doi=DOI, notice_doi="10.5555/notice") for n in numbers]
    found: list[Listed | Any] = list(retraction_watch.read(io.BytesIO(as_csv([*rows, row(1, pmid=999)])), "rw.csv"))
    retractions.take(store, vocabulary(), retraction_watch.SOURCE, "rw.csv", found, actor="test")


def sources(store: Store) -> list[str]:
    return [alert.said.source for alert in life.alerts(store)]


def both_say(store: Store, first: str, number: object = 4036, type_: str = "retraction") -> list[str]:
    """The list's row and Crossref's entry are read, this one first; the sources of the alerts then."""
    taken(store, [article(1000, doi=DOI)])
    for source in (first, *({"list", "crossref"} - {first})):
        if source == "list":
            list_says(store, 4036)
        else:
            crossref_says(store, entry(number, type_))
    return sources(store)


@pytest.mark.parametrize(("first", "told"), [("list", "retraction-watch"), ("crossref", "crossref")])
@pytest.mark.parametrize("number", [4036, "4036", None], ids=repr)
def test_a_row_and_what_passes_it_on_are_one_alert_in_either_order(
    store: Store, first: str, told: str, number: object
) -> None:
    assert both_say(store, first, number) == [told]
    assert len(events(store)) == 1


@pytest.mark.parametrize("first", ["list", "crossref"])
@pytest.mark.parametrize("gone", ["list", "crossref"])
@pytest.mark.parametrize("number", [4036, None], ids=repr)
def test_when_one_of_them_says_it_no_more_there_is_one_alert_still(
    store: Store, first: str, gone: str, number: object
) -> None:
    both_say(store, first, number)
    if gone == "list":
        list_says(store)
    else:
        crossref_says(store)
    assert sources(store) == ["crossref" if gone == "list" else "retraction-watch"]
    list_says(store)
    crossref_says(store)
    assert sources(store) == []


@pytest.mark.parametrize("number", [4036, 4037])
def test_a_row_that_says_more_than_what_was_told_is_news(store: Store, number: int) -> None:
    assert set(both_say(store, "crossref", number, "expression_of_concern")) == {"crossref", "retraction-watch"}


def test_a_row_that_is_read_again_keeps_the_day_on_which_it_was_first_seen(store: Store) -> None:
    def first_seen() -> list[Any]:
        with store.read() as connection:
            return list(connection.execute(select(STATEMENT.c.ref, STATEMENT.c.first_seen).order_by(STATEMENT.c.ref)))

    list_says(store, 4036)
    before = first_seen()
    store.now = lambda: NOW + timedelta(days=30)
    changed = [row(4036, "Expression of concern", pmid=1000, doi=DOI), row(1, pmid=999), row(5, pmid=998)]
    found = retraction_watch.read(io.BytesIO(as_csv(changed)), "rw.csv")
    reading = retractions.take(store, vocabulary(), retraction_watch.SOURCE, "rw.csv", found, actor="test")
    assert reading.rows == 3
    assert [one for one in first_seen() if one.ref != "5"] == before

"""Merging and un-merging: exact, remembered, never undone by a machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import curation
from evidence.errors import Conflict, NotFound
from evidence.filters import Filter
from evidence.ingest import take
from evidence.records import Item
from evidence.store import Store, create, queries
from tests.made import clock, contents, examples, fresh_store, record, vocabulary

HISTORY = ("event", "merge_event", "match_decision")
TITLE = "Six treatments for knee pain: a systematic review"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, clock) as made:
        yield made


def taken(store: Store, *items: Item) -> dict[str, int]:
    report = take(store, vocabulary(), items, actor="test")
    return {name: n for name, n in report.counts().items() if n}


def keys(store: Store) -> list[str]:
    return sorted(row.key for row in queries.listing(store, vocabulary(), Filter()).rows)


def merge_of(store: Store, key: str) -> int:
    study = queries.study(store, vocabulary(), key)
    assert study is not None
    return study.merges[-1].event


def claims(store: Store) -> list[tuple[int, str]]:
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT study_id, claim FROM identifier WHERE scheme = 'pmid' ORDER BY study_id"
        )
        return [(row[0], row[1]) for row in rows]


def test_undoing_a_join_gives_two_studies_and_merging_again_one(store: Store) -> None:
    same = [record(f"page#{n}", TITLE, source="references", pmid="36", doi="10.1000/k") for n in (3, 4)]
    assert taken(store, *same) == {"added": 1, "merged": 1}
    apart = curation.unmerge(store, vocabulary(), merge_of(store, "wu2020six"), actor="ann")
    assert keys(store) == ["wu2020six", apart]
    assert claims(store) == [(1, "own"), (2, "disputed")]
    assert taken(store, *same) == {"unchanged": 2}
    curation.merge(store, vocabulary(), apart, "wu2020six", actor="ann")
    assert keys(store) == ["wu2020six"]
    assert claims(store) == [(1, "own")]
    assert queries.find_key(store, vocabulary(), "key", apart) == "wu2020six"


def test_merge_then_unmerge_is_the_identity_on_every_table_but_the_histories(store: Store) -> None:
    taken(
        store,
        record("1", "First nerve study of the wrist", pmid="1", keys=("a",), abstract="Dextrose."),
        record("2", "Second nerve study of the wrist", pmid="2", keys=("b",), families=["Wu", "Ke"]),
        record("3", "Third nerve study of the wrist", pmid="3", keys=("c",)),
    )
    before = contents(store, leave_out=HISTORY)
    first = curation.merge(store, vocabulary(), "a", "b", actor="ann")
    second = curation.merge(store, vocabulary(), "c", "b", actor="ann")
    assert keys(store) == ["a"]
    assert queries.find_key(store, vocabulary(), "key", "c") == "a"
    curation.unmerge(store, vocabulary(), first, actor="ann")
    assert keys(store) == ["a", "b"]
    assert queries.find_key(store, vocabulary(), "key", "c") == "b", "as if a and b had never been one"
    curation.unmerge(store, vocabulary(), second, actor="ann")
    assert contents(store, leave_out=HISTORY) == before


def test_what_joined_later_goes_to_the_side_it_matches(store: Store) -> None:
    taken(
        store,
        record("1", "Study one of nerves", pmid="1", keys=("a",)),
        record("2", "Study two of nerves", pmid="2", keys=("b",)),
    )
    event = curation.merge(store, vocabulary(), "a", "b", actor="ann")
    assert taken(store, record("f#2", "Study two of nerves", source="ris", pmid="2")) == {"merged": 1}
    curation.unmerge(store, vocabulary(), event, actor="ann")
    study = queries.study(store, vocabulary(), "b")
    assert study is not None
    assert [m.external_id for m in study.members] == ["2", "f#2"]


def test_a_refresh_after_the_merge_is_kept_by_the_unmerge(store: Store) -> None:
    taken(
        store,
        record("1", "Study one of nerves", pmid="1", keys=("a",)),
        record("2", "Study two of nerves", pmid="2", keys=("b",)),
    )
    event = curation.merge(store, vocabulary(), "a", "b", actor="ann")
    assert taken(store, record("2", "Study two of nerves, renamed since", pmid="2")) == {"revised": 1}
    assert keys(store) == ["a"], "a curator's merge is never undone by a refresh"
    curation.unmerge(store, vocabulary(), event, actor="ann")
    study = queries.study(store, vocabulary(), "b")
    assert study is not None
    assert study.row.title == "Study two of nerves, renamed since"


def test_different_is_remembered_by_later_imports_and_revisions(store: Store) -> None:
    taken(store, record("f#1", TITLE, source="ris", doi="10.1000/x", keys=("a",)))
    taken(store, record("f#2", TITLE, source="bibtex", doi="10.1000/x"))
    apart = curation.unmerge(store, vocabulary(), merge_of(store, "a"), actor="ann")
    assert taken(store, record("f#2", TITLE, source="bibtex", doi="10.1000/x", volume="9")) == {"revised": 1}
    assert keys(store) == ["a", apart]


def test_what_cannot_be_is_said(store: Store) -> None:
    taken(store, record("1", pmid="1", keys=("a",)), record("2", "Other title altogether here", pmid="2", keys=("b",)))
    with pytest.raises(NotFound, match="nobody2020"):
        curation.merge(store, vocabulary(), "a", "nobody2020", actor="ann")
    with pytest.raises(Conflict, match="one study already"):
        curation.merge(store, vocabulary(), "a", "1", actor="ann")
    with pytest.raises(NotFound, match="merge 77"):
        curation.unmerge(store, vocabulary(), 77, actor="ann")
    event = curation.merge(store, vocabulary(), "a", "b", actor="ann")
    curation.unmerge(store, vocabulary(), event, actor="ann")
    with pytest.raises(Conflict, match="undone already"):
        curation.unmerge(store, vocabulary(), event, actor="ann")


@settings(max_examples=examples(30))
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=5))
def test_any_merges_undone_in_any_order_restore_the_start(pairs: list[tuple[int, int]]) -> None:
    with fresh_store() as store:
        taken(
            store,
            *(
                record(str(n + 1), f"Study {n} about a nerve of the arm", pmid=str(n + 1), keys=(f"k{n}",))
                for n in range(5)
            ),
        )
        before = contents(store, leave_out=HISTORY)
        events = []
        for a, b in pairs:
            try:
                events.append(curation.merge(store, vocabulary(), f"k{a}", f"k{b}", actor="ann"))
            except Conflict:
                continue
        for event in reversed(events):
            curation.unmerge(store, vocabulary(), event, actor="ann")
        assert contents(store, leave_out=HISTORY) == before


def test_an_alias_goes_with_the_record_that_brought_it(store: Store) -> None:
    taken(store, record("1", "Study one of nerves in the arm", pmid="1"))
    taken(store, record("f#a", "Study one of nerves in the arm", source="bibtex", pmid="1", keys=("mine2018",)))
    assert queries.find_key(store, vocabulary(), "key", "mine2018") == "wu2020study"
    apart = curation.unmerge(store, vocabulary(), merge_of(store, "wu2020study"), actor="ann")
    assert apart == "mine2018", "the key that stands in a manuscript still leads to what it was given for"
    curation.merge(store, vocabulary(), "mine2018", "wu2020study", actor="ann")
    assert queries.find_key(store, vocabulary(), "key", "mine2018") == "wu2020study"

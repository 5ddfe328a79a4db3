"""The life cycle in the store: no clean paper is called retracted, no retracted one missed, in any order."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

import pytest

from evidence import acknowledging, curation, retractions
from evidence.formats import registry
from evidence.formats._export import MARKS
from evidence.ingest import take
from evidence.lifecycle import retraction_watch
from evidence.records import Deletion, Record
from evidence.store import Store, create, life, queries
from evidence.views import Study
from tests.lifecycle_cases import CASES, ROWS, Case, article, as_csv, notice, row
from tests.made import clock, contents, fresh_store, vocabulary

ORDERS = ("forwards", "backwards", "shuffled")


def arranged(order: str) -> list[Record]:
    items = [item for case in CASES for item in case.items]
    if order == "shuffled":
        random.Random(7).shuffle(items)
    return items[::-1] if order == "backwards" else items


def read_list(store: Store, data: bytes = ROWS) -> retractions.Reading:
    rows = retraction_watch.read(io.BytesIO(data), "rw.csv")
    return retractions.take(store, vocabulary(), "retraction-watch", "rw.csv", rows, actor="test")


def fill(store: Store, items: Sequence[Record], batch: int) -> None:
    """The items in batches; the list is read in the middle and at the end."""
    for start in range(0, len(items), batch):
        take(store, vocabulary(), items[start : start + batch], actor="test")
        if start <= len(items) // 2 < start + batch:
            read_list(store)
    read_list(store)


@pytest.fixture(scope="module")
def libraries() -> Iterator[dict[str, Store]]:
    """All cases in one library, once for each order of arrival."""
    with ExitStack() as stack:
        stores = {order: stack.enter_context(fresh_store()) for order in ORDERS}
        for batch, (order, store) in zip((50, 23, 9), stores.items(), strict=True):
            fill(store, arranged(order), batch)
        yield stores


def study(store: Store, name: str) -> Study:
    """The study with this PMID or DOI."""
    key = queries.find_key(store, vocabulary(), "doi" if "/" in name else "pmid", name)
    assert key is not None, name
    found = queries.study(store, vocabulary(), key)
    assert found is not None
    return found


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_state_is_right_in_every_order(libraries: dict[str, Store], case: Case, order: str) -> None:
    assert {name: study(libraries[order], name).row.state for name in case.states} == case.states


def test_a_notice_that_is_deleted_or_says_it_no_more_takes_its_word_back() -> None:
    with fresh_store() as store:
        take(store, vocabulary(), [article(1000), notice(2009, "RetractionOf", 1000)], actor="test")
        assert study(store, "1000").row.state == "retracted"
        take(store, vocabulary(), [Deletion(source="pubmed", external_id="2009")], actor="test")
        assert study(store, "1000").row.state == "none"
        other = replace(notice(2019, "ExpressionOfConcernFor", 1000), version=1)
        take(store, vocabulary(), [other], actor="test")
        assert study(store, "1000").row.state == "concern"
        take(store, vocabulary(), [replace(other, relations=(), version=2)], actor="test")
        assert study(store, "1000").row.state == "none"


def test_merging_and_separating_leaves_the_statements_as_they_were() -> None:
    with fresh_store() as store:
        items = [article(1000, links=[("RetractionIn", "2009")]), article(1001, links=[("ErratumIn", "2019")])]
        take(store, vocabulary(), items, actor="test")
        before = contents(store, leave_out=("event", "merge_event", "match_decision", "condition_event"))
        keys = [study(store, number).row.key for number in ("1000", "1001")]
        event = curation.merge(store, vocabulary(), *keys, actor="ann")
        assert study(store, "1001").row.state == "retracted"
        curation.unmerge(store, vocabulary(), event, actor="ann")
        assert contents(store, leave_out=("event", "merge_event", "match_decision", "condition_event")) == before
        assert [alert.said.kind for alert in life.alerts(store)] == ["retraction"], "nothing was news but its arrival"


def test_both_engines_keep_lists_statements_and_what_was_seen(store_url: str) -> None:
    with create(store_url, clock) as store:
        take(store, vocabulary(), [article(1000), article(1001, doi="10.5555/inv.1")], actor="test")
        data = as_csv(
            [row(1, pmid=1000), row(2, "Reinstatement", pmid=1000, on="1/1/2017"), row(3, doi="10.5555/inv.1")]
        )
        assert read_list(store, data).studies == 1
        assert read_list(store, data).counts()["added"] == 0
        assert {n: study(store, n).row.state for n in ("1000", "1001")} == {"1000": "none", "1001": "retracted"}
        first, second = life.alerts(store)
        assert (first.said.kind, second.said.kind) == ("retraction", "reinstatement")
        assert acknowledging.acknowledge(store, first.event, actor="ann").now
        assert not acknowledging.acknowledge(store, first.event, actor="bob").now
        assert life.alerts(store) == (second,)
        found = study(store, "1001").life
        assert found is not None
        assert [(s.kind, s.standing, s.seen_by) for s in found.statements] == [("retraction", True, "ann")]
        assert read_list(store, as_csv([row(2, "Reinstatement", pmid=1000, on="1/1/2017")])).withdrawn == 2
        assert study(store, "1001").row.state == "none"
        assert life.alerts(store) == (second,)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60
    assert len({c.name for c in CASES}) == len(CASES)


WRITABLE = tuple(name for name, fmt in registry().items() if fmt.write and name != "jsonl")


@pytest.fixture(scope="module")
def found(libraries: dict[str, Store]) -> list[tuple[str, str, Study]]:
    """Every work of every case: the case's name, the state it must show, the study."""
    return [(c.name, s, study(libraries["forwards"], number)) for c in CASES for number, s in c.states.items()]


@pytest.mark.parametrize("name", WRITABLE)
def test_every_export_carries_the_mark_and_clean_works_carry_none(
    found: list[tuple[str, str, Study]], name: str
) -> None:
    write = registry()[name].write
    assert write is not None
    for case, state, one in found:
        written = "".join(write([one]))
        said = {word for word, _ in MARKS.values() if re.search(f"{word}: (this|an expr)", written)}
        assert said == ({MARKS[state][0]} if state in MARKS else set()), (case, one.row.key, written)

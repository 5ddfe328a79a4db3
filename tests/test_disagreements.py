"""The queue of tags on which NLM's labels and our reading of the words differ."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import curation, curation_tags, ingest, retag
from evidence.errors import UsageProblem
from evidence.store import Store, create
from evidence.store.disagreements import Cursor, queue
from tests.made import clock, fresh_store, record, vocabulary
from tests.tag_library import CTS, RCT, doubtful, fill


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, clock) as made:
        fill(made, vocabulary())
        yield made


def waiting(store: Store, **how: str) -> list[tuple[str, str, str]]:
    """(PMID, slug, who says so)."""
    page = queue(store, vocabulary(), **how)  # type: ignore[arg-type]
    assert page.total == len(page.items)
    return [(item.records[0].external_id, item.slug, item.side) for item in page.items]


def test_what_one_side_says_and_the_other_could_have_said(store: Store) -> None:
    designs = waiting(store, kind="design")
    assert {("1", "rct", "nlm"), ("2", "rct", "text"), ("8", "rct", "nlm")} <= set(designs)
    assert {pmid for pmid, *_ in designs}.isdisjoint("345")
    assert set(waiting(store, kind="condition")) == {("6", CTS, "text"), ("6", "plantar-fasciitis", "nlm")}
    assert waiting(store) == designs + waiting(store, kind="condition"), "designs first"


def test_both_sides_are_quoted(store: Store) -> None:
    item = next(i for i in queue(store, vocabulary()).items if i.records[0].external_id == "1" and i.slug == "rct")
    assert [(t.origin, t.evidence) for t in item.reasons] == [("pubtype", RCT)]
    assert [(t.slug, t.origin, t.status) for t in item.against] == [("cohort", "text", "suggested")]
    assert item.title.startswith("A retrospective cohort")
    assert item.label == vocabulary().designs["rct"].name


def test_a_broader_label_contradicts_no_narrower_one(store: Store) -> None:
    title = "Dextrose for nerves: a systematic review"
    added = [
        record("21", title, pmid="21", types=["Review"]),
        record("22", f"{title} and meta-analysis", pmid="22", types=["Meta-Analysis", "Systematic Review"]),
        record("23", "Perineural injection: a randomised controlled trial", pmid="23", types=["Clinical Trial", RCT]),
    ]
    ingest.take(store, vocabulary(), added, actor="test")
    assert not {(p, slug) for p, slug, side in waiting(store) if p in ("21", "22", "23")}
    ingest.take(store, vocabulary(), [record("24", title, pmid="24", types=[RCT])], actor="test")
    both = {("24", "systematic-review", "text"), ("24", "rct", "nlm")}
    assert {row for row in waiting(store) if row[0] == "24"} == both


def test_a_decision_settles_it_and_taking_it_back_asks_again(store: Store) -> None:
    before = waiting(store)
    for verdict in ("yes", "no"):
        curation_tags.decide_tag(store, vocabulary(), "1", "design", "rct", verdict, actor="ann")  # type: ignore[arg-type]
        assert waiting(store) == [row for row in before if row[:2] != ("1", "rct")]
        retag.retag(store, vocabulary())
        assert waiting(store) == [row for row in before if row[:2] != ("1", "rct")]
    curation_tags.decide_tag(store, vocabulary(), "1", "design", "rct", "clear", actor="ann")
    assert waiting(store) == before


def test_records_of_one_study_speak_together(store: Store) -> None:
    """What one record's words say answers what another's label says, for as long as they are one study."""
    before = waiting(store)
    merge = curation.merge(store, vocabulary(), "1", "3", actor="ann")
    assert ("1", "rct", "nlm") not in waiting(store)
    curation.unmerge(store, vocabulary(), merge, actor="ann")
    assert waiting(store) == before


def test_pages_of_any_size_make_the_whole_queue(store: Store) -> None:
    whole = queue(store, vocabulary()).items
    for size in (1, 2, 3):
        seen, after = [], None
        while True:
            page = queue(store, vocabulary(), limit=size, after=after)
            seen += page.items
            if page.next is None:
                break
            after = Cursor.parse(str(page.next))
        assert tuple(seen) == whole
    assert queue(store, vocabulary(), limit=0).items == ()


@given(st.text(max_size=300))
def test_a_cursor_is_read_or_refused(text: str) -> None:
    try:
        found = Cursor.parse(text)
    except UsageProblem:
        return
    assert Cursor.parse(str(found)) == found


@settings(max_examples=10)
@given(st.permutations(range(8)))
def test_the_order_of_records_never_matters(order: list[int]) -> None:
    with fresh_store() as store, fresh_store() as other:
        fill(store, vocabulary())
        ingest.take(other, vocabulary(), [doubtful()[n] for n in order], actor="import")
        assert set(waiting(store)) == set(waiting(other))

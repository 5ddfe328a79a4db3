"""The queue of tags on which NLM's labels and our reading of the words differ."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from evidence import curation, curation_tags, ingest, retag, tagging
from evidence.errors import Conflict, NotFound, UsageProblem
from evidence.ingest.studies import Saver
from evidence.records import NamedConcept
from evidence.store import Store, contradictions, create, open_store, queries
from evidence.store.contradictions import Contradiction
from evidence.store.disagreements import Cursor, queue
from evidence.store.keys import Keys
from tests.made import clock, examples, fresh_store, record, vocabulary
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
def test_a_cursor_is_read_or_refused(words: str) -> None:
    try:
        found = Cursor.parse(words)
    except UsageProblem:
        return
    assert Cursor.parse(str(found)) == found


def test_a_new_store_or_process_reads_the_same_queue(store: Store, store_url: str) -> None:
    with open_store(store_url, clock) as other:
        assert waiting(other) == waiting(store)
        curation_tags.decide_tag(store, vocabulary(), "1", "design", "rct", "no", actor="ann")
        assert waiting(other) == waiting(store), "another process's decision shows at once"


def test_of_an_excluded_study_nobody_is_asked(store: Store) -> None:
    before = waiting(store)
    key = queries.find_key(store, vocabulary(), "pmid", "6")
    assert key
    with store.write() as writer:
        saver = Saver(writer, vocabulary(), Keys(writer), primary=tagging.primary, actor="ann")
        study = queries.number_of(writer.connection, key)
        assert study is not None
        saver.load([study])
        saver.set_state("inclusion", saver.members(study)[0].id, study, "excluded")
        saver.save()
    assert waiting(store) == [row for row in before if row[0] != "6"]
    assert retag.retag(store, vocabulary()).changed == 0
    assert waiting(store) == [row for row in before if row[0] != "6"]


def test_a_library_of_an_earlier_version_has_its_queue_after_a_retag(store: Store) -> None:
    """Its studies hold no contradictions yet. Nothing about them changes, so nothing is logged."""
    before, told = waiting(store), last_event(store)
    with store.write() as writer:
        writer.connection.execute(text("DELETE FROM facet WHERE value LIKE 'q:%'"))
        writer.connection.execute(text("UPDATE library SET epoch = 'earlier'"))
        writer.dirty = True
    assert waiting(store) == []
    assert retag.retag(store, vocabulary()).studies == 0
    assert waiting(store) == before
    assert last_event(store) == told
    at = queries.state(store).revision
    retag.retag(store, vocabulary())
    assert queries.state(store).revision == at, "the second run writes nothing"


def test_a_far_cursor_is_the_start_or_the_end(store: Store) -> None:
    whole = waiting(store)
    far = 10**150
    assert queue(store, vocabulary(), after=Cursor(0, far, "design", "")).items == queue(store, vocabulary()).items
    assert queue(store, vocabulary(), after=Cursor(far, 1, "design", "rct")).items == ()
    assert queue(store, vocabulary(), after=Cursor(0, far, "design", "")).total == len(whole)


def last_event(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(text("SELECT max(id) FROM event")).scalar() or 0)


PMIDS = st.sampled_from("12345678")
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("decide"), PMIDS, st.sampled_from(("rct", "cohort")), st.sampled_from(("yes", "no", "clear"))
        ),
        st.tuples(st.just("merge"), PMIDS, PMIDS),
        st.tuples(st.just("unmerge"), st.integers(1, 4)),
        st.tuples(st.just("import"), st.permutations(range(8))),
        st.tuples(st.just("retag")),
    ),
    min_size=1,
    max_size=6,
)


def apply(store: Store, step: tuple[Any, ...]) -> None:
    """One thing that happens to a library."""
    match step:
        case ("decide", pmid, slug, verdict):
            curation_tags.decide_tag(store, vocabulary(), pmid, "design", slug, verdict, actor="ann")
        case ("merge", a, b):
            with contextlib.suppress(Conflict):
                curation.merge(store, vocabulary(), a, b, actor="ann")
        case ("unmerge", event):
            with contextlib.suppress(Conflict, NotFound):
                curation.unmerge(store, vocabulary(), event, actor="ann")
        case ("import", order):
            types = tuple(NamedConcept(name=name) for name in ("Letter", RCT))
            ingest.take(
                store,
                vocabulary(),
                [replace(doubtful()[n], publication_types=types) if n % 2 else doubtful()[n] for n in order],
                actor="import",
            )
        case _:
            retag.retag(store, vocabulary())


@pytest.mark.long
@settings(max_examples=examples(25))
@given(STEPS)
def test_the_queue_is_always_what_the_tags_say(steps: list[tuple[Any, ...]]) -> None:
    """What is kept of contradictions against what is worked out from every study's tags, whatever happens."""
    with fresh_store() as store:
        fill(store, vocabulary())
        for step in steps:
            apply(store, step)
            shown = {(item.key, item.kind, item.slug, item.side) for item in queue(store, vocabulary()).items}
            wanted = set()
            for key in {queries.find_key(store, vocabulary(), "pmid", pmid) for pmid in "12345678"}:
                study = queries.study(store, vocabulary(), key or "")
                assert study is not None
                said = map(Contradiction.parse, contradictions.facets(study.tags, vocabulary()))
                wanted |= {(study.row.key, c.kind, c.slug, c.side) for c in said if c}
            assert shown == wanted


@settings(max_examples=examples(10))
@given(st.permutations(range(8)))
def test_the_order_of_records_never_matters(order: list[int]) -> None:
    with fresh_store() as store, fresh_store() as other:
        fill(store, vocabulary())
        ingest.take(other, vocabulary(), [doubtful()[n] for n in order], actor="import")
        assert set(waiting(store)) == set(waiting(other))

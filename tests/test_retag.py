"""Tags made anew from what is stored: exact, idempotent, and never against a curator."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from evidence import curation, curation_tags, retag
from evidence.errors import Conflict, NotFound
from evidence.filters import Filter
from evidence.ingest import take
from evidence.ingest.tagged import signature
from evidence.records import AssertedTag, Keyword, MeshHeading, Record
from evidence.store import Store, create, facets, queries
from evidence.store.engine import unpack
from evidence.vocabulary import Condition, Vocabulary, with_overlay
from tests.made import clock, contents, examples, fresh_store, record, vocabulary

CTS = "carpal-tunnel-syndrome"
COLD = Condition(slug="cold-fingers", name="Cold fingers", synonyms=("finger chill",))


@cache
def grown() -> Vocabulary:
    """The vocabulary with one condition more."""
    return with_overlay(vocabulary(), conditions=[COLD])


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, clock) as made:
        yield made


def library() -> list[Record]:
    return [
        record(
            "1", "Cold fingers after dextrose for carpal tunnel syndrome: a double-blind randomised trial", pmid="1"
        ),
        record("2", "Gliding exercises of the hand", pmid="2", abstract="Finger chill was rare in this cohort study."),
        record("3", "Splints at night", pmid="3", tags=(AssertedTag(kind="condition", slug=CTS),)),
        record("f#1", "Splints at night", source="bibtex", pmid="3", keywords=(Keyword(text="cold fingers"),)),
    ]


def events(store: Store) -> list[tuple[str, Any]]:
    with store.read() as connection:
        rows = connection.execute(text("SELECT kind, detail FROM event WHERE kind LIKE '%tag%' ORDER BY id"))
        return [(row.kind, json.loads(row.detail or "{}")) for row in rows]


def revision(store: Store) -> int:
    return queries.state(store).revision


def key(store: Store, pmid: str) -> str:
    found = queries.find_key(store, vocabulary(), "pmid", pmid)
    assert found is not None
    return found


def tags(store: Store, pmid: str, words: Vocabulary | None = None) -> set[tuple[str, str]]:
    """(slug, origin/status) of the conditions of a study."""
    found = queries.study(store, words or vocabulary(), key(store, pmid))
    assert found is not None
    return {(t.slug, f"{t.origin} {t.status}") for t in found.tags if t.kind == "condition"}


def test_a_new_condition_reaches_what_is_stored_and_the_second_run_writes_nothing(store: Store) -> None:
    take(store, vocabulary(), library(), actor="test")
    words = grown()
    assert retag.is_due(store, words)
    assert not retag.is_due(store, vocabulary())
    done = retag.retag(store, words)
    assert (done.records, done.changed, done.studies) == (4, 3, 3)
    assert queries.listing(store, words, Filter(condition=COLD.slug)).total == 2, "in a title or a keyword: central"
    assert (COLD.slug, "text asserted") in tags(store, "2", words), "in the abstract alone: a mention"
    assert events(store) == [("study-retagged", {"gained": ["condition:cold-fingers"], "lost": []})] * 3
    assert not retag.is_due(store, words)
    before, at = contents(store), revision(store)
    again = retag.retag(store, words)
    assert (again.records, again.changed, again.studies) == (4, 0, 0)
    assert contents(store) == before
    assert revision(store) == at


def test_it_is_as_if_the_library_had_been_tagged_so_from_the_start(store: Store) -> None:
    take(store, vocabulary(), library(), actor="test")
    retag.retag(store, grown())
    with fresh_store() as other:
        take(other, grown(), library(), actor="test")
        same(store, other)
    retag.retag(store, vocabulary())
    with fresh_store() as other:
        take(other, vocabulary(), library(), actor="test")
        same(store, other)


def same(store: Store, other: Store) -> None:
    """Alike but for the log, and for the numbers of tags, which are given as they come."""
    leave = ("event", "tag", "tag_assignment", "facet")
    assert contents(store, leave_out=leave) == contents(other, leave_out=leave)
    assert assigned(store) == assigned(other)
    assert bitmaps(store) == bitmaps(other)


def bitmaps(store: Store) -> dict[str, int]:
    with store.read() as connection:
        return {value: bits for value, bits in facets.load(store, connection).maps.items() if bits}


def assigned(store: Store) -> set[tuple[Any, ...]]:
    """Every reason of every record, by name."""
    with store.read() as connection:
        rows = connection.execute(
            text(
                "SELECT r.source, r.external_id, t.kind, t.slug, a.origin, a.status, a.role, a.central, a.evidence, "
                "a.rule, a.actor, a.place FROM tag_assignment a JOIN tag t ON t.id = a.tag_id "
                "JOIN source_record r ON r.id = a.source_record_id"
            )
        )
        return {(*row[:7], bool(row[7]), *row[8:]) for row in rows}


def test_other_words_of_a_reason_change_no_study_and_log_nothing(store: Store) -> None:
    take(store, vocabulary(), library(), actor="test")
    with store.write() as writer:
        changed = "UPDATE tag_assignment SET evidence = 'once said otherwise' WHERE origin = 'text'"
        writer.connection.execute(text(changed))
        writer.dirty = True
    before, wrong = contents(store, leave_out=("tag_assignment",)), assigned(store)
    done = retag.retag(store, vocabulary())
    assert done.changed > 0
    assert done.studies == 0
    assert contents(store, leave_out=("tag_assignment",)) == before
    assert not any("otherwise" in str(row) for row in assigned(store))
    assert len(assigned(store)) == len(wrong)


def test_one_condition_alone_leaves_the_others_as_they_are(store: Store) -> None:
    take(store, vocabulary(), library(), actor="test")
    with store.write() as writer:
        writer.connection.execute(text("DELETE FROM tag_assignment WHERE origin = 'text'"))
        writer.dirty = True
    words = grown()
    retag.retag(store, words, condition=COLD.slug)
    assert {slug for pmid in "123" for slug, origin in tags(store, pmid, words) if origin.startswith("text")} == {
        COLD.slug
    }
    assert retag.is_due(store, words), "the rest was not looked at"
    with pytest.raises(NotFound, match="condition 'no-such'"):
        retag.retag(store, words, condition="no-such")


def test_design_and_level_follow_the_vocabulary(store: Store) -> None:
    take(store, vocabulary(), library(), actor="test")
    changed = {s: replace(d, level=4 if s == "rct" else d.level) for s, d in vocabulary().designs.items()}
    words = replace(vocabulary(), designs=changed, hash="")
    assert queries.listing(store, words, Filter(designs=("rct",))).rows[0].level == 2
    assert retag.retag(store, words).studies == 1
    assert queries.listing(store, words, Filter(designs=("rct",))).rows[0].level == 4


def test_after_images_tell_the_tags_of_the_time(store: Store) -> None:
    take(store, vocabulary(), library()[:1], actor="test")
    retag.retag(store, grown())
    with store.read() as connection:
        images = connection.execute(text("SELECT image FROM event WHERE study_id = 1 ORDER BY id")).scalars()
        named = [{slug for _, slug, *_ in json.loads(unpack(bytes(image)))["tags"]} for image in images]
    assert [COLD.slug in slugs for slugs in named] == [False, True]


def test_an_interrupted_run_is_taken_up_by_the_next(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    take(store, vocabulary(), library(), actor="test")
    monkeypatch.setattr(retag, "BATCH", 1)
    seen: list[int] = []

    def stop(count: int) -> None:
        seen.append(count)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retag.retag(store, grown(), on_progress=stop)
    assert seen == [1]
    assert queries.listing(store, grown(), Filter(condition=COLD.slug)).total == 1
    assert retag.is_due(store, grown())
    assert retag.retag(store, grown()).studies == 2
    assert not retag.is_due(store, grown())


def test_the_lock_is_free_between_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    take(store, vocabulary(), library(), actor="test")
    monkeypatch.setattr(retag, "BATCH", 1)

    def write(count: int) -> None:
        taken = record(f"9{count}", "Cold fingers in winter", pmid=f"9{count}")
        if count < 3:
            take(store, vocabulary(), [taken], actor="someone else")

    retag.retag(store, grown(), on_progress=write)
    assert all((COLD.slug, "text asserted") in tags(store, pmid, grown()) for pmid in ("91", "92"))


def test_the_first_records_say_which_vocabulary_they_were_tagged_by(store: Store) -> None:
    assert not retag.is_due(store, vocabulary()), "an empty library has nothing to tag"
    take(store, vocabulary(), library()[:1], actor="test", preview=True)
    take(store, grown(), library()[:1], actor="test")
    assert not retag.is_due(store, grown())
    assert retag.is_due(store, vocabulary())
    searches = replace(grown(), searches={}, hash="")
    assert signature(searches) == signature(grown()), "a saved search tags nothing"
    with store.write() as writer:
        writer.connection.execute(text("UPDATE library SET vocabulary_hash = ''"))
    assert retag.is_due(store, grown()), "a library of an earlier version does not say"


# Curators

WORDS = st.sampled_from(("yes", "no", "clear"))
TAGS = (
    *(("condition", CTS), ("condition", "peripheral-neuropathy"), ("design", "rct"), ("intervention", "saline")),
    *(("feature", "double-blind"), ("feature", "crossover")),
)


def said(store: Store) -> set[tuple[Any, ...]]:
    return {row for row in assigned(store) if row[4] == "curator"}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("decide"), st.integers(1, 3), st.sampled_from(TAGS), WORDS),
        st.tuples(st.just("retag"), st.booleans()),
        st.tuples(st.just("import"), st.permutations(range(4)), st.booleans()),
        st.tuples(st.just("merge"), st.integers(1, 3), st.integers(1, 3)),
        st.tuples(st.just("unmerge"), st.integers(1, 4)),
    ),
    min_size=1,
    max_size=7,
)


def apply(store: Store, step: Sequence[Any]) -> None:
    """One thing that happens to a library."""
    match step:
        case ("decide", pmid, (kind, slug), verdict):
            curation_tags.decide_tag(store, vocabulary(), key(store, str(pmid)), kind, slug, verdict, actor="ann")
        case ("retag", more):
            retag.retag(store, grown() if more else vocabulary())
        case ("import", order, changed):
            words = "Another abstract." if changed else ""
            given = [library()[n] for n in order]
            fresh = [replace(r, abstract=record(abstract=words).abstract) if changed else r for r in given]
            take(store, vocabulary(), fresh, actor="test", live=True)
        case ("merge", a, b):
            try:
                curation.merge(store, vocabulary(), key(store, str(a)), key(store, str(b)), actor="ann")
            except Conflict:
                return
        case ("unmerge", event):
            try:
                curation.unmerge(store, vocabulary(), event, actor="ann")
            except (Conflict, NotFound):
                return


@pytest.mark.long
@settings(max_examples=examples(30))
@given(STEPS)
def test_nothing_but_a_curator_changes_a_curators_word_and_shown_is_what_follows(steps: list[Any]) -> None:
    with fresh_store() as store:
        take(store, vocabulary(), library(), actor="test")
        for step in steps:
            before = said(store)
            apply(store, step)
            if step[0] != "decide":
                assert said(store) == before
        retag.retag(store, vocabulary())
        assert retag.retag(store, vocabulary()).changed == 0
        at = revision(store)
        retag.retag(store, vocabulary())
        assert revision(store) == at
        assert all(follows(store, str(n)) for n in (1, 2, 3))


def follows(store: Store, pmid: str) -> bool:
    """Whether the study shows what the latest words of curators on its records say."""
    study = queries.study(store, vocabulary(), key(store, pmid))
    assert study is not None
    shown = {
        *(("condition", slug) for slug in study.row.conditions),
        *(("design", slug) for slug in study.row.designs),
        *(("feature", slug) for slug in study.row.features),
        *(("intervention", slug) for slug, _ in study.row.interventions),
    }
    words = [t for t in study.tags if t.origin == "curator"]
    for tag in words:
        beside = {t.status for t in words if (t.kind, t.slug) == (tag.kind, tag.slug)}
        if len(beside) == 1 and ((tag.kind, tag.slug) in shown) != (tag.status == "asserted"):
            return False
    return True


@pytest.mark.long
@settings(max_examples=examples(20))
@given(st.permutations(range(4)), st.integers(1, 4))
def test_the_order_of_records_never_matters(order: list[int], size: int) -> None:
    def named(store: Store) -> dict[str, Any]:
        retag.retag(store, grown())
        shown = {}
        for pmid in "123":
            study = queries.study(store, grown(), key(store, pmid))
            assert study is not None
            row = study.row
            shown[pmid] = (row.design, row.level, sorted(row.conditions), row.features, set(study.tags))
        return shown

    with fresh_store() as store, fresh_store() as other:
        take(store, vocabulary(), library(), actor="test")
        for start in range(0, 4, size):
            take(other, vocabulary(), [library()[n] for n in order[start : start + size]], actor="test")
        assert named(store) == named(other)


def test_indexing_that_comes_later_is_taken_from_the_stored_record(store: Store) -> None:
    heading = MeshHeading(ui="D002349", name="Carpal Tunnel Syndrome", major=True)
    take(store, vocabulary(), [record("1", "Wrist pain in tailors", pmid="1", mesh=(heading,))], actor="test")
    with store.write() as writer:
        writer.connection.execute(text("DELETE FROM tag_assignment"))
        writer.dirty = True
    assert retag.retag(store, vocabulary()).studies == 1
    assert tags(store, "1") == {(CTS, "mesh asserted")}

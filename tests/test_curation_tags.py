"""A curator's yes and no: kept with the records, beating every machine, logged, undone exactly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from evidence import curation
from evidence.curation_tags import Decided, decide_tag, decision, tag_named, undo_tag
from evidence.errors import Conflict, NotFound, UsageProblem
from evidence.filters import Filter
from evidence.ingest import take
from evidence.records import AssertedTag, MeshHeading, Record
from evidence.store import Store, create, queries
from tests.made import NOW, contents, record, vocabulary
from tests.tag_library import CTS, RCT


class Ticking:
    """A clock that goes on by a minute each time it is read."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, Ticking()) as made:
        taken(made, trial("1"), trial("2", "Hydrodissection of the ulnar nerve: a randomised trial", family="Ng"))
        yield made


def trial(pmid: str, title: str = "Dextrose for carpal tunnel syndrome: a randomised trial", **more: Any) -> Record:
    return record(pmid, title, pmid=pmid, types=[RCT], **more)


def taken(store: Store, *records: Record) -> None:
    take(store, vocabulary(), records, actor="test", live=True)


def said(store: Store, name: str, tag: str, verdict: Any, **more: Any) -> Decided:
    kind, _, slug = tag.partition(":")
    return decide_tag(store, vocabulary(), name, kind, slug, verdict, actor=more.pop("actor", "ann"), **more)


def row(store: Store, pmid: str) -> Any:
    return whole(store, pmid).row


def whole(store: Store, pmid: str) -> Any:
    key = queries.find_key(store, vocabulary(), "pmid", pmid)
    assert key is not None
    return queries.study(store, vocabulary(), key)


def test_no_takes_a_tag_away_and_yes_gives_one_everywhere_it_shows(store: Store) -> None:
    said(store, "1", "design:rct", "no", reason="quasi-randomised by date of birth")
    said(store, "1", "design:nonrandomised-trial", "yes")
    said(store, "1", "condition:plantar-fasciitis", "yes")
    said(store, "1", f"condition:{CTS}", "no")
    shown = row(store, "1")
    assert (shown.design, shown.level) == ("nonrandomised-trial", 3)
    assert shown.conditions == ("plantar-fasciitis",)
    assert [r.pmid for r in queries.listing(store, vocabulary(), Filter(designs=("rct",))).rows] == ["2"]
    assert queries.listing(store, vocabulary(), Filter(condition="plantar-fasciitis")).total == 1
    assert queries.listing(store, vocabulary(), Filter(condition=CTS)).total == 0
    word = next(t for t in whole(store, "1").tags if t.origin == "curator" and t.slug == "rct")
    assert (word.status, word.actor, word.evidence) == ("rejected", "ann", "quasi-randomised by date of birth")
    assert word.at is not None
    assert word.at.tzinfo is not None


def test_it_is_logged_with_who_and_why_and_the_state_after_it(store: Store) -> None:
    done = said(store, "1", "design:rct", "no", reason="by date\x00 of birth ")
    with store.read() as connection:
        event = connection.execute(text(f"SELECT kind, actor, detail FROM event WHERE id = {done.event}")).one()
    assert (event.kind, event.actor) == ("tag-decided", "ann")
    told = json.loads(event.detail)
    assert (told["kind"], told["slug"], told["verdict"]) == ("design", "rct", "no")
    assert told["reason"] == "by date of birth"
    logged = decision(store, vocabulary(), done.event)
    assert logged is not None
    assert (logged.actor, logged.verdict, logged.reason, logged.undoable) == ("ann", "no", "by date of birth", True)
    assert decision(store, vocabulary(), 1) is None, "the first event is of an import"


def test_the_role_of_an_intervention_is_its_usual_one_or_the_one_given(store: Store) -> None:
    said(store, "1", "intervention:saline", "yes")
    said(store, "2", "intervention:saline", "yes", role="active")
    usual = vocabulary().interventions["saline"].role
    assert ("saline", usual) in row(store, "1").interventions
    assert ("saline", "active") in row(store, "2").interventions
    for tag, verdict, role in (
        ("condition:plantar-fasciitis", "yes", "active"),
        ("intervention:saline", "no", "active"),
        ("intervention:saline", "yes", "helper"),
    ):
        with pytest.raises(UsageProblem, match="role"):
            said(store, "1", tag, verdict, role=role)


def test_saying_it_twice_writes_nothing(store: Store) -> None:
    first = said(store, "1", "design:rct", "no", reason="why")
    before, revision = contents(store), queries.state(store).revision
    assert said(store, "1", "design:rct", "no", reason="why", actor="ben").event == 0
    assert said(store, "1", "condition:plantar-fasciitis", "clear").event == 0
    assert (contents(store), queries.state(store).revision) == (before, revision)
    assert said(store, "1", "design:rct", "no", reason="better said").event > first.event


def test_undoing_brings_back_what_was_said_before_word_for_word(store: Store) -> None:
    untouched = contents(store, leave_out=("event",))
    first = said(store, "1", "design:rct", "no", reason="one")
    once = contents(store, leave_out=("event",))
    second = said(store, "1", "design:rct", "yes", reason="two", actor="ben")
    third = said(store, "1", "design:rct", "clear")
    for event in (first.event, second.event):
        with pytest.raises(Conflict, match="decided anew"):
            undo_tag(store, vocabulary(), event, actor="ann")
    undo_tag(store, vocabulary(), third.event, actor="ann")
    assert {(t.status, t.actor) for t in whole(store, "1").tags if t.origin == "curator"} == {("asserted", "ben")}
    with pytest.raises(Conflict):
        undo_tag(store, vocabulary(), third.event, actor="ann")
    undo_tag(store, vocabulary(), second.event, actor="ann")
    assert contents(store, leave_out=("event",)) == once
    undo_tag(store, vocabulary(), first.event, actor="ann")
    again = contents(store, leave_out=("event",))
    for table in ("tag", "facet"):  # a name that was used once, and its empty bitmap, stay
        assert set(again.pop(table)) >= set(untouched.pop(table))
    assert again == untouched
    for nothing in (0, 1, 10**6, 10**12):
        with pytest.raises(NotFound, match=f"tag decision {nothing}"):
            undo_tag(store, vocabulary(), nothing, actor="ann")


def test_a_refresh_that_brings_another_delivery_changes_no_word_and_what_shows_follows(store: Store) -> None:
    said(store, "1", "design:rct", "no")
    said(store, "1", "condition:plantar-fasciitis", "yes")
    heading = MeshHeading(ui="D002349", name="Carpal Tunnel Syndrome", major=True)
    newer = trial("1", mesh=(heading,), revised=(2026, 1, 2), abstract="Allocated at random.")
    taken(store, newer)
    shown = row(store, "1")
    assert "rct" not in shown.designs
    assert set(shown.conditions) == {CTS, "plantar-fasciitis"}
    assert len([t for t in whole(store, "1").tags if t.origin == "curator"]) == 2


def test_a_record_that_joins_later_says_nothing_against_it(store: Store) -> None:
    said(store, "1", "design:rct", "no")
    stated = AssertedTag(kind="design", slug="rct")
    taken(store, replace(trial("1", source="bibtex"), external_id="refs.bib#wu", tags=(stated,)))
    assert len(whole(store, "1").members) == 2
    assert "rct" not in row(store, "1").designs


def test_words_go_with_their_records_through_merge_and_unmerge(store: Store) -> None:
    said(store, "1", "condition:plantar-fasciitis", "yes")
    said(store, "2", "design:rct", "no")
    before = contents(store, leave_out=("event", "merge_event", "match_decision"))
    merge = curation.merge(store, vocabulary(), "1", "2", actor="ann")
    shown = row(store, "1")
    assert "plantar-fasciitis" in shown.conditions
    assert "rct" not in shown.designs
    curation.unmerge(store, vocabulary(), merge, actor="ann")
    assert contents(store, leave_out=("event", "merge_event", "match_decision")) == before
    assert row(store, "1").design == "rct"


def test_of_two_curators_words_the_later_one_holds_and_both_come_back_apart(store: Store) -> None:
    said(store, "1", "design:rct", "no", actor="ann")
    said(store, "2", "design:rct", "yes", actor="ben")
    merge = curation.merge(store, vocabulary(), "1", "2", actor="ann")
    assert row(store, "1").design == "rct"
    curation.unmerge(store, vocabulary(), merge, actor="ann")
    assert "rct" not in row(store, "1").designs
    assert row(store, "2").design == "rct"


def test_a_word_on_a_merged_study_stays_with_each_of_its_records_and_can_be_undone(store: Store) -> None:
    merge = curation.merge(store, vocabulary(), "1", "2", actor="ann")
    done = said(store, "1", "design:rct", "no")
    curation.unmerge(store, vocabulary(), merge, actor="ann")
    assert ["rct" in row(store, pmid).designs for pmid in "12"] == [False, False]
    undo_tag(store, vocabulary(), done.event, actor="ann")
    assert ["rct" in row(store, pmid).designs for pmid in "12"] == [True, True]


@pytest.mark.parametrize(
    ("tag", "verdict", "error"),
    [
        ("condition:nowhere-pain", "yes", NotFound),
        ("condition:nowhere-pain", "clear", NotFound),
        ("design:" + "x" * 300, "yes", NotFound),
        ("mood:bad", "yes", NotFound),
        ("topic:Not a slug", "yes", NotFound),
        ("design:rct", "perhaps", UsageProblem),
    ],
)
def test_what_cannot_be_decided_is_named_and_nothing_written(store: Store, tag: str, verdict: str, error: type) -> None:
    before = contents(store)
    with pytest.raises(error):
        said(store, "1", tag, verdict)
    with pytest.raises(NotFound, match="9999"):
        said(store, "9999", "design:rct", "yes")
    assert contents(store) == before


def test_topics_are_open_and_a_tag_that_left_the_vocabulary_can_still_be_refused(store: Store) -> None:
    assert said(store, "1", "topic:nerve-gliding", "yes").event
    fewer = {slug: c for slug, c in vocabulary().conditions.items() if slug != CTS}
    words = replace(vocabulary(), conditions=fewer, hash="")
    assert decide_tag(store, words, "1", "condition", CTS, "no", actor="ann").event


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("condition:carpal-tunnel-syndrome", ("condition", CTS)),
        (" design : rct ", ("design", "rct")),
        ("Carpal tunnel syndrome", ("condition", CTS)),
        ("CTS", ("condition", CTS)),
        ("randomised controlled trial", ("design", "rct")),
        ("rct", ("design", "rct")),
        ("saline", ("intervention", "saline")),
    ],
)
def test_a_tag_is_named_by_slug_or_name(name: str, tag: tuple[str, str]) -> None:
    assert tag_named(vocabulary(), name) == tag


@pytest.mark.parametrize("name", ["", ":", "gloom", "a:b:c", "design:", "\x00", "🙂" * 500])
def test_what_names_no_tag_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(UsageProblem, match="write it as condition:"):
        tag_named(vocabulary(), name)

"""Whoever has not seen that a study is retracted, withdrawn or doubted has an alert of it: in whatever order sources
speak, repeat one another and fall silent, records are completed, merged and separated. What was seen stays seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from evidence import acknowledging
from evidence.hearing_crossref import Titles, hear
from evidence.ingest import take
from evidence.lifecycle import CARRIED, SEVERITY, STATE
from evidence.settings import Settings
from evidence.store import create, life
from evidence.store.reads import EVENT
from evidence.views import StatementView
from tests.alerts_world import FORMS, NATURES, REPLACED, TYPES, World, doi
from tests.lifecycle_cases import SUBJECTS, article, filed
from tests.made import clock, fresh_store, vocabulary
from tests.test_shelves_web import SAME_SITE
from tests.web_checks import parsed, words
from web.app import create_app

ALARMING = ("concern", "withdrawn", "retracted", "replaced")


@pytest.fixture
def world() -> Iterator[World]:
    with fresh_store() as store:
        made = World(store)
        made.fill(1000, 1001, 1002)
        assert len({made.key(n) for n in (1000, 1001, 1002)}) == 3
        yield made


def voice(said: StatementView) -> str:
    return said.source_name.rpartition("passing on ")[2]


def rank(state: str) -> int:
    return list(SEVERITY).index(state)  # type: ignore[arg-type]


# In any order.

STEPS = st.one_of(
    st.tuples(st.just("list"), st.sampled_from((1, 2, 3)), st.sampled_from(("", *NATURES, REPLACED))),
    st.tuples(st.just("crossref"), st.sampled_from((1, 2, 3, "publisher")), st.sampled_from(("", *NATURES))),
    st.tuples(st.just("pubmed"), st.sampled_from(tuple(FORMS)), st.just("")),
    st.tuples(st.just("see"), st.just(0), st.just("")),
)


@given(st.lists(STEPS, max_size=8))
def test_whoever_has_not_seen_it_has_one_alert_whatever_the_sources_do(steps: list[tuple[str, Any, str]]) -> None:
    with fresh_store() as store:
        world, seen = World(store), "none"
        world.fill(1000)
        for what, which, nature in steps:
            if what == "see":
                seen = max(seen, world.state(), key=rank)
                world.see()
            elif what == "list":
                world.list_says(which, nature)
            elif what == "crossref":
                world.crossref_says(which, nature)
            else:
                world.pubmed_says(which)
            state, found = world.state(), life.alerts(store)
            seen = seen if state in ALARMING else "none"
            if state in ALARMING and rank(state) > rank(seen):
                assert any(STATE.get(a.said.kind) == state for a in found), state  # type: ignore[call-overload]
            once = Counter((a.said.kind, voice(a.said), a.said.notice) for a in found)
            assert all(count == 1 for count in once.values()), once


MOVES = st.one_of(
    st.tuples(st.just("merge"), st.sampled_from(tuple(permutations((1000, 1001, 1002), 2)))),
    st.tuples(st.just("unmerge"), st.integers(0, 9)),
    st.tuples(st.just("list"), st.tuples(st.sampled_from((1000, 1001, 1002)), st.sampled_from(("", *NATURES)))),
    st.tuples(st.just("see"), st.just(0)),
)


@given(st.lists(MOVES, max_size=8))
def test_alerts_survive_merging_and_separating_in_any_order(moves: list[tuple[str, Any]]) -> None:
    pmids = (1000, 1001, 1002)
    with fresh_store() as store:
        world, seen = World(store), dict.fromkeys(pmids, "none")
        world.fill(*pmids)
        for what, which in moves:
            if what == "see":
                shown = {alert.study_key for alert in world.see()}
                seen |= {n: max(seen[n], world.state(n), key=rank) for n in pmids if world.key(n) in shown}
            elif what == "list":
                world.list_says(pmids.index(which[0]) % 2 + 1, which[1], which[0])
            elif what == "merge":
                world.merge(*which)
            else:
                world.unmerge(which)
            found = life.alerts(store)
            assert len({(alert.study_key, alert.event) for alert in found}) == len(found)
            for n in pmids:
                state = world.state(n)
                seen[n] = seen[n] if state in ALARMING else "none"
                known = max((seen[other] for other in pmids if world.key(other) == world.key(n)), key=rank)
                if state in ALARMING and rank(state) > rank(known):
                    told = {STATE.get(a.said.kind) for a in found if a.study_key == world.key(n)}  # type: ignore[call-overload]
                    assert state in told, (n, state)


# A list and what passes it on.


@pytest.mark.parametrize("before", ["Expression of concern", "Correction"])
def test_what_is_passed_on_with_more_gravity_than_the_row_is_told(world: World, before: str) -> None:
    world.list_says(1, before)
    world.see()
    world.crossref_says(1, "Retraction")
    assert world.alerts() == ["Crossref, passing on Retraction Watch: retraction"]
    (said,) = [s for s in world.life().statements if s.kind == "retraction"]
    assert (said.event, said.seen_by) == (life.alerts(world.store)[0].event, "")
    world.list_says(1, "Retraction")
    assert world.alerts() == ["Crossref, passing on Retraction Watch: retraction"], "as grave: no second one"


def test_a_row_that_says_less_from_now_on_leaves_the_alert_to_what_still_says_it(world: World) -> None:
    world.list_says(1, "Expression of concern")
    world.crossref_says(1, "Expression of concern")
    assert world.alerts() == ["Retraction Watch: concern"]
    world.list_says(1, "Correction")
    assert (world.state(), world.alerts()) == ("concern", ["Crossref, passing on Retraction Watch: concern"])
    world.crossref_says(1, "")
    assert (world.state(), world.alerts()) == ("corrected", ["Retraction Watch: correction"])


def test_what_says_less_is_told_when_the_graver_word_falls_silent(world: World) -> None:
    world.list_says(1, "Retraction")
    world.crossref_says(1, "Expression of concern")
    world.see()
    world.list_says(1, "")
    assert (world.state(), world.alerts()) == ("concern", ["Crossref, passing on Retraction Watch: concern"])


def test_what_was_seen_stays_seen_when_only_its_echo_says_it(world: World) -> None:
    world.list_says(1, "Retraction")
    world.crossref_says(1, "Retraction")
    world.see()
    world.list_says(1, "")
    assert (world.state(), world.alerts()) == ("retracted", [])
    assert [s.seen_by for s in world.life().statements] == ["ann"]
    world.list_says(1, "Retraction")
    assert world.alerts() == []
    for silent in (world.list_says, world.crossref_says):
        silent(1, "")
    world.crossref_says(1, "Retraction")
    assert len(world.alerts()) == 1, "nobody said it in between"


# One source completes what it says.


@pytest.mark.parametrize("forms", list(permutations(("mark", "unnumbered", "numbered"))), ids=" ".join)
def test_what_was_seen_does_not_come_back_when_its_source_gives_another_reference(
    world: World, forms: tuple[str, ...]
) -> None:
    world.pubmed_says(forms[0])
    before = life.alerts(world.store)
    world.see()
    for form in forms[1:]:
        world.pubmed_says(form)
        assert (world.state(), world.alerts()) == ("retracted", []), form
        (said,) = world.life().statements
        assert (said.since, said.seen_by) == (before[0].at, "ann")
    world.pubmed_says("none")
    world.pubmed_says(forms[0])
    assert world.alerts() == ["PubMed: retraction"], "it was taken off in between"


def test_an_alert_that_nobody_saw_shows_the_completed_reference_and_the_first_day(world: World) -> None:
    world.pubmed_says("mark")
    (before,) = life.alerts(world.store)
    later = before.at + timedelta(days=20)
    world.store.now = lambda: later
    world.pubmed_says("numbered")
    (now,) = life.alerts(world.store)
    assert ([i.value for i in now.said.notice], now.at) == (["2009"], before.at)
    world.store.now = lambda: before.at + life.NEWS + timedelta(days=1)
    assert life.alerts(world.store) == (), "ninety days from the first"


def test_a_notice_of_another_year_is_another_matter(world: World) -> None:
    world.pubmed_says("unnumbered")
    world.see()
    revised = article(1000, doi=doi(1000), links=[("RetractionIn", "2010", "J Inv. 2029;4:9")], types=TYPES)
    take(world.store, vocabulary(), [revised], actor="test", live=True)
    assert world.alerts() == ["PubMed: retraction"]


# Reinstatements.


def test_a_retraction_that_comes_back_after_a_reinstatement_is_news(world: World) -> None:
    world.list_says(1, "Retraction")
    world.list_says(3, "Reinstatement")
    assert (world.state(), world.alerts()) == ("none", ["Retraction Watch: reinstatement"])
    taken_back = next(s for s in world.life().statements if s.kind == "retraction")
    assert taken_back.since is not None
    assert taken_back.event is None, "there is nothing to be seen"
    world.see()
    world.list_says(2, "Retraction")
    assert world.alerts() == ["Retraction Watch: retraction"]
    (alert,) = life.alerts(world.store)
    assert alert.said.date is not None
    assert alert.said.date.year == 2022
    world.see()
    world.list_says(2, "")
    world.list_says(3, "")
    assert (world.state(), world.alerts()) == ("retracted", ["Retraction Watch: retraction"]), "the first one again"


def test_the_row_that_stands_no_more_covers_no_echo_that_does(world: World) -> None:
    world.list_says(1, "Retraction")
    world.crossref_says("publisher", "Retraction")
    world.see()
    world.list_says(3, "Reinstatement")
    assert world.state() == "none"
    world.see()
    world.list_says(3, "")
    assert sorted(world.alerts()) == ["Crossref: retraction", "Retraction Watch: retraction"]


def test_what_stands_again_behind_a_graver_word_is_told_when_that_one_goes(world: World) -> None:
    world.crossref_says(1, "Retraction")
    world.see()
    for number, nature in ((3, "Reinstatement"), (1, REPLACED), (3, "")):
        world.list_says(number, nature)
    assert (world.state(), world.alerts()) == ("replaced", ["Retraction Watch: replacement"])
    world.see()
    world.list_says(1, "")
    assert (world.state(), world.alerts()) == ("retracted", ["Crossref, passing on Retraction Watch: retraction"])


# One retraction under two names of a work.


def test_a_doi_and_its_alias_are_one_statement_and_one_alert(world: World) -> None:
    alias = "10.5555/alias"
    take(world.store, vocabulary(), [filed(0, SUBJECTS[0], doi=alias, pmid="1000")], actor="test")
    both = (doi(1000), alias)
    world.crossref_says("publisher", "Retraction", both)
    world.crossref_says(1, "Retraction", both)
    assert sorted(s.source_name for s in world.life().statements) == [
        "Crossref", "Crossref, passing on Retraction Watch",
    ]  # fmt: skip
    assert len(world.alerts()) == 2, "two voices"
    world.see()
    silent: dict[str, Any] = {"title": [SUBJECTS[0]], "DOI": doi(1000)}
    for quiet in (alias, doi(1000)):
        world.crossref_says(1, "Retraction", both)
        hear(world.store, vocabulary(), {quiet: silent}, titles=Titles(), actor="crossref")
        assert (world.state(), world.alerts()) == ("retracted", []), quiet


# Records that move.


def test_what_was_told_while_two_were_one_goes_with_the_study_that_it_is_about(world: World) -> None:
    world.merge(1001, 1000)
    world.list_says(1, "Retraction")
    world.list_says(2, "Retraction", 1001)
    assert len(world.alerts()) == 2
    world.unmerge(0)
    assert world.alerts(1000) == world.alerts(1001) == ["Retraction Watch: retraction"]
    (alert,) = [a for a in life.alerts(world.store) if a.study_key == world.key(1000)]
    done = acknowledging.acknowledge(world.store, alert.event, actor="ann")
    assert (done.key, done.now) == (world.key(1000), True)
    assert (world.alerts(1000), len(world.alerts(1001))) == ([], 1)
    world.merge(1001, 1000)
    assert len(world.alerts()) == 1, "the other one was seen"


@pytest.mark.parametrize(("seen", "other"), list(permutations((1000, 1001))))
def test_a_study_that_stands_apart_again_has_the_alert_that_it_had(world: World, seen: int, other: int) -> None:
    notice = article(2009, "Notice", [("RetractionOf", "1000"), ("RetractionOf", "1001")], ("Retraction Notice",))
    take(world.store, vocabulary(), [notice], actor="test", live=True)
    (one,) = [a for a in life.alerts(world.store) if a.study_key == world.key(seen)]
    acknowledging.acknowledge(world.store, one.event, actor="ann")
    world.merge(1001, 1000)
    world.unmerge(0)
    assert (world.alerts(seen), world.alerts(other)) == ([], ["PubMed: retraction"])


def test_what_was_told_anew_while_two_were_one_is_told_of_the_study_that_stands_apart(world: World) -> None:
    world.list_says(1, "Retraction", 1001)
    world.see()
    world.merge(1001, 1000)
    world.list_says(1, "", 1001)
    world.list_says(1, "Retraction", 1001)
    assert world.alerts() == ["Retraction Watch: retraction"], "it was taken off in between"
    world.unmerge(0)
    assert (world.alerts(1000), world.alerts(1001)) == ([], ["Retraction Watch: retraction"])


def test_what_an_earlier_version_logged_before_a_merge_is_an_alert_still(world: World) -> None:
    world.list_says(1, "Retraction", 1002)
    world.merge(1001, 1002)
    world.merge(1000, 1001)
    with world.store.write() as writer:
        writer.connection.execute(delete(EVENT).where(EVENT.c.kind == CARRIED))
    assert world.alerts() == ["Retraction Watch: retraction"]
    world.list_says(2, "Correction", 1001)
    world.crossref_says(1, "Retraction")
    assert sorted(world.alerts()) == ["Retraction Watch: correction", "Retraction Watch: retraction"]


def test_the_study_page_says_seen_of_what_went_with_its_records(world: World, tmp_path: Path) -> None:
    world.merge(1001, 1000)
    world.list_says(1, "Retraction")
    world.unmerge(0)
    settings = Settings(database_url="sqlite://", data_dir=tmp_path, now=world.store.now)
    site = create_app(settings, world.store, vocabulary(), bind="127.0.0.1").test_client()
    address = f"/studies/{world.key(1000)}"
    (form,) = parsed(site.get(address).text).xpath("//form[@action='/alerts']")
    answer = site.post(
        "/alerts", data={i.get("name"): i.get("value") for i in form.xpath(".//input")}, headers=SAME_SITE
    )
    assert answer.headers["Location"].partition("#")[0] == address
    assert "seen by" in words(parsed(site.get(address).text).xpath("//section[@aria-labelledby='status']")[0])
    assert world.alerts(1000) == []


@pytest.mark.parametrize("last", [lambda w: w.see(), lambda w: w.list_says(1, "")], ids=["seen", "unsaid"])
def test_both_engines_bind_statements_to_what_told_of_them(store_url: str, last: Callable[[World], object]) -> None:
    with create(store_url, clock) as store:
        world = World(store)
        world.fill(1000, 1001)
        world.merge(1001, 1000)
        world.list_says(1, "Retraction")
        world.crossref_says(1, "Retraction")
        world.unmerge(0)
        assert world.alerts(1000) == ["Retraction Watch: retraction"]
        last(world)
        assert len(world.alerts(1000)) == (world.listed[1, 1000] == "")

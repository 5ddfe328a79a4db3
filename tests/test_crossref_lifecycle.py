"""What Crossref says became of works: through the re-check into statements, states, alerts and the study page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import asking_crossref, changes, curation_inclusion, retractions
from evidence.ingest import take
from evidence.lifecycle import Listed, retraction_watch
from evidence.lifecycle import crossref as updates
from evidence.pacing import MemoryPacer
from evidence.records import PartialDate
from evidence.settings import Settings
from evidence.sources.crossref import Crossref
from evidence.sources.transport import Transport
from evidence.store import create, inquiries, life, queries, runs
from tests.crossref_bench import NOTICE, OTHER, OTHER_TITLE, START, TITLE, WORK, Bench, crossref_bench
from tests.crossref_server import CrossrefServer, update, work
from tests.lifecycle_cases import article, as_csv, row
from tests.local_server import Seen, Step
from tests.made import vocabulary
from tests.web_checks import parsed, words
from web.app import create_app


@pytest.fixture
def bench() -> Iterator[Bench]:
    with crossref_bench() as made:
        yield made


def test_a_retraction_that_only_crossref_knows_of(bench: Bench) -> None:
    bench.says(updated_by=[update(NOTICE, on=[2023, 4, 22])])
    run = bench.recheck()
    assert run is not None
    assert (run.search, run.state, run.found, run.counts) == ("crossref", "ok", 2, (("said", 1),))
    assert bench.study().row.state == "retracted"
    assert bench.study(OTHER).row.state == "none"
    (said,) = bench.life().statements
    assert (said.kind, said.source_name, said.basis) == ("retraction", "Crossref", "own record")
    assert [i.value for i in said.notice] == [NOTICE]
    assert said.date is not None
    assert (said.date.year, said.date.month, said.date.day) == (2023, 4, 22)
    assert bench.life().disagreements == (
        "Crossref: retracted",
        "PubMed: not retracted (it says nothing of this work)",
    )
    assert [a.said.source_name for a in life.alerts(bench.store)] == ["Crossref"]
    assert bench.server.asked() == [f"{OTHER} {WORK}"]


def test_a_second_look_changes_nothing(bench: Bench) -> None:
    bench.says(updated_by=[update(NOTICE)])
    bench.recheck()
    before = bench.revision()
    assert bench.recheck(days=29) is None, "asked within 30 days"
    run = bench.recheck(days=2)
    assert run is not None
    assert run.counts == ()
    assert bench.revision() == before
    assert len(bench.server.seen) == 2


def test_what_it_says_no_more_is_withdrawn(bench: Bench) -> None:
    bench.says(updated_by=[update(NOTICE)])
    bench.recheck()
    bench.says()
    run = bench.recheck(days=31)
    assert run is not None
    assert run.counts == (("withdrawn", 1),)
    assert bench.study().row.state == "none"
    assert life.alerts(bench.store) == ()


def test_both_sides_are_one_statement_and_either_is_enough(bench: Bench) -> None:
    entry = update(NOTICE)
    bench.says(updated_by=[entry])
    bench.server.works[NOTICE] = work(NOTICE, f"Retraction: {TITLE}", update_to=[update(WORK)])
    take(bench.store, vocabulary(), [article(103, f"Retraction: {TITLE}", doi=NOTICE)], actor="test")
    bench.recheck()
    assert len(bench.life().statements) == 1
    assert len(life.alerts(bench.store)) == 1
    assert bench.study(NOTICE).row.state == "none"
    bench.says()  # the work's record forgets it: the notice's does not
    bench.recheck(days=31)
    (said,) = bench.life().statements
    assert said.basis == "notice"
    assert bench.study().row.state == "retracted"
    assert len(life.alerts(bench.store)) == 1, "the same statement, and no news"
    bench.server.works[NOTICE] = work(NOTICE)
    bench.recheck(days=31)
    assert bench.study().row.state == "none"


def test_a_study_that_comes_after_its_notice_was_read_is_marked_at_once(bench: Bench) -> None:
    bench.server.works[OTHER] = work(OTHER, OTHER_TITLE, update_to=[update("10.5555/later")])
    bench.server.works["10.5555/later"] = work("10.5555/later", "Sural dextrose in sheep")
    bench.recheck()
    take(bench.store, vocabulary(), [article(104, "Sural dextrose in sheep", doi="10.5555/later")], actor="test")
    assert bench.study("10.5555/later").row.state == "retracted"


@pytest.mark.parametrize(
    ("type_", "state"),
    [
        ("retraction", "retracted"),
        ("partial_retraction", "corrected"),
        ("withdrawal", "withdrawn"),
        ("removal", "withdrawn"),
        ("expression_of_concern", "concern"),
        ("Expression-of concern", "concern"),
        *((t, "corrected") for t in ("correction", "corrigendum", "erratum", "addendum", "clarification")),
        ("new_version", "none"),
        ("new_edition", "none"),
        ("novelty", "none"),
    ],
)
def test_types_and_their_states(bench: Bench, type_: str, state: str) -> None:
    bench.says(updated_by=[update(NOTICE, type_)])
    run = bench.recheck()
    assert bench.study().row.state == state
    assert run is not None
    assert run.log == ((f"DOI {WORK}: an update of the type 'novelty' is not known",) if type_ == "novelty" else ())


def test_a_reinstatement_takes_the_retraction_back(bench: Bench) -> None:
    bench.says(updated_by=[update(NOTICE), update("10.5555/back", "reinstatement", [2024, 1, 2])])
    bench.recheck()
    assert bench.study().row.state == "none"
    assert [s.standing for s in bench.life().statements] == [True, False]


def test_a_change_in_place_is_one_of_the_work_and_a_new_version_of_itself_is_none(bench: Bench) -> None:
    bench.says(
        updated_by=[update(WORK, "correction"), update(WORK, "new_version")], update_to=[update(WORK, "correction")]
    )
    bench.recheck()
    assert [s.kind for s in bench.life().statements] == ["correction"]
    assert bench.study().row.state == "corrected"


def test_a_doi_that_many_abstracts_share_retracts_none_of_another_title(bench: Bench) -> None:
    bench.server.works[OTHER] = work(OTHER, "Abstracts of the invented congress", updated_by=[update(NOTICE)])
    bench.recheck()
    assert bench.study(OTHER).row.state == "none"


SHARED, CONGRESS = "10.5555/supplement", "Abstracts of the invented congress"


@pytest.mark.parametrize("order", ["notice first", "studies first"])
@pytest.mark.parametrize("target", [CONGRESS, TITLE, "", None], ids=["congress", "title", "untitled", "unknown"])
def test_a_notice_of_a_doi_that_abstracts_share_retracts_only_the_one_of_its_title(
    bench: Bench, order: str, target: str | None
) -> None:
    bench.server.works[OTHER] = work(OTHER, "Retraction: an abstract", update_to=[update(SHARED)])
    if target is not None:
        bench.server.works[SHARED] = work(SHARED, target)
    abstracts = [article(201, TITLE, doi=SHARED), article(202, OTHER_TITLE, doi=SHARED)]
    for one in abstracts if order == "studies first" else ():
        take(bench.store, vocabulary(), [one], actor="test")
    bench.recheck()
    for one in abstracts if order == "notice first" else ():
        take(bench.store, vocabulary(), [one], actor="test")
    keys = [queries.find_key(bench.store, vocabulary(), "pmid", pmid) or "" for pmid in ("201", "202")]
    studies = [queries.study(bench.store, vocabulary(), key) for key in keys]
    states = [one.row.state for one in studies if one is not None]
    assert states == ["retracted" if target == TITLE else "none", "none"]


def test_a_notice_whose_works_cannot_be_asked_for_is_heard_the_next_time(bench: Bench) -> None:
    bench.server.works[OTHER] = work(OTHER, OTHER_TITLE, update_to=[update("10.5555/later")])
    bench.server.works["10.5555/later"] = work("10.5555/later", "Sural dextrose in sheep")
    bench.server.script("ok", 503, 503)
    run = bench.recheck()
    assert run is not None
    assert (run.state, dict(run.counts)) == ("failed", {"failed": 1})
    again = bench.recheck(days=1)
    assert again is not None
    assert (again.state, again.found, dict(again.counts)) == ("ok", 1, {"said": 1})
    take(bench.store, vocabulary(), [article(104, "Sural dextrose in sheep", doi="10.5555/later")], actor="test")
    assert bench.study("10.5555/later").row.state == "retracted"


def test_an_alias_says_what_its_prime_says(bench: Bench) -> None:
    prime = "10.5555/prime"
    del bench.server.works[WORK]
    in_place = [update(prime, "correction"), update(prime, "new_version")]
    bench.server.works[prime] = work(prime, TITLE, updated_by=[update(NOTICE), *in_place])
    bench.server.alias(WORK, prime)
    for days in (0, 31):
        run = bench.recheck(days=days)
        assert run is not None
        assert (run.state, dict(run.counts)) == ("ok", {"said": 2} if not days else {})
    assert sorted(s.kind for s in bench.life().statements) == ["correction", "retraction"]
    with bench.store.read() as connection:
        assert inquiries.asked(connection, "crossref", [WORK])[WORK].outcome == "known"


@pytest.mark.parametrize("turn", [1, -1])
def test_the_order_of_entries_does_not_matter(bench: Bench, turn: int) -> None:
    twice = [update(NOTICE, on=[2016, 5, 3]), update(NOTICE, on=[2019, 5, 3]), update(NOTICE, on=[2019, 5])]
    bench.says(updated_by=[*twice[::turn], update("10.5555/back", "reinstatement", on=[2018, 1, 1])])
    bench.recheck()
    assert bench.study().row.state == "retracted"
    assert [str(s.date) for s in bench.life().statements if s.kind == "retraction"] == [
        str(PartialDate(year=2019, month=5, day=3))
    ]


# Retraction Watch by way of Crossref.


def echoed(**more: Any) -> dict[str, Any]:
    return update(NOTICE, on=[2016, 5, 3], source="retraction-watch", **more)


def read_list(bench: Bench, *rows: dict[str, str]) -> None:
    found = retraction_watch.read(io.BytesIO(as_csv(rows)), "rw.csv")
    retractions.take(bench.store, vocabulary(), "retraction-watch", "rw.csv", found, actor="test")


def test_what_crossref_passes_on_is_said_to_be_retraction_watchs(bench: Bench) -> None:
    bench.says(updated_by=[echoed(record_id="4036")])
    bench.recheck()
    (said,) = bench.life().statements
    assert said.source_name == "Crossref, passing on Retraction Watch"
    assert bench.life().disagreements == (
        "PubMed: not retracted (it says nothing of this work)",
        "Retraction Watch (by way of Crossref): retracted",
    )
    (alert,) = life.alerts(bench.store)
    assert alert.said.source_name == "Crossref, passing on Retraction Watch"


@pytest.mark.parametrize("record_id", ["4036", 4036])
def test_the_list_and_its_echo_are_one_voice(bench: Bench, record_id: str | int) -> None:
    read_list(bench, row(4036, pmid=101, doi=WORK))
    assert len(life.alerts(bench.store)) == 1
    bench.says(updated_by=[echoed(record_id=record_id)])
    bench.recheck()
    assert sorted(s.source_name for s in bench.life().statements) == [
        "Crossref, passing on Retraction Watch",
        "Retraction Watch",
    ]
    assert bench.life().disagreements == (
        "PubMed: not retracted (it says nothing of this work)",
        "Retraction Watch: retracted",
    )
    assert len(life.alerts(bench.store)) == 1, "no second alert of the same row"


def test_a_list_that_lags_behind_its_echo_does_not_differ_from_it(bench: Bench) -> None:
    read_list(bench, row(1, pmid=102, doi=OTHER))
    bench.says(updated_by=[echoed(record_id="4036")])
    bench.recheck()
    assert not any("Retraction Watch: not" in sentence for sentence in bench.life().disagreements)
    assert "Retraction Watch: retracted" in bench.life().disagreements


# When it is asked.


def test_a_doi_that_crossref_does_not_know_is_noted_as_asked(bench: Bench) -> None:
    del bench.server.works[OTHER]
    run = bench.recheck()
    assert run is not None
    assert (run.state, run.counts) == ("ok", (("not-in-crossref", 1),))
    assert bench.recheck(days=1) is None
    with bench.store.read() as connection:
        noted = inquiries.asked(connection, "crossref", [WORK, OTHER])
    assert {doi: one.outcome for doi, one in noted.items()} == {WORK: "known", OTHER: "unknown"}
    (check,) = [c for c in bench.life(OTHER).checks if c.source_name == "Crossref"]
    assert (check.at, check.file) == (START, "it does not know the DOI")
    bench.recheck(days=31)
    assert bench.server.asked() == [f"{OTHER} {WORK}", OTHER, f"{OTHER} {WORK}"], "alone only the first time"


def test_an_unknown_doi_withdraws_nothing(bench: Bench) -> None:
    bench.says(updated_by=[update(NOTICE)])
    bench.recheck()
    del bench.server.works[WORK]
    bench.recheck(days=31)
    assert bench.study().row.state == "retracted"


def test_a_crossref_that_answers_404_to_everything_is_not_believed(bench: Bench) -> None:
    dois = bench.with_more(60)
    bench.recheck()
    bench.server.script(forever=404)
    run = bench.recheck(days=31)
    assert run is not None
    assert (run.state, dict(run.counts)) == ("failed", {"failed": 62})
    assert set(bench.outcomes(dois).values()) == {"known"}
    bench.server.script()
    again = bench.recheck(days=1)
    assert again is not None
    assert (again.state, again.found) == ("ok", 62)


@pytest.mark.parametrize(("left", "state"), [(5, "failed"), (6, "ok")])
def test_a_crossref_that_forgets_most_of_what_it_knew_is_not_believed(bench: Bench, left: int, state: str) -> None:
    dois = [*bench.with_more(9), OTHER, WORK]
    bench.recheck()
    bench.says(updated_by=[update(NOTICE)])
    for doi in dois[: 11 - left]:
        del bench.server.works[doi]
    run = bench.recheck(days=31)
    assert run is not None
    assert run.state == state
    assert bench.study().row.state == "retracted", "what it does say is heard"
    forgotten = {doi for doi, outcome in bench.outcomes(dois).items() if outcome == "unknown"}
    assert forgotten == (set() if state == "failed" else set(dois[:5]))
    if state == "failed":
        assert "knows 6 of 11 DOIs no more that it knew; not believed" in run.error


def test_a_doi_that_always_fails_does_not_starve_the_others(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking_crossref, "BUDGET", 4)
    monkeypatch.setattr("evidence.sources.crossref.LIST", 1)
    dois = [*bench.with_more(6), OTHER, WORK]
    note = bench.server.note
    bad = tuple(doi.replace("/", "%2F") for doi in dois[:3])
    monkeypatch.setattr(
        bench.server, "note", lambda seen: Step("500") if any(b in seen.path for b in bad) else note(seen)
    )
    for day in range(3):
        run = bench.recheck(days=bool(day))
        assert run is not None
        assert run.state == ("ok" if day == 1 else "failed")
    assert bench.outcomes(dois) == dict.fromkeys(dois[3:], "known")


def test_refused_dois_do_not_count_as_away(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.sources.crossref.LIST", 1)
    dois = [*bench.with_more(4), OTHER, WORK]
    bench.server.script(403, 403, 403, 403)
    run = bench.recheck()
    assert run is not None
    assert (run.state, dict(run.counts)) == ("failed", {"failed": 4})
    assert bench.outcomes(dois) == dict.fromkeys(dois[4:], "known")
    more = bench.with_more(40)
    bench.server.seen.clear()
    bench.server.script(forever=403)
    run = bench.recheck(days=1)
    assert run is not None
    assert "stopped after 10 refused requests" in run.error
    assert len(bench.server.seen) == 10
    assert len(bench.outcomes(more)) == 0


def test_a_round_takes_thirty_days_however_large_the_library(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking_crossref, "BUDGET", 2)
    bench.with_more(89)
    found = [run.found for day in range(31) if (run := bench.recheck(days=min(day, 1))) is not None]
    assert found[:2] == [4, 4], "a thirtieth of 91"
    assert sum(found[:30]) == 91


def test_the_run_ends_when_its_time_is_used_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.sources.crossref.LIST", 1)
    dois = [*bench.with_more(4), OTHER, WORK]
    moments = [0.0]
    bench.crossref.transport.clock = lambda: moments[0]
    note = bench.server.note

    def slow(seen: Seen) -> Step:
        moments[0] += 100.0
        return note(seen)

    monkeypatch.setattr(bench.server, "note", slow)
    run = bench.recheck()
    assert run is not None
    assert (run.state, run.found, run.log) == ("ok", 6, ("stopped after 300 s; 3 DOIs are left to the next run",))
    assert list(bench.outcomes(dois)) == dois[:3]
    run = bench.recheck()
    assert run is not None
    assert (run.state, run.found) == ("ok", 3)


def test_another_process_at_it_is_left_alone_and_a_killed_one_is_told(bench: Bench) -> None:
    killed = runs.start(bench.store, "crossref", "", bench.store.now())
    with runs.lock(bench.store, "crossref"):
        assert bench.recheck() is None
    assert bench.recheck() is not None
    states = {one.id: one.state for one in queries.runs(bench.store, vocabulary(), 10)}
    assert states.pop(killed) == "interrupted"
    assert list(states.values()) == ["ok"]


def test_the_oldest_word_first_and_no_more_than_the_budget(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking_crossref, "BUDGET", 1)
    for _ in range(3):
        bench.recheck(days=1)
    assert bench.server.asked() == [OTHER, WORK]
    for _ in range(2):
        bench.recheck(days=31)
    assert bench.server.asked() == [OTHER, WORK, OTHER, WORK]


def test_a_clock_that_was_ahead_puts_nothing_off(bench: Bench) -> None:
    bench.recheck(days=300)
    assert bench.recheck(days=-300) is not None
    assert bench.recheck() is None


def test_excluded_studies_are_asked_about_too(bench: Bench) -> None:
    curation_inclusion.decide(bench.store, vocabulary(), [WORK], "excluded", actor="curator")
    bench.says(updated_by=[update(NOTICE)])
    bench.recheck()
    assert bench.server.asked() == [f"{OTHER} {WORK}"]
    assert (bench.study().row.state, bench.study().inclusion) == ("retracted", "excluded")
    assert life.alerts(bench.store) == (), "of what does not belong here nobody is alarmed"
    curation_inclusion.decide(bench.store, vocabulary(), [WORK], "included", actor="curator")
    assert len(life.alerts(bench.store)) == 1


def test_where_crossref_is_off_nothing_is_asked(bench: Bench) -> None:
    off = Settings(database_url="sqlite://", data_dir=Path("unused"))
    assert asking_crossref.recheck(bench.store, vocabulary(), off) == ()
    assert queries.runs(bench.store, vocabulary(), 10) == ()
    assert bench.server.seen == []


def test_failures_are_its_own_and_three_end_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.sources.crossref.LIST", 1)
    more = [article(200 + n, f"{n} invented nerves", doi=f"10.5555/more{n}") for n in range(6)]
    take(bench.store, vocabulary(), more, actor="test")
    bench.server.script(forever=503)
    run = bench.recheck()
    assert run is not None
    assert run.state == "failed"
    assert dict(run.counts) == {"failed": 3}
    assert "stopped after 3 failed requests" in run.error
    assert "503" in run.error
    assert len(bench.server.seen) == 6, "three requests, each tried twice"
    bench.server.script()
    again = bench.recheck()
    assert again is not None, "what failed is asked again at the next run"
    assert (again.state, again.found) == ("ok", 8)


def test_one_failure_in_between_stops_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.sources.crossref.LIST", 1)
    bench.says(updated_by=[update(NOTICE)])
    bench.server.script(503, 503)
    run = bench.recheck()
    assert run is not None
    assert (run.state, dict(run.counts)) == ("failed", {"failed": 1, "said": 1})
    assert bench.study().row.state == "retracted"


def test_a_store_that_fails_ends_the_run_and_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("disk gone")

    monkeypatch.setattr(asking_crossref, "hear", fail)
    with pytest.raises(OSError, match="disk gone"):
        bench.recheck()
    (run,) = queries.runs(bench.store, vocabulary(), 10)
    assert (run.search, run.state, run.error) == ("crossref", "interrupted", "disk gone")


def test_both_engines_ask_and_answer_alike(store_url: str) -> None:
    said = work(WORK, TITLE, updated_by=[update(NOTICE)])
    with CrossrefServer(said) as server, create(store_url, lambda: START) as store:
        take(store, vocabulary(), [article(101, TITLE, doi=WORK), article(102, OTHER_TITLE, doi=OTHER)], actor="test")
        settings = Settings(database_url=store_url, data_dir=Path("unused"), crossref_url=server.url)
        transport = Transport(settings, MemoryPacer(), base=server.url)
        (run,) = asking_crossref.recheck(store, vocabulary(), settings, crossref=Crossref(transport))
        assert dict(run.counts) == {"said": 1, "not-in-crossref": 1}
        store.now = lambda: START + timedelta(days=40)
        ahead = START + timedelta(days=10)
        assert inquiries.due(store, "crossref", ahead, 9) == [OTHER, WORK]
        assert inquiries.due(store, "crossref", ahead, 1) == [OTHER]
        assert inquiries.due(store, "crossref", START, 9) == []
        with store.write() as writer:
            inquiries.note_tried(writer, "crossref", [OTHER])
        assert inquiries.due(store, "crossref", ahead, 9) == [WORK, OTHER], "those tried last come last"
        assert inquiries.how_many(store) == 2
        with store.read() as connection:
            assert inquiries.asked(connection, "crossref", [OTHER])[OTHER].at == START, "a failure is no word"
        assert inquiries.due(store, "pubmed", ahead, 9) == [OTHER, WORK]
        assert inquiries.due(store, "pubmed", ahead, 9, without_pmid=True) == []
        transport.close()


# Through the pages.


def test_the_study_page_says_when_crossref_was_asked(bench: Bench, tmp_path: Path) -> None:
    bench.says(updated_by=[update(NOTICE), echoed(record_id="1", label="<script>")])
    bench.recheck()
    settings = Settings(database_url="sqlite://", data_dir=tmp_path, now=bench.store.now)
    site = create_app(settings, bench.store, vocabulary(), bind="127.0.0.1").test_client()
    answer = site.get("/pmid/101", follow_redirects=True)
    (section,) = parsed(answer.text).xpath("//section[@aria-labelledby='status']")
    said = words(section)
    assert "Crossref, 22 April 2023, from its record of this work" in said
    assert "Crossref, passing on Retraction Watch, 3 May 2016" in said
    assert "Crossref 1 March 2026, 12:00 UTC" in said
    assert "crossref" in words(parsed(site.get("/runs").text).xpath("//main")[0])
    clean = words(parsed(site.get("/pmid/102", follow_redirects=True).text).xpath("//main")[0])
    assert (
        "No retraction, correction or concern is known. Last checked: PubMed 1 March 2026, 12:00 UTC; Crossref 1"
        in clean
    )


def test_the_history_names_crossref_and_whose_word_it_passes_on(bench: Bench) -> None:
    state = changes.State(bench.study().row, "included")

    def why(kind: str, detail: dict[str, Any]) -> list[str]:
        moment = changes.Moment(7, START, kind, asking_crossref.ACTOR, detail, 3)
        return changes.because(changes.Step(1, (moment,), state, state, once=False), vocabulary())

    said = {"source": "crossref", "origin": "retraction-watch", "kind": "retraction", "notice": [f"doi:{NOTICE}"]}
    assert why("status-said", said) == [
        f"Crossref, passing on Retraction Watch, names a retraction (notice DOI {NOTICE})"
    ]
    assert why("study-revised", {}) == ["As Crossref now gives it"]


def test_how_it_went_says_nothing_of_the_last_refresh_of_pubmed(bench: Bench) -> None:
    bench.server.script(forever=503)
    bench.recheck()
    state = queries.state(bench.store)
    assert (state.last_refresh, state.last_success) == (None, None)


# What a message may hold.

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
entries = st.fixed_dictionaries(
    {},
    optional={
        "DOI": st.sampled_from([WORK, NOTICE, "10.5555/ü|x", "nothing"]) | values,
        "type": st.sampled_from([*updates.KINDS, "novelty"]) | values,
        "source": st.sampled_from(["publisher", "retraction-watch"]) | values,
        "record-id": values,
        "updated": st.fixed_dictionaries({"date-parts": st.lists(st.lists(values, max_size=4), max_size=2)}) | values,
    },
)


@given(st.lists(entries, max_size=4) | values, st.lists(entries, max_size=4) | values, values)
def test_no_message_raises_and_no_name_comes_twice(by: object, to: object, title: object) -> None:
    rows, unknown = updates.read({"updated-by": by, "update-to": to, "title": title}, WORK)
    assert all(isinstance(one, Listed) and one.speaker == WORK for one in rows)
    assert len({one.ref for one in rows}) == len(rows)
    assert len(set(unknown)) == len(unknown)

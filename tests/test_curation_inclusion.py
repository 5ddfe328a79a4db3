"""A curator's word on who belongs here: it beats every search, goes where its record goes, and is undone exactly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evidence import changes, curation, retag
from evidence.changes import Moment, State, Step
from evidence.cli.output import simple
from evidence.curation_inclusion import Decided, decide, decision, undo
from evidence.errors import Conflict, NotFound, UsageProblem
from evidence.filters import Filter
from evidence.ingest import Report, rejections, take
from evidence.records import Record, Rejected
from evidence.store import Store, candidates, create, history, inclusions, queries
from evidence.store.engine import table_of
from evidence.store.schema import Event
from tests.made import NOW, contents, examples, fresh_store, record, vocabulary
from tests.tag_library import CTS

LOGS = ("event", "merge_event", "match_decision")


class Ticking:
    """A clock that goes on by a minute each time it is read."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_store() as made:
        yield filled(made)


@pytest.fixture
def either(store_url: str) -> Iterator[Store]:
    """On each engine, and in a time that goes on."""
    with create(store_url, Ticking()) as made:
        yield filled(made)


def filled(made: Store) -> Store:
    taken(made, trial("1"), trial("2", "Hydrodissection of the ulnar nerve: a randomised trial", family="Ng"))
    return made


def trial(pmid: str, title: str = "Dextrose for carpal tunnel syndrome: a randomised trial", **more: Any) -> Record:
    return record(pmid, title, pmid=pmid, **more)


def reference(name: str, pmid: str, title: str = "Dextrose for carpal tunnel syndrome: a randomised trial") -> Record:
    """The same trial as a file has it."""
    return record(name, title, source="bibtex", pmid=pmid)


def taken(store: Store, *records: Record, include: bool = True) -> Report:
    return take(store, vocabulary(), records, actor="refresh", include=include, live=True)


def say(store: Store, verdict: Any, *names: str, actor: str = "ann", reason: str = "") -> tuple[Decided, ...]:
    return decide(store, vocabulary(), names, verdict, actor=actor, reason=reason)


def exclude(store: Store, name: str, reason: str = "", actor: str = "ann") -> Decided:
    (done,) = say(store, "excluded", name, reason=reason, actor=actor)
    return done


def include(store: Store, name: str, reason: str = "", actor: str = "ann") -> Decided:
    (done,) = say(store, "included", name, reason=reason, actor=actor)
    return done


def state(store: Store, name: str) -> str:
    """The inclusion of the study with this PMID or key."""
    key = queries.find_key(store, vocabulary(), "pmid", name) or name
    found = queries.study(store, vocabulary(), key)
    assert found is not None, name
    return found.inclusion


def listed(store: Store) -> list[str | None]:
    return sorted((r.pmid for r in queries.listing(store, vocabulary(), Filter()).rows), key=str)


def key(store: Store, pmid: str) -> str:
    found = queries.find_key(store, vocabulary(), "pmid", pmid)
    assert found is not None
    return found


def last_event(store: Store) -> Any:
    with store.read() as connection:
        table = table_of(Event)
        return connection.execute(table.select().order_by(table.c.id.desc()).limit(1)).one()


@pytest.mark.parametrize("odd", ["\u202e", "\u2066", "\u200f", "\x9b"])
def test_what_would_turn_or_hide_words_of_a_reason_is_written_out(store: Store, odd: str) -> None:
    exclude(store, "1", reason=f"not{odd} around a nerve")
    assert json.loads(last_event(store).detail)["reason"] == f"not[U+{ord(odd):04X}] around a nerve"


def test_what_is_excluded_leaves_every_list_and_says_who_when_and_why(store: Store) -> None:
    done = exclude(store, "1", reason="not around a nerve\x00 ")
    assert (done.key, done.pmid, done.verdict) == (key(store, "1"), "1", "excluded")
    assert listed(store) == ["2"]
    assert queries.listing(store, vocabulary(), Filter(condition=CTS)).total == 0
    found = queries.study(store, vocabulary(), key(store, "1"))
    assert found is not None, "its page and its key stay"
    assert found.word is not None
    assert (found.inclusion, found.word.actor, found.word.reason) == ("excluded", "ann", "not around a nerve")
    event = last_event(store)
    assert (event.id, event.kind, event.actor) == (done.event, "excluded", "ann")
    assert json.loads(event.detail) == {"reason": "not around a nerve", "was": [["pubmed", "1", None]]}


def test_the_history_says_excluded_because(store: Store) -> None:
    exclude(store, "1", reason="not around a nerve")
    include(store, "1", reason="it is", actor="bob")
    steps, _ = history.of_condition(store, CTS, before=0, size=10)
    told = []
    for step in steps:
        entry = changes.entry(step, CTS)
        assert entry is not None
        told.append((changes.sentence(entry, vocabulary())[0], changes.because(step, vocabulary())))
    assert told[1] == ("Excluded", ["By ann, because not around a nerve"])
    assert told[0][0].startswith("Included again")
    assert told[0][1] == ["By bob, because it is"]


def test_no_search_no_file_and_no_retag_brings_it_back(either: Store) -> None:
    store = either
    exclude(store, "1")
    taken(store, trial("1"))
    taken(store, trial("1", "Dextrose for carpal tunnel syndrome: a randomised trial, revised", revised=(2026, 2, 1)))
    taken(store, reference("refs.bib#x", "1"))
    retag.retag(store, vocabulary())
    assert (state(store, "1"), listed(store)) == ("excluded", ["2"])


def test_a_candidate_is_excluded_or_included_for_ever(store: Store) -> None:
    for pmid, name in (("3", "median"), ("4", "radial"), ("5", "sural")):
        taken(store, trial(pmid, f"Saline around the {name} nerve in walkers", family=name.title()), include=False)
    assert [i.row.pmid for i in candidates.candidates(store).items] == ["5", "4", "3"]
    exclude(store, "3")
    include(store, "4")
    page = candidates.candidates(store)
    assert ([i.row.pmid for i in page.items], page.total, page.next) == (["5"], 1, None)
    for pmid, name in (("3", "median"), ("4", "radial"), ("5", "sural")):
        taken(store, trial(pmid, f"Saline around the {name} nerve in walkers", family=name.title()), include=True)
    assert (state(store, "3"), state(store, "4"), state(store, "5")) == ("excluded", "included", "included")


def test_saying_it_twice_writes_nothing_and_a_new_reason_does(store: Store) -> None:
    exclude(store, "1", reason="a")
    before = queries.version(store)
    assert exclude(store, "1", reason="a").event == 0
    assert exclude(store, "77").event
    middle = queries.version(store)
    assert before != middle
    assert exclude(store, "77").event == 0
    assert queries.version(store) == middle
    assert exclude(store, "1", reason="b").event


def test_all_or_none(store: Store) -> None:
    before = contents(store)
    with pytest.raises(NotFound, match=r"10\.5555/nothing.*only a PMID"):
        say(store, "excluded", "1", "10.5555/nothing")
    with pytest.raises(NotFound, match="nor is it excluded"):
        say(store, "included", "1", "77")
    with pytest.raises(UsageProblem, match="verdict"):
        say(store, "maybe", "1")
    assert contents(store) == before
    assert [d.pmid for d in say(store, "excluded", "1", key(store, "1"), "2", "77", "pmid:77")] == ["1", "2", "77"]


@pytest.mark.parametrize("later", ["excluded", "included"])
def test_of_two_merged_studies_the_later_word_counts_and_each_has_its_own_again(store: Store, later: str) -> None:
    earlier = "included" if later == "excluded" else "excluded"
    say(store, earlier, "1")
    say(store, later, "2")
    merge = curation.merge(store, vocabulary(), key(store, "1"), key(store, "2"), actor="ann")
    assert state(store, "1") == later
    curation.unmerge(store, vocabulary(), merge, actor="ann")
    assert (state(store, "1"), state(store, "2")) == (earlier, later)


def test_a_persons_exclusion_holds_for_what_is_merged_with_it_and_one_word_includes_all(store: Store) -> None:
    exclude(store, "2")
    merge = curation.merge(store, vocabulary(), key(store, "1"), key(store, "2"), actor="ann")
    assert (state(store, "1"), listed(store)) == ("excluded", [])
    include(store, "1", actor="bob")
    assert state(store, "2") == "included"
    curation.unmerge(store, vocabulary(), merge, actor="ann")
    assert (state(store, "1"), state(store, "2")) == ("included", "included"), "he spoke of both"


def test_a_twin_does_not_bring_it_back_nor_does_separating_it(store: Store) -> None:
    twin = reference("refs.bib#x", "1")
    taken(store, twin)
    exclude(store, "1")
    found = queries.study(store, vocabulary(), key(store, "1"))
    assert found is not None
    curation.unmerge(store, vocabulary(), found.merges[-1].event, actor="bob")
    taken(store, trial("1"), twin)
    assert listed(store) == ["2"]
    assert queries.listing(store, vocabulary(), Filter()).leads_total == 0


def test_a_pmid_that_is_not_here_is_remembered_and_arrives_excluded(store: Store) -> None:
    done = exclude(store, "77", reason="rats")
    assert (done.key, done.pmid) == ("", "77")
    assert set(inclusions.rejected(store, "pubmed", ["1", "77", "78"])) == {"77"}
    report = taken(store, trial("77", "Dextrose in rats with a crushed nerve", family="Rex"))
    assert report.counts()["added"] == 1, "a file is not dropped"
    assert report.notes == ["pubmed 77 stays excluded: ann excluded it on 2026-03-01: rats"]
    assert (state(store, "77"), listed(store)) == ("excluded", ["1", "2"])
    assert inclusions.rejected(store, "pubmed", ["77"]) == {}, "it is here: what PubMed says of it is kept up to date"
    include(store, "77")
    assert listed(store) == ["1", "2", "77"]


def test_a_reference_that_carries_a_rejected_pmid_arrives_excluded_whoever_comes_first(either: Store) -> None:
    store = either
    title = "Dextrose in rats with a crushed nerve"
    done = exclude(store, "77", reason="rats")
    assert len(taken(store, reference("refs.bib#r", "77", title)).notes) == 1
    assert state(store, "77") == "excluded"
    assert set(inclusions.rejected(store, "pubmed", ["77"])) == {"77"}, "no search brings PubMed's own record"
    undo(store, vocabulary(), done.event, actor="ann")
    assert state(store, "77") == "included", "the word that it took over is undone with it"
    assert inclusions.rejected(store, "pubmed", ["77"]) == {}
    exclude(store, "77")
    assert set(inclusions.rejected(store, "pubmed", ["77"])) == {"77"}, "excluded by its study's PMID"
    assert [(i.key != "", i.pmid) for i in candidates.excluded(store).items] == [(True, "77")], "told of once"
    taken(store, trial("77", title))
    assert state(store, "77") == "excluded"


def test_a_reference_that_gets_a_rejected_pmid_later_is_excluded_then(either: Store) -> None:
    store = either
    title = "Dextrose in rats with a crushed nerve"
    done = exclude(store, "77", reason="rats")
    bare = record("refs.bib#r", title, source="bibtex", doi="10.5555/r")
    assert taken(store, bare).notes == []
    named = record("refs.bib#r", title, source="bibtex", doi="10.5555/r", pmid="77")
    report = taken(store, named)
    assert report.notes == ["bibtex refs.bib#r stays excluded: ann excluded it on " + f"{store.now():%Y-%m-%d}: rats"]
    assert state(store, "77") == "excluded"
    assert [i.pmid for i in candidates.excluded(store).items] == ["77"]
    include(store, "77")
    more = record("refs.bib#r", f"{title}, a series", source="bibtex", doi="10.5555/r", pmid="77")
    assert taken(store, more).notes == []
    assert state(store, "77") == "included", "the later word stays, for it carried the PMID before"
    with pytest.raises(Conflict):
        undo(store, vocabulary(), done.event, actor="ann")


def test_a_reference_of_which_a_person_spoke_keeps_that_word_when_it_gets_a_rejected_pmid(store: Store) -> None:
    title = "Dextrose in rats with a crushed nerve"
    exclude(store, "77", reason="rats")
    taken(store, record("refs.bib#r", title, source="bibtex", doi="10.5555/r"), include=False)
    (done,) = say(store, "included", "10.5555/r")
    taken(store, record("refs.bib#r", title, source="bibtex", doi="10.5555/r", pmid="77"))
    assert state(store, done.key) == "included"


def test_what_came_later_has_what_holds_for_its_pmid_when_the_last_word_is_undone(store: Store) -> None:
    first = exclude(store, "77", reason="rats")
    last = exclude(store, "77", reason="rats and mice")
    taken(store, reference("refs.bib#r", "77", "Dextrose in rats with a crushed nerve"))
    undo(store, vocabulary(), last.event, actor="ann")
    assert state(store, "77") == "excluded"
    undo(store, vocabulary(), first.event, actor="ann")
    assert state(store, "77") == "included"


def test_a_pmid_that_is_let_in_again_is_no_more_than_a_candidate_to_a_search_that_proposes(either: Store) -> None:
    store = either
    shut = exclude(store, "77", reason="rats")
    let_in = include(store, "77")
    with store.read() as connection:
        assert inclusions.words(connection, [("pubmed", "77")]) == {}
    said = decision(store, let_in.event)
    assert said is not None
    assert (said.verdict, said.pmid, said.undoable) == ("included", "77", True)
    with pytest.raises(NotFound, match="nor is it excluded"):
        include(store, "77")
    with pytest.raises(Conflict):
        undo(store, vocabulary(), shut.event, actor="ann")
    taken(store, trial("77", "Dextrose in rats with a crushed nerve", family="Rex"), include=False)
    assert state(store, "77") == "candidate"
    assert not undo(store, vocabulary(), let_in.event, actor="ann").undoable
    assert state(store, "77") == "excluded"
    undo(store, vocabulary(), shut.event, actor="ann")
    assert state(store, "77") == "candidate"
    with pytest.raises(Conflict):
        undo(store, vocabulary(), let_in.event, actor="ann")


def test_an_undone_exclusion_does_not_come_back_with_the_undoing_of_a_later_word(store: Store) -> None:
    merge = curation.merge(store, vocabulary(), key(store, "1"), key(store, "2"), actor="ann")
    both = exclude(store, "1", reason="rats")
    curation.unmerge(store, vocabulary(), merge, actor="ann")
    one = include(store, "2", actor="bob")
    undo(store, vocabulary(), both.event, actor="ann")
    undo(store, vocabulary(), one.event, actor="ann")
    assert [state(store, pmid) for pmid in "12"] == ["included", "included"]
    with store.read() as connection:
        assert inclusions.words(connection, [("pubmed", "1"), ("pubmed", "2")]) == {}


def test_adding_a_rejected_pmid_says_who_rejected_it(store: Store) -> None:
    exclude(store, "77", reason="rats")
    let_through = list(rejections.turned_away(store, [trial("77"), trial("1"), Rejected(subject="x", reason="y")]))
    assert [type(item).__name__ for item in let_through] == ["Rejected", "Record", "Rejected"]
    assert isinstance(let_through[0], Rejected)
    assert "ann excluded it on 2026-03-01: rats; `evidence include 77`" in let_through[0].reason


def test_the_list_of_what_is_excluded_is_paged_latest_first(either: Store) -> None:
    store = either
    for name in ("1", "77", "2"):
        exclude(store, name, reason=f"because of {name}")
    page = candidates.excluded(store, limit=2)
    assert [(i.pmid, bool(i.key), i.word.reason) for i in page.items] == [
        ("2", True, "because of 2"),
        ("77", False, "because of 77"),
    ]
    assert page.total == 3
    rest = candidates.excluded(store, limit=2, before=page.next)
    assert ([i.pmid for i in rest.items], rest.next) == (["1"], None)
    include(store, "77")
    include(store, "2")
    assert [i.pmid for i in candidates.excluded(store).items] == ["1"]
    assert simple(candidates.excluded(store))["items"][0]["word"]["actor"] == "ann"


def test_an_undo_that_was_overtaken_and_numbers_that_are_no_decision(store: Store) -> None:
    first = exclude(store, "1")
    include(store, "1")
    with pytest.raises(Conflict, match="since then"):
        undo(store, vocabulary(), first.event, actor="ann")
    for nothing in (1, 0, -3, 10**12):
        with pytest.raises(NotFound):
            undo(store, vocabulary(), nothing, actor="ann")
        assert decision(store, nothing) is None


def test_a_decision_can_be_told_of_afterwards(store: Store) -> None:
    done = exclude(store, "1", reason="rats")
    said = decision(store, done.event)
    assert said is not None
    assert (said.key, said.pmid, said.verdict, said.reason, said.undoable) == (done.key, "1", "excluded", "rats", True)
    assert not undo(store, vocabulary(), done.event, actor="bob").undoable
    assert last_event(store).kind == "inclusion-undone"
    moment = Moment(9, NOW, "inclusion-undone", "bob", {})
    told = changes.because(
        Step(1, (moment,), None, State(queries.listing(store, vocabulary(), Filter()).rows[0], "included")),
        vocabulary(),
    )
    assert told == ["bob took back what was said of whether it belongs here"]
    with pytest.raises(Conflict):
        undo(store, vocabulary(), done.event, actor="ann")


STEP = st.tuples(st.sampled_from(("excluded", "included")), st.integers(1, 5))


@settings(max_examples=examples(12))
@given(st.lists(STEP, max_size=6), STEP)
def test_undoing_a_decision_leaves_no_trace_but_the_log(before: list[tuple[str, int]], last: tuple[str, int]) -> None:
    with fresh_store() as store:
        taken(store, trial("1"), trial("2", "Hydrodissection of the ulnar nerve: a trial", family="Ng"))
        taken(store, trial("3", "Saline around the radial nerve in walkers", family="Oe"), include=False)
        curation.merge(store, vocabulary(), key(store, "1"), key(store, "2"), actor="ann")
        for verdict, pmid in before:
            if verdict == "excluded" or pmid <= 3:
                say(store, verdict, str(pmid), reason=f"{len(before)}")
        was = contents(store, leave_out=LOGS)
        verdict = "excluded" if last[1] > 3 else last[0]
        (done,) = say(store, verdict, str(last[1]), reason="last")
        undo(store, vocabulary(), done.event, actor="bob")
        assert contents(store, leave_out=LOGS) == was


SAY = st.tuples(st.sampled_from(("excluded", "included")), st.sampled_from(("2", "77", "12", "23")))
UNDO = st.integers(0, 3)


@settings(max_examples=examples(18))
@given(st.lists(SAY, min_size=1, max_size=4), st.lists(SAY | UNDO, max_size=4), st.permutations(range(6)))
@example([("excluded", "12"), ("included", "2")], [], [0, 1, 2, 3, 4, 5])
def test_the_word_is_that_of_the_latest_decision_that_is_not_undone(
    before: list[tuple[str, str]], between: list[tuple[str, str] | int], undoing: list[int]
) -> None:
    """One name, a PMID that is not here, or two studies that are one while the decision is made; any of them undone."""
    steps = [*before, *between, *undoing]
    made: list[tuple[int, str, list[str]]] = []  # event, verdict, PMIDs
    undone: set[int] = set()
    with fresh_store() as store:
        taken(store, trial("1"), trial("2", "Hydrodissection of the ulnar nerve: a trial", family="Ng"))
        taken(store, trial("3", "Saline around the radial nerve in walkers", family="Oe"))
        for number, step in enumerate(steps):
            if isinstance(step, int):
                if step < len(made) and taken_back(store, made[step][0]):
                    undone.add(made[step][0])
                continue
            verdict, names = step
            pmids = list(names) if names in ("12", "23") else [names]
            merge = curation.merge(store, vocabulary(), *(key(store, p) for p in pmids), actor="x") if pmids[1:] else 0
            made += [(done.event, verdict, pmids) for done in said(store, verdict, pmids[0], f"{number}")]
            if merge:
                curation.unmerge(store, vocabulary(), merge, actor="x")
        for pmid in ("1", "2", "3", "77"):
            stands = [(event, verdict) for event, verdict, pmids in made if pmid in pmids and event not in undone]
            last = max(stands, default=None)
            let_in = pmid == "77" and last is not None and last[1] == "included"
            assert held(store, pmid) == (None if let_in else last)


def taken_back(store: Store, event: int) -> bool:
    try:
        undo(store, vocabulary(), event, actor="ann")
    except Conflict:
        return False
    return True


def said(store: Store, verdict: str, name: str, reason: str) -> tuple[Decided, ...]:
    try:
        return say(store, verdict, name, reason=reason)
    except NotFound:  # a PMID that is not here and was not excluded
        return ()


def held(store: Store, pmid: str) -> tuple[int, str] | None:
    with store.read() as connection:
        word = inclusions.words(connection, [("pubmed", pmid)]).get(("pubmed", pmid))
    return (word.event, word.verdict) if word is not None else None

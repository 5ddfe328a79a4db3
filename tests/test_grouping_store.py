"""Who is who in a store: the same whatever the order of arrival; exact after any merges, decisions and undoing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from sqlalchemy import text

from evidence import curation
from evidence.errors import Conflict, NotFound
from evidence.identifiers import parse
from evidence.ingest import regroup, take, upstream
from evidence.ingest.pool import Pool
from evidence.records import Deletion, Item, Record
from evidence.store import Store, queries, reads
from tests.made import contents, examples, fresh_store, record, vocabulary

HISTORY = ("event", "merge_event", "match_decision")
TITLES = (
    "Dextrose near the median nerve: a randomised trial",
    "Dextrose near the median nerve: a randomized trial",
    "Dextrose near the median nerve",
    "Hydrodissection of the ulnar nerve at the elbow",
    "Erratum: dextrose near the median nerve: a randomised trial",
    "Editorial",
    "",
)


@st.composite
def records(draw: st.DrawFn, number: int) -> Record:
    """A record of a small world, where identifiers, titles and places are often shared and often in conflict."""
    fields: dict[str, Any] = {}
    for name, values in (
        ("pmid", ("1", "2")),
        ("pmcid", ("PMC1",)),
        ("doi", ("10.1000/a", "10.1000/b", "10.1000/b1")),
        ("volume", ("5", "6")),
        ("pages", ("1-9", "11-19")),
    ):
        value = draw(st.sampled_from((None, None, *values)))
        if value is not None:
            fields[name] = value
    title = draw(st.sampled_from(TITLES))
    if not title and not fields.keys() & {"pmid", "pmcid", "doi"}:
        title = TITLES[0]
    source = draw(st.sampled_from(("ris", "bibtex", "nbib", "csv")))
    return record(
        f"f#{number}",
        title,
        source=source,
        families=draw(st.sampled_from((["Wu"], ["Wu", "Ke"], ["Ng"], []))),
        year=draw(st.sampled_from((2019, 2020))),
        journal=draw(st.sampled_from(("Journal of Nerve Studies", "J Nerve Stud", "Pain Medicine"))),
        **fields,
    )


@st.composite
def worlds(draw: st.DrawFn) -> list[Record]:
    """Up to seven records."""
    return [draw(records(n)) for n in range(draw(st.integers(2, 7)))]


def groups(store: Store) -> set[tuple[Any, ...]]:
    """Every study without its key and number: members, shown fields, identifiers, states."""
    with store.read() as connection:
        live = connection.execute(text("SELECT study_id FROM membership GROUP BY study_id ORDER BY study_id"))
        numbers = [row[0] for row in live]
    found = set()
    for number in numbers:
        with store.read() as connection:
            key = reads.key_of(connection, number)
        study = queries.study(store, vocabulary(), key)
        assert study is not None
        members = frozenset((m.source, m.external_id) for m in study.members)
        shown = (study.row.title, study.row.byline, study.row.citation, study.row.state, study.row.upstream)
        # Of two studies with one identifier the older owns it: which that is, is a matter of arrival.
        named = {f"{i.scheme}:{i.value}" for i in study.record.identifiers} | set(study.disputed)
        found.add((members, *shown, frozenset(named)))
    return found


def taken(store: Store, items: Sequence[Item], **how: Any) -> None:
    take(store, vocabulary(), items, actor="test", **how)


@pytest.mark.long
@settings(max_examples=examples(60))
@given(worlds(), st.data())
def test_any_order_and_batching_give_the_same_studies(world: list[Record], data: st.DataObject) -> None:
    with fresh_store() as store, fresh_store() as other:
        taken(store, world)
        left = data.draw(st.permutations(world))
        while left:
            size = data.draw(st.integers(1, len(left)))
            taken(other, left[:size])
            left = left[size:]
        assert groups(store) == groups(other)
        assert queue(store) == queue(other)


def queue(store: Store) -> set[tuple[frozenset[str], str]]:
    """The machine's doubts, by the records' names."""
    with store.read() as connection:
        rows = connection.execute(
            text(
                "SELECT a.external_id, b.external_id, d.verdict, d.rule FROM match_decision d "
                "JOIN source_record a ON a.id = d.a_id JOIN source_record b ON b.id = d.b_id"
            )
        )
        return {(frozenset((row[0], row[1])), f"{row[2]} {row[3]}") for row in rows}


def conflict() -> list[Record]:
    """B, without identifiers, is the same as A and as C, whose DOIs differ."""
    common = {"volume": "5", "pages": "1-9", "source": "ris"}
    return [
        record("f#a", TITLES[0], doi="10.1000/first", **common),  # type: ignore[arg-type]
        record("f#b", TITLES[0], **common),  # type: ignore[arg-type]
        record("f#c", TITLES[0], doi="10.1000/quite-another", **common),  # type: ignore[arg-type]
    ]


@given(st.permutations(range(3)), st.integers(1, 3))
@settings(max_examples=examples(18))
def test_a_record_that_is_two_works_joins_neither(order: list[int], size: int) -> None:
    world = [conflict()[n] for n in order]
    with fresh_store() as store:
        for start in range(0, 3, size):
            taken(store, world[start : start + size])
        assert len(groups(store)) == 3
        doubts = dict(queue(store))
        assert doubts[frozenset({"f#a", "f#b"})].startswith("unsure conflict:")
        assert doubts[frozenset({"f#b", "f#c"})].startswith("unsure conflict:")


def test_a_machines_merge_is_withdrawn_when_a_conflict_comes_and_restored_when_it_goes() -> None:
    a, b, c = conflict()
    with fresh_store() as store:
        taken(store, [a, b])
        assert len(groups(store)) == 1
        taken(store, [c])
        assert len(groups(store)) == 3
        with store.read() as connection:
            kinds = set(connection.execute(text("SELECT kind FROM event")).scalars())
            undone = connection.execute(text("SELECT undone_by FROM merge_event")).scalars().all()
        assert "merge-withdrawn" in kinds
        assert undone == ["test"]
        taken(store, [record("f#c", TITLES[3], source="ris", doi="10.1000/quite-another")])
        assert len(groups(store)) == 2, "what stood against it has gone"


def test_a_persons_merge_is_never_withdrawn() -> None:
    a, b, c = conflict()
    with fresh_store() as store:
        taken(store, [a, b])
        with store.read() as connection:
            event = connection.execute(text("SELECT id FROM merge_event")).scalar_one()
        curation.unmerge(store, vocabulary(), event, actor="ann")
        first, second = (numbers(store)[name] for name in ("f#a", "f#b"))
        assert curation.decide(store, vocabulary(), first, second, "same", actor="ann") is not None
        taken(store, [c])
        taken(store, [record("f#b", TITLES[3], source="ris")])
        assert {len(g[0]) for g in groups(store)} == {1, 2}


def numbers(store: Store) -> dict[str, int]:
    """External id → source record number."""
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(text("SELECT external_id, id FROM source_record"))}


@settings(max_examples=examples(40))
@given(worlds(), st.integers(0, 6), st.integers(0, 6))
def test_merge_and_unmerge_is_the_identity(world: list[Record], a: int, b: int) -> None:
    with fresh_store() as store:
        taken(store, world)
        before = contents(store, leave_out=HISTORY)
        one, other = (n % len(world) + 1 for n in (a, b))
        try:
            event = curation.decide(
                store, vocabulary(), one, other, "same", actor="ann", choices={"title": f"record:{other}"}
            )
        except Conflict:
            return
        assert event is not None
        curation.unmerge(store, vocabulary(), event, actor="ann")
        assert contents(store, leave_out=HISTORY) == before


@pytest.mark.long
@settings(max_examples=examples(40))
@given(worlds(), worlds(), st.integers(0, 6), st.integers(0, 6))
def test_what_happens_between_merge_and_unmerge_is_as_if_they_had_not_been(
    world: list[Record], later: list[Record], a: int, b: int
) -> None:
    one, other = (n % len(world) + 1 for n in (a, b))
    with fresh_store() as store, fresh_store() as plain:
        for each in (store, plain):
            taken(each, world)
        try:
            event = curation.decide(store, vocabulary(), one, other, "same", actor="ann")
            undone = curation.decide(plain, vocabulary(), one, other, "same", actor="ann")
        except Conflict:
            return
        assert event is not None
        assert undone is not None
        curation.unmerge(plain, vocabulary(), undone, actor="ann")
        for each in (store, plain):
            taken(each, later)
        curation.unmerge(store, vocabulary(), event, actor="ann")
        assert groups(store) == groups(plain)


class Curating(RuleBasedStateMachine):
    """Imports, revisions, refreshes, deletions, merges, undoing and decisions in any order.

    What persons said is kept in a model of its own: pair → same or different, as the last act on the pair left it.
    """

    merges = Bundle("merges")

    def __init__(self) -> None:
        super().__init__()
        self._context = fresh_store()
        self.store = self._context.__enter__()
        self.said: dict[frozenset[int], str] = {}
        self.given: set[str] = set()

    def teardown(self) -> None:
        self._context.__exit__(None, None, None)

    @rule(world=worlds(), include=st.booleans())
    def imports(self, world: list[Record], include: bool) -> None:
        taken(self.store, world, include=include)

    @rule(world=worlds(), present=st.lists(st.booleans(), min_size=7, max_size=7))
    def refreshes(self, world: list[Record], present: list[bool]) -> None:
        """PubMed gives some records anew, lacks others, and deletes the last."""
        there = [replace(r, source="pubmed", external_id=f"{n}", identifiers=(parse("pmid", f"{n}"),))
                 for n, r in enumerate(world, 1)]  # fmt: skip
        taken(self.store, [*there, Deletion(source="pubmed", external_id=f"{len(there)}")], live=True)
        given = {r.external_id for r, yes in zip(there, present, strict=False) if yes}
        lacking = {r.external_id for r in there} - given
        upstream.settle(self.store, vocabulary(), "pubmed", present=given, missing=lacking, actor="test")

    @rule(target=merges, a=st.integers(1, 10), b=st.integers(1, 10))
    def merge(self, a: int, b: int) -> Any:
        try:
            event = curation.decide(self.store, vocabulary(), a, b, "same", actor="ann")
        except (Conflict, NotFound):
            return multiple()
        self.said[frozenset((a, b))] = "same"
        return event

    @rule(a=st.integers(1, 10), b=st.integers(1, 10))
    def different(self, a: int, b: int) -> None:
        one, other = self._beside(a), self._beside(b)
        try:
            curation.decide(self.store, vocabulary(), a, b, "different", actor="ann")
        except (Conflict, NotFound):
            return
        self.said |= {frozenset(pair): "different" for pair in product(one, other)}

    @rule(event=consumes(merges))
    def unmerge(self, event: int) -> None:
        try:
            curation.unmerge(self.store, vocabulary(), event, actor="ann")
        except Conflict:
            return
        with self.store.read() as connection:
            row = reads.merge_event(connection, event)
        assert row is not None
        sides = product(json.loads(row.moved), json.loads(row.stayed))
        self.said |= {frozenset(pair): "different" for pair in sides}

    @rule(a=st.integers(1, 10), b=st.integers(1, 10))
    def takes_back(self, a: int, b: int) -> None:
        with self.store.read() as connection:
            rows = reads.decisions(connection, {a, b})
        act = rows.get((min(a, b), max(a, b)))
        sides = {frozenset(pair) for pair in product(self._beside(a), self._beside(b))}
        try:
            curation.reconsider(self.store, vocabulary(), a, b, actor="ann")
        except (Conflict, NotFound):
            return
        assert act is not None
        with self.store.read() as connection:
            left = {
                frozenset(p) for p, r in reads.decisions(connection, set().union(*sides)).items() if r.actor == "ann"
            }
        gone = self.said.keys() - left
        assert frozenset((a, b)) in gone
        assert gone <= sides, "only what was said of these two studies is taken back"
        self.said = {pair: word for pair, word in self.said.items() if pair in left or pair not in sides}

    def _beside(self, number: int) -> set[int]:
        """The records of the study that a record is in."""
        with self.store.read() as connection:
            place = reads.places(connection, [number]).get(number)
            return set(reads.places_in(connection, [place.study_id])) if place else set()

    def _person(self, pair: frozenset[int]) -> str:
        with self.store.read() as connection:
            row = reads.decisions(connection, pair).get((min(pair), max(pair)))
        return str(row.verdict) if row is not None and row.actor != "machine" else ""

    @invariant()
    def every_study_is_what_its_records_make(self) -> None:
        with self.store.read() as connection:
            everything = list(connection.execute(text("SELECT id FROM source_record")).scalars())
            plan = regroup.plan(connection, Pool(connection), (), everything)
            assert not plan.split
            assert not [step for step in plan.steps if step.changes]
            retired = connection.execute(text("SELECT id, merged_into FROM study WHERE merged_into IS NOT NULL"))
            pointing = {row.id: row.merged_into for row in retired}
            assert pointing == plan.pointers

    @invariant()
    def identifiers_and_keys_lead_to_one_live_study(self) -> None:
        with self.store.read() as connection:
            owned = connection.execute(
                text("SELECT scheme, value FROM identifier WHERE claim = 'own' GROUP BY 1, 2 HAVING count(*) > 1")
            ).all()
            assert owned == []
            dead = connection.execute(
                text("SELECT 1 FROM identifier i JOIN study s ON s.id = i.study_id WHERE s.merged_into IS NOT NULL")
            ).all()
            assert dead == []
            keys = set(connection.execute(text("SELECT key FROM cite_key")).scalars())
            live = set(connection.execute(text("SELECT id FROM study WHERE merged_into IS NULL")).scalars())
        assert self.given <= keys, "a key that was given stays"
        self.given = keys
        for key in keys:
            with self.store.read() as connection:
                assert queries.number_of(connection, key) in live

    @invariant()
    def no_decision_is_lost(self) -> None:
        assert {pair: self._person(pair) for pair in self.said} == self.said


Curating.TestCase.settings = settings(max_examples=examples(25), stateful_step_count=12)
TestCurating = Curating.TestCase


def unlike(number: int, **fields: Any) -> Record:
    """A record that nothing connects with the others but what the test gives it."""
    names = ("Ampel", "Birke", "Cedar", "Dachs", "Eibe")
    return record(
        f"f#{number}", f"{names[number]} notes on the {names[number].lower()} nerve of the arm", source="ris",
        families=[names[number]], year=2000 + 4 * number, journal=f"{names[number]} Annals", **fields,
    )  # fmt: skip


def apart(store: Store) -> list[set[str]]:
    """The studies as sets of record names."""
    return sorted(({name for _, name in group[0]} for group in groups(store)), key=sorted)


def test_a_different_that_later_merges_overruled_holds_again_in_whatever_order_they_are_undone() -> None:
    for order in ((0, 1), (1, 0)):
        with fresh_store() as store:
            taken(store, [unlike(n) for n in (1, 2, 3)])
            curation.decide(store, vocabulary(), 1, 2, "different", actor="ann")
            events = [curation.decide(store, vocabulary(), n, 3, "same", actor="bob") for n in (1, 2)]
            assert apart(store) == [{"f#1", "f#2", "f#3"}]
            for at in order:
                event = events[at]
                assert event is not None
                try:
                    curation.unmerge(store, vocabulary(), event, actor="bob")
                except Conflict:
                    continue
            assert apart(store) == [{"f#1"}, {"f#2"}, {"f#3"}]


def test_taking_a_merge_back_leaves_what_others_said() -> None:
    with fresh_store() as store:
        taken(store, [unlike(n) for n in (1, 2, 3)])
        before = contents(store, leave_out=HISTORY)
        curation.decide(store, vocabulary(), 1, 2, "different", actor="ann")
        curation.decide(store, vocabulary(), 1, 3, "same", actor="bob")
        event = curation.decide(store, vocabulary(), 2, 3, "same", actor="bob")
        assert event is not None
        curation.take_back(store, vocabulary(), event, actor="bob")
        assert apart(store) == [{"f#1", "f#3"}, {"f#2"}]
        with store.read() as connection:
            kept = {pair: row.verdict for pair, row in reads.decisions(connection, [1, 2, 3]).items()}
        assert kept == {(1, 2): "different", (1, 3): "same"}
        first = curation.decide(store, vocabulary(), 1, 2, "same", actor="bob", expected="different")
        assert first is not None
        curation.take_back(store, vocabulary(), first, actor="bob")
        with store.read() as connection:
            assert reads.decisions(connection, [1])[1, 2].verdict == "different", "what it overruled holds again"
        with store.read() as connection:
            joined = connection.execute(text("SELECT min(id) FROM merge_event")).scalar_one()
        curation.take_back(store, vocabulary(), joined, actor="bob")
        assert contents(store, leave_out=HISTORY) == before


def test_a_word_said_in_the_meantime_is_not_overruled_unseen() -> None:
    with fresh_store() as store:
        taken(store, [unlike(n) for n in (1, 2)])
        curation.decide(store, vocabulary(), 1, 2, "different", actor="ann", expected="")
        with pytest.raises(Conflict, match="meantime"):
            curation.decide(store, vocabulary(), 1, 2, "same", actor="bob", expected="")


def test_no_key_is_lost_when_records_leave_a_study() -> None:
    with fresh_store() as store:
        taken(store, [unlike(1, pmid="7", keys=("first",))])
        taken(store, [unlike(2, pmid="7", keys=("second", "old2020")), unlike(3, pmid="7", keys=("third",))])
        taken(store, [unlike(2, pmid="7", keys=("new2020",), volume="9")])
        with store.read() as connection:
            event = connection.execute(text("SELECT min(id) FROM merge_event")).scalar_one()
        curation.unmerge(store, vocabulary(), event, actor="ann")
        for key in ("first", "second", "old2020", "new2020", "third"):
            assert queries.find_key(store, vocabulary(), "key", key) is not None, key


def test_answering_the_queue_never_throws_a_third_record_out() -> None:
    with fresh_store() as store:
        taken(store, [unlike(1, pmid="2"), unlike(2, pmid="2"), unlike(3, doi="10.1000/x")])
        assert apart(store) == [{"f#1", "f#2"}, {"f#3"}]
        before = contents(store, leave_out=HISTORY)
        event = curation.decide(store, vocabulary(), 1, 3, "same", actor="ann")
        assert apart(store) == [{"f#1", "f#2", "f#3"}]
        assert event is not None
        curation.unmerge(store, vocabulary(), event, actor="ann")
        assert contents(store, leave_out=HISTORY) == before


def test_two_files_of_one_name_are_two_files() -> None:
    with fresh_store() as store:
        mine = [unlike(n) for n in (1, 2)]
        theirs = [replace(unlike(n), external_id=f"f#{n - 2}") for n in (3, 4)]
        for _ in range(2):
            taken(store, mine)
            taken(store, theirs)
        assert len(groups(store)) == 4
        edited = replace(unlike(1, volume="12"), title=unlike(1).title)
        assert take(store, vocabulary(), [edited], actor="test").counts()["revised"] == 1


def test_many_records_of_one_title_hide_no_duplicate_in_any_order() -> None:
    title = "Annual report of the nerve injection registry of the northern district"
    reports = [
        record(f"y#{n}", title, source="csv", year=1950 + n, volume=str(n + 1), pages="1-9", families=["Ng"])
        for n in range(64)
    ]
    pair = [record(f"p#{n}", title, source="ris", year=1990, volume="40", pages="77-81") for n in (1, 2)]
    found = set()
    for world in ([*pair, *reports], [*reports, *pair], [pair[0], *reports, pair[1]]):
        with fresh_store() as store:
            for start in range(0, len(world), 33):
                taken(store, world[start : start + 33])
            found.add(frozenset(frozenset(group[0]) for group in groups(store)))
    (once,) = found
    assert frozenset({("ris", "p#1"), ("ris", "p#2")}) in once


@pytest.mark.long
def test_a_filled_down_pmid_in_a_spreadsheet_takes_no_age() -> None:
    with fresh_store() as store:
        rows = [record(f"s#{n}", f"Row {n} of a table of nerves", source="csv", pmid="7") for n in range(250)]
        taken(store, rows)
        assert len(groups(store)) == 1
